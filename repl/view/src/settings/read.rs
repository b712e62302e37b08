//! A settings file, entry by entry.

use std::ops::Range;
use std::str::FromStr;

use memglass_value::names::nearest;
use ratatui::style::Color;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Mistake, Settings, ThemeChoice, keys};
use crate::quick::QuickWrite;
use crate::rate::Rate;
use crate::text::clean;
use crate::theme::{Background, Colors};

/// Entries outside of a section.
const ENTRIES: [&str; 7] = [
    "rate",
    "theme",
    "mouse",
    "highlight_frames",
    "quick_write",
    "keys",
    "colors",
];

/// More than this is a slip.
const MOST_FRAMES: u32 = 100_000;

/// What names the choices of the theme.
const THEMES: [(&str, ThemeChoice); 4] = [
    ("auto", ThemeChoice::Auto),
    ("dark", ThemeChoice::On(Background::Dark)),
    ("light", ThemeChoice::On(Background::Light)),
    ("mono", ThemeChoice::Mono),
];

/// What names the choices of keys that write without a dialog.
const QUICK_WRITES: [(&str, QuickWrite); 3] = [
    ("at once", QuickWrite::AtOnce),
    ("twice", QuickWrite::Twice),
    ("off", QuickWrite::Off),
];

/// What is wrong, and where.
pub(super) type Wrong = (Range<usize>, String);

/// Reads the whole text.
pub(super) fn settings(text: &str) -> Settings {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut settings = Settings::default();
    let mut wrong: Vec<Wrong> = errors
        .iter()
        .map(|error| {
            let what = format!("this is not TOML: {}", error.message());
            (error.span().unwrap_or(0..0), what)
        })
        .collect();
    // One mistake in a line leads to others, which say nothing new.
    wrong.dedup_by_key(|(span, _)| mistake(text, span.start, "").line);
    for (name, value) in table.get_ref() {
        let found = entry(&mut settings, name.get_ref(), name.span(), value);
        // What stands nowhere was made up in place of something that could not be read.
        wrong.extend(found.into_iter().filter(|(span, _)| !span.is_empty()));
    }
    wrong.sort_by_key(|(span, _)| span.start);
    let mistakes = wrong
        .into_iter()
        .map(|(span, what)| mistake(text, span.start, &what));
    settings.mistakes = mistakes.collect();
    settings
}

fn entry(
    settings: &mut Settings,
    name: &str,
    at: Range<usize>,
    value: &Spanned<DeValue<'_>>,
) -> Vec<Wrong> {
    let result = match name {
        "rate" => rate(value).map(|rate| settings.rate = Some(rate)),
        "theme" => chosen(value, "theme", &THEMES).map(|theme| settings.theme = Some(theme)),
        "mouse" => mouse(value).map(|mouse| settings.has_mouse = Some(mouse)),
        "highlight_frames" => frames(value).map(|frames| settings.highlight_frames = Some(frames)),
        "quick_write" => chosen(value, "choice", &QUICK_WRITES)
            .map(|quick_write| settings.quick_write = Some(quick_write)),
        "keys" => return section(value, |entries| keys::bind(&mut settings.keymap, entries)),
        "colors" => return section(value, |entries| colors(&mut settings.colors, entries)),
        name => return vec![(at, unknown("setting", name, ENTRIES.into_iter()))],
    };
    let wrong = result.err().map(|what| (value.span(), what));
    wrong.into_iter().collect()
}

fn section<'t, 's>(
    value: &'t Spanned<DeValue<'s>>,
    read: impl FnOnce(&'t DeTable<'s>) -> Vec<Wrong>,
) -> Vec<Wrong> {
    match value.get_ref() {
        DeValue::Table(entries) => read(entries),
        _ => vec![(value.span(), "a section is expected, as in [keys]".into())],
    }
}

/// That there is no such name, and which is meant.
pub(super) fn unknown<'n>(
    kind: &str,
    name: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> String {
    let shown = clean(name);
    match nearest(name, names.clone()) {
        Some(meant) => format!("there is no {kind} {shown:?}; did you mean {meant:?}?"),
        None => {
            let mut names: Vec<_> = names.collect();
            names.dedup();
            format!(
                "there is no {kind} {shown:?}; there are {}",
                names.join(", ")
            )
        }
    }
}

fn number(value: &Spanned<DeValue<'_>>) -> Option<f64> {
    let text = match value.get_ref() {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
        DeValue::Float(number) => number.as_str(),
        _ => return None,
    };
    text.parse().ok()
}

fn rate(value: &Spanned<DeValue<'_>>) -> Result<Rate, String> {
    let [least, most] = Rate::LIMITS;
    let hertz = number(value).filter(|hertz| (least..=most).contains(hertz));
    hertz.map(Rate::new).ok_or_else(|| {
        format!("a rate goes from {least} to {most} frames a second, as in rate = 30")
    })
}

fn frames(value: &Spanned<DeValue<'_>>) -> Result<u32, String> {
    let is_whole =
        |frames: &f64| frames.fract() == 0.0 && (0.0..=f64::from(MOST_FRAMES)).contains(frames);
    let frames = number(value).filter(is_whole);
    frames
        .map(|frames| frames as u32)
        .ok_or_else(|| format!("a whole number of frames from 0 to {MOST_FRAMES} is expected, as in highlight_frames = 30"))
}

