//! A frame, part by part.

use super::App;
use crate::canvas::{Area, Canvas};
use crate::edit::Writable;
use crate::key_bar::{Key, KeyBar};
use crate::keys::{Binding, Command, Place};
use crate::layout::{Layout, Scale};
use crate::panels::{Frame, Marking, memory};
use crate::rules::{Meeting, Rule, junction, thumb};
use crate::snapshot::Fold;
use crate::text;
use crate::theme::Role;
use crate::time_bar;
use crate::title::Title;

/// A dialog stands among the fields if they have more rows than this.
const LEAST_ROWS: u16 = 9;

impl App {
    /// Composes a frame.
    pub(crate) fn draw(&self, canvas: &mut Canvas) {
        let (width, height) = self.size;
        canvas.clear(width, height);
        let layout = self.layout();
        self.draw_title(canvas, layout.scale);
        if layout.scale == Scale::Line {
            let why = text::cut_end("too small", width.into()).into_owned();
            return canvas.put(0, 1, why, Role::Dim);
        }
        if let (true, Some(replay)) = (layout.has_time_bar, &self.snapshot.session.replay) {
            time_bar::draw(canvas, 1, replay);
        }
        for place in Place::ALL {
            self.draw_panel(canvas, &layout, place);
        }
        self.draw_divider(canvas, &layout);
        self.draw_last_line(canvas, &layout);
        for overlay in &self.overlays {
            let fields = layout.fields.filter(|area| area.height > LEAST_ROWS);
            let body = match overlay.over_fields().zip(fields) {
                Some((columns, area)) if columns <= area.width => Area {
                    y: area.y + 1,
                    height: area.height - 1,
                    ..area
                },
                _ => layout.body(),
            };
            overlay.draw(canvas, body, &self.snapshot);
        }
        // What is told stands before the keys of what is typed.
        if self.message.is_some() && !self.overlays.is_empty() {
            canvas.blank(Area {
                x: 0,
                y: height - 1,
                width,
                height: 1,
            });
            self.draw_last_line(canvas, &layout);
        }
    }

    fn draw_panel(&self, canvas: &mut Canvas, layout: &Layout, place: Place) {
        let Some(area) = layout.area(place) else {
            return;
        };
        let frame = self.frame(layout, place);
        let tabs = || self.tabs(layout, place);
        let rule = match place {
            Place::Objects => self.objects.rule(area, frame),
            Place::Fields if self.shows_hex => self.hex.rule(frame, self.fields.rule(area, frame)),
            Place::Fields => self.fields.rule(area, frame),
            Place::Watch => self.watch.rule(frame, tabs()),
            Place::Log if layout.has_tabs() => self.log.rule(frame, tabs()),
            Place::Log => self.log.rule(frame, "newest first".into()),
            Place::Memory if layout.has_tabs() => Rule {
                note: tabs(),
                ..memory::rule(frame)
            },
            Place::Memory => memory::rule(frame),
        };
        rule.draw(canvas, area.x, area.right(), area.y);
        match place {
            Place::Objects => self.objects.draw(canvas, area, frame),
            Place::Fields if self.shows_hex => self.hex.draw(canvas, area, frame),
            Place::Fields => self.fields.draw(canvas, area, frame),
            Place::Watch => self.watch.draw(canvas, area, frame),
            Place::Log => self.log.draw(canvas, area, frame),
            Place::Memory => memory::draw(canvas, area, frame),
        }
    }

    /// The other panels of the band, and the key that turns to them.
    fn tabs(&self, layout: &Layout, place: Place) -> String {
        if !layout.has_tabs() {
            return String::new();
        }
        let others = self.other_tabs(place).map(|(_, name)| name);
        format!("{}{}", others.join("   "), self.band_key())
    }

    /// The key that turns the band, behind the names of the others.
    fn band_key(&self) -> String {
        let key = self.keymap.shown(Command::Band);
        key.map_or(String::new(), |key| format!("   {key}"))
    }

