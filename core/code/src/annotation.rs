//! `@name` and `@name(arguments)` in comments.

use std::ops::Range;

use crate::entity::Entity;
use crate::file::File;

/// An annotation of something that is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The name, without `@`.
    pub name: String,
    /// What is in its round brackets, lines joined by a space; `None` without brackets.
    pub args: Option<String>,
    /// Its bytes in the file, from `@` to the last one.
    pub span: Range<usize>,
}

impl Annotation {
    /// The annotation as it is written.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.args {
            Some(args) => format!("@{}({args})", self.name),
            None => format!("@{}", self.name),
        }
    }

    /// Reads a list such as `@readonly @range(0, 5)`; `None` if anything else is in the text, or nothing.
    #[must_use]
    pub fn parse_list(text: &str) -> Option<Vec<Annotation>> {
        let all = find(&Joined {
            text: text.to_owned(),
            places: (0..=text.len()).collect(),
        });
        let mut at = 0;
        for one in &all {
            if !text.get(at..one.span.start)?.trim().is_empty() {
                return None;
            }
            at = one.span.end;
        }
        (!all.is_empty() && text.get(at..)?.trim().is_empty()).then_some(all)
    }

    /// Reads `@name` or `@name(arguments)`, with nothing else around it.
    pub(crate) fn parse(text: &str) -> Option<Annotation> {
        let joined = Joined {
            text: text.trim().to_owned(),
            places: (0..=text.trim().len()).collect(),
        };
        let mut all = find(&joined);
        let one = all.pop().filter(|_| all.is_empty())?;
        (one.span == (0..joined.text.len())).then_some(one)
    }
}

/// The annotations of `entity`, in the order of the text.
pub(crate) fn annotations(file: &File, entity: &Entity<'_>) -> Vec<Annotation> {
    let (leading, trailing) = entity.comments();
    let mut all = in_comments(file, &leading);
    all.extend(in_comments(file, &trailing));
    all
}

/// The annotations in comments that follow each other.
pub(crate) fn in_comments(file: &File, comments: &[usize]) -> Vec<Annotation> {
    find(&Joined::new(file, comments))
}

/// The text of comments without their marks, and where each byte of it comes from.
struct Joined {
    text: String,
    places: Vec<usize>,
}

impl Joined {
    fn new(file: &File, comments: &[usize]) -> Joined {
        let mut joined = Joined {
            text: String::new(),
            places: Vec::new(),
        };
        for &comment in comments {
            let start = file.source().tokens()[comment].start as usize;
            let text = file.source().word(comment);
            let end = if text.starts_with("/*") {
                text.len() - 2 * usize::from(text.ends_with("*/") && text.len() > 3)
            } else {
                text.len()
            };
            let mut at = 2;
            for line in text[2.min(end)..end.max(2.min(end))].split_inclusive('\n') {
                let content = line.trim_start_matches(|c: char| {
                    c.is_whitespace() || matches!(c, '*' | '!' | '/' | '<')
                });
                joined.push(start + at + line.len() - content.len(), content.trim_end());
                at += line.len();
            }
        }
        joined
            .places
            .push(joined.places.last().map_or(0, |last| last + 1));
        joined
    }

    fn push(&mut self, place: usize, text: &str) {
        if !self.text.is_empty() {
            self.text.push(' ');
            self.places.push(place);
        }
        self.text.push_str(text);
        self.places.extend(place..place + text.len());
    }
}

fn find(joined: &Joined) -> Vec<Annotation> {
    let text = &joined.text;
    let mut found = Vec::new();
    let mut at = 0;
    // Where the last annotation ends.
    let mut end = None;
    let mut unclosed = 0;
    while let Some(sign) = text[at..].find('@').map(|sign| at + sign) {
        at = sign + 1;
        // `@readonly@atomic` are two.
        let before = text[..sign].chars().next_back();
        let begins = end == Some(sign)
            || before.is_none_or(|c| c.is_whitespace() || matches!(c, '*' | ',' | ';' | '('));
        let name = name_at(&text[at..]);
        if !begins || name.is_empty() {
            continue;
        }
        at += name.len();
        let has_args = text[at..].starts_with('(');
        if has_args && unclosed == MOST_UNCLOSED {
            continue;
        }
        let args = match has_args.then(|| closing(&text[at..])) {
            None => None,
            Some(Some(close)) => {
                let args = text[at + 1..at + close].trim().to_owned();
                at += close + 1;
                Some(args)
            }
            // Brackets that never close are no arguments: whoever knows the annotation says that they are missing.
            Some(None) => {
                unclosed += 1;
                None
            }
        };
        end = Some(at);
        let span = joined.places[sign]..joined.places[at - 1] + 1;
        found.push(Annotation {
            name: name.to_owned(),
            args,
            span,
        });
    }
    found
}

fn name_at(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        ""
    } else {
        &text[..end]
    }
}

/// Arguments beyond this many characters are not read: an open bracket must not make the rest of a file be read again.
const LONGEST_ARGUMENTS: usize = 8192;

/// How many brackets that never close are looked into, in one comment.
const MOST_UNCLOSED: usize = 256;

/// Where the round bracket that `text` begins with is closed, outside quotes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices().take(LONGEST_ARGUMENTS) {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}
