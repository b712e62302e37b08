//! Mistakes in a layout's text, with their place in it.

use thiserror::Error;

/// Bytes of the longest name that is compared with those that there are.
const LONGEST_MISTAKE: usize = 256;

/// What is wrong at one place of a layout's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum About {
    /// The text does not follow the grammar.
    Syntax,
    /// A word of the language stands where a name is wanted.
    Reserved,
    /// The word or sign belongs to ImHex's language, not to this part of it.
    Unsupported,
    /// The name is taken already.
    Duplicate,
    /// Nothing has this name.
    Unknown,
    /// The field stands later in its struct.
    Early,
    /// Only some arms of a match have the field.
    Partial,
    /// The expression or type is no integer.
    Integer,
    /// The expression depends on the data, and must not.
    Constant,
    /// A struct is wanted here.
    Struct,
    /// The size depends on the data, or is smaller than what it holds.
    Fixed,
    /// A struct has no byte order.
    Endian,
    /// The number is outside of what its place can hold.
    Range,
    /// The number is below zero.
    Negative,
    /// The definition contains itself.
    Cyclic,
    /// Two arms fit the same value.
    Overlap,
    /// A match with derived structs must be the last member.
    Last,
    /// The structs around do not offer the name.
    Parent,
    /// The text nests deeper than 64, or an expression has more than 256 operators.
    Nesting,
}

impl About {
    /// The word for it: "unknown", "partial".
    pub fn word(self) -> &'static str {
        match self {
            About::Syntax => "syntax",
            About::Reserved => "reserved",
            About::Unsupported => "unsupported",
            About::Duplicate => "duplicate",
            About::Unknown => "unknown",
            About::Early => "early",
            About::Partial => "partial",
            About::Integer => "integer",
            About::Constant => "constant",
            About::Struct => "struct",
            About::Fixed => "fixed",
            About::Endian => "endian",
            About::Range => "range",
            About::Negative => "negative",
            About::Cyclic => "cyclic",
            About::Overlap => "overlap",
            About::Last => "last",
            About::Parent => "parent",
            About::Nesting => "nesting",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            About::Syntax => "is not expected here",
            About::Reserved => "is a word of the language; choose another name",
            About::Unsupported => "is not supported in layouts",
            About::Duplicate => "is defined already",
            About::Unknown => "is not defined",
            About::Early => "stands later; move it before its first use",
            About::Partial => {
                "exists in some arms only; give it to every arm or use it inside of them"
            }
            About::Integer => "is no integer",
            About::Constant => "depends on the data; a constant is needed here",
            About::Struct => "is no struct",
            About::Fixed => "has no fixed size, or a smaller one than its members need",
            About::Endian => {
                "is a struct, which has no byte order; put the prefix before its fields"
            }
            About::Range => "is outside of the range of its type",
            About::Negative => "has a negative count or size",
            About::Cyclic => "contains itself",
            About::Overlap => "fits an earlier arm too",
            About::Last => "is derived from this struct; its match must be the last member",
            About::Parent => "is not offered by the structs around",
            About::Nesting => "nests too deep",
        }
    }
}

/// A mistake in a layout's text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {}{}", told(*.about, .name), did_you_mean(.hint))]
#[non_exhaustive]
pub struct TextError {
    /// The line of the token, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub about: About,
    /// The name or token that it is about; empty at the end of the text.
    pub name: String,
    /// A defined name that is nearly the same.
    pub hint: Option<String>,
}

fn told(about: About, name: &str) -> String {
    match name {
        "" => "the text ends here, and something is missing".to_owned(),
        name => format!("{name:?} {}", about.sentence()),
    }
}

impl TextError {
    /// The message, and below it the line of `text` with a caret under the token.
    pub fn with_caret(&self, text: &str) -> String {
        let line = text.split('\n').nth(self.line - 1).unwrap_or("");
        let before = line.chars().take(self.column - 1);
        // A tab stays a tab, so that the caret stands below its token at any tab width.
        let indent: String = before.map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        format!("{self}\n{line}\n{indent}^")
    }
}

fn did_you_mean(hint: &Option<String>) -> String {
    let text = |name| format!("; did you mean {name:?}?");
    hint.as_ref().map(text).unwrap_or_default()
}

/// A mistake at a byte of the text; lines are counted when it leaves the crate.
#[derive(Debug, Clone)]
pub(crate) struct Mistake {
    pub(crate) at: usize,
    pub(crate) about: About,
    pub(crate) name: String,
    pub(crate) hint: Option<String>,
}

impl Mistake {
    pub(crate) fn new(at: usize, about: About, name: impl Into<String>) -> Mistake {
        Mistake {
            at,
            about,
            name: name.into(),
            hint: None,
        }
    }

    /// Says that `name` is unknown, with the nearest of the names that are `known`.
    pub(crate) fn unknown<'n>(
        at: usize,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) -> Mistake {
        let most = (name.len() / 3).max(1);
        // A text from anywhere may have names of any length.
        let known = known.filter(|known| name.len().max(known.len()) <= LONGEST_MISTAKE);
        let distances = known.map(|known| (strsim::levenshtein(name, known), known));
        let near = distances.filter(|(distance, _)| *distance <= most);
        // The first of equal ones, which is the one defined first.
        let best = near.min_by_key(|(distance, _)| *distance);
        let hint = best.map(|(_, known)| known.to_owned());
        Mistake {
            at,
            about: About::Unknown,
            name: name.to_owned(),
            hint,
        }
    }

    pub(crate) fn in_text(self, text: &str) -> TextError {
        let before = &text[..self.at.min(text.len())];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        TextError {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            about: self.about,
            name: self.name,
            hint: self.hint,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Layout;

    #[test]
    fn a_text_that_ends_early_is_told_so() {
        let text = "struct a { u8 n;";
        let mistake = Layout::parse(text).unwrap_err();
        let told = "line 1, column 17: the text ends here, and something is missing";
        assert_eq!(mistake.to_string(), told);
    }
}
