//! Files that no plug-in wrote.

use proptest::prelude::*;

use super::raw::BUILTIN;
use super::*;

const SAMPLE: &[u8] = include_bytes!("../../tests/data/sample.refl");
/// The number of the first node of a file.
const FIRST: u32 = BUILTIN.len() as u32 + 1;
/// Nodes of the sample.
const NODES: usize = SAMPLE[8] as usize;
const INT: u32 = 10;
const TYPEDEF: u32 = 2;
const STRUCT: u32 = 5;
const FIELD: u32 = 7;
const ARRAY: u32 = 8;

/// A node as it lies in a file: kind, properties, name, what comes next, link, attributes; and a quantity.
type Words = ([u32; 6], u64);

fn node(tag: u32, next: u32, link: u32) -> Words {
    ([tag, 0, 0, next, link, 0], 0)
}

/// A file of these nodes.
fn file(nodes: &[Words], names: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for word in [nodes.len() as u32, names.len() as u32, FIRST] {
        bytes.extend(word.to_le_bytes());
    }
    for (words, quantity) in nodes {
        bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        bytes.extend(quantity.to_le_bytes());
    }
    bytes.extend(names);
    bytes
}

fn types(nodes: &[Words]) -> Result<Types, CreflError> {
    read(Path::new("made.refl"), &file(nodes, b""))
}

fn error(nodes: &[Words]) -> String {
    types(nodes).unwrap_err().to_string()
}

#[test]
fn files_that_were_cut_off_are_errors() {
    for end in 0..SAMPLE.len() {
        assert!(read(Path::new("cut.refl"), &SAMPLE[..end]).is_err());
    }
    let text = read(Path::new("cut.refl"), &SAMPLE[..100]).unwrap_err();
    assert!(text.to_string().contains("it has 100 bytes"), "{text}");
}

#[test]
fn bitfields_of_what_is_no_number_or_has_fewer_bits_are_errors() {
    let of = |link, width| {
        let bits = ([FIELD, raw::BITFIELD, 0, 0, link, 0], width);
        let behind = ([FIELD, raw::BITFIELD, 0, FIRST + 1, INT, 0], 1);
        let nothing = node(ARRAY, 0, INT);
        error(&[node(STRUCT, 0, FIRST + 3), bits, nothing, behind])
    };
    let text = "node 24 is a bitfield, and its type is no number, or has fewer bits";
    for (link, width) in [(FIRST + 2, 3), (INT, 33), (INT, u64::MAX)] {
        assert!(of(link, width).ends_with(text), "{}", of(link, width));
    }
}

#[test]
fn a_node_in_two_lists_is_an_error() {
    let (field, two) = (node(FIELD, 0, INT), node(STRUCT, 0, FIRST + 2));
    assert!(error(&[two, two, field]).ends_with("node 25 is in two lists"));
    let ring = node(FIELD, FIRST + 1, INT);
    assert!(error(&[node(STRUCT, 0, FIRST + 1), ring]).ends_with("node 24 is in two lists"));
    let attributes = ([STRUCT, 0, 0, 0, 0, FIRST + 2], 0);
    assert!(error(&[attributes, attributes, field]).ends_with("node 25 is in two lists"));
}

#[test]
fn a_name_of_two_nodes_or_the_end_of_one_is_an_error() {
    let before: u32 = BUILTIN.iter().map(|(name, ..)| name.len() as u32 + 1).sum();
    let named = |at: u32| ([TYPEDEF, 0, before + 1 + at, 0, INT, 0], 0);
    let read = |first, second| {
        let bytes = file(&[named(first), named(second)], b"one\0two\0");
        read(Path::new("names.refl"), &bytes)
    };
    assert!(read(0, 4).unwrap().find("two").is_some());
    for (first, second) in [(0, 0), (0, 1), (0, 8), (0, 9)] {
        let text = read(first, second).unwrap_err().to_string();
        assert!(text.contains("node 24 has a name"), "{text}");
    }
}

/// Structs each of which is in the one before it, in the order of `numbers`.
fn nested(numbers: impl Iterator<Item = u32>) -> Result<Types, CreflError> {
    let numbers: Vec<u32> = numbers.collect();
    let mut nodes = vec![node(0, 0, 0); numbers.len() * 2];
    for (at, number) in numbers.iter().enumerate() {
        let inner = numbers.get(at + 1).map_or(INT, |inner| FIRST + inner * 2);
        nodes[*number as usize * 2] = node(STRUCT, 0, FIRST + number * 2 + 1);
        nodes[*number as usize * 2 + 1] = node(FIELD, 0, inner);
    }
    types(&nodes)
}

#[test]
fn layouts_do_not_depend_on_which_record_comes_first() {
    for types in [nested(0..200), nested((0..200).rev())] {
        let types = types.unwrap();
        let records: Vec<_> = types
            .iter()
            .filter_map(|(id, _)| types.record(id))
            .collect();
        assert_eq!(records.len(), 200);
    }
    for types in [nested(0..2000), nested((0..2000).rev())] {
        assert!(types.is_err());
    }
}

/// A word of a node: in most cases one that may stand there.
fn word() -> impl Strategy<Value = (u32, u64)> {
    prop_oneof![
        (Just(0), 0..20_u64),
        (Just(4), any::<u64>()),
        (12..24_u32, 0..u64::from(FIRST) + NODES as u64).prop_map(|(at, to)| (at / 4 * 4, to)),
        (Just(24), prop_oneof![0..70_u64, any::<u64>()]),
    ]
}

/// A copy of the sample with this word of this node changed.
fn change(bytes: &mut [u8], number: usize, (at, value): (u32, u64)) {
    let start = 20 + number * 32 + at as usize;
    let len = if at == 24 { 8 } else { 4 };
    bytes[start..start + len].copy_from_slice(&value.to_le_bytes()[..len]);
}

proptest! {
    #[test]
    fn damaged_files_are_errors_or_types(changes in proptest::collection::vec((20..SAMPLE.len(), any::<u8>()), 1..8)) {
        let mut bytes = SAMPLE.to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        if let Ok(types) = read(Path::new("damaged.refl"), &bytes) {
            prop_assert!(Types::from_bytes(&types.to_bytes()).is_ok());
        }
    }

    #[test]
    fn nodes_that_say_something_else_are_errors_or_types(changes in proptest::collection::vec((0..NODES, word()), 1..4)) {
        let mut bytes = SAMPLE.to_vec();
        for (number, word) in changes {
            change(&mut bytes, number, word);
        }
        if let Ok(types) = read(Path::new("damaged.refl"), &bytes) {
            prop_assert!(Types::from_bytes(&types.to_bytes()).is_ok());
        }
    }
}
