//! What keys ask for, done.

use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::{App, Next};
use crate::columns::ColumnsDialog;
use crate::command_line::CommandLine;
use crate::dialogs;
use crate::edit::Place as FieldPlace;
use crate::help::Help;
use crate::history::History;
use crate::host::{Host, Play, Towards};
use crate::keys::{self, Binding, Command, Place};
use crate::overlay::{Answer, Overlay};
use crate::panels::{Action, Handled};
use crate::picker::TypePicker;
use crate::quick::Verdict;
use crate::theme::Role;
use crate::typing::{Purpose, Typing};

/// Why something that is about the present is not done.
const PAST: &str = "what is shown is past: Esc goes back to now";

impl App {
    /// Does what a key asks for.
    pub(crate) fn key(&mut self, key: KeyEvent, host: &mut dyn Host) -> Next {
        if let Some(plain) = keys::behind_escape(key) {
            self.key(KeyCode::Esc.into(), host);
            return self.key(plain, host);
        }
        self.message = None;
        self.touched = Some(self.snapshot.at);
        if let Some(next) = self.key_over_panels(key, host) {
            return next;
        }
        match self.keymap.command(key, self.focus) {
            Some(command) => self.command(command, host),
            None => Next::Stay,
        }
    }

    /// Takes a text that was pasted: into the line that is typed, as its last character alone would be. Anywhere else it is no
    /// keys, which would write.
    pub(crate) fn paste(&mut self, text: &str, host: &mut dyn Host) -> Next {
        let overlay = self.overlays.last_mut();
        let takes_lines = overlay.as_ref().is_some_and(|it| it.takes_lines());
        let text = text.trim_end().replace("\r\n", "\n").replace('\r', "\n");
        let is_left_out = |c: char| c.is_control() && !(takes_lines && c == '\n');
        let mut line = text.replace(is_left_out, " ");
        let Some(last) = line.pop() else {
            return Next::Stay;
        };
        let entry = overlay.and_then(|overlay| overlay.entry());
        match entry.map(|entry| entry.insert(&line)) {
            Some(true) => return self.key(KeyCode::Char(last).into(), host),
            Some(false) => self.tell("what was pasted is too long for a line".into(), Role::Red),
            None => {
                let key = self.keymap.shown(Command::Line);
                let way = key.map_or(String::new(), |key| format!("; {key} opens a line for it"));
                self.tell(format!("what was pasted is no keys{way}"), Role::News);
            }
        }
        Next::Stay
    }

    /// Whether keys go into a line of text.
    pub(crate) fn is_typing(&mut self) -> bool {
        let overlay = self.overlays.last_mut();
        overlay.is_some_and(|overlay| overlay.entry().is_some())
    }

    /// Lets what lies over the panels have a key. Some keys mean the same everywhere.
    fn key_over_panels(&mut self, key: KeyEvent, host: &mut dyn Host) -> Option<Next> {
        let overlay = self.overlays.last_mut()?;
        let is_typed = matches!(key.code, KeyCode::Char(_)) && key.modifiers.is_empty();
        let command = self.keymap.command(key, self.focus);
        match command.filter(|_| !is_typed) {
            Some(Command::Redraw) => return Some(Next::Redraw),
            Some(Command::Suspend) => return Some(Next::Suspend),
            Some(Command::Interrupt) => {
                self.overlays.pop();
                return Some(Next::Stay);
            }
            _ => {}
        }
        let answer = overlay.key(key, host);
        if !matches!(answer, Answer::Stays | Answer::Asks(_)) {
            self.overlays.pop();
        }
        match answer {
            Answer::Stays | Answer::Closes => {}
            Answer::Asks(action) | Answer::ClosesWith(action) => self.act(action, host),
            Answer::Presses(binding) => return Some(self.pressed_in_place(binding, host)),
        }
        Some(Next::Stay)
    }

    /// Does what a key does, in a panel where it does that.
    fn pressed_in_place(&mut self, binding: &Binding, host: &mut dyn Host) -> Next {
        if let [first, ..] = binding.places
            && !binding.places.contains(&self.focus)
        {
            self.turn(Command::Panel(*first));
            self.read(host);
        }
        self.command(binding.command, host)
    }

