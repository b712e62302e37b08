//! Observers of C programs.

use std::cell::RefCell;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::time::{SystemTime, UNIX_EPOCH};

use memglass::schema::Schema;
use memglass::{ObjectInfo, Observer, Presence};

use crate::field::CField;
use crate::out::place;
use crate::schema::CSchema;
use crate::status::{Failure, Status, answer, entry};
use crate::text::Text;

/// An observer of a session. One thread at a time may use it; the fields that it finds are independent of it.
pub struct CObserver {
    /// Borrowed while its objects are visited: a refresh inside of a visit would move what is visited.
    pub(crate) observer: RefCell<Observer>,
    /// Kept for the texts that are given out.
    directory: String,
}

/// What an observer may do.
#[repr(u32)]
#[derive(Clone, Copy, Debug)]
pub enum CAccess {
    /// Only read: its mapping of the session's memory is read-only.
    Read = 0,
    /// Read and write.
    Write = 1,
    /// Read, and try writes out: all checks are made, and its own reads see what would be there.
    Trial = 2,
}

/// Whether a session's producer is there.
#[repr(u32)]
#[derive(Clone, Copy, Debug)]
pub enum CPresence {
    /// It runs.
    Alive = 0,
    /// A signal or a debugger stopped it, so values do not change.
    Stopped = 1,
    /// It ended the session in an orderly way.
    Exited = 2,
    /// It died without ending the session. Its last values can be read.
    Crashed = 3,
    /// It is gone, and another session has its name: attach again to see that one.
    Restarted = 4,
}

/// A session and its producer. The texts are valid as long as the observer.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CSessionInfo {
    /// Its name.
    pub name: Text,
    /// The file name of the producer's program.
    pub program: Text,
    /// The directory of its segments.
    pub directory: Text,
    /// The producer's process id, in its own pid namespace.
    pub pid: u32,
    /// When it started, in nanoseconds since 1970.
    pub started_ns: u64,
}

/// A live object. The texts are valid during the call that gets it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CObjectInfo {
    /// Its label.
    pub label: Text,
    /// The name of its type; of an array, of each element.
    pub type_name: Text,
    /// That type, by its number in the session.
    pub type_id: u32,
    /// Its place in the directory.
    pub slot: u32,
    /// Of an array of objects, how many elements it has; else 0.
    pub count: u64,
    /// Which object of its place it is.
    pub generation: u64,
    /// Bytes of its storage.
    pub size: u64,
    /// When it was created, in nanoseconds since 1970.
    pub created_ns: u64,
}

/// Attaches to a session, whether its producer lives or has crashed. `dir` is the directory of its segments;
/// empty for `MEMGLASS_DIR`, else `/dev/shm`. `access` is one of `memglass_access`. Give the observer back with
/// `memglass_observer_free`.
///
/// Fails with `MEMGLASS_STATUS_NO_SUCH_SESSION`, `…_STARTING` if the producer is about to make it,
/// `…_TOO_MANY_WRITERS`, `…_DAMAGED` or `…_SYSTEM`.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_observer_attach(
    session: Text,
    dir: Text,
    access: u32,
    observer: Option<&mut MaybeUninit<*mut CObserver>>,
) -> Status {
    entry(|| {
        let out = place(observer, "observer")?;
        let mut builder = Observer::builder();
        if let Some(dir) = dir.optional()? {
            builder = builder.dir(dir);
        }
        let builder = match access {
            0 => builder,
            1 => builder.writable(),
            2 => builder.trial(),
            _ => {
                let message = format!("{access} is no access; see memglass_access");
                return Err(Failure::new(Status::BadArgument, message));
            }
        };
        let observer = builder.attach(session.get()?)?;
        let directory = observer.session().directory.display().to_string();
        out.write(Box::into_raw(Box::new(CObserver {
            observer: RefCell::new(observer),
            directory,
        })));
        Ok(())
    })
}

/// Gives an observer back. Null does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_observer_free(observer: Option<Box<CObserver>>) {
    entry(|| {
        drop(observer);
        Ok(())
    });
}

/// Takes in the types and objects that came and went; `has_changed`, which may be null, tells whether any did.
/// Costs one load if nothing changed. Fails with `MEMGLASS_STATUS_BAD_ARGUMENT` while its objects are visited.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_observer_refresh(
    observer: Option<&CObserver>,
    has_changed: Option<&mut MaybeUninit<bool>>,
) -> Status {
    entry(|| {
        let observer = observer.ok_or_else(|| Failure::null("observer"))?;
        let mut observer = observer.observer.try_borrow_mut().map_err(|_| {
            let message = "an observer cannot be refreshed while its objects are visited";
            Failure::new(Status::BadArgument, message.to_owned())
        })?;
        let changed = observer.refresh()?;
        if let Some(out) = has_changed {
            out.write(changed);
        }
        Ok(())
    })
}

/// The count of structural changes in the session at this moment: while it is the same, a refresh has no news.
/// 0 without an observer.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_observer_epoch(observer: Option<&CObserver>) -> u64 {
    answer(0, || {
        observer.map_or(0, |observer| observer.observer.borrow().stated_epoch())
    })
}

