//! `memglass-gen scan FILE…`: what headers declare, without a compiler.

use std::collections::HashMap;
use std::fmt::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use memglass_code::{Annotation, FieldPlace, Layout, Query, RecordLayout, Scanner};
use memglass_gen::unseen;

use super::{Outcome, print, write_message};

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
        let files = scanner.files().iter();
        let texts: HashMap<&Path, &str> = files
            .map(|(path, file)| (&**path, file.source().text()))
            .collect();
        let files = scanner.files().iter().map(|(path, _)| &**path);
        let unseen = unseen(files.map(|path| (path, texts[path])), &[], None);
        let notes = unseen.notes.iter();
        let notes = notes.map(|note| note.show_note(texts[&*note.place.file]));
        let faults = unseen.faults.iter();
        let faults = faults.map(|fault| fault.show(texts[&*fault.place.file]));
        let said: String = notes.chain(faults).collect();
        if !said.is_empty() {
            write_message(said.trim_end());
        }
        Ok(ExitCode::from(u8::from(!unseen.faults.is_empty())))
    }
}

fn shown(scanner: &Scanner) -> String {
    let mut text = String::new();
    let notes = Notes::of(scanner);
    for record in scanner.records() {
        match &record.layout {
            Err(reason) => text.push_str(&format!("{}: unknown: {reason}\n", record.path)),
            Ok(layout) => {
                text.push_str(&format!(
                    "{}: {} bytes, aligned to {}\n",
                    record.path, layout.size, layout.align
                ));
                fields(&mut text, &record, layout, &notes);
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

fn fields(text: &mut String, record: &RecordLayout, layout: &Layout, notes: &Notes) {
    for field in &layout.fields {
        let place = match field.place {
            FieldPlace::Bytes { offset, size } => format!("{offset:6} {size:6}"),
            FieldPlace::Bits { offset, width } => {
                format!("{:6} {width:5}b", format!("{}.{}", offset / 8, offset % 8))
            }
        };
        let notes = notes.at(&record.file, field.span.start, &field.name);
        let line = format!("  {place}  {} {notes}", field.name);
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// The annotations of members.
struct Notes {
    /// By file and last name, in the order of their places.
    by_name: HashMap<(PathBuf, String), Vec<Note>>,
}

/// Where a declaration is, and its annotations.
struct Note {
    span: Range<usize>,
    text: String,
}

impl Notes {
    fn of(scanner: &Scanner) -> Notes {
        let mut by_name: HashMap<_, Vec<Note>> = HashMap::new();
        let receipts = scanner.find(&[Query::default()]);
        let found = receipts.into_iter().flat_map(|receipt| receipt.found);
        for found in found.filter(|found| found.kind == "variable") {
            let name = found.path.rsplit("::").next().unwrap_or_default();
            let texts: Vec<String> = found.annotations.iter().map(Annotation::text).collect();
            let of_name = by_name.entry((found.file, name.to_owned())).or_default();
            of_name.push(Note {
                span: found.span,
                text: texts.join(" "),
            });
        }
        for of_name in by_name.values_mut() {
            of_name.sort_by_key(|note| note.span.start);
        }
        Notes { by_name }
    }

    /// Those of the member of this name that byte `at` of a file is in.
    fn at(&self, file: &Path, at: usize, name: &str) -> &str {
        let key = (file.to_owned(), name.to_owned());
        let of_name = self.by_name.get(&key).map_or(&[][..], Vec::as_slice);
        let next = of_name.partition_point(|note| note.span.start <= at);
        let mut before = of_name[..next].iter().rev();
        before
            .find(|note| note.span.contains(&at))
            .map_or("", |note| &note.text)
    }
}
