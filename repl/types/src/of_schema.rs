//! The types of a session as they would be in a file.

use memglass::schema::{self, Schema};
use memglass_types::{
    Attribute, Builder, Count, Enum, Enumerator, Kind, Member, Record, Tag, Type, TypeId, Types,
};

/// The types of a session's schema. A guarded place becomes a record with the two copies that are in it, as
/// `seqlock<Quote>`. Members say how they are protected by an attribute. A packed record becomes its length and its room, with the text of its layout as an attribute.
pub fn types(schema: &Schema) -> Types {
    let mut session = Session {
        builder: Builder::default(),
        ids: vec![None; schema.len()],
        schema,
    };
    for (id, _) in schema.iter() {
        session.id(id);
    }
    session
        .builder
        .finish()
        .expect("types of a schema refer only to types before them")
}

/// Bytes of the length before a packed record.
const LENGTH: u64 = 8;

const BYTE: Kind = Kind::Int {
    signed: false,
    bits: 8,
};

struct Session<'s> {
    builder: Builder,
    ids: Vec<Option<TypeId>>,
    schema: &'s Schema,
}

impl Session<'_> {
    /// The type here, made when it is first asked for: those that it refers to come before it. An atomic value is of the type
    /// that it is of by itself.
    fn id(&mut self, id: schema::TypeId) -> TypeId {
        if let schema::Kind::Protected {
            protection: schema::Protection::Atomic,
            value,
        } = self.schema[id].kind
        {
            return self.id(value);
        }
        let place = id.0 as usize;
        if let Some(known) = self.ids[place] {
            return known;
        }
        let ty = &self.schema[id];
        let kind = self.kind(ty);
        let name = match &ty.kind {
            schema::Kind::Protected { protection, value } => {
                format!("{}<{}>", protection.name(), self.schema.type_name(*value)).into()
            }
            _ => ty.name.clone(),
        };
        let made = Type {
            align: Some(ty.align),
            attributes: self.attributes(ty),
            ..Type::new(name, Some(ty.size), kind)
        };
        let made = self.builder.add(made);
        self.ids[place] = Some(made);
        made
    }

    fn kind(&mut self, ty: &schema::Type) -> Kind {
        use schema::Kind as Of;
        let bits = u32::try_from(ty.size * 8).unwrap_or(u32::MAX);
        match &ty.kind {
            Of::Bool => Kind::Bool,
            Of::Int { signed } => Kind::Int {
                signed: *signed,
                bits,
            },
            Of::Float => Kind::Float,
            Of::Text => self.bytes(ty.size, Kind::Char { signed: true }, "char"),
            Of::Enum { signed, variants } => self.names(ty, *signed, variants),
            Of::Flags { flags } => self.names(ty, false, flags),
            Of::Struct { fields } => self.record(Tag::Struct, fields),
            Of::Union { members } => self.record(Tag::Union, members),
            Of::Array { element, count } => Kind::Array {
                element: self.id(*element),
                count: Count::Fixed(*count),
            },
            Of::Pointer { target } => {
                let target = Type::new(target.clone(), None, Kind::Opaque { what: Tag::Other });
                Kind::Pointer {
                    to: self.builder.add(target),
                }
            }
            Of::Alias { of } => Kind::Alias { of: self.id(*of) },
            Of::Protected { value, .. } => self.guarded(*value),
            Of::Record { room, .. } => match room {
                schema::Room::Counted => self.packed(ty.size),
                schema::Room::Bytes(_) => self.bytes(ty.size, BYTE, "u8"),
            },
            _ => Kind::Opaque { what: Tag::Other },
        }
    }

    fn attributes(&self, ty: &schema::Type) -> Vec<Attribute> {
        match &ty.kind {
            schema::Kind::Record { layout, .. } => vec![Attribute {
                name: "layout".into(),
                value: self.schema.describe(*layout).into(),
            }],
            schema::Kind::Protected { protection, .. } => vec![Attribute {
                name: memglass_types::GUARD.into(),
                value: protection.name().into(),
            }],
            _ => Vec::new(),
        }
    }

    /// The place of a guarded value: the word that says which copy is the present one, and both.
    fn guarded(&mut self, value: schema::TypeId) -> Kind {
        let word = self.word();
        let room = 8 * schema::words_of(self.schema[value].size);
        let value = self.id(value);
        let members = [
            Member::new("word", word, 0),
            Member::new("even", value, 8),
            Member::new("odd", value, 8 + room),
        ];
        Kind::Record(Record::new(Tag::Struct, members.into()))
    }

    fn word(&mut self) -> TypeId {
        let word = Kind::Int {
            signed: false,
            bits: 64,
        };
        self.builder.add(Type::new("u64".into(), Some(8), word))
    }

    /// The place of a packed record: a word with its length, and the room for its bytes.
    fn packed(&mut self, size: u64) -> Kind {
        let word = self.word();
        let room = self.bytes(size.saturating_sub(LENGTH), BYTE, "u8");
        let room = Type::new("".into(), size.checked_sub(LENGTH), room);
        let room = self.builder.add(room);
        let members = [("length", word, 0), ("bytes", room, LENGTH)];
        let members = members.map(|(name, ty, offset)| Member::new(name, ty, offset));
        Kind::Record(Record::new(Tag::Struct, members.into()))
    }

    fn bytes(&mut self, count: u64, element: Kind, name: &str) -> Kind {
        let element = self.builder.add(Type::new(name.into(), Some(1), element));
        Kind::Array {
            element,
            count: Count::Fixed(count),
        }
    }

    fn names(&mut self, ty: &schema::Type, signed: bool, variants: &[schema::Variant]) -> Kind {
        let bits = u32::try_from(ty.size * 8).unwrap_or(u32::MAX);
        let name = format!("{}{bits}", if signed { 'i' } else { 'u' });
        let base = Type::new(name.into(), Some(ty.size), Kind::Int { signed, bits });
        let enumerators = variants.iter().map(|one| Enumerator {
            name: one.name.clone(),
            value: one.value,
        });
        Kind::Enum(Enum {
            base: Some(self.builder.add(base)),
            enumerators: enumerators.collect(),
        })
    }

    /// The protection of a value, or of the elements of an array.
    fn protection(&self, mut id: schema::TypeId) -> schema::Protection {
        loop {
            match (
                self.schema.protection(id),
                &self.schema[self.schema.bare(id)].kind,
            ) {
                (schema::Protection::Plain, schema::Kind::Array { element, .. }) => id = *element,
                (protection, _) => return protection,
            }
        }
    }

    fn record(&mut self, tag: Tag, fields: &[schema::Field]) -> Kind {
        let members = fields.iter().map(|field| {
            let protection = self.protection(field.type_id);
            let mut member = Member::new(field.name.clone(), self.id(field.type_id), field.offset);
            if let Some(bits) = field.bits {
                member.offset_bits += u64::from(bits.offset);
                member.width_bits = Some(bits.width.into());
            }
            if protection != schema::Protection::Plain {
                member.attributes.push(Attribute {
                    name: protection.name().into(),
                    value: "".into(),
                });
            }
            for former in field.metadata.former_names() {
                member.attributes.push(Attribute {
                    name: memglass_types::WAS.into(),
                    value: former.into(),
                });
            }
            member
        });
        Kind::Record(Record::new(tag, members.collect()))
    }
}
