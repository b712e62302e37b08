//! What the examples in the documentation need and do not want to show.

use std::path::PathBuf;

/// A temporary directory for the segments of one example.
pub fn directory() -> PathBuf {
    let name = format!("memglass-doc-{:x}", crate::identity::random());
    let path = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&path).expect("the temporary directory can be written");
    path
}
