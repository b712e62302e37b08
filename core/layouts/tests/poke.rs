//! GNU poke reads the same records in the same way. Says so and passes where it is not installed.
#![allow(clippy::unwrap_used)] // A test says by its panic what is wrong.
#![allow(clippy::print_stdout)] // Says why nothing was compared.

use memglass_layouts::{Layout, Limits, Record};
use std::process::{Command, Stdio};

/// One record, described in both languages, and the paths that are compared.
struct Shared {
    layout: &'static str,
    pickle: &'static str,
    bytes: &'static [u8],
    paths: &'static [&'static str],
}

const SHARED: &[Shared] = &[
    Shared {
        layout: "struct m { u8 n; u16 d[n]; be u16 crc; };",
        pickle: "type m = struct { uint<8> n; little uint<16>[n] d; big uint<16> crc; };",
        bytes: b"\x02\x01\x00\x02\x01\x01\x02",
        paths: &["n", "d[0]", "d[1]", "crc"],
    },
    Shared {
        layout: "struct m { be u16 n; e v[n]; u8 sum; }; struct e { u8 id; u8 len; u8 name[len]; };",
        pickle: "type e = struct { uint<8> id; uint<8> len; uint<8>[len] name; };
                 type m = struct { big uint<16> n; e[n] v; uint<8> sum; };",
        bytes: b"\x00\x02\x01\x03abc\x02\x00\x5a",
        paths: &["n", "v[0].id", "v[0].name[2]", "v[1].id", "v[1].len", "sum"],
    },
    Shared {
        layout: "struct m { u8 n; u8 off[n + 1]; u8 head[off[1] - off[0]]; u8 tail[off[2] - off[1]]; be u32 end; };",
        pickle: "type m = struct { uint<8> n; uint<8>[n + 1] off; uint<8>[off[1] - off[0]] head;
                 uint<8>[off[2] - off[1]] tail; big uint<32> end; };",
        bytes: b"\x02\x00\x02\x05hiyou\x00\x00\x01\x00",
        paths: &["off[2]", "head[1]", "tail[2]", "end"],
    },
];

#[test]
fn poke_reads_three_of_the_records_in_the_same_way() {
    if Command::new("poke")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        println!("not compared: poke is not installed (Debian package poke)");
        return;
    }
    for shared in SHARED {
        let layout = Layout::parse(shared.layout).unwrap();
        let record = Record::new(
            &layout,
            layout.root("m").unwrap(),
            shared.bytes,
            Limits::default(),
        );
        let ours: Vec<String> = shared
            .paths
            .iter()
            .map(|path| number(&record, path))
            .collect();
        let size = record.size().unwrap().to_string();
        assert_eq!(
            poked(shared),
            [ours, vec![size]].concat(),
            "{}",
            shared.layout
        );
    }
}

fn number(record: &Record<'_>, path: &str) -> String {
    record
        .integer(record.find(path).unwrap())
        .unwrap()
        .to_string()
}

/// What poke prints for each path, and the size of the record.
fn poked(shared: &Shared) -> Vec<String> {
    let bytes: Vec<String> = shared
        .bytes
        .iter()
        .map(|byte| format!("0x{byte:02x}UB"))
        .collect();
    let reads: String = shared
        .paths
        .iter()
        .map(|path| format!("printf (\"%u64d\\n\", r.{path} as uint<64>);\n"))
        .collect();
    let script = format!(
        "set_ios (open (\"*record*\"));\nuint<8>[{}] @ 0#B = [{}];\n{}\nvar r = m @ 0#B;\n{reads}printf (\"%u64d\\n\", (r'size / 8#b) as uint<64>);\n",
        bytes.len(),
        bytes.join(", "),
        shared.pickle,
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("record.pk");
    std::fs::write(&file, script).unwrap();
    let output = Command::new("poke")
        .args(["--quiet", "-L"])
        .arg(&file)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.stderr.is_empty(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text.lines().map(str::to_owned).collect()
}
