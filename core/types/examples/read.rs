//! Reads the types of a program, writes them to a file and reads that: how long each takes.
//!
//! `cargo run --release -p memglass-types --example read -- PROGRAM [OUTPUT]`
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::Instant;

use memglass_types::Types;

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

    let start = Instant::now();
    let again = Types::from_bytes(&bytes)?;
    println!("loaded   {:>9.1?}", start.elapsed());

    let start = Instant::now();
    let merged = Types::merged([types, again]);
    println!("merged   {:>9.1?}  {} types", start.elapsed(), merged.len());

    match arguments.next() {
        Some(output) => Ok(std::fs::write(output, bytes)?),
        None => Ok(()),
    }
}
