//! The full-screen view over a session: what it asks for, done.

mod beside;
mod form;
mod line;
mod log;
mod replay;
mod settings;
mod writes;

use std::cell::RefCell;
use std::mem::discriminant;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use memglass_terminal::look::{ColorChoice, Look};
use memglass_terminal::signal::Interrupts;
use memglass_view::edit::{Form, Mistake, Place, Refused};
use memglass_view::interest::Column;
use memglass_view::line::{Completions, Outcome};
use memglass_view::live::Order;
use memglass_view::snapshot::{Producer, Session};
use memglass_view::{Ended, Host, Interest, Play, Setup, Snapshot, Towards, ViewError};

use crate::changes::{TypedTable, Watching};
use crate::commands::CommandError;
use crate::embed::Diverted;
use crate::live;
use crate::runtime::{Runtime, Screen};
use crate::snapshot::Snapshots;
use crate::top::LiveTop;
use beside::{Beside, Shown};
use log::{Log, ToLog};

/// How the view begins and looks, and what it shows.
#[derive(Clone, Debug)]
pub struct ViewSetup {
    /// What the user chose, and what the terminal can show.
    pub setup: Setup,
    /// Fields and expressions that are watched from the start.
    pub watches: Vec<String>,
}

impl ViewSetup {
    /// What is usual on this process's terminal, as the user's settings have it: those in this file, if there are any.
    pub fn of_terminal(color: ColorChoice, settings: Option<&Path>) -> Self {
        let setup = Setup::of_terminal(color.allows(true));
        ViewSetup {
            setup: match settings {
                Some(path) => setup.with(settings::read(path), &settings::shown(path)),
                None => setup,
            },
            watches: Vec::new(),
        }
    }
}

/// What the view had when it was closed, for the next time.
#[derive(Default)]
pub(crate) struct Left {
    log: Rc<RefCell<Log>>,
    /// As they were written.
    watches: Vec<String>,
}

/// Says why a line cannot open the view, if so.
pub(crate) fn check(runtime: &Runtime) -> Result<(), CommandError> {
    if runtime.has_view {
        let reason = "the view is open: `:q` leaves it";
        return Err(CommandError::Text(reason.into()));
    }
    let there_is_none =
        || "the view is for a prompt on a terminal; `memglass view` opens it on one".to_owned();
    match (memglass_view::check_terminal(), runtime.has_screen) {
        (Err(error), _) => Err(CommandError::Text(error.to_string())),
        (Ok(()), false) => Err(CommandError::Text(there_is_none())),
        (Ok(()), true) => Ok(()),
    }
}

/// Shows something on the whole screen until the user closes it, or a signal ends the program.
pub(crate) fn shown(
    runtime: &mut Runtime,
    interrupts: &Interrupts,
    screen: Screen,
) -> Result<Ended, ViewError> {
    let setup = ViewSetup::of_terminal(runtime.writer.color, runtime.view_settings.as_deref());
    match screen {
        Screen::View => show(runtime, interrupts, setup),
        Screen::Top(choice) => {
            let top = LiveTop::new(choice, &runtime.attached.observer());
            // What was chosen was there when the line was typed.
            let Ok(top) = top else {
                return Ok(Ended::Closed);
            };
            let looks = LiveTop::setup(setup.setup, Order::Given);
            let mut table = Beside::new(runtime, Shown::Top(Box::new(top)));
            live::show(&mut table, &looks, interrupts)
        }
        Screen::Watches => {
            let subject = runtime.attached.observer().session().name.clone();
            let table = TypedTable::new(&runtime.typed, &format!("{subject}: watches"));
            let mut table = Beside::new(runtime, Shown::Watches(Box::new(table)));
            live::show(&mut table, &Watching::setup(setup.setup), interrupts)
        }
    }
}

/// Forgets what the log of the view has.
pub(crate) fn clear_log(runtime: &Runtime) {
    runtime.view_left.log.borrow_mut().clear();
}

/// Shows the view until the user closes it, or a signal ends the program.
pub(crate) fn show(
    runtime: &mut Runtime,
    interrupts: &Interrupts,
    setup: ViewSetup,
) -> Result<Ended, ViewError> {
    let ViewSetup { setup, watches } = setup;
    let watched_before = std::mem::take(&mut runtime.view_left.watches);
    let mut host = RuntimeHost::new(runtime, &watches);
    for watched in &watched_before {
        host.snapshots.watch_again(watched);
    }
    for mistake in setup.mistakes.iter().rev() {
        let (place, what) = mistake.split_once(": ").unwrap_or((mistake, ""));
        host.log
            .borrow_mut()
            .bad("ignored", place.to_owned(), what.to_owned());
    }
    let ended = memglass_view::run(&mut host, setup, interrupts);
    let alarms = host.log.borrow_mut().take_alarms();
    let watched = host.snapshots.watched();
    drop(host);
    runtime.view_left.watches = watched;
    for alarm in alarms {
        runtime.writer.outlet.message(&format!("{alarm}\n"));
    }
    ended
}

