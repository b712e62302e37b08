//! How a call ended: a code that stays the same in all versions, and a message for people.

use std::any::Any;
use std::cell::RefCell;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

use memglass::sampler::SelectionError;
use memglass::schema::SchemaError;
use memglass::{AttachError, Busy, Contended, PathError, ProducerError, ReadError, WriteError};

use crate::text::Text;

/// How a call ended. The numbers do not change; later versions may have more.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It did what was asked.
    Ok = 0,
    /// A pointer that is needed is null.
    NullPointer = 1,
    /// A text is not UTF-8.
    NotUtf8 = 2,
    /// A number, size or combination of arguments that is not allowed.
    BadArgument = 3,
    /// The buffer is too small for the result; the length that was asked for is known now.
    TooSmall = 4,
    /// A bug in memglass. The call did not finish; report the message.
    Panic = 5,
    /// There is no session, or it was shut down.
    NoSession = 6,

    /// The name cannot name a session.
    BadName = 10,
    /// A living producer has the name.
    SessionExists = 11,
    /// A label is empty, too long, or that of a live object.
    BadLabel = 12,
    /// A type is described wrongly.
    BadType = 13,
    /// Memory that is no object, or is not large enough, or belongs to another session.
    BadMemory = 14,
    /// An object or block of no or too many bytes.
    BadSize = 15,
    /// The session has all the regions that it can have.
    TooManyRegions = 16,
    /// A forked child used its parent's session.
    Forked = 17,
    /// Observers stayed when the session was shut down. It has ended all the same.
    StillObserved = 18,
    /// The system refused: no room, no permission.
    System = 19,

    /// Another live writer holds the value.
    Busy = 30,
    /// New values were published faster than one could be read.
    Contended = 31,
    /// The value is not guarded.
    NotGuarded = 32,

    /// There is no session of this name.
    NoSuchSession = 40,
    /// The producer has not finished making the session.
    Starting = 41,
    /// The session's memory is damaged, or of another version.
    Damaged = 42,
    /// As many observers write to the session as can.
    TooManyWriters = 43,
    /// There is no object with this label.
    NoSuchObject = 44,
    /// There is no such field, element or member.
    NoSuchField = 45,
    /// The text is not a path or pattern.
    BadPath = 46,
    /// The object was destroyed.
    Gone = 47,
    /// The value is too large to be read at once.
    TooLarge = 48,
    /// The value has another type.
    TypeMismatch = 49,
    /// A segment of the session was cut short; its contents are lost.
    Truncated = 50,
    /// The field is read-only.
    ReadonlyField = 51,
    /// The session was attached for reading.
    ReadonlySession = 52,
    /// The type or the annotations of the field do not allow the value.
    Refused = 53,
    /// A function that was to change a value returned false: nothing was written.
    CalledOff = 54,
    /// The producer has ended the session, so nothing would read the value.
    Ended = 55,
}

/// Why a call did not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    status: Status,
    message: String,
}

thread_local! {
    /// What the last failed call of this thread said.
    static MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs the body of a function of the interface: what it returns becomes a status, and no panic gets out.
#[inline]
pub(crate) fn entry(body: impl FnOnce() -> Result<(), Failure>) -> Status {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => Status::Ok,
        Ok(Err(failure)) => tell(failure),
        Err(panic) => tell(Failure::new(Status::Panic, panic_message(&*panic))),
    }
}

/// Runs the body of a function that answers without a status; a panic becomes `otherwise`.
pub(crate) fn answer<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    let answer = catch_unwind(AssertUnwindSafe(body));
    answer.unwrap_or_else(|panic| {
        tell(Failure::new(Status::Panic, panic_message(&*panic)));
        otherwise
    })
}

/// Keeps the message for [`memglass_error_message`].
#[cold]
fn tell(failure: Failure) -> Status {
    let Failure { status, message } = failure;
    // A thread that is ending may have no place for it any more.
    let _ = MESSAGE.try_with(|last| *last.borrow_mut() = message);
    status
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a bug in memglass: {}", text.unwrap_or("no message"))
}

/// What the last call of this thread that failed said: lower case, without a full stop. It stays valid until
/// the next call of this thread fails.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_error_message() -> Text {
    let text = MESSAGE.try_with(|last| Text::of(&last.borrow()));
    text.unwrap_or(Text::EMPTY)
}

impl Failure {
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Failure {
        Failure {
            status,
            message: message.into(),
        }
    }

    pub(crate) fn null(argument: &str) -> Failure {
        Failure::new(Status::NullPointer, format!("{argument} is a null pointer"))
    }

