//! What happens at one instant, and from one instant to the next.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use memglass::{Change, Field, Presence};
use memglass_script::ledger::Author;
use memglass_script::{Attached, Ending, ScriptError, ScriptHost};
use memglass_watch::{Happening, Notice, PauseReason, Run, Shown};
use rhai::{Dynamic, Engine, EvalAltResult};

use super::action::{Called, Entry, Subject};
use super::event::{Event, in_brackets};
use super::trigger::Trigger;
use super::{Automation, Level};
use crate::enduring::Panicked;
use crate::type_news;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// What the actions of a run have come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Whether an `always` was broken.
    pub(crate) is_broken: bool,
    /// Whether an action failed.
    pub(crate) has_failed: bool,
}

/// How long the same error of an action is only counted once it was told.
const AGAIN: Duration = Duration::from_secs(60);

/// How long actions run one after the other before others have their turn: what was typed, signals, the end of a sleep.
const TURN: Duration = Duration::from_millis(50);

/// A timer whose action, or a trigger whose condition, was interrupted only after this time is paused: the next one would
/// take all keys again.
const PATIENCE: Duration = Duration::from_secs(1);

/// Errors whose telling is remembered.
const MOST_TOLD: usize = 256;

impl Automation {
    /// A line or script begins.
    pub(crate) fn begin_line(&self) {
        self.0.level.set(Level::Line);
        self.0.of_line.borrow_mut().clear();
        self.look_at_session();
    }

    /// It has ended: what it began to say is said.
    ///
    /// # Errors
    ///
    /// What it left to be defined cannot be.
    pub(crate) fn end_line(&self, host: &mut ScriptHost) -> std::result::Result<(), ScriptError> {
        self.0.level.set(Level::Idle);
        self.0.of_line.borrow_mut().clear();
        if self.0.drafts.borrow().is_empty() {
            return Ok(());
        }
        let result = host.perform(|engine| self.settle(engine));
        result.map_err(|error| host.tell(*error))
    }

    /// Whether there is anything that may ever run.
    pub(crate) fn is_over(&self) -> bool {
        self.engine().is_over()
    }

    /// What the actions have come to so far.
    pub(crate) fn outcome(&self) -> Outcome {
        self.0.outcome.get()
    }

    /// From now on an interruption of an action ends everything.
    pub(crate) fn end_when_interrupted(&self) {
        self.0.ends_when_interrupted.set(true);
    }

    /// Hears when there is something to do, beside the time of [`Automation::rest`].
    pub(crate) fn woken(&self) -> &Receiver<()> {
        &self.0.woken
    }

    /// How long there is nothing to do; `None` if nothing is to be done at a known time.
    pub(crate) fn rest(&self) -> Option<Duration> {
        let surroundings = self.surroundings();
        self.next_time().map(|next| surroundings.until(next))
    }

    /// Does what is due on the thread of the scripts; tells what fails.
    ///
    /// # Errors
    ///
    /// An action called `exit`, or was interrupted where that ends everything.
    pub(crate) fn run_due(&self, host: &mut ScriptHost) -> std::result::Result<(), ScriptError> {
        let result = host.perform(|engine| {
            self.step(engine, true)?;
            self.check_interrupt()
        });
        self.tell_failures(host);
        result.map_err(|error| host.tell(*error))
    }

    /// Ends everything if it was interrupted, where that ends everything. Elsewhere an interrupt ends what runs.
    fn check_interrupt(&self) -> Result<()> {
        match self.0.ends_when_interrupted.get() && self.callbacks().is_interrupted() {
            true => Err(self.callbacks().interrupted()),
            false => Ok(()),
        }
    }

    /// Takes in what is to be looked at, without running what is due.
    #[cfg(test)]
    pub(crate) fn look(&self, host: &mut ScriptHost) {
        host.perform(|engine| self.look_around(engine));
    }

    /// Tells the errors of actions that only the host can tell well.
    fn tell_failures(&self, host: &ScriptHost) {
        for (failed, error) in self.0.failures.take() {
            let told = host.tell(*error);
            self.tell(&format!("{failed}\n{}", told.text()));
        }
    }

