//! The functions a script can call, with what is known of each: ours, those that the host program
//! registered, and those that scripts defined.

use std::collections::HashSet;

use memglass_syntax::{FunctionName, is_identifier};
use rhai::{AST, Engine, FuncInfo};

use super::bindings::FUNCTIONS;

/// What an engine knew before its host registered anything.
pub(crate) struct Known(HashSet<u64>);

impl Known {
    /// All that is registered now.
    pub(crate) fn of(engine: &Engine) -> Self {
        let hashes = engine.collect_fn_metadata(None, |info| Some(info.metadata.hash), true);
        Self(hashes.into_iter().collect())
    }

    /// What the host registered since, without operators, properties and indexers.
    pub(crate) fn added(&self, engine: &Engine) -> Vec<FunctionName> {
        engine.collect_fn_metadata(None, |info| self.added_by_host(&info), false)
    }

    fn added_by_host(&self, info: &FuncInfo) -> Option<FunctionName> {
        let function = info.metadata;
        if self.0.contains(&function.hash) || !is_identifier(&function.name) {
            return None;
        }
        let name = match &*info.namespace {
            "" => function.name.to_string(),
            module => format!("{module}::{}", function.name),
        };
        Some(FunctionName {
            signature: signature(&name, function.num_params, &function.params_info),
            summary: summary(function.comments.iter().map(|comment| &**comment)),
            name,
            ..FunctionName::default()
        })
    }
}

/// Those of memglass itself.
pub(crate) fn built_in() -> impl Iterator<Item = FunctionName> {
    FUNCTIONS.iter().map(|help| FunctionName {
        name: help.name.into(),
        signature: help.signature.into(),
        summary: help.summary.into(),
        ..FunctionName::default()
    })
}

/// Those that scripts defined.
pub(crate) fn of_scripts(library: &AST) -> impl Iterator<Item = FunctionName> {
    let named = library
        .iter_functions()
        .filter(|function| !function.name.starts_with("anon$"));
    named.map(|function| FunctionName {
        name: function.name.to_owned(),
        signature: function.to_string(),
        summary: summary(function.comments.iter().copied()),
        ..FunctionName::default()
    })
}

/// A call with the names and types of so many parameters as Rhai keeps them, if it does.
fn signature(name: &str, count: usize, parameters: &[impl AsRef<str>]) -> String {
    let shown = (0..count).map(|index| {
        let known = parameters.get(index).map_or("_", AsRef::as_ref).trim();
        // Without a name from the source there is the type alone.
        known.strip_prefix("_:").unwrap_or(known).trim()
    });
    format!("{name}({})", shown.collect::<Vec<_>>().join(", "))
}

/// The first sentence of doc comments: up to the first blank line, without comment marks.
fn summary<'c>(comments: impl Iterator<Item = &'c str>) -> String {
    let lines = comments.flat_map(str::lines).map(|line| {
        line.trim()
            .trim_start_matches("/**")
            .trim_end_matches("*/")
            .trim_start_matches(['/', '*'])
            .trim()
    });
    let paragraph = lines
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty());
    paragraph.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_the_first_paragraph_of_a_comment() {
        let of = |comment: &str| summary(std::iter::once(comment));
        assert_eq!(of("/// Doubles it.\n///\n/// Twice."), "Doubles it.");
        assert_eq!(of("/**\n * Doubles\n * it.\n */"), "Doubles it.");
        assert_eq!(of(""), "");
    }

    #[test]
    fn a_signature_has_the_names_there_are() {
        assert_eq!(
            signature("f", 2, &["a: i64", "_: f64", "()"]),
            "f(a: i64, f64)"
        );
        assert_eq!(signature("f", 0, &["()"]), "f()");
        assert_eq!(signature("f", 2, &[] as &[&str]), "f(_, _)");
    }

    #[test]
    fn what_a_host_registers_is_told_from_what_was_there() {
        let mut engine = Engine::new();
        let known = Known::of(&engine);
        rhai::FuncRegistration::new("notional")
            .with_params_info(["quantity: i64", "price: i64", "i64"])
            .with_comments(["/// Quantity times price."])
            .register_into_engine(&mut engine, |quantity: i64, price: i64| quantity * price);
        let mut module = rhai::Module::new();
        module.set_native_fn("rate", |days: i64| Ok(days));
        engine.register_static_module("desk", module.into());
        engine.register_get("length_of_it", |text: &mut rhai::ImmutableString| {
            text.len() as i64
        });
        let mut added = known.added(&engine);
        added.sort();
        assert_eq!(added.len(), 2, "{added:?}");
        assert_eq!(added[0].name, "desk::rate");
        assert_eq!(added[1].signature, "notional(quantity: i64, price: i64)");
        assert_eq!(added[1].summary, "Quantity times price.");
    }
}
