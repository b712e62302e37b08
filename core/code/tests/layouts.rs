//! Layouts against a program that the compiler made: sizes, alignments, offsets, and where the bits of bit-fields are.
#![allow(clippy::print_stdout, reason = "tests print what they counted")]

mod harness;

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use memglass_code::{FieldPlace, Layout, RecordLayout, Scanner};

/// Declarations, each in a namespace of its own; `T` is the record in question.
const KNOWN: &[&str] = &[
    "struct T { char a; short b; int c; long d; };",
    "struct T { long a; char b; };",
    "struct T { char a[3]; short b[2]; char c; };",
    "struct T { double a; float b; char c; long double d; };",
    "struct T { bool a; wchar_t b; char16_t c; char32_t d; char8_t e; };",
    "struct T { unsigned char a; signed char b; unsigned short c; unsigned long long d; };",
    "struct T { __int128 a; char b; unsigned __int128 c; };",
    "struct T { char a; void* b; char c; int (*d)(int); char e; };",
    "struct T { char a; int* b[3]; char** c; };",
    "struct T { int a[2][3][4]; char b; };",
    "struct T { char a; struct { int x; char y; } b[3]; char c; };",
    "struct T { char a; union { int x; double y; }; char b; };",
    "struct T { union { struct { char p; int q; }; long r; }; struct { short s; }; };",
    "union T { char a[7]; int b; short c[3]; };",
    "union T { struct { char x; double y; } a; char b[17]; };",
    "struct A { int x; char y; }; struct T { A a; char b; A c[2]; };",
    "struct A { char x; }; struct B { A a; int b; }; struct T { B b; A a; };",
    "struct T { unsigned a : 1; unsigned b : 2; unsigned c : 29; };",
    "struct T { unsigned a : 5; unsigned b : 28; unsigned c : 4; };",
    "struct T { char a; unsigned b : 7; char c; unsigned d : 30; };",
    "struct T { unsigned char a : 3; unsigned char b : 6; unsigned short c : 9; };",
    "struct T { unsigned long a : 33; unsigned long b : 31; unsigned long c : 40; };",
    "struct T { int a : 4; int : 0; int b : 4; char c; };",
    "struct T { char a; int : 5; char b; unsigned c : 3; };",
    "struct T { char a; short : 0; char b; };",
    "struct T { bool a : 1; bool b : 1; unsigned char c; unsigned d : 20; };",
    "enum class E : unsigned char { X, Y, Z, W }; struct T { E a : 2; E b : 2; char c; E d; };",
    "enum E { X = 1, Y = 3 }; struct T { unsigned a : 3; E b; unsigned c : 2; };",
    "union T { unsigned a : 3; unsigned b : 17; char c; };",
    "struct T { short a : 9; short b : 9; int c : 9; long d : 9; };",
    "struct alignas(16) T { char a; };",
    "struct T { char a; alignas(8) char b; char c; };",
    "struct T { char a; alignas(double) char b[3]; };",
    "struct __attribute__((packed)) T { char a; int b; long c; char d; };",
    "struct T { char a; int b; short c; } __attribute__((packed));",
    "struct __attribute__((packed)) A { char a; int b; }; struct T { char x; A a; short y; };",
    "struct [[gnu::packed]] alignas(4) T { char a; int b; char c; };",
    "struct T { char a; alignas(32) struct { char x; } b; };",
    "struct alignas(8) A { char a; }; struct T { char x; A y; char z; };",
    "enum E { A, B = 70000 }; enum F : char { C }; enum class G { D }; struct T { char a; E b; F c; G d; };",
    "enum E { A = -1, B = 2147483647 }; enum F { C = 4294967295u }; enum G { D = 4294967296 }; struct T { E a; F b; G c; };",
    "typedef int i_t; typedef i_t a_t[3]; using p_t = char*; struct T { char x; a_t a; p_t p; i_t i; };",
    "typedef struct { char a; long b; } A; struct T { char x; A a; };",
    "typedef struct N { struct N* next; int v; } N; struct T { char a; N n; };",
    "typedef int (*fn)(char); using gn = void (*)(); struct T { char a; fn f; gn g; };",
    "constexpr int n = 3; enum { M = n * 2 }; struct T { short a[n]; char b[M + 1]; int c[sizeof(long)]; };",
    "const int n = 1 << 3; struct T { char a[n - 1]; char b[n > 4 ? 2 : 5]; char c[(n ^ 3) & 7]; };",
    // What defines stand for is put in as it is written, and numbers have types.
    "#define TWO_BY_SUM 1 + 1\nstruct T { char a[TWO_BY_SUM * 3]; char b[3 * TWO_BY_SUM]; };",
    "struct T { char a[(0u - 1) == 4294967295u ? 2 : 3]; char b[-1 < 0u ? 4 : 5]; char c[-1 < 0ul ? 6 : 7]; };",
    "enum E : int { A = 1 << 31, B = A + 1 }; struct T { char a[B < 0 ? 3 : 4]; E e; };",
    "constexpr unsigned char n = 200; constexpr auto m = 5u; struct T { char a[n + m]; char b[m - 6 > 0 ? 1 : 2]; char c[n - 201 > 0 ? 1 : 2]; };",
    "struct T { char a[~0u >> 28]; char b[(-7) / 2 + 5]; char c[-7 % 4 + 4]; char d[0xFFFFFFFF > -1 ? 8 : 9]; char e[sizeof(int) - 5 > 0 ? 2 : 3]; };",
    "struct T { char c; enum { big = 0x100000000 } e; }; struct U { char c; enum E { large = -1, larger = 4294967295 } e; };",
    "enum E { a0 = 1, a1 = a0 + 1, a2 = a1 + 1, a3 = a2 + 1, a4 = a3 + 1, a5 = a4 + a4, a6 = a5 + a5, a7 = a6 + a6, a8, a9 }; struct T { char a[a9]; };",
    "struct T { static int s; static constexpr int k = 4; char a[k]; int b; };",
    "struct A { int x; }; struct T : A { char y; };",
    "struct X { short s; }; namespace p { struct X { double d[2]; }; struct T { X x; }; }",
    "constexpr int N = 2; namespace p { constexpr int N = 5; struct T { char a[N]; }; }",
    "using V = short; namespace p { struct T { using V = long; V a; }; } struct T { V a; };",
    "enum { K = 3 }; namespace p { enum { K = 7 }; struct T { char a[K]; }; }",
    "struct X { short s; }; struct B { int x; }; struct T : B { X y; };",
    "struct A { int x; char y; }; struct B { short z; }; struct T : A, B { char w; };",
    "struct A {}; struct T : A { int x; };",
    "struct A {}; struct B {}; struct T : A, B { int x; };",
    "struct A {}; struct T { A a; A b; int c; };",
    "struct T {};",
    "struct A { long x; int y; }; struct T : A { int z; };",
    "class A { public: int x; char y; }; struct T : A { char z; };",
    "struct A { int x; int y; A(); }; struct T : A { char z; };",
    "#include <cstdint>\nstruct T { std::int8_t a; uint64_t b; std::uint16_t c; int32_t d; std::size_t e; uint8_t f; };",
    "#include <cstdint>\nstruct T { char a; std::intptr_t b; char c; uint_fast16_t d; int_least16_t e; };",
    "#include <array>\nstruct A { char x; int y; }; struct T { char a; std::array<A, 3> b; std::array<std::array<char, 5>, 2> c; };",
    "#include <atomic>\nenum class E : short { X }; struct T { char a; std::atomic<int> b; std::atomic<bool> c; std::atomic<char*> d; std::atomic<E> e; };",
    "namespace n { struct P { double x; }; } struct T { char a; n::P b; ::std::nullptr_t* c; };",
    "namespace n { struct P { char x; }; namespace m { struct P { long x; }; struct T { char a; P b; n::P c; }; } } using T = n::m::T;",
    "struct K { int a; }; struct T { char a; int K::*b; int (K::*c)(int); };",
    "struct T { char a; int& b; const char& c; };",
    "struct T { int n; char data[]; };",
    "template <class X> struct Box; template <> struct Box<int> { char a; int b; }; struct T { char x; Box<int> y; };",
    "struct T { const int a; volatile char b; mutable long c; unsigned const d; long unsigned int e; };",
    "struct T { int a, *b, c[2], **d; char e; };",
    "struct T { struct In { char a; long b; }; In x; In* y; enum M { P, Q }; M m; };",
    "union U { struct { unsigned lo : 12, hi : 20; }; unsigned all; }; struct T { char a; U u; };",
    "struct T { int a; int get() const { return a; } T() = default; friend int f(T); using X = int; X b; static_assert(true); };",
];

