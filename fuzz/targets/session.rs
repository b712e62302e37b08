//! Damage to a recorded session, before and while an observer is attached: the input is a list of
//! edits (`memglass_tests::hostile::Edit`).
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use memglass_tests::hostile::{Counting, Edit, Peak, Recording, Trial};
use memglass_tests::objects::small_gallery;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many times the bytes of a session an observer may take while it looks at all of it.
const MEMORY_PER_BYTE: u64 = 32;

/// More would make a trial long, and find nothing else.
const MAX_EDITS: usize = 16;

fuzz_target!(|input: &[u8]| {
    let recording = recording();
    let mut edits = Edit::list(input);
    edits.truncate(MAX_EDITS);
    let peak = Peak::start();
    let outcome = Trial::run(recording, &edits);
    let bytes = peak.bytes() as u64;
    assert!(
        bytes <= recording.bytes() * MEMORY_PER_BYTE,
        "{bytes} bytes taken, {outcome:?}"
    );
});

fn recording() -> &'static Recording {
    static RECORDING: OnceLock<Recording> = OnceLock::new();
    RECORDING.get_or_init(|| {
        memglass::survive_truncation();
        Recording::of(|session| small_gallery(session).expect("the session has room"))
    })
}
