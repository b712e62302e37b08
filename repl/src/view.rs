//! The full-screen view over a session: what it asks for, done.

use std::time::Instant;

use memglass_terminal::look::ColorChoice;
use memglass_terminal::signal::Interrupts;
use memglass_view::{Ended, Host, Interest, Looks, Options, Snapshot, ViewError};

use crate::commands::CommandError;
use crate::runtime::Runtime;
use crate::snapshot::Snapshots;

/// How the view begins and looks.
#[derive(Clone, Copy, Debug)]
pub struct ViewSetup {
    /// What the user chose.
    pub options: Options,
    /// What the terminal can show.
    pub looks: Looks,
}

impl ViewSetup {
    /// What is usual on this process's terminal.
    pub fn of_terminal(color: ColorChoice) -> Self {
        ViewSetup {
            options: Options::default(),
            looks: Looks::of_terminal(color.allows(true)),
        }
    }
}

/// Says why a line cannot open the view, if so.
pub(crate) fn check(runtime: &Runtime) -> Result<(), CommandError> {
    let there_is_none =
        || "the view is for a prompt on a terminal; `memglass view` opens it on one".to_owned();
    match (memglass_view::check_terminal(), runtime.has_screen) {
        (Err(error), _) => Err(CommandError::Text(error.to_string())),
        (Ok(()), false) => Err(CommandError::Text(there_is_none())),
        (Ok(()), true) => Ok(()),
    }
}

/// Shows the view until the user closes it, or a signal ends the program.
pub(crate) fn show(
    runtime: &mut Runtime,
    interrupts: &Interrupts,
    setup: ViewSetup,
) -> Result<Ended, ViewError> {
    let mut host = RuntimeHost::new(runtime);
    memglass_view::run(&mut host, setup.options, setup.looks, interrupts.received())
}

/// A session as the view sees it.
struct RuntimeHost<'r> {
    runtime: &'r mut Runtime,
    snapshots: Snapshots,
}

impl<'r> RuntimeHost<'r> {
    fn new(runtime: &'r mut Runtime) -> Self {
        let snapshots = snapshots(runtime, Instant::now());
        RuntimeHost { runtime, snapshots }
    }
}

impl Host for RuntimeHost<'_> {
    fn snapshot(&mut self, interest: &Interest) -> Snapshot {
        self.snapshots.take(interest)
    }

    fn reattach(&mut self) -> Result<(), String> {
        let result = self.runtime.perform(":reattach");
        result.map_err(|error| error.to_string())?;
        self.snapshots = snapshots(self.runtime, self.snapshots.opened());
        Ok(())
    }
}

fn snapshots(runtime: &Runtime, opened: Instant) -> Snapshots {
    let attached = &runtime.attached;
    Snapshots::new(&attached.observer(), attached.is_readonly(), opened)
}
