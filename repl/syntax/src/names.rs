//! The names that a line may contain, as plain data: whoever knows a session makes them, and the prompt
//! completes them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A snapshot of the names a line may contain, except labels. Cheap to clone and to send.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Types with fields, and what is known of each field.
    pub types: Arc<BTreeMap<String, Vec<FieldName>>>,
    /// Enums and flag sets with the names of their values.
    pub values: Arc<BTreeMap<String, Vec<String>>>,
    /// The flag sets among them: a value of one is not text.
    pub flags: Arc<BTreeSet<String>>,
    /// Functions, with their signatures.
    pub functions: Arc<Vec<FunctionName>>,
    /// All commands.
    pub commands: Arc<Vec<CommandName>>,
    /// Variables of the prompt, and what they hold.
    pub variables: Vec<(String, Held)>,
}

/// A field of a type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldName {
    /// Its name.
    pub name: String,
    /// Its type as one would declare it: `i64`, `Fill[10]`.
    pub type_name: String,
    /// What may be written, if more than the type decides: `read-only`, `0..=100, step 5`.
    pub allowed: Option<String>,
    /// Its unit.
    pub unit: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// The names that its values have by its own annotation, which counts before its type.
    pub values: Vec<String>,
    /// Whether these are flags.
    pub has_flags: bool,
    /// Whether it can be written `p.name`; otherwise it is `p["name"]`.
    pub is_identifier: bool,
}

/// A function.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionName {
    /// Its name.
    pub name: String,
    /// How it is called: `expect(holds, message)`.
    pub signature: String,
    /// What it does, in one line; empty if nobody said.
    pub summary: String,
    /// Lines that call it.
    pub examples: Vec<String>,
    /// What may stand behind a call of it, each as it is called and with what it does.
    pub methods: Vec<(String, String)>,
}

impl FunctionName {
    /// What stands before the dot where the function is a method: `obs` of `obs.all("Type")`.
    pub fn receiver(&self) -> Option<&str> {
        let (called, _) = self.signature.split_once('(')?;
        let receiver = called.strip_suffix(self.name.as_str())?;
        receiver.strip_suffix('.')
    }
}

impl Names {
    /// The fields of the type of this name; of an array's name, those of its elements.
    pub fn fields(&self, type_name: &str) -> &[FieldName] {
        let bare = type_name.split('[').next().unwrap_or(type_name);
        self.types.get(bare).map_or(&[], Vec::as_slice)
    }
}

/// A `:command`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandName {
    /// The word, without the colon.
    pub name: String,
    /// Other words for the same.
    pub aliases: &'static [&'static str],
    /// The whole line: `:objects [GLOB] [--type TYPE]`.
    pub usage: String,
    /// What its words are.
    pub takes: Takes,
}

impl CommandName {
    /// Whether this word stands for it.
    pub fn is_called(&self, word: &str) -> bool {
        self.name == word || self.aliases.contains(&word)
    }
}

/// What the words after a command are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// It stands alone.
    Nothing,
    /// A line: a script or another command.
    Script,
    /// Labels and fields.
    Paths,
    /// A field and a value for it.
    Assignment,
    /// Labels, and `--type` with a type.
    Labels,
    /// Names of types, or fields that have one.
    Types,
    /// Whatever has a name: commands, functions, types, labels and fields.
    Names,
    /// Files.
    Files,
    /// One of these.
    Words(&'static [&'static str]),
}

/// What a variable holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// An object or a part of one, of this type.
    Place(String),
    /// A list of objects or parts of objects, of these types.
    Places(Vec<String>),
    /// A map with these names.
    Map(Vec<(String, Held)>),
    /// A value of Rhai's own, by the name of its kind: `#array`, `#map`, `#string`.
    Plain(&'static str),
    /// Something without names.
    Other,
}
