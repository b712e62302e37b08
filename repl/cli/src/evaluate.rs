//! `memglass SESSION -e EXPR`, `memglass run FILE`, and scripts on standard input.

use std::io;
use std::path::Path;

use memglass_repl::program::ScriptText;
use memglass_repl::program::deep;
use memglass_repl::{Answer, EvalError, Repl};
use memglass_syntax::split;

use super::failure::Failure;
use super::options::Options;
use super::session;
use super::supervisor::{Ended, Supervisor};

/// What errors call it.
const STANDARD_INPUT: &str = "standard input";

/// Evaluates each expression and prints its result, until one fails.
pub(super) fn expressions(
    options: &Options,
    session: &str,
    expressions: &[String],
) -> Result<i32, Failure> {
    let mut scripts = Scripts::new(options)?;
    scripts.attach(options, session)?;
    scripts.each(expressions, |repl, expression| repl.eval(expression))
}

/// Evaluates standard input as a script.
///
/// Text that is one program runs as such and prints its last value; what is only a program line by
/// line, like what is typed at a prompt, prints the value of each. Nothing runs when neither is.
pub(super) fn standard_input(options: &Options, session: &str) -> Result<i32, Failure> {
    let mut scripts = Scripts::new(options)?;
    let text = read_input()?;
    scripts.attach(options, session)?;
    let pieces = deep(|| split(text.as_str()));
    scripts.each(pieces, |repl, piece| repl.eval_piece(STANDARD_INPUT, piece))
}

/// Runs the script in a file, or on standard input if that is called `-`.
pub(super) fn file(
    options: &Options,
    session: &str,
    path: &Path,
    args: Vec<String>,
) -> Result<i32, Failure> {
    let mut scripts = Scripts::new(options)?;
    let (name, text) = match path == "-" {
        true => (STANDARD_INPUT.to_owned(), read_input()?),
        false => {
            let text = ScriptText::read(path).map_err(Failure::Usage)?;
            (path.display().to_string(), text)
        }
    };
    scripts.attach(options, session)?;
    let code = scripts.one(|repl| repl.run_text(&name, &text, args))?;
    Ok(code.unwrap_or(0))
}

fn read_input() -> Result<ScriptText, Failure> {
    ScriptText::of(io::stdin().lock(), STANDARD_INPUT).map_err(Failure::Usage)
}

/// Scripts of one run of the program, and who watches over them.
struct Scripts {
    supervisor: Supervisor,
    repl: Option<Repl>,
}

impl Scripts {
    fn new(options: &Options) -> Result<Self, Failure> {
        Ok(Scripts {
            supervisor: Supervisor::new(options)?,
            repl: None,
        })
    }

    fn attach(&mut self, options: &Options, session: &str) -> Result<(), Failure> {
        self.supervisor.take_signals()?;
        let builder = session::attach(options, session)?.interrupt(self.supervisor.flag());
        let repl = builder.build()?;
        options.mark(&repl.observer());
        options.mark_damage(&repl.observer());
        self.repl = Some(repl);
        Ok(())
    }

    fn each<T>(
        &mut self,
        texts: impl IntoIterator<Item = T>,
        run: impl Fn(&mut Repl, T) -> Result<Answer, EvalError>,
    ) -> Result<i32, Failure> {
        for text in texts {
            if let Some(code) = self.one(|repl| run(repl, text))? {
                return Ok(code);
            }
        }
        Ok(0)
    }

    /// Runs one and prints its result; an exit code if it was the last.
    fn one(
        &mut self,
        run: impl FnOnce(&mut Repl) -> Result<Answer, EvalError>,
    ) -> Result<Option<i32>, Failure> {
        let repl = self
            .repl
            .as_mut()
            .expect("scripts are attached before they run");
        self.supervisor.check()?;
        let result = run(repl);
        match self.supervisor.judge(result)? {
            Ended::By(code) => Ok(Some(code)),
            Ended::With(answer) => {
                // `:json` and `:x` may have changed the form since.
                repl.write(&answer)?;
                Ok(answer.quits().then_some(0))
            }
        }
    }
}
