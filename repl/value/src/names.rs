//! What the numbers of a field are called: the values of an enum, or flags.

use std::sync::Arc;

pub use memglass::nearest;
use memglass::schema::{Kind, Variant, named};
use memglass::{Field, FlagsValue};

use crate::duration::Unit;
use crate::number::Integer;

/// Names that are listed in a message.
const MOST_LISTED: usize = 8;

/// What is known of a field's numbers.
#[derive(Clone, Debug)]
pub enum Names {
    /// They are numbers and nothing more.
    None,
    /// Values of an enum.
    Enum(Arc<EnumNames>),
    /// Sets of flags.
    Flags(Arc<FlagNames>),
    /// So many of a unit of time.
    Time(Unit),
}

impl Names {
    /// What is known of a field's numbers: what its own annotations say, else what its type says.
    pub fn of_field(field: &Field) -> Self {
        let info = field.info();
        let ty = &field.schema()[info.type_id];
        let of_enum = |name: &str, variants: &[Variant]| {
            let (name, variants) = (name.to_owned(), variants.to_vec());
            Names::Enum(Arc::new(EnumNames { name, variants }))
        };
        let of_flags = |flags: &[Variant]| {
            let (name, flags) = (info.type_name.clone(), flags.to_vec());
            Names::Flags(Arc::new(FlagNames { name, flags }))
        };
        let (names, flags) = (&info.metadata.names, &info.metadata.flags);
        match &ty.kind {
            Kind::Int { .. } if !names.is_empty() => of_enum(field.path(), names),
            Kind::Int { .. } if !flags.is_empty() => of_flags(flags),
            Kind::Int { .. } | Kind::Float => {
                Unit::declared(info.metadata).map_or(Names::None, Names::Time)
            }
            Kind::Enum { variants, .. } => of_enum(&ty.name, variants),
            Kind::Flags { flags } => of_flags(flags),
            _ => Names::None,
        }
    }
}

/// The values of an enum, or of an integer field whose values have names.
#[derive(Debug)]
pub struct EnumNames {
    /// The enum's name, or the field's.
    pub name: String,
    /// The values.
    pub variants: Vec<Variant>,
}

/// The named flags of a type.
#[derive(Debug)]
pub struct FlagNames {
    /// The type's name.
    pub name: String,
    /// Its flags.
    pub flags: Vec<Variant>,
}

/// A name that an enum or a flag set does not have; it displays as "Status has no value "OPNE" (PENDING, OPEN)".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{of} has no {what} {name:?} ({known}){meant}")]
pub struct UnknownName {
    of: String,
    what: &'static str,
    name: String,
    known: String,
    meant: String,
}

impl UnknownName {
    fn new(of: &str, what: &'static str, name: &str, known: &[Variant], most: usize) -> Self {
        let names = || known.iter().map(|variant| &*variant.name);
        let listed: Vec<&str> = names().take(most).collect();
        let more = if known.len() > most { ", …" } else { "" };
        let meant = nearest(name, names())
            .map_or(String::new(), |near| format!("; did you mean {near:?}?"));
        Self {
            of: of.to_owned(),
            what,
            name: name.to_owned(),
            known: listed.join(", ") + more,
            meant,
        }
    }
}

impl EnumNames {
    /// The number of a name, whose case matters only where two names differ in it alone.
    pub fn find(&self, name: &str) -> Option<i128> {
        named(name, &self.variants, |variant| &variant.name).map(|variant| variant.value)
    }

    /// The number of a name.
    ///
    /// # Errors
    ///
    /// [`UnknownName`]: no value has this name.
    pub fn number(&self, name: &str) -> Result<i128, UnknownName> {
        let unknown = || UnknownName::new(&self.name, "value", name, &self.variants, MOST_LISTED);
        self.find(name).ok_or_else(unknown)
    }

    /// The name of a number, if it has one.
    pub fn name_of(&self, number: i128) -> Option<&str> {
        let mut variants = self.variants.iter();
        variants
            .find(|variant| variant.value == number)
            .map(|variant| &*variant.name)
    }
}

impl FlagNames {
    /// The bits of several names: "A | B".
    ///
    /// # Errors
    ///
    /// [`UnknownName`]: there is no such flag, and it is no number either.
    pub fn bits(&self, text: &str) -> Result<u64, UnknownName> {
        let names = text
            .split(['|', ','])
            .map(str::trim)
            .filter(|name| !name.is_empty());
        names
            .map(|name| self.bit(name))
            .try_fold(0, |bits, bit| Ok(bits | bit?))
    }

    fn bit(&self, name: &str) -> Result<u64, UnknownName> {
        let found = named(name, &self.flags, |flag| &flag.name);
        found
            .map(|flag| flag.value as u64)
            .or_else(|| Integer::parse(name)?.as_u64())
            .ok_or_else(|| UnknownName::new(&self.name, "flag", name, &self.flags, usize::MAX))
    }

    /// A set as a value, with the names of what is set.
    pub fn value(&self, bits: u64) -> FlagsValue {
        // As the observer does: a flag of no bits is set when nothing else is.
        let is_set = |flag: &&Variant| match flag.value as u64 {
            0 => bits == 0,
            value => bits & value == value,
        };
        let set = self.flags.iter().filter(is_set);
        let named = set.clone().fold(0, |bits, flag| bits | flag.value as u64);
        FlagsValue {
            bits,
            names: set.map(|flag| flag.name.clone()).collect(),
            unnamed: bits & !named,
        }
    }
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
            of.value(0).to_string()
        };
        assert_eq!(text(&[("NONE", 0), ("A", 1)]), "NONE");
        assert_eq!(text(&[("A", 1)]), "0x0");
    }
}
