//! The scanner, which needs no compiler, and libclang see the same layouts and annotations.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

mod harness;

use std::path::{Path, PathBuf};

use memglass_code::{FieldPlace, Scanner};
use memglass_gen::{GenerateError, Options, Reader, generate};

/// Members of small structs.
const SMALL: &[&str] = &[
    "char a; short b; int c; long d;",
    "long a; char b;",
    "char a[3]; short b[2]; char c;",
    "double a; float b; char c;",
    "bool a; wchar_t b; char16_t c; char32_t d;",
    "unsigned char a; signed char b; unsigned short c; unsigned long long d;",
    "int a[2][3][4]; char b;",
    "char a; struct { int x; char y; } b[3]; char c;",
    "int8_t a; int16_t b; int32_t c; int64_t d;",
    "uint8_t a; uint64_t b; uint8_t c;",
    "std::int64_t a; std::uint32_t b; std::size_t c;",
    "std::array<int, 3> a; char b;",
    "std::array<std::array<short, 2>, 2> a; char b;",
    "char a[16]; std::array<char, 5> b; int c;",
    "enum class E : unsigned char { X, Y } a; int b;",
    "enum { P, Q } a; char b;",
    "Inner a; char b; Inner c[2];",
    "char a; Inner b; Deep c;",
    "Color a; char b; Color c[3];",
    "Small a; Small b; int c;",
    "Price a; char b; Price c;",
    "Row a; char b;",
    "alignas(8) char a; char b;",
    "char a; alignas(16) short b; char c;",
    "char a; alignas(double) char b[3];",
    "char a[count]; int b;",
    "char a[count * 2 + 1]; short b;",
    "char a[sizeof(long)]; char b;",
    "unsigned long a; int b; unsigned int c; long int d;",
    "long long a; short int b; unsigned short int c;",
    "bool a; bool b; double c; bool d;",
    "char a; double b; char c; double d; char e;",
    "float a[3]; double b[2]; char c[1];",
    "static int s; int a; char b;",
    "static constexpr int k = 4; char a[k]; int b;",
    "int twice() const; char a; int b;",
    "int a = 5; double b = 2.5; char c = 'x';",
    "int a{7}; char b{};",
    "struct { char p; long q; } a; char b;",
    "char a; struct { short x; } b; struct { long y; } c;",
    "struct N { int n; }; N a; char b;",
    "using T = short; char a; T b; T c[2];",
    "typedef long L; char a; L b;",
    "signed a; unsigned b; signed char c;",
    "char16_t a[2]; char b; char32_t c;",
    "std::uint16_t a; std::int8_t b[3]; std::uint32_t c;",
    "Inner a[2][2]; char b;",
    "Deep a; Deep b[2];",
    "char a, b, c; int d, e;",
    "short a, b[3]; char c;",
    "int a; /* between */ char b; // behind",
    "float x; float y; float z; int w;",
    "long a; // @range(0, 5)\n    char b; // @readonly",
    "// @min(1)\n    int a; char b;",
    "/* @step(2) @unit(\"s\") */ int a; char b;",
    "char a[8]; // @regex(\"[a-z]+\")\n    int b; // @desc(\"a (b), c\")",
    "int a; // @enum(A=1, B=2)\n    unsigned b; // @flags(X=1)",
    "double a; // @format(\"%.2f\") @min(-1) @max(1)",
    "int64_t a; // @atomic\n    Inner b; // @seqlock\n    char c[9]; // @locked",
    "uint8_t a[7]; uint16_t b[5]; uint32_t c[3]; uint64_t d;",
    "char a; char b[2]; char c[4]; char d[8]; long e;",
    "ptrdiff_t a; std::uint8_t b; std::ptrdiff_t c;",
    "alignas(32) int a; char b;",
    "Row a[2]; Price b; Color c;",
];

const AROUND: &str = "#include <array>\n#include <cstddef>\n#include <cstdint>\n\
    constexpr int count = 5;\n\
    enum class Color : short { red, green };\n\
    enum Small : std::uint8_t { one = 1 };\n\
    using Price = std::int64_t;\n\
    typedef short Row[3];\n\
    struct Inner { int x; char y; };\n\
    struct Deep { Inner inner; double z; };\n";

