//! More layouts, in a shorter form than the case files: what is read, refused, printed, written and made of each.
#![allow(clippy::unwrap_used)] // A test says by its panic what is wrong.

mod support;

use memglass_layouts::{Force, Layout, Limits, Record, RootError};
use support::{brief, from_json, hex, map};

/// All cases that fail, told at once.
fn all(cases: &[(&str, &str, &str)], run: impl Fn(&str, &str) -> String) {
    let failed: Vec<String> = cases
        .iter()
        .filter_map(|(input, on, expected)| {
            let found = run(input, on);
            (found != *expected).then(|| {
                format!("{input}\n  on       {on}\n  found    {found}\n  expected {expected}")
            })
        })
        .collect();
    assert!(
        failed.is_empty(),
        "{} of {} failed:\n{}",
        failed.len(),
        cases.len(),
        failed.join("\n")
    );
}

fn layout(text: &str) -> Layout {
    Layout::parse(text).unwrap_or_else(|error| panic!("{}", error.with_caret(text)))
}

/// The first struct of the text.
fn first(layout: &Layout) -> memglass_layouts::Root {
    layout.root(layout.structs().next().unwrap()).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    support::bytes(&hex.replace(' ', "").into())
}

/// The leaves as `path=value`, the faults as `path!Kind`, the size behind `|`.
#[test]
fn what_is_read() {
    all(READS, |text, on| {
        let layout = layout(text);
        let bytes = bytes(on);
        brief(&Record::new(
            &layout,
            first(&layout),
            &bytes,
            Limits::default(),
        ))
    });
}

/// Line and column, what it is about, the name, the hint.
#[test]
fn what_is_refused() {
    all(REFUSED, |text, root| {
        let error = match Layout::parse(text) {
            Err(error) => error,
            Ok(layout) => match layout.root(root) {
                Err(RootError::NeedsParent { mistake, .. }) => mistake,
                _ => return "nothing".to_owned(),
            },
        };
        let hint = error
            .hint
            .as_ref()
            .map(|hint| format!(" ({hint})"))
            .unwrap_or_default();
        format!(
            "{}:{} {} {}{hint}",
            error.line,
            error.column,
            error.about.word(),
            error.name
        )
    });
}

/// With line breaks and indents left out.
#[test]
fn what_is_printed() {
    all(PRINTED, |text, _| {
        layout(text)
            .text()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    });
}

#[test]
fn what_is_written() {
    for (text, on, write, expected) in WRITTEN {
        let layout = layout(text);
        let (path, value) = write.split_once('=').unwrap();
        let (path, force) = path
            .strip_prefix('!')
            .map_or((path, Force::No), |path| (path, Force::Yes));
        let bytes = bytes(on);
        let record = Record::new(&layout, first(&layout), &bytes, Limits::default());
        let value = from_json(&serde_json::from_str(value).unwrap());
        let found = match record.written(&[(path, value)], force) {
            Ok(written) => hex(&written),
            Err(error) => format!("{}!{}", error.path(), error.word()),
        };
        assert_eq!(found, expected.replace(' ', ""), "{text} {write}");
    }
}

#[test]
fn what_is_made() {
    all(MADE, |text, json| {
        let layout = layout(text);
        match layout.build(
            first(&layout),
            &map(&serde_json::from_str(json).unwrap()),
            64,
        ) {
            Ok(made) => hex(&made),
            Err(error) => format!("{}!{}", error.path(), error.word()),
        }
    });
}