    /// The panels of the band that are not shown, with their names on its rule.
    fn other_tabs(&self, place: Place) -> [(Place, String); 2] {
        let names = [
            (
                Place::Watch,
                format!("Watch {}", self.snapshot.watches.total),
            ),
            (Place::Log, format!("Log {}", self.snapshot.log.entries)),
            (Place::Memory, memory::share(&self.snapshot.regions)),
        ];
        let [watch, log, memory] = names;
        match place {
            Place::Watch => [log, memory],
            Place::Log => [watch, memory],
            _ => [watch, log],
        }
    }

    /// The panel whose name stands at a place of the band's rule.
    pub(super) fn tab_at(&self, layout: &Layout, x: u16, y: u16) -> Option<Place> {
        let place = layout.panel_at(x, y).filter(|_| layout.has_tabs())?;
        let area = layout.area(place)?;
        if area.y != y || matches!(place, Place::Objects | Place::Fields) {
            return None;
        }
        let mut end = usize::from(area.right()) - 2 - text::width(&self.band_key());
        let x = usize::from(x);
        let mut others = self.other_tabs(place);
        others.reverse();
        let (other, _) = others.into_iter().find(|(_, name)| {
            let columns = end.saturating_sub(text::width(name))..end;
            end = columns.start.saturating_sub(3);
            columns.contains(&x)
        })?;
        Some(other)
    }

