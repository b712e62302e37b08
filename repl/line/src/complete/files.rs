//! Names of files and directories.

use std::path::PathBuf;

use super::{Candidate, Completion};

/// Files and directories that begin as `typed` does.
pub(super) fn files(typed: &str) -> Completion {
    let (directory, prefix) = typed.split_at(typed.rfind('/').map_or(0, |at| at + 1));
    let looked_at = match directory {
        "" => PathBuf::from("."),
        directory => crate::files::expanded(directory),
    };
    // A directory that cannot be read has nothing to offer.
    let entries = std::fs::read_dir(looked_at).into_iter().flatten().flatten();
    let named = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let is_hidden = name.starts_with('.') && !prefix.starts_with('.');
        let is_offered = name.starts_with(prefix) && !is_hidden && !name.contains(' ');
        let slash = if entry.path().is_dir() { "/" } else { "" };
        is_offered.then(|| Candidate::plain(format!("{name}{slash}")))
    });
    Completion {
        start: directory.len(),
        candidates: named.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn files_are_completed_where_a_file_belongs() {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("alarm.rhai"), "1").expect("room");
        std::fs::create_dir(dir.path().join("aside")).expect("room");
        let at = dir.path().display();
        check(
            &format!(":run {at}/al"),
            &[&format!(":run {at}/alarm.rhai")],
        );
        check(&format!(":save {at}/as"), &[&format!(":save {at}/aside/")]);
        check(
            &format!("let t = types_of(\"{at}/al"),
            &[&format!("let t = types_of(\"{at}/alarm.rhai")],
        );
    }
}
