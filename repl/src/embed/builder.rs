//! How a host program puts a prompt together.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use memglass::Observer;
use memglass_script::Attached;
use memglass_script::{Limits, ScriptHost};
use memglass_stream::Player;
use memglass_terminal::look::{ColorChoice, Look};
use memglass_terminal::signal::Owner;
use rhai::Engine;

use super::sink::{Outlet, Sink};
use super::{Command, History, Repl, ReplError, Setup};
use crate::automation::{Automation, Timeline};
use crate::changes::Typed;
use crate::journal::Journal;
use crate::output::{Form, Rendering};
use crate::runtime::{Origin, Prompt, PromptState, Runtime};
use crate::script_text::ScriptText;
use crate::stack;
use crate::writer::Writer;
use memglass_script::ledger::Audit;

/// Columns of what is not a terminal, for people.
const WIDTH: u16 = 80;

type Register = Box<dyn FnOnce(&mut Engine)>;

/// Puts a [`Repl`] together; made by [`Repl::builder`].
#[derive(Default)]
#[must_use = "nothing is attached before `build`"]
pub struct ReplBuilder {
    observer: Option<Observer>,
    session: Option<String>,
    dir: Option<PathBuf>,
    readonly: bool,
    engine: Vec<Register>,
    commands: Vec<Rc<dyn Command>>,
    prompt: Option<Prompt>,
    sink: Option<Box<dyn Sink>>,
    width: Option<u16>,
    history: History,
    init: Option<PathBuf>,
    banner: String,
    time_limit: Option<Duration>,
    limits: Limits,
    audit: Option<Audit>,
    dry_run: bool,
    form: Form,
    color: ColorChoice,
    is_program: bool,
    view_settings: Option<PathBuf>,
    timeline: Option<Box<dyn Timeline>>,
    player: Option<Arc<Player>>,
    interrupt: Arc<AtomicBool>,
}

impl ReplBuilder {
    /// Attaches to what `observer` is attached to: a session of another process or of this one.
    /// Writes are allowed if it was attached for writing.
    pub fn observer(mut self, observer: Observer) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Attaches to the session of this name, for writing.
    pub fn session(mut self, name: impl Into<String>) -> Self {
        self.session = Some(name.into());
        self
    }

