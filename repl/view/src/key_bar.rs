//! The last line: the keys that apply now. Whole keys are left out where there is no room, and never the way out.

use std::borrow::Cow;

use crate::canvas::Canvas;
use crate::text;
use crate::theme::Role;

/// A key, or several, and a word for what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) keys: Cow<'static, str>,
    pub(crate) word: &'static str,
}

impl From<[&'static str; 2]> for Key {
    fn from([keys, word]: [&'static str; 2]) -> Self {
        Key {
            keys: keys.into(),
            word,
        }
    }
}

/// The keys of a place, and where they stand.
#[derive(Debug)]
pub(crate) struct KeyBar {
    /// The column of each key that fits.
    placed: Vec<(u16, Key)>,
}

impl KeyBar {
    /// Places keys on a line of `width` columns; the `kept` last of them in any case.
    pub(crate) fn of(width: u16, margin: u16, keys: &[Key], kept: usize) -> KeyBar {
        let room = usize::from(width.saturating_sub(2 * margin));
        let (first, last) = keys.split_at(keys.len().saturating_sub(kept));
        let needed: usize = last.iter().map(taken).sum();
        let mut left = (room + 2).saturating_sub(needed);
        let fitting = first.iter().take_while(|key| {
            let fits = taken(key) <= left;
            left = left.saturating_sub(taken(key));
            fits
        });
        let mut next = margin;
        let place = |key: &Key| {
            let at = next;
            next += taken(key) as u16;
            (at, key.clone())
        };
        KeyBar {
            placed: fitting.chain(last).map(place).collect(),
        }
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas, y: u16) {
        for (x, Key { keys, word }) in &self.placed {
            canvas.put(*x, y, keys.clone(), Role::News);
            canvas.put(x + text::width(keys) as u16 + 1, y, *word, Role::Dim);
        }
    }

    /// The key at a column: of several, such as `+ -`, the one that is there, or else the first.
    pub(crate) fn at(&self, x: u16) -> Option<&str> {
        let is_there = |(at, key): &&(u16, Key)| (*at..*at + taken(key) as u16 - 2).contains(&x);
        let (at, Key { keys, .. }) = self.placed.iter().find(is_there)?;
        let mut start = *at;
        let under = keys.split(' ').find(|key| {
            let columns = start..start + text::width(key) as u16;
            start = columns.end + 1;
            columns.contains(&x)
        });
        under.or(keys.split(' ').next())
    }
}

/// Columns of a key and its word, with the blanks between and behind.
fn taken(Key { keys, word }: &Key) -> usize {
    text::width(keys) + text::width(word) + 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> [Key; 4] {
        [["e", "edit"], ["+ -", "step"], ["?", "help"], ["q", "quit"]].map(Key::from)
    }

    #[test]
    fn keys_are_left_out_whole_and_the_way_out_stays() {
        let drawn = |width| {
            let mut canvas = Canvas::default();
            canvas.clear(width, 1);
            KeyBar::of(width, 1, &keys(), 2).draw(&mut canvas, 0);
            crate::testing::text(&canvas)
        };
        assert_eq!(drawn(40), " e edit  + - step  ? help  q quit\n");
        assert_eq!(drawn(34), " e edit  + - step  ? help  q quit\n");
        assert_eq!(drawn(33), " e edit  ? help  q quit\n");
        assert_eq!(drawn(20), " ? help  q quit\n");
    }

    #[test]
    fn a_key_is_where_it_and_its_word_are() {
        let bar = KeyBar::of(40, 1, &keys(), 2);
        let at: Vec<_> = (0..20).map(|x| bar.at(x).unwrap_or(".")).collect();
        assert_eq!(at.concat(), ".eeeeee..++-+++++..?");
    }
}
