//! Lines typed before, in a file of the user's own.

use std::cell::RefCell;
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustyline::Result;
use rustyline::config::Config;
use rustyline::history::{FileHistory, History, SearchDirection, SearchResult};

use crate::embed::History as Kept;

/// Lines kept.
pub(super) const LONGEST: usize = 10_000;

/// The file; `None` where nothing is kept, or without a home directory.
pub(super) fn path(kept: &Kept) -> Option<PathBuf> {
    match kept {
        Kept::Shared => shared(),
        Kept::File(path) => Some(path.clone()),
        Kept::Forgotten => None,
    }
}

/// `$XDG_STATE_HOME/memglass/history`.
fn shared() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let state = etcetera::base_strategy::Xdg::new().ok()?.state_dir()?;
    Some(state.join("memglass").join("history"))
}

/// Makes the file readable for its owner alone, and drops all but the last of equal lines.
pub(super) fn prepare(path: &Path) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
    }
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    let lines = io::BufReader::new(file)
        .lines()
        .collect::<io::Result<Vec<String>>>()?;
    let kept = last_of_each(&lines);
    if kept.len() == lines.len() {
        Ok(())
    } else {
        replace(path, &kept)
    }
}

/// The lines without those that come again later; the first is the file's version mark.
fn last_of_each(lines: &[String]) -> Vec<&str> {
    let mut seen = std::collections::HashSet::new();
    let mut kept: Vec<&str> = lines
        .iter()
        .skip(1)
        .rev()
        .map(String::as_str)
        .filter(|line| seen.insert(*line))
        .collect();
    kept.extend(lines.first().map(String::as_str));
    kept.reverse();
    kept
}

/// Another prompt that appends at this moment loses that line and nothing else.
fn replace(path: &Path, lines: &[&str]) -> io::Result<()> {
    let beside = path.with_extension(format!("{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    for line in lines {
        writeln!(file, "{line}")?;
    }
    fs::rename(beside, path)
}

/// A history in which the arrow keys search for lines that begin like what was typed.
///
/// Rustyline's own prefix search leaves the cursor behind the prefix. Here it goes to the end of the
/// line, where people go on typing; so the prefix is remembered for the next step.
pub(super) struct PrefixHistory {
    lines: FileHistory,
    search: RefCell<Option<Search>>,
}

struct Search {
    prefix: String,
    found: String,
}

impl PrefixHistory {
    pub(super) fn new(config: &Config) -> Self {
        PrefixHistory {
            lines: FileHistory::with_config(config),
            search: RefCell::new(None),
        }
    }

    /// What the user typed, if `line` is what the last step put in its place.
    fn prefix(&self, line: &str) -> String {
        match &*self.search.borrow() {
            Some(search) if search.found == line => search.prefix.clone(),
            _ => line.to_owned(),
        }
    }
}

impl History for PrefixHistory {
    fn get(&self, index: usize, direction: SearchDirection) -> Result<Option<SearchResult<'_>>> {
        self.lines.get(index, direction)
    }

    fn add(&mut self, line: &str) -> Result<bool> {
        self.search.take();
        self.lines.add(line)
    }

    fn add_owned(&mut self, line: String) -> Result<bool> {
        self.search.take();
        self.lines.add_owned(line)
    }

    fn len(&self) -> usize {
        self.lines.len()
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn set_max_len(&mut self, len: usize) -> Result<()> {
        self.lines.set_max_len(len)
    }

    fn ignore_dups(&mut self, yes: bool) -> Result<()> {
        self.lines.ignore_dups(yes)
    }

    fn ignore_space(&mut self, yes: bool) {
        self.lines.ignore_space(yes);
    }

    fn save(&mut self, path: &Path) -> Result<()> {
        self.lines.save(path)
    }

    fn append(&mut self, path: &Path) -> Result<()> {
        self.lines.append(path)
    }

    fn load(&mut self, path: &Path) -> Result<()> {
        self.lines.load(path)
    }

    fn clear(&mut self) -> Result<()> {
        self.lines.clear()
    }

    fn search(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> Result<Option<SearchResult<'_>>> {
        self.lines.search(term, start, direction)
    }

    fn starts_with(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> Result<Option<SearchResult<'_>>> {
        let prefix = self.prefix(term);
        // An empty prefix fits every line; the inner search refuses it.
        let found = match prefix.is_empty() {
            true => self.lines.get(start, direction)?,
            false => self.lines.starts_with(&prefix, start, direction)?,
        };
        let Some(result) = found else { return Ok(None) };
        self.search.replace(Some(Search {
            prefix,
            found: result.entry.to_string(),
        }));
        Ok(Some(SearchResult {
            pos: result.entry.len(),
            ..result
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn history(lines: &[&str]) -> PrefixHistory {
        let mut history = PrefixHistory::new(&Config::default());
        for line in lines {
            history.add(line).unwrap();
        }
        history
    }

    /// Steps back from `typed`, as the arrow key does: each step starts with what the last one found.
    fn steps_back(history: &PrefixHistory, typed: &str) -> Vec<String> {
        let mut line = typed.to_owned();
        let mut at = history.len();
        let mut found = Vec::new();
        while let Some(before) = at.checked_sub(1) {
            let Some(result) = history
                .starts_with(&line, before, SearchDirection::Reverse)
                .unwrap()
            else {
                break;
            };
            assert_eq!(result.pos, result.entry.len(), "the cursor goes to the end");
            (line, at) = (result.entry.to_string(), result.idx);
            found.push(line.clone());
        }
        found
    }

    #[test]
    fn steps_go_to_the_lines_that_begin_like_what_was_typed() {
        let history = history(&["a.x", "b.x", "a.y", "a.x + 1"]);
        assert_eq!(steps_back(&history, "a.x"), ["a.x + 1", "a.x"]);
        assert_eq!(steps_back(&history, "b"), ["b.x"]);
        assert_eq!(steps_back(&history, "c"), [""; 0]);
    }

    #[test]
    fn with_nothing_typed_steps_go_to_every_line() {
        assert_eq!(
            steps_back(&history(&["a", "ab", "b"]), ""),
            ["b", "ab", "a"]
        );
    }

    #[test]
    fn a_host_says_where_lines_are_kept_if_anywhere() {
        let own = PathBuf::from("/home/robot/lines");
        assert_eq!(path(&Kept::File(own.clone())), Some(own));
        assert_eq!(path(&Kept::Forgotten), None);
    }

    #[test]
    fn of_equal_lines_the_last_is_kept() {
        let lines = ["#V2", "a", "b", "a", "c", "b"].map(str::to_owned);
        assert_eq!(last_of_each(&lines), ["#V2", "a", "c", "b"]);
        assert_eq!(last_of_each(&[]), [""; 0]);
    }

    #[test]
    fn the_file_is_made_for_its_owner_alone_and_rewritten_without_repeats() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("memglass").join("history");
        prepare(&path).unwrap();
        fs::write(&path, "#V2\na\nb\na\n").unwrap();
        prepare(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "#V2\nb\na\n");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            fs::metadata(path.parent().unwrap())
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o700
        );
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }
}