/// A session as the view sees it.
struct RuntimeHost<'r> {
    runtime: &'r mut Runtime,
    snapshots: Snapshots,
    /// What scripts print goes there too.
    log: Rc<RefCell<Log>>,
    /// How often that had changed, and how much had been written, when it was shown last.
    shown_counts: (u64, u64),
    /// Whether anything could be undone, and when that was looked at.
    undo: Option<(Instant, bool)>,
    /// The same, as it was shown last.
    shown_undo: bool,
    /// What had become of the producer when it was looked after last.
    fate: Option<Producer>,
    /// What the `:` line is completed from, once one has been typed.
    completing: Option<line::Completing>,
    _diverted: Diverted,
    /// How what is written looked before.
    look: Look,
}

impl<'r> RuntimeHost<'r> {
    fn new(runtime: &'r mut Runtime, watches: &[String]) -> Self {
        let snapshots = snapshots(runtime, Instant::now());
        let log = Rc::clone(&runtime.view_left.log);
        runtime.has_view = true;
        let look = &mut runtime.writer.rendering.look;
        let look = std::mem::replace(look, line::look_of_log(None));
        let outlet = &runtime.writer.outlet;
        let mut host = RuntimeHost {
            _diverted: outlet.divert(Box::new(ToLog(Rc::clone(&log)))),
            runtime,
            snapshots,
            log,
            shown_counts: (0, 0),
            undo: None,
            shown_undo: false,
            fate: None,
            completing: None,
            look,
        };
        for watched in watches {
            if let Err(mistake) = host.watch(watched) {
                let mut log = host.log.borrow_mut();
                log.bad("refused", watched.clone(), mistake.reason);
            }
        }
        host
    }

    /// Notes what has become of the producer, once.
    fn note_fate(&mut self, session: &Session) {
        let Some(before) = self.fate.replace(session.producer.clone()) else {
            return;
        };
        let fate = match (&before, &session.producer) {
            (before, now) if discriminant(before) == discriminant(now) => return,
            // Its successor is gone, which was never attached.
            (Producer::Restarted { .. }, now) if now.has_ended() => return,
            (_, Producer::Live) => "goes on",
            (_, Producer::Suspended { .. }) => "was suspended",
            (_, Producer::Ended { .. }) => "ended",
            (_, Producer::Crashed { .. }) => "crashed",
            (_, Producer::Restarted { .. }) => "was restarted",
        };
        let text = format!("{} {fate}", session.name);
        let mut log = self.log.borrow_mut();
        match session.producer {
            Producer::Crashed { .. } => log.bad("saw", text, pid(session.pid)),
            // That is another process.
            Producer::Restarted { .. } => log.good("saw", text, String::new()),
            _ => log.good("saw", text, pid(session.pid)),
        }
    }

    /// Notes that another session is attached now.
    fn note_attached(&self) {
        let observer = self.runtime.attached.observer();
        let session = observer.session();
        let text = format!("attached to {}", session.name);
        let mut log = self.log.borrow_mut();
        log.good("saw", text, pid(session.pid));
    }

    /// How often the log has changed, and how much has been written.
    fn counts(&self) -> (u64, u64) {
        let (written, _) = self.runtime.host.ledger().counts();
        (self.log.borrow().changes(), written)
    }
}

impl Drop for RuntimeHost<'_> {
    fn drop(&mut self) {
        self.runtime.has_view = false;
        self.runtime.writer.rendering.look = self.look;
    }
}

