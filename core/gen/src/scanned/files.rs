//! The files that are read without a compiler: the headers, and what they include that is not the system's.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use memglass_code::{File, Item, Kind, ParseOptions, Scanner, TokenKind, lex};

use crate::fault::Place;
use crate::includes::{Unseen, unseen};
use crate::options::Options;
use crate::sources::{Sources, is_mark, text_of};

/// Texts, and what their macros stand for.
pub(super) struct Files {
    /// In the order in which a compiler would read them.
    texts: Vec<(PathBuf, String)>,
    /// Macros that stand for nothing, or for attributes.
    pub(super) attributes: Vec<String>,
    /// Those that stand for the mark.
    pub(super) marks: HashSet<String>,
}

impl Files {
    /// Reads the headers and what they include. A header that is not found is one of the system's, of which the scanner
    /// knows the usual types.
    pub(super) fn read(options: &Options, headers: &[PathBuf], sources: &Sources) -> Files {
        let mut files = Files {
            texts: Vec::new(),
            attributes: Vec::new(),
            marks: HashSet::new(),
        };
        let mut seen = HashSet::new();
        for header in headers {
            files.add(header, options, sources, &mut seen);
        }
        files
    }

    fn add(
        &mut self,
        path: &Path,
        options: &Options,
        sources: &Sources,
        seen: &mut HashSet<PathBuf>,
    ) {
        if !seen.insert(path.to_owned()) {
            return;
        }
        // Where it is no text is told when annotations of it are read.
        let (text, _) = text_of(sources.read(path).unwrap_or_default());
        let file = File::parse(&text);
        for target in self.look_into(file.items()) {
            if let Some(included) = found(&target, path, options) {
                self.add(&included, options, sources, seen);
            }
        }
        self.texts.push((path.to_owned(), text));
    }

    /// Notes what macros stand for; returns what is included.
    fn look_into(&mut self, items: &[Item]) -> Vec<String> {
        let mut targets = Vec::new();
        for item in items {
            match &item.kind {
                Kind::Include { target } => targets.push(target.clone()),
                Kind::Define { name, text } => self.define(name, text),
                _ => {}
            }
            if let Some(body) = item.body() {
                targets.extend(self.look_into(&body.items));
            }
        }
        targets
    }

    fn define(&mut self, name: &str, text: &str) {
        let tokens = lex(text);
        let words = tokens.iter().filter(|token| token.is_code());
        let words: Vec<&str> = words
            .map(|token| &text[token.start as usize..token.end as usize])
            .collect();
        if is_mark(&words) {
            self.marks.insert(name.to_owned());
        }
        if matches!(
            words[..],
            [] | ["[", "[", ..] | ["[[", ..] | ["__attribute__" | "__declspec" | "alignas", ..]
        ) {
            self.attributes.push(name.to_owned());
        }
    }

    /// All of them, with the macros that stand for attributes.
    pub(super) fn scanner(&self) -> Scanner {
        let options = self.attributes.iter();
        let options = options.fold(ParseOptions::new(), |options, name| {
            options.attribute_macro(name)
        });
        let mut scanner = Scanner::new().with_options(options);
        for (path, text) in &self.texts {
            scanner.add_text(path, text);
        }
        scanner
    }

    /// What is not seen of them, because it is in a comment that never ends or in a file that is not there.
    pub(super) fn unseen(&self, options: &Options) -> Unseen {
        let texts = self.texts.iter();
        let texts = texts.map(|(path, text)| (&**path, &**text));
        unseen(
            texts,
            &options.include_directories,
            options.compiler.as_deref(),
        )
    }

    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.texts.iter().map(|(path, _)| path.clone()).collect()
    }
}

/// The file that an `#include` of `from` means.
fn found(target: &str, from: &Path, options: &Options) -> Option<PathBuf> {
    let name = target.trim_matches(['"', '<', '>']);
    let beside = target
        .starts_with('"')
        .then(|| from.parent().map(Path::to_owned))
        .flatten();
    let directories = beside
        .into_iter()
        .chain(options.include_directories.clone());
    let mut paths = directories.map(|directory| directory.join(name));
    paths.find_map(|path| {
        path.is_file()
            .then(|| std::fs::canonicalize(path).ok())
            .flatten()
    })
}

/// What the names in paths are.
#[derive(Default)]
pub(super) struct Scopes {
    /// Namespaces by their path, and whether they are inline.
    namespaces: HashMap<String, bool>,
    /// Functions and variables outside of namespaces, which hide types of the same name: `stat`.
    pub(super) functions: HashSet<String>,
    /// The bytes of namespaces without a name in their order, by the file.
    nameless: HashMap<PathBuf, Vec<Range<usize>>>,
}

impl Scopes {
    pub(super) fn of(scanner: &Scanner) -> Scopes {
        let mut scopes = Scopes::default();
        for (path, file) in scanner.files() {
            scopes.items((path, file), file.items(), "");
        }
        for found in scanner
            .find(&[Default::default()])
            .into_iter()
            .flat_map(|receipt| receipt.found)
        {
            if matches!(found.kind, "function" | "variable") && !found.path.contains("::") {
                scopes.functions.insert(found.path);
            }
        }
        scopes
    }

    fn items(&mut self, file: (&Path, &File), items: &[Item], scope: &str) {
        for item in items {
            match &item.kind {
                Kind::Namespace { path, .. } if path.is_empty() => {
                    let tokens = &file.1.source().tokens()[item.tokens.clone()];
                    if let [first, .., last] = tokens {
                        let bytes = first.start as usize..last.end as usize;
                        let all = self.nameless.entry(file.0.to_owned()).or_default();
                        all.push(bytes);
                    }
                }
                Kind::Namespace { path, inline, body } => {
                    let mut inner = scope.to_owned();
                    for part in path.split("::") {
                        let joint = if inner.is_empty() { "" } else { "::" };
                        inner = format!("{inner}{joint}{}", part.trim());
                        let is_inline = self.namespaces.entry(inner.clone()).or_default();
                        *is_inline |= *inline;
                    }
                    self.items(file, &body.items, &inner);
                }
                Kind::Extern { .. } => {
                    if let Some(body) = item.body() {
                        self.items(file, &body.items, scope);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a place is in a namespace without a name.
    pub(super) fn is_nameless(&self, place: &Place) -> bool {
        let all = self
            .nameless
            .get(&place.file)
            .map_or(&[][..], Vec::as_slice);
        let next = all.partition_point(|bytes| bytes.start <= place.start);
        let last = all[..next].last();
        last.is_some_and(|bytes| bytes.contains(&place.start))
    }

    /// The namespace that a path is in; `None` if it is one that generated code cannot simply open.
    pub(super) fn namespace_of(&self, path: &str) -> Option<String> {
        let ends = path.match_indices("::").map(|(at, _)| &path[..at]);
        let around: Vec<&str> = ends
            .take_while(|scope| self.namespaces.contains_key(*scope))
            .collect();
        let is_simple = |scope: &&str| !self.namespaces[*scope];
        around
            .iter()
            .all(is_simple)
            .then(|| around.last().copied().unwrap_or_default().to_owned())
    }
}

/// Whether a path is one that C++ could write: of plain names.
pub(super) fn is_plain(path: &str) -> bool {
    let tokens = lex(path);
    let mut code = tokens.iter().filter(|token| token.is_code());
    code.all(|token| {
        token.kind == TokenKind::Word || &path[token.start as usize..token.end as usize] == "::"
    })
}
