//! What can be asked of a set of types.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, clippy::panic)]

mod harness;

use std::process::Command;

use harness::{Workshop, found, layout, of_c};
use memglass_types::{Builder, Kind, Remarks, Tag, Type, Types, User};

const SOURCE: &str = r"
    #include <stdint.h>
    enum side { BUY = 1, SELL = -1 };
    enum access { READ = 1, WRITE = 2, ADMIN = 4, ALL = 7 };
    struct quote { char live; int64_t bid; uint32_t size : 20; union { int32_t ticks; float real; }; };
    typedef struct { struct quote quotes[2]; struct { short depth; } inner; const struct quote *best; enum side side; enum access access; } book_t;
    typedef book_t *book_ref;
    int on_quote(book_ref book, const struct quote *quote) { return book->side + quote->live; }
    book_t book;
";

#[test]
fn types_members_and_enumerators_are_listed() {
    let types = of_c(SOURCE);
    let kinds: Vec<_> = types
        .iter()
        .filter(|(_, ty)| !ty.name.is_empty())
        .map(|(_, ty)| (ty.kind.word(), &*ty.name))
        .collect();
    for expected in [
        ("struct", "quote"),
        ("enum", "side"),
        ("set", "access"),
        ("alias", "book_t"),
        ("char", "char"),
    ] {
        assert!(kinds.contains(&expected), "{expected:?} in {kinds:?}");
    }
    assert_eq!(
        layout(&types, found(&types, "book_t")),
        "quotes 0 48, inner 48 2, best 56 8, side 64 4, access 68 4"
    );
    let Kind::Enum(side) = &types[found(&types, "enum side")].kind else {
        panic!()
    };
    assert_eq!(
        side.enumerators
            .iter()
            .map(|one| one.value)
            .collect::<Vec<_>>(),
        [1, -1]
    );
    let Kind::Int { signed, bits } = types[types.bare(found(&types, "int64_t"))].kind else {
        panic!()
    };
    assert_eq!((signed, bits), (true, 64));
    assert_eq!(types.find("struct side"), None);
    assert_eq!(types.nearest("quotte"), Some("quote"));
}

#[test]
fn an_enum_of_bits_is_a_set() {
    let types = of_c(
        "enum bits { A = 1, B = 2, C = 4, AB = 3 } a; enum count { ONE = 1, TWO = 2, THREE = 3 } b; enum sparse { X = 1, Y = 16 } c;",
    );
    let is_set =
        |name: &str| matches!(&types[found(&types, name)].kind, Kind::Enum(set) if set.is_set());
    assert!(is_set("bits") && !is_set("count") && !is_set("sparse"));
}

#[test]
fn aliases_and_pointers_lead_to_their_types() {
    let types = of_c(SOURCE);
    let Kind::Pointer { to } = types[types.bare(found(&types, "book_ref"))].kind else {
        panic!()
    };
    assert_eq!(to, found(&types, "book_t"));
    assert_eq!(types.members(to).len(), 5);
}

#[test]
fn functions_have_parameters_and_addresses() {
    let types = of_c(SOURCE);
    let function = types.functions().next().unwrap();
    assert_eq!(
        types.declare(function.ty, &function.name),
        "int on_quote(book_ref, const struct quote *)"
    );
    assert_eq!(
        function
            .parameters
            .iter()
            .map(|name| &**name)
            .collect::<Vec<_>>(),
        ["book", "quote"]
    );
    assert_eq!(function.address, Some(0));
    assert_eq!(function.place.as_ref().unwrap().line, 8);
}

