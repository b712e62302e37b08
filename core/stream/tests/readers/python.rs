//! Python's packages `mcap` and `mcap-protobuf-support`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{is_read_back_by, ran};

/// Prints each message of each object as JSON, by protobuf's own rules.
const SCRIPT: &str = r#"
import json, sys
from google.protobuf.json_format import MessageToDict
from mcap.reader import make_reader
from mcap_protobuf.decoder import DecoderFactory

with open(sys.argv[1], "rb") as file:
    reader = make_reader(file, decoder_factories=[DecoderFactory()])
    for schema, channel, message, decoded in reader.iter_decoded_messages(topics=sys.argv[2:]):
        value = MessageToDict(decoded, preserving_proto_field_name=True,
                              always_print_fields_with_no_presence=True)
        print(json.dumps([channel.topic, schema.name, message.log_time, value]))
"#;

/// A Python that has the packages, made once for each target directory.
fn python() -> Result<PathBuf, String> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mcap-python");
    let python = dir.join("bin/python");
    let has_packages = |python: &Path| {
        ran(Command::new(python).args(["-c", "import mcap.reader, mcap_protobuf.decoder"]))
    };
    if has_packages(&python).is_ok() {
        return Ok(python);
    }
    ran(Command::new("python3").args(["-m", "venv"]).arg(&dir))?;
    let packages = ["mcap==1.6.0", "mcap-protobuf-support==0.6.0"];
    let quick = [
        "-m",
        "pip",
        "-q",
        "install",
        "--timeout",
        "10",
        "--retries",
        "0",
    ];
    ran(Command::new(&python).args(quick).args(packages))?;
    has_packages(&python).map(|_| python)
}

#[test]
fn python_reads_back_every_kind_of_type() {
    match python() {
        Ok(python) => is_read_back_by(Command::new(python).args(["-c", SCRIPT])),
        Err(reason) => println!("not run: Python cannot have the packages here: {reason}"),
    }
}
