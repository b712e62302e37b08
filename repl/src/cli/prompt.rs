//! `memglass SESSION` on a terminal.

use std::cell::RefCell;
use std::rc::Rc;

use memglass_repl::event_loop::EventLoop;
use memglass_repl::line::{Editor, TerminalGuard};
use memglass_repl::output::write_message;
use memglass_repl::script::ScriptHost;
use memglass_repl::signal::Interrupts;
use memglass_repl::{Runtime, format, startup};

use super::failure::Failure;
use super::options::Options;
use super::session;

/// Opens a prompt; `banner` goes above it.
pub(super) fn run(options: &Options, session: &str, banner: &str) -> Result<i32, Failure> {
    let interrupts = Interrupts::listen()?;
    let attached = session::attach(options, session)?;
    let style = options.style();
    let _guard = TerminalGuard::new();
    let (editor, printer, note) = Editor::start(style.look)?;
    if let Some(note) = note {
        options.note(&note);
    }
    let printer = Rc::new(RefCell::new(printer));
    let print: Rc<dyn Fn(&str)> = {
        let printer = Rc::clone(&printer);
        Rc::new(move |text| {
            printer
                .borrow_mut()
                .print(&format!("{}\n", format::printable(text)))
        })
    };
    write_message(banner);
    let host = ScriptHost::new(attached.clone(), interrupts.flag(), print);
    let runtime = Runtime::new(attached, host, style);
    let mut prompt = EventLoop::new(runtime, editor, printer, interrupts);
    if let Some(script) = startup::script().filter(|_| options.init) {
        prompt.start_up(&script);
    }
    Ok(prompt.run()?)
}