/// Declarations of a `T` whose layout cannot be known here, each with a part of the reason.
const UNKNOWN: &[(&str, &str)] = &[
    ("struct T { virtual int f(); };", "virtual function"),
    (
        "struct T { union { struct N { int x; } n; int y; }; };",
        "more than fields in a member without a name at line 1",
    ),
    (
        "struct S { struct { struct T { int x; } n; int y; }; };",
        "type in a member without a name",
    ),
    (
        "struct alignas(8) alignas(4) T { char c; };",
        "several alignments",
    ),
    (
        "alignas(8) struct T { char c; };",
        "attribute alignas in front of a type",
    ),
    ("union T { int& r; };", "reference r in a union"),
    (
        "struct [[deprecated]] S {}; struct T [[deprecated]] { char c; };",
        "attribute [[deprecated]] behind the name",
    ),
    (
        "#define COUNT_OR_NAME 3\n#undef COUNT_OR_NAME\nconstexpr int COUNT_OR_NAME = 4; struct T { char a[COUNT_OR_NAME]; };",
        "array size of field a",
    ),
    (
        "struct A { int x; }; struct T : virtual A {};",
        "virtual base",
    ),
    (
        "template <class X> struct A { X x; }; struct T { A<int> a; };",
        "type A<int> of field a",
    ),
    (
        "#include <vector>\nstruct T { std::vector<int> v; };",
        "type std::vector<int> of field v",
    ),
    (
        "struct A { A(); int x; char y; }; struct T : A { char z; };",
        "base A",
    ),
    ("struct A {}; struct T : A { A a; };", "base A"),
    // Names that are declared later, inherited or brought in are not the ones that are seen from there.
    (
        "struct X { short s; }; namespace p { struct T { X x; }; struct X { double d[2]; }; }",
        "type X of field x",
    ),
    (
        "constexpr int N = 2; namespace p { struct T { char a[N]; }; constexpr int N = 5; }",
        "array size of field a",
    ),
    (
        "using V = short; namespace p { struct T { V a; }; using V = long; }",
        "type V of field a",
    ),
    (
        "enum { K = 3 }; namespace p { struct T { char a[K]; }; enum { K = 7 }; }",
        "array size of field a",
    ),
    (
        "using V = short; struct B { using V = long; }; struct T : B { V a; };",
        "type V of field a",
    ),
    (
        "constexpr int N = 2; struct B { static constexpr int N = 9; }; struct T : B { char b[N]; };",
        "array size of field b",
    ),
    (
        "enum { K = 3 }; struct B { enum { K = 11 }; }; struct C : B {}; struct T : C { char c[K]; };",
        "array size of field c",
    ),
    (
        "struct X { short s; }; struct S { int x; struct X { char q[8]; }; }; struct T : S { X y; };",
        "type X of field y",
    ),
    (
        "using V = short; namespace s { inline namespace v { using V = char; } struct T { V a; }; }",
        "type V of field a",
    ),
    (
        "using V = short; namespace q { using V = long; } namespace u { using q::V; struct T { V a; }; }",
        "type V of field a",
    ),
    (
        "struct __attribute__((packed)) T { unsigned a : 3; int b; };",
        "packed bit-field",
    ),
    (
        "struct T { [[no_unique_address]] int a; };",
        "attribute no_unique_address",
    ),
    (
        "struct T { int a __attribute__((aligned(32))); };",
        "attribute aligned",
    ),
    (
        "template <int N> constexpr int g() { return N; } struct T { char a[g<3>()]; };",
        "array size of field a",
    ),
    (
        "struct T { int a;\n#if 1\n int b;\n#endif\n};",
        "conditional member",
    ),
];

