//! The cases of tests/data: layouts with the nodes, faults, writes and texts that are expected of them.
#![allow(clippy::unwrap_used)] // A test says by its panic what is wrong.

mod support;

use memglass_layouts::{Force, Layout, Limits, Record, RootError, TextError};
use serde_json::Value as Json;
use support::{bytes, fold_paths, from_json, limits, map, nodes_and_faults, walk_over};

const FILES: &[&str] = &[
    include_str!("data/cases.json"),
    include_str!("data/more.json"),
];

fn cases() -> Vec<Json> {
    FILES
        .iter()
        .flat_map(|file| serde_json::from_str::<Vec<Json>>(file).unwrap())
        .collect()
}

/// Runs `check` on the cases that have `key`, and tells of all that fail.
fn each_with(key: &str, check: impl Fn(&Json) -> Result<(), String>) {
    let cases = cases();
    let chosen: Vec<_> = cases
        .iter()
        .filter(|case| case.get(key).is_some())
        .collect();
    assert!(!chosen.is_empty(), "no case has {key}");
    let failed: Vec<String> = chosen
        .iter()
        .filter_map(|case| {
            check(case)
                .err()
                .map(|error| format!("{}: {error}", case["name"]))
        })
        .collect();
    assert!(
        failed.is_empty(),
        "{} of {} failed:\n{}",
        failed.len(),
        chosen.len(),
        failed.join("\n")
    );
}

fn same(what: &str, found: &Json, expected: &Json) -> Result<(), String> {
    let (found, expected) = (support::plain(found), support::plain(expected));
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}\n  found    {found}\n  expected {expected}"))
    }
}

fn layout(case: &Json) -> Result<Layout, String> {
    let text = case["layout"].as_str().unwrap();
    Layout::parse(text).map_err(|error| error.with_caret(text))
}

fn root_name(case: &Json) -> &str {
    case["root"].as_str().unwrap()
}

#[test]
fn records_read_as_expected() {
    each_with("expect", |case| {
        let layout = layout(case)?;
        let decoded = Layout::decode(&layout.encode()).map_err(|error| error.to_string())?;
        let reprinted = Layout::parse(layout.text()).map_err(|error| error.to_string())?;
        for layout in [&layout, &decoded, &reprinted] {
            reads_as_expected(case, layout)?;
        }
        Ok(())
    });
}

fn reads_as_expected(case: &Json, layout: &Layout) -> Result<(), String> {
    let bytes = bytes(&case["bytes"]);
    let root = layout
        .root(root_name(case))
        .map_err(|error| error.to_string())?;
    let record = Record::new(layout, root, &bytes, limits(case));
    let expect = &case["expect"];
    let (nodes, faults) = nodes_and_faults(&record);
    same("size", &record.size().into(), &expect["size"])?;
    same("nodes", &nodes, &expect["nodes"])?;
    same("faults", &faults, &expect["errors"])?;
    if let Some(fold) = expect.get("fold") {
        same("fold", &fold_paths(&record), fold)?;
    }
    if let Some(walk) = expect.get("walk") {
        same("walk", &walk_over(&record, &case["skip"]), walk)?;
    }
    for lookup in expect
        .get("lookups")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
    {
        let found = record
            .find(lookup[0].as_str().unwrap())
            .ok()
            .map(|place| place.offset());
        same(
            &format!("lookup of {}", lookup[0]),
            &found.into(),
            &lookup[1],
        )?;
    }
    for node in expect["nodes"].as_array().unwrap() {
        // The last of equal paths is the one that lookups mean.
        let path = node[0].as_str().unwrap();
        let last = expect["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .rev()
            .find(|other| other[0] == node[0])
            .unwrap();
        let found = record.find(path).map_err(|error| error.to_string())?;
        same(
            &format!("offset of {path}"),
            &found.offset().into(),
            &last[2],
        )?;
    }
    Ok(())
}

#[test]
fn every_prefix_of_a_record_reads_as_expected() {
    each_with("prefixes", |case| {
        let layout = layout(case)?;
        let bytes = bytes(&case["bytes"]);
        let root = layout
            .root(root_name(case))
            .map_err(|error| error.to_string())?;
        for prefix in case["prefixes"].as_array().unwrap() {
            let len = prefix[0].as_u64().unwrap() as usize;
            let record = Record::new(&layout, root, &bytes[..len], Limits::default());
            let (nodes, faults) = nodes_and_faults(&record);
            let count = nodes.as_array().unwrap().len();
            let found = serde_json::json!([len, record.size(), count, faults]);
            same("prefix", &found, prefix)?;
        }
        Ok(())
    });
}

#[test]
fn mistakes_have_their_place_and_name() {
    each_with("static_error", |case| {
        let found = mistake(case).ok_or("no mistake found")?;
        let mut json = serde_json::json!({
            "line": found.line, "column": found.column, "about": found.about.word(), "name": found.name,
        });
        if let Some(hint) = found.hint {
            json["hint"] = hint.into();
        }
        same("mistake", &json, &case["static_error"])
    });
}

fn mistake(case: &Json) -> Option<TextError> {
    let layout = match Layout::parse(case["layout"].as_str().unwrap()) {
        Ok(layout) => layout,
        Err(error) => return Some(error),
    };
    match layout.root(case.get("root")?.as_str()?) {
        Err(RootError::NeedsParent { mistake, .. }) => Some(mistake),
        _ => None,
    }
}

#[test]
fn the_canonical_text_is_as_expected() {
    each_with("canonical", |case| {
        same("text", &layout(case)?.text().into(), &case["canonical"])
    });
}

#[test]
fn the_canonical_text_prints_as_itself() {
    each_with("layout", |case| {
        let Ok(layout) = layout(case) else {
            return Ok(());
        };
        let again =
            Layout::parse(layout.text()).map_err(|error| error.with_caret(layout.text()))?;
        same("text", &again.text().into(), &layout.text().into())
    });
}

#[test]
fn values_are_written_in_place_or_not_at_all() {
    each_with("write", |case| {
        let layout = layout(case)?;
        let bytes = bytes(&case["bytes"]);
        let root = layout
            .root(root_name(case))
            .map_err(|error| error.to_string())?;
        let record = Record::new(&layout, root, &bytes, Limits::default());
        let writes = case["write"].as_array().unwrap().iter();
        let values: Vec<_> = writes
            .map(|write| (write[0].as_str().unwrap(), from_json(&write[1])))
            .collect();
        let force = if case["force"] == true {
            Force::Yes
        } else {
            Force::No
        };
        written_as_expected(case, record.written(&values, force))
    });
}

#[test]
fn records_are_laid_out_anew_from_maps() {
    each_with("map", |case| {
        let layout = layout(case)?;
        let root = layout
            .root(root_name(case))
            .map_err(|error| error.to_string())?;
        let capacity = case["capacity"].as_u64().unwrap_or(1 << 16) as usize;
        written_as_expected(case, layout.build(root, &map(&case["map"]), capacity))
    });
}

fn written_as_expected(
    case: &Json,
    found: Result<Vec<u8>, memglass_layouts::WriteError>,
) -> Result<(), String> {
    match found {
        Ok(found) => same("bytes", &support::hex(&found).into(), &case["expect_bytes"]),
        Err(error) => {
            let found = serde_json::json!([error.path(), error.word()]);
            same(&error.to_string(), &found, &case["expect_error"])
        }
    }
}
