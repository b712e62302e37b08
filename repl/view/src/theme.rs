//! What a text is for, and how that looks: colours by terminal, and shapes where there are none.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of text is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// The user's data.
    #[default]
    Text,
    /// The name of what everything is about.
    Strong,
    /// What stands beside the data: types, units, notes.
    Dim,
    /// Lines between panels.
    Rule,
    /// The focus, and what was news a moment ago.
    Accent,
    /// Keys, and what is news now.
    News,
    /// Look at this.
    Amber,
    /// Refused, lost.
    Red,
}

/// A role, and whether the row is selected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ink {
    pub(crate) role: Role,
    pub(crate) is_selected: bool,
}

impl From<Role> for Ink {
    fn from(role: Role) -> Self {
        Ink {
            role,
            is_selected: false,
        }
    }
}

/// What the terminal draws on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Background {
    /// Light text on it.
    #[default]
    Dark,
    /// Dark text on it.
    Light,
}

/// Colours of the user's own; nothing where the theme's are good enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Colors {
    accent: Option<Color>,
    dim: Option<Color>,
    rule: Option<Color>,
    amber: Option<Color>,
    red: Option<Color>,
    selected: Option<Color>,
}

impl Colors {
    /// What has a colour.
    pub(crate) const NAMES: [&str; 6] = ["accent", "dim", "rule", "amber", "red", "selected"];

    /// The colour of this name.
    pub(crate) fn named(&mut self, name: &str) -> Option<&mut Option<Color>> {
        Some(match name {
            "accent" => &mut self.accent,
            "dim" => &mut self.dim,
            "rule" => &mut self.rule,
            "amber" => &mut self.amber,
            "red" => &mut self.red,
            "selected" => &mut self.selected,
            _ => return None,
        })
    }

    fn of(&self, role: Role) -> Option<Color> {
        match role {
            Role::Text | Role::Strong => None,
            Role::Dim => self.dim,
            Role::Rule => self.rule,
            Role::Accent | Role::News => self.accent,
            Role::Amber => self.amber,
            Role::Red => self.red,
        }
    }
}

/// The colours that everything is drawn with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Palette {
    pub(crate) theme: Theme,
    pub(crate) own: Colors,
}

impl Palette {
    /// The style of an ink. Without colours there are none of the user's either.
    pub(crate) fn style(&self, ink: Ink) -> Style {
        let style = self.theme.style(ink);
        if self.theme == Theme::Mono {
            return style;
        }
        let role = match (ink.role, ink.is_selected) {
            (Role::Dim, true) => Role::Text,
            (role, _) => role,
        };
        let style = match self.own.of(role) {
            Some(color) => style.fg(color).remove_modifier(Modifier::DIM),
            None => style,
        };
        match self.own.selected.filter(|_| ink.is_selected) {
            Some(color) => style.bg(color).remove_modifier(Modifier::REVERSED),
            None => style,
        }
    }
}

/// The colours of the view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// 256 colours on a dark background.
    #[default]
    Dark,
    /// 256 colours on a light background.
    Light,
    /// The sixteen that every terminal has, on a dark background.
    Sixteen,
    /// The sixteen on a light background.
    SixteenLight,
    /// None: bold, faint and reverse.
    Mono,
}

impl Theme {
    /// The theme of a background, on a terminal with 256 colours or with sixteen.
    pub(crate) fn on(background: Background, has_many: bool) -> Theme {
        match (background, has_many) {
            (Background::Dark, true) => Theme::Dark,
            (Background::Light, true) => Theme::Light,
            (Background::Dark, false) => Theme::Sixteen,
            (Background::Light, false) => Theme::SixteenLight,
        }
    }

    /// The style of an ink. Never colour 8, which some palettes have as the background, and no painted background but
    /// for the selected row.
    pub(crate) fn style(self, ink: Ink) -> Style {
        let role = match (ink.role, ink.is_selected) {
            (Role::Dim, true) => Role::Text,
            (role, _) => role,
        };
        let style = self.of_role(role);
        match (ink.is_selected, self) {
            (false, _) => style,
            (true, Theme::Dark) => style.bg(Color::Indexed(236)),
            (true, Theme::Light) => style.bg(Color::Indexed(254)),
            (true, _) => style.add_modifier(Modifier::REVERSED),
        }
    }

