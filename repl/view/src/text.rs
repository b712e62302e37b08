//! Text in columns: what may be shown, how wide it is, and cutting it with a mark.

use std::borrow::Cow;

use memglass_value::format;
use unicode_width::UnicodeWidthChar;

/// `text` as it may be shown: what could command a terminal is escaped, and characters that join others are dropped,
/// because terminals do not agree on how wide the result is.
pub fn clean(text: &str) -> Cow<'_, str> {
    let escaped = format::escaped(text);
    if !escaped.contains(is_joiner) {
        return escaped;
    }
    escaped.replace(is_joiner, "").into()
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}')
}

/// Columns of a text that is clean.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// A text in at most so many columns, cut at its end.
pub(crate) fn cut_end(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return text.into();
    }
    let kept = front(text, columns.saturating_sub(1));
    marked(kept, columns).into()
}

/// A text in at most so many columns, cut at its start: the end of a path says most.
pub(crate) fn cut_start(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return text.into();
    }
    match columns {
        0 => "".into(),
        _ => format!("…{}", back(text, columns - 1)).into(),
    }
}

/// A text in at most so many columns, cut in its middle: labels begin and end with what tells them apart.
pub(crate) fn cut_middle(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return text.into();
    }
    let room = columns.saturating_sub(1);
    let behind = room / 2;
    let kept = marked(front(text, room - behind), columns);
    format!("{kept}{}", back(text, behind)).into()
}

fn marked(kept: &str, columns: usize) -> String {
    match columns {
        0 => String::new(),
        _ => format!("{kept}…"),
    }
}

/// As much of the front as fits.
fn front(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let end = text.char_indices().find(|(_, c)| {
        used += c.width().unwrap_or(0);
        used > columns
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// As much of the end as fits.
fn back(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let start = text.char_indices().rev().find(|(_, c)| {
        used += c.width().unwrap_or(0);
        used > columns
    });
    &text[start.map_or(0, |(at, c)| at + c.len_utf8())..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_has_a_mark_and_never_takes_more_room() {
        assert_eq!(cut_end("Conditions", 7), "Condit…");
        assert_eq!(cut_start("AAPL_quote.ask_price", 10), "…ask_price");
        assert_eq!(cut_middle("AAPL_position_of_today", 11), "AAPL_…today");
        assert_eq!(cut_end("Order", 5), "Order");
        for columns in 0..8 {
            for cut in [cut_end, cut_start, cut_middle] {
                assert!(width(&cut("価格_price_of", columns)) <= columns);
            }
        }
    }

    #[test]
    fn half_of_a_wide_character_is_not_shown() {
        assert_eq!(cut_end("価格表", 4), "価…");
        assert_eq!(cut_end("価格表", 5), "価格…");
    }

    #[test]
    fn what_commands_a_terminal_is_escaped_and_joiners_are_dropped() {
        assert_eq!(clean("a\u{1b}[2J\n"), "a\\u{1b}[2J\\n");
        assert_eq!(clean("\u{202e}x"), "\\u{202e}x");
        assert_eq!(clean("\u{26a0}\u{fe0f}"), "\u{26a0}");
        assert_eq!(width(&clean("\u{1f468}\u{200d}\u{1f469}")), 4);
    }
}