fn header() -> String {
    header_of(SMALL)
}

fn header_of(members: &[&str]) -> String {
    let structs = members.iter().enumerate();
    let structs = structs.map(|(number, members)| {
        format!("struct [[memglass::observe]] S{number} {{\n    {members}\n}};\n")
    });
    AROUND.to_owned() + &structs.collect::<String>()
}

/// What the generated code states of a struct: `sizeof(Value) == 8 && alignof(Value) == 4`, and the offsets.
fn stated<'t>(text: &'t str, name: &str) -> Option<(&'t str, Vec<&'t str>)> {
    let start = text.find(&format!("struct memglass::Descriptor<::{name}> {{"))?;
    let body = &text[start..start + text[start..].find("\n};")?];
    let mut conditions = body
        .split("static_assert(")
        .skip(1)
        .map(|one| one.split(", \"").next().unwrap());
    let size = conditions.find(|one| one.starts_with("sizeof"))?;
    Some((size, conditions.next()?.split(" && ").collect()))
}

/// All structs of a text: the same sizes and offsets, or the scanner says that it does not know.
fn check(text: &str, least: usize) {
    let Some(result) = harness::generated_for(text) else {
        return;
    };
    let generated = result.unwrap_or_else(|error| panic!("{error}")).text;
    let mut scanner = Scanner::new();
    scanner.add_text("input.hpp", text);
    let mut compared = 0;
    for record in scanner.records() {
        let Some((size, offsets)) = stated(&generated, &record.path) else {
            continue;
        };
        let layout = record
            .layout
            .unwrap_or_else(|reason| panic!("{}: {reason}", record.path));
        assert_eq!(
            size,
            format!(
                "sizeof(Value) == {} && alignof(Value) == {}",
                layout.size, layout.align
            ),
            "{}",
            record.path
        );
        let own = layout.fields.iter().filter_map(|field| match field.place {
            FieldPlace::Bytes { offset, .. } => {
                Some(format!("offsetof(Value, {}) == {offset}", field.name))
            }
            FieldPlace::Bits { .. } => None,
        });
        assert_eq!(offsets, own.collect::<Vec<_>>(), "{}", record.path);
        compared += 1;
    }
    assert!(compared >= least, "only {compared} were compared");
}

#[test]
fn the_scanner_and_libclang_agree_on_small_structs() {
    check(&header(), SMALL.len());
}

#[test]
fn the_scanner_and_libclang_agree_on_the_types_of_a_market() {
    let text = std::fs::read_to_string(harness::data("market.hpp")).unwrap();
    check(&text, 4);
}

/// What the scanner alone makes of headers.
fn scanned(headers: &[PathBuf]) -> Result<String, GenerateError> {
    let options = Options {
        headers: headers.to_vec(),
        reader: Reader::Scanner,
        ..Options::default()
    };
    generate(&options).map(|generated| generated.text)
}

/// Both make the same of a header, byte by byte.
fn check_same(header: &Path) {
    let options = Options {
        headers: vec![header.to_owned()],
        ..Options::default()
    };
    let Some(result) = harness::generated(&options) else {
        return;
    };
    let expected = result.unwrap_or_else(|error| panic!("{error}")).text;
    let found = scanned(&options.headers).unwrap_or_else(|error| panic!("{error}"));
    let differs = found.lines().zip(expected.lines());
    let differs = differs
        .into_iter()
        .find(|(found, expected)| found != expected);
    assert!(found == expected, "{}: {differs:?}", header.display());
}

#[test]
fn the_scanner_alone_generates_the_same_bytes_for_headers_that_it_understands() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cpp");
    for header in [
        harness::data("market.hpp"),
        examples.join("trading_engine/trading_types.hpp"),
        examples.join("game/game_types.hpp"),
        examples.join("securities/security_types.hpp"),
    ] {
        check_same(&header);
    }
}

