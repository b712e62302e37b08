//! The sessions of one test, in their own directory.

use std::path::{Path, PathBuf};

use memglass::{Observer, ObserverBuilder, Presence, Session, SessionBuilder};
use tempfile::TempDir;

use crate::Actor;

/// A directory, and the program that actors are.
pub struct Stage {
    dir: TempDir,
    program: PathBuf,
}

/// Bytes that some tests need.
const ROOM: u64 = 1 << 30;

impl Stage {
    /// A stage for actors that run `program`, which is `env!("CARGO_BIN_EXE_memglass-actor")`.
    ///
    /// # Panics
    ///
    /// If no directory can be made.
    pub fn new(program: &str) -> Stage {
        let dir = match tempfile::tempdir_in("/dev/shm") {
            Ok(dir) if free_bytes(dir.path()) >= ROOM => dir,
            // A container's /dev/shm is small.
            _ => tempfile::tempdir().expect("the temporary directory can be written"),
        };
        Stage {
            dir,
            program: program.into(),
        }
    }

    /// Where its sessions are.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Starts an actor.
    pub fn actor(&self) -> Actor {
        Actor::start(&self.program, self.dir())
    }

    /// Starts an actor that is at home in another directory.
    pub fn actor_in(&self, dir: &Path) -> Actor {
        Actor::start(&self.program, dir)
    }

    /// Starts an actor and tells it to produce session `name`.
    pub fn producer(&self, name: &str) -> Actor {
        let mut actor = self.actor();
        actor.ask(&format!("create {name}"));
        actor
    }

    /// Starts an actor and attaches it to session `name`, with the right to write.
    pub fn writer(&self, name: &str) -> Actor {
        let mut actor = self.actor();
        actor.ask(&format!("attach {name} write"));
        actor
    }

    /// A session in this directory.
    pub fn builder(&self, name: &str) -> SessionBuilder {
        Session::builder(name).dir(self.dir())
    }

    /// A session of this very process.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    pub fn session(&self, name: &str) -> Session {
        self.builder(name)
            .create()
            .expect("the stage has room for a session")
    }

    /// How this process attaches to sessions here.
    pub fn options(&self) -> ObserverBuilder {
        Observer::builder().dir(self.dir())
    }

    /// Attaches this process for reading.
    ///
    /// # Panics
    ///
    /// If it cannot.
    pub fn observe(&self, name: &str) -> Observer {
        self.options()
            .attach(name)
            .unwrap_or_else(|error| panic!("attach to {name}: {error}"))
    }

    /// Names and states of the sessions here.
    ///
    /// # Panics
    ///
    /// If one of them cannot be read.
    pub fn sessions(&self) -> Vec<(String, Presence)> {
        let found = memglass::sessions(Some(self.dir()));
        found
            .into_iter()
            .map(|entry| entry.expect("readable sessions"))
            .map(|entry| (entry.name, entry.state))
            .collect()
    }

    /// The file of a segment of session `name`: `header`, `region_0001`.
    pub fn segment(&self, name: &str, part: &str) -> PathBuf {
        self.dir().join(format!("memglass_{name}_{part}"))
    }

    /// Names of all files here.
    ///
    /// # Panics
    ///
    /// If the directory cannot be read.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.dir()).expect("the stage can be read");
        let mut names: Vec<_> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }
}

fn free_bytes(path: &Path) -> u64 {
    rustix::fs::statvfs(path).map_or(0, |stat| stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Whether a file of a stage is a segment that its maker has not published.
pub fn is_draft(file: &str) -> bool {
    file.starts_with(".memglass-draft-")
}
