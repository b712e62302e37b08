//! The loop: keys, ticks and signals in, frames out.

use std::io::{self, BufWriter, Stdout, Write, stdout};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, after, at, never, select, unbounded};
use memglass_terminal::look;
use memglass_terminal::modes::{self, FullScreen, Hold};
use memglass_terminal::signal::{self, Interrupts};
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind};

use crate::app::{App, Next};
use crate::background::{self, Heard, Question};
use crate::busy::{Busy, Teller};
use crate::canvas::Canvas;
use crate::host::Host;
use crate::keys::Command;
use crate::line::{Outcome, Then};
use crate::screen::{Screen, terminal_size};
use crate::setup::Setup;

/// How often the thread that waits for keys looks up by itself, where nobody can wake it.
const LOOK: Duration = Duration::from_millis(200);

/// How often the thread that waits for keys looks whether the terminal is the view's again.
const LOOK_WHILE_AWAY: Duration = Duration::from_millis(50);

/// How long the end of the view waits for that thread.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often it is counted how many frames there were.
const COUNT: Duration = Duration::from_secs(1);

/// Why there is no view.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ViewError {
    /// Standard input or standard output is no terminal.
    #[error(
        "the view needs a terminal on standard input and standard output; `memglass get` and -e print values"
    )]
    NoTerminal,
    /// The terminal cannot move its cursor.
    #[error(
        "the view needs a terminal that can move its cursor, and TERM is {term:?}; `memglass get` and -e print values"
    )]
    SimpleTerminal {
        /// The kind of the terminal.
        term: String,
    },
    /// The terminal is gone.
    #[error("the terminal cannot be used")]
    Terminal(#[source] io::Error),
}

/// How the view ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The user closed it.
    Closed,
    /// A signal that ends the program came.
    Signal(i32),
    /// A script called `exit` with this code.
    Exit(i32),
}

/// Says why there can be no view on this process's terminal, if so.
///
/// # Errors
///
/// [`ViewError::NoTerminal`] and [`ViewError::SimpleTerminal`].
pub fn check_terminal() -> Result<(), ViewError> {
    use std::io::IsTerminal;
    if let Some(term) = look::simple_terminal() {
        return Err(ViewError::SimpleTerminal { term });
    }
    match io::stdin().is_terminal() && stdout().is_terminal() {
        true => Ok(()),
        false => Err(ViewError::NoTerminal),
    }
}

/// Shows the view on this process's terminal until the user closes it, or a signal or a script ends the program.
///
/// The terminal is as it was before, whatever happens: also after a panic.
///
/// # Errors
///
/// [`ViewError`]: there is no terminal for it, or it is gone.
pub fn run(host: &mut dyn Host, setup: Setup, interrupts: &Interrupts) -> Result<Ended, ViewError> {
    check_terminal()?;
    let full_screen = FullScreen::enter(setup.options.has_mouse).ok_or(ViewError::NoTerminal)?;
    let _hook = PanicHook::set();
    let busy = Busy::new(interrupts.raiser());
    let keys = Keys::listen(busy.clone()).map_err(ViewError::Terminal)?;
    let mut view = View {
        host,
        app: App::new(setup.options, setup.keymap.clone(), 0, 0),
        screen: Screen::new(
            CrosstermBackend::new(BufWriter::with_capacity(1 << 16, stdout())),
            setup.palette(setup.looks.background),
            setup.looks.glyphs,
        ),
        canvas: Canvas::default(),
        full_screen: &full_screen,
        question: None,
        busy,
        interrupts,
        setup: &setup,
    };
    view.app.set_type(setup.type_name.clone());
    view.app.notice(&setup.mistakes);
    let ended = view.ask().and_then(|()| view.serve(&keys));
    view.hear_last(&keys.events);
    ended.map_err(ViewError::Terminal)
}

struct View<'v> {
    host: &'v mut dyn Host,
    app: App,
    screen: Screen<CrosstermBackend<BufWriter<Stdout>>>,
    canvas: Canvas,
    full_screen: &'v FullScreen,
    /// What the terminal was asked about its background.
    question: Option<Question>,
    /// Tells the thread that waits for keys that a script runs.
    busy: Busy,
    interrupts: &'v Interrupts,
    setup: &'v Setup,
}

