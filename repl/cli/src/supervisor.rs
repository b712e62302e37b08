//! What can end a script from outside: signals, and the time that it has.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use memglass_repl::program::Deadline;
use memglass_repl::{EvalError, EvalErrorKind};
use memglass_terminal::signal::{self, Interrupts, Owner};
use memglass_terminal::streams::write_message;

use super::failure::Failure;
use super::options::Options;

/// A script that has not stopped so long after it was asked to is stopped with the program.
const GRACE: Duration = Duration::from_millis(500);

/// Watches over the scripts of one run of the program.
pub(super) struct Supervisor {
    flag: Arc<AtomicBool>,
    limit: Option<(Duration, Deadline)>,
    interrupts: Option<Interrupts>,
}

/// How a script ended.
pub(super) enum Ended<T> {
    /// By itself, with this.
    With(T),
    /// By a signal or `exit`.
    By(i32),
}

impl Supervisor {
    /// The time begins to run.
    pub(super) fn new(options: &Options) -> Result<Self, Failure> {
        let flag = Arc::new(AtomicBool::new(false));
        let limit = options.timeout.map(|limit| {
            let give_up = move || {
                write_message(&format!("error: {}\n", Failure::TimedOut(limit)));
                std::process::exit(Failure::TimedOut(limit).exit_code());
            };
            Deadline::start(limit, Arc::clone(&flag), GRACE, give_up)
                .map(|deadline| (limit, deadline))
        });
        Ok(Supervisor {
            flag,
            limit: limit.transpose()?,
            interrupts: None,
        })
    }

    /// From now on signals stop the script instead of the program.
    pub(super) fn take_signals(&mut self) -> Result<(), Failure> {
        self.interrupts = Some(Interrupts::listen(Arc::clone(&self.flag), Owner::Program)?);
        Ok(())
    }

    /// Raised to stop a script.
    pub(super) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.flag)
    }

    /// Whether there is time for another script.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match &self.limit {
            Some((limit, deadline)) if deadline.passed() => Err(Failure::TimedOut(*limit)),
            _ => Ok(()),
        }
    }

    /// What the end of a script means.
    pub(super) fn judge<T>(&self, result: Result<T, EvalError>) -> Result<Ended<T>, Failure> {
        if let Some(signal) = self.interrupts.as_ref().and_then(Interrupts::ending) {
            return Ok(Ended::By(signal::exit_code(signal)));
        }
        let is_stopped = match &result {
            Ok(_) => false,
            Err(error) => error.kind() == EvalErrorKind::Interrupted,
        };
        match &self.limit {
            Some((limit, deadline)) if deadline.passed() && is_stopped => {
                Err(Failure::TimedOut(*limit))
            }
            _ => Ok(Ended::With(result?)),
        }
    }
}
