//! From what a script said to a trigger of the engine, and the answers to its condition.

use std::rc::Rc;
use std::time::Duration;

use memglass_script::{Ending, Seen};
use memglass_watch::{
    Answer, Ask, CompileError, Definition, Kind, Question, Reading, Shown, Truth, Unmet,
};
use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, NativeCallContext};

use super::action::{Asked, Called, Entry, Subject};
use super::condition::{self, Attempt};
use super::trigger::Trigger;
use super::{Automation, Level};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Triggers that are done and that no script holds, of which the last are kept to be listed.
const KEPT_DONE: usize = 100;

impl Automation {
    /// A condition that was written as a text; one of many objects names their fields without the object.
    pub(super) fn asked_text(
        &self,
        engine: &Engine,
        text: &str,
        subject: &Subject,
    ) -> Result<Asked> {
        let callbacks = self.callbacks();
        let closure = match subject {
            Subject::WhenEach(objects) => {
                self.look_at_session();
                let fields = condition::fields_of_each_type(self.engine().observer(), objects);
                callbacks.closure_about(engine, text, |name| fields.contains(name))?
            }
            _ => callbacks.closure_of(engine, text)?,
        };
        Ok(Asked {
            closure,
            text: Some(text.to_owned()),
            written: None,
        })
    }

    /// A condition that is a closure.
    pub(super) fn asked_closure(
        &self,
        call: &NativeCallContext,
        name: &'static str,
        closure: FnPtr,
        subject: &Subject,
    ) -> Result<Asked> {
        let (counts, forms): (&[usize], _) = match subject {
            Subject::WhenEach(_) => (&[1, 0], "|o| … with an object"),
            _ => (&[0], "|| …"),
        };
        let Called { closure, .. } = self.called(name, closure, counts, forms)?;
        let argument = usize::from(matches!(subject, Subject::WhenEach(_)));
        let callbacks = self.callbacks();
        let written = callbacks.closure_in_call(call.call_position(), name, argument);
        Ok(Asked {
            closure,
            text: None,
            written,
        })
    }

    /// A closure that is called with one of so many arguments.
    pub(super) fn called(
        &self,
        name: &str,
        closure: FnPtr,
        counts: &[usize],
        forms: &str,
    ) -> Result<Called> {
        let closure = self.callbacks().keep(closure);
        let found = closure.parameters();
        match found {
            Some(count) if !counts.contains(&count) => {
                let message = format!("`{name}` cannot call a closure of {count} arguments");
                Err(self
                    .callbacks()
                    .refusal(message, &format!("it calls {forms}")))
            }
            found => Ok(Called {
                closure,
                count: found.unwrap_or(0),
            }),
        }
    }

    /// What a script has begun to say.
    pub(super) fn draft(&self, entry: Rc<Entry>) -> Trigger {
        self.0.drafts.borrow_mut().push(Rc::clone(&entry));
        Trigger {
            automation: self.clone(),
            entry,
        }
    }

    /// Makes the trigger and takes its first sample.
    pub(super) fn define(&self, engine: &Engine, entry: &Rc<Entry>) -> Result<()> {
        if let Some(asking) = self.callbacks().asking() {
            let message = format!("no trigger can be made inside of `{asking}`, which only asks");
            return Err(self.callbacks().refusal(message, ""));
        }
        self.0
            .drafts
            .borrow_mut()
            .retain(|draft| !Rc::ptr_eq(draft, entry));
        // What it is about is there from its first sample on, also if it is the first trigger since a restart.
        let awaits = self.0.awaits.get();
        self.0.awaits.set(awaits || !entry.subject.is_timer());
        self.look_at_session();
        self.0.awaits.set(awaits);
        let now = self.now();
        self.engine().catch_up(now);
        let question = self.question(entry)?;
        let is_asked = matches!(question, Question::Asked) && entry.condition.borrow().is_some();
        let definition = Definition {
            kind: kind(entry, question),
            options: entry.options.borrow().clone(),
        };
        let defined = self.engine().define(now, definition);
        let number = defined.map_err(|error| self.refused(&error))?;
        entry.number.set(Some(number));
        self.0.entries.borrow_mut().insert(number, Rc::clone(entry));
        self.start_sampling(entry)?;
        let is_alive = self.engine().presence().is_alive();
        match is_alive {
            true => self.tell_unmet(number),
            // A condition that scripts are asked for may be about the producer's end itself.
            false if entry.subject.is_timer() || is_asked => {}
            false => self.tell_of_definition(
                "note: the producer has ended, so nothing happens until it is started again",
            ),
        }
        if let Err(error) = self.first_answers(engine, number) {
            self.engine().forget(number);
            self.0.entries.borrow_mut().remove(&number);
            self.release(entry);
            return Err(error);
        }
        self.forget_done();
        if self.0.level.get() == Level::Line {
            self.0.of_line.borrow_mut().push(Rc::clone(entry));
        }
        Ok(())
    }

