//! The view as a whole: which panel has the keys, what the host is asked for, and a frame from its answer.
//!
//! - [`commands`]: what keys ask for, done.
//! - [`mouse`]: the same for the mouse.
//! - [`draw`]: a frame, part by part.

mod commands;
mod draw;
mod mouse;

use std::mem::discriminant;
use std::time::Duration;

use crate::host::Host;
use crate::interest::{Interest, ObjectsInterest};
use crate::keymap::Keymap;
use crate::keys::{Command, Place};
use crate::layout::{Band, Choices, Layout, Split, Splits};
use crate::line::Outcome;
use crate::notice::Notice;
use crate::overlay::Overlay;
use crate::panels::TOLD_IN_SECONDS;
use crate::panels::fields::FieldsPanel;
use crate::panels::hex::HexPanel;
use crate::panels::log::LogPanel;
use crate::panels::objects::ObjectsPanel;
use crate::panels::watch::WatchPanel;
use crate::quick::{Pressed, QuickWrite};
use crate::rate::Rate;
use crate::snapshot::{ObjectRow, Producer, Snapshot};
use crate::theme::Role;

/// For so long a message stays.
const MESSAGE: Duration = Duration::from_secs(4);

/// What stands still for so long is looked at only so often, which hardly anybody sees, until something moves.
const STILL_AFTER: Duration = Duration::from_secs(2);
const STILL_PERIOD: Duration = Duration::from_millis(200);

/// The longest time between two frames, in seconds, where no second makes a difference.
const RESTS: u64 = 10;

/// So long after a key rows stay where they are.
const TOUCHED: Duration = Duration::from_secs(2);

/// How the view begins.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Frames a second.
    pub rate: Rate,
    /// For how many frames a change is marked; 0 marks nothing.
    pub highlight_frames: u32,
    /// Whether bytes are shown instead of fields.
    pub shows_hex: bool,
    /// Whether the mouse is the view's; else the terminal selects text with it.
    pub has_mouse: bool,
    /// What keys do that write without a dialog.
    pub quick_write: QuickWrite,
}

/// What happens after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Another frame.
    Stay,
    /// Another frame, unless it would be as the last one.
    Look,
    /// A whole frame: something else may have written to the screen.
    Redraw,
    /// The program stops until the shell lets it go on.
    Suspend,
    /// The view closes.
    Quit,
    /// A frame when the next one is due.
    Later,
    /// The program ends with this code.
    Exit(i32),
    /// The program ends by this signal.
    End(i32),
}

/// The view.
#[derive(Debug)]
pub(crate) struct App {
    options: Options,
    keymap: Keymap,
    focus: Place,
    size: (u16, u16),
    objects: ObjectsPanel,
    fields: FieldsPanel,
    hex: HexPanel,
    shows_hex: bool,
    watch: WatchPanel,
    log: LogPanel,
    snapshot: Snapshot,
    /// Since when nothing is read.
    paused: Option<Duration>,
    /// The time in the history of what is watched that is shown.
    moment: Option<Duration>,
    /// Whether the last snapshot was of such a time.
    was_past: bool,
    message: Option<Message>,
    /// How many alarms were told.
    alarms: u64,
    /// When the last key came.
    touched: Option<Duration>,
    /// The last key that was to write without a dialog.
    pressed: Pressed,
    /// When anything moved last.
    moved: Duration,
    /// When the frame was drawn that is on the screen.
    drawn: Option<Duration>,
    is_zoomed: bool,
    band: Band,
    splits: Splits,
    /// The divider that the mouse has hold of.
    dragged: Option<Split>,
    /// What lies over the panels, the innermost last.
    overlays: Vec<Box<dyn Overlay>>,
    /// What is to be copied.
    copied: Option<String>,
    /// A line that is to be run.
    line: Option<String>,
    /// Frames a second that there really are, where they are fewer than wanted.
    reached: Option<f64>,
}

/// What stands on the last line for a while.
#[derive(Debug)]
struct Message {
    text: String,
    role: Role,
    at: Duration,
}

/// Rows that panels have.
#[derive(Clone, Copy, Debug)]
struct Heights {
    objects: usize,
    fields: usize,
    watch: usize,
    log: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            rate: Rate::default(),
            highlight_frames: 30,
            shows_hex: false,
            has_mouse: true,
            quick_write: QuickWrite::default(),
        }
    }
}

impl App {
    /// The view of a screen of this size, of which nothing has been read.
    pub(crate) fn new(options: Options, keymap: Keymap, width: u16, height: u16) -> App {
        App {
            options,
            keymap,
            focus: Place::Objects,
            size: (width, height),
            objects: ObjectsPanel::default(),
            fields: FieldsPanel::default(),
            hex: HexPanel::default(),
            shows_hex: options.shows_hex,
            watch: WatchPanel::default(),
            log: LogPanel::default(),
            snapshot: Snapshot::default(),
            paused: None,
            moment: None,
            was_past: false,
            message: None,
            alarms: 0,
            touched: None,
            pressed: Pressed::default(),
            moved: Duration::ZERO,
            drawn: None,
            is_zoomed: false,
            band: Band::default(),
            splits: Splits::default(),
            dragged: None,
            overlays: Vec::new(),
            copied: None,
            line: None,
            reached: None,
        }
    }

