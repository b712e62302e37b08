//! What of a text must not reach a terminal: the one rule, for every program that shows what others have written.

use std::borrow::Cow;

/// `text` with its control characters escaped, line breaks and tabs included.
pub fn escaped(text: &str) -> Cow<'_, str> {
    escape_if(text, |c| is_unsafe(c) || matches!(c, '\n' | '\t'))
}

/// `text` with the control characters escaped that could command a terminal; line breaks and tabs stay.
///
/// For whatever goes to a terminal: the text may come out of a stranger's memory.
pub fn printable(text: &str) -> Cow<'_, str> {
    escape_if(text, |c| is_unsafe(c) && !matches!(c, '\n' | '\t'))
}

/// Whether no terminal obeys anything in `text`.
pub fn is_printable(text: &str) -> bool {
    !text.contains(|c| is_unsafe(c) && !matches!(c, '\n' | '\t'))
}

/// Control characters, and the invisible ones that turn the direction of writing.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

fn escape_if(text: &str, bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if bad(c) {
            out.extend(c.escape_default())
        } else {
            out.push(c)
        }
    }
    Cow::Owned(out)
}
