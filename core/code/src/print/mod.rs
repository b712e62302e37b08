//! Items into text, in one style. Only white space changes, so what is printed parses to the same, and printing it again
//! changes nothing.

mod block;
mod comment;
mod function;
mod item;
mod opaque;
mod spacing;

use crate::file::File;
use crate::model::{Item, Kind, Scope, Tokens};

pub(crate) use spacing::spaced;

/// How code is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// The spaces that one level of a record or enumeration moves its content to the right.
    pub indent: usize,
    /// The width beyond which a function is written over several lines.
    pub width: usize,
}

impl Default for Style {
    /// Four spaces, 100 columns.
    fn default() -> Style {
        Style {
            indent: 4,
            width: 100,
        }
    }
}

impl Style {
    /// The text of `file` in this style.
    ///
    /// Lines end with a line feed, the last one too, and none with white space. Only white space differs from the source, and
    /// semicolons that mean nothing. Printing the result again gives the same text. Linear in the length of the file.
    ///
    /// ```
    /// use memglass_code::{File, Style};
    ///
    /// let file = File::parse("struct Tick{long price;int size;};");
    /// assert_eq!(Style::default().print(&file), "struct Tick {\n    long price;\n    int size;\n};\n");
    /// ```
    #[must_use]
    pub fn print(&self, file: &File) -> String {
        let mut printer = Printer {
            file,
            style: self,
            out: String::with_capacity(file.source().text().len()),
            line: 0,
        };
        printer.items(file.items(), 0);
        // A byte order mark in the midst of a text is a token. It must not become the first.
        if printer.out.starts_with('\u{feff}') {
            printer.out.insert(0, '\n');
        }
        printer.out
    }
}

struct Printer<'f> {
    file: &'f File,
    style: &'f Style,
    out: String,
    /// Where the last line of `out` begins.
    line: usize,
}

impl Printer<'_> {
    fn newline(&mut self) {
        let end = self.out.trim_end_matches([' ', '\t']).len();
        self.out.truncate(end.max(self.line));
        self.out.push('\n');
        self.line = self.out.len();
    }

    /// Adds text, which may have lines of its own.
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        if let Some(newline) = text.rfind('\n') {
            self.line = self.out.len() - text.len() + newline + 1;
        }
    }

    fn spaces(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
    }

    /// The column that the next character gets.
    fn column(&self) -> usize {
        crate::source::width_of(&self.out[self.line..])
    }

    fn is_at_line_start(&self) -> bool {
        self.out.len() == self.line
    }

    fn spaced(&self, tokens: &Tokens, shift: isize) -> String {
        spacing::spaced_and_moved(self.file.source(), self.file.roles(), tokens, shift)
    }
}

/// The tokens of an item that are laid out, without bodies and without the items inside: before its braces and behind them.
pub(crate) fn heads(item: &Item) -> [Tokens; 2] {
    use crate::model::FunctionBody::Braces;
    let whole = item.tokens.clone();
    let none = whole.end..whole.end;
    match &item.kind {
        Kind::Comment | Kind::Raw(_) | Kind::Friend { item: Some(_), .. } => [none.clone(), none],
        Kind::Template { item: inner, .. }
        | Kind::Extern {
            scope: Scope::One(inner),
            ..
        }
        | Kind::Export(Scope::One(inner)) => [whole.start..inner.tokens.start, none],
        Kind::Function(function) => match &function.body {
            Braces { open, .. } => [whole.start..head_end(item, *open), none],
            _ => [whole, none],
        },
        _ => match item.body() {
            Some(body) => [
                whole.start..head_end(item, body.open),
                body.close + 1..whole.end,
            ],
            None => [whole, none],
        },
    }
}

/// Where the head before the brace at `open` ends: comments in front of the brace belong to the body.
pub(crate) fn head_end(item: &Item, open: usize) -> usize {
    let opening = match &item.kind {
        Kind::Function(function) => match &function.body {
            crate::model::FunctionBody::Braces { opening, .. } => opening.as_slice(),
            _ => &[],
        },
        _ => item.body().map_or(&[][..], |body| &body.opening),
    };
    open - opening.iter().filter(|&&comment| comment < open).count()
}
