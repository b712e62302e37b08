//! `memglass SESSION -e EXPR`, `memglass run FILE`, and scripts on standard input.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::Arc;

use memglass_repl::program::ScriptText;
use memglass_repl::{Repl, ReplBuilder};
use memglass_stream::Player;
use memglass_syntax::Piece;

use super::failure::Failure;
use super::options::Options;
use super::replay;
use super::session;
use super::supervisor::{Ended, Supervisor};
use super::timeline::Reel;

/// What errors call it.
const STANDARD_INPUT: &str = "standard input";

/// Evaluates each expression and prints its results, until one fails.
pub(super) fn expressions(
    options: &Options,
    session: &str,
    player: Option<Arc<Player>>,
    expressions: &[String],
) -> Result<i32, Failure> {
    let mut scripts = Scripts::new(options)?;
    scripts.attach(options, session, player)?;
    let mut expressions = expressions.iter();
    let ended = expressions.try_fold(None, |ended, expression| match ended {
        None => scripts.run("", expression),
        code => Ok(code),
    });
    scripts.end(options, ended)
}

/// Evaluates standard input as a script.
///
/// Text that is one program runs as such and prints its last value; what is only a program line by
/// line, like what is typed at a prompt, prints the value of each. Nothing runs when neither is.
pub(super) fn standard_input(
    options: &Options,
    session: &str,
    player: Option<Arc<Player>>,
) -> Result<i32, Failure> {
    let mut scripts = Scripts::new(options)?;
    let text = read_input()?;
    scripts.attach(options, session, player)?;
    let ended = scripts.run(STANDARD_INPUT, text.as_str());
    scripts.end(options, ended)
}

/// Runs the script in a file, or on standard input if that is called `-`, in the same way.
pub(super) fn file(
    options: &Options,
    session: &str,
    player: Option<Arc<Player>>,
    path: &Path,
    args: Vec<String>,
) -> Result<i32, Failure> {
    let mut scripts = Scripts::new(options)?;
    let (name, text) = scripts.read(path)?;
    let repl = scripts.attach(options, session, player)?;
    repl.set_arguments(args);
    let ended = scripts.run(&name, text.as_str());
    scripts.end(options, ended)
}

/// Runs the script in a file on a recording, by the recording's clock.
pub(super) fn on_recording(
    options: &Options,
    recording: &Path,
    path: &Path,
    args: Vec<String>,
) -> Result<i32, Failure> {
    let tested = replayed(options, recording, path, args)?;
    if tested.is_script_cut {
        options.note("the recording ended while the script was waiting");
    }
    Ok(tested.code)
}

/// What became of a script on a recording.
pub(super) struct Tested {
    pub(super) code: i32,
    /// How many expectations it had.
    pub(super) expectations: usize,
    /// Whether the recording ended while the script itself was waiting.
    pub(super) is_script_cut: bool,
}

/// The same, without arguments, and says all of what became of it.
pub(super) fn tested(options: &Options, recording: &Path, path: &Path) -> Result<Tested, Failure> {
    replayed(options, recording, path, Vec::new())
}

fn replayed(
    options: &Options,
    recording: &Path,
    path: &Path,
    args: Vec<String>,
) -> Result<Tested, Failure> {
    let mut scripts = Scripts::new(options)?;
    let (name, text) = scripts.read(path)?;
    let (passage, session) = replay::at_start(options, recording)?;
    let damage = passage.recording().damage();
    scripts.is_on_recording = true;
    let (reel, fault) = Reel::new(passage);
    let builder = |builder: ReplBuilder| builder.timeline(Box::new(reel));
    let repl = scripts.attach_with(options, &session, builder)?;
    repl.set_arguments(args);
    let ended = scripts.run(&name, text.as_str());
    let is_script_cut = scripts.repl().has_run_out();
    let ended = match ended {
        Err(_) if is_script_cut => Ok(None),
        ended => ended,
    };
    let code = scripts.end(options, ended)?;
    replay::note_damage(options, recording, &damage);
    fault.check()?;
    Ok(Tested {
        code,
        expectations: scripts.repl().expectations(),
        is_script_cut,
    })
}

fn read_input() -> Result<ScriptText, Failure> {
    ScriptText::of(io::stdin().lock(), STANDARD_INPUT).map_err(Failure::Usage)
}

/// Scripts of one run of the program, and who watches over them.
struct Scripts {
    supervisor: Supervisor,
    repl: Option<Repl>,
    /// A recording ends, and what runs on it.
    is_on_recording: bool,
}

