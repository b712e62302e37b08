//! Texts that nobody meant to be C++: nothing panics, what is printed is a fixpoint, and the time is linear.
#![allow(clippy::print_stdout, reason = "tests print what they counted")]

mod harness;

use std::time::{Duration, Instant};

use harness::headers::is_full;
use memglass_code::{Editor, File, Request, Scanner, Style};
use serde_json::Value;

/// Parses, prints twice, scans and annotates.
fn survive(text: &str) {
    let file = File::parse(text);
    let printed = Style::default().print(&file);
    let again = Style::default().print(&File::parse(&printed));
    assert!(
        printed == again,
        "not a fixpoint: {text:?}\n--- printed\n{printed}\n--- again\n{again}"
    );
    let mut scanner = Scanner::new();
    scanner.add_text("h.hpp", text);
    let _ = (scanner.records(), scanner.enums(), scanner.annotations());
    if let Some(entry) = file
        .outline()
        .into_iter()
        .find(|entry| entry.kind == "variable")
    {
        let mut editor = Editor::new();
        editor.add_text("h.hpp", text);
        let _ = editor
            .plan(&[
                Request::annotate(&entry.path, "@x"),
                Request::remove(&entry.path),
            ])
            .diff();
    }
}

fn seeds() -> Vec<String> {
    let cases: Vec<Value> = harness::cases("parse_print");
    cases
        .iter()
        .filter_map(|case| case["in"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn every_beginning_and_end_of_a_text_is_survived() {
    for text in seeds() {
        let step = if is_full() { 3 } else { 1 + text.len() / 5 };
        for at in (0..text.len())
            .step_by(step)
            .filter(|&at| text.is_char_boundary(at))
        {
            survive(&text[..at]);
            survive(&text[at..]);
        }
    }
}

#[test]
fn random_tokens_are_survived() {
    const WORDS: &[&str] = &[
        "struct",
        "S",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        ";",
        ";",
        ",",
        ":",
        "::",
        "=",
        "*",
        "&",
        "&&",
        "int",
        "a",
        "b",
        "operator",
        "template",
        "enum",
        "class",
        "namespace",
        "typedef",
        "using",
        "friend",
        "~",
        "->",
        "...",
        "[[",
        "]]",
        "const",
        "static",
        "extern",
        "\"C\"",
        "'c'",
        "1",
        "R\"(\n)\"",
        "// c\n",
        "/* c\n */",
        "#if A\n",
        "#else\n",
        "#endif\n",
        "#define X\n",
        "\n",
        "\n\n",
        "\\\n",
        "FOO",
        "FOO(x)",
        "requires",
        "public",
        "default",
        "try",
        "catch",
        "export",
        "import",
        "module",
        "auto",
        "alignas(8)",
        "__attribute__((x))",
        "<%",
        "%>",
        "@",
        "\t",
        "\r\n",
        "\"abc",
    ];
    let mut random = fastrand::Rng::with_seed(7);
    let rounds = if is_full() { 60_000 } else { 800 };
    for _ in 0..rounds {
        let count = random.usize(1..40);
        let mut text = String::new();
        for _ in 0..count {
            text.push_str(WORDS[random.usize(..WORDS.len())]);
            if random.bool() {
                text.push(' ');
            }
        }
        survive(&text);
    }
    println!("{rounds} random texts survived");
}

#[test]
fn damaged_texts_are_survived() {
    let seeds = seeds();
    let mut random = fastrand::Rng::with_seed(9);
    let rounds = if is_full() { 20_000 } else { 400 };
    for _ in 0..rounds {
        let mut text: Vec<char> = seeds[random.usize(..seeds.len())].chars().collect();
        for _ in 0..random.usize(1..6) {
            if text.is_empty() {
                break;
            }
            let at = random.usize(..text.len());
            match random.u8(..4) {
                0 => drop(text.remove(at)),
                1 => text.insert(
                    at,
                    ['{', '}', '(', ')', '<', '>', ';', '"', '#', '\n', '\\', '/']
                        [random.usize(..12)],
                ),
                2 => text[at] = char::from(random.u8(32..127)),
                _ => {
                    let end = (at + random.usize(1..20)).min(text.len());
                    let piece: Vec<char> = text[at..end].to_vec();
                    let to = random.usize(..text.len());
                    text.splice(to..to, piece);
                }
            }
        }
        survive(&text.into_iter().collect::<String>());
    }
    println!("{rounds} damaged texts survived");
}

fn time(text: &str) -> Duration {
    let start = Instant::now();
    let file = File::parse(text);
    let _ = Style::default().print(&file);
    start.elapsed()
}

/// Texts that repeat themselves, each of which would take quadratic time if something was looked for again and again.
const REPEATED: &[&str] = &[
    "{",
    "}",
    "(",
    "<",
    "[[",
    "a<",
    "a::",
    "struct A {",
    "struct A { int a; };",
    "namespace n {",
    "template <class T> ",
    "static_assert(1)\n#define X\n",
    "enum E : int\n#define X\n",
    "A = 1\n#define X\n",
    "template <class T>\n#define X\n",
    "int f(int)\n#define X\n",
    "using a = b\n#define X\n",
    "int a = {} ",
    "int a = x\n#define X\n",
    "struct A {} a = {} ",
    "enum E { A, ",
    "/* c */ ",
    "// c\n",
    "#if A\n",
    "#if A\n{\n#else\n",
    "#if A\n{\n#endif\n",
    "#else\n",
    "int a, ",
    "int *",
    "((int)",
    "R\"(",
    "\"",
    "a b c ",
    "[",
    "operator<",
    "friend ",
    "extern \"C\" ",
    "A(x)\n",
    "; ",
    "a(b<(",
    "void f(int (*",
    "=",
    "requires ",
    "@a(",
    "int a; /* @a( */ ",
    "public: ",
    "\\\n",
    "\\ ",
    "f() -> ",
    "x: ",
    "[[a]] ",
    "try {} catch (...) {} ",
    "using a = b<c>;",
    "typedef struct { int a; } A;",
    "int f(int a, int b) { return 1; }\n",
];

#[test]
fn the_time_grows_with_the_length_and_no_faster() {
    let unit = if cfg!(debug_assertions) {
        20_000
    } else {
        250_000
    };
    let in_enum = |text: String| format!("enum E {{ {text} ; }};");
    for piece in REPEATED {
        let (short, long) = (
            piece.repeat(unit / piece.len()),
            piece.repeat(4 * unit / piece.len()),
        );
        let (first, second) = (time(&short), time(&long));
        let _ = time(&in_enum(short));
        // Four times the text may take four times as long, and some noise of a busy machine; quadratic would be sixteen.
        let most =
            first * 10 + Duration::from_millis(if cfg!(debug_assertions) { 400 } else { 150 });
        assert!(
            second < most,
            "{piece:?}: {first:?}, then {second:?} for four times as much"
        );
    }
}

#[test]
fn large_texts_are_quick() {
    let structs: String = (0..2000)
        .map(|n| {
            format!("struct S{n} {{\n    long a;  // @atomic\n    int b[4];\n    char* c;\n}};\n")
        })
        .collect();
    let piece = "/// About it.\nstruct Row {\n    long price = 0;  // ticks\n    int f(int a, const char* b) const { return a; }\n};\n";
    // Without optimisation everything takes many times as long: the figures are for the release build.
    let (length, rounds, slower) = if cfg!(debug_assertions) {
        (100_000, 1, 40)
    } else {
        (1_000_000, 5, 1)
    };
    let text = piece.repeat(length / piece.len() + 1);
    let parse = |text: &str| {
        let once = || {
            let start = Instant::now();
            let _ = File::parse(text);
            start.elapsed()
        };
        (0..rounds).map(|_| once()).min().unwrap_or_default()
    };
    let (small, large) = (parse(&structs), parse(&text));
    let both = time(&text);
    println!(
        "2000 structs in {small:?}; {} bytes in {large:?}, with printing {both:?}",
        text.len()
    );
    assert!(
        small < Duration::from_millis(25) * slower,
        "2000 structs took {small:?}"
    );
    assert!(
        large < Duration::from_millis(200) * slower,
        "{} bytes took {large:?}",
        text.len()
    );
}

/// Texts that are short, and ask for much.
fn greedy() -> Vec<(&'static str, String)> {
    let all = |count: usize, one: &dyn Fn(usize) -> String| (1..count).map(one).collect::<String>();
    vec![
        (
            "bases that come later",
            all(20_000, &|i| {
                format!("struct S{i} : S{} {{ int a; }};\n", i + 1)
            }),
        ),
        (
            "members that come later",
            all(20_000, &|i| format!("struct S{i} {{ S{} m; }};\n", i + 1)),
        ),
        (
            "one definition many times",
            "struct S { int a; };\n".repeat(3000),
        ),
        (
            "one definition in many branches",
            format!(
                "#if A\n{}#endif\n",
                "#elif B\nstruct S { int a; };\n".repeat(3000)
            ),
        ),
        (
            "numbers of numbers",
            format!(
                "enum {{ a0 = 1{} }};\nstruct S {{ char a[a3999]; }};\n",
                all(4000, &|i| format!(", a{i} = (a{} + a{0}) % 9", i - 1))
            ),
        ),
        (
            "constants of constants",
            format!(
                "constexpr int n0 = 1;\n{}struct S {{ char a[n31]; }};\n",
                all(32, &|i| format!(
                    "constexpr int n{i} = n{} + n{0};\n",
                    i - 1
                ))
            ),
        ),
        (
            "defines of defines",
            format!(
                "#define N0 1\n{}struct S {{ char a[N63]; }};\n",
                all(64, &|i| format!("#define N{i} (N{} + N{0})\n", i - 1))
            ),
        ),
        (
            "aliases of aliases",
            format!(
                "using A0 = char;\n{}struct S {{ A31 a; }};\n",
                all(32, &|i| format!(
                    "using A{i} = char[sizeof(A{}) + sizeof(A{0})];\n",
                    i - 1
                ))
            ),
        ),
        (
            "a name of many records",
            format!(
                "constexpr int size = 4;\nstruct S0 {{ int a; }};\n{}",
                all(2000, &|i| format!(
                    "struct S{i} : S{} {{ char t{i}[size]; }};\nstruct Q{i} {{ int size; }};\n",
                    i - 1
                ))
            ),
        ),
    ]
}

#[test]
fn what_a_short_text_asks_for_has_a_limit() {
    for (what, text) in greedy() {
        let start = Instant::now();
        let mut scanner = Scanner::new();
        scanner.add_text("h.hpp", &text);
        let types = scanner.types();
        let took = start.elapsed();
        assert!(!types.records.is_empty(), "{what}");
        assert!(took < Duration::from_secs(20), "{what}: {took:?}");
    }
}
