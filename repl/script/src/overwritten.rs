//! Assignments to labels inside of closures.
//!
//! Rhai gives a closure its own copy of what it captures, and would change that copy without a word: the object would
//! keep its value. Outside of closures Rhai refuses such an assignment itself.

use std::collections::{HashMap, HashSet};

use rhai::{AST, ASTNode, EvalAltResult, Expr, Position, Scope, Stmt};

/// Refuses a script that assigns to the label of an object, or to `obs`, in a closure. `is_label` says what is one.
///
/// # Errors
///
/// [`EvalAltResult::ErrorAssignmentToConstant`], as for an assignment outside of closures.
pub(crate) fn check(
    ast: &AST,
    scope: &Scope<'_>,
    is_label: impl Fn(&str) -> bool,
) -> Result<(), Box<EvalAltResult>> {
    let (mut captured, mut own, mut assigned) = (HashSet::new(), HashSet::new(), HashMap::new());
    ast.walk(&mut |path| {
        match path.last() {
            Some(ASTNode::Stmt(Stmt::Share(names))) => {
                captured.extend(names.iter().map(|(name, _)| name.name.to_string()));
            }
            Some(ASTNode::Stmt(Stmt::Var(declared, ..))) => {
                own.insert(declared.0.name.to_string());
            }
            Some(ASTNode::Stmt(Stmt::Assignment(stored))) => {
                if let Expr::Variable(variable, _, at) = &stored.1.lhs {
                    assigned.entry(variable.1.to_string()).or_insert(*at);
                }
            }
            _ => {}
        }
        true
    });
    let named = ast
        .iter_functions()
        .filter(|function| !is_closure(function.name));
    own.extend(
        named
            .flat_map(|function| function.params)
            .map(str::to_owned),
    );
    let is_object = |name: &str| {
        let is_variable = own.contains(name) || scope.contains(name);
        !is_variable && captured.contains(name) && (name == "obs" || is_label(name))
    };
    let first = assigned.iter().filter(|(name, _)| is_object(name));
    let first = first.min_by_key(|(_, at)| (at.line(), at.position()));
    first.map_or(Ok(()), |(name, at): (&String, &Position)| {
        Err(EvalAltResult::ErrorAssignmentToConstant(name.clone(), *at).into())
    })
}

/// Whether Rhai made this name, of a function that was written as a closure.
fn is_closure(name: &str) -> bool {
    name.starts_with("anon$")
}
