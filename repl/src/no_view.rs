//! What stands where the view is, for hosts that build this library without it.

use crate::commands::CommandError;
use crate::runtime::Runtime;

/// Says why a line cannot open the view.
pub(crate) fn check(_: &Runtime) -> Result<(), CommandError> {
    let reason =
        "this program was built without the view, which is the feature `view` of memglass-repl";
    Err(CommandError::Text(reason.into()))
}

/// There is no log.
pub(crate) fn clear_log(_: &Runtime) {}
