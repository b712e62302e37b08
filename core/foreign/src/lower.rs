//! A type of a program as a type of a session, and where the bytes of its values go.
//!
//! A session accesses each number at its own width, so its types are aligned and no two members share bytes. What a
//! program has may be packed and may overlap. So each member gets a place of its own: the one that it has if that is aligned and
//! free, or else the next one that is.

use std::collections::HashMap;
use std::sync::Arc;

use memglass::schema::{self, Bits, Field, Schema, SchemaError, Variant};
use memglass_types::{Count, Enum, Kind, Part, TypeId, Types};

use crate::image::{self, Run};

/// Runs of one value: what an array inside of a struct may be made of.
const MOST_RUNS: u64 = 1 << 20;

/// A type of a session that stands for one of a program.
#[derive(Clone, Debug)]
pub(crate) struct Lowered {
    /// The session's types, with this one.
    pub(crate) schema: Arc<Schema>,
    pub(crate) id: schema::TypeId,
    /// Bytes of a value in the file.
    pub(crate) source_size: u64,
    pub(crate) runs: Arc<[Run]>,
}

/// The same without the types that it is among.
#[derive(Clone)]
struct Known {
    id: schema::TypeId,
    source_size: u64,
    runs: Arc<[Run]>,
}

/// `None` of what has no bytes: functions, and types that are only declared.
type Found = Result<Option<Known>, SchemaError>;

/// Makes types of a session of types of programs.
pub(crate) struct Lowering<'t> {
    types: &'t Types,
    schema: Schema,
    known: HashMap<TypeId, Option<Known>>,
}

/// A member, before it has a place.
struct Member<'t> {
    name: &'t str,
    ty: TypeId,
    offset_bits: u64,
    width_bits: Option<u64>,
}

impl<'t> Lowering<'t> {
    pub(crate) fn of(types: &'t Types) -> Self {
        Lowering {
            types,
            schema: Schema::new(),
            known: HashMap::new(),
        }
    }

    /// The type as one of a session; `None` if its values have no bytes.
    pub(crate) fn lower(&mut self, id: TypeId) -> Result<Option<Lowered>, SchemaError> {
        let known = self.value(id)?;
        Ok(self.with_schema(known))
    }

    /// So many characters as one text.
    pub(crate) fn lower_text(
        &mut self,
        id: TypeId,
        count: u64,
    ) -> Result<Option<Lowered>, SchemaError> {
        let known = self.elements(id, count)?;
        Ok(self.with_schema(known))
    }

    fn with_schema(&self, known: Option<Known>) -> Option<Lowered> {
        known.map(|known| Lowered {
            schema: Arc::new(self.schema.clone()),
            id: known.id,
            source_size: known.source_size,
            runs: known.runs,
        })
    }

    fn value(&mut self, id: TypeId) -> Found {
        if let Some(known) = self.known.get(&id) {
            return Ok(known.clone());
        }
        let found = self.described(id, &self.types[id].name)?;
        self.known.insert(id, found.clone());
        Ok(found)
    }

    /// The type under this name, which an alias may give it.
    fn described(&mut self, id: TypeId, name: &str) -> Found {
        let types = self.types;
        let ty = &types[id];
        let Some(size) = types.size_of(id).filter(|size| *size > 0) else {
            return Ok(None);
        };
        match &ty.kind {
            Kind::Bool if size == 1 => self.scalar(name, size, schema::Kind::Bool),
            Kind::Char { signed } | Kind::Int { signed, .. } => self.int(name, size, *signed),
            Kind::Bool => self.int(name, size, false),
            Kind::Float if matches!(size, 4 | 8) => self.scalar(name, size, schema::Kind::Float),
            Kind::Complex if matches!(size, 8 | 16) => {
                let of = if size == 8 { "f32" } else { "f64" };
                let part = self.scalar(of, size / 2, schema::Kind::Float)?;
                self.array(part, 2)
            }
            Kind::Pointer { to } | Kind::Reference { to, .. } if size == 8 => {
                let target = types.spell(*to).into();
                self.scalar(name, size, schema::Kind::Pointer { target })
            }
            Kind::Pointer { .. } | Kind::Reference { .. } => self.int(name, size, false),
            Kind::Enum(set) => self.names(name, size, set),
            Kind::Array {
                element,
                count: Count::Fixed(count),
            } => self.elements(*element, *count),
            Kind::Vector { element, count } => self.elements(*element, *count),
            Kind::Alias { of } => self.alias(*of, name),
            Kind::Qualified { of, .. } => self.value(*of),
            Kind::Record(_) => self.record(id, name, size),
            // Wide floats, pointers to members, and what the language keeps to itself.
            _ => self.bytes(size),
        }
    }