    /// Lets time pass on the thread of the scripts, until something may be due.
    pub(crate) fn wait(&self) {
        let (next, surroundings) = (self.next_time(), self.surroundings());
        // A recording that ends by itself wakes nobody.
        match self.recordings().has_any() {
            true => surroundings.wait(next),
            false => surroundings.rest(next),
        }
    }

    /// Does all that is to be done at this instant; actions only if they may run now, and not for long: where they take
    /// longer than their firings are apart, there is always one more.
    pub(super) fn step(&self, engine: &Engine, runs_actions: bool) -> Result<()> {
        self.look_around(engine);
        let end = self.now().saturating_add(TURN);
        let mut is_over = !runs_actions;
        while !is_over {
            let now = self.now();
            let run = self.engine().next_run(now);
            let Some(run) = run else { return Ok(()) };
            self.run(engine, run)?;
            // An action may have slept, and may have made what is due at once.
            self.look_around(engine);
            is_over = self.now() >= end;
        }
        Ok(())
    }

    /// Takes samples, lets timers wait for their actions and answers conditions.
    fn look_around(&self, engine: &Engine) {
        let (now, surroundings) = (self.now(), self.surroundings());
        self.look_at_session();
        self.tell_of_recordings();
        // Without the lock: a thread that samples may be waited for until it has ended.
        let periods = self.engine().fewer_periods();
        if let Some(periods) = periods {
            surroundings.sample_only(&periods);
        }
        {
            let mut watch = self.engine();
            let next_tick = watch.next_tick();
            if surroundings.samples_here() && next_tick.is_some_and(|next| next <= now) {
                // What cannot be read is unknown to conditions.
                let _ = watch.tick(now);
            }
            watch.run_timers(now);
        }
        self.answer_asks(engine);
        let notices = self.engine().take_notices();
        for notice in notices {
            self.tell_notice(&notice);
        }
    }

    fn answer_asks(&self, engine: &Engine) {
        let asks = self.engine().asks();
        let start = Instant::now();
        for ask in asks {
            if !self.0.entries.borrow().contains_key(&ask.number) {
                continue;
            }
            let Ok(answer) = self.ask(engine, &ask) else {
                // Whoever interrupted it goes on with what he waited for. The others are asked at the next tick.
                if start.elapsed() >= PATIENCE {
                    self.pause_interrupted(ask.number, "condition");
                }
                return;
            };
            let about = ask.about.map(|(creation, ..)| creation);
            self.engine().answer(ask.number, about, ask.time, answer);
        }
    }

    /// Looks at what became of the producer, and at another session if the name has one now.
    pub(super) fn look_at_session(&self) {
        let attached = self.callbacks().attached();
        let mut presence = self.surroundings().presence(attached);
        let is_needed = self.0.awaits.get() || !self.is_over();
        if presence == Presence::Restarted && is_needed {
            self.attach_to_next(attached);
            presence = self.surroundings().presence(attached);
        }
        let life = attached.life();
        let mut engine = self.engine();
        if self.0.life.replace(life) != life {
            engine.attach(attached.observer().beside());
        }
        engine.set_presence(presence);
    }

    /// Attaches to the session of a producer that was restarted, and tells what its types have otherwise.
    fn attach_to_next(&self, attached: &Attached) {
        let before = Arc::clone(attached.observer().schema());
        if attached.reattach().is_err() {
            return;
        }
        self.tell("note: the producer was restarted; attached to its new session");
        for news in type_news::lines(&before, attached.observer().schema()) {
            self.tell(&format!("note: {news}"));
        }
    }

    fn tell_notice(&self, notice: &Notice) {
        let (number, what) = match notice {
            Notice::Chain { number } => (
                *number,
                "fires because of what actions wrote, ten times in a row".to_owned(),
            ),
            Notice::Loop { number } => (
                *number,
                "was paused: its firings were made by actions, a hundred in a row; `.may_loop()` allows that".to_owned(),
            ),
            Notice::TooMany { number, label } => (
                *number,
                format!("leaves out {label}, which has more elements than a pattern follows"),
            ),
            Notice::Panicked { is_last } => {
                let panicked = match is_last {
                    true => Panicked::Again,
                    false => Panicked::Once,
                };
                return self.tell(&format!("note: {panicked}"));
            }
        };
        let title = self.trigger(number).map(|trigger| trigger.entry.title());
        let title = title.unwrap_or_default();
        self.tell(&format!("note: trigger {number} ({title}) {what}"));
    }

