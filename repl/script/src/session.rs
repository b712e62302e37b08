//! What is attached.

use std::cell::{Ref, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use memglass::{AttachError, Observer, Origin, Presence, ReadError};

/// A handle on the attached session, shared by everything on the engine's thread.
///
/// Cloning it is cheap and gives the same session: after [`Attached::reattach`] every holder sees
/// the new one.
#[derive(Clone)]
pub struct Attached {
    state: Rc<RefCell<State>>,
}

struct State {
    observer: Observer,
    readonly: bool,
    life: u64,
    changes: u64,
    /// What became of the producer, as of when it was last asked for.
    fate: Option<(Instant, Presence)>,
    /// What is said to have become of it.
    told: Option<Presence>,
}

/// How long an answer about the producer holds for writes, which cannot afford to ask each time.
const FATE_HOLDS: Duration = Duration::from_millis(50);

impl Attached {
    /// Shares `observer`; writes are allowed if it was attached for writing.
    pub fn new(observer: Observer) -> Self {
        let readonly = !observer.is_writable();
        Self {
            state: Rc::new(RefCell::new(State {
                observer,
                readonly,
                life: 0,
                changes: 0,
                fate: None,
                told: None,
            })),
        }
    }

    /// The same session with every write an error, whatever the mapping allows.
    pub fn read_only(self) -> Self {
        self.state.borrow_mut().readonly = true;
        self
    }

    /// Whether writes are refused.
    pub fn is_readonly(&self) -> bool {
        self.state.borrow().readonly
    }

    /// Why writes are refused, if they are.
    pub fn why_readonly(&self) -> Option<&'static str> {
        let state = self.state.borrow();
        match state.observer.origin() {
            _ if !state.readonly => None,
            Origin::Replay(_) => Some(
                "this is the replay of a recording, which nobody can change; a branch of it (--what-if) can be written",
            ),
            Origin::File {
                is_written: false, ..
            } => Some(
                "this is a read-only copy of a file; `memglass file --write` writes into the file",
            ),
            _ => Some("the session is attached read-only"),
        }
    }

    /// The observer, for reading from it; do not keep it across a call that may refresh.
    ///
    /// # Panics
    ///
    /// If a refresh is under way, which no caller on this thread can be inside of.
    pub fn observer(&self) -> Ref<'_, Observer> {
        Ref::map(self.state.borrow(), |state| &state.observer)
    }

    /// Takes in what the producer created and destroyed since the last call; true if anything changed.
    ///
    /// # Errors
    ///
    /// As [`Observer::refresh`]; what was known before stays.
    pub fn refresh(&self) -> Result<bool, ReadError> {
        let mut state = self.state.borrow_mut();
        let changed = state.observer.refresh()?;
        state.changes += u64::from(changed);
        Ok(changed)
    }

    /// Attaches to the present session of the same name, after the producer was restarted.
    ///
    /// Handles that scripts hold are of the session they came from, and say so; labels mean the new one.
    ///
    /// # Errors
    ///
    /// As [`Observer::reattach`]; the old session stays attached.
    pub fn reattach(&self) -> Result<(), AttachError> {
        let observer = self.observer().reattach()?;
        self.attach(observer);
        Ok(())
    }

    /// Attaches to what `observer` is attached to, for every holder.
    pub fn attach(&self, observer: Observer) {
        let mut state = self.state.borrow_mut();
        state.observer = observer;
        state.life += 1;
        state.changes += 1;
        state.fate = None;
    }

    /// From now on this is what has become of the producer, and nobody is asked: of a session that is
    /// replayed, whoever replays it knows.
    pub fn tell_presence(&self, presence: Presence) {
        self.state.borrow_mut().told = Some(presence);
    }

    /// What has become of the producer; costs system calls.
    pub fn presence(&self) -> Presence {
        let told = self.state.borrow().told;
        let presence = told.unwrap_or_else(|| self.observer().producer());
        self.state.borrow_mut().fate = Some((Instant::now(), presence));
        presence
    }

    /// The same; whether the producer stands still may have been asked so long ago. Costs a microsecond then.
    pub fn presence_of_late(&self, age: Duration) -> Presence {
        let (told, fate) = {
            let state = self.state.borrow();
            (state.told, state.fate)
        };
        match (told, fate) {
            (None, Some((asked, presence)))
                if presence == Presence::Alive
                    && asked.elapsed() < age
                    && self.observer().is_producer_alive() =>
            {
                presence
            }
            _ => self.presence(),
        }
    }

    /// Why a write would be for nobody: the producer is gone, and what it left is kept as it was.
    pub fn why_unread(&self) -> Option<&'static str> {
        let (fate, is_told) = {
            let state = self.state.borrow();
            (state.fate, state.told.is_some())
        };
        let presence = match fate {
            Some((asked, presence)) if !is_told && asked.elapsed() < FATE_HOLDS => presence,
            _ => self.presence(),
        };
        match presence {
            Presence::Exited => Some("its producer has exited, so nothing would read it"),
            Presence::Crashed => Some("its producer has crashed, so nothing would read it"),
            Presence::Restarted => Some("its producer is gone; :reattach attaches to the new one"),
            _ => None,
        }
    }

    /// Counts how often there was something new, whoever refreshed: a holder that remembers what it found
    /// compares this with the count of then.
    pub fn changes(&self) -> u64 {
        self.state.borrow().changes
    }

    /// Which session this is: counts the reattachments.
    pub fn life(&self) -> u64 {
        self.state.borrow().life
    }
}
