//! The characters that the view is drawn with, on terminals that have them and on those that have not.

/// Which characters the terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// All that the view uses.
    #[default]
    Full,
    /// Those of the Linux console: no heavy lines.
    Console,
    /// ASCII alone.
    Ascii,
}

impl Glyphs {
    /// Those of a terminal with this locale (`LC_ALL`, `LC_CTYPE` or `LANG`) and kind (`TERM`).
    pub fn of_terminal(locale: &str, kind: &str) -> Self {
        let locale = locale.to_ascii_lowercase();
        match (locale.contains("utf-8") || locale.contains("utf8"), kind) {
            (false, _) => Glyphs::Ascii,
            (true, "linux") => Glyphs::Console,
            (true, _) => Glyphs::Full,
        }
    }

    pub(crate) fn of(self, c: char) -> char {
        match (self, c) {
            (Glyphs::Full, c) => c,
            (_, c) if c.is_ascii() => c,
            (Glyphs::Console, c) => in_console(c),
            (Glyphs::Ascii, c) => in_ascii(c),
        }
    }
}

fn in_console(c: char) -> char {
    match c {
        '━' | '╍' => '═',
        '┃' => '║',
        '╌' => '─',
        '┮' | '┭' | '┯' => '┬',
        '┽' | '┾' | '┿' => '┼',
        '┵' | '┶' | '┷' => '┴',
        '▌' | '▍' => '>',
        '▾' => '-',
        '▸' => '+',
        c => c,
    }
}

fn in_ascii(c: char) -> char {
    match c {
        '━' | '╍' => '=',
        '─' | '╌' => '-',
        '│' | '┃' | '▏' => '|',
        '▌' | '▷' => '>',
        '◁' => '<',
        '▸' => '+',
        '▾' => '-',
        '┬' | '┮' | '┭' | '┯' | '┼' | '┽' | '┾' | '┿' | '┴' | '┵' | '┶' | '┷' | '┌' | '┐' | '└'
        | '┘' => '+',
        '•' | '●' => '*',
        '×' => 'x',
        '◆' => 'o',
        '✗' => '!',
        '→' => '>',
        '▲' | '↑' => '^',
        '▼' | '↓' => 'v',
        '…' | '·' => '.',
        '░' => '.',
        '–' => '-',
        '‖' => '|',
        '↵' => '\\',
        '█'..='▏' | '▁'..='▇' => '#',
        c if is_symbol(c) => '?',
        c => c,
    }
}

/// Whether it is one of the view's own characters and not a letter of the user's.
fn is_symbol(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_without_unicode_gets_ascii() {
        assert_eq!(Glyphs::of_terminal("C", "xterm"), Glyphs::Ascii);
        assert_eq!(Glyphs::of_terminal("en_GB.UTF-8", "xterm"), Glyphs::Full);
        assert_eq!(Glyphs::of_terminal("C.utf8", "linux"), Glyphs::Console);
        for c in "━─│▌×•→…█▁┮✗↻‖◁▷■●▲▾↵·".chars() {
            assert!(Glyphs::Ascii.of(c).is_ascii(), "{c}");
        }
        assert_eq!(Glyphs::Ascii.of('é'), 'é');
    }
}
