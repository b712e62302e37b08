//! From bytes to a [`Type`]. The bytes may come from anybody.
//!
//! Nothing recurses on the input, and no count read from it reserves memory: a list grows by the
//! items that are really there.

use std::sync::Arc;

use minicbor::Decoder;

use super::super::{
    Bits, Definition, Field, Kind, Metadata, Number, Protection, Room, Type, Variant,
};
use super::{MAX_DESCRIPTION, MAX_NAME, TypeId, field_key, kind_code, metadata_key};
use super::{protection_code, type_key};

/// How deeply a value under an unknown key may nest.
const MAX_UNKNOWN_DEPTH: usize = 16;

/// Bytes that are not a type description.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("type description: {reason} at byte {offset}")]
pub struct CodecError {
    /// What is wrong.
    pub reason: String,
    /// Where, in bytes from the start of the input.
    pub offset: usize,
}

/// Decodes one type description, which is all of `bytes`.
///
/// The result is well-formed, not yet sound: [`Schema::add`](super::super::Schema::add) judges it.
/// Keys of later versions are skipped. Time and memory are linear in the length of `bytes`, of
/// which at most [`MAX_DESCRIPTION`] are read.
///
/// # Errors
///
/// [`CodecError`] says what was expected where. Forms that [`encode`](super::encode) never writes
/// are refused if they are ambiguous (keys out of order or twice, indefinite lengths, bytes after
/// the end) and accepted otherwise (an integer in more bytes than it needs).
pub fn decode(bytes: &[u8]) -> Result<Type, CodecError> {
    decode_within(bytes, MAX_DECODED).map(|(ty, _)| ty)
}

/// Decodes one type description that takes at most `room` bytes as a [`Type`], and returns the type
/// with the bytes it takes. A member takes about 300 bytes, however short its description is.
pub(crate) fn decode_within(bytes: &[u8], room: usize) -> Result<(Type, usize), CodecError> {
    let mut reader = Reader::new(bytes);
    reader.room = room;
    if bytes.len() > MAX_DESCRIPTION {
        let reason = format!("{} bytes, more than {MAX_DESCRIPTION}", bytes.len());
        return Err(reader.error(reason));
    }
    let ty = reader.read_type()?;
    reader.end()?;
    Ok((ty, room - reader.room))
}

/// The most memory that the types of one input may take, in bytes.
const MAX_DECODED: usize = 256 << 20;

/// Bytes counted for a type besides its lists and texts: the type itself, and the schema's own record
/// of it.
const TYPE_BYTES: usize = size_of::<Type>() + 256;

/// Bytes counted for each byte of a layout: its tables take more than its code.
const LAYOUT_BYTES_PER_BYTE: usize = 64;

/// Bytes counted for a text besides its own: two reference counts.
const TEXT_BYTES: usize = 16;

/// The entries of a type's map, before its kind says which are needed.
#[derive(Default)]
struct Entries {
    name: Option<Arc<str>>,
    size: Option<u64>,
    align: Option<u64>,
    kind: Option<u64>,
    signed: bool,
    variants: Vec<Variant>,
    fields: Vec<Field>,
    of: Option<TypeId>,
    count: Option<u64>,
    target: Option<Arc<str>>,
    protection: Option<Protection>,
    definition: Option<Definition>,
    elsewhere: Option<u128>,
    root: Option<Arc<str>>,
    layout: Option<TypeId>,
}

