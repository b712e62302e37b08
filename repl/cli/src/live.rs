//! Live tables of this program: when there is one, and what ends it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use memglass_repl::ReplError;
use memglass_repl::program::full_screen::live::{Setup, Source};
use memglass_repl::program::full_screen::{self, Ended};
use memglass_repl::program::{ViewSetup, live_is_possible, show_live};
use memglass_terminal::signal::{self, Interrupts, Owner};

use super::failure::Failure;
use super::options::Options;
use super::prompt;

/// Whether what changes is shown as a table: on a terminal, if nobody asked for a form.
pub(super) fn is_wanted(options: &Options) -> bool {
    !options.is_form_chosen && live_is_possible()
}

/// The user's colours on this terminal.
pub(super) fn looks(options: &Options) -> full_screen::Setup {
    let settings = prompt::config_file("config.toml");
    ViewSetup::of_terminal(options.color, settings.as_deref()).setup
}

/// Shows a table until the user ends it; gives the exit code.
pub(super) fn show(source: &mut dyn Source, setup: &Setup) -> Result<i32, Failure> {
    let interrupts = Interrupts::listen(Arc::new(AtomicBool::new(false)), Owner::Program)?;
    match show_live(source, setup, &interrupts).map_err(ReplError::from)? {
        Ended::Closed => Ok(0),
        Ended::Exit(code) => Ok(code),
        Ended::Signal(signal) => Ok(signal::exit_code(signal)),
    }
}
