//! Directives into items. None of them is followed.

use crate::model::{Item, Kind, Raw};
use crate::words::directive_name;

use super::Parser;

impl Parser<'_> {
    pub(super) fn directive(&mut self) -> Item {
        let at = self.at;
        self.at += 1;
        let plain = without_comments(self.source.word(at));
        let name = directive_name(&plain);
        let rest = plain.split_once(name).map_or("", |(_, rest)| rest).trim();
        let kind = match name {
            "include" | "include_next" | "import" => Kind::Include {
                target: rest.to_owned(),
            },
            "define" => define(rest),
            "pragma" => Kind::Pragma {
                text: rest.to_owned(),
            },
            "if" | "ifdef" | "ifndef" | "elif" | "elifdef" | "elifndef" => Kind::Conditional {
                text: format!("{name} {rest}").trim().to_owned(),
            },
            "else" | "endif" => Kind::Conditional {
                text: name.to_owned(),
            },
            _ => Kind::Raw(Raw::Directive),
        };
        Item::new(kind, at..at + 1)
    }
}

fn define(rest: &str) -> Kind {
    let end = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
        .unwrap_or(rest.len());
    Kind::Define {
        name: rest[..end].to_owned(),
        text: rest[end..].trim().to_owned(),
    }
}

/// A directive on one line: comments and continued lines are single spaces, and so is every run of white space.
pub(crate) fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (piece, length) = match first {
            '/' if rest.starts_with("/*") => {
                (" ", rest[2..].find("*/").map_or(rest.len(), |end| end + 4))
            }
            '/' if rest.starts_with("//") => (" ", rest.len()),
            '"' | '\'' => {
                let end = crate::lex::end_of_quoted_text(rest);
                (&rest[..end], end)
            }
            '\\' => match rest[1..]
                .trim_start_matches([' ', '\t', '\r'])
                .strip_prefix('\n')
            {
                Some(after) => (" ", rest.len() - after.len()),
                None => ("\\", 1),
            },
            c if c.is_ascii_whitespace() => (" ", 1),
            c => (&rest[..c.len_utf8()], c.len_utf8()),
        };
        if piece != " " || !plain.ends_with(' ') {
            plain.push_str(piece);
        }
        rest = &rest[length..];
    }
    plain.truncate(plain.trim_end().len());
    plain
}