#[test]
fn the_scanner_alone_generates_the_same_bytes_without_conditional_members() {
    let text = std::fs::read_to_string(harness::data("features.hpp")).unwrap();
    let (before, rest) = text.split_once("#if defined").unwrap();
    let (_, after) = rest.split_once("#endif\n").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let header = directory.path().join("features.hpp");
    std::fs::write(&header, &text).unwrap();
    let refused = scanned(std::slice::from_ref(&header)).unwrap_err();
    assert!(refused.to_string().contains("conditional member at line"));
    std::fs::write(&header, before.to_owned() + after).unwrap();
    check_same(&header);
}

#[test]
fn the_scanner_alone_generates_the_same_bytes_for_small_structs() {
    let directory = tempfile::tempdir().unwrap();
    let header = directory.path().join("small.hpp");
    let is_understood = |members: &&str| {
        std::fs::write(&header, header_of(&[members])).unwrap();
        match scanned(std::slice::from_ref(&header)) {
            Ok(_) => true,
            Err(GenerateError::NotUnderstood { text, .. }) => {
                assert!(text.contains("the scanner"), "{members}: {text}");
                false
            }
            Err(other) => panic!("{members}: {other}"),
        }
    };
    let understood: Vec<&str> = SMALL.iter().copied().filter(is_understood).collect();
    assert_eq!(understood.len(), SMALL.len());
    std::fs::write(&header, header_of(&understood)).unwrap();
    check_same(&header);
}

#[test]
fn the_scanner_alone_refuses_every_struct_that_libclang_refuses() {
    let path = harness::data("refused.hpp");
    let source = std::fs::read_to_string(&path).unwrap();
    // What is expected has annotations in it, which must not be read.
    let lines = source.lines().map(|line| line.split("//~").next().unwrap());
    let bare = lines.collect::<Vec<_>>().join("\n");
    let directory = tempfile::tempdir().unwrap();
    let header = directory.path().join("bare.hpp");
    std::fs::write(&header, &bare).unwrap();
    let Err(GenerateError::NotUnderstood { text, .. }) = scanned(&[header]) else {
        panic!("it is refused")
    };
    let refused: Vec<usize> = text
        .lines()
        .filter_map(|line| line.split_once(": error: "))
        .map(|(place, _)| place.split(':').nth(1).unwrap().parse().unwrap())
        .collect();
    let mut scanner = Scanner::new();
    scanner.add_text("bare.hpp", &bare);
    let mut count = 0;
    for record in scanner.records() {
        let line_of = |at: usize| bare[..at].matches('\n').count() + 1;
        let lines = line_of(record.span.start)..=line_of(record.span.end);
        let expected = source.lines().enumerate();
        let is_expected = expected
            .filter(|(number, _)| lines.contains(&(number + 1)))
            .any(|(_, line)| line.contains("//~ "));
        if is_expected {
            let is_refused = refused.iter().any(|line| lines.contains(line));
            assert!(is_refused, "{} of lines {lines:?}", record.path);
            count += 1;
        }
    }
    assert!(count >= 20, "{count}");
}

#[test]
fn what_depends_on_a_conditional_is_refused_by_the_scanner_with_its_line() {
    let directory = tempfile::tempdir().unwrap();
    let header = directory.path().join("branch.hpp");
    let text = "#pragma once\n#if LEVELS > 4\nstruct [[memglass::observe]] Book { int levels[9]; };\n#endif\n\
        #if 0\nstruct [[memglass::observe]] Old { int x; };\n#endif\n\
        struct [[memglass::observe]] Row { int x; };\n";
    std::fs::write(&header, text).unwrap();
    let error = scanned(&[header]).unwrap_err().to_string();
    assert!(
        error.contains("whether `#if LEVELS > 4` of line 2 is true"),
        "{error}"
    );
    assert!(error.contains("1 error; "), "{error}");
}

#[test]
fn the_scanner_reads_what_headers_include_and_macros_that_stand_for_the_mark() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let side = "#define OBSERVED [[memglass::observe]]\nenum class Side { buy, sell };\nusing Price = long;\n";
    write("side.hpp", side);
    let order = "#include \"side.hpp\"\nstruct OBSERVED Order { Side side; Price price; };\n";
    check_same(&write("order.hpp", order));
}
