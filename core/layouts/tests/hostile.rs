//! Bytes, texts and compiled layouts from anywhere: nothing panics, nothing takes longer than its limits allow.
//!
//! `MEMGLASS_FULL=1` makes the long form: a million random buffers for each type.
#![allow(clippy::unwrap_used)] // A test says by its panic what is wrong.

mod support;

use memglass_layouts::{
    FindError, Force, Go, Kind, Layout, Limits, Node, Place, Record, Root, Visitor,
};
use serde_json::Value as Json;
use std::time::{Duration, Instant};

fn rounds(short: u64) -> u64 {
    if std::env::var_os("MEMGLASS_FULL").is_some() {
        1_000_000
    } else {
        short
    }
}

fn cases() -> Vec<Json> {
    let files = [
        include_str!("data/cases.json"),
        include_str!("data/more.json"),
    ];
    files
        .iter()
        .flat_map(|file| serde_json::from_str::<Vec<Json>>(file).unwrap())
        .collect()
}

/// All types of the cases that records are read as, each with a record of it if there is one.
fn types() -> Vec<(String, Layout, Root, Vec<u8>)> {
    let cases = cases().into_iter().filter_map(|case| {
        let layout = Layout::parse(case["layout"].as_str()?).ok()?;
        let name = case.get("root")?.as_str()?.to_owned();
        let root = layout.root(&name).ok()?;
        let bytes = case.get("bytes").map(support::bytes).unwrap_or_default();
        Some((case["name"].to_string(), layout, root, bytes))
    });
    cases.collect()
}

/// A record with some bytes changed, cut or added, or no record at all.
fn buffer(random: &mut fastrand::Rng, record: &[u8]) -> Vec<u8> {
    let mut bytes = match random.u8(..3) {
        0 => record.to_vec(),
        1 => record[..random.usize(..=record.len())].to_vec(),
        _ => Vec::new(),
    };
    for _ in 0..random.usize(..4) {
        if let Some(len) = bytes.len().checked_sub(1) {
            bytes[random.usize(..=len)] = random.u8(..);
        }
    }
    for _ in 0..random.usize(..24) {
        // Small numbers make counts that fit.
        bytes.push(if random.bool() {
            random.u8(..4)
        } else {
            random.u8(..)
        });
    }
    bytes
}

const LIMITS: Limits = Limits {
    depth: 16,
    elements: 2000,
    nodes: 200,
    steps: 20_000,
};

/// The nodes of a walk, and how many faults it met.
#[derive(Default)]
struct Met {
    nodes: Vec<(String, u64, Option<u64>)>,
    faults: usize,
}

impl Visitor for Met {
    fn enter(&mut self, node: &Node<'_>) -> Go {
        let place = node.place();
        self.nodes
            .push((node.path().to_owned(), place.offset(), place.size()));
        let _ = node.value();
        Go::Into
    }

    fn fault(&mut self, _: &str, _: Kind) {
        self.faults += 1;
    }
}

#[test]
fn random_bytes_break_no_promise() {
    let mut random = fastrand::Rng::with_seed(1);
    for (name, layout, root, sample) in types() {
        let constant = constant_places(&layout, root, &sample);
        for _ in 0..rounds(150) {
            let bytes = buffer(&mut random, &sample);
            let record = Record::new(&layout, root, &bytes, LIMITS);
            are_where_they_always_are(&record, &constant, &bytes).unwrap_or_else(|error| {
                panic!("{name}: {error}: {}", support::hex(&bytes));
            });
            let mut met = Met::default();
            record.walk(&mut met);
            let looked_up = random.usize(..met.nodes.len().max(1));
            keeps_promises(&record, &met, looked_up, &bytes).unwrap_or_else(|error| {
                panic!(
                    "{name}: {error}: {} in {:?}",
                    support::hex(&bytes),
                    met.nodes
                );
            });
        }
    }
}

/// A path, its place in every record, and the least bytes of a record that has it.
type Constant = (String, (Place, u64));

