//! Lines typed before, in a file of the user's own that several prompts share.
//!
//! A line is appended by one write at once, so that a prompt that is killed has lost nothing, and
//! two prompts lose none of each other's. Only a file that has grown far beyond what is kept is
//! rewritten, beside itself and under a lock that every writer takes. Only its end is read, and only if it is
//! a regular file.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use memglass_system::files;
use memglass_value::format::is_printable;
use rustyline::Result;
use rustyline::history::{History, SearchDirection, SearchResult};

use super::continuation::Indent;
use super::edited::{Edited, Text};
use crate::kept::History as Kept;

/// Lines kept.
pub(super) const LONGEST: usize = 10_000;

/// Bytes at the end of a file that are read: room for all lines that are kept, of any usual length.
const TAIL_BYTES: u64 = 16 << 20;

/// Bytes of a line that is kept.
const LONGEST_LINE: usize = 1 << 20;

/// The first line of a file in which line breaks and backslashes are escaped.
const VERSION: &str = "#V2";

/// A process that was stopped while it holds the lock is not waited for longer.
const PATIENCE: Duration = Duration::from_secs(1);

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

/// The last lines of the file; keeps only the last of equal ones. Makes the file if there is none, for its
/// owner alone.
pub(super) fn load(path: &Path) -> io::Result<Vec<String>> {
    if let Some(directory) = path.parent() {
        files::create_private_dir(directory)?;
    }
    let (mut file, is_locked) = locked(path)?;
    let (tail, is_whole) = tail(&mut file)?;
    let lines: Vec<&str> = tail.lines().filter(|line| is_typed(line)).collect();
    let kept = last_of_each(&lines);
    // What is longer and does not begin like a history was never one: it is somebody's, and stays.
    let is_long = match is_whole {
        true => lines.len() > 2 * LONGEST,
        false => begins_like_one(&mut file)?,
    };
    if is_locked && is_long {
        rewrite(path, &kept)?;
    }
    Ok(kept.iter().map(|line| unescaped(line)).collect())
}

/// The last lines of a file, as many as are ever read; and whether these are all.
fn tail(file: &mut File) -> io::Result<(String, bool)> {
    let surplus = file.metadata()?.len().saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(surplus))?;
    let mut bytes = Vec::new();
    // It may grow meanwhile.
    file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let whole_lines = match surplus {
        0 => 0,
        _ => text.find('\n').map_or(text.len(), |end| end + 1),
    };
    Ok((text[whole_lines..].to_owned(), surplus == 0))
}

fn begins_like_one(file: &mut File) -> io::Result<bool> {
    let mut first = [0; VERSION.len()];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut first)?;
    Ok(first == VERSION.as_bytes())
}

/// Whether somebody can have typed this line of the file.
fn is_typed(line: &str) -> bool {
    line != VERSION && line.len() <= LONGEST_LINE && is_printable(line)
}

/// Adds a line to the file.
pub(super) fn append(path: &Path, line: &str) -> io::Result<()> {
    let (mut file, _) = locked(path)?;
    let before = match last_byte(&mut file)? {
        None => format!("{VERSION}\n"),
        Some(b'\n') => String::new(),
        // Somebody's disk was full in the middle of a line.
        Some(_) => "\n".into(),
    };
    file.write_all(format!("{before}{}\n", escaped(line)).as_bytes())
}

fn last_byte(file: &mut File) -> io::Result<Option<u8>> {
    if file.metadata()?.len() == 0 {
        return Ok(None);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(Some(last[0]))
}

/// The file that `path` leads to, and whether it is locked: it is, unless its holder hangs.
fn locked(path: &Path) -> io::Result<(File, bool)> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut options = OpenOptions::new();
        files::private(options.read(true).append(true).create(true));
        let file = files::open_regular(&mut options, path)?;
        let is_locked = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(error)) => return Err(error),
        };
        // Another prompt may have put a shorter file in its place since it was opened.
        let is_there = fs::metadata(path).is_ok_and(|there| same_file(&there, &file));
        if is_locked && is_there || Instant::now() > deadline {
            return Ok((file, is_locked && is_there));
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn same_file(there: &fs::Metadata, file: &File) -> bool {
    let here = file.metadata();
    here.is_ok_and(|here| files::is_same(&here, there))
}

/// The last [`LONGEST`] lines without those that come again later.
fn last_of_each<'l>(lines: &[&'l str]) -> Vec<&'l str> {
    let mut seen = HashSet::new();
    let last = lines.iter().rev().filter(|line| seen.insert(**line));
    let mut kept: Vec<&str> = last.take(LONGEST).copied().collect();
    kept.reverse();
    kept
}

