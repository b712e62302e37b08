//! Which text each function came from, so that an error in a function of an earlier line shows that line.

use std::collections::HashMap;
use std::rc::Rc;

use rhai::{AST, EvalAltResult, Position};

use super::caret::Excerpt;

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
    /// What is at a position.
    pub(crate) fn excerpt_at(&self, position: Position) -> Option<Excerpt> {
        Excerpt::at(&self.name, &self.text, position).map(|excerpt| self.numbered(excerpt))
    }

    /// The expression that begins at a position.
    pub(crate) fn excerpt_of_value(&self, position: Position) -> Option<Excerpt> {
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
        Some(line) => format!(
            "{what}, called at {file}{}:{}",
            line + caller.lines_before,
            position.position().unwrap_or(1)
        ),
        None => what,
    }
}
