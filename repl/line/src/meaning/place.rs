//! Places in objects: fields of fields, elements of arrays.

use memglass_syntax::FieldName;

use super::chain::Step;
use crate::lexicon::Lexicon;
use memglass_syntax::is_identifier;
use memglass_syntax::token::Kind;

/// A place in an object, as far as names tell.
#[derive(Clone, Debug)]
pub(crate) struct Place<'n> {
    lexicon: &'n Lexicon,
    pub(crate) type_name: String,
    /// The field that was named last.
    pub(crate) field: Option<&'n FieldName>,
    /// The field whose annotation names its values, if any: a value that was read has these as well.
    named_by: Option<&'n FieldName>,
    /// How `memglass::Observer::field` calls it, if there is only one that it can be.
    pub(crate) path: Option<String>,
}

impl<'n> Place<'n> {
    /// Some place of a type.
    pub(super) fn of_type(type_name: &str, lexicon: &'n Lexicon) -> Self {
        Place {
            lexicon,
            type_name: type_name.to_owned(),
            field: None,
            named_by: None,
            path: None,
        }
    }

    /// The object with this label.
    pub(super) fn object(label: &str, lexicon: &'n Lexicon) -> Option<Self> {
        let type_name = lexicon.type_of(label)?;
        let path = if is_identifier(label) {
            label.to_owned()
        } else {
            format!("{label:?}")
        };
        Some(Place {
            lexicon,
            type_name,
            field: None,
            named_by: None,
            path: Some(path),
        })
    }

    /// Where a step leads that is not a call.
    pub(super) fn step(self, step: &Step<'_, '_>) -> Option<Self> {
        match step {
            Step::Member(name) => self.member(name),
            Step::Index([index]) if index.kind == Kind::Number => self.element(Some(index.text)),
            Step::Index([key]) if key.inside().is_some() => {
                key.inside()?.split('.').try_fold(self, Place::member)
            }
            Step::Index(_) => self.element(None),
            Step::Call(..) => None,
        }
    }

    fn member(self, name: &str) -> Option<Self> {
        let field = self.fields().iter().find(|field| field.name == name)?;
        let path = self.path.map(|path| format!("{path}.{name}"));
        Some(Place {
            type_name: field.type_name.clone(),
            field: Some(field),
            named_by: Some(field).filter(|field| !field.values.is_empty()),
            path,
            ..self
        })
    }

    /// An element; some element, where nobody knows which. The outer dimension stands first: one of
    /// `f64[2][3]` is an `f64[3]`.
    pub(super) fn element(self, index: Option<&str>) -> Option<Self> {
        let (element, dimensions) = self.type_name.split_once('[').filter(|_| self.is_array())?;
        let (_, inner) = dimensions.split_once(']')?;
        let path = self.path.zip(index);
        Some(Place {
            type_name: format!("{element}{inner}"),
            path: path.map(|(path, index)| format!("{path}[{index}]")),
            ..self
        })
    }

    /// The value that is there now, without the place where it was read.
    pub(super) fn value(self) -> Self {
        Place {
            field: None,
            path: None,
            ..self
        }
    }

    /// Whether another place has the same fields, or holds the same values.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let is_same = self.field == other.field && self.named_by == other.named_by;
        (!self.is_leaf() || is_same) && self.type_name == other.type_name
    }

    /// Its fields; none of an array, which has elements.
    pub(crate) fn fields(&self) -> &'n [FieldName] {
        if self.type_name.contains('[') {
            &[]
        } else {
            self.lexicon.fields(&self.type_name)
        }
    }

    /// Whether a script reads it as a value, and not as something with parts.
    pub(crate) fn is_leaf(&self) -> bool {
        self.fields().is_empty() && !self.is_array()
    }

    /// Whether it is a flag set.
    pub(crate) fn is_flags(&self) -> bool {
        match self.annotation() {
            Some(field) => field.has_flags,
            None => self.lexicon.is_flags(&self.type_name),
        }
    }

    /// Whether scripts read it as a text: the name of a value is one.
    pub(super) fn is_text(&self) -> bool {
        self.type_name.starts_with("text[") || self.is_named()
    }

    /// Whether scripts read it as the name of its value.
    pub(super) fn is_named(&self) -> bool {
        !self.value_names().is_empty() && !self.is_bool() && !self.is_flags()
    }

    /// Whether it is in an object for certain, so that changing it there is a write.
    pub(crate) fn is_stored(&self) -> bool {
        self.field.is_some() || self.path.is_some()
    }

    /// Whether it has elements.
    pub(crate) fn is_array(&self) -> bool {
        let array = self.type_name.split_once('[');
        array.is_some_and(|(name, _)| name != "text")
    }

    /// Number of elements, if it is an array that always has as many.
    pub(crate) fn element_count(&self) -> Option<u64> {
        let (_, dimensions) = self.type_name.split_once('[')?;
        let (count, _) = dimensions.split_once(']')?;
        count.parse().ok().filter(|_| self.is_array())
    }

    /// Names that its value may have.
    pub(crate) fn value_names(&self) -> Vec<&'n str> {
        if self.is_bool() {
            return vec!["true", "false"];
        }
        let values = match self.annotation() {
            Some(field) => &field.values,
            None => self.lexicon.values(&self.type_name),
        };
        values.iter().map(String::as_str).collect()
    }

    /// The field that names its values. An array has none, its elements do.
    fn annotation(&self) -> Option<&'n FieldName> {
        self.named_by.filter(|_| !self.is_array())
    }

    /// Whether a value is written without quotes.
    pub(crate) fn is_bool(&self) -> bool {
        self.type_name == "bool"
    }
}
