//! Debug information of the compilers, in every form that they write.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, clippy::panic)]

mod harness;

use harness::{Workshop, found, layout, of_c};
use memglass_types::{Kind, Linkage, Remarks, Types, Use, User};

/// Every kind of C in one file.
const KINDS: &str = r#"
#include <stdbool.h>
#include <stdint.h>
#include <complex.h>
typedef float vec4 __attribute__((vector_size(16)));
enum side { BUY = 1, SELL = -1 };
enum flags { A = 1, B = 2, C = 4, AC = 5 };
struct quote { int64_t bid, ask; uint32_t size; char venue[4]; };
struct node { struct node *next; const struct quote *quote; };
union word { uint64_t whole; struct { uint32_t low, high; }; float real; };
struct packed { char kind; uint32_t len; } __attribute__((packed));
struct aligned { char first; char second __attribute__((aligned(32))); };
struct bits { unsigned a : 3; unsigned b : 7; int : 0; int c : 5; unsigned long long d : 40; };
struct hidden;
typedef int (*handler)(struct node *, const char *, ...);
struct all {
    bool yes; char c; signed char sc; unsigned char uc; short s; unsigned short us; int i; unsigned u;
    long l; unsigned long ul; long long ll; unsigned long long ull; __int128 wide;
    float f; double d; long double ld; float complex fc; double complex dc;
    vec4 v; int grid[2][3]; enum side side; enum flags flags; union word word; struct bits bits;
    handler on_tick; struct hidden *hidden; volatile int *const restrict where; int (*row)[3]; int rest[];
};
struct all everything; struct packed p; struct aligned al; struct node node;
static int count;
int on_tick(struct node *node, const char *why, ...) { return count += node != 0 && why != 0; }
handler chosen = on_tick;
"#;

const KINDS_LAYOUT: &str = "yes 0 1, c 1 1, sc 2 1, uc 3 1, s 4 2, us 6 2, i 8 4, u 12 4, l 16 8, ul 24 8, ll 32 8, \
    ull 40 8, wide 48 16, f 64 4, d 72 8, ld 80 16, fc 96 8, dc 104 16, v 128 16, grid 144 24, side 168 4, flags 172 4, \
    word 176 8, bits 184 16, on_tick 200 8, hidden 208 8, where 216 8, row 224 8, rest 232 ?";

#[track_caller]
fn has_all_kinds(types: &Types) {
    assert_eq!(layout(types, found(types, "all")), KINDS_LAYOUT);
    assert_eq!(types.size_of(found(types, "all")), Some(240));
    assert_eq!(layout(types, found(types, "packed")), "kind 0 1, len 1 4");
    assert_eq!(
        layout(types, found(types, "aligned")),
        "first 0 1, second 32 1"
    );
    assert_eq!(
        layout(types, found(types, "bits")),
        "a 0:0 3, b 0:3 7, c 4:0 5, d 8:0 40"
    );
    assert_eq!(
        layout(types, found(types, "union word")),
        "whole 0 8,  0 8, real 0 4"
    );
    assert_eq!(
        types.spell(types.members(found(types, "node"))[1].ty),
        "const struct quote *"
    );
    let spelled = |name: &str| {
        let all = types.members(found(types, "all"));
        let member = all.iter().find(|member| &*member.name == name).unwrap();
        types.declare(member.ty, name)
    };
    assert_eq!(spelled("grid"), "int grid[2][3]");
    assert_eq!(spelled("row"), "int (*row)[3]");
    assert_eq!(spelled("rest"), "int rest[]");
    assert_eq!(spelled("hidden"), "struct hidden *hidden");
    assert_eq!(spelled("on_tick"), "handler on_tick");
    let handler = types.declaration(found(types, "handler"), Default::default());
    assert_eq!(
        handler,
        "typedef int (*handler)(struct node *, const char *, ...);\n"
    );
    let Kind::Enum(side) = &types[found(types, "side")].kind else {
        panic!()
    };
    let values: Vec<_> = side
        .enumerators
        .iter()
        .map(|one| (&*one.name, one.value))
        .collect();
    assert_eq!(values, [("BUY", 1), ("SELL", -1)]);
    let Kind::Enum(flags) = &types[found(types, "flags")].kind else {
        panic!()
    };
    assert!(flags.is_set() && !side.is_set());
    let function = types
        .functions()
        .find(|function| &*function.name == "on_tick")
        .unwrap();
    assert_eq!(
        types.declare(function.ty, "on_tick"),
        "int on_tick(struct node *, const char *, ...)"
    );
    assert_eq!(
        function
            .parameters
            .iter()
            .map(|name| &**name)
            .collect::<Vec<_>>(),
        ["node", "why"]
    );
    assert_eq!(function.linkage, Linkage::External);
    let count = types
        .variables()
        .find(|variable| &*variable.name == "count")
        .unwrap();
    assert_eq!(
        (count.linkage, types.spell(count.ty)),
        (Linkage::Static, "int".into())
    );
}

