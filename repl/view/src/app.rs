//! The view as a whole: which panel has the keys, what the host is asked for, and a frame from its answer.

use std::time::Duration;

use ratatui::crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};

use crate::canvas::Canvas;
use crate::help::Help;
use crate::host::Host;
use crate::interest::Interest;
use crate::key_bar;
use crate::keys::{self, Command, Place};
use crate::layout::{Choices, Layout, Scale};
use crate::overlay::{Answer, Overlay};
use crate::panels::fields::FieldsPanel;
use crate::panels::objects::ObjectsPanel;
use crate::panels::{Action, Frame, Handled, Marking, memory};
use crate::rate::Rate;
use crate::rules::{Meeting, Rule, junction, thumb};
use crate::snapshot::Snapshot;
use crate::text;
use crate::theme::Role;
use crate::title::Title;

/// Rows that a turn of the wheel moves.
const WHEEL: usize = 3;

/// For so long a message stays.
const MESSAGE: Duration = Duration::from_secs(4);

/// How the view begins.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Frames a second.
    pub rate: Rate,
    /// For how many frames a change is marked; 0 marks nothing.
    pub highlight_frames: u32,
}

/// What happens after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Another frame.
    Stay,
    /// A whole frame: something else may have written to the screen.
    Redraw,
    /// The program stops until the shell lets it go on.
    Suspend,
    /// The view closes.
    Quit,
}

/// The view.
#[derive(Debug)]
pub(crate) struct App {
    options: Options,
    focus: Place,
    size: (u16, u16),
    objects: ObjectsPanel,
    fields: FieldsPanel,
    snapshot: Snapshot,
    /// Since when nothing is read.
    paused: Option<Duration>,
    message: Option<(String, Duration)>,
    is_zoomed: bool,
    /// What lies over the panels, the innermost last.
    overlays: Vec<Box<dyn Overlay>>,
    /// Frames a second that there really are, where they are fewer than wanted.
    reached: Option<f64>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            rate: Rate::default(),
            highlight_frames: 30,
        }
    }
}

impl App {
    /// The view of a screen of this size, of which nothing has been read.
    pub(crate) fn new(options: Options, width: u16, height: u16) -> App {
        App {
            options,
            focus: Place::Objects,
            size: (width, height),
            objects: ObjectsPanel::default(),
            fields: FieldsPanel::default(),
            snapshot: Snapshot::default(),
            paused: None,
            message: None,
            is_zoomed: false,
            overlays: Vec::new(),
            reached: None,
        }
    }

    pub(crate) fn rate(&self) -> Rate {
        self.options.rate
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
    }

    /// So many frames a second there really are.
    pub(crate) fn reached(&mut self, hertz: Option<f64>) {
        self.reached = hertz;
    }

    /// Reads what the panels show now.
    pub(crate) fn read(&mut self, host: &mut dyn Host) {
        let layout = self.layout();
        let (objects, fields) = self.heights(&layout);
        let interest = Interest {
            objects: self.objects.interest(objects),
            fields: self.fields.interest(fields),
            is_frozen: self.paused.is_some(),
        };
        self.snapshot = host.snapshot(&interest);
        self.objects.take(&self.snapshot, objects);
        self.fields.take(&self.snapshot, fields);
        let now = self.snapshot.at;
        self.message
            .take_if(|(_, at)| now.saturating_sub(*at) > MESSAGE);
    }

    fn layout(&self) -> Layout {
        let choices = Choices {
            regions: self.snapshot.regions.len(),
            focus: self.focus,
            is_zoomed: self.is_zoomed,
        };
        Layout::of(self.size.0, self.size.1, choices)
    }

    /// Rows of the list and of the fields.
    fn heights(&self, layout: &Layout) -> (usize, usize) {
        let headers = layout.has_headers();
        let objects = layout.objects.unwrap_or_default();
        let fields = layout.fields.unwrap_or_default();
        (
            ObjectsPanel::height(objects, headers),
            FieldsPanel::height(fields, headers, layout.details),
        )
    }

    /// Does what a key asks for.
    pub(crate) fn key(&mut self, key: KeyEvent, host: &mut dyn Host) -> Next {
        self.message = None;
        if let Some(next) = self.key_over_panels(key) {
            return next;
        }
        match keys::command(key, self.focus) {
            Some(command) => self.command(command, host),
            None => Next::Stay,
        }
    }

