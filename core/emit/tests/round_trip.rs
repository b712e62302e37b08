//! What is written compiles, and describes the same types again.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub, missing_docs)]

#[rustfmt::skip]
#[path = "data/recovered.rs"]
mod recovered;
#[path = "data/types.rs"]
mod types;

use std::path::{Path, PathBuf};
use std::process::Command;

use memglass::schema::{Bits, Field, Kind, Schema, Type, Variant, codec};
use memglass::{Observe, Storage};
use memglass_emit::{Language, emit};
use memglass_gen::{GenerateError, Options, generate};

fn described<P: Observe, V: Observe>() -> Schema {
    let mut schema = Schema::new();
    P::Storage::storage_type(&mut schema).unwrap();
    V::Storage::storage_type(&mut schema).unwrap();
    schema
}

fn original() -> Schema {
    described::<types::Position, types::Venue>()
}

/// What a C++ producer may have besides: bitfields, gaps, addresses, names that are keywords.
fn strange() -> Schema {
    let mut schema = original();
    let byte = schema
        .add(Type::new("u8", 1, 1, Kind::Int { signed: false }))
        .unwrap();
    let word = schema
        .add(Type::new("u32", 4, 4, Kind::Int { signed: false }))
        .unwrap();
    let target = "trading::Quote".into();
    let best = schema
        .add(Type::new("", 8, 8, Kind::Pointer { target }))
        .unwrap();
    let bits = |offset, width| Bits { offset, width };
    let fields = vec![
        Field::new("class", byte, 0),
        Field::new("dirty", word, 4).bits(bits(0, 1)),
        Field::new("level", word, 4).bits(bits(3, 4)),
        Field::new("best", best, 8),
        Field::new("fn", byte, 64),
    ];
    schema
        .add(Type::new("ns::Box<int>", 128, 64, Kind::Struct { fields }))
        .unwrap();
    schema
}

fn run(mut command: Command) -> Vec<u8> {
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{stderr}");
    output.stdout
}

