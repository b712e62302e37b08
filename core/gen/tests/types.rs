//! Types of headers against what clang says of its own layouts, and against debug information of programs.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, clippy::panic, dead_code, unreachable_pub)]

mod harness;

#[path = "harness/dump.rs"]
mod dump;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use memglass_gen::{GenerateError, HeaderOptions, types_of};
use memglass_types::{Count, Kind, Linkage, Qualifier, Types};
use tempfile::TempDir;

/// The types of a header. `None`, with the reason printed, if there is no libclang here.
fn read(options: &HeaderOptions) -> Option<Types> {
    match types_of(options) {
        Err(error @ GenerateError::NoClang { .. }) => {
            eprintln!("not tried: {error}");
            None
        }
        other => Some(other.unwrap_or_else(|error| panic!("{error}"))),
    }
}

/// A file with this text, whose compilers find the same headers as the system's C compiler.
fn written(name: &str, text: &str) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, text).unwrap();
    (directory, path)
}

fn types_of_text(name: &str, text: &str) -> Option<Types> {
    let (_directory, path) = written(name, text);
    read(&HeaderOptions {
        headers: vec![path],
        ..HeaderOptions::default()
    })
}

/// Whether others can write this name of a type.
fn is_written(name: &str) -> bool {
    !name.contains(['(', '<', '-'])
}

/// Compares all records with names with what clang dumps, when it is asked for the size of each; returns how many there
/// were.
#[track_caller]
fn check_against_clang(types: &Types, source: &Path, arguments: &[&str]) -> usize {
    let mut text = fs::read_to_string(source).unwrap();
    for (number, (id, _)) in types.iter().enumerate() {
        let name = types.spell(id);
        if types.record(id).is_some() && types.bare(id) == id && is_written(&name) {
            text.push_str(&format!(
                "\nchar memglass_size_{number}[sizeof({name}) + 1];"
            ));
        }
    }
    fs::write(source, &text).unwrap();
    let Some(dumped) = dump::dumped(source, arguments) else {
        eprintln!("not tried: there is no clang");
        return 0;
    };
    let named = dumped.iter().filter(|(name, _)| is_written(name));
    let ours = named.filter_map(|(name, dumped)| Some((name, types.find(name)?, dumped)));
    let mut count = 0;
    for (name, id, (size, members)) in ours {
        let found: Vec<_> = types
            .members(id)
            .iter()
            .map(|member| {
                (
                    member.name.to_string(),
                    member.offset_bits,
                    member.width_bits,
                )
            })
            .collect();
        assert_eq!(found, *members, "{name} of {text}");
        assert_eq!(types.size_of(id), Some(*size), "{name} of {text}");
        count += 1;
    }
    count
}

