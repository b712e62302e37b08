//! An edited text into its file, if the file is still what was edited.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::regular_file::read_regular_text;
use crate::replace_file::replace_file;

/// How long another program may take to write a file.
const PATIENCE: Duration = Duration::from_secs(10);

/// Gives the file the text `after`, unless it is something else than `before` by now. A file that is not there is made.
///
/// # Errors
///
/// Those of the file system, or that somebody has changed the file: of two programs that edit it at once, one would
/// otherwise undo what the other did.
pub(super) fn write(name: &Path, before: &str, after: &str) -> io::Result<()> {
    let _turn = take_turn(name)?;
    if std::fs::metadata(name).is_ok_and(|found| found.permissions().readonly()) {
        let reason = "it is read-only; make it writable first";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
    }
    match read_regular_text(name) {
        Ok(present) if present != before => Err(io::Error::other(
            "it was changed meanwhile; do this again on what it is now",
        )),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => replace_file(name, after.as_bytes()),
    }
}

/// Waits until no other program edits files in the directory of this one, where the system can tell. The turn ends when
/// what is returned is dropped.
fn take_turn(name: &Path) -> io::Result<Option<File>> {
    let whole = name.canonicalize().unwrap_or_else(|_| name.to_owned());
    let directory = whole.parent().map(Path::to_owned);
    let directory = directory.filter(|parent| !parent.as_os_str().is_empty());
    let Ok(directory) = File::open(directory.unwrap_or_else(|| PathBuf::from("."))) else {
        return Ok(None);
    };
    let start = Instant::now();
    loop {
        match directory.try_lock() {
            Ok(()) => return Ok(Some(directory)),
            // A file system without locks.
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if start.elapsed() > PATIENCE => {
                return Err(io::Error::other(
                    "another program keeps its directory locked",
                ));
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_else_changed_is_not_written_over() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.hpp");
        write(&path, "", "int a;").expect("it is made");
        write(&path, "int a;", "int b;").expect("it is as it was");
        let refused = write(&path, "int a;", "int c;").expect_err("it is not");
        assert!(
            refused.to_string().contains("changed meanwhile"),
            "{refused}"
        );
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), "int b;");
    }

    #[test]
    fn a_file_that_is_read_only_is_left_alone() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.hpp");
        std::fs::write(&path, "int a;").expect("a file");
        let mut permissions = std::fs::metadata(&path).expect("a file").permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).expect("its own file");
        let refused = write(&path, "int a;", "int b;").expect_err("it is read-only");
        assert!(refused.to_string().contains("read-only"), "{refused}");
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), "int a;");
    }

    #[test]
    fn of_many_edits_at_once_each_is_there_or_was_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.hpp");
        std::fs::write(&path, "").expect("a file");
        let edit = |line: usize| {
            let before = std::fs::read_to_string(&path).expect("a file");
            write(&path, &before, &format!("{before}{line}\n")).is_ok()
        };
        let edit = &edit;
        let done: Vec<usize> = std::thread::scope(|scope| {
            let threads = (0..40).map(|line| scope.spawn(move || edit(line).then_some(line)));
            let threads: Vec<_> = threads.collect();
            let done = threads
                .into_iter()
                .filter_map(|thread| thread.join().expect("no panic"));
            done.collect()
        });
        let text = std::fs::read_to_string(&path).expect("a file");
        let mut lines: Vec<usize> = text
            .lines()
            .map(|line| line.parse().expect("a number"))
            .collect();
        lines.sort_unstable();
        assert!(!done.is_empty());
        assert_eq!(lines, done);
    }
}