const READS: &[(&str, &str, &str)] = &[
    // Numbers.
    (
        "struct a { u24 x; be u24 y; s24 z; };",
        "010203 010203 ffffff",
        "x=197121 y=66051 z=-1 | 9",
    ),
    (
        "struct a { s48 x; be s48 y; };",
        "feffffffffff fffffffffffe",
        "x=-2 y=-2 | 12",
    ),
    (
        "struct a { u96 x; s96 y; };",
        "ffffffffffffffffffffffff ffffffffffffffffffffffff",
        "x=79228162514264337593543950335 y=-1 | 24",
    ),
    (
        "struct a { be double x; le double y; };",
        "3ff8000000000000 000000000000f83f",
        "x=1.5 y=1.5 | 16",
    ),
    (
        "struct a { be f16 x; f16 y; };",
        "c000 ff7b",
        "x=-2.0 y=65504.0 | 4",
    ),
    (
        "#pragma endian big\nstruct a { u16 x; e y; B z; char t[2]; }; enum e : u16 { P = 1 }; bitfield B { l : 4; h : 12; };",
        "0102 0001 0102 6162",
        "x=258 y=P z.l=2 z.h=16 t=ab | 8",
    ),
    (
        "struct a { be u16 v[2]; le u16 w[2]; };",
        "00010002 01000200",
        "v[0]=1 v[1]=2 w[0]=1 w[1]=2 | 8",
    ),
    (
        "struct a { char c; u8 d[c - 'a' + 1]; };",
        "62 0102",
        "c=b d[0]=1 d[1]=2 | 3",
    ),
    ("struct a { char c; };", "ff", "c=\u{fffd} | 1"),
    (
        "struct a { bool v[3]; };",
        "000107",
        "v[0]=false v[1]=true v[2]=true | 3",
    ),
    // Expressions.
    (
        "struct a { u8 x; u8 d[x | 1 & 2]; };",
        "01 07",
        "x=1 d[0]=7 | 2",
    ),
    (
        "struct a { u8 x; u8 d[x ^ 3]; };",
        "02 07",
        "x=2 d[0]=7 | 2",
    ),
    (
        "struct a { u8 x; u8 d[!x]; u8 e[!!x]; };",
        "07 08",
        "x=7 e[0]=8 | 2",
    ),
    (
        "struct a { u8 x; u8 d[x ? x > 1 ? 2 : 1 : 0]; };",
        "02 0809",
        "x=2 d[0]=8 d[1]=9 | 3",
    ),
    (
        "struct a { u8 x; u8 d[x << 1 >> 1]; };",
        "01 08",
        "x=1 d[0]=8 | 2",
    ),
    (
        "struct a { u8 x; u8 d[x - -1]; };",
        "00 08",
        "x=0 d[0]=8 | 2",
    ),
    (
        "struct a { s8 x; u8 d[x % 3 + 3]; };",
        "ff 0809",
        "x=-1 d[0]=8 d[1]=9 | 3",
    ),
    (
        "struct a { u8 x; u8 d[x || 1 / x]; };",
        "01 08",
        "x=1 d[0]=8 | 2",
    ),
    (
        "struct a { u8 x; u8 d[x || 1 / x]; };",
        "00 08",
        "x=0 d!DivisionByZero | -",
    ),
    (
        "struct a { u8 x; u8 d[x % (x - 1)]; };",
        "01 08",
        "x=1 d!DivisionByZero | -",
    ),
    (
        "struct a { u8 x; u8 d[1 << x - 1]; };",
        "00 08",
        "x=0 d!Overflow | -",
    ),
    (
        "struct a { s128 x; u8 d[-x]; };",
        "00000000000000000000000000000080",
        "x=-170141183460469231731687303715884105728 d!Overflow | -",
    ),
    (
        "struct a { s128 x; u8 d[x % -1]; u8 e[x / -1]; };",
        "00000000000000000000000000000080",
        "x=-170141183460469231731687303715884105728 e!Overflow | -",
    ),
    (
        "struct a { u8 v[3]; u8 d[v[v[0]]]; };",
        "020001 08",
        "v[0]=2 v[1]=0 v[2]=1 d[0]=8 | 4",
    ),
    (
        "struct a { u8 v[3]; u8 d[v[v[0] - 1]]; };",
        "000001",
        "v[0]=0 v[1]=0 v[2]=1 d!BadCount | -",
    ),
    (
        "struct a { h v[2]; u8 d[v[1].n]; }; struct h { u8 k; u8 n; };",
        "0000 0101 08",
        "v[0].k=0 v[0].n=0 v[1].k=1 v[1].n=1 d[0]=8 | 5",
    ),
    (
        "struct a { char s[2] : 2; u8 d[s[1][0] - '0']; };",
        "6162 3163 08",
        "s[0]=ab s[1]=1c d[0]=8 | 5",
    ),
    (
        "struct a { u8 n; u8 pad[0]; u8 d[$]; };",
        "00 0102",
        "n=0 d[0]=1 | 2",
    ),
    // Arrays.
    ("struct a { u8 n; e v[n]; }; struct e { };", "03", "n=3 | 1"),
    (
        "struct a { u8 n; u16 d[n] : 4; };",
        "02 01020304 05060708",
        "n=2 d[0]=01020304 d[1]=05060708 | 9",
    ),
    (
        "struct a { u8 n; u16 d[n] : n; };",
        "03 010203",
        "n=3 d[0]!BadCount | -",
    ),
    (
        "struct a { u8 n; u8 d[n] : i; u8 z; };",
        "03 010203 09",
        "n=3 d[0]= d[1]=01 d[2]=0203 z=9 | 5",
    ),
    (
        "struct a { u8 n; u8 d[n] : 2; };",
        "02 010203",
        "n=2 d[0]=0102 d[1]!Truncated | -",
    ),
    (
        "struct a { u8 n; u8 d[n] : 1 - i; };",
        "03 0102",
        "n=3 d[0]=01 d[1]= d[2]!BadCount | -",
    ),
    (
        "struct a { e v[until e::Z]; u8 z; }; enum e : u8 { Z = 9, Y = 1 };",
        "0107 09 05",
        "v[0]=Y v[1]=7 z=5 | 4",
    ),
    ("struct a { u16 v[]; };", "0100 0001 00", "v!Truncated | -"),
    ("struct a { u16 v[]; };", "0100 0000 00", "v[0]=1 | 4"),
    (
        "struct a { char t[until '\\n']; char u[until 0xff]; };",
        "6100 0a 62 ff",
        "t=a u=b | 5",
    ),
    ("struct a { char t[3]; };", "61e282", "t=a\u{fffd} | 3"),
    (
        "struct a { u8 n; struct { u8 k; } v[n]; };",
        "02 0708",
        "n=2 v[0].k=7 v[1].k=8 | 3",
    ),
    (
        "struct a { u8 n; p v[n]; }; struct p { u8 x; u16 y; };",
        "02 010200 0304",
        "n=2 v!Truncated | -",
    ),
    (
        "struct a { u8 n; v w[n]; u8 z; }; struct v { u8 k; u8 d[k]; };",
        "02 0109 02 05",
        "n=2 w[0].k=1 w[0].d[0]=9 w[1].k=2 w[1].d!Truncated | -",
    ),
    // Structs of known size.
    (
        "struct a { u8 n; s x : n; u8 z; }; struct s { u8 m; u8 d[m]; };",
        "03 0209 0a 05",
        "n=3 x.m=2 x.d[0]=9 x.d[1]=10 z=5 | 5",
    ),
    (
        "struct a { u8 n; s x : n - 1; u8 z; }; struct s { u8 m; };",
        "00 01",
        "n=0 x!BadCount | -",
    ),
    (
        "struct a { u8 n; s x : n; u8 z; }; struct s { u8 m; };",
        "04 010203",
        "n=4 x!Truncated | -",
    ),
    (
        "struct a { u8 n; s x : n; u8 z; }; struct s { u8 m; };",
        "00 05",
        "n=0 x.m!Truncated z=5 | 2",
    ),
    ("struct a { u8 x; } [[fixed_size(3)]];", "010203", "x=1 | 3"),
    (
        "struct a { u8 x; } [[fixed_size(3)]];",
        "0102",
        "!Truncated | -",
    ),
    (
        "struct a { u8 n; u8 d[n]; } [[fixed_size(2)]];",
        "050000",
        "n=5 d!Truncated | 2",
    ),
    (
        "struct a { u8 n; b v[n]; u8 z; }; struct b { u8 k; match (k) { (1): u8 x; } } [[fixed_size(2)]];",
        "02 0500 0107 09",
        "n=2 v[0].k=5 v[0].match!NoVariant v[1].k=1 v[1].x=7 z=9 | 6",
    ),
    // Offsets.
    (
        "struct a { u8 n; align(4); u8 x; align(4); };",
        "01 000000 05 000000",
        "n=1 x=5 | 8",
    ),
    (
        "struct a { u8 n; align(4); };",
        "01 0000",
        "n=1 align!Truncated | -",
    ),
    (
        "struct a { u8 n; padding[n]; };",
        "02 00",
        "n=2 padding!Truncated | -",
    ),
    (
        "struct a { u8 n; padding[1 / n]; };",
        "00",
        "n=0 padding!DivisionByZero | -",
    ),
    (
        "struct a { u8 x; b y; }; struct b { u8 n; struct { u8 p; align(2); u8 q; }; };",
        "01 02 03 04",
        "x=1 y.n=2 y.p=3 y.q=4 | 4",
    ),
    // Variants and inheritance.
    (
        "struct a { u8 k; match (k) { (0 ... 3, 9): u8 x; (_): { } } u8 z; };",
        "09 05 06",
        "k=9 x=5 z=6 | 3",
    ),
    (
        "struct a { u8 k; match (k) { (_): none; (1): u8 x; } u8 z; };",
        "01 05 06",
        "k=1 x=5 z=6 | 3",
    ),
    (
        "struct a { s8 k; match (k) { (-2 ... -1): u8 x; (_): none; } };",
        "ff 05",
        "k=-1 x=5 | 2",
    ),
    (
        "struct a { u8 k; match (1 / k) { (_): none; } };",
        "00",
        "k=0 match!DivisionByZero | -",
    ),
    (
        "struct a { u8 n; match (n) { (1): u8 n; (_): none; } u8 d[n]; };",
        "01 02 0506",
        "n=1 n=2 d[0]=5 d[1]=6 | 4",
    ),
    (
        "struct a { u8 n; match (n) { (1): u8 n; (_): none; } u8 d[n]; };",
        "02 0506",
        "n=2 d[0]=5 d[1]=6 | 3",
    ),
    (
        "struct a { u8 k; match (k) { (1): b; (_): none; } }; struct b { u8 n; u8 d[n]; };",
        "01 02 0506",
        "k=1 n=2 d[0]=5 d[1]=6 | 4",
    ),
    (
        "struct c : b { u8 z; }; struct b : a { u8 y; }; struct a { u8 x; };",
        "010203",
        "x=1 y=2 z=3 | 3",
    ),
    (
        "struct b : a { u8 y; }; struct a { u8 k; match (k) { (1): b; (_): none; } };",
        "01 05 06",
        "k=1 y=5 | 2",
    ),
    (
        "struct a { u8 k; match (k) { (1): c; (_): none; } }; struct b : a { u8 y; }; struct c : b { u8 z; };",
        "01 05 06",
        "k=1 y=5 z=6 | 3",
    ),
    (
        "struct o { u8 n; h x; u8 d[x.m]; }; struct h { u8 k; match (k) { (0): u8 m; (_): be u16 m; } };",
        "00 01 0002 0506",
        "n=0 x.k=1 x.m=2 d[0]=5 d[1]=6 | 6",
    ),
    // Parents.
    (
        "struct a { u8 n; match (n) { (_): b; } }; struct b { u8 m; c x; }; struct c { u8 d[parent.m]; };",
        "01 02 0506",
        "n=1 m=2 x.d[0]=5 x.d[1]=6 | 4",
    ),
    (
        "struct a { u8 n; b x; }; struct b { match (1) { (_): c; } }; struct c { u8 d[parent.n]; };",
        "02 0506",
        "n=2 x.d[0]=5 x.d[1]=6 | 3",
    ),
    (
        "struct a { u8 n; b v[n] : parent_size; }; const u8 parent_size = 2; struct b { u8 d[parent.n]; };",
        "02 0506 0708",
        "n=2 v[0].d[0]=5 v[0].d[1]=6 v[1].d[0]=7 v[1].d[1]=8 | 5",
    ),
    (
        "struct d : a { u8 m; }; struct a { u8 n; b x; }; struct b { u8 v[parent.n]; };",
        "01 05 06",
        "n=1 x.v[0]=5 m=6 | 3",
    ),
    // Bitfields.
    (
        "bitfield F { a : 1; padding : 6; b : 1; }; struct s { F f; };",
        "81",
        "f.a=1 f.b=1 | 1",
    ),
    (
        "bitfield F { a : 64; b : 64; }; struct s { F f; };",
        "ffffffffffffffff 0100000000000000",
        "f.a=18446744073709551615 f.b=1 | 16",
    ),
    (
        "bitfield F { E e : 2; signed s : 1; }; enum E : s8 { N = -1, Z }; struct s { F f; u8 d[f.e + 2]; };",
        "07 05",
        "f.e=N f.s=-1 d[0]=5 | 2",
    ),
    (
        "bitfield F { a : 4; b : 4; c : 4; }; struct s { be F f; };",
        "0123",
        "f.a=3 f.b=2 f.c=1 | 2",
    ),
    (
        "bitfield F { n : 2; m : 6; }; struct s { F v[2]; u8 d[v[1].n]; };",
        "00 01 09",
        "v[0].n=0 v[0].m=0 v[1].n=1 v[1].m=0 d[0]=9 | 3",
    ),
    (
        "bitfield F { n : 2; }; struct s { F f; u8 d[f]; };",
        "05 01020304 05",
        "f.n=1 d[0]=1 d[1]=2 d[2]=3 d[3]=4 d[4]=5 | 6",
    ),
];

