//! How the view begins and looks: what the terminal can show, what the user's settings say, what was asked for.

use crate::app::Options;
use crate::background;
use crate::glyphs::Glyphs;
use crate::keymap::Keymap;
use crate::settings::{Mistake, Settings, ThemeChoice};
use crate::theme::{Background, Colors, Palette, Theme};

/// How the view begins and looks.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// How it begins.
    pub options: Options,
    /// The type of the objects that are listed; all of them without one.
    pub type_name: Option<String>,
    /// Which colours it has.
    pub theme: ThemeChoice,
    /// Own colours.
    pub colors: Colors,
    /// Which key asks for what.
    pub keymap: Keymap,
    /// What is wrong with the settings, to be shown first.
    pub mistakes: Vec<String>,
    /// What the terminal can show.
    pub looks: Looks,
}

/// What a terminal can show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Looks {
    /// Whether colours are wanted.
    pub has_color: bool,
    /// Whether there are 256 of them, and not sixteen.
    pub has_many: bool,
    /// What is drawn on, as the environment says.
    pub background: Background,
    /// Whether the terminal can be asked what is drawn on.
    pub can_be_asked: bool,
    /// Its characters.
    pub glyphs: Glyphs,
}

impl Looks {
    /// What this process's terminal can show, as its environment tells.
    pub fn of_terminal(has_color: bool) -> Looks {
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        let term = variable("TERM");
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable);
        let locale = locale.iter().find(|value| !value.is_empty());
        Looks {
            has_color,
            has_many: term.contains("256color") || !variable("COLORTERM").is_empty(),
            background: background::of_environment(&variable("COLORFGBG")),
            // The console of Linux shows what it does not understand.
            can_be_asked: term != "linux",
            glyphs: Glyphs::of_terminal(locale.map_or("", String::as_str), &term),
        }
    }
}

impl Setup {
    /// What is usual on this process's terminal.
    pub fn of_terminal(has_color: bool) -> Setup {
        Setup {
            looks: Looks::of_terminal(has_color),
            ..Setup::default()
        }
    }

    /// The same as the user's settings have it; `file` is what they are called.
    pub fn with(self, settings: Settings, file: &str) -> Setup {
        let Options {
            rate,
            highlight_frames,
            has_mouse,
            shows_hex,
            quick_write,
        } = self.options;
        let told = |mistake: &Mistake| match mistake.line {
            0 => format!("{file}: {mistake}"),
            _ => format!("{file}:{mistake}"),
        };
        Setup {
            options: Options {
                rate: settings.rate.unwrap_or(rate),
                highlight_frames: settings.highlight_frames.unwrap_or(highlight_frames),
                has_mouse: settings.has_mouse.unwrap_or(has_mouse),
                shows_hex,
                quick_write: settings.quick_write.unwrap_or(quick_write),
            },
            type_name: self.type_name,
            theme: settings.theme.unwrap_or(self.theme),
            colors: settings.colors,
            keymap: settings.keymap,
            mistakes: settings.mistakes.iter().map(told).collect(),
            looks: self.looks,
        }
    }

    /// The colours on a background.
    pub(crate) fn palette(&self, background: Background) -> Palette {
        let looks = self.looks;
        let theme = match (self.theme, looks.has_color) {
            (ThemeChoice::Mono, _) | (ThemeChoice::Auto, false) => Theme::Mono,
            (ThemeChoice::On(background), _) => Theme::on(background, looks.has_many),
            (ThemeChoice::Auto, true) => Theme::on(background, looks.has_many),
        };
        Palette {
            theme,
            own: self.colors,
        }
    }

    /// Whether the terminal is to be asked what is drawn on.
    pub(crate) fn asks(&self) -> bool {
        self.theme == ThemeChoice::Auto && self.looks.has_color && self.looks.can_be_asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_on_decides_unless_it_is_chosen() {
        let mut setup = Setup::default();
        setup.looks.has_many = true;
        let theme = |setup: &Setup| setup.palette(Background::Light).theme;
        assert_eq!(theme(&setup), Theme::Mono, "NO_COLOR");
        setup.looks.has_color = true;
        assert_eq!(theme(&setup), Theme::Light);
        setup.theme = ThemeChoice::On(Background::Dark);
        assert_eq!(theme(&setup), Theme::Dark);
        assert!(!setup.asks(), "the answer would change nothing");
        setup.looks.has_many = false;
        assert_eq!(theme(&setup), Theme::Sixteen);
    }
}