/// Declarations of C, each with a `struct T` or `union T`.
const C: &[&str] = &[
    "struct T { _Bool a; };",
    "struct T { char a; signed char b; unsigned char c; };",
    "struct T { char a; short b; unsigned short c; };",
    "struct T { char a; int b; unsigned int c; };",
    "struct T { char a; long b; unsigned long c; };",
    "struct T { char a; long long b; unsigned long long c; };",
    "struct T { char a; __int128 b; unsigned __int128 c; };",
    "struct T { char a; float b; double c; long double d; };",
    "struct T { char a; __float128 b; };",
    "struct T { char a; _Complex float b; _Complex double c; _Complex long double d; };",
    "struct T { char a; int *b; void *c; const char *const *d; };",
    "struct T { char a; int (*b)(void); void (*c[3])(int, ...); };",
    "struct T { char a; int (*b)[4]; int *c[4]; };",
    "struct T { char a[3]; short b[2][3]; char c; };",
    "struct T { int n; char rest[]; };",
    "struct T { int n; int none[0]; char c; };",
    "struct T { short n; double rest[]; };",
    "enum e { A, B = 70000 }; struct T { char a; enum e b; };",
    "enum e { A = -1 }; enum f { B = 4294967295u }; struct T { enum e a; enum f b; };",
    "struct T { unsigned a : 1, b : 2, c : 29; };",
    "struct T { unsigned a : 5, b : 28, c : 4; };",
    "struct T { char a; unsigned b : 7; char c; unsigned d : 30; };",
    "struct T { unsigned char a : 3, b : 6; unsigned short c : 9; };",
    "struct T { unsigned long a : 33, b : 31, c : 40; };",
    "struct T { int a : 4; int : 0; int b : 4; char c; };",
    "struct T { char a; int : 5; char b; unsigned c : 3; };",
    "struct T { char a; short : 0; char b; };",
    "struct T { _Bool a : 1, b : 1; unsigned char c; unsigned d : 20; };",
    "enum e { A, B, C }; struct T { enum e a : 2; enum e b : 3; int c : 27; };",
    "union T { unsigned a : 3; unsigned b : 17; char c; };",
    "union T { char a[7]; int b; short c[3]; };",
    "struct T { char a; union { int i; float f; }; char b; };",
    "struct T { char a; struct { char b; long c; }; struct { short d; } e; };",
    "struct T { union { struct { char p; int q; }; long r; }; struct { short s; }; };",
    "struct T { struct { struct { int deep; } b; } a[2]; char c; };",
    "struct a { int x; char y; }; struct T { struct a a; char b; struct a c[2]; };",
    "typedef struct { char a; long b; } pair; struct T { char x; pair p; pair *q; };",
    "typedef struct n { struct n *next; int v; } n; struct T { char a; n n; };",
    "typedef int i_t; typedef i_t a_t[3]; typedef a_t b_t[2]; struct T { char x; b_t b; i_t i; };",
    "struct __attribute__((packed)) T { char a; int b; long c; };",
    "struct T { char a; int b __attribute__((packed)); long c; };",
    "struct __attribute__((packed)) T { unsigned a : 3; int b; unsigned c : 30; unsigned d : 9; };",
    "struct __attribute__((packed)) in { char a; int b; }; struct T { char x; struct in i; short y; };",
    "#pragma pack(push, 2)\nstruct T { char a; int b; long c; };\n#pragma pack(pop)\n",
    "struct T { char a; int b; } __attribute__((aligned(32)));",
    "struct T { char a; char b __attribute__((aligned(16))); char c; };",
    "struct __attribute__((packed, aligned(4))) T { char a; int b; char c; };",
    "struct T { char a; _Alignas(8) char b; char c; };",
    "typedef int wide __attribute__((aligned(16))); struct T { char a; wide b; char c; };",
    "typedef float v4 __attribute__((vector_size(16))); struct T { char a; v4 b; v4 c[2]; };",
    "typedef int v3 __attribute__((ext_vector_type(3))); struct T { char a; v3 b; char c; };",
    "typedef long v2 __attribute__((vector_size(16))); struct T { char a; v2 *b; v2 c; };",
    "struct T { char a; _Atomic int b; _Atomic(long) c; };",
    "struct T { char a; volatile int b; const volatile long c; int *restrict d; };",
    "struct T { char a; unsigned _BitInt(7) b; _BitInt(100) c; };",
    "struct T { char a; __typeof__(sizeof(int)) b; };",
    "struct hidden; struct T { char a; struct hidden *b; };",
    "struct T { };",
    "struct T { char a; struct { } b; int c; };",
    "#include <stdint.h>\nstruct T { int8_t a; uint64_t b; int16_t c; uintptr_t d; intmax_t *e; };",
    "#include <stddef.h>\nstruct T { char a; wchar_t b; max_align_t c; };",
    "#include <time.h>\n#include <sys/stat.h>\nstruct T { char a; struct stat s; struct timespec t; };",
];

