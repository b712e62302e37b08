//! All names a line may contain, in the order in which they are looked for.

use std::sync::Arc;

use crate::commands::COMMANDS;
use crate::script::{FieldName, Names, ObjectName};

/// A snapshot of names with an index of its labels. A session may have a million of them, and each
/// key press looks some up.
#[derive(Clone, Debug, Default)]
pub(super) struct Lexicon {
    names: Names,
    /// Positions in `names.objects`, by label.
    by_label: Arc<Vec<u32>>,
}

impl Lexicon {
    /// The lexicon of `names`; the index of `before` is kept where it fits.
    pub(super) fn of(names: Names, before: &Lexicon) -> Self {
        if Arc::ptr_eq(&names.objects, &before.names.objects) {
            return Lexicon {
                names,
                by_label: Arc::clone(&before.by_label),
            };
        }
        let mut by_label: Vec<u32> = (0..).take(names.objects.len()).collect();
        by_label.sort_unstable_by_key(|at| &names.objects[*at as usize].label);
        Lexicon {
            by_label: Arc::new(by_label),
            names,
        }
    }

    fn object_at(&self, at: u32) -> &ObjectName {
        &self.names.objects[at as usize]
    }

    /// The name of the type of the object with this label; of an array of objects, with brackets.
    pub(super) fn type_of(&self, label: &str) -> Option<String> {
        let found = self
            .by_label
            .binary_search_by(|at| (*self.object_at(*at).label).cmp(label))
            .ok()?;
        let object = self.object_at(self.by_label[found]);
        Some(if object.is_array {
            format!("{}[]", object.type_name)
        } else {
            object.type_name.clone()
        })
    }

    /// The name of the type of the object that the variable holds.
    pub(super) fn type_of_variable(&self, name: &str) -> Option<&str> {
        self.names
            .variables
            .iter()
            .find(|(known, _)| known == name)?
            .1
            .as_deref()
    }

    /// Labels that begin with `prefix`, in order.
    pub(super) fn labels_from<'n>(&'n self, prefix: &'n str) -> impl Iterator<Item = &'n str> {
        let first = self
            .by_label
            .partition_point(|at| &*self.object_at(*at).label < prefix);
        let labels = self.by_label[first..]
            .iter()
            .map(|at| &*self.object_at(*at).label);
        labels.take_while(move |label| label.starts_with(prefix))
    }

    /// The fields of a type, or of the elements of an array.
    pub(super) fn fields(&self, type_name: &str) -> &[FieldName] {
        self.names.fields(type_name)
    }

    /// The names that values of a type have.
    pub(super) fn values(&self, type_name: &str) -> &[String] {
        self.names.values.get(type_name).map_or(&[], Vec::as_slice)
    }

    /// All commands, without their colons.
    pub(super) fn commands(&self) -> impl Iterator<Item = &str> {
        let ours = COMMANDS.iter().map(|command| command.name());
        ours.chain(self.names.commands.iter().map(String::as_str))
    }

    /// All types with a name.
    pub(super) fn type_names(&self) -> impl Iterator<Item = &str> {
        self.names
            .types
            .keys()
            .chain(self.names.values.keys())
            .map(String::as_str)
    }

    /// All functions.
    pub(super) fn functions(&self) -> impl Iterator<Item = &str> {
        self.names
            .functions
            .iter()
            .map(|function| function.name.as_str())
    }

    /// How a function is called.
    pub(super) fn signature(&self, name: &str) -> Option<&str> {
        self.names
            .functions
            .iter()
            .find(|function| function.name == name)
            .map(|function| function.signature.as_str())
    }

    /// All variables of the prompt.
    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        self.names.variables.iter().map(|(name, _)| name.as_str())
    }
}

/// A small session to complete on.
#[cfg(test)]
pub(super) fn sample() -> Lexicon {
    use std::collections::BTreeMap;

    use crate::script::FunctionName;

    let field = |name: &str, type_name: &str, allowed: Option<&str>| FieldName {
        name: name.into(),
        type_name: type_name.into(),
        allowed: allowed.map(Into::into),
        unit: (name == "bid_price").then(|| "ticks".into()),
        description: None,
        is_identifier: name != "new",
    };
    let object = |label: &str, type_name: &str, is_array| ObjectName {
        label: label.into(),
        type_name: type_name.into(),
        is_array,
    };
    let types = BTreeMap::from([
        (
            "Position".to_owned(),
            vec![
                field("quantity", "i64", None),
                field("last_quote", "Quote", None),
                field("live", "bool", None),
            ],
        ),
        (
            "Quote".to_owned(),
            vec![
                field("bid_price", "i64", Some("0..=100")),
                field("ask_price", "i64", None),
            ],
        ),
        (
            "Order".to_owned(),
            vec![
                field("side", "Side", None),
                field("fills", "Quote[10]", None),
                field("new", "i64", None),
            ],
        ),
    ]);
    let names = Names {
        objects: Arc::new(vec![
            object("MSFT_position", "Position", false),
            object("AAPL_position", "Position", false),
            object("order_1", "Order", false),
            object("net/eth 0", "Quote", false),
            object("book", "Quote", true),
        ]),
        types: Arc::new(types),
        values: Arc::new(BTreeMap::from([(
            "Side".to_owned(),
            vec!["BUY".to_owned(), "SELL".to_owned()],
        )])),
        functions: Arc::new(vec![FunctionName {
            name: "expect".into(),
            signature: "expect(holds, message)".into(),
            ..FunctionName::default()
        }]),
        commands: Arc::default(),
        variables: vec![
            ("p".into(), Some("Position".into())),
            ("total".into(), None),
        ],
    };
    Lexicon::of(names, &Lexicon::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_whatever_the_order_of_the_objects() {
        let lexicon = sample();
        assert_eq!(
            lexicon.type_of("MSFT_position").as_deref(),
            Some("Position")
        );
        assert_eq!(lexicon.type_of("book").as_deref(), Some("Quote[]"));
        assert_eq!(lexicon.type_of("nothing"), None);
        assert_eq!(lexicon.labels_from("").count(), 5);
        assert_eq!(
            lexicon.labels_from("AAPL").collect::<Vec<_>>(),
            ["AAPL_position"]
        );
    }
}
