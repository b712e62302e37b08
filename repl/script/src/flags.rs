//! Flag sets in scripts: values with the operations of sets.
//!
//! All operations take their operand as another set, a name, several names `"A | B"`, an array of names
//! or the bits as a number. They are values: nothing done to one stores into the field it came from.

use std::fmt;
use std::rc::Rc;

use memglass::nearest;
use memglass::schema::{Variant, named};
use memglass::{FlagsValue, Value};
use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString};

use super::convert::noun;
use super::error::raise;
use super::wide::Wide;

/// The named flags of a type.
#[derive(Debug)]
pub(crate) struct FlagNames {
    /// The type's name.
    pub(crate) name: String,
    /// Its flags.
    pub(crate) flags: Vec<Variant>,
}

/// A set of flags.
#[derive(Clone, Debug)]
pub(crate) struct FlagSet {
    /// The bits.
    pub(crate) bits: u64,
    /// What they are called.
    pub(crate) of: Rc<FlagNames>,
}

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

impl FlagNames {
    /// The bits that an operand stands for.
    pub(crate) fn bits(&self, operand: &Dynamic) -> Result<u64> {
        if let Some(set) = operand.read_lock::<FlagSet>() {
            return Ok(set.bits);
        }
        if let Some(number) = Wide::of(operand) {
            return number
                .to_string()
                .parse()
                .map_err(|_| raise(format_args!("{number} is not a set of {}", self.name)));
        }
        if let Some(text) = operand.read_lock::<ImmutableString>() {
            return self.named(&text);
        }
        match operand.read_lock::<Array>() {
            Some(names) => names
                .iter()
                .try_fold(0, |bits, name| Ok(bits | self.bits(name)?)),
            None => Err(raise(format_args!(
                "flags of {} are names or a number, not {}",
                self.name,
                noun(operand)
            ))),
        }
    }

    fn named(&self, text: &str) -> Result<u64> {
        let names = text
            .split(['|', ','])
            .map(str::trim)
            .filter(|name| !name.is_empty());
        names
            .map(|name| self.bit(name))
            .try_fold(0, |bits, bit| Ok(bits | bit?))
    }

    fn bit(&self, name: &str) -> Result<u64> {
        let found = named(name, &self.flags, |flag| &flag.name);
        match found
            .map(|flag| flag.value as u64)
            .or_else(|| Wide::parse(name)?.to_string().parse().ok())
        {
            Some(bits) => Ok(bits),
            None => Err(raise(self.complaint(name))),
        }
    }

    fn complaint(&self, name: &str) -> String {
        let names = || self.flags.iter().map(|flag| flag.name.to_string());
        let known = names().collect::<Vec<_>>().join(", ");
        let meant = nearest(name, names())
            .map_or(String::new(), |near| format!("; did you mean {near:?}?"));
        format!("{} has no flag {name:?} ({known}){meant}", self.name)
    }
}

impl FlagSet {
    fn with(&self, bits: u64) -> FlagSet {
        FlagSet {
            bits,
            of: self.of.clone(),
        }
    }

    fn has(&self, operand: &Dynamic) -> Result<bool> {
        let bits = self.of.bits(operand)?;
        Ok(self.bits & bits == bits)
    }

    /// As a value, with the names of what is set.
    pub(crate) fn value(&self) -> Value {
        // As the observer does: a flag of no bits is set when nothing else is.
        let is_set = |flag: &&Variant| match flag.value as u64 {
            0 => self.bits == 0,
            value => self.bits & value == value,
        };
        let set = self.of.flags.iter().filter(is_set);
        let named = set.clone().fold(0, |bits, flag| bits | flag.value as u64);
        let names = set.map(|flag| flag.name.clone()).collect();
        Value::Flags(FlagsValue {
            bits: self.bits,
            names,
            unnamed: self.bits & !named,
        })
    }

    fn names(&self) -> Array {
        match self.value() {
            Value::Flags(flags) => flags
                .names
                .iter()
                .map(|name| Dynamic::from(ImmutableString::from(&**name)))
                .collect(),
            _ => unreachable!("a flag set is a flags value"),
        }
    }
}

impl fmt::Display for FlagSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(out)
    }
}

/// One operator on the bits of two sets.
type Operation = fn(u64, u64) -> u64;

const OPERATIONS: [(&str, Operation); 5] = [
    ("|", |a, b| a | b),
    ("+", |a, b| a | b),
    ("&", |a, b| a & b),
    ("-", |a, b| a & !b),
    ("^", |a, b| a ^ b),
];

/// Registers the operations. All take the set by value: a method that could change it would make Rhai
/// store it back into the field, which is a write on what looks like a read.
pub(crate) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<FlagSet>("flags");
    for (name, operation) in OPERATIONS {
        engine.register_fn(
            name,
            move |set: FlagSet, operand: Dynamic| -> Result<FlagSet> {
                Ok(set.with(operation(set.bits, set.of.bits(&operand)?)))
            },
        );
    }
    engine.register_fn("has", |set: FlagSet, operand: Dynamic| set.has(&operand));
    engine.register_fn("contains", |set: FlagSet, operand: Dynamic| {
        set.has(&operand)
    });
    engine.register_get("value", |set: &mut FlagSet| bits_of(set));
    engine.register_get("names", |set: &mut FlagSet| set.names());
    engine
        .register_fn("to_string", |set: FlagSet| set.to_string())
        .register_fn("to_debug", |set: FlagSet| set.to_string());
}

fn bits_of(set: &FlagSet) -> Dynamic {
    Wide::Unsigned(set.bits.into()).dynamic()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bits_are_shown_by_the_name_they_have_as_an_observer_shows_them() {
        let text = |flags: &[(&str, i128)]| {
            let flags = flags.iter().map(|(name, value)| Variant {
                name: (*name).into(),
                value: *value,
            });
            let of = FlagNames {
                name: "Options".into(),
                flags: flags.collect(),
            };
            FlagSet {
                bits: 0,
                of: of.into(),
            }
            .to_string()
        };
        assert_eq!(text(&[("NONE", 0), ("A", 1)]), "NONE");
        assert_eq!(text(&[("A", 1)]), "0x0");
    }
}
