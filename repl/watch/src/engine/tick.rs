//! What a tick sees: objects that come and go, values, and conditions.

use std::sync::Arc;
use std::time::Duration;

use memglass::ReadError;

use super::change::Sight;
use super::depth::depth_of;
use super::guard::{Answer, Guard, Life, Terms};
use super::reading::Reading;
use super::trigger::{Followed, Trigger};
use super::{Ask, Engine, Notice};

impl Engine {
    /// Samples what is to be sampled at `now`: objects come and go, then values, then conditions.
    ///
    /// # Errors
    ///
    /// As [`Observer::refresh`](memglass::Observer::refresh); what was known before is sampled all the same.
    // After a sleep no cache has the code, so that each function on the way costs as much as a load from memory: what a
    // tick does that finds nothing new is inlined.
    #[inline]
    pub fn tick(&mut self, now: Duration) -> Result<(), ReadError> {
        self.ticks.count(now, self.period);
        let (slots, refreshed) = self.refresh();
        self.update_all(slots.as_deref(), now);
        self.sample_packed(now);
        if !self.restless.is_empty() {
            self.sample_restless(now);
        }
        self.sample_histories(now);
        self.end_last_look();
        refreshed
    }

    /// Samples the triggers that are sampled by themselves.
    fn sample_restless(&mut self, now: Duration) {
        let restless: Vec<u64> = self.restless.iter().copied().collect();
        for number in restless {
            let is_due = |trigger: &Trigger| trigger.samples() && trigger.is_due(now);
            if self.triggers.get(&number).is_some_and(is_due) {
                self.sample(number, now, false);
            }
        }
    }

    /// The slots in which something came or went, also those that were found before something failed; `None` if all
    /// objects are of another session.
    #[inline]
    pub(super) fn refresh(&mut self) -> (Option<Vec<u32>>, Result<(), ReadError>) {
        if self.has_looked && !self.is_readable() {
            return (Some(Vec::new()), Ok(()));
        }
        self.has_looked = true;
        let mut slots = Vec::new();
        let refreshed = self.observer.refresh_noting(|slot| slots.push(slot));
        if slots.len() > 1 {
            slots.sort_unstable();
            slots.dedup();
        }
        let is_all = refreshed.is_ok() && std::mem::take(&mut self.is_new_session);
        ((!is_all).then_some(slots), refreshed.map(drop))
    }

    /// Takes in the objects that came and went.
    #[inline]
    pub(super) fn update_all(&mut self, slots: Option<&[u32]>, now: Duration) {
        if slots.is_none_or(|slots| !slots.is_empty()) {
            self.update_each(slots, now);
        }
    }

    fn update_each(&mut self, slots: Option<&[u32]>, now: Duration) {
        let numbers: Vec<u64> = self.triggers.keys().copied().collect();
        for number in numbers {
            self.update(number, slots, now);
        }
    }

    /// The same for one trigger.
    fn update(&mut self, number: u64, slots: Option<&[u32]>, now: Duration) {
        let Engine {
            triggers,
            rates,
            observer,
            ..
        } = self;
        let Some(trigger) = triggers.get_mut(&number).filter(|trigger| !trigger.is_done) else {
            return;
        };
        let mut rate = rates.get_mut(&trigger.settings.period);
        let counters = &mut trigger.counters;
        match &mut trigger.followed {
            Followed::Watch(watch) => {
                let (items, is_about_many) = watch.update(observer, slots, counters);
                let left_out = watch.take_left_out();
                note_left_out(&mut self.notices, number, left_out);
                let is_live = trigger.pause.is_none();
                if is_about_many {
                    self.rouse(number);
                }
                if is_live {
                    self.push_items(number, now, items);
                }
            }
            Followed::Guard(Guard::Each { members, .. }) => {
                let gone = match slots {
                    Some(slots) => members.update(observer, slots),
                    None => members.replace(observer),
                };
                for (_, mut known) in gone {
                    counters.vanished += 1;
                    known.state.condition.start_anew(counters);
                    known.state.holding.let_go(&mut |held| {
                        if let Some(rate) = &mut rate {
                            rate.release(held);
                        }
                    });
                }
                note_left_out(&mut self.notices, number, members.take_left_out());
                self.rouse(number);
            }
            Followed::Guard(Guard::One { .. }) | Followed::Every(_) | Followed::After(_) => {}
        }
    }