#[test]
fn uses_are_found_through_pointers_arrays_aliases_and_anonymous_members() {
    let types = of_c(SOURCE);
    let uses = |name: &str| -> Vec<String> {
        let uses = types.uses(&[found(&types, name)]).into_iter();
        uses.map(|one| {
            let user = match one.user {
                User::Type(id) => types[id].name.to_string(),
                User::Symbol(symbol) => symbol.name.to_string(),
            };
            format!(
                "{user} {} {}",
                one.part,
                if one.by_value { "value" } else { "address" }
            )
        })
        .collect()
    };
    assert!(
        uses("quote").contains(&"on_quote quote address".to_owned()),
        "{:?}",
        uses("quote")
    );
    assert!(
        uses("book_t").contains(&"book_ref  address".to_owned()),
        "{:?}",
        uses("book_t")
    );
    assert!(
        uses("book_t").contains(&"book  value".to_owned()),
        "{:?}",
        uses("book_t")
    );
    assert!(
        uses("int32_t").contains(&"quote ticks value".to_owned()),
        "{:?}",
        uses("int32_t")
    );
}

#[test]
fn a_closure_has_what_a_type_needs_and_nothing_else() {
    let types = of_c(SOURCE);
    let quote = types.subset(&[found(&types, "quote")]);
    assert_eq!(
        layout(&quote, found(&quote, "quote")),
        layout(&types, found(&types, "quote"))
    );
    assert!(quote.find("book_t").is_none() && quote.find("int64_t").is_some());
    assert!(quote.functions().next().is_none());
    let book = types.subset(&[found(&types, "book_t")]);
    assert_eq!(
        book.hash_of(found(&book, "book_t")),
        types.hash_of(found(&types, "book_t"))
    );
}

#[test]
fn equal_types_have_equal_ids_in_all_sets() {
    let shop = Workshop::new();
    let gcc = shop.types("a.c", SOURCE, "gcc -g -c SRC -o OUT");
    let clang = shop.types("a.c", SOURCE, "clang -g -gdwarf-4 -c SRC -o OUT");
    let changed = of_c(&SOURCE.replace("int64_t bid", "int32_t bid"));
    for name in ["quote", "side", "access", "book_t"] {
        let id = |types: &Types| types.hash_of(found(types, name));
        assert_eq!(id(&gcc), id(&clang), "{name}");
        // The changed struct, and what has it inside.
        let is_same = name == "side" || name == "access";
        assert_eq!(id(&gcc) == id(&changed), is_same, "{name}");
    }
}

#[test]
fn attributes_may_come_more_than_once() {
    let source = r#"
        #define NOTE(text) __attribute__((btf_decl_tag(text)))
        struct quote { int bid NOTE("range(0,5)") NOTE("unit(ticks)"); } NOTE("observed");
        struct quote quote;
    "#;
    let Some(clang) = [
        "clang-19", "clang-18", "clang-17", "clang-16", "clang-15", "clang",
    ]
    .into_iter()
    .find(|name| {
        Command::new(name)
            .arg("--version")
            .output()
            .is_ok_and(|ran| ran.status.success())
    }) else {
        return;
    };
    let types = Workshop::new().types("tags.c", source, &format!("{clang} -g -c SRC -o OUT"));
    let quote = found(&types, "quote");
    let values = |attributes: &[memglass_types::Attribute]| -> Vec<String> {
        attributes
            .iter()
            .map(|attribute| format!("{}={}", attribute.name, attribute.value))
            .collect()
    };
    assert_eq!(values(&types[quote].attributes), ["btf_decl_tag=observed"]);
    assert_eq!(
        values(&types.members(quote)[0].attributes),
        ["btf_decl_tag=range(0,5)", "btf_decl_tag=unit(ticks)"]
    );
}

