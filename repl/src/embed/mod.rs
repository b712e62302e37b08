//! The prompt in another program: [`Repl`], made by [`ReplBuilder`].

mod answer;
mod builder;
mod command;
mod run;
mod sink;

use std::borrow::Cow;
use std::cell::Ref;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use memglass::Observer;

pub use answer::{Answer, EvalError, EvalErrorKind, ReplError};
pub use builder::ReplBuilder;
pub use command::{Access, Command};
pub use memglass_line::History;
pub use sink::Sink;
pub(crate) use sink::{Diverted, Outlet};

use crate::commands::CommandError;
use crate::output::Output;
use crate::runtime::Runtime;
use crate::script_text::ScriptText;
use crate::stack;
use memglass_script::ledger::DryRun;
use memglass_syntax::Piece;
use memglass_terminal::signal::Owner;

/// A session under a prompt, or under a host program that evaluates lines on it.
///
/// It stays on the thread that made it, as the script engine does: the host's functions may use whatever
/// that thread has. Scripts need a deep stack, and get one of their own where the caller's is too small.
///
/// ```
/// use memglass::Observe;
/// use memglass_repl::Repl;
///
/// #[derive(Observe, Clone, Copy, Default)]
/// struct Motor {
///     #[observe(range(0, 3000), unit = "rpm")]
///     speed: i32,
/// }
///
/// # let dir = memglass::doc::directory();
/// let session = memglass::Session::builder("robot")
/// #   .dir(&dir)
///     .create()?;
/// let motor = session.object("left_motor", Motor { speed: 1200 })?;
///
/// // In the same process here; it may be another one.
/// let mut repl = Repl::builder()
///     .session("robot")
/// #   .dir(&dir)
///     .engine(|engine| {
///         engine.register_fn("halved", |speed: i64| speed / 2);
///     })
///     .build()?;
/// repl.eval("left_motor.speed = halved(left_motor.speed)")?;
/// assert_eq!(motor.speed.get(), 600);
/// assert_eq!(repl.eval("left_motor.speed")?.to_string(), "600 rpm");
///
/// let refused = repl.eval("left_motor.speed = 5000").unwrap_err();
/// assert!(refused.to_string().contains("allowed is 0..=3000"), "{refused}");
/// assert_eq!(motor.speed.get(), 600);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Repl {
    pub(crate) runtime: Runtime,
    pub(crate) setup: Setup,
}

/// What the prompt needs and the evaluation of lines does not.
pub(crate) struct Setup {
    pub(crate) banner: String,
    pub(crate) init: Option<(std::path::PathBuf, ScriptText)>,
    pub(crate) owner: Owner,
}

/// Stops what a [`Repl`] evaluates, from any thread.
#[derive(Clone, Debug)]
pub struct Interrupter(Arc<AtomicBool>);

impl Interrupter {
    /// Ends the evaluation that runs now with [`EvalErrorKind::Interrupted`]; if none does, the next one.
    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Repl {
    /// A builder, which needs at least a session or an observer.
    pub fn builder() -> ReplBuilder {
        ReplBuilder::default()
    }

    /// Does what a line says, as if it had been typed at the prompt: a `:command`, a question (`name?`), or
    /// a script. Variables and functions stay for the next one, and `_` is the last result.
    ///
    /// A text of several lines that is not one script is several, one after the other, as if it had been
    /// pasted: `a.b = 1` and, in the next line, `a.b`.
    ///
    /// What scripts print goes to the output; what the line gives is the answer. If one of several lines
    /// fails, what those before it gave goes to the output too.
    ///
    /// # Errors
    ///
    /// [`EvalError`]: the line is wrong, something in it failed, or it was stopped. What it did before stays
    /// done, and the session goes on.
    pub fn eval(&mut self, line: &str) -> Result<Answer, EvalError> {
        stack::deep(|| {
            let output = self.runtime.line(line)?;
            Ok(self.answer(output))
        })
    }

    /// Evaluates a piece of a script that errors call by `name`, and writes what it gives where results go. True
    /// if it asked the prompt to end.
    #[doc(hidden)]
    pub fn write_piece(&mut self, name: &str, piece: Piece<'_>) -> Result<bool, EvalError> {
        Ok(self.runtime.written(name, piece)?)
    }

    /// A text without the prompts that it was copied with.
    #[doc(hidden)]
    pub fn without_prompts<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.runtime.without_prompts(text)
    }

