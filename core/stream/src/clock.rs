//! The clock of a replay: time passes as it was recorded, at the speed at which it is played.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::control::moment;

/// The clock of a [`Player`](crate::Player). It stands still while the replay does, and no seeking moves it.
///
/// # Examples
///
/// ```
/// # let dir = memglass::doc::directory();
/// # let file = dir.join("run.mcap");
/// # use memglass::{Observer, Session};
/// # use memglass_stream::{Compression, Recorder, Source};
/// # let session = Session::builder("engine").dir(&dir).create()?;
/// # let observer = Observer::builder().dir(&dir).attach("engine")?;
/// # let mut recorder = Recorder::create(&file, observer.session(), Compression::Zstd)?;
/// # let now = std::time::SystemTime::now();
/// # Source::new(observer, &[])?.keyframe(|change| recorder.take(now, change))?;
/// # recorder.finish()?;
/// use memglass_stream::{Player, Recording, Start};
///
/// let recording = Recording::open(&file)?;
/// let end = recording.end();
/// let player = Player::start(recording, "replay", Some(&dir), Start::AtEnd)?;
/// let clock = player.clock();
/// assert!(clock.is_still());
/// assert_eq!(clock.time(), end);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<Hands>>);

/// What the player said last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hands {
    /// Nanoseconds of the recording that were played, and not passed over by seeking.
    pub(crate) played: u64,
    /// Where it is.
    pub(crate) position: u64,
    /// 0 while it stands still.
    pub(crate) speed: f64,
    /// The speed at which it plays when it does.
    pub(crate) chosen: f64,
    /// When that was so.
    pub(crate) at: Instant,
    /// The latest time that was told.
    told: u64,
}

impl Clock {
    pub(crate) fn new() -> Clock {
        Clock(Arc::new(Mutex::new(Hands {
            played: 0,
            position: 0,
            speed: 0.0,
            chosen: 1.0,
            at: Instant::now(),
            told: 0,
        })))
    }

    pub(crate) fn set(&self, played: u64, position: u64, speed: f64, chosen: f64) {
        let mut hands = self.hands();
        (hands.played, hands.position) = (played, position);
        (hands.speed, hands.chosen) = (speed, chosen);
        hands.at = Instant::now();
    }

    /// How many times as fast as it was it plays, or will play when it goes on.
    pub fn chosen_speed(&self) -> f64 {
        self.hands().chosen
    }

    /// How much of the recording was played since it was opened. It never goes back.
    pub fn now(&self) -> Duration {
        let mut hands = self.hands();
        hands.told = hands.told.max(hands.played + hands.since());
        Duration::from_nanos(hands.told)
    }

    /// The time of the recording.
    pub fn time(&self) -> SystemTime {
        let hands = self.hands();
        moment(hands.position.saturating_add(hands.since()))
    }

    /// Whether it stands still.
    pub fn is_still(&self) -> bool {
        self.hands().speed == 0.0
    }

    /// How long it takes until so much of the recording was played; nothing while it stands still.
    pub fn takes(&self, time: Duration) -> Option<Duration> {
        let speed = self.hands().speed;
        let seconds = time.as_secs_f64() / speed;
        Duration::try_from_secs_f64(seconds)
            .ok()
            .filter(|_| speed > 0.0)
    }

    fn hands(&self) -> std::sync::MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hands {
    /// What was played since the player said where it is: no more than until it says so again.
    fn since(&self) -> u64 {
        match self.speed.is_finite() {
            true => {
                let passed = self.at.elapsed().min(crate::player::TELL_EVERY);
                (passed.as_nanos() as f64 * self.speed) as u64
            }
            false => 0,
        }
    }
}
