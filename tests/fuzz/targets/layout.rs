//! Layouts of packed records, as text or compiled, and bytes that are read as records of them.
//!
//! The first byte says which: with 0 a text follows, else a compiled layout, either behind its length in two bytes. The
//! rest is a record.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memglass_layouts::{Force, Go, Layout, Limits, Node, Record, Root, Visitor};

/// Small, so that inputs are tried fast; larger ones only take longer.
const LIMITS: Limits = Limits {
    depth: 16,
    elements: 2000,
    nodes: 200,
    steps: 20_000,
};

/// Room for a record that is made anew.
const CAPACITY: usize = 1 << 12;

fuzz_target!(|input: &[u8]| {
    let Some(([form, low, high], rest)) = input.split_first_chunk() else {
        return;
    };
    let len = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
    let (layout, bytes) = rest.split_at(len);
    let layout = match form {
        0 => std::str::from_utf8(layout).ok().and_then(parsed),
        _ => Layout::decode(layout).ok(),
    };
    let Some(layout) = layout else {
        return;
    };
    let roots = layout.structs().filter_map(|name| layout.root(name).ok());
    for root in roots.take(8) {
        read(&layout, root, bytes);
        let _ = layout.build(root, &[], CAPACITY);
    }
});

/// The layout of a text, if it is one: printing it changes nothing, nor does compiling.
fn parsed(text: &str) -> Option<Layout> {
    let layout = match Layout::parse(text) {
        Ok(layout) => layout,
        Err(error) => {
            assert!(error.with_caret(text).contains("line "));
            return None;
        }
    };
    let again = Layout::parse(layout.text()).expect("canonical text is a layout");
    assert_eq!(again.text(), layout.text());
    let again = Layout::decode(&layout.encode()).expect("what was compiled can be read");
    assert_eq!(again.encode(), layout.encode());
    Some(layout)
}

/// Reads a record in every way; what lies in it lies in its bytes.
fn read(layout: &Layout, root: Root, bytes: &[u8]) {
    let record = Record::new(layout, root, bytes, LIMITS);
    let mut leaves = Leaves(Vec::new());
    record.walk(&mut leaves);
    for (path, end) in &leaves.0 {
        assert!(*end <= bytes.len() as u64, "{path} ends at {end}");
        let Ok(place) = record.find(path) else {
            continue;
        };
        let Some(value) = record.value(place) else {
            continue;
        };
        if let Ok(written) = record.written(&[(path, value)], Force::Yes) {
            assert_eq!(written.len(), bytes.len());
        }
    }
    if record.size().is_none() {
        assert!(!record.faults().is_empty());
    }
}

/// The paths of single values, and where those end.
struct Leaves(Vec<(String, u64)>);

impl Visitor for Leaves {
    fn enter(&mut self, node: &Node<'_>) -> Go {
        if node.is_leaf() {
            let place = node.place();
            let end = place.offset() + place.size().unwrap_or_default();
            self.0.push((node.path().to_owned(), end));
        }
        Go::Into
    }
}
