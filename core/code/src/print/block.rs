//! Lists of items, and the braces around them.

use crate::model::{Body, Item, Kind};

use super::Printer;

impl Printer<'_> {
    /// All of `items`, each on its line at column `indent`.
    pub(super) fn items(&mut self, items: &[Item], indent: usize) {
        for (number, item) in items.iter().enumerate() {
            if number > 0 && item.blank_before {
                self.newline();
            }
            self.one(item, indent);
            self.newline();
        }
    }

    fn one(&mut self, item: &Item, indent: usize) {
        if item.is_directive() {
            self.directive(item);
            return;
        }
        let own = if matches!(item.kind, Kind::Access { .. }) {
            indent.saturating_sub(self.style.indent)
        } else {
            indent
        };
        self.spaces(own);
        self.leading(item, own);
        self.item(item, own);
        self.behind(item, &item.trailing, own);
    }

    /// A directive begins at column 0, and is as written otherwise.
    fn directive(&mut self, item: &Item) {
        let text = self.file.source().slice(&item.tokens);
        let mut lines = text
            .split('\n')
            .map(|line| line.trim_end_matches(['\r', ' ', '\t', '\x0b', '\x0c']))
            .peekable();
        let mut printed = String::with_capacity(text.len());
        while let Some(line) = lines.next() {
            printed.push_str(line);
            if lines.peek().is_some() {
                printed.push('\n');
            }
        }
        self.push(&printed);
    }

    /// The braces behind a head, with what is in them. `inside` is the column of the items.
    pub(super) fn body(&mut self, item: &Item, body: &Body, indent: usize, inside: usize) {
        if !self.is_at_line_start() && !self.out.ends_with(' ') {
            self.push(" ");
        }
        let (open, close) = (
            self.file.source().word(body.open),
            self.file.source().word(body.close),
        );
        self.push(open);
        if body.items.is_empty() && body.opening.is_empty() {
            self.push(close);
            return;
        }
        self.behind(item, &body.opening, indent);
        self.newline();
        self.items(&body.items, inside);
        self.spaces(indent);
        self.push(close);
    }
}
