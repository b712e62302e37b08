//! The prompt on a terminal.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use memglass_line::Editor;
use memglass_terminal::modes::TerminalGuard;
use memglass_terminal::signal::{self, Interrupts};
#[cfg(feature = "view")]
use memglass_view::Ended;

use super::{EvalError, Repl, ReplError};
use crate::event_loop::EventLoop;
use crate::stack;
#[cfg(feature = "view")]
use crate::view::{self, ViewSetup};

/// Writes of a dry run that are told when the view has closed.
const TRIED: usize = 20;

impl Repl {
    /// Shows the prompt on this process's terminal and serves it on this thread, until the user leaves; gives
    /// the exit code: 0, that of `exit(n)`, or 128 and the number of the signal that ended it.
    ///
    /// Where lines cannot be edited, because standard input or output is not a terminal or the terminal is too
    /// simple, it says so and reads them plainly.
    ///
    /// While it runs, SIGINT stops the script that runs, and SIGTERM and SIGHUP end the prompt in an orderly
    /// way; handlers that the host has registered are called as well. Other threads of the host go on; what
    /// they write to the terminal themselves lands in the prompt.
    ///
    /// # Errors
    ///
    /// [`ReplError`]: the terminal, a thread or a signal handler is not to be had, or the output is gone.
    pub fn run(self) -> Result<i32, ReplError> {
        stack::deep(|| self.serve())
    }

    /// Shows the full-screen view on this process's terminal, without a prompt, until the user closes it; gives
    /// the exit code: 0, or 128 and the number of the signal that ended it. Of a dry run it tells then what would have
    /// been written.
    ///
    /// # Errors
    ///
    /// [`ReplError`]: there is no terminal for it, or a signal handler is not to be had.
    #[cfg(feature = "view")]
    #[doc(hidden)]
    pub fn view(&mut self, setup: ViewSetup) -> Result<i32, ReplError> {
        stack::deep(|| {
            memglass_view::check_terminal()?;
            let flag = Arc::clone(&self.runtime.interrupt);
            let interrupts = Interrupts::listen(flag, self.setup.owner)?;
            let ended = view::show(&mut self.runtime, &interrupts, setup);
            self.tell_tried();
            Ok(match ended? {
                Ended::Closed => 0,
                Ended::Signal(signal) => signal::exit_code(signal),
                Ended::Exit(code) => code,
            })
        })
    }

    /// The last writes that were only tried out: the log that told them is no longer on the screen.
    fn tell_tried(&self) {
        let ledger = self.runtime.host.ledger();
        if ledger.dry_run().is_none() {
            return;
        }
        for entry in ledger.newest(TRIED) {
            self.runtime.writer.tell(&format!("{}\n", entry.tried()));
        }
    }

    fn serve(mut self) -> Result<i32, ReplError> {
        let interrupts = Interrupts::listen(Arc::clone(&self.runtime.interrupt), self.setup.owner)?;
        let look = self.runtime.writer.rendering.look;
        let plain = memglass_line::why_no_editing();
        let busy = Arc::new(AtomicBool::new(false));
        // A terminal that shows by itself what is typed goes on with that.
        let _guard = plain.is_none().then(TerminalGuard::take);
        let (editor, printer, note) = match plain {
            None => {
                let (busy, interrupt) = (Arc::clone(&busy), Arc::clone(&self.runtime.interrupt));
                let stop_action = move || {
                    if busy.load(Ordering::Relaxed) {
                        interrupt.store(true, Ordering::Relaxed);
                    }
                };
                Editor::start(look, &self.runtime.history, stop_action)?
            }
            Some(ref why) => Editor::plain(why.clone())?,
        };
        if let Some(note) = note {
            self.runtime.writer.warn(&note);
        }
        let printer = Rc::new(RefCell::new(printer));
        if !self.setup.banner.is_empty() {
            self.runtime.writer.tell(&self.setup.banner);
        }
        if let Some(code) = self.init(&interrupts)? {
            return Ok(code);
        }
        self.runtime.has_prompt = true;
        self.runtime.automation.tell_what_takes_long();
        self.runtime.has_screen = plain.is_none();
        self.runtime.writer.outlet.print_above(Rc::clone(&printer));
        Ok(EventLoop::new(self.runtime, editor, printer, interrupts, busy).run()?)
    }

    /// Runs the init script; an exit code if it, or a signal, ended the session.
    fn init(&mut self, interrupts: &Interrupts) -> Result<Option<i32>, ReplError> {
        let Some((path, text)) = self.setup.init.take() else {
            return Ok(None);
        };
        let result = self.run_text(&path.display().to_string(), &text, Vec::new());
        if let Some(signal) = interrupts.settle() {
            return Ok(Some(signal::exit_code(signal)));
        }
        match result {
            Ok(_) => Ok(None),
            Err(error) => self.init_failed(error),
        }
    }

    fn init_failed(&self, error: EvalError) -> Result<Option<i32>, ReplError> {
        use super::EvalErrorKind;
        match error.kind() {
            EvalErrorKind::Exit(code) => Ok(Some(code)),
            _ => {
                self.runtime.writer.tell_error(&error.0);
                Ok(None)
            }
        }
    }
}
