//! The text of a field's path, kept for messages.

use std::sync::Arc;

/// A path as text. A short one, as most are, lies in the field itself: allocating, counting and
/// freeing it took a fifth of the time in which a path is resolved.
#[derive(Clone)]
pub(super) enum PathText {
    Short { len: u8, bytes: [u8; SHORT] },
    Long(Arc<str>),
}

/// Bytes of the longest short path: with its length and the variant, six words.
const SHORT: usize = 46;

impl PathText {
    /// The text `start` followed by `rest`.
    #[inline]
    pub(super) fn joined(start: &str, rest: &str) -> PathText {
        let (start_len, len) = (start.len(), start.len() + rest.len());
        if len > SHORT {
            return PathText::Long([start, rest].concat().into());
        }
        let mut bytes = [0; SHORT];
        bytes[..start_len].copy_from_slice(start.as_bytes());
        bytes[start_len..len].copy_from_slice(rest.as_bytes());
        PathText::Short {
            len: len as u8,
            bytes,
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            PathText::Short { len, bytes } => {
                std::str::from_utf8(&bytes[..usize::from(*len)]).expect("it was made of texts")
            }
            PathText::Long(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(start: &str, rest: &str) {
        let text = PathText::joined(start, rest);
        assert_eq!(text.as_str(), format!("{start}{rest}"));
        assert_eq!(text.clone().as_str(), text.as_str());
        let is_short = matches!(text, PathText::Short { .. });
        assert_eq!(is_short, start.len() + rest.len() <= SHORT);
    }

    #[test]
    fn texts_of_any_length_are_kept() {
        check("", "");
        check("label", ".größe[3]");
        check(&"x".repeat(SHORT), "");
        check(&"x".repeat(SHORT), ".");
        check("label", &"é".repeat(SHORT));
    }
}
