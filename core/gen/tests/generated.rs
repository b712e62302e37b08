//! What is generated: kept in `tests/data`, compiled by every compiler that is here, and the same as the derive makes.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

mod harness;

use std::process::Command;

use memglass::schema::{Schema, codec};
use memglass::{Observe, Storage, Text};
use memglass_gen::Options;

/// Compares what is generated for a header with the file that is kept for it.
fn check_kept(name: &str) {
    let header = harness::data(&format!("{name}.hpp"));
    let kept = harness::data(&format!("{name}_generated.hpp"));
    let options = Options {
        headers: vec![header],
        output: Some(kept.clone()),
        ..Options::default()
    };
    let Some(result) = harness::generated(&options) else {
        return;
    };
    let text = result.unwrap_or_else(|error| panic!("{error}")).text;
    if std::env::var_os("MEMGLASS_UPDATE").is_some() {
        std::fs::write(&kept, &text).unwrap();
    }
    let present = std::fs::read_to_string(&kept).unwrap_or_default();
    let differs = text
        .lines()
        .zip(present.lines())
        .find(|(made, kept)| made != kept);
    assert!(
        text == present,
        "MEMGLASS_UPDATE=1 writes it anew: {differs:?}"
    );
}

#[test]
fn annotations_and_types_of_a_market_are_generated_as_kept() {
    check_kept("features");
}

#[test]
fn layouts_of_all_kinds_are_generated_as_kept() {
    check_kept("layouts");
}

#[test]
fn packed_records_are_generated_as_kept() {
    check_kept("packed");
}

#[test]
fn every_compiler_takes_the_generated_code_without_a_warning() {
    for compiler in harness::compilers() {
        for name in ["features", "layouts", "packed"] {
            let header = harness::data(&format!("{name}_generated.hpp"));
            harness::run(harness::compile(
                compiler,
                &[
                    "-fsyntax-only",
                    "-include",
                    header.to_str().unwrap(),
                    "-x",
                    "c++",
                    "/dev/null",
                ],
            ));
        }
    }
}

#[derive(Observe, Clone, Copy, Default)]
#[observe(name = "trading::Quote")]
struct Quote {
    #[observe(unit = "ticks")]
    bid_price: i64,
    #[observe(unit = "ticks")]
    ask_price: i64,
}

#[derive(Observe, Clone, Copy, Default)]
#[observe(name = "trading::Side")]
#[repr(i8)]
enum Side {
    #[default]
    #[observe(name = "buy")]
    Buy = 1,
    #[observe(name = "sell")]
    Sell = -1,
}

memglass::bitflags::bitflags! {
    #[derive(Observe, Clone, Copy, Default)]
    #[observe(name = "trading::Options")]
    struct Allowed: u8 {
        const ioc = 1;
        const fok = 2;
        const post_only = 4;
    }
}

#[derive(Observe, Clone, Copy, Default)]
#[observe(name = "trading::Depth", seqlock)]
struct Depth {
    price: i64,
    lots: u32,
}

#[derive(Observe, Clone, Copy, Default)]
#[observe(name = "trading::Position")]
struct Position {
    symbol_id: u32,
    #[observe(atomic, step = 5, desc = "signed number \"of\" shares")]
    quantity: i64,
    #[observe(range(0, 10000000), format = "%'d")]
    avg_price: i64,
    #[observe(seqlock)]
    last_quote: Quote,
    #[observe(locked)]
    error_msg: Text<256>,
    #[observe(readonly)]
    side: Side,
    options: Allowed,
    levels: [[i64; 3]; 2],
    history: [Quote; 2],
    weights: [f32; 3],
    live: bool,
    #[observe(atomic)]
    counts: [u64; 4],
    #[observe(min = -0.5, max = 1)]
    ratio: f64,
    #[observe(regex = "[A-Z]{1,5}")]
    symbol: Text<16>,
    #[observe(enum(PENDING = 0, OPEN = 1, GONE = -1))]
    status: i8,
    #[observe(flags(IOC = 1, FOK = 2))]
    bits: u32,
    depth: Depth,
    extra: Extra,
}

#[derive(Observe, Clone, Copy)]
#[observe(name = "trading::Extra")]
#[repr(C)]
union Extra {
    number: i64,
    real: f64,
}

impl Default for Extra {
    fn default() -> Extra {
        Extra { number: 0 }
    }
}

#[test]
fn the_same_struct_has_the_same_schema_bytes_from_rust_and_from_cpp() {
    let mut schema = Schema::new();
    <Position as Observe>::Storage::storage_type(&mut schema).unwrap();
    let source = std::fs::read_to_string(harness::data("features.hpp")).unwrap();
    // The derive knows what is at an address by its name in Rust alone, which is not this one.
    let source = source.replace("    const Quote* best;        // @address\n", "");
    check_described(&source, "trading::Position", &schema);
}

