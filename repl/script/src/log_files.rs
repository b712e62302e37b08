//! Files that scripts append to: a line for each record, which is in the file when the call returns.
//!
//! A name that ends in `.csv` is a table: the first record of a new file decides its columns, and their names
//! are its first line. Any other file gets lines of text. Each line begins with the time.

use std::cell::RefCell;
use std::fs::{File, Metadata, OpenOptions, metadata};
use std::io::{self, Seek, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use memglass::Value;
use memglass_system::files;
use memglass_value::{format, time};

/// Files that stay open.
const MOST_OPEN: usize = 16;

/// What is appended to a file.
#[derive(Clone, Debug)]
pub struct Record {
    /// When it was.
    pub time: SystemTime,
    /// What a table gets, by the names of its columns.
    pub row: Vec<(String, Value)>,
    /// What any other file gets.
    pub text: String,
}

/// A file that takes no record.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    #[error("cannot log to {}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error(
        "cannot log to {}: it has the columns {}, and no {missing:?}; log to another file",
        path.display(), columns.join(", ")
    )]
    Columns {
        path: PathBuf,
        columns: Vec<String>,
        missing: String,
    },
}

/// All files that were appended to.
#[derive(Default)]
pub(crate) struct LogFiles(RefCell<Vec<LogFile>>);

struct LogFile {
    path: PathBuf,
    file: File,
    /// Of a table; none before its first record.
    columns: Vec<String>,
}

impl LogFiles {
    /// Opens a file, and makes it if it is not there. A table without times is refused at once, and not with its first
    /// record.
    pub(crate) fn open(&self, path: &str) -> Result<(), LogError> {
        self.with(Path::new(path), |log| match log.columns.is_empty() {
            true => Ok(()),
            false => log.check_column(TIME),
        })
    }

    /// Appends a record by one system call, so that lines of several processes do not mix.
    pub(crate) fn append(&self, path: &str, record: &Record) -> Result<(), LogError> {
        self.with(Path::new(path), |log| {
            let lines = match is_table(&log.path) {
                true => log.rows(record)?,
                false => line(record),
            };
            log.write(&lines)
        })
    }

    /// Closes a file, if it is open.
    pub(crate) fn close(&self, path: &str) {
        self.0
            .borrow_mut()
            .retain(|log| log.path != Path::new(path));
    }

    fn with(
        &self,
        path: &Path,
        work: impl FnOnce(&mut LogFile) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        let mut open = self.0.borrow_mut();
        // A file that was moved away, as logs are, has a successor.
        open.retain(|log| log.path != path || log.is_there());
        let at = match open.iter().position(|log| log.path == path) {
            Some(at) => at,
            None => {
                let log = LogFile::open(path).map_err(|source| failed(path, source))?;
                if open.len() >= MOST_OPEN {
                    open.remove(0);
                }
                open.push(log);
                open.len() - 1
            }
        };
        let done = work(&mut open[at]);
        if let Err(LogError::File { .. }) = done {
            // What was half written is ended when it is opened again.
            open.remove(at);
        }
        done
    }
}

/// The line that a record is in a file that is no table.
pub(crate) fn line(record: &Record) -> String {
    format!("{} {}\n", stamp(record), record.text)
}

impl LogFile {
    fn open(path: &Path) -> io::Result<Self> {
        let file = files::open_to_append(&mut OpenOptions::new(), path)?;
        let columns = match is_table(path) {
            true => {
                let file = files::open_regular(OpenOptions::new().read(true), path)?;
                format::csv_columns(file)?
            }
            false => Vec::new(),
        };
        Ok(LogFile {
            path: path.to_owned(),
            file,
            columns,
        })
    }

    /// Whether it is still the file at its path.
    fn is_there(&self) -> bool {
        match (metadata(&self.path), self.file.metadata()) {
            (Ok(there), Ok(mine)) => files::is_same(&there, &mine),
            _ => false,
        }
    }

    /// The line of a record, under the names of the columns if it is the first.
    fn rows(&mut self, record: &Record) -> Result<String, LogError> {
        let time = (TIME.to_owned(), Value::Text(stamp(record)));
        let has_time = record.row.iter().any(|(name, _)| name == TIME);
        let time = (!has_time).then_some(&time);
        let row: Vec<&(String, Value)> = time.into_iter().chain(&record.row).collect();
        let mut lines = String::new();
        if self.columns.is_empty() {
            self.columns = row.iter().map(|(name, _)| name.clone()).collect();
            lines = format::csv_line(self.columns.iter().map(String::as_str));
        }
        row.iter()
            .try_for_each(|(name, _)| self.check_column(name))?;
        let cells = self.columns.iter().map(|column| {
            let cell = row.iter().find(|(name, _)| name == column);
            cell.map_or(String::new(), |(_, value)| format::raw(value))
        });
        let cells: Vec<String> = cells.collect();
        lines.push_str(&format::csv_line(cells.iter().map(String::as_str)));
        Ok(lines)
    }

    fn check_column(&self, name: &str) -> Result<(), LogError> {
        match self.columns.iter().any(|column| column == name) {
            true => Ok(()),
            false => Err(LogError::Columns {
                path: self.path.clone(),
                columns: self.columns.clone(),
                missing: name.to_owned(),
            }),
        }
    }

    fn write(&mut self, lines: &str) -> Result<(), LogError> {
        let mut left = lines.as_bytes();
        // Where what was written so far lies, if it lies in one piece.
        let mut part: Option<Range<u64>> = Some(0..0);
        while !left.is_empty() {
            match self.file.write(left) {
                Ok(written) if written > 0 => {
                    left = &left[written..];
                    let end = self.file.stream_position().ok();
                    let own = end.map(|end| end.saturating_sub(written as u64)..end);
                    part = part.zip(own).and_then(|(part, own)| match part.is_empty() {
                        true => Some(own),
                        false => (part.end == own.start).then_some(part.start..own.end),
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                failure => {
                    part.iter().for_each(|part| self.take_back(part));
                    let source = failure.err();
                    let source = source.unwrap_or_else(|| io::ErrorKind::WriteZero.into());
                    return Err(failed(&self.path, source));
                }
            }
        }
        Ok(())
    }

    /// Removes a part of a record, which reads as a record, from the end of the file; if somebody else has written behind it,
    /// it stays.
    fn take_back(&self, part: &Range<u64>) {
        let is_last = |metadata: Metadata| metadata.len() == part.end;
        if !part.is_empty() && self.file.metadata().is_ok_and(is_last) {
            // If that fails too, the part is ended when the file is opened again.
            let _ = self.file.set_len(part.start);
        }
    }
}

/// The column that each table begins with.
const TIME: &str = "time";

fn stamp(record: &Record) -> String {
    time::stamp(record.time).unwrap_or_default()
}

fn is_table(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
}

fn failed(path: &Path, source: io::Error) -> LogError {
    LogError::File {
        path: path.to_owned(),
        source,
    }
}