fn namespaces(texts: &[&str]) -> String {
    let mut all = String::new();
    for text in texts {
        for line in text.lines().filter(|line| line.starts_with("#include")) {
            let _ = writeln!(all, "{line}");
        }
    }
    for (number, text) in texts.iter().enumerate() {
        let body: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with("#include"))
            .collect();
        let _ = writeln!(all, "namespace case{number} {{\n{}\n}}", body.join("\n"));
    }
    all
}

/// A program that prints, for each record, what its layout says.
fn program(text: &str, known: &[(&str, &Layout)]) -> String {
    let mut program = format!(
        "#include <cstddef>\n#include <cstdio>\n#include <cstring>\n#include <new>\n{text}\n"
    );
    program.push_str("static void bits(unsigned char* bytes, size_t size) {\n  size_t first = 0, count = 0;\n  for (size_t i = 0; i < size * 8; ++i) if (bytes[i / 8] >> (i % 8) & 1) { if (!count) first = i; ++count; }\n  printf(\"%zu+%zu \", first, count);\n}\nint main() {\n");
    for (path, layout) in known {
        let _ = writeln!(
            program,
            "  printf(\"{path} %zu %zu \", sizeof({path}), alignof({path}));"
        );
        for field in &layout.fields {
            let name = &field.name;
            let _ = match field.place {
                FieldPlace::Bytes { .. } => {
                    writeln!(program, "  printf(\"%zu \", offsetof({path}, {name}));")
                }
                FieldPlace::Bits { .. } => writeln!(
                    program,
                    "  {{ alignas({path}) unsigned char raw[sizeof({path})] = {{}}; auto* it = reinterpret_cast<{path}*>(raw); it->{name} = static_cast<decltype(it->{name})>(-1); bits(raw, sizeof raw); }}"
                ),
            };
        }
        program.push_str("  printf(\"\\n\");\n");
    }
    program.push_str("}\n");
    program
}

