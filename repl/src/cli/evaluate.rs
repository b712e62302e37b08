//! `memglass SESSION -e EXPR`, and scripts on standard input.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use memglass_repl::output::{Output, write_data, write_message};
use memglass_repl::script::ScriptHost;
use memglass_repl::signal::{self, Interrupts};
use memglass_repl::{Runtime, chunks, format};

use super::failure::Failure;
use super::options::Options;
use super::session;

/// Evaluates each expression and prints its result, until one fails.
pub(super) fn expressions(
    options: &Options,
    session: &str,
    expressions: &[String],
) -> Result<i32, Failure> {
    evaluate(options, session, expressions.iter().map(String::as_str))
}

/// Evaluates standard input as a script.
///
/// Text that is one program runs as such and prints its last value; what is only a program line by
/// line, like what is typed at a prompt, prints the value of each. Nothing runs when neither is.
pub(super) fn standard_input(options: &Options, session: &str) -> Result<i32, Failure> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::Usage(format!(
            "standard input is no UTF-8 text: byte {at} is not of any character"
        ))
    })?;
    evaluate(options, session, chunks::split(&text).into_iter())
}

fn evaluate<'t>(
    options: &Options,
    session: &str,
    texts: impl Iterator<Item = &'t str>,
) -> Result<i32, Failure> {
    let interrupts = Interrupts::listen()?;
    let attached = session::attach(options, session)?;
    options.mark(&attached.observer());
    let closed = Rc::new(Cell::new(false));
    let host = ScriptHost::new(
        attached.clone(),
        interrupts.flag(),
        printer(&closed, &interrupts),
    );
    let mut runtime = Runtime::new(attached, host, options.style());
    for text in texts {
        if chunks::ends_in_comment(text) {
            return Err(Failure::Usage("the script ends inside a comment".into()));
        }
        let result = runtime.line(text);
        if closed.get() {
            return Err(io::Error::from(io::ErrorKind::BrokenPipe).into());
        }
        if let Some(signal) = interrupts.settle() {
            return Ok(signal::exit_code(signal));
        }
        let output = result?;
        print(&runtime, &output)?;
        if output.quits() {
            break;
        }
    }
    Ok(0)
}

/// `:json` and `:x` may have changed the form since.
fn print(runtime: &Runtime, output: &Output) -> Result<(), Failure> {
    let text = output.render(runtime.style());
    write_data(&text.data)?;
    write_message(&text.message);
    Ok(())
}

type Print = Rc<dyn Fn(&str)>;

/// What a script prints goes out at once; when nobody reads it any more, the script is stopped.
fn printer(closed: &Rc<Cell<bool>>, interrupts: &Interrupts) -> Print {
    let (closed, flag) = (Rc::clone(closed), interrupts.flag());
    Rc::new(move |text| {
        if write_data(&format!("{}\n", format::printable(text))).is_err() {
            closed.set(true);
            flag.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    })
}