/// Declarations of C++, each with a `T`.
const CPP: &[&str] = &[
    "struct T { bool a; wchar_t b; char16_t c; char32_t d; char8_t e; };",
    "struct A { int x; }; struct T : A { char y; };",
    "struct A { int x; char y; }; struct B { short z; }; struct T : A, B { char w; };",
    "struct A {}; struct B {}; struct T : A, B { int x; };",
    "struct A { virtual void f(); int x; }; struct T : A { char y; };",
    "struct A { int x; }; struct B : virtual A { int y; }; struct T : virtual A, B { int z; };",
    "class A { int x; char y; }; class T : A { char z; };",
    "struct T { int &a; const char &&b; };",
    "struct K { int a; void f(); }; struct T { char a; int K::*b; void (K::*c)(); };",
    "template <class X> struct Box { char a; X b; }; struct T { char x; Box<long> y; Box<char> z; };",
    "template <class X> struct Base { X b; }; struct T : Base<int>, Base<short> { char y; };",
    "namespace n { struct P { char x; double y; }; } struct T { char a; n::P b; };",
    "enum class E : unsigned char { X, Y }; struct T { E a : 1; E b; };",
    "struct T { struct In { char a; long b; }; In x; static int s; In *y; };",
    "struct alignas(64) T { char a; alignas(16) char b; };",
    "#include <array>\n#include <atomic>\nstruct T { char a; std::array<int, 3> b; std::atomic<long> c; };",
    "#include <string>\n#include <vector>\nstruct T { char a; std::string b; std::vector<int> c; };",
];

#[test]
fn members_lie_where_clang_says_that_they_do() {
    let mut checked = 0;
    for (texts, name, standard) in [(C, "t.c", "-std=gnu17"), (CPP, "t.cpp", "-std=gnu++20")] {
        for text in texts {
            let (_directory, path) = written(name, text);
            let options = HeaderOptions {
                headers: vec![path.clone()],
                compiler: Some("clang".into()),
                ..HeaderOptions::default()
            };
            let Some(types) = read(&options) else {
                return;
            };
            assert!(types.find("T").is_some(), "{text}");
            checked += usize::from(check_against_clang(&types, &path, &[standard]) > 0);
        }
    }
    assert!(checked == 0 || checked >= 75, "{checked}");
}

/// Headers of every system with a C library and those of Linux.
const SYSTEM: &[&str] = &[
    "stdio.h",
    "stdlib.h",
    "string.h",
    "time.h",
    "signal.h",
    "locale.h",
    "setjmp.h",
    "math.h",
    "fenv.h",
    "wchar.h",
    "sys/types.h",
    "sys/stat.h",
    "sys/time.h",
    "sys/resource.h",
    "sys/wait.h",
    "sys/socket.h",
    "netinet/in.h",
    "netinet/tcp.h",
    "arpa/inet.h",
    "netdb.h",
    "poll.h",
    "termios.h",
    "dirent.h",
    "pthread.h",
    "semaphore.h",
];

#[test]
fn records_of_system_headers_lie_where_clang_says_that_they_do() {
    let (mut headers, mut records) = (0, 0);
    for name in SYSTEM {
        let header = Path::new("/usr/include").join(name);
        let header = match header.exists() {
            true => header,
            false => Path::new("/usr/include/x86_64-linux-gnu").join(name),
        };
        if !header.exists() {
            continue;
        }
        let options = HeaderOptions {
            headers: vec![header],
            compiler: Some("clang".into()),
            ..HeaderOptions::default()
        };
        let Some(types) = read(&options) else {
            return;
        };
        let (_directory, source) = written("t.c", &format!("#include <{name}>\n"));
        let found = check_against_clang(&types, &source, &["-std=gnu17"]);
        headers += usize::from(found > 0);
        records += found;
    }
    assert!(
        records == 0 || headers >= 20,
        "{headers} headers, {records} records"
    );
}

