//! Whole values as protobuf messages, and back.
//!
//! A message has every field, zeros too. Numbers have a fixed width.

use std::sync::Arc;

use memglass::schema::Bits;

use crate::protobuf::{
    BYTES, FIXED32, FIXED64, Malformed, Reader, VARINT, put_bytes, put_filled, put_tag, put_varint,
};

/// How the bytes of a value become a message.
#[derive(Debug)]
pub(crate) struct Message {
    /// Its name in the descriptor.
    pub(crate) name: String,
    /// By ascending numbers.
    pub(crate) members: Vec<Member>,
    /// Of a union only the last member, its bytes, is read back: the others show the same bytes.
    pub(crate) is_union: bool,
}

/// A field of a message.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) number: u32,
    pub(crate) name: String,
    /// Where its value begins.
    pub(crate) at: usize,
    pub(crate) what: What,
}

#[derive(Debug)]
pub(crate) enum What {
    Scalar(Scalar),
    /// Text of so many bytes. If it is no UTF-8, the next number has its bytes.
    Text(usize),
    Bytes(usize),
    Message(Arc<Message>, usize),
    /// Elements, `stride` bytes from each other; not of the kind `Many`.
    Many {
        count: usize,
        stride: usize,
        element: Box<What>,
    },
}

/// A number in memory.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    pub(crate) size: usize,
    pub(crate) signed: bool,
    pub(crate) bits: Option<Bits>,
    pub(crate) form: Form,
}

/// What it is in a message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Form {
    Bool,
    Int,
    Float,
    /// An enum of this name.
    Enum(String),
    /// An integer of 128 bits, as text.
    Wide,
}

impl Message {
    /// Appends the message of a value.
    pub(crate) fn encode(&self, value: &[u8], out: &mut Vec<u8>) {
        for member in &self.members {
            member.encode(&value[member.at..], out);
        }
    }

    /// Bytes that the shortest message of a value has: every field is in it.
    pub(crate) fn least(&self) -> usize {
        let members = self.members.iter();
        let parts = members.map(|member| TAG.saturating_add(member.what.least()));
        parts.fold(0, usize::saturating_add)
    }

    /// Fills in the value of a message; `value` is zero before.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if it is of another type. Takes no more memory than the value has.
    pub(crate) fn decode(&self, message: &[u8], value: &mut [u8]) -> Result<(), Malformed> {
        let mut reader = Reader { rest: message };
        let mut filled = vec![[0; 2]; self.members.len()];
        while !reader.rest.is_empty() {
            let (number, wire) = reader.tag()?;
            let Some((index, part)) = self.find(number) else {
                reader.skip(wire)?;
                continue;
            };
            let member = &self.members[index];
            if self.is_union && index + 1 < self.members.len() {
                reader.skip(wire)?;
                continue;
            }
            let filled = &mut filled[index][part];
            member
                .what
                .decode(&mut reader, wire, &mut value[member.at..], filled)?;
        }
        Ok(())
    }

    /// The member of a number, and which of its fields that is.
    fn find(&self, number: u32) -> Option<(usize, usize)> {
        let after = self
            .members
            .partition_point(|member| member.number <= number);
        let index = after.checked_sub(1)?;
        let part = (number - self.members[index].number) as usize;
        (part < self.members[index].what.numbers() as usize).then_some((index, part))
    }
}

impl Member {
    fn encode(&self, value: &[u8], out: &mut Vec<u8>) {
        match &self.what {
            What::Many {
                count,
                stride,
                element,
            } => {
                let elements = (0..*count).map(|index| &value[index * stride..]);
                encode_many(self.number, element, elements, out);
            }
            What::Text(len) => {
                encode_texts(self.number, std::iter::once(text(value, *len)), out);
            }
            one => one.encode(self.number, value, out),
        }
    }
}

fn encode_many<'v>(
    number: u32,
    element: &What,
    elements: impl Iterator<Item = &'v [u8]> + Clone,
    out: &mut Vec<u8>,
) {
    match element {
        What::Scalar(scalar) if scalar.form != Form::Wide => put_filled(out, number, |out| {
            elements.for_each(|value| scalar.encode(value, out));
        }),
        What::Text(len) => encode_texts(number, elements.map(|value| text(value, *len)), out),
        element => elements.for_each(|value| element.encode(number, value, out)),
    }
}

