//! The last line: the keys that apply now. Whole keys are left out where there is no room, and never the way out.

use crate::canvas::Canvas;
use crate::text;
use crate::theme::Role;

/// Draws keys with their words, the last of them in any case.
pub(crate) fn draw(
    canvas: &mut Canvas,
    y: u16,
    margin: u16,
    keys: &[[&'static str; 2]],
    kept: usize,
) {
    let (width, _) = canvas.size();
    let room = usize::from(width.saturating_sub(2 * margin));
    let (first, last) = keys.split_at(keys.len().saturating_sub(kept));
    let needed: usize = last.iter().map(taken).sum();
    let mut left = (room + 2).saturating_sub(needed);
    let fitting = first.iter().take_while(|key| {
        let fits = taken(key) <= left;
        left = left.saturating_sub(taken(key));
        fits
    });
    let mut x = margin;
    for [key, word] in fitting.chain(last) {
        canvas.put(x, y, *key, Role::News);
        x += text::width(key) as u16 + 1;
        canvas.put(x, y, *word, Role::Dim);
        x += text::width(word) as u16 + 2;
    }
}

/// Columns of a key and its word, with the blanks between and behind.
fn taken([key, word]: &[&str; 2]) -> usize {
    text::width(key) + text::width(word) + 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_left_out_whole_and_the_way_out_stays() {
        let keys = [["e", "edit"], ["w", "watch"], ["?", "help"], ["q", "quit"]];
        let drawn = |width| {
            let mut canvas = Canvas::default();
            canvas.clear(width, 1);
            draw(&mut canvas, 0, 1, &keys, 2);
            crate::testing::text(&canvas)
        };
        assert_eq!(drawn(40), " e edit  w watch  ? help  q quit\n");
        assert_eq!(drawn(33), " e edit  w watch  ? help  q quit\n");
        assert_eq!(drawn(32), " e edit  ? help  q quit\n");
        assert_eq!(drawn(20), " ? help  q quit\n");
    }
}