/// pahole needs 86.5 kB for the types of 23 such headers as BTF.
#[test]
fn the_file_of_many_system_headers_is_small_and_a_second_reading_adds_nothing() {
    let beside = |name: &&str| {
        let places = ["/usr/include", "/usr/include/x86_64-linux-gnu"];
        let mut paths = places.iter().map(|place| Path::new(place).join(name));
        paths.find(|path| path.exists())
    };
    let headers: Vec<PathBuf> = SYSTEM.iter().take(23).filter_map(beside).collect();
    if headers.len() < 20 {
        eprintln!("not tried: there are no headers of a C library");
        return;
    }
    let options = HeaderOptions {
        headers,
        ..HeaderOptions::default()
    };
    let (Some(types), Some(again)) = (read(&options), read(&options)) else {
        return;
    };
    let bytes = types.to_bytes();
    assert!(bytes.len() < 86_500, "{} bytes", bytes.len());
    assert!(types.find("struct sockaddr_in").is_some() && types.functions().count() > 500);
    let both = Types::merged([types, again]);
    assert_eq!(both.to_bytes().len(), bytes.len());
}

#[test]
fn a_header_has_functions_attributes_and_qualifiers_that_programs_do_not_keep() {
    let text = r#"
        #define NOTE(text) __attribute__((annotate(text)))
        /* The price. */
        struct quote { int bid NOTE("range(0,5)") NOTE("unit(ticks)") __attribute__((deprecated("gone"))); } __attribute__((packed));
        extern int on_quote(struct quote *quote, const char *why, int levels[static 4], ...) __attribute__((pure));
        static inline int twice(int n) { return n + n; }
        extern const volatile struct quote *best;
        typedef int (*handler)(struct quote *);
        union word { _Atomic int whole; };
    "#;
    let Some(types) = types_of_text("feed.h", text) else {
        return;
    };
    let quote = types.find("struct quote").unwrap();
    let said: Vec<String> = types.members(quote)[0]
        .attributes
        .iter()
        .map(|one| format!("{}={}", one.name, one.value))
        .collect();
    assert_eq!(
        said,
        [
            "annotate=range(0,5)",
            "annotate=unit(ticks)",
            "deprecated=gone"
        ]
    );
    assert_eq!(&*types[quote].attributes[0].name, "packed");
    assert_eq!(types[quote].place.as_ref().unwrap().line, 4);
    assert!(
        types
            .units_of(quote)
            .next()
            .unwrap()
            .name
            .ends_with("feed.h")
    );
    let function = types
        .functions()
        .find(|one| &*one.name == "on_quote")
        .unwrap();
    assert_eq!(
        types.declare(function.ty, &function.name),
        "int on_quote(struct quote *, const char *, int[static 4], ...)"
    );
    assert_eq!(&*function.attributes[0].name, "pure");
    let parameters: Vec<&str> = function.parameters.iter().map(|name| &**name).collect();
    assert_eq!(parameters, ["quote", "why", "levels"]);
    let Kind::Function(signature) = &types[function.ty].kind else {
        panic!()
    };
    let Kind::Array { count, .. } = types[signature.parameters[2]].kind else {
        panic!()
    };
    assert_eq!(count, Count::AtLeast(4));
    let twice = types.functions().find(|one| &*one.name == "twice").unwrap();
    assert_eq!((twice.linkage, twice.inline), (Linkage::Static, true));
    let best = types.variables().next().unwrap();
    assert_eq!(types.spell(best.ty), "const volatile struct quote *");
    let whole = types.members(types.find("union word").unwrap())[0].ty;
    assert!(matches!(
        types[whole].kind,
        Kind::Qualified {
            qualifier: Qualifier::Atomic,
            ..
        }
    ));
}

