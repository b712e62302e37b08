//! Files before and after requests, byte by byte, and the receipts.

mod harness;

use std::collections::BTreeMap;

use harness::{Case, cases};
use memglass_code::{Editor, Plan, Policy, Reason, Request, Requests, Target};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Edits {
    name: String,
    files: BTreeMap<String, String>,
    requests: Vec<Value>,
    #[serde(default)]
    batch: bool,
    expect: Expected,
}

#[derive(Deserialize)]
struct Expected {
    files: BTreeMap<String, String>,
    receipts: Vec<BTreeMap<String, Value>>,
    again: Option<Vec<String>>,
}

impl Case for Edits {
    fn name(&self) -> &str {
        &self.name
    }
}

fn apply(files: &BTreeMap<String, String>, case: &Edits) -> Result<Plan, String> {
    let mut editor = Editor::new();
    if case.batch {
        editor = editor.batch();
    }
    for (name, text) in files {
        editor.add_text(name, text);
    }
    let requests: Result<Vec<Request>, _> = case
        .requests
        .iter()
        .cloned()
        .map(serde_json::from_value)
        .collect();
    Ok(editor.plan(&requests.map_err(|error| error.to_string())?))
}

fn check(case: &Edits) -> Result<(), String> {
    let plan = apply(&case.files, case)?;
    for (number, expected) in case.expect.receipts.iter().enumerate() {
        let found =
            serde_json::to_value(&plan.receipts()[number]).map_err(|error| error.to_string())?;
        for (key, value) in expected {
            harness::same(&format!("receipt {number}, {key}"), &found[key], value)
                .map_err(|what| format!("{what}\n{found}"))?;
        }
    }
    harness::same(
        "number of receipts",
        &plan.receipts().len(),
        &case.expect.receipts.len(),
    )?;
    for (name, expected) in &case.expect.files {
        harness::same_text(name, plan.text(name).unwrap_or_default(), expected)?;
    }
    let Some(again) = &case.expect.again else {
        return Ok(());
    };
    let second = apply(&case.expect.files, case)?;
    let result = |receipt: &memglass_code::Receipt| {
        let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
        let result = text(serde_json::to_value(receipt.result).unwrap_or_default());
        match receipt.reason {
            Some(reason) => format!(
                "{result}:{}",
                text(serde_json::to_value(reason).unwrap_or_default())
            ),
            None => result,
        }
    };
    harness::same(
        "again",
        &second.receipts().iter().map(result).collect(),
        again,
    )?;
    for (name, text) in &case.expect.files {
        harness::same_text(
            &format!("{name} again"),
            second.text(name).unwrap_or_default(),
            text,
        )?;
    }
    Ok(())
}

#[test]
fn every_list_of_requests_changes_the_expected_bytes_and_no_more_the_second_time() {
    harness::run(&cases::<Edits>("edits"), check);
}

#[test]
fn code_that_would_take_what_stands_behind_it_is_refused() {
    const LINE: &str = "struct S { int a; int b; };\n";
    const LINES: &str = "struct S {\n    int a;\n    int b;\n};\n";
    let add = |code: &str| Request::add(Target::path("S::a"), &[Policy::After], code);
    let inside = |code: &str| Request::add(Target::path("S"), &[Policy::Inside], code);
    let replace = |code: &str| Request::replace(Target::path("S::a"), code);
    let check = |text: &str, request: Request, expected: Option<Reason>| {
        let mut editor = Editor::new();
        editor.add_text("h.hpp", text);
        let plan = editor.plan(std::slice::from_ref(&request));
        assert_eq!(plan.receipts()[0].reason, expected, "{request:?}");
        let is_changed = plan.text("h.hpp") != Some(text);
        assert_eq!(is_changed, expected.is_none(), "{request:?}");
    };
    for code in [
        "int z; /* open",
        "#define Z /* open",
        "#pragma once /*",
        "const char* z = R\"x(",
    ] {
        for text in [LINE, LINES] {
            for request in [add(code), inside(code), replace(code)] {
                check(text, request, Some(Reason::BadCode));
            }
        }
    }
    for code in [
        "int z; // rest",
        "int z;\n// rest",
        "int z; //",
        "#define Z 1",
    ] {
        check(LINE, replace(code), Some(Reason::BadPlace));
        check(LINE, add(code), Some(Reason::BadPlace));
        check(LINES, replace(code), None);
        check(LINES, add(code), None);
    }
    check(
        LINE,
        add("const char* z = R\"(a\n  b)\";"),
        Some(Reason::BadPlace),
    );
    check(
        "struct S {\n    int a; // it\n};\n",
        replace("int z; // its"),
        None,
    );
    let commented = "struct S { int a; // it\n    int b;\n};\n";
    let mut editor = Editor::new();
    editor.add_text("h.hpp", commented);
    let plan = editor.plan(&[add("int z;")]);
    let after = "struct S { int a; // it\nint z;\n    int b;\n};\n";
    assert_eq!(plan.text("h.hpp"), Some(after));
    let goes_on = "struct S {\n    int a; /* it\n    goes on */\n};\n";
    check(goes_on, replace("int z; // its"), Some(Reason::BadPlace));
}

#[test]
fn a_list_may_begin_with_a_byte_order_mark() {
    let json = r#"[{"op": "remove", "target": {"path": "a"}}]"#;
    let toml = "[[requests]]\nop = \"remove\"\ntarget = { path = \"a\" }\n";
    for mark in ["", "\u{feff}"] {
        let [json, toml] = [json, toml].map(|text| format!("{mark}{text}"));
        assert_eq!(
            Requests::from_json(&json)
                .map(|one| one.requests.len())
                .ok(),
            Some(1)
        );
        assert_eq!(
            Requests::from_toml(&toml)
                .map(|one| one.requests.len())
                .ok(),
            Some(1)
        );
    }
}
