//! Attaching while the session may be starting, ending, or being replaced.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::attached::Attached;
use super::error::AttachError;
use super::trial::Trial;
use super::{Observer, sessions};
use crate::layout::{self, Layout, LayoutError, SessionState};
use crate::origin;
use crate::owners::{self, WriterSlot};
use crate::schema::{Schema, Type, TypeId};
use crate::shm::{Access, Dir, ShmError};
use crate::wire::header::PRODUCER_SLOT;
use crate::wire::names;

/// How to attach to a session; made by [`Observer::builder`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is attached before `attach`"]
pub struct ObserverBuilder {
    dir: Option<PathBuf>,
    writable: bool,
    trial: bool,
    pub(super) described_by: DescribedBy,
}

/// What describes types that a session only names.
#[derive(Clone, Default)]
pub(super) struct DescribedBy(pub(super) Option<Arc<layout::Describe>>);

impl fmt::Debug for DescribedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DescribedBy")
            .field(&self.0.is_some())
            .finish()
    }
}

impl ObserverBuilder {
    /// Asks for the right to write as well.
    pub fn writable(mut self) -> Self {
        self.writable = true;
        self
    }

    /// Tries writes out: all checks of a write are made, and reads of this observer see what would be there,
    /// but memory, which is mapped read-only, does not change.
    pub fn trial(mut self) -> Self {
        self.trial = true;
        self
    }

    /// Looks for the session in `dir`.
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.dir = Some(dir.as_ref().into());
        self
    }

    /// Describes types that the session only [names](Schema::add_named): `describe` gets such a type, with its name, size and id,
    /// and gives a schema that has it, and which type it is there. One of another size or alignment is not used: then the
    /// type stays bytes.
    pub fn described_by(
        mut self,
        describe: impl Fn(&Type) -> Option<(Schema, TypeId)> + Send + Sync + 'static,
    ) -> Self {
        self.described_by = DescribedBy(Some(Arc::new(describe)));
        self
    }

    /// Whether it becomes one of the session's writing processes.
    fn takes_slot(&self) -> bool {
        self.writable && !self.trial
    }

    /// Attaches to `session`, whether its producer lives or has crashed.
    ///
    /// # Errors
    ///
    /// - [`AttachError::NoSuchSession`]: there is no such session. The error lists the existing ones.
    /// - [`AttachError::Starting`]: the producer has not finished making the session.
    /// - [`AttachError::Layout`]: the session's memory is damaged, or has another version.
    /// - [`AttachError::Shm`]: the session belongs to another user, or cannot be opened for another reason.
    pub fn attach(&self, session: &str) -> Result<Observer, AttachError> {
        Observer::attach_with(session, self.clone())
    }
}

impl Observer {
    /// Default settings: read-only, in `MEMGLASS_DIR` or `/dev/shm`. Change them before
    /// [`ObserverBuilder::attach`].
    pub fn builder() -> ObserverBuilder {
        ObserverBuilder::default()
    }

    /// Attaches for reading. The mapping is read-only: this observer cannot change a byte.
    ///
    /// # Errors
    ///
    /// As for [`ObserverBuilder::attach`].
    pub fn attach(session: &str) -> Result<Observer, AttachError> {
        Observer::builder().attach(session)
    }

    /// Attaches for reading and writing.
    ///
    /// # Errors
    ///
    /// As for [`ObserverBuilder::attach`]; [`AttachError::TooManyWriters`] if 254 observers write already.
    pub fn attach_writable(session: &str) -> Result<Observer, AttachError> {
        Observer::builder().writable().attach(session)
    }

    /// Attaches to the session that has the name now, with the same options.
    ///
    /// # Errors
    ///
    /// As for [`ObserverBuilder::attach`].
    pub fn reattach(&self) -> Result<Observer, AttachError> {
        self.options.attach(&self.info.name)
    }

