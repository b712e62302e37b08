//! Both readers obey an annotation in the same places: above, in front of, inside of and behind every form of declaration.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

mod harness;

use std::path::Path;

use memglass_gen::{GenerateError, Generated, Options, Reader, generate};

const PLACES: [char; 4] = ['①', '②', '③', '④'];

/// Structs: `①` to `④` are places for a comment.
const STRUCTS: &[&str] = &[
    "①\n② struct [[memglass::observe]] S {③\n    long a;\n    int b;\n};④\n",
    "①\n② struct [[memglass::observe]] S {③ long a; int b; };④\n",
    "①\n② class [[memglass::observe]] S {③\npublic:\n    long a;\n};④\n",
    "①\n② typedef struct [[memglass::observe]] {③\n    long a;\n    int b;\n} S;④\n",
    "①\n② typedef struct [[memglass::observe]] {③ long a; } S;④\n",
    "①\n② typedef struct [[memglass::observe]] S {③\n    long a;\n} S;④\n",
    "①\n② typedef struct [[memglass::observe]] Tag {③\n    long a;\n} S;④\n",
    "①\n② typedef struct [[memglass::observe]] {③\n    long a;\n} S, *SP;④\n",
    "①\n② typedef struct [[memglass::observe]] {③\n    long a;\n} *SP, S;④\n",
    "①\n② typedef struct [[memglass::observe]] S {③\n    long a;\n} SA[2];④\n",
    "①\n② extern struct [[memglass::observe]] S {③\n    long a;\n} one;④\n",
    "namespace n {\n①\n② struct [[memglass::observe]] S {③\n    long a;\n};④\n}\n",
    "namespace n {\n①\n② typedef struct [[memglass::observe]] {③\n    long a;\n} S;④\n}\n",
    "extern \"C\" {\n①\n② typedef struct [[memglass::observe]] {③\n    long a;\n} S;④\n}\n",
    "struct Out {\n①\n② struct [[memglass::observe]] S {③\n        long a;\n    };④\n    int x;\n};\n",
    "struct Out {\n①\n② typedef struct [[memglass::observe]] {③\n        long a;\n    } S;④\n    int x;\n};\n",
    "struct [[memglass::observe]] Out {\n①\n② struct S {③\n        long a;\n    } s;④\n    int x;\n};\n",
    "struct [[memglass::observe]] Out {\n①\n② struct {③\n        long a;\n    } s;④\n    int x;\n};\n",
    "①\n② typedef struct {③\n    long a;\n} S;④\nstruct [[memglass::observe]] Out { S s; };\n",
    "①\n② template <class T> struct S {③\n    T a;\n};④\nstruct [[memglass::observe]] Out { S<long> s; };\n",
    "template <class T> struct S { T a; T b; };\n①\n② template <> struct S<long> {③\n    long a;\n};④\n\
     struct [[memglass::observe]] Out { S<long> s; };\n",
    "①\n② template <class T> struct S {③\n    T a;\n};④\ntemplate <> struct S<long> { long a; long b; };\n\
     struct [[memglass::observe]] Out { S<long> s; };\n",
    "template <class T> struct S {\n①\n② struct In {③\n        T a;\n    };④\n    In in;\n};\n\
     struct [[memglass::observe]] Out { S<long> s; };\n",
];

const ON_STRUCTS: &[&str] = &[
    "@seqlock",
    "@locked",
    "@seqlock @layout(\"struct t { s64 a; };\")",
    "@readonly",
    "@seqlok",
    "@seqlock @locked",
    "@brief of another tool",
];

const ENUMS: &[&str] = &[
    "①\n② enum E : unsigned {③\n    p = 1,\n    q = 2\n};④\nstruct [[memglass::observe]] S { E e; };\n",
    "①\n② enum class E : unsigned {③ p = 1, q = 2 };④\nstruct [[memglass::observe]] S { E e; };\n",
    "①\n② typedef enum {③\n    p = 1,\n    q = 2\n} E;④\nstruct [[memglass::observe]] S { E e; };\n",
    "①\n② typedef enum Tag {③ p = 1, q = 2 } E;④\nstruct [[memglass::observe]] S { E e; };\n",
    "①\n② typedef enum E {③ p = 1, q = 2 } E;④\nstruct [[memglass::observe]] S { E e; };\n",
    "namespace n {\n①\n② typedef enum {③ p = 1, q = 2 } E;④\n}\nstruct [[memglass::observe]] S { n::E e; };\n",
    "struct [[memglass::observe]] S {\n①\n② enum E {③ p = 1, q = 2 };④\n    E e;\n};\n",
    "struct [[memglass::observe]] S {\n①\n② enum E {③ p = 1, q = 2 } e;④\n    int x;\n};\n",
    "struct [[memglass::observe]] S {\n①\n② enum {③ p = 1, q = 2 } e;④\n    int x;\n};\n",
    "struct [[memglass::observe]] S {\n①\n② typedef enum {③ p = 1, q = 2 } E;④\n    E e;\n};\n",
];