    fn of_role(self, role: Role) -> Style {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        match role {
            Role::Text => plain,
            Role::Strong => bold,
            Role::Dim => self.dim(246, 241),
            Role::Rule => self.dim(243, 245),
            Role::Accent => self.color(plain, [80, 24], [Color::Cyan, Color::Blue], Modifier::BOLD),
            Role::News => self.color(bold, [80, 24], [Color::Cyan, Color::Blue], Modifier::BOLD),
            Role::Amber => {
                let sixteen = [Color::Yellow, Color::Yellow];
                self.color(plain, [179, 94], sixteen, Modifier::BOLD)
            }
            Role::Red => {
                let base = match self {
                    Theme::Dark | Theme::Light => plain,
                    _ => bold,
                };
                self.color(
                    base,
                    [210, 124],
                    [Color::Red, Color::Red],
                    Modifier::REVERSED,
                )
            }
        }
    }

    fn dim(self, dark: u8, light: u8) -> Style {
        match self {
            Theme::Dark => Style::new().fg(Color::Indexed(dark)),
            Theme::Light => Style::new().fg(Color::Indexed(light)),
            _ => Style::new().add_modifier(Modifier::DIM),
        }
    }

    fn color(self, base: Style, many: [u8; 2], few: [Color; 2], mono: Modifier) -> Style {
        match self {
            Theme::Dark => base.fg(Color::Indexed(many[0])),
            Theme::Light => base.fg(Color::Indexed(many[1])),
            Theme::Sixteen => base.fg(few[0]),
            Theme::SixteenLight => base.fg(few[1]),
            Theme::Mono => base.add_modifier(mono),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEMES: [Theme; 5] = [
        Theme::Dark,
        Theme::Light,
        Theme::Sixteen,
        Theme::SixteenLight,
        Theme::Mono,
    ];

    #[test]
    fn only_a_selected_row_has_a_background() {
        let roles = [
            Role::Text,
            Role::Strong,
            Role::Dim,
            Role::Rule,
            Role::Accent,
            Role::News,
        ];
        for theme in THEMES {
            for role in roles {
                assert_eq!(theme.style(role.into()).bg, None);
            }
        }
    }

    #[test]
    fn dim_text_of_a_selected_row_is_plain() {
        let ink = |role| Ink {
            role,
            is_selected: true,
        };
        for theme in THEMES {
            assert_eq!(theme.style(ink(Role::Dim)), theme.style(ink(Role::Text)));
        }
    }

    #[test]
    fn without_colours_there_is_none() {
        for role in [Role::Dim, Role::Accent, Role::Amber, Role::Red] {
            assert_eq!(Theme::Mono.style(role.into()).fg, None);
        }
    }

    #[test]
    fn own_colours_stand_in_for_those_of_the_theme() {
        let mut own = Colors::default();
        *own.named("dim").expect("a name") = Some(Color::Indexed(200));
        *own.named("selected").expect("a name") = Some(Color::Blue);
        let style =
            |theme, role, is_selected| Palette { theme, own }.style(Ink { role, is_selected });
        for theme in THEMES.into_iter().filter(|theme| *theme != Theme::Mono) {
            let dim = style(theme, Role::Dim, false);
            assert_eq!(dim.fg, Some(Color::Indexed(200)));
            assert_eq!(
                style(theme, Role::Accent, false),
                theme.style(Role::Accent.into())
            );
            let selected = style(theme, Role::Text, true);
            assert_eq!(selected.bg, Some(Color::Blue));
            assert!(!selected.add_modifier.contains(Modifier::REVERSED));
        }
        assert_eq!(style(Theme::Mono, Role::Dim, false).fg, None);
    }
}
