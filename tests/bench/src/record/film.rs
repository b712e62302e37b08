//! Large recordings, made faster than time goes: each look is as much later as it would be.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::{Duration, SystemTime};

use memglass::Observer;
use memglass_stream::{Compression, Recorder, Source};

use super::session::{Changing, NAME, Shape};
use crate::timing::process_ns;

/// What was made.
pub(super) struct Made {
    /// Of the recording's time.
    pub(super) seconds: f64,
    pub(super) values: u64,
    pub(super) bytes: u64,
    /// For how long this process ran meanwhile, in nanoseconds: the changes of the session are part of it.
    pub(super) ran: f64,
}

pub(super) fn make(shape: &'static Shape, dir: &Path, file: &Path, bytes: u64) -> Made {
    let ran = process_ns();
    let mut session = Changing::new(shape, dir);
    let observer = Observer::builder().dir(dir).attach(NAME);
    let observer = observer.expect("it lives");
    let recorder = Recorder::create(file, observer.session(), Compression::Zstd);
    let mut recorder = recorder.expect("there is room");
    let mut source = Source::new(observer, &[]).expect("no patterns");
    let start = SystemTime::now();
    let mut looks = 0;
    let take = |source: &mut Source, recorder: &mut Recorder, looks: u32, whole: bool| {
        let now = start + Duration::from_secs(1) * looks / shape.rate;
        let taken = match whole {
            true => source.keyframe(|change| recorder.take(now, change)),
            false => source.sample(0, |change| recorder.take(now, change)),
        };
        taken.expect("it is written");
    };
    take(&mut source, &mut recorder, looks, true);
    while recorder.totals().file_bytes < bytes {
        looks += 1;
        session.change();
        take(&mut source, &mut recorder, looks, false);
        if looks % shape.rate == 0 {
            recorder.flush().expect("it is written");
            if recorder.wants_keyframe() {
                take(&mut source, &mut recorder, looks, true);
            }
        }
    }
    let totals = recorder.finish().expect("it is written");
    Made {
        seconds: f64::from(looks) / f64::from(shape.rate),
        values: totals.values,
        bytes: totals.file_bytes,
        ran: process_ns() - ran,
    }
}

/// Bytes after the last chunk, which a recorder that is killed has not written: what its footer says.
pub(super) fn tail(file: &Path) -> u64 {
    /// Start of the summary, start of its offsets, checksum, magic bytes.
    const FOOTER: i64 = 8 + 8 + 4 + 8;
    let mut file = File::open(file).expect("it is there");
    let end = file.seek(SeekFrom::End(-FOOTER)).expect("it has a footer");
    let mut start = [0; 8];
    file.read_exact(&mut start).expect("it has a footer");
    end + FOOTER as u64 - u64::from_le_bytes(start)
}
