//! Where the values of a session come from: its producer, a recording that is played, or a file of another program.
//!
//! The words of the mark are written and read one by one: what is read while they are written may mix two
//! moments. They are for display, and for refusing writes.

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::shm::View;
use crate::wire::header as at;

/// Where the values of a session come from.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Origin {
    /// The program that made the session.
    #[default]
    Live,
    /// A recording of another session that is played.
    Replay(Replay),
    /// The memory of a program that knows nothing of memglass, as a file. The session is a copy of it.
    File {
        /// Name of the file. At most 56 bytes are kept: it is for display.
        name: String,
        /// Whether what observers write goes into the file; else they cannot write.
        is_written: bool,
    },
}

/// A recording that is played, and where it is now.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Replay {
    /// Name of the recording. At most 56 bytes are kept: it is for display.
    pub name: String,
    /// When the recording begins.
    pub start: SystemTime,
    /// When it ends.
    pub end: SystemTime,
    /// The moment whose values the session has.
    pub position: SystemTime,
    /// Seconds of the recording that pass in a second; 0 while it is paused.
    pub speed: f64,
    /// Whether it is a branch that observers may write: what if. The recording stays as it is.
    pub is_branch: bool,
}

impl Replay {
    /// A recording at its start, paused.
    pub fn new(name: impl Into<String>, start: SystemTime, end: SystemTime) -> Replay {
        Replay {
            name: name.into(),
            start,
            end,
            position: start,
            speed: 0.0,
            is_branch: false,
        }
    }

    /// The same as a branch that observers may write.
    pub fn branch(self) -> Replay {
        Replay {
            is_branch: true,
            ..self
        }
    }

    /// How far from its start it is.
    pub fn elapsed(&self) -> Duration {
        self.position.duration_since(self.start).unwrap_or_default()
    }
}

/// "replay of run.mcap at 12.5 s, x2, what-if".
impl std::fmt::Display for Replay {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let elapsed = self.elapsed().as_secs_f64();
        write!(out, "replay of {} at {elapsed:.1} s", self.name)?;
        match self.speed {
            0.0 => out.write_str(", paused"),
            1.0 => Ok(()),
            speed if speed.is_infinite() => out.write_str(", as fast as it goes"),
            speed => write!(out, ", x{speed}"),
        }?;
        match self.is_branch {
            true => out.write_str(", what-if"),
            false => Ok(()),
        }
    }
}

/// Marks a header as that of a session whose values come from there.
pub(crate) fn mark(header: View<'_>, origin: &Origin) {
    match origin {
        Origin::Live => {}
        Origin::Replay(replay) => {
            store(header, at::REPLAY_START, nanoseconds(replay.start));
            store(header, at::REPLAY_END, nanoseconds(replay.end));
            move_to(header, replay.position, replay.speed);
            mark_as(header, at::ORIGIN_REPLAY, &replay.name, replay.is_branch);
        }
        Origin::File { name, is_written } => {
            mark_as(header, at::ORIGIN_FILE, name, *is_written);
        }
    }
}

fn mark_as(header: View<'_>, origin: u64, name: &str, is_writable: bool) {
    let end = name.floor_char_boundary(at::MAX_ORIGIN_NAME);
    let name = &name[..end];
    store(header, at::ORIGIN_NAME_LEN, name.len() as u64);
    header
        .store_bytes_in_words(at::ORIGIN_NAME, name.as_bytes())
        .expect("the header has room for it");
    store(header, at::ORIGIN_IS_WRITABLE, u64::from(is_writable));
    store(header, at::ORIGIN, origin);
}

/// Says where a replay is now.
pub(crate) fn move_to(header: View<'_>, position: SystemTime, speed: f64) {
    store(header, at::REPLAY_POSITION, nanoseconds(position));
    store(header, at::REPLAY_SPEED, speed.to_bits());
}

/// Whether a header is that of a copy which nobody may write.
pub(crate) fn refuses_writes(header: View<'_>) -> bool {
    match of(header) {
        Origin::Live => false,
        Origin::Replay(replay) => !replay.is_branch,
        Origin::File { is_written, .. } => !is_written,
    }
}