    /// Looks for the session in this directory, instead of `$MEMGLASS_DIR` or shared memory.
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.dir = Some(dir.as_ref().to_owned());
        self
    }

    /// Makes every write an error.
    pub fn readonly(mut self) -> Self {
        self.readonly = true;
        self
    }

    /// Records every write in this file too. Unless the audit is to [go on](crate::OnFailure::GoOn), nothing is
    /// written any more when the file does not take a record.
    pub fn audit(mut self, audit: Audit) -> Self {
        self.audit = Some(audit);
        self
    }

    /// Tries every write out instead of making it: it is checked and told, and reads see what would be there.
    ///
    /// An observer that is given must have been attached with
    /// [`trial`](memglass::ObserverBuilder::trial) for that.
    pub fn dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }

    /// Registers functions, types and modules of the host: the closure gets Rhai's own engine. May be given
    /// several times.
    ///
    /// Functions appear in completion and in `:help` under their Rhai signatures. Leave the engine's limits
    /// alone, which [`ReplBuilder::limits`] has, and its progress and variable hooks, which are how scripts
    /// are stopped and labels found.
    pub fn engine(mut self, register: impl FnOnce(&mut Engine) + 'static) -> Self {
        self.engine.push(Box::new(register));
        self
    }

    /// Adds a `:command`. May be given several times.
    pub fn command(mut self, command: impl Command + 'static) -> Self {
        self.commands.push(Rc::new(command));
        self
    }

    /// Makes the text in front of each line. Without this it is the session's name, with a mark while its
    /// producer is gone.
    pub fn prompt(mut self, prompt: impl Fn(&PromptState<'_>) -> String + 'static) -> Self {
        self.prompt = Some(Box::new(prompt));
        self
    }

    /// Writes to `sink` instead of standard output and standard error. Text for it has no colour.
    pub fn output(mut self, sink: impl Sink + 'static) -> Self {
        self.sink = Some(Box::new(sink));
        self
    }

    /// Fits tables to this number of columns, where the output is not a terminal whose width is known;
    /// without this, to 80.
    pub fn width(mut self, columns: u16) -> Self {
        self.width = Some(columns);
        self
    }

    /// Keeps the lines that are typed there.
    pub fn history(mut self, history: History) -> Self {
        self.history = history;
        self
    }

    /// Runs the script in this file before the first prompt. What it prints is printed; when it fails, that
    /// is told, and the prompt comes all the same.
    pub fn init_script(mut self, path: impl Into<PathBuf>) -> Self {
        self.init = Some(path.into());
        self
    }

    /// Writes this above the first prompt.
    pub fn banner(mut self, text: impl Into<String>) -> Self {
        self.banner = text.into();
        self
    }

    /// Stops every evaluation that takes longer.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// How much scripts may ask for, until one of them says otherwise with `limits`; without this,
    /// [`Limits::default`]. [`ReplBuilder::time_limit`] is for time.
    ///
    /// ```
    /// use memglass_repl::{Limits, Repl};
    ///
    /// let mut limits = Limits::default();
    /// limits.operations = 1_000_000;
    ///
    /// # let dir = memglass::doc::directory();
    /// # let _session = memglass::Session::builder("robot").dir(&dir).create()?;
    /// let mut repl = Repl::builder()
    ///     .session("robot")
    /// #   .dir(&dir)
    ///     .limits(limits)
    ///     .build()?;
    /// let refused = repl.eval("loop { }").expect_err("it never ends");
    /// assert!(refused.to_string().contains("took more steps than it may"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Writes results in this form until a line says otherwise.
    #[doc(hidden)]
    pub fn form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    /// When to use colour.
    #[doc(hidden)]
    pub fn color(mut self, color: ColorChoice) -> Self {
        self.color = color;
        self
    }

    /// Raising this stops what is evaluated.
    #[doc(hidden)]
    pub fn interrupt(mut self, flag: Arc<AtomicBool>) -> Self {
        self.interrupt = flag;
        self
    }

    /// The process is ours, not a host's.
    #[doc(hidden)]
    pub fn program(mut self) -> Self {
        self.is_program = true;
        self
    }

    /// The file with the settings of the full-screen view, which is read whenever that opens.
    #[doc(hidden)]
    pub fn view_settings(mut self, path: PathBuf) -> Self {
        self.view_settings = Some(path);
        self
    }

    /// Triggers, timers and waits take their time from a recording, whose session is the one that is attached.
    #[doc(hidden)]
    pub fn timeline(mut self, timeline: Box<dyn Timeline>) -> Self {
        self.timeline = Some(timeline);
        self
    }

    /// The session is a replay, which this player moves: so do `:play`, `:seek` and the keys of the view. Triggers,
    /// timers and waits go by its clock.
    #[doc(hidden)]
    pub fn player(mut self, player: Arc<Player>) -> Self {
        self.player = Some(player);
        self
    }

    /// Attaches, and makes the engine ready.
    ///
    /// # Errors
    ///
    /// [`ReplError`]: there is no such session, or it cannot be attached to.
    pub fn build(self) -> Result<Repl, ReplError> {
        stack::check()?;
        stack::deep(|| self.made())
    }

    fn made(mut self) -> Result<Repl, ReplError> {
        let attached = Attached::new(self.attach()?);
        let attached = match self.readonly {
            true => attached.read_only(),
            false => attached,
        };
        let interrupt = Arc::clone(&self.interrupt);
        let look = self.look();
        let outlet = Outlet::new(self.sink, Arc::clone(&interrupt));
        let printing = outlet.clone();
        let print = Rc::new(move |text: &str| printing.print(text));
        let mut host = ScriptHost::new(attached.clone(), Arc::clone(&interrupt), print);
        host.set_limits(self.limits);
        let telling = outlet.clone();
        host.ledger()
            .tell_to(Rc::new(move |line| telling.tell(line)));
        if let Some(audit) = self.audit {
            host.ledger().audit_to(audit);
        }
        let notes = outlet.clone();
        let automation =
            Automation::install(&mut host, Rc::new(move |text: &str| notes.tell(text)));
        if let Some(timeline) = self.timeline {
            automation.go_through(timeline, Arc::clone(&interrupt));
        }
        if let Some(player) = &self.player {
            automation.go_with(Arc::clone(player));
        }
        for register in self.engine {
            register(host.engine_mut());
        }
        let runtime = Runtime {
            attached,
            host,
            automation,
            typed: Typed::default(),
            writer: Writer {
                rendering: Rendering {
                    form: self.form,
                    look,
                },
                color: self.color,
                paging: self.is_program,
                outlet,
                stop: Arc::clone(&interrupt),
            },
            timing: false,
            journal: Journal::default(),
            own: self.commands,
            interrupt,
            prompt: self.prompt,
            time_limit: self.time_limit,
            origin: Origin::default(),
            has_prompt: false,
            has_screen: false,
            wanted: None,
            has_view: false,
            #[cfg(feature = "view")]
            view_left: crate::view::Left::default(),
            player: self.player,
            history: self.history,
            view_settings: self.view_settings,
        };
        let setup = Setup {
            banner: self.banner,
            init: self.init.map(read_init).transpose()?,
            owner: match self.is_program {
                true => Owner::Program,
                false => Owner::Host,
            },
        };
        Ok(Repl { runtime, setup })
    }

    fn attach(&mut self) -> Result<Observer, ReplError> {
        if let Some(observer) = self.observer.take() {
            return Ok(observer);
        }
        let name = self.session.as_ref().ok_or(ReplError::NoSession)?;
        let options = self
            .dir
            .iter()
            .fold(Observer::builder(), |options, dir| options.dir(dir));
        let options = match self.readonly {
            true => options,
            false => options.writable(),
        };
        let options = match self.dry_run {
            true => options.trial(),
            false => options,
        };
        Ok(options.attach(name)?)
    }

    fn look(&self) -> Look {
        let look = match self.sink {
            Some(_) => Look::PLAIN,
            None => Look::of_stdout(self.color),
        };
        // In a pipe of the program a line is as long as it likes, and a value comes without its unit.
        let otherwise = (!self.is_program).then_some(WIDTH);
        Look {
            width: look.width.or(self.width).or(otherwise),
            ..look
        }
    }
}

fn read_init(path: PathBuf) -> Result<(PathBuf, ScriptText), ReplError> {
    match ScriptText::configured(&path) {
        Ok(text) => Ok((path, text)),
        Err(reason) => Err(ReplError::Init { reason }),
    }
}