impl View<'_> {
    /// Asks the terminal what it draws on, if that decides something.
    fn ask(&mut self) -> io::Result<()> {
        if !self.setup.asks() {
            return Ok(());
        }
        self.question = Some(Question::new(Instant::now()));
        let surface = self.screen.surface_mut();
        surface.write_all(background::QUESTION.as_bytes())?;
        Write::flush(surface)
    }

    /// Hears the answer that comes when the view has ended: nobody else would take it for one.
    fn hear_last(&self, events: &Receiver<Event>) {
        let Some(question) = &self.question else {
            return;
        };
        let until = Instant::now() + question.last_wait(Instant::now());
        while let Ok(event) = events.recv_deadline(until) {
            if matches!(event, Event::Key(key) if background::is_end(key)) {
                return;
            }
        }
    }

    fn serve(&mut self, keys: &Keys) -> io::Result<Ended> {
        let events = &keys.events;
        let mut ticks = Ticks::new();
        self.show()?;
        loop {
            let due = self.host.rest().map_or_else(never, after);
            let is_woken = self.host.woken().clone();
            let next = select! {
                recv(events) -> event => match event {
                    Ok(event) => self.events(event, events)?,
                    Err(_) => return Err(io::ErrorKind::BrokenPipe.into()),
                },
                recv(self.interrupts.received()) -> received => match received {
                    Ok(number) if signal::ends_program(number) => return Ok(Ended::Signal(number)),
                    Ok(_) => self.app.command(Command::Interrupt, self.host),
                    Err(_) => return Ok(Ended::Closed),
                },
                recv(self.full_screen.continued()) -> _ => Next::Redraw,
                recv(self.full_screen.stops()) -> _ => Next::Suspend,
                recv(at(ticks.next(self.app.period()))) -> _ => {
                    self.app.reached(ticks.tick(self.app.period()));
                    Next::Look
                }
                recv(due) -> _ => self.run_due(),
                recv(is_woken) -> _ => self.run_due(),
            };
            match next {
                // The next frame shows what it did: a trigger may fire a thousand times a second.
                Next::Later => continue,
                Next::Stay | Next::Look => {}
                Next::Redraw => self.screen.forget(),
                Next::Suspend => self.full_screen.suspend(|| keys.park()),
                Next::Quit => return Ok(Ended::Closed),
                Next::Exit(code) => return Ok(Ended::Exit(code)),
                Next::End(number) => return Ok(Ended::Signal(number)),
            }
            match self.full_screen.hold(|| self.interrupts.ending()) {
                Hold::Kept if next == Next::Look => {
                    // A snapshot costs several times as much then: what it touches is in no cache by now.
                    if self.app.rests(|| self.host.still()) {
                        continue;
                    }
                    self.read()?;
                    if self.app.has_news() {
                        self.draw()?;
                    }
                    continue;
                }
                Hold::Kept => {}
                Hold::Regained => self.screen.forget(),
                Hold::Ends(signal) => return Ok(Ended::Signal(signal)),
            }
            self.show()?;
        }
    }

    /// Runs what triggers and timers have to do. It is told in the log; only an `exit` needs more.
    fn run_due(&mut self) -> Next {
        let (outcome, next) = self.script(|host| host.run_due());
        match (next, outcome.then) {
            (Next::Stay, Then::GoesOn) => Next::Later,
            (Next::Stay, then) => after_line(then),
            (next, _) => next,
        }
    }

    /// Runs a line that was typed, with a frame before it that no longer has it.
    fn line(&mut self, line: &str) -> io::Result<Next> {
        self.show()?;
        let (outcome, next) = self.script(|host| host.run(line));
        let then = outcome.then;
        self.app.ran(outcome);
        Ok(match next {
            Next::Stay => after_line(then),
            next => next,
        })
    }

    /// Lets the host run scripts, which Ctrl-C stops. What ended them may end the program.
    fn script(&mut self, work: impl FnOnce(&mut dyn Host) -> Outcome) -> (Outcome, Next) {
        if let Some(signal) = self.interrupts.settle() {
            return (Outcome::default(), Next::End(signal));
        }
        self.busy.begin();
        let outcome = work(self.host);
        if self.busy.end() {
            self.screen.forget();
            self.app.note_overwritten();
        }
        let next = match self.interrupts.settle() {
            Some(signal) => Next::End(signal),
            None => Next::Stay,
        };
        (outcome, next)
    }

    /// Does what an event asks for, and what those ask for that came with it: one frame shows them all.
    fn events(&mut self, first: Event, more: &Receiver<Event>) -> io::Result<Next> {
        let mut next = self.event(first)?;
        // No event is taken that is not done: keys pressed while the screen changes its size are keys.
        while next == Next::Stay
            && let Ok(event) = more.try_recv()
        {
            // A key is about the rows that the one before it left; a letter in a line of text is about the line.
            if !self.app.is_typing() || !is_letter(&event) {
                self.app.read(self.host);
            }
            next = self.event(event)?;
        }
        Ok(next)
    }

    fn event(&mut self, event: Event) -> io::Result<Next> {
        let had_mouse = self.app.has_mouse();
        let next = match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.heard(key),
            Event::Paste(text) => self.app.paste(&text, self.host),
            Event::Mouse(mouse) => self.app.mouse(mouse, self.host),
            Event::Resize(..) => Next::Redraw,
            _ => Next::Stay,
        };
        if self.app.has_mouse() != had_mouse {
            self.full_screen.set_mouse(!had_mouse);
        }
        match self.app.take_line() {
            Some(line) => self.line(&line),
            None => Ok(next),
        }
    }

    /// Does what a key asks for, unless it is a part of the terminal's answer.
    fn heard(&mut self, key: KeyEvent) -> Next {
        let Some(question) = &mut self.question else {
            return self.app.key(key, self.host);
        };
        match question.hear(key, Instant::now()) {
            Heard::Nothing => Next::Stay,
            Heard::Answer(background) => {
                self.screen.set_palette(self.setup.palette(background));
                Next::Stay
            }
            Heard::Keys(keys) => {
                let act = |next, key| match next {
                    Next::Stay => self.app.key(key, self.host),
                    next => next,
                };
                keys.into_iter().fold(Next::Stay, act)
            }
        }
    }

    fn show(&mut self) -> io::Result<()> {
        self.read()?;
        self.draw()
    }

    fn read(&mut self) -> io::Result<()> {
        let (width, height) = terminal_size()?;
        self.app.resize(width, height);
        self.app.read(self.host);
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        if let Some(text) = self.app.take_copied() {
            self.screen
                .surface_mut()
                .write_all(clipboard(&text).as_bytes())?;
        }
        self.app.draw(&mut self.canvas);
        self.app.note_drawn();
        self.screen.show(&self.canvas).map(drop)
    }
}

