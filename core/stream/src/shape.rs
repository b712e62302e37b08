//! The message of each type, and its descriptor: what other programs need to read it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use memglass::schema::{Field, Kind, Protection, Schema, TypeId, Variant};

use crate::message::{Form, Member, Message, OBJECT, Scalar, VALUE, What};
use crate::protobuf::{put_bytes, put_filled, put_number};

/// How the values of a type are written.
#[derive(Debug)]
pub(crate) struct Shape {
    /// The message of one value.
    pub(crate) message: Arc<Message>,
    /// Bytes of a value.
    pub(crate) len: usize,
    /// Bytes of the shortest message of one.
    pub(crate) least: usize,
    /// Full name of the message, and of the one with a label beside the value.
    pub(crate) names: [String; 2],
    /// An encoded `FileDescriptorSet` with both.
    pub(crate) descriptor: Vec<u8>,
}

const PACKAGE: &str = "memglass";

impl Shape {
    /// The shape of a type's objects, or of arrays of `count` of them; `None` if those are larger than memory.
    pub(crate) fn of(schema: &Schema, id: TypeId, count: Option<u64>) -> Option<Shape> {
        let mut builder = Builder {
            schema,
            messages: Vec::new(),
            enums: Vec::new(),
            known: HashMap::new(),
            taken: HashSet::new(),
        };
        let size = match is_guarded(schema, id) {
            true => schema[schema.bare(id)].size,
            false => schema[id].size,
        };
        let len = usize::try_from(size.checked_mul(count.unwrap_or(1))?).ok()?;
        // A value that is guarded as a whole is copied alone, without the word before it.
        let (what, at) = match is_guarded(schema, id) {
            true => builder.what(schema.bare(id), 0),
            false => builder.what(id, 0),
        };
        let what = match count {
            Some(count) => builder.many(what, count, size),
            None => what,
        };
        let name = schema.type_name(id);
        let message = match what {
            What::Message(message, _) if count.is_none() && at == 0 => message,
            what => builder.wrapper(&name, what, at),
        };
        let labelled = builder.unique(&format!("{name}_of"));
        let names = [&message.name, &labelled].map(|name| format!("{PACKAGE}.{name}"));
        let descriptor = builder.descriptor(&message.name, &labelled);
        Some(Shape {
            least: message.least(),
            message,
            len,
            names,
            descriptor,
        })
    }
}

fn is_guarded(schema: &Schema, id: TypeId) -> bool {
    matches!(
        schema.protection(id),
        Protection::Seqlock | Protection::Locked
    )
}

struct Builder<'s> {
    schema: &'s Schema,
    messages: Vec<Arc<Message>>,
    /// Name and variants of each.
    enums: Vec<(String, &'s [Variant])>,
    known: HashMap<TypeId, Arc<Message>>,
    taken: HashSet<String>,
}

impl<'s> Builder<'s> {
    /// What a value of a type at `at` is, and where it begins: a guarded one in the place of its first copy.
    fn what(&mut self, id: TypeId, at: usize) -> (What, usize) {
        let at = at + if is_guarded(self.schema, id) { 8 } else { 0 };
        let schema = self.schema;
        let bare = schema.bare(id);
        let ty = &schema[bare];
        let size = ty.size as usize;
        let scalar = |form, signed| {
            What::Scalar(Scalar {
                size,
                signed,
                bits: None,
                form,
            })
        };
        let integer = |signed| match size {
            16 => scalar(Form::Wide, signed),
            _ => scalar(Form::Int, signed),
        };
        let what = match &ty.kind {
            Kind::Bool => scalar(Form::Bool, false),
            Kind::Int { signed } => integer(*signed),
            Kind::Float => scalar(Form::Float, false),
            Kind::Flags { .. } | Kind::Pointer { .. } => integer(false),
            Kind::Enum { signed, variants } if size <= 4 => {
                scalar(Form::Enum(self.enumeration(&ty.name, variants)), *signed)
            }
            Kind::Enum { signed, .. } => integer(*signed),
            Kind::Text => What::Text(size),
            Kind::Struct { .. } | Kind::Union { .. } => What::Message(self.message(bare), size),
            Kind::Array { element, count } => {
                let (inner, first) = self.what(*element, at);
                let stride = schema[*element].size;
                return (self.many(inner, *count, stride), first);
            }
            _ => What::Bytes(size),
        };
        (what, at)
    }

