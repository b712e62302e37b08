//! Live tables on this process's terminal: what they share.

use memglass::{Presence, Value};
use memglass_terminal::signal::Interrupts;
use memglass_value::format::{self, Style};
use memglass_view::live::{self, Setup, Source};
use memglass_view::{Ended, ViewError, text};

/// Whether a live table can be shown on this process's terminal.
pub fn is_possible() -> bool {
    memglass_view::check_terminal().is_ok()
}

/// Shows a live table until the user closes it, its time is up, or a signal comes.
///
/// # Errors
///
/// [`ViewError`]: there is no terminal for it, or it is gone.
pub fn show(
    source: &mut dyn Source,
    setup: &Setup,
    interrupts: &Interrupts,
) -> Result<Ended, ViewError> {
    live::run(source, setup, interrupts)
}

/// What a table says of a producer that is not simply there.
pub(crate) fn fate(presence: Presence) -> Option<String> {
    match presence {
        Presence::Alive => None,
        Presence::Stopped => Some("stopped: values stand still".into()),
        Presence::Restarted => Some("restarted: not attached yet".into()),
        gone => Some(format!("{}: last values", gone.word())),
    }
}

/// A value in its column.
pub(crate) fn cell(value: &Value, style: &Style) -> String {
    text::clean(&format::brief(value, style)).into_owned()
}
