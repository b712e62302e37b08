//! What keys do: one table, from which the keys themselves, the key bar and the help are made.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::host::Play;

/// A panel that keys go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// The object browser.
    #[default]
    Objects,
    /// The field inspector.
    Fields,
    /// What is watched.
    Watch,
    /// What happened.
    Log,
    /// The memory of the session.
    Memory,
}

impl Place {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Place; 5] = [
        Place::Objects,
        Place::Fields,
        Place::Watch,
        Place::Log,
        Place::Memory,
    ];

    /// What it is called on the screen.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Place::Objects => "Objects",
            Place::Fields => "Fields",
            Place::Watch => "Watch",
            Place::Log => "Log",
            Place::Memory => "Memory",
        }
    }
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Up,
    Down,
    First,
    Last,
    HalfUp,
    HalfDown,
    PageUp,
    PageDown,
    Left,
    Right,
    NextPanel,
    PreviousPanel,
    Panel(Place),
    Enter,
    Faster,
    Slower,
    Pause,
    Play(Play),
    Read,
    Reattach,
    Redraw,
    Suspend,
    Edit,
    Undo,
    Toggle,
    More,
    Less,
    CopyPath,
    CopyValue,
    Watch,
    WatchExpression,
    Search,
    Where,
    Columns,
    Types,
    Band,
    Mouse,
    Hex,
    Zoom,
    Help,
    Earlier,
    Later,
    Line,
    HexIntegers,
    Escape,
    Interrupt,
    Quit,
}

impl Command {
    /// What it is called in the settings.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Command::Up => "up",
            Command::Down => "down",
            Command::First => "first",
            Command::Last => "last",
            Command::HalfUp => "half_up",
            Command::HalfDown => "half_down",
            Command::PageUp => "page_up",
            Command::PageDown => "page_down",
            Command::Left => "left",
            Command::Right => "right",
            Command::NextPanel => "next_panel",
            Command::PreviousPanel => "previous_panel",
            Command::Panel(place) => match place {
                Place::Objects => "objects",
                Place::Fields => "fields",
                Place::Watch => "watches",
                Place::Log => "log",
                Place::Memory => "memory",
            },
            Command::Enter => "enter",
            Command::Faster => "faster",
            Command::Slower => "slower",
            Command::Pause => "pause",
            Command::Play(order) => match order {
                Play::Turn => "play",
                Play::Back => "seek_back",
                Play::Forward => "seek_forward",
                Play::Step => "step",
                Play::Slower => "play_slower",
                Play::Faster => "play_faster",
            },
            Command::Read => "read",
            Command::Reattach => "reattach",
            Command::Redraw => "redraw",
            Command::Suspend => "suspend",
            Command::Edit => "edit",
            Command::Undo => "undo",
            Command::Toggle => "toggle",
            Command::More => "step_up",
            Command::Less => "step_down",
            Command::CopyPath => "copy_path",
            Command::CopyValue => "copy_value",
            Command::Watch => "watch",
            Command::WatchExpression => "watch_expression",
            Command::Search => "search",
            Command::Types => "types",
            Command::Where => "where",
            Command::Columns => "columns",
            Command::Band => "band",
            Command::Mouse => "mouse",
            Command::Hex => "hex",
            Command::Zoom => "zoom",
            Command::Earlier => "earlier",
            Command::Later => "later",
            Command::Line => "line",
            Command::Help => "help",
            Command::HexIntegers => "hex_integers",
            Command::Escape => "close",
            Command::Interrupt => "interrupt",
            Command::Quit => "quit",
        }
    }

    /// What somebody may look for in the help who wants it, besides its name and what it does.
    pub(crate) fn sought_as(self) -> &'static str {
        match self {
            Command::Enter => "expand collapse show hide",
            Command::Faster | Command::Slower => "speed refresh",
            Command::Read | Command::Redraw => "refresh reload",
            Command::Reattach => "reconnect",
            Command::Edit => "change set value number text flag bit",
            Command::Toggle => "flip true false switch",
            Command::Watch => "graph history pin delete remove",
            Command::WatchExpression => "graph history add formula",
            Command::Search => "find label name",
            Command::Where | Command::Types => "find hide only",
            Command::Columns => "add hide remove order reverse descending ascending color",
            Command::Hex => "binary raw",
            Command::Zoom => "full maximize",
            Command::Band => "hide panel",
            Command::Earlier | Command::Later => "history past time back",
            Command::Line => "run command script save export",
            Command::Pause => "freeze still",
            Command::Undo => "revert back",
            Command::Quit => "exit close",
            _ => "",
        }
    }

    /// Whether its keys can be others: the way out is always where it was.
    pub(crate) fn is_free(self) -> bool {
        !matches!(self, Command::Escape | Command::Interrupt)
    }

    /// Whether the key bar of a panel has it, if it has it at all: what is about the list stands below the list.
    pub(crate) fn is_offered_in(self, place: Place) -> bool {
        match self {
            Command::Where | Command::Types | Command::Columns => place == Place::Objects,
            Command::Undo => place != Place::Objects,
            _ => true,
        }
    }

    /// Whether it goes to another row or panel.
    pub(crate) fn moves(self) -> bool {
        matches!(
            self,
            Command::Up
                | Command::Down
                | Command::First
                | Command::Last
                | Command::HalfUp
                | Command::HalfDown
                | Command::PageUp
                | Command::PageDown
                | Command::Left
                | Command::Right
                | Command::NextPanel
                | Command::PreviousPanel
                | Command::Panel(_)
        )
    }

    /// Whether it is about the selected field, in the panel of fields.
    pub(crate) fn is_about_field(self) -> bool {
        matches!(
            self,
            Command::Enter
                | Command::Edit
                | Command::More
                | Command::Less
                | Command::Toggle
                | Command::Watch
                | Command::CopyPath
                | Command::CopyValue
        )
    }

    /// Whether it moves a replay.
    pub(crate) fn moves_replay(self) -> bool {
        matches!(self, Command::Play(_))
    }

    /// Whether it writes into the session.
    pub(crate) fn writes(self) -> bool {
        matches!(
            self,
            Command::Edit | Command::More | Command::Less | Command::Toggle | Command::Undo
        )
    }
}