    /// So many of something. Messages have no lists of lists: an inner list becomes a message.
    fn many(&mut self, element: What, count: u64, stride: u64) -> What {
        let element = match element {
            What::Many { .. } => What::Message(self.wrapper("List", element, 0), stride as usize),
            element => element,
        };
        What::Many {
            count: count as usize,
            stride: stride as usize,
            element: Box::new(element),
        }
    }

    /// A message with one member.
    fn wrapper(&mut self, name: &str, what: What, at: usize) -> Arc<Message> {
        let name = self.unique(name);
        let member = Member {
            number: 1,
            name: match what {
                What::Many { .. } => "values".into(),
                _ => "value".into(),
            },
            at,
            what,
        };
        self.add(Message {
            name,
            members: vec![member],
            is_union: false,
        })
    }

    fn add(&mut self, message: Message) -> Arc<Message> {
        let message = Arc::new(message);
        self.messages.push(Arc::clone(&message));
        message
    }

    /// The message of a struct or union.
    fn message(&mut self, id: TypeId) -> Arc<Message> {
        if let Some(known) = self.known.get(&id) {
            return Arc::clone(known);
        }
        let ty = &self.schema[id];
        let name = self.unique(&ty.name);
        let fields = ty.members().expect("a struct or union");
        let (mut members, mut taken) = (Vec::new(), HashSet::new());
        let mut number = 1;
        for field in fields {
            let member = self.member(field, number, &mut taken);
            number = after(&member);
            members.push(member);
        }
        let is_union = ty.kind.is_union();
        if is_union {
            members.push(Member {
                number,
                name: unique(&mut taken, "bytes"),
                at: 0,
                what: What::Bytes(ty.size as usize),
            });
        }
        let message = self.add(Message {
            name,
            members,
            is_union,
        });
        self.known.insert(id, Arc::clone(&message));
        message
    }

    fn member(&mut self, field: &Field, number: u32, taken: &mut HashSet<String>) -> Member {
        let (mut what, at) = self.what(field.type_id, field.offset as usize);
        if let What::Scalar(scalar) = &mut what {
            scalar.bits = field.bits;
        }
        let name = unique(taken, &field.name);
        if what.numbers() > 1 {
            taken.insert(format!("{name}_bytes"));
        }
        Member {
            number,
            name,
            at,
            what,
        }
    }

    fn enumeration(&mut self, name: &str, variants: &'s [Variant]) -> String {
        let known = self.enums.iter().find(|(_, known)| *known == variants);
        if let Some((name, _)) = known {
            return name.clone();
        }
        let name = self.unique(name);
        self.enums.push((name.clone(), variants));
        name
    }

    /// A name for a message that no other has.
    fn unique(&mut self, name: &str) -> String {
        unique(&mut self.taken, name)
    }

    fn descriptor(&self, value: &str, labelled: &str) -> Vec<u8> {
        let mut set = Vec::new();
        put_filled(&mut set, 1, |file| {
            put_bytes(file, 1, format!("{PACKAGE}/{value}.proto").as_bytes());
            put_bytes(file, 2, PACKAGE.as_bytes());
            for message in &self.messages {
                put_filled(file, 4, |out| describe(message, out));
            }
            for (name, variants) in &self.enums {
                put_filled(file, 4, |out| describe_enum(name, variants, out));
            }
            put_filled(file, 4, |out| describe_labelled(labelled, value, out));
            put_bytes(file, 12, b"proto3");
        });
        set
    }
}

/// Numbers that protobuf keeps for itself.
const RESERVED: std::ops::RangeInclusive<u32> = 19_000..=19_999;

/// The first number that is free after a member.
fn after(member: &Member) -> u32 {
    let next = member.number + member.what.numbers();
    // The next member may take two.
    match RESERVED.contains(&next) || RESERVED.contains(&(next + 1)) {
        true => RESERVED.end() + 1,
        false => next,
    }
}

/// A name of letters, digits and underscores that is not taken yet.
fn unique(taken: &mut HashSet<String>, name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let mut base: String = name.chars().map(plain).collect();
    if !base.starts_with(|c: char| c.is_ascii_alphabetic()) {
        base.insert(0, 'T');
    }
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    let mut names = std::iter::once(base.clone()).chain(numbered);
    // The bytes of a text have its name and `_bytes`.
    let is_free =
        |name: &String| !taken.contains(name) && !taken.contains(&format!("{name}_bytes"));
    let name = names.find(is_free).expect("there are always more numbers");
    taken.insert(name.clone());
    name
}

