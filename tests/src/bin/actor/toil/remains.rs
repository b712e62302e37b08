//! Clearing up after dead producers: taking over their sessions, and removing them.

use std::path::{Path, PathBuf};

use memglass::{ProducerError, Session};
use memglass_tests::victim::OPERATIONS;
use memglass_tests::{Kind, Progress, Step, numbered};

use super::Pace;
use crate::{Answer, say};

/// The files of a session without a producer.
struct Remains {
    dir: PathBuf,
    header: PathBuf,
    region: PathBuf,
    bytes: [Vec<u8>; 2],
}

/// Bytes of a region that holds the whole session.
const SMALL_REGION: u64 = 128 << 10;

/// Where the header has the producer's process id: for people, and in the line of its slot.
const PIDS: [usize; 2] = [96, 512 + 64 + 16];

pub(crate) fn clear_up(name: &str, kind: Kind, progress: &Progress, pace: Pace<'_>) -> Answer {
    let remains = Remains::make(name)?;
    say("ok toiling");
    let mut operations = 0;
    let rounds = pace.keep([1, 1], || {
        remains.put()?;
        progress.enter(Step::Start);
        match kind {
            Kind::TakeOver => take_over(name)?,
            _ => drop(memglass::clean(None, None)?),
        }
        progress.enter(Step::Between);
        operations += 1;
        progress.set(OPERATIONS, operations);
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    Ok(rounds.to_string())
}

fn take_over(name: &str) -> Result<(), ProducerError> {
    match Session::builder(name).first_region(SMALL_REGION).create() {
        // Another process had the name for a moment.
        Err(ProducerError::SessionExists { .. }) => Ok(()),
        session => session.map(drop),
    }
}

impl Remains {
    /// Keeps the files of a session and then ends it, as if another process had made the files.
    fn make(name: &str) -> Result<Remains, Box<dyn std::error::Error>> {
        let session = Session::builder(name).first_region(SMALL_REGION).create()?;
        let objects = (0..3).map(|number| numbered::create(&session, number));
        let objects: Vec<_> = objects.collect::<Result<_, _>>()?;
        let dir = PathBuf::from(std::env::var_os("MEMGLASS_DIR").ok_or("actors have a directory")?);
        let path = |part: &str| dir.join(format!("memglass_{name}_{part}"));
        let (header, region) = (path("header"), path("region_0001"));
        let mut bytes = [std::fs::read(&header)?, std::fs::read(&region)?];
        for at in PIDS {
            bytes[0][at..at + 8].copy_from_slice(&1_u64.to_ne_bytes());
        }
        drop(objects);
        Ok(Remains {
            dir,
            header,
            region,
            bytes,
        })
    }

    /// Puts them where a crashed producer leaves them.
    fn put(&self) -> std::io::Result<()> {
        // Under this name a clean-up removes it, should this process be killed now.
        let draft = self.dir.join(".memglass-draft-remains");
        let [header, region] = &self.bytes;
        put(&draft, region, &self.region)?;
        put(&draft, header, &self.header)
    }
}

fn put(draft: &Path, bytes: &[u8], place: &Path) -> std::io::Result<()> {
    std::fs::write(draft, bytes)?;
    match std::fs::rename(draft, place) {
        // It was taken for abandoned, which it looks like.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        renamed => renamed,
    }
}
