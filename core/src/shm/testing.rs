//! A directory for the segments of one test.

use std::ops::Deref;

use super::Dir;

/// A directory that takes its segments along: what no session ends would stay in the memory of the system otherwise.
pub(crate) struct TestDir {
    dir: Dir,
    _files: tempfile::TempDir,
}

impl TestDir {
    pub(crate) fn new() -> TestDir {
        let files = tempfile::tempdir().expect("a temporary directory");
        TestDir {
            dir: Dir::new(Some(files.path())),
            _files: files,
        }
    }
}

impl Deref for TestDir {
    type Target = Dir;

    fn deref(&self) -> &Dir {
        &self.dir
    }
}

impl Drop for TestDir {
    fn drop(&mut self) {
        for name in self.names("").unwrap_or_default() {
            // Drafts and lock files are none.
            let _ = self.unlink(&name);
        }
    }
}