fn expected(known: &[(&str, &Layout)]) -> String {
    let mut text = String::new();
    for (path, layout) in known {
        let _ = write!(text, "{path} {} {} ", layout.size, layout.align);
        for field in &layout.fields {
            let _ = match field.place {
                FieldPlace::Bytes { offset, .. } => write!(text, "{offset} "),
                FieldPlace::Bits { offset, width } => write!(text, "{offset}+{width} "),
            };
        }
        text.push('\n');
    }
    text
}

/// A reference has no offset that a program may ask for.
fn can_be_asked(text: &str, record: &RecordLayout) -> bool {
    !(text.contains("int& b") && record.path.ends_with("::T"))
}

#[test]
fn layouts_are_those_of_the_compiler() {
    let text = namespaces(KNOWN);
    let mut scanner = Scanner::new();
    scanner.add_text("all.hpp", &text);
    let records = scanner.records();
    let mut known = Vec::new();
    for record in &records {
        let is_case = record.path.starts_with("case");
        let layout = record
            .layout
            .as_ref()
            .unwrap_or_else(|why| panic!("{}: {why}", record.path));
        let number: usize = record.path["case".len()..]
            .split(':')
            .next()
            .unwrap_or_default()
            .parse()
            .expect("a number");
        if is_case && can_be_asked(KNOWN[number], record) {
            known.push((record.path.as_str(), layout));
        }
    }
    assert!(
        KNOWN.len() >= 60 && known.len() >= KNOWN.len(),
        "{} records",
        known.len()
    );
    if !harness::headers::has_compiler() {
        println!("g++ is missing: layouts are not compared");
        return;
    }
    let directory = tempfile::tempdir().expect("a directory for temporary files");
    let (source, binary) = (
        directory.path().join("layout.cpp"),
        directory.path().join("layout"),
    );
    std::fs::write(&source, program(&text, &known)).expect("the directory is writable");
    let compiled = Command::new("g++")
        .args(["-std=c++20", "-w", "-O0", "-o"])
        .arg(&binary)
        .arg(&source)
        .output();
    let compiled = compiled.expect("g++ starts");
    assert!(
        compiled.status.success(),
        "{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    let output = Command::new(&binary).output().expect("the program starts");
    let (found, expected) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        expected(&known),
    );
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(expected, found, "the compiler's layout is on the right");
    }
    assert_eq!(found.lines().count(), known.len());
    println!(
        "{} records of {} inputs have the compiler's layout",
        known.len(),
        KNOWN.len()
    );
}

