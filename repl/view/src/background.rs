//! Which background the terminal has: it is asked, and its answer comes in between the keys.
//!
//! The answer to OSC 11 looks like keys to who reads them: Alt-], then letters, then Ctrl-G. Nothing waits for it: the
//! view is drawn at once, and again in other colours when an answer says so. So one that is slow costs nothing, and
//! one that never comes, because the terminal does not know the question, costs nothing either.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::theme::Background;

/// What asks a terminal for the colour of its background.
pub(crate) const QUESTION: &str = "\x1b]11;?\x07";

/// For so long an answer is told from keys. Nobody's line to a terminal is slower.
const PATIENCE: Duration = Duration::from_secs(5);

/// For so long the end of the view waits for an answer that has not come: it must not be typed into the shell.
const LAST_WAIT: Duration = Duration::from_millis(150);

/// How the answer begins and goes on.
const BEGINNING: &str = "11;rgb:";
const DIGITS: &str = "0123456789abcdefABCDEF/";

/// Longer is no answer.
const LONGEST: usize = 40;

/// A question, until it is answered.
#[derive(Debug)]
pub(crate) struct Question {
    asked: Instant,
    /// What may be an answer: nothing until Alt-] came.
    seen: Option<Seen>,
    is_answered: bool,
}

#[derive(Debug, Default)]
struct Seen {
    text: String,
    keys: VecDeque<KeyEvent>,
}

/// What keys turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Keys.
    Keys(VecDeque<KeyEvent>),
    /// An answer, or the beginning of one.
    Nothing,
    /// The whole answer.
    Answer(Background),
}

impl Question {
    /// The terminal was asked just now.
    pub(crate) fn new(now: Instant) -> Self {
        Question {
            asked: now,
            seen: None,
            is_answered: false,
        }
    }

    /// How long an answer may still be waited for when the view ends.
    pub(crate) fn last_wait(&self, now: Instant) -> Duration {
        let is_open = !self.is_answered;
        let wait = LAST_WAIT.saturating_sub(now.saturating_duration_since(self.asked));
        if is_open { wait } else { Duration::ZERO }
    }

    /// Tells an answer from keys.
    pub(crate) fn hear(&mut self, key: KeyEvent, now: Instant) -> Heard {
        let is_open = !self.is_answered && now.saturating_duration_since(self.asked) < PATIENCE;
        let Some(seen) = &mut self.seen else {
            if is_open && is_alt(key, ']') {
                let keys = VecDeque::from([key]);
                self.seen = Some(Seen {
                    keys,
                    ..Seen::default()
                });
                return Heard::Nothing;
            }
            return Heard::Keys(VecDeque::from([key]));
        };
        seen.keys.push_back(key);
        if is_end(key)
            && let Some(background) = background(&seen.text)
        {
            self.seen = None;
            self.is_answered = true;
            return Heard::Answer(background);
        }
        match key.code {
            KeyCode::Char(c) if seen.goes_on_with(c) => {
                seen.text.push(c);
                Heard::Nothing
            }
            _ => Heard::Keys(self.seen.take().unwrap_or_default().keys),
        }
    }
}

impl Seen {
    fn goes_on_with(&self, c: char) -> bool {
        match BEGINNING.chars().nth(self.text.len()) {
            Some(expected) => c == expected,
            None => self.text.len() < LONGEST && DIGITS.contains(c),
        }
    }
}

fn is_alt(key: KeyEvent, c: char) -> bool {
    key.code == KeyCode::Char(c) && key.modifiers.contains(KeyModifiers::ALT)
}

/// The two ends that an answer may have: BEL, or ESC and a backslash.
pub(crate) fn is_end(key: KeyEvent) -> bool {
    let is_bell = key.code == KeyCode::Char('g') && key.modifiers == KeyModifiers::CONTROL;
    is_bell || is_alt(key, '\\')
}

