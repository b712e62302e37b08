//! The prompt's loop: events in, outputs out. The only one.

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, after, never, select_biased, tick};
use memglass_line::Event;
use memglass_line::{Editor, Printer};
use memglass_script::ScriptError;
use memglass_syntax::Piece;
use memglass_terminal::look;
use memglass_terminal::signal::{self, Interrupts};
use memglass_value::shown::Shown;
use memglass_value::wrap;
#[cfg(feature = "view")]
use memglass_view::Ended;

use crate::commands::{self, CommandError};
use crate::labels::LabelKeeper;
use crate::presence;
use crate::runtime::{Runtime, Screen};
#[cfg(feature = "view")]
use crate::view;

/// How often the producer is looked after while nobody types.
const LOOK_AFTER: Duration = Duration::from_millis(250);

/// How often it is told what changed of what is watched.
const TELL_CHANGES: Duration = Duration::from_millis(100);

/// A prompt on one session.
pub(crate) struct EventLoop {
    runtime: Runtime,
    editor: Editor,
    printer: Rc<std::cell::RefCell<Printer>>,
    interrupts: Interrupts,
    producer: presence::Watch,
    ticks: Receiver<std::time::Instant>,
    /// When changes are told.
    tellings: Receiver<std::time::Instant>,
    /// Whether an action runs while the prompt is shown, so that Ctrl-C is for it.
    busy: Arc<AtomicBool>,
}

/// What happens after an event.
enum Next {
    /// The prompt stays as it is.
    Wait,
    /// Another prompt is shown.
    Ask,
    /// The program ends with this code.
    Quit(i32),
}

impl EventLoop {
    /// A loop over what the user types into `editor`.
    pub(crate) fn new(
        runtime: Runtime,
        editor: Editor,
        printer: Rc<std::cell::RefCell<Printer>>,
        interrupts: Interrupts,
        busy: Arc<AtomicBool>,
    ) -> Self {
        EventLoop {
            runtime,
            editor,
            printer,
            interrupts,
            producer: presence::Watch::new(),
            ticks: tick(LOOK_AFTER),
            tellings: tick(TELL_CHANGES),
            busy,
        }
    }

    /// Serves the prompt until the user leaves; gives the exit code.
    ///
    /// # Errors
    ///
    /// If standard output is gone.
    pub(crate) fn run(mut self) -> io::Result<i32> {
        let labels = self.editor.labels().clone();
        let keeper = LabelKeeper::start(labels, &self.runtime.attached.observer())?;
        let mut life = self.runtime.attached.life();
        let damage = keeper.damage();
        loop {
            self.look_after_producer();
            damage.try_iter().for_each(|news| self.warn(&news));
            self.take_in_names();
            if self.runtime.attached.life() != life {
                life = self.runtime.attached.life();
                keeper.follow(&self.runtime.attached.observer());
            }
            let edited = self.runtime.journal.take_edited();
            self.editor.ask(self.prompt(), edited);
            if let Some(code) = self.serve(damage)? {
                return Ok(code);
            }
        }
    }

    /// Serves events until another prompt is to be shown, or the program is to end.
    fn serve(&mut self, damage: &Receiver<String>) -> io::Result<Option<i32>> {
        loop {
            let rest = self.runtime.automation.rest();
            let due = rest.map_or_else(never, after);
            let tellings = match self.runtime.typed.is_empty() {
                true => never(),
                false => self.tellings.clone(),
            };
            // What the user says comes before what is due again and again.
            let next = select_biased! {
                recv(self.editor.events()) -> event => match event {
                    Ok(event) => self.event(event)?,
                    Err(_) => Next::Quit(1),
                },
                recv(self.interrupts.received()) -> received => match received {
                    Ok(signal) if signal::ends_program(signal) => Next::Quit(signal::exit_code(signal)),
                    // No script runs that it could stop, so that it is about the line; Ctrl-C of the keyboard
                    // is the editor's, if there is one.
                    _ => {
                        self.interrupts.settle();
                        self.editor.drop_line();
                        Next::Wait
                    }
                },
                recv(self.ticks) -> _ => self.tick(damage),
                recv(tellings) -> _ => self.tell_changes(),
                recv(due) -> _ => self.run_due()?,
                recv(self.runtime.automation.woken()) -> _ => self.run_due()?,
            };
            match next {
                Next::Wait => {}
                Next::Ask => return Ok(None),
                Next::Quit(code) => return Ok(Some(code)),
            }
        }
    }

    fn event(&mut self, event: Event) -> io::Result<Next> {
        Ok(match event {
            Event::Line(line) => self.line(&line)?,
            Event::Cleared => Next::Ask,
            Event::End => Next::Quit(0),
            Event::Broken(reason) => {
                memglass_terminal::streams::write_message(&format!(
                    "memglass: the terminal cannot be read: {reason}\n"
                ));
                Next::Quit(1)
            }
            Event::Peek { path, reply } => {
                if let Some(text) = self.peek(&path) {
                    // A hint that has been given up is no loss.
                    let _ = reply.send(text);
                }
                Next::Wait
            }
        })
    }

