//! The texts of headers, what is declared where in them, and the comments of each declaration.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use memglass_code::{Annotation, File, Found, ParseOptions, Query, Scanner, TokenKind};

/// Headers that were looked into so far.
#[derive(Default)]
pub(crate) struct Sources {
    files: BTreeMap<PathBuf, Source>,
    options: ParseOptions,
}

/// One header.
pub(crate) struct Source {
    scanner: Scanner,
    found: Vec<Found>,
    /// Positions in `found` by the last word of the path.
    by_name: HashMap<String, Vec<usize>>,
    /// Where annotations begin that belong to a declaration.
    claimed: HashSet<usize>,
    /// The bytes of functions, whose comments are about other things.
    functions: Vec<Range<usize>>,
}

impl Sources {
    /// Names macros that stand for attributes, before the first header is looked into.
    pub(crate) fn declare(&mut self, macros: &[String]) {
        for name in macros {
            self.options = std::mem::take(&mut self.options).attribute_macro(name);
        }
    }

    /// The header at `path`. One that cannot be read is empty: the compiler has read it, so it was there.
    pub(crate) fn get(&mut self, path: &Path) -> &Source {
        self.files.entry(path.to_owned()).or_insert_with(|| {
            let bytes = std::fs::read(path).unwrap_or_default();
            Source::new(path, &String::from_utf8_lossy(&bytes), &self.options)
        })
    }

    /// The text of the header at `path`.
    pub(crate) fn text(&mut self, path: &Path) -> &str {
        self.get(path).file().source().text()
    }
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
            let name = one.path.rsplit("::").next().unwrap_or_default();
            by_name.entry(name.to_owned()).or_default().push(at);
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

    /// The declaration of `name` that byte `at` is in: the innermost.
    pub(crate) fn declaration(&self, name: &str, at: usize) -> Option<&Found> {
        let all = self
            .by_name
            .get(name)?
            .iter()
            .map(|&found| &self.found[found]);
        all.filter(|found| found.span.contains(&at))
            .min_by_key(|found| found.span.len())
    }

    /// The annotations in these bytes that belong to no declaration, so that nobody would obey them.
    pub(crate) fn loose(&self, bytes: &Range<usize>) -> Vec<Annotation> {
        let is_claimed = |annotation: &Annotation| {
            let start = annotation.span.start;
            self.claimed.contains(&start)
                || self.functions.iter().any(|bytes| bytes.contains(&start))
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
        let source = self.file().source();
        let tokens: Vec<_> = source
            .tokens()
            .iter()
            .filter(|token| token.is_code())
            .collect();
        let word = |at: usize| &source.text()[tokens[at].start as usize..tokens[at].end as usize];
        let is_mark = |at: &usize| {
            tokens[*at].kind == TokenKind::Word
                && word(*at) == "memglass"
                && at + 2 < tokens.len()
                && matches!(word(at + 1), "::" | ":")
                && word(at + 2) == "observe"
        };
        let starts = (0..tokens.len()).filter(is_mark);
        starts
            .map(|at| tokens[at].start as usize..tokens[at + 2].end as usize)
            .collect()
    }
}

/// Whether words say `memglass::observe`, alone or in a list of attributes.
pub(crate) fn is_mark(words: &[&str]) -> bool {
    words
        .windows(3)
        .any(|three| matches!(three, ["memglass", "::" | ":", "observe"]))
}
