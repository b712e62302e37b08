//! Lines typed before, in a file of the user's own that several prompts share.
//!
//! One write appends a line, so a prompt that is killed has lost nothing, and two prompts lose none of each
//! other's lines. The file is rewritten only when it has grown far beyond what is kept: beside itself, and under
//! a lock that every writer takes. Only its end is read, and only if it is a regular file.
//!
//! Its format is rustyline's. Rustyline's own code for it is not used, because it waits for a lock without a
//! limit, rewrites the file in place, and reads all of it, however long it is.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use memglass_system::files;
use memglass_value::format::is_printable;

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

/// Puts these lines, which are escaped, in the place of the file. At every moment the path leads to a whole
/// file: the old one or the new one.
fn rewrite(path: &Path, lines: &[&str]) -> io::Result<()> {
    let mut text = format!("{VERSION}\n");
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    files::replace_private(path, text.as_bytes())
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

/// Puts these lines in the place of the file.
pub(super) fn save(path: &Path, lines: &[String]) -> io::Result<()> {
    let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    rewrite(path, &lines)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn place() -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("memglass").join("history");
        (home, path)
    }

    #[test]
    fn a_host_says_where_lines_are_kept_if_anywhere() {
        let own = PathBuf::from("/home/robot/lines");
        assert_eq!(path(&Kept::File(own.clone())), Some(own));
        assert_eq!(path(&Kept::Forgotten), None);
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
