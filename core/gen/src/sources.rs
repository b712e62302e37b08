//! The texts of headers, what is declared where in them, and the comments of each declaration.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use memglass_code::{
    Annotation, File, Found, NOT_UTF8, ParseOptions, Query, Scanner, read_regular,
};

use crate::fault::{Fault, Place};

/// Headers that were looked into so far.
#[derive(Default)]
pub(crate) struct Sources {
    files: BTreeMap<PathBuf, Source>,
    options: ParseOptions,
    /// A file that is looked at with another text than it has.
    changed: Option<(PathBuf, String)>,
    /// What of the headers is not UTF-8.
    invalid_utf8: Vec<Fault>,
}

/// One header.
pub(crate) struct Source {
    scanner: Scanner,
    found: Vec<Found>,
    /// Positions in `found` by the last word of the path, in the order of their places.
    by_name: HashMap<String, Vec<usize>>,
    /// Where annotations begin that belong to a declaration.
    claimed: HashSet<usize>,
    /// The bytes of functions in their order, whose comments are about other things.
    functions: Vec<Range<usize>>,
}

impl Sources {
    /// Names macros that stand for attributes, before the first header is looked into.
    pub(crate) fn declare(&mut self, macros: &[String]) {
        for name in macros {
            self.options = std::mem::take(&mut self.options).attribute_macro(name);
        }
    }

    /// Headers of which the one at `path` has this text.
    pub(crate) fn with_text(path: &Path, text: &str) -> Sources {
        Sources {
            changed: Some((path.to_owned(), text.to_owned())),
            ..Sources::default()
        }
    }

    /// The text of the file at `path`.
    pub(crate) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match &self.changed {
            Some((changed, text)) if changed == path => Ok(text.clone().into_bytes()),
            _ => read_regular(path),
        }
    }

    /// The header at `path`. One that cannot be read is empty: the compiler has read it, so it was there.
    pub(crate) fn get(&mut self, path: &Path) -> &Source {
        if !self.files.contains_key(path) {
            let (text, invalid_utf8) = text_of(self.read(path).unwrap_or_default());
            self.invalid_utf8.extend(invalid_utf8.map(|bytes| {
                let reason = format!("this {NOT_UTF8}");
                Fault::new(Place::new(path, bytes), reason)
            }));
            let source = Source::new(path, &text, &self.options);
            self.files.insert(path.to_owned(), source);
        }
        &self.files[path]
    }

    /// Where headers that were looked into are not UTF-8: nobody can say what annotations mean then.
    pub(crate) fn take_invalid_utf8(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.invalid_utf8)
    }

    /// The text of the header at `path`.
    pub(crate) fn text(&mut self, path: &Path) -> &str {
        self.get(path).file().source().text()
    }
}

/// Bytes as text, with a `?` for each byte that is none, so that all others stay in their places; and the first of these.
pub(crate) fn text_of(bytes: Vec<u8>) -> (String, Option<Range<usize>>) {
    let mut bytes = match String::from_utf8(bytes) {
        Ok(text) => return (text, None),
        Err(error) => error.into_bytes(),
    };
    let chunks = bytes.utf8_chunks();
    let lens = chunks.map(|chunk| (chunk.valid().len(), chunk.invalid().len()));
    let (mut at, mut invalid_utf8) = (0, Vec::new());
    for (valid, invalid) in lens {
        at += valid + invalid;
        invalid_utf8.push(at - invalid..at);
    }
    invalid_utf8.retain(|bytes| !bytes.is_empty());
    for one in &invalid_utf8 {
        bytes[one.clone()].fill(b'?');
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (text, invalid_utf8.into_iter().next())
}

impl Source {
    fn new(path: &Path, text: &str, options: &ParseOptions) -> Source {
        let mut scanner = Scanner::new().with_options(options.clone());
        scanner.add_text(path, text);
        let found: Vec<Found> = scanner
            .find(&[Query::default()])
            .into_iter()
            .flat_map(|receipt| receipt.found)
            .collect();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, one) in found.iter().enumerate() {
            let name = last_name(&one.path).to_owned();
            by_name.entry(name).or_default().push(at);
        }
        for places in by_name.values_mut() {
            places.sort_by_key(|&at| found[at].span.start);
        }
        let annotations = found.iter().flat_map(|one| &one.annotations);
        let claimed = annotations
            .map(|annotation| annotation.span.start)
            .collect();
        let is_code = |one: &&Found| {
            matches!(
                one.kind,
                "function" | "constructor" | "destructor" | "operator" | "operator_cast"
            )
        };
        let functions = found
            .iter()
            .filter(is_code)
            .map(|one| one.span.clone())
            .collect();
        Source {
            scanner,
            found,
            by_name,
            claimed,
            functions,
        }
    }

    pub(crate) fn file(&self) -> &File {
        &self.scanner.files()[0].1
    }

    /// The declaration that byte `at` is in of what has this path, or this name: the innermost.
    pub(crate) fn declaration(&self, path: &str, at: usize) -> Option<&Found> {
        let all = self.by_name.get(last_name(path))?;
        let next = all.partition_point(|&found| self.found[found].span.start <= at);
        let before = all[..next].iter().rev().map(|&found| &self.found[found]);
        // Declarations lie in each other or apart, so the last one that begins before is the innermost.
        before.into_iter().find(|found| found.span.contains(&at))
    }

    /// The annotations in these bytes that belong to no declaration, so that nobody would obey them.
    pub(crate) fn loose(&self, bytes: &Range<usize>) -> Vec<Annotation> {
        let is_claimed = |annotation: &Annotation| {
            let start = annotation.span.start;
            let next = self.functions.partition_point(|bytes| bytes.start <= start);
            let function = self.functions[..next].last();
            self.claimed.contains(&start) || function.is_some_and(|bytes| bytes.contains(&start))
        };
        let all = self.file().annotations_in(bytes);
        all.into_iter()
            .filter(|annotation| !is_claimed(annotation))
            .collect()
    }

    /// The words from byte `start` on up to `{` or `;`, with their places.
    pub(crate) fn head(&self, start: usize) -> Vec<(&str, Range<usize>)> {
        let source = self.file().source();
        let first = source
            .tokens()
            .partition_point(|token| (token.start as usize) < start);
        let tokens = source.tokens()[first..]
            .iter()
            .filter(|token| token.is_code());
        tokens
            .map(|token| {
                let bytes = token.start as usize..token.end as usize;
                (&source.text()[bytes.clone()], bytes)
            })
            .take_while(|(word, _)| !matches!(*word, "{" | ";"))
            .collect()
    }

    /// Where `[[memglass::observe]]` is written, comments and directives aside.
    pub(crate) fn marks(&self) -> Vec<Range<usize>> {
        let words = self.words();
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let starts = (0..names.len().saturating_sub(2)).filter(|&at| is_mark(&names[at..at + 3]));
        starts
            .map(|at| words[at].1.start..words[at + 2].1.end)
            .collect()
    }

    /// What looks like a mark and is none, comments and directives aside.
    pub(crate) fn misspelt_marks(&self) -> Vec<Misspelt> {
        misspelt(&self.words())
    }

    /// All words and signs, with their places.
    fn words(&self) -> Vec<(&str, Range<usize>)> {
        let source = self.file().source();
        let tokens = source.tokens().iter().filter(|token| token.is_code());
        tokens
            .map(|token| {
                let bytes = token.start as usize..token.end as usize;
                (&source.text()[bytes.clone()], bytes)
            })
            .collect()
    }
}

