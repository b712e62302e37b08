//! From headers to the model without a compiler: the scanner of `memglass-code` reads them.
//!
//! It follows no macro and decides no conditional. Whatever depends on one, and whatever it does not know the layout of,
//! is refused here; libclang may still understand it. The generated code checks all that was believed, as always.

mod conditions;
mod files;
mod records;
mod types;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use memglass_code::{EnumValues, RecordLayout, Scanner, Types};

use crate::fault::{Fault, Place};
use crate::judge;
use crate::model::{Declared, Model, Names};
use crate::names::Taken;
use crate::options::Options;
use crate::sources::{Sources, is_mark};

use conditions::{Conditions, State};
use files::Files;

/// What was read.
pub(crate) struct Scanned {
    pub(crate) model: Model,
    /// All files that were read.
    pub(crate) files: Vec<PathBuf>,
    /// What was not seen and may be needed.
    pub(crate) notes: Vec<Fault>,
}

/// Reads all marked types of `headers`, and all types that they contain. What is wrong, and what is not understood,
/// goes to `faults`.
pub(crate) fn read(
    options: &Options,
    headers: &[PathBuf],
    sources: &mut Sources,
    faults: &mut Vec<Fault>,
) -> Scanned {
    let files = Files::read(options, headers, sources);
    let unseen = files.unseen(options);
    faults.extend(unseen.faults);
    let scanner = files.scanner();
    let types = scanner.types();
    let mut records = types.records.clone();
    records.extend(types.records_of_members.clone());
    let mut reader = Reader::new(options, &files, &scanner, types, sources, faults);
    for path in reader.marked(headers, &files.marks, records) {
        reader.mark(&path);
    }
    Scanned {
        model: reader.model,
        files: files.paths(),
        notes: unseen.notes,
    }
}

/// What is wrong with the types of a header, marked or not, if it has this text.
pub(crate) fn faults_of(header: &Path, text: &str) -> Vec<Fault> {
    let mut sources = Sources::with_text(header, text);
    let mut faults = Vec::new();
    let options = Options::default();
    let files = Files::read(&options, &[header.to_owned()], &sources);
    let scanner = files.scanner();
    let types = scanner.types();
    let (records, enums) = (types.records.clone(), types.enums.clone());
    let mut reader = Reader::new(&options, &files, &scanner, types, &mut sources, &mut faults);
    for record in records.iter().filter(|record| record.file == header) {
        let is_off = reader.state(header, record.span.start) == State::Off;
        if !is_off && reader.mark_of(record, &files.marks).is_some() {
            reader.mark(&record.path);
        } else {
            reader.record(&record.path);
        }
    }
    for item in enums.iter().filter(|item| item.file == header) {
        reader.enumeration(&item.path);
    }
    faults.retain(|fault| fault.place.file == header);
    faults
}

/// Things by their path. What several of them have is unknown of the first.
fn by_path<T>(
    all: impl Iterator<Item = T>,
    path: impl Fn(&T) -> &str,
    forget: impl Fn(&mut T),
) -> HashMap<String, T> {
    let mut result = HashMap::new();
    for one in all {
        let path = path(&one).to_owned();
        result.entry(path).and_modify(&forget).or_insert(one);
    }
    result
}

struct Reader<'r> {
    sources: &'r mut Sources,
    faults: &'r mut Vec<Fault>,
    model: Model,
    conditions: HashMap<PathBuf, Conditions>,
    scopes: files::Scopes,
    records: HashMap<String, RecordLayout>,
    enums: HashMap<String, EnumValues>,
    /// The paths of those without a name, which a member gives them.
    nameless: HashSet<String>,
    /// What records are called that have been looked into, by their path.
    named: HashMap<String, Names>,
    /// Types that were read, by their path: the index in the model, or that they are refused.
    known: HashMap<String, Option<usize>>,
    taken: Taken,
}