const REFUSED: &[(&str, &str, &str)] = &[
    ("struct a { u8 x; }", "", "1:19 syntax "),
    ("struct a { u8 x };", "", "1:17 syntax }"),
    ("u8 x;", "", "1:1 syntax u8"),
    ("struct a { u8 ; };", "", "1:15 syntax ;"),
    ("struct a { u8 d[]; u8 e[; };", "", "1:25 syntax ;"),
    ("struct a { u8 d[1 +]; };", "", "1:20 syntax ]"),
    ("/* open", "", "1:1 syntax /*"),
    ("struct a { u8 x; }; /", "", "1:21 syntax /"),
    ("struct a { u8 é; };", "", "1:15 syntax é"),
    ("// é\nstruct é", "", "2:8 syntax é"),
    ("struct a { u8 d[0x]; };", "", "1:17 syntax 0x"),
    ("struct a { u8 d[12z]; };", "", "1:17 syntax 12z"),
    ("struct a { u8 d['ab']; };", "", "1:17 syntax '"),
    (
        "struct a { u8 d[99999999999999999999999999999999999999999]; };",
        "",
        "1:17 range 99999999999999999999999999999999999999999",
    ),
    ("struct struct { };", "", "1:8 reserved struct"),
    ("enum u8 : u8 { };", "", "1:6 reserved u8"),
    ("struct a { u8 parent; };", "", "1:15 reserved parent"),
    ("struct a { u8 i16; };", "", "1:15 reserved i16"),
    (
        "bitfield b { unsigned align : 1; };",
        "",
        "1:23 reserved align",
    ),
    ("struct a { u8 x[1][2]; };", "", "1:19 unsupported ["),
    ("union a { u8 x; };", "", "1:1 unsupported union"),
    (
        "struct a { u8 x; if (x) u8 y; };",
        "",
        "1:18 unsupported if",
    ),
    (
        "#include <std>\nstruct a { };",
        "",
        "1:2 unsupported include",
    ),
    (
        "struct a { u8 x; } [[packed]];",
        "",
        "1:22 unsupported packed",
    ),
    ("enum e : u8 { A, A };", "", "1:18 duplicate A"),
    ("bitfield b { x : 1; x : 2; };", "", "1:21 duplicate x"),
    (
        "const u8 N = 1; struct a { u8 N; };",
        "",
        "1:31 duplicate N",
    ),
    (
        "struct a { struct { u8 x; }; u8 x; };",
        "",
        "1:33 duplicate x",
    ),
    (
        "struct a { u8 k; match (k) { (1): u8 x; (_): none; } u8 x; };",
        "",
        "1:57 duplicate x",
    ),
    (
        "struct a { u8 k; match (k) { (1): b; (_): none; } u8 x; }; struct b { u8 x; };",
        "",
        "1:54 duplicate x",
    ),
    ("struct a { b x; };", "", "1:12 unknown b (a)"),
    (
        "struct a : bas { }; struct base { };",
        "",
        "1:12 unknown bas (base)",
    ),
    ("struct a { u8 x[K::A]; };", "", "1:17 unknown K (a)"),
    (
        "enum Kind : u8 { Ping }; struct a { u8 x[Kind::Pong]; };",
        "",
        "1:48 unknown Pong (Ping)",
    ),
    (
        "struct a { h x; u8 d[x.len]; }; struct h { u8 n; };",
        "",
        "1:24 unknown len",
    ),
    (
        "struct a { u8 n; u8 d[sizeof(v)]; };",
        "",
        "1:30 unknown v (a)",
    ),
    ("const u8 A = B; const u8 BB = 1;", "", "1:14 unknown B (A)"),
    ("struct a { u8 d[d]; };", "", "1:17 early d"),
    (
        "struct a { match (k) { (_): none; } u8 k; };",
        "",
        "1:19 early k",
    ),
    (
        "struct a { u8 k; match (k) { (1): u8 n; (2): u8 d[n]; } };",
        "",
        "1:51 partial n",
    ),
    (
        "struct a { h x; u8 d[x.n]; }; struct h { u8 k; match (k) { (1): u8 n; (_): none; } };",
        "",
        "1:24 partial n",
    ),
    (
        "struct a { h x; u8 d[x]; }; struct h { u8 n; };",
        "",
        "1:22 integer x",
    ),
    ("struct a { u8 n; u8 d[n[0]]; };", "", "1:23 integer n"),
    ("struct a { float v[until 0]; };", "", "1:18 integer v"),
    ("const float X = 1;", "", "1:7 integer float"),
    ("struct a { u8 n; u8 v[until n]; };", "", "1:29 constant n"),
    (
        "struct a { u8 n; match (n) { (n): none; } };",
        "",
        "1:31 constant n",
    ),
    (
        "struct a { u8 n; } [[fixed_size(n)]];",
        "",
        "1:33 constant n",
    ),
    ("struct a { align($); };", "", "1:18 constant $"),
    ("struct a : e { }; enum e : u8 { };", "", "1:12 struct e"),
    (
        "struct a { u8 k; match (k) { (1): e; } }; enum e : u8 { };",
        "",
        "1:35 struct e",
    ),
    ("struct a { u8 x : 2; };", "", "1:15 struct x"),
    (
        "struct a { u8 d[sizeof(v)]; }; struct v { u8 n; u8 d[n]; };",
        "",
        "1:24 fixed v",
    ),
    ("struct a { u32 x; } [[fixed_size(3)]];", "", "1:34 fixed a"),
    (
        "struct a { le struct { u8 x; } y; };",
        "",
        "1:12 endian struct",
    ),
    ("const u8 N = 256;", "", "1:10 range N"),
    ("const u8 N = 1 / 0;", "", "1:14 range 1"),
    ("bitfield b { x : 65; };", "", "1:18 range x"),
    ("bitfield b { x : 64; y : 64; z : 1; };", "", "1:34 range z"),
    ("struct a { align(3); };", "", "1:18 range align"),
    ("struct a { u8 v[until 256]; };", "", "1:23 range v"),
    (
        "struct a { u8 k; match (k) { (3 ... 1): none; } };",
        "",
        "1:31 range 3 ... 1",
    ),
    ("struct a { u8 v[0 - 1]; };", "", "1:17 negative v"),
    ("struct a { a x; };", "", "1:12 cyclic a"),
    ("struct a : b { }; struct b : a { };", "", "1:12 cyclic b"),
    (
        "struct a { u8 k; match (k) { (1): a; } };",
        "",
        "1:35 cyclic a",
    ),
    ("const u8 A = B; const u8 B = A;", "", "1:30 cyclic A"),
    ("struct a { u8 d[sizeof(a)]; };", "", "1:17 cyclic a"),
    (
        "struct a { u8 k; match (k) { (1): none; (0 ... 9): none; } };",
        "",
        "1:42 overlap 0 ... 9",
    ),
    (
        "struct a { u8 k; match (k) { (_): none; (_): none; } };",
        "",
        "1:42 overlap _",
    ),
    (
        "struct a { u8 k; match (k) { (1): b; } u8 z; }; struct b : a { };",
        "",
        "1:35 last b",
    ),
    (
        "struct a { u8 x; b y; }; struct b { u8 d[parent.n]; };",
        "",
        "1:42 parent parent.n",
    ),
    (
        "struct a { b y; u8 n; }; struct b { u8 d[parent.n]; };",
        "",
        "1:42 parent parent.n",
    ),
    (
        "struct a { u8 n; b y; }; struct b { c z; }; struct c { u8 d[parent.parent.n]; };",
        "b",
        "1:61 parent parent.parent.n",
    ),
];

