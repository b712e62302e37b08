//! Expressions of scripts as native code over resolved fields.
//!
//! `a.quantity > 500 && b.status == "OPEN"` is read with Rhai's grammar ([`Source`]), resolved and typed against the
//! live session, and turned into closures that only read and compare ([`Expression`]). They give exactly what a script
//! gives, because both ask the rules of [`memglass_value`]. Mistakes are errors when the expression is compiled, and
//! what the compiler does not know is left to the script ([`CompileError`]).
//!
//! Names are looked up when they are compiled, and again only when the session has changed. A name may mean another
//! object then, of another type: so the whole expression is compiled anew.

mod arithmetic;
mod bind;
mod bounds;
mod code;
mod compare;
mod error;
mod functions;
mod grammar;
mod held;
mod leaf;
mod logic;
mod site;
mod term;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use memglass::{Field, ObjectId, Observer, ReadError, Value};
use memglass_value::compare::Operand;
use rhai::{ScriptFuncDef, Shared};

use self::bind::{Binder, Root};
use self::code::Run;
use self::error::{Answer, fault};
use self::term::Term;
use crate::condition::Truth;

pub use error::{CompileError, EvalError, Warning};
pub use held::{HeldExpression, ToldValue};

/// What a name in an expression means that is no object's label.
#[derive(Clone, Debug)]
pub enum Captured {
    /// One object, or a part of one. When it goes, no other object takes its place.
    Object(Field),
    /// A part of one object by a name of its own: its value, where it is a single one.
    Part(Field),
    /// A value.
    Constant(Operand<String>),
    /// A variable, whose value only a script sees.
    Variable,
}

/// What was written, read with Rhai's grammar and not yet given a meaning.
#[derive(Clone, Debug)]
pub struct Source {
    term: Arc<Term>,
    /// The names that its function gives a value when it is called: what it captures, then its own parameters.
    parameters: Vec<String>,
}

impl Source {
    /// The expression of a text.
    ///
    /// # Errors
    ///
    /// [`CompileError::Wrong`] says where it is no text of a script, [`CompileError::Unsupported`] that it is too long.
    pub fn of_text(text: &str) -> Result<Self, CompileError> {
        Ok(Self {
            term: Arc::new(grammar::of_text(text)?),
            parameters: Vec::new(),
        })
    }

    /// The body of a function or closure. What a closure captures comes first of its parameters.
    ///
    /// # Errors
    ///
    /// [`CompileError::Unsupported`] if it is nested too deeply.
    pub fn of_function(function: &Shared<ScriptFuncDef>) -> Result<Self, CompileError> {
        let (parameters, term) = grammar::of_function(function)?;
        Ok(Self {
            term: Arc::new(term),
            parameters,
        })
    }

    /// The names of the function's parameters, those that it captures first; none for a text.
    pub fn parameters(&self) -> &[String] {
        &self.parameters
    }

    /// The condition that it is. `captured` says what a name means that may be more than a label: a variable, a
    /// constant, the parameter of a closure.
    ///
    /// # Errors
    ///
    /// [`CompileError`]: a mistake, something for a script, or something that is neither true nor false.
    pub fn condition(
        &self,
        observer: &Observer,
        captured: impl Fn(&str) -> Option<Captured>,
    ) -> Result<Expression, CompileError> {
        Expression::new(self, Wanted::Truth, observer, captured)
    }

    /// Comparisons in it that never hold, as [`Expression::never`], also where it is left to a script.
    pub fn never(
        &self,
        observer: &Observer,
        captured: impl Fn(&str) -> Option<Captured>,
    ) -> Vec<Warning> {
        let known = self.known(captured);
        let mut binder = Binder::new(observer, &known);
        binder.bind(&self.term);
        binder.never
    }

    /// What its names mean that `captured` knows.
    fn known(&self, captured: impl Fn(&str) -> Option<Captured>) -> BTreeMap<String, Captured> {
        let mut known = BTreeMap::new();
        self.term.names(&mut |name| {
            if let Some(value) = captured(name) {
                known.insert(name.to_owned(), value);
            }
        });
        known
    }