    fn alias(&mut self, of: TypeId, name: &str) -> Found {
        // What has no name of its own is called as its alias.
        if self.types[of].name.is_empty()
            && matches!(self.types[of].kind, Kind::Record(_) | Kind::Enum(_))
        {
            return self.described(of, name);
        }
        let Some(known) = self.value(of)? else {
            return Ok(None);
        };
        let (size, align) = (self.schema[known.id].size, self.schema[known.id].align);
        let alias = schema::Kind::Alias { of: known.id };
        let id = self
            .schema
            .add(schema::Type::new(name, size, align, alias))?;
        Ok(Some(Known { id, ..known }))
    }

    /// One number, whose bytes are the same on both sides.
    fn scalar(&mut self, name: &str, size: u64, kind: schema::Kind) -> Found {
        let id = self
            .schema
            .add(schema::Type::new(name, size, size.min(8), kind))?;
        Ok(Some(Known {
            id,
            source_size: size,
            runs: [Run::whole(size, size)].into(),
        }))
    }

    /// An integer; what has no size of one is bytes.
    fn int(&mut self, name: &str, size: u64, signed: bool) -> Found {
        match size {
            1 | 2 | 4 | 8 | 16 => self.scalar(name, size, schema::Kind::Int { signed }),
            size => self.bytes(size),
        }
    }

    fn bytes(&mut self, size: u64) -> Found {
        let byte = self.int("u8", 1, false)?;
        self.array(byte, size)
    }

    fn elements(&mut self, element: TypeId, count: u64) -> Found {
        if self.is_char(element) {
            let id = self
                .schema
                .add(schema::Type::new("char", count, 1, schema::Kind::Text))?;
            return Ok(Some(Known {
                id,
                source_size: count,
                runs: [Run::whole(count, 1)].into(),
            }));
        }
        let element = self.value(element)?;
        self.array(element, count)
    }

    /// `char` is text; its signed and unsigned forms are numbers.
    pub(crate) fn is_char(&self, id: TypeId) -> bool {
        let ty = &self.types[self.types.bare(id)];
        matches!(ty.kind, Kind::Char { .. }) && &*ty.name == "char"
    }

    fn array(&mut self, element: Option<Known>, count: u64) -> Found {
        let Some(element) = element.filter(|_| count > 0) else {
            return Ok(None);
        };
        let of = &self.schema[element.id];
        let (size, align) = (of.size, of.align);
        let kind = schema::Kind::Array {
            element: element.id,
            count,
        };
        let whole = size.saturating_mul(count);
        let id = self.schema.add(schema::Type::new("", whole, align, kind))?;
        let too_many = |weight| SchemaError::TooManyValues {
            name: self.schema.type_name(id),
            weight,
            most: MOST_RUNS,
        };
        let source_size = element.source_size.checked_mul(count);
        let source_size = source_size.ok_or_else(|| too_many(u64::MAX))?;
        let runs = match *element.runs {
            // Elements without gaps are one run, however many there are.
            [run] if (run.len, run.len) == (size, element.source_size) => vec![Run {
                len: source_size,
                ..run
            }],
            _ => {
                let runs_in_all = count.saturating_mul(element.runs.len() as u64);
                if runs_in_all > MOST_RUNS {
                    return Err(too_many(runs_in_all));
                }
                let mut runs = Vec::new();
                for index in 0..count {
                    for run in &*element.runs {
                        let (from, to) = (index * element.source_size, index * size);
                        image::add(&mut runs, run.moved(from, to));
                    }
                }
                runs
            }
        };
        Ok(Some(Known {
            id,
            source_size,
            runs: runs.into(),
        }))
    }