/// The texts, and if one of them is no UTF-8 the bytes of all.
fn encode_texts<'v>(number: u32, texts: impl Iterator<Item = &'v [u8]> + Clone, out: &mut Vec<u8>) {
    let mut is_text = true;
    for bytes in texts.clone() {
        match std::str::from_utf8(bytes) {
            Ok(text) => put_bytes(out, number, text.as_bytes()),
            Err(_) => {
                is_text = false;
                put_bytes(out, number, shown(bytes).as_bytes());
            }
        }
    }
    if !is_text {
        texts.for_each(|bytes| put_bytes(out, number + 1, bytes));
    }
}

/// Bytes with a question mark for what is no text; not longer than they are.
fn shown(bytes: &[u8]) -> String {
    let chunks = bytes.utf8_chunks();
    let marked = chunks.map(|chunk| match chunk.invalid() {
        [] => chunk.valid().to_owned(),
        _ => format!("{}?", chunk.valid()),
    });
    marked.collect()
}

/// The text in an array of bytes.
fn text(value: &[u8], len: usize) -> &[u8] {
    let bytes = &value[..len];
    let end = bytes.iter().position(|&byte| byte == 0);
    &bytes[..end.unwrap_or(len)]
}

/// Bytes before a field, and before what has a length, at least.
const TAG: usize = 1;
const LEN: usize = 1;

impl What {
    /// Bytes of the shortest field behind its tag.
    fn least(&self) -> usize {
        match self {
            What::Scalar(scalar) => scalar.least(),
            What::Text(_) => LEN,
            What::Bytes(len) => LEN.saturating_add(*len),
            What::Message(message, _) => LEN.saturating_add(message.least()),
            // The tag before each, or before all of them.
            What::Many { count, element, .. } => element.least().saturating_mul(*count),
        }
    }

    /// How many numbers it takes.
    pub(crate) fn numbers(&self) -> u32 {
        match self {
            What::Text(_) => 2,
            What::Many { element, .. } => element.numbers(),
            _ => 1,
        }
    }

    /// Appends one value as a field.
    fn encode(&self, number: u32, value: &[u8], out: &mut Vec<u8>) {
        match self {
            What::Scalar(scalar) if scalar.form == Form::Wide => {
                put_bytes(out, number, scalar.wide(value).as_bytes());
            }
            What::Scalar(scalar) => {
                put_tag(out, number, scalar.wire());
                scalar.encode(value, out);
            }
            What::Bytes(len) => put_bytes(out, number, &value[..*len]),
            What::Message(message, _) => {
                put_filled(out, number, |out| message.encode(value, out));
            }
            What::Text(_) | What::Many { .. } => unreachable!("written by their member"),
        }
    }

    /// Reads a field into the value; `filled` says how many of its values there were before.
    fn decode(
        &self,
        reader: &mut Reader<'_>,
        wire: u32,
        value: &mut [u8],
        filled: &mut usize,
    ) -> Result<(), Malformed> {
        let What::Many {
            count,
            stride,
            element,
        } = self
        else {
            return self.decode_one(reader, wire, value);
        };
        let mut next = || {
            let index = *filled;
            *filled += 1;
            (index < *count).then_some(index * stride).ok_or(Malformed)
        };
        match &**element {
            What::Scalar(scalar) if wire == BYTES && scalar.form != Form::Wide => {
                let mut packed = Reader {
                    rest: reader.bytes()?,
                };
                while !packed.rest.is_empty() {
                    let at = next()?;
                    scalar.decode(&mut packed, scalar.wire(), &mut value[at..])?;
                }
                Ok(())
            }
            element => {
                let at = next()?;
                element.decode_one(reader, wire, &mut value[at..])
            }
        }
    }

    fn decode_one(
        &self,
        reader: &mut Reader<'_>,
        wire: u32,
        value: &mut [u8],
    ) -> Result<(), Malformed> {
        if let What::Scalar(scalar) = self {
            return scalar.decode(reader, wire, value);
        }
        if wire != BYTES {
            return Err(Malformed);
        }
        let bytes = reader.bytes()?;
        match self {
            What::Text(len) | What::Bytes(len) => {
                let value = &mut value[..*len];
                // The bytes of a text replace what could be shown of it.
                let (front, rest) = value.split_at_mut_checked(bytes.len()).ok_or(Malformed)?;
                front.copy_from_slice(bytes);
                rest.fill(0);
                Ok(())
            }
            What::Message(message, len) => message.decode(bytes, &mut value[..*len]),
            What::Scalar(_) | What::Many { .. } => Err(Malformed),
        }
    }
}

impl Scalar {
    fn least(&self) -> usize {
        match self.wire() {
            FIXED64 => 8,
            FIXED32 => 4,
            VARINT => 1,
            _ => LEN + 1,
        }
    }

