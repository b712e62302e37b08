//! Which records are marked `[[memglass::observe]]`.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use clang_sys::*;
use memglass_code::{TokenKind, lex, read_regular_text};

use super::Reader;
use crate::clang::{Cursor, Unit};
use crate::fault::Place;
use crate::sources::is_mark;

/// The marked records of `headers` in their order. A mark that marks nothing is refused.
pub(super) fn marked<'u>(
    unit: &'u Unit,
    headers: &[PathBuf],
    macros: Macros,
    reader: &mut Reader<'_>,
) -> Vec<Cursor<'u>> {
    let mut walk = Walk {
        headers: headers.iter().map(PathBuf::as_path).collect(),
        macros,
        found: Vec::new(),
        used: HashMap::new(),
        seen: HashMap::new(),
    };
    walk.scope(unit.root(), reader);
    let Walk { found, used, .. } = walk;
    let skipped = unit.skipped();
    let is_skipped = |place: &Place| {
        let mut skipped = skipped.iter().filter(|skip| skip.file == place.file);
        skipped.any(|skip| (skip.start..skip.end).contains(&place.start))
    };
    for header in headers {
        let used = used.get(header);
        for mark in reader.sources.get(header).marks() {
            let place = Place::new(header, mark);
            if !is_skipped(&place) && !used.is_some_and(|used| used.contains(&place.start)) {
                let reason = "this marks no struct outside of functions: write `struct [[memglass::observe]] Name { ... };`";
                reader.refuse(place, reason);
            }
        }
        for misspelt in reader.sources.get(header).misspelt_marks() {
            let place = Place::new(header, misspelt.bytes);
            if !is_skipped(&place) {
                reader.refuse(place, misspelt.reason);
            }
        }
    }
    found
}

/// Macros of the headers, by what they are used for.
#[derive(Default)]
pub(super) struct Macros {
    /// Those that stand for the mark.
    marks: HashSet<String>,
    /// Those that stand for nothing, or for attributes.
    pub(super) attributes: Vec<String>,
}

/// The macros of all files that are not the system's.
pub(super) fn macros(unit: &Unit) -> Macros {
    let mut macros = Macros::default();
    let mut texts: HashMap<PathBuf, String> = HashMap::new();
    for cursor in unit.root().children() {
        if cursor.kind() != CXCursor_MacroDefinition || cursor.is_in_system_header() {
            continue;
        }
        let extent = cursor.extent();
        let text = texts
            .entry(extent.file)
            .or_insert_with_key(|file| read_regular_text(file).unwrap_or_default());
        let definition = text.get(extent.start..extent.end).unwrap_or_default();
        let tokens = lex(definition);
        let words = tokens.iter().filter(|token| token.is_code());
        let words: Vec<&str> = words
            .map(|token| &definition[token.start as usize..token.end as usize])
            .skip(1)
            .collect();
        if is_mark(&words) {
            macros.marks.insert(cursor.name());
        }
        if matches!(
            words[..],
            [] | ["[", "[", ..] | ["[[", ..] | ["__attribute__" | "__declspec" | "alignas", ..]
        ) {
            macros.attributes.push(cursor.name());
        }
    }
    macros
}

struct Walk<'h, 'u> {
    headers: HashSet<&'h Path>,
    macros: Macros,
    found: Vec<Cursor<'u>>,
    /// Where marks were found to mark something.
    used: HashMap<PathBuf, HashSet<usize>>,
    /// Whether a file is one of the headers.
    seen: HashMap<PathBuf, bool>,
}

impl<'u> Walk<'_, 'u> {
    fn scope(&mut self, scope: Cursor<'u>, reader: &mut Reader<'_>) {
        for cursor in scope.children() {
            match cursor.kind() {
                CXCursor_Namespace | CXCursor_LinkageSpec | CXCursor_UnexposedDecl
                    if !cursor.is_in_system_header() =>
                {
                    self.scope(cursor, reader);
                }
                CXCursor_StructDecl
                | CXCursor_ClassDecl
                | CXCursor_UnionDecl
                | CXCursor_ClassTemplate
                | CXCursor_ClassTemplatePartialSpecialization
                | CXCursor_EnumDecl => self.record(cursor, reader),
                _ => {}
            }
        }
    }

    fn record(&mut self, cursor: Cursor<'u>, reader: &mut Reader<'_>) {
        if !cursor.is_definition() || !self.is_in_headers(cursor) {
            return;
        }
        if self.is_marked(cursor, reader) {
            match cursor.kind() {
                CXCursor_ClassTemplate | CXCursor_ClassTemplatePartialSpecialization => {
                    let reason = "this is a template, which has no layout of its own: mark a struct that has a member of one of its types";
                    reader.refuse(cursor.place(), reason);
                }
                CXCursor_EnumDecl => {
                    let reason = "enumerations need no mark: they are described with the structs that contain them";
                    reader.refuse(cursor.place(), reason);
                }
                _ => self.found.push(cursor),
            }
        }
        self.scope(cursor, reader);
    }

    fn is_in_headers(&mut self, cursor: Cursor<'_>) -> bool {
        let file = cursor.place().file;
        if let Some(&is_header) = self.seen.get(&file) {
            return is_header;
        }
        let real = std::fs::canonicalize(&file).unwrap_or_else(|_| file.clone());
        let is_header =
            self.headers.contains(real.as_path()) || self.headers.contains(file.as_path());
        self.seen.insert(file, is_header);
        is_header
    }

    /// Whether the head of a record has the mark, as an attribute, a macro, or a `clang::annotate`.
    fn is_marked(&mut self, cursor: Cursor<'_>, reader: &mut Reader<'_>) -> bool {
        let extent = cursor.extent();
        let source = reader.sources.get(&extent.file);
        let mut head = source.head(extent.start);
        if cursor.kind() == CXCursor_ClassTemplate {
            // Parameters may have braces in them.
            head = source.head(cursor.place().start.saturating_sub(60).max(extent.start));
        }
        let words: Vec<&str> = head.iter().map(|(word, _)| *word).collect();
        let mut is_written = false;
        for at in 0..words.len().saturating_sub(2) {
            if is_mark(&words[at..at + 3]) {
                let used = self.used.entry(extent.file.clone()).or_default();
                used.insert(head[at].1.start);
                is_written = true;
            }
        }
        let is_macro = lex_words(&words).any(|word| self.macros.marks.contains(word));
        let annotated = cursor.children().into_iter().any(|child| {
            child.kind() == CXCursor_AnnotateAttr && child.name() == "memglass::observe"
        });
        is_written || is_macro || annotated
    }
}

/// Those of `words` that can be names.
fn lex_words<'w>(words: &'w [&str]) -> impl Iterator<Item = &'w str> {
    words.iter().copied().filter(|word| {
        lex(word)
            .first()
            .is_some_and(|token| token.kind == TokenKind::Word)
    })
}