/// At every moment the path leads to a whole file: the old one or the new one.
fn rewrite(path: &Path, lines: &[&str]) -> io::Result<()> {
    let beside = path.with_extension(format!("{}", std::process::id()));
    let mut text = format!("{VERSION}\n");
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    let mut options = OpenOptions::new();
    files::private(options.write(true).create(true).truncate(true));
    options.open(&beside)?.write_all(text.as_bytes())?;
    fs::rename(beside, path)
}

fn escaped(line: &str) -> String {
    line.replace('\\', r"\\").replace('\n', r"\n")
}

fn unescaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        match (c, c == '\\') {
            (_, true) => match characters.next() {
                Some('n') => out.push('\n'),
                Some(next) => out.push(next),
                None => out.push('\\'),
            },
            (c, false) => out.push(c),
        }
    }
    out
}

/// A history in which the arrow keys search for lines that begin like what was typed, and in which
/// no line is twice.
///
/// Rustyline's own prefix search leaves the cursor behind the prefix, and what was typed behind the last
/// line. Here the cursor goes to the end of the line, where people go on typing; so the prefix is
/// remembered for the next step. The step behind the last line brings back what was typed.
pub(super) struct PrefixHistory {
    lines: Vec<String>,
    search: RefCell<Option<Search>>,
    edited: Edited,
    indent: Indent,
}

/// What the steps of the arrow keys look for.
struct Search {
    /// What the user had typed before the first step.
    typed: Text,
    /// What the last step put in its place.
    found: String,
}

impl Search {
    fn of(typed: Text) -> Self {
        Search {
            found: typed.line.clone(),
            typed,
        }
    }
}

impl PrefixHistory {
    pub(super) fn new(indent: Indent, edited: Edited) -> Self {
        PrefixHistory {
            lines: Vec::new(),
            search: RefCell::new(None),
            edited,
            indent,
        }
    }

    /// At a new prompt nothing has been searched for.
    pub(super) fn begin(&mut self) {
        self.search.take();
    }

    /// The search that goes on, or a new one if the line is not what the last step put there.
    fn current(&self) -> Search {
        let now = self.edited.get();
        let goes_on = self.search.take().filter(|search| search.found == now.line);
        goes_on.unwrap_or_else(|| Search::of(now))
    }

    /// Where a step ends that finds nothing: a step back stays where it was, one forward has come to what
    /// was typed.
    fn end(&self, search: &Search, start: usize, direction: SearchDirection) -> (usize, Text) {
        match direction {
            SearchDirection::Reverse => (start + 1, self.edited.get()),
            SearchDirection::Forward => (self.lines.len(), search.typed.clone()),
        }
    }

    /// The first line from `start` on for which `at` says where the cursor goes.
    fn first(
        &self,
        start: usize,
        direction: SearchDirection,
        at: impl Fn(&str) -> Option<usize>,
    ) -> Option<SearchResult<'_>> {
        let look = |idx: usize| {
            let entry = self.indent.edited(self.lines.get(idx)?);
            let pos = at(&entry)?;
            Some(SearchResult {
                entry: entry.into(),
                idx,
                pos,
            })
        };
        match direction {
            SearchDirection::Reverse => (0..=start).rev().find_map(look),
            SearchDirection::Forward => (start..self.lines.len()).find_map(look),
        }
    }
}