    /// The next time at which something is to be done.
    fn next_time(&self) -> Option<Duration> {
        let surroundings = self.surroundings();
        let engine = self.engine();
        let tick = engine.next_tick().filter(|_| surroundings.samples_here());
        [tick, engine.next_timer(), engine.next_due()]
            .into_iter()
            .flatten()
            .chain(surroundings.next_event())
            .min()
    }

    /// The same, of what happens while an action runs: nothing that waits for its end.
    fn next_instant(&self) -> Option<Duration> {
        let surroundings = self.surroundings();
        let engine = self.engine();
        let tick = engine.next_tick().filter(|_| surroundings.samples_here());
        [tick, engine.next_timer()]
            .into_iter()
            .flatten()
            .chain(surroundings.next_event())
            .min()
    }

    /// Runs an action.
    fn run(&self, engine: &Engine, run: Run) -> Result<()> {
        let number = run.number;
        let entry = self.0.entries.borrow().get(&number).cloned();
        let Some(entry) = entry else {
            self.engine().ended(self.now(), None);
            return Ok(());
        };
        let (outer, start) = (self.0.level.replace(Level::Action), Instant::now());
        let result = self.act(engine, &entry, run);
        let settled = match result {
            Ok(()) => self.settle(engine),
            Err(error) => {
                self.forget_drafts();
                Err(error)
            }
        };
        self.0.level.set(outer);
        let ended = self.end_run(&entry, (number, start), settled);
        self.release_ended(&entry, number);
        ended
    }

    fn act(&self, engine: &Engine, entry: &Rc<Entry>, run: Run) -> Result<()> {
        let Run {
            number,
            time,
            late,
            what,
        } = run;
        let action = match &what {
            Happening::Appeared { .. } => &entry.appeared,
            Happening::Vanished { .. } => &entry.vanished,
            _ => &entry.run,
        };
        let action = action.borrow().clone();
        let trigger = Trigger {
            automation: self.clone(),
            entry: Rc::clone(entry),
        };
        let event = Event::new(self, trigger, (self.moment(time), late), what);
        self.mark_fired(&entry.subject, time);
        if let Subject::Always(message) = &entry.subject {
            self.tell_broken(message, &event);
        }
        // A file that takes nothing does not keep the action from running.
        let logged = match entry.log.borrow().as_deref() {
            Some(path) => self.callbacks().log(path, &event.record()),
            None => Ok(()),
        };
        let Some(Called { closure, count }) = action else {
            return logged;
        };
        let arguments = arguments(&event, count);
        let automation = self.clone();
        let written = move |field: &Field, change: &Change| automation.wrote(field, change);
        let author = Author::Trigger {
            number,
            file: entry.file.clone(),
        };
        let closure = (&closure, author);
        let act = || self.callbacks().act(engine, closure, arguments, written);
        let acted = self.during(entry, "action", act);
        acted.and(logged)
    }

    /// Marks a firing in the replay that it is about.
    fn mark_fired(&self, subject: &Subject, time: Duration) {
        let is_timer = matches!(subject, Subject::Every(_) | Subject::After(_));
        if let (Some(player), false) = (&*self.0.player.borrow(), is_timer) {
            player.mark_fired(self.surroundings().start() + time);
        }
    }

    fn tell_broken(&self, message: &str, event: &Event) {
        let outcome = self.0.outcome.get();
        self.0.outcome.set(Outcome {
            is_broken: true,
            ..outcome
        });
        let values = in_brackets(event.readings());
        self.tell(&format!("broken: {message}{values}{}", event.before()));
    }

