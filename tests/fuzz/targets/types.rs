//! Types of programs, in every form in which they come: the input is a file.
//!
//! A `.mgt` file gets the right checksum, which a changed one would hardly ever have.
#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use memglass_types::{Remarks, Types};
use xxhash_rust::xxh3::xxh3_64;

/// What is before the checksum of a `.mgt` file, and behind it.
const CHECKSUM: std::ops::Range<usize> = 9..17;

/// More types than that are not asked one by one.
const ASKED: usize = 64;

thread_local! {
    static DIR: tempfile::TempDir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
}

fuzz_target!(|input: &[u8]| {
    let types = match input.starts_with(b"\x89MGT") {
        true => Types::from_bytes(&summed(input)).ok(),
        false => DIR.with(|dir| {
            let file = dir.path().join("input");
            fs::write(&file, input).expect("there is room");
            Types::open_partly(&file).ok().map(|opened| opened.types)
        }),
    };
    if let Some(types) = types {
        ask(&types);
    }
});

/// The file with the checksum of its content.
fn summed(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    if file.len() > CHECKSUM.end {
        let sum = xxh3_64(&file[CHECKSUM.end..]);
        file[CHECKSUM].copy_from_slice(&sum.to_le_bytes());
    }
    file
}

/// Whatever was read can be asked everything, and written and read again.
fn ask(types: &Types) {
    for (id, _) in types.iter().take(ASKED) {
        assert!(!types.declaration(id, Remarks::Holes).is_empty());
        types.spell(id);
        types.holes(id);
        types.uses(&[id]);
        types.closure(&[id]);
    }
    for symbol in types.symbols() {
        types.declare(symbol.ty, &symbol.name);
    }
    let again = Types::from_bytes(&types.to_bytes()).expect("what was written can be read");
    assert_eq!(again, *types);
    assert!(types.diff(&again).is_empty());
    assert!(types.agreement(&again).disagreements.is_empty());
    let merged = Types::merged([types.clone(), again]);
    assert!(merged.len() <= types.len());
    // What others write of it.
    let _ = types.to_code("types");
}
