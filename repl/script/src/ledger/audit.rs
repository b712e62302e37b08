//! The audit file: a line of JSON for each write, which is only ever appended to.

use std::cell::{Cell, RefCell};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use memglass_system::files;
use memglass_value::{format, time};
use serde_json::{Map, Value as Json};

use super::entry::{Author, Entry};

/// What becomes of writes when the audit file does not take their records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// No further write is made.
    #[default]
    Stop,
    /// Writes go on without a record there.
    GoOn,
}

/// An audit file that is not to be had, or that does not take records.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// It cannot be opened.
    #[error("the audit file {} cannot be opened", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A write was made and could not be recorded.
    #[error(
        "{change} was written, but the audit file {} did not take its record; no more writes are made",
        path.display()
    )]
    Unrecorded {
        /// What was written.
        change: String,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// An earlier record was not taken, so that nothing more is written.
    #[error(
        "nothing is written any more: the audit file {} does not take records; make room and start again",
        path.display()
    )]
    Stopped {
        /// The file.
        path: PathBuf,
    },
}

/// An open audit file.
pub struct Audit {
    path: PathBuf,
    file: RefCell<File>,
    /// Whether each record is on the disk before the next write.
    is_synced: bool,
    on_failure: OnFailure,
    has_failed: Cell<bool>,
}

impl Audit {
    /// Opens or makes the file at `path`, for its owner alone, to append to it. Opening never waits.
    ///
    /// # Errors
    ///
    /// [`AuditError::Open`]: the file is not to be had, is a directory, or is a pipe that nobody reads from.
    pub fn open(path: &Path, is_synced: bool, on_failure: OnFailure) -> Result<Self, AuditError> {
        let opened = open(path).map_err(|source| AuditError::Open {
            path: path.to_owned(),
            source,
        });
        Ok(Audit {
            path: path.to_owned(),
            file: RefCell::new(opened?),
            is_synced,
            on_failure,
            has_failed: Cell::default(),
        })
    }

    /// Whether writes may go on.
    pub(super) fn check(&self) -> Result<(), AuditError> {
        match self.has_failed.get() && self.on_failure == OnFailure::Stop {
            true => Err(AuditError::Stopped {
                path: self.path.clone(),
            }),
            false => Ok(()),
        }
    }

    /// Appends the record of a write, which was made, or tried out if it `is_dry`.
    pub(super) fn record(
        &self,
        session: &str,
        entry: &Entry,
        is_dry: bool,
    ) -> Result<(), AuditError> {
        let Err(source) = self.append(&json(session, entry, is_dry)) else {
            return Ok(());
        };
        self.has_failed.set(true);
        if self.on_failure == OnFailure::GoOn {
            return Ok(());
        }
        let [old, new] = entry.texts();
        Err(AuditError::Unrecorded {
            change: format!("{}: {old} -> {new}", entry.path()),
            path: self.path.clone(),
            source,
        })
    }

    /// Appends a line by one system call, so that lines of several processes do not mix.
    fn append(&self, json: &Json) -> io::Result<()> {
        let mut file = self.file.borrow_mut();
        file.write_all(format!("{json}\n").as_bytes())?;
        match self.is_synced {
            true => file.sync_data(),
            false => Ok(()),
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    files::private(options.append(true).create(true));
    let mut file = files::open_for_writing(&mut options, path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::other("it is a directory"));
    }
    files::end_last_line(&mut file, path)?;
    Ok(file)
}

fn json(session: &str, entry: &Entry, is_dry: bool) -> Json {
    let object = entry.object();
    let mut line = Map::new();
    let mut put = |name: &str, value: Json| {
        line.insert(name.to_owned(), value);
    };
    put("time", time::rfc3339(entry.time).into());
    put("step", entry.step.into());
    put("by", entry.author.word().into());
    match &*entry.author {
        Author::Prompt(text) => put("text", (&**text).into()),
        Author::Trigger { number, .. } => put("trigger", (*number).into()),
        Author::Script(_) | Author::View | Author::Host => {}
    }
    if let Some(file) = entry.author.file() {
        put("file", file.into());
        if let Some(number) = entry.line() {
            put("line", number.into());
        }
    }
    put("pid", std::process::id().into());
    put("session", session.into());
    put("session_id", format!("{:032x}", object.session).into());
    put("slot", object.slot.into());
    put("generation", object.generation.into());
    put("path", entry.path().into());
    put("old", format::json(&entry.change.old));
    put("new", format::json(&entry.change.new));
    if entry.is_forced() {
        put("forced", true.into());
    }
    if let Some(step) = entry.undoes {
        put("undoes", step.into());
    }
    if is_dry {
        put("dry_run", true.into());
    }
    Json::Object(line)
}
