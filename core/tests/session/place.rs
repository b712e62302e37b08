//! A directory for sessions, and a type for whoever needs a guarded one.

use memglass::{Observe, Observer, Session};

pub(crate) struct Place {
    pub(crate) dir: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Place {
        Place {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn session(&self, name: &str) -> Session {
        Session::builder(name)
            .dir(self.dir.path())
            .create()
            .unwrap()
    }

    pub(crate) fn reader(&self, name: &str) -> Observer {
        Observer::builder()
            .dir(self.dir.path())
            .attach(name)
            .unwrap()
    }

    pub(crate) fn writer(&self, name: &str) -> Observer {
        Observer::builder()
            .dir(self.dir.path())
            .writable()
            .attach(name)
            .unwrap()
    }

    pub(crate) fn files(&self) -> usize {
        std::fs::read_dir(self.dir.path()).unwrap().count()
    }
}

#[derive(Observe, Clone, Copy)]
#[observe(seqlock)]
pub(crate) struct Count {
    pub(crate) count: u64,
}
