//! Types written as C, given to the compilers again.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, clippy::panic)]

mod harness;

use std::fmt::Write;

use harness::{Workshop, found, layout};
use memglass_types::{Builder, Kind, Member, Record, Remarks, Tag, Type, TypeId, Types};

const COMPILERS: [&str; 2] = ["gcc", "clang"];

/// Size and members, with those of records without a name.
fn deep(types: &Types, id: TypeId) -> String {
    let mut text = format!("{:?} {{{}", types.size_of(id), layout(types, id));
    for part in types.parts(id) {
        let mut inner = types.bare(part.ty);
        while let Kind::Array { element, .. } = types[inner].kind {
            inner = types.bare(element);
        }
        if types[inner].name.is_empty() && types.record(inner).is_some() {
            let _ = write!(text, "; {} {}", part.name, deep(types, inner));
        }
    }
    text + "}"
}

/// Compiles structs, writes them as C, compiles that, and compares: with each compiler what each compiler made.
#[track_caller]
fn survives(source: &str, names: &[&str]) {
    let objects = |names: &[&str]| -> String {
        let objects = names.iter().map(|name| {
            let object = name.replace(' ', "_");
            format!("{name} object_{object};\n")
        });
        objects.collect()
    };
    let shop = Workshop::new();
    let compiled = |compiler: &str, text: &str| {
        let text = format!("{text}\n{}", objects(names));
        let words = format!("{compiler} -std=gnu17 -g -w -c SRC -o OUT");
        shop.types("main.c", &text, &words)
    };
    for first in COMPILERS {
        let types = compiled(first, source);
        let mut text = String::new();
        for name in names {
            text += &types.declaration(found(&types, name), Remarks::Places);
        }
        for second in COMPILERS {
            let again = compiled(second, &text);
            for name in names {
                assert_eq!(
                    deep(&again, found(&again, name)),
                    deep(&types, found(&types, name)),
                    "{name} by {first}, again by {second}: {}",
                    types.declaration(found(&types, name), Remarks::Places)
                );
            }
        }
    }
}

#[test]
fn what_pragma_pack_moves_is_written_so_that_it_compiles() {
    let structs = "struct chars { char a, b; int c; }; struct first { char a; int b; long long c; char d; };
        struct odd { int a; char b; }; struct bits { char a; unsigned b : 10, c : 25; int d; unsigned e : 3; };
        struct inside { char a; struct first f; struct { char b; int c; } in; struct { long d; }; union { char e; double f2; } u; };
        struct row { char a; struct { int x; } rows[2]; const struct { short s; long l; } c; struct odd o[3]; };
        union either { char a[5]; int b; long long c; };
        struct moved { char a; _Alignas(16) int b; char c; long d __attribute__((aligned(8))); };";
    let names = [
        "struct chars",
        "struct first",
        "struct odd",
        "struct bits",
        "struct inside",
        "struct row",
        "union either",
        "struct moved",
    ];
    for pack in [1, 2, 4, 8] {
        survives(&format!("#pragma pack({pack})\n{structs}"), &names);
    }
}

#[test]
fn types_without_a_name_are_written_where_they_are_used() {
    let source = "struct bits { enum { A1, B1 } e : 2, f : 1; unsigned u : 3; enum { C1 = -1, D1 } : 2; enum { E1 } g; };
        struct rows { enum { A2 } sides[3]; struct { int a; char b; } pairs[2][2]; const volatile struct { short s; } c;
            struct { long x; enum { B2 } kind; } *to; union { int i; float f; } *(*all[2])(int); char last; };
        struct pair { struct { int a; enum { A3 } e; } x, y[2], *z; };
        typedef struct { char c; int i; } array[3]; typedef enum { A4, B4 } *choice; typedef struct { short s; } *handle;
        struct user { char a; array list; choice c; handle h; };";
    let names = [
        "struct bits",
        "struct rows",
        "struct pair",
        "array",
        "choice",
        "handle",
        "struct user",
    ];
    survives(source, &names);
    let code = |name: &str| {
        let source = format!("{source} struct bits b; struct pair p;");
        let types = Workshop::new().types("main.c", &source, "gcc -g -c SRC -o OUT");
        types.declaration(found(&types, name), Remarks::Holes)
    };
    assert!(code("bits").contains("} e : 2; "), "{}", code("bits"));
    assert_eq!(code("bits").matches("A1 = 0").count(), 1);
    assert!(!code("pair").contains("<unnamed>"), "{}", code("pair"));
}

#[test]
fn enums_of_few_and_of_many_bytes_are_written_so() {
    let source = "enum __attribute__((packed)) small { A = 1 }; enum __attribute__((packed)) middle { B = 300, C = -1 };
        enum large { D = 1ull << 40 }; enum negative { E = -1, F = 0x7fffffff }; enum whole { G = 0xffffffffu };
        struct all { char a; enum small s; enum middle m; enum large l; enum { H = 1ll << 33 } b : 40;
            enum __attribute__((packed)) { I } c; enum negative n; enum whole w; };";
    let names = [
        "enum small",
        "enum middle",
        "enum large",
        "enum negative",
        "enum whole",
        "struct all",
    ];
    survives(source, &names);
}

#[test]
fn enums_of_another_width_than_usual_are_written_so() {
    let source = "enum half { A = 1 } __attribute__((mode(HI))); enum word { B = -1, C } __attribute__((mode(DI)));
        struct all { char a; enum half h; enum { D } __attribute__((mode(HI))) d[3]; enum word w;
            enum { E } __attribute__((mode(DI))) e : 33, f : 2; enum { G } __attribute__((mode(HI))) *g; char last; };
        typedef enum { H = 7 } __attribute__((mode(HI))) choice; struct user { char a; choice c; choice b : 3; };";
    let names = [
        "enum half",
        "enum word",
        "struct all",
        "choice",
        "struct user",
    ];
    survives(source, &names);
}

