//! What a file declares, as kinds and paths.

use crate::model::{Body, Declaration, Declarator, Function, Item, Kind, Scope, Shape, Tokens};
use crate::parse::Role;
use crate::print::spaced;
use crate::source::Source;

/// One line of an outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The kind, in a word: `struct`, `variable`, `operator_cast`.
    pub kind: &'static str,
    /// Its path, or what identifies it.
    pub path: String,
}

/// All items with their paths, outer before inner ones.
pub(crate) fn outline(source: &Source, roles: &[Role], items: &[Item]) -> Vec<Entry> {
    let mut outline = Outline {
        source,
        roles,
        entries: Vec::new(),
    };
    outline.items(items, "");
    outline.entries
}

/// The name of an item, without the path to it.
pub(crate) fn own_name(source: &Source, roles: &[Role], item: &Item) -> String {
    let text = |tokens: &Tokens| spaced(source, roles, tokens);
    match &item.kind {
        Kind::Record(record) => text(&record.name),
        Kind::Enum(item) => text(&item.name),
        Kind::Function(function) => text(&function.name),
        Kind::Variables(declaration) | Kind::Typedef(declaration) => declaration
            .declarators
            .first()
            .map(|declarator| text(&declarator.name))
            .unwrap_or_default(),
        Kind::Friend { name, .. } => name.clone(),
        Kind::Template { item, .. } => own_name(source, roles, item),
        Kind::Using { name, .. } | Kind::Namespace { path: name, .. } => name.clone(),
        _ => String::new(),
    }
}

/// The word for the kind of an item.
#[must_use]
pub(crate) fn kind_word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Comment => "comment",
        Kind::Include { .. } => "include",
        Kind::Define { .. } => "define",
        Kind::Pragma { .. } => "pragma",
        Kind::Conditional { .. } => "conditional",
        Kind::Raw(_) => "raw",
        Kind::Module { .. } => "module",
        Kind::Namespace { .. } => "namespace",
        Kind::Extern { .. } => "extern",
        Kind::Export(_) => "export",
        Kind::UsingNamespace { .. } => "using_namespace",
        Kind::Using { .. } => "using",
        Kind::Typedef(_) => "typedef",
        Kind::Record(record) => record.key.word(),
        Kind::Access { .. } => "access",
        Kind::Enum(_) => "enum",
        Kind::Enumerator(_) => "enumerator",
        Kind::Variables(_) => "variable",
        Kind::Function(function) => function_word(function),
        Kind::Friend { .. } => "friend",
        Kind::Template { .. } => "template",
    }
}

fn function_word(function: &Function) -> &'static str {
    match function.shape {
        Shape::Function => "function",
        Shape::Constructor => "constructor",
        Shape::Destructor => "destructor",
        Shape::Operator => "operator",
        Shape::OperatorCast => "operator_cast",
    }
}

/// `name` inside `outer`.
pub(crate) fn join(outer: &str, name: &str) -> String {
    match (outer.is_empty(), name.is_empty()) {
        (true, _) => name.to_owned(),
        (_, true) => outer.to_owned(),
        _ => format!("{outer}::{name}"),
    }
}

/// How an item without a name is called.
pub(crate) const ANONYMOUS: &str = "(anonymous)";
/// How a bit-field without a name is called.
pub(crate) const UNNAMED: &str = "(unnamed)";

struct Outline<'s> {
    source: &'s Source,
    roles: &'s [Role],
    entries: Vec<Entry>,
}

