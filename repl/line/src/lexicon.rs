//! All names a line may contain, in the order in which they are looked for.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use memglass_syntax::{
    CommandName, FieldName, FunctionName, Held, LibraryFunction, Names, library,
};

use crate::labels::Labels;

/// Most labels that are listed for one key press: more than anybody reads.
pub(super) const MOST_LABELS: usize = 1_000;

/// A snapshot of the names of a session, and its labels as they are now.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    names: Names,
    labels: Labels,
    matched: Mutex<Matched>,
    /// Whether upper and lower case are the same.
    ignores_case: bool,
}

/// What patterns were found to match: a text that names one often is looked through at each key.
#[derive(Debug, Default)]
struct Matched {
    /// Which state of the labels this is true of: they are gathered and followed while a line is edited.
    changes: u64,
    types: HashMap<String, Vec<String>>,
}

impl Lexicon {
    pub(super) fn new(names: Names, labels: Labels) -> Self {
        Lexicon {
            names,
            labels,
            matched: Mutex::default(),
            ignores_case: false,
        }
    }

    /// The same names, to which upper and lower case are the same.
    pub(super) fn ignoring_case(&self) -> Self {
        Lexicon {
            ignores_case: true,
            ..Lexicon::new(self.names.clone(), self.labels.clone())
        }
    }

    /// Whether `typed` is the beginning of `name`.
    pub(super) fn begins(&self, name: &str, typed: &str) -> bool {
        match self.ignores_case {
            false => name.starts_with(typed),
            true => begins_ignoring_case(name, typed),
        }
    }

    /// The name of the type of the object with this label; of an array of objects, `Book[5]`.
    pub(super) fn type_of(&self, label: &str) -> Option<String> {
        self.labels.type_of(label)
    }

    /// What a variable of the prompt holds.
    pub(super) fn held(&self, name: &str) -> Option<&Held> {
        let mut variables = self.names.variables.iter();
        variables
            .find(|(known, _)| known == name)
            .map(|(_, held)| held)
    }

    /// The types of all objects, as [`Lexicon::type_of`] names them.
    pub(super) fn object_types(&self) -> Vec<String> {
        self.labels.types()
    }

    /// The types of the objects whose labels match a pattern.
    pub(super) fn types_like(&self, pattern: &str) -> Vec<String> {
        let mut matched = self.matched.lock().unwrap_or_else(PoisonError::into_inner);
        // Before looking: what changes meanwhile is looked at again.
        let changes = self.labels.changes();
        if matched.changes != changes {
            *matched = Matched {
                changes,
                types: HashMap::new(),
            };
        }
        if let Some(types) = matched.types.get(pattern) {
            return types.clone();
        }
        let types = self.labels.types_like(pattern);
        matched.types.insert(pattern.to_owned(), types.clone());
        types
    }

    /// Whether a type has this name.
    pub(super) fn is_type(&self, name: &str) -> bool {
        self.names.types.contains_key(name) || self.names.values.contains_key(name)
    }

    /// Labels that begin with `prefix`, in order. Of too many the first ones and the last, so that what all
    /// begin with is what these begin with.
    pub(super) fn labels_from(&self, prefix: &str) -> Vec<Arc<str>> {
        match self.ignores_case {
            false => self.labels.ends(prefix, MOST_LABELS),
            true => self
                .labels
                .matching(MOST_LABELS, |label| begins_ignoring_case(label, prefix)),
        }
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
        let commands = self.names.commands.iter();
        commands.map(|command| command.name.as_str())
    }

    /// The command that this word stands for.
    pub(super) fn command(&self, word: &str) -> Option<&CommandName> {
        let mut commands = self.names.commands.iter();
        commands.find(|command| command.is_called(word))
    }

    /// Whether a type is a flag set.
    pub(super) fn is_flags(&self, type_name: &str) -> bool {
        self.names.flags.contains(type_name)
    }

    /// All types with a name.
    pub(super) fn type_names(&self) -> impl Iterator<Item = &str> {
        self.names
            .types
            .keys()
            .chain(self.names.values.keys())
            .map(String::as_str)
    }

    /// The types that objects may have: what has fields, and what there are objects of.
    pub(super) fn types_for_objects(&self) -> BTreeSet<String> {
        let present = self.object_types();
        let bare = present.iter().filter_map(|name| name.split('[').next());
        let with_fields = self.names.types.keys().map(String::as_str);
        let named = bare.filter(|name| self.is_type(name));
        with_fields.chain(named).map(str::to_owned).collect()
    }

    /// All functions of memglass and of the user, methods too.
    pub(super) fn functions(&self) -> &[FunctionName] {
        &self.names.functions
    }

    /// Functions that are called without anything before a dot.
    pub(super) fn free_functions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.functions()
            .iter()
            .filter(|function| function.receiver().is_none())
            .map(|function| (function.name.as_str(), function.signature.as_str()))
    }

    /// Whether memglass or the user has a function of this name: it hides Rhai's own.
    pub(super) fn has_own(&self, name: &str) -> bool {
        self.functions()
            .iter()
            .any(|function| function.name == name)
    }

    /// How a function is called.
    pub(super) fn signature(&self, name: &str) -> Option<String> {
        let own = self
            .functions()
            .iter()
            .find(|function| function.name == name);
        own.map(|function| function.signature.clone()).or_else(|| {
            library()
                .iter()
                .find(|function| function.name == name)
                .map(LibraryFunction::signature)
        })
    }

    /// Whether something can be called by this name.
    pub(super) fn is_function(&self, name: &str) -> bool {
        self.has_own(name) || library().iter().any(|function| function.name == name)
    }

    /// All variables of the prompt.
    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        self.names.variables.iter().map(|(name, _)| name.as_str())
    }
}

