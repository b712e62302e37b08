//! Playing a recording: the session moves through it, as orders say.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use memglass::{AttachError, Observer, Replay};

use crate::change::Losses;
use crate::clock::Clock;
use crate::control::{moment, nanoseconds};
use crate::cursor::{Cursor, Said};
use crate::error::{PlayError, RecordingError};
use crate::gap::Damage;
use crate::maker::Maker;
use crate::marks::{Marks, Reader};
use crate::mirror::Mirror;
use crate::recording::Recording;

/// Where a player starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// Paused at the end: what the session was last.
    AtEnd,
    /// Playing from some time after the beginning.
    Playing {
        /// How far from the beginning.
        from: Duration,
        /// Seconds of the recording that pass in a second; infinite is as fast as it goes.
        speed: f64,
        /// Whether it starts again at the end.
        again: bool,
    },
}

/// A recording that is played as a session. The session ends with this value.
///
/// A thread moves it; all orders are answered when they are carried out, with where the replay is then.
#[derive(Debug)]
pub struct Player {
    clock: Clock,
    path: PathBuf,
    dir: Option<PathBuf>,
    marks: Marks,
    damage: Damage,
    /// Objects of a branch that were written and are as recorded again.
    discarded: Arc<AtomicU64>,
    /// Started when somebody wants marks.
    reader: OnceLock<Reader>,
    orders: Option<Sender<Order>>,
    thread: Option<JoinHandle<()>>,
    maker: Maker,
}

type Answer = SyncSender<Result<Replay, PlayError>>;

#[derive(Debug)]
enum What {
    Tell,
    Play,
    Pause,
    Speed(f64),
    SeekStart,
    SeekEnd,
    SeekTo(SystemTime),
    Move { by: Duration, back: bool },
    Step(u64),
}

#[derive(Debug)]
struct Order {
    what: What,
    answer: Answer,
}

impl Player {
    /// Re-creates the recorded session under a name in `dir`, or else in the usual directory.
    ///
    /// # Errors
    ///
    /// [`PlayError`] if the name is taken, there is no room, or the recording cannot be read up to where it
    /// starts.
    pub fn start(
        recording: Recording,
        name: &str,
        dir: Option<&Path>,
        start: Start,
    ) -> Result<Player, PlayError> {
        let mirror = Mirror::new(&recording, name, dir)?;
        let (path, marks) = (recording.path().to_owned(), Marks::of(&recording));
        let damage = recording.damage();
        let (orders, inbox) = channel();
        let mut deck = Deck::new(Cursor::new(recording), mirror);
        deck.start(start)?;
        let (clock, discarded) = (deck.clock.clone(), Arc::clone(&deck.discarded));
        let thread = std::thread::Builder::new()
            .name("memglass-player".into())
            .spawn(move || deck.work(&inbox))
            .map_err(PlayError::Thread)?;
        Ok(Player {
            clock,
            path,
            dir: dir.map(Path::to_owned),
            marks,
            damage,
            discarded,
            reader: OnceLock::new(),
            orders: Some(orders),
            thread: Some(thread),
            maker: Maker::this_process(),
        })
    }

    /// What happened when in the recording. The first time, a thread begins to read it for that.
    pub fn marks(&self) -> &Marks {
        self.reader
            .get_or_init(|| Reader::start(&self.path, &self.marks, &self.damage));
        self.marks.damaged(&self.damage);
        &self.marks
    }

    /// What of the recording is damaged, as far as the player has met it.
    pub fn damage(&self) -> &Damage {
        &self.damage
    }

    /// Marks that a trigger fired at this time of the recording.
    pub fn mark_fired(&self, time: SystemTime) {
        self.marks.fired(time);
    }

