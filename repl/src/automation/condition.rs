//! Conditions that the engine judges by itself, compiled from what a script wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use memglass::sampler::Selection;
use memglass::{Field, ObjectId, Observer, Value};
use memglass_script::Callbacks;
use memglass_watch::{
    Captured, CompileError, EvalError, Expression, Held, HeldExpression, Judge, Question, Reading,
    Source, Truth,
};

use super::action::{Asked, Entry, Subject};

/// What became of the attempt to compile the conditions of a trigger.
pub(super) enum Attempt {
    /// The engine judges them; what is worth telling.
    Compiled(Question, Remarks),
    /// The script has to be asked, for this reason.
    Left(String),
    /// One of them is a mistake.
    Wrong(CompileError),
}

/// What is worth telling of a condition that was compiled.
pub(super) struct Remarks {
    /// Names that no object has.
    pub(super) missing: Vec<String>,
    /// That a comparison in it never holds, and why.
    pub(super) never: Vec<String>,
}

/// A condition, and what it has captured.
#[derive(Clone)]
struct Written {
    source: Source,
    captured: BTreeMap<String, Captured>,
    /// The parameter that is one object of many.
    parameter: Option<String>,
    is_negated: bool,
}

/// A compiled condition.
struct Compiled {
    written: Written,
    expression: Result<Expression, CompileError>,
    names: Vec<(Arc<str>, Option<ObjectId>)>,
    /// The session and epoch for which the names were noted.
    seen: Option<(u128, u64)>,
    why: Option<EvalError>,
}

/// Compiles the conditions of a trigger, if the compiler knows all that is in them.
pub(super) fn attempt(callbacks: &Callbacks, entry: &Entry, observer: &Observer) -> Attempt {
    let condition = entry.condition.borrow();
    let Some(condition) = &*condition else {
        return Attempt::Left(String::new());
    };
    let is_negated = matches!(entry.subject, Subject::Always(_));
    let rearm = entry.rearm.borrow();
    let compiled = Written::of(callbacks, condition, is_negated).and_then(|written| {
        if let Subject::WhenEach(objects) = &entry.subject {
            written.check_about(observer, objects)?;
        }
        written.compiled(observer)
    });
    let rearm = rearm.as_ref().map(|asked| {
        Written::of(callbacks, asked, false).and_then(|written| written.compiled(observer))
    });
    match (compiled, rearm.transpose()) {
        (Err(wrong @ CompileError::Wrong { .. }), _)
        | (_, Err(wrong @ CompileError::Wrong { .. })) => Attempt::Wrong(wrong),
        (Err(why), _) | (_, Err(why)) => Attempt::Left(why.to_string()),
        (Ok(compiled), Ok(rearm)) => {
            let remarks = compiled.remarks(rearm.as_ref());
            let condition: Box<dyn Judge> = Box::new(compiled);
            let rearm = rearm.map(|rearm| Box::new(rearm) as Box<dyn Judge>);
            Attempt::Compiled(Question::Judged { condition, rearm }, remarks)
        }
    }
}

/// The mistake in a condition, if the compiler finds one.
pub(super) fn mistake(
    callbacks: &Callbacks,
    asked: &Asked,
    observer: &Observer,
) -> Option<CompileError> {
    let compiled =
        Written::of(callbacks, asked, false).and_then(|written| written.compiled(observer));
    compiled
        .err()
        .filter(|error| matches!(error, CompileError::Wrong { .. }))
}

impl Written {
    fn of(callbacks: &Callbacks, asked: &Asked, is_negated: bool) -> Result<Self, CompileError> {
        if let Some(text) = &asked.text {
            return Ok(Written {
                source: Source::of_text(text)?,
                captured: BTreeMap::new(),
                parameter: None,
                is_negated,
            });
        }
        let pointer = asked.closure.pointer();
        let own = asked.closure.parameters().unwrap_or(0);
        let count = pointer.curry().len();
        let library = callbacks.library();
        let source = Source::of_function(&library, pointer.fn_name(), count + own)?;
        let names: Vec<String> = source.parameters().to_vec();
        let mut captured = BTreeMap::new();
        for (value, name) in pointer.curry().iter().zip(&names) {
            if asked.closure.is_label(name) {
                continue;
            }
            match callbacks.field(value) {
                Some(field) => captured.insert(name.clone(), Captured::Object(field)),
                None => {
                    // A later line may give it another value, which only a script sees.
                    return Err(CompileError::Unsupported {
                        why: format!("the variable {name:?}, which may change,"),
                        position: rhai::Position::NONE,
                    });
                }
            };
        }
        Ok(Written {
            parameter: names.get(count).cloned(),
            source,
            captured,
            is_negated,
        })
    }