#[test]
fn bases_lie_where_the_debug_information_says_that_they_do() {
    let text = "namespace n { struct A { long a; }; struct B { int b; virtual ~B() {} }; class C { char c; }; }\n\
        struct E {}; struct T : E, n::A, n::B, private n::C { char t; };\n\
        template <class X> struct Made : n::A, n::B { X x; }; struct Has { Made<char> made; };\n";
    let Some(types) = types_of_text("bases.hpp", text) else {
        return;
    };
    let id = types.find("T").unwrap();
    let bases: Vec<_> = types
        .record(id)
        .unwrap()
        .bases
        .iter()
        .map(|base| base.offset)
        .collect();
    for compiler in harness::compilers() {
        let (directory, source) = written("t.cpp", &format!("{text}T t; Has has;\n"));
        let object = directory.path().join("t.o");
        let made = Command::new(compiler)
            .args(["-g", "-c", "-o"])
            .arg(&object)
            .arg(&source)
            .status();
        assert!(made.unwrap().success());
        let program = Types::open(&object).unwrap();
        let id = program.find("T").unwrap();
        let theirs: Vec<_> = program
            .record(id)
            .unwrap()
            .bases
            .iter()
            .map(|base| base.offset)
            .collect();
        assert_eq!(bases, theirs, "{compiler}");
        let agreement = types.agreement(&program);
        assert_eq!(
            (agreement.compared, agreement.disagreements),
            (7, vec![]),
            "{compiler}"
        );
    }
}

/// Members of a struct, of all kinds.
fn many_members(count: usize) -> String {
    let members = (0..count).map(|number| match number % 7 {
        0 => format!("char m{number};\n"),
        1 => format!("unsigned m{number} : 5;\n"),
        2 => format!("union {{ short m{number}; long n{number}; }};\n"),
        3 => "unsigned : 3;\n".to_owned(),
        4 => format!("struct {{ char c; int i; }} m{number};\n"),
        5 => format!("double m{number}[2];\n"),
        _ => format!("struct big *m{number};\n"),
    });
    members.collect()
}

#[test]
fn members_of_large_structs_lie_where_the_debug_information_says_that_they_do() {
    let members = many_members(7000);
    let c = format!(
        "struct big {{ {members} }};\ntypedef struct {{ {members} }} nameless;\nstruct around {{ struct {{ {members} }} in; }};\n"
    );
    let cpp = format!(
        "struct big {{ int big; {members} }};\nint big();\nnamespace n {{ class hidden : big {{ {members} }}; }}\n\
         struct user {{ n::hidden h; }};\n"
    );
    for (header, text, uses, compiler, compared) in [
        (
            "large.h",
            &c,
            "struct big b; nameless n; struct around a;",
            "gcc",
            3,
        ),
        ("large.hpp", &cpp, "user u;", "g++", 3),
    ] {
        let Some(types) = types_of_text(header, text) else {
            return;
        };
        let source = header.replace(".h", ".c");
        let (directory, source) = written(&source, &format!("{text}{uses}\n"));
        let object = directory.path().join("t.o");
        let made = Command::new(compiler)
            .args(["-g", "-c", "-o"])
            .arg(&object)
            .arg(&source)
            .status();
        assert!(made.unwrap().success());
        let agreement = types.agreement(&Types::open(&object).unwrap());
        assert!(agreement.compared >= compared, "{}", agreement.compared);
        assert_eq!(agreement.disagreements, vec![], "{header}");
    }
}

#[test]
fn macros_with_names_of_members_or_records_move_nothing() {
    let members = (0..5000).map(|number| format!("int m{number};\n"));
    let members: Vec<String> = members.collect();
    let large = members.concat();
    let other: String = members.into_iter().rev().collect();
    let c = format!("struct other {{ {other} }};\nstruct big {{ {large} }};\n");
    let cpp = format!(
        "struct one {{ int a; }};\nstruct two {{ int b; }};\nstruct big : one, two {{ {large} }};\n"
    );
    for (header, text, macros, before) in [
        ("members.h", &c, "m10 m20", 0),
        ("records.h", &c, "big other", 0),
        ("words.h", &c, "enum wrong", 0),
        ("members.hpp", &cpp, "m10 m20", 8),
        ("bases.hpp", &cpp, "two one", 8),
        ("words.hpp", &cpp, "unsigned signed\n#define long wrong", 8),
    ] {
        let Some(types) = types_of_text(header, &format!("{text}#define {macros}\n")) else {
            return;
        };
        let big = types.find("big").unwrap();
        for (number, member) in types.members(big).iter().enumerate() {
            assert_eq!(
                member.offset(),
                before + 4 * number as u64,
                "{header}: m{number}"
            );
        }
        for (number, base) in types.record(big).unwrap().bases.iter().enumerate() {
            assert_eq!(base.offset, Some(4 * number as u64), "{header}");
        }
    }
}

