//! Writers and producers are stopped before every single store to the session's memory, and killed
//! before one of them: at whatever instant they die, the memory is consistent.
//!
//! This hits every instant that random kills rarely hit. `src/bin/actor/trap.rs` stops the actor at its
//! stores; it needs a flag of x86-64 processors.
#![cfg(target_arch = "x86_64")]
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use memglass::{Field, Presence};
use memglass_tests::consistency::{self, check_nothing_stays};
use memglass_tests::rows::{self, Shelf};
use memglass_tests::{Kind, Progress, Stage, Victim, sized};

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_memglass-actor"))
}

/// Runs a victim from store to store and calls `look` before each of the first `limit`; returns it as
/// it stands before the next one, or how many there were.
fn look_before_stores(
    victim: Victim,
    limit: u64,
    mut look: impl FnMut(&Progress),
) -> Result<Victim, u64> {
    let mut victim = victim;
    for store in 0..limit {
        if !victim.await_store() {
            return Err(store);
        }
        look(victim.progress());
        victim.go_on();
    }
    victim.await_store().then_some(victim).ok_or(limit)
}

/// Checks that each value is the last one written, or the one being written.
fn check_last_values(fields: &[Field], progress: &Progress) {
    let found = fields.iter().map(|field| rows::read_number(field).unwrap());
    let ahead: Vec<u64> = (0..)
        .zip(found)
        .map(|(at, found)| found - progress.get(at))
        .collect();
    assert!(ahead.iter().sum::<u64>() <= 1, "{ahead:?}");
}

/// Stops an observer before each of its stores, and kills others before some of them.
fn kill_writing_observers(kind: Kind) {
    let stage = stage();
    let session = stage.session("engine");
    let _shelf = Shelf::put_into(&session).unwrap();
    let other = stage.options().writable().attach("engine").unwrap();
    let fields = kind.fields(&other);
    let mut look = |progress: &Progress| check_last_values(&fields, progress);
    let stores = look_before_stores(
        Victim::stepwise(&stage, "engine", kind),
        u64::MAX,
        &mut look,
    );
    let stores = stores.err().unwrap();
    let stride = sized(stores / 10, 1).max(1) as usize;
    for store in (0..stores).step_by(stride) {
        let victim = Victim::stepwise(&stage, "engine", kind);
        let progress = look_before_stores(victim, store, |_| {})
            .ok()
            .unwrap()
            .kill();
        check_last_values(&fields, &progress);
        for field in &fields {
            let next = rows::read_number(field).unwrap() + 1;
            field.write(&rows::value_of(field, next)).unwrap();
            assert_eq!(rows::read_number(field), Ok(next));
        }
    }
    println!("{kind}: {stores} stores, a kill before each {stride}");
}

#[test]
fn a_guarded_write_may_end_before_any_of_its_stores() {
    kill_writing_observers(Kind::Write);
}

#[test]
fn an_update_may_end_before_any_of_its_stores() {
    kill_writing_observers(Kind::Update);
}

#[test]
fn a_change_of_a_number_may_end_before_any_of_its_stores() {
    kill_writing_observers(Kind::Number);
}

/// Stops a producer before each of its stores, and looks at what an observer sees there.
fn stop_producers(kind: Kind, look: impl Fn(&Stage, &Progress)) {
    let stage = stage();
    let victim = Victim::stepwise(&stage, "engine", kind);
    let stores = look_before_stores(victim, u64::MAX, |progress| look(&stage, progress));
    let stores = stores.err().unwrap();
    let stride = sized(stores / 10, 1).max(1) as usize;
    for store in (0..stores).step_by(stride) {
        let victim = Victim::stepwise(&stage, "engine", kind);
        let progress = look_before_stores(victim, store, |_| {})
            .ok()
            .unwrap()
            .kill();
        assert_eq!(stage.observe("engine").producer(), Presence::Crashed);
        look(&stage, &progress);
        check_nothing_stays(&stage, "engine");
    }
    println!("{kind}: {stores} stores, a kill before each {stride}");
}

#[test]
fn a_producers_write_may_end_before_any_of_its_stores() {
    for kind in [Kind::Claim, Kind::Change] {
        stop_producers(kind, |stage, progress| {
            check_last_values(&kind.fields(&stage.observe("engine")), progress);
        });
    }
}

#[test]
fn the_directory_is_whole_before_every_store_of_a_producer() {
    for kind in [Kind::Create, Kind::Reclaim, Kind::Register] {
        stop_producers(kind, |stage, progress| {
            consistency::check(stage, &stage.observe("engine"), progress);
        });
    }
}
