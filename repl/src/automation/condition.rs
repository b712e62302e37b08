//! Conditions that the engine judges by itself, compiled from what a script wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use memglass::sampler::Selection;
use memglass::schema::TypeId;
use memglass::{Field, Moment, ObjectId, Observer};
use memglass_script::Callbacks;
use memglass_watch::{
    Captured, CompileError, EvalError, Expression, Held, HeldExpression, Judge, Question, Reading,
    Source, ToldValue, Truth, has_parts,
};
use rhai::Position;

use super::action::{Asked, Entry, Subject};

/// What became of the attempt to compile the conditions of a trigger.
pub(super) enum Attempt {
    /// The engine judges them; what is worth telling.
    Compiled(Question, Remarks),
    /// The script has to be asked, for this reason; what is worth telling all the same.
    Left(String, Vec<String>),
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
    /// The same over values that are read first, and the session and epoch that it is for.
    told: Option<((u128, u64), Option<Read>)>,
}

/// A condition over values that are read before it is judged, so that its answer belongs to exactly these.
struct Read {
    condition: Told,
    fields: Vec<(Field, ToldValue)>,
}

/// Compiles the conditions of a trigger, if the compiler knows all that is in them.
pub(super) fn attempt(callbacks: &Callbacks, entry: &Entry, observer: &Observer) -> Attempt {
    let condition = entry.condition.borrow();
    let Some(condition) = &*condition else {
        return Attempt::Left(String::new(), Vec::new());
    };
    let is_negated = matches!(entry.subject, Subject::Always(_));
    let rearm = entry.rearm.borrow();
    let mut never = Vec::new();
    let compiled = Written::of(callbacks, condition, is_negated).and_then(|written| {
        never.extend(written.never(observer, &entry.subject)?);
        written.compiled(observer)
    });
    let rearm = rearm.as_ref().map(|asked| {
        let written = Written::of(callbacks, asked, false)?;
        never.extend(written.never(observer, &entry.subject)?);
        written.compiled(observer)
    });
    match (compiled, rearm.transpose()) {
        (Err(wrong @ CompileError::Wrong { .. }), _)
        | (_, Err(wrong @ CompileError::Wrong { .. })) => Attempt::Wrong(wrong),
        (Err(why), _) | (_, Err(why)) => Attempt::Left(why.to_string(), never),
        (Ok(compiled), Ok(rearm)) => {
            let remarks = Remarks {
                missing: compiled.missing(),
                never,
            };
            let judge = |compiled: Compiled| -> Box<dyn Judge> {
                Box::new(match entry.subject {
                    Subject::WhenEach(_) => compiled.of_each(),
                    _ => compiled,
                })
            };
            let (condition, rearm) = (judge(compiled), rearm.map(judge));
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

/// Of each type among the objects of a pattern or type, one.
pub(super) fn one_of_each_type(observer: &Observer, objects: &str) -> Vec<Field> {
    let is_type = observer.schema().iter().any(|(_, ty)| *ty.name == *objects);
    let selection = match is_type {
        true => Ok(Selection::of_type(objects, "")),
        false => Selection::of(objects),
    };
    // What selects nothing is the engine's to refuse.
    let fields = selection.and_then(|selection| selection.fields(observer));
    let mut types = BTreeSet::new();
    let fields = fields.unwrap_or_default().into_iter();
    fields
        .filter(|field| types.insert(field.type_id()))
        .collect()
}

/// The names of the fields that objects of a pattern or type have: of a type also while it has none.
pub(super) fn fields_of_each_type(observer: &Observer, objects: &str) -> BTreeSet<String> {
    let schema = observer.schema();
    let named = schema.iter().filter(|(_, ty)| *ty.name == *objects);
    let mut types: BTreeSet<TypeId> = named.map(|(id, _)| id).collect();
    let found = one_of_each_type(observer, objects).into_iter();
    types.extend(found.map(|object| object.type_id()));
    let members = types.iter().filter_map(|id| schema[*id].members());
    members
        .flatten()
        .map(|member| member.name.to_string())
        .collect()
}

impl Written {
    fn of(callbacks: &Callbacks, asked: &Asked, is_negated: bool) -> Result<Self, CompileError> {
        let own = asked.closure.parameters().unwrap_or(0);
        // A text about many objects has become the closure that it stands for.
        if let (Some(text), 0) = (&asked.text, own) {
            return Ok(Written {
                source: Source::of_text(text)?,
                captured: BTreeMap::new(),
                parameter: None,
                is_negated,
            });
        }
        let pointer = asked.closure.pointer();
        let count = pointer.curry().len();
        let function = asked.closure.function();
        let function = function.filter(|function| function.params.len() == count + own);
        let function = function.ok_or(CompileError::Unsupported {
            why: "a function of another library".to_owned(),
            position: Position::NONE,
        })?;
        let source = Source::of_function(function)?;
        let names: Vec<String> = source.parameters().to_vec();
        let mut captured = BTreeMap::new();
        for (value, name) in pointer.curry().iter().zip(&names) {
            if asked.closure.is_label(name) {
                continue;
            }
            let field = callbacks.field(value);
            // A later line may give a variable another value.
            let meaning = field.map_or(Captured::Variable, Captured::Object);
            captured.insert(name.clone(), meaning);
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

    /// The comparisons in it that never hold. Looks for mistakes about the objects that there are already: one of each
    /// type is enough.
    fn never(&self, observer: &Observer, subject: &Subject) -> Result<Vec<String>, CompileError> {
        let (Subject::WhenEach(objects), Some(parameter)) = (subject, &self.parameter) else {
            let captured = |name: &str| self.captured.get(name).cloned();
            let never = self.source.never(observer, captured);
            return Ok(never.into_iter().map(|never| never.message).collect());
        };
        let mut all = Vec::new();
        for object in one_of_each_type(observer, objects) {
            if let Err(wrong @ CompileError::Wrong { .. }) =
                self.about(observer, &object).expression
            {
                return Err(wrong);
            }
            let captured = |name: &str| match name == *parameter {
                true => Some(Captured::Object(object.clone())),
                false => self.captured.get(name).cloned(),
            };
            let never = self.source.never(observer, captured);
            all.extend(never.into_iter().map(|never| never.message));
        }
        all.dedup();
        Ok(all)
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
            told: None,
        }
    }

    /// The same without what it was compiled to: one about many objects is compiled anew for each of them, and fields
    /// keep the memory of their session.
    fn of_each(self) -> Self {
        let why = CompileError::Unsupported {
            why: "a condition about many objects".into(),
            position: Position::NONE,
        };
        Compiled::new(self.written, Err(why))
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
        // Fields keep the memory of their session.
        self.told.take_if(|(seen, _)| *seen != now);
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

    fn judge_on_readings(&mut self, observer: &Observer) -> Option<(Truth, Vec<Reading>)> {
        let now = (observer.session().id, observer.epoch());
        // What could not be made may be possible later: a part of a packed record may not have been there.
        let is_made = |(seen, read): &(_, Option<Read>)| *seen == now && read.is_some();
        if !self.told.as_ref().is_some_and(is_made) {
            self.told = Some((now, self.over_read_values(observer)));
        }
        let read = self.told.as_ref()?.1.as_ref()?;
        let readings = read.readings()?;
        for ((_, told), reading) in read.fields.iter().zip(&readings) {
            told.set(reading.value.clone());
        }
        Some((read.condition.judge(), readings))
    }

    fn readings(&self) -> Vec<Reading> {
        let Ok(expression) = &self.expression else {
            return Vec::new();
        };
        let mut moment = Moment::new();
        let fields = expression.fields().iter();
        let readings = fields.filter_map(|field| {
            Some(Reading {
                value: moment.read(field).ok()?,
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
        first: &mut dyn FnMut(&Field) -> Option<ToldValue>,
    ) -> Option<Box<dyn Held>> {
        let expression = self.expression.as_ref().ok()?;
        Some(Box::new(Told {
            expression: expression.held(observer, first)?,
            is_negated: self.written.is_negated,
        }))
    }
}

impl Compiled {
    fn over_read_values(&self, observer: &Observer) -> Option<Read> {
        let mut fields = Vec::new();
        let mut first = |field: &Field| {
            // A part of a packed record that is not there has no value.
            let value = field.read().ok().filter(|value| !has_parts(value))?;
            let told = ToldValue::new(value);
            fields.push((field.clone(), told.clone()));
            Some(told)
        };
        let expression = self.expression.as_ref().ok()?;
        let expression = expression.held(observer, &mut first)?;
        let condition = Told {
            expression,
            is_negated: self.written.is_negated,
        };
        Some(Read { condition, fields })
    }
}

impl Read {
    /// The values of its fields, those of one guarded value of one write of it. `None` if one cannot be read.
    fn readings(&self) -> Option<Vec<Reading>> {
        let mut moment = Moment::new();
        let readings = self.fields.iter().map(|(field, _)| {
            let value = moment.read(field).ok().filter(|value| !has_parts(value))?;
            let field = field.clone();
            Some(Reading { field, value })
        });
        readings.collect()
    }
}

/// A compiled condition on values that it is told.
struct Told {
    expression: HeldExpression,
    is_negated: bool,
}

impl Held for Told {
    fn judge(&self) -> Truth {
        match (self.expression.truth(), self.is_negated) {
            (Truth::True, true) => Truth::False,
            (Truth::False, true) => Truth::True,
            (truth, _) => truth,
        }
    }
}
