//! Which text each function came from, so that an error in a function of an earlier line shows that line.

use std::collections::HashMap;
use std::rc::Rc;

use memglass_syntax::rest;
use memglass_syntax::token::{Kind, Token, tokens};
use rhai::{AST, EvalAltResult, Position};

use super::caret::Excerpt;
use super::ledger::Author;

/// The last line that Rhai tells from others.
const LAST_LINE: usize = u16::MAX as usize;

/// Characters of a call in which a closure is looked for.
const LONGEST_CALL: usize = 2000;

/// Characters of a closure that are shown.
const LONGEST_CLOSURE: usize = 100;

/// A text that was evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Source {
    /// A file's name; empty for a typed line.
    pub(crate) name: String,
    /// All of it.
    pub(crate) text: String,
    /// Lines of the file that come before it.
    pub(crate) lines_before: usize,
}

impl Source {
    /// Who makes the writes in it.
    pub(crate) fn author(&self) -> Author {
        match self.name.as_str() {
            "" => Author::typed(&self.text),
            file => Author::Script(file.into()),
        }
    }

    /// Whether a position is that of a line. Rhai counts lines up to the [`LAST_LINE`], and says that one also for
    /// all that follow.
    pub(crate) fn is_located(&self, position: Position) -> bool {
        position.line() != Some(LAST_LINE) || self.text.lines().nth(LAST_LINE).is_none()
    }

    /// The first line of which others cannot be told, as the file counts it.
    pub(crate) fn last_line(&self) -> usize {
        LAST_LINE + self.lines_before
    }

    /// What is at a position; `None` if it cannot be told where that is.
    pub(crate) fn excerpt_at(&self, position: Position) -> Option<Excerpt> {
        if !self.is_located(position) {
            return None;
        }
        Excerpt::at(&self.name, &self.text, position).map(|excerpt| self.numbered(excerpt))
    }

    /// The expression that begins at a position.
    pub(crate) fn excerpt_of_value(&self, position: Position) -> Option<Excerpt> {
        if !self.is_located(position) {
            return None;
        }
        Excerpt::of_value(&self.name, &self.text, position).map(|excerpt| self.numbered(excerpt))
    }

    fn numbered(&self, excerpt: Excerpt) -> Excerpt {
        Excerpt {
            line: excerpt.line + self.lines_before,
            ..excerpt
        }
    }
}

/// The present text, and those of all functions and closures that can still be called.
#[derive(Default)]
pub(crate) struct Sources {
    current: Rc<Source>,
    of_function: HashMap<String, Rc<Source>>,
}

impl Sources {
    /// From now on, errors outside of functions are in this text.
    pub(crate) fn enter(&mut self, source: Source) {
        self.current = Rc::new(source);
    }

    /// Whether functions of another text than the present one can be called.
    pub(crate) fn has_others(&self) -> bool {
        let mut sources = self.of_function.values();
        sources.any(|source| !Rc::ptr_eq(source, &self.current))
    }

    /// The functions of `ast` are in the present text.
    pub(crate) fn define(&mut self, ast: &AST) {
        for function in ast.iter_functions() {
            self.of_function
                .insert(function.name.to_owned(), self.current.clone());
        }
    }

    /// Takes a chain of calls apart: the error at its end, the text it is in, and the calls, innermost first.
    pub(crate) fn innermost(
        &self,
        error: EvalAltResult,
    ) -> (EvalAltResult, Rc<Source>, Vec<String>) {
        let mut error = error;
        let mut source = self.current.clone();
        let mut calls = Vec::new();
        loop {
            match error {
                EvalAltResult::ErrorInFunctionCall(name, _, inner, position) => {
                    calls.insert(0, described(&name, &source, position));
                    source = self.of_function.get(&name).cloned().unwrap_or(source);
                    error = *inner;
                }
                EvalAltResult::ErrorInModule(name, inner, _) => {
                    calls.insert(0, format!("module {name:?}"));
                    source = Rc::new(Source {
                        name,
                        ..Source::default()
                    });
                    error = *inner;
                }
                other => return (other, source, calls),
            }
        }
    }
}

/// The closure that is the argument of this number, from 0, of a call of `function` at a position of a text: as it is written,
/// in one line.
pub(crate) fn closure_in_call(
    text: &str,
    position: Position,
    function: &str,
    argument: usize,
) -> Option<String> {
    let call = rest(text, position);
    let end = call.char_indices().nth(LONGEST_CALL);
    let call = &call[..end.map_or(call.len(), |(end, _)| end)];
    let is_remark = |token: &Token<'_>| matches!(token.kind, Kind::Comment { .. });
    let mut tokens = tokens(call).into_iter();
    let mut tokens = tokens.by_ref().filter(|token| !is_remark(token));
    if tokens.next()?.text != function || !tokens.next()?.is("(") {
        return None;
    }
    for _ in 0..argument {
        argument_end(&mut tokens).filter(|end| end.is(","))?;
    }
    let begin = tokens.next()?;
    if begin.is("|") {
        tokens.find(|token| token.is("|"))?;
    } else if !begin.is("||") {
        return None;
    }
    let end = argument_end(&mut tokens)?.start;
    let written = call[begin.start..end].split_whitespace();
    let written = written.collect::<Vec<_>>().join(" ");
    Some(match written.char_indices().nth(LONGEST_CLOSURE) {
        Some((end, _)) => format!("{}…", &written[..end]),
        None => written,
    })
}

/// The comma or bracket behind an argument.
fn argument_end<'c>(tokens: &mut impl Iterator<Item = Token<'c>>) -> Option<Token<'c>> {
    let mut depth = 0_u32;
    tokens.find(|token| {
        match token.text {
            "(" | "[" | "?[" | "{" | "#{" => depth += 1,
            ")" | "," if depth == 0 => return true,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        false
    })
}

fn described(name: &str, caller: &Source, position: Position) -> String {
    let what = if name.starts_with("anon$") {
        "a closure".to_owned()
    } else {
        format!("function {name:?}")
    };
    let file = if caller.name.is_empty() {
        String::new()
    } else {
        format!("{}:", caller.name)
    };
    match position.line() {
        Some(_) if !caller.is_located(position) => {
            format!("{what}, called at {file}{} or below", caller.last_line())
        }
        Some(line) => format!(
            "{what}, called at {file}{}:{}",
            line + caller.lines_before,
            position.position().unwrap_or(1)
        ),
        None => what,
    }
}