    /// The same recording, to be gone through beside the replay from a moment on, as a session of this name.
    ///
    /// # Errors
    ///
    /// As for [`Passage::start`]; [`PlayError::Recording`] if the file is gone, or another one has its name.
    pub fn passage(&self, name: &str, from: SystemTime) -> Result<Passage, PlayError> {
        let recording = Recording::open(&self.path)?.with_damage(&self.damage);
        if !self.marks.are_of(&recording) {
            let path = self.path.clone();
            return Err(RecordingError::Replaced { path }.into());
        }
        Passage::begin(recording, name, self.dir.as_deref(), Some(from))
    }

    /// Its clock.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// How many objects of a [branch](Recording::as_branch) were written and are as recorded again, since that was asked last:
    /// whoever goes elsewhere leaves behind what was written.
    pub fn take_discarded(&self) -> u64 {
        self.discarded.swap(0, Ordering::Relaxed)
    }

    /// Where it is.
    ///
    /// # Errors
    ///
    /// As all orders: [`PlayError::Recording`] if the recording makes no sense there, [`PlayError::Ended`] if the
    /// player has ended. Then it is paused. What is damaged is no error: [`damage`](Player::damage) tells it.
    pub fn tell(&self) -> Result<Replay, PlayError> {
        self.order(What::Tell)
    }

    /// Goes on; from the beginning if it is at the end.
    ///
    /// # Errors
    ///
    /// As for [`tell`](Player::tell).
    pub fn play(&self) -> Result<Replay, PlayError> {
        self.order(What::Play)
    }

    /// Stands still.
    ///
    /// # Errors
    ///
    /// As for [`tell`](Player::tell).
    pub fn pause(&self) -> Result<Replay, PlayError> {
        self.order(What::Pause)
    }

    /// Plays so many times as fast as it was recorded; infinite is as fast as it goes.
    ///
    /// # Errors
    ///
    /// As for [`tell`](Player::tell).
    pub fn speed(&self, speed: f64) -> Result<Replay, PlayError> {
        self.order(What::Speed(speed))
    }

    /// Goes to the beginning.
    ///
    /// # Errors
    ///
    /// As for [`tell`](Player::tell).
    pub fn seek_start(&self) -> Result<Replay, PlayError> {
        self.order(What::SeekStart)
    }

    /// Goes to the end.
    ///
    /// # Errors
    ///
    /// As for [`tell`](Player::tell).
    pub fn seek_end(&self) -> Result<Replay, PlayError> {
        self.order(What::SeekEnd)
    }

    /// Goes to a moment: everything at it has happened.
    ///
    /// # Errors
    ///
    /// As for [`tell`](Player::tell).
    pub fn seek(&self, to: SystemTime) -> Result<Replay, PlayError> {
        self.order(What::SeekTo(to))
    }

    /// Goes forward by some time.
    ///
    /// # Errors
    ///
    /// As for [`tell`](Player::tell).
    pub fn forward(&self, by: Duration) -> Result<Replay, PlayError> {
        self.order(What::Move { by, back: false })
    }

    /// Goes back by some time.
    ///
    /// # Errors
    ///
    /// As for [`tell`](Player::tell).
    pub fn back(&self, by: Duration) -> Result<Replay, PlayError> {
        self.order(What::Move { by, back: true })
    }

    /// Pauses, and goes on by so many moments at which something changed.
    ///
    /// # Errors
    ///
    /// As for [`tell`](Player::tell).
    pub fn step(&self, moments: u64) -> Result<Replay, PlayError> {
        self.order(What::Step(moments))
    }

