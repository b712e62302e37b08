//! Reads the types of a program, writes them to a file and reads that: how long each takes.
//!
//! `cargo run --release -p memglass-types --example read -- PROGRAM [OUTPUT]`
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::{Duration, Instant};

use memglass_types::Types;

/// How many times the file is loaded.
const LOADS: u32 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let path = arguments
        .next()
        .ok_or("name a program, an object or a .mgt file")?;

    let start = Instant::now();
    let types = Types::open(&path)?;
    let (count, symbols, units) = (types.len(), types.symbols().len(), types.units().len());
    println!(
        "read     {:>9.1?}  {count} types, {symbols} symbols, {units} units",
        start.elapsed()
    );

    let start = Instant::now();
    let bytes = types.to_bytes();
    println!("written  {:>9.1?}  {} bytes", start.elapsed(), bytes.len());

    // The first time the system has to find memory for it, which may take longer than all else.
    let mut least = Duration::MAX;
    for turn in 0..LOADS {
        let start = Instant::now();
        let loaded = Types::from_bytes(&bytes)?;
        least = least.min(start.elapsed());
        if turn == 0 {
            println!("loaded   {:>9.1?}", start.elapsed());
        }
        drop(loaded);
    }
    println!("         {least:>9.1?}  fastest of {LOADS}");
    let again = Types::from_bytes(&bytes)?;

    let start = Instant::now();
    let merged = Types::merged([types, again]);
    println!("merged   {:>9.1?}  {} types", start.elapsed(), merged.len());

    match arguments.next() {
        Some(output) => Ok(std::fs::write(output, bytes)?),
        None => Ok(()),
    }
}
