//! Text: its room, and the pattern it must match.

use std::cell::RefCell;

use regex::{Regex, RegexBuilder};

use super::refusal::Reason;

/// Bytes that a compiled pattern may take: patterns come from strangers.
const PATTERN_SIZE: usize = 1 << 20;
/// Patterns kept compiled by each thread.
const PATTERNS_KEPT: usize = 32;

/// Stores text, followed by zeros.
pub(super) fn store(text: &str, bytes: &mut [u8]) -> Result<(), Reason> {
    if let Some(offset) = text.bytes().position(|byte| byte == 0) {
        return Err(Reason::ZeroByte { offset });
    }
    if text.len() > bytes.len() {
        return Err(Reason::TooLong {
            len_bytes: text.len(),
            room_bytes: bytes.len(),
        });
    }
    let (head, tail) = bytes.split_at_mut(text.len());
    head.copy_from_slice(text.as_bytes());
    tail.fill(0);
    Ok(())
}

/// The text up to the first zero byte. Invalid UTF-8 becomes U+FFFD.
pub(super) fn load(bytes: &[u8]) -> String {
    let end = bytes
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// Checks that the whole text matches.
pub(super) fn check_pattern(text: &str, pattern: &str) -> Result<(), Reason> {
    let regex = compiled(pattern).map_err(|why| Reason::BadPattern {
        pattern: pattern.into(),
        why,
    })?;
    match regex.is_match(text) {
        true => Ok(()),
        false => Err(Reason::Pattern {
            text: text.into(),
            pattern: pattern.into(),
        }),
    }
}

type Compiled = Result<Regex, String>;

thread_local! {
    /// The patterns used last, the latest at the end.
    static PATTERNS: RefCell<Vec<(String, Compiled)>> = const { RefCell::new(Vec::new()) };
}

fn compiled(pattern: &str) -> Compiled {
    PATTERNS.with_borrow_mut(|patterns| {
        let found = patterns.iter().position(|(kept, _)| kept == pattern);
        let entry = match found {
            Some(index) => patterns.remove(index),
            None => (pattern.to_owned(), compile(pattern)),
        };
        if patterns.len() == PATTERNS_KEPT {
            drop(patterns.remove(0));
        }
        let regex = entry.1.clone();
        patterns.push(entry);
        regex
    })
}

/// Compiles a pattern to match whole texts only.
fn compile(pattern: &str) -> Compiled {
    let build = |pattern: &str| RegexBuilder::new(pattern).size_limit(PATTERN_SIZE).build();
    // Alone first: `a)|(b` is bad, but would be good between the parentheses, and no longer anchored.
    build(pattern).map_err(|error| short(&error))?;
    build(&format!(r"\A(?:{pattern})\z"))
        // A pattern in `(?x)` mode may end in a comment that swallows the parenthesis.
        .or_else(|_| build(&format!("\\A(?:{pattern}\n)\\z")))
        .map_err(|error| short(&error))
}

/// The last line of a syntax error; the lines before it draw the pattern.
fn short(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}
