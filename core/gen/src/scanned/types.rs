//! The types of members.

use memglass::schema::Protection;
use memglass_code::FieldType;

use super::Reader;
use crate::fault::Place;
use crate::model::{Declared, Enum, Type};
use crate::notes::{Notes, Target};
use crate::refusals;

impl Reader<'_> {
    /// The type of a member, or why it cannot be observed; empty if that is reported elsewhere.
    pub(super) fn ty(&mut self, ty: &FieldType, notes: &Notes) -> Result<Type, String> {
        match ty {
            FieldType::Bool => Ok(Type::Bool),
            FieldType::Char => Ok(Type::Int {
                size: 1,
                is_signed: true,
            }),
            &FieldType::Int { size, is_signed } => Ok(Type::Int { size, is_signed }),
            &FieldType::Float(size @ (4 | 8)) => Ok(Type::Float { size }),
            FieldType::Float(_) => Err(refusals::wide_float("long double")),
            FieldType::Pointer => pointer(notes),
            FieldType::Reference => Err(refusals::REFERENCE.into()),
            FieldType::Qualified(_) => Err(
                "it is const or volatile, so that it could never be stored as others are: leave that out, and write @readonly if observers shall not write it".into(),
            ),
            FieldType::Array(_, 0) => Err(refusals::NO_ELEMENTS.into()),
            FieldType::Array(element, count) if **element == FieldType::Char => {
                Ok(Type::Text(*count))
            }
            FieldType::Array(element, count) => {
                let element = self.ty(element, notes)?;
                Ok(Type::Array(Box::new(element), *count))
            }
            FieldType::Record(path) => self.declared(path, Self::record),
            FieldType::Enum(path) => self.declared(path, Self::enumeration),
            FieldType::Other => Err("the scanner does not look into a type of this kind".into()),
        }
    }

    fn declared(
        &mut self,
        path: &str,
        describe: fn(&mut Self, &str) -> Option<usize>,
    ) -> Result<Type, String> {
        let count = self.faults.len();
        match describe(self, path) {
            Some(index) => Ok(Type::Declared(index)),
            // What is wrong with it is reported where it is declared, unless that is not known.
            None if self.faults.len() > count || self.known.contains_key(path) => {
                Err(String::new())
            }
            None => Err(format!(
                "the scanner does not find the definition of {path}"
            )),
        }
    }

    pub(super) fn enumeration(&mut self, path: &str) -> Option<usize> {
        if let Some(known) = self.known.get(path) {
            return *known;
        }
        let found = self.enums.get(path).cloned()?;
        self.known.insert(path.to_owned(), None);
        let place = Place::new(&found.file, found.span.clone());
        let notes = self.notes_of(path, &found.file, &found.span, Target::Enum);
        let values: Option<Vec<(String, i128)>> = found
            .values
            .into_iter()
            .map(|(name, value)| Some((name, value?)))
            .collect();
        let values = values.filter(|values| !values.is_empty());
        let (Some(values), Some(FieldType::Int { size, is_signed })) = (values, found.integer)
        else {
            let reason = format!("the scanner does not know all values of {path}");
            self.refuse(place, reason);
            return None;
        };
        if notes.is_flags && is_signed && values.iter().any(|(_, value)| *value < 0) {
            self.refuse(place.clone(), refusals::NEGATIVE_FLAGS);
        }
        let names = self.names(path, found.is_public, &place)?;
        let index = self.model.types.len();
        self.model.types.push(Declared::Enum(Enum {
            names,
            size,
            is_signed,
            is_flags: notes.is_flags,
            values,
        }));
        self.known.insert(path.to_owned(), Some(index));
        Some(index)
    }
}

fn pointer(notes: &Notes) -> Result<Type, String> {
    if !notes.is_address {
        return Err(refusals::POINTER.into());
    }
    if notes.protection != Protection::Plain && notes.protection != Protection::Atomic {
        return Err(refusals::GUARDED_ADDRESS.into());
    }
    Ok(Type::Pointer(String::new()))
}