/// What a header says of where its values come from.
pub(crate) fn of(header: View<'_>) -> Origin {
    let origin = load(header, at::ORIGIN);
    if ![at::ORIGIN_REPLAY, at::ORIGIN_FILE].contains(&origin) {
        return Origin::Live;
    }
    let len = load(header, at::ORIGIN_NAME_LEN).min(at::MAX_ORIGIN_NAME as u64);
    let name = header.bytes_in_words(at::ORIGIN_NAME, len as usize);
    let name = String::from_utf8_lossy(&name.unwrap_or_default()).into_owned();
    let is_writable = load(header, at::ORIGIN_IS_WRITABLE) == 1;
    if origin == at::ORIGIN_FILE {
        return Origin::File {
            name,
            is_written: is_writable,
        };
    }
    let time = |offset| UNIX_EPOCH + Duration::from_nanos(load(header, offset));
    let speed = f64::from_bits(load(header, at::REPLAY_SPEED));
    Origin::Replay(Replay {
        name,
        start: time(at::REPLAY_START),
        end: time(at::REPLAY_END),
        position: time(at::REPLAY_POSITION),
        speed: if speed >= 0.0 { speed } else { 0.0 },
        is_branch: is_writable,
    })
}

fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

fn load(header: View<'_>, offset: usize) -> u64 {
    let word = header.word(offset);
    word.map_or(0, |word| word.load(Ordering::Relaxed))
}

fn store(header: View<'_>, offset: usize, value: u64) {
    header
        .word(offset)
        .expect("the header has all its words")
        .store(value, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Observer, ObserverBuilder, Session, Value, WriteError, doc};

    fn run() -> Replay {
        let start = UNIX_EPOCH + Duration::from_secs(100);
        Replay::new("run.mcap", start, start + Duration::from_secs(60))
    }

    fn session(replay: Replay) -> (Session, ObserverBuilder) {
        let dir = doc::directory();
        let session = Session::builder("run").dir(&dir).replay(replay);
        (session.create().unwrap(), Observer::builder().dir(dir))
    }

    #[test]
    fn a_replay_says_what_it_is_and_where() {
        let (session, builder) = session(run());
        let observer = builder.attach("run").unwrap();
        let at = UNIX_EPOCH + Duration::from_millis(112_500);
        session.replay_is_at(at, 2.0);
        let Origin::Replay(replay) = observer.origin() else {
            panic!("not marked")
        };
        assert_eq!(replay.to_string(), "replay of run.mcap at 12.5 s, x2");
        assert_eq!(replay.position, at);
    }

    #[test]
    fn a_replay_refuses_writes_with_the_reason() {
        let (session, builder) = session(run());
        let answer = session.object("answer", 42_i64).unwrap();
        let observer = builder.writable().attach("run").unwrap();
        let field = observer.field("answer").unwrap();
        let refused = field.write(&Value::I64(1)).unwrap_err();
        assert!(matches!(refused, WriteError::Replay { .. }), "{refused}");
        assert_eq!(answer.get(), 42);
    }

    #[test]
    fn a_copy_of_a_file_that_is_only_read_refuses_writes_with_the_reason() {
        let dir = doc::directory();
        let session = |is_written| {
            let name = "a/ring".to_owned();
            let origin = Origin::File { name, is_written };
            let builder = Session::builder("ring").dir(&dir).origin(origin);
            builder.create().unwrap()
        };
        let write = |session: &Session| {
            let answer = session.object("answer", 42_i64).unwrap();
            let observer = Observer::builder().dir(&dir).writable();
            let observer = observer.attach("ring").unwrap();
            let written = observer.field("answer").unwrap().write(&Value::I64(1));
            (written, answer.get())
        };
        let (refused, now) = write(&session(false));
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, WriteError::CopyOfFile { .. }),
            "{refused}"
        );
        assert_eq!(now, 42);
        assert_eq!(write(&session(true)).1, 1);
    }

    #[test]
    fn a_branch_of_a_replay_is_written_and_says_so() {
        let (session, builder) = session(run().branch());
        let answer = session.object("answer", 42_i64).unwrap();
        let observer = builder.writable().attach("run").unwrap();
        let field = observer.field("answer").unwrap();
        field.write(&Value::I64(1)).unwrap();
        assert_eq!(answer.get(), 1);
        let Origin::Replay(replay) = observer.origin() else {
            panic!("not marked")
        };
        let text = "replay of run.mcap at 0.0 s, paused, what-if";
        assert_eq!(replay.to_string(), text);
    }
}
