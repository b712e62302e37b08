//! What cannot be observed is refused, with its place and with what to do, all in one run.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

mod harness;

use memglass_gen::GenerateError;

/// The lines that are refused, with the reasons: `line: reason`.
fn refused(text: &str) -> Vec<(usize, String)> {
    let errors = text.lines().filter_map(|line| line.split_once(": error: "));
    errors
        .map(|(place, reason)| {
            (
                place.split(':').nth(1).unwrap().parse().unwrap(),
                reason.to_owned(),
            )
        })
        .collect()
}

#[test]
fn everything_that_cannot_be_observed_is_refused_where_it_is_written() {
    let source = std::fs::read_to_string(harness::data("refused.hpp")).unwrap();
    // What is expected has annotations in it, which must not be read.
    let bare: Vec<&str> = source
        .lines()
        .map(|line| line.split("//~").next().unwrap())
        .collect();
    let Some(result) = harness::generated_for(&bare.join("\n")) else {
        return;
    };
    let Err(GenerateError::Faults { text, count }) = result else {
        panic!("{result:?}")
    };
    let found = refused(&text);
    assert_eq!(found.len(), count);
    let expected: Vec<(usize, &str)> = source
        .lines()
        .enumerate()
        .filter(|(number, _)| *number > 0)
        .filter_map(|(number, line)| Some((number + 1, line.split_once("//~ ")?.1)))
        .collect();
    for (line, reason) in &expected {
        let said: Vec<_> = found
            .iter()
            .filter(|(at, _)| at == line)
            .map(|(_, reason)| reason)
            .collect();
        assert!(
            said.iter().any(|said| said.contains(reason)),
            "line {line}: expected {reason:?}, found {said:?}"
        );
        assert_eq!(said.len(), 1, "line {line}: {said:?}");
    }
    let surplus: Vec<_> = found
        .iter()
        .filter(|(at, _)| !expected.iter().any(|(line, _)| line == at))
        .collect();
    assert!(surplus.is_empty(), "{surplus:#?}");
    assert!(expected.len() >= 60, "{}", expected.len());
}

#[test]
fn an_error_of_the_compiler_is_fatal() {
    let Some(result) =
        harness::generated_for("struct [[memglass::observe]] A { int x; Missing y; };")
    else {
        return;
    };
    let Err(GenerateError::Faults { text, .. }) = result else {
        panic!("{result:?}")
    };
    assert!(
        text.contains(":1:41: error: unknown type name 'Missing'"),
        "{text}"
    );
    assert!(
        text.contains("      |                                         ^"),
        "{text}"
    );
}

#[test]
fn a_missing_include_is_fatal() {
    let Some(result) =
        harness::generated_for("#include \"none.hpp\"\nstruct [[memglass::observe]] A { int x; };")
    else {
        return;
    };
    assert!(
        matches!(result, Err(GenerateError::Faults { .. })),
        "{result:?}"
    );
}

#[test]
fn a_header_without_marks_is_refused() {
    let Some(result) = harness::generated_for("struct A { int x; };") else {
        return;
    };
    assert!(
        matches!(result, Err(GenerateError::NothingMarked { .. })),
        "{result:?}"
    );
}

/// What only looks like attributes, and what is cut off inside of one.
#[test]
fn brackets_that_are_no_attributes_are_no_misspelt_marks() {
    let lambda = "inline int at(const int* t) { return t[[] { return 1; }()]; }\nstruct Observer { int x; };\n";
    let marked = "struct [[memglass::observe]] Order { int price; };\n";
    let Some(generated) = harness::generated_for(&format!("{lambda}{marked}")) else {
        return;
    };
    generated.unwrap();
    for cut in [
        "struct [[observe::",
        "struct [[observe",
        "struct [[memglass::",
    ] {
        let generated = harness::generated_for(&format!("{marked}{cut}")).unwrap();
        assert!(generated.is_err(), "{cut}");
    }
}
