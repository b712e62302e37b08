//! One declared name with its `*`, brackets and array sizes.

use crate::model::{Declarator, Shape};
use crate::words::{is_capitals, is_cv};

use super::{Fault, NO_NAME, Parser, Role, TOO_DEEP};

/// A declarator and what kind of function its name would be.
pub(super) struct Declared {
    pub(super) declarator: Declarator,
    pub(super) shape: Shape,
}

impl Parser<'_> {
    /// Takes one declarator without initialiser. `pointer` is the role of its `*` and `&`.
    pub(super) fn declarator(&mut self, pointer: Role) -> Result<Declared, Fault> {
        let first = self.peek();
        let mut declared = Declared {
            declarator: Declarator {
                tokens: first..first,
                ..Declarator::default()
            },
            shape: Shape::Function,
        };
        self.pointers(&mut declared.declarator, pointer)?;
        let at = self.peek();
        let nested = self.is(at, "(") && self.begins_declarator(at);
        if nested {
            self.nested(at, &mut declared, pointer)?;
        } else {
            self.declared_name(&mut declared)?;
        }
        self.suffixes(&mut declared, nested)?;
        declared.declarator.tokens.end = self.at.max(first);
        Ok(declared)
    }

    fn pointers(&mut self, declarator: &mut Declarator, pointer: Role) -> Result<(), Fault> {
        loop {
            let at = self.peek();
            if ["*", "&", "&&"].iter().any(|punct| self.is(at, punct)) {
                self.roles[at] = pointer;
                declarator.is_pointer = true;
                self.at = at + 1;
            } else if declarator.is_pointer
                && (is_cv(self.word(at)) || self.is_macro_before_name(at))
            {
                self.at = at + 1;
            } else if let Some(path) = self.path(at).filter(|path| path.is_member_pointer) {
                self.roles[path.last] = pointer;
                (declarator.is_pointer, declarator.is_member_pointer) = (true, true);
                self.at = path.tokens.end;
            } else if declarator.is_pointer && self.attribute(at)?.is_some() {
                continue;
            } else {
                return Ok(());
            }
        }
    }

    /// Whether `(CALL name)(` is at `open`: a macro for a calling convention hides the `*` of a pointer to a function.
    pub(super) fn is_convention(&self, open: usize) -> bool {
        let word = self.code_from(open + 1);
        let close = self.code_from(self.code_from(word + 1) + 1);
        self.is_macro_before_name(word)
            && self.is(close, ")")
            && self.is(self.code_from(close + 1), "(")
    }

    /// Whether a word in capitals is between `*` and the name: a calling convention.
    pub(super) fn is_macro_before_name(&self, at: usize) -> bool {
        self.is_name(at) && is_capitals(self.word(at)) && self.is_name(self.code_from(at + 1))
    }

    /// Whether the round bracket at `open` is around a declarator and not around parameters or an initialiser.
    fn begins_declarator(&self, open: usize) -> bool {
        let next = self.code_from(open + 1);
        if self.is_convention(open) {
            return true;
        }
        let only_name = self.is_name(next) && self.is(self.code_from(next + 1), ")");
        self.begins_pointer(next) || self.is(next, "(") || only_name
    }

    fn nested(&mut self, open: usize, declared: &mut Declared, pointer: Role) -> Result<(), Fault> {
        if self.depth >= super::DEEPEST {
            return Err(TOO_DEEP);
        }
        let close = self.partner(open)?;
        self.roles[open] = Role::Declarator;
        let (outer_end, first) = (self.end, declared.declarator.tokens.start);
        let outer_pointer = declared.declarator.is_pointer;
        (self.at, self.end, self.depth) = (open + 1, close, self.depth + 1);
        let is_convention = self.is_macro_before_name(self.peek());
        if is_convention {
            self.at = self.peek() + 1;
        }
        let inner = self.declarator(pointer).and_then(|inner| {
            if self.peek() < close {
                Err(NO_NAME)
            } else {
                Ok(inner)
            }
        });
        (self.at, self.end, self.depth) = (close + 1, outer_end, self.depth - 1);
        *declared = inner?;
        declared.declarator.is_pointer |= is_convention;
        declared.declarator.tokens.start = first;
        declared.declarator.is_pointer |= outer_pointer && declared.declarator.is_function;
        Ok(())
    }

    fn declared_name(&mut self, declared: &mut Declared) -> Result<(), Fault> {
        let at = self.peek();
        let declarator = &mut declared.declarator;
        match self.path(at) {
            Some(path) => {
                (declarator.name, declared.shape, self.at) =
                    (path.tokens.clone(), path.shape, path.tokens.end);
                if path.shape == Shape::Function && self.repeats_name(&path) {
                    declared.shape = Shape::Constructor;
                }
            }
            None if self.is(at, ":") => declarator.name = at..at,
            None => return Err(NO_NAME),
        }
        while let Some(attribute) = self.attribute(self.peek())? {
            declared.declarator.attributes.push(attribute);
        }
        Ok(())
    }

    fn suffixes(&mut self, declared: &mut Declared, nested: bool) -> Result<(), Fault> {
        let is_pointer_inside = nested && declared.declarator.is_pointer;
        loop {
            let at = self.peek();
            if self.is(at, "[") && !self.is(at + 1, "[") {
                let (open, close) = self.take_pair(at)?;
                self.mark_inside(open);
                if !is_pointer_inside {
                    declared.declarator.sizes.push(open + 1..close);
                }
            } else if self.is(at, "(")
                && declared.declarator.params.is_none()
                && !self.is_initialiser(at, declared)
            {
                let (open, close) = self.take_pair(at)?;
                declared.declarator.params = Some((open, close));
                declared.declarator.is_function = !is_pointer_inside;
                if is_pointer_inside {
                    self.params(open, close);
                    self.pointer_qualifiers();
                }
            } else if self.is(at, "(") && is_pointer_inside && declared.declarator.is_function {
                // The parameters of the function whose pointer a function returns.
                let (open, close) = self.take_pair(at)?;
                self.params(open, close);
            } else if declared.declarator.is_function {
                return Ok(());
            } else if let Some(attribute) = self.attribute(at)? {
                declared.declarator.attributes.push(attribute);
            } else if !self.macro_behind(at)? {
                return Ok(());
            }
        }
    }

    /// What is behind the parameters of a pointer to a function.
    fn pointer_qualifiers(&mut self) {
        loop {
            let at = self.peek();
            let is_reference = self.is(at, "&") || self.is(at, "&&");
            if is_reference {
                self.roles[at] = Role::RefQualifier;
            }
            if !is_reference && !is_cv(self.word(at)) && self.word(at) != "noexcept" {
                return;
            }
            self.at = at + 1;
        }
    }

    /// Takes a word in capitals behind a name, with or without arguments.
    fn macro_behind(&mut self, at: usize) -> Result<bool, Fault> {
        if !self.is_name(at) || !is_capitals(self.word(at)) {
            return Ok(false);
        }
        let open = self.code_from(at + 1);
        if self.is(open, "(") && self.is(self.code_from(open + 1), "(") {
            // `int f P((int a))` declares a function in a way that only its macro knows.
            return Ok(false);
        }
        self.at = at + 1;
        if self.is(open, "(") {
            self.take_pair(open)?;
            self.mark_inside(open);
        }
        Ok(true)
    }

    /// `T name(` declares a function unless a literal, `-`, `!` or `{` follows.
    fn is_initialiser(&self, open: usize, declared: &Declared) -> bool {
        use crate::lex::TokenKind::{Char, Number, Text};
        if declared.shape != Shape::Function || declared.declarator.name.is_empty() {
            return false;
        }
        let next = self.code_from(open + 1);
        let literal =
            next < self.end && matches!(self.source.tokens()[next].kind, Number | Text | Char);
        literal
            || ["-", "!", "{"].iter().any(|punct| self.is(next, punct))
            || matches!(self.word(next), "true" | "false" | "nullptr")
    }
}