    /// The pieces of a text that are evaluated one after the other.
    #[doc(hidden)]
    pub fn pieces<'t>(&self, text: &'t str) -> Vec<Piece<'t>> {
        self.runtime.pieces(text)
    }

    /// What scripts find in `args` from now on.
    #[doc(hidden)]
    pub fn set_arguments(&mut self, args: Vec<String>) {
        self.runtime.host.set_arguments(args);
    }

    /// Runs the script in a file; in it, `args` is an array of these texts.
    ///
    /// # Errors
    ///
    /// As [`Repl::eval`]; also if the file cannot be read.
    pub fn run_script(&mut self, path: &Path, args: &[&str]) -> Result<Answer, EvalError> {
        let read = ScriptText::read(path, &self.runtime.interrupt);
        let text = read.map_err(|reason| self.runtime.stopped_or(CommandError::Text(reason)))?;
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        self.run_text(&path.display().to_string(), &text, args)
    }

    /// Runs a script that errors call by `name`.
    #[doc(hidden)]
    pub fn run_text(
        &mut self,
        name: &str,
        text: &ScriptText,
        args: Vec<String>,
    ) -> Result<Answer, EvalError> {
        let output = self
            .runtime
            .limited(|runtime| runtime.script(name, text, args))?;
        Ok(self.answer(output))
    }

    /// How many writes a dry run would have made; `None` where writes are made.
    pub fn dry_run(&self) -> Option<DryRun> {
        self.runtime.host.ledger().dry_run()
    }

    /// Runs what triggers and timers of scripts have to do now; gives for how long there is nothing to do, as far
    /// as that is known.
    ///
    /// A host that evaluates lines calls this in its own loop, at least so often as triggers are to be quick:
    /// their conditions are sampled by another thread, but actions run on this one. [`Repl::run`] does it by
    /// itself.
    ///
    /// # Errors
    ///
    /// An action called `exit`. Other errors of actions are told and counted, and the triggers stay.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("robot").dir(&dir).create()?;
    /// # let speed = session.object("speed", 0_i64)?;
    /// use std::time::Duration;
    ///
    /// let mut repl = memglass_repl::Repl::builder()
    ///     .session("robot")
    /// #   .dir(&dir)
    ///     .build()?;
    /// repl.eval("let hot = when(\"speed > 100\").once().run(|| ());")?;
    /// speed.set(120);
    /// while repl.eval("hot.fired")?.to_string() == "0" {
    ///     let rest = repl.run_due()?;
    ///     std::thread::sleep(rest.unwrap_or_default().min(Duration::from_millis(10)));
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run_due(&mut self) -> Result<Option<Duration>, EvalError> {
        Ok(stack::deep(|| self.runtime.run_due())?)
    }

    /// Runs what triggers and timers do until nothing can happen any more; gives the exit code of that.
    #[doc(hidden)]
    pub fn run_to_the_end(&mut self) -> Result<i32, EvalError> {
        Ok(stack::deep(|| self.runtime.run_to_the_end())?)
    }

    /// Tells which expectations of triggers were not met; false if there are such.
    #[doc(hidden)]
    pub fn check_expectations(&self) -> bool {
        self.runtime.automation.check_expectations()
    }

    /// Whether there are triggers or timers that may run yet.
    #[doc(hidden)]
    pub fn has_triggers(&self) -> bool {
        !self.runtime.automation.is_over()
    }

    /// Whether a script waited for what comes after the end of the recording that it runs on.
    #[doc(hidden)]
    pub fn has_run_out(&self) -> bool {
        self.runtime.automation.has_run_out()
    }

    /// How often scripts have said `expect_fired`.
    #[doc(hidden)]
    pub fn expectations(&self) -> usize {
        self.runtime.automation.expectations()
    }

    /// From now on an interruption ends everything, and not only the action that runs.
    #[doc(hidden)]
    pub fn end_when_interrupted(&self) {
        self.runtime.automation.end_when_interrupted();
    }

    /// The observer, as of now. Do not keep it across an evaluation.
    pub fn observer(&self) -> Ref<'_, Observer> {
        self.runtime.attached.observer()
    }

    /// The engine, to register more on it.
    pub fn engine_mut(&mut self) -> &mut rhai::Engine {
        self.runtime.host.engine_mut()
    }

    /// A handle that stops an evaluation, for another thread or a signal handler.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter(Arc::clone(&self.runtime.interrupt))
    }

    fn answer(&self, output: Output) -> Answer {
        Answer::new(output, self.runtime.writer.rendering)
    }
}