    /// Sees to it that somebody samples what a trigger looks at, at the rate that it asks for.
    pub(super) fn start_sampling(&self, entry: &Entry) -> Result<()> {
        if entry.subject.is_timer() {
            return Ok(());
        }
        let period = entry.options.borrow().period;
        let period = period.unwrap_or_else(|| self.engine().period());
        self.sample_each(period)
    }

    /// Sees to it that somebody samples each `period`.
    pub(super) fn sample_each(&self, period: Duration) -> Result<()> {
        let sampled = self.surroundings().sample(&self.0.engine, period);
        sampled.map_err(|error| self.refused(&error))
    }

    /// Who answers the condition of a trigger: the engine, if the condition can be compiled.
    fn question(&self, entry: &Entry) -> Result<Question> {
        let attempt = {
            let watch = self.engine();
            condition::attempt(self.callbacks(), entry, watch.observer())
        };
        match attempt {
            Attempt::Compiled(question, remarks) => {
                let missing = remarks.missing.iter();
                missing.for_each(|name| self.tell_missing(name, "the condition is unknown"));
                let never = remarks.never.iter();
                never.for_each(|never| self.tell_of_definition(&format!("note: {never}")));
                Ok(question)
            }
            Attempt::Left(why, never) => {
                let never = never.iter();
                never.for_each(|never| self.tell_of_definition(&format!("note: {never}")));
                entry.why_interpreted.replace(why);
                Ok(Question::Asked)
            }
            Attempt::Wrong(error) => Err(self.wrong(&error, entry)),
        }
    }

    /// A mistake in a condition, where it stands.
    fn wrong(&self, error: &CompileError, entry: &Entry) -> Box<EvalAltResult> {
        let is_text = entry
            .condition
            .borrow()
            .as_ref()
            .is_some_and(|asked| asked.text.is_some());
        self.mistake(error, is_text)
    }

    /// The same of a condition that is no trigger's; the place in a text is not one of the script.
    pub(super) fn mistake(&self, error: &CompileError, is_text: bool) -> Box<EvalAltResult> {
        let mut raised = self.callbacks().refusal(error.to_string(), "");
        if !is_text {
            raised.set_position(error.position());
        }
        raised
    }

    /// Answers a condition for the first time. A name that means nothing yet is told.
    fn first_answers(&self, engine: &Engine, number: u64) -> Result<()> {
        let asks = self.engine().asks_of(number);
        for ask in asks {
            let answer = self.ask(engine, &ask);
            let answer = answer.inspect_err(|_| self.engine().answered(number))?;
            let missing = answer.names.iter().filter(|(_, id)| id.is_none());
            missing
                .clone()
                .for_each(|(name, _)| self.tell_missing(name, "the condition is unknown"));
            if missing.count() == 0 && !answer.why.is_empty() {
                let note = format!("note: the condition is unknown now: {}", answer.why);
                self.tell_of_definition(&note);
            }
            let about = ask.about.as_ref().map(|(creation, ..)| *creation);
            self.engine().answer(number, about, ask.time, answer);
        }
        self.engine().answered(number);
        Ok(())
    }

    /// Begins again, with the answers that a trigger needs at once.
    pub(super) fn resume(&self, engine: &Engine, number: u64) {
        let now = self.now();
        let is_resumed = self.engine().resume(number, now);
        let status = self.engine().status(number);
        if !is_resumed && status.is_some_and(|status| status.state == Shown::Done) {
            self.tell(&format!(
                "note: trigger {number} is done and fires no more; define it again"
            ));
        }
        let entry = self.0.entries.borrow().get(&number).cloned();
        if let (true, Some(entry)) = (is_resumed, entry) {
            // Without a thread to be had there was none for the definition either.
            let _ = self.start_sampling(&entry);
            // What was no mistake at its definition is none now, but it may be interrupted.
            if self.first_answers(engine, number).is_err() {
                self.pause_interrupted(number, "condition");
            }
        }
    }

    /// Ends a trigger, or forgets what was begun to be said.
    pub(super) fn cancel(&self, entry: &Rc<Entry>) {
        if let Some(number) = entry.number.get() {
            self.engine().cancel(number);
        }
        self.release(entry);
        self.0
            .drafts
            .borrow_mut()
            .retain(|draft| !Rc::ptr_eq(draft, entry));
    }