#[test]
fn many_bases_that_no_cast_can_name_get_no_place() {
    let mut text = String::from("struct a { int i; };\nstruct b : a { int j; };\n");
    for number in 0..50 {
        text += &format!("struct c{number} : b, a {{ int k; }};\n");
    }
    let Some(types) = types_of_text("twice.hpp", &text) else {
        return;
    };
    for number in 0..50 {
        let class = types.record(types.find(&format!("c{number}")).unwrap());
        let offsets: Vec<_> = class
            .unwrap()
            .bases
            .iter()
            .map(|base| base.offset)
            .collect();
        assert_eq!(offsets, [Some(0), None], "c{number}");
    }
}

#[test]
fn very_many_members_take_no_time_for_each_pair_of_them() {
    let time = |count: u64| {
        let members = (0..count).map(|number| format!("int m{number};\n"));
        let text = format!("struct big {{\n{} }};\n", members.collect::<String>());
        let began = Instant::now();
        let types = types_of_text("many.h", &text)?;
        let took = began.elapsed();
        let big = types.find("big").unwrap();
        let last = types.members(big).last().unwrap().offset();
        assert_eq!(last, 4 * (count - 1));
        Some(took)
    };
    // Other work of the machine may slow one of two runs down, but hardly the second one of each of three pairs.
    let mut tried = Vec::new();
    for _ in 0..3 {
        let (Some(few), Some(many)) = (time(5000), time(40_000)) else {
            return;
        };
        // Each pair of members would take 64 times as long.
        if many < few * 24 {
            return;
        }
        tried.push((few, many));
    }
    panic!("{tried:?}");
}

#[test]
fn a_header_that_is_no_file_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let options = HeaderOptions {
        headers: vec![directory.path().to_owned()],
        ..HeaderOptions::default()
    };
    let error = types_of(&options).unwrap_err();
    assert!(matches!(error, GenerateError::Header { .. }), "{error}");
}