    fn names(&mut self, name: &str, size: u64, set: &Enum) -> Found {
        let variants: Vec<Variant> = set
            .enumerators
            .iter()
            .map(|one| Variant {
                name: one.name.clone(),
                value: one.value,
            })
            .collect();
        let is_negative = variants.iter().any(|variant| variant.value < 0);
        let signed = is_negative || set.base.is_some_and(|base| self.is_signed(base));
        let kind = match set.is_set() {
            true => schema::Kind::Flags { flags: variants },
            false => schema::Kind::Enum { signed, variants },
        };
        // Names that a session cannot have, as two of one value, leave the number.
        match self.scalar(name, size, kind) {
            Err(_) => self.int(name, size, signed),
            found => found,
        }
    }

    fn is_signed(&self, id: TypeId) -> bool {
        let kind = &self.types[self.types.bare(id)].kind;
        matches!(
            kind,
            Kind::Int { signed: true, .. } | Kind::Char { signed: true }
        )
    }

    fn record(&mut self, id: TypeId, name: &str, size: u64) -> Found {
        let mut members = Vec::new();
        self.flattened(id, 0, &mut members);
        let mut plan = Plan::default();
        for member in members {
            self.place(&member, (name, size), &mut plan)?;
        }
        if plan.fields.is_empty() {
            return self.bytes(size);
        }
        let name = if name.is_empty() { "struct" } else { name };
        let end = plan.end.max(size).next_multiple_of(plan.align);
        let runs = plan.runs();
        let kind = schema::Kind::Struct {
            fields: plan.fields,
        };
        let id = self
            .schema
            .add(schema::Type::new(name, end, plan.align, kind))?;
        Ok(Some(Known {
            id,
            source_size: size,
            runs,
        }))
    }

    /// Members of anonymous records are the outer one's, as in C.
    fn flattened(&self, id: TypeId, start_bits: u64, members: &mut Vec<Member<'t>>) {
        for part in self.types.parts(id) {
            let Part {
                name, ty, member, ..
            } = part;
            let offset_bits = start_bits.saturating_add(part.offset_bits);
            let is_record = self.types.record(ty).is_some();
            match (name.is_empty(), is_record) {
                (true, true) => self.flattened(ty, offset_bits, members),
                // A bitfield without a name is a gap.
                (true, false) => {}
                (false, _) => members.push(Member {
                    name,
                    ty,
                    offset_bits,
                    width_bits: member.and_then(|member| member.width_bits),
                }),
            }
        }
    }

    /// Gives a member of a record, with its name and size, its place. The description may be a damaged file's, so a
    /// member that leaves the record is an error.
    fn place(
        &mut self,
        member: &Member<'t>,
        (record, record_size): (&str, u64),
        plan: &mut Plan,
    ) -> Result<(), SchemaError> {
        let bits = member
            .width_bits
            .map(|width| self.bits_of(member, width, record_size));
        let Some((known, start, bits)) = (match bits {
            Some(Some((unit, start, bits))) => {
                let known = self.int(&format!("u{}", unit * 8), unit, false)?;
                known.map(|known| (known, start, Some(bits)))
            }
            Some(None) => None,
            None => self
                .value(member.ty)?
                .map(|known| (known, member.offset_bits / 8, None)),
        }) else {
            return Ok(());
        };
        // The type of a bitfield is its own without aliases, if that is as large as the integer that it is a part of.
        let known = match (bits, self.value(member.ty)?) {
            (Some(_), Some(own)) if own.source_size == known.source_size => Known {
                id: self.schema.bare(own.id),
                ..own
            },
            _ => known,
        };
        let end = start.checked_add(known.source_size);
        if end.is_none_or(|end| end > record_size) {
            return Err(SchemaError::Field {
                name: record.to_owned(),
                field: member.name.to_owned(),
                offset: start,
                size: known.source_size,
                reason: "it leaves what it is a member of",
            });
        }
        plan.add(&self.schema, member.name, &known, start, bits);
        Ok(())
    }

