//! Units that refer to no others, read by several threads. Their types join the rest in the order of the units, so that the
//! outcome is the same each time.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use gimli::Unit;

use super::Slice;
use super::reading::Reading;
use super::units::Units;
use crate::names::Names;
use crate::union::{Identified, Union};

/// More threads wait for the one that puts types together.
const MOST_THREADS: usize = 4;

/// Units that are being read, or are read and wait for that.
const WAITING: usize = 12;

/// What is read of one unit: the unit itself if it is elsewhere, and its types.
type Outcome<'d> = gimli::Result<(Option<Unit<Slice<'d>>>, Identified)>;

/// Adds what the units say, and gives back those that are elsewhere. `None` if one refers to another: what was added does
/// no harm then.
pub(super) fn read<'d>(
    units: &Units<'_, 'd>,
    union: &mut Union,
) -> gimli::Result<Option<Vec<Unit<Slice<'d>>>>> {
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let threads = threads.min(MOST_THREADS).min(units.headers.len());
    let (permit, permits) = sync_channel(WAITING);
    let permits = Mutex::new(permits);
    thread::scope(|scope| {
        // It goes with the scope's closure, so that no thread waits for one when nobody gives them any more.
        let permit = permit;
        let (sender, outcomes) = sync_channel(WAITING);
        for _ in 0..threads {
            let (next, permits, sender) = (&next, &permits, sender.clone());
            let read = move || read_some(units, next, permits, &sender);
            if thread::Builder::new().spawn_scoped(scope, read).is_err() {
                break;
            }
        }
        drop(sender);
        for _ in 0..WAITING {
            let _ = permit.send(());
        }
        let (mut early, mut split) = (BTreeMap::new(), Vec::new());
        for number in 0..units.headers.len() {
            let outcome = loop {
                if let Some(outcome) = early.remove(&number) {
                    break outcome;
                }
                match outcomes.recv() {
                    Ok((number, outcome)) => _ = early.insert(number, outcome),
                    // They stopped before the end.
                    Err(_) => return Ok(None),
                }
            };
            let (elsewhere, types) = outcome?;
            if units.crosses.load(Ordering::Relaxed) {
                return Ok(None);
            }
            split.extend(elsewhere);
            union.add(types);
            // Nobody may want it any more.
            let _ = permit.try_send(());
        }
        Ok(Some(split))
    })
}

/// Reads units, one for each permit, as long as there are any and somebody waits for them.
fn read_some<'d>(
    units: &Units<'_, 'd>,
    next: &AtomicUsize,
    permits: &Mutex<Receiver<()>>,
    sender: &SyncSender<(usize, Outcome<'d>)>,
) {
    let names = RefCell::new(Names::default());
    let mut reading = Reading::default();
    loop {
        let permit = permits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        if permit.is_err() {
            return;
        }
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(header) = units.headers.get(number) else {
            return;
        };
        let elsewhere = units.read(header, &names, &mut reading);
        let outcome = elsewhere.map(|elsewhere| (elsewhere, reading.take().identified()));
        let is_over = outcome.is_err() || units.crosses.load(Ordering::Relaxed);
        if sender.send((number, outcome)).is_err() || is_over {
            return;
        }
    }
}