/// Number of live objects, as the producer states it at this moment. 0 without an observer.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_observer_object_count(observer: Option<&CObserver>) -> u64 {
    answer(0, || {
        observer.map_or(0, |observer| observer.observer.borrow().stated_count())
    })
}

/// Whether the producer is there: `presence` gets one of `memglass_presence`. Takes some microseconds.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_observer_presence(
    observer: Option<&CObserver>,
    presence: Option<&mut MaybeUninit<u32>>,
) -> Status {
    entry(|| {
        let out = place(presence, "presence")?;
        let observer = observer.ok_or_else(|| Failure::null("observer"))?;
        out.write(presence_code(observer.observer.borrow().producer())? as u32);
        Ok(())
    })
}

fn presence_code(presence: Presence) -> Result<CPresence, Failure> {
    Ok(match presence {
        Presence::Alive => CPresence::Alive,
        Presence::Stopped => CPresence::Stopped,
        Presence::Exited => CPresence::Exited,
        Presence::Crashed => CPresence::Crashed,
        Presence::Restarted => CPresence::Restarted,
        other => {
            let message = format!("this interface has no code for a producer that is {other}");
            return Err(Failure::new(Status::BadArgument, message));
        }
    })
}

/// What the session is.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_observer_session(
    observer: Option<&CObserver>,
    info: Option<&mut MaybeUninit<CSessionInfo>>,
) -> Status {
    entry(|| {
        let out = place(info, "info")?;
        let observer = observer.ok_or_else(|| Failure::null("observer"))?;
        let attached = observer.observer.borrow();
        let session = attached.session();
        out.write(CSessionInfo {
            name: Text::of(&session.name),
            program: Text::of(&session.program),
            directory: Text::of(&observer.directory),
            pid: session.pid,
            started_ns: nanoseconds(session.started),
        });
        Ok(())
    })
}

/// Calls `visit` with `context` and each live object as of the last refresh, until it returns false.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_observer_objects(
    observer: Option<&CObserver>,
    visit: Option<extern "C" fn(context: *mut c_void, object: &CObjectInfo) -> bool>,
    context: *mut c_void,
) -> Status {
    entry(|| {
        let observer = observer.ok_or_else(|| Failure::null("observer"))?;
        let visit = visit.ok_or_else(|| Failure::null("visit"))?;
        let observer = observer.observer.borrow();
        let schema = observer.schema();
        let mut objects = observer.objects();
        objects.all(|object| with_info(schema, &object, |info| visit(context, info)));
        Ok(())
    })
}

/// The same for the object with this label. Fails with `MEMGLASS_STATUS_NO_SUCH_OBJECT` if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_observer_find(
    observer: Option<&CObserver>,
    label: Text,
    visit: Option<extern "C" fn(context: *mut c_void, object: &CObjectInfo) -> bool>,
    context: *mut c_void,
) -> Status {
    entry(|| {
        let observer = observer.ok_or_else(|| Failure::null("observer"))?;
        let label = label.get()?;
        let observer = observer.observer.borrow();
        let object = observer.find(label).ok_or_else(|| {
            let message = format!("there is no object {label:?}");
            Failure::new(Status::NoSuchObject, message)
        })?;
        if let Some(visit) = visit {
            let schema = observer.schema();
            with_info(schema, &object, |info| visit(context, info));
        }
        Ok(())
    })
}

/// Makes a copy of the types of the session, as of the last refresh. Give it back with `memglass_schema_free`.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_observer_schema(
    observer: Option<&CObserver>,
    schema: Option<&mut MaybeUninit<*mut CSchema>>,
) -> Status {
    entry(|| {
        let out = place(schema, "schema")?;
        let observer = observer.ok_or_else(|| Failure::null("observer"))?;
        let schema = Schema::clone(observer.observer.borrow().schema());
        out.write(Box::into_raw(Box::new(CSchema { schema })));
        Ok(())
    })
}

/// Resolves a path: `AAPL_position.last_quote.bid_price`, `book.levels[2].price`, or a label alone. Give the
/// field back with `memglass_field_free`.
///
/// Fails with `MEMGLASS_STATUS_NO_SUCH_OBJECT`, `…_NO_SUCH_FIELD` or `…_BAD_PATH`.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_observer_field(
    observer: Option<&CObserver>,
    path: Text,
    field: Option<&mut MaybeUninit<*mut CField>>,
) -> Status {
    entry(|| {
        let out = place(field, "field")?;
        let observer = observer.ok_or_else(|| Failure::null("observer"))?;
        out.write(CField::boxed(
            observer.observer.borrow().field(path.get()?)?,
        ));
        Ok(())
    })
}

fn with_info<R>(schema: &Schema, object: &ObjectInfo, tell: impl FnOnce(&CObjectInfo) -> R) -> R {
    let type_name = schema.type_name(object.type_id);
    tell(&CObjectInfo {
        label: Text::of(&object.label),
        type_name: Text::of(&type_name),
        type_id: object.type_id.0,
        slot: object.slot,
        count: object.count.unwrap_or(0),
        generation: object.generation,
        size: object.size,
        created_ns: nanoseconds(object.created),
    })
}

fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
