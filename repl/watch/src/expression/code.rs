//! Compiled parts: native closures by the type of what they give.

use std::sync::Arc;
use std::time::Duration;

use memglass::{EnumValue, Value};
use memglass_value::compare::Operand;
use memglass_value::duration::Unit;
use memglass_value::names::{EnumNames, FlagNames};
use memglass_value::number::{Integer, Number};

use super::error::{Answer, Fault};
use super::site::Site;

/// What gives a value of one type.
pub(super) enum Run<T> {
    /// Known when it was compiled.
    Constant(T),
    /// Computed each time.
    Each(Box<dyn Fn() -> Answer<T> + Send>),
}

use Run::{Constant, Each};

impl<T: Clone + Send + 'static> Run<T> {
    pub(super) fn each(run: impl Fn() -> Answer<T> + Send + 'static) -> Self {
        Each(Box::new(run))
    }

    /// What fails each time.
    pub(super) fn never(why: Fault) -> Self {
        Self::each(move || Err(Arc::clone(&why)))
    }

    fn folded(answer: Answer<T>) -> Self {
        answer.map_or_else(Self::never, Constant)
    }

    #[inline]
    pub(super) fn get(&self) -> Answer<T> {
        match self {
            Constant(value) => Ok(value.clone()),
            Each(run) => run(),
        }
    }

    pub(super) fn constant(&self) -> Option<&T> {
        match self {
            Constant(value) => Some(value),
            Each(_) => None,
        }
    }

    /// What `then` makes of the value.
    pub(super) fn map<U: Clone + Send + 'static>(
        self,
        then: impl Fn(T) -> Answer<U> + Send + 'static,
    ) -> Run<U> {
        match self {
            Constant(value) => Run::folded(then(value)),
            Each(run) => Run::each(move || then(run()?)),
        }
    }

    /// What `then` makes of this value and of another one, which is computed after it.
    pub(super) fn with<B: Clone + Send + 'static, U: Clone + Send + 'static>(
        self,
        other: Run<B>,
        then: impl Fn(&T, &B) -> Answer<U> + Send + 'static,
    ) -> Run<U> {
        match (self, other) {
            (Constant(a), Constant(b)) => Run::folded(then(&a, &b)),
            (Constant(a), Each(b)) => Run::each(move || then(&a, &b()?)),
            (Each(a), Constant(b)) => Run::each(move || then(&a()?, &b)),
            (Each(a), Each(b)) => Run::each(move || then(&a()?, &b()?)),
        }
    }
}

/// A compiled part, by the type of its value.
// Lives while an expression is compiled, and no longer: a box would save nothing.
#[allow(clippy::large_enum_variant)]
pub(super) enum Code {
    Nothing,
    Bool(Run<bool>),
    /// An integer that is known to fit into 64 signed bits, and the unit of its field.
    Narrow(Run<i64>, Option<Unit>),
    /// Any other integer.
    Wide(Run<Integer>, Option<Unit>),
    Float(Run<f64>, Option<Unit>),
    Text(Run<String>),
    /// A value of an enum, by its number.
    Enum(Run<i128>, Arc<EnumNames>),
    Flags(Run<u64>, Arc<FlagNames>),
    Duration(Run<Duration>),
    List(Vec<Code>),
    /// A struct, an array or a whole object.
    Place(Site),
    /// `obs`
    Session,
    /// Something whose type is not known, because its object does not exist, or because a mistake was found in it.
    Unknown(Fault),
}

impl Code {
    /// A truth that is known already.
    pub(super) fn bool(truth: bool) -> Self {
        Code::Bool(Constant(truth))
    }

    /// Something of the same type that has no value.
    pub(super) fn never(&self, why: Fault) -> Self {
        match self {
            Code::Bool(_) => Code::Bool(Run::never(why)),
            Code::Narrow(_, unit) => Code::Narrow(Run::never(why), *unit),
            Code::Wide(_, unit) => Code::Wide(Run::never(why), *unit),
            Code::Float(_, unit) => Code::Float(Run::never(why), *unit),
            Code::Text(_) => Code::Text(Run::never(why)),
            Code::Duration(_) => Code::Duration(Run::never(why)),
            _ => Code::Unknown(why),
        }
    }

    /// What it is called in a message.
    pub(super) fn noun(&self) -> String {
        match self {
            Code::Session => "obs".into(),
            other => other.sample().noun().to_owned(),
        }
    }

