//! What stands around a declaration and may change its layout without being understood: attributes that nobody has looked
//! at, and words that may be macros.

use crate::file::File;
use crate::lex::{Token, TokenKind, lex};
use crate::lookup::attribute_list;
use crate::model::{Declaration, Item, Kind, Tokens};
use crate::words::{
    is_attribute_word, is_builtin, is_capitals, is_cv, is_keyword, is_name, is_record_key,
    is_specifier,
};

use super::names::Names;

/// Macros that stand for other macros beyond this depth are not followed.
const DEEPEST: usize = 8;

/// Whether an attribute changes no layout.
pub(super) fn is_harmless(name: &str) -> bool {
    matches!(
        name,
        "deprecated"
            | "maybe_unused"
            | "nodiscard"
            | "unused"
            | "__unused__"
            | "gnu::unused"
            | "used"
            | "may_alias"
            | "__may_alias__"
            | "visibility"
            | "gnu::visibility"
            | "__visibility__"
            | "__deprecated__"
    ) || name.starts_with("memglass::")
}

impl Names<'_> {
    /// The first thing in `tokens` that may change the layout of what they declare, in words. What is in braces, and in
    /// the ranges of `looked_at`, is passed over.
    pub(super) fn doubt(
        &self,
        file: &File,
        tokens: &Tokens,
        looked_at: &[Tokens],
    ) -> Option<String> {
        self.doubt_behind(file, tokens, looked_at, None)
    }

    /// The same behind a word.
    fn doubt_behind<'t>(
        &self,
        file: &'t File,
        tokens: &Tokens,
        looked_at: &[Tokens],
        mut before: Option<&'t str>,
    ) -> Option<String> {
        let source = file.source();
        let mut at = tokens.start;
        let looked_at = in_order(looked_at);
        let mut passed = looked_at.iter().peekable();
        while at < tokens.end {
            if let Some(range) = passed.next_if(|range| range.start <= at) {
                at = at.max(range.end);
                continue;
            }
            let (token, word) = (source.tokens()[at], source.word(at));
            let close = source.pairs.partner(at).filter(|&close| close > at);
            if !token.is_code() {
                at += 1;
            } else if is_attribute_word(word) || is_double_bracket(file, at) {
                let end = attribute_end(file, at);
                if let Some(name) = self.harmful(file, &(at..end)) {
                    return Some(format!("attribute {name}"));
                }
                at = end;
            } else if word == "{" || word == "<" {
                before = Some("}");
                at = close.map_or(at + 1, |close| close + 1);
            } else {
                // In `int K::*member` a name follows the type.
                let is_qualifier = source.is(source.code_from(at + 1), "::");
                if token.kind == TokenKind::Word
                    && !is_qualifier
                    && let Some(doubt) = self.doubtful(word, before)
                {
                    return Some(doubt);
                }
                before = Some(word);
                at += 1;
            }
        }
        None
    }

    /// What is doubtful of a word that comes behind `before`: it is a macro, or may be one.
    fn doubtful(&self, word: &str, before: Option<&str>) -> Option<String> {
        if self.is_macro(word) {
            let text = self.macro_text(word).unwrap_or("?");
            return (!self.is_harmless_text(text, 0)).then(|| format!("macro {word}"));
        }
        let is_type =
            |word: &str| is_builtin(word) || is_name(word) && !is_keyword(word) && !is_how(word);
        // Two names of types, or a type and a name too many: one of them says something else.
        let is_between = before.is_some_and(|before| before == "}" || is_type(before));
        let is_extra = is_between && !is_keyword(word) && !is_builtin(word) && !is_how(word);
        is_extra.then(|| format!("{word}, which may be a macro"))
    }

    /// What is doubtful of the words around the names that a declaration declares.
    pub(super) fn declaration_doubt(
        &self,
        file: &File,
        item: &Tokens,
        declaration: &Declaration,
    ) -> Option<String> {
        let mut looked_at = declaration.attributes.clone();
        looked_at.extend(declaration.definition.as_deref().map(up_to_brace));
        if let Some(name) = self.misplaced(file, item, &looked_at) {
            return Some(format!("attribute {name} behind a type"));
        }
        for declarator in &declaration.declarators {
            looked_at.extend(declarator.attributes.iter().cloned());
            looked_at.extend(declarator.sizes.iter().cloned());
            looked_at.extend(declarator.params.map(|(open, close)| open..close + 1));
            let own = [&declarator.name, &declarator.bits, &declarator.value];
            looked_at.extend(own.into_iter().cloned());
        }
        self.doubt(file, item, &looked_at)
    }

    /// What is doubtful of what stands around the record or enumeration that `definition` is, in the declaration that
    /// defines it.
    pub(super) fn definition_doubt(
        &self,
        file: &File,
        whole: &Item,
        definition: &Item,
    ) -> Option<String> {
        let (head, name, attributes) = match &definition.kind {
            Kind::Record(record) => (&record.head, &record.name, &record.attributes),
            Kind::Enum(item) => (&item.head, &item.name, &item.attributes),
            _ => return None,
        };
        let source = file.source();
        let is_key = |word: &str| is_record_key(word) || word == "enum";
        let key = source
            .code(head.clone())
            .find(|&at| is_key(source.word(at)));
        let mut in_front = attributes
            .iter()
            .filter(|one| key.is_some_and(|key| one.start < key));
        if let Some(name) = in_front.find_map(|one| self.harmful(file, one)) {
            return Some(format!("attribute {name} in front of a type"));
        }
        // Compilers take none there.
        let behind =
            |one: &&Tokens| !name.is_empty() && one.start >= name.end && one.end <= head.end;
        if let Some(attribute) = attributes.iter().find(behind) {
            let text = source.slice(attribute);
            return Some(format!("attribute {text} behind the name"));
        }
        let colon = source.code(head.clone()).find(|&at| source.is(at, ":"));
        let words = head.start..colon.unwrap_or(head.end);
        let mut looked_at = attributes.clone();
        looked_at.push(name.clone());
        // Any word that is neither of them is doubtful, as if a type stood before it.
        let doubt = self.doubt_behind(file, &words, &looked_at, Some("int"));
        if doubt.is_some() {
            return doubt;
        }
        if self.is_macro(&file.text(name)) {
            return Some(format!("macro {}", file.text(name)));
        }
        let behind = up_to_brace(definition).end;
        let last = source.code_before(whole.tokens.end);
        if definition.body().is_some() && last.is_some_and(|last| last + 1 == behind) {
            return Some("what is behind its brace is not understood".to_owned());
        }
        let mut trailing = attributes.iter().filter(|one| one.start >= behind);
        if let Some(attribute) = trailing.find(|one| is_of_type(file, one.start)) {
            let text = file.source().slice(attribute);
            return Some(format!("attribute {text} behind a type"));
        }
        let before = whole.tokens.start..definition.tokens.start;
        let in_front = match &whole.kind {
            Kind::Variables(declaration) | Kind::Typedef(declaration) => {
                &declaration.attributes[..]
            }
            _ => &[],
        };
        let doubt = self.doubt_behind(file, &before, in_front, Some("int"));
        if doubt.is_some() {
            return doubt;
        }
        let (Kind::Variables(declaration) | Kind::Typedef(declaration)) = &whole.kind else {
            return self.doubt_behind(file, &(behind..whole.tokens.end), &looked_at, Some("}"));
        };
        let is_typedef = matches!(whole.kind, Kind::Typedef(_));
        let attributes = declaration.attributes.iter();
        let own = declaration
            .declarators
            .iter()
            .flat_map(|declarator| &declarator.attributes);
        // In front of the definition, and behind a name, they are the member's.
        let mut all = attributes
            .filter(|attribute| is_typedef || attribute.start >= behind)
            .chain(own.filter(|_| is_typedef));
        if let Some(name) = all.find_map(|attribute| self.harmful(file, attribute)) {
            return Some(format!("attribute {name}"));
        }
        let names = declaration
            .declarators
            .iter()
            .map(|declarator| file.text(&declarator.name));
        let mut macros = names.filter(|name| {
            self.is_macro(name) || !is_typedef && (is_capitals(name) || name.starts_with("__"))
        });
        macros
            .next()
            .map(|name| format!("{name}, which may be a macro"))
            .or_else(|| self.declaration_doubt(file, &(behind..whole.tokens.end), declaration))
    }

    /// An attribute in one of the two standard forms that stands behind a type, which it is about then: compilers ignore it.
    fn misplaced(&self, file: &File, item: &Tokens, attributes: &[Tokens]) -> Option<String> {
        let source = file.source();
        let attributes = in_order(attributes);
        let mut attributes = attributes.iter().peekable();
        let mut seen_type = false;
        let mut at = item.start;
        while at < item.end {
            match attributes.next_if(|range| range.start <= at) {
                Some(attribute) if is_of_type(file, at) => {
                    if seen_type {
                        return self.harmful(file, attribute);
                    }
                    at = at.max(attribute.end);
                }
                Some(attribute) => {
                    // A definition in place of a type is one.
                    seen_type |= !is_attribute_word(source.word(at));
                    at = at.max(attribute.end);
                }
                None => {
                    let is_code = source.tokens()[at].is_code();
                    seen_type |= is_code && !is_how(source.word(at));
                    at += 1;
                }
            }
        }
        None
    }

    /// The first attribute of several lists that changes a layout.
    pub(super) fn harmful_of(&self, file: &File, attributes: &[Tokens]) -> Option<String> {
        attributes.iter().find_map(|one| self.harmful(file, one))
    }

    /// The first attribute of a list that changes a layout.
    fn harmful(&self, file: &File, attribute: &Tokens) -> Option<String> {
        let names = attribute_list(file, attribute).into_iter();
        let mut names = names.map(|text| text.split('(').next().unwrap_or_default().to_owned());
        names.find(|name| {
            let text = self.macro_text(name);
            !is_harmless(name) && !text.is_some_and(|text| self.is_harmless_text(text, 0))
        })
    }

    /// Whether the text of a macro changes no layout, where it stands beside a declaration.
    fn is_harmless_text(&self, text: &str, depth: usize) -> bool {
        let tokens = lex(text);
        let is_harmless_word = |token: &Token| {
            let word = &text[token.start as usize..token.end as usize];
            let is_list = matches!(word, "__attribute__" | "__attribute" | "default" | "hidden");
            let stands_for = self.macro_text(word).filter(|_| depth < DEEPEST);
            is_list
                || is_how(word)
                || is_harmless(word)
                || stands_for.is_some_and(|text| self.is_harmless_text(text, depth + 1))
        };
        let words = tokens.iter().filter(|token| token.kind == TokenKind::Word);
        words.into_iter().all(is_harmless_word)
    }
}

