//! Everything that a file declares, each with its path and where it stands. The scanner and the editor look things up here.

use crate::file::File;
use crate::lex::TokenKind;
use crate::model::{Body, Declaration, Declarator, FunctionBody, Item, Kind, Param, Scope, Tokens};
use crate::outline::{ANONYMOUS, UNNAMED, join, kind_word, own_name};
use crate::parse::Role;

/// Something with a path.
#[derive(Clone)]
pub(crate) struct Entity<'f> {
    pub(crate) path: String,
    pub(crate) kind: &'static str,
    /// What stands in its list: the template around a record, the linkage around a function.
    pub(crate) item: &'f Item,
    /// The declaration itself.
    pub(crate) inner: &'f Item,
    /// Which of several names of one declaration.
    pub(crate) declarator: Option<usize>,
    /// The list that it stands in, and where.
    pub(crate) siblings: &'f [Item],
    pub(crate) index: usize,
    /// The braces around it; `None` in the file itself.
    pub(crate) owner: Option<&'f Body>,
    /// The path of what is around it.
    pub(crate) scope: String,
    /// The access label that it stands behind.
    pub(crate) access: Option<&'f str>,
    /// Whether it is in a template.
    pub(crate) in_template: bool,
    /// Whether one of the names of its declaration has a comment of its own.
    pub(crate) has_own_comments: bool,
    /// Whether it is a variable whose declaration also defines a type that has another name.
    pub(crate) is_beside_type: bool,
    /// The declaration that a type is defined in, which may make names too.
    pub(crate) outer: Option<&'f Item>,
}

impl<'f> Entity<'f> {
    /// The tokens of its name.
    pub(crate) fn name(&self) -> Tokens {
        match (&self.inner.kind, self.declarator()) {
            (_, Some(declarator)) => declarator.name.clone(),
            (Kind::Record(record), _) => record.name.clone(),
            (Kind::Enum(item), _) => item.name.clone(),
            (Kind::Enumerator(item), _) => item.name..item.name + 1,
            (Kind::Function(function), _) => function.name.clone(),
            _ => self.inner.tokens.start..self.inner.tokens.start,
        }
    }