    /// Lets what lies over the panels have a key. Some keys mean the same everywhere.
    fn key_over_panels(&mut self, key: KeyEvent) -> Option<Next> {
        let overlay = self.overlays.last_mut()?;
        match keys::command(key, self.focus) {
            Some(Command::Redraw) => return Some(Next::Redraw),
            Some(Command::Suspend) => return Some(Next::Suspend),
            Some(Command::Interrupt) => {
                self.overlays.pop();
                return Some(Next::Stay);
            }
            _ => {}
        }
        if overlay.key(key) == Answer::Closes {
            self.overlays.pop();
        }
        Some(Next::Stay)
    }

    /// Does what a command asks for: the panel's own first.
    pub(crate) fn command(&mut self, command: Command, host: &mut dyn Host) -> Next {
        let handled = match self.focus {
            Place::Objects => self.objects.act(command, &self.snapshot),
            Place::Fields => self.fields.act(command, &self.snapshot),
            Place::Memory => Handled::Ignored,
        };
        match (handled, command) {
            (Handled::Consumed(action), _) => {
                action.into_iter().for_each(|action| self.act(action));
                Next::Stay
            }
            (_, Command::Quit | Command::Interrupt) => Next::Quit,
            (_, Command::Redraw) => Next::Redraw,
            (_, Command::Suspend) => Next::Suspend,
            (_, Command::Help) => {
                self.overlays.push(Box::new(Help::default()));
                Next::Stay
            }
            (_, Command::Zoom) => {
                self.is_zoomed = !self.is_zoomed;
                Next::Stay
            }
            (_, Command::HexIntegers) => {
                self.fields.turn_hex();
                Next::Stay
            }
            (_, Command::Escape) if self.is_zoomed => {
                self.is_zoomed = false;
                Next::Stay
            }
            (_, Command::Pause) => {
                self.paused = match self.paused {
                    Some(_) => None,
                    None => Some(self.snapshot.at),
                };
                Next::Stay
            }
            (_, Command::Faster | Command::Slower) => {
                let rate = self.options.rate;
                self.options.rate = match command {
                    Command::Faster => rate.faster(),
                    _ => rate.slower(),
                };
                self.reached = None;
                Next::Stay
            }
            (_, Command::Reattach) => {
                if let Err(reason) = host.reattach() {
                    self.message = Some((reason, self.snapshot.at));
                }
                Next::Stay
            }
            (_, command) => {
                self.turn(command);
                Next::Stay
            }
        }
    }

