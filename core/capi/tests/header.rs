//! The checked-in header says what the library has.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used)]

use std::path::Path;

#[test]
fn the_header_is_current() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(crate_dir.join("cbindgen.toml")).unwrap();
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(crate_dir.join("src/lib.rs"))
        .generate()
        .unwrap();
    let mut made = Vec::new();
    bindings.write(&mut made);
    let made = String::from_utf8(made).unwrap();
    let path = crate_dir.join("../include/memglass/memglass.h");
    if std::env::var_os("MEMGLASS_UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let present = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        present == made,
        "memglass.h is not what the library has; MEMGLASS_UPDATE=1 writes it anew"
    );
}