fn is_letter(event: &Event) -> bool {
    matches!(event, Event::Key(key) if matches!(key.code, KeyCode::Char(_)))
}

fn after_line(then: Then) -> Next {
    match then {
        Then::GoesOn => Next::Stay,
        Then::Closes => Next::Quit,
        Then::Ends(code) => Next::Exit(code),
    }
}

/// What puts a text into the clipboard of whoever sits at the terminal, near or far (OSC 52).
fn clipboard(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for three in text.as_bytes().chunks(3) {
        let bits = three
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - three.len()));
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place)) as usize & 63];
            encoded.push(if place <= three.len() {
                digit.into()
            } else {
                '='
            });
        }
    }
    format!("\x1b]52;c;{encoded}\x07")
}

/// When frames are due, and how many there were.
struct Ticks {
    last: Instant,
    period: Duration,
    counted: Instant,
    frames: u32,
    reached: Option<f64>,
}

impl Ticks {
    fn new() -> Self {
        let now = Instant::now();
        Ticks {
            last: now,
            period: Duration::ZERO,
            counted: now,
            frames: 0,
            reached: None,
        }
    }

    fn next(&self, period: Duration) -> Instant {
        self.last + period
    }

    /// A frame is made; gives how many a second there were, if clearly fewer than wanted.
    fn tick(&mut self, period: Duration) -> Option<f64> {
        let now = Instant::now();
        let due = self.next(period);
        if self.period != period {
            // What was counted was at another rate.
            (self.period, self.counted, self.frames) = (period, now, 0);
            self.reached = None;
        }
        let wanted = 1.0 / period.as_secs_f64();
        // A late frame does not make the next ones come sooner.
        let is_late = now.saturating_duration_since(due) > (due - self.last);
        self.last = if is_late { now } else { due };
        self.frames += 1;
        let time = now - self.counted;
        if time >= COUNT {
            let reached = f64::from(self.frames) / time.as_secs_f64();
            self.reached = (wanted > 2.0 && reached < 0.9 * wanted).then_some(reached);
            (self.counted, self.frames) = (now, 0);
        }
        self.reached
    }
}

/// The thread that waits for keys.
pub(crate) struct Keys {
    pub(crate) events: Receiver<Event>,
    is_over: Arc<AtomicBool>,
    /// Held while keys are waited for.
    turns: Arc<Mutex<()>>,
    /// Whether somebody else waits for that.
    is_parked: Arc<AtomicBool>,
    /// Closed when the thread has ended.
    ended: Receiver<()>,
    /// Tells of scripts that stop keys from being answered.
    _teller: Teller,
}