#[test]
fn what_cannot_be_known_is_said() {
    for (text, reason) in UNKNOWN {
        let mut scanner = Scanner::new();
        scanner.add_text("t.hpp", text);
        let records = scanner.records();
        let record = records
            .iter()
            .find(|record| record.path == "T" || record.path.ends_with("::T"))
            .expect("T is listed");
        let why = record.layout.as_ref().expect_err(text);
        assert!(why.contains(reason), "{text}: {why}");
    }
}

/// Declarations whose layout depends on an attribute or a macro in a place where it is easily passed over, and their type.
const EASILY_MISSED: &[(&str, &str)] = &[
    (
        "A8",
        "typedef struct { char a; int b; } __attribute__((packed)) A8;",
    ),
    (
        "A",
        "struct A { char a; int b; } __attribute__((packed)) v;",
    ),
    (
        "A",
        "struct A { char a; int b; } __attribute__((packed)) *v;",
    ),
    (
        "A_t",
        "typedef struct A { char a; int b; } __attribute__((packed)) A_t;",
    ),
    (
        "O",
        "struct O { char x; struct { char a; int b; } __attribute__((packed)) b; };",
    ),
    (
        "A32",
        "struct __attribute__((packed)) A32; struct A32 { char a; int b; };",
    ),
    ("A", "struct A { char a; int b; } __attribute__((packed));"),
    (
        "E",
        "#define EP __attribute__((packed))\nstruct E { char a; int b; } EP;",
    ),
    (
        "A",
        "#define PACK __attribute__((packed))\nstruct PACK A { char a; int b; };",
    ),
    (
        "A",
        "#define AL16 __attribute__((aligned(16)))\nstruct AL16 A { char a; int b; };",
    ),
    (
        "A",
        "#define ALIGNED(n) __attribute__((aligned(n)))\nstruct ALIGNED(32) A { char a; int b; };",
    ),
    (
        "A",
        "#define ALIGNED(n) __attribute__((aligned(n)))\nstruct A { char a; int b ALIGNED(16); };",
    ),
    (
        "A",
        "#define PACKED __attribute__((packed))\nstruct A { char a; int b PACKED; };",
    ),
    (
        "A",
        "#define BEGIN_PACK _Pragma(\"pack(1)\")\nBEGIN_PACK\nstruct A { char a; int b; };",
    ),
    ("A", "#define long short\nstruct A { char a; long b; };"),
    (
        "A",
        "typedef double dbl __attribute__((aligned(4))); struct A { char a; dbl b; };",
    ),
    (
        "A",
        "typedef int ai __attribute__((aligned(16))); struct A { char a; ai b; };",
    ),
    (
        "A",
        "typedef __attribute__((aligned(16))) int ai; struct A { char a; ai b; };",
    ),
    (
        "A",
        "__attribute__((aligned(16))) typedef int ai; struct A { char a; ai b; };",
    ),
    (
        "A",
        "typedef float v4 __attribute__((vector_size(16))); struct A { char a; v4 b; };",
    ),
    (
        "A",
        "typedef int qi __attribute__((mode(QI))); struct A { char a; qi b; };",
    ),
    (
        "A",
        "typedef struct { char c; } __attribute__((aligned(16))) T; struct A { char a; T b; };",
    ),
    (
        "A",
        "#define ALIGNED16 __attribute__((aligned(16)))\ntypedef int al4 ALIGNED16; struct A { char a; al4 b; };",
    ),
    (
        "A",
        "enum __attribute__((packed)) E { X }; struct A { char a; enum E b; };",
    ),
    (
        "A",
        "enum E { X } __attribute__((packed)); struct A { char a; enum E b; };",
    ),
    (
        "A",
        "#define PACK __attribute__((packed))\nenum PACK E { X }; struct A { char a; E b; };",
    ),
    (
        "M28",
        "struct E0 {}; struct E2:E0{}; struct M28:E2{E0 e;char a;};",
    ),
    (
        "M32",
        "struct E0 {}; struct M32:E0{struct{E0 e;char c;} x;};",
    ),
    (
        "T1",
        "#if 1\nstruct T1 { int a; };\n#else\nstruct T1 { int a; int b; };\n#endif",
    ),
    (
        "A",
        "using ai __attribute__((aligned(16))) = int; struct A { char a; ai b; };",
    ),
    (
        "A",
        "using ai = int __attribute__((aligned(16))); struct A { char a; ai b; };",
    ),
    ("A", "struct [[gnu::packed]] A { char a; int b; };"),
    ("A", "struct A { char a; [[gnu::packed]] int b; };"),
    ("A", "struct A { char a; int b [[gnu::packed]]; };"),
    ("A", "struct A { char a; int b __attribute__((packed)); };"),
    (
        "A",
        "struct A { char a; int b __attribute__((aligned(16))); };",
    ),
    (
        "A",
        "struct A { char a; __attribute__((aligned(16))) int b; };",
    ),
    (
        "A",
        "struct A { char a; int __attribute__((aligned(16))) b; };",
    ),
    ("A", "struct A { char a; alignas(16) int b; };"),
    (
        "A",
        "struct B { char a; int b; }; struct A { char c; struct B b __attribute__((packed)); };",
    ),
    (
        "A",
        "struct A { char a; struct { char c; int d; } __attribute__((packed)); };",
    ),
    (
        "A",
        "struct A { char a; union { char c; int d; } __attribute__((packed)) u; };",
    ),
    (
        "A",
        "struct A { char a; enum { X, Y } __attribute__((packed)) e; };",
    ),
    (
        "A",
        "struct A { char a; enum __attribute__((packed)) { X, Y } e; };",
    ),
    (
        "A",
        "struct A { char a; int b:3 __attribute__((packed)); long c:40; };",
    ),
    (
        "A",
        "struct A { char a; int b; } __attribute__((aligned(16)));",
    ),
    ("A", "struct A { char a; int b; } __attribute__((aligned));"),
    ("A", "struct __attribute__((aligned)) A { char a; int b; };"),
    (
        "A",
        "struct A { char a; __extension__ struct { char c; long d; }; };",
    ),
    (
        "A",
        "struct __attribute__((packed, aligned(2))) A { char a; int b; };",
    ),
    (
        "A",
        "struct A { char a; int b; } __attribute__((packed, aligned(2)));",
    ),
    (
        "A",
        "struct A { char a; int b; } __attribute__((packed)) __attribute__((aligned(2)));",
    ),
    (
        "A",
        "struct __attribute__((ms_struct)) A { char a; int b:3; char c:2; };",
    ),
    (
        "A",
        "struct __attribute__((scalar_storage_order(\"big-endian\"))) A { char a; int b; };",
    ),
    (
        "A",
        "typedef struct A { char a; int b; } A, *PA; struct B { A a; PA p; };",
    ),
];

