//! Memory that was cut off while a session is looked at: told once.

use memglass::{Observer, Presence};
use memglass_repl::program::with_causes;

/// Looks whether the memory of a session is still there.
pub(super) struct Cuts {
    observer: Observer,
    is_told: bool,
}

impl Cuts {
    pub(super) fn of(observer: &Observer) -> Cuts {
        Cuts {
            observer: observer.beside(),
            is_told: false,
        }
    }

    /// What is to be told, if something was cut off and that was not told before.
    pub(super) fn news(&mut self) -> Option<String> {
        if self.observer.producer() == Presence::Restarted
            && let Ok(next) = self.observer.reattach()
        {
            *self = Cuts::of(&next);
        }
        if self.is_told {
            return None;
        }
        let error = self.observer.regions().err()?;
        self.is_told = true;
        Some(format!(
            "{}; objects in it are seen no more, or as they were last",
            with_causes(&error)
        ))
    }
}