impl Keys {
    /// Events from now on; those that are about scripts that run beside them go to `busy`. What is to be seen by the thread
    /// is followed by [`modes::wake_keys`].
    pub(crate) fn listen(busy: Busy) -> io::Result<Keys> {
        // From here on the thread can be woken, also before it waits for the first time.
        event::poll(Duration::ZERO)?;
        let (sender, events) = unbounded();
        let waiting = events.clone();
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let turns = Arc::new(Mutex::new(()));
        let own_turns = Arc::clone(&turns);
        let is_parked = Arc::new(AtomicBool::new(false));
        let parks = Arc::clone(&is_parked);
        let (end, ended) = unbounded();
        let teller = busy.teller()?;
        let wait = move || {
            let _end: Sender<()> = end;
            while !over.load(Ordering::Relaxed) {
                let turn = turns.lock().unwrap_or_else(PoisonError::into_inner);
                if parks.load(Ordering::Relaxed) || !modes::has_view() {
                    drop(turn);
                    thread::sleep(LOOK_WHILE_AWAY);
                    continue;
                }
                // With a time to wait at most, the library spins through the last millisecond of it.
                if !modes::WAKES_KEYS && !event::poll(LOOK).unwrap_or(true) {
                    continue;
                }
                let event = event::read();
                let is_taken = |event: &Event| busy.takes(event);
                if event.as_ref().is_ok_and(is_taken) {
                    // What was typed while the script ran was not meant for what comes after it.
                    waiting.try_iter().for_each(drop);
                    continue;
                }
                let sent = event.map(|event| sender.send(event));
                if !matches!(sent, Ok(Ok(()))) {
                    return;
                }
            }
        };
        thread::Builder::new().name("keys".into()).spawn(wait)?;
        Ok(Keys {
            _teller: teller,
            events,
            is_over,
            turns: own_turns,
            is_parked,
            ended,
        })
    }

    /// Nobody waits for keys as long as this is kept; `None` if the thread does not come back from waiting for one, as where
    /// the terminal is gone.
    pub(crate) fn park(&self) -> Option<MutexGuard<'_, ()>> {
        self.is_parked.store(true, Ordering::Relaxed);
        modes::wake_keys();
        let begin = Instant::now();
        let turn = loop {
            match self.turns.try_lock() {
                Ok(turn) => break Some(turn),
                Err(TryLockError::Poisoned(poisoned)) => break Some(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) if begin.elapsed() > PATIENCE => break None,
                Err(TryLockError::WouldBlock) => thread::sleep(LOOK_WHILE_AWAY / 2),
            }
        };
        self.is_parked.store(false, Ordering::Relaxed);
        turn
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        modes::wake_keys();
        // The prompt's editor must not share the keyboard with it. But where the terminal is gone, the thread never
        // comes back from waiting, and nobody else reads keys either.
        let _ = self.ended.recv_timeout(PATIENCE);
    }
}

/// While it lives, a panic leaves the full screen before it says what happened.
pub(crate) struct PanicHook {
    before: Arc<Hook>,
}

type Hook = Box<dyn Fn(&panic::PanicHookInfo<'_>) + Sync + Send>;

impl PanicHook {
    pub(crate) fn set() -> Self {
        let before: Arc<Hook> = Arc::new(panic::take_hook());
        let then = Arc::clone(&before);
        panic::set_hook(Box::new(move |info| {
            modes::leave_full_screen();
            then(info);
        }));
        PanicHook { before }
    }
}

impl Drop for PanicHook {
    fn drop(&mut self) {
        // In a panic the hook cannot be changed, and need not be.
        if !thread::panicking() {
            let before = Arc::clone(&self.before);
            panic::set_hook(Box::new(move |info| before(info)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_ends_where_the_thread_that_waits_for_keys_never_comes_back() {
        let (_waits_for_ever, ended) = unbounded();
        let keys = Keys {
            events: unbounded().1,
            is_over: Arc::default(),
            turns: Arc::default(),
            is_parked: Arc::default(),
            ended,
            _teller: Teller::nobody(),
        };
        let (done, is_done) = unbounded();
        thread::spawn(move || {
            drop(keys);
            done.send(())
        });
        assert_eq!(is_done.recv_timeout(20 * PATIENCE), Ok(()));
    }

    #[test]
    fn a_copied_text_is_in_base_64() {
        for (text, encoded) in [
            ("", ""),
            ("a", "YQ=="),
            ("ab", "YWI="),
            ("abc", "YWJj"),
            ("a.b c", "YS5iIGM="),
        ] {
            assert_eq!(clipboard(text), format!("\x1b]52;c;{encoded}\x07"));
        }
    }
}