impl Scripts {
    fn new(options: &Options) -> Result<Self, Failure> {
        Ok(Scripts {
            supervisor: Supervisor::new(options)?,
            repl: None,
            is_on_recording: false,
        })
    }

    /// The script in a file, or on standard input if that is called `-`, and what errors call it.
    fn read(&self, path: &Path) -> Result<(String, ScriptText), Failure> {
        if path == "-" {
            return Ok((STANDARD_INPUT.to_owned(), read_input()?));
        }
        let read = ScriptText::read(path, &self.supervisor.flag());
        self.supervisor.check()?;
        let text = read.map_err(Failure::Usage)?;
        Ok((path.display().to_string(), text))
    }

    fn attach(
        &mut self,
        options: &Options,
        session: &str,
        player: Option<Arc<Player>>,
    ) -> Result<&mut Repl, Failure> {
        self.attach_with(options, session, |builder| match player {
            Some(player) => builder.player(player),
            None => builder,
        })
    }

    fn attach_with(
        &mut self,
        options: &Options,
        session: &str,
        more: impl FnOnce(ReplBuilder) -> ReplBuilder,
    ) -> Result<&mut Repl, Failure> {
        self.supervisor.take_signals()?;
        let (builder, _) = session::attach(options, session)?;
        let builder = more(builder.interrupt(self.supervisor.flag()));
        let repl = builder.build()?;
        repl.end_when_interrupted();
        options.mark(&repl.observer());
        options.mark_damage(&repl.observer());
        Ok(self.repl.insert(repl))
    }

    /// Says what a dry run came to, when all is done.
    fn tell_dry_run(&self, options: &Options) {
        options.tell_dry_run(self.repl.as_ref().and_then(Repl::dry_run));
    }

    /// Runs a text piece by piece and prints their results; an exit code if one of them was the last.
    fn run(&mut self, name: &str, text: &str) -> Result<Option<i32>, Failure> {
        let repl = self.repl();
        let text = repl.without_prompts(text);
        for piece in repl.pieces(&text) {
            if let Some(code) = self.one(name, piece)? {
                return Ok(Some(code));
            }
        }
        Ok(None)
    }

    fn repl(&mut self) -> &mut Repl {
        let repl = self.repl.as_mut();
        repl.expect("scripts are attached before they run")
    }

    /// What becomes of a run: its triggers go on unless it has ended.
    fn end(
        &mut self,
        options: &Options,
        ended: Result<Option<i32>, Failure>,
    ) -> Result<i32, Failure> {
        let code = match ended {
            Ok(None) => {
                self.tell_why_it_goes_on(options);
                self.run_to_the_end()
            }
            Ok(Some(code)) => Ok(code),
            Err(failure) => Err(failure),
        };
        self.tell_dry_run(options);
        // A script that ends itself has not ended well if it expected more.
        let is_end = match &code {
            Ok(code) => *code == 0,
            Err(failure) => failure.is_exit() && failure.exit_code() == 0,
        };
        match is_end && !self.repl().check_expectations() {
            true => Ok(1),
            false => code,
        }
    }

    /// Says to people why a program whose script has ended does not.
    fn tell_why_it_goes_on(&mut self, options: &Options) {
        let is_for_people = io::stderr().is_terminal() && io::stdin().is_terminal();
        let is_without_end = options.timeout.is_none() && !self.is_on_recording;
        if is_for_people && is_without_end && self.repl().has_triggers() {
            options
                .note("its triggers go on until Ctrl-C; `--timeout 5s` ends them after that time");
        }
    }

    /// Runs the triggers that scripts have left, until nothing can happen any more; gives the exit code.
    fn run_to_the_end(&mut self) -> Result<i32, Failure> {
        let result = self.repl().run_to_the_end();
        match self.supervisor.judge(result)? {
            Ended::By(code) | Ended::With(code) => Ok(code),
        }
    }

    /// Runs one and prints its result; an exit code if it was the last.
    fn one(&mut self, name: &str, piece: Piece<'_>) -> Result<Option<i32>, Failure> {
        self.supervisor.check()?;
        let result = self.repl().write_piece(name, piece);
        match self.supervisor.judge(result)? {
            Ended::By(code) => Ok(Some(code)),
            Ended::With(quits) => Ok(quits.then_some(0)),
        }
    }
}
