//! Paths as text: `AAPL_position.last_quote.bid_price`, `book.levels[2].price`, `"odd.label"[3]`.
//!
//! Pure: other modules decide what a path leads to.

/// One step from a value to a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// `.name` or `["name"]`.
    Member(&'a str),
    /// `[index]`.
    Element(u64),
}

/// A path that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// Bytes from the start of the text.
    pub(super) at: usize,
    pub(super) expected: &'static str,
}

/// Where the shortest label that `path` may start with ends.
#[inline]
pub(super) fn first_label_end(path: &str) -> usize {
    let end = path.bytes().position(is_separator);
    end.unwrap_or(path.len())
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'.' | b'[')
}

/// Where a label may end in `path`, shortest first: at each `.` or `[`, and at the end.
pub(super) fn label_ends(path: &str) -> impl Iterator<Item = usize> + '_ {
    let cuts = path
        .bytes()
        .enumerate()
        .filter(|&(_, byte)| is_separator(byte));
    cuts.map(|(at, _)| at).chain([path.len()])
}

/// A label in double quotes at the start of `path`, and where the rest begins. Within it, `\"` stands
/// for a quote and `\\` for a backslash.
pub(super) fn quoted_label(path: &str) -> Result<(String, usize), Malformed> {
    let mut label = String::new();
    let mut characters = path.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((label, at + 1)),
            '\\' => label.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => label.push(character),
        }
    }
    Err(Malformed {
        at: path.len(),
        expected: "a closing quote",
    })
}

/// The steps of a path without its label, for example `.levels[2].price`.
pub(super) struct Steps<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Steps<'a> {
    /// The steps in `text` from byte `at` on.
    pub(super) fn new(text: &'a str, at: usize) -> Steps<'a> {
        Steps { text, at }
    }

    /// The text that they are in.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The rest of the text.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn step(&mut self) -> Result<Step<'a>, Malformed> {
        let rest = &self.text[self.at..];
        if let Some(name) = rest.strip_prefix('.') {
            let len = name.find(['.', '[']).unwrap_or(name.len());
            return self.member(&name[..len], 1 + len);
        }
        let Some(inside) = rest.strip_prefix('[') else {
            return Err(Malformed {
                at: self.at,
                expected: "'.' or '['",
            });
        };
        if let Some(name) = inside.strip_prefix('"') {
            let close = name.find("\"]").ok_or(Malformed {
                at: self.text.len(),
                expected: "a closing \"]",
            })?;
            return self.member(&name[..close], close + 4);
        }
        let close = inside.find(']').ok_or(Malformed {
            at: self.text.len(),
            expected: "a closing ']'",
        })?;
        let index = inside[..close].trim().parse().map_err(|_| Malformed {
            at: self.at + 1,
            expected: "an index from 0",
        })?;
        self.at += close + 2;
        Ok(Step::Element(index))
    }

    fn member(&mut self, name: &'a str, len: usize) -> Result<Step<'a>, Malformed> {
        if name.is_empty() {
            return Err(Malformed {
                at: self.at + 1,
                expected: "a field name",
            });
        }
        self.at += len;
        Ok(Step::Member(name))
    }
}

impl<'a> Iterator for Steps<'a> {
    type Item = Result<Step<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.at = self.text.len();
        }
        Some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::Step::{Element, Member};
    use super::*;

    fn check(text: &str, expected: &[Step<'_>]) {
        let steps: Result<Vec<_>, _> = Steps::new(text, 0).collect();
        assert_eq!(steps.as_deref(), Ok(expected), "{text}");
    }

    fn refuses(text: &str, at: usize) {
        let error = Steps::new(text, 0)
            .collect::<Result<Vec<_>, _>>()
            .expect_err(text);
        assert_eq!(error.at, at, "{text}: {error:?}");
    }

    #[test]
    fn steps_of_members_and_elements() {
        check("", &[]);
        check(".a.b", &[Member("a"), Member("b")]);
        check("[2].price", &[Element(2), Member("price")]);
        check(".m[1][ 20 ]", &[Member("m"), Element(1), Element(20)]);
        check("[\"new\"][\"a.b\"]", &[Member("new"), Member("a.b")]);
    }

    #[test]
    fn malformed_steps_say_where() {
        refuses(".", 1);
        refuses(".a..b", 3);
        refuses("[x]", 1);
        refuses("[-1]", 1);
        refuses("[1", 2);
        refuses("[99999999999999999999]", 1);
        refuses("[\"a]", 4);
        refuses("a", 0);
    }

    #[test]
    fn labels_end_at_separators() {
        assert_eq!(label_ends("a.b[0]").collect::<Vec<_>>(), [1, 3, 6]);
        assert_eq!(label_ends("plain").collect::<Vec<_>>(), [5]);
        assert_eq!(
            [first_label_end("a[0].b"), first_label_end("plain")],
            [1, 5]
        );
    }

    #[test]
    fn quoted_labels_may_contain_anything() {
        assert_eq!(quoted_label(r#""a.b".c"#), Ok(("a.b".into(), 5)));
        assert_eq!(
            quoted_label(r#""say \"hi\"\\"[0]"#),
            Ok(("say \"hi\"\\".into(), 14))
        );
        assert!(quoted_label(r#""open"#).is_err());
    }
}
