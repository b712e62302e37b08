//! One item of each kind.

use crate::model::{Body, Item, Kind, Scope, Tokens};

use super::{Printer, head_end, heads};

impl Printer<'_> {
    /// The item at the present place, without its comments. Its lines begin at column `indent`.
    pub(super) fn item(&mut self, item: &Item, indent: usize) {
        match &item.kind {
            Kind::Comment => self.comment(item.tokens.start, indent),
            Kind::Raw(_) => self.as_written(&item.tokens, indent),
            Kind::Access { .. } => {
                let colon = item.tokens.end - 1;
                self.head(item, &(item.tokens.start..colon), indent);
                self.push(self.file.source().word(colon));
            }
            Kind::Friend {
                item: Some(inner), ..
            } => self.item(inner, indent),
            Kind::Template { item: inner, .. } => self.template(item, inner, indent),
            Kind::Extern {
                scope: Scope::One(inner),
                ..
            }
            | Kind::Export(Scope::One(inner)) => {
                self.head(item, &(item.tokens.start..inner.tokens.start), indent);
                self.separate(inner.tokens.start, indent);
                self.item(inner, indent);
            }
            Kind::Function(function) => self.function(item, function, indent),
            _ => match item.body() {
                Some(_) if is_unfinished(item) => self.as_written(&item.tokens, indent),
                Some(body) => self.with_body(item, body, indent),
                None => self.head(item, &item.tokens, indent),
            },
        }
    }

    /// A head on one line, or as written if a comment in it fixes its lines.
    pub(super) fn head(&mut self, item: &Item, tokens: &Tokens, indent: usize) {
        if item.as_written {
            self.as_written(tokens, indent);
            return;
        }
        let shift = self.shift(item.tokens.start, indent);
        let text = self.spaced(tokens, shift);
        self.push(&text);
    }

    pub(super) fn as_written(&mut self, tokens: &Tokens, indent: usize) {
        if tokens.is_empty() {
            return;
        }
        let shift = self.shift(tokens.start, indent);
        self.opaque(tokens, shift);
    }

    /// Puts a space before the token at `at`, or a line break if the token before it takes the rest of its line.
    fn separate(&mut self, at: usize, indent: usize) {
        self.separate_from(at, indent);
        if !self.out.ends_with([' ', '\n']) {
            self.push(" ");
        }
    }

    /// Moves to the next line if the token before `at` takes the rest of its line.
    pub(super) fn separate_from(&mut self, at: usize, indent: usize) {
        let takes_line = |before: usize| self.file.source().tokens()[before].takes_line();
        if at.checked_sub(1).is_some_and(takes_line) {
            self.newline();
            self.spaces(indent);
        }
    }

    fn with_body(&mut self, item: &Item, body: &Body, indent: usize) {
        let end = head_end(item, body.open);
        self.head(item, &(item.tokens.start..end), indent);
        self.separate_from(end, indent);
        let inside = match item.kind {
            Kind::Namespace { .. } | Kind::Extern { .. } | Kind::Export(_) => indent,
            _ => indent + self.style.indent,
        };
        self.body(item, body, indent, inside);
        let tail = body.close + 1..item.tokens.end;
        if !tail.is_empty() {
            let first = &self.file.source().tokens()[tail.start];
            if !first.is(";") {
                self.push(" ");
            }
            self.head(item, &tail, indent);
        }
    }

    fn template(&mut self, item: &Item, inner: &Item, indent: usize) {
        let Kind::Template { head, requires, .. } = &item.kind else {
            return;
        };
        if item.as_written {
            let end = heads(item)[0].end;
            self.as_written(&(item.tokens.start..end), indent);
        } else {
            self.head(item, head, indent);
            if !requires.is_empty() {
                self.newline();
                self.spaces(indent + self.style.indent);
                self.head(item, requires, indent);
            }
        }
        self.newline();
        self.spaces(indent);
        self.item(inner, indent);
    }
}

/// Whether the item has a body but not the semicolon behind it.
fn is_unfinished(item: &Item) -> bool {
    let needs = matches!(item.kind, Kind::Record(_) | Kind::Enum(_));
    needs
        && item
            .body()
            .is_some_and(|body| body.close + 1 == item.tokens.end)
}