const ON_ENUMS: &[&str] = &["@flags", "@seqlock", "@flags(A=1)", "@flag", "@readonly"];

/// Members, in a struct.
const MEMBERS: &[&str] = &[
    "①\n② long a;④",
    "①\n② long a,③ b;④",
    "①\n② long a,③\n b;④",
    "①\n② char a[8];④",
    "①\n② long a[2][3];④",
    "①\n② unsigned a : 3;④",
    "①\n② unsigned a : 3,③\n        b : 4;④",
    "①\n② double a;④ long b;",
    "long b; ② double a;④",
    "①\n② In a;④",
    "①\n② In a[2],③ b;④",
    "①\n② struct {③ long x; } a;④",
    "①\n② struct {③\n        long x;\n    } a[2];④",
    "①\n② struct {③ long x; } a,\n b;④",
    "①\n② struct { struct {③ long x; } in; int y; } a;④",
    "struct {\n①\n② long x;④\n    } a;",
    "struct {\n①\n② long x;④\n    };",
    "①\n② struct {③ long x; };④",
    "①\n② struct N {③ long x; } a;④",
    "①\n② enum {③ p, q } a;④",
    "①\n② enum N {③ p, q } a;④",
    "①\n② long* a;④",
    "①\n② union alignas(8) U {③ long x; double y; } a;④",
    "①\n② union alignas(8) {③ long x; double y; } a;④",
];

const ON_MEMBERS: &[&str] = &[
    "@readonly",
    "@range(0, 5)",
    "@min(1) @max(2) @step(1)",
    "@regex(\"[a-z]+\")",
    "@enum(A=1, B=2)",
    "@flags(A=1)",
    "@format(\"%d\") @unit(\"s\") @desc(\"it\")",
    "@was(\"old\")",
    "@atomic",
    "@seqlock",
    "@locked",
    "@address",
    "@layout(\"struct t { s64 a; };\")",
    "@count(2)",
    "@variant(a)",
    "@rang(0, 5)",
];

/// What a reader makes of a header: the code, or the line and the reason of each fault.
type Made = Result<String, Vec<(u32, String)>>;

fn read(header: &Path, reader: Reader) -> Option<Made> {
    let options = Options {
        headers: vec![header.to_owned()],
        reader,
        ..Options::default()
    };
    match generate(&options) {
        Ok(Generated { text, .. }) => Some(Ok(text)),
        Err(GenerateError::Faults { text, .. } | GenerateError::NotUnderstood { text, .. }) => {
            let faults = text.lines().filter_map(|line| line.split_once(": error: "));
            let faults = faults.map(|(place, reason)| {
                let line = place.rsplit(':').nth(1).unwrap();
                (line.parse().unwrap(), reason.to_owned())
            });
            let mut faults: Vec<_> = faults.collect();
            faults.sort();
            Some(Err(faults))
        }
        Err(GenerateError::NoClang { reason }) => {
            eprintln!("not tried: {reason}");
            None
        }
        Err(other) => panic!("{other}"),
    }
}

/// Each of `notes` in each place of each form.
fn variants(forms: &[String], notes: &[&str]) -> Vec<String> {
    let mut variants = Vec::new();
    for form in forms {
        for place in PLACES.into_iter().filter(|place| form.contains(*place)) {
            for note in notes {
                let note = match place {
                    '①' => format!("// {note}"),
                    _ => format!("/* {note} */"),
                };
                let put = |c: char| match c {
                    c if c == place => note.clone(),
                    c if PLACES.contains(&c) => String::new(),
                    c => c.to_string(),
                };
                variants.push(form.chars().map(put).collect());
            }
        }
    }
    variants
}

/// Compares the readers on `variants`. Returns how many the scanner understands, how many it refuses for what is wrong in
/// them, and how many it leaves to libclang.
fn compare(variants: &[String]) -> [usize; 3] {
    let directory = tempfile::tempdir().unwrap();
    let header = directory.path().join("input.hpp");
    let read = |text: &str, reader| {
        std::fs::write(&header, text).unwrap();
        read(&header, reader)
    };
    let [mut good, mut bad, mut left] = [const { Vec::new() }; 3];
    for variant in variants {
        match read(variant, Reader::Scanner).unwrap() {
            Ok(_) => good.push(variant),
            Err(faults)
                if faults
                    .iter()
                    .any(|(_, reason)| reason.contains("the scanner")) =>
            {
                left.push(variant)
            }
            Err(_) => bad.push(variant),
        }
    }
    // Many in one header: to start libclang takes a while.
    let groups = good.chunks(100).chain(bad.chunks(20));
    for group in groups {
        let parts = group.iter().enumerate();
        let text: String = parts
            .map(|(number, part)| format!("namespace v{number} {{\n{part}}}\n"))
            .collect();
        let Some(expected) = read(&text, Reader::Clang) else {
            break;
        };
        let found = read(&text, Reader::Scanner).unwrap();
        match (found, expected) {
            (Ok(found), Ok(expected)) => {
                let lines = found.lines().zip(expected.lines());
                let differs = lines
                    .into_iter()
                    .find(|(found, expected)| found != expected);
                assert!(found == expected, "{differs:?} for\n{text}");
            }
            (found, expected) => {
                let faults = |made: Made| made.err().unwrap_or_default();
                let (found, expected) = (faults(found), faults(expected));
                let line = |line: u32| text.lines().nth(line as usize - 1).unwrap_or_default();
                let only = |one: &[(u32, String)], other: &[(u32, String)]| {
                    let only = one.iter().filter(|fault| !other.contains(fault));
                    only.map(|(at, reason)| format!("{at}: {} {reason}\n", line(*at)))
                        .collect::<String>()
                };
                let (scanner, libclang) = (only(&found, &expected), only(&expected, &found));
                assert!(
                    found == expected,
                    "only the scanner:\n{scanner}only libclang:\n{libclang}{text}"
                );
            }
        }
    }
    let counts = [good.len(), bad.len(), left.len()];
    eprintln!("{counts:?} are understood, refused and left to libclang");
    counts
}

