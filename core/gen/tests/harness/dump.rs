//! What clang itself prints of record layouts, to compare with.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Size of a record, and its direct members: name, first bit, width of a bitfield.
pub type Dumped = (u64, Vec<(String, u64, Option<u64>)>);

/// The layouts of all records of a source by their names, as `struct T`. `None` if there is no clang.
pub fn dumped(source: &Path, arguments: &[&str]) -> Option<BTreeMap<String, Dumped>> {
    let output = Command::new("clang")
        .args(["-fsyntax-only", "-w", "-Xclang", "-fdump-record-layouts"])
        .args(arguments)
        .arg(source)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut records = BTreeMap::new();
    for block in text.split("*** Dumping AST Record Layout\n").skip(1) {
        let (name, record) = record(block);
        records.insert(name, record);
    }
    Some(records)
}

fn record(block: &str) -> (String, Dumped) {
    let (mut name, mut size, mut members) = (String::new(), 0, Vec::new());
    for (place, text) in block.lines().filter_map(|line| line.split_once("| ")) {
        let depth = (text.len() - text.trim_start().len()) / 2;
        if let Some(said) = text.trim().strip_prefix("[sizeof=") {
            let end = said.find([',', ']']).expect("a number");
            size = said[..end].parse().expect("a number");
            break;
        }
        match depth {
            0 if name.is_empty() => name = text.trim_end_matches(" (empty)").trim().to_owned(),
            1 => members.extend(member(place.trim(), text)),
            _ => {}
        }
    }
    (name, (size, members))
}

/// A direct member; `None` of bases, of the pointer to virtual functions, and of bitfields without a name.
fn member(place: &str, text: &str) -> Option<(String, u64, Option<u64>)> {
    let text = text.strip_suffix(" (empty)").unwrap_or(text);
    if text.ends_with("base)") || text.ends_with("vtable pointer)") {
        return None;
    }
    let name = text.rsplit(' ').next().unwrap_or_default().to_owned();
    let Some((byte, bits)) = place.split_once(':') else {
        return Some((name, 8 * place.parse::<u64>().ok()?, None));
    };
    let (first, last) = bits.split_once('-').expect("two bits");
    let (byte, first): (u64, u64) = (byte.parse().ok()?, first.parse().ok()?);
    let last: u64 = last.parse().ok()?;
    (!name.is_empty()).then_some((name, 8 * byte + first, Some(last + 1 - first)))
}
