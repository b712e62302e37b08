//! Sessions of C programs.

use std::mem::MaybeUninit;
use std::time::Duration;

use memglass::schema::TypeId;
use memglass::{Growth, Mode, Session, SessionBuilder};

use crate::out::place;
use crate::schema::CSchema;
use crate::status::{Failure, Status, answer, entry};
use crate::text::{Text, elements};

/// A producer's session. All threads may use it at the same time.
pub struct CSession {
    pub(crate) session: Session,
}

/// Users who may open a session.
#[repr(u32)]
#[derive(Clone, Copy, Debug)]
pub enum CMode {
    /// Only the same user.
    Owner = 0,
    /// The group may read.
    GroupRead = 1,
    /// The group may read and write.
    GroupWrite = 2,
}

/// Objects that a session is to have room for from its start.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Reservation {
    /// How many.
    pub count: u64,
    /// Bytes of the storage of each.
    pub bytes: u64,
    /// What the storage is aligned to.
    pub align: u64,
}

/// How a session is made. All zeros stands for the defaults.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SessionOptions {
    /// The directory of its segments; by default `MEMGLASS_DIR`, else `/dev/shm`.
    pub dir: Text,
    /// Bytes of the first region; 0 for 1 MiB.
    pub first_region: u64,
    /// Bytes up to which regions grow; 0 for 64 MiB.
    pub max_region: u64,
    /// Milliseconds for which the bytes of destroyed objects are kept, if memory allows; 0 for 5000.
    pub grace_ms: u64,
    /// Bytes of destroyed objects that may wait before the oldest are reused early; 0 for 256 KiB.
    pub retired_budget: u64,
    /// One of `memglass_mode`.
    pub mode: u32,
    /// Makes regions only when they are needed: creating an object may then take milliseconds, and the session
    /// has no thread.
    pub grows_on_demand: bool,
    /// What is made room for now, so that creating that many objects takes no memory from the system. More may be
    /// created all the same.
    pub reserved: *const Reservation,
    /// How many reservations there are.
    pub reserved_len: usize,
}

/// Starts a session. Without options (null) it has the defaults. It ends with `memglass_session_shutdown`,
/// and is given back with `memglass_session_close`.
///
/// Fails with `MEMGLASS_STATUS_BAD_NAME`, `…_SESSION_EXISTS` if a living producer has the name, and
/// `…_SYSTEM` if the segments cannot be made.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_session_create(
    name: Text,
    options: Option<&SessionOptions>,
    session: Option<&mut MaybeUninit<*mut CSession>>,
) -> Status {
    entry(|| {
        let out = place(session, "session")?;
        let mut builder = Session::builder(name.get()?);
        if let Some(options) = options {
            builder = with(builder, options)?;
        }
        let session = builder.create()?;
        out.write(Box::into_raw(Box::new(CSession { session })));
        Ok(())
    })
}

/// Ends a session, if it has not ended, and gives it back: its memory must not be used any more. Null does
/// nothing.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_session_close(session: Option<Box<CSession>>) {
    entry(|| {
        drop(session);
        Ok(())
    });
}

/// Ends a session: tells observers, gives them up to `patience_ms` milliseconds to detach, and removes its
/// segments. Its memory can be used until `memglass_session_close`, but no observer sees it.
///
/// The session has ended whatever is returned: `MEMGLASS_STATUS_STILL_OBSERVED` if some observers stayed.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_session_shutdown(
    session: Option<&CSession>,
    patience_ms: u64,
) -> Status {
    entry(|| {
        let session = session.ok_or_else(|| Failure::null("session"))?;
        let patience = Duration::from_millis(patience_ms);
        Ok(session.session.clone().shutdown(patience)?)
    })
}

/// Adds a type of a schema, with those that it is made of; `session_type` gets its number in the session, with
/// which objects are created.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_session_add_type(
    session: Option<&CSession>,
    schema: Option<&CSchema>,
    type_id: u32,
    session_type: Option<&mut MaybeUninit<u32>>,
) -> Status {
    entry(|| {
        let out = place(session_type, "session_type")?;
        let session = session.ok_or_else(|| Failure::null("session"))?;
        let schema = schema.ok_or_else(|| Failure::null("schema"))?;
        let id = session
            .session
            .adopt_type(&schema.schema, TypeId(type_id))?;
        out.write(id.0);
        Ok(())
    })
}

/// Makes a copy of the types of a session so far. Give it back with `memglass_schema_free`.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_session_schema(
    session: Option<&CSession>,
    schema: Option<&mut MaybeUninit<*mut CSchema>>,
) -> Status {
    entry(|| {
        let out = place(schema, "schema")?;
        let session = session.ok_or_else(|| Failure::null("session"))?;
        let schema = session.session.schema();
        out.write(Box::into_raw(Box::new(CSchema { schema })));
        Ok(())
    })
}

/// Reuses the memory of objects that were destroyed long enough ago. Creating an object does the same.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_session_reclaim(session: Option<&CSession>) -> Status {
    entry(|| {
        let session = session.ok_or_else(|| Failure::null("session"))?;
        Ok(session.session.reclaim()?)
    })
}

/// Number of live objects; 0 without a session.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_session_object_count(session: Option<&CSession>) -> u64 {
    answer(0, || {
        session.map_or(0, |session| session.session.object_count())
    })
}

/// Bytes of shared memory that the session has taken, used or not; 0 without a session.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_session_memory_bytes(session: Option<&CSession>) -> u64 {
    answer(0, || {
        session.map_or(0, |session| session.session.memory_bytes())
    })
}

/// Its name, valid as long as the session; empty without a session.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_session_name(session: Option<&CSession>) -> Text {
    answer(Text::EMPTY, || {
        session.map_or(Text::EMPTY, |session| Text::of(session.session.name()))
    })
}

/// Tells whether any observer is attached.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_session_is_observed(
    session: Option<&CSession>,
    is_observed: Option<&mut MaybeUninit<bool>>,
) -> Status {
    entry(|| {
        let out = place(is_observed, "is_observed")?;
        let session = session.ok_or_else(|| Failure::null("session"))?;
        out.write(session.session.is_observed()?);
        Ok(())
    })
}

fn with(builder: SessionBuilder, options: &SessionOptions) -> Result<SessionBuilder, Failure> {
    let given = |number: u64| (number > 0).then_some(number);
    let mut builder = builder.mode(mode(options.mode)?);
    if let Some(dir) = options.dir.optional()? {
        builder = builder.dir(dir);
    }
    if let Some(bytes) = given(options.first_region) {
        builder = builder.first_region(bytes);
    }
    if let Some(bytes) = given(options.max_region) {
        builder = builder.max_region(bytes);
    }
    if let Some(grace) = given(options.grace_ms) {
        builder = builder.grace(Duration::from_millis(grace));
    }
    if let Some(bytes) = given(options.retired_budget) {
        builder = builder.retired_budget(bytes);
    }
    for reservation in elements(options.reserved, options.reserved_len, "reserved")? {
        let count = usize::try_from(reservation.count).unwrap_or(usize::MAX);
        builder = builder.reserve_placed(count, reservation.bytes, reservation.align);
    }
    Ok(match options.grows_on_demand {
        true => builder.growth(Growth::OnDemand),
        false => builder,
    })
}

fn mode(code: u32) -> Result<Mode, Failure> {
    match code {
        0 => Ok(Mode::Owner),
        1 => Ok(Mode::GroupRead),
        2 => Ok(Mode::GroupWrite),
        _ => Err(Failure::new(
            Status::BadArgument,
            format!("{code} is no mode; see memglass_mode"),
        )),
    }
}
