//! Files of Crefl: one that its own plug-in of clang wrote of `sample.h`, and what the compiler says of the same header.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, clippy::panic)]

mod harness;

use std::path::{Path, PathBuf};

use harness::{Workshop, found, layout};
use memglass_types::{Count, Kind, Linkage, Types};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

fn sample() -> Types {
    Types::open(data("sample.refl")).unwrap()
}

#[test]
fn a_file_of_crefl_has_the_types_functions_and_variables_of_its_header() {
    let types = sample();
    assert_eq!(
        layout(&types, found(&types, "struct packed")),
        "kind 0 1, len 1 4"
    );
    assert_eq!(
        types.spell(types.members(found(&types, "struct quote"))[7].ty),
        "const struct packed *"
    );
    let Kind::Enum(color) = &types[types.bare(found(&types, "color"))].kind else {
        panic!()
    };
    let values: Vec<_> = color
        .enumerators
        .iter()
        .map(|one| (&*one.name, one.value))
        .collect();
    assert_eq!(values, [("red", 0), ("green", 4), ("blue", -1)]);
    let function = types
        .functions()
        .find(|one| &*one.name == "on_quote")
        .unwrap();
    assert_eq!(
        types.declare(function.ty, "on_quote"),
        "int on_quote(const struct quote *, int[static 4], float)"
    );
    let names: Vec<&str> = function.parameters.iter().map(|name| &**name).collect();
    assert_eq!(names, ["q", "levels", "ratio"]);
    let tick = types.functions().find(|one| &*one.name == "tick").unwrap();
    assert_eq!((tick.linkage, tick.inline), (Linkage::Static, true));
    let said: Vec<_> = tick
        .attributes
        .iter()
        .map(|one| (&*one.name, &*one.value))
        .collect();
    assert_eq!(said, [("annotate", "tick")]);
    assert_eq!(&*types.variables().next().unwrap().name, "book");
    assert_eq!(&*types.units()[0].name, "sample.h");
    let Kind::Function(signature) = &types[function.ty].kind else {
        panic!()
    };
    assert!(matches!(
        types[signature.parameters[1]].kind,
        Kind::Array {
            count: Count::AtLeast(4),
            ..
        }
    ));
}

#[test]
fn members_lie_where_the_compiler_puts_them_although_the_file_does_not_say_where() {
    let types = sample();
    let header = std::fs::read_to_string(data("sample.h")).unwrap();
    let source = format!(
        "{header}\nquote q; struct list l; struct bits b; color c; enum access a;\n\
        struct bytes y; struct gap g; struct end e; struct tight t; struct lifted i; struct partly p; union overlaid o;\n"
    );
    for compiler in ["gcc", "clang"] {
        let words = format!("{compiler} -g -w -c SRC -o OUT");
        let program = Workshop::new().types("sample.c", &source, &words);
        let agreement = types.agreement(&program);
        assert_eq!(agreement.disagreements, [], "{compiler}");
        assert!(
            agreement.compared >= 13,
            "{compiler}: {}",
            agreement.compared
        );
    }
}

#[test]
fn a_record_that_is_only_declared_has_no_layout() {
    let types = sample();
    let hidden = found(&types, "struct hidden");
    assert!(matches!(types[hidden].kind, Kind::Opaque { .. }));
}
