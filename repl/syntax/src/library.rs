//! The functions of Rhai's own library, as completion and hints know them.

use std::any::TypeId;
use std::sync::LazyLock;

use rhai::{Array, Blob, Dynamic, Engine, ImmutableString, Map};

/// A function of Rhai's own library.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LibraryFunction {
    /// Its name.
    pub name: String,
    /// What it is a method of: `#array`, `#blob`, `#map`, `#string`, or nothing that is known here.
    pub receiver: Option<&'static str>,
    /// Names of its parameters, without the receiver's.
    pub parameters: Vec<String>,
}

impl LibraryFunction {
    /// How it is called after a dot, or by itself.
    pub fn signature(&self) -> String {
        format!("{}({})", self.name, self.parameters.join(", "))
    }
}

/// All of them, each once for each kind of receiver.
pub fn library() -> &'static [LibraryFunction] {
    static FUNCTIONS: LazyLock<Vec<LibraryFunction>> = LazyLock::new(gather);
    &FUNCTIONS
}

/// What [`LibraryFunction::receiver`] says of functions that this value has. No type of a session
/// has a name that begins so.
pub fn kind_of(value: &Dynamic) -> Option<&'static str> {
    match value {
        value if value.is_array() => Some("#array"),
        value if value.is_map() => Some("#map"),
        value if value.is_string() => Some("#string"),
        _ => None,
    }
}

fn kind(type_id: TypeId) -> Option<&'static str> {
    let kinds = [
        (TypeId::of::<Array>(), "#array"),
        (TypeId::of::<Blob>(), "#blob"),
        (TypeId::of::<Map>(), "#map"),
        (TypeId::of::<ImmutableString>(), "#string"),
        (TypeId::of::<&str>(), "#string"),
    ];
    kinds
        .iter()
        .find(|(known, _)| *known == type_id)
        .map(|(_, kind)| *kind)
}

/// Lists functions as Rhai sees them, which is of no use at a prompt.
const FOR_TOOLS: &str = "get_fn_metadata_list";

fn gather() -> Vec<LibraryFunction> {
    let known = Engine::new().collect_fn_metadata(
        None,
        |function| {
            let metadata = function.metadata;
            let name = metadata.name.to_string();
            let receiver = metadata.param_types.first().and_then(|first| kind(*first));
            let parameters = metadata
                .params_info
                .iter()
                .skip(usize::from(receiver.is_some()));
            let parameters = parameters.take(metadata.num_params);
            let named = |text: &rhai::Identifier| {
                let name = text.split(':').next().unwrap_or_default().trim();
                name.strip_prefix("mut ").unwrap_or(name).to_owned()
            };
            let is_for_users = rhai::is_valid_identifier(&name) && name != FOR_TOOLS;
            is_for_users.then(|| LibraryFunction {
                name,
                receiver,
                parameters: parameters.map(named).collect(),
            })
        },
        true,
    );
    let mut functions: Vec<LibraryFunction> = known;
    functions.sort();
    functions.dedup_by(|a, b| a.name == b.name && a.receiver == b.receiver);
    functions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(name: &str, receiver: Option<&str>) -> bool {
        library()
            .iter()
            .any(|function| function.name == name && function.receiver == receiver)
    }

    #[test]
    fn methods_are_known_by_what_they_belong_to() {
        assert!(has("push", Some("#array")));
        assert!(has("filter", Some("#array")));
        assert!(has("keys", Some("#map")));
        assert!(has("to_upper", Some("#string")));
        assert!(has("sqrt", None));
        assert!(!has("push", Some("#map")) && !has("+", None));
        assert!(library().iter().all(|function| function.name != FOR_TOOLS));
        assert!(
            library()
                .iter()
                .all(|function| !function.signature().contains("mut "))
        );
    }

    #[test]
    fn kinds_of_values_are_those_of_methods() {
        assert_eq!(kind_of(&Dynamic::from(Array::new())), Some("#array"));
        assert_eq!(kind_of(&Dynamic::from("text")), Some("#string"));
        assert_eq!(kind_of(&Dynamic::from(1)), None);
    }
}