pub(super) fn begins_ignoring_case(name: &str, typed: &str) -> bool {
    let begin = name.as_bytes().get(..typed.len());
    begin.is_some_and(|begin| begin.eq_ignore_ascii_case(typed.as_bytes()))
}

/// A small session to complete on.
#[cfg(test)]
pub(super) fn sample() -> Lexicon {
    use std::collections::BTreeMap;

    let field = |name: &str, type_name: &str, allowed: Option<&str>| FieldName {
        name: name.into(),
        type_name: type_name.into(),
        allowed: allowed.map(Into::into),
        unit: (name == "bid_price").then(|| "ticks".into()),
        values: match name {
            "venue" => ["NYSE", "NASDAQ"].map(str::to_owned).to_vec(),
            "routes" => ["DARK", "LIT"].map(str::to_owned).to_vec(),
            _ => Vec::new(),
        },
        has_flags: name == "routes",
        description: None,
        is_identifier: name != "new",
    };
    let labels = crate::labels::sample(&[
        ("MSFT_position", "Position"),
        ("AAPL_position", "Position"),
        ("order_1", "Order"),
        ("net/eth 0", "Quote"),
        ("say \"hi\"", "Quote"),
        ("evil\u{1b}[2J", "Quote"),
        ("book", "Quote[4]"),
        ("total", "Quote"),
    ]);
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
                field("quantity", "u32", None),
                field("flags", "Conditions", None),
                field("venue", "u8", None),
                field("routes", "u16", None),
            ],
        ),
    ]);
    let names = Names {
        types: Arc::new(types),
        values: Arc::new(BTreeMap::from([
            ("Conditions".to_owned(), vec!["HALTED".to_owned()]),
            ("Side".to_owned(), vec!["BUY".to_owned(), "SELL".to_owned()]),
        ])),
        flags: Arc::new(BTreeSet::from(["Conditions".to_owned()])),
        commands: Arc::new(sample_commands()),
        functions: Arc::new(
            [
                ("all", "obs.all(\"Type\")"),
                ("appeared", "t.appeared(|c| action)"),
                ("exit", "exit(code)"),
                ("expect", "expect(holds, message)"),
                ("has", "p.flags.has(\"NAME\")"),
                ("lasting", "t.lasting(200.ms)"),
                ("mean", "h.mean()"),
                ("once", "t.once()"),
                ("snapshot", "p.snapshot()"),
                ("table", "objects.table([\"field\"])"),
            ]
            .map(|(name, signature)| FunctionName {
                name: name.into(),
                signature: signature.into(),
                ..FunctionName::default()
            })
            .to_vec(),
        ),
        variables: vec![
            ("list".into(), Held::Plain("#array")),
            (
                "map".into(),
                Held::Map(vec![
                    (
                        "inner".into(),
                        Held::Map(vec![("of".into(), Held::Place("Position".into()))]),
                    ),
                    ("new".into(), Held::Other),
                    ("price".into(), Held::Other),
                ]),
            ),
            (
                "mixed".into(),
                Held::Places(vec!["Position".into(), "Order".into()]),
            ),
            ("p".into(), Held::Place("Position".into())),
            ("positions".into(), Held::Places(vec!["Position".into()])),
            ("total".into(), Held::Other),
        ],
    };
    Lexicon::new(names, labels)
}

#[cfg(test)]
fn sample_commands() -> Vec<CommandName> {
    use memglass_syntax::Takes;

    let command = |usage: &str, takes| {
        let name = usage.split(' ').next().unwrap_or_default();
        CommandName {
            name: name.trim_start_matches(':').to_owned(),
            aliases: &[],
            usage: usage.to_owned(),
            takes,
        }
    };
    vec![
        command(":help [NAME]", Takes::Names),
        command(":objects [GLOB] [--type TYPE]", Takes::Labels),
        command(":type TYPE|PATH", Takes::Types),
        command(":get PATH...", Takes::Paths),
        command(":set PATH VALUE", Takes::Assignment),
        command(":json [LINE]", Takes::Script),
        command(":run FILE [ARG]...", Takes::Files),
        command(":save FILE [!]", Takes::Files),
        command(":x [LINE]", Takes::Script),
        command(":q", Takes::Nothing),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::Labelled;

    #[test]
    fn a_pattern_finds_objects_that_come_while_a_line_is_edited() {
        let labels = Labels::default();
        let lexicon = Lexicon::new(Names::default(), labels.clone());
        assert_eq!(lexicon.types_like("*_position"), Vec::<String>::new());

        let labelled = |label: &str, type_name: &str| {
            Some(Labelled {
                label: label.into(),
                type_name: type_name.into(),
            })
        };
        labels.take_in([(0, labelled("a_position", "i64"))]);
        assert_eq!(lexicon.types_like("*_position"), ["i64"]);
        labels.take_in([(1, labelled("b_position", "u32"))]);
        assert_eq!(lexicon.types_like("*_position"), ["i64", "u32"]);
    }

    #[test]
    fn labels_are_found_whatever_the_order_of_the_objects() {
        let lexicon = sample();
        assert_eq!(
            lexicon.type_of("MSFT_position").as_deref(),
            Some("Position")
        );
        assert_eq!(lexicon.type_of("book").as_deref(), Some("Quote[4]"));
        assert_eq!(lexicon.type_of("nothing"), None);
        assert_eq!(lexicon.labels_from("").len(), 8);
        assert_eq!(lexicon.labels_from("AAPL"), ["AAPL_position".into()]);
    }
}
