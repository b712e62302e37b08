//! The items between two braces, and which comment belongs to which of them.

use crate::lex::TokenKind;
use crate::model::{Body, Item, Kind, Raw};

use super::{Fault, Parser, Place, TOO_DEEP};

/// A list that grows: items so far, and comments that may belong to the next one.
#[derive(Default)]
struct Growing {
    items: Vec<Item>,
    waiting: Vec<usize>,
    /// The last token that was used or dropped.
    last: Option<usize>,
    /// Whether that is a semicolon on another line than the last item: what is behind it is not behind the item.
    is_apart: bool,
}

impl Parser<'_> {
    /// All items up to the end of the body.
    pub(super) fn list(&mut self, place: &Place) -> Vec<Item> {
        let mut list = Growing {
            last: self.at.checked_sub(1),
            ..Growing::default()
        };
        while self.at < self.end {
            let token = &self.source.tokens()[self.at];
            if token.is_comment() {
                self.comment(&mut list);
            } else if token.kind == TokenKind::Directive {
                self.flush(&mut list);
                let item = self.directive();
                self.push(&mut list, item);
            } else if self.source.is(self.at, ";") {
                self.semicolon(&mut list);
            } else {
                self.next_item(&mut list, place);
            }
        }
        self.flush(&mut list);
        list.items
    }

    /// Takes the braces whose opening one is at `open`, with the comments in front of it.
    pub(super) fn braces(&mut self, open: usize, place: &Place) -> Result<Body, Fault> {
        if self.depth >= super::DEEPEST {
            return Err(TOO_DEEP);
        }
        let close = self.partner(open)?;
        let mut opening = self.comments_before(open);
        let (outer_end, outer_depth) = (self.end, self.depth);
        (self.at, self.end, self.depth) = (open + 1, close, outer_depth + 1);
        opening.extend(self.opening_comments(open));
        let items = self.list(place);
        (self.at, self.end, self.depth) = (close + 1, outer_end, outer_depth);
        Ok(Body {
            open,
            close,
            opening,
            items,
        })
    }

    /// The comments between the token before `open` and `open`.
    pub(super) fn comments_before(&self, open: usize) -> Vec<usize> {
        let tokens = self.source.tokens();
        let first = tokens[..open]
            .iter()
            .rposition(|token| !token.is_comment())
            .map_or(0, |before| before + 1);
        (first..open).collect()
    }

    /// Takes the comments that are the last thing on the line of the brace at `open`, and those that go on below.
    pub(super) fn opening_comments(&mut self, open: usize) -> Vec<usize> {
        let tokens = self.source.tokens();
        let line = tokens[open].line;
        let mut after = open + 1;
        while after < self.end
            && tokens[after].is_comment()
            && tokens[after].line == tokens[after - 1].end_line
        {
            after += 1;
        }
        let is_last = tokens
            .get(after)
            .is_none_or(|next| next.line > tokens[after - 1].end_line);
        if after == open + 1 || !is_last || tokens[open + 1].line != line {
            return Vec::new();
        }
        while after < self.end && self.continues(after - 1, after) {
            after += 1;
        }
        self.at = after;
        (open + 1..after).collect()
    }

    /// Whether the comment at `next` continues the one at `comment`: right below it, in its column.
    fn continues(&self, comment: usize, next: usize) -> bool {
        let (above, below) = (&self.source.tokens()[comment], &self.source.tokens()[next]);
        above.kind == TokenKind::LineComment
            && below.kind == TokenKind::LineComment
            && below.line == above.end_line + 1
            && self.source.column(above.start as usize) == self.source.column(below.start as usize)
    }

    fn comment(&mut self, list: &mut Growing) {
        let at = self.at;
        self.at += 1;
        if list.waiting.is_empty() && self.is_trailing(list, at) {
            if let Some(item) = list.items.last_mut() {
                item.trailing.push(at);
            }
            list.last = Some(at);
        } else {
            list.waiting.push(at);
        }
    }

    /// Whether the comment at `at` is behind the last item on its line, or continues a comment that is.
    fn is_trailing(&self, list: &Growing, at: usize) -> bool {
        let (Some(item), Some(last)) = (list.items.last(), list.last) else {
            return false;
        };
        let tokens = self.source.tokens();
        let same_line = !list.is_apart && tokens[last].end_line == tokens[at].line;
        !item.is_directive() && (same_line || !item.trailing.is_empty() && self.continues(last, at))
    }

    /// Turns the comments that no item took into items.
    fn flush(&mut self, list: &mut Growing) {
        let count = list.waiting.len();
        self.flush_first(list, count);
    }

    fn flush_first(&mut self, list: &mut Growing, count: usize) {
        let comments: Vec<usize> = list.waiting.drain(..count).collect();
        for at in comments {
            // A comment behind a free one on its line belongs to that one.
            let follows = self.is_trailing(list, at);
            if follows && let Some(item) = list.items.last_mut() {
                item.trailing.push(at);
                list.last = Some(at);
            } else {
                self.push(list, Item::new(Kind::Comment, at..at + 1));
            }
        }
    }

    fn push(&self, list: &mut Growing, mut item: Item) {
        let tokens = self.source.tokens();
        let first = item.leading.first().copied().unwrap_or(item.tokens.start);
        item.blank_before = list
            .last
            .is_some_and(|last| tokens[first].line > tokens[last].end_line + 1);
        list.last = Some(item.tokens.end - 1);
        list.is_apart = false;
        list.items.push(item);
    }

    /// A stray semicolon means nothing behind a declaration; behind anything else it is kept.
    fn semicolon(&mut self, list: &mut Growing) {
        let at = self.at;
        self.at += 1;
        let before = list
            .items
            .iter()
            .rev()
            .find(|item| !matches!(item.kind, Kind::Comment));
        if before.is_some_and(|item| matches!(item.kind, Kind::Raw(_)) || item.is_directive()) {
            self.flush(list);
            self.push(list, Item::new(Kind::Raw(Raw::Semicolon), at..at + 1));
        } else if !self.is_behind_waiting(list, at) {
            self.flush(list);
            let tokens = self.source.tokens();
            list.is_apart |= list
                .last
                .is_some_and(|last| tokens[at].line > tokens[last].end_line);
            list.last = Some(at);
        }
    }

    /// Whether the semicolon at `at` stands behind a comment on its line: without it, that comment still leads what
    /// follows.
    fn is_behind_waiting(&self, list: &Growing, at: usize) -> bool {
        let tokens = self.source.tokens();
        let last = list.waiting.last();
        last.is_some_and(|&comment| tokens[comment].end_line == tokens[at].line)
    }

    fn next_item(&mut self, list: &mut Growing, place: &Place) {
        let first = self.at;
        let mut item = match self.item(place) {
            Ok(item) => item,
            Err(fault) => self.recover(first, place, &fault),
        };
        self.at = item.tokens.end;
        let kept = if matches!(item.kind, Kind::Access { .. }) {
            0
        } else {
            self.touching(&list.waiting, first)
        };
        self.flush_first(list, list.waiting.len() - kept);
        item.leading = std::mem::take(&mut list.waiting);
        self.push(list, item);
    }

    /// How many of the last waiting comments have no empty line between them and the item at `first`.
    fn touching(&self, waiting: &[usize], first: usize) -> usize {
        let tokens = self.source.tokens();
        let mut line = tokens[first].line;
        let mut count = 0;
        for &at in waiting.iter().rev() {
            if tokens[at].end_line + 1 < line {
                break;
            }
            line = tokens[at].line;
            count += 1;
        }
        count
    }
}