    /// What a command means in a panel.
    pub(super) fn in_panel(&mut self, place: Place, command: Command) -> Handled {
        match place {
            Place::Objects => self.objects.act(command, &self.snapshot),
            Place::Fields if self.shows_hex => self.hex.act(command, &self.snapshot),
            Place::Fields => self.fields.act(command, &self.snapshot),
            Place::Watch => self.watch.act(command, &self.snapshot),
            Place::Log => self.log.act(command, &self.snapshot),
            Place::Memory => Handled::Ignored,
        }
    }

    /// Does what a command asks for: the panel's own first.
    pub(crate) fn command(&mut self, command: Command, host: &mut dyn Host) -> Next {
        // Nothing of a replay can be toggled, and the key is the one that plays it elsewhere.
        let command = match (command, &self.snapshot.session.replay) {
            (Command::Toggle, Some(_)) => Command::Play(Play::Turn),
            (command, _) => command,
        };
        if self.is_beside_bytes(command) {
            let key = self.keymap.shown(Command::Hex).unwrap_or("hex");
            self.tell(
                format!("{key} shows the fields, where that is done"),
                Role::Amber,
            );
            return Next::Stay;
        }
        if let Handled::Consumed(action) = self.in_panel(self.focus, command) {
            if let Some(action) = action {
                self.act(action, host);
            }
            return Next::Stay;
        }
        match command {
            Command::Quit | Command::Interrupt => return Next::Quit,
            Command::Redraw => return Next::Redraw,
            Command::Suspend => return Next::Suspend,
            command if self.opens(command, host) => {}
            command => self.settle(command, host),
        }
        Next::Stay
    }

    /// Whether a command is about a field while the bytes are shown instead.
    pub(super) fn is_beside_bytes(&self, command: Command) -> bool {
        self.shows_hex && self.focus == Place::Fields && command.is_about_field()
    }

    /// Opens what lies over the panels; false if the command is not about that.
    fn opens(&mut self, command: Command, host: &mut dyn Host) -> bool {
        self.overlays.push(match command {
            Command::Help => Box::new(Help::new(&self.keymap, self.focus)),
            Command::Line => Box::new(CommandLine::new(host.begin_line())),
            Command::Search => Box::new(Typing::new(Purpose::Search, self.objects.find())),
            Command::Where => Box::new(Typing::new(Purpose::Where, self.objects.condition())),
            Command::Columns => Box::new(ColumnsDialog::new(self.objects.columns().clone())),
            Command::WatchExpression => Box::new(Typing::new(Purpose::Watch, "")),
            Command::Types => Box::new(TypePicker::new(host.types())),
            _ => return false,
        });
        // What narrows the objects is done among them, so that Esc then lists all.
        let narrows = matches!(command, Command::Search | Command::Where | Command::Types);
        if narrows {
            self.focus = Place::Objects;
        }
        true
    }

    /// Commands about the view itself.
    fn settle(&mut self, command: Command, host: &mut dyn Host) {
        match command {
            Command::Play(order) => match host.play(order) {
                Ok(now) => self.tell(now, Role::Dim),
                Err(reason) => self.tell(reason, Role::Amber),
            },
            Command::Zoom => self.is_zoomed = !self.is_zoomed,
            Command::HexIntegers => self.turn_hex(),
            Command::Hex => self.shows_hex = !self.shows_hex,
            Command::Band => self.turn_band(),
            Command::Escape => self.escape(),
            Command::Pause => self.pause(),
            Command::Earlier => self.turn_to(Towards::Earlier, host),
            Command::Later => self.turn_to(Towards::Later, host),
            Command::Mouse => self.options.has_mouse = !self.options.has_mouse,
            Command::Faster => self.set_rate(self.options.rate.faster()),
            Command::Slower => self.set_rate(self.options.rate.slower()),
            Command::Undo if self.moment.is_some() => self.tell(PAST.into(), Role::Amber),
            Command::Undo => match host.undo() {
                Ok(done) => self.tell(done, Role::Dim),
                Err(reason) => self.tell(reason, Role::Amber),
            },
            Command::Reattach => {
                match host.reattach() {
                    // Values of one producer are no pause of another.
                    Ok(()) => self.paused = None,
                    Err(reason) => self.tell(reason, Role::Amber),
                }
            }
            command => self.turn(command),
        }
    }