/// Keys, and what they do where.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) command: Command,
    /// Their names, as `name` gives them.
    pub(crate) keys: &'static [&'static str],
    /// What they do, for the help.
    pub(crate) does: &'static str,
    /// Where; everywhere if nowhere.
    pub(crate) places: &'static [Place],
    /// The keys and a word in the key bar.
    pub(crate) bar: [&'static str; 2],
}

const fn everywhere(
    command: Command,
    keys: &'static [&'static str],
    does: &'static str,
    bar: [&'static str; 2],
) -> Binding {
    Binding {
        command,
        keys,
        does,
        places: &[],
        bar,
    }
}

const fn in_fields(
    command: Command,
    keys: &'static [&'static str],
    does: &'static str,
    bar: [&'static str; 2],
) -> Binding {
    Binding {
        command,
        keys,
        does,
        places: &[Place::Fields],
        bar,
    }
}

const NO_BAR: [&str; 2] = ["", ""];

/// All keys.
pub(crate) const BINDINGS: &[Binding] = &[
    everywhere(Command::Up, &["Up", "k"], "a row up", NO_BAR),
    everywhere(Command::Down, &["Down", "j"], "a row down", NO_BAR),
    everywhere(Command::First, &["g", "Home"], "the first row", NO_BAR),
    everywhere(Command::Last, &["G", "End"], "the last row", NO_BAR),
    everywhere(Command::HalfUp, &["^U"], "half a screen up", NO_BAR),
    everywhere(Command::HalfDown, &["^D"], "half a screen down", NO_BAR),
    everywhere(Command::PageUp, &["PgUp"], "a screen up", NO_BAR),
    everywhere(Command::PageDown, &["PgDn"], "a screen down", NO_BAR),
    everywhere(Command::Left, &["Left"], "the panel to the left", NO_BAR),
    Binding {
        command: Command::Left,
        keys: &["h"],
        does: "the panel to the left",
        places: &[Place::Fields, Place::Watch, Place::Log, Place::Memory],
        bar: NO_BAR,
    },
    Binding {
        command: Command::Hex,
        keys: &["h"],
        does: "hex: the bytes, or the fields",
        places: &[Place::Objects],
        bar: NO_BAR,
    },
    everywhere(
        Command::Right,
        &["Right", "l"],
        "the panel to the right",
        NO_BAR,
    ),
    everywhere(Command::NextPanel, &["Tab"], "the next panel", NO_BAR),
    everywhere(
        Command::PreviousPanel,
        &["S-Tab"],
        "the panel before",
        NO_BAR,
    ),
    everywhere(
        Command::Panel(Place::Objects),
        &["1"],
        "the objects",
        NO_BAR,
    ),
    everywhere(Command::Panel(Place::Fields), &["2"], "the fields", NO_BAR),
    everywhere(
        Command::Panel(Place::Watch),
        &["3"],
        "what is watched",
        NO_BAR,
    ),
    everywhere(Command::Panel(Place::Log), &["4"], "the log", NO_BAR),
    everywhere(Command::Panel(Place::Memory), &["5"], "the memory", NO_BAR),
    Binding {
        command: Command::Enter,
        keys: &["Enter"],
        does: "the fields of the object",
        places: &[Place::Objects],
        bar: ["Enter", "fields"],
    },
    Binding {
        command: Command::Enter,
        keys: &["Enter"],
        does: "open, close; else edit",
        places: &[Place::Fields],
        bar: ["Enter", "open"],
    },
    in_fields(
        Command::Edit,
        &["e"],
        "edit: write another value",
        ["e", "edit"],
    ),
    in_fields(Command::More, &["+", "="], "a step up", ["+ -", "step"]),
    in_fields(Command::Less, &["-"], "a step down", NO_BAR),
    in_fields(
        Command::Toggle,
        &["Space"],
        "the other bool, the next enum",
        ["Space", "toggle"],
    ),
    in_fields(
        Command::Watch,
        &["w"],
        "watch it, or no longer",
        ["w", "watch"],
    ),
    in_fields(Command::CopyPath, &["y"], "copy the path", ["y", "copy"]),
    in_fields(Command::CopyValue, &["Y"], "copy the value", NO_BAR),
    Binding {
        command: Command::Enter,
        keys: &["Enter"],
        does: "history: the values that it had",
        places: &[Place::Watch],
        bar: ["Enter", "history"],
    },
    Binding {
        command: Command::Watch,
        keys: &["w"],
        does: "watch it no longer",
        places: &[Place::Watch],
        bar: ["w", "unwatch"],
    },
    Binding {
        command: Command::Faster,
        keys: &["+"],
        does: "rate: more frames a second",
        places: &[Place::Objects, Place::Log, Place::Memory],
        bar: NO_BAR,
    },
    Binding {
        command: Command::Slower,
        keys: &["-"],
        does: "rate: fewer frames a second",
        places: &[Place::Objects, Place::Log, Place::Memory],
        bar: NO_BAR,
    },
    Binding {
        command: Command::Play(Play::Turn),
        keys: &["Space"],
        does: "play a replay, and stand still",
        places: &[Place::Objects, Place::Watch, Place::Log, Place::Memory],
        bar: ["Space", "play"],
    },
    everywhere(
        Command::Play(Play::Step),
        &["."],
        "a replay: the next change",
        [".", "step"],
    ),
    everywhere(
        Command::Play(Play::Back),
        &["("],
        "a replay: 5 s back",
        ["(", "back"],
    ),
    everywhere(
        Command::Play(Play::Forward),
        &[")"],
        "a replay: 5 s forward",
        [")", "forward"],
    ),
    everywhere(
        Command::Play(Play::Slower),
        &["{"],
        "a replay: half as fast",
        NO_BAR,
    ),
    everywhere(
        Command::Play(Play::Faster),
        &["}"],
        "a replay: twice as fast",
        NO_BAR,
    ),
    everywhere(Command::Undo, &["u"], "undo the last write", ["u", "undo"]),
    everywhere(
        Command::Search,
        &["/"],
        "search labels, as you type",
        ["/", "search"],
    ),
    everywhere(
        Command::Where,
        &["F"],
        "filter: objects by a condition",
        ["F", "where"],
    ),
    everywhere(
        Command::Types,
        &["f", "t"],
        "filter: objects of one type",
        ["f", "type"],
    ),
    everywhere(
        Command::Columns,
        &["o"],
        "sort; show and pin columns",
        ["o", "sort"],
    ),
    everywhere(
        Command::WatchExpression,
        &["W"],
        "watch an expression",
        NO_BAR,
    ),
    everywhere(
        Command::Hex,
        &["x"],
        "hex: the bytes, or the fields",
        ["x", "hex"],
    ),
    everywhere(
        Command::Line,
        &[":"],
        "a line of Rhai, or :save, :help …",
        [":", "line"],
    ),
    everywhere(Command::Pause, &["p"], "pause, and go on", ["p", "pause"]),
    everywhere(
        Command::Faster,
        &[">"],
        "rate: more frames a second",
        NO_BAR,
    ),
    everywhere(
        Command::Slower,
        &["<"],
        "rate: fewer frames a second",
        NO_BAR,
    ),
    everywhere(Command::Read, &["r"], "read now", NO_BAR),
    everywhere(
        Command::Reattach,
        &["R"],
        "attach anew, after a restart",
        NO_BAR,
    ),
    everywhere(Command::Band, &["m"], "watch, log, memory or none", NO_BAR),
    everywhere(
        Command::Mouse,
        &["M"],
        "the mouse: the view's, or not",
        NO_BAR,
    ),
    everywhere(
        Command::Earlier,
        &["["],
        "what is watched, a change earlier",
        NO_BAR,
    ),
    everywhere(Command::Later, &["]"], "a change later, and to now", NO_BAR),
    everywhere(Command::Zoom, &["z"], "one panel, or all", ["z", "zoom"]),
    everywhere(
        Command::HexIntegers,
        &["X"],
        "the fields' integers in hex",
        NO_BAR,
    ),
    everywhere(Command::Redraw, &["^L"], "draw the screen anew", NO_BAR),
    everywhere(
        Command::Suspend,
        &["^Z"],
        "stop; the shell's fg comes back",
        NO_BAR,
    ),
    everywhere(
        Command::Escape,
        &["Esc"],
        "close what is open; never quits",
        NO_BAR,
    ),
    everywhere(
        Command::Interrupt,
        &["^C"],
        "close what is open, or quit",
        NO_BAR,
    ),
    everywhere(Command::Help, &["?"], "this help", ["?", "help"]),
    everywhere(Command::Quit, &["q"], "quit: leave the view", ["q", "quit"]),
];

