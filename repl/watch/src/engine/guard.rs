//! The samples of a condition: over one life of what it is about, and from one life to the next.

use std::sync::Arc;
use std::time::Duration;

use memglass::{Field, ObjectId, Observer};

use super::held::{Held, Holding};
use super::objects::Members;
use super::reading::Reading;
use crate::causes::Depth;
use crate::condition::{Condition, Observed, Rise, Settings, Truth};
use crate::counters::Counters;
use crate::expression::ToldValue;
use crate::ring::Ring;

/// A condition that the engine can judge by itself.
///
/// It reads memory through fields that it holds, and looks its names up in the observer that is passed in.
pub trait Judge: Send {
    /// What it is now. With a name that means nothing it is unknown.
    fn judge(&mut self, observer: &Observer) -> Truth;

    /// Why the last answer was unknown.
    fn why(&self) -> String;

    /// What its names meant at the last answer; a name that was not looked at may be left out.
    fn names(&self) -> &[(Arc<str>, Option<ObjectId>)];

    /// Judges it again, on values that are read first, and gives these. `None` if it depends on more than values, or
    /// they change all the time.
    fn judge_on_readings(&mut self, _observer: &Observer) -> Option<(Truth, Vec<Reading>)> {
        None
    }

    /// The fields that it looks at, as they are now.
    fn readings(&self) -> Vec<Reading>;

    /// The same condition about this object, if it is about one of many.
    fn about(&self, observer: &Observer, object: &Field) -> Box<dyn Judge>;

    /// The same condition on values that it is told, as long as its names mean what they mean now. `first` is asked
    /// for the value of each field. `None` if it depends on more than values of fields, or `first` has no value.
    fn held(
        &self,
        observer: &Observer,
        first: &mut dyn FnMut(&Field) -> Option<ToldValue>,
    ) -> Option<Box<dyn Held>>;
}

/// Who answers a condition.
pub enum Question {
    /// The engine itself, at each sample.
    Judged {
        /// What fires.
        condition: Box<dyn Judge>,
        /// What lets it fire again.
        rearm: Option<Box<dyn Judge>>,
    },
    /// The caller, which is asked for an [`Answer`] for each sample.
    Asked,
}

/// What the caller found out about a condition.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What the condition was.
    pub truth: Truth,
    /// What the condition of `rearm` was; of interest only if the other is false.
    pub rearm: Truth,
    /// Why it was unknown.
    pub why: String,
    /// What the names that it looked up meant.
    pub names: Vec<(Arc<str>, Option<ObjectId>)>,
    /// What it read.
    pub readings: Vec<Reading>,
}

/// What is known of a condition in one life of what it is about.
#[derive(Default)]
pub(super) struct Life {
    pub(super) condition: Condition,
    names: Vec<(Arc<str>, ObjectId)>,
    /// How it became true.
    depth: Depth,
    pub(super) why: Option<String>,
    history: Ring<Vec<Reading>>,
    pub(super) holding: Holding,
    /// For a condition that the engine judges, about one object.
    pub(super) judges: Option<Judges>,
}

/// A condition about one object, and the one that lets it fire again.
type Judges = (Box<dyn Judge>, Option<Box<dyn Judge>>);

/// A condition, and what it is about.
pub(super) enum Guard {
    /// A `when`.
    One { question: Question, life: Box<Life> },
    /// A `when_each`.
    Each {
        question: Question,
        members: Members<Life>,
    },
}

/// A firing, and what there is to tell of it.
pub(super) struct Fired {
    pub(super) rise: Rise,
    pub(super) depth: Depth,
    pub(super) readings: Vec<Reading>,
    pub(super) history: Vec<(Duration, Vec<Reading>)>,
}

/// How samples are taken in.
pub(super) struct Terms<'t> {
    pub(super) settings: &'t Settings,
    pub(super) history: Option<Duration>,
    pub(super) counters: &'t mut Counters,
    /// How deep a firing is that is made of these readings, which changed since this time.
    pub(super) depth: &'t dyn Fn(Duration, &[Reading]) -> Depth,
}

impl Life {
    /// Takes in one answer; gives the firing that it makes.
    pub(super) fn take_in(
        &mut self,
        time: Duration,
        answer: Answer,
        terms: &mut Terms<'_>,
    ) -> Option<Fired> {
        let readings = answer.readings;
        self.note_names(&answer.names, terms.counters);
        self.take(
            time,
            (answer.truth, answer.rearm, answer.why),
            || readings.clone(),
            terms,
        )
    }

    /// Judges the condition and takes in the answer.
    pub(super) fn judge(
        &mut self,
        time: Duration,
        observer: Option<&Observer>,
        (condition, rearm): (&mut Box<dyn Judge>, Option<&mut Box<dyn Judge>>),
        terms: &mut Terms<'_>,
    ) -> Option<Fired> {
        let Some(observer) = observer else {
            let why = "its producer is gone".to_owned();
            let unknown = (Truth::Unknown, Truth::Unknown, why);
            return self.take(time, unknown, Vec::new, terms);
        };
        let mut truth = condition.judge(observer);
        // What is told of a firing are values of one moment, on which it is true, or was just before.
        let is_told = truth == Truth::True || terms.history.is_some();
        let mut readings = None;
        if let Some((on_readings, read)) = is_told
            .then(|| condition.judge_on_readings(observer))
            .flatten()
        {
            // What was seen once counts, also if it has passed since: no firing is lost to the second look.
            if truth != Truth::True {
                truth = on_readings;
            }
            readings = Some(read);
        }
        self.note_names(condition.names(), terms.counters);
        let rearm = match (truth, rearm) {
            (Truth::False, Some(rearm)) => rearm.judge(observer),
            _ => Truth::Unknown,
        };
        let why = match truth {
            Truth::Unknown => condition.why(),
            _ => String::new(),
        };
        let readings = || match &readings {
            Some(readings) => readings.clone(),
            None => condition.readings(),
        };
        self.take(time, (truth, rearm, why), readings, terms)
    }

