//! Firings on their way: they are made, wait, run and end.

use std::time::Duration;

use super::change::{Item, News};
use super::depth::depth_of_change;
use super::guard::Fired;
use super::run::{Evidence, Run, Subject};
use super::sample::Sample;
use super::trigger::{Followed, PauseReason};
use super::{Engine, Notice};
use crate::queue::{Due, Firing, Fold, Rank};

impl Engine {
    /// Lets all timers that are due wait for their actions.
    pub fn run_timers(&mut self, now: Duration) {
        let running = self.running.map(|(number, _)| number);
        for number in &self.timers {
            let Some(trigger) = self.triggers.get_mut(number).filter(|t| t.is_live()) else {
                continue;
            };
            let is_busy = running == Some(*number) || trigger.is_waiting;
            let Some(time) = trigger.take_point(now, is_busy) else {
                continue;
            };
            trigger.is_waiting = true;
            let due = Due {
                time,
                definition: *number,
                rank: Rank::default(),
            };
            let what = (Fold::Alone, Evidence::of_timer(trigger.depth));
            let (room, counters) = (trigger.room(), &mut trigger.counters);
            self.queue.push(due, Subject::Point, what, room, counters);
        }
    }

    pub(super) fn push_items(&mut self, number: u64, now: Duration, items: Vec<Item>) {
        for item in items {
            self.push_item(number, now, item);
        }
    }

    pub(super) fn push_item(&mut self, number: u64, now: Duration, item: Item) {
        let Item {
            rank,
            member,
            field,
            label,
            news,
        } = item;
        let due = Due {
            time: now,
            definition: number,
            rank,
        };
        let Some(trigger) = self.triggers.get_mut(&number).filter(|t| !t.is_done) else {
            return;
        };
        let mut evidence = Evidence::of_field(field, label);
        let (subject, what) = match news {
            News::Changed { report, torn } => {
                evidence.torn = torn;
                evidence.depth = depth_of_change(&self.causes, now, &evidence, &report.change);
                (Subject::Field(member), Fold::Change(report))
            }
            News::Appeared(_) if !trigger.options.hears_appeared => return,
            News::Vanished(_) if !trigger.options.hears_vanished => return,
            News::Appeared(value) => {
                evidence.value = Some(value);
                (Subject::Appeared(member), Fold::Alone)
            }
            News::Vanished(value) => {
                evidence.value = Some(value);
                (Subject::Vanished(member), Fold::Alone)
            }
        };
        let is_report = matches!(what, Fold::Change(_));
        let is_last = is_report && trigger.options.once;
        self.push(due, subject, what, evidence);
        if is_last {
            self.finish(number);
        }
    }

    pub(super) fn push_fired(&mut self, number: u64, creation: u64, fired: Fired) {
        let Some(trigger) = self.triggers.get_mut(&number) else {
            return;
        };
        let due = Due {
            time: fired.rise.time,
            definition: number,
            rank: trigger.rank(creation),
        };
        let about = trigger.known(creation);
        let subject = match &about {
            Some((member, ..)) => Subject::Object(*member),
            None => Subject::Itself,
        };
        let evidence = Evidence::of_firing(about, fired.depth, fired.readings, fired.history);
        let what = Fold::Rise {
            rise: fired.rise,
            merged: 0,
        };
        if trigger.settings.once && matches!(subject, Subject::Itself) {
            self.finish(number);
        }
        self.push(due, subject, what, evidence);
    }

    /// Lets a firing wait, unless its trigger feeds itself.
    pub(super) fn push(
        &mut self,
        due: Due,
        subject: Subject,
        what: Fold<Sample>,
        evidence: Evidence,
    ) {
        let number = due.definition;
        let Some(trigger) = self.triggers.get_mut(&number) else {
            return;
        };
        let depth = evidence.depth;
        if depth.is_worth_a_warning() && !trigger.options.may_loop {
            self.notices.push(Notice::Chain { number });
        }
        if depth.is_loop() && !trigger.options.may_loop {
            self.notices.push(Notice::Loop { number });
            self.pause_for(number, PauseReason::Loop);
            return;
        }
        let room = trigger.room();
        self.queue
            .push(due, subject, (what, evidence), room, &mut trigger.counters);
    }

    /// Takes what is to run next, if anything is due at `now`. Until [`Engine::ended`] it counts as running. What is of a sample
    /// waits for the answers to all that is [asked](Engine::asks) for it: they may come first.
    pub fn next_run(&mut self, now: Duration) -> Option<Run> {
        let due = self.queue.next_time()?;
        if self.asked.values().any(|asked| *asked <= due) {
            return None;
        }
        let firing: Firing<Subject, Sample, Evidence> = self.queue.pop(now)?;
        let number = firing.due.definition;
        let trigger = self.triggers.get_mut(&number)?;
        trigger.is_waiting = false;
        let counters = &mut trigger.counters;
        counters.late = counters.late.max(firing.late);
        if !matches!(firing.subject, Subject::Appeared(_) | Subject::Vanished(_)) {
            counters.fired += 1;
            trigger.last_fired = Some(firing.due.time);
        }
        self.running = Some((number, firing.evidence.depth));
        Some(Run::of(firing))
    }

    /// Says that the action which ran has ended, at `now`, perhaps with an error.
    pub fn ended(&mut self, now: Duration, error: Option<String>) {
        let Some((number, _)) = self.running.take() else {
            return;
        };
        let Some(trigger) = self.triggers.get_mut(&number) else {
            return;
        };
        if let Some(error) = error {
            trigger.counters.errors += 1;
            trigger.last_error = Some(error);
        }
        match &mut trigger.followed {
            Followed::Every(grid) if trigger.pause.is_none() => {
                trigger.counters.missed += grid.skip(now);
            }
            Followed::After(once) if once.next().is_none() => trigger.is_done = true,
            _ => {}
        }
    }
}