/// The single values of a sample that are at the same place in every record.
fn constant_places(layout: &Layout, root: Root, sample: &[u8]) -> Vec<Constant> {
    let record = Record::new(layout, root, sample, LIMITS);
    let mut met = Met::default();
    record.walk(&mut met);
    let is_leaf = |path: &String| {
        let place = record.find(path);
        place.is_ok_and(|place| record.leaf(place).is_some())
    };
    let paths = met.nodes.into_iter().map(|(path, ..)| path);
    let constant = |path: String| Some((path.clone(), layout.constant_place(root, &path)?));
    paths.filter(is_leaf).filter_map(constant).collect()
}

/// A part at a constant place is found there in every record that is long enough.
fn are_where_they_always_are(
    record: &Record<'_>,
    constant: &[Constant],
    bytes: &[u8],
) -> Result<(), String> {
    for (path, (place, least)) in constant {
        match record.find(path) {
            Ok(found) if (found.offset(), found.size()) != (place.offset(), place.size()) => {
                return Err(format!("{path} is at {found:?} and should be at {place:?}"));
            }
            Err(error) if *least <= bytes.len() as u64 && !ends_everything(&error) => {
                return Err(error.to_string());
            }
            _ => {}
        }
    }
    Ok(())
}

fn ends_everything(error: &FindError) -> bool {
    matches!(
        error,
        FindError::Hidden {
            kind: Kind::Budget,
            ..
        }
    )
}

fn keeps_promises(
    record: &Record<'_>,
    met: &Met,
    looked_up: usize,
    bytes: &[u8],
) -> Result<(), String> {
    if met.nodes.len() as u64 > LIMITS.nodes {
        return Err("more nodes than the limit".to_owned());
    }
    if record.size().is_none() && met.faults == 0 {
        return Err("no size, and no fault that says why".to_owned());
    }
    for (path, offset, size) in &met.nodes {
        if offset + size.unwrap_or(0) > bytes.len() as u64 {
            return Err(format!("{path} ends outside of the bytes"));
        }
    }
    let Some((path, offset, _)) = met.nodes.get(looked_up) else {
        return Ok(());
    };
    // What was met stays readable, unless a later field of the same name hides it.
    let is_shadowed = met.nodes[looked_up + 1..]
        .iter()
        .any(|(later, ..)| later == path);
    match record.find(path) {
        Ok(place) if !is_shadowed && place.offset() != *offset => {
            Err(format!("{path} is elsewhere"))
        }
        Err(error) if met.faults == 0 => Err(error.to_string()),
        _ => Ok(()),
    }
}