    fn line(&mut self, line: &str) -> io::Result<Next> {
        if line.trim().is_empty() {
            return Ok(Next::Ask);
        }
        self.interrupts.settle();
        self.look_after_producer();
        // The window may have been resized since the last line.
        let look = &mut self.runtime.writer.rendering.look;
        *look = look.refitted();
        self.runtime.journal.typed(line);
        let next = self.pieces(line);
        let signal = self.interrupts.settle();
        let next = next?;
        Ok(signal.map_or(next, |signal| Next::Quit(signal::exit_code(signal))))
    }

    /// Runs what was typed or pasted piece by piece, until one fails.
    fn pieces(&mut self, text: &str) -> io::Result<Next> {
        for piece in self.runtime.pieces(text) {
            let text = commands::out_of_habit(piece.text);
            let piece = Piece {
                text: &text,
                ..piece
            };
            match self.runtime.written("", piece) {
                Ok(false) => {
                    let next = self.runtime.wanted.take().map(|screen| self.show(screen));
                    if let Some(next) = next.flatten() {
                        return Ok(next);
                    }
                }
                Ok(true) => return Ok(Next::Quit(0)),
                Err(error) => return self.failed(error),
            }
        }
        Ok(Next::Ask)
    }

    /// Shows something on the whole screen; the prompt is as it was, unless a signal ended the program meanwhile.
    #[cfg(feature = "view")]
    fn show(&mut self, screen: Screen) -> Option<Next> {
        match view::shown(&mut self.runtime, &self.interrupts, screen) {
            Ok(Ended::Signal(signal)) if signal::ends_program(signal) => {
                Some(Next::Quit(signal::exit_code(signal)))
            }
            Ok(Ended::Exit(code)) => Some(Next::Quit(code)),
            Ok(_) => None,
            Err(error) => {
                let error = CommandError::Text(commands::with_causes(&error));
                self.runtime.writer.tell_error(&error);
                None
            }
        }
    }

    /// Nothing asks for a screen where there is none.
    #[cfg(not(feature = "view"))]
    fn show(&mut self, _: Screen) -> Option<Next> {
        None
    }

    fn failed(&self, error: CommandError) -> io::Result<Next> {
        match error {
            CommandError::Script(ScriptError::Exit(code)) => Ok(Next::Quit(code)),
            // A list that can no longer be read is told, and the prompt goes on.
            CommandError::Output(error) if error.kind() != io::ErrorKind::Other => Err(error),
            error => {
                self.runtime.writer.tell_error(&error);
                Ok(Next::Ask)
            }
        }
    }

    /// Says above the prompt what became of the producer and what is damaged, and lets fields of new types be
    /// completed.
    fn tick(&mut self, damage: &Receiver<String>) -> Next {
        self.look_after_producer();
        damage.try_iter().for_each(|news| self.warn(&news));
        self.take_in_names();
        self.runtime.automation.tell_of_recordings();
        Next::Wait
    }

    /// Says above the prompt what changed of what is watched.
    fn tell_changes(&mut self) -> Next {
        let Runtime { typed, host, .. } = &mut self.runtime;
        for line in typed.news(host) {
            self.runtime.writer.outlet.tell(&line);
        }
        Next::Wait
    }

    /// Runs what triggers and timers have to do.
    fn run_due(&mut self) -> io::Result<Next> {
        self.interrupts.settle();
        self.busy.store(true, Ordering::Relaxed);
        let result = self.runtime.run_due();
        self.busy.store(false, Ordering::Relaxed);
        if let Some(signal) = self.interrupts.settle() {
            return Ok(Next::Quit(signal::exit_code(signal)));
        }
        match result {
            Ok(_) => Ok(Next::Wait),
            Err(CommandError::Script(ScriptError::Exit(code))) => Ok(Next::Quit(code)),
            Err(error) => self.failed(error).map(|_| Next::Wait),
        }
    }

    fn look_after_producer(&mut self) {
        let now = self.runtime.attached.presence();
        let news = self
            .producer
            .news(now, self.runtime.attached.observer().session());
        if let Some(news) = news {
            self.warn(&news);
        }
    }

    /// Says something above the prompt that the user did not ask for.
    fn warn(&self, news: &str) {
        let look = self.runtime.writer.rendering.look.refitted();
        let news = format!("memglass: {news}");
        for line in wrap::wrapped(&news, look.width).lines() {
            let text = look.paint(look::caution(), line);
            self.printer.borrow_mut().print(&format!("{text}\n"));
        }
    }

    fn take_in_names(&mut self) {
        self.editor.publish(self.runtime.names());
    }

    fn prompt(&self) -> String {
        self.runtime.prompt(*self.producer.last())
    }

    fn peek(&self, path: &str) -> Option<String> {
        let observer = self.runtime.attached.observer();
        match commands::read(&observer.field(path).ok()?).ok()? {
            Shown::Value(cell) => Some(cell.brief()),
            _ => None,
        }
    }
}