/// Where an attribute, or a macro that stands for one, can be written; it goes in for `@`.
const PLACES: &[&str] = &[
    "struct @ T { char a; int b; };",
    "struct T { char a; int b; } @;",
    "struct T { char a; @ int b; };",
    "struct T { char a; int @ b; };",
    "struct T { char a; int b @; };",
    "struct T { char a; int b @ [2]; };",
    "struct T { char a; int b[2] @; };",
    "struct T { char a; int * @ b; };",
    "typedef struct { char a; int b; } @ T;",
    "typedef struct @ { char a; int b; } T;",
    "typedef @ struct { char a; int b; } T;",
    "typedef struct { char a; int b; } T @;",
    "@ typedef int I; struct T { char a; I b; };",
    "typedef @ int I; struct T { char a; I b; };",
    "typedef int @ I; struct T { char a; I b; };",
    "typedef int I @; struct T { char a; I b; };",
    "using I @ = int; struct T { char a; I b; };",
    "using I = int @; struct T { char a; I b; };",
    "enum @ E { X }; struct T { char a; E b; };",
    "enum E { X } @; struct T { char a; E b; };",
    "struct T { char a; enum @ { X } b; };",
    "struct T { char a; enum { X } @ b; };",
    "struct T { char a; struct @ { char c; int d; } b; };",
    "struct T { char a; struct { char c; int d; } @ b; };",
    "struct T { char a; struct { char c; int d; } b @; };",
    "struct T { char a; @ struct { char c; int d; } b; };",
    "struct T { char a; union @ { char c; int d; }; };",
    "struct T { char a; union { char c; int d; } @; };",
    "struct @ T; struct T { char a; int b; };",
    "@ struct T { char a; int b; };",
    "@ struct B { char a; int b; }; struct T { char a; B b; };",
    "@ enum E { X }; struct T { char a; E b; };",
    "struct alignas(32) @ T { char a; int b; };",
    "struct @ alignas(32) T { char a; int b; };",
    "struct T { alignas(32) @ char a; int b; };",
    "struct B { char a; int b; }; struct T { char a; B @ b; };",
    "struct B { char a; int b; } @ v; struct T { char a; B b; };",
];

