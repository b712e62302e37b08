//! Lone numbers: most fields, most members and most reads.

use crate::schema::{Kind, Metadata, Type};
use crate::value::Value;

/// A number of at most eight bytes without names or annotations that change how it reads: one load, and
/// these few steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoneNumber {
    I64,
    U64,
    F64,
    /// A signed integer of this many bytes, fewer than eight.
    Signed(u8),
    Unsigned(u8),
    F32,
    Bool,
}

impl LoneNumber {
    /// How a value of the bare type `ty` reads at a place with these annotations; `None` if it is not a lone
    /// number.
    pub(crate) fn of(ty: &Type, metadata: &Metadata) -> Option<LoneNumber> {
        if !is_plain(metadata) || ty.size > 8 {
            return None;
        }
        Some(match (&ty.kind, ty.size as u8) {
            (Kind::Bool, _) => LoneNumber::Bool,
            (Kind::Int { signed: true }, 8) => LoneNumber::I64,
            (Kind::Int { signed: false }, 8) => LoneNumber::U64,
            (Kind::Int { signed: true }, size) => LoneNumber::Signed(size),
            (Kind::Int { signed: false }, size) => LoneNumber::Unsigned(size),
            (Kind::Float, 4) => LoneNumber::F32,
            (Kind::Float, _) => LoneNumber::F64,
            _ => return None,
        })
    }

    /// Bytes to load.
    #[inline(always)]
    pub(crate) fn size(self) -> usize {
        match self {
            LoneNumber::I64 | LoneNumber::U64 | LoneNumber::F64 => 8,
            LoneNumber::Signed(size) | LoneNumber::Unsigned(size) => usize::from(size),
            LoneNumber::F32 => 4,
            LoneNumber::Bool => 1,
        }
    }

    /// The value of the loaded bits; those above the number's own are zeros.
    #[inline(always)]
    pub(crate) fn value(self, bits: u64) -> Value {
        match self {
            LoneNumber::I64 => Value::I64(bits as i64),
            LoneNumber::U64 | LoneNumber::Unsigned(_) => Value::U64(bits),
            LoneNumber::F64 => Value::F64(f64::from_bits(bits)),
            LoneNumber::Signed(size) => {
                let unused = 64 - 8 * u32::from(size);
                Value::I64(((bits << unused) as i64) >> unused)
            }
            LoneNumber::F32 => Value::F32(f32::from_bits(bits as u32)),
            LoneNumber::Bool => Value::Bool(bits != 0),
        }
    }

    /// The value of the number that lies `at` this byte.
    ///
    /// # Panics
    ///
    /// If there are not as many bytes.
    #[inline(always)]
    pub(crate) fn decode(self, bytes: &[u8], at: usize) -> Value {
        let bytes = &bytes[at..at + self.size()];
        let bits = match *bytes {
            [a, b, c, d, e, f, g, h] => u64::from_ne_bytes([a, b, c, d, e, f, g, h]),
            [a, b, c, d] => u32::from_ne_bytes([a, b, c, d]).into(),
            [a, b] => u16::from_ne_bytes([a, b]).into(),
            [a] => a.into(),
            _ => unreachable!("numbers have 1, 2, 4 or 8 bytes"),
        };
        self.value(bits)
    }
}

/// Whether a number reads as itself, without a name.
pub(super) fn is_plain(metadata: &Metadata) -> bool {
    metadata.names.is_empty() && metadata.flags.is_empty()
}
