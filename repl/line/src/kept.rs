//! Where lines are kept.

use std::io;

use crate::history_file;

/// Where the lines that were typed are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// With those of the `memglass` program: `$XDG_STATE_HOME/memglass/history`.
    #[default]
    Shared,
    /// In a file of its own, made readable for its owner alone.
    File(std::path::PathBuf),
    /// In memory, until the prompt ends.
    Forgotten,
}

impl History {
    /// The lines that are kept in a file, the oldest first; none where nothing is kept.
    ///
    /// # Errors
    ///
    /// If the file cannot be used.
    pub fn lines(&self) -> io::Result<Vec<String>> {
        let path = history_file::path(self);
        path.map_or(Ok(Vec::new()), |path| history_file::load(&path))
    }

    /// Keeps a line that was typed elsewhere than at a prompt. As there, one that begins with a blank is not kept.
    ///
    /// # Errors
    ///
    /// If the file cannot be used.
    pub fn keep(&self, line: &str) -> io::Result<()> {
        let is_kept = !line.is_empty() && !line.starts_with(char::is_whitespace);
        match history_file::path(self).filter(|_| is_kept) {
            Some(path) => history_file::append(&path, line),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_typed_elsewhere_are_kept_as_those_of_the_prompt() {
        let dir = tempfile::tempdir().expect("a directory");
        let history = History::File(dir.path().join("history"));
        for line in ["1 + 1", " secret", "", "2"] {
            history.keep(line).expect("room");
        }
        assert_eq!(history.lines().expect("lines"), ["1 + 1", "2"]);
        History::Forgotten.keep("1").expect("nothing to do");
        assert_eq!(History::Forgotten.lines().expect("none"), [""; 0]);
    }
}
