//! As much of a list as the screen shows.
//!
//! The editor shows a longer list page by page, and what is typed meanwhile, Ctrl-C too, turns the pages.
//! So no list is longer than the screen; what is left out is counted.

use memglass_value::wrap;

use super::super::lexicon::MOST_LABELS;
use super::{Candidate, Completion, Rank};

/// Columns that the editor leaves between two candidates.
const GAP: usize = 2;

/// What the last candidate begins with where some are left out.
const LEFT_OUT: &str = "… and ";

/// The room for a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
}

/// Whether this is not a candidate but says how many there are besides.
pub(crate) fn is_note(shown: &str) -> bool {
    shown.starts_with(LEFT_OUT)
}

impl Completion {
    /// What all candidates begin with.
    pub(crate) fn common(&self) -> &str {
        common(&self.candidates)
    }

    /// With no more candidates than there is room for.
    pub(crate) fn fitted(mut self, room: Room) -> Self {
        for candidate in &mut self.candidates {
            let cut = wrap::cut(&candidate.shown, room.columns.saturating_sub(1));
            candidate.shown = cut.unwrap_or_else(|| std::mem::take(&mut candidate.shown));
        }
        let is_cut = self.candidates.len() >= MOST_LABELS;
        let all = self.candidates.len();
        if !is_cut && room.holding(&self.candidates, 0) == all {
            return self;
        }
        // The last of all labels is among them, so that this is the beginning of those in between too.
        let text = common(&self.candidates).to_owned();
        let note = |left_out: usize| match is_cut {
            true => format!("{LEFT_OUT}many more"),
            false => format!("{LEFT_OUT}{left_out} more"),
        };
        let fitting = room.holding(&self.candidates, wrap::width(&note(all)));
        self.candidates.truncate(fitting);
        self.candidates.push(Candidate {
            rank: Rank::Function,
            shown: note(all - fitting),
            text,
        });
        self
    }
}

impl Room {
    /// How many of the candidates fit, set in columns of one width; behind them goes a note of so many
    /// columns, if any.
    fn holding(self, candidates: &[Candidate], note: usize) -> usize {
        let notes = usize::from(note > 0);
        let mut widest = note;
        let fits = |(at, candidate): &(usize, &Candidate)| {
            widest = widest.max(wrap::width(&candidate.shown));
            let columns = (self.columns / (widest + GAP)).max(1);
            at + 1 + notes <= self.rows * columns
        };
        candidates.iter().enumerate().take_while(fits).count()
    }
}

/// What all of them begin with.
fn common(candidates: &[Candidate]) -> &str {
    let mut texts = candidates.iter().map(|candidate| candidate.text.as_str());
    let first = texts.next().unwrap_or_default();
    texts.fold(first, |common, text| {
        let same = common.chars().zip(text.chars()).take_while(|(a, b)| a == b);
        &common[..same.map(|(c, _)| c.len_utf8()).sum()]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completion(texts: impl IntoIterator<Item = String>) -> Completion {
        Completion {
            start: 0,
            candidates: texts.into_iter().map(Candidate::plain).collect(),
        }
    }

    #[track_caller]
    fn check(texts: &[&str], columns: usize, rows: usize, expected: &[&str]) {
        let all = completion(texts.iter().map(|text| (*text).to_owned()));
        let fitted = all.fitted(Room { columns, rows });
        let shown = fitted.candidates.iter().map(|candidate| &candidate.shown);
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_fits_is_shown_as_it_is() {
        check(&["aa", "ab", "ac"], 80, 1, &["aa", "ab", "ac"]);
        check(&["aa", "ab", "ac"], 5, 3, &["aa", "ab", "ac"]);
        check(&[], 80, 1, &[]);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let ten = ["aa", "ab", "ac", "ad", "ae", "af", "ag", "ah", "ai", "aj"];
        check(&ten, 13, 3, &["aa", "ab", "… and 8 more"]);
        check(&["aa", "ab", "ac"], 10, 1, &["… and 3 more"]);
        check(&["a(something, long)"], 12, 3, &["a(somethin…"]);
    }

    #[test]
    fn what_is_left_out_does_not_change_what_is_inserted() {
        let all = || completion(["ab_c".to_owned(), "ab_d".into(), "ax".into()]);
        let room = Room {
            columns: 10,
            rows: 2,
        };
        assert_eq!(all().fitted(room).candidates[1].text, "a");
        let many = (0..MOST_LABELS).map(|n| format!("order_0{n:04}"));
        let fitted = completion(many).fitted(room);
        let last = fitted.candidates.last().expect("a note");
        assert_eq!(
            (last.text.as_str(), last.shown.as_str()),
            ("order_00", "… and many more")
        );
        assert!(is_note(&last.shown));
    }
}