impl<'r> Reader<'r> {
    fn new(
        options: &Options,
        files: &Files,
        scanner: &Scanner,
        types: Types,
        sources: &'r mut Sources,
        faults: &'r mut Vec<Fault>,
    ) -> Reader<'r> {
        sources.declare(&files.attributes);
        let conditions = scanner.files().iter().map(|(path, file)| {
            let conditions = Conditions::of(file, &options.defines);
            (path.clone(), conditions)
        });
        let conditions: HashMap<PathBuf, Conditions> = conditions.collect();
        let is_on = |file: &PathBuf, span: &Range<usize>| {
            let conditions = conditions.get(file);
            conditions.is_none_or(|conditions| conditions.state(span.start) != State::Off)
        };
        let (mut records, mut enums) = (types.records_of_members, types.enums_of_members);
        let paths = records.iter().map(|record| &record.path);
        let paths = paths.chain(enums.iter().map(|item| &item.path));
        let nameless = paths.cloned().collect();
        records.extend(types.records);
        enums.extend(types.enums);
        let records = by_path(
            records
                .into_iter()
                .filter(|one| is_on(&one.file, &one.span)),
            |record| &record.path,
            |record| record.layout = Err("it is defined several times".to_owned()),
        );
        let enums = by_path(
            enums.into_iter().filter(|one| is_on(&one.file, &one.span)),
            |item| &item.path,
            |item| item.integer = None,
        );
        Reader {
            sources,
            faults,
            model: Model::default(),
            conditions,
            scopes: files::Scopes::of(scanner),
            records,
            enums,
            nameless,
            named: HashMap::new(),
            known: HashMap::new(),
            taken: Taken::default(),
        }
    }

    fn refuse(&mut self, place: Place, reason: impl Into<String>) {
        self.faults.push(Fault::new(place, reason));
    }

    fn mark(&mut self, path: &str) {
        if let Some(index) = self.record(path)
            && let Declared::Record(record) = &mut self.model.types[index]
        {
            record.is_marked = true;
            let place = record.place.clone();
            let refused = judge::marked(&self.model, index);
            refused
                .into_iter()
                .for_each(|reason| self.refuse(place.clone(), reason));
        }
    }

    /// The paths of the marked records of `headers` in their order. A mark that marks nothing is refused.
    fn marked(
        &mut self,
        headers: &[PathBuf],
        macros: &HashSet<String>,
        mut all: Vec<RecordLayout>,
    ) -> Vec<String> {
        all.sort_by_key(|record| record.span.start);
        let mut found = Vec::new();
        for header in headers {
            let mut used = HashSet::new();
            for record in all.iter().filter(|record| record.file == *header) {
                let is_off = self.state(header, record.span.start) == State::Off;
                let mark = self.mark_of(record, macros);
                used.extend(mark.as_ref().and_then(|mark| *mark));
                if mark.is_some() && !is_off {
                    found.push(record.path.clone());
                }
            }
            self.check_marks(header, &used);
        }
        found
    }

    /// Whether the head of a record has the mark, and where it is written if it is no macro.
    fn mark_of(
        &mut self,
        record: &RecordLayout,
        macros: &HashSet<String>,
    ) -> Option<Option<usize>> {
        let head = self.sources.get(&record.file).head(record.span.start);
        let words: Vec<&str> = head.iter().map(|(word, _)| *word).collect();
        let written = (0..words.len().saturating_sub(2)).find(|&at| is_mark(&words[at..at + 3]));
        if let Some(at) = written {
            return Some(Some(head[at].1.start));
        }
        let is_macro = words.iter().any(|word| macros.contains(*word));
        let is_annotated = words.contains(&"\"memglass::observe\"");
        (is_macro || is_annotated).then_some(None)
    }

    fn check_marks(&mut self, header: &Path, used: &HashSet<usize>) {
        for mark in self.sources.get(header).marks() {
            let is_off = self.state(header, mark.start) == State::Off;
            if !is_off && !used.contains(&mark.start) {
                let reason = "the scanner finds no struct that this marks: write `struct [[memglass::observe]] Name { ... };`";
                self.refuse(Place::new(header, mark), reason);
            }
        }
        for misspelt in self.sources.get(header).misspelt_marks() {
            if self.state(header, misspelt.bytes.start) != State::Off {
                self.refuse(Place::new(header, misspelt.bytes), misspelt.reason);
            }
        }
    }

    /// Whether the compiler sees what is at this byte of a file.
    fn state(&self, file: &Path, at: usize) -> State {
        self.conditions
            .get(file)
            .map_or(State::On, |conditions| conditions.state(at))
    }
}