    /// Gives back what a trigger that has ended needs no more: its log file. A trigger that still writes to it opens it again.
    pub(super) fn release(&self, entry: &Entry) {
        if let Some(path) = entry.log.take() {
            self.callbacks().close_log(&path);
        }
    }

    /// Asks the condition of a trigger.
    pub(super) fn ask(&self, engine: &Engine, ask: &Ask) -> Result<Answer> {
        let entry = self.0.entries.borrow().get(&ask.number).cloned();
        let entry = entry.expect("an entry for each trigger that is asked about");
        let condition = entry.condition.borrow().clone();
        let condition = condition.expect("a condition of each trigger that is asked");
        let function = entry.subject.function();
        let object = ask
            .about
            .as_ref()
            .map(|(_, field, _)| self.callbacks().place(field));
        let mut answer = self.during(&entry, "condition", || {
            self.answer(engine, &condition, object.clone(), function)
        })?;
        if let Subject::Always(_) = entry.subject {
            answer.truth = opposite(answer.truth);
        }
        let is_told = answer.truth == Truth::True || entry.options.borrow().history.is_some();
        let about = ask.about.as_ref().map(|(_, field, _)| field);
        let attached = self.callbacks().attached();
        let mut looked_at = entry.looked_at.borrow_mut();
        looked_at.take_in(&mut answer, is_told, about, attached);
        drop(looked_at);
        let rearm = entry.rearm.borrow().clone();
        if let (Truth::False, Some(rearm)) = (answer.truth, rearm) {
            let rearm = self.during(&entry, "`rearm`", || {
                self.answer(engine, &rearm, object, "rearm")
            });
            answer.rearm = rearm?.truth;
        }
        Ok(answer)
    }

    /// What a condition is now.
    ///
    /// # Errors
    ///
    /// Somebody interrupted it.
    pub(super) fn answer(
        &self,
        engine: &Engine,
        asked: &Asked,
        object: Option<Dynamic>,
        function: &'static str,
    ) -> Result<Answer> {
        let is_blind = !self.engine().presence().is_alive();
        let callbacks = self.callbacks();
        let closure = &asked.closure;
        let takes_object = closure.parameters() == Some(1);
        let arguments = object.filter(|_| takes_object).into_iter().collect();
        let (result, seen) = callbacks.look(engine, closure, arguments, function, is_blind);
        let (truth, why) = match result {
            Ok(value) => match value.as_bool() {
                Ok(holds) => (Truth::from(holds), String::new()),
                Err(_) => (
                    Truth::Unknown,
                    format!(
                        "it gave {}, which is neither true nor false",
                        callbacks.noun(&value)
                    ),
                ),
            },
            Err(error) if callbacks.ending(&error) == Some(Ending::Interrupted) => {
                return Err(error);
            }
            Err(error) => (Truth::Unknown, callbacks.brief(&error)),
        };
        let Seen { names, reads } = seen;
        let readings = reads.into_iter();
        Ok(Answer {
            truth,
            rearm: Truth::Unknown,
            why,
            names,
            readings: readings
                .map(|(field, value)| Reading { field, value })
                .collect(),
        })
    }

    /// Defines what the statements before this one have left to be defined, and says what they left undone.
    pub(super) fn settle(&self, engine: &Engine) -> Result<()> {
        let drafts = self.0.drafts.take();
        for draft in drafts {
            if draft.is_said() {
                self.define(engine, &draft)?;
                continue;
            }
            // A mistake in it is to be told first: what is missing behind it is said of what is right.
            self.look_at_session();
            let now = self.now();
            self.engine().catch_up(now);
            self.question(&draft)?;
            let (function, title) = (draft.subject.function(), draft.title());
            self.tell(&format!(
                "note: nothing will happen: this `{function}` ({title}) needs `.run(|f| print(f))` or `.log(\"file.csv\")` behind it"
            ));
        }
        Ok(())
    }

    /// Forgets what has been begun to say.
    pub(super) fn forget_drafts(&self) {
        self.0.drafts.borrow_mut().clear();
    }

    /// Forgets what a line that was ended has begun to say, and what is not enough to begin.
    pub(crate) fn forget_unsaid(&self) {
        self.0.drafts.borrow_mut().retain(|draft| draft.is_said());
    }

