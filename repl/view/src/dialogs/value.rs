//! A value that is typed: a number, a text, a truth value.

use memglass_value::format::grouped_number;
use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::Common;
use crate::canvas::{Area, Canvas};
use crate::edit::{Form, Input, Place};
use crate::entry::Entry;
use crate::host::Host;
use crate::overlay::{Answer, Overlay, frame};
use crate::snapshot::Snapshot;
use crate::theme::Role;

/// Rows of the box: it keeps its size whatever is typed.
const HEIGHT: u16 = 7;

/// A remark beside what is typed leaves so many columns for that, or is left out.
const LEAST_ENTRY: usize = 10;

/// The dialog of a value that is typed.
#[derive(Debug)]
pub(super) struct Value {
    common: Common,
    entry: Entry,
    /// What the value was when the dialog was opened.
    began: Option<String>,
    /// What only the next key tells the meaning of.
    sign: Sign,
}

/// A `-` as the first key: a step down, until a digit says that a negative number begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// No key was pressed yet.
    May,
    /// The only key was a `-`.
    Pressed,
    /// Too late for that.
    No,
}

impl Value {
    pub(super) fn new(place: Place, form: Form) -> Self {
        // A new number has seldom anything of the old one; a text is more often mended.
        let entry = match form.input {
            Input::Number { .. } => Entry::selected(&form.text),
            _ => Entry::new(&form.text),
        };
        Value {
            entry,
            common: Common::new(place, form),
            began: None,
            sign: Sign::May,
        }
    }

    /// Begins a negative number if the first key was a `-` and this one is its first digit. Nobody steps a number
    /// only to type another one over it, so a field that holds no negative number refuses it.
    fn take_sign(&mut self, key: KeyCode) {
        let is_digit = matches!(key, KeyCode::Char('0'..='9' | '.'));
        self.sign = match (self.sign, key) {
            (Sign::May, KeyCode::Char('-')) if self.is_number() => Sign::Pressed,
            (Sign::Pressed, _) if is_digit => {
                self.entry = Entry::new("-");
                Sign::No
            }
            _ => Sign::No,
        };
    }

    /// Looks whether what is typed could be written.
    fn check(&mut self, host: &mut dyn Host) {
        let text = self.entry.text();
        let is_there = text == self.common.form.text;
        let checked = match is_there {
            true => Ok(()),
            false => host.check(&self.common.place, text),
        };
        self.common.refused = checked.err();
    }

    /// Adds steps to the number that is typed.
    fn step(&mut self, steps: i32) {
        let Input::Number { step, is_float } = self.common.form.input else {
            return;
        };
        let text = self.entry.text().replace(['_', ','], "");
        let stepped = match is_float {
            true => text
                .parse()
                .ok()
                .map(|value: f64| float(value + f64::from(steps) * step, step)),
            false => {
                let step = i128::from(steps) * step as i128;
                let value = integer(&text).and_then(|value| value.checked_add(step));
                value.map(|value| like(&text, value))
            }
        };
        if let Some(text) = stepped {
            self.entry = Entry::selected(&text);
        }
    }

    /// Whether a sign is a sign and not a step: in an empty box, at the start, after an exponent.
    fn is_sign(&self) -> bool {
        let before: String = self
            .entry
            .text()
            .chars()
            .take(self.entry.cursor())
            .collect();
        before.is_empty() || before.ends_with(['e', 'E'])
    }

    fn is_number(&self) -> bool {
        matches!(self.common.form.input, Input::Number { .. })
    }

    /// The line with what is typed.
    fn line(&self, width: u16) -> String {
        let mut remark = self.remark();
        let beside =
            |remark: &str| usize::from(width).saturating_sub(9 + crate::text::width(remark));
        if beside(&remark) < LEAST_ENTRY {
            remark.clear();
        }
        let room = beside(&remark);
        let entry = self.entry.shown(room);
        let blanks = "_".repeat(room.saturating_sub(crate::text::width(&entry)));
        format!("new  [{entry}{blanks}]  {remark}")
    }

    fn keys(&self) -> String {
        let refused = self.common.refused.as_ref();
        match refused.and_then(|refused| refused.nearest.as_ref()) {
            Some(nearest) => format!("Tab take {}  Esc", grouped_number(nearest)),
            None if self.is_number() => "Enter write  ↑↓ + - step  Esc".into(),
            None => "Enter write  ^U clear  Esc".into(),
        }
    }

    /// How far the typed number is from the present one, or how long the typed text is.
    fn remark(&self) -> String {
        let text = self.entry.text();
        if let Input::Text { most } = self.common.form.input {
            return format!("{} of {most}", text.len());
        }
        let numbers = integer(&text.replace(['_', ','], "")).zip(integer(&self.common.form.text));
        match numbers.filter(|_| self.is_number()) {
            Some((new, now)) => match new.checked_sub(now) {
                Some(difference) if difference != 0 => format!("{difference:+}"),
                _ => String::new(),
            },
            None => String::new(),
        }
    }
}

/// The bases that an integer can be typed in, with what it begins with.
const BASES: [(&str, u32); 3] = [("0x", 16), ("0o", 8), ("0b", 2)];

/// The integer that is typed, as `255`, `-1`, `0xff`, `0o17` or `0b101`.
fn integer(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let lower = digits.to_ascii_lowercase();
    let based = BASES
        .into_iter()
        .find_map(|(prefix, base)| Some((lower.strip_prefix(prefix)?, base)));
    let (digits, base) = based.unwrap_or((digits, 10));
    let value = i128::from_str_radix(digits, base).ok()?;
    (!digits.starts_with(['+', '-'])).then_some(sign * value)
}