#[test]
fn gaps_before_truth_values_are_written_so_that_they_compile() {
    let source = "typedef _Bool flag; struct gap { unsigned char a : 1, : 3; _Bool b : 1; };
        struct zero { unsigned char a : 1, : 0; const _Bool b : 1; };
        struct named { unsigned a : 1, : 5; flag b : 1; flag c; unsigned char : 2; volatile flag d : 1; };";
    survives(
        source,
        &["flag", "struct gap", "struct zero", "struct named"],
    );
}

/// Numbers that are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % most
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len() as u64) as usize]
    }

    /// The body of a record: members whose names begin with `name`.
    fn members(&mut self, name: &str, known: u64, depth: u64) -> String {
        let mut text = String::from("{ ");
        for number in 0..=self.below(6) {
            let member = format!("{name}_{number}");
            let scalars = [
                "char",
                "short",
                "int",
                "long long",
                "float",
                "double",
                "void *",
                "long double",
                "__int128",
                "_Complex float",
            ];
            let scalar = self.one(&scalars);
            let code = match self.below(if depth > 0 { 11 } else { 8 }) {
                0 => format!("{scalar} {member}[{}]", self.below(4) + 1),
                1 => {
                    let of = ["unsigned", "unsigned char", "long long", "short", "_Bool"];
                    let of = self.one(&of);
                    let most = match of {
                        "_Bool" => 1,
                        "unsigned char" => 7,
                        _ => 15,
                    };
                    format!("{of} {member} : {}", self.below(most) + 1)
                }
                2 => {
                    let behind = self.one(&["", "; _Bool MEMBER_b : 1"]);
                    let behind = behind.replace("MEMBER", &member);
                    let (width, gap) = (self.below(31) + 1, self.below(2) * 7);
                    format!("unsigned {member} : {width}, : {gap}{behind}")
                }
                3 => {
                    let align = 1 << (4 + self.below(3));
                    format!("_Alignas({align}) {scalar} {member}")
                }
                4 if known > 0 => format!("struct s{} {member}", self.below(known)),
                5 => format!(
                    "enum {{ {member}_e = 3 }} {member} : {}",
                    self.below(20) + 2
                ),
                8 => {
                    let inner = self.members(&member, known, depth - 1);
                    format!("struct {inner} {member}[{}]", self.below(2) + 1)
                }
                9 => {
                    let inner = self.members(&member, known, depth - 1);
                    format!("{} {inner}", self.one(&["struct", "union"]))
                }
                10 => {
                    let inner = self.members(&member, known, depth - 1);
                    let packed = self.one(&["", "__attribute__((packed)) "]);
                    format!("struct {packed}{inner} {member}")
                }
                _ => format!("{scalar} {member}"),
            };
            let _ = write!(text, "{code}; ");
        }
        text + "}"
    }
}

#[test]
fn structs_of_all_kinds_survive_being_written_as_c() {
    for round in 0..6 {
        let (mut dice, mut source) = (Dice(round), String::new());
        for number in 0..40 {
            let pack = dice.one(&["", "", "1", "2", "2", "4", "8"]);
            let said = dice.one(&["", "", "", "packed", "aligned(32)", "packed, aligned(4)"]);
            let members = dice.members(&format!("m{number}"), number, 2);
            let _ = write!(
                source,
                "#pragma pack({pack})\nstruct __attribute__(({said})) s{number} {members};\n"
            );
        }
        let names: Vec<String> = (0..40).map(|number| format!("struct s{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        survives(&format!("{source}#pragma pack()"), &names);
    }
}

#[test]
fn records_without_a_name_that_point_to_each_other_end() {
    let mut builder = Builder::default();
    let record = builder.reserve();
    let pointer = Kind::Pointer { to: record };
    let pointer = builder.add(Type::new("".into(), Some(8), pointer));
    let member = |number: u64| Member::new(format!("m{number}"), pointer, number * 8);
    let kind = Kind::Record(Record::new(Tag::Struct, (0..10).map(member).collect()));
    builder.define(record, Type::new("".into(), Some(80), kind));
    let alias = Kind::Alias { of: record };
    builder.add(Type::new("alias".into(), None, alias));
    let types = builder.finish().unwrap();
    let text = types.declaration(found(&types, "alias"), Remarks::Places);
    assert!(text.len() < 2 << 20, "{} bytes", text.len());
    assert!(text.ends_with("} alias;\n"), "{text}");
}

#[test]
fn long_records_behind_pointers_to_themselves_end() {
    let mut builder = Builder::default();
    let record = builder.reserve();
    let pointer = Kind::Pointer { to: record };
    let pointer = builder.add(Type::new("".into(), Some(8), pointer));
    let mut members = vec![Member::new("first", pointer, 0)];
    members
        .extend((1..50_000).map(|number| Member::new(format!("m{number}"), pointer, number * 8)));
    let kind = Kind::Record(Record::new(Tag::Struct, members));
    builder.define(record, Type::new("".into(), Some(400_000), kind));
    let alias = Kind::Alias { of: record };
    builder.add(Type::new("alias".into(), None, alias));
    let types = builder.finish().unwrap();
    let text = types.declaration(found(&types, "alias"), Remarks::Places);
    // The outermost one lists all of its members.
    assert!(text.contains("*m49999;"), "{} bytes", text.len());
    assert!(text.len() < 8 << 20, "{} bytes", text.len());
    assert!(text.contains(" more members */"));
    assert!(text.ends_with("} alias;\n"));
}
