//! Where literals end.

use super::after_splice;

/// Which quotes a literal stands in.
#[derive(Clone, Copy)]
pub(super) enum Quote {
    Double,
    Single,
}

/// The end of the quoted text that begins at `open`, and whether it is closed; at the end of the line if it is not.
pub(super) fn end_of_quoted(bytes: &[u8], open: usize, quote: Quote) -> (usize, bool) {
    let close = match quote {
        Quote::Double => b'"',
        Quote::Single => b'\'',
    };
    let mut at = open + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' => return (at, false),
            b'\\' => at = after_splice(bytes, at).unwrap_or_else(|| after_escape(bytes, at)),
            byte if byte == close => return (at + 1, true),
            _ => at += 1,
        }
    }
    (bytes.len(), false)
}

/// The byte after a backslash and what it escapes. A newline ends the literal and is not escaped here.
fn after_escape(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at + 1) {
        Some(b'\n') | None => at + 1,
        Some(_) => at + 2,
    }
}

/// The end of the raw string whose quote is at `quote`; the end of the text if it is not closed.
///
/// A delimiter that C++ does not allow makes the literal an ordinary one.
pub(super) fn end_of_raw(bytes: &[u8], quote: usize) -> (usize, bool) {
    let delimiter = quote + 1;
    let length = bytes[delimiter..]
        .iter()
        .take(17)
        .take_while(|byte| is_delimiter(**byte))
        .count();
    let open = delimiter + length;
    if length > 16 || bytes.get(open) != Some(&b'(') {
        return end_of_quoted(bytes, quote, Quote::Double);
    }
    let delimiter = &bytes[delimiter..open];
    let mut at = open + 1;
    while at < bytes.len() {
        let rest = &bytes[at + 1..];
        if bytes[at] == b')'
            && rest.starts_with(delimiter)
            && rest.get(delimiter.len()) == Some(&b'"')
        {
            return (at + 1 + delimiter.len() + 1, true);
        }
        at += 1;
    }
    // Nothing follows that could be taken for a part of it.
    (bytes.len(), true)
}

fn is_delimiter(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'(' | b')' | b'\\' | b'"')
}
