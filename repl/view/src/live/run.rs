//! The loop of a live table: keys, looks, frames and signals.

use std::io::{self, BufWriter, Stdout, stdout};
use std::time::{Duration, Instant};

use crossbeam_channel::{after, at, never, select};
use memglass_terminal::modes::{FullScreen, Hold};
use memglass_terminal::signal::{self, Interrupts};
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{Event, KeyEventKind};

use super::state::{Next, State};
use super::{Order, Source, draw};
use crate::busy::Busy;
use crate::canvas::Canvas;
use crate::line::Then;
use crate::rate::Rate;
use crate::run::{Ended, Keys, PanicHook, ViewError, check_terminal};
use crate::screen::{Screen, terminal_size};
use crate::setup;

/// How a live table begins, and when it ends by itself.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What the terminal can show, and the user's colours.
    pub looks: setup::Setup,
    /// Frames a second.
    pub rate: Rate,
    /// The order of the rows.
    pub order: Order,
    /// When it ends.
    pub until: Option<Instant>,
}

/// Shows a table on this process's terminal until the user closes it, its time is up, a signal comes, or what runs beside it
/// ends the program.
///
/// The terminal is as it was before, whatever happens: also after a panic.
///
/// # Errors
///
/// [`ViewError`]: there is no terminal for it, or it is gone.
pub fn run(
    source: &mut dyn Source,
    setup: &Setup,
    interrupts: &Interrupts,
) -> Result<Ended, ViewError> {
    check_terminal()?;
    let full_screen = FullScreen::enter(false).ok_or(ViewError::NoTerminal)?;
    let _hook = PanicHook::set();
    let busy = Busy::new(interrupts.raiser());
    let keys = Keys::listen(busy.clone()).map_err(ViewError::Terminal)?;
    let looks = &setup.looks;
    let mut live = Live {
        source,
        state: State {
            rate: setup.rate,
            order: setup.order,
            ..State::default()
        },
        screen: Screen::new(
            CrosstermBackend::new(BufWriter::with_capacity(1 << 16, stdout())),
            looks.palette(looks.looks.background),
            looks.looks.glyphs,
        ),
        canvas: Canvas::default(),
        full_screen: &full_screen,
        busy,
        interrupts,
    };
    live.serve(&keys, setup.until).map_err(ViewError::Terminal)
}

struct Live<'l> {
    source: &'l mut dyn Source,
    state: State,
    screen: Screen<CrosstermBackend<BufWriter<Stdout>>>,
    canvas: Canvas,
    full_screen: &'l FullScreen,
    /// Tells the thread that waits for keys that a script runs.
    busy: Busy,
    interrupts: &'l Interrupts,
}

impl Live<'_> {
    fn serve(&mut self, keys: &Keys, until: Option<Instant>) -> io::Result<Ended> {
        let events = &keys.events;
        let until = until.map_or_else(never, at);
        let start = Instant::now();
        let mut looks = Due::at(start);
        let mut frames = Due::at(start);
        self.show()?;
        loop {
            let look = self.source.period().filter(|_| !self.state.is_paused);
            let look = look.map_or_else(never, |period| at(looks.next(period)));
            let period = self.state.rate.period();
            let due = self.source.rest().map_or_else(never, after);
            let woken = self.source.woken().unwrap_or_else(never);
            let next = select! {
                recv(events) -> event => match event {
                    Ok(event) => self.event(&event),
                    Err(_) => return Err(io::ErrorKind::BrokenPipe.into()),
                },
                recv(self.interrupts.received()) -> received => match received {
                    Ok(number) => return Ok(Ended::Signal(number)),
                    Err(_) => return Ok(Ended::Closed),
                },
                recv(until) -> _ => return Ok(Ended::Closed),
                recv(self.full_screen.continued()) -> _ => Next::Redraw,
                recv(self.full_screen.stops()) -> _ => Next::Suspend,
                recv(look) -> _ => {
                    self.source.look();
                    looks.done(self.source.period().unwrap_or_default());
                    continue;
                }
                recv(at(frames.next(period))) -> _ => {
                    frames.done(period);
                    if self.state.is_paused {
                        continue;
                    }
                    match self.script(|source| {
                        source.advance();
                        Then::GoesOn
                    }) {
                        None => Next::Stay,
                        Some(ended) => return Ok(ended),
                    }
                }
                recv(due) -> _ => match self.script(|source| source.run_due()) {
                    None => continue,
                    Some(ended) => return Ok(ended),
                },
                recv(woken) -> _ => match self.script(|source| source.run_due()) {
                    None => continue,
                    Some(ended) => return Ok(ended),
                },
            };
            match next {
                Next::Stay => {}
                Next::Resume => self.source.resume(),
                Next::Redraw => self.screen.forget(),
                Next::Suspend => self.full_screen.suspend(|| keys.park()),
                Next::Interrupt => return Ok(Ended::Signal(signal::INTERRUPT)),
                Next::Quit => return Ok(Ended::Closed),
            }
            match self.full_screen.hold(|| self.interrupts.ending()) {
                Hold::Kept => {}
                Hold::Regained => self.screen.forget(),
                Hold::Ends(signal) => return Ok(Ended::Signal(signal)),
            }
            self.show()?;
        }
    }

    /// Lets scripts run, which Ctrl-C stops; how the table ends, if it does.
    fn script(&mut self, work: impl FnOnce(&mut dyn Source) -> Then) -> Option<Ended> {
        if let Some(signal) = self.interrupts.settle() {
            return Some(Ended::Signal(signal));
        }
        self.busy.begin();
        let then = work(self.source);
        if self.busy.end() {
            self.screen.forget();
        }
        match (self.interrupts.settle(), then) {
            (Some(signal), _) => Some(Ended::Signal(signal)),
            (None, Then::GoesOn) => None,
            (None, Then::Closes) => Some(Ended::Closed),
            (None, Then::Ends(code)) => Some(Ended::Exit(code)),
        }
    }

    fn event(&mut self, event: &Event) -> Next {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.state.key(*key),
            Event::Resize(..) => Next::Redraw,
            _ => Next::Stay,
        }
    }

    fn show(&mut self) -> io::Result<()> {
        let (width, height) = terminal_size()?;
        self.state.height = draw::height(height);
        let table = self.source.table(self.state.wanted());
        self.state.total = table.total;
        self.state.first = table.first;
        self.canvas.clear(width, height);
        draw::draw(&mut self.canvas, &table, &self.state);
        self.screen.show(&self.canvas).map(drop)
    }
}

/// When something is due again.
struct Due {
    last: Instant,
}

impl Due {
    fn at(start: Instant) -> Due {
        Due { last: start }
    }

    fn next(&self, period: Duration) -> Instant {
        self.last + period
    }

    /// It is done. What could not be done in time is left out.
    fn done(&mut self, period: Duration) {
        let now = Instant::now();
        let due = self.next(period);
        self.last = if due + period < now { now } else { due };
    }
}
