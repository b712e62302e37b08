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

/// The functions of the interface in a source, each with all of its text.
fn functions(source: &str) -> impl Iterator<Item = &str> {
    let parts = source.split("#[unsafe(no_mangle)]").skip(1);
    parts.map(|part| part.split("\n}\n").next().unwrap_or(part))
}

#[test]
fn no_panic_leaves_a_function_of_the_interface() {
    let guards = ["entry(|| ", "answer(", "    add(schema, "];
    // They cannot panic, and what they return is no status.
    let plain = [
        "memglass_abi_version",
        "memglass_error_message",
        "memglass_schema_new",
    ];
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for entry in std::fs::read_dir(sources).unwrap() {
        let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for function in functions(&source) {
            let is_guarded = guards.iter().any(|guard| function.contains(guard))
                || plain.iter().any(|name| function.contains(name));
            assert!(is_guarded, "outside of `entry` and `answer`:{function}");
            seen += 1;
        }
    }
    assert!(seen > 60, "only {seen} functions were found");
}
