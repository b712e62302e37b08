//! Entries of the directory: one for each object.

use super::{LINE, WORD};

/// The state word: see [`crate::sync::occupancy`].
pub(crate) const STATE: usize = 0;
/// The type id in the lower half; in the upper one the length of the label, in bytes.
pub(crate) const TYPE: usize = STATE + WORD;
/// 0 for a single object, else the number of elements of an array.
pub(crate) const COUNT: usize = TYPE + WORD;
/// Where the object's bytes lie, a `Ref`.
pub(crate) const DATA: usize = COUNT + WORD;
/// Nanoseconds since the Unix epoch.
pub(crate) const CREATED: usize = DATA + WORD;
/// A short label itself, as text in words; for a longer label, a `Ref` to its bytes. Most labels are
/// short, so they are found, compared and made without touching another line of memory.
pub(crate) const LABEL: usize = CREATED + WORD;
/// Words of a short label.
pub(crate) const LABEL_WORDS: usize = 3;

pub(crate) const ENTRY_BYTES: usize = LINE;
const _: () = assert!(LABEL + LABEL_WORDS * WORD == ENTRY_BYTES);
pub(crate) const ENTRIES_PER_CHUNK: usize = 1024;

/// Longest label that lies in its entry, in bytes.
pub(crate) const SHORT_LABEL: usize = LABEL_WORDS * WORD;
/// Longest label, in bytes.
pub(crate) const MAX_LABEL: usize = 1024;

/// A label that lies in its entry, filled up with zero bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShortLabel(pub(crate) [u64; LABEL_WORDS]);

impl ShortLabel {
    /// The words of a label, if it is short.
    ///
    /// Built in registers: loading words from a buffer that was just filled byte by byte stalls on
    /// store forwarding, which took longer than the rest of a search.
    #[inline]
    pub(crate) fn new(label: &[u8]) -> Option<ShortLabel> {
        if label.len() > SHORT_LABEL {
            return None;
        }
        let (whole, rest) = label.as_chunks::<WORD>();
        let word = |index: usize| match whole.get(index) {
            Some(bytes) => u64::from_ne_bytes(*bytes),
            None if index == whole.len() => u64::from_le(last_word(label, rest)),
            None => 0,
        };
        Some(ShortLabel([word(0), word(1), word(2)]))
    }

    /// Whether all its bytes are ASCII.
    #[inline]
    pub(crate) fn is_ascii(self) -> bool {
        self.0.iter().fold(0, |all, word| all | word) & each(0x80) == 0
    }

    /// Whether `byte`, which is not 0, is one of its bytes.
    #[inline]
    pub(crate) fn contains(self, byte: u8) -> bool {
        // An equal byte becomes 0. Only at or above the lowest 0 does the subtraction set a highest
        // bit that was clear.
        let equal = self.0.map(|word| word ^ each(byte));
        let found = equal.map(|word| word.wrapping_sub(each(1)) & !word);
        found.into_iter().fold(0, |all, word| all | word) & each(0x80) != 0
    }

    /// Whether only zeros follow its first `len` bytes.
    #[inline]
    pub(crate) fn ends_at(self, len: usize) -> bool {
        let rest = |(word, start): (u64, usize)| {
            let bits = 8 * len.saturating_sub(start).min(WORD) as u32;
            u64::from_le(word).checked_shr(bits).unwrap_or(0)
        };
        self.0
            .into_iter()
            .zip((0..).step_by(WORD))
            .map(rest)
            .all(|rest| rest == 0)
    }

    /// Its bytes and the zeros after them.
    #[inline]
    pub(crate) fn padded(self) -> [u8; SHORT_LABEL] {
        let mut padded = [0; SHORT_LABEL];
        let bytes = padded.as_chunks_mut::<WORD>().0;
        for (bytes, word) in bytes.iter_mut().zip(self.0) {
            *bytes = word.to_ne_bytes();
        }
        padded
    }
}

/// The `rest` of a label, which is less than a word, with its first byte lowest.
#[inline]
fn last_word(label: &[u8], rest: &[u8]) -> u64 {
    match label.last_chunk::<WORD>() {
        Some(last) if !rest.is_empty() => u64::from_le_bytes(*last) >> (64 - 8 * rest.len()),
        _ => rest
            .iter()
            .rfold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// A word with `byte` in each of its bytes.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; WORD])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_labels_know_their_bytes() {
        for text in [
            "",
            "a",
            "a.b",
            "order_123456",
            "größe",
            "\u{ae}-/",
            "x".repeat(24).as_str(),
        ] {
            let label = ShortLabel::new(text.as_bytes()).expect("short");
            assert_eq!(&label.padded()[..text.len()], text.as_bytes());
            assert_eq!(label.is_ascii(), text.is_ascii(), "{text}");
            for len in 0..=SHORT_LABEL {
                assert_eq!(label.ends_at(len), len >= text.len(), "{len} of {text}");
            }
            for byte in 1..=255 {
                assert_eq!(
                    label.contains(byte),
                    text.as_bytes().contains(&byte),
                    "{byte} in {text}"
                );
            }
        }
        assert_eq!(ShortLabel::new(&[b'x'; 25]), None);
    }
}