    fn turn_hex(&mut self) {
        self.fields.turn_hex();
        if self.paused.is_some() {
            let key = self.keymap.shown(Command::Pause).unwrap_or("pause");
            let reason = format!("values that stand still stay as they are drawn: {key} goes on");
            self.tell(reason, Role::Amber);
        }
    }

    /// Lets values stand still, or go on. Where they do so anyway, says why.
    fn pause(&mut self) {
        let reason = match self.paused {
            None if self.moment.is_some() => PAST,
            None if self.snapshot.session.producer.has_ended() => {
                "the producer is gone: nothing changes any more"
            }
            None => return self.paused = Some(self.snapshot.at),
            Some(_) => return self.paused = None,
        };
        self.tell(reason.into(), Role::Amber);
    }

    /// Goes to the next change of anything that is watched, in one direction or the other. A replay is moved there, with all
    /// that it has; of anything else only what is watched is kept.
    fn turn_to(&mut self, towards: Towards, host: &mut dyn Host) {
        let watches = &self.snapshot.watches;
        match (self.is_movable(), towards) {
            (false, Towards::Later) => self.moment = watches.later,
            _ if watches.total == 0 => {
                let key = self.keymap.shown(Command::Watch).unwrap_or("watch");
                let reason = format!("only what is watched has a history: {key} watches a field");
                self.tell(reason, Role::Amber);
            }
            (true, towards) => self.moved_to(host.play_to_change(towards)),
            (false, Towards::Earlier) => match watches.earlier {
                Some(earlier) => (self.moment, self.paused) = (Some(earlier), None),
                None => self.tell("nothing earlier is kept".into(), Role::Amber),
            },
        }
    }

    /// Goes to the time of a change of something that is watched; a pause ends with that.
    fn go_to(&mut self, moment: Duration, host: &mut dyn Host) {
        match self.is_movable() {
            true => self.moved_to(host.play_at(moment)),
            false => (self.moment, self.paused) = (Some(moment), None),
        }
    }

    /// Whether all that is shown can be moved in time.
    fn is_movable(&self) -> bool {
        let replay = self.snapshot.session.replay.as_ref();
        replay.is_some_and(|replay| replay.is_ours)
    }

    /// Tells where the replay is; a pause of the view ends with that.
    fn moved_to(&mut self, moved: Result<String, String>) {
        match moved {
            Ok(now) => {
                self.paused = None;
                self.tell(now, Role::Dim);
            }
            Err(reason) => self.tell(reason, Role::Amber),
        }
    }

    fn set_rate(&mut self, rate: crate::rate::Rate) {
        self.options.rate = rate;
        self.reached = None;
    }

    /// Shows the next part of the band, or all of it or nothing where it is side by side.
    fn turn_band(&mut self) {
        use crate::layout::Band;
        let is_beside = !self.layout().has_tabs();
        self.band = match (is_beside, self.band) {
            (true, Band::None) => Band::Watch,
            (true, _) => Band::None,
            (false, band) => band.next(),
        };
        if self.layout().area(self.focus).is_none() {
            self.focus = Place::Objects;
        }
    }

    /// Closes the innermost of what is open.
    fn escape(&mut self) {
        if self.moment.is_some() {
            self.moment = None;
        } else if self.is_zoomed {
            self.is_zoomed = false;
        } else if self.focus != Place::Objects {
            self.focus = Place::Objects;
        } else {
            self.objects.clear_filters();
        }
    }

    /// Gives the keys to another panel of those that are shown.
    fn turn(&mut self, command: Command) {
        let layout = self.layout();
        let is_there = |place: &Place| self.is_zoomed || layout.area(*place).is_some();
        let is_basic = layout.is_alone();
        let places: Vec<Place> = match is_basic {
            true => Place::ALL.to_vec(),
            false => Place::ALL.into_iter().filter(is_there).collect(),
        };
        let at = places.iter().position(|place| *place == self.focus);
        let at = at.unwrap_or(0);
        self.focus = match command {
            Command::Panel(place) => {
                self.show_tab(place);
                place
            }
            Command::NextPanel | Command::Right => places[(at + 1) % places.len()],
            Command::PreviousPanel | Command::Left => {
                places[(at + places.len() - 1) % places.len()]
            }
            _ => self.focus,
        };
        if self.layout().area(self.focus).is_none() {
            self.focus = Place::Objects;
        }
    }