    fn order(&self, what: What) -> Result<Replay, PlayError> {
        let (answer, answered) = sync_channel(1);
        let orders = self.orders.as_ref().ok_or(PlayError::Ended)?;
        let sent = orders.send(Order { what, answer });
        sent.map_err(|_| PlayError::Ended)?;
        answered.recv().map_err(|_| PlayError::Ended)?
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        if self.maker.is_parent() {
            std::mem::forget((self.orders.take(), self.thread.take()));
            return;
        }
        // Without a sender the thread ends.
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A recording that is gone through as a session on the caller's thread, from its start. The session ends with this
/// value.
///
/// Nothing moves it but [`go_on`](Passage::go_on), so whoever goes through a recording twice sees the same twice.
///
/// # Examples
///
/// ```
/// # let dir = memglass::doc::directory();
/// # let file = dir.join("run.mcap");
/// # use std::time::SystemTime;
/// # use memglass::{Observer, Session, Value};
/// # use memglass_stream::{Compression, Recorder, Source};
/// # let session = Session::builder("engine").dir(&dir).create()?;
/// # let quantity = session.object("quantity", 100_i64)?;
/// # let observer = Observer::builder().dir(&dir).attach("engine")?;
/// # let mut recorder = Recorder::create(&file, observer.session(), Compression::Zstd)?;
/// # let mut source = Source::new(observer, &[])?;
/// # let now = SystemTime::now();
/// # source.keyframe(|change| recorder.take(now, change))?;
/// # quantity.set(500);
/// # let now = SystemTime::now();
/// # source.sample(0, |change| recorder.take(now, change))?;
/// # recorder.finish()?;
/// use memglass_stream::{Passage, Recording};
///
/// let mut passage = Passage::start(Recording::open(&file)?, "replay", Some(&dir))?;
/// let replay = passage.attach()?;
/// assert_eq!(replay.field("quantity")?.read()?, Value::I64(100));
/// while let Some(next) = passage.next_time() {
///     passage.go_on(next)?;
/// }
/// assert_eq!(replay.field("quantity")?.read()?, Value::I64(500));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Passage {
    deck: Deck,
    name: String,
    dir: Option<PathBuf>,
}

impl Passage {
    /// Re-creates the recorded session under a name in `dir`, or else in the usual directory, as it was at the start.
    ///
    /// # Errors
    ///
    /// As for [`Player::start`].
    pub fn start(
        recording: Recording,
        name: &str,
        dir: Option<&Path>,
    ) -> Result<Passage, PlayError> {
        Passage::begin(recording, name, dir, None)
    }

    fn begin(
        recording: Recording,
        name: &str,
        dir: Option<&Path>,
        from: Option<SystemTime>,
    ) -> Result<Passage, PlayError> {
        let mirror = Mirror::new(&recording, name, dir)?;
        let mut deck = Deck::new(Cursor::new(recording), mirror);
        deck.seek(from.map_or(deck.start_time(), nanoseconds))?;
        deck.say();
        Ok(Passage {
            deck,
            name: name.to_owned(),
            dir: dir.map(Path::to_owned),
        })
    }

    /// The recording.
    pub fn recording(&self) -> &Recording {
        self.deck.cursor.recording()
    }

    /// Attaches to its session, for reading.
    ///
    /// # Errors
    ///
    /// [`AttachError`] if something happened to its files.
    pub fn attach(&self) -> Result<Observer, AttachError> {
        let builder = Observer::builder();
        let builder = match &self.dir {
            Some(dir) => builder.dir(dir),
            None => builder,
        };
        builder.attach(&self.name)
    }

    /// What the recorder is known to have missed on the way so far.
    pub fn losses(&self) -> Losses {
        self.deck.losses
    }

    /// Where it is.
    pub fn position(&self) -> SystemTime {
        moment(self.deck.position)
    }

    /// When something happens next; nothing at the end.
    pub fn next_time(&mut self) -> Option<SystemTime> {
        self.deck.cursor.next_time().map(moment)
    }