#[test]
fn holes_and_padding_are_what_no_member_uses() {
    let types = of_c(
        "struct s { char a; long b; char c; int d : 3; int e : 4; short f; } s; union u { char c; long l[3]; } u; struct full { int a, b; } f;",
    );
    let holes = types.holes(found(&types, "s")).unwrap();
    let gaps: Vec<_> = holes
        .holes
        .iter()
        .map(|hole| (hole.offset_bits, hole.bits))
        .collect();
    assert_eq!(
        layout(&types, found(&types, "s")),
        "a 0 1, b 8 8, c 16 1, d 17:0 3, e 17:3 4, f 18 2"
    );
    assert_eq!((gaps, holes.padding()), (vec![(8, 56), (143, 1)], 4));
    assert_eq!((holes.unused(), holes.cache_lines()), (11, 1));
    let union = types.holes(found(&types, "u")).unwrap();
    assert_eq!((union.unused(), union.size), (0, 24));
    let with_holes: Vec<_> = types
        .with_holes()
        .into_iter()
        .map(|(id, _)| &*types[id].name)
        .collect();
    assert_eq!(with_holes, ["s"]);
}

#[test]
fn a_declaration_is_c_that_the_compiler_agrees_with() {
    let types = of_c(SOURCE);
    let mut code =
        String::from("typedef long int64_t; typedef int int32_t; typedef unsigned uint32_t;\n");
    for name in ["side", "access", "quote", "book_t"] {
        code += &types.declaration(found(&types, name), Remarks::Holes);
    }
    let again = of_c(&format!("{code}\nbook_t book;"));
    for name in ["quote", "book_t"] {
        assert_eq!(
            layout(&again, found(&again, name)),
            layout(&types, found(&types, name)),
            "{code}"
        );
    }
}

#[test]
fn a_diff_tells_what_fits_from_what_does_not() {
    let old = of_c(SOURCE);
    let said = |old: &Types, new: &Types| -> Vec<String> {
        let changes = old.diff(new).into_iter();
        changes
            .flat_map(|change| {
                let name = change.name.clone();
                change
                    .details
                    .into_iter()
                    .map(move |detail| format!("{name}: {} {}", detail.text, detail.compatible))
            })
            .collect()
    };
    assert_eq!(said(&old, &old), [""; 0]);
    let new = of_c(
        &SOURCE
            .replace("char live;", "char live, venue;")
            .replace("SELL = -1", "SELL = -2")
            .replace("int on_quote(", "long on_quote("),
    );
    assert_eq!(
        said(&old, &new),
        [
            "side: SELL was -1, is -2 false",
            "quote: member venue is new, char at 1 true",
            "on_quote: was int (book_ref, const struct quote *), is long (book_ref, const struct quote *) false",
        ]
    );
    let grown = of_c(&SOURCE.replace("float real;", "double real;"));
    assert!(
        said(&old, &grown).contains(&"quote: size was 24, is 32 false".to_owned()),
        "{:?}",
        said(&old, &grown)
    );
    let less = of_c("struct quote { char live; } quote;");
    assert!(said(&old, &less).contains(&"side: is gone false".to_owned()));
}

/// The types of two files that each have a `struct node` of their own.
fn two_nodes(sources: [&str; 2]) -> Types {
    Types::merged(sources.map(of_c))
}

const NODE: &str = "struct node { int a, b; }; struct holder { struct node n; } holder;";
const LINKED: &str =
    "struct node { double d; struct node *next; }; struct user { struct node n; } user;";

#[test]
fn namesakes_are_compared_as_a_set() {
    let old = two_nodes([NODE, LINKED]);
    for same in [two_nodes([NODE, LINKED]), two_nodes([LINKED, NODE])] {
        assert_eq!(old.diff(&same), []);
        assert_eq!(old.agreement(&same).disagreements, []);
    }
    let changed = LINKED.replace("double", "float");
    for newer in [two_nodes([NODE, &changed]), two_nodes([&changed, NODE])] {
        let changes = old.diff(&newer);
        let [change] = changes.as_slice() else {
            panic!("{changes:?}")
        };
        assert_eq!(&*change.name, "node");
        assert_eq!(
            change.details[0].text,
            "member d was double at 0, is float at 0"
        );
        assert!(!change.is_compatible());
        let disagreements = old.agreement(&newer).disagreements;
        assert_eq!(
            (&*disagreements[0].name, &*disagreements[0].part),
            ("node", "d")
        );
    }
    let one = of_c(NODE);
    assert_eq!(old.diff(&one)[0].details[0].text, "is gone");
    assert!(one.diff(&old).iter().all(|change| change.is_compatible()));
}

