//! Fields that are looked at again and again, and what changed.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use memglass::Field;
use memglass::sampler::{Event, Following, ProbeHandle, Rate, Sampler, Selection, Tick, What};

use crate::field::CField;
use crate::observer::CObserver;
use crate::out::place;
use crate::status::{Failure, Status, entry};
use crate::text::{Text, elements};

/// A thread that looks at fields at steady rates.
pub struct CSampler {
    sampler: Sampler,
    /// Whether it was given back, which a function that it calls may do.
    is_over: Arc<AtomicBool>,
}

/// What a sampler looks at for somebody.
pub struct CSubscription {
    _probe: ProbeHandle,
}

/// What happened to a field.
#[repr(u32)]
#[derive(Clone, Copy, Debug)]
pub enum CUpdateKind {
    /// An object has appeared that has it: there is no old value.
    Appeared = 0,
    /// It has another value.
    Changed = 1,
    /// Its object went: there is no new value.
    Vanished = 2,
}

/// What happened to a field. All pointers are valid during the call that gets it; the functions that end in
/// `_of` make values of the bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CUpdate {
    /// The field.
    pub field: *const CField,
    /// One of `memglass_update_kind`.
    pub kind: u32,
    /// Whether the new value may mix moments.
    pub is_torn: bool,
    /// The value before, or null; of a vanished field, the last that was seen.
    pub old: *const u8,
    /// How many bytes it has.
    pub old_len: usize,
    /// The value now, or null.
    pub now: *const u8,
    /// How many bytes it has.
    pub now_len: usize,
    /// Of a guarded value, how many were published since the last update; else 0.
    pub writes: u64,
    /// When it was seen, in nanoseconds of a clock that only goes forwards.
    pub time_ns: u64,
}

/// The receiver of updates and what it wants to be called with.
struct Receiver {
    update: extern "C" fn(context: *mut c_void, update: &CUpdate),
    context: *mut c_void,
    is_over: Arc<AtomicBool>,
}

// SAFETY: C1: who subscribes says that the function may be called with the context on the sampler's thread.
unsafe impl Send for Receiver {}

/// Starts a sampler's thread. Give it back with `memglass_sampler_free`.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_sampler_start(
    sampler: Option<&mut MaybeUninit<*mut CSampler>>,
) -> Status {
    entry(|| {
        let out = place(sampler, "sampler")?;
        let sampler = Sampler::start().map_err(|error| Failure::of(Status::System, &error))?;
        let is_over = Arc::default();
        out.write(Box::into_raw(Box::new(CSampler { sampler, is_over })));
        Ok(())
    })
}

/// Ends a sampler and waits for its thread: no function is called after that. A function that the sampler calls
/// may do it, and is the last then that was called. Null does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_sampler_free(sampler: Option<Box<CSampler>>) {
    entry(|| {
        if let Some(sampler) = sampler {
            // For the rest of this tick, if this is the sampler's thread; any other thread waits for it.
            sampler.is_over.store(true, Ordering::Relaxed);
            drop(sampler);
        }
        Ok(())
    });
}

/// Calls `update` with `context`, on the sampler's thread, for each change of the selected fields: paths, or
/// patterns of labels like `*_position.quantity`, whose objects may come and go. `hz` is how often they are
/// looked at in a second; 0 for as often as one processor can.
///
/// It ends soon after `memglass_subscription_free`: `context` must stay valid until `memglass_sampler_free` has
/// returned. `update` must return soon, as all subscriptions of a sampler share its thread.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_sampler_subscribe(
    sampler: Option<&CSampler>,
    observer: Option<&CObserver>,
    selections: *const Text,
    selections_len: usize,
    hz: f64,
    update: Option<extern "C" fn(context: *mut c_void, update: &CUpdate)>,
    context: *mut c_void,
    subscription: Option<&mut MaybeUninit<*mut CSubscription>>,
) -> Status {
    entry(|| {
        let out = place(subscription, "subscription")?;
        let sampler = sampler.ok_or_else(|| Failure::null("sampler"))?;
        let observer = observer.ok_or_else(|| Failure::null("observer"))?;
        let update = update.ok_or_else(|| Failure::null("update"))?;
        let rate = match hz {
            0.0 => Rate::SPIN,
            hz => Rate::hz(hz).map_err(|error| Failure::of(Status::BadArgument, &error))?,
        };
        let mut following = Following::new(observer.observer.borrow().beside());
        for selection in elements(selections, selections_len, "selections")? {
            following.add(Selection::of(selection.get()?)?)?;
        }
        let receiver = Receiver {
            update,
            context,
            is_over: Arc::clone(&sampler.is_over),
        };
        let probe = move |tick: Tick| {
            let receiver = &receiver;
            following.sample(tick.time, |event| {
                receiver.tell(event, tick.time.as_nanos() as u64);
            });
        };
        let probe = sampler.sampler.add(rate, probe);
        out.write(Box::into_raw(Box::new(CSubscription { _probe: probe })));
        Ok(())
    })
}

/// Ends a subscription soon. Null does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn memglass_subscription_free(subscription: Option<Box<CSubscription>>) {
    entry(|| {
        drop(subscription);
        Ok(())
    });
}

impl Receiver {
    fn tell(&self, event: Event<'_>, time_ns: u64) {
        if self.is_over.load(Ordering::Relaxed) {
            return;
        }
        let field = CField {
            field: Field::clone(event.field),
        };
        let (kind, old, now) = match event.what {
            What::Appeared { now } => (CUpdateKind::Appeared, None, Some(now)),
            What::Changed(change) => (CUpdateKind::Changed, Some(change.old), Some(change.now)),
            What::Vanished { last } => (CUpdateKind::Vanished, Some(last), None),
            _ => return,
        };
        let change = match event.what {
            What::Changed(change) => Some(change),
            _ => None,
        };
        let start = |bytes: Option<&[u8]>| bytes.map_or(std::ptr::null(), <[u8]>::as_ptr);
        let update = CUpdate {
            field: &raw const field,
            kind: kind as u32,
            is_torn: change.is_some_and(|change| change.is_torn),
            old: start(old),
            old_len: old.map_or(0, <[u8]>::len),
            now: start(now),
            now_len: now.map_or(0, <[u8]>::len),
            writes: change.and_then(|change| change.writes).unwrap_or(0),
            time_ns,
        };
        (self.update)(self.context, &update);
    }
}