    pub(super) fn take(
        &mut self,
        time: Duration,
        (truth, rearm, why): (Truth, Truth, String),
        readings: impl Fn() -> Vec<Reading>,
        terms: &mut Terms<'_>,
    ) -> Option<Fired> {
        self.why = (truth == Truth::Unknown).then_some(why);
        let (before, was_true) = (self.condition.sampled(), self.condition.since().is_some());
        if let Some(span) = terms.history {
            self.remember(time, span, readings());
        }
        let observed = Observed { time, truth, rearm };
        let rise = self
            .condition
            .observe(terms.settings, observed, terms.counters);
        if !was_true && truth == Truth::True {
            self.depth = (terms.depth)(before.unwrap_or_default(), &readings());
        }
        rise.map(|rise| Fired {
            rise,
            depth: self.depth,
            readings: readings(),
            history: self.history.iter().cloned().collect(),
        })
    }

    /// Starts anew if a name means another object than before.
    fn note_names(&mut self, names: &[(Arc<str>, Option<ObjectId>)], counters: &mut Counters) {
        let (mut is_another, mut is_new) = (false, false);
        for (name, id) in names {
            let Some(id) = id else { continue };
            match self.names.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => {
                    is_another |= known != id;
                    *known = *id;
                }
                None => {
                    is_new = true;
                    self.names.push((Arc::clone(name), *id));
                }
            }
        }
        if (is_another || is_new) && matches!(self.holding, Holding::Never) {
            self.holding = Holding::Sampled;
        }
        if is_another {
            self.start_anew(counters);
        }
    }

    pub(super) fn start_anew(&mut self, counters: &mut Counters) {
        self.condition.start_anew(counters);
        self.history.clear();
        self.why = None;
    }

    /// Keeps what was sampled in the last `span`, each time that anything changed.
    fn remember(&mut self, time: Duration, span: Duration, readings: Vec<Reading>) {
        let is_new = self.history.last().is_none_or(|last| {
            last.len() != readings.len()
                || last
                    .iter()
                    .zip(&readings)
                    .any(|(a, b)| !super::sample::is_same(&a.value, &b.value))
        });
        if is_new {
            self.history.push(time, readings);
        }
        // The one before the span tells what it began with.
        self.history.forget_before(time.saturating_sub(span));
    }
}

impl Guard {
    /// Judges what the engine judges; gives what fires, of which object.
    pub(super) fn sample(
        &mut self,
        time: Duration,
        observer: Option<&Observer>,
        terms: &mut Terms<'_>,
    ) -> Vec<(u64, Fired)> {
        match self {
            Guard::One { life, .. } if life.holding.is_held() => Vec::new(),
            Guard::One {
                question: Question::Judged { condition, rearm },
                life,
            } => {
                let fired = life.judge(time, observer, (condition, rearm.as_mut()), terms);
                fired.into_iter().map(|fired| (0, fired)).collect()
            }
            Guard::Each {
                question: Question::Judged { condition, rearm },
                members,
            } => {
                let mut all = Vec::new();
                // One that was held until this look has its answer of this time already.
                let is_open =
                    |life: &Life| !life.holding.is_held() && life.condition.sampled() < Some(time);
                let lives = members.all.iter_mut();
                for (creation, known) in lives.filter(|(_, known)| is_open(&known.state)) {
                    let judges = known.state.judges.take();
                    let Some(mut judges) = judges.or_else(|| {
                        let root = &known.root;
                        let about = |judge: &dyn Judge| Some(judge.about(observer?, root));
                        let rearm = rearm.as_deref().and_then(about);
                        Some((about(&**condition)?, rearm))
                    }) else {
                        continue;
                    };
                    let asked = (&mut judges.0, judges.1.as_mut());
                    let fired = known.state.judge(time, observer, asked, terms);
                    known.state.judges = Some(judges);
                    all.extend(fired.map(|fired| (*creation, fired)));
                }
                all
            }
            Guard::One { .. } | Guard::Each { .. } => Vec::new(),
        }
    }

    pub(super) fn is_asked(&self) -> bool {
        let (Guard::One { question, .. } | Guard::Each { question, .. }) = self;
        matches!(question, Question::Asked)
    }

    pub(super) fn start_anew(&mut self, counters: &mut Counters) {
        match self {
            Guard::One { life, .. } => life.start_anew(counters),
            Guard::Each { members, .. } => {
                for known in members.all.values_mut() {
                    known.state.start_anew(counters);
                }
            }
        }
    }

    /// The memory of what was sampled before firings to come.
    pub(super) fn history_bytes(&self) -> usize {
        match self {
            Guard::One { life, .. } => life.history.bytes(),
            Guard::Each { members, .. } => {
                let lives = members.all.values();
                lives.map(|known| known.state.history.bytes()).sum()
            }
        }
    }
}