/// Whether a word says how something is declared, and nothing of its layout.
fn is_how(word: &str) -> bool {
    is_cv(word)
        || is_specifier(word)
        || matches!(
            word,
            "__extension__" | "__restrict" | "__restrict__" | "final" | "override"
        )
}

/// Ranges that are not empty, by where they begin.
fn in_order(ranges: &[Tokens]) -> Vec<Tokens> {
    let mut ranges: Vec<Tokens> = ranges
        .iter()
        .filter(|one| !one.is_empty())
        .cloned()
        .collect();
    ranges.sort_unstable_by_key(|range| range.start);
    ranges
}

/// A definition from its first word to its closing brace.
fn up_to_brace(definition: &Item) -> Tokens {
    let end = definition.body().map(|body| body.close + 1);
    definition.tokens.start..end.unwrap_or(definition.tokens.end)
}

/// Whether an attribute is in one of the forms that are about a type where they stand behind one.
fn is_of_type(file: &File, at: usize) -> bool {
    let word = file.source().word(at);
    is_double_bracket(file, at) || matches!(word, "alignas" | "_Alignas")
}

fn is_double_bracket(file: &File, at: usize) -> bool {
    let source = file.source();
    source.is(at, "[[") || source.is(at, "[") && source.is(source.code_from(at + 1), "[")
}

/// The token behind an attribute: behind its brackets.
fn attribute_end(file: &File, at: usize) -> usize {
    let source = file.source();
    let open = match source.tokens()[at].kind {
        TokenKind::Word => source.code_from(at + 1),
        _ => at,
    };
    let close = source.pairs.partner(open).filter(|&close| close > open);
    close.map_or(at + 1, |close| close + 1)
}