    /// Gives the keys to another panel.
    fn turn(&mut self, command: Command) {
        let shows_memory = self.is_zoomed || self.layout().memory.is_some();
        let places: Vec<Place> = match shows_memory.then_some(()) {
            Some(_) => vec![Place::Objects, Place::Fields, Place::Memory],
            None => vec![Place::Objects, Place::Fields],
        };
        let at = places.iter().position(|place| *place == self.focus);
        let at = at.unwrap_or(0);
        self.focus = match command {
            Command::Panel(place) => place,
            Command::NextPanel | Command::Right => places[(at + 1) % places.len()],
            Command::PreviousPanel | Command::Left => {
                places[(at + places.len() - 1) % places.len()]
            }
            Command::Escape => Place::Objects,
            _ => self.focus,
        };
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Focus(place) => self.focus = place,
        }
    }

    /// Does what the mouse asks for: a click selects, another one acts, and the wheel moves what is under it.
    pub(crate) fn mouse(&mut self, mouse: MouseEvent, host: &mut dyn Host) -> Next {
        let layout = self.layout();
        if !self.overlays.is_empty() {
            return Next::Stay;
        }
        let Some(place) = layout.panel_at(mouse.column, mouse.row) else {
            return Next::Stay;
        };
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => self.click(&layout, place, mouse, host),
            MouseEventKind::ScrollUp => self.wheel(place, Command::Up),
            MouseEventKind::ScrollDown => self.wheel(place, Command::Down),
            _ => {}
        }
        Next::Stay
    }

    fn click(&mut self, layout: &Layout, place: Place, mouse: MouseEvent, host: &mut dyn Host) {
        let had_focus = self.focus == place;
        self.focus = place;
        let area = layout.area(place).unwrap_or_default();
        let first = area.y + 1 + u16::from(layout.has_headers());
        let Some(line) = mouse.row.checked_sub(first) else {
            return;
        };
        let was_selected = match place {
            Place::Objects => self.objects.click(line, &self.snapshot),
            Place::Fields => self.fields.click(line, &self.snapshot),
            Place::Memory => false,
        };
        if was_selected && had_focus {
            self.command(Command::Enter, host);
        }
    }

    fn wheel(&mut self, place: Place, command: Command) {
        for _ in 0..WHEEL {
            match place {
                Place::Objects => self.objects.act(command, &self.snapshot),
                Place::Fields => self.fields.act(command, &self.snapshot),
                Place::Memory => Handled::Ignored,
            };
        }
    }

    /// Composes a frame.
    pub(crate) fn draw(&self, canvas: &mut Canvas) {
        let (width, height) = self.size;
        canvas.clear(width, height);
        let layout = self.layout();
        self.draw_title(canvas, layout.scale);
        if layout.scale == Scale::Line {
            return;
        }
        if let Some(area) = layout.objects {
            let frame = self.frame(&layout, Place::Objects);
            self.objects
                .rule(frame)
                .draw(canvas, area.x, area.right(), area.y);
            self.objects.draw(canvas, area, frame);
        }
        if let Some(area) = layout.fields {
            let frame = self.frame(&layout, Place::Fields);
            self.fields
                .rule(frame)
                .draw(canvas, area.x, area.right(), area.y);
            self.fields.draw(canvas, area, frame);
        }
        self.draw_divider(canvas, &layout);
        if let Some(area) = layout.memory {
            let frame = self.frame(&layout, Place::Memory);
            let rule = memory::rule(frame);
            rule.draw(canvas, area.x, area.right(), area.y);
            if let Some(x) = layout.divider() {
                let meeting = junction(Meeting::Above, frame.is_focused, frame.is_focused);
                canvas.put(x, area.y, meeting, rule.role());
            }
            memory::draw(canvas, area, frame);
        }
        self.draw_last_line(canvas, &layout);
        for overlay in &self.overlays {
            overlay.draw(canvas, layout.body());
        }
    }

    fn frame(&self, layout: &Layout, place: Place) -> Frame<'_> {
        Frame {
            snapshot: &self.snapshot,
            is_focused: self.focus == place,
            is_live: self.is_live(),
            has_headers: layout.has_headers(),
            is_wide: layout.scale == Scale::Wide,
            is_alone: layout.divider().is_none(),
            details: layout.details,
            marks: Marking {
                frames: self.options.highlight_frames,
                period: self.options.rate.period(),
            },
        }
    }

    fn is_live(&self) -> bool {
        self.snapshot.session.producer.is_live() && self.paused.is_none()
    }

    fn draw_title(&self, canvas: &mut Canvas, scale: Scale) {
        let rate = self.options.rate;
        let title = Title {
            session: &self.snapshot.session,
            regions: self.snapshot.regions.len(),
            objects: self.snapshot.objects.known,
            rate: match self.reached {
                Some(reached) => format!("{reached:.0} of {rate}"),
                None => rate.to_string(),
            },
            paused: self
                .paused
                .map(|since| self.snapshot.at.saturating_sub(since).as_secs()),
        };
        title.draw(canvas, scale);
    }

    /// The line between the list and the fields, which is the scroll bar of the list.
    fn draw_divider(&self, canvas: &mut Canvas, layout: &Layout) {
        let (Some(x), Some(area)) = (layout.divider(), layout.objects) else {
            return;
        };
        let [left, right] = [Place::Objects, Place::Fields].map(|place| self.focus == place);
        let role = Rule {
            is_focused: left || right,
            ..Rule::default()
        };
        canvas.put(
            x,
            area.y,
            junction(Meeting::Below, left, right),
            role.role(),
        );
        let objects = &self.snapshot.objects;
        let rows = area.height.saturating_sub(1);
        let (shown, _) = self.heights(layout);
        let full = thumb(rows, objects.listed, objects.first, shown);
        for row in 0..rows {
            let line = match full.contains(&row) {
                true => "┃",
                false => "│",
            };
            canvas.put(x, area.y + 1 + row, line, Role::Rule);
        }
    }

    fn draw_last_line(&self, canvas: &mut Canvas, layout: &Layout) {
        let y = layout.height - 1;
        let margin = u16::from(layout.scale > Scale::Basic);
        if let Some((message, _)) = &self.message {
            let room = usize::from(layout.width.saturating_sub(2));
            let text = text::cut_end(message, room).into_owned();
            return canvas.put(margin, y, text, Role::Amber);
        }
        let (keys, kept) = match self.overlays.last() {
            Some(overlay) => (overlay.bar().to_vec(), 1),
            None => (keys::bar(self.focus).collect(), 2),
        };
        key_bar::draw(canvas, y, margin, &keys, kept);
    }
}