fn mouse(value: &Spanned<DeValue<'_>>) -> Result<bool, String> {
    match value.get_ref() {
        DeValue::Boolean(mouse) => Ok(*mouse),
        _ => Err("true or false is expected, as in mouse = false".into()),
    }
}

/// One of some names.
fn chosen<T: Copy>(
    value: &Spanned<DeValue<'_>>,
    kind: &str,
    choices: &[(&str, T)],
) -> Result<T, String> {
    let names = choices.iter().map(|(name, _)| *name);
    let DeValue::String(text) = value.get_ref() else {
        let quoted: Vec<String> = names.map(|name| format!("{name:?}")).collect();
        return Err(format!(
            "a name in quotes is expected: {}",
            quoted.join(", ")
        ));
    };
    let found = choices.iter().find(|(name, _)| name == text);
    found
        .map(|(_, choice)| *choice)
        .ok_or_else(|| unknown(kind, text, names))
}

fn colors(colors: &mut Colors, entries: &DeTable<'_>) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for (name, value) in entries {
        match colors.named(name.get_ref()) {
            None => {
                let what = unknown("colour", name.get_ref(), Colors::NAMES.into_iter());
                wrong.push((name.span(), what));
            }
            Some(place) => match color(value) {
                Ok(color) => *place = Some(color),
                Err(what) => wrong.push((value.span(), what)),
            },
        }
    }
    wrong
}

fn color(value: &Spanned<DeValue<'_>>) -> Result<Color, String> {
    let text = match value.get_ref() {
        DeValue::String(text) => text.as_ref(),
        DeValue::Integer(number) => number.as_str(),
        _ => "",
    };
    Color::from_str(text).map_err(|_| {
        "a colour is \"#rrggbb\", a number from 0 to 255, or a name such as \"light blue\"".into()
    })
}

fn mistake(text: &str, at: usize, what: &str) -> Mistake {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    Mistake {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        text: what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, mistakes: &[&str]) -> Settings {
        let settings = settings(text);
        let found: Vec<_> = settings.mistakes.iter().map(Mistake::to_string).collect();
        assert_eq!(found, mistakes, "{text}");
        settings
    }

    #[test]
    fn what_is_right_is_taken_beside_what_is_wrong() {
        let text = "rat = 3\nrate = 30\ntheme = \"drak\"\nmouse = false\nhighlight_frames = 1.5\n";
        let settings = check(
            text,
            &[
                "1:1: there is no setting \"rat\"; did you mean \"rate\"?",
                "3:9: there is no theme \"drak\"; did you mean \"dark\"?",
                "5:20: a whole number of frames from 0 to 100000 is expected, as in highlight_frames = 30",
            ],
        );
        assert_eq!(settings.rate, Some(Rate::new(30.0)));
        assert_eq!(settings.has_mouse, Some(false));
        assert_eq!((settings.theme, settings.highlight_frames), (None, None));
    }

    #[test]
    fn a_mistake_in_the_writing_is_told_with_its_place() {
        let text = "rate = 30\nmouse = = false\ntheme = \"dark\"\n";
        let settings = check(
            text,
            &["2:9: this is not TOML: extra `=`, expected nothing"],
        );
        assert_eq!(
            settings.rate,
            Some(Rate::new(30.0)),
            "what stands around it is taken"
        );
        assert_eq!(settings.theme, Some(ThemeChoice::On(Background::Dark)));
    }

    #[test]
    fn bounds_are_those_of_the_options() {
        check(
            "rate = 0.05",
            &["1:8: a rate goes from 0.1 to 240 frames a second, as in rate = 30"],
        );
        check(
            "rate = \"fast\"",
            &["1:8: a rate goes from 0.1 to 240 frames a second, as in rate = 30"],
        );
        check("rate = 240\nhighlight_frames = 0", &[]);
    }

    #[test]
    fn choices_have_names() {
        let settings = check("quick_write = \"twice\"", &[]);
        assert_eq!(settings.quick_write, Some(QuickWrite::Twice));
        check(
            "quick_write = \"twic\"\ntheme = 3",
            &[
                "1:15: there is no choice \"twic\"; did you mean \"twice\"?",
                "2:9: a name in quotes is expected: \"auto\", \"dark\", \"light\", \"mono\"",
            ],
        );
    }

    #[test]
    fn colours_have_names_numbers_and_digits() {
        let text = "[colors]\naccent = \"#ff8800\"\ndim = 244\nred = \"light red\"\namber = \"amberish\"\nacent = 1\n";
        let settings = check(
            text,
            &[
                "5:9: a colour is \"#rrggbb\", a number from 0 to 255, or a name such as \"light blue\"",
                "6:1: there is no colour \"acent\"; did you mean \"accent\"?",
            ],
        );
        let mut colors = settings.colors;
        assert_eq!(
            colors.named("accent"),
            Some(&mut Some(Color::Rgb(255, 136, 0)))
        );
        assert_eq!(colors.named("dim"), Some(&mut Some(Color::Indexed(244))));
        assert_eq!(colors.named("amber"), Some(&mut None));
    }

    #[test]
    fn a_section_is_no_value() {
        check("keys = 3", &["1:8: a section is expected, as in [keys]"]);
    }

    #[test]
    fn any_text_gives_settings() {
        for text in [
            "",
            "\0",
            "[",
            "[[keys]]",
            "keys.edit.x = 1",
            "\u{feff}rate = 1",
            "a = \"\x1b[2J\"",
        ] {
            settings(text);
        }
    }
}