/// An integer in the base of the one that is typed.
fn like(typed: &str, value: i128) -> String {
    let lower = typed.to_ascii_lowercase();
    let prefix = lower.trim_start_matches('-').get(..2).unwrap_or_default();
    let (sign, size) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    match prefix {
        "0x" => format!("{sign}0x{size:x}"),
        "0o" => format!("{sign}0o{size:o}"),
        "0b" => format!("{sign}0b{size:b}"),
        _ => value.to_string(),
    }
}

/// The rows of what is allowed, the present value, the typed one, why that is refused, and the keys, in a box of so
/// many rows. Where it is low the typed value stays longest, and then why it is refused.
fn rows(height: u16) -> [Option<u16>; 5] {
    match height {
        0 => [None; 5],
        1 => [None, None, Some(0), None, None],
        2 => [None, None, Some(0), Some(1), None],
        3 => [None, Some(0), Some(1), Some(2), None],
        4 => [Some(0), Some(1), Some(2), Some(3), None],
        _ => [Some(0), Some(1), Some(2), Some(3), Some(4)],
    }
}

/// A float with as many decimals as its step has, without zeros at the end.
fn float(value: f64, step: f64) -> String {
    let decimals = (0..12).find(|decimals| {
        let scaled = step * 10_f64.powi(*decimals);
        (scaled - scaled.round()).abs() < 1e-6
    });
    let decimals = decimals.unwrap_or(12).max(6) as usize;
    let text = format!("{value:.decimals$}");
    let trimmed = text.trim_end_matches('0');
    match trimmed.ends_with('.') {
        true => format!("{trimmed}0"),
        false => trimmed.to_owned(),
    }
}

impl Overlay for Value {
    fn entry(&mut self) -> Option<&mut Entry> {
        Some(&mut self.entry)
    }

    fn key(&mut self, key: KeyEvent, host: &mut dyn Host) -> Answer {
        self.take_sign(key.code);
        match key.code {
            KeyCode::Esc => return Answer::Closes,
            KeyCode::Enter => {
                let text = self.entry.text().to_owned();
                return match self.common.write(host, &text) {
                    true => Answer::Closes,
                    false => Answer::Stays,
                };
            }
            KeyCode::Tab => {
                let refused = self.common.refused.as_ref();
                if let Some(nearest) = refused.and_then(|refused| refused.nearest.clone()) {
                    self.entry = Entry::new(&nearest);
                }
            }
            KeyCode::Up => self.step(1),
            KeyCode::Down => self.step(-1),
            KeyCode::Char('+') if self.is_number() && !self.is_sign() => self.step(1),
            KeyCode::Char('-') if self.is_number() && !self.is_sign() => self.step(-1),
            _ => {
                self.entry.key(key);
            }
        }
        self.check(host);
        Answer::Stays
    }

    fn take(&mut self, snapshot: &Snapshot) {
        if self.began.is_none() {
            self.began = self.common.now(snapshot);
        }
    }

    fn over_fields(&self) -> Option<u16> {
        Some(self.common.width())
    }

    fn draw(&self, canvas: &mut Canvas, body: Area, snapshot: &Snapshot) {
        let common = &self.common;
        let inside = frame(canvas, body, [common.width(), HEIGHT], &common.form.title);
        let now = common.now(snapshot).unwrap_or_else(|| "gone".into());
        let moved = match &self.began {
            // What is shown of it stands still.
            _ if snapshot.is_frozen => {
                let began = grouped_number(&common.form.text);
                format!("was  {began} when you began")
            }
            Some(began) if *began != now => format!("now  {now}, was {began} when you began"),
            _ => format!("now  {now}"),
        };
        let [about, now, new, refusal, keys] = rows(inside.height);
        let mut line = |row: Option<u16>, text: &str, role| {
            if let Some(row) = row {
                common.line(canvas, inside, row, text, role);
            }
        };
        line(about, &common.form.about, Role::Dim);
        line(now, &moved, Role::Text);
        line(new, &self.line(inside.width), Role::Text);
        line(keys, &self.keys(), Role::Dim);
        if let Some(row) = refusal {
            common.refusal(canvas, inside, row);
        }
    }

    fn bar(&self) -> &'static [[&'static str; 2]] {
        match self.is_number() {
            true => &[
                ["Enter", "write"],
                ["+ -", "step"],
                ["^U", "clear"],
                ["Esc", "cancel"],
            ],
            false => &[["Enter", "write"], ["^U", "clear"], ["Esc", "cancel"]],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_is_typed_and_stepped_in_its_base() {
        let stepped = |text| like(text, integer(text).expect("an integer") + 1);
        assert_eq!(stepped("0xff"), "0x100");
        assert_eq!(stepped("0B101"), "0b110");
        assert_eq!(stepped("-0o1"), "0o0");
        assert_eq!(stepped("-0x10"), "-0xf");
        assert_eq!(stepped("41"), "42");
        for text in ["", "-", "0x", "0x-1", "+-1", "1.5", "é1", "ff"] {
            assert_eq!(integer(text), None, "{text}");
        }
    }

    #[test]
    fn a_stepped_float_has_no_noise_behind_its_step() {
        assert_eq!(float(0.1 + 0.2, 0.1), "0.3");
        assert_eq!(float(1.0, 0.5), "1.0");
        assert_eq!(float(150.26, 0.01), "150.26");
    }
}