/// The last name of a path, without the arguments of a specialisation.
fn last_name(path: &str) -> &str {
    let mut depth = 0_usize;
    let start = path.char_indices().rev().find(|(_, c)| {
        match c {
            '>' => depth += 1,
            '<' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *c == ':' && depth == 0
    });
    let name = start.map_or(path, |(colon, _)| &path[colon + 1..]);
    name.split('<').next().unwrap_or(name)
}

/// A word of an attribute list that looks like a mark and is none.
pub(crate) struct Misspelt {
    /// Where it is.
    pub(crate) bytes: Range<usize>,
    /// What to write instead.
    pub(crate) reason: String,
}

/// The names in `[[…]]` that are meant as the mark and are written otherwise: they mark nothing.
fn misspelt(words: &[(&str, Range<usize>)]) -> Vec<Misspelt> {
    let word = |at: usize| words.get(at).map_or("", |(word, _)| *word);
    let mut found = Vec::new();
    let mut depth = 0_u32;
    for at in 0..words.len() {
        match word(at) {
            "[[" => depth += 1,
            "[" if word(at + 1) == "[" => depth += 1,
            "]]" => depth = depth.saturating_sub(1),
            // No attribute goes beyond this: `[[` may also be a lambda in an index.
            ";" | "{" => depth = 0,
            "]" if word(at + 1) == "]" => depth = depth.saturating_sub(1),
            name if depth > 0 && !matches!(word(at.wrapping_sub(1)), "::" | ":") => {
                let (len, second) = match word(at + 1) {
                    "::" | ":" => (3, word(at + 2)),
                    _ => (1, ""),
                };
                let last = words.get(at + len - 1);
                if let Some(last) = last.filter(|_| is_meant_as_mark(name, second)) {
                    let written: String = (at..at + len).map(word).collect();
                    let reason =
                        format!("{written:?} marks nothing: the mark is [[memglass::observe]]");
                    let bytes = words[at].1.start..last.1.end;
                    found.push(Misspelt { bytes, reason });
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether an attribute looks like the mark and is another name. `second` is what follows `first::`, or empty.
fn is_meant_as_mark(first: &str, second: &str) -> bool {
    let distance = |one: &str, other| strsim::damerau_levenshtein(&one.to_lowercase(), other);
    let (to_first, to_second) = (distance(first, "memglass"), distance(second, "observe"));
    match (first, second) {
        ("memglass", "observe") => false,
        (_, "") => distance(first, "observe") <= 2 || distance(first, "memglass_observe") <= 3,
        ("memglass", _) => true,
        _ => to_first <= 3 && to_second <= 3,
    }
}

/// Whether words say `memglass::observe`, alone or in a list of attributes.
pub(crate) fn is_mark(words: &[&str]) -> bool {
    words
        .windows(3)
        .any(|three| matches!(three, ["memglass", "::" | ":", "observe"]))
}