    pub(crate) fn declaration(&self) -> Option<&'f Declaration> {
        match &self.inner.kind {
            Kind::Variables(declaration) | Kind::Typedef(declaration) => Some(declaration),
            _ => None,
        }
    }

    pub(crate) fn declarator(&self) -> Option<&'f Declarator> {
        self.declaration()?.declarators.get(self.declarator?)
    }

    /// The record or enumeration that it is, or that is defined in its declaration; else the declaration.
    pub(crate) fn defined(&self) -> &'f Item {
        let definition = self.declaration().and_then(|one| one.definition.as_deref());
        definition.unwrap_or(self.inner)
    }

    /// The path of the record or enumeration that it is, or that its declaration defines. One without a name is called by the
    /// first name of the declaration, if that is of this type, or a member that is an array of it.
    pub(crate) fn type_path(&self, file: &File) -> Option<String> {
        let own = own_name(file.source(), file.roles(), self.defined());
        let declaration = self.declaration();
        if declaration.is_none_or(|one| one.definition.is_some()) && !own.is_empty() {
            return Some(join(&self.scope, &own));
        }
        let first = declaration?.declarators.first()?;
        let is_array = !first.sizes.is_empty() && matches!(self.inner.kind, Kind::Typedef(_));
        let is_of_type = !first.is_pointer && !first.is_function && !first.name.is_empty();
        (is_of_type && !is_array).then(|| join(&self.scope, &file.text(&first.name)))
    }

    /// Whether its declaration makes several names.
    pub(crate) fn is_in_group(&self) -> bool {
        self.declaration()
            .is_some_and(|declaration| declaration.declarators.len() > 1)
    }

    pub(crate) fn params(&self) -> Option<&'f [Param]> {
        match &self.inner.kind {
            Kind::Function(function) => Some(&function.params),
            _ => None,
        }
    }

    /// Whether it is more than a declaration of something defined elsewhere.
    pub(crate) fn is_definition(&self, file: &File) -> bool {
        match &self.inner.kind {
            Kind::Record(record) => record.body.is_some(),
            Kind::Enum(item) => item.body.is_some(),
            Kind::Function(function) => !matches!(function.body, FunctionBody::None),
            Kind::Variables(declaration) => {
                let is_extern = declaration
                    .words
                    .clone()
                    .any(|at| file.source().word(at) == "extern");
                !is_extern
                    || self
                        .declarator()
                        .is_some_and(|declarator| !declarator.value.is_empty())
            }
            _ => true,
        }
    }

    /// The attributes of the record, enumeration, function or variable, each with its brackets.
    pub(crate) fn attributes(&self) -> Vec<Tokens> {
        match &self.inner.kind {
            Kind::Record(record) => record.attributes.clone(),
            Kind::Enum(item) => item.attributes.clone(),
            Kind::Enumerator(item) => item.attributes.clone(),
            Kind::Function(function) => function.attributes.clone(),
            Kind::Variables(declaration) | Kind::Typedef(declaration) => {
                let own = self
                    .declarator()
                    .map(|declarator| declarator.attributes.clone())
                    .unwrap_or_default();
                declaration.attributes.iter().cloned().chain(own).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The comments in front of it, and those behind it. A comment behind a group is for all its names, unless they have
    /// comments of their own. Where a type is defined together with variables of it, the comments in front are the type's and
    /// those behind are the variables'.
    pub(crate) fn comments(&self) -> (Vec<usize>, Vec<usize>) {
        let (leading, trailing) = (&self.item.leading, &self.item.trailing);
        let Some(declaration) = self.declaration() else {
            return match self.is_beside_variables() {
                true => (leading.clone(), Vec::new()),
                false => (leading.clone(), trailing.clone()),
            };
        };
        let leading = match self.is_beside_type {
            true => Vec::new(),
            false => leading.clone(),
        };
        let is_last = self
            .declarator
            .is_none_or(|at| at + 1 == declaration.declarators.len());
        match self.declarator() {
            Some(declarator) if self.has_own_comments && !is_last => {
                (leading, declarator.comments.clone())
            }
            _ => (leading, trailing.clone()),
        }
    }

    /// Whether it is a type that is defined together with variables of it.
    pub(crate) fn is_beside_variables(&self) -> bool {
        self.outer.is_some_and(
            |outer| matches!(outer.kind, Kind::Variables(ref all) if !all.declarators.is_empty()),
        )
    }
}

/// All that `file` declares, outer before inner.
pub(crate) fn entities(file: &File) -> Vec<Entity<'_>> {
    let mut walk = Walk {
        file,
        found: Vec::new(),
    };
    let place = Around {
        scope: String::new(),
        access: None,
        owner: None,
        in_template: false,
        outer: None,
    };
    walk.items(file.items(), place);
    walk.found
}

/// The types of parameters without names, defaults and attributes.
pub(crate) fn param_types(file: &File, params: &[Param]) -> Vec<String> {
    params
        .iter()
        .map(|param| param_type(file, param))
        .filter(|text| text != "void")
        .collect()
}

pub(crate) fn param_type(file: &File, param: &Param) -> String {
    let source = file.source();
    let equals = if param.value.is_empty() {
        param.tokens.end
    } else {
        param.value.start
    };
    let words = source.code(param.tokens.start..equals).filter(|&at| {
        Some(at) != param.name && !source.is(at, "=") && file.roles()[at] != Role::Specifier
    });
    words
        .map(|at| source.word(at))
        .collect::<Vec<_>>()
        .join(" ")
}

#[derive(Clone)]
struct Around<'f> {
    scope: String,
    access: Option<&'f str>,
    owner: Option<&'f Body>,
    in_template: bool,
    outer: Option<&'f Item>,
}

struct Walk<'f> {
    file: &'f File,
    found: Vec<Entity<'f>>,
}

impl<'f> Walk<'f> {
    fn items(&mut self, items: &'f [Item], mut around: Around<'f>) {
        for (index, item) in items.iter().enumerate() {
            if let Kind::Access { label } = &item.kind {
                around.access = Some(label);
            }
            self.item(item, item, items, index, &around);
        }
    }

    fn body(&mut self, body: Option<&'f Body>, around: &Around<'f>, scope: String) {
        if let Some(body) = body {
            let inside = Around {
                scope,
                access: None,
                owner: Some(body),
                in_template: around.in_template,
                outer: None,
            };
            self.items(&body.items, inside);
        }
    }