    /// Lets everything happen up to a moment, one thing after the other.
    ///
    /// # Errors
    ///
    /// [`PlayError`] if the recording makes no sense there, or there is no room for an object.
    pub fn go_on(&mut self, to: SystemTime) -> Result<(), PlayError> {
        let deck = &mut self.deck;
        let to = nanoseconds(to);
        while let Some(next) = deck.cursor.next_time().filter(|next| *next <= to) {
            deck.play_moment(next)?;
        }
        deck.position = deck.position.max(to.min(deck.end()));
        deck.say();
        Ok(())
    }
}

/// How often the session says where it is while nothing changes.
pub(crate) const TELL_EVERY: Duration = Duration::from_millis(50);

/// Moments that are played before orders are looked at.
const BATCH: usize = 256;

/// What the thread has.
struct Deck {
    cursor: Cursor,
    mirror: Mirror,
    clock: Clock,
    position: u64,
    /// How much was played, and not passed over.
    played: u64,
    /// What the recorder is known to have missed in that.
    losses: Losses,
    speed: f64,
    is_playing: bool,
    /// What it met while it played, until somebody asks.
    fault: Option<PlayError>,
    again: bool,
    discarded: Arc<AtomicU64>,
    /// When the position was so far, while it plays.
    since: (Instant, u64),
}

impl Deck {
    fn new(cursor: Cursor, mirror: Mirror) -> Deck {
        Deck {
            position: nanoseconds(cursor.recording().start()),
            cursor,
            mirror,
            clock: Clock::new(),
            played: 0,
            losses: Losses::default(),
            speed: 1.0,
            is_playing: false,
            fault: None,
            again: false,
            discarded: Arc::default(),
            since: (Instant::now(), 0),
        }
    }

    fn start(&mut self, start: Start) -> Result<(), PlayError> {
        match start {
            Start::AtEnd => self.seek(self.end())?,
            Start::Playing { from, speed, again } => {
                let from = u64::try_from(from.as_nanos()).unwrap_or(u64::MAX);
                self.seek(self.start_time().saturating_add(from))?;
                self.again = again;
                self.speed = speed;
                self.is_playing = true;
                self.mark();
            }
        }
        self.say();
        Ok(())
    }