    /// Brings a panel of the band to the screen.
    pub(super) fn show_tab(&mut self, place: Place) {
        use crate::layout::Band;
        let tab = match place {
            Place::Watch => Band::Watch,
            Place::Log => Band::Log,
            Place::Memory => Band::Memory,
            _ => return,
        };
        self.band = tab;
    }

    /// Brings the log to the screen, where there is any room for it.
    pub(super) fn show_log(&mut self) {
        let layout = self.layout();
        if layout.is_alone() {
            self.focus = Place::Log;
        } else if layout.has_tabs() {
            self.show_tab(Place::Log);
        }
    }

    /// Does what a panel or what lies over it wants done.
    fn act(&mut self, action: Action, host: &mut dyn Host) {
        let writes = matches!(
            action,
            Action::Edit(_) | Action::Toggle(_) | Action::Step(..)
        );
        if writes && self.moment.is_some() {
            return self.tell(PAST.into(), Role::Amber);
        }
        match action {
            Action::Focus(place) => self.focus = place,
            Action::Run(line) => self.line = Some(line),
            Action::Find(text) => self.objects.set_find(&text),
            Action::Where(text) => self.objects.set_condition(&text),
            Action::TypeCondition => {
                self.overlays.pop();
                self.opens(Command::Where, host);
            }
            Action::SetColumns(columns) => self.objects.set_columns(columns),
            Action::TypeColumn(first) => {
                let mut typing = Typing::new(Purpose::Column, "");
                typing.key(KeyCode::Char(first).into(), host);
                self.overlays.push(Box::new(typing));
            }
            Action::AddColumn(column) => {
                self.objects.pin(column);
                self.overlays.pop();
                let dialog = ColumnsDialog::at_last(self.objects.columns().clone());
                self.overlays.push(Box::new(dialog));
            }
            Action::OnlyType(name) => self.objects.set_type(name),
            Action::MoveList(rows) => self.objects.step(rows, &self.snapshot),
            Action::Unwatch(index) => host.unwatch(index),
            Action::ShowHistory(index) => {
                let history = History::new(index, self.keymap.clone());
                self.overlays.push(Box::new(history));
            }
            Action::GoTo(moment) => self.go_to(moment, host),
            Action::Edit(place) => match host.form(&place) {
                Ok(form) => self.overlays.push(dialogs::of(place, form)),
                Err(reason) => self.tell(reason, Role::Amber),
            },
            Action::Watch(place) => {
                let watched = host.watch_field(&place);
                self.told(watched);
            }
            Action::Toggle(_) | Action::Step(..) => self.quick(&action, host),
            Action::CopyPath(place) => self.copy(&place, 0, host),
            Action::CopyValue(place) => self.copy(&place, 1, host),
        }
    }

    /// Writes without a dialog, if that is wanted.
    fn quick(&mut self, action: &Action, host: &mut dyn Host) {
        let choice = self.options.quick_write;
        let path = &self.snapshot.fields.detail.path;
        let at = self.snapshot.at;
        match self.pressed.press(choice, action, at) {
            Verdict::Writes => {
                let written = match action {
                    Action::Toggle(place) => host.toggle(place),
                    Action::Step(place, steps) => host.step(place, *steps),
                    _ => return,
                };
                self.told(written.map_err(|refused| refused.reason));
            }
            Verdict::Asks => {
                let asks = format!("{path}: the same key again writes");
                self.tell(asks, Role::Amber);
            }
            Verdict::Refuses => {
                let key = self.keymap.shown(Command::Edit).unwrap_or("edit");
                let off = format!("{path}: only {key} writes, as quick_write is off");
                self.tell(off, Role::Amber);
            }
        }
    }

    fn told(&mut self, result: Result<(), String>) {
        if let Err(reason) = result {
            self.tell(reason, Role::Amber);
        }
    }

    /// Copies the path of a field, or its value.
    fn copy(&mut self, place: &FieldPlace, which: usize, host: &mut dyn Host) {
        match host.copied(place) {
            Ok(both) => {
                let text = both[which].clone();
                self.tell(format!("copied {}", crate::text::clean(&text)), Role::Dim);
                self.copied = Some(text);
            }
            Err(reason) => self.tell(reason, Role::Amber),
        }
    }
}