    /// Shows what is wrong with the settings, if anything.
    pub(crate) fn notice(&mut self, lines: &[String]) {
        if !lines.is_empty() {
            self.overlays.push(Box::new(Notice::new(lines)));
        }
    }

    /// Lists only objects of this type, or all.
    pub(crate) fn set_type(&mut self, type_name: Option<String>) {
        self.objects.set_type(type_name);
    }

    /// The time between two frames. What is watched is looked at as often as was asked, so that no change is missed.
    pub(crate) fn period(&self) -> Duration {
        let period = self.options.rate.period();
        match self.stands_still() {
            true => period.max(STILL_PERIOD),
            false => period,
        }
    }

    fn stands_still(&self) -> bool {
        let is_still = self.snapshot.at.saturating_sub(self.moved) > STILL_AFTER;
        is_still && self.snapshot.watches.total == 0
    }

    /// Whether a frame may differ from the last one: ages are told in seconds. Few are drawn while nothing moves:
    /// what drawing takes is in no cache then, so it costs several times what it does in a view that moves.
    pub(crate) fn has_news(&self) -> bool {
        let is_covered = !self.overlays.is_empty();
        let is_replay = self.snapshot.session.replay.is_some();
        let is_old = self
            .drawn
            .is_none_or(|drawn| drawn.as_secs() != self.snapshot.at.as_secs());
        !self.stands_still() || is_covered || is_replay || is_old
    }

    /// Whether the screen stays as it is: the host says by when nothing has moved, and nothing is to be told anew since.
    pub(crate) fn rests(&mut self, still: impl FnOnce() -> Option<Duration>) -> bool {
        let is_live = self.paused.is_none() && self.moment.is_none();
        let is_bare = self.message.is_none() && self.overlays.is_empty();
        // What was read is on the screen, with nothing over it.
        let is_shown = self.drawn == Some(self.snapshot.at);
        if !(is_live && is_bare && is_shown && self.stands_still()) {
            return false;
        }
        let Some(now) = still().filter(|now| !self.is_outdated(*now)) else {
            return false;
        };
        // Keys and messages count from here.
        (self.snapshot.at, self.drawn) = (now, Some(now));
        true
    }

    /// Whether what goes on with time is to be told anew.
    fn is_outdated(&self, now: Duration) -> bool {
        let step = if self.tells_seconds() { 1 } else { RESTS };
        now.as_secs() / step != self.snapshot.at.as_secs() / step
    }

    /// Whether a second makes a difference on the screen, though nothing moves.
    fn tells_seconds(&self) -> bool {
        let objects = &self.snapshot.objects;
        let mut rows = objects.rows.iter().chain(&objects.current);
        let is_quick = |row: &ObjectRow| row.age < TOLD_IN_SECONDS || row.rate > Some(0.0);
        let marked = self.options.rate.period() * self.options.highlight_frames;
        let has_marks = self.snapshot.at.saturating_sub(self.moved) <= marked;
        let is_live = matches!(self.snapshot.session.producer, Producer::Live);
        has_marks || !is_live || rows.any(is_quick)
    }

    /// The frame of what was read last is drawn.
    pub(crate) fn note_drawn(&mut self) {
        self.drawn = Some(self.snapshot.at);
    }

    /// Something else has been written over that frame.
    pub(crate) fn note_overwritten(&mut self) {
        self.drawn = None;
    }

    /// Whether the mouse is the view's.
    pub(crate) fn has_mouse(&self) -> bool {
        self.options.has_mouse
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
    }

    /// So many frames a second there really are.
    pub(crate) fn reached(&mut self, hertz: Option<f64>) {
        if self.reached != hertz {
            self.reached = hertz;
            self.drawn = None;
        }
    }

    /// What the terminal is to put into the clipboard.
    pub(crate) fn take_copied(&mut self) -> Option<String> {
        self.copied.take()
    }

    /// What is to be run, once.
    pub(crate) fn take_line(&mut self) -> Option<String> {
        self.line.take()
    }

    /// Tells what became of a line.
    pub(crate) fn ran(&mut self, outcome: Outcome) {
        if outcome.lines > 1 {
            self.show_log();
        }
        let role = match outcome.has_failed {
            true => Role::Red,
            false => Role::Text,
        };
        if outcome.told.is_empty() {
            return;
        }
        let more = self.way_to_all(outcome.lines);
        self.tell(outcome.told + &more, role);
    }