    /// The value that it has. `captured` is as for [`Source::condition`].
    ///
    /// # Errors
    ///
    /// [`CompileError`]: a mistake, something for a script, or something that is no value, such as `()`.
    pub fn value(
        &self,
        observer: &Observer,
        captured: impl Fn(&str) -> Option<Captured>,
    ) -> Result<Expression, CompileError> {
        Expression::new(self, Wanted::Value, observer, captured)
    }
}

/// What an expression is asked for.
#[derive(Clone, Copy)]
enum Wanted {
    Truth,
    Value,
}

/// A compiled expression.
///
/// It may be sent to another thread. Asking it costs some nanoseconds for each field.
pub struct Expression {
    term: Arc<Term>,
    wanted: Wanted,
    captured: Arc<BTreeMap<String, Captured>>,
    program: Program,
    roots: Vec<Root>,
    /// What each of the roots meant last.
    meant: Vec<Option<ObjectId>>,
    fields: Vec<Field>,
    /// Those of guarded values that it reads more than once.
    guarded: Vec<Field>,
    /// The session and the epoch for which names were looked up.
    seen: (u128, u64),
    /// Comparisons that never hold.
    never: Vec<Warning>,
}

/// Attempts to find guarded values at rest for as long as an answer takes.
const MOST_ATTEMPTS: u32 = 1000;

enum Program {
    Truth(Run<bool>),
    Value(Run<Value>),
    /// It makes no sense for what its names mean now.
    Senseless(CompileError),
}

impl Expression {
    fn new(
        source: &Source,
        wanted: Wanted,
        observer: &Observer,
        captured: impl Fn(&str) -> Option<Captured>,
    ) -> Result<Self, CompileError> {
        let mut expression = Self {
            term: Arc::clone(&source.term),
            wanted,
            captured: Arc::new(source.known(captured)),
            program: Program::Truth(Run::Constant(false)),
            roots: Vec::new(),
            meant: Vec::new(),
            fields: Vec::new(),
            guarded: Vec::new(),
            seen: seen(observer),
            never: Vec::new(),
        };
        expression.bind(observer)?;
        expression.meant = expression.roots.iter().map(Root::object_id).collect();
        Ok(expression)
    }

    /// Compiles it for what its names mean now.
    fn bind(&mut self, observer: &Observer) -> Result<(), CompileError> {
        let mut binder = Binder::new(observer, &self.captured);
        let program = match self.wanted {
            Wanted::Truth => Ok(Program::Truth(binder.truth(&self.term))),
            Wanted::Value => binder.bind(&self.term).value().map(Program::Value),
        };
        let finished = binder.finish();
        self.guarded = binder.guarded();
        (self.roots, self.fields) = (binder.roots, binder.fields);
        self.never = binder.never;
        finished?;
        self.program = program.map_err(|noun| CompileError::Unsupported {
            why: format!("{noun} as a value"),
            position: self.term.at,
        })?;
        Ok(())
    }

    /// Takes in what changed in the session; true if a name means another object than before, of which nothing is
    /// known. Looks names up only if the session has another epoch than at the last call.
    ///
    /// An object that went and has no successor yet is no other object: the expression has no answer then.
    #[inline]
    pub fn refresh(&mut self, observer: &Observer) -> bool {
        let now = seen(observer);
        now != self.seen && self.look_up(observer, now)
    }

    #[cold]
    fn look_up(&mut self, observer: &Observer, now: (u128, u64)) -> bool {
        let same_session = now.0 == self.seen.0;
        self.seen = now;
        let is_settled = |root: &Root| root.found.as_ref().is_some_and(Field::is_alive);
        if same_session && self.roots.iter().all(is_settled) {
            return false;
        }
        let now = self
            .roots
            .iter()
            .map(|root| Root::find(observer, &root.label, root.at));
        let now: Vec<_> = now.map(|root| root.object_id()).collect();
        let before: Vec<_> = self.roots.iter().map(Root::object_id).collect();
        // In another session, what was captured means nothing either.
        if (now != before || !same_session)
            && let Err(error) = self.bind(observer)
        {
            self.program = Program::Senseless(error);
        }
        self.note(&now)
    }