#[test]
fn the_readers_agree_on_annotations_of_structs() {
    let forms: Vec<String> = STRUCTS.iter().map(|form| form.to_string()).collect();
    let [good, bad, _] = compare(&variants(&forms, ON_STRUCTS));
    assert!(good > 100 && bad > 100, "{good}, {bad}");
}

#[test]
fn the_readers_agree_on_annotations_of_enumerations() {
    let forms: Vec<String> = ENUMS.iter().map(|form| form.to_string()).collect();
    let [good, bad, left] = compare(&variants(&forms, ON_ENUMS));
    assert!(good > 20 && bad > 50 && left == 0, "{good}, {bad}, {left}");
}

#[test]
fn the_readers_agree_on_annotations_of_members() {
    let forms = MEMBERS.iter().map(|members| {
        format!(
            "struct In {{ int x; int y; }};\nstruct [[memglass::observe]] S {{\n    {members}\n}};\n"
        )
    });
    let [good, bad, _] = compare(&variants(&forms.collect::<Vec<_>>(), ON_MEMBERS));
    assert!(good > 200 && bad > 200, "{good}, {bad}");
}

/// What libclang makes of a text; `None` if it is not here.
fn by_libclang(text: &str) -> Option<String> {
    let generated = harness::generated_for(text)?;
    Some(generated.unwrap_or_else(|error| panic!("{error}")).text)
}

#[test]
fn a_specialisation_has_its_own_annotations() {
    for (primary, special, is_protected) in
        [("", "// @seqlock\n", true), ("// @seqlock\n", "", false)]
    {
        let text = format!(
            "{primary}template <class T> struct Box {{ T a; T b; }};\n\
             {special}template <> struct Box<long> {{ long a; }};\n\
             struct [[memglass::observe]] Row {{ Box<long> box; }};\n"
        );
        let Some(made) = by_libclang(&text) else {
            return;
        };
        assert_eq!(made.contains("PROTECTION_SEQLOCK"), is_protected, "{text}");
    }
    let text = "// @seqlock\ntemplate <class T> struct Box { T a; };\n\
                struct [[memglass::observe]] Row { Box<long> box; };\n";
    let made = by_libclang(text).unwrap_or_default();
    assert!(made.contains("PROTECTION_SEQLOCK"), "{made}");
}

#[test]
fn types_in_a_linkage_block_stay_in_their_namespace() {
    let text =
        "namespace n {\nextern \"C\" {\nstruct [[memglass::observe]] Row { long a; };\n}\n}\n";
    let Some(made) = by_libclang(text) else {
        return;
    };
    assert!(
        made.contains("namespace n {\nstruct Row_Storage {"),
        "{made}"
    );
}

#[test]
fn a_type_with_the_name_of_its_member_is_told_from_it() {
    let directory = tempfile::tempdir().unwrap();
    let header = directory.path().join("input.hpp");
    let text = "#pragma once\nstruct [[memglass::observe]] S {\n    struct in { int x; } in;\n    \
                enum side { buy, sell } side;\n    int y;\n};\n";
    std::fs::write(&header, text).unwrap();
    let found = read(&header, Reader::Scanner).unwrap();
    let said = format!("{found:?}");
    assert!(
        said.contains("the scanner does not find the definition of S::in"),
        "{said}"
    );
    let options = Options {
        headers: vec![header.clone()],
        output: Some(directory.path().join("made.hpp")),
        ..Options::default()
    };
    let Some(made) = harness::generated(&options) else {
        return;
    };
    std::fs::write(directory.path().join("made.hpp"), made.unwrap().text).unwrap();
    let main = directory.path().join("main.cpp");
    std::fs::write(&main, "#include \"made.hpp\"\nint main() {}\n").unwrap();
    for compiler in harness::compilers() {
        let main = main.to_str().unwrap();
        harness::run(harness::compile(compiler, &["-fsyntax-only", main]));
    }
}
