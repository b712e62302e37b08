//! Patterns of labels and of names: `*`, `?`, `[a-z]` and `{a,b}`.
//!
//! A pattern comes from a prompt, a command line or a script, so its size is bounded here, for all of them: what
//! makes a machine of it recurses into braces, and panics over a text that is too large for it.

use globset::{GlobBuilder, GlobMatcher};

/// Bytes of the longest pattern.
const LONGEST: usize = 4096;

/// Braces inside braces.
const DEEPEST: usize = 32;

/// Characters of a pattern that an error repeats.
const REPEATED: usize = 40;

/// What a label or a name has to look like.
///
/// `*` stands for any text, `?` for one character, `[a-z]` for one of several, `{a,b}` for either. A backslash
/// takes their meaning away. Copying one is cheap, matching takes time in proportion to the label.
///
/// # Examples
///
/// ```
/// let pattern = memglass::Pattern::new("{AAPL,MSFT}_*")?;
/// assert!(pattern.is_match("AAPL_position") && !pattern.is_match("GOOG_position"));
/// # Ok::<(), memglass::PatternError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pattern(GlobMatcher);

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// A bracket or a brace has no partner, a range is none, and the like.
    #[error("{text:?} is not a pattern: {reason}")]
    Malformed {
        /// How the text begins.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It is too long.
    #[error("the pattern {text:?} has {found} bytes; a pattern has at most {LONGEST}")]
    TooLong {
        /// How the text begins.
        text: String,
        /// Its length in bytes.
        found: usize,
    },
    /// Its braces are nested too deep.
    #[error("the pattern {text:?} nests braces more than {DEEPEST} deep")]
    TooDeep {
        /// How the text begins.
        text: String,
    },
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// If it is none, has more than 4,096 bytes, or nests braces more than 32 deep.
    pub fn new(text: &str) -> Result<Pattern, PatternError> {
        if text.len() > LONGEST {
            let (text, found) = (begin(text), text.len());
            return Err(PatternError::TooLong { text, found });
        }
        if depth(text) > DEEPEST {
            return Err(PatternError::TooDeep { text: begin(text) });
        }
        let built = GlobBuilder::new(text)
            .literal_separator(false)
            .backslash_escape(true)
            .build();
        let glob = built.map_err(|error| PatternError::Malformed {
            text: begin(text),
            reason: error.kind().to_string(),
        })?;
        Ok(Pattern(glob.compile_matcher()))
    }

    /// Whether all of `label` looks like it.
    pub fn is_match(&self, label: impl AsRef<std::path::Path>) -> bool {
        self.0.is_match(label)
    }
}

/// The most braces that are open at once. One that is escaped counts too: nobody needs so many of them.
fn depth(text: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' => open += 1,
            b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

fn begin(text: &str) -> String {
    match text.char_indices().nth(REPEATED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, label: &str, matches: bool) {
        let pattern = Pattern::new(text).unwrap();
        assert_eq!(pattern.is_match(label), matches, "{text} on {label}");
    }

    #[test]
    fn a_star_passes_over_every_character_of_a_label() {
        check("*_position", "AAPL_position", true);
        check("net*", "net/eth0.rx", true);
        check("AAPL_*", "MSFT_quote", false);
        check("{AAPL,MSFT}_quote", "MSFT_quote", true);
        check("order_[0-9]", "order_1", true);
        check(r"a\*", "a*", true);
    }

    #[track_caller]
    fn refused(text: &str, why: &str) {
        assert_eq!(Pattern::new(text).unwrap_err().to_string(), why);
    }

    #[test]
    fn what_is_too_long_or_too_deep_is_refused_and_repeated_in_part() {
        let stars = "*".repeat(40);
        refused(
            &"*".repeat(100_000),
            &format!("the pattern \"{stars}…\" has 100000 bytes; a pattern has at most 4096"),
        );
        let nested = |depth: usize| "{".repeat(depth) + &"}".repeat(depth);
        let braces = "{".repeat(40);
        refused(
            &nested(2000),
            &format!("the pattern \"{braces}…\" nests braces more than 32 deep"),
        );
        assert!(Pattern::new(&nested(32)).is_ok());
        refused(
            "[a",
            "\"[a\" is not a pattern: unclosed character class; missing ']'",
        );
    }

    #[test]
    fn a_pattern_of_any_kind_that_is_short_enough_can_be_matched() {
        for part in [
            "*", "?", "[!a]", "[a-z]", "{a,b}", "{*,?}", "é", "\\*", "{,}",
        ] {
            let text = part.repeat(LONGEST / part.len());
            let pattern = Pattern::new(&text).unwrap();
            let can_be_empty = matches!(part, "*" | "{*,?}" | "{,}");
            assert_eq!(pattern.is_match(""), can_be_empty, "{part}");
        }
    }
}