#[track_caller]
fn reads_kinds(words: &str) {
    has_all_kinds(&Workshop::new().types("kinds.c", KINDS, words));
}

#[test]
fn all_kinds_of_c_are_read_from_an_object_of_gcc() {
    reads_kinds("gcc -g -c SRC -o OUT");
}

#[test]
fn all_kinds_of_c_are_read_from_an_object_of_clang() {
    reads_kinds("clang -g -c SRC -o OUT");
}

#[test]
fn older_versions_of_dwarf_say_the_same() {
    for version in [2, 3, 4, 5] {
        reads_kinds(&format!("gcc -g -gdwarf-{version} -c SRC -o OUT"));
        reads_kinds(&format!("clang -g -gdwarf-{version} -c SRC -o OUT"));
    }
}

#[test]
fn compressed_sections_say_the_same() {
    for form in ["-gz", "-gz=zlib"] {
        reads_kinds(&format!("gcc -g {form} -c SRC -o OUT"));
    }
}

#[test]
fn units_of_types_say_the_same() {
    for version in [4, 5] {
        reads_kinds(&format!(
            "gcc -g -gdwarf-{version} -fdebug-types-section -c SRC -o OUT"
        ));
        reads_kinds(&format!(
            "clang -g -gdwarf-{version} -fdebug-types-section -c SRC -o OUT"
        ));
    }
}

#[test]
fn what_was_split_from_a_program_says_the_same() {
    for version in [4, 5] {
        reads_kinds(&format!(
            "gcc -g -gdwarf-{version} -gsplit-dwarf -c SRC -o OUT"
        ));
        reads_kinds(&format!(
            "clang -g -gdwarf-{version} -gsplit-dwarf -c SRC -o OUT"
        ));
        reads_kinds(&format!(
            "gcc -g -gdwarf-{version} -gsplit-dwarf -fdebug-types-section -c SRC -o OUT"
        ));
    }
}

#[test]
fn an_executable_has_the_addresses_of_functions_and_variables() {
    let shop = Workshop::new();
    let source =
        format!("{KINDS}\nint main(void) {{ return everything.i + chosen(&node, \"x\"); }}\n");
    let types = shop.types("program.c", &source, "gcc -g -O1 SRC -o OUT");
    has_all_kinds(&types);
    let main = types
        .functions()
        .find(|function| &*function.name == "main")
        .unwrap();
    assert_eq!(
        types.symbol_at(main.address.unwrap()).unwrap().name,
        main.name
    );
    let node = types
        .variables()
        .find(|variable| &*variable.name == "node")
        .unwrap();
    assert!(node.address.is_some());
}

#[test]
fn a_second_unit_with_the_same_types_adds_none() {
    let shop = Workshop::new();
    let one = shop.types("one.c", KINDS, "gcc -g -c SRC -o OUT");
    let other = shop.types("other.c", KINDS, "gcc -g -c SRC -o OUT");
    let both = Types::merged([one.clone(), other]);
    assert_eq!(both.len(), one.len());
    assert_eq!(both.units().len(), 2);
    assert_eq!(both.units_of(found(&both, "node")).count(), 2);
}

