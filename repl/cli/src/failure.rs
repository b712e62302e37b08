//! Why the program ends without having done what it was asked.

use std::io;
use std::time::Duration;

use memglass::AttachError;
use memglass_foreign::ForeignError;
use memglass_repl::program::{CommandError, attach_exit_code, with_causes};
use memglass_repl::{AuditError, EvalError, ReplError};
use memglass_stream::{PlayError, RecordError, RecordingError};
use memglass_terminal::look::{self, ColorChoice, Look};
use memglass_terminal::streams::write_message;
use memglass_value::format;

/// Why the program ends without having done what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Arguments that do not go together, or standard input that is not a script.
    #[error("{0}")]
    Usage(String),
    /// No session to work on.
    #[error("{0}")]
    NoSession(String),
    #[error(transparent)]
    Attach(#[from] AttachError),
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error(transparent)]
    Audit(#[from] AuditError),
    #[error(transparent)]
    Repl(#[from] ReplError),
    /// The scripts took longer than they were allowed.
    #[error("timed out after {0:?}")]
    TimedOut(Duration),
    /// What was waited for did not come in time.
    #[error("timed out after {0:?}: {1}")]
    WaitedTooLong(Duration, String),
    /// What was waited for cannot come any more.
    #[error("{0}")]
    Ended(String),
    /// The example producer did not start.
    #[error("{0}")]
    Demo(String),
    /// A file whose types cannot be read.
    #[error(transparent)]
    TypeFile(#[from] memglass_types::OpenError),
    /// A header whose types cannot be read.
    #[error(transparent)]
    Header(Box<memglass_gen::GenerateError>),
    /// What is asked of types makes no sense for these.
    #[error(transparent)]
    Asked(#[from] memglass_type_tables::AskError),
    /// A file of another program that cannot be looked at.
    #[error(transparent)]
    Foreign(Box<ForeignError>),
    /// A file of types that cannot be written.
    #[error("{0}")]
    Types(String),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Recording(#[from] RecordingError),
    #[error(transparent)]
    Play(#[from] PlayError),
    /// What kept two things from being compared: 1 would say that they differ.
    #[error(transparent)]
    Comparison(Box<Failure>),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<memglass_gen::GenerateError> for Failure {
    fn from(error: memglass_gen::GenerateError) -> Self {
        Failure::Header(Box::new(error))
    }
}

impl From<ForeignError> for Failure {
    fn from(error: ForeignError) -> Self {
        Failure::Foreign(Box::new(error))
    }
}

impl Failure {
    /// The same, where exit code 1 means something else.
    pub(crate) fn of_comparison(self) -> Failure {
        match self.exit_code() {
            1 => Failure::Comparison(Box::new(self)),
            _ => self,
        }
    }

    /// Whether a script called `exit(n)`.
    pub(crate) fn is_exit(&self) -> bool {
        matches!(self, Failure::Command(error) if error.is_exit())
    }

    pub(crate) fn exit_code(&self) -> i32 {
        match self {
            Failure::Usage(_)
            | Failure::Comparison(_)
            | Failure::Record(RecordError::Selection(_) | RecordError::Field { .. })
            | Failure::Asked(memglass_type_tables::AskError::Pattern(_)) => 2,
            Failure::Foreign(error) if error.is_in_layout() => 2,
            Failure::NoSession(_) => 3,
            Failure::Attach(error) => attach_exit_code(error),
            Failure::Command(error) => error.exit_code(),
            // Whoever read the output has enough; that is not a failure.
            Failure::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Failure::TimedOut(_) | Failure::WaitedTooLong(..) => 124,
            Failure::Repl(ReplError::Attach(error)) => attach_exit_code(error),
            Failure::Audit(_)
            | Failure::Record(_)
            | Failure::Recording(_)
            | Failure::Play(_)
            | Failure::Repl(_)
            | Failure::Ended(_)
            | Failure::Demo(_)
            | Failure::TypeFile(_)
            | Failure::Header(_)
            | Failure::Asked(_)
            | Failure::Foreign(_)
            | Failure::Types(_)
            | Failure::Io(_) => 1,
        }
    }

    /// Tells it on standard error, with its causes. `exit(n)` and a closed pipe are told by the code alone.
    pub(crate) fn report(&self, color: ColorChoice) {
        let look = Look::of_stderr(color);
        match self {
            Failure::Comparison(failure) => failure.report(color),
            Failure::Io(error) | Failure::Command(CommandError::Output(error))
                if error.kind() == io::ErrorKind::BrokenPipe => {}
            Failure::Command(error) if error.is_exit() => {}
            Failure::Command(error) => write_message(&format!("{}\n", error.render(look))),
            Failure::Io(error) if error.kind() == io::ErrorKind::StorageFull => {
                write_message(&format!(
                    "{}: the output cannot be written: {error}\n",
                    look.paint(look::alarm(), "error")
                ));
            }
            Failure::Io(error) if error.kind() == io::ErrorKind::WouldBlock => {
                write_message(&format!(
                    "{}: the system gives this process no more threads or memory (ulimit -u, ulimit -v): {error}\n",
                    look.paint(look::alarm(), "error")
                ));
            }
            other => write_message(&format!(
                "{}: {}\n",
                look.paint(look::alarm(), "error"),
                format::printable(&with_causes(other))
            )),
        }
    }
}

impl From<EvalError> for Failure {
    fn from(error: EvalError) -> Self {
        Failure::Command(error.into())
    }
}
