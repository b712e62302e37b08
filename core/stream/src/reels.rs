//! The files of one recording: run.mcap, run-2.mcap, run-3.mcap.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Instant;

use memglass::SessionInfo;

use crate::error::RecordError;
use crate::identity::{self, Identity};
use crate::plan::{Plan, Split};
use crate::recorder::{Recorder, Totals};

/// The files that a recording is in, the last of which is written.
pub(crate) struct Reels {
    first: PathBuf,
    plan: Plan,
    pub(crate) recorder: Recorder,
    /// When the last one began.
    since: Instant,
    /// Those that are kept, the oldest first.
    files: VecDeque<Reel>,
    /// The number in the name of the last one.
    number: u32,
    /// How many were begun: numbers of files that were there already are passed over.
    begun: u32,
    /// What is in those before it.
    finished: Totals,
}

/// A file that a recording made.
struct Reel {
    path: PathBuf,
    identity: Option<Identity>,
}

impl Reel {
    fn of(path: &Path, recorder: &Recorder) -> Reel {
        Reel {
            path: path.to_owned(),
            identity: recorder.identity(),
        }
    }
}

impl Reels {
    pub(crate) fn new(
        first: &Path,
        session: &SessionInfo,
        plan: Plan,
    ) -> Result<Reels, RecordError> {
        let recorder = Recorder::planned(first, session, &plan)?;
        Ok(Reels {
            files: [Reel::of(first, &recorder)].into(),
            recorder,
            first: first.to_owned(),
            plan,
            since: Instant::now(),
            number: 1,
            begun: 1,
            finished: Totals::default(),
        })
    }

    /// The file that is written.
    pub(crate) fn path(&self) -> &Path {
        &self.files.back().expect("there is always one").path
    }

    /// What was written so far.
    pub(crate) fn totals(&self) -> Totals {
        let mut totals = self.finished;
        totals.add(self.recorder.totals());
        totals
    }

    /// How many files were begun.
    pub(crate) fn count(&self) -> u32 {
        self.begun
    }

    /// Whether the last one is as long or as large as it may be.
    pub(crate) fn is_full(&self) -> bool {
        match self.plan.split {
            None => false,
            Some(Split::Time(time)) => self.since.elapsed() >= time,
            Some(Split::Bytes(bytes)) => self.recorder.totals().file_bytes >= bytes,
        }
    }

    /// Goes on in another file, and finishes this one. Everything is to be told anew.
    pub(crate) fn go_on(&mut self, session: &SessionInfo) -> Result<(), RecordError> {
        self.end()?;
        let (path, recorder) = self.next(session)?;
        self.finished.add(self.recorder.totals());
        self.recorder = recorder;
        self.files.push_back(Reel::of(&path, &self.recorder));
        self.begun += 1;
        self.since = Instant::now();
        Ok(())
    }

    /// Removes the files that are not to be kept, once the last one has something of the session.
    pub(crate) fn remove_oldest(&mut self) {
        let keep = self.plan.keep.map(|keep| keep as usize);
        while keep.is_some_and(|keep| self.files.len() > keep) {
            let oldest = self.files.pop_front().expect("more than are kept");
            identity::remove(&oldest.path, oldest.identity);
        }
    }

    /// Ends the last one: nothing more is written into it, and others can read it. Does nothing if it is ended.
    pub(crate) fn end(&mut self) -> Result<(), RecordError> {
        self.recorder.end()
    }

    /// A file of the next number whose name is free.
    fn next(&mut self, session: &SessionInfo) -> Result<(PathBuf, Recorder), RecordError> {
        loop {
            self.number += 1;
            let path = numbered(&self.first, self.number);
            match Recorder::planned(&path, session, &self.plan) {
                Err(RecordError::Exists { .. }) => {}
                made => return Ok((path, made?)),
            }
        }
    }
}

/// The name of another file of what `first` begins: run-2.mcap for run.mcap.
pub fn numbered(first: &Path, number: u32) -> PathBuf {
    let stem = first.file_stem().unwrap_or_default().to_string_lossy();
    let name = match first.extension() {
        Some(extension) => format!("{stem}-{number}.{}", extension.to_string_lossy()),
        None => format!("{stem}-{number}"),
    };
    first.with_file_name(name)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use memglass::{Observer, Session};

    use super::*;

    #[test]
    fn only_files_that_it_made_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let session = Session::builder("engine").dir(dir.path()).create().unwrap();
        let _quantity = session.object("quantity", 1_i64).unwrap();
        let observer = Observer::builder().dir(dir.path()).attach("engine");
        let observer = observer.unwrap();
        let plan = Plan {
            keep: Some(1),
            ..Plan::default()
        };
        let first = dir.path().join("run.mcap");
        let path = |number| numbered(&first, number);
        let mut reels = Reels::new(&first, observer.session(), plan).unwrap();
        let mut go_on = || {
            reels.go_on(observer.session()).unwrap();
            reels.remove_oldest();
        };

        // Moved away, and another one put there.
        let saved = dir.path().join("saved.mcap");
        fs::rename(&first, &saved).unwrap();
        fs::write(&first, "mine").unwrap();
        go_on();
        assert_eq!(fs::read(&first).unwrap(), b"mine");
        assert!(saved.exists());
        // Removed, and another one made, whose number may be the same.
        fs::remove_file(path(2)).unwrap();
        fs::write(path(2), "mine").unwrap();
        go_on();
        assert_eq!(fs::read(path(2)).unwrap(), b"mine");
        // A link to it is somebody else's too.
        let kept = dir.path().join("kept.mcap");
        fs::rename(path(3), &kept).unwrap();
        std::os::unix::fs::symlink(&kept, path(3)).unwrap();
        go_on();
        assert!(path(3).is_symlink());
        // Its own goes, under whatever name it was linked besides.
        fs::hard_link(path(4), dir.path().join("also.mcap")).unwrap();
        go_on();
        assert!(!path(4).exists());
        assert!(path(5).exists());
    }

    #[test]
    fn files_are_numbered_before_their_ending() {
        let check = |first: &str, third: &str| {
            assert_eq!(numbered(Path::new(first), 3), Path::new(third));
        };
        check("a/run.mcap", "a/run-3.mcap");
        check("run", "run-3");
        check("v1.2.mcap", "v1.2-3.mcap");
    }
}
