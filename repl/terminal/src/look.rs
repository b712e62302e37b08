//! How text may look on an output: in colour or not, and how wide.

use std::io::IsTerminal;

use nu_ansi_term::{Color, Style};
use terminal_size::{Height, Width, terminal_size_of};

/// Columns of a terminal that does not say how many it has.
const USUAL_WIDTH: u16 = 80;

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set or the terminal is a simple one.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// What an output can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether escape sequences for colour are wanted.
    pub color: bool,
    /// Columns of the terminal; `None` when the output is none, and lines may be of any length.
    pub width: Option<u16>,
}

impl Look {
    /// Text of any width without colour: what a file or a pipe gets.
    pub const PLAIN: Look = Look {
        color: false,
        width: None,
    };

    /// The look of this process's standard output at this moment.
    pub fn of_stdout(choice: ColorChoice) -> Look {
        let terminal = std::io::stdout().is_terminal();
        Look {
            color: choice.allows(terminal),
            // One that does not say how wide it is, is a terminal all the same.
            width: terminal.then(|| terminal_width().unwrap_or(USUAL_WIDTH)),
        }
    }

    /// The same look at the width that the terminal has now.
    pub fn refitted(self) -> Look {
        let width = self
            .width
            .and_then(|before| terminal_width().or(Some(before)));
        Look { width, ..self }
    }

    /// The look of this process's standard error at this moment.
    pub fn of_stderr(choice: ColorChoice) -> Look {
        Look {
            color: choice.allows(std::io::stderr().is_terminal()),
            width: None,
        }
    }

    /// `text` in `style`, or as it is when there is no colour here.
    pub fn paint(self, style: Style, text: &str) -> String {
        if self.color && !text.is_empty() {
            style.paint(text).to_string()
        } else {
            text.to_owned()
        }
    }
}

impl ColorChoice {
    /// Whether an output that is a terminal, or not one, gets colour.
    pub fn allows(self, terminal: bool) -> bool {
        match self {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !is_set("NO_COLOR") && simple_terminal().is_none(),
        }
    }
}

/// For what stands between the user's own data: rules, indexes, hints.
pub fn faint() -> Style {
    Style::new().dimmed()
}

/// For what a result is about; the one colour that is no warning.
pub fn accent() -> Style {
    Color::Cyan.bold()
}

/// For headings and names.
pub fn strong() -> Style {
    Style::new().bold()
}

/// For what went wrong.
pub fn alarm() -> Style {
    Color::Red.bold()
}

/// For what deserves a second look.
pub fn caution() -> Style {
    Color::Yellow.normal()
}

/// <https://no-color.org>: set and not empty, whatever the value.
fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// Terminals that only write one line below the other, as the line editor knows them.
const SIMPLE: [&str; 3] = ["dumb", "cons25", "emacs"];

/// The kind of the terminal (`$TERM`), if it is one that cannot move its cursor.
pub fn simple_terminal() -> Option<String> {
    let term = std::env::var("TERM").ok()?;
    let is_simple = SIMPLE.iter().any(|name| name.eq_ignore_ascii_case(&term));
    is_simple.then_some(term)
}

/// Columns and rows of the terminal on standard output; `None` if it is none, or does not know.
pub fn terminal_size() -> Option<(u16, u16)> {
    let (Width(columns), Height(rows)) = terminal_size_of(std::io::stdout())?;
    (columns > 0 && rows > 0).then_some((columns, rows))
}

/// Rows of the terminal on standard output.
pub fn terminal_height() -> Option<u16> {
    let (_, Height(rows)) = terminal_size_of(std::io::stdout())?;
    Some(rows)
}

/// Columns of the terminal on standard output; a width of 0 is what some serial lines report.
pub fn terminal_width() -> Option<u16> {
    let (Width(columns), _) = terminal_size_of(std::io::stdout())?;
    Some(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_made_by_the_user_beats_what_the_output_is() {
        assert!(ColorChoice::Always.allows(false));
        assert!(!ColorChoice::Never.allows(true));
        assert!(!ColorChoice::Auto.allows(false));
    }

    #[test]
    fn plain_text_carries_no_escape() {
        assert_eq!(Look::PLAIN.paint(alarm(), "x"), "x");
        let colored = Look {
            color: true,
            width: None,
        };
        assert!(colored.paint(alarm(), "x").contains('\u{1b}'));
    }
}