const WRITTEN: &[&str] = &[
    "__attribute__((packed))",
    "__attribute__((aligned(16)))",
    "[[gnu::packed]]",
    "alignas(16)",
    "PACKED",
    "ALIGNED(16)",
    "INDIRECT",
];

const MACROS: &str = "#define PACKED __attribute__((packed))\n#define ALIGNED(n) __attribute__((aligned(n)))\n#define INDIRECT PACKED\n";

/// What the scanner knows of the records called `name`, as assertions for the compiler.
fn assertions(text: &str, name: &str) -> String {
    let mut scanner = Scanner::new();
    scanner.add_text("t.hpp", text);
    let records = scanner.records();
    let mut asserted = String::new();
    for record in records.iter().filter(|record| record.path == name) {
        let Ok(layout) = &record.layout else { continue };
        asserted += &format!(
            "static_assert(sizeof({name}) == {} && alignof({name}) == {});\n",
            layout.size, layout.align
        );
        for field in &layout.fields {
            if let FieldPlace::Bytes { offset, .. } = field.place {
                let field = &field.name;
                asserted +=
                    &format!("static_assert(__builtin_offsetof({name}, {field}) == {offset});\n");
            }
        }
    }
    asserted
}

fn compiles(directory: &Path, text: &str) -> bool {
    compiles_by("g++", directory, text).expect("g++ starts")
}

/// Whether a compiler takes the text; `None` if it is not there.
fn compiles_by(compiler: &str, directory: &Path, text: &str) -> Option<bool> {
    let source = directory.join("t.cpp");
    std::fs::write(&source, text).expect("the directory is writable");
    let mut compiler = Command::new(compiler);
    let compiled = compiler
        .args(["-std=c++20", "-w", "-fsyntax-only"])
        .arg(&source)
        .output();
    Some(compiled.ok()?.status.success())
}