    /// Whether its value is known already.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Code::Nothing => true,
            Code::Bool(run) => run.constant().is_some(),
            Code::Narrow(run, _) => run.constant().is_some(),
            Code::Wide(run, _) => run.constant().is_some(),
            Code::Float(run, _) => run.constant().is_some(),
            Code::Text(run) => run.constant().is_some(),
            Code::Enum(run, _) => run.constant().is_some(),
            Code::Flags(run, _) => run.constant().is_some(),
            Code::Duration(run) => run.constant().is_some(),
            Code::List(elements) => elements.iter().all(Code::is_constant),
            Code::Place(_) | Code::Session | Code::Unknown(_) => false,
        }
    }

    /// A value of its type: its own, if that is known already.
    pub(super) fn sample(&self) -> Operand<String> {
        fn of<T: Clone + Send + 'static>(run: &Run<T>, any: T) -> T {
            run.constant().cloned().unwrap_or(any)
        }
        match self {
            Code::Nothing => Operand::Nothing,
            Code::Bool(run) => Operand::Bool(of(run, false)),
            Code::Narrow(run, unit) => Operand::Number(of(run, 0).into(), *unit),
            Code::Wide(run, unit) => Operand::Number(of(run, Integer::ZERO).into(), *unit),
            Code::Float(run, unit) => Operand::Number(of(run, 0.0).into(), *unit),
            Code::Text(run) => Operand::Text(of(run, String::new())),
            Code::Enum(run, names) => Operand::Enum(of(run, 0), Arc::clone(names)),
            Code::Flags(run, names) => Operand::Flags(of(run, 0), Arc::clone(names)),
            Code::Duration(run) => Operand::Duration(of(run, Duration::ZERO)),
            Code::List(elements) => Operand::List(elements.iter().map(Code::sample).collect()),
            Code::Place(site) => Operand::Other(site.noun()),
            Code::Session => Operand::Other("obs".into()),
            Code::Unknown(_) => Operand::Other("something unknown".into()),
        }
    }

    /// As what the rules of comparison work on.
    pub(super) fn operand(self) -> Run<Operand<String>> {
        match self {
            Code::Bool(run) => run.map(|value| Ok(Operand::Bool(value))),
            Code::Narrow(run, unit) => {
                run.map(move |value| Ok(Operand::Number(value.into(), unit)))
            }
            Code::Wide(run, unit) => run.map(move |value| Ok(Operand::Number(value.into(), unit))),
            Code::Float(run, unit) => run.map(move |value| Ok(Operand::Number(value.into(), unit))),
            Code::Text(run) => run.map(|value| Ok(Operand::Text(value))),
            Code::Enum(run, names) => run.map(move |value| Ok(Operand::Enum(value, names.clone()))),
            Code::Flags(run, names) => {
                run.map(move |value| Ok(Operand::Flags(value, names.clone())))
            }
            Code::Duration(run) => run.map(|value| Ok(Operand::Duration(value))),
            Code::List(elements) => list(elements.into_iter().map(Code::operand).collect())
                .map(|list| Ok(Operand::List(list))),
            Code::Unknown(why) => Run::never(why),
            other @ (Code::Nothing | Code::Place(_) | Code::Session) => Constant(other.sample()),
        }
    }

    /// Of a number that is a time, its unit.
    pub(super) fn unit(&self) -> Option<Unit> {
        match self {
            Code::Narrow(_, unit) | Code::Wide(_, unit) | Code::Float(_, unit) => *unit,
            _ => None,
        }
    }

    /// Whether it is an integer or a float.
    pub(super) fn is_number(&self) -> bool {
        matches!(self, Code::Narrow(..) | Code::Wide(..) | Code::Float(..))
    }

    /// The number that it is.
    ///
    /// # Panics
    ///
    /// If it [is none](Code::is_number).
    pub(super) fn number(self) -> Run<Number> {
        match self {
            Code::Narrow(run, _) => run.map(|value| Ok(value.into())),
            Code::Wide(run, _) => run.map(|value| Ok(value.into())),
            Code::Float(run, _) => run.map(|value| Ok(value.into())),
            _ => unreachable!("asked of numbers only"),
        }
    }

    /// As a value for those who show it.
    ///
    /// # Errors
    ///
    /// What it is called, if it is none.
    pub(super) fn value(self) -> Result<Run<Value>, String> {
        Ok(match self {
            Code::Bool(run) => run.map(|value| Ok(Value::Bool(value))),
            Code::Narrow(run, _) => run.map(|value| Ok(Value::I64(value))),
            Code::Wide(run, _) => run.map(|value| Ok(Number::from(value).value())),
            Code::Float(run, _) => run.map(|value| Ok(Value::F64(value))),
            Code::Text(run) => run.map(|value| Ok(Value::Text(value))),
            Code::Enum(run, names) => run.map(move |number| {
                let name = names.name_of(number).map(Arc::from);
                Ok(Value::Enum(EnumValue { number, name }))
            }),
            Code::Flags(run, names) => run.map(move |bits| Ok(Value::Flags(names.value(bits)))),
            Code::Place(site) => Run::each(move || site.read()),
            Code::List(elements) => {
                let elements = elements.into_iter().map(Code::value);
                list(elements.collect::<Result<_, _>>()?).map(|values| Ok(Value::List(values)))
            }
            Code::Unknown(why) => Run::never(why),
            other @ (Code::Nothing | Code::Duration(_) | Code::Session) => return Err(other.noun()),
        })
    }
}

/// All of them, from the first to the last.
pub(super) fn list<T: Clone + Send + 'static>(elements: Vec<Run<T>>) -> Run<Vec<T>> {
    let is_constant = elements.iter().all(|element| element.constant().is_some());
    let all = move || elements.iter().map(Run::get).collect();
    match is_constant {
        true => Run::folded(all()),
        false => Run::each(all),
    }
}