/// A key's name as it is shown.
pub(crate) fn shown_name(name: &str) -> &str {
    match name {
        "Up" => "↑",
        "Down" => "↓",
        "Left" => "←",
        "Right" => "→",
        name => name,
    }
}

/// The key that was pressed right behind Esc: some terminals send the two as one with Alt, which no binding has.
pub(crate) fn behind_escape(key: KeyEvent) -> Option<KeyEvent> {
    let is_one = key.modifiers.contains(KeyModifiers::ALT) && matches!(key.code, KeyCode::Char(_));
    is_one.then(|| KeyEvent {
        modifiers: key.modifiers - KeyModifiers::ALT,
        ..key
    })
}

/// A key's name in the table: `a`, `^A`, `Enter`, `S-Tab`. Nothing of keys that no binding can have.
pub(crate) fn name(key: KeyEvent) -> Option<String> {
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    if key.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    Some(match key.code {
        KeyCode::Char(' ') => "Space".into(),
        KeyCode::Char(c) if is_control => format!("^{}", c.to_ascii_uppercase()),
        KeyCode::Char(c) => c.to_string(),
        KeyCode::Enter => "Enter".into(),
        KeyCode::Esc => "Esc".into(),
        KeyCode::Tab => "Tab".into(),
        KeyCode::BackTab => "S-Tab".into(),
        KeyCode::Up => "Up".into(),
        KeyCode::Down => "Down".into(),
        KeyCode::Left => "Left".into(),
        KeyCode::Right => "Right".into(),
        KeyCode::Home => "Home".into(),
        KeyCode::End => "End".into(),
        KeyCode::PageUp => "PgUp".into(),
        KeyCode::PageDown => "PgDn".into(),
        KeyCode::Backspace => "Backspace".into(),
        KeyCode::Delete => "Delete".into(),
        KeyCode::Insert => "Insert".into(),
        KeyCode::F(number) => format!("F{number}"),
        _ => return None,
    })
}