/// What may stand in the braces of a member without a name, or may not.
const IN_MEMBERS_WITHOUT_A_NAME: &[&str] = &[
    "int x;",
    "int a[3]; int (*f)();",
    "int b : 3; int : 2;",
    "struct { int x; } n;",
    "struct { int x; };",
    "union { int x; int z; };",
    "static_assert(true);",
    "public: int x;",
    "struct Q* q;",
    "struct { struct N { int x; } n; } m;",
    "struct { enum { a } e; } m;",
    "int x = 4;",
    "const int x = 1;",
    "struct N { int x; };",
    "struct N { int x; } n;",
    "struct N;",
    "union U { int x; };",
    "class C { int x; };",
    "enum E { a };",
    "enum { a };",
    "enum { a } e;",
    "enum E { a } e;",
    "typedef int I;",
    "typedef struct { int x; } I;",
    "using I = int;",
    "using Q::x;",
    "int f();",
    "int f() { return 1; }",
    "operator int() const;",
    "static int s;",
    "static constexpr int s = 4;",
    "extern int s;",
    "private: int x;",
    "protected: int x;",
    "friend struct Q;",
    "template <class V> struct W {};",
    "int& r;",
];

#[test]
fn what_one_name_may_be_says_nothing_of_another_that_it_shares() {
    // `MAX` is one of two things; `E::MAX` is one.
    let (of_one, of_two) = (
        "struct One { char a[E::MAX]; };",
        "struct Two { char a[MAX]; };",
    );
    for structs in [format!("{of_one} {of_two}"), format!("{of_two} {of_one}")] {
        let mut scanner = Scanner::new();
        let first = format!("enum E {{ MAX = 4 }};\n{structs}");
        scanner.add_text("a.hpp", &first);
        scanner.add_text("b.hpp", "constexpr int MAX = 8;");
        let records = scanner.records();
        let size = |name: &str| {
            let record = records.iter().find(|record| record.path == name).unwrap();
            record.layout.as_ref().ok().map(|layout| layout.size)
        };
        assert_eq!((size("One"), size("Two")), (Some(4), None), "{first}");
    }
}

#[test]
fn a_member_without_a_name_that_compilers_refuse_has_no_layout() {
    let directory = tempfile::tempdir().expect("a directory for temporary files");
    let keys = ["struct", "union", "static struct", "mutable union", "class"];
    let (mut known, mut unknown) = (0, 0);
    for inside in IN_MEMBERS_WITHOUT_A_NAME {
        for key in keys {
            let text = format!(
                "struct Q {{ int x; }};\nstruct T {{ int before; {key} {{ {inside} int y; }}; int after; }};\n"
            );
            let taken = ["g++", "clang++"].map(|one| compiles_by(one, directory.path(), &text));
            if taken == [None, None] {
                println!("not compared: neither g++ nor clang++ is there");
                return;
            }
            let is_taken = !taken.contains(&Some(false));
            let is_known = !assertions(&text, "T").is_empty();
            assert!(is_taken || !is_known, "{taken:?}: {text}");
            known += usize::from(is_known);
            unknown += usize::from(!is_taken);
        }
    }
    assert!(known >= 20 && unknown >= 100, "{known}, {unknown}");
}

#[test]
fn attributes_and_macros_are_obeyed_or_make_the_layout_unknown() {
    if !harness::headers::has_compiler() {
        println!("g++ is missing: layouts are not compared");
        return;
    }
    let directory = tempfile::tempdir().expect("a directory for temporary files");
    let places = PLACES.iter().flat_map(|place| {
        WRITTEN
            .iter()
            .map(move |word| ("T", format!("{MACROS}{}\n", place.replace('@', word))))
    });
    let missed = EASILY_MISSED
        .iter()
        .map(|(name, text)| (*name, format!("{text}\n")));
    let (mut count, mut known, mut wrong) = (0, 0, Vec::new());
    for (name, text) in places.chain(missed) {
        if !compiles(directory.path(), &text) {
            continue;
        }
        count += 1;
        let asserted = assertions(&text, name);
        known += usize::from(!asserted.is_empty());
        if !asserted.is_empty() && !compiles(directory.path(), &format!("{text}{asserted}")) {
            wrong.push(text);
        }
    }
    assert!(count > 200 && known > 20, "{known} known of {count}");
    assert_eq!(wrong, [""; 0], "of {count}, {known} known");
}