#[test]
fn tables_in_a_file_of_their_own_give_the_same_schema_bytes() {
    let mut schema = Schema::new();
    <Position as Observe>::Storage::storage_type(&mut schema).unwrap();
    let source = std::fs::read_to_string(harness::data("features.hpp")).unwrap();
    let source = source.replace("    const Quote* best;        // @address\n", "");
    check_split(&source, "trading::Position", &schema, true);
}

/// Generates for a header, and compares what programs of all compilers say of a type of it.
fn check_described(header_text: &str, ty: &str, expected: &Schema) {
    check_split(header_text, ty, expected, false);
}

fn check_split(header_text: &str, ty: &str, expected: &Schema, is_split: bool) {
    let directory = tempfile::tempdir().unwrap();
    let [header, output, program, tables] = [
        "same.hpp",
        "same_generated.hpp",
        "same.cpp",
        "same_tables.cpp",
    ]
    .map(|name| directory.path().join(name));
    std::fs::write(&header, header_text).unwrap();
    let options = Options {
        headers: vec![header],
        output: Some(output.clone()),
        source: is_split.then(|| tables.clone()),
        ..Options::default()
    };
    let Some(result) = harness::generated(&options) else {
        return;
    };
    let generated = result.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(generated.text.contains("memglass::Member"), !is_split);
    std::fs::write(&output, generated.text).unwrap();
    std::fs::write(&tables, generated.source.unwrap_or_default()).unwrap();
    std::fs::write(&program, PRINTS_SCHEMA.replace("TYPE", ty)).unwrap();
    let library = harness::library();
    for compiler in harness::compilers() {
        let made = directory.path().join(compiler);
        let paths = [&program, &tables, &library, &made].map(|path| path.to_str().unwrap());
        harness::run(harness::compile(
            compiler,
            &[paths[0], paths[1], paths[2], "-o", paths[3]],
        ));
        let printed = harness::run(Command::new(&made));
        let found = codec::decode_schema(&printed).unwrap();
        let types = |schema: &Schema| {
            schema
                .iter()
                .map(|(_, ty)| (**ty).clone())
                .collect::<Vec<_>>()
        };
        for (found, expected) in types(&found).iter().zip(&types(expected)) {
            assert_eq!(found, expected);
        }
        assert_eq!(printed, codec::encode_schema(expected), "{compiler}");
    }
}

const PRINTS_SCHEMA: &str = r#"
#include "same_generated.hpp"
#include <iostream>

int main() {
    memglass::Schema schema;
    memglass::storage_type<memglass::Stored<TYPE>>(schema);
    std::cout << schema.encode();
}
"#;

const TWO_HEADERS: &str = r#"
#include "one_generated.hpp"
#include "two_generated.hpp"
#include <memglass/observer.hpp>
#include <iostream>

int main() {
    memglass::init("two_headers");
    memglass::generated::register_all_types();
    memglass::Observer observer("two_headers");
    if (!observer.connect()) {
        return 1;
    }
    for (const auto& type : observer.types()) {
        std::cout << type.name << ' ';
    }
}
"#;

#[test]
fn two_generated_headers_in_one_program_register_the_types_of_both() {
    let directory = tempfile::tempdir().unwrap();
    // Names that memglass has too.
    for (name, ty) in [("one", "Status"), ("two", "Session")] {
        let [header, output] = [format!("{name}.hpp"), format!("{name}_generated.hpp")]
            .map(|file| directory.path().join(file));
        let text = format!("#pragma once\nstruct [[memglass::observe]] {ty} {{ int a; }};\n");
        std::fs::write(&header, text).unwrap();
        let options = Options {
            headers: vec![header],
            output: Some(output.clone()),
            ..Options::default()
        };
        let Some(result) = harness::generated(&options) else {
            return;
        };
        std::fs::write(&output, result.unwrap().text).unwrap();
    }
    let program = directory.path().join("two.cpp");
    std::fs::write(&program, TWO_HEADERS).unwrap();
    let library = harness::library();
    for compiler in harness::compilers() {
        let made = directory.path().join(compiler);
        let paths = [&program, &library, &made].map(|path| path.to_str().unwrap());
        harness::run(harness::compile(
            compiler,
            &[paths[0], paths[1], "-o", paths[2]],
        ));
        let mut command = Command::new(&made);
        command.env("MEMGLASS_DIR", directory.path());
        let printed = String::from_utf8(harness::run(command)).unwrap();
        for name in ["Status", "Session"] {
            assert!(
                printed.split(' ').any(|word| word == name),
                "{compiler}: {printed}"
            );
        }
    }
}
