//! The terminal as it was before the prompt, and as it is between two lines.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use memglass_system::console::Console;
use memglass_system::process::{self, Suspender};
use memglass_system::rescue;
use memglass_system::signals::{self, Listener};

/// The terminal of this process.
static TERMINAL: Mutex<Terminal> = Mutex::new(Terminal::NOBODYS);

/// Several threads change its modes, each under the lock. Once the prompt has ended none does, however late
/// it comes: nobody would put them back.
struct Terminal {
    /// What the prompt found; nothing if that was no terminal, or there is no prompt.
    found: Option<Arc<Console>>,
    holder: Holder,
    /// The full-screen view, while there is one.
    view: Option<View>,
    /// What a signal would give back that ends the process now.
    prepared: Worst,
}

/// What is to be given back if the process ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Worst {
    Nothing,
    /// The modes, and what the editor asked for.
    Line,
    /// The first screen besides.
    Screen,
}

/// What the terminal has to know of the full-screen view.
struct View {
    /// Whether it has no prompt to go back to.
    is_alone: bool,
    /// Whether it hears of the mouse.
    has_mouse: bool,
    /// Whether the program is about to stop, and the terminal is as it was before the view.
    is_away: bool,
    /// Told when somebody asks the program to stop.
    stops: Sender<()>,
}

/// Whose modes the terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// No prompt's: there is none yet, or it has ended.
    Nobody,
    /// Ours, between two lines.
    Scripts,
    /// The editor's, which puts back what it found when the line has ended.
    Editor,
    /// Another program's.
    Other,
    /// The full-screen view's.
    View,
}

/// To the screen of a full-screen program: no cursor, no wrapping at the right end, no reordering of text that is
/// written from right to left, and pastes marked: they are no keys.
const ENTER: &str = "\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[?7l\x1b[8l\x1b[2J";