impl Outline<'_> {
    fn items(&mut self, items: &[Item], outer: &str) {
        for item in items {
            self.item(item, outer);
        }
    }

    fn body(&mut self, body: Option<&Body>, outer: &str) {
        if let Some(body) = body {
            self.items(&body.items, outer);
        }
    }

    fn add(&mut self, kind: &'static str, path: String) {
        self.entries.push(Entry { kind, path });
    }

    fn item(&mut self, item: &Item, outer: &str) {
        let kind = kind_word(&item.kind);
        match &item.kind {
            Kind::Comment => {
                let text = self.source.word(item.tokens.start);
                self.add(
                    kind,
                    text.lines()
                        .next()
                        .unwrap_or_default()
                        .trim_end()
                        .to_owned(),
                );
            }
            Kind::Include { target } => self.add(kind, target.clone()),
            Kind::Define { name, .. } | Kind::Module { name } | Kind::Friend { name, .. } => {
                self.add(kind, name.clone())
            }
            Kind::Pragma { text } | Kind::Conditional { text } | Kind::Access { label: text } => {
                self.add(kind, text.clone())
            }
            Kind::Raw(_) => self.add(kind, String::new()),
            Kind::UsingNamespace { path } => self.add(kind, path.clone()),
            Kind::Using { name, .. } => self.add(kind, join(outer, name)),
            Kind::Extern { language, scope } => {
                self.add(kind, language.clone());
                self.scope(scope, outer);
            }
            Kind::Export(scope) => {
                let name = if let Scope::One(item) = scope {
                    own_name(self.source, self.roles, item)
                } else {
                    String::new()
                };
                self.add(
                    kind,
                    if name.is_empty() {
                        name
                    } else {
                        join(outer, &name)
                    },
                );
                self.scope(scope, outer);
            }
            Kind::Namespace { path, body, .. } => self.namespace(path, body, outer),
            Kind::Template { item, .. } => {
                self.add(kind, join(outer, &own_name(self.source, self.roles, item)));
                self.item(item, outer);
            }
            Kind::Record(_) | Kind::Enum(_) => self.defined(item, outer, ""),
            Kind::Typedef(declaration) => {
                self.declarators(kind, &declaration.declarators, outer);
                self.definition(declaration, outer);
            }
            Kind::Variables(declaration) => {
                self.definition(declaration, outer);
                self.declarators(kind, &declaration.declarators, outer);
            }
            Kind::Enumerator(_) | Kind::Function(_) => {
                let name = match &item.kind {
                    Kind::Enumerator(enumerator) => self.source.word(enumerator.name).to_owned(),
                    _ => own_name(self.source, self.roles, item),
                };
                self.add(kind, join(outer, &name));
            }
        }
    }

    fn scope(&mut self, scope: &Scope, outer: &str) {
        match scope {
            Scope::Body(body) => self.items(&body.items, outer),
            Scope::One(item) => self.item(item, outer),
        }
    }

    fn namespace(&mut self, path: &str, body: &Body, outer: &str) {
        let name = if path.is_empty() { ANONYMOUS } else { path };
        self.add("namespace", join(outer, name));
        let inner = join(outer, path);
        self.items(&body.items, &inner);
    }

    fn definition(&mut self, declaration: &Declaration, outer: &str) {
        if let Some(item) = &declaration.definition {
            let name = declaration
                .declarators
                .first()
                .map(|first| spaced(self.source, self.roles, &first.name));
            self.defined(item, outer, &name.unwrap_or_default());
        }
    }

    /// A record or enumeration, called `fallback` if it has no name of its own.
    fn defined(&mut self, item: &Item, outer: &str, fallback: &str) {
        let own = own_name(self.source, self.roles, item);
        let name = if own.is_empty() { fallback } else { &own };
        self.add(
            kind_word(&item.kind),
            join(outer, if name.is_empty() { ANONYMOUS } else { name }),
        );
        let inner = join(outer, name);
        self.body(item.body(), &inner);
    }

    fn declarators(&mut self, kind: &'static str, declarators: &[Declarator], outer: &str) {
        for declarator in declarators {
            let name = spaced(self.source, self.roles, &declarator.name);
            let kind = if declarator.is_function && kind == "variable" {
                "function"
            } else {
                kind
            };
            self.add(
                kind,
                join(outer, if name.is_empty() { UNNAMED } else { &name }),
            );
        }
    }
}
