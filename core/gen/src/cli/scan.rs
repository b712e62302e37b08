//! `memglass-gen scan FILE…`: what headers declare, without a compiler.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use memglass_code::{FieldPlace, Layout, Scanner};

use super::{Outcome, print};

/// Show the structs of headers with the places of their members, without a compiler
#[derive(Args)]
pub(crate) struct Scan {
    /// The headers
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

impl Scan {
    pub(super) fn run(self) -> Outcome {
        let mut scanner = Scanner::new();
        for file in &self.files {
            scanner
                .add_file(file)
                .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        }
        print(&shown(&scanner))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn shown(scanner: &Scanner) -> String {
    let mut text = String::new();
    let annotations = scanner.annotations();
    for record in scanner.records() {
        match &record.layout {
            Err(reason) => text.push_str(&format!("{}: unknown: {reason}\n", record.path)),
            Ok(layout) => {
                text.push_str(&format!(
                    "{}: {} bytes, aligned to {}\n",
                    record.path, layout.size, layout.align
                ));
                fields(&mut text, &record.path, layout, &annotations);
            }
        }
    }
    for item in scanner.enums() {
        let values = item.values.iter().map(|(name, value)| match value {
            Some(value) => format!("{name}={value}"),
            None => format!("{name}=?"),
        });
        text.push_str(&format!(
            "{}: {}\n",
            item.path,
            values.collect::<Vec<_>>().join(", ")
        ));
    }
    text
}

fn fields(
    text: &mut String,
    path: &str,
    layout: &Layout,
    annotations: &[(String, Vec<memglass_code::Annotation>)],
) {
    for field in &layout.fields {
        let place = match field.place {
            FieldPlace::Bytes { offset, size } => format!("{offset:6} {size:6}"),
            FieldPlace::Bits { offset, width } => {
                format!("{:6} {width:5}b", format!("{}.{}", offset / 8, offset % 8))
            }
        };
        let full = format!("{path}::{}", field.name);
        let notes = annotations
            .iter()
            .filter(|(of, _)| *of == full)
            .flat_map(|(_, notes)| notes);
        let notes: Vec<String> = notes.map(memglass_code::Annotation::text).collect();
        let line = format!("  {place}  {} {}", field.name, notes.join(" "));
        let _ = writeln!(text, "{}", line.trim_end());
    }
}