/// Back, and the terminal as it was.
const LEAVE: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?2026l\x1b[0m\x1b[8h\x1b[?7h\x1b[?25h\x1b[?2004l\x1b[?1049l";

/// Tell of the mouse: its buttons, its moves while one is down, at any size of the screen.
const MOUSE: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// Tell of it no longer.
const NO_MOUSE: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// Mark what is pasted.
const PASTES: &str = "\x1b[?2004h";

/// Mark it no longer.
const NO_PASTES: &str = "\x1b[?2004l";

/// Gives the terminal back as it was when the guard was made, whatever the prompt was doing.
///
/// The editor does so itself at the end of each line. A signal ends the program in the middle of one.
#[derive(Debug)]
pub struct TerminalGuard {
    /// What silences the terminal again when a shell lets the program go on.
    _continued: Option<Listener>,
}

/// While it lives, another program has the terminal as it was before the prompt.
#[derive(Debug)]
pub struct LentTerminal(());

/// While it lives, the terminal is in raw mode and shows its other screen.
pub struct FullScreen {
    continued: Receiver<()>,
    stops: Receiver<()>,
    _listener: Option<Listener>,
    suspender: Option<Suspender>,
}

/// What has become of the terminal of a [`FullScreen`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// It shows what it showed.
    Kept,
    /// Somebody else had it: the screen is to be drawn anew.
    Regained,
    /// Somebody else has it, and this signal ends the program.
    Ends(i32),
}

/// How long a program goes on in the background before it is stopped: what asks it to end comes together with what lets
/// it go on.
const GRACE: Duration = Duration::from_millis(50);

impl FullScreen {
    /// Takes the terminal of standard input from the prompt, or for the first time, and the mouse with it if it is
    /// wanted; `None` if it is none.
    pub fn enter(has_mouse: bool) -> Option<Self> {
        let (sender, stops) = bounded(1);
        if !terminal().begin_view(has_mouse, sender) {
            return None;
        }
        hear_of_stops();
        let (sender, continued) = bounded(1);
        let listener = signals::on_continue(move || {
            terminal().show_view();
            // Another job may have the terminal now, and the next key.
            signals::wake_keys();
            // One that waits says as much.
            let _ = sender.try_send(());
        });
        Some(FullScreen {
            continued,
            stops,
            // Without them a stopped view is drawn anew with Ctrl-L.
            _listener: listener.ok(),
            suspender: Suspender::new().ok(),
        })
    }

    /// Told when a shell has let the program go on: the screen is to be drawn anew.
    pub fn continued(&self) -> &Receiver<()> {
        &self.continued
    }

    /// Told when somebody asks the program to stop: it is to [`suspend`](FullScreen::suspend).
    pub fn stops(&self) -> &Receiver<()> {
        &self.stops
    }

    /// Gives the terminal back and stops until the shell lets the program go on, maybe in the background:
    /// [`hold`](FullScreen::hold) takes the terminal again. While what `park` gives is kept, nobody may read keys: they are
    /// the shell's.
    pub fn suspend<Parked>(&self, park: impl FnOnce() -> Parked) {
        let Some(suspender) = &self.suspender else {
            return;
        };
        let _parked = park();
        leave_full_screen();
        suspender.stop();
    }

    /// Comes back when the terminal is this program's. As long as the shell gives it to another job, the program is
    /// stopped again and again, unless a signal is `ending` it.
    pub fn hold(&self, ending: impl Fn() -> Option<i32>) -> Hold {
        if terminal().has_view() {
            return Hold::Kept;
        }
        while !terminal().show_view() {
            thread::sleep(GRACE);
            if let Some(signal) = ending() {
                return Hold::Ends(signal);
            }
            process::stop_in_background();
        }
        Hold::Regained
    }

    /// Asks the terminal to tell of the mouse, or to keep it for its own selection.
    pub fn set_mouse(&self, has_mouse: bool) {
        terminal().set_mouse(has_mouse);
    }
}

/// Has a stop from outside go through the view, for the terminal is to be given back first. Nobody takes that back,
/// so it stays when the view has ended.
fn hear_of_stops() {
    static HEARD: Once = Once::new();
    // Where a host handles it, the host's word stands.
    HEARD.call_once(|| {
        let _ = signals::on_stop(|| {
            if !terminal().tell_of_stop() {
                process::stop();
            }
        });
    });
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        terminal().end_view();
    }
}

/// Leaves the other screen at once, if the terminal shows it: what is written next is for the user to read.
pub fn leave_full_screen() {
    let mut terminal = terminal();
    if terminal.holder == Holder::View {
        terminal.hide_view();
        terminal.restore();
    }
}

impl TerminalGuard {
    /// Remembers the terminal of standard input, if it is one.
    ///
    /// From now on it echoes nothing by itself: keys that are pressed while a script runs, Ctrl-C
    /// among them, are no part of its output. What is typed ahead is shown by the next prompt. A shell
    /// that stopped the program and lets it go on has changed that, so it is seen to again.
    pub fn take() -> Self {
        terminal().begin(Console::of_input());
        TerminalGuard {
            // Without it what is typed beside a script is on the screen after a stop, and no worse.
            _continued: signals::on_continue(|| terminal().continued()).ok(),
        }
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        give_back();
    }
}

impl LentTerminal {
    /// Gives the terminal to another program.
    pub fn lend() -> Self {
        let mut terminal = terminal();
        terminal.hand_to(Holder::Other);
        terminal.restore();
        LentTerminal(())
    }
}

impl Drop for LentTerminal {
    fn drop(&mut self) {
        let mut terminal = terminal();
        terminal.hand_to(Holder::Scripts);
        terminal.silence();
    }
}

impl Terminal {
    const NOBODYS: Terminal = Terminal {
        found: None,
        holder: Holder::Nobody,
        view: None,
        prepared: Worst::Nothing,
    };

    /// What is to be given back if the process ends now.
    fn worst(&self) -> Worst {
        let is_away = self.view.as_ref().is_some_and(|view| view.is_away);
        match self.holder {
            _ if self.found.is_none() => Worst::Nothing,
            Holder::Nobody | Holder::Other => Worst::Nothing,
            Holder::Scripts | Holder::Editor => Worst::Line,
            Holder::View if is_away => Worst::Nothing,
            Holder::View => Worst::Screen,
        }
    }

    /// Tells what gives the terminal back in the last moment, if that has changed.
    fn prepare_for_the_worst(&mut self) {
        let worst = self.worst();
        if self.prepared == worst {
            return;
        }
        self.prepared = worst;
        let text = match worst {
            Worst::Nothing => None,
            Worst::Line => Some(NO_PASTES.to_owned()),
            Worst::Screen => Some(LEAVE.to_owned()),
        };
        rescue::prepare(self.found.as_deref().zip(text));
    }

    fn begin(&mut self, input: Option<Console>) {
        self.found = input.map(Arc::new);
        self.holder = Holder::Scripts;
        self.silence();
    }

    /// The view begins, with or without a prompt around it; false if there is no terminal.
    fn begin_view(&mut self, has_mouse: bool, stops: Sender<()>) -> bool {
        let is_first = self.holder == Holder::Nobody;
        if is_first {
            self.found = Console::of_input().map(Arc::new);
        }
        if self.found.is_none() {
            return false;
        }
        self.view = Some(View {
            is_alone: is_first,
            has_mouse,
            is_away: false,
            stops,
        });
        self.holder = Holder::View;
        self.show_view();
        true
    }

    /// Whether another job of the shell has the terminal.
    fn is_in_background(&self) -> bool {
        let is_lost = |found: &Arc<Console>| !found.is_in_foreground();
        self.found.as_ref().is_some_and(is_lost)
    }

    /// Whether the terminal shows the view.
    fn has_view(&self) -> bool {
        self.view.as_ref().is_some_and(|view| !view.is_away) && !self.is_in_background()
    }

    /// False if another job has the terminal.
    fn show_view(&mut self) -> bool {
        if self.is_in_background() {
            return false;
        }
        let Some(view) = self.view.as_mut().filter(|_| self.holder == Holder::View) else {
            return true;
        };
        let was_away = std::mem::replace(&mut view.is_away, false);
        if let Some(found) = &self.found {
            found.make_raw();
            if was_away {
                // Nobody saw what those keys would do, and the terminal has edited them as it does a line: half of a paste may
                // be gone.
                found.forget_typed();
            }
        }
        let mouse = if view.has_mouse { MOUSE } else { "" };
        // A terminal that has gone is noticed when the first frame is written.
        let _ = crate::streams::write_sequence(&format!("{ENTER}{mouse}"));
        true
    }

    fn hide_view(&mut self) {
        let view = self.view.as_mut();
        if view.is_some_and(|view| !std::mem::replace(&mut view.is_away, true)) {
            let _ = crate::streams::write_sequence(LEAVE);
        }
    }

    fn set_mouse(&mut self, has_mouse: bool) {
        if let Some(view) = &mut self.view {
            view.has_mouse = has_mouse;
            let _ = crate::streams::write_sequence(if has_mouse { MOUSE } else { NO_MOUSE });
        }
    }

    /// Tells the view that the program is to stop; false if the terminal is not its own at the moment.
    fn tell_of_stop(&self) -> bool {
        let is_there = |view: &&View| self.holder == Holder::View && !view.is_away;
        let view = self.view.as_ref().filter(is_there);
        // One that waits says as much.
        view.is_some_and(|view| view.stops.try_send(()).is_ok() || view.stops.is_full())
    }

    /// The view ends; what is typed next is the prompt's, or that of whoever started the program.
    fn end_view(&mut self) {
        if self.holder != Holder::View {
            return;
        }
        self.hide_view();
        if self.view.take().is_none_or(|view| view.is_alone) {
            self.holder = Holder::Nobody;
            self.restore();
            self.found = None;
        } else {
            self.holder = Holder::Scripts;
            self.silence();
        }
    }

    /// The prompt has ended; what it found, if that was a terminal.
    fn end(&mut self) -> Option<Arc<Console>> {
        if self.holder == Holder::View {
            self.hide_view();
            self.view = None;
        }
        self.holder = Holder::Nobody;
        self.restore();
        self.found.take()
    }

    fn hand_to(&mut self, holder: Holder) {
        if self.holder != Holder::Nobody {
            self.holder = holder;
        }
    }

    fn restore(&self) {
        self.found.iter().for_each(|found| found.restore());
    }

    fn silence(&self) {
        self.found.iter().for_each(|found| found.silence());
    }

    /// The editor begins with a line; it finds the modes that it is to put back. `None` once the prompt
    /// has ended.
    fn begin_line(&mut self) -> Option<Option<Arc<Console>>> {
        if self.holder == Holder::Nobody {
            return None;
        }
        self.silence();
        self.hand_to(Holder::Editor);
        Some(self.found.clone())
    }

    /// The editor has put back what it `found`. If the prompt has ended meanwhile, those are modes that
    /// nobody wants any more.
    fn end_line(&mut self, found: Option<Arc<Console>>) {
        self.hand_to(Holder::Scripts);
        if self.holder == Holder::Nobody {
            found.iter().for_each(|found| found.restore());
        }
    }

    fn continued(&self) {
        if self.holder == Holder::Scripts {
            self.silence();
        }
    }
}

/// Gives the terminal back to whoever had it before the prompt, for good; nothing if there was no prompt.
pub fn give_back() {
    let mut terminal = terminal();
    if terminal.end().is_some_and(|found| found.is_in_foreground()) {
        bracket_pastes(false);
    }
}

/// Lets the editor have the terminal for the time of `read`, unless the prompt has ended.
pub fn edited<T>(read: impl FnOnce() -> T) -> Option<T> {
    wait_in_background();
    let found = terminal().begin_line()?;
    let result = read();
    terminal().end_line(found);
    Some(result)
}

/// Whether the terminal shows the full-screen view: keys are for it.
pub fn has_view() -> bool {
    terminal().has_view()
}

/// Wakes the thread that waits for keys, where [`WAKES_KEYS`].
pub fn wake_keys() {
    signals::wake_keys();
}

/// Whether the thread that waits for keys can be woken. Where it cannot, it has to look up by itself.
pub const WAKES_KEYS: bool = signals::WAKES_KEYS;

/// Gives the terminal back for the time of `act`, in the middle of a line.
pub fn interrupted(act: impl FnOnce()) {
    // A terminal that has gone is the editor's to complain about.
    let editing = terminal().found.as_ref().and_then(|found| found.modes());
    change(|found| {
        found.restore();
        bracket_pastes(false);
    });
    act();
    wait_in_background();
    change(|found| {
        if let Some(editing) = &editing {
            found.set(editing);
            bracket_pastes(true);
        }
    });
}

/// Comes back when the terminal is this program's, or the prompt has ended.
fn wait_in_background() {
    wait_until(|| !terminal().is_in_background());
}

/// Waits until the program is in the foreground. Until then it is stopped again and again, as one is that reads in the
/// background.
fn wait_until(is_in_foreground: impl Fn() -> bool) {
    while !is_in_foreground() {
        thread::sleep(GRACE);
        process::stop_in_background();
    }
}

/// Comes back when there is something to read on the terminal of standard input and that is this program's, or at once
/// where it is none. So a shell can stop the program, and end it, while it waits for a line that is not edited.
pub fn wait_for_line() {
    let Some(input) = Console::of_input() else {
        return;
    };
    while !input.waits_for_input() || !input.is_in_foreground() {
        wait_until(|| input.is_in_foreground());
    }
}

/// Changes the terminal, if there is one and the prompt still has it.
fn change(change: impl FnOnce(&Console)) {
    if let Some(found) = &terminal().found {
        change(found);
    }
}

/// The editor asked for pastes to be bracketed.
fn bracket_pastes(are_bracketed: bool) {
    // Where the editor writes; a terminal that has gone needs nothing.
    let _ = crate::streams::write_sequence(match are_bracketed {
        true => PASTES,
        false => NO_PASTES,
    });
}

/// The terminal, until it is dropped; a signal that ends the process then knows how to give it back.
struct Held(MutexGuard<'static, Terminal>);

fn terminal() -> Held {
    Held(TERMINAL.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Deref for Held {
    type Target = Terminal;

    fn deref(&self) -> &Terminal {
        &self.0
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Terminal {
        &mut self.0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.prepare_for_the_worst();
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs::File;

    use super::*;

    /// A terminal that a prompt has, and another way to it.
    fn begun() -> (Terminal, Console) {
        let mut open = File::options();
        let file = open.read(true).write(true).open("/dev/ptmx");
        let file = file.expect("a terminal");
        let again = Console::of(file.try_clone().expect("a descriptor")).expect("a terminal");
        assert!(echoes(&again));
        let mut terminal = Terminal::NOBODYS;
        terminal.begin(Console::of(file));
        assert!(!echoes(&again));
        (terminal, again)
    }

    fn echoes(console: &Console) -> bool {
        console.modes().expect("a terminal").echoes()
    }

    #[test]
    fn a_thread_that_comes_late_leaves_the_terminal_as_it_was() {
        let (mut terminal, file) = begun();
        terminal.end();
        assert!(echoes(&file));
        terminal.silence();
        assert!(echoes(&file), "as one does that saw the program go on");
        assert!(terminal.begin_line().is_none());
        assert!(echoes(&file), "as the editor does with a line");
        terminal.hand_to(Holder::Scripts);
        terminal.continued();
        assert!(terminal.begin_line().is_none(), "it came back from a pager");
    }

    #[test]
    fn a_line_that_ends_after_the_prompt_leaves_the_terminal_as_it_was() {
        let (mut terminal, file) = begun();
        let line = terminal.begin_line().expect("a prompt");
        let found_by_editor = file.modes().expect("a terminal");
        terminal.end();
        file.set(&found_by_editor);
        assert!(!echoes(&file));
        terminal.end_line(line);
        assert!(echoes(&file));
    }

    #[test]
    fn between_two_lines_the_terminal_is_silent() {
        let (mut terminal, file) = begun();
        let line = terminal.begin_line().expect("a prompt");
        assert_eq!(terminal.holder, Holder::Editor);
        terminal.end_line(line);
        assert_eq!(terminal.holder, Holder::Scripts);
        assert!(!echoes(&file));
    }
}
