//! Damage to a recorded session, before and while an observer is attached: the input is a list of
//! edits (`memglass_tests::hostile::Edit`).
#![no_main]

use libfuzzer_sys::fuzz_target;
use memglass_tests::hostile::{Counting, Edit, Peak, Recording, Trial};
use memglass_tests::objects::small_gallery;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many times the bytes of a session an observer may take while it looks at all of it.
const MEMORY_PER_BYTE: u64 = 32;

/// More would make a trial long, and find nothing else.
const MAX_EDITS: usize = 16;

thread_local! {
    /// The fuzzer has one thread; its thread-local values, unlike statics, are removed from shared memory when
    /// it ends.
    static RECORDING: Recording = {
        memglass::survive_truncation();
        Recording::of(|session| small_gallery(session).expect("the session has room"))
    };
}

fuzz_target!(|input: &[u8]| {
    let mut edits = Edit::list(input);
    edits.truncate(MAX_EDITS);
    RECORDING.with(|recording| run(recording, &edits));
});

fn run(recording: &Recording, edits: &[Edit]) {
    let peak = Peak::start();
    let outcome = Trial::run(recording, edits);
    let bytes = peak.bytes() as u64;
    assert!(
        bytes <= recording.bytes() * MEMORY_PER_BYTE,
        "{bytes} bytes taken, {outcome:?}"
    );
}