    fn wire(&self) -> u32 {
        match (&self.form, self.size) {
            (Form::Wide, _) => BYTES,
            (Form::Bool | Form::Enum(_), _) => VARINT,
            (_, 8) => FIXED64,
            _ => FIXED32,
        }
    }

    fn encode(&self, value: &[u8], out: &mut Vec<u8>) {
        let number = self.load(value);
        match (&self.form, self.size) {
            (Form::Bool, _) => out.push(u8::from(number != 0)),
            // An enum of a message has 32 bits with a sign.
            (Form::Enum(_), _) => put_varint(out, i64::from(number as i32) as u64),
            (_, 8) => out.extend_from_slice(&number.to_le_bytes()),
            _ => out.extend_from_slice(&(number as u32).to_le_bytes()),
        }
    }

    fn decode(
        &self,
        reader: &mut Reader<'_>,
        wire: u32,
        value: &mut [u8],
    ) -> Result<(), Malformed> {
        if wire != self.wire() {
            return Err(Malformed);
        }
        let number = match wire {
            VARINT => reader.varint()?,
            FIXED32 => u64::from(u32::from_le_bytes(reader.array()?)),
            FIXED64 => u64::from_le_bytes(reader.array()?),
            _ => return self.decode_wide(reader.bytes()?, value),
        };
        self.store(number, value);
        Ok(())
    }

    fn decode_wide(&self, text: &[u8], value: &mut [u8]) -> Result<(), Malformed> {
        let text = std::str::from_utf8(text).map_err(|_| Malformed)?;
        let bytes = match self.signed {
            true => text.parse::<i128>().map(i128::to_ne_bytes),
            false => text.parse::<u128>().map(u128::to_ne_bytes),
        };
        value[..16].copy_from_slice(&bytes.map_err(|_| Malformed)?);
        Ok(())
    }

    fn wide(&self, value: &[u8]) -> String {
        let bytes = value[..16].try_into().expect("16 bytes");
        match self.signed {
            true => i128::from_ne_bytes(bytes).to_string(),
            false => u128::from_ne_bytes(bytes).to_string(),
        }
    }

    /// The number, with its sign extended to 64 bits.
    fn load(&self, value: &[u8]) -> u64 {
        let mut number = self.word(value);
        let mut width = self.size as u32 * 8;
        if let Some(bits) = self.bits {
            width = u32::from(bits.width);
            number >>= bits.offset;
        }
        let unused = 64 - width;
        match self.signed {
            true => ((number << unused) as i64 >> unused) as u64,
            false => number << unused >> unused,
        }
    }

    fn store(&self, number: u64, value: &mut [u8]) {
        let number = match self.bits {
            None => number,
            Some(bits) => {
                let mask = u64::MAX >> (64 - u32::from(bits.width)) << bits.offset;
                self.word(value) & !mask | number << bits.offset & mask
            }
        };
        let bytes = number.to_le_bytes();
        let value = &mut value[..self.size];
        value.copy_from_slice(&bytes[..self.size]);
        if cfg!(target_endian = "big") {
            value.reverse();
        }
    }

    /// The bytes as the low ones of a word.
    fn word(&self, value: &[u8]) -> u64 {
        // Each of the sizes that numbers have, by itself: a copy of some bytes is a call.
        match self.size {
            1 => value[0].into(),
            2 => u16::from_ne_bytes(first(value)).into(),
            4 => u32::from_ne_bytes(first(value)).into(),
            _ => u64::from_ne_bytes(first(value)),
        }
    }
}

fn first<const N: usize>(value: &[u8]) -> [u8; N] {
    *value.first_chunk().expect("a value has all its bytes")
}

/// A message that says whose value another one is: the object's label, and the value.
pub(crate) fn encode_labelled(label: &str, message: &Message, value: &[u8], out: &mut Vec<u8>) {
    put_bytes(out, OBJECT, label.as_bytes());
    put_filled(out, VALUE, |out| message.encode(value, out));
}

/// The parts of such a message.
pub(crate) fn split_labelled(message: &[u8]) -> Result<(&str, &[u8]), Malformed> {
    let mut reader = Reader { rest: message };
    let (mut label, mut value) = (None, None);
    while !reader.rest.is_empty() {
        match reader.tag()? {
            (OBJECT, BYTES) => label = std::str::from_utf8(reader.bytes()?).ok(),
            (VALUE, BYTES) => value = Some(reader.bytes()?),
            (_, wire) => reader.skip(wire)?,
        }
    }
    label.zip(value).ok_or(Malformed)
}

/// Numbers of the fields of such a message.
pub(crate) const OBJECT: u32 = 1;
pub(crate) const VALUE: u32 = 2;