    /// What the end of an action means.
    fn end_run(
        &self,
        entry: &Rc<Entry>,
        (number, start): (u64, Instant),
        result: Result<()>,
    ) -> Result<()> {
        let now = self.now();
        let Err(error) = result else {
            self.engine().ended(now, None);
            return Ok(());
        };
        let ending = self.callbacks().ending(&error);
        if let Some(Ending::Exit(_)) = ending {
            let mut engine = self.engine();
            engine.ended(now, None);
            engine.drop_waiting();
            return Err(error);
        }
        if ending == Some(Ending::Interrupted) && self.0.ends_when_interrupted.get() {
            self.engine().ended(now, None);
            return Err(error);
        }
        let is_interrupted = ending == Some(Ending::Interrupted);
        let brief = match is_interrupted {
            true => "interrupted".to_owned(),
            false => self.callbacks().brief(&error),
        };
        self.engine().ended(now, Some(brief.clone()));
        let outcome = self.0.outcome.get();
        self.0.outcome.set(Outcome {
            has_failed: true,
            ..outcome
        });
        // A line that waits ends too.
        let ends_line = is_interrupted && self.0.level.get() == Level::Line;
        if is_interrupted && !ends_line {
            self.callbacks().clear_interrupt();
        }
        let is_timer = matches!(entry.subject, Subject::Every(_));
        let went_on = start.elapsed() >= PATIENCE;
        match is_interrupted && is_timer && went_on {
            true => self.pause_interrupted(number, "action"),
            false => self.report(entry, number, &brief, error),
        }
        if is_interrupted && went_on {
            // What came meanwhile would begin at once, and each would have to be interrupted.
            self.engine().drop_waiting_of(number);
        }
        match ends_line {
            true => Err(self.callbacks().interrupted()),
            false => Ok(()),
        }
    }

    /// Gives back what a trigger needs no more, if that was its last firing.
    fn release_ended(&self, entry: &Entry, number: u64) {
        if entry.log.borrow().is_none() {
            return;
        }
        let engine = self.engine();
        let status = engine.status(number);
        let is_done = status.is_none_or(|status| status.state == Shown::Done);
        let is_over = is_done && !engine.is_waiting(number);
        drop(engine);
        if is_over {
            self.release(entry);
        }
    }

    /// Pauses a trigger of which somebody ended a part because it went on and on: it would begin again at once.
    pub(super) fn pause_interrupted(&self, number: u64, part: &str) {
        let entry = self.0.entries.borrow().get(&number).cloned();
        let Some(entry) = entry else { return };
        self.engine().pause_for(number, PauseReason::Interrupted);
        self.tell(&format!(
            "note: trigger {number} ({}) was paused: its {part} was interrupted; `trigger({number}).resume()` lets it go on",
            entry.title()
        ));
    }

    /// How often something that may be repeated without end happened since it was told, this time left out; nothing if
    /// it was told a short while ago, and so is only counted.
    pub(super) fn untold(&self, what: &str) -> Option<u64> {
        let now = self.now();
        let mut told = self.0.told.borrow_mut();
        if let Some((before, untold)) = told.get_mut(what) {
            if now.saturating_sub(*before) < AGAIN {
                *untold += 1;
                return None;
            }
            *before = now;
            return Some(std::mem::take(untold));
        }
        if told.len() >= MOST_TOLD {
            told.clear();
        }
        told.insert(what.to_owned(), (now, 0));
        Some(0)
    }

    /// Tells an error once, and then once in a while, with how often it came again.
    fn report(&self, entry: &Entry, number: u64, brief: &str, error: Box<EvalAltResult>) {
        // Not by its text, which may name another object each time.
        let place = place_of(&error).unwrap_or_else(|| brief.to_owned());
        let Some(untold) = self.untold(&format!("{number} {place}")) else {
            return;
        };
        let again = match untold {
            0 => String::new(),
            1 => " again, as it did once since it was told".to_owned(),
            times => format!(" again, as it did {times} times since it was told"),
        };
        let failed = format!("trigger {number} ({}) failed{again}", entry.title());
        match self.0.level.get() {
            Level::Idle => self.0.failures.borrow_mut().push((failed, error)),
            Level::Line | Level::Action => self.tell(&format!("{failed}: {brief}")),
        }
    }