/// A position in the input.
pub(super) struct Reader<'b> {
    cbor: Decoder<'b>,
    /// How many bytes more the result may take.
    room: usize,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self {
            cbor: Decoder::new(bytes),
            room: MAX_DECODED,
        }
    }

    pub(super) fn offset(&self) -> usize {
        self.cbor.position()
    }

    /// An error at the present position.
    pub(super) fn error(&self, reason: impl Into<String>) -> CodecError {
        CodecError {
            reason: reason.into(),
            offset: self.offset(),
        }
    }

    /// Refuses bytes after the end.
    pub(super) fn end(&self) -> Result<(), CodecError> {
        match self.cbor.input().len() - self.offset() {
            0 => Ok(()),
            left => Err(self.error(format!("{left} bytes too many"))),
        }
    }

    /// Counts memory that the result takes.
    fn take_room(&mut self, bytes: usize) -> Result<(), CodecError> {
        let left = self.room.checked_sub(bytes);
        self.room = left.ok_or_else(|| self.error("more than there may be of all types"))?;
        Ok(())
    }

    /// Skips a null, if one comes next.
    pub(super) fn skip_null(&mut self) -> bool {
        let is_null = matches!(self.cbor.datatype(), Ok(minicbor::data::Type::Null));
        if is_null {
            self.cbor.set_position(self.offset() + 1);
        }
        is_null
    }

    pub(super) fn read_type(&mut self) -> Result<Type, CodecError> {
        let start = self.offset();
        self.take_room(TYPE_BYTES)?;
        let mut entries = Entries::default();
        self.map("a type (a map)", |reader, key| {
            match key {
                type_key::NAME => entries.name = Some(reader.name()?),
                type_key::SIZE => entries.size = Some(reader.unsigned("a size")?),
                type_key::ALIGN => entries.align = Some(reader.unsigned("an alignment")?),
                type_key::KIND => entries.kind = Some(reader.unsigned("a kind")?),
                type_key::SIGNED => entries.signed = reader.truth()?,
                type_key::VARIANTS => entries.variants = reader.variants()?,
                type_key::FIELDS => {
                    entries.fields = reader.list("an array of fields", Self::field)?
                }
                type_key::OF => entries.of = Some(reader.reference()?),
                type_key::COUNT => entries.count = Some(reader.unsigned("a count")?),
                type_key::TARGET => entries.target = Some(reader.text()?),
                type_key::PROTECTION => entries.protection = Some(reader.protection()?),
                type_key::DEFINITION => entries.definition = Some(reader.definition()?),
                type_key::ELSEWHERE => entries.elsewhere = Some(reader.id()?),
                type_key::ROOT => entries.root = Some(reader.name()?),
                type_key::LAYOUT => entries.layout = Some(reader.reference()?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        entries.finish().map_err(|reason| CodecError {
            reason,
            offset: start,
        })
    }

    fn field(&mut self) -> Result<Field, CodecError> {
        let start = self.offset();
        let (mut name, mut type_id) = (None, None);
        let (mut offset, mut bits, mut metadata) = (0, None, Metadata::default());
        self.map("a field (a map)", |reader, key| {
            match key {
                field_key::NAME => name = Some(reader.name()?),
                field_key::TYPE => type_id = Some(reader.reference()?),
                field_key::OFFSET => offset = reader.unsigned("an offset")?,
                field_key::BITS => bits = Some(reader.bits()?),
                field_key::METADATA => metadata = reader.metadata()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        let lacks = |what: &str| CodecError {
            reason: format!("a field without a {what}"),
            offset: start,
        };
        let name = name.ok_or_else(|| lacks("name"))?;
        let type_id = type_id.ok_or_else(|| lacks("type"))?;
        Ok(Field {
            name,
            type_id,
            offset,
            bits,
            metadata,
        })
    }

    fn metadata(&mut self) -> Result<Metadata, CodecError> {
        let mut metadata = Metadata::default();
        self.map("metadata (a map)", |reader, key| {
            match key {
                metadata_key::READONLY => metadata.readonly = reader.truth()?,
                metadata_key::MIN => metadata.min = Some(reader.number()?),
                metadata_key::MAX => metadata.max = Some(reader.number()?),
                metadata_key::STEP => metadata.step = Some(reader.number()?),
                metadata_key::REGEX => metadata.regex = Some(reader.text()?),
                metadata_key::NAMES => metadata.names = reader.variants()?,
                metadata_key::FLAGS => metadata.flags = reader.variants()?,
                metadata_key::FORMAT => metadata.format = Some(reader.text()?),
                metadata_key::UNIT => metadata.unit = Some(reader.text()?),
                metadata_key::DESC => metadata.desc = Some(reader.text()?),
                metadata_key::WAS => metadata.was = Some(reader.text()?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(metadata)
    }

    fn bits(&mut self) -> Result<Bits, CodecError> {
        self.pair("an array of a bit's index and a width")?;
        let (offset, width) = (self.small("a bit's index")?, self.small("a width in bits")?);
        Ok(Bits { offset, width })
    }

    fn variants(&mut self) -> Result<Vec<Variant>, CodecError> {
        self.list("an array of named values", |reader| {
            reader.pair("an array of a name and its value")?;
            let (name, value) = (reader.name()?, reader.integer()?);
            Ok(Variant { name, value })
        })
    }

    fn protection(&mut self) -> Result<Protection, CodecError> {
        let start = self.offset();
        match self.small("a protection")? {
            protection_code::ATOMIC => Ok(Protection::Atomic),
            protection_code::SEQLOCK => Ok(Protection::Seqlock),
            protection_code::LOCKED => Ok(Protection::Locked),
            code => Err(CodecError {
                reason: format!("unknown protection {code}"),
                offset: start,
            }),
        }
    }

    fn reference(&mut self) -> Result<TypeId, CodecError> {
        self.expect("a type's id", |cbor| cbor.u32()).map(TypeId)
    }

    fn name(&mut self) -> Result<Arc<str>, CodecError> {
        let start = self.offset();
        let name = self.text()?;
        if name.len() > MAX_NAME {
            let reason = format!("a name of {} bytes, more than {MAX_NAME},", name.len());
            return Err(CodecError {
                reason,
                offset: start,
            });
        }
        Ok(name)
    }

    pub(super) fn text(&mut self) -> Result<Arc<str>, CodecError> {
        let text = self.expect("UTF-8 text", |cbor| cbor.str())?;
        self.take_room(TEXT_BYTES + text.len())?;
        Ok(text.into())
    }

    fn truth(&mut self) -> Result<bool, CodecError> {
        self.expect("a bool", |cbor| cbor.bool())
    }

    pub(super) fn unsigned(&mut self, what: &str) -> Result<u64, CodecError> {
        self.expect(what, |cbor| cbor.u64())
    }

    fn small(&mut self, what: &str) -> Result<u8, CodecError> {
        self.expect(what, |cbor| cbor.u8())
    }

    fn integer(&mut self) -> Result<i128, CodecError> {
        self.expect("an integer of at most 128 bits", |cbor| cbor.i128())
    }

    fn number(&mut self) -> Result<Number, CodecError> {
        use minicbor::data::Type;
        match self.cbor.datatype() {
            Ok(Type::F64) => self
                .expect("a number", |cbor| cbor.f64())
                .map(Number::Float),
            _ => self.integer().map(Number::Int),
        }
    }

    /// Reads one item; an error says that `what` was expected at its start.
    fn expect<T>(
        &mut self,
        what: &str,
        read: impl FnOnce(&mut Decoder<'b>) -> Result<T, minicbor::decode::Error>,
    ) -> Result<T, CodecError> {
        let offset = self.offset();
        read(&mut self.cbor).map_err(|error| {
            let end = if error.is_end_of_input() {
                ", found the end of the input,"
            } else {
                ""
            };
            CodecError {
                reason: format!("expected {what}{end}"),
                offset,
            }
        })
    }

    fn id(&mut self) -> Result<u128, CodecError> {
        let offset = self.offset();
        let bytes = self.expect("an id (16 bytes)", |cbor| cbor.bytes())?;
        let bytes = <[u8; 16]>::try_from(bytes).map_err(|_| CodecError {
            reason: "expected an id (16 bytes)".into(),
            offset,
        })?;
        Ok(u128::from_be_bytes(bytes))
    }

    fn definition(&mut self) -> Result<Definition, CodecError> {
        let offset = self.offset();
        let bytes = self.expect("a layout (bytes)", |cbor| cbor.bytes())?;
        self.take_room(bytes.len().saturating_mul(LAYOUT_BYTES_PER_BYTE))?;
        Definition::decode(bytes).map_err(|error| CodecError {
            reason: error.to_string(),
            offset,
        })
    }

    /// Reads the head of an array and returns its length.
    pub(super) fn array(&mut self, what: &str) -> Result<u64, CodecError> {
        let offset = self.offset();
        let count = self.expect(what, |cbor| cbor.array())?;
        count.ok_or_else(|| indefinite(offset))
    }

    fn pair(&mut self, what: &str) -> Result<(), CodecError> {
        let offset = self.offset();
        match self.array(what)? {
            2 => Ok(()),
            n => Err(CodecError {
                reason: format!("expected {what}, found {n} items,"),
                offset,
            }),
        }
    }

    fn list<T>(
        &mut self,
        what: &str,
        mut item: impl FnMut(&mut Self) -> Result<T, CodecError>,
    ) -> Result<Vec<T>, CodecError> {
        let count = self.array(what)?;
        let mut list = Vec::new();
        for _ in 0..count {
            self.take_room(size_of::<T>())?;
            list.push(item(self)?);
        }
        list.shrink_to_fit();
        Ok(list)
    }

    /// Calls `entry` for each key. It reads the value and returns true, or returns false to skip
    /// the value.
    fn map(
        &mut self,
        what: &str,
        mut entry: impl FnMut(&mut Self, u8) -> Result<bool, CodecError>,
    ) -> Result<(), CodecError> {
        let offset = self.offset();
        let count = self
            .expect(what, |cbor| cbor.map())?
            .ok_or_else(|| indefinite(offset))?;
        let mut previous = None;
        for _ in 0..count {
            let offset = self.offset();
            let key = self.unsigned("a key (an unsigned integer)")?;
            if let Some(reason) = disorder(previous, key) {
                return Err(CodecError { reason, offset });
            }
            previous = Some(key);
            let known = match u8::try_from(key) {
                Ok(key) => entry(self, key)?,
                Err(_) => false,
            };
            if !known {
                self.skip()?;
            }
        }
        Ok(())
    }

    /// Skips one well-formed item.
    fn skip(&mut self) -> Result<(), CodecError> {
        // The number of items still to come, for each open array, map or tag.
        let mut open = vec![1_u64];
        while let Some(left) = open.last_mut() {
            if *left == 0 {
                open.pop();
                continue;
            }
            *left -= 1;
            if let Some(inner) = self.skip_head()? {
                if open.len() == MAX_UNKNOWN_DEPTH {
                    return Err(
                        self.error(format!("nested deeper than {MAX_UNKNOWN_DEPTH} levels"))
                    );
                }
                open.push(inner);
            }
        }
        Ok(())
    }

    /// Skips the head of an item and returns the number of items inside it, if it can have any.
    fn skip_head(&mut self) -> Result<Option<u64>, CodecError> {
        let offset = self.offset();
        let malformed = || CodecError {
            reason: "expected a CBOR item".into(),
            offset,
        };
        let first = self.take(1)?[0];
        let argument = match first & 0x1f {
            info @ 0..24 => u64::from(info),
            info @ 24..=27 => self
                .take(1 << (info - 24))?
                .iter()
                .fold(0, |sum, &byte| sum << 8 | u64::from(byte)),
            31 => return Err(indefinite(offset)),
            _ => return Err(malformed()),
        };
        match first >> 5 {
            0 | 1 => Ok(None),
            2 => self.take(argument).map(|_| None),
            3 => std::str::from_utf8(self.take(argument)?)
                .map(|_| None)
                .map_err(|_| malformed()),
            4 => Ok(Some(argument)),
            5 => argument.checked_mul(2).map(Some).ok_or_else(malformed),
            6 => Ok(Some(1)),
            // A simple value below 32 must not be encoded in two bytes.
            _ if first == 0xf8 && argument < 32 => Err(malformed()),
            _ => Ok(None),
        }
    }

    fn take(&mut self, count: u64) -> Result<&'b [u8], CodecError> {
        let start = self.offset();
        let end = usize::try_from(count)
            .ok()
            .and_then(|count| start.checked_add(count));
        let taken = end.and_then(|end| self.cbor.input().get(start..end));
        let taken = taken.ok_or_else(|| self.error(format!("expected {count} more bytes")))?;
        self.cbor.set_position(start + taken.len());
        Ok(taken)
    }
}

fn indefinite(offset: usize) -> CodecError {
    CodecError {
        reason: "an item of indefinite length".into(),
        offset,
    }
}

/// What is wrong with `key` after `previous`, if anything.
fn disorder(previous: Option<u64>, key: u64) -> Option<String> {
    match previous {
        Some(previous) if key == previous => Some(format!("key {key} twice")),
        Some(previous) if key < previous => Some(format!("key {key} after key {previous}")),
        _ => None,
    }
}

impl Entries {
    /// Builds the type, or says what is missing.
    fn finish(self) -> Result<Type, String> {
        let lacks = |what: &str| format!("a type without {what}");
        let kind = match u8::try_from(self.kind.ok_or_else(|| lacks("a kind"))?).unwrap_or(u8::MAX)
        {
            kind_code::BOOL => Kind::Bool,
            kind_code::INT => Kind::Int {
                signed: self.signed,
            },
            kind_code::FLOAT => Kind::Float,
            kind_code::TEXT => Kind::Text,
            kind_code::ENUM => Kind::Enum {
                signed: self.signed,
                variants: self.variants,
            },
            kind_code::FLAGS => Kind::Flags {
                flags: self.variants,
            },
            kind_code::STRUCT => Kind::Struct {
                fields: self.fields,
            },
            kind_code::UNION => Kind::Union {
                members: self.fields,
            },
            kind_code::ARRAY if self.layout.is_some() && self.count != self.size => {
                return Err("a packed record in an array of another size".into());
            }
            kind_code::ARRAY if self.layout.is_some() => Kind::Record {
                layout: self.layout.ok_or_else(|| lacks("its layout"))?,
                root: self.root.ok_or_else(|| lacks("a root"))?,
                room: Room::Bytes(self.of.ok_or_else(|| lacks("the type of its elements"))?),
            },
            kind_code::ARRAY => Kind::Array {
                element: self.of.ok_or_else(|| lacks("the type of its elements"))?,
                count: self.count.ok_or_else(|| lacks("a count"))?,
            },
            kind_code::POINTER => Kind::Pointer {
                target: self.target.unwrap_or_default(),
            },
            kind_code::ALIAS => Kind::Alias {
                of: self.of.ok_or_else(|| lacks("what it is an alias of"))?,
            },
            kind_code::PROTECTED => Kind::Protected {
                protection: self.protection.ok_or_else(|| lacks("a protection"))?,
                value: self.of.ok_or_else(|| lacks("the type of its value"))?,
            },
            kind_code::LAYOUT => Kind::Layout {
                definition: self.definition.ok_or_else(|| lacks("a definition"))?,
            },
            kind_code::RECORD => Kind::Record {
                layout: self.of.ok_or_else(|| lacks("its layout"))?,
                root: self.root.ok_or_else(|| lacks("a root"))?,
                room: Room::Counted,
            },
            _ => {
                return Err(format!(
                    "a type of the unknown kind {}",
                    self.kind.unwrap_or_default()
                ));
            }
        };
        Ok(Type {
            name: self.name.unwrap_or_default(),
            size: self.size.ok_or_else(|| lacks("a size"))?,
            align: self.align.unwrap_or(1),
            kind,
            elsewhere: self.elsewhere,
        })
    }
}