const TYPE_DOUBLE: u64 = 1;
const TYPE_FLOAT: u64 = 2;
const TYPE_FIXED64: u64 = 6;
const TYPE_FIXED32: u64 = 7;
const TYPE_BOOL: u64 = 8;
const TYPE_STRING: u64 = 9;
const TYPE_MESSAGE: u64 = 11;
const TYPE_BYTES: u64 = 12;
const TYPE_ENUM: u64 = 14;
const TYPE_SFIXED32: u64 = 15;
const TYPE_SFIXED64: u64 = 16;

fn describe(message: &Message, out: &mut Vec<u8>) {
    put_bytes(out, 1, message.name.as_bytes());
    for member in &message.members {
        let (is_many, one) = match &member.what {
            What::Many { element, .. } => (true, &**element),
            one => (false, one),
        };
        let (ty, name) = field_type(one);
        describe_field(&member.name, member.number, is_many, (ty, name), out);
        if one.numbers() > 1 {
            let name = format!("{}_bytes", member.name);
            describe_field(&name, member.number + 1, is_many, (TYPE_BYTES, None), out);
        }
    }
}

fn describe_field(
    name: &str,
    number: u32,
    is_many: bool,
    (ty, type_name): (u64, Option<String>),
    out: &mut Vec<u8>,
) {
    put_filled(out, 2, |field| {
        put_bytes(field, 1, name.as_bytes());
        put_number(field, 3, u64::from(number));
        put_number(field, 4, if is_many { 3 } else { 1 });
        put_number(field, 5, ty);
        if let Some(type_name) = type_name {
            put_bytes(field, 6, format!(".{PACKAGE}.{type_name}").as_bytes());
        }
    });
}

fn field_type(what: &What) -> (u64, Option<String>) {
    let scalar = match what {
        What::Scalar(scalar) => scalar,
        What::Text(_) => return (TYPE_STRING, None),
        What::Message(message, _) => return (TYPE_MESSAGE, Some(message.name.clone())),
        What::Bytes(_) | What::Many { .. } => return (TYPE_BYTES, None),
    };
    let ty = match (&scalar.form, scalar.size, scalar.signed) {
        (Form::Bool, ..) => TYPE_BOOL,
        (Form::Wide, ..) => TYPE_STRING,
        (Form::Enum(name), ..) => return (TYPE_ENUM, Some(format!("{name}.Value"))),
        (Form::Float, 8, _) => TYPE_DOUBLE,
        (Form::Float, ..) => TYPE_FLOAT,
        (Form::Int, 8, true) => TYPE_SFIXED64,
        (Form::Int, 8, false) => TYPE_FIXED64,
        (Form::Int, _, true) => TYPE_SFIXED32,
        (Form::Int, _, false) => TYPE_FIXED32,
    };
    (ty, None)
}

/// An enum in a message of its own: names of values are unique among all that lie beside each other.
fn describe_enum(name: &str, variants: &[Variant], out: &mut Vec<u8>) {
    put_bytes(out, 1, name.as_bytes());
    put_filled(out, 4, |out| {
        put_bytes(out, 1, b"Value");
        let (mut names, mut numbers) = (HashSet::new(), HashSet::new());
        // The first must be zero.
        let zero = variants.iter().find(|variant| variant.value == 0);
        let zero = zero.map_or("ZERO", |variant| &*variant.name);
        let all = variants
            .iter()
            .map(|variant| (&*variant.name, variant.value as i32));
        for (name, number) in std::iter::once((zero, 0)).chain(all) {
            if numbers.insert(number) {
                let name = unique(&mut names, name);
                put_filled(out, 2, |out| {
                    put_bytes(out, 1, name.as_bytes());
                    put_number(out, 2, i64::from(number) as u64);
                });
            }
        }
    });
}

fn describe_labelled(name: &str, value: &str, out: &mut Vec<u8>) {
    put_bytes(out, 1, name.as_bytes());
    describe_field("object", OBJECT, false, (TYPE_STRING, None), out);
    let ty = (TYPE_MESSAGE, Some(value.to_owned()));
    describe_field("value", VALUE, false, ty, out);
}