    /// The error with its causes.
    pub(crate) fn of(status: Status, error: &dyn Error) -> Failure {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message = format!("{message}: {error}");
            cause = error.source();
        }
        Failure { status, message }
    }
}

impl From<ProducerError> for Failure {
    fn from(error: ProducerError) -> Failure {
        let status = match &error {
            ProducerError::BadName { .. } => Status::BadName,
            ProducerError::SessionExists { .. } => Status::SessionExists,
            ProducerError::Label { .. } => Status::BadLabel,
            ProducerError::Schema(_) | ProducerError::WrongStorage { .. } => Status::BadType,
            ProducerError::Memory { .. } => Status::BadMemory,
            ProducerError::Size { .. } => Status::BadSize,
            ProducerError::TooManyRegions { .. } => Status::TooManyRegions,
            ProducerError::Forked { .. } => Status::Forked,
            ProducerError::StillObserved { .. } => Status::StillObserved,
            _ => Status::System,
        };
        Failure::of(status, &error)
    }
}

impl From<AttachError> for Failure {
    fn from(error: AttachError) -> Failure {
        let status = match &error {
            AttachError::NoSuchSession { .. } => Status::NoSuchSession,
            AttachError::BadName { .. } => Status::BadName,
            AttachError::Starting { .. } => Status::Starting,
            AttachError::TooManyWriters { .. } => Status::TooManyWriters,
            AttachError::Alive { .. } => Status::SessionExists,
            AttachError::Layout(_) => Status::Damaged,
            _ => Status::System,
        };
        Failure::of(status, &error)
    }
}

impl From<PathError> for Failure {
    fn from(error: PathError) -> Failure {
        let status = match &error {
            PathError::NoSuchObject { .. } => Status::NoSuchObject,
            PathError::Malformed { .. } => Status::BadPath,
            PathError::Damaged { .. } => Status::Damaged,
            _ => Status::NoSuchField,
        };
        Failure::of(status, &error)
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Failure {
        let status = match &error {
            ReadError::Gone { .. } => Status::Gone,
            ReadError::Contended { .. } => Status::Contended,
            ReadError::TooLarge { .. } => Status::TooLarge,
            ReadError::TypeMismatch { .. } => Status::TypeMismatch,
            ReadError::Truncated { .. } => Status::Truncated,
            _ => Status::Damaged,
        };
        Failure::of(status, &error)
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Failure {
        let status = match &error {
            WriteError::Gone { .. } => Status::Gone,
            WriteError::ReadOnlyField { .. } => Status::ReadonlyField,
            WriteError::ReadOnlySession { .. }
            | WriteError::Replay { .. }
            | WriteError::CopyOfFile { .. } => Status::ReadonlySession,
            WriteError::Ended { .. } => Status::Ended,
            WriteError::Forked { .. } => Status::Forked,
            WriteError::Busy { .. } => Status::Busy,
            WriteError::CalledOff { .. } => Status::CalledOff,
            WriteError::Read(error) => return error.clone().into(),
            _ => Status::Refused,
        };
        Failure::of(status, &error)
    }
}

impl From<SelectionError> for Failure {
    fn from(error: SelectionError) -> Failure {
        match error {
            SelectionError::Path(error) => error.into(),
            SelectionError::Read(error) => error.into(),
            error => Failure::of(Status::BadPath, &error),
        }
    }
}

macro_rules! failures {
    ($($error:ty => $status:ident,)*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Failure {
                Failure::of(Status::$status, &error)
            }
        }
    )*};
}

failures! {
    SchemaError => BadType,
    Busy => Busy,
    Contended => Contended,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> String {
        let text = memglass_error_message();
        text.get().expect("messages are UTF-8").to_owned()
    }

    #[test]
    fn a_panic_becomes_a_status_with_its_message() {
        assert_eq!(entry(|| panic!("no {}", 7)), Status::Panic);
        assert_eq!(message(), "a bug in memglass: no 7");
    }

    #[test]
    fn a_panic_becomes_the_answer_that_stands_for_none() {
        assert_eq!(answer(0, || panic!("no {}", 8)), 0);
        assert_eq!(message(), "a bug in memglass: no 8");
        assert_eq!(answer(0, || 7), 7);
    }

    #[test]
    fn a_message_has_the_causes_and_stays_until_the_next_failure() {
        let error = ProducerError::Schema(SchemaError::TooManyTypes);
        assert_eq!(entry(|| Err(error.into())), Status::BadType);
        let first = message();
        assert!(first.starts_with("type cannot be observed: "), "{first}");
        assert_eq!(entry(|| Ok(())), Status::Ok);
        assert_eq!(message(), first);
        let other = std::thread::spawn(message).join().expect("it only reads");
        assert_eq!(other, "", "messages belong to their thread");
    }
}