    /// How the log shows so many lines, if it has no room for them where it is.
    fn way_to_all(&self, lines: usize) -> String {
        let layout = self.layout();
        let room = self.heights(&layout).log;
        let keys = [Command::Panel(Place::Log), Command::Zoom].map(|key| self.keymap.shown(key));
        match keys {
            [Some(panel), Some(zoom)] if room > 0 && lines > room && !layout.is_alone() => {
                format!(": {panel} {zoom} shows more")
            }
            _ => String::new(),
        }
    }

    /// Reads what the panels show now.
    pub(crate) fn read(&mut self, host: &mut dyn Host) {
        let layout = self.layout();
        let heights = self.heights(&layout);
        let fields = layout.fields.unwrap_or_default();
        let interest = Interest {
            objects: ObjectsInterest {
                is_touched: self.is_touched(),
                ..self.objects.interest(heights.objects)
            },
            fields: self
                .fields
                .interest(heights.fields, layout.area(Place::Fields)),
            hex: self.shows_hex.then(|| self.hex.interest(fields)),
            watches: self.watch.interest(heights.watch),
            history: self
                .overlays
                .last()
                .and_then(|overlay| overlay.history(layout.body())),
            log: self.log.interest(layout.log, heights.log),
            is_frozen: self.paused.is_some() || self.moment.is_some(),
            moment: self.moment,
        };
        let before = std::mem::replace(&mut self.snapshot, host.snapshot(&interest));
        let goes_on = self.goes_on_from(&before);
        self.forget_outdated(&before);
        if !self.snapshot.is_still(&before) {
            self.moved = self.snapshot.at;
        }
        self.objects.take(&self.snapshot, heights.objects);
        let is_about_it = self.fields.take(&self.snapshot, heights.fields, goes_on)
            & self.hex.take(&self.snapshot, fields);
        if !is_about_it {
            return self.read(host);
        }
        self.watch.take(&self.snapshot, heights.watch);
        self.log.take(&self.snapshot, heights.log);
        for overlay in &mut self.overlays {
            overlay.take(&self.snapshot);
        }
        let now = self.snapshot.at;
        let expired = self
            .message
            .take_if(|message| now.saturating_sub(message.at) > MESSAGE);
        if expired.is_some() {
            self.drawn = None;
        }
        self.tell_alarm();
    }

    /// Whether what is shown is what came after what was shown before: not the present after the past, nor the other way round.
    fn goes_on_from(&mut self, before: &Snapshot) -> bool {
        let was_past = std::mem::replace(&mut self.was_past, self.moment.is_some());
        let passed = |snapshot: &Snapshot| {
            let replay = snapshot.session.replay.as_ref();
            replay.map_or(0.0, |replay| replay.passed)
        };
        was_past == self.was_past && passed(&self.snapshot) >= passed(before)
    }

    /// What was told about a producer whose state is another now is told no longer.
    fn forget_outdated(&mut self, before: &Snapshot) {
        let [now, before] = [&self.snapshot, before].map(|it| discriminant(&it.session.producer));
        let is_alarm = |message: &Message| message.at == Duration::MAX;
        if now != before && !self.message.as_ref().is_some_and(is_alarm) {
            self.message = None;
        }
    }

    /// An alarm stays until somebody presses a key: the log may be hidden.
    fn tell_alarm(&mut self) {
        let log = &self.snapshot.log;
        if log.alarms != self.alarms {
            self.alarms = log.alarms;
            self.message = Some(Message {
                text: log.alarm.clone(),
                role: Role::Red,
                at: Duration::MAX,
            });
        }
    }

    fn layout(&self) -> Layout {
        let choices = Choices {
            regions: self.snapshot.regions.len(),
            focus: self.focus,
            is_zoomed: self.is_zoomed,
            band: self.band,
            splits: self.splits,
            is_replay: self.snapshot.session.replay.is_some(),
        };
        Layout::of(self.size.0, self.size.1, choices)
    }

    fn heights(&self, layout: &Layout) -> Heights {
        let headers = layout.has_headers();
        let area = |place| layout.area(place).unwrap_or_default();
        let below_rule = |place| usize::from(area(place).height.saturating_sub(1));
        let watch_header = WatchPanel::header_rows(area(Place::Watch), headers, layout.is_alone());
        Heights {
            objects: ObjectsPanel::height(area(Place::Objects), headers),
            fields: FieldsPanel::height(area(Place::Fields), headers, layout.details),
            watch: below_rule(Place::Watch).saturating_sub(watch_header.into()),
            log: below_rule(Place::Log),
        }
    }

    fn is_touched(&self) -> bool {
        let since = |at: Duration| self.snapshot.at.saturating_sub(at);
        self.touched.is_some_and(|at| since(at) < TOUCHED)
    }

    fn tell(&mut self, text: String, role: Role) {
        let at = self.snapshot.at;
        self.message = Some(Message { text, role, at });
    }
}
