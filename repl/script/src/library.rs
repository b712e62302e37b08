//! The functions and closures of scripts: a closure can be called only together with them.

use std::collections::{BTreeMap, HashMap};

use rhai::{AST, Module, ScriptFuncDef, Shared};

/// All functions and closures of scripts so far. Taking in those of a further text takes as long as that text has
/// functions, however many there are already.
pub(crate) struct Library {
    /// All of them, without statements.
    all: AST,
    /// Each by its name and how many parameters it has.
    named: HashMap<String, BTreeMap<usize, Shared<ScriptFuncDef>>>,
}

impl Library {
    /// No functions.
    pub(crate) fn new() -> Self {
        Library {
            all: AST::empty(),
            named: HashMap::new(),
        }
    }

    /// Takes in the functions of a text. Those of the same name with as many parameters are replaced.
    pub(crate) fn add(&mut self, text: &AST) {
        let mut module = Module::new();
        for (.., function) in text.shared_lib().iter_script_fn_info() {
            let named = self.named.entry(function.name.to_string()).or_default();
            named.insert(function.params.len(), Shared::clone(function));
            module.set_script_fn(Shared::clone(function));
        }
        // In place: nobody else has the functions between two texts.
        self.all.combine(AST::new_from_module(module));
    }

    /// The functions, to be called; costs nothing.
    pub(crate) fn all(&self) -> AST {
        self.all.clone()
    }

    /// The statements of a text, together with all functions.
    pub(crate) fn beneath(&self, text: &AST) -> AST {
        let mut program = self.all();
        program.combine(text.clone_statements_only());
        program
    }

    /// From now on functions are of the file of this name; empty for none.
    pub(crate) fn set_file(&mut self, name: &str) {
        self.all.set_source(name);
    }

    /// The function of this name that has the fewest parameters, but at least so many.
    pub(crate) fn function(&self, name: &str, least: usize) -> Option<&Shared<ScriptFuncDef>> {
        let named = self.named.get(name)?;
        named.range(least..).next().map(|(_, function)| function)
    }
}

#[cfg(test)]
mod tests {
    use rhai::Engine;

    use super::*;

    #[test]
    fn a_later_function_takes_the_place_of_one_with_as_many_parameters() {
        let engine = Engine::new();
        let mut library = Library::new();
        for text in ["fn f(a) { 1 } fn f(a, b) { 2 }", "fn f(c) { 3 }"] {
            library.add(&engine.compile(text).unwrap());
        }
        let program = library.beneath(&engine.compile("f(0) * 10 + f(0, 0)").unwrap());
        assert_eq!(engine.eval_ast::<i64>(&program).unwrap(), 32);
        let parameters = |least| {
            let function = library.function("f", least)?;
            Some(
                function
                    .params
                    .iter()
                    .map(|name| name.to_string())
                    .collect(),
            )
        };
        assert_eq!(parameters(0), Some(vec!["c".to_owned()]));
        assert_eq!(parameters(2), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(parameters(3), None);
    }
}