    fn attach_with(session: &str, options: ObserverBuilder) -> Result<Observer, AttachError> {
        if !names::is_session_name(session) {
            return Err(AttachError::BadName {
                name: session.into(),
            });
        }
        let dir = Dir::new(options.dir.as_deref());
        // To attach again is to look in the same place.
        let options = ObserverBuilder {
            dir: Some(dir.path().into()),
            ..options
        };
        let access = match options.takes_slot() {
            true => Access::Write,
            false => Access::Read,
        };
        if options.writable && options.trial {
            check_writable(&dir, session)?;
        }
        attach(&dir, session, access, |layout| {
            Observer::attach_to(layout, options.clone())
        })
    }

    fn attach_to(layout: Layout, options: ObserverBuilder) -> Result<Observer, AttachError> {
        if layout.state() == SessionState::Starting {
            let identity = layout.identity();
            return Err(AttachError::Starting {
                name: identity.name.clone(),
                pid: identity.pid,
            });
        }
        // A share that the producer's shutdown waits for. Without it an observer still works.
        let _ = layout.header().try_share(0)?;
        // What is played is written by its player alone, unless it is a branch.
        let is_closed = origin::refuses_writes(layout.header().view());
        let writer = if options.takes_slot() && !is_closed {
            Some(take_slot(&layout)?)
        } else {
            None
        };
        let attached = Attached {
            layout: Arc::new(layout),
            writer,
            trial: options.trial.then(Trial::default),
        };
        let mut observer = Observer::over(Arc::new(attached), options);
        observer.read_changes()?;
        Ok(observer)
    }
}

/// Fails if the session may not be written to: a trial is refused what is refused in earnest. Stores nothing.
fn check_writable(dir: &Dir, session: &str) -> Result<(), AttachError> {
    match layout::open(dir, session, Access::Write) {
        Err(LayoutError::Memory(
            refused @ (ShmError::Denied { .. } | ShmError::ReadOnlyMount { .. }),
        )) => Err(refused.into()),
        _ => Ok(()),
    }
}

/// How long to wait for a process that is about to remove or replace a header without regions.
const REPLACEMENT: Duration = Duration::from_millis(50);

/// How `attach` judges the session's layout.
///
/// Regions are removed before their header, and those of a dead session before its header is
/// replaced. So a missing region is not damage: the session is over, and its name may soon lead to
/// another one.
fn attach<R>(
    dir: &Dir,
    session: &str,
    access: Access,
    attach: impl Fn(Layout) -> Result<R, AttachError>,
) -> Result<R, AttachError> {
    let start = Instant::now();
    loop {
        let layout = layout::open(dir, session, access).map_err(|error| match error {
            LayoutError::Memory(ShmError::NotFound { .. }) => no_such_session(dir, session),
            _ if sessions::is_placeholder(dir, session) => no_such_session(dir, session),
            error => error.into(),
        })?;
        let (header, state) = (Arc::clone(layout.header()), layout.state());
        let error = match attach(layout) {
            Err(error) if is_incomplete(&error) => error,
            attached => return attached,
        };
        let is_alive = state != SessionState::Closing && owners::is_producer_alive(&header);
        if is_alive && matches!(error, AttachError::Starting { .. }) {
            return Err(error);
        }
        let is_changing = !header.is_named_in(dir) || header.is_locked(PRODUCER_SLOT)?;
        if !is_changing || start.elapsed() >= REPLACEMENT {
            return Err(match is_alive {
                true => error,
                false => no_such_session(dir, session),
            });
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn is_incomplete(error: &AttachError) -> bool {
    matches!(
        error,
        AttachError::Starting { .. } | AttachError::Shm(ShmError::NotFound { .. })
    )
}

fn take_slot(layout: &Layout) -> Result<WriterSlot, AttachError> {
    let slot = WriterSlot::take(layout.header())?;
    slot.ok_or_else(|| AttachError::TooManyWriters {
        name: layout.identity().name.clone(),
    })
}

pub(super) fn no_such_session(dir: &Dir, session: &str) -> AttachError {
    AttachError::NoSuchSession {
        name: session.into(),
        dir: dir.path().into(),
        sessions: sessions::others(dir, session),
    }
}