fn installed(compilers: &[&'static str]) -> Vec<&'static str> {
    let is_there = |name: &&&str| Command::new(name).arg("--version").output().is_ok();
    let found: Vec<&str> = compilers.iter().filter(is_there).copied().collect();
    if found.is_empty() {
        eprintln!("not tried: none of {compilers:?} is installed");
    }
    found
}

const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// Compiles a header alone, without a warning.
fn check_compiles(
    schema: &Schema,
    language: Language,
    extension: &str,
    compilers: &[&'static str],
    flags: &[&str],
) {
    let directory = tempfile::tempdir().unwrap();
    let header = directory.path().join("types.h");
    let source = directory.path().join(format!("source.{extension}"));
    std::fs::write(&header, emit(schema, language)).unwrap();
    std::fs::write(
        &source,
        "#include \"types.h\"\nint main(void) { return 0; }\n",
    )
    .unwrap();
    for compiler in installed(compilers) {
        let mut command = Command::new(compiler);
        command
            .args(WARNINGS)
            .args(flags)
            .arg("-fsyntax-only")
            .arg(&source);
        if compiler.starts_with("clang") {
            command.arg("-Wno-unknown-attributes");
        }
        run(command);
    }
}

#[test]
fn the_c_header_compiles_without_a_warning() {
    check_compiles(
        &strange(),
        Language::C,
        "c",
        &["gcc", "clang"],
        &["-std=c11"],
    );
}

#[test]
fn the_cpp_header_compiles_without_a_warning() {
    let flags = ["-std=c++20", "-Wno-attributes"];
    check_compiles(
        &strange(),
        Language::Cpp,
        "cpp",
        &["g++", "clang++"],
        &flags,
    );
}

/// `struct app::Out { enum class E …; struct In { struct Deep …; }; … }` and a struct that holds an `Out::In`.
fn nested() -> Schema {
    let mut schema = Schema::new();
    let mut add = |name: &str, size, kind| schema.add(Type::new(name, size, 4, kind)).unwrap();
    let int = add("i32", 4, Kind::Int { signed: true });
    let of = |fields| Kind::Struct { fields };
    let deep = add("app::Out::In::Deep", 4, of(vec![Field::new("x", int, 0)]));
    let inner = add("app::Out::In", 4, of(vec![Field::new("deep", deep, 0)]));
    let variants = vec![Variant {
        name: "A".into(),
        value: 0,
    }];
    let signed = true;
    let kind = add("app::Out::E", 4, Kind::Enum { signed, variants });
    let fields = vec![Field::new("in", inner, 0), Field::new("kind", kind, 4)];
    add("app::Out", 8, of(fields));
    add("User", 4, of(vec![Field::new("in", inner, 0)]));
    schema
}

#[test]
fn types_inside_of_a_struct_are_declared_inside_of_it() {
    let flags = ["-std=c++20", "-Wno-attributes"];
    check_compiles(&nested(), Language::Cpp, "cpp", &["g++", "clang++"], &flags);
    let header = emit(&nested(), Language::Cpp);
    assert_eq!(header.matches("namespace").count(), 1, "{header}");
    assert!(
        header.contains("    struct [[memglass::observe]] In {\n        struct"),
        "{header}"
    );
    check_compiles(
        &nested(),
        Language::C,
        "c",
        &["gcc", "clang"],
        &["-std=c11"],
    );
}

#[test]
fn what_a_comment_and_an_attribute_can_say_is_written() {
    let header = emit(&strange(), Language::Cpp);
    let expected = "\
namespace ns {
struct [[memglass::observe]] Box_int_ {
    std::uint8_t class_;  // called \"class\" in the program
    std::uint32_t : 24;
    std::uint32_t dirty : 1;
    std::uint32_t : 2;
    std::uint32_t level : 4;
    const trading::Quote* best;  // @address
    alignas(64) std::uint8_t fn;
};
static_assert(sizeof(Box_int_) == 128, \"the size in the program\");
}
";
    assert!(header.contains(expected), "{header}");
}

#[derive(Observe, Clone, Copy)]
struct Gateway {
    received: u32,
    #[observe(seqlock, layout = "struct ack { u8 len; char text[len]; };")]
    ack: [u8; 32],
}

#[test]
fn a_record_in_bytes_keeps_the_text_that_says_what_is_in_it() {
    let mut schema = Schema::new();
    <Gateway as Observe>::Storage::storage_type(&mut schema).unwrap();
    let expected = "    #[observe(seqlock, layout = \"struct ack { u8 len; char text[len]; };\")]\n    pub ack: [u8; 32],\n";
    let module = emit(&schema, Language::Rust);
    assert!(module.contains(expected), "{module}");
    let header = emit(&schema, Language::Cpp);
    assert!(
        header.contains("unsigned char ack[32];  // @seqlock"),
        "{header}"
    );
}

#[test]
fn the_rust_module_is_the_one_that_is_compiled_here() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recovered.rs");
    let text = emit(&strange(), Language::Rust);
    if std::env::var_os("MEMGLASS_UPDATE").is_some() {
        std::fs::write(&kept, &text).unwrap();
    }
    let present = std::fs::read_to_string(&kept).unwrap();
    assert!(text == present, "MEMGLASS_UPDATE=1 writes it anew");
}

#[test]
fn the_rust_module_describes_the_same_types() {
    let again = described::<recovered::Position, recovered::Venue>();
    assert_eq!(
        codec::encode_schema(&again),
        codec::encode_schema(&original())
    );
}

const PRINTS_SCHEMA: &str = r#"
#include "types_generated.hpp"
#include <iostream>

int main() {
    memglass::Schema schema;
    memglass::storage_type<memglass::Stored<trading::Position>>(schema);
    memglass::storage_type<memglass::Stored<Venue>>(schema);
    std::cout << schema.encode();
}
"#;

#[test]
fn the_generator_makes_the_same_types_of_the_cpp_header() {
    let directory = tempfile::tempdir().unwrap();
    let [header, output, source] =
        ["types.hpp", "types_generated.hpp", "main.cpp"].map(|name| directory.path().join(name));
    std::fs::write(&header, emit(&original(), Language::Cpp)).unwrap();
    std::fs::write(&source, PRINTS_SCHEMA).unwrap();
    let options = Options {
        headers: vec![header],
        output: Some(output.clone()),
        ..Options::default()
    };
    let generated = match generate(&options) {
        Err(error @ GenerateError::NoClang { .. }) => return eprintln!("not tried: {error}"),
        other => other.unwrap_or_else(|error| panic!("{error}")),
    };
    std::fs::write(&output, generated.text).unwrap();
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("../include");
    for compiler in installed(&["g++"]) {
        let program = directory.path().join(compiler);
        let mut command = Command::new(compiler);
        command
            .args(WARNINGS)
            .args(["-std=c++20", "-Wno-attributes", "-I"])
            .arg(&include);
        command.arg(&source).arg(library()).arg("-o").arg(&program);
        run(command);
        let printed = run(Command::new(&program));
        let found = codec::decode_schema(&printed).unwrap();
        for ((_, found), (_, expected)) in found.iter().zip(original().iter()) {
            assert_eq!(found, expected);
        }
        assert_eq!(printed, codec::encode_schema(&original()));
    }
}

/// The C library, built for this.
fn library() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--offline", "-p", "memglass-capi"]);
    run(cargo);
    let tests = std::env::current_exe().unwrap();
    tests.ancestors().nth(2).unwrap().join("libmemglass.a")
}

#[test]
fn two_types_of_one_name_are_kept_apart() {
    let mut schema = Schema::new();
    let byte = schema
        .add(Type::new("u8", 1, 1, Kind::Int { signed: false }))
        .unwrap();
    for name in ["a", "b"] {
        let fields = vec![Field::new(name, byte, 0)];
        schema
            .add(Type::new("Row", 1, 1, Kind::Struct { fields }))
            .unwrap();
    }
    let header = emit(&schema, Language::Cpp);
    assert!(
        header.contains("struct [[memglass::observe]] Row {\n    std::uint8_t a;\n};"),
        "{header}"
    );
    assert!(
        header.contains("struct [[memglass::observe]] Row_2 {\n    std::uint8_t b;\n};"),
        "{header}"
    );
}