    /// Notes what the names mean; whether one means another object than before.
    fn note(&mut self, now: &[Option<ObjectId>]) -> bool {
        let mut is_other = false;
        for (before, now) in self.meant.iter_mut().zip(now) {
            if now.is_some() {
                is_other |= before.is_some() && before != now;
                *before = *now;
            }
        }
        is_other
    }

    /// Whether it holds now. Takes in what changed first, see [`Expression::refresh`].
    ///
    /// # Errors
    ///
    /// [`EvalError`]: why that is not known.
    pub fn holds(&mut self, observer: &Observer) -> Result<bool, EvalError> {
        self.refresh(observer);
        self.answer().map_err(|why| (*why).clone())
    }

    /// The same, where the reason does not matter.
    pub fn truth(&mut self, observer: &Observer) -> Truth {
        self.refresh(observer);
        self.answer().map_or(Truth::Unknown, Truth::from)
    }

    fn answer(&self) -> Answer<bool> {
        self.of_one_write(|| self.answered())
    }

    /// What `ask` gives while no guarded value changes that it reads more than once. Each read looks at the value's
    /// word, so that the same counts before and after mean the same write in between.
    fn of_one_write<T>(&self, ask: impl Fn() -> Answer<T>) -> Answer<T> {
        let Some(first) = self.guarded.first() else {
            return ask();
        };
        for _ in 0..MOST_ATTEMPTS {
            let before = self.published();
            let answer = ask();
            if before == self.published() {
                return answer;
            }
            std::hint::spin_loop();
        }
        Err(fault(EvalError::Read(ReadError::Contended {
            path: first.path().to_owned(),
            attempts: MOST_ATTEMPTS,
        })))
    }

    /// How often its guarded values were published, in all: as no count falls, the same sum means the same counts.
    fn published(&self) -> u64 {
        let counts = self.guarded.iter().filter_map(Field::sequence);
        counts.fold(0, u64::wrapping_add)
    }

    fn answered(&self) -> Answer<bool> {
        match &self.program {
            Program::Truth(run) => run.get(),
            Program::Value(run) => Ok(run.get()? == Value::Bool(true)),
            Program::Senseless(error) => Err(fault(EvalError::Changed(error.clone()))),
        }
    }

    /// The value that it has now. Takes in what changed first, see [`Expression::refresh`].
    ///
    /// # Errors
    ///
    /// [`EvalError`]: why there is none.
    pub fn value(&mut self, observer: &Observer) -> Result<Value, EvalError> {
        self.refresh(observer);
        let value = self.of_one_write(|| match &self.program {
            Program::Truth(run) => run.get().map(Value::Bool),
            Program::Value(run) => run.get(),
            Program::Senseless(error) => Err(fault(EvalError::Changed(error.clone()))),
        });
        value.map_err(|why| (*why).clone())
    }

    /// The labels that it names, and the objects that have them now; what it captured is not among them.
    pub fn meanings(&self) -> impl Iterator<Item = (&str, Option<ObjectId>)> {
        let roots = self.roots.iter();
        roots.map(|root| (&*root.label, root.object_id()))
    }

    /// The fields that it reads, as they are now; of an array with a computed index, the array.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// What there is to say although it was compiled: labels that no object has, and names of values without quotes.
    pub fn warnings(&self, observer: &Observer) -> Vec<Warning> {
        let roots = self.roots.iter();
        roots.filter_map(|root| warning(observer, root)).collect()
    }

    /// Comparisons in it that never hold, whatever a producer writes: a `u8` above 255, an integer that equals 1.5.
    pub fn never(&self) -> &[Warning] {
        &self.never
    }
}

fn seen(observer: &Observer) -> (u128, u64) {
    (observer.session().id, observer.epoch())
}

/// That an object does not exist, with what may have been meant.
fn warning(observer: &Observer, root: &Root) -> Option<Warning> {
    if root.found.is_some() {
        return None;
    }
    let quoted = format!("{:?}", root.label);
    let message = match (&root.meant, observer.field(&quoted)) {
        (Some(name), _) => format!("the name of a value is a text: {name:?}"),
        (None, Err(error)) => error.to_string(),
        (None, Ok(_)) => return None,
    };
    Some(Warning {
        message,
        position: root.at,
        label: root.meant.is_none().then(|| root.label.clone()),
    })
}