    fn item(
        &mut self,
        item: &'f Item,
        inner: &'f Item,
        siblings: &'f [Item],
        index: usize,
        around: &Around<'f>,
    ) {
        let mut add = |path: String, declarator: Option<usize>, kind: &'static str| {
            self.found.push(Entity {
                path,
                kind,
                item,
                inner,
                declarator,
                siblings,
                index,
                owner: around.owner,
                scope: around.scope.clone(),
                access: around.access,
                in_template: around.in_template,
                has_own_comments: false,
                is_beside_type: false,
                outer: around.outer,
            });
        };
        let kind = kind_word(&inner.kind);
        match &inner.kind {
            Kind::Comment
            | Kind::Raw(_)
            | Kind::Conditional { .. }
            | Kind::Access { .. }
            | Kind::Module { .. } => {}
            Kind::Include { target: path }
            | Kind::Define { name: path, .. }
            | Kind::Pragma { text: path } => {
                add(path.clone(), None, kind);
            }
            Kind::UsingNamespace { path } => add(path.clone(), None, kind),
            Kind::Friend { .. } => add(String::new(), None, kind),
            Kind::Using { name, .. } => add(join(&around.scope, name), None, kind),
            Kind::Extern { scope, .. } | Kind::Export(scope) => match scope {
                Scope::Body(body) => self.body(Some(body), around, around.scope.clone()),
                Scope::One(one) => self.item(item, one, siblings, index, around),
            },
            Kind::Namespace { path, body, .. } => {
                add(
                    join(
                        &around.scope,
                        if path.is_empty() { ANONYMOUS } else { path },
                    ),
                    None,
                    kind,
                );
                self.body(Some(body), around, join(&around.scope, path));
            }
            Kind::Template {
                params, item: one, ..
            } => {
                let inside = Around {
                    in_template: around.in_template || !params.is_empty(),
                    ..around.clone()
                };
                self.item(item, one, siblings, index, &inside);
            }
            Kind::Record(_) | Kind::Enum(_) => {
                let name = own_name(self.file.source(), self.file.roles(), inner);
                let path = join(
                    &around.scope,
                    if name.is_empty() { ANONYMOUS } else { &name },
                );
                add(path, None, kind);
                self.body(inner.body(), around, join(&around.scope, &name));
            }
            Kind::Typedef(declaration) | Kind::Variables(declaration) => {
                self.declaration(item, inner, declaration, siblings, index, around);
            }
            Kind::Enumerator(enumerator) => {
                add(
                    join(&around.scope, self.file.source().word(enumerator.name)),
                    None,
                    kind,
                );
            }
            Kind::Function(_) => {
                add(
                    join(
                        &around.scope,
                        &own_name(self.file.source(), self.file.roles(), inner),
                    ),
                    None,
                    kind,
                );
            }
        }
    }

    fn declaration(
        &mut self,
        item: &'f Item,
        inner: &'f Item,
        declaration: &'f Declaration,
        siblings: &'f [Item],
        index: usize,
        around: &Around<'f>,
    ) {
        let kind = kind_word(&inner.kind);
        let names = &declaration.declarators;
        let has_own_comments = names.iter().any(|name| !name.comments.is_empty());
        let definition = declaration.definition.as_deref();
        let own = definition.map(|inner| own_name(self.file.source(), self.file.roles(), inner));
        let own = own.unwrap_or_default();
        let first = names.first().map(|first| self.file.text(&first.name));
        let first = first.unwrap_or_default();
        let has_own_name = !own.is_empty() && own != first;
        let is_beside_type = has_own_name && matches!(inner.kind, Kind::Variables(_));
        for (number, declarator) in declaration.declarators.iter().enumerate() {
            let name = self.file.text(&declarator.name);
            self.found.push(Entity {
                path: join(&around.scope, if name.is_empty() { UNNAMED } else { &name }),
                kind: if declarator.is_function && kind == "variable" {
                    "function"
                } else {
                    kind
                },
                item,
                inner,
                declarator: Some(number),
                siblings,
                index,
                owner: around.owner,
                scope: around.scope.clone(),
                access: around.access,
                in_template: around.in_template,
                has_own_comments,
                is_beside_type,
                outer: None,
            });
        }
        let Some(definition) = definition else {
            return;
        };
        if has_own_name {
            let within = Around {
                outer: Some(inner),
                ..around.clone()
            };
            self.item(item, definition, siblings, index, &within);
        } else {
            let scope = join(&around.scope, if own.is_empty() { &first } else { &own });
            self.body(definition.body(), around, scope);
        }
    }
}

/// A comment without its marks and the white space around them.
pub(crate) fn comment_text(file: &File, comment: usize) -> &str {
    let text = file.source().word(comment);
    let inside = match file.source().tokens()[comment].kind {
        TokenKind::LineComment => text.trim_start_matches('/'),
        _ => text
            .strip_prefix("/*")
            .map_or(text, |text| text.strip_suffix("*/").unwrap_or(text)),
    };
    inside.trim_start_matches(['*', '!']).trim()
}
