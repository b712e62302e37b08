//! Flag sets in scripts: values with the operations of sets.
//!
//! All operations take their operand as another set, a name, several names `"A | B"`, an array of names
//! or the bits as a number. They are values: nothing done to one stores into the field it came from.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use memglass::FlagsValue;
use memglass_value::names::FlagNames;
use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString};

use super::compare;
use super::error::raise;
use super::symbols::Symbols;
use super::wide;

/// A set of flags.
#[derive(Clone, Debug)]
pub(crate) struct FlagSet {
    /// The bits.
    pub(crate) bits: u64,
    /// What they are called.
    pub(crate) of: Arc<FlagNames>,
}

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

impl FlagSet {
    /// The bits that an operand stands for.
    fn bits(&self, symbols: &Symbols, operand: &Dynamic) -> Result<u64> {
        let operand = compare::operand(symbols, operand)?;
        operand.bits(&self.of).map_err(raise)
    }

    fn has(&self, symbols: &Symbols, operand: &Dynamic) -> Result<bool> {
        let bits = self.bits(symbols, operand)?;
        Ok(self.bits & bits == bits)
    }

    /// As a value, with the names of what is set.
    pub(crate) fn value(&self) -> FlagsValue {
        self.of.value(self.bits)
    }

    fn names(&self) -> Array {
        let names = self.value().names.into_iter();
        names
            .map(|name| Dynamic::from(ImmutableString::from(&*name)))
            .collect()
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
pub(crate) fn register(engine: &mut Engine, symbols: &Rc<Symbols>) {
    engine.register_type_with_name::<FlagSet>("flags");
    for (name, operation) in OPERATIONS {
        let symbols = symbols.clone();
        engine.register_fn(
            name,
            move |set: FlagSet, operand: Dynamic| -> Result<FlagSet> {
                let bits = operation(set.bits, set.bits(&symbols, &operand)?);
                Ok(FlagSet { bits, of: set.of })
            },
        );
    }
    for name in ["has", "contains"] {
        let symbols = symbols.clone();
        engine.register_fn(name, move |set: FlagSet, operand: Dynamic| {
            set.has(&symbols, &operand)
        });
    }
    engine.register_get("value", |set: &mut FlagSet| wide::dynamic(set.bits.into()));
    engine.register_get("names", |set: &mut FlagSet| set.names());
    engine
        .register_fn("to_string", |set: FlagSet| set.to_string())
        .register_fn("to_debug", |set: FlagSet| set.to_string());
}