#[test]
fn what_never_ends_is_not_included() {
    let (directory, path) = written("first.h", "#include \"second.h\"\nint a;\n");
    let pipe = directory.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let huge = fs::File::create(directory.path().join("huge")).unwrap();
    huge.set_len(1 << 40).unwrap();
    let names = directory.path().join("names.h");
    fs::write(names, "#define NAME MEANT\n#define MEANT \"pipe\"\n").unwrap();
    for (included, why) in [
        ("#include \"/dev/zero\"", "/dev/zero is no regular file"),
        ("#include </dev/zero>", "/dev/zero is no regular file"),
        (
            "#define ENDLESS \"/dev/zero\"\n#include ENDLESS",
            "/dev/zero is no regular file",
        ),
        ("#import \"pipe\"", "pipe is no regular file"),
        ("#/**/include \"pipe\"", "pipe is no regular file"),
        (
            "#include NAME\n#include \"names.h\"",
            "pipe is no regular file",
        ),
        (
            "#include \"names.h\"\n#include NAME\n#undef NAME\n#define NAME \"names.h\"",
            "pipe is no regular file",
        ),
        (
            "#include \"names.h\"\n#define OUTER NAME\n#include OUTER",
            "pipe is no regular file",
        ),
        (
            "#define SAME(x) x\n#include SAME(\"pipe\")",
            "pipe is no regular file",
        ),
        (
            "#define A B\n#define B A\n#define B \"pipe\"\n#include A",
            "pipe is no regular file",
        ),
        (
            "#if __has_include(\"pipe\")\n#endif",
            "pipe is no regular file",
        ),
        (
            "#define HAS __has_include(\"pipe\")\n#if HAS\n#endif",
            "pipe is no regular file",
        ),
        (
            "#if __has_include(</dev/zero>)\n#endif",
            "/dev/zero is no regular file",
        ),
        (
            "#define TEXT(x) #x\n#include TEXT(pipe)",
            "pipe is no regular file",
        ),
        (
            "#pragma GCC /* a */ depen\\\ndency \"pipe\"",
            "pipe is no regular file",
        ),
        ("#pragma GCC dependency \"pipe\"", "pipe is no regular file"),
        (
            "_Pragma(\"GCC dependency \\\"pipe\\\"\")",
            "pipe is no regular file",
        ),
        (
            "# include \\\n \"huge\"",
            "huge has 1099511627776 bytes; a header has at most 67108864",
        ),
    ] {
        fs::write(
            directory.path().join("second.h"),
            format!("int b;\n{included}\n"),
        )
        .unwrap();
        let options = HeaderOptions {
            headers: vec![path.clone()],
            ..HeaderOptions::default()
        };
        match types_of(&options) {
            Err(GenerateError::Faults { text, .. }) => {
                assert!(text.contains("second.h:") && text.contains(why), "{text}");
            }
            other => panic!("{included}: {other:?}"),
        }
    }
}

#[test]
fn what_a_macro_does_not_name_as_a_file_is_no_file() {
    let (directory, path) = written("first.h", "#define NAME PIPED\n#include \"second.h\"\n");
    // A word without quotes is no file, even if there is one without its first and last letter.
    let pipe = directory.path().join("IPE");
    let made = Command::new("mkfifo").arg(pipe).status();
    assert!(made.unwrap().success());
    let text = "#if 0\n#include NAME\n#endif\nstruct T { int a; };\n";
    fs::write(directory.path().join("second.h"), text).unwrap();
    let options = HeaderOptions {
        headers: vec![path],
        include_directories: vec![directory.path().to_owned()],
        ..HeaderOptions::default()
    };
    match types_of(&options) {
        Err(GenerateError::NoClang { .. }) | Ok(_) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_header_counts_once_however_often_it_is_included() {
    let directory = tempfile::tempdir().unwrap();
    let inc = directory.path().join("inc");
    fs::create_dir(&inc).unwrap();
    let filler = format!("// {}\n", "-".repeat(77)).repeat(384);
    for number in 0..300 {
        let before = (0..number).map(|before| format!("#include \"../inc/h{before}.h\"\n"));
        let text = format!(
            "#pragma once\n{}struct S{number} {{ int a; }};\n{filler}",
            before.collect::<String>()
        );
        fs::write(inc.join(format!("h{number}.h")), text).unwrap();
    }
    let path = directory.path().join("all.h");
    let all = (0..300).map(|number| format!("#include \"h{number}.h\"\n"));
    fs::write(&path, all.collect::<String>()).unwrap();
    let options = HeaderOptions {
        headers: vec![path],
        include_directories: vec![inc],
        ..HeaderOptions::default()
    };
    match types_of(&options) {
        Err(GenerateError::NoClang { .. }) | Ok(_) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_error_in_a_header_is_shown_with_its_line() {
    let (_directory, path) = written("bad.hpp", "struct T {\n    int x\n};\n");
    let options = HeaderOptions {
        headers: vec![path],
        ..HeaderOptions::default()
    };
    match types_of(&options) {
        Err(GenerateError::NoClang { .. }) => {}
        Err(GenerateError::Faults { text, .. }) => {
            assert!(text.contains("bad.hpp:2:"), "{text}");
        }
        other => panic!("{other:?}"),
    }
}
