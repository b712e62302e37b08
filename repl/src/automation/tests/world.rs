//! Virtual time, and what happens in it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use memglass::{Observer, Presence};
use memglass_script::Attached;
use serde_json::Value as Json;

use super::producer::Producer;
use crate::automation::Surroundings;

/// A producer and a clock that moves only when it is told to.
pub(super) struct World {
    dir: tempfile::TempDir,
    producer: RefCell<Producer>,
    attached: RefCell<Option<Attached>>,
    now: Cell<Duration>,
    presence: Cell<Presence>,
    /// Until when no samples can be taken.
    stalled: Cell<Duration>,
    events: RefCell<VecDeque<(Duration, Vec<Json>)>>,
    /// What was typed and not run yet.
    pub(super) lines: RefCell<VecDeque<String>>,
    pub(super) interrupt: Arc<AtomicBool>,
    end: Duration,
    /// Whether time went beyond the end.
    pub(super) is_over: Cell<bool>,
    /// Called when it does.
    pub(super) at_end: RefCell<Option<Box<dyn Fn()>>>,
}

impl World {
    pub(super) fn new(timeline: &[Json], end: Duration) -> Rc<Self> {
        let mut events: Vec<(Duration, Vec<Json>)> = timeline
            .iter()
            .map(|event| {
                let event = event.as_array().expect("an event is a list");
                let time = event[0].as_f64().expect("an event has a time");
                (Duration::from_secs_f64(time / 1e3), event[1..].to_vec())
            })
            .collect();
        events.sort_by_key(|(time, _)| *time);
        let dir = tempfile::tempdir().expect("a directory");
        let world = Rc::new(World {
            producer: RefCell::new(Producer::new()),
            attached: RefCell::default(),
            now: Cell::default(),
            presence: Cell::new(Presence::Alive),
            stalled: Cell::default(),
            events: RefCell::new(events.into()),
            lines: RefCell::default(),
            interrupt: Arc::default(),
            end,
            is_over: Cell::new(false),
            at_end: RefCell::default(),
            dir,
        });
        let observer = world.start();
        *world.attached.borrow_mut() = Some(Attached::new(observer));
        world.happen();
        world
    }

    pub(super) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(super) fn attached(&self) -> Attached {
        self.attached.borrow().clone().expect("attached at once")
    }

    fn start(&self) -> Observer {
        let name = self.producer.borrow_mut().start(self.dir.path());
        let observer = Observer::builder().dir(self.dir.path()).writable();
        observer.attach(&name).expect("the session just started")
    }

    /// Lets happen what is due.
    fn happen(&self) {
        loop {
            let now = self.now.get();
            let event = self
                .events
                .borrow_mut()
                .pop_front_if(|(time, _)| *time <= now);
            let Some((_, event)) = event else { return };
            self.event(&event);
        }
    }

    fn event(&self, event: &[Json]) {
        let text = |index: usize| event.get(index).and_then(Json::as_str).unwrap_or_default();
        let mut producer = self.producer.borrow_mut();
        match text(0) {
            "create" => producer.create(text(1), text(2), event.get(3).unwrap_or(&Json::Null)),
            "destroy" => producer.destroy(text(1)),
            "line" => self.lines.borrow_mut().push_back(text(1).to_owned()),
            "interrupt" => self.interrupt.store(true, Ordering::Relaxed),
            "stall" => {
                let time = event[1].as_f64().expect("a stall has a length");
                let length = Duration::from_secs_f64(time / 1e3);
                self.stalled.set(self.now.get() + length);
            }
            "crash" => self.become_of_it(Presence::Crashed),
            "exit" => self.become_of_it(Presence::Exited),
            "stop" => self.become_of_it(Presence::Stopped),
            "cont" => self.become_of_it(Presence::Alive),
            "start" | "restart" => {
                drop(producer);
                let observer = self.start();
                self.attached().attach(observer);
                self.become_of_it(Presence::Alive);
            }
            path => producer.store(path, &event[1]),
        }
    }

    fn become_of_it(&self, presence: Presence) {
        self.presence.set(presence);
        self.attached().tell_presence(presence);
    }
}

impl Surroundings for World {
    fn now(&self) -> Duration {
        self.now.get()
    }

    fn start(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn next_event(&self) -> Option<Duration> {
        let event = self.events.borrow().front().map(|(time, _)| *time);
        let stalled = Some(self.stalled.get()).filter(|until| *until > self.now.get());
        [event, stalled].into_iter().flatten().min()
    }

    fn wait(&self, until: Option<Duration>) {
        let until = until.unwrap_or(self.end + Duration::from_nanos(1));
        if until > self.end {
            // Whoever waits is cut off.
            self.now.set(self.end);
            self.is_over.set(true);
            if let Some(at_end) = &*self.at_end.borrow() {
                at_end();
            }
            self.interrupt.store(true, Ordering::Relaxed);
            return;
        }
        self.now.set(self.now.get().max(until));
        self.happen();
    }

    fn samples_here(&self) -> bool {
        !self.is_stalled()
    }

    fn is_stalled(&self) -> bool {
        self.now.get() < self.stalled.get()
    }

    fn presence(&self, _: &Attached) -> Presence {
        self.presence.get()
    }
}