#[test]
fn a_declaration_leads_to_the_definition_of_another_unit() {
    let user = of_c("struct book; struct view { struct book *book; } view;");
    let owner = of_c("struct book { int depth; } book;");
    for order in [[user.clone(), owner.clone()], [owner, user]] {
        let both = Types::merged(order);
        let Kind::Pointer { to } = both[both.members(found(&both, "view"))[0].ty].kind else {
            panic!()
        };
        assert_eq!(to, found(&both, "book"));
        assert_eq!(layout(&both, to), "depth 0 4");
        assert_eq!(both.find_all("book").len(), 1);
    }
}

#[test]
fn different_types_of_one_name_stay_apart_with_what_points_to_them() {
    let one = of_c("struct book { int depth; }; struct one { struct book *book; } one;");
    let other = of_c("struct book { long depth; }; struct other { struct book *book; } other;");
    let both = Types::merged([one, other]);
    let book_of = |name: &str| match both[both.members(found(&both, name))[0].ty].kind {
        Kind::Pointer { to } => layout(&both, to),
        _ => panic!(),
    };
    assert_eq!(
        (book_of("one").as_str(), book_of("other").as_str()),
        ("depth 0 4", "depth 0 8")
    );
    assert_eq!(both.find_all("book").len(), 2);
}

#[test]
fn classes_have_their_bases_members_and_namespaces() {
    let source = r"
        namespace net { struct Header { unsigned len; virtual ~Header() {} }; enum class Kind : unsigned char { Ping, Data = 200 }; }
        struct Flags { bool on; };
        struct Packet : net::Header, private Flags { net::Kind kind; int &ref; int Packet::*where; static int made;
            struct Inner { short s; } inner; template<class T> T get(); Packet(int &r) : ref(r) {} };
        struct Late : virtual Flags { int x; };
        template <class T, int N> struct Ring { T items[N]; };
        Ring<double, 4> ring; Late late; int Packet::made = 1; int zero; Packet packet{zero};
    ";
    for compiler in ["g++", "clang++"] {
        let types = Workshop::new().types(
            "classes.cpp",
            source,
            &format!("{compiler} -g -c SRC -o OUT"),
        );
        let packet = layout(&types, found(&types, "Packet"));
        assert_eq!(
            packet,
            "net::Header 0 16, Flags 12 1, kind 13 1, ref 16 8, where 24 8, inner 32 2"
        );
        assert_eq!(layout(&types, found(&types, "Packet::Inner")), "s 0 2");
        assert_eq!(
            layout(&types, found(&types, "Ring<double, 4>")),
            "items 0 32"
        );
        let Kind::Enum(kind) = &types[found(&types, "net::Kind")].kind else {
            panic!()
        };
        assert_eq!(
            (&*kind.enumerators[1].name, kind.enumerators[1].value),
            ("Data", 200)
        );
        let Kind::Record(late) = &types[found(&types, "Late")].kind else {
            panic!()
        };
        assert_eq!(late.bases[0].offset, None);
    }
}

