//! Operators and brackets.

use super::after_splice;

/// Spelling and meaning, the longest first. `>>` is missing on purpose: two closing angle brackets look the same.
const PUNCTS: &[(&[u8], &str)] = &[
    (b"<=>", "<=>"),
    (b"<<=", "<<="),
    (b"...", "..."),
    (b"->*", "->*"),
    (b"<%", "{"),
    (b"%>", "}"),
    (b"<:", "["),
    (b":>", "]"),
    (b"::", "::"),
    (b"->", "->"),
    (b".*", ".*"),
    (b"++", "++"),
    (b"--", "--"),
    (b"<<", "<<"),
    (b"<=", "<="),
    (b">=", ">="),
    (b"==", "=="),
    (b"!=", "!="),
    (b"&&", "&&"),
    (b"||", "||"),
    (b"+=", "+="),
    (b"-=", "-="),
    (b"*=", "*="),
    (b"/=", "/="),
    (b"%=", "%="),
    (b"&=", "&="),
    (b"|=", "|="),
    (b"^=", "^="),
    (b"{", "{"),
    (b"}", "}"),
    (b"(", "("),
    (b")", ")"),
    (b"[", "["),
    (b"]", "]"),
    (b";", ";"),
    (b",", ","),
    (b":", ":"),
    (b"?", "?"),
    (b".", "."),
    (b"<", "<"),
    (b">", ">"),
    (b"=", "="),
    (b"+", "+"),
    (b"-", "-"),
    (b"*", "*"),
    (b"/", "/"),
    (b"%", "%"),
    (b"&", "&"),
    (b"|", "|"),
    (b"^", "^"),
    (b"!", "!"),
    (b"~", "~"),
];

/// The operator or bracket at `start`, and where it ends.
pub(super) fn longest(bytes: &[u8], start: usize) -> Option<(&'static str, usize)> {
    // The most frequent ones begin nothing longer.
    let single = match bytes[start] {
        b'{' => "{",
        b'}' => "}",
        b'(' => "(",
        b')' => ")",
        b'[' => "[",
        b']' => "]",
        b';' => ";",
        b',' => ",",
        _ => "",
    };
    if !single.is_empty() {
        return Some((single, start + 1));
    }
    let (ahead, ends) = look_ahead(bytes, start);
    // `<::` is `<` and `::`, unless `:` or `>` follows: then it is `[` and a colon.
    if ahead.starts_with(b"<::") && !matches!(ahead[3], b':' | b'>') {
        return Some(("<", ends[0]));
    }
    let (spelling, punct) = PUNCTS
        .iter()
        .find(|(spelling, _)| ahead.starts_with(spelling))?;
    Some((punct, ends[spelling.len() - 1]))
}

/// The next four bytes without continued lines, and where each of them ends.
fn look_ahead(bytes: &[u8], start: usize) -> ([u8; 4], [usize; 4]) {
    let (mut ahead, mut ends) = ([0; 4], [bytes.len(); 4]);
    let mut at = start;
    for i in 0..4 {
        if i > 0 {
            // Only a few: a run of continued lines must not be walked again for each byte before it.
            at = (0..3).fold(at, |at, _| after_splice(bytes, at).unwrap_or(at));
        }
        let Some(&byte) = bytes.get(at) else { break };
        at += 1;
        (ahead[i], ends[i]) = (byte, at);
    }
    (ahead, ends)
}
