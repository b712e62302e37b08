//! Numbers with names: enums, flag sets, and integers annotated as such.

use std::sync::Arc;

use super::Strictness;
use super::number::Whole;
use super::refusal::{Reason, listing, suggestion};
use crate::schema::{Schema, Variant};
use crate::value::{EnumValue, FlagsValue, Value};

/// The named values of one place.
pub(super) struct Names<'a> {
    pub(super) schema: &'a Schema,
    pub(super) variants: &'a [Variant],
    pub(super) type_name: &'a dyn Fn() -> String,
    pub(super) strictness: Strictness,
}

impl Names<'_> {
    /// The number wanted for an enum.
    pub(super) fn enum_number(&self, wanted: &Value) -> Result<Whole, Reason> {
        if let Value::Text(name) = wanted {
            return self.number_of(name);
        }
        let number = whole(wanted).ok_or_else(|| kind("a name or number of an enum", wanted))?;
        let variant = number.as_i128();
        let variant = variant.and_then(|number| self.schema.variant(self.variants, number));
        let named = variant.is_some();
        match named || self.strictness == Strictness::Forced {
            true => Ok(number),
            false => Err(Reason::Unnamed {
                number: number.to_string(),
                type_name: (self.type_name)(),
                known: self.known(|value| value.to_string()),
            }),
        }
    }

    /// The bits wanted for a flag set.
    pub(super) fn flag_bits(&self, wanted: &Value) -> Result<Whole, Reason> {
        let bits = self.union_of(wanted)?;
        let unknown = bits.bits() & !self.covered();
        match unknown == 0 || self.strictness == Strictness::Forced {
            true => Ok(bits),
            false => Err(Reason::UnknownBits {
                bits: unknown,
                type_name: (self.type_name)(),
                known: self.known(|value| format!("0x{value:x}")),
            }),
        }
    }

    fn union_of(&self, wanted: &Value) -> Result<Whole, Reason> {
        match wanted {
            Value::Text(text) => self.union(
                text.split('|')
                    .map(str::trim)
                    .filter(|part| !part.is_empty()),
                |part| literal(part).map_or_else(|| self.number_of(part), Ok),
            ),
            Value::List(parts) => self.union(parts.iter(), |part| match part {
                Value::List(_) => Err(kind("names of flags in the list", part)),
                part => self.union_of(part),
            }),
            other => self.union(std::iter::once(other), |other| {
                whole(other).ok_or_else(|| kind("names or bits of flags", other))
            }),
        }
    }

    fn union<T>(
        &self,
        parts: impl Iterator<Item = T>,
        bits: impl Fn(T) -> Result<Whole, Reason>,
    ) -> Result<Whole, Reason> {
        let mut union = 0;
        for part in parts {
            let part = bits(part)?;
            // A negative number is not a set of bits.
            part.fit(64, false, self.type_name)?;
            union |= part.bits();
        }
        Ok(Whole::from(union))
    }

    fn number_of(&self, name: &str) -> Result<Whole, Reason> {
        let variant = self.schema.variant_named(self.variants, name);
        variant
            .map(|variant| Whole::from(variant.value))
            .ok_or_else(|| Reason::NoSuchName {
                type_name: (self.type_name)(),
                name: name.into(),
                suggestion: suggestion(name, self.variants.iter().map(|variant| &*variant.name)),
                known: listing(self.variants.iter().map(|variant| variant.name.to_string())),
            })
    }

    fn covered(&self) -> u128 {
        self.variants
            .iter()
            .fold(0, |bits, variant| bits | variant.value as u128)
    }

    fn known(&self, number: impl Fn(i128) -> String) -> String {
        listing(
            self.variants
                .iter()
                .map(|variant| format!("{} = {}", variant.name, number(variant.value))),
        )
    }
}

/// The whole number that a value is; a float counts if it is whole.
fn whole(value: &Value) -> Option<Whole> {
    match value {
        Value::F32(value) => Whole::of_float(f64::from(*value)),
        Value::F64(value) => Whole::of_float(*value),
        other => Whole::of(other),
    }
}

fn kind(expected: &str, found: &Value) -> Reason {
    Reason::Kind {
        expected: expected.into(),
        found: found.noun(),
    }
}

/// A number in text: `12` or `0x0c`, as flag sets print their unnamed bits.
fn literal(text: &str) -> Option<Whole> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.ok().map(|number| Whole::from(u128::from(number)))
}

/// The number with its name.
pub(super) fn enum_value(schema: &Schema, variants: &[Variant], number: i128) -> EnumValue {
    let variant = schema.variant(variants, number);
    EnumValue {
        number,
        name: variant.map(|variant| Arc::clone(&variant.name)),
    }
}

/// The bits with the names of the flags set in them. A flag of no bits is set when nothing else is.
pub(super) fn flags_value(flags: &[Variant], bits: u64) -> FlagsValue {
    let mut unnamed = bits;
    let mut names = Vec::new();
    for flag in flags {
        let value = flag.value as u64;
        let is_set = if value == 0 {
            bits == 0
        } else {
            bits & value == value
        };
        if is_set {
            names.push(Arc::clone(&flag.name));
            unnamed &= !value;
        }
    }
    FlagsValue {
        bits,
        names,
        unnamed,
    }
}
