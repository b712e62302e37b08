//! Labels in closures that no object has yet.
//!
//! Rhai looks up what a closure captures when the closure is made, also what it will use only much later. A name that
//! means nothing then stands for this, and using it is the error that using the name is.

use std::collections::HashSet;

use rhai::{AST, ASTNode, Dynamic, Engine, EvalAltResult, Expr, ImmutableString, Position, Stmt};

use super::context::Context;

/// What error messages call it.
pub(crate) const NOUN: &str = "object that does not exist";

/// Names of closures that are remembered.
const MOST_NAMES: usize = 4096;

/// What a name stands for that means nothing.
#[derive(Clone, Debug)]
pub(crate) struct Missing(ImmutableString);

impl Missing {
    /// As a value.
    pub(crate) fn named(name: &str) -> Dynamic {
        Dynamic::from(Missing(name.into()))
    }

    fn error<T>(&self) -> Result<T, Box<EvalAltResult>> {
        let name = self.0.to_string();
        Err(EvalAltResult::ErrorVariableNotFound(name, Position::NONE).into())
    }
}

impl Context {
    /// Remembers the names that closures of a script capture and use as objects.
    pub(crate) fn note_captured(&self, ast: &AST) {
        let (mut captured, mut used) = (HashSet::new(), HashSet::new());
        ast.walk(&mut |path| {
            match path.last() {
                Some(ASTNode::Stmt(Stmt::Share(names))) => {
                    captured.extend(names.iter().map(|(name, _)| name.name.to_string()));
                }
                Some(ASTNode::Expr(Expr::Dot(chain, ..) | Expr::Index(chain, ..))) => {
                    if let Expr::Variable(variable, ..) = &chain.lhs {
                        used.insert(variable.1.to_string());
                    }
                }
                _ => {}
            }
            true
        });
        let mut names = self.captured.borrow_mut();
        if names.len() > MOST_NAMES {
            names.clear();
        }
        names.extend(captured.intersection(&used).cloned());
    }

    /// What a name stands for that means nothing, if a closure captures it.
    pub(crate) fn missing(&self, name: &str) -> Option<Dynamic> {
        if !self.captured.borrow().contains(name) {
            return None;
        }
        self.missed.replace(name.to_owned());
        Some(Missing::named(name))
    }
}

/// Registers what can be tried with it.
pub(crate) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Missing>(NOUN);
    engine.register_indexer_get(|missing: &mut Missing, _: Dynamic| missing.error::<Dynamic>());
    engine.register_indexer_set(|missing: &mut Missing, _: Dynamic, _: Dynamic| {
        missing.error::<()>()
    });
    engine.register_fn("to_string", |missing: Missing| missing.error::<String>());
    engine.register_fn("to_debug", |missing: Missing| missing.error::<String>());
}
