//! Where results, prints and messages go.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use memglass_line::Printer;
use memglass_system::files::is_stop;
use memglass_terminal::streams;
use memglass_value::format;

/// Where a [`Repl`](crate::Repl) writes, when that is not the standard output and standard error of
/// the process.
///
/// ```
/// use std::{cell::RefCell, io, rc::Rc};
///
/// /// A panel of a host program that shows what the operator's lines gave.
/// #[derive(Clone, Default)]
/// struct Panel(Rc<RefCell<String>>);
///
/// impl memglass_repl::Sink for Panel {
///     fn data(&mut self, text: &str) -> io::Result<()> {
///         self.0.borrow_mut().push_str(text);
///         Ok(())
///     }
///
///     fn message(&mut self, text: &str) {
///         self.0.borrow_mut().push_str(text);
///     }
/// }
/// # let dir = memglass::doc::directory();
/// # let session = memglass::Session::builder("robot").dir(&dir).create()?;
///
/// let panel = Panel::default();
/// let mut repl = memglass_repl::Repl::builder()
///     .session("robot")
/// #   .dir(&dir)
///     .output(panel.clone())
///     .build()?;
/// repl.eval("print(1 + 1)")?;
/// assert_eq!(*panel.0.borrow(), "2\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Sink {
    /// Takes data: what scripts print, and what lines at the prompt give. It ends with a newline. A long result
    /// comes in several calls.
    ///
    /// # Errors
    ///
    /// If nobody takes it any more: the script that printed it is stopped, and no more of the result comes.
    fn data(&mut self, text: &str) -> io::Result<()>;

    /// Takes a message for people, which is not data. It ends with a newline.
    fn message(&mut self, text: &str);
}

/// Standard output and standard error of this process.
struct Standard {
    stop: Arc<AtomicBool>,
}

impl Sink for Standard {
    fn data(&mut self, text: &str) -> io::Result<()> {
        streams::write_data_unless(&self.stop, text)
    }

    fn message(&mut self, text: &str) {
        streams::write_message(text);
    }
}

/// While it lives, all goes elsewhere.
pub(crate) struct Diverted(Outlet);

impl Drop for Diverted {
    fn drop(&mut self) {
        self.0.0.diverted.take();
    }
}

/// The one way out of a session, shared by its scripts and its results.
#[derive(Clone)]
pub(crate) struct Outlet(Rc<Way>);

struct Way {
    sink: RefCell<Box<dyn Sink>>,
    is_standard: bool,
    /// While there is a prompt of our own, what scripts print goes above it.
    printer: RefCell<Option<Rc<RefCell<Printer>>>>,
    /// While there is something else on the screen, all goes here.
    diverted: RefCell<Option<Box<dyn Sink>>>,
    /// Raised to stop a script whose output nobody takes.
    interrupt: Arc<AtomicBool>,
    failure: Cell<Option<io::Error>>,
}

impl Outlet {
    /// The way to `sink`, or else to the process's own output.
    pub(crate) fn new(sink: Option<Box<dyn Sink>>, interrupt: Arc<AtomicBool>) -> Self {
        Outlet(Rc::new(Way {
            is_standard: sink.is_none(),
            sink: RefCell::new(sink.unwrap_or_else(|| {
                let stop = Arc::clone(&interrupt);
                Box::new(Standard { stop })
            })),
            printer: RefCell::default(),
            diverted: RefCell::default(),
            interrupt,
            failure: Cell::default(),
        }))
    }

    /// Whether it leads to standard output.
    pub(crate) fn is_standard(&self) -> bool {
        self.0.is_standard && self.0.diverted.borrow().is_none()
    }

    /// All goes to `sink` instead, as long as what this gives lives.
    pub(crate) fn divert(&self, sink: Box<dyn Sink>) -> Diverted {
        self.0.diverted.replace(Some(sink));
        Diverted(self.clone())
    }

    /// Gives `take` where text goes now.
    fn with_sink<T>(&self, take: impl FnOnce(&mut dyn Sink) -> T) -> T {
        match &mut *self.0.diverted.borrow_mut() {
            Some(sink) => take(&mut **sink),
            None => take(&mut **self.0.sink.borrow_mut()),
        }
    }

    /// The prompt that is shown, if there is one.
    fn prompt(&self) -> Option<Rc<RefCell<Printer>>> {
        let is_hidden = self.0.diverted.borrow().is_some();
        self.0.printer.borrow().clone().filter(|_| !is_hidden)
    }

    /// From now on what scripts print goes above a prompt.
    pub(crate) fn print_above(&self, printer: Rc<RefCell<Printer>>) {
        self.0.printer.replace(Some(printer));
    }

    /// Takes one line that a script prints.
    pub(crate) fn print(&self, text: &str) {
        let line = format!("{}\n", format::printable(text));
        if let Some(printer) = self.prompt() {
            printer.borrow_mut().print(&line);
            return;
        }
        match self.data(&line) {
            // The script ends anyway.
            Err(error) if is_stop(&error) => {}
            Err(error) => {
                self.0.failure.set(Some(error));
                self.0.interrupt.store(true, Ordering::Relaxed);
            }
            Ok(()) => {}
        }
    }

    /// Writes data.
    pub(crate) fn data(&self, text: &str) -> io::Result<()> {
        self.with_sink(|sink| sink.data(text))
    }

    /// Writes a message.
    pub(crate) fn message(&self, text: &str) {
        self.with_sink(|sink| sink.message(text));
    }

    /// Takes a line for people that a script did not print.
    pub(crate) fn tell(&self, text: &str) {
        let line = format!("{}\n", format::printable(text));
        match self.prompt() {
            Some(printer) => printer.borrow_mut().print(&line),
            None => self.message(&line),
        }
    }

    /// Why a print was not taken, once.
    pub(crate) fn failure(&self) -> Option<io::Error> {
        self.0.failure.take()
    }
}