const PRINTED: &[(&str, &str, &str)] = &[
    ("struct a{u8 x;};", "", "struct a { u8 x; };"),
    (
        "const u8 N=0x10;const i8 M=-(1);",
        "",
        "const u8 N = 16; const s8 M = -1;",
    ),
    (
        "struct a { u8 n; u8 d[((n))+(1*2)]; };",
        "",
        "struct a { u8 n; u8 d[n + 1 * 2]; };",
    ),
    (
        "struct a { u8 n; u8 d[(n+1)*2]; };",
        "",
        "struct a { u8 n; u8 d[(n + 1) * 2]; };",
    ),
    (
        "struct a { u8 n; u8 d[n-(n-1)]; };",
        "",
        "struct a { u8 n; u8 d[n - (n - 1)]; };",
    ),
    (
        "struct a { u8 n; u8 d[(n-n)-1+4]; };",
        "",
        "struct a { u8 n; u8 d[n - n - 1 + 4]; };",
    ),
    (
        "struct a { u8 n; u8 d[n?(1):(n?2:3)]; };",
        "",
        "struct a { u8 n; u8 d[n ? 1 : n ? 2 : 3]; };",
    ),
    (
        "struct a { u8 n; u8 d[(n?1:2)?3:4]; };",
        "",
        "struct a { u8 n; u8 d[(n ? 1 : 2) ? 3 : 4]; };",
    ),
    (
        "struct a { u8 n; u8 d[-(n+1)+~n+!n+9]; };",
        "",
        "struct a { u8 n; u8 d[-(n + 1) + ~n + !n + 9]; };",
    ),
    (
        "struct a { u8 n; u8 d[n&(n==1)|(n&n)]; };",
        "",
        "struct a { u8 n; u8 d[n & n == 1 | n & n]; };",
    ),
    (
        "struct a { le u16 x; be u8 y; be s32 z; };",
        "",
        "struct a { u16 x; u8 y; be s32 z; };",
    ),
    (
        "#pragma endian big\nstruct a { le u16 x; u16 y; b z; f32 w; }; struct b { };",
        "",
        "struct a { u16 x; be u16 y; b z; be float w; }; struct b { };",
    ),
    (
        "struct a { i8 x, y[2], z[]; };",
        "",
        "struct a { s8 x; s8 y[2]; s8 z[until 0]; };",
    ),
    (
        "struct a { u8 k; match(k){(1|2):{u8 x;}(_):{}}; };",
        "",
        "struct a { u8 k; match (k) { (1, 2): u8 x; (_): none; } };",
    ),
    (
        "struct a { u8 k; match(k){((1|2)):none;} };",
        "",
        "struct a { u8 k; match (k) { ((1 | 2)): none; } };",
    ),
    (
        "struct a { u8 k; match(k){(0):{u8 x;u8 y;}(1):b;} }; struct b{};",
        "",
        "struct a { u8 k; match (k) { (0): { u8 x; u8 y; } (1): b; } }; struct b { };",
    ),
    (
        "enum e:u8{A,B=5,C,};",
        "",
        "enum e : u8 { A = 0, B = 5, C = 6, };",
    ),
    ("enum e:s8{A=-1,B};", "", "enum e : s8 { A = -1, B = 0, };"),
    (
        "bitfield f{unsigned a:1;bool b:1;signed c:2;padding:4;e d:8;};enum e:u8{};",
        "",
        "bitfield f { a : 1; bool b : 1; signed c : 2; padding : 4; e d : 8; }; enum e : u8 { };",
    ),
    (
        "struct a{struct{u8 x;};struct{u8 y;}z;}[[fixed_size(1+3)]];",
        "",
        "struct a { struct { u8 x; }; struct { u8 y; } z; } [[fixed_size(1 + 3)]];",
    ),
    (
        "struct a{u8 n;char t[n]:i+1;b x:n;};struct b{};",
        "",
        "struct a { u8 n; char t[n] : i + 1; b x : n; }; struct b { };",
    ),
    (
        "struct a{padding[1];align(4);u8 d[$];};",
        "",
        "struct a { padding[1]; align(4); u8 d[$]; };",
    ),
];

