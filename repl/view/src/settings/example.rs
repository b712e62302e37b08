//! A settings file to begin with.

/// A settings file with everything in it as it usually is, each entry commented out.
pub const EXAMPLE: &str = include_str!("example.toml");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{Settings, ThemeChoice};
    use super::*;
    use crate::app::Options;
    use crate::keys::BINDINGS;

    /// The example as it is if every entry is made to count.
    fn uncommented() -> String {
        let entry = |line: &'static str| {
            let entry = line.strip_prefix("# ")?;
            let name: String = entry
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect();
            let is_entry = !name.is_empty() && entry[name.len()..].trim_start().starts_with("= ");
            is_entry.then_some(entry)
        };
        let lines = EXAMPLE.lines().map(|line| entry(line).unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_example_changes_nothing_as_it_is() {
        let settings = Settings::parse(EXAMPLE);
        assert!(settings.mistakes.is_empty(), "{:?}", settings.mistakes);
        assert_eq!(settings.rate, None);
    }

    #[test]
    fn the_settings_in_the_page_have_no_mistakes() {
        let page = include_str!("../../../../docs/view.md");
        let (_, rest) = page.split_once("```toml\n").expect("settings");
        let (text, _) = rest.split_once("```").expect("their end");
        let settings = Settings::parse(text);
        assert!(settings.mistakes.is_empty(), "{:?}", settings.mistakes);
        assert_eq!(settings.has_mouse, Some(false));
    }

    #[test]
    fn every_entry_of_the_example_is_what_is_usual() {
        let settings = Settings::parse(&uncommented());
        assert!(settings.mistakes.is_empty(), "{:?}", settings.mistakes);
        let usual = Options::default();
        assert_eq!(settings.rate, Some(usual.rate));
        assert_eq!(settings.highlight_frames, Some(usual.highlight_frames));
        assert_eq!(settings.has_mouse, Some(usual.has_mouse));
        assert_eq!(settings.quick_write, Some(usual.quick_write));
        assert_eq!(settings.theme, Some(ThemeChoice::Auto));
        let rows = |settings: &Settings| -> BTreeSet<String> {
            let rows = settings.keymap.rows();
            rows.map(|(keys, binding)| format!("{} {keys}", binding.command.name()))
                .collect()
        };
        for binding in BINDINGS.iter().filter(|binding| binding.command.is_free()) {
            let name = binding.command.name();
            let line = EXAMPLE
                .lines()
                .find(|line| line.starts_with(&format!("# {name} = ")));
            assert!(line.is_some(), "no {name} in the example");
        }
        assert_eq!(rows(&settings), rows(&Settings::default()));
    }
}