    /// Ends what a line with a mistake has made: whoever mends the line has each trigger once.
    pub(crate) fn forget_line(&self) {
        self.forget_drafts();
        let made = self.0.of_line.take();
        let living = made.iter().filter(|entry| {
            let number = entry.number.get();
            number.is_some_and(|number| self.0.entries.borrow().contains_key(&number))
        });
        let living: Vec<&Rc<Entry>> = living.collect();
        if living.is_empty() {
            return;
        }
        let numbers = living.iter().filter_map(|entry| entry.number.get());
        let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
        living.into_iter().for_each(|entry| self.cancel(entry));
        let noun = if numbers.len() == 1 {
            "trigger"
        } else {
            "triggers"
        };
        self.tell(&format!(
            "note: what this line made has ended with it: {noun} {}",
            numbers.join(", ")
        ));
    }

    /// Says what a trigger is about and nothing is yet.
    fn tell_unmet(&self, number: u64) {
        let unmet = self.engine().unmet(number);
        for unmet in unmet {
            match unmet {
                Unmet::Name(name) => self.tell_missing(&name, "nothing is reported"),
                Unmet::Pattern(pattern) => {
                    let observer = self.callbacks().attached().observer();
                    let labels = memglass_script::names::labels(&observer);
                    let meant = memglass::nearest(&pattern, labels.flat_map(patterns));
                    let meant = did_you_mean(meant.as_deref());
                    drop(observer);
                    self.tell_of_definition(&format!(
                        "note: no object has a label like {pattern:?} yet, so nothing happens until there is one{meant}"
                    ));
                }
            }
        }
    }

    /// Tells something of a trigger that is made. What actions make is told once, and then at most once in a while.
    fn tell_of_definition(&self, message: &str) {
        if self.0.level.get() != Level::Action || self.untold(message).is_some() {
            self.tell(message);
        }
    }

    /// Says that an object is named that there is not, and what comes of that.
    pub(super) fn tell_missing(&self, name: &str, so: &str) {
        let meant = {
            let observer = self.callbacks().attached().observer();
            let types = observer.schema().iter();
            let types: Vec<String> = types.map(|(_, ty)| ty.name.to_string()).collect();
            let labels = memglass_script::names::labels(&observer);
            match types.iter().any(|ty| ty == name) {
                true => format!("; `when_each({name:?}, …)` is about each object of that type"),
                false => did_you_mean(memglass::nearest(name, labels.chain(types)).as_deref()),
            }
        };
        self.tell_of_definition(&format!(
            "note: no object is named {name:?} yet, so {so} until there is one{meant}"
        ));
    }

    /// Forgets triggers that are done and that no script can ask about. They are looked for whenever there are twice
    /// as many triggers as after the last time.
    pub(super) fn forget_done(&self) {
        let mut entries = self.0.entries.borrow_mut();
        if entries.len() <= self.0.roomy.get().max(KEPT_DONE) {
            return;
        }
        let mut engine = self.engine();
        let is_done = |number: u64| {
            engine
                .status(number)
                .is_none_or(|status| status.state == Shown::Done)
        };
        let done: Vec<u64> = entries
            .iter()
            .filter(|(number, entry)| Rc::strong_count(entry) == 1 && is_done(**number))
            .map(|(number, _)| *number)
            .collect();
        for number in done.iter().take(done.len().saturating_sub(KEPT_DONE)) {
            // What still waits of it is run first.
            if !engine.is_waiting(*number) {
                entries.remove(number);
                engine.forget(*number);
                self.0.forgotten.set(self.0.forgotten.get() + 1);
            }
        }
        self.0.roomy.set(entries.len() * 2);
    }

    /// Whether an action runs.
    pub(super) fn is_in_action(&self) -> bool {
        self.0.level.get() == Level::Action
    }
}

fn kind(entry: &Entry, question: Question) -> Kind {
    match &entry.subject {
        Subject::Watch(path) => Kind::Watch { path: path.clone() },
        Subject::When | Subject::Always(_) => Kind::When { question },
        Subject::WhenEach(objects) => Kind::WhenEach {
            objects: objects.clone(),
            question,
        },
        Subject::Every(period) => Kind::Every { period: *period },
        Subject::After(delay) => Kind::After { delay: *delay },
    }
}

fn did_you_mean(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean {near:?}?"))
}

/// Patterns that match a label, as people write them: its beginning or its end, up to a word of it.
fn patterns(label: impl AsRef<str>) -> Vec<String> {
    let label = label.as_ref();
    let ends = label.match_indices(|c: char| !c.is_alphanumeric());
    let patterns = ends.flat_map(|(at, sign)| {
        let behind = at + sign.len();
        [
            format!("{}*", &label[..behind]),
            format!("*{}", &label[at..]),
        ]
    });
    patterns.collect()
}

fn opposite(truth: Truth) -> Truth {
    match truth {
        Truth::True => Truth::False,
        Truth::False => Truth::True,
        Truth::Unknown => Truth::Unknown,
    }
}