const MESSAGE: &str = "struct m { u8 k; u8 n; be u16 d[n]; char t[4]; char z[]; E e; F f; bool b; f16 h; }; enum E : u8 { A, B }; bitfield F { a : 3; signed s : 3; bool c : 1; E e : 1; };";
const MESSAGE_BYTES: &str = "07 02 00010002 68690000 616200 01 00 01 003c";

const WRITTEN: &[(&str, &str, &str, &str)] = &[
    (
        MESSAGE,
        MESSAGE_BYTES,
        "k=255",
        "ff 02 00010002 68690000 616200 01 00 01 003c",
    ),
    (MESSAGE, MESSAGE_BYTES, "k=-1", "k!BadValue"),
    (MESSAGE, MESSAGE_BYTES, "k=\"x\"", "k!BadValue"),
    (MESSAGE, MESSAGE_BYTES, "k=1.5", "k!BadValue"),
    (MESSAGE, MESSAGE_BYTES, "n=2", "n!LayoutField"),
    (MESSAGE, MESSAGE_BYTES, "!n=300", "n!BadValue"),
    (
        MESSAGE,
        MESSAGE_BYTES,
        "d=[3, 4]",
        "07 02 00030004 68690000 616200 01 00 01 003c",
    ),
    (MESSAGE, MESSAGE_BYTES, "d=[3]", "d!BadCount"),
    (MESSAGE, MESSAGE_BYTES, "d=7", "d!BadValue"),
    (MESSAGE, MESSAGE_BYTES, "d=[3, 65536]", "d[1]!BadValue"),
    (MESSAGE, MESSAGE_BYTES, "d[2]=1", "d[2]!NoField"),
    (
        MESSAGE,
        MESSAGE_BYTES,
        "t=\"four\"",
        "07 02 00010002 666f7572 616200 01 00 01 003c",
    ),
    (
        MESSAGE,
        MESSAGE_BYTES,
        "t=\"\"",
        "07 02 00010002 00000000 616200 01 00 01 003c",
    ),
    (MESSAGE, MESSAGE_BYTES, "t=\"a\\u0000\"", "t!BadValue"),
    (MESSAGE, MESSAGE_BYTES, "t=\"ééé\"", "t!BadCount"),
    (
        MESSAGE,
        MESSAGE_BYTES,
        "t[0]=\"H\"",
        "07 02 00010002 48690000 616200 01 00 01 003c",
    ),
    (MESSAGE, MESSAGE_BYTES, "t[4]=\"H\"", "t[4]!NoField"),
    (
        MESSAGE,
        MESSAGE_BYTES,
        "z=\"cd\"",
        "07 02 00010002 68690000 636400 01 00 01 003c",
    ),
    (MESSAGE, MESSAGE_BYTES, "z=\"c\"", "z!BadCount"),
    (MESSAGE, MESSAGE_BYTES, "z=\"abc\"", "z!BadCount"),
    (MESSAGE, MESSAGE_BYTES, "z=\"c\\u0000\"", "z!BadValue"),
    (
        MESSAGE,
        MESSAGE_BYTES,
        "e=\"A\"",
        "07 02 00010002 68690000 616200 00 00 01 003c",
    ),
    (
        MESSAGE,
        MESSAGE_BYTES,
        "e=9",
        "07 02 00010002 68690000 616200 09 00 01 003c",
    ),
    (MESSAGE, MESSAGE_BYTES, "e=\"C\"", "e!BadValue"),
    (
        MESSAGE,
        MESSAGE_BYTES,
        "f.s=-4",
        "07 02 00010002 68690000 616200 01 20 01 003c",
    ),
    (MESSAGE, MESSAGE_BYTES, "f.s=4", "f.s!BadValue"),
    (
        MESSAGE,
        MESSAGE_BYTES,
        "f.c=true",
        "07 02 00010002 68690000 616200 01 40 01 003c",
    ),
    (
        MESSAGE,
        MESSAGE_BYTES,
        "f.e=\"B\"",
        "07 02 00010002 68690000 616200 01 80 01 003c",
    ),
    (
        MESSAGE,
        MESSAGE_BYTES,
        "f=255",
        "07 02 00010002 68690000 616200 01 ff 01 003c",
    ),
    (MESSAGE, MESSAGE_BYTES, "f=256", "f!BadValue"),
    (
        MESSAGE,
        MESSAGE_BYTES,
        "b=false",
        "07 02 00010002 68690000 616200 01 00 00 003c",
    ),
    (
        MESSAGE,
        MESSAGE_BYTES,
        "h=-2",
        "07 02 00010002 68690000 616200 01 00 01 00c0",
    ),
    (MESSAGE, MESSAGE_BYTES, "h=1e9", "h!BadValue"),
    (
        MESSAGE,
        MESSAGE_BYTES,
        "h=\"inf\"",
        "07 02 00010002 68690000 616200 01 00 01 007c",
    ),
    (
        "struct a { b x; b v[1]; }; struct b { u8 n; };",
        "0102",
        "x=1",
        "x!NotWritable",
    ),
    (
        "struct a { b x; b v[1]; }; struct b { u8 n; };",
        "0102",
        "v=[1]",
        "v!NotWritable",
    ),
    (
        "struct a { b x; b v[1]; }; struct b { u8 n; };",
        "0102",
        "v[0].n=9",
        "0109",
    ),
    (
        "struct a { u16 v[2] : 2; };",
        "01020304",
        "v[0]=\"0a0b\"",
        "0a0b0304",
    ),
    (
        "struct a { u16 v[2] : 2; };",
        "01020304",
        "v[0]=\"0a\"",
        "v[0]!BadCount",
    ),
    (
        "struct a { u16 v[2] : 2; };",
        "01020304",
        "v[0]=\"zz00\"",
        "v[0]!BadValue",
    ),
    (
        "struct a { char v[2] : 2; };",
        "61626364",
        "v[1]=\"x\"",
        "61627800",
    ),
    (
        "struct a { u8 v[until 9]; };",
        "010209",
        "v[0]=9",
        "v[0]!BadValue",
    ),
    (
        "struct a { u8 v[until 9]; };",
        "010209",
        "v=[3, 9]",
        "v[1]!BadValue",
    ),
    (
        "struct a { u128 x; };",
        "00000000000000000000000000000000",
        "x=170141183460469231731687303715884105727",
        "ffffffffffffffffffffffffffffff7f",
    ),
    (
        "struct a { h x; u8 d[x.n]; }; struct h { u8 m; u8 n; };",
        "010005",
        "x.n=0",
        "x.n!LayoutField",
    ),
    (
        "struct a { h x; u8 d[x.n]; }; struct h { u8 m; u8 n; };",
        "010005",
        "x.m=9",
        "090005",
    ),
    (
        "struct a { B b; u8 d[b.n]; }; bitfield B { n : 4; m : 4; };",
        "000005",
        "b.m=1",
        "100005",
    ),
    (
        "struct a { B b; u8 d[b.n]; }; bitfield B { n : 4; m : 4; };",
        "000005",
        "b=16",
        "b!LayoutField",
    ),
    (
        "struct a { u8 n; b x; }; struct b { u8 d[parent.n]; };",
        "0107",
        "n=1",
        "n!LayoutField",
    ),
    (
        "struct a { u8 o[2]; u8 d[o[1]]; };",
        "0001 07",
        "o[0]=1",
        "o[0]!LayoutField",
    ),
    (
        "struct a { u8 k; match (k) { (1): u8 x; (_): none; } };",
        "00",
        "x=1",
        "x!NoField",
    ),
    (
        "struct a { u8 k; match (k) { (1): u16 x; (_): none; } };",
        "01",
        "x=1",
        "x!Truncated",
    ),
    (
        "struct b : a { u8 x; }; struct a { u8 x; };",
        "0102",
        "a::x=9",
        "0902",
    ),
    (
        "struct b : a { u8 x; }; struct a { u8 x; };",
        "0102",
        "x=9",
        "0109",
    ),
];

