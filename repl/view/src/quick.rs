//! Keys that write at once, without a dialog: whether they do, and what a second press is for.

use std::time::Duration;

use crate::panels::Action;

/// So long after a press another one writes.
const AGAIN: Duration = Duration::from_secs(2);

/// What keys do that write without a dialog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuickWrite {
    /// They write.
    #[default]
    AtOnce,
    /// The first press asks, and further ones write, each within two seconds of the one before.
    Twice,
    /// They say that they do not.
    Off,
}

/// What becomes of a key that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It writes.
    Writes,
    /// It is to be pressed again.
    Asks,
    /// It does not.
    Refuses,
}

/// The last press that asked or wrote.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pressed(Option<(Action, Duration)>);

impl Pressed {
    /// A key asks for this at a time.
    pub(crate) fn press(&mut self, choice: QuickWrite, action: &Action, at: Duration) -> Verdict {
        let before = self.0.replace((action.clone(), at));
        let is_again =
            before.is_some_and(|(last, then)| last == *action && at.saturating_sub(then) <= AGAIN);
        match choice {
            QuickWrite::AtOnce => Verdict::Writes,
            QuickWrite::Twice if is_again => Verdict::Writes,
            QuickWrite::Twice => Verdict::Asks,
            QuickWrite::Off => Verdict::Refuses,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_press_writes_only_for_a_while_and_only_the_same() {
        let mut pressed = Pressed::default();
        let mut press = |action: &Action, seconds| {
            pressed.press(QuickWrite::Twice, action, Duration::from_secs(seconds))
        };
        let [one, other] = [1, 2].map(Action::Unwatch);
        assert_eq!(press(&one, 1), Verdict::Asks);
        assert_eq!(press(&one, 3), Verdict::Writes);
        assert_eq!(press(&one, 5), Verdict::Writes, "two seconds from the last");
        assert_eq!(press(&one, 8), Verdict::Asks);
        assert_eq!(press(&other, 8), Verdict::Asks);
        assert_eq!(press(&one, 9), Verdict::Asks);
    }
}