/// The key of a name in the table.
pub(crate) fn named(name: &str) -> Option<KeyEvent> {
    let code = match name {
        "Space" => KeyCode::Char(' '),
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "S-Tab" => KeyCode::BackTab,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "Backspace" => KeyCode::Backspace,
        "Delete" => KeyCode::Delete,
        "Insert" => KeyCode::Insert,
        name => match function(name) {
            Some(number) => KeyCode::F(number),
            None => return character(name),
        },
    };
    Some(KeyEvent::new(code, KeyModifiers::NONE))
}

/// Names of keys that are no characters.
pub(crate) const NAMES: [&str; 16] = [
    "Space",
    "Enter",
    "Esc",
    "Tab",
    "S-Tab",
    "Up",
    "Down",
    "Left",
    "Right",
    "Home",
    "End",
    "PgUp",
    "PgDn",
    "Backspace",
    "Delete",
    "Insert",
];

fn function(name: &str) -> Option<u8> {
    let number = name.strip_prefix('F')?.parse().ok();
    number.filter(|number| (1..=12).contains(number) && !name.starts_with("F0"))
}

fn character(name: &str) -> Option<KeyEvent> {
    let mut characters = name.chars();
    let (code, modifiers) = match (characters.next()?, characters.next()) {
        ('^', Some(letter @ 'A'..='Z')) => (letter.to_ascii_lowercase(), KeyModifiers::CONTROL),
        (' ', _) => return None,
        (c, None) => (c, KeyModifiers::NONE),
        _ => return None,
    };
    let is_whole = characters.next().is_none() && !code.is_control();
    is_whole.then_some(KeyEvent::new(KeyCode::Char(code), modifiers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_does_two_things_in_one_place() {
        for place in Place::ALL {
            let mut seen = std::collections::HashSet::new();
            let here =
                |binding: &&Binding| binding.places.is_empty() || binding.places.contains(&place);
            for key in BINDINGS
                .iter()
                .filter(here)
                .flat_map(|binding| binding.keys)
            {
                assert!(seen.insert(*key), "{key} in {place:?}");
            }
        }
    }

    #[test]
    fn every_key_of_the_table_has_a_name() {
        for key in BINDINGS.iter().flat_map(|binding| binding.keys) {
            let event = named(key).expect(key);
            assert_eq!(name(event).as_deref(), Some(*key));
        }
        for key in NAMES.into_iter().chain(["F1", "F12", "^"]) {
            assert_eq!(name(named(key).expect(key)).as_deref(), Some(key));
        }
        for wrong in ["", " ", "ab", "^a", "^AB", "ENTER", "F0", "F01", "F13"] {
            assert!(named(wrong).is_none(), "{wrong:?}");
        }
    }
}
