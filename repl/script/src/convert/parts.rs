//! A value with its parts in their order, for functions that go through them. One implementation for objects, packed
//! records and copies.

use memglass::Value;
use memglass::schema::{self, Schema, TypeId};
use memglass_value::walk::{Inside, Parts};
use rhai::{Array, Dynamic, EvalAltResult, ImmutableString, Map};

use super::Meaning;
use super::to_script::{element_of, leaf, scalar};
use crate::error::raise;
use crate::symbols::Symbols;

/// Parts inside each other. No type is as deep, and deeper values of scripts would take the whole stack.
const DEEPEST: usize = 256;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A value, and its name in what it is a part of.
pub(crate) struct Part {
    /// Empty for the whole and for elements.
    pub(crate) name: ImmutableString,
    content: Content,
}

enum Content {
    Leaf(Dynamic),
    Members(Vec<Part>),
    Elements(Vec<Part>),
}

/// What is known of the type of a value.
#[derive(Clone, Copy)]
enum Known<'s> {
    Nothing,
    Type(TypeId),
    Member(&'s schema::Field),
}

impl Part {
    /// A value of a type.
    pub(crate) fn of_type(value: Value, schema: &Schema, id: TypeId, symbols: &Symbols) -> Part {
        let name = ImmutableString::new();
        Typed { schema, symbols }.part(name, value, Known::Type(id))
    }

    /// A map or an array of a script.
    ///
    /// # Errors
    ///
    /// Its parts are too deep inside each other.
    pub(crate) fn of_copy(value: &Dynamic) -> Result<Part> {
        of_copy(ImmutableString::new(), value, DEEPEST)
    }

    /// Whether it has no parts, whatever its value: a number, a text.
    pub(crate) fn is_leaf(&self) -> bool {
        matches!(self.content, Content::Leaf(_))
    }

    /// The value as a copy for a script.
    pub(crate) fn value(&self) -> Dynamic {
        match &self.content {
            Content::Leaf(value) => value.clone(),
            Content::Members(parts) => {
                let entries = parts
                    .iter()
                    .map(|part| (part.name.as_str().into(), part.value()));
                Dynamic::from_map(entries.collect::<Map>())
            }
            Content::Elements(parts) => {
                Dynamic::from_array(parts.iter().map(Part::value).collect::<Array>())
            }
        }
    }
}

impl Parts for Part {
    fn inside(&self) -> Inside<'_, Part> {
        match &self.content {
            Content::Leaf(_) => Inside::Leaf,
            Content::Members(parts) => {
                Inside::Members(Box::new(parts.iter().map(|part| (&*part.name, part))))
            }
            Content::Elements(parts) => Inside::Elements(Box::new(parts.iter())),
        }
    }
}

struct Typed<'s> {
    schema: &'s Schema,
    symbols: &'s Symbols,
}

impl Typed<'_> {
    fn part(&self, name: ImmutableString, value: Value, known: Known<'_>) -> Part {
        let content = match value {
            Value::Record(members) => {
                let members = members.into_iter().map(|(name, value)| {
                    let member = self
                        .bare(known)
                        .and_then(|id| self.schema.member(id, &name));
                    let known = member.map_or(Known::Nothing, Known::Member);
                    self.part(name.as_ref().into(), value, known)
                });
                Content::Members(members.collect())
            }
            Value::List(elements) => {
                let element = self.bare(known).map(|id| element_of(self.schema, id));
                let known = element.map_or(Known::Nothing, Known::Type);
                let elements = elements.into_iter();
                let elements =
                    elements.map(|value| self.part(ImmutableString::new(), value, known));
                Content::Elements(elements.collect())
            }
            value => Content::Leaf(self.leaf(value, known)),
        };
        Part { name, content }
    }

    fn bare(&self, known: Known<'_>) -> Option<TypeId> {
        match known {
            Known::Nothing => None,
            Known::Type(id) => Some(self.schema.bare(id)),
            Known::Member(member) => Some(self.schema.bare(member.type_id)),
        }
    }

    fn leaf(&self, value: Value, known: Known<'_>) -> Dynamic {
        let (schema, symbols) = (self.schema, self.symbols);
        match known {
            Known::Nothing => scalar(value),
            Known::Type(id) => leaf(value, &Meaning::of_type(schema, schema.bare(id), symbols)),
            Known::Member(member) => leaf(value, &Meaning::of_member(schema, member, symbols)),
        }
    }
}

fn of_copy(name: ImmutableString, value: &Dynamic, levels: usize) -> Result<Part> {
    let Some(below) = levels.checked_sub(1) else {
        return Err(raise(format_args!(
            "the value has more than {DEEPEST} maps and arrays inside each other"
        )));
    };
    let content = if let Some(map) = value.read_lock::<Map>() {
        let members = map
            .iter()
            .map(|(name, value)| of_copy(name.as_str().into(), value, below));
        Content::Members(members.collect::<Result<_>>()?)
    } else if let Some(array) = value.read_lock::<Array>() {
        let elements = array
            .iter()
            .map(|value| of_copy(ImmutableString::new(), value, below));
        Content::Elements(elements.collect::<Result<_>>()?)
    } else {
        Content::Leaf(value.clone())
    };
    Ok(Part { name, content })
}