#[test]
fn what_can_be_read_can_be_written_back_without_change() {
    let mut random = fastrand::Rng::with_seed(2);
    for (name, layout, root, sample) in types() {
        for _ in 0..rounds(10) {
            let bytes = buffer(&mut random, &sample);
            let record = Record::new(&layout, root, &bytes, LIMITS);
            let values = record.fold(|node, parts: Vec<Vec<_>>| {
                let own = node
                    .is_leaf()
                    .then(|| (node.path().to_owned(), node.value().unwrap()));
                parts.into_iter().flatten().chain(own).collect()
            });
            for (path, value) in values.concat() {
                // Only what reads as it stands: a bool of 5 is written as 1, bytes that are no text as U+FFFD.
                if let Ok(written) = record.written(&[(&path, value.clone())], Force::Yes) {
                    let again = Record::new(&layout, root, &written, LIMITS);
                    let read = again.find(&path).ok().and_then(|place| again.value(place));
                    let same = format!("{read:?}") == format!("{:?}", Some(value.clone()));
                    assert!(
                        same || written != bytes,
                        "{name}: {path}: {value:?} reads as {read:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn random_texts_are_parsed_or_refused_in_little_time() {
    let mut random = fastrand::Rng::with_seed(3);
    let texts: Vec<String> = cases()
        .iter()
        .map(|case| case["layout"].as_str().unwrap().to_owned())
        .collect();
    let words: Vec<&str> = texts
        .iter()
        .flat_map(|text| text.split_inclusive([' ', ';', '(', ')', '{', '[']))
        .collect();
    for _ in 0..rounds(3000) {
        let mut text = texts[random.usize(..texts.len())].clone();
        for _ in 0..random.usize(1..4) {
            let at = (0..=text.len())
                .filter(|at| text.is_char_boundary(*at))
                .nth(random.usize(..=text.len()));
            let at = at.unwrap_or(0);
            match random.u8(..3) {
                0 => text.insert_str(at, words[random.usize(..words.len())]),
                1 => text.truncate(at),
                _ => text.insert(at, char::from(random.u8(0x20..0x7f))),
            }
        }
        if let Ok(layout) = Layout::parse(&text) {
            let again = Layout::parse(layout.text())
                .unwrap_or_else(|error| panic!("{text}\n{}\n{error}", layout.text()));
            assert_eq!(again.text(), layout.text(), "{text}");
        }
    }
}

#[test]
fn long_texts_take_time_in_proportion() {
    let fields = |n: usize| {
        format!(
            "struct a {{ {} }};",
            (0..n).map(|i| format!("u8 f{i};")).collect::<String>()
        )
    };
    let structs = |n: usize| {
        (0..n)
            .map(|i| format!("struct s{i} {{ u8 n; u8 d[n]; }};"))
            .collect::<String>()
    };
    let chain = |n: usize| format!("const u128 a = {}1;", "1 + ".repeat(n.min(200)));
    let deep = |n: usize| {
        format!(
            "struct a {{ u8 n; u8 d[{}n{}]; }};",
            "(".repeat(n),
            ")".repeat(n)
        )
    };
    let arms = |n: usize| {
        let arms: String = (0..n).map(|i| format!("({i}): u8 x;")).collect();
        format!("struct a {{ u32 k; match (k) {{ {arms} }} u8 d[x]; }};")
    };
    for text in [fields, structs, chain, deep, arms]
        .iter()
        .map(|make: &fn(usize) -> String| make(10_000))
    {
        let start = Instant::now();
        let _ = Layout::parse(&text);
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{:?} for {} bytes",
            start.elapsed(),
            text.len()
        );
    }
}

#[test]
fn damaged_documents_are_refused_or_harmless() {
    let mut random = fastrand::Rng::with_seed(4);
    for (_, layout, _, sample) in types() {
        let document = layout.encode();
        for _ in 0..rounds(100) {
            let mut bytes = document.clone();
            for _ in 0..random.usize(1..4) {
                let at = random.usize(..bytes.len());
                bytes[at] = random.u8(..);
            }
            bytes.truncate(random.usize(..=bytes.len() * 4));
            let Ok(layout) = Layout::decode(&bytes) else {
                continue;
            };
            for name in layout.structs() {
                if let Ok(root) = layout.root(name) {
                    let record = Record::new(&layout, root, &sample, LIMITS);
                    let _ = support::nodes_and_faults(&record);
                    let _ = layout.build(root, &[], 1 << 12);
                }
            }
        }
    }
}

#[test]
fn structs_that_take_no_bytes_are_bounded_as_well() {
    let parents = "parent.".repeat(60);
    let mut text = format!("struct t0 {{ u8 d[{parents}n]; }};");
    for i in 1..60 {
        let inner = i - 1;
        text += &format!("struct t{i} {{ t{inner} a; t{inner} b; }};");
    }
    text += "struct all { u8 n; t59 x; };";
    let layout = Layout::parse(&text).unwrap();
    let record = Record::new(
        &layout,
        layout.root("all").unwrap(),
        &[0],
        Limits {
            steps: 20_000,
            ..Limits::default()
        },
    );
    assert_eq!(record.size(), None);
    let faults = record.faults();
    assert_eq!(
        faults.last().map(|fault| fault.kind),
        Some(Kind::Budget),
        "{faults:?}"
    );
}

/// Structs of which each has the one before twice: after 64 of them no size is a number of 64 bits.
fn doubled(structs: usize) -> String {
    let mut text = "struct d0 { u8 x; };".to_owned();
    for index in 1..structs {
        let inner = index - 1;
        text += &format!(" struct d{index} {{ d{inner} a; d{inner} b; }};");
    }
    text
}

#[test]
fn structs_that_are_larger_than_any_memory_are_records_that_are_cut_off() {
    for structs in [62, 63, 64, 65, 66, 190] {
        let layout = Layout::parse(&doubled(structs)).unwrap();
        let root = layout.root(&format!("d{}", structs - 1)).unwrap();
        let record = Record::new(&layout, root, &[1, 2], Limits::default());
        assert!(record.size().is_none(), "{structs}");
    }
}