    fn work(&mut self, inbox: &Receiver<Order>) {
        loop {
            let wait = match self.advance() {
                Ok(wait) => wait,
                Err(error) => {
                    // The next order tells it.
                    self.fault = Some(error);
                    self.is_playing = false;
                    None
                }
            };
            self.say();
            let order = match wait {
                Some(wait) => inbox.recv_timeout(wait),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match order {
                Ok(order) => {
                    let done = self.obey(order.what);
                    self.say();
                    // Whoever asked may not wait any more.
                    let _ = order.answer.send(done.map(|()| self.replay()));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Plays what is due; how long there is nothing to do, or `None` while it is paused.
    fn advance(&mut self) -> Result<Option<Duration>, PlayError> {
        if !self.is_playing {
            return Ok(None);
        }
        for _ in 0..BATCH {
            let now = self.due();
            match self.cursor.next_time() {
                None => {
                    self.move_on(now.min(self.end()).max(self.position));
                    return self.at_end();
                }
                Some(next) if next <= now => self.play_moment(next)?,
                Some(next) => {
                    self.move_on(now.max(self.position));
                    let wait = (next - now) as f64 / self.speed / 1e9;
                    let wait = Duration::try_from_secs_f64(wait).unwrap_or(TELL_EVERY);
                    return Ok(Some(wait.min(TELL_EVERY)));
                }
            }
        }
        Ok(Some(Duration::ZERO))
    }

    fn at_end(&mut self) -> Result<Option<Duration>, PlayError> {
        if !self.again {
            self.move_on(self.end());
            self.is_playing = false;
            return Ok(None);
        }
        self.seek(self.start_time())?;
        self.mark();
        // So that a recording of one moment does not take a whole processor.
        Ok(Some(TELL_EVERY))
    }

    /// The time in the recording that should have come by now.
    fn due(&self) -> u64 {
        let (instant, position) = self.since;
        let passed = instant.elapsed().as_nanos() as f64 * self.speed;
        // An infinite speed makes it the largest number, at once or after a nanosecond.
        position.saturating_add(passed as u64)
    }

    fn mark(&mut self) {
        self.since = (Instant::now(), self.position);
    }

    fn obey(&mut self, what: What) -> Result<(), PlayError> {
        let fault = self.fault.take();
        match what {
            What::Tell => fault.map_or(Ok(()), Err)?,
            What::Play => {
                if self.position >= self.end() {
                    self.seek(self.start_time())?;
                }
                self.is_playing = true;
            }
            What::Pause => self.is_playing = false,
            What::Speed(speed) => self.speed = speed,
            What::SeekStart => self.seek(self.start_time())?,
            What::SeekEnd => self.seek(self.end())?,
            What::SeekTo(time) => self.seek(nanoseconds(time))?,
            What::Move { by, back } => {
                let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
                self.seek(match back {
                    true => self.position.saturating_sub(by),
                    false => self.position.saturating_add(by),
                })?;
            }
            What::Step(moments) => {
                self.is_playing = false;
                for _ in 0..moments {
                    let Some(next) = self.cursor.next_time() else {
                        break;
                    };
                    self.play_moment(next)?;
                }
            }
        }
        self.mark();
        Ok(())
    }

    /// Goes to a time within the recording. What is passed over is not played.
    fn seek(&mut self, time: u64) -> Result<(), PlayError> {
        let played = self.played;
        let sought = self.go_to(time);
        self.played = played;
        sought
    }

    fn go_to(&mut self, time: u64) -> Result<(), PlayError> {
        let discarded = self.mirror.discard()?;
        self.discarded.fetch_add(discarded, Ordering::Relaxed);
        // Not `clamp`: a damaged recording may end before it begins.
        let time = time.max(self.start_time()).min(self.end());
        // Forwards too, if that is a short cut.
        let is_short_cut =
            time < self.position || self.cursor.has_keyframe_between(self.position, time);
        if is_short_cut && self.cursor.rewind(time) == 0 {
            self.mirror.clear();
        }
        self.pass_over(time)?;
        self.position = time;
        Ok(())
    }

    /// Everything up to a time has happened. Of each object only the last value is written: nobody sees the others.
    fn pass_over(&mut self, time: u64) -> Result<(), PlayError> {
        let passed = self.pass_all(time);
        // Up to a damaged part too.
        self.write_last().and(passed)
    }

    fn pass_all(&mut self, time: u64) -> Result<(), PlayError> {
        while let Some(next) = self.cursor.next_time().filter(|next| *next <= time) {
            if self.cursor.has_to_take() {
                self.write_last()?;
            }
            let said = self.cursor.pass_over()?;
            self.mirror.apply(said)?;
            self.position = next;
        }
        Ok(())
    }

    fn write_last(&mut self) -> Result<(), PlayError> {
        let (cursor, mirror) = (&mut self.cursor, &mut self.mirror);
        let mut last = cursor.take_last().into_iter();
        last.try_for_each(|(object, message)| {
            let value = cursor.value_of(&object, &message)?;
            mirror.apply(Said::Value(object, value))
        })
    }

    /// Plays everything at one time.
    fn play_moment(&mut self, time: u64) -> Result<(), PlayError> {
        while self.cursor.next_time() == Some(time) {
            let said = self.cursor.pass()?;
            if let Said::Lost(losses) = &said {
                self.losses.add(*losses);
            }
            self.mirror.apply(said)?;
        }
        self.move_on(time);
        Ok(())
    }

    /// Is at a time that comes after where it was.
    fn move_on(&mut self, time: u64) {
        self.played += time.saturating_sub(self.position);
        self.position = time;
    }

    fn start_time(&self) -> u64 {
        nanoseconds(self.cursor.recording().start())
    }

    fn end(&self) -> u64 {
        nanoseconds(self.cursor.recording().end())
    }

    fn shown_speed(&self) -> f64 {
        if self.is_playing { self.speed } else { 0.0 }
    }

    fn say(&self) {
        let session = self.mirror.session();
        session.replay_is_at(moment(self.position), self.shown_speed());
        let clock = &self.clock;
        clock.set(self.played, self.position, self.shown_speed(), self.speed);
    }

    fn replay(&self) -> Replay {
        let mut replay = self.cursor.recording().replay();
        replay.position = moment(self.position);
        replay.speed = self.shown_speed();
        replay
    }
}
