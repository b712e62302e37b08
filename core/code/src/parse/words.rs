//! The specifiers and the type that a declaration begins with.

use crate::lex::TokenKind;
use crate::model::{Item, Shape, Tokens};
use crate::words::{
    is_asm, is_attribute_word, is_builtin, is_capitals, is_cv, is_keyword, is_record_key,
    is_specifier, is_type_operator,
};

use super::path::Path;
use super::{Fault, Parser, Place, Role};

/// What was read before the first declarator.
#[derive(Default)]
pub(super) struct Words {
    pub(super) tokens: Tokens,
    pub(super) attributes: Vec<Tokens>,
    pub(super) definition: Option<Box<Item>>,
    pub(super) is_typedef: bool,
    pub(super) is_friend: bool,
    pub(super) has_type: bool,
    /// Whether the type so far is one name, which may yet turn out to be a macro.
    pub(super) may_be_macro: bool,
    /// Whether that name is in capitals.
    pub(super) is_capitals: bool,
}

impl Parser<'_> {
    /// Takes specifiers, attributes and a type, up to what can only be a declarator.
    pub(super) fn words(&mut self, place: &Place) -> Result<Words, Fault> {
        let first = self.peek();
        let mut words = Words {
            tokens: first..first,
            ..Words::default()
        };
        while self.one_word(&mut words, place)? {
            words.tokens.end = self.at;
        }
        self.mark(
            words.tokens.start..self.definition_start(&words),
            Role::Pointer,
        );
        Ok(words)
    }

    /// Where marking must stop: a definition marks its own head.
    fn definition_start(&self, words: &Words) -> usize {
        words
            .definition
            .as_ref()
            .map_or(words.tokens.end, |item| item.tokens.start)
    }

    /// Takes one more word; false if the next token begins a declarator.
    fn one_word(&mut self, words: &mut Words, place: &Place) -> Result<bool, Fault> {
        let at = self.peek();
        if at > words.tokens.start && self.has_directive(words.tokens.end..at) {
            return Ok(false);
        }
        if let Some(attribute) = self.attribute(at)? {
            words.attributes.push(attribute);
            return Ok(true);
        }
        if self.is(at, "::") {
            return self.type_name(at, words, place);
        }
        if !self.is_word(at) {
            return Ok(false);
        }
        let word = self.word(at);
        if let Some(definition) = &words.definition {
            // Behind a body only what qualifies the type; everything else may begin the next declaration.
            let line = self.source.tokens()[definition.tokens.end - 1].end_line;
            let qualifies = is_cv(word) && self.source.tokens()[at].line == line;
            return if qualifies {
                self.plain_word(at)
            } else {
                Ok(false)
            };
        }
        if is_specifier(word) {
            return self.specifier(at, word, words);
        }
        if is_cv(word) || word == "typename" || word == "this" {
            return self.plain_word(at);
        }
        if is_builtin(word) {
            if words.may_be_macro && !words.is_capitals {
                return Ok(false);
            }
            (words.has_type, words.may_be_macro) = (true, false);
            return self.plain_word(at);
        }
        if is_type_operator(word) {
            return self.type_operator(at, words);
        }
        if is_record_key(word) || word == "enum" {
            return self.definition_or_name(at, words);
        }
        if is_capitals(word) && self.macro_before(at, place)? {
            return Ok(true);
        }
        if word == "operator" || is_keyword(word) || is_asm(word) {
            return Ok(false);
        }
        self.type_name(at, words, place)
    }

    /// Takes a macro with arguments in front of another word, as attributes are.
    fn macro_before(&mut self, at: usize, place: &Place) -> Result<bool, Fault> {
        let open = self.code_from(at + 1);
        let is_own = matches!(place, Place::Record(name) if name == self.word(at));
        if is_own || !self.is(open, "(") {
            return Ok(false);
        }
        let close = self.partner(open)?;
        let next = self.code_from(close + 1);
        let begins = self.is_word(next)
            && !is_cv(self.word(next))
            && !matches!(self.word(next), "noexcept" | "override");
        if begins {
            self.at = close + 1;
            self.roles[at] = Role::Specifier;
            self.mark_inside(open);
        }
        Ok(begins)
    }

    fn plain_word(&mut self, at: usize) -> Result<bool, Fault> {
        self.at = at + 1;
        Ok(true)
    }

    fn has_directive(&self, tokens: Tokens) -> bool {
        self.source.tokens()[tokens]
            .iter()
            .any(|token| token.kind == TokenKind::Directive)
    }

    fn specifier(&mut self, at: usize, word: &str, words: &mut Words) -> Result<bool, Fault> {
        self.roles[at] = Role::Specifier;
        self.at = at + 1;
        words.is_typedef |= word == "typedef";
        words.is_friend |= word == "friend";
        if word == "explicit" && self.next_is("(") {
            let (open, _) = self.take_pair(self.peek())?;
            self.mark_inside(open);
        }
        Ok(true)
    }

    fn type_operator(&mut self, at: usize, words: &mut Words) -> Result<bool, Fault> {
        self.at = at + 1;
        let open = self.peek();
        if !self.is(open, "(") {
            return Err(Fault("type operator without its brackets"));
        }
        self.take_pair(open)?;
        self.mark_inside(open);
        words.has_type = true;
        while self.next_is("::") {
            let colons = self.peek();
            let Some(path) = self.path(colons) else { break };
            self.at = path.tokens.end;
        }
        Ok(true)
    }

    fn definition_or_name(&mut self, at: usize, words: &mut Words) -> Result<bool, Fault> {
        if words.has_type && !words.may_be_macro {
            return Ok(false);
        }
        (words.has_type, words.may_be_macro) = (true, false);
        let item = if self.word(at) == "enum" {
            self.enumeration(at)?
        } else {
            self.record(at)?
        };
        if let Some(item) = item {
            words.definition = Some(Box::new(item));
        }
        Ok(true)
    }

    /// Takes the name at `at` if it is a type and not what is declared.
    fn type_name(&mut self, at: usize, words: &mut Words, place: &Place) -> Result<bool, Fault> {
        let Some(path) = self.path(at) else {
            return Ok(false);
        };
        if path.shape != Shape::Function || path.is_member_pointer {
            return Ok(false);
        }
        let next = self.code_from(path.tokens.end);
        let takes = if words.has_type {
            self.is_macro_word(&path, next, words)
        } else {
            !self.is(next, "(") || !self.is_name_before_brackets(&path, next, place)
        };
        if takes {
            words.may_be_macro = !words.has_type || words.is_capitals;
            let name = self.word(path.last);
            words.is_capitals = is_capitals(name) || name.starts_with("__");
            words.has_type = true;
            self.at = path.tokens.end;
        }
        Ok(takes)
    }

    /// Whether the name behind a type must be a part of the type, because another name follows: one of both is a macro.
    fn is_macro_word(&self, path: &Path, next: usize, words: &Words) -> bool {
        let name = self.word(path.last);
        let follows = self.is_word(next)
            && !is_attribute_word(self.word(next))
            && !is_asm(self.word(next))
            && !self.is_attribute_macro(next)
            && !matches!(self.word(next), "const" | "noexcept" | "requires" | "try")
            || self.is(next, "::")
            || words.may_be_macro && ["*", "&", "&&"].iter().any(|punct| self.is(next, punct));
        follows
            && (words.may_be_macro && words.is_capitals
                || is_capitals(name)
                || name.starts_with("__"))
    }

    /// Whether the name before the round bracket at `open` is what is declared, and not the type of `T (*name)`.
    fn is_name_before_brackets(&self, path: &Path, open: usize, place: &Place) -> bool {
        let is_own = matches!(place, Place::Record(name) if name == self.word(path.last));
        is_own
            || self.repeats_name(path)
            || !self.begins_pointer(self.code_from(open + 1)) && !self.is_convention(open)
    }
}