const MADE: &[(&str, &str, &str)] = &[
    ("struct a { u8 n; u8 d[n]; };", r#"{"d": []}"#, "00"),
    (
        "struct a { u8 n; u8 d[n]; };",
        r#"{"n": 2, "d": [1, 2]}"#,
        "020102",
    ),
    ("struct a { u8 n; u8 d[n]; };", r#"{"n": 0}"#, "00"),
    ("struct a { u8 n; u8 d[n]; };", r#"{"n": 1}"#, "d!Missing"),
    ("struct a { u8 n; u8 d[n]; };", r#"{}"#, "n!Missing"),
    (
        "struct a { u8 n; u8 d[n]; };",
        r#"{"d": [1, 256]}"#,
        "d[1]!BadValue",
    ),
    ("struct a { u8 n; u8 d[n]; };", r#"{"d": 5}"#, "d!BadValue"),
    (
        "struct a { u8 n; u8 d[n + 1]; };",
        r#"{"d": [1, 2]}"#,
        "010102",
    ),
    (
        "struct a { u8 n; u8 d[n + 1]; };",
        r#"{"d": []}"#,
        "n!BadValue",
    ),
    (
        "struct a { u8 n; u8 d[n * 2]; };",
        r#"{"d": [1, 2]}"#,
        "010102",
    ),
    (
        "struct a { u8 n; u8 d[n * 2]; };",
        r#"{"d": [1]}"#,
        "d!BadCount",
    ),
    (
        "struct a { u8 n; u8 d[n - 1]; u8 e[n]; };",
        r#"{"d": [1], "e": [2, 3]}"#,
        "02010203",
    ),
    (
        "struct a { u8 n; u8 d[n]; u8 e[n]; };",
        r#"{"d": [1], "e": [2, 3]}"#,
        "e!BadCount",
    ),
    (
        "struct a { u8 n; u8 d[2 + n]; };",
        r#"{"d": [1, 2]}"#,
        "n!Missing",
    ),
    (
        "struct a { h x; u8 d[x.n]; }; struct h { u8 k; be u16 n; };",
        r#"{"x": {"k": 1}, "d": [7]}"#,
        "01000107",
    ),
    (
        "struct a { h x; u8 d[x.n]; }; struct h { u8 k; be u16 n; };",
        r#"{"d": [7]}"#,
        "x.k!Missing",
    ),
    (
        "struct a { u8 n; char t[n]; };",
        r#"{"t": "héy"}"#,
        "0468c3a979",
    ),
    ("struct a { char t[4]; };", r#"{"t": "hi"}"#, "68690000"),
    (
        "struct a { char t[4]; };",
        r#"{"t": "hello"}"#,
        "t!BadCount",
    ),
    (
        "struct a { char t[]; u8 z; };",
        r#"{"t": "hi", "z": 1}"#,
        "68690001",
    ),
    (
        "struct a { u16 v[until 9]; };",
        r#"{"v": [1, 2]}"#,
        "010002000900",
    ),
    (
        "struct a { u16 v[until 9]; };",
        r#"{"v": [1, 9]}"#,
        "v[1]!BadValue",
    ),
    ("struct a { float x; u8 y; };", r#"{"y": 1}"#, "x!Missing"),
    ("struct a { bool x; };", r#"{}"#, "x!Missing"),
    ("struct a { u8 x; };", r#"{"x": 1, "y": 2}"#, "y!NoField"),
    (
        "struct a { b x; }; struct b { u8 n; };",
        r#"{"x": {"m": 1, "n": 2}}"#,
        "x.m!NoField",
    ),
    (
        "struct a { b x; }; struct b { u8 n; };",
        r#"{"x": 7}"#,
        "x!BadValue",
    ),
    (
        "struct a { u8 x; align(4); u8 y; padding[1]; };",
        r#"{"x": 1, "y": 2}"#,
        "010000000200",
    ),
    (
        "struct a { u8 x; } [[fixed_size(3)]];",
        r#"{"x": 1}"#,
        "010000",
    ),
    (
        "struct a { u8 n; b x : n; }; struct b { u8 m; u8 d[m]; };",
        r#"{"x": {"d": [5, 6]}}"#,
        "03020506",
    ),
    (
        "struct a { u8 n; b x : n; }; struct b { u8 m; u8 d[m]; };",
        r#"{"n": 4, "x": {"d": [5, 6]}}"#,
        "0402050600",
    ),
    (
        "struct a { u8 n; b x : n; }; struct b { u8 m; u8 d[m]; };",
        r#"{"n": 1, "x": {"d": [5, 6]}}"#,
        "x.d!Truncated",
    ),
    (
        "struct a { u8 n; b v[n]; }; struct b { u8 m; char t[m]; };",
        r#"{"v": [{"t": "a"}, {"t": ""}]}"#,
        "02016100",
    ),
    (
        "struct a { u8 n; b v[n]; }; struct b { u8 m; char t[m]; };",
        r#"{"v": [{"t": 1}]}"#,
        "v[0].t!BadValue",
    ),
    (
        "struct a { u8 z[2]; char t[2] : z[i]; };",
        r#"{"z": [1, 2], "t": ["a", "bc"]}"#,
        "0102616263",
    ),
    (
        "struct a { u8 z[2]; char t[2] : z[i]; };",
        r#"{"z": [1, 1], "t": ["a", "bc"]}"#,
        "t[1]!BadCount",
    ),
    (
        "struct a { K k; match (k) { (K::P): u8 x; (_): none; } }; enum K : u8 { O, P };",
        r#"{"k": "P", "x": 7}"#,
        "0107",
    ),
    (
        "struct a { K k; match (k) { (K::P): u8 x; (_): none; } }; enum K : u8 { O, P };",
        r#"{"k": "O", "x": 7}"#,
        "x!NoField",
    ),
    (
        "struct a { u8 k; match (k) { (1): u8 x; } };",
        r#"{"k": 2}"#,
        "match!NoVariant",
    ),
    (
        "bitfield B { v : 4; n : 4; }; struct a { B b; u8 d[b.n]; };",
        r#"{"b": {"v": 4}, "d": [1]}"#,
        "1401",
    ),
    (
        "bitfield B { v : 4; n : 4; }; struct a { B b; u8 d[b.n]; };",
        r#"{"d": [1]}"#,
        "b.v!Missing",
    ),
    (
        "bitfield B { v : 4; n : 4; }; struct a { B b; };",
        r#"{"b": 18}"#,
        "12",
    ),
    (
        "bitfield B { v : 4; n : 4; }; struct a { B b; };",
        r#"{"b": {"w": 1, "v": 1, "n": 1}}"#,
        "b.w!NoField",
    ),
    (
        "bitfield B { v : 4; n : 4; }; struct a { B b[2]; };",
        r#"{"b": [{"v": 1, "n": 2}, 3]}"#,
        "2103",
    ),
    (
        "struct b : a { u8 x; }; struct a { u8 x; };",
        r#"{"x": 1, "b::x": 2}"#,
        "0102",
    ),
    (
        "struct b : a { u8 x; }; struct a { u8 x; };",
        r#"{"b::x": 2, "a::x": 1}"#,
        "0102",
    ),
    (
        "struct a { u8 n; b x; }; struct b { u8 d[parent.n]; };",
        r#"{"x": {"d": [8, 9]}}"#,
        "020809",
    ),
    ("struct a { u8 d[70]; };", r#"{"d": [1]}"#, "d!BadCount"),
    ("struct a { char t[65]; };", r#"{"t": "a"}"#, "!Capacity"),
    (
        "struct a { char t[]; };",
        r#"{"t": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#,
        "!Capacity",
    ),
];
