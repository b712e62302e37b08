//! The types of a file as a session would have them, so that they can be written as code.

use std::collections::{HashMap, HashSet};

use memglass::schema::{self, Bits, Field, Metadata, Protection, Schema, Variant};
use memglass_types::{Count, Enum, Kind, Member, Record, Tag, Type, TypeId, Types};

/// Types inside of types beyond this depth become bytes.
const DEEPEST: usize = 48;

/// These types, and all that they contain. What a session cannot have, such as a `long double` or a packed member,
/// becomes bytes with a description that says what it is.
///
/// # Panics
///
/// If a root is not of this set.
///
/// # Examples
///
/// ```
/// # let quotes = memglass_types::doc::quotes()?;
/// let quote = memglass_type_tables::named(&quotes, "quote")?;
/// let schema = memglass_type_tables::for_session(&quotes, &[quote]);
/// assert!(schema.find("quote").is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn schema(types: &Types, roots: &[TypeId]) -> Schema {
    let mut made = Made {
        types,
        schema: Schema::new(),
        known: HashMap::new(),
        numbers: numbers(types),
    };
    for &root in roots {
        made.id(root, "", 0);
    }
    made.schema
}

/// Whether elements of this type make a text: `char` alone does. `unsigned char`, `signed char` and what is an alias of them, as `uint8_t`,
/// are numbers.
fn is_text(ty: &Type) -> bool {
    matches!(ty.kind, Kind::Char { .. }) && &*ty.name == "char" && ty.size == Some(1)
}

/// The protection that an attribute names.
fn guard(name: &str) -> Option<Protection> {
    let all = [Protection::Atomic, Protection::Seqlock, Protection::Locked];
    all.into_iter().find(|protection| protection.name() == name)
}

struct Made<'t> {
    types: &'t Types,
    schema: Schema,
    /// What became of each type, behind aliases.
    known: HashMap<TypeId, Option<schema::TypeId>>,
    numbers: HashMap<TypeId, u32>,
}

/// Of records and enums whose name earlier ones have too, which of them they are, counted from 2.
fn numbers(types: &Types) -> HashMap<TypeId, u32> {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    let mut numbers = HashMap::new();
    let mut taken: HashSet<String> = types.iter().map(|(_, ty)| ty.name.to_string()).collect();
    let is_defined = |ty: &Type| matches!(ty.kind, Kind::Record(_) | Kind::Enum(_));
    for (id, ty) in types
        .iter()
        .filter(|(_, ty)| !ty.name.is_empty() && is_defined(ty))
    {
        let count = counts.entry(&ty.name).or_default();
        *count += 1;
        if *count > 1 {
            while !taken.insert(format!("{}_{count}", ty.name)) {
                *count += 1;
            }
            numbers.insert(id, *count);
        }
    }
    numbers
}

