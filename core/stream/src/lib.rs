//! Recordings of memglass sessions: what changed, kept in a file, and played again.
//!
//! A [`Tape`] records a session on a thread of its own. Its parts can be used by themselves:
//!
//! A [`Source`] looks at a session at each tick and says what changed, as plain data ([`Change`]). A
//! [`Recorder`] writes that into an MCAP file, which other programs read as well. A [`Recording`] is such a
//! file, opened; a [`Player`] re-creates the session from it, and every observer (prompt, scripts, view) works
//! on that as on the original. [`Recording::tell`] says the same changes again without a session, and a [`State`]
//! keeps what they come to.
//!
//! ```
//! # let dir = memglass::doc::directory();
//! # let file = dir.join("run.mcap");
//! use std::time::SystemTime;
//!
//! use memglass::{Observer, Session, Value};
//! use memglass_stream::{Compression, Player, Recorder, Recording, Source, Start};
//!
//! let session = Session::builder("engine").dir(&dir).create()?;
//! let quantity = session.object("quantity", 100_i64)?;
//!
//! let observer = Observer::builder().dir(&dir).attach("engine")?;
//! let mut recorder = Recorder::create(&file, observer.session(), Compression::Zstd)?;
//! let mut source = Source::new(observer, &[])?;
//! // One look has one time.
//! let now = SystemTime::now();
//! source.keyframe(|change| recorder.take(now, change))?;
//! quantity.set(500);
//! let now = SystemTime::now();
//! source.sample(0, |change| recorder.take(now, change))?;
//! recorder.finish()?;
//!
//! let player = Player::start(Recording::open(&file)?, "replay", Some(&dir), Start::AtEnd)?;
//! let replay = Observer::builder().dir(&dir).attach("replay")?;
//! assert_eq!(replay.field("quantity")?.read()?, Value::I64(500));
//! player.seek_start()?;
//! assert_eq!(replay.field("quantity")?.read()?, Value::I64(100));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod change;
mod chunk;
mod clock;
mod control;
mod cursor;
mod ending;
mod error;
mod finish;
mod gap;
mod identity;
mod index;
mod living;
mod maker;
mod marks;
mod message;
mod mirror;
mod pace;
mod plan;
mod player;
mod protobuf;
mod record;
mod recorder;
mod recording;
mod reels;
mod ring;
mod shape;
mod source;
mod state;
mod tape;
mod writer;

pub use change::{Change, Losses, Object};
pub use clock::Clock;
pub use error::{PlayError, RecordError, RecordingError};
pub use gap::{Damage, Gap};
pub use marks::{Happened, Marks};
pub use plan::{Plan, Split};
pub use player::{Passage, Player, Start};
pub use recorder::{Channels, Compression, Recorder, Totals};
pub use recording::Recording;
pub use reels::numbered;
pub use source::Source;
pub use state::{State, Turn};
pub use tape::{End, Held, Progress, Saving, Tape};