    /// The condition; of one about many objects, as if there were an object of the parameter's name.
    fn compiled(self, observer: &Observer) -> Result<Compiled, CompileError> {
        let captured = |name: &str| self.captured.get(name).cloned();
        let expression = self.source.condition(observer, captured)?;
        Ok(Compiled::new(self, Ok(expression)))
    }

    /// Looks for mistakes about the objects that there are already: one of each type is enough.
    fn check_about(&self, observer: &Observer, objects: &str) -> Result<(), CompileError> {
        if self.parameter.is_none() {
            return Ok(());
        }
        let is_type = observer.schema().iter().any(|(_, ty)| *ty.name == *objects);
        let selection = match is_type {
            true => Ok(Selection::of_type(objects, "")),
            false => Selection::of(objects),
        };
        // What selects nothing is the engine's to refuse.
        let fields = selection.and_then(|selection| selection.fields(observer));
        let mut types = BTreeSet::new();
        for object in fields.unwrap_or_default() {
            if types.insert(object.type_id())
                && let Err(wrong @ CompileError::Wrong { .. }) =
                    self.about(observer, &object).expression
            {
                return Err(wrong);
            }
        }
        Ok(())
    }

    fn about(&self, observer: &Observer, object: &Field) -> Compiled {
        let captured = |name: &str| match self.parameter.as_deref() == Some(name) {
            true => Some(Captured::Object(object.clone())),
            false => self.captured.get(name).cloned(),
        };
        let expression = self.source.condition(observer, captured);
        Compiled::new(self.clone(), expression)
    }
}

impl Compiled {
    fn new(written: Written, expression: Result<Expression, CompileError>) -> Self {
        Compiled {
            written,
            expression,
            names: Vec::new(),
            seen: None,
            why: None,
        }
    }

    fn remarks(&self, rearm: Option<&Compiled>) -> Remarks {
        let expressions = [Some(self), rearm].into_iter().flatten();
        let expressions = expressions.filter_map(|compiled| compiled.expression.as_ref().ok());
        let never = expressions.flat_map(|expression| expression.never());
        Remarks {
            missing: self.missing(),
            never: never.map(|never| never.message.clone()).collect(),
        }
    }

    fn missing(&self) -> Vec<String> {
        let parameter = self.written.parameter.as_deref();
        let Ok(expression) = &self.expression else {
            return Vec::new();
        };
        let missing = expression
            .meanings()
            .filter(|(label, id)| id.is_none() && Some(*label) != parameter);
        missing.map(|(label, _)| label.to_owned()).collect()
    }

    fn note_names(&mut self, observer: &Observer) {
        let now = (observer.session().id, observer.epoch());
        if self.seen.replace(now) == Some(now) {
            return;
        }
        if let Ok(expression) = &self.expression {
            let names = expression.meanings();
            self.names = names.map(|(label, id)| (label.into(), id)).collect();
        }
    }
}

impl Judge for Compiled {
    fn judge(&mut self, observer: &Observer) -> Truth {
        let Ok(expression) = &mut self.expression else {
            return Truth::Unknown;
        };
        let truth = match expression.holds(observer) {
            Ok(holds) => Truth::from(holds != self.written.is_negated),
            Err(why) => {
                self.why = Some(why);
                Truth::Unknown
            }
        };
        self.note_names(observer);
        truth
    }

    fn why(&self) -> String {
        match (&self.expression, &self.why) {
            (Err(error), _) => error.to_string(),
            (_, Some(why)) => why.to_string(),
            (_, None) => String::new(),
        }
    }

    fn names(&self) -> &[(Arc<str>, Option<ObjectId>)] {
        &self.names
    }

    fn readings(&self) -> Vec<Reading> {
        let Ok(expression) = &self.expression else {
            return Vec::new();
        };
        let fields = expression.fields().iter();
        let readings = fields.filter_map(|field| {
            Some(Reading {
                value: field.read().ok()?,
                field: field.clone(),
            })
        });
        readings.collect()
    }

    fn about(&self, observer: &Observer, object: &Field) -> Box<dyn Judge> {
        Box::new(self.written.about(observer, object))
    }

    fn held(
        &self,
        observer: &Observer,
        first: &mut dyn FnMut(&Field) -> Option<Value>,
    ) -> Option<Box<dyn Held>> {
        let expression = self.expression.as_ref().ok()?;
        Some(Box::new(Told {
            expression: expression.held(observer, first)?,
            is_negated: self.written.is_negated,
        }))
    }
}

/// A compiled condition on values that it is told.
struct Told {
    expression: HeldExpression,
    is_negated: bool,
}

impl Held for Told {
    fn set(&mut self, nth: usize, value: Value) {
        self.expression.set(nth, value);
    }

    fn judge(&self) -> Truth {
        match (self.expression.truth(), self.is_negated) {
            (Truth::True, true) => Truth::False,
            (Truth::False, true) => Truth::True,
            (truth, _) => truth,
        }
    }
}