impl Host for RuntimeHost<'_> {
    fn snapshot(&mut self, interest: &Interest) -> Snapshot {
        if self.log.borrow_mut().fit(interest.log.columns) {
            self.runtime.writer.rendering.look = line::look_of_log(interest.log.columns);
        }
        let mut snapshot = self.snapshots.take(interest);
        self.note_fate(&snapshot.session);
        snapshot.log = self.log.borrow().rows(interest.log.window);
        self.shown_counts = self.counts();
        snapshot.session.can_undo = self.can_undo();
        self.shown_undo = snapshot.session.can_undo;
        if let Some(replay) = &mut snapshot.session.replay {
            replay.is_ours = self.runtime.player.is_some();
            replay.marks = replay::marks(self.runtime);
        }
        snapshot
    }

    fn still(&mut self) -> Option<Duration> {
        let is_same = self.counts() == self.shown_counts && self.can_undo() == self.shown_undo;
        is_same.then(|| self.snapshots.still()).flatten()
    }

    fn reattach(&mut self) -> Result<(), String> {
        let life = self.runtime.attached.life();
        let result = self.runtime.perform(":reattach");
        result.map_err(|error| error.to_string())?;
        if self.runtime.attached.life() == life {
            return Err("the producer is alive and attached".into());
        }
        self.follow();
        self.note_attached();
        Ok(())
    }

    fn play(&mut self, order: Play) -> Result<String, String> {
        replay::play(self.runtime, order)
    }

    fn play_to_change(&mut self, towards: Towards) -> Result<String, String> {
        let watched = self.snapshots.watched();
        replay::play_to_change(self.runtime, towards, &watched)
    }

    fn play_at(&mut self, elapsed: Duration) -> Result<String, String> {
        replay::play_at(self.runtime, elapsed)
    }

    fn types(&mut self) -> Vec<(String, usize)> {
        self.snapshots.types()
    }

    fn check_condition(&mut self, text: &str) -> Result<(), Mistake> {
        self.snapshots.check_condition(text)
    }

    fn check_column(&mut self, column: &Column) -> Result<(), Mistake> {
        self.snapshots.check_column(column)
    }

    fn watch(&mut self, text: &str) -> Result<(), Mistake> {
        self.snapshots.watch(text)
    }

    fn watch_field(&mut self, place: &Place) -> Result<(), String> {
        let field = self.snapshots.field(place)?;
        self.snapshots.watch_or_not(field.path())
    }

    fn unwatch(&mut self, index: usize) {
        self.snapshots.unwatch(index);
    }

    fn form(&mut self, place: &Place) -> Result<Form, String> {
        let field = self.snapshots.field(place)?;
        self.check_writable(&field)?;
        form::of(&field)
    }

    fn check(&mut self, place: &Place, text: &str) -> Result<(), Refused> {
        let field = self.snapshots.field(place).map_err(form::plain)?;
        let value = form::parse(&field, text).map_err(form::plain)?;
        field
            .check(&value)
            .map_err(|error| form::refused(&field, &value, &error))
    }

    fn write(&mut self, place: &Place, text: &str) -> Result<(), Refused> {
        let field = self.snapshots.field(place).map_err(form::plain)?;
        self.check_writable(&field).map_err(form::plain)?;
        match form::parse(&field, text) {
            Ok(value) => self.replace(field, &value),
            Err(reason) => {
                let typed = format!("{} = {text}", field.path());
                self.log.borrow_mut().bad("refused", typed, reason.clone());
                Err(form::plain(reason))
            }
        }
    }

    fn step(&mut self, place: &Place, steps: i32) -> Result<(), Refused> {
        let field = self.snapshots.field(place).map_err(form::plain)?;
        self.check_writable(&field).map_err(form::plain)?;
        self.stepped(field, steps)
    }

    fn toggle(&mut self, place: &Place) -> Result<(), Refused> {
        let field = self.snapshots.field(place).map_err(form::plain)?;
        self.check_writable(&field).map_err(form::plain)?;
        match form::next(&field) {
            Some(value) => self.replace(field, &value),
            None => Err(form::plain(format!(
                "{} is neither a bool nor an enum: it can only be edited",
                field.path()
            ))),
        }
    }

    fn undo(&mut self) -> Result<String, String> {
        let undone = self.undone();
        if let Err(reason) = &undone {
            let mut log = self.log.borrow_mut();
            log.bad("refused", "undo".into(), reason.clone());
        }
        undone
    }

    fn copied(&mut self, place: &Place) -> Result<[String; 2], String> {
        let field = self.snapshots.field(place)?;
        let value = field.read().map_err(|error| error.to_string())?;
        Ok([field.path().to_owned(), memglass_value::format::raw(&value)])
    }

    fn begin_line(&mut self) -> Vec<String> {
        self.line_begins()
    }

    fn complete(&mut self, before_cursor: &str) -> Completions {
        let completing = self.completing.as_ref();
        completing.map_or_else(Completions::default, |it| it.complete(before_cursor))
    }

    fn run(&mut self, line: &str) -> Outcome {
        self.line(line)
    }

    fn rest(&self) -> Option<Duration> {
        self.runtime.automation.rest()
    }

    fn woken(&self) -> &Receiver<()> {
        self.runtime.automation.woken()
    }

    fn run_due(&mut self) -> Outcome {
        self.due()
    }
}

fn pid(pid: u32) -> String {
    format!("pid {pid}")
}

fn snapshots(runtime: &Runtime, opened: Instant) -> Snapshots {
    let attached = &runtime.attached;
    Snapshots::new(&attached.observer(), attached.is_readonly(), opened)
}