#[test]
fn functions_of_one_name_are_compared_as_a_set() {
    let overloads = |source| Workshop::new().types("over.cpp", source, "g++ -g -c SRC -o OUT");
    let old = overloads("int over(int) { return 1; } int over(double) { return 2; }");
    let turned = overloads("int over(double) { return 2; } int over(int) { return 1; }");
    assert_eq!(old.diff(&turned), []);
    let newer = overloads("int over(int) { return 1; } int over(float) { return 2; }");
    let changes = old.diff(&newer);
    assert_eq!(
        changes[0].details[0].text,
        "was int (double), is int (float)"
    );
}

#[test]
fn a_name_of_two_types_means_both() {
    let types = two_nodes([NODE, LINKED]);
    let nodes = types.all_meant("struct node").unwrap();
    assert_eq!(nodes.len(), 2);
    let uses = types.uses(&nodes).into_iter();
    let users: Vec<_> = uses
        .filter_map(|one| match one.user {
            User::Type(id) => Some(&*types[id].name),
            User::Symbol(_) => None,
        })
        .collect();
    for user in ["holder", "node", "user"] {
        assert!(users.contains(&user), "{users:?}");
    }
}

#[test]
fn a_pointer_with_a_name_is_not_what_a_short_name_means() {
    let mut builder = Builder::default();
    let record = Kind::Record(memglass_types::Record::new(Tag::Struct, Vec::new()));
    let quote = builder.add(Type::new("feed::Quote".into(), Some(0), record));
    for name in ["&feed::Quote", "*mut feed::Quote"] {
        builder.add(Type::new(name.into(), Some(8), Kind::Pointer { to: quote }));
    }
    let types = builder.finish().unwrap();
    let meant = types.meant("Quote").unwrap();
    assert_eq!(&*types[meant].name, "feed::Quote");
}

#[test]
fn a_declaration_says_what_makes_the_compiler_lay_it_out_the_same() {
    let source = r"
        struct __attribute__((packed)) wire { char kind; int seq; long ts; char sym[5]; double px; };
        struct __attribute__((packed, aligned(4))) frame { char kind; int seq; short rest; };
        struct __attribute__((aligned(64))) line { int head; };
        struct flags { unsigned live : 1, mode : 3; unsigned : 0; unsigned long big : 40; unsigned : 5; unsigned ok : 1; };
        struct __attribute__((packed)) tight { unsigned a : 30, b : 20; char c; };
        typedef struct { char c; _Alignas(32) int hot; struct __attribute__((packed)) { char d; int e; } in; struct wire wire;
            _Complex double z; long double wide; short last; } whole;
        struct plain { char c; union { long l; char b[3]; }; short s; int rest[]; };
        struct wire w; struct frame f; struct line l; struct flags g; struct tight t; whole o; struct plain p;
    ";
    let types = of_c(source);
    let names = ["wire", "frame", "line", "flags", "tight", "whole", "plain"];
    let code: String = names
        .iter()
        .map(|name| types.declaration(found(&types, name), Remarks::Places))
        .collect();
    let uses = "struct wire w; struct frame f; struct line l; struct flags g; struct tight t; whole o; struct plain p;";
    let again = of_c(&format!("{code}\n{uses}"));
    for name in names {
        let of = |types: &Types| {
            let id = found(types, name);
            (layout(types, id), types.size_of(id))
        };
        assert_eq!(of(&again), of(&types), "{name}: {code}");
    }
    let plain = types.declaration(found(&types, "plain"), Remarks::Places);
    assert!(
        !plain.contains("__attribute__") && !plain.contains("_Alignas"),
        "{plain}"
    );
}
