//! What is found in files: records and their layouts, annotations, enumerations.

mod harness;

use std::collections::BTreeMap;

use harness::{Case, cases};
use memglass_code::{FieldPlace, Query, RecordLayout, Scanner};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Scan {
    name: String,
    r#in: String,
    expect: Expected,
}

/// The name and the arguments of an annotation.
type Named = (String, Option<String>);

#[derive(Deserialize)]
struct Expected {
    records: Option<Vec<Value>>,
    annotations: Option<BTreeMap<String, Vec<Named>>>,
    enums: Option<BTreeMap<String, Vec<(String, i64)>>>,
    query: Option<Query>,
    items: Option<Vec<String>>,
}

impl Case for Scan {
    fn name(&self) -> &str {
        &self.name
    }
}

fn as_json(record: &RecordLayout) -> Value {
    let layout = match &record.layout {
        Err(why) => return json!({"path": record.path, "layout": format!("unknown: {why}")}),
        Ok(layout) => layout,
    };
    let fields: Vec<Value> = layout
        .fields
        .iter()
        .map(|field| match field.place {
            FieldPlace::Bytes { offset, size } => json!([field.name, offset, size]),
            FieldPlace::Bits { offset, width } => json!([field.name, offset, "bits", width]),
        })
        .collect();
    json!({"path": record.path, "size": layout.size, "align": layout.align, "fields": fields})
}

fn check(case: &Scan) -> Result<(), String> {
    let mut scanner = Scanner::new();
    scanner.add_text("in.hpp", &case.r#in);
    let wanted: Option<Vec<String>> = case.expect.query.as_ref().map(|query| {
        let receipts = scanner.find(std::slice::from_ref(query));
        receipts[0]
            .found
            .iter()
            .map(|found| found.path.clone())
            .collect()
    });
    if let Some(records) = &case.expect.records {
        let found = scanner.records();
        let chosen = found.iter().filter(|record| {
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.contains(&record.path))
        });
        harness::same("records", &chosen.map(as_json).collect(), records)?;
    }
    if let Some(annotations) = &case.expect.annotations {
        let pairs = scanner.annotations().into_iter();
        let found: BTreeMap<String, Vec<Named>> = pairs
            .map(|(path, all)| {
                (
                    path,
                    all.into_iter().map(|one| (one.name, one.args)).collect(),
                )
            })
            .collect();
        harness::same("annotations", &found, annotations)?;
    }
    if let Some(enums) = &case.expect.enums {
        let found: BTreeMap<String, Vec<(String, i64)>> = scanner
            .enums()
            .into_iter()
            .map(|one| {
                (
                    one.path,
                    one.values
                        .into_iter()
                        .map(|(name, value)| (name, value.map_or(-1, |v| v as i64)))
                        .collect(),
                )
            })
            .collect();
        harness::same("enums", &found, enums)?;
    }
    if let (Some(wanted), Some(items)) = (&wanted, &case.expect.items) {
        harness::same("found", wanted, items)?;
    }
    Ok(())
}

#[test]
fn every_file_gives_its_records_annotations_and_numbers() {
    harness::run(&cases::<Scan>("scan"), check);
}
