//! What a chain may lead to, and where each step leads from there.

use std::borrow::Cow;

use memglass_syntax::{FieldName, Held, is_identifier, properties};

use super::chain::Step;
use super::place::Place;
use crate::lexicon::Lexicon;
use memglass_syntax::token::Token;

/// What an expression gives, as far as names tell.
#[derive(Clone, Debug)]
pub(crate) enum Value<'n> {
    /// `obs`.
    Session,
    /// A place in an object.
    Place(Place<'n>),
    /// A place of one of several kinds.
    OneOf(Vec<Place<'n>>),
    /// A list of places of these kinds.
    List(Vec<Place<'n>>),
    /// A map with what a place of this kind has.
    Copy(Place<'n>),
    /// A map in a variable.
    Map(&'n [(String, Held)]),
    /// A flag set.
    Flags(Place<'n>),
    /// A text, or the name of a value, which is one.
    Text(Place<'n>),
    /// A value of Rhai's own: `#array`, `#map` or `#string`.
    Plain(&'static str),
    /// A trigger, a firing, a history or a recording, by the name that stands before the dot where its methods are described.
    Handle(&'static str),
}

/// What gives a handle, by the name that its methods are described with.
const HANDLES: &[(&str, &[&str])] = &[
    ("t", &["after", "always", "every", "when", "when_each"]),
    // It may be a watch, which has what other triggers have and more.
    ("w", &["trigger", "watch"]),
    ("h", &["history"]),
    ("r", &["record", "record_ring"]),
];

/// Methods that end what a trigger's settings give: one more of these says nothing.
const LAST: &[&str] = &["cancel", "pause", "resume", "to_string"];

/// Functions whose result is a value of Rhai's own, whatever they are called on.
const RESULTS: &[(&str, &[&str])] = &[
    (
        "#array",
        &[
            "all", "filter", "map", "keys", "values", "elements", "split", "chars", "extract",
        ],
    ),
    ("#map", &["snapshot"]),
    (
        "#string",
        &[
            "label",
            "path",
            "type_name",
            "to_string",
            "to_upper",
            "to_lower",
            "sub_string",
        ],
    ),
];

/// Methods that give some elements of a list.
const SOME: &[&str] = &["drain", "elements", "extract", "filter"];

/// Methods that give one element of a list.
const ONE: &[&str] = &["find", "get", "pop", "remove", "shift"];

impl<'n> Value<'n> {
    /// What a function of this name gives, whatever it is called on.
    pub(super) fn named_result(name: &str) -> Option<Self> {
        if let Some((receiver, _)) = HANDLES.iter().find(|(_, names)| names.contains(&name)) {
            return Some(Value::Handle(receiver));
        }
        let (kind, _) = RESULTS.iter().find(|(_, names)| names.contains(&name))?;
        Some(Value::Plain(kind))
    }

    /// What a variable of the prompt holds.
    pub(super) fn held(held: &'n Held, lexicon: &'n Lexicon) -> Option<Self> {
        match held {
            Held::Map(members) => Some(Value::Map(members)),
            Held::Place(type_name) => Some(Value::Place(Place::of_type(type_name, lexicon))),
            Held::Places(types) => Some(Value::list(places(types, lexicon))),
            Held::Plain(kind) => Some(Value::Plain(kind)),
            Held::Other => None,
        }
    }

    /// A list of what a type's name or a pattern stands for.
    pub(super) fn matching(text: &str, lexicon: &'n Lexicon) -> Self {
        Value::list(places(&all(text, lexicon), lexicon))
    }

    pub(super) fn list(places: Vec<Place<'n>>) -> Self {
        match places.is_empty() {
            true => Value::Plain("#array"),
            false => Value::List(distinct(places)),
        }
    }

    fn one_of(places: Vec<Place<'n>>) -> Option<Self> {
        let mut places = distinct(places);
        match places.len() {
            0 | 1 => places.pop().map(Value::Place),
            _ => Some(Value::OneOf(places)),
        }
    }

    /// The places that this may be.
    pub(super) fn into_places(self) -> Option<Vec<Place<'n>>> {
        match self {
            Value::Place(place) => Some(vec![place]),
            Value::OneOf(places) => Some(places),
            _ => None,
        }
    }

    /// Where a step leads.
    pub(super) fn step(self, step: &Step<'_, '_>, lexicon: &'n Lexicon) -> Option<Self> {
        match (self, step) {
            (Value::Session, step) => of_session(step, lexicon),
            (value, Step::Call(method, _)) => value.result(method),
            (Value::List(places), Step::Index(_)) => Value::one_of(places),
            (Value::Copy(place), step) => place.step(step).map(Value::copied),
            (Value::Place(place), Step::Member("name")) if place.is_named() => {
                Some(Value::Plain("#string"))
            }
            (Value::Place(place), Step::Member("names")) if place.is_flags() => {
                Some(Value::Plain("#array"))
            }
            (Value::Map(members), Step::Member(name)) => {
                let (_, held) = members.iter().find(|(known, _)| known == name)?;
                Value::held(held, lexicon)
            }
            (value, step) => {
                let places = value.into_places()?.into_iter();
                Value::one_of(places.filter_map(|place| place.step(step)).collect())
            }
        }
    }

    fn result(self, method: &str) -> Option<Self> {
        match (&self, method) {
            (Value::Handle("t" | "w"), method) if !LAST.contains(&method) => return Some(self),
            (Value::Handle("h"), "last") => return Some(self),
            _ => {}
        }
        if let (Value::Place(place), "snapshot") = (&self, method) {
            return Some(Value::copied(place.clone()));
        }
        if let Some(elements) = self.elements() {
            if SOME.contains(&method) {
                return Some(Value::list(elements));
            }
            if ONE.contains(&method) {
                return Value::one_of(elements);
            }
        }
        Value::named_result(method)
    }

    /// What each element is, of a list or array.
    pub(crate) fn element(self) -> Option<Self> {
        Value::one_of(self.elements()?)
    }

    fn elements(&self) -> Option<Vec<Place<'n>>> {
        match self {
            Value::List(places) => Some(places.clone()),
            Value::Place(place) => Some(vec![place.clone().element(None)?]),
            Value::OneOf(places) => {
                let elements = places.iter().map(|place| place.clone().element(None));
                elements.collect()
            }
            _ => None,
        }
    }

    /// What a snapshot has in the place of this one.
    fn copied(place: Place<'n>) -> Self {
        match place {
            place if place.is_array() => Value::Plain("#array"),
            place if place.is_leaf() => Value::Place(place.value()),
            place => Value::Copy(place.value()),
        }
    }

    /// What a variable holds to which this is given: of a number the value, and not where it was read.
    pub(super) fn kept(self) -> Self {
        match self {
            Value::Place(place) if place.is_leaf() => Value::Place(place.value()),
            value => value,
        }
    }

    /// What has the members and methods that this has: a number has none.
    pub(super) fn receiver(self) -> Option<Self> {
        match self {
            Value::Place(place) if place.is_flags() => Some(Value::Flags(place)),
            Value::Place(place) if place.is_text() => Some(Value::Text(place)),
            Value::Place(place) if place.is_leaf() => None,
            value => Some(value),
        }
    }

    /// The fields that it has for certain: of several kinds of places, those that all have.
    pub(crate) fn fields(&self) -> Vec<Cow<'n, FieldName>> {
        let (first, others) = match self {
            Value::Place(place) | Value::Copy(place) => (place, &[][..]),
            Value::Map(members) => return members.iter().map(member).collect(),
            // A list gives the column of what its objects have.
            Value::OneOf(places) | Value::List(places) => match places.split_first() {
                Some(split) => split,
                None => return Vec::new(),
            },
            _ => return Vec::new(),
        };
        let fields = first.fields().iter().map(Cow::Borrowed);
        fields.filter_map(|field| shared(field, others)).collect()
    }

    /// What a script reads of a value with names, besides its methods.
    pub(crate) fn properties(&self) -> &'static [&'static str] {
        match self {
            Value::Flags(_) => &["names", "value"],
            Value::Handle("c") => properties::OF_EVENTS,
            Value::Handle("t" | "w") => properties::OF_TRIGGERS,
            Value::Text(place) if place.is_named() => &["name", "value"],
            _ => &[],
        }
    }

    /// Names of the fields that are numbers.
    pub(crate) fn numbers(&self) -> Vec<String> {
        let is_number = |name: &str| {
            let digits = name.strip_prefix(['i', 'u', 'f']);
            digits.is_some_and(|digits| {
                !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
            })
        };
        let fields = self.fields();
        let numbers = fields.iter().filter(|field| is_number(&field.type_name));
        numbers.map(|field| field.name.clone()).collect()
    }

    /// Names that its methods take: those of fields, or of flags.
    pub(crate) fn keys(&self) -> Vec<String> {
        match self {
            Value::Flags(place) => owned(place.value_names()),
            value => owned(value.fields().iter().map(|field| field.name.as_str())),
        }
    }

    /// Whether it may have a field of this name, or has none at all.
    pub(crate) fn may_have(&self, name: &str) -> bool {
        let places = match self {
            Value::Place(place) => std::slice::from_ref(place),
            Value::OneOf(places) => places,
            _ => return true,
        };
        let may_have = |place: &Place<'_>| {
            let fields = place.fields();
            fields.is_empty() || fields.iter().any(|field| field.name == name)
        };
        places.iter().any(may_have)
    }

    /// Whether it is an array in an object.
    pub(crate) fn is_array(&self) -> bool {
        match self {
            Value::Place(place) => place.is_array(),
            Value::OneOf(places) => places.iter().all(Place::is_array),
            _ => false,
        }
    }
}

/// What is in a map, as if it were a field.
fn member<'n>((name, held): &(String, Held)) -> Cow<'n, FieldName> {
    let type_name = match held {
        Held::Place(type_name) => type_name,
        Held::Places(_) => "array",
        Held::Map(_) => "map",
        Held::Plain(kind) => kind.trim_start_matches('#'),
        Held::Other => "",
    };
    Cow::Owned(FieldName {
        name: name.clone(),
        type_name: type_name.to_owned(),
        is_identifier: is_identifier(name),
        ..FieldName::default()
    })
}

/// A field of one place, if the others have it as well; its types, where they differ.
fn shared<'n>(mut field: Cow<'n, FieldName>, others: &[Place<'n>]) -> Option<Cow<'n, FieldName>> {
    for place in others {
        let also = place.fields().iter().find(|also| also.name == field.name)?;
        let known = |type_name| type_name == also.type_name;
        if !field.type_name.split(" or ").any(known) {
            field.to_mut().type_name += &format!(" or {}", also.type_name);
        }
    }
    Some(field)
}

/// Each kind of place once.
fn distinct(places: Vec<Place<'_>>) -> Vec<Place<'_>> {
    let mut kinds: Vec<Place<'_>> = Vec::new();
    for place in places {
        match kinds.iter_mut().find(|kind| kind.is_like(&place)) {
            Some(kind) => kind.path = None,
            None => kinds.push(place),
        }
    }
    kinds
}

fn owned<'s>(names: impl IntoIterator<Item = &'s str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}

fn places<'n>(types: &[String], lexicon: &'n Lexicon) -> Vec<Place<'n>> {
    let places = types.iter().map(|name| Place::of_type(name, lexicon));
    places.collect()
}

fn of_session<'n>(step: &Step<'_, '_>, lexicon: &'n Lexicon) -> Option<Value<'n>> {
    let text = |tokens: &[Token<'_>]| match tokens {
        [token] => token.inside().map(str::to_owned),
        _ => None,
    };
    match step {
        Step::Index(label) | Step::Call("find", label) => {
            Place::object(&text(label)?, lexicon).map(Value::Place)
        }
        Step::Call("all", []) => Some(Value::list(places(&lexicon.object_types(), lexicon))),
        Step::Call("all", pattern) => {
            let found = text(pattern).map(|pattern| Value::matching(&pattern, lexicon));
            Some(found.unwrap_or(Value::Plain("#array")))
        }
        Step::Call("producer", _) => Some(Value::Plain("#string")),
        _ => None,
    }
}

/// The types of what `obs.all` finds: a type's name counts before a pattern, and there are arrays of it.
fn all(pattern: &str, lexicon: &Lexicon) -> Vec<String> {
    if !lexicon.is_type(pattern) {
        return lexicon.types_like(pattern);
    }
    let mut types = lexicon.object_types();
    types.retain(|name| name.split('[').next() == Some(pattern));
    if types.is_empty() {
        types.push(pattern.to_owned());
    }
    types
}