    /// Lets time pass until then. In a line, what is due runs meanwhile; an action only holds up the others.
    ///
    /// # Errors
    ///
    /// It was interrupted, or an action ended everything.
    pub(super) fn sleep(&self, engine: &Engine, time: Duration) -> Result<()> {
        let runs_actions = !self.is_in_action();
        let until = self.now().saturating_add(time);
        loop {
            self.step_within(engine, runs_actions)?;
            let now = self.now();
            if now >= until {
                return self.callbacks().refresh();
            }
            self.refuse_stillness("sleep")?;
            self.pass(runs_actions, until)?;
        }
    }

    /// Whether a condition becomes true within this time. A producer that is started again meanwhile is followed.
    ///
    /// # Errors
    ///
    /// As for [`Automation::sleep`].
    pub(super) fn wait_until(
        &self,
        engine: &Engine,
        is_true: impl Fn() -> bool,
        time: Duration,
    ) -> Result<bool> {
        let outer = self.0.awaits.replace(true);
        let result = self.becomes_true(engine, is_true, time);
        self.0.awaits.set(outer);
        result
    }

    fn becomes_true(
        &self,
        engine: &Engine,
        is_true: impl Fn() -> bool,
        time: Duration,
    ) -> Result<bool> {
        let deadline = self.now().saturating_add(time);
        let period = self.engine().period().as_nanos().max(1);
        let point = |time: Duration| time.as_nanos() / period;
        let mut last = None;
        loop {
            self.step_within(engine, true)?;
            let now = self.now();
            let is_new = last != Some(point(now)) && !self.surroundings().is_stalled();
            if (is_new || now >= deadline) && is_true() {
                return Ok(true);
            }
            if now >= deadline {
                return Ok(false);
            }
            self.refuse_stillness("wait_until")?;
            last = Some(point(now));
            let rest = period - now.as_nanos() % period;
            let rest = Duration::from_nanos(u64::try_from(rest).unwrap_or(u64::MAX));
            self.pass(true, deadline.min(now.saturating_add(rest)))?;
        }
    }

    /// Refuses to wait while no time passes: nobody could let it go on meanwhile.
    fn refuse_stillness(&self, name: &str) -> Result<()> {
        if !self.surroundings().is_still() {
            return Ok(());
        }
        let message = format!("`{name}` waits, and the replay stands still");
        Err(self.callbacks().refusal(message, "`:play` lets it go on"))
    }

    /// Whether no time passes, until somebody lets it go on.
    pub(crate) fn is_still(&self) -> bool {
        self.surroundings().is_still()
    }

    /// One instant inside of a line or action.
    fn step_within(&self, engine: &Engine, runs_actions: bool) -> Result<()> {
        self.callbacks().refresh()?;
        self.step(engine, runs_actions)
    }

    /// Lets time pass to the next instant, `until` at the latest.
    fn pass(&self, runs_actions: bool, until: Duration) -> Result<()> {
        let next = match runs_actions {
            true => self.next_time(),
            false => self.next_instant(),
        };
        let next = next.map_or(until, |next| next.min(until));
        self.surroundings().wait(Some(next));
        self.look_at_running();
        match self.callbacks().is_interrupted() {
            true => Err(self.callbacks().interrupted()),
            false => Ok(()),
        }
    }
}

/// What a closure of so many parameters is called with.
fn arguments(event: &Event, count: usize) -> Vec<Dynamic> {
    let object = event.object_of_each();
    let all = object
        .into_iter()
        .chain(std::iter::once(Dynamic::from(event.clone())));
    all.take(count).collect()
}

/// Where an error arose: its position, behind the calls that led there, as positions of two texts may be the same.
/// `None` if that is not known.
fn place_of(error: &EvalAltResult) -> Option<String> {
    match error {
        EvalAltResult::ErrorInFunctionCall(function, source, inner, position) => {
            let inner = place_of(inner)?;
            Some(format!("{function} {source} {position} {inner}"))
        }
        EvalAltResult::ErrorInModule(module, inner, position) => {
            let inner = place_of(inner)?;
            Some(format!("{module} {position} {inner}"))
        }
        other if other.position().is_none() => None,
        other => Some(other.position().to_string()),
    }
}