impl History for PrefixHistory {
    fn get(&self, index: usize, _: SearchDirection) -> Result<Option<SearchResult<'_>>> {
        let line = self.lines.get(index);
        Ok(line.map(|line| SearchResult {
            entry: self.indent.edited(line).into(),
            idx: index,
            pos: 0,
        }))
    }

    fn add(&mut self, line: &str) -> Result<bool> {
        self.add_owned(line.to_owned())
    }

    /// A line that begins with a blank is not kept.
    fn add_owned(&mut self, line: String) -> Result<bool> {
        self.search.take();
        if line.is_empty() || line.starts_with(char::is_whitespace) {
            return Ok(false);
        }
        let is_last = self.lines.last() == Some(&line);
        self.lines.retain(|known| *known != line);
        self.lines.push(line);
        let surplus = self.lines.len().saturating_sub(LONGEST);
        self.lines.drain(..surplus);
        Ok(!is_last)
    }

    fn len(&self) -> usize {
        self.lines.len()
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn set_max_len(&mut self, _: usize) -> Result<()> {
        Ok(())
    }

    fn ignore_dups(&mut self, _: bool) -> Result<()> {
        Ok(())
    }

    fn ignore_space(&mut self, _: bool) {}

    fn save(&mut self, path: &Path) -> Result<()> {
        let lines: Vec<String> = self.lines.iter().map(|line| escaped(line)).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        Ok(rewrite(path, &lines)?)
    }

    fn append(&mut self, path: &Path) -> Result<()> {
        let last = self.lines.last();
        Ok(last.map_or(Ok(()), |line| append(path, line))?)
    }

    fn load(&mut self, path: &Path) -> Result<()> {
        self.lines = load(path)?;
        Ok(())
    }

    fn clear(&mut self) -> Result<()> {
        self.lines.clear();
        Ok(())
    }

    fn search(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> Result<Option<SearchResult<'_>>> {
        if term.is_empty() {
            return Ok(None);
        }
        Ok(self.first(start, direction, |line| line.find(term)))
    }

    /// The next line that begins like what is before the cursor; there is always somewhere to go, because
    /// the editor forgets where it was when there is not.
    fn starts_with(
        &self,
        _: &str,
        start: usize,
        direction: SearchDirection,
    ) -> Result<Option<SearchResult<'_>>> {
        let mut search = self.current();
        let prefix = search.typed.before_cursor();
        let begins = |line: &str| line.starts_with(prefix).then_some(line.len());
        let result = self.first(start, direction, begins).unwrap_or_else(|| {
            let (idx, Text { line, cursor }) = self.end(&search, start, direction);
            SearchResult {
                entry: line.into(),
                idx,
                pos: cursor,
            }
        });
        search.found = result.entry.to_string();
        self.search.replace(Some(search));
        Ok(Some(result))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn history(lines: &[&str]) -> PrefixHistory {
        let mut history = PrefixHistory::new(Indent::default(), Edited::default());
        for line in lines {
            history.add(line).unwrap();
        }
        history
    }

    /// One step, as an arrow key makes it: from the line `at` in the history, and where it leads.
    fn step(history: &PrefixHistory, at: &mut usize, direction: SearchDirection) -> Text {
        let start = match direction {
            SearchDirection::Reverse => *at - 1,
            SearchDirection::Forward => *at + 1,
        };
        let before = history.edited.get().before_cursor().to_owned();
        let result = history.starts_with(&before, start, direction).unwrap();
        let result = result.expect("there is always somewhere to go");
        *at = result.idx;
        history.edited.set(&result.entry, result.pos);
        history.edited.get()
    }

    /// Steps back from `typed`, and then forth until what was typed is there again.
    #[track_caller]
    fn steps_back(history: &PrefixHistory, typed: &str) -> Vec<String> {
        history.edited.set(typed, typed.len());
        let mut at = history.len();
        let mut found = Vec::new();
        while at > 0 {
            let before = at;
            let text = step(history, &mut at, SearchDirection::Reverse);
            assert_eq!(text.cursor, text.line.len(), "the cursor goes to the end");
            if at == before {
                break;
            }
            found.push(text.line);
        }
        for line in found.iter().rev().skip(1) {
            let text = step(history, &mut at, SearchDirection::Forward);
            assert_eq!(&text.line, line);
        }
        if at < history.len() {
            let text = step(history, &mut at, SearchDirection::Forward);
            assert_eq!((text.line.as_str(), at), (typed, history.len()));
        }
        found
    }

    fn place() -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("memglass").join("history");
        (home, path)
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
        let history = history(&["a", "ab", "b"]);
        assert_eq!(steps_back(&history, ""), ["b", "ab", "a"]);
    }

    #[test]
    fn what_was_typed_comes_back_whole_with_the_cursor_where_it_was() {
        let history = history(&["a.x", "b", "a.y"]);
        history.edited.set("a. + 1", 2);
        let mut at = history.len();
        let found = step(&history, &mut at, SearchDirection::Reverse);
        assert_eq!((found.line.as_str(), found.cursor), ("a.y", 3));
        let typed = step(&history, &mut at, SearchDirection::Forward);
        assert_eq!((typed.line.as_str(), typed.cursor), ("a. + 1", 2));
    }

    #[test]
    fn what_was_found_and_changed_is_what_was_typed() {
        let history = history(&["a.x", "b"]);
        history.edited.set("a", 1);
        let mut at = history.len();
        assert_eq!(
            step(&history, &mut at, SearchDirection::Reverse).line,
            "a.x"
        );
        history.edited.set("a.x + 1", 7);
        let kept = step(&history, &mut at, SearchDirection::Forward);
        assert_eq!((kept.line.as_str(), at), ("a.x + 1", history.len()));
    }

    #[test]
    fn a_search_in_vain_begins_at_the_end_the_next_time() {
        let history = history(&["a", "b", "c"]);
        history.edited.set("x", 1);
        let mut at = history.len();
        for _ in 0..3 {
            assert_eq!(step(&history, &mut at, SearchDirection::Reverse).line, "x");
        }
        history.edited.set("", 0);
        assert_eq!(step(&history, &mut at, SearchDirection::Reverse).line, "c");
    }

    #[test]
    fn a_host_says_where_lines_are_kept_if_anywhere() {
        let own = PathBuf::from("/home/robot/lines");
        assert_eq!(path(&Kept::File(own.clone())), Some(own));
        assert_eq!(path(&Kept::Forgotten), None);
    }

    #[test]
    fn a_line_is_kept_once_where_it_was_typed_last() {
        let mut history = history(&["a", "b", "a", "c"]);
        assert_eq!(steps_back(&history, ""), ["c", "a", "b"]);
        assert!(!history.add("c").unwrap(), "nothing new for the file");
        assert!(!history.add(" secret").unwrap());
    }

    #[test]
    fn what_is_appended_is_loaded_line_breaks_and_backslashes_included() {
        let (_home, path) = place();
        assert_eq!(load(&path).unwrap(), [""; 0]);
        let lines = ["a", "fn f() {\n  \"\\n\"\n}", "b", "a"];
        for line in lines {
            append(&path, line).unwrap();
        }
        assert_eq!(load(&path).unwrap(), [lines[1], "b", "a"]);
        fs::write(&path, "#V2\na\nhalf a l").unwrap();
        append(&path, "c").unwrap();
        assert_eq!(load(&path).unwrap(), ["a", "half a l", "c"]);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }

    #[test]
    fn prompts_that_append_and_rewrite_at_once_lose_nothing() {
        let (_home, path) = place();
        load(&path).unwrap();
        let repeated = "x\n".repeat(2 * LONGEST + 1);
        thread::scope(|scope| {
            for writer in 0..4 {
                let (path, repeated) = (&path, &repeated);
                scope.spawn(move || {
                    for line in 0..50 {
                        append(path, &format!("{writer}.{line}")).unwrap();
                        if line % 10 == writer {
                            locked(path)
                                .unwrap()
                                .0
                                .write_all(repeated.as_bytes())
                                .unwrap();
                        }
                        if line % 25 == writer {
                            load(path).unwrap();
                        }
                    }
                });
            }
        });
        let lines: HashSet<String> = load(&path).unwrap().into_iter().collect();
        for writer in 0..4 {
            for line in 0..50 {
                assert!(
                    lines.contains(&format!("{writer}.{line}")),
                    "{writer}.{line}"
                );
            }
        }
        let beside = fs::read_dir(path.parent().unwrap()).unwrap();
        assert_eq!(beside.count(), 1, "nothing is left beside it");
    }

    #[test]
    fn of_a_file_beyond_measure_only_the_end_is_read() {
        let (_home, path) = place();
        load(&path).unwrap();
        let begin = |text: &str| {
            fs::write(&path, text).unwrap();
            let file = OpenOptions::new().write(true).open(&path).unwrap();
            file.set_len(64 << 30).unwrap();
        };
        begin("#V2\nfirst\n");
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"\nlast\na \x1b[2J b\n").unwrap();
        assert_eq!(load(&path).unwrap(), ["last"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "#V2\nlast\n");
        begin("somebody's data");
        assert_eq!(load(&path).unwrap(), [""; 0]);
        assert_eq!(fs::metadata(&path).unwrap().len(), 64 << 30);
    }

    #[test]
    fn a_file_that_has_grown_is_rewritten_without_repeats() {
        let (_home, path) = place();
        load(&path).unwrap();
        let repeats = "b\n".repeat(2 * LONGEST);
        fs::write(&path, format!("#V2\na\n{repeats}half a li")).unwrap();
        assert_eq!(load(&path).unwrap(), ["a", "b", "half a li"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "#V2\na\nb\nhalf a li\n");
    }
}
