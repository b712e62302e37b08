//! From a wanted [`Value`] to the bytes of a bare value.

use super::decode::{self, load_raw};
use super::named::Names;
use super::number::{self, Whole};
use super::packed;
use super::refusal::{Reason, Refusal, listing, suggestion};
use super::{Strictness, text};
use crate::schema::{Bits, Field, Kind, Metadata, Schema, Type, TypeId};
use crate::value::Value;

/// Where a value goes: a type with what its declaration says about it.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    schema: &'a Schema,
    id: TypeId,
    metadata: &'a Metadata,
    bits: Option<Bits>,
    strictness: Strictness,
}

impl<'a> Target<'a> {
    pub(super) fn new(
        schema: &'a Schema,
        id: TypeId,
        metadata: &'a Metadata,
        bits: Option<Bits>,
        strictness: Strictness,
    ) -> Self {
        Self {
            schema,
            id: schema.bare(id),
            metadata,
            bits,
            strictness,
        }
    }

    fn ty(&self) -> &'a Type {
        &self.schema[self.id]
    }

    fn is_checked(&self) -> bool {
        self.strictness == Strictness::Checked
    }

    pub(super) fn encode(&self, wanted: &Value, bytes: &mut [u8]) -> Result<(), Refusal> {
        match &self.ty().kind {
            Kind::Struct { fields } => self.encode_members(fields, wanted, bytes),
            Kind::Union { members } => self.encode_union(members, wanted, bytes),
            Kind::Array { element, count } => self.encode_elements(*element, *count, wanted, bytes),
            Kind::Record { .. } => {
                packed::build(self.schema, self.id, wanted, bytes).map_err(Refusal::from)
            }
            _ => self.encode_leaf(wanted, bytes).map_err(Refusal::from),
        }
    }

    /// Encodes a part of a larger value; a part that keeps its value needs no permission.
    fn encode_part(&self, wanted: &Value, bytes: &mut [u8]) -> Result<(), Refusal> {
        match self.is_kept(wanted, bytes) {
            true => Ok(()),
            false => self.encode(wanted, bytes),
        }
    }

    /// Whether a leaf or union has this value already. Structs and arrays ask their parts.
    fn is_kept(&self, wanted: &Value, bytes: &[u8]) -> bool {
        !matches!(self.ty().kind, Kind::Struct { .. } | Kind::Array { .. })
            && decode::decode(self.schema, self.id, self.metadata, self.bits, bytes) == *wanted
    }

    fn encode_members(
        &self,
        fields: &[Field],
        wanted: &Value,
        bytes: &mut [u8],
    ) -> Result<(), Refusal> {
        let Value::Record(members) = wanted else {
            return Err(self.wrong_kind("a record", wanted).into());
        };
        let mut seen = std::collections::HashSet::new();
        for (name, value) in members {
            let field = self.field(fields, name)?;
            if !seen.insert(&*field.name) {
                return Err(Reason::Repeated {
                    name: name.to_string(),
                }
                .into());
            }
            self.encode_member(field, value, bytes)
                .map_err(|refusal| refusal.in_member(name))?;
        }
        Ok(())
    }

    fn encode_union(
        &self,
        fields: &[Field],
        wanted: &Value,
        bytes: &mut [u8],
    ) -> Result<(), Refusal> {
        let Value::Record(members) = wanted else {
            return Err(self.wrong_kind("a record of one member", wanted).into());
        };
        let ([name], [value]) = (members.names(), members.values()) else {
            return Err(Reason::NotOneMember {
                found: members.len(),
            }
            .into());
        };
        let field = self.field(fields, name)?;
        self.encode_member(field, value, bytes)
            .map_err(|refusal| refusal.in_member(name))
    }

    fn field<'f>(&self, fields: &'f [Field], name: &str) -> Result<&'f Field, Reason> {
        let index = self.ty().position(name);
        index
            .map(|index| &fields[index])
            .ok_or_else(|| Reason::NoSuchMember {
                type_name: self.type_name(),
                name: name.into(),
                suggestion: suggestion(name, fields.iter().map(|field| &*field.name)),
                known: listing(fields.iter().map(|field| field.name.to_string())),
            })
    }

    fn encode_member(
        &self,
        field: &Field,
        wanted: &Value,
        bytes: &mut [u8],
    ) -> Result<(), Refusal> {
        let start = field.offset as usize;
        let bytes = &mut bytes[start..start + self.schema[field.type_id].size as usize];
        let target = Target::new(
            self.schema,
            field.type_id,
            &field.metadata,
            field.bits,
            self.strictness,
        );
        if !(field.metadata.readonly && self.is_checked()) {
            return target.encode_part(wanted, bytes);
        }
        let before = bytes.to_vec();
        target.encode_part(wanted, bytes)?;
        match before == bytes {
            true => Ok(()),
            false => Err(Reason::ReadOnly.into()),
        }
    }

    fn encode_elements(
        &self,
        id: TypeId,
        count: u64,
        wanted: &Value,
        bytes: &mut [u8],
    ) -> Result<(), Refusal> {
        let Value::List(elements) = wanted else {
            return Err(self
                .wrong_kind(&format!("a list of {count}"), wanted)
                .into());
        };
        if elements.len() as u64 != count {
            return Err(Reason::Length {
                found: elements.len(),
                expected: count,
            }
            .into());
        }
        let target = Target::new(self.schema, id, self.metadata, None, self.strictness);
        let places = bytes.chunks_exact_mut(self.schema[id].size as usize);
        for (index, (element, bytes)) in elements.iter().zip(places).enumerate() {
            target
                .encode_part(element, bytes)
                .map_err(|refusal| refusal.in_element(index))?;
        }
        Ok(())
    }

    fn encode_leaf(&self, wanted: &Value, bytes: &mut [u8]) -> Result<(), Reason> {
        match &self.ty().kind {
            Kind::Bool => self.store_whole(self.truth(wanted)?, false, bytes),
            Kind::Int { signed } => self.encode_int(*signed, wanted, bytes),
            Kind::Float => self.encode_float(wanted, bytes),
            Kind::Text => self.encode_text(wanted, bytes),
            Kind::Enum { signed, variants } => {
                let names = Names {
                    schema: self.schema,
                    variants,
                    type_name: &|| self.type_name(),
                    strictness: self.strictness,
                };
                self.store_whole(names.enum_number(wanted)?, *signed, bytes)
            }
            Kind::Flags { flags } => {
                let names = Names {
                    schema: self.schema,
                    variants: flags,
                    type_name: &|| self.type_name(),
                    strictness: self.strictness,
                };
                self.store_whole(names.flag_bits(wanted)?, false, bytes)
            }
            Kind::Pointer { .. } if self.is_checked() => Err(Reason::Address),
            Kind::Pointer { .. } => self.store_whole(self.whole(wanted)?, false, bytes),
            Kind::Layout { .. } => Err(Reason::Packed {
                why: "a layout describes records and is none".into(),
            }),
            _ => unreachable!("a bare type that is no struct, union or array is a leaf"),
        }
    }

    fn truth(&self, wanted: &Value) -> Result<Whole, Reason> {
        let zero_or_one = || Whole::of(wanted).filter(|number| number.bits() <= 1);
        match wanted {
            Value::Bool(value) => Some(Whole::from(u128::from(*value))),
            Value::I64(_) | Value::U64(_) | Value::I128(_) | Value::U128(_) => zero_or_one(),
            _ => None,
        }
        .ok_or_else(|| {
            let found = if Whole::of(wanted).is_some() {
                wanted.to_string()
            } else {
                wanted.noun()
            };
            Reason::Kind {
                expected: "true, false, 1 or 0".into(),
                found,
            }
        })
    }

    fn encode_int(&self, signed: bool, wanted: &Value, bytes: &mut [u8]) -> Result<(), Reason> {
        let type_name = || self.type_name();
        // The names are this field's and not its type's.
        let names = |variants| Names {
            schema: self.schema,
            variants,
            type_name: &|| "this field".into(),
            strictness: self.strictness,
        };
        let (number, signed) = if !self.metadata.names.is_empty() {
            (names(&self.metadata.names).enum_number(wanted)?, signed)
        } else if !self.metadata.flags.is_empty() {
            (names(&self.metadata.flags).flag_bits(wanted)?, false)
        } else {
            (self.whole(wanted)?, signed)
        };
        if self.is_checked() {
            // What is declared says more than what the type can hold.
            number.check_bounds(self.metadata)?;
        }
        number.fit(self.width(), signed, type_name)?;
        if self.is_checked() {
            number.check_step(self.metadata)?;
        }
        self.store_fitting(number, bytes);
        Ok(())
    }

    fn whole(&self, wanted: &Value) -> Result<Whole, Reason> {
        let of_float = |value| {
            Whole::of_float(value).ok_or_else(|| Reason::NotWhole {
                value,
                type_name: self.type_name(),
            })
        };
        match wanted {
            Value::F32(value) => of_float(f64::from(*value)),
            Value::F64(value) => of_float(*value),
            other => Whole::of(other).ok_or_else(|| self.wrong_kind("an integer", other)),
        }
    }

    fn encode_float(&self, wanted: &Value, bytes: &mut [u8]) -> Result<(), Reason> {
        let value = match wanted {
            Value::F32(value) => f64::from(*value),
            Value::F64(value) => *value,
            Value::Bool(_) => return Err(self.wrong_kind("a number", wanted)),
            other => Whole::of(other)
                .ok_or_else(|| self.wrong_kind("a number", other))?
                .as_f64(),
        };
        if self.ty().size == 8 {
            self.check_number(|metadata| number::check_f64(value, metadata))?;
            bytes.copy_from_slice(&value.to_ne_bytes());
            return Ok(());
        }
        // Not converted to f64 and back, which could change a NaN's payload bits.
        let narrow = if let Value::F32(value) = wanted {
            *value
        } else {
            value as f32
        };
        if narrow.is_infinite() && value.is_finite() {
            let (low, high) = (format!("{:e}", f32::MIN), format!("{:e}", f32::MAX));
            return Err(Reason::Fit {
                value: format!("{value:e}"),
                type_name: self.type_name(),
                low,
                high,
            });
        }
        self.check_number(|metadata| number::check_f32(narrow, metadata))?;
        bytes.copy_from_slice(&narrow.to_ne_bytes());
        Ok(())
    }

    fn check_number(
        &self,
        check: impl FnOnce(&Metadata) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        match self.strictness {
            Strictness::Checked => check(self.metadata),
            Strictness::Forced => Ok(()),
        }
    }

    fn encode_text(&self, wanted: &Value, bytes: &mut [u8]) -> Result<(), Reason> {
        let Value::Text(text) = wanted else {
            return Err(self.wrong_kind("text", wanted));
        };
        text::store(text, bytes)?;
        match &self.metadata.regex {
            Some(pattern) if self.is_checked() => text::check_pattern(text, pattern),
            _ => Ok(()),
        }
    }

    fn store_whole(&self, number: Whole, signed: bool, bytes: &mut [u8]) -> Result<(), Reason> {
        number.fit(self.width(), signed, || self.type_name())?;
        self.store_fitting(number, bytes);
        Ok(())
    }

    /// Stores an integer that fits, or merges a bitfield into the integer that contains it.
    fn store_fitting(&self, number: Whole, bytes: &mut [u8]) {
        let raw = match self.bits {
            None => number.bits(),
            Some(bits) => {
                let mask = (u128::MAX >> (128 - u32::from(bits.width))) << bits.offset;
                load_raw(bytes) & !mask | number.bits() << bits.offset & mask
            }
        };
        let size = bytes.len();
        match cfg!(target_endian = "little") {
            true => bytes.copy_from_slice(&raw.to_le_bytes()[..size]),
            false => bytes.copy_from_slice(&raw.to_be_bytes()[16 - size..]),
        }
    }

    /// Bits that the integer has.
    fn width(&self) -> u32 {
        self.bits
            .map_or(self.ty().size as u32 * 8, |bits| bits.width.into())
    }

    fn type_name(&self) -> String {
        let name = self.schema.type_name(self.id);
        match self.bits {
            Some(bits) => format!("{name}:{}", bits.width),
            None => name,
        }
    }

    fn wrong_kind(&self, expected: &str, found: &Value) -> Reason {
        Reason::Kind {
            expected: format!("{expected} for {}", self.type_name()),
            found: found.noun(),
        }
    }
}
