//! A parsed file.

use crate::annotation::{Annotation, in_comments};
use crate::model::{Item, Tokens};
use crate::outline::{Entry, outline};
use crate::parse::{Diagnostic, ParseOptions, Place, Role, parse};
use crate::source::Source;

/// A text of C++ with the items that it is made of.
///
/// Parsing never fails. What does not parse is a raw item, and a diagnostic says why.
#[derive(Clone, Debug)]
pub struct File {
    source: Source,
    items: Vec<Item>,
    roles: Vec<Role>,
    diagnostics: Vec<Diagnostic>,
}

impl File {
    /// Parses `text` with no macro declared. Linear in its length; see [`File::parse_with`].
    ///
    /// ```
    /// let file = memglass_code::File::parse("namespace n { struct A { int x; }; }");
    /// let paths: Vec<_> = file.outline().into_iter().map(|entry| entry.path).collect();
    /// assert_eq!(paths, ["n", "n::A", "n::A::x"]);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> File {
        File::parse_with(text, &ParseOptions::new())
    }

    /// Parses `text`; `options` names the macros that stand for attributes.
    ///
    /// No macro, conditional or include is followed. Bodies of functions and expressions are kept and not looked into.
    ///
    /// ```
    /// use memglass_code::{File, ParseOptions};
    ///
    /// let options = ParseOptions::new().attribute_macro("API");
    /// assert!(File::parse_with("API int f();", &options).diagnostics().is_empty());
    /// ```
    #[must_use]
    pub fn parse_with(text: &str, options: &ParseOptions) -> File {
        File::parse_in(text, options, &Place::Outside)
    }

    pub(crate) fn parse_in(text: &str, options: &ParseOptions, place: &Place) -> File {
        let source = Source::new(text);
        let parsed = parse(&source, options, place);
        File {
            source,
            items: parsed.items,
            roles: parsed.roles,
            diagnostics: parsed.diagnostics,
        }
    }

    /// The items in order.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The text and its tokens.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// What did not parse, in order.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The text of a part of an item, as it would be printed on one line.
    ///
    /// ```
    /// use memglass_code::{File, Kind};
    ///
    /// let file = File::parse("struct  A :public B { };");
    /// let Kind::Record(record) = &file.items()[0].kind else { panic!() };
    /// assert_eq!(file.text(&record.head), "struct A : public B");
    /// ```
    #[must_use]
    pub fn text(&self, tokens: &Tokens) -> String {
        crate::print::spaced(&self.source, &self.roles, tokens)
    }

    /// The kind and path of every item, outer before inner ones.
    #[must_use]
    pub fn outline(&self) -> Vec<Entry> {
        outline(&self.source, &self.roles, &self.items)
    }

    /// The annotations in all comments that begin in these bytes, each comment read by itself.
    ///
    /// ```
    /// let file = memglass_code::File::parse("int a;\n\n// @range(0, 5)\n\nint b;\n");
    /// assert_eq!(file.annotations_in(&(0..30))[0].text(), "@range(0, 5)");
    /// ```
    #[must_use]
    pub fn annotations_in(&self, bytes: &std::ops::Range<usize>) -> Vec<Annotation> {
        let tokens = self.source.tokens();
        let at = |byte: usize| tokens.partition_point(|token| (token.start as usize) < byte);
        (at(bytes.start)..at(bytes.end))
            .filter(|&at| tokens[at].is_comment())
            .flat_map(|at| in_comments(self, &[at]))
            .collect()
    }

    pub(crate) fn roles(&self) -> &[Role] {
        &self.roles
    }
}