/// What an answer such as `11;rgb:1e1e/1e1e/1e1e` says.
fn background(answer: &str) -> Option<Background> {
    let parts: Vec<f64> = answer
        .strip_prefix(BEGINNING)?
        .split('/')
        .map(share)
        .collect::<Option<_>>()?;
    let [red, green, blue] = parts.try_into().ok()?;
    // As bright as eyes see them.
    let brightness = 0.299 * red + 0.587 * green + 0.114 * blue;
    Some(match brightness > 0.5 {
        true => Background::Light,
        false => Background::Dark,
    })
}

/// A part of a colour, in one to four digits, as a share of the most.
fn share(digits: &str) -> Option<f64> {
    let most = 16_f64.powi(digits.len() as i32) - 1.0;
    let is_part = (1..=4).contains(&digits.len());
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| is_part)?;
    Some(f64::from(value) / most)
}

/// What the environment says: `COLORFGBG`, as in `15;0`, which some terminals set.
pub(crate) fn of_environment(variable: &str) -> Background {
    match variable.rsplit(';').next() {
        Some("7" | "15") => Background::Light,
        _ => Background::Dark,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys as the bytes of an answer are read.
    fn keys(bytes: &str) -> Vec<KeyEvent> {
        let mut bytes = bytes.chars().peekable();
        let mut keys = Vec::new();
        while let Some(c) = bytes.next() {
            let (c, modifiers) = match c {
                '\x1b' => (bytes.next().expect("a key"), KeyModifiers::ALT),
                '\x07' => ('g', KeyModifiers::CONTROL),
                c => (c, KeyModifiers::NONE),
            };
            keys.push(KeyEvent::new(KeyCode::Char(c), modifiers));
        }
        keys
    }

    /// What is heard: keys as letters, answers by their name.
    fn heard(bytes: &str) -> String {
        let now = Instant::now();
        let mut question = Question::new(now);
        let mut all = String::new();
        for key in keys(bytes) {
            match question.hear(key, now) {
                Heard::Nothing => {}
                Heard::Answer(background) => all += &format!("<{background:?}>"),
                Heard::Keys(keys) => {
                    let letters = keys.iter().filter_map(|key| key.code.as_char());
                    all.extend(letters);
                }
            }
        }
        all
    }

    #[test]
    fn an_answer_is_told_from_the_keys_around_it() {
        assert_eq!(heard("j\x1b]11;rgb:1e1e/1e1e/1e1e\x07k"), "j<Dark>k");
        assert_eq!(heard("\x1b]11;rgb:ffff/ffff/dddd\x1b\\k"), "<Light>k");
        assert_eq!(heard("\x1b]11;rgb:f/f/f\x07"), "<Light>");
    }

    #[test]
    fn keys_that_only_begin_like_an_answer_are_keys() {
        assert_eq!(heard("\x1b]q"), "]q");
        assert_eq!(heard("\x1b]11;x"), "]11;x");
        assert_eq!(heard("\x1b]11;rgb:12/34\x07q"), "]11;rgb:12/34gq");
        assert_eq!(heard("\x1b]11;rgb:00000/0/0\x07"), "]11;rgb:00000/0/0g");
    }

    #[test]
    fn there_is_one_answer_and_not_for_ever() {
        assert_eq!(heard("\x1b]11;rgb:0/0/0\x07\x1b]j"), "<Dark>]j");
        let start = Instant::now();
        let mut question = Question::new(start);
        let key = keys("\x1b]")[0];
        let late = question.hear(key, start + 2 * PATIENCE);
        assert_eq!(late, Heard::Keys(VecDeque::from([key])));
        assert_eq!(question.last_wait(start + LAST_WAIT), Duration::ZERO);
    }

    #[test]
    fn the_environment_may_say_it() {
        assert_eq!(of_environment("0;15"), Background::Light);
        assert_eq!(of_environment("15;default;0"), Background::Dark);
        assert_eq!(of_environment(""), Background::Dark);
    }
}
