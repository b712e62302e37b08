//! The npm packages that Foxglove reads MCAP files with.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{is_read_back_by, ran};

const PACKAGES: [&str; 3] = [
    "@mcap/core@2.2.2",
    "@mcap/nodejs@1.0.2",
    "@mcap/support@1.1.0",
];

/// Prints each message of each object as JSON.
const SCRIPT: &str = r#"
const { McapIndexedReader } = require("@mcap/core");
const { FileHandleReadable } = require("@mcap/nodejs");
const { loadDecompressHandlers, protobufFromBinaryDescriptor } = require("@mcap/support");
const { open } = require("node:fs/promises");

(async () => {
  const [path, ...topics] = process.argv.slice(2);
  const file = await open(path, "r");
  const readable = new FileHandleReadable(file);
  const decompressHandlers = await loadDecompressHandlers();
  const reader = await McapIndexedReader.Initialize({ readable, decompressHandlers });
  for await (const message of reader.readMessages({ topics })) {
    const channel = reader.channelsById.get(message.channelId);
    const schema = reader.schemasById.get(channel.schemaId);
    const type = protobufFromBinaryDescriptor(schema.data).lookupType(schema.name);
    const value = type.toObject(type.decode(message.data), {
      defaults: true,
      longs: String,
      enums: String,
      bytes: String,
      json: true,
    });
    console.log(JSON.stringify([channel.topic, schema.name, Number(message.logTime), value]));
  }
  await file.close();
})();
"#;

/// A directory that has the packages, made once for each target directory.
fn packages() -> Result<PathBuf, String> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mcap-javascript");
    let script = dir.join("read.js");
    std::fs::create_dir_all(&dir).map_err(|error| error.to_string())?;
    std::fs::write(&script, SCRIPT).map_err(|error| error.to_string())?;
    let is_there = |name: &str| {
        let (name, _) = name.rsplit_once('@').expect("a version");
        dir.join("node_modules").join(name).exists()
    };
    if !PACKAGES.into_iter().all(is_there) {
        let quick = [
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-save",
        ];
        let patience = ["--fetch-retries=0", "--fetch-timeout=10000", "--prefix"];
        ran(Command::new("npm")
            .args(quick)
            .args(patience)
            .arg(&dir)
            .args(PACKAGES))?;
    }
    ran(Command::new("node").arg("--version"))?;
    Ok(script)
}

#[test]
fn foxgloves_libraries_read_back_every_kind_of_type() {
    match packages() {
        Ok(script) => is_read_back_by(Command::new("node").arg(script)),
        Err(reason) => println!("not run: Node.js cannot have the packages here: {reason}"),
    }
}