impl Made<'_> {
    /// The type here; `None` if a session can have no such type. `called` is the name of one without a name.
    fn id(&mut self, id: TypeId, called: &str, depth: usize) -> Option<schema::TypeId> {
        let bare = self.types.bare(id);
        if let Some(known) = self.known.get(&bare) {
            return *known;
        }
        let made = (depth < DEEPEST)
            .then(|| self.make(bare, &self.name(id, called), depth))
            .flatten();
        self.known.insert(bare, made);
        made
    }

    /// Its own name, that of an alias of it, or the one that its place gives it.
    fn name(&self, mut id: TypeId, called: &str) -> String {
        let bare = self.types.bare(id);
        if !self.types[bare].name.is_empty() {
            return self.told_apart(bare);
        }
        while let Kind::Alias { of } | Kind::Qualified { of, .. } = self.types[id].kind {
            if !self.types[id].name.is_empty() {
                return self.types[id].name.to_string();
            }
            id = of;
        }
        called.to_owned()
    }

    /// The name of a type; behind it a number, if others have it too and come before: a pointer leads to a type by its name.
    fn told_apart(&self, id: TypeId) -> String {
        let name = &self.types[id].name;
        match self.numbers.get(&id) {
            Some(number) => format!("{name}_{number}"),
            None => name.to_string(),
        }
    }

    fn make(&mut self, id: TypeId, name: &str, depth: usize) -> Option<schema::TypeId> {
        use schema::Kind as Of;
        let types = self.types;
        let size = types.size_of(id);
        match &types[id].kind {
            Kind::Bool => self.scalar("bool", size?, Of::Bool),
            Kind::Char { signed } | Kind::Int { signed, .. } => self.integer(size?, *signed),
            Kind::Float => self.scalar(&format!("f{}", size? * 8), size?, Of::Float),
            Kind::Pointer { to } | Kind::Reference { to, .. } => {
                let target = self.name(*to, "").as_str().into();
                self.scalar("", size.unwrap_or(8), Of::Pointer { target })
            }
            Kind::Array {
                element,
                count: Count::Fixed(count),
            } => self.array(*element, *count, name, depth),
            Kind::Vector { element, count } => self.array(*element, *count, name, depth),
            Kind::Record(record) => match types[id].guard().and_then(guard) {
                Some(protection) => self.guarded(record, protection, depth),
                None => self.record(&types[id], record, name, depth),
            },
            Kind::Enum(set) => self.names(set, size?, name),
            _ => None,
        }
    }

    /// What holds a value so that it is read whole, as [`of_session`](crate::of_session) writes it.
    fn guarded(
        &mut self,
        record: &Record,
        protection: Protection,
        depth: usize,
    ) -> Option<schema::TypeId> {
        let value = record.members.get(1)?.ty;
        let value = self.id(value, "", depth + 1)?;
        self.schema.add_protected(protection, value).ok()
    }

    fn scalar(&mut self, name: &str, size: u64, kind: schema::Kind) -> Option<schema::TypeId> {
        let ty = schema::Type::new(name, size, size.min(16), kind);
        self.schema.add(ty).ok()
    }

    fn integer(&mut self, size: u64, signed: bool) -> Option<schema::TypeId> {
        let name = format!("{}{}", if signed { 'i' } else { 'u' }, size.checked_mul(8)?);
        self.scalar(&name, size, schema::Kind::Int { signed })
    }

    fn array(
        &mut self,
        element: TypeId,
        count: u64,
        name: &str,
        depth: usize,
    ) -> Option<schema::TypeId> {
        if is_text(&self.types[self.types.bare(element)]) {
            let text = schema::Type::new("", count, 1, schema::Kind::Text);
            return self.schema.add(text).ok();
        }
        let element = self.id(element, name, depth + 1)?;
        self.schema.add_array(element, count).ok()
    }

    fn names(&mut self, set: &Enum, size: u64, name: &str) -> Option<schema::TypeId> {
        let of_base = set.base.map(|base| &self.types[self.types.bare(base)].kind);
        let signed = match of_base {
            Some(Kind::Int { signed, .. } | Kind::Char { signed }) => *signed,
            _ => set.enumerators.iter().any(|one| one.value < 0),
        };
        let names = set.enumerators.iter().map(|one| Variant {
            name: one.name.clone(),
            value: one.value,
        });
        let kind = if set.is_set() && !signed {
            schema::Kind::Flags {
                flags: names.collect(),
            }
        } else {
            schema::Kind::Enum {
                signed,
                variants: names.collect(),
            }
        };
        let named = schema::Type::new(name, size, size, kind);
        match self.schema.add(named) {
            Ok(id) if !name.is_empty() => Some(id),
            _ => self.integer(size, signed),
        }
    }

    fn record(
        &mut self,
        ty: &Type,
        record: &Record,
        name: &str,
        depth: usize,
    ) -> Option<schema::TypeId> {
        let size = ty.size?;
        let said = ty
            .align
            .filter(|align| align.is_power_of_two() && size % align == 0);
        let said = said.unwrap_or(1);
        let mut fields = Vec::new();
        if record.variants.is_none() {
            self.fields(record, 0, name, depth, &mut fields);
        }
        if fields.is_empty() && size > 1 {
            return self.bytes_of(record, size, said, name);
        }
        let aligns = fields.iter().map(|field| self.schema[field.type_id].align);
        let align = aligns.max().unwrap_or(1).max(said);
        let kind = match record.tag {
            Tag::Union => schema::Kind::Union { members: fields },
            _ => schema::Kind::Struct { fields },
        };
        let ty = schema::Type::new(name, size, align, kind);
        self.schema
            .add(ty)
            .ok()
            .or_else(|| self.bytes_of(record, size, said, name))
    }

    /// A record of which only size and alignment are told.
    fn bytes_of(
        &mut self,
        record: &Record,
        size: u64,
        align: u64,
        name: &str,
    ) -> Option<schema::TypeId> {
        let why = match record.variants {
            Some(_) => "an enum with data, in an order of its own",
            None => "laid out as no session can have it",
        };
        let room = self.room(size, why, "bytes", 0)?;
        let kind = schema::Kind::Struct { fields: vec![room] };
        let ty = schema::Type::new(name, size, align, kind);
        self.schema.add(ty).ok()
    }

    /// The members of a record that lies `start` bits behind the start of the outer one, those of its bases and of
    /// members without a name among them.
    fn fields(
        &mut self,
        record: &Record,
        start: u64,
        name: &str,
        depth: usize,
        fields: &mut Vec<Field>,
    ) {
        let types = self.types;
        for base in &record.bases {
            if let (Some(offset), Some(inner)) = (base.offset, types.record(base.ty))
                && depth < DEEPEST
            {
                let at = start.saturating_add(offset.saturating_mul(8));
                self.fields(inner, at, name, depth + 1, fields);
            }
        }
        for member in &record.members {
            let at = start.saturating_add(member.offset_bits);
            let inner = types.record(member.ty);
            let is_nameless = member.name.is_empty();
            match inner.filter(|_| is_nameless && depth < DEEPEST) {
                Some(inner) if inner.tag != Tag::Union => {
                    self.fields(inner, at, name, depth + 1, fields);
                }
                Some(_) => {
                    let own = format!("either_{}", at / 8);
                    fields.extend(self.field(member, &own, at, name, depth));
                }
                None if is_nameless => {}
                None => fields.extend(self.field(member, &member.name, at, name, depth)),
            }
        }
    }

    fn field(
        &mut self,
        member: &Member,
        own: &str,
        at: u64,
        name: &str,
        depth: usize,
    ) -> Option<Field> {
        let called = format!("{name}_{own}");
        let Some(id) = self.id(member.ty, &called, depth + 1) else {
            let size = self.types.size_of(member.ty)?;
            return self.room(size, &self.types.spell(member.ty), own, at / 8);
        };
        let Some(width) = member.width_bits else {
            let mut attributes = member.attributes.iter();
            let id = match attributes.find_map(|one| guard(&one.name)) {
                Some(Protection::Atomic) => self
                    .schema
                    .add_protected(Protection::Atomic, id)
                    .unwrap_or(id),
                _ => id,
            };
            return Some(Field::new(own, id, at / 8));
        };
        let unit = self.schema[id].size.checked_mul(8)?;
        let bits = Bits {
            offset: u8::try_from(at % unit).ok()?,
            width: u8::try_from(width).ok().filter(|width| *width > 0)?,
        };
        Some(Field::new(own, id, at / unit * (unit / 8)).bits(bits))
    }

    /// Bytes in place of what a session cannot have.
    fn room(&mut self, size: u64, what: &str, own: &str, offset: u64) -> Option<Field> {
        let byte = self.integer(1, false)?;
        let bytes = self.schema.add_array(byte, size).ok()?;
        let metadata = Metadata::new().desc(what);
        Some(Field::new(own, bytes, offset).metadata(metadata))
    }
}