    /// The integer that a bitfield is a part of: its bytes, where it begins, and which bits are the field. An integer of
    /// the declared type, or the smallest that begins where the field does if the field leaves that, or that the record.
    fn bits_of(
        &self,
        member: &Member<'t>,
        width: u64,
        record_size: u64,
    ) -> Option<(u64, u64, Bits)> {
        let declared = self
            .types
            .size_of(member.ty)
            .filter(|size| matches!(size, 1 | 2 | 4 | 8));
        let within = |unit: u64, start_bits: u64| {
            let offset = member.offset_bits - start_bits;
            let end = offset.checked_add(width)?;
            let is_inside = unit <= record_size && start_bits / 8 <= record_size - unit;
            (width > 0 && end <= unit * 8 && is_inside).then(|| {
                let bits = Bits {
                    offset: offset as u8,
                    width: width as u8,
                };
                (unit, start_bits / 8, bits)
            })
        };
        let own =
            declared.and_then(|unit| within(unit, member.offset_bits / (unit * 8) * (unit * 8)));
        let first = member.offset_bits / 8 * 8;
        own.or_else(|| {
            [1, 2, 4, 8]
                .into_iter()
                .find_map(|unit| within(unit, first))
        })
    }
}

/// A record whose members get their places one after the other.
#[derive(Default)]
struct Plan {
    fields: Vec<Field>,
    runs: Vec<Run>,
    /// Where the last one ends.
    end: u64,
    align: u64,
    /// The integers of bitfields.
    integers: Vec<Run>,
}

impl Plan {
    fn add(&mut self, schema: &Schema, name: &str, known: &Known, start: u64, bits: Option<Bits>) {
        let align = schema[known.id].align;
        self.align = self.align.max(align);
        let to = match bits {
            Some(bits) => self.integer(known.source_size, align, start, bits),
            None => {
                let to = self.room(schema[known.id].size, align, start);
                let runs = known.runs.iter().map(|run| run.moved(start, to));
                self.runs.extend(runs);
                to
            }
        };
        let field = Field::new(self.free_name(name), known.id, to);
        self.fields.push(match bits {
            Some(bits) => field.bits(bits),
            None => field,
        });
    }

    /// Where the integer of a bitfield has its place, which is the same for all fields that are parts of it.
    fn integer(&mut self, size: u64, align: u64, start: u64, bits: Bits) -> u64 {
        let is_same = |run: &Run| (run.from, run.width) == (start, size);
        let at = self.integers.iter().position(is_same);
        let at = at.unwrap_or_else(|| {
            let to = self.room(size, align, start);
            self.integers.push(Run::whole(size, size).moved(start, to));
            self.integers.len() - 1
        });
        let integer = &mut self.integers[at];
        for border in [bits.offset, bits.offset + bits.width] {
            integer.borders |= 1_u64.checked_shl(border.into()).unwrap_or(0);
        }
        integer.to
    }

    /// A place for so many bytes: the one in the file, if it is aligned and free.
    fn room(&mut self, size: u64, align: u64, start: u64) -> u64 {
        let to = self.end.max(start).next_multiple_of(align);
        self.end = to + size;
        to
    }

    /// What is copied, in the order of the members.
    fn runs(&mut self) -> Arc<[Run]> {
        let mut all = std::mem::take(&mut self.runs);
        all.append(&mut self.integers);
        all.sort_by_key(|run| run.to);
        let mut runs = Vec::new();
        all.into_iter().for_each(|run| image::add(&mut runs, run));
        runs.into()
    }

    /// Members of a base class may be called as one of the class, and two variants may be called alike.
    fn free_name(&self, name: &str) -> String {
        let is_free = |name: &str| self.fields.iter().all(|field| &*field.name != name);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        names
            .find(|name| is_free(name))
            .expect("there is always another number")
    }
}
