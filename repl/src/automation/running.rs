//! Actions and conditions that go on for long: the prompt gives no answer meanwhile, and people are told why.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::Automation;
use super::action::Entry;

/// How long something of a trigger runs before people hear of it.
const LONG: Duration = Duration::from_secs(1);

/// How long nothing more is said of the same trigger.
const QUIET: Duration = Duration::from_secs(60);

/// What of a trigger runs on the thread of the scripts.
struct Running {
    entry: Rc<Entry>,
    /// What of it.
    what: &'static str,
    since: Instant,
}

/// What runs, and of which triggers it was told that they take long.
#[derive(Default)]
pub(super) struct Long {
    running: Option<Running>,
    told: HashMap<u64, Instant>,
}

impl Automation {
    /// From now on people hear of what runs for long, while they wait for an answer of the prompt.
    pub(crate) fn tell_what_takes_long(&self) {
        self.0.long.replace(Some(Long::default()));
        let shared = Rc::downgrade(&self.0);
        self.callbacks().set_onlooker(move || {
            if let Some(shared) = shared.upgrade() {
                Automation(shared).look_at_running();
            }
        });
    }

    /// Does something of a trigger, `what` in words.
    pub(super) fn during<T>(
        &self,
        entry: &Rc<Entry>,
        what: &'static str,
        work: impl FnOnce() -> T,
    ) -> T {
        let running = || Running {
            entry: Rc::clone(entry),
            what,
            since: Instant::now(),
        };
        let outer = match &mut *self.0.long.borrow_mut() {
            Some(long) => long.running.replace(running()),
            None => None,
        };
        let done = work();
        if let Some(long) = &mut *self.0.long.borrow_mut() {
            long.running = outer;
        }
        done
    }

    /// Says once what runs, if that has taken long.
    pub(super) fn look_at_running(&self) {
        let text = match &mut *self.0.long.borrow_mut() {
            Some(long) => long.news(Instant::now()),
            None => None,
        };
        text.into_iter().for_each(|text| self.tell(&text));
    }
}

impl Long {
    fn news(&mut self, now: Instant) -> Option<String> {
        let running = self.running.as_ref()?;
        let time = now.saturating_duration_since(running.since);
        let number = running.entry.number.get()?;
        let is_quiet = |told: &Instant| now.saturating_duration_since(*told) < QUIET;
        if time < LONG || self.told.get(&number).is_some_and(is_quiet) {
            return None;
        }
        self.told.retain(|_, told| is_quiet(told));
        self.told.insert(number, now);
        let (title, what) = (running.entry.title(), running.what);
        Some(format!(
            "note: the {what} of trigger {number} ({title}) has been running for {:.0} s; Ctrl-C ends it, and a line that you type waits until then",
            time.as_secs_f64()
        ))
    }
}
