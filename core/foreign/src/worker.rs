//! The thread that follows the file.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::error::ForeignError;
use crate::mirror::Mirror;

/// How long after the last look the file is looked at again.
const EVERY: Duration = Duration::from_millis(2);

/// Of a large file, so many times as long as a look takes: the thread takes a fifth of a core at most.
const REST: u32 = 4;

/// How often it is looked whether another file has the name.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);

/// A file that is a session as long as this is kept.
#[derive(Debug)]
pub struct Publication {
    /// Closed to end the thread.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

pub(crate) fn start(mut mirror: Mirror) -> Result<Publication, ForeignError> {
    let (end, ended) = channel();
    let thread = std::thread::Builder::new()
        .name("memglass-foreign".into())
        .spawn(move || follow(&mut mirror, &ended))
        .map_err(ForeignError::Thread)?;
    Ok(Publication {
        end: Some(end),
        thread: Some(thread),
    })
}

/// Follows the file until it is told to end. Where there is no room for an object that came back, there is none, and it is
/// tried again.
fn follow(mirror: &mut Mirror, ended: &Receiver<()>) {
    let mut followed = Instant::now();
    let mut rest = EVERY;
    while ended.recv_timeout(rest) == Err(RecvTimeoutError::Timeout) {
        let start = Instant::now();
        if followed.elapsed() >= FOLLOW_EVERY {
            mirror.look_for_another();
            followed = Instant::now();
        }
        let _ = mirror.tick();
        rest = EVERY.max(start.elapsed() * REST);
    }
    mirror.write_back();
}

/// What observers stored is in the file when this returns, if the file is written.
impl Drop for Publication {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A panic there was reported there.
            let _ = thread.join();
        }
    }
}