#[test]
fn rust_enums_with_data_have_their_variants() {
    let source = r#"
        #![crate_type = "lib"]
        pub enum Order { Limit { price: i64, quantity: u32 }, Market(u32), Cancel }
        pub struct Book { pub best: Option<Box<u64>>, pub last: Order, pub name: &'static str }
        #[no_mangle] pub static mut BOOK: Option<Book> = None;
    "#;
    let types = Workshop::new().types("book.rs", source, "rustc -g --emit=obj SRC -o OUT");
    let Kind::Record(order) = &types[found(&types, "book::Order")].kind else {
        panic!()
    };
    let variants = order.variants.as_ref().unwrap();
    let names: Vec<_> = variants
        .arms
        .iter()
        .map(|arm| (&*arm.member.name, arm.value))
        .collect();
    assert_eq!(
        names,
        [("Limit", Some(0)), ("Market", Some(1)), ("Cancel", Some(2))]
    );
    assert!(variants.discriminant.is_some());
    let limit = types.members(variants.arms[0].member.ty);
    assert!(
        limit
            .iter()
            .any(|member| &*member.name == "price" && member.offset() == 8)
    );
    // The niche of a pointer: nothing but zero is `None`.
    let best = types
        .find("core::option::Option<alloc::boxed::Box<u64, alloc::alloc::Global>>")
        .unwrap();
    let Kind::Record(best) = &types[best].kind else {
        panic!()
    };
    let values: Vec<_> = best
        .variants
        .as_ref()
        .unwrap()
        .arms
        .iter()
        .map(|arm| arm.value)
        .collect();
    assert_eq!(values, [Some(0), None]);
}

#[test]
fn what_has_no_debug_information_is_an_error_that_says_what_to_do() {
    let shop = Workshop::new();
    let refused = |path: std::path::PathBuf| Types::open(path).unwrap_err().to_string();
    let bare = refused(shop.compile("bare.c", "int main(void) { return 0; }", "gcc SRC -o OUT"));
    assert!(
        bare.ends_with("has no debug information; compile it with -g, and do not strip it"),
        "{bare}"
    );
    std::fs::write(shop.path("text"), "hello, this is no program").unwrap();
    let text = refused(shop.path("text"));
    assert!(
        text.ends_with("is neither a file of types nor a program or object"),
        "{text}"
    );
    assert!(refused(shop.path("absent")).ends_with("cannot be read"));
    std::fs::write(shop.path("empty"), "").unwrap();
    refused(shop.path("empty"));
    refused(shop.path(""));
}

#[test]
fn missing_split_files_are_named_and_the_rest_is_there() {
    let shop = Workshop::new();
    shop.compile(
        "a.c",
        "struct a { int x; } a;",
        "gcc -g -gsplit-dwarf -c SRC -o OUT",
    );
    shop.compile(
        "b.c",
        "struct b { int x; } b; int main(void) { return 0; }",
        "gcc -g -gsplit-dwarf -c SRC -o OUT",
    );
    let program = shop.compile("none.c", "", "gcc a.c.out b.c.out -o OUT");
    let dwo = std::fs::read_dir(shop.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let dwo: Vec<_> = dwo
        .filter(|path| path.extension().is_some_and(|end| end == "dwo"))
        .collect();
    assert_eq!(dwo.len(), 2);
    std::fs::remove_file(
        dwo.iter()
            .find(|path| path.to_string_lossy().contains("b.c"))
            .unwrap(),
    )
    .unwrap();
    let opened = Types::open_partly(&program).unwrap();
    assert_eq!(opened.missing.len(), 1);
    assert!(opened.types.find("a").is_some() && opened.types.find("b").is_none());
    assert!(
        Types::open(&program)
            .unwrap_err()
            .to_string()
            .contains("b.c")
    );
}

#[test]
fn a_package_of_split_files_says_the_same() {
    let shop = Workshop::new();
    let source =
        format!("{KINDS}\nint main(void) {{ return everything.i + chosen(&node, \"x\"); }}\n");
    for words in [
        "gcc -g -gdwarf-5 -gsplit-dwarf SRC -o OUT",
        "gcc -g -gdwarf-4 -gsplit-dwarf SRC -o OUT",
    ] {
        let program = shop.compile("app.c", &source, words);
        let packed = std::process::Command::new("dwp")
            .arg("-e")
            .arg(&program)
            .current_dir(shop.path(""))
            .output()
            .unwrap();
        if !packed.status.success() {
            // This dwp knows no DWARF 5.
            continue;
        }
        for entry in std::fs::read_dir(shop.path("")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|end| end == "dwo") {
                std::fs::remove_file(path).unwrap();
            }
        }
        has_all_kinds(&Types::open(&program).unwrap());
    }
}

#[test]
fn packed_bitfields_of_clang_that_cross_their_units_lie_where_they_are() {
    let source = "struct __attribute__((packed)) p { char a : 5; int b : 30; short c : 12; } p;";
    for words in ["clang -g -c SRC -o OUT", "gcc -g -c SRC -o OUT"] {
        let types = Workshop::new().types("packed.c", source, words);
        let members = types.members(found(&types, "struct p")).iter();
        let places: Vec<_> = members
            .map(|one| (one.offset_bits, one.width_bits))
            .collect();
        assert_eq!(
            places,
            [(0, Some(5)), (5, Some(30)), (35, Some(12))],
            "{words}"
        );
    }
}

#[test]
fn compilers_agree_on_qualifiers_and_complex_numbers() {
    let source = "struct reg { const volatile int *state; volatile const double *const value; float _Complex f; \
        _Complex double z; _Complex long double w; } reg;";
    let [gcc, clang] = ["gcc", "clang"].map(|compiler| {
        let words = format!("{compiler} -g -c SRC -o OUT");
        Workshop::new().types("main.c", source, &words)
    });
    assert_eq!(gcc.diff(&clang), []);
    let id = |types: &Types| types.hash_of(found(types, "reg"));
    assert_eq!(id(&gcc), id(&clang));
    let state = gcc.members(found(&gcc, "reg"))[0].ty;
    assert_eq!(gcc.spell(state), "const volatile int *");
    assert_eq!(Types::merged([gcc, clang]).find_all("reg").len(), 1);
}

#[test]
fn the_place_of_a_virtual_base_is_not_known_and_not_unused() {
    let source = "struct A { virtual ~A() {} int a; }; struct V1 : virtual A { int v1; }; struct V2 : virtual A { int v2; }; \
        struct D : V1, V2 { int d; }; struct E : virtual A { char c; long l; }; D d; E e;";
    for compiler in ["g++", "clang++"] {
        let words = format!("{compiler} -g -c SRC -o OUT");
        let types = Workshop::new().types("bases.cpp", source, &words);
        for (name, unused) in [("V1", 0), ("D", 0), ("E", 7), ("A", 4)] {
            let holes = types.holes(found(&types, name)).unwrap();
            assert_eq!(holes.unused(), unused, "{name}: {holes:?}");
        }
        let v1 = found(&types, "V1");
        let bases: Vec<_> = types.virtual_bases(v1).collect();
        assert_eq!(bases, [found(&types, "A")]);
        let code = types.declaration(v1, Remarks::Holes);
        let said = "/* virtual base class A, its place is not known */";
        assert!(code.contains(said), "{code}");
        let uses = types.uses(&[found(&types, "A")]);
        let is_user = |one: &Use<'_>| one.user == User::Type(v1);
        assert!(uses.iter().any(is_user));
    }
}

#[test]
fn pointers_to_members_and_nullptr_have_the_size_that_the_compiler_gives_them() {
    let source = "struct B { int b; int f(int); int g() const; }; typedef int F(int); struct V; typedef int (V::*Late)(long);
        struct S { int (B::*mf)(int); int B::*md; char c; };
        struct T { F B::*mf; char a; int (B::*mc)() const; decltype(nullptr) n; char b; int (B::*const mk)(int); char c;
            int (B::*rows[2])(int); int B::*const *to; };
        struct U { Late p; char c; Late q; };
        S s; T t{nullptr, 0, nullptr, nullptr, 0, nullptr}; U u;";
    for words in [
        "g++ -g -c SRC -o OUT",
        "clang++ -g -c SRC -o OUT",
        "clang++ -g -gdwarf-4 -fdebug-types-section -c SRC -o OUT",
    ] {
        let types = Workshop::new().types("pointers.cpp", source, words);
        for (name, wanted, unused) in [
            ("S", "mf 0 16, md 16 8, c 24 1", 7),
            (
                "T",
                "mf 0 16, a 16 1, mc 24 16, n 40 8, b 48 1, mk 56 16, c 72 1, rows 80 32, to 112 8",
                21,
            ),
            ("U", "p 0 16, c 16 1, q 24 16", 7),
        ] {
            let id = found(&types, name);
            assert_eq!(layout(&types, id), wanted, "{words}");
            assert_eq!(types.holes(id).unwrap().unused(), unused, "{words}: {name}");
            let code = types.declaration(id, Remarks::Places);
            let says_more = code.contains("_Alignas") || code.contains("packed");
            assert!(!says_more, "{words}: {code}");
        }
        let code = types.declaration(found(&types, "S"), Remarks::Places);
        assert!(code.contains("int (B::*mf)(int);"), "{code}");
        assert!(code.contains("int B::*md;"), "{code}");
    }
}
