//! What a user's settings file says: keys, colours, and how the view begins.
//!
//! A file with mistakes in it is taken as far as it goes: each mistake is told with its place, and what it is about
//! stays as it usually is.

mod example;
mod keys;
mod read;

use std::fmt;

use crate::keymap::Keymap;
use crate::quick::QuickWrite;
use crate::rate::Rate;
use crate::theme::{Background, Colors};

pub use example::EXAMPLE;

/// What a user's settings file says; nothing where it says nothing.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Frames a second.
    pub rate: Option<Rate>,
    /// Which colours the view has.
    pub theme: Option<ThemeChoice>,
    /// Whether the mouse is the view's.
    pub has_mouse: Option<bool>,
    /// For how many frames a change is marked.
    pub highlight_frames: Option<u32>,
    /// What keys do that write without a dialog.
    pub quick_write: Option<QuickWrite>,
    /// Own colours.
    pub colors: Colors,
    /// Which key asks for what.
    pub keymap: Keymap,
    /// What is wrong with the file.
    pub mistakes: Vec<Mistake>,
}

/// Which colours the view has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// Those of the terminal's background; none where `NO_COLOR` is set.
    #[default]
    Auto,
    /// Those of this background.
    On(Background),
    /// None.
    Mono,
}

/// Something that is wrong with a settings file, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Its line, from 1 on; 0 if it is about the file as a whole.
    pub line: usize,
    /// Its column, in characters from 1 on.
    pub column: usize,
    /// What is wrong, and what to do.
    pub text: String,
}

impl Settings {
    /// Reads the text of a settings file.
    ///
    /// ```
    /// use memglass_view::Settings;
    ///
    /// let settings = Settings::parse("rate = 30\n[keys]\nquit = \"Q\"\nedt = \"E\"\n");
    /// assert_eq!(settings.rate.map(|rate| rate.hertz()), Some(30.0));
    /// assert_eq!(
    ///     settings.mistakes[0].to_string(),
    ///     "4:1: there is no action \"edt\"; did you mean \"edit\"?"
    /// );
    /// ```
    pub fn parse(text: &str) -> Settings {
        read::settings(text)
    }

    /// What is usual, because of something that is wrong with the file as a whole.
    pub fn without_file(text: String) -> Settings {
        let mistake = Mistake {
            line: 0,
            column: 0,
            text,
        };
        Settings {
            mistakes: vec![mistake],
            ..Settings::default()
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => out.write_str(&self.text),
            line => write!(out, "{line}:{}: {}", self.column, self.text),
        }
    }
}