    /// Samples one trigger, for the first time or again.
    pub(super) fn sample(&mut self, number: u64, now: Duration, is_first: bool) {
        let is_alive = self.is_readable();
        let made = self.made_by_definition(is_first);
        let Engine {
            triggers,
            observer,
            causes,
            ..
        } = self;
        let Some(trigger) = triggers.get_mut(&number) else {
            return;
        };
        trigger.sampled(now);
        let window = trigger.options.at_most_every;
        match &mut trigger.followed {
            Followed::Watch(watch) => {
                let sight = Sight {
                    observer,
                    is_alive,
                    time: now,
                    window,
                    is_first,
                };
                let sampled = watch.sample(number, &sight, &mut trigger.counters);
                self.push_items(number, now, sampled.items);
                if self.pack(number, sampled.steady, now) {
                    self.restless.remove(&number);
                }
            }
            Followed::Guard(guard) => {
                if guard.is_asked() {
                    self.asked.insert(number, now);
                }
                let observer = is_alive.then_some(&*observer);
                let depth =
                    |since, readings: &[Reading]| depth_of(causes, now, since, readings).max(made);
                let mut terms = Terms {
                    settings: &trigger.settings,
                    history: trigger.options.history,
                    counters: &mut trigger.counters,
                    depth: &depth,
                };
                let fired = guard.sample(now, observer, &mut terms);
                for (creation, fired) in fired {
                    self.push_fired(number, creation, fired);
                }
                if is_alive && self.hold(number, now) {
                    self.restless.remove(&number);
                }
            }
            Followed::Every(_) | Followed::After(_) => {}
        }
    }

    /// The conditions that the caller is to answer now, once each.
    pub fn asks(&mut self) -> Vec<Ask> {
        let asked = std::mem::take(&mut self.asked);
        asked
            .into_iter()
            .flat_map(|(number, time)| self.questions(number, time))
            .collect()
    }

    /// The same of one trigger.
    pub fn asks_of(&mut self, number: u64) -> Vec<Ask> {
        let time = self.asked.remove(&number);
        time.map_or_else(Vec::new, |time| self.questions(number, time))
    }

    fn questions(&self, number: u64, time: Duration) -> Vec<Ask> {
        let trigger = self.triggers.get(&number);
        let live = trigger.filter(|trigger| trigger.is_live());
        live.map_or_else(Vec::new, |trigger| trigger.asks(number, time))
    }

    /// Takes in the answer to a question that was sampled at `time`.
    pub fn answer(&mut self, number: u64, about: Option<u64>, time: Duration, answer: Answer) {
        let made = match self.triggers.get(&number) {
            Some(trigger) => self.made_by_definition(trigger.is_first_answer),
            None => return,
        };
        let Engine {
            triggers, causes, ..
        } = self;
        let Some(trigger) = triggers
            .get_mut(&number)
            .filter(|trigger| trigger.is_live())
        else {
            return;
        };
        let depth = |since, readings: &[Reading]| depth_of(causes, time, since, readings).max(made);
        let mut terms = Terms {
            settings: &trigger.settings,
            history: trigger.options.history,
            counters: &mut trigger.counters,
            depth: &depth,
        };
        let life = match (&mut trigger.followed, about) {
            (Followed::Guard(Guard::One { life, .. }), _) => Some(&mut **life),
            (Followed::Guard(Guard::Each { members, .. }), Some(creation)) => {
                members.all.get_mut(&creation).map(|known| &mut known.state)
            }
            _ => None,
        };
        let fired = life.and_then(|life: &mut Life| life.take_in(time, answer, &mut terms));
        if let Some(fired) = fired {
            self.push_fired(number, about.unwrap_or(0), fired);
        }
    }

    /// Says that the answers to the first questions of a trigger are all in.
    pub fn answered(&mut self, number: u64) {
        if let Some(trigger) = self.triggers.get_mut(&number) {
            trigger.is_first_answer = false;
        }
    }
}

fn note_left_out(
    notices: &mut Vec<Notice>,
    number: u64,
    labels: impl IntoIterator<Item = Arc<str>>,
) {
    let labels = labels.into_iter();
    notices.extend(labels.map(|label| Notice::TooMany { number, label }));
}