    pub(super) fn frame(&self, layout: &Layout, place: Place) -> Frame<'_> {
        Frame {
            snapshot: &self.snapshot,
            is_focused: self.focus == place,
            is_live: self.is_live(),
            has_headers: layout.has_headers(),
            is_wide: layout.scale == Scale::Wide,
            is_alone: layout.is_alone(),
            is_past: self.moment.is_some(),
            details: layout.details,
            keymap: &self.keymap,
            marks: Marking {
                frames: self.options.highlight_frames,
                period: self.options.rate.period(),
            },
            marked: self
                .is_of_now()
                .then(|| self.paused.unwrap_or(self.snapshot.at)),
        }
    }

    fn is_live(&self) -> bool {
        self.is_of_now() && self.paused.is_none()
    }

    /// Whether the producer runs and the present is shown.
    fn is_of_now(&self) -> bool {
        self.snapshot.session.producer.is_live() && self.moment.is_none()
    }

    fn draw_title(&self, canvas: &mut Canvas, scale: Scale) {
        let rate = self.options.rate;
        let since = |since| self.snapshot.at.saturating_sub(since).as_secs();
        let title = Title {
            session: &self.snapshot.session,
            regions: self.snapshot.regions.len(),
            objects: self.snapshot.objects.known,
            rate: match self.reached {
                Some(reached) => format!("{reached:.0} of {rate}"),
                None => rate.to_string(),
            },
            paused: self.paused.map(since),
            has_later: self.snapshot.has_later,
            ago: self
                .moment
                .map(|moment| self.snapshot.watches.at.saturating_sub(moment)),
            has_mouse: self.options.has_mouse,
            keymap: &self.keymap,
        };
        title.draw(canvas, scale);
    }

    /// The line between the list and the fields, which is the scroll bar of the list; it goes on between what is
    /// watched and the log.
    fn draw_divider(&self, canvas: &mut Canvas, layout: &Layout) {
        let (Some(x), Some(area)) = (layout.divider(), layout.objects) else {
            return;
        };
        let heights = self.heights(layout);
        let objects = &self.snapshot.objects;
        let rows = area.height.saturating_sub(1);
        let full = thumb(rows, objects.listed, objects.first, heights.objects);
        for row in 0..rows {
            let line = if full.contains(&row) { "┃" } else { "│" };
            canvas.put(x, area.y + 1 + row, line, Role::Rule);
        }
        self.meet(
            canvas,
            x,
            area.y,
            Meeting::Below,
            [Place::Objects, Place::Fields],
        );
        let mut y = area.bottom();
        if let (Some(watch), Some(_), false) = (layout.watch, layout.log, layout.has_tabs()) {
            self.meet(canvas, x, y, Meeting::Across, [Place::Watch, Place::Log]);
            for row in watch.y + 1..watch.bottom() {
                canvas.put(x, row, "│", Role::Rule);
            }
            y = watch.bottom();
        }
        let below = Place::ALL.into_iter().find(|place| {
            layout
                .area(*place)
                .is_some_and(|area| area.y == y && area.x == 0)
        });
        if let Some(place) = below {
            self.meet(canvas, x, y, Meeting::Above, [place, place]);
        }
    }

    /// The character where the divider meets a rule between two panels.
    fn meet(&self, canvas: &mut Canvas, x: u16, y: u16, meeting: Meeting, sides: [Place; 2]) {
        let [left, right] = sides.map(|place| self.focus == place);
        let rule = Rule {
            is_focused: left || right,
            ..Rule::default()
        };
        canvas.put(x, y, junction(meeting, left, right), rule.role());
    }

    fn draw_last_line(&self, canvas: &mut Canvas, layout: &Layout) {
        let y = layout.height - 1;
        let margin = u16::from(layout.scale > Scale::Basic);
        if let Some(message) = &self.message {
            let room = usize::from(layout.width.saturating_sub(2));
            let text = text::cut_end(&message.text, room).into_owned();
            return canvas.put(margin, y, text, message.role);
        }
        self.key_bar(layout).draw(canvas, y);
    }

    /// The keys that apply now.
    pub(super) fn key_bar(&self, layout: &Layout) -> KeyBar {
        let margin = u16::from(layout.scale > Scale::Basic);
        let (keys, kept) = match self.overlays.last() {
            Some(overlay) => (overlay.bar().iter().copied().map(Key::from).collect(), 1),
            None => (self.keymap.bar(self.focus, |key| self.word(key)), 2),
        };
        KeyBar::of(layout.width, margin, &keys, kept)
    }

    /// What a key does now, in a word; nothing if it does nothing.
    fn word(&self, key: &Binding) -> Option<&'static str> {
        let session = &self.snapshot.session;
        let replay = session.replay.as_ref();
        let is_closed = replay.is_some_and(|replay| !replay.is_branch);
        let is_there = !session.producer.has_ended() && self.moment.is_none();
        let is_writable = is_there && !session.is_readonly && !is_closed;
        let [_, word] = key.bar;
        let is_possible = match key.command {
            // The same key plays a replay.
            Command::Toggle if replay.is_some() => return Some("play"),
            Command::Undo => is_writable && session.can_undo,
            Command::Hex if self.shows_hex => return Some("fields"),
            Command::Hex => self.layout().fields.is_some(),
            Command::Pause => {
                let can_change = self.moment.is_none() && !session.producer.has_ended();
                self.paused.is_some() || can_change
            }
            command if command.writes() && !is_writable => false,
            command if command.moves_replay() => replay.is_some(),
            command => match self.focus {
                Place::Objects if command == Command::Enter => self.snapshot.objects.listed > 0,
                Place::Fields if command.is_about_field() => return self.word_of_field(key),
                Place::Watch if key.places.contains(&Place::Watch) => {
                    self.snapshot.watches.total > 0
                }
                _ => true,
            },
        };
        is_possible.then_some(word)
    }

    /// What a key does with the selected field.
    fn word_of_field(&self, key: &Binding) -> Option<&'static str> {
        let [_, word] = key.bar;
        let row = self
            .fields
            .selected(&self.snapshot)
            .filter(|_| !self.shows_hex)?;
        let writable = self.snapshot.fields.detail.writable;
        let is_possible = match (key.command, row.fold) {
            (Command::Enter, Fold::Closed) => return Some("open"),
            (Command::Enter, Fold::Open) => return Some("close"),
            (Command::Enter, Fold::None) => false,
            (Command::Edit, _) => writable != Writable::No,
            (Command::Toggle, _) => writable == Writable::Turned,
            (Command::More | Command::Less, _) => writable == Writable::Stepped,
            (Command::Watch, fold) => fold == Fold::None,
            _ => true,
        };
        is_possible.then_some(word)
    }
}
