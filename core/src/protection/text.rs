//! Text of a fixed capacity.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::observe::derive_support::Padding;
use crate::observe::{InvalidValue, Observe, Shape, Storage};
use crate::schema::{Kind, Schema, SchemaError, Type, TypeId};
use crate::sync::Contended;

/// UTF-8 text of at most `N` bytes, without zero bytes.
///
/// Text is never cut: a text that does not fit is an error. The bytes after the text are zeros.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Text<const N: usize> {
    /// X1: after the first zero byte there are only zeros.
    bytes: [u8; N],
}

/// Why a text cannot be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// It has more bytes than there is room for.
    #[error("the text has {len_bytes} bytes; there is room for {capacity}")]
    TooLong {
        /// Its length.
        len_bytes: usize,
        /// The most that can be stored.
        capacity: usize,
    },
    /// It contains a zero byte, which marks the end of a text.
    #[error("the text has a zero byte at {position}, which would end it there")]
    ZeroByte {
        /// Where the first one is.
        position: usize,
    },
}

impl<const N: usize> Text<N> {
    /// The empty text.
    pub const EMPTY: Self = Self { bytes: [0; N] };

    /// The most bytes that it can hold.
    pub const CAPACITY: usize = N;

    /// Makes a text of `text`.
    ///
    /// # Errors
    ///
    /// [`TextError`] if it is longer than `N` bytes or contains a zero byte.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let mut result = Self::EMPTY;
        result.push_str(text)?;
        Ok(result)
    }

    /// Appends `text`, all or nothing.
    ///
    /// # Errors
    ///
    /// [`TextError`] if the whole would be longer than `N` bytes or `text` contains a zero byte.
    pub fn push_str(&mut self, text: &str) -> Result<(), TextError> {
        let start = self.len();
        let len_bytes = start + text.len();
        if let Some(position) = text.bytes().position(|byte| byte == 0) {
            return Err(TextError::ZeroByte { position });
        }
        let Some(room) = self.bytes.get_mut(start..len_bytes) else {
            return Err(TextError::TooLong {
                len_bytes,
                capacity: N,
            });
        };
        room.copy_from_slice(text.as_bytes());
        Ok(())
    }

    /// Removes the text.
    pub fn clear(&mut self) {
        *self = Self::EMPTY;
    }

    /// The text; if someone stored invalid UTF-8, the text before it.
    pub fn as_str(&self) -> &str {
        let bytes = self.as_bytes();
        std::str::from_utf8(bytes).unwrap_or_else(|error| {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).expect("valid up to there")
        })
    }

    /// The bytes of the text, whether they are UTF-8 or not.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len()]
    }

    /// How many bytes the text has.
    pub fn len(&self) -> usize {
        self.bytes.iter().position(|&byte| byte == 0).unwrap_or(N)
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.bytes.first().is_none_or(|&byte| byte == 0)
    }

    /// The text that ends at the first zero of `bytes`.
    #[inline]
    fn from_bytes(bytes: [u8; N]) -> Self {
        let mut text = Self { bytes };
        let len = text.len();
        text.bytes[len..].fill(0);
        text
    }
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const N: usize> TryFrom<&str> for Text<N> {
    type Error = TextError;

    fn try_from(text: &str) -> Result<Self, TextError> {
        Self::new(text)
    }
}

impl<const N: usize> PartialEq<str> for Text<N> {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl<const N: usize> PartialEq<&str> for Text<N> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), out)
    }
}

/// `write!` appends. A piece that does not fit is left out and is an error.
impl<const N: usize> fmt::Write for Text<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text).map_err(|_| fmt::Error)
    }
}

impl<const N: usize> Observe for Text<N> {
    type Storage = PlainText<N>;
    const SHAPE: Shape = Shape::Text;
    // SAFETY: U1: an array of bytes has no padding.
    const PADDING: Padding<Self> = unsafe { Padding::none() };

    fn value_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
        schema.add(Type::new("", N as u64, 1, Kind::Text))
    }

    #[inline]
    fn encode(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.bytes);
    }

    #[inline]
    fn decode(bytes: &[u8]) -> Result<Self, InvalidValue> {
        Ok(Self::decode_lossy(bytes))
    }

    #[inline]
    fn decode_lossy(bytes: &[u8]) -> Self {
        Self::from_bytes(bytes.try_into().expect("as many bytes as the text has"))
    }
}

/// Text in shared memory, byte by byte: cheap, but a read may mix two writes.
#[repr(transparent)]
pub struct PlainText<const N: usize> {
    bytes: [AtomicU8; N],
}

impl<const N: usize> PlainText<N> {
    /// Loads the text.
    pub fn get(&self) -> Text<N> {
        Text::from_bytes(std::array::from_fn(|index| {
            self.bytes[index].load(Ordering::Relaxed)
        }))
    }

    /// Stores a text.
    pub fn set(&self, text: Text<N>) {
        for (cell, byte) in self.bytes.iter().zip(text.bytes) {
            cell.store(byte, Ordering::Relaxed);
        }
    }
}

// SAFETY: S1: an array of atomic bytes, valid when zero, which is what `value_type` describes.
unsafe impl<const N: usize> Storage for PlainText<N> {
    type Value = Text<N>;

    fn storage_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
        Text::<N>::value_type(schema)
    }

    fn init(&self, value: &Text<N>) {
        self.set(*value);
    }

    fn load(&self) -> Result<Text<N>, Contended> {
        Ok(self.get())
    }
}

impl<const N: usize> fmt::Debug for PlainText<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("PlainText").field(&self.get()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protection::Heap;
    use std::fmt::Write;

    #[test]
    fn text_fills_its_room_and_no_more() {
        let text = Text::<4>::new("äbc").expect("four bytes fit");
        assert_eq!((text.as_str(), text.len()), ("äbc", 4));
        let too_long = Text::<4>::new("äbcd");
        assert_eq!(
            too_long,
            Err(TextError::TooLong {
                len_bytes: 5,
                capacity: 4
            })
        );
    }

    #[test]
    fn a_failed_push_leaves_the_text_as_it_was() {
        let mut text = Text::<6>::new("abc").expect("fits");
        assert_eq!(
            text.push_str("defg"),
            Err(TextError::TooLong {
                len_bytes: 7,
                capacity: 6
            })
        );
        assert_eq!(
            text.push_str("d\0"),
            Err(TextError::ZeroByte { position: 1 })
        );
        assert_eq!(text, "abc");
        assert!(write!(text, "{}", 123).is_ok());
        assert_eq!(text.to_string(), "abc123");
    }

    #[test]
    fn bytes_after_the_first_zero_are_not_part_of_a_text() {
        let text = Text::<6>::decode_lossy(b"ab\0xyz");
        assert_eq!(text, Text::new("ab").expect("fits"));
        let mut bytes = [0; 6];
        text.encode(&mut bytes);
        assert_eq!(&bytes, b"ab\0\0\0\0");
    }

    #[test]
    fn bytes_that_are_no_utf8_end_the_text_before_them() {
        let text = Text::<6>::decode_lossy(b"ab\xff\xffcd");
        assert_eq!(text.as_str(), "ab");
        assert_eq!(text.as_bytes(), b"ab\xff\xffcd");
    }

    #[test]
    fn plain_text_replaces_the_whole_of_the_text_before() {
        let cell = Heap::<PlainText<8>>::new(&Text::new("previous").expect("fits"));
        cell.set(Text::new("new").expect("fits"));
        assert_eq!(cell.get(), "new");
        assert_eq!(
            format!("{:>5}|{:?}", cell.get(), cell.get()),
            "  new|\"new\""
        );
    }
}
