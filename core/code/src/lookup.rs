//! What a path, a signature, a marker or an attribute means in a file.

use crate::entity::{Entity, comment_text, entities, param_types};
use crate::file::File;
use crate::model::{Body, Function, Item, Kind, Tokens};
use crate::parse::{ParseOptions, Place, Role};

/// Whether `path`, which may begin with `::` and end in the types of parameters, is the path of `entity`.
pub(crate) fn matches_path(file: &File, entity: &Entity<'_>, path: &str) -> bool {
    let path = from_inside(path);
    if without_space(path) == without_space(&entity.path) {
        return !entity.path.is_empty();
    }
    let Some((name, types)) = split_types(path) else {
        return false;
    };
    let Some(params) = entity.params() else {
        return false;
    };
    without_space(name) == without_space(&entity.path) && param_types(file, params) == types
}

/// The paths, without white space, of which [`matches_path`] may be true: `path` itself, and without the types of parameters.
pub(crate) fn possible_paths(path: &str) -> Vec<String> {
    let path = from_inside(path);
    let name = split_types(path).map(|(name, _)| without_space(name));
    std::iter::once(without_space(path)).chain(name).collect()
}

/// A path without the `::` that it may begin with.
fn from_inside(path: &str) -> &str {
    let path = path.trim();
    path.strip_prefix("::").unwrap_or(path)
}

pub(crate) fn without_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// `A::f(int, char)` as its name and the types.
fn split_types(path: &str) -> Option<(&str, Vec<String>)> {
    let path = path.trim();
    let mut depth = 0_usize;
    let open = path.char_indices().rev().find(|(_, c)| {
        match c {
            ')' => depth += 1,
            '(' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    let (open, '(') = open? else { return None };
    if path[..open].trim_end().ends_with("operator") {
        return None;
    }
    let list = File::parse(&format!("void f{};", &path[open..]));
    let found = entities(&list);
    let params = found.first()?.params()?;
    Some((path[..open].trim_end(), param_types(&list, params)))
}

/// Whether `signature` is the head of `entity`. Names and defaults of parameters, specifiers and attributes do not count, and
/// its name may be the end of the path.
pub(crate) fn matches_signature(file: &File, entity: &Entity<'_>, signature: &str) -> bool {
    let wanted = parse_head(signature);
    let all = entities(&wanted);
    let Some(head) = all.first() else {
        return false;
    };
    let is_tail = entity.path == head.path || entity.path.ends_with(&format!("::{}", head.path));
    head.kind == entity.kind && is_tail && essence(&wanted, head) == essence(file, entity)
}

/// A head as a declaration, in a record of the name that a constructor would have.
fn parse_head(signature: &str) -> File {
    let head = signature.trim().trim_end_matches([';', '{']).trim_end();
    let before = head.split('(').next().unwrap_or_default();
    let own = before
        .rsplit(|c: char| !(c.is_alphanumeric() || c == '_'))
        .next()
        .unwrap_or_default();
    let file = File::parse(&format!("{head};"));
    if file.diagnostics().is_empty() && !entities(&file).is_empty() {
        return file;
    }
    let own = if before.split_whitespace().count() > 2 {
        ""
    } else {
        own
    };
    File::parse_in(
        &format!("{head};"),
        &ParseOptions::new(),
        &Place::Record(own.to_owned()),
    )
}

/// What must be equal besides kind and name: type, parameters, what is behind them.
fn essence(file: &File, entity: &Entity<'_>) -> Vec<String> {
    match &entity.inner.kind {
        Kind::Function(function) => {
            let mut essence = vec![type_words(file, &function.words)];
            essence.extend(param_types(file, &function.params));
            essence.push(qualifiers(file, &function.qualifiers));
            essence
        }
        Kind::Variables(declaration) | Kind::Typedef(declaration) => {
            let sizes = entity
                .declarator()
                .map(|declarator| declarator.sizes.len())
                .unwrap_or_default();
            vec![type_words(file, &declaration.words), sizes.to_string()]
        }
        _ => Vec::new(),
    }
}

/// The words that make the type: no specifiers, no attributes.
pub(crate) fn type_words(file: &File, words: &Tokens) -> String {
    let source = file.source();
    let mut text: Vec<&str> = Vec::new();
    let mut at = words.start;
    while at < words.end {
        let role = file.roles()[at];
        if role == Role::Attribute {
            at = source.pairs.partner(at).map_or(at + 1, |close| close + 1);
            continue;
        }
        if crate::words::is_attribute_word(source.word(at)) {
            let open = source.code_from(at + 1);
            at = source.pairs.partner(open).map_or(at + 1, |close| close + 1);
            continue;
        }
        if role != Role::Specifier && source.tokens()[at].is_code() {
            text.push(source.word(at));
        }
        at += 1;
    }
    text.join(" ")
}

fn qualifiers(file: &File, tokens: &Tokens) -> String {
    let source = file.source();
    let kept = source
        .code(tokens.clone())
        .filter(|&at| matches!(source.word(at), "const" | "volatile" | "&" | "&&"));
    kept.map(|at| source.word(at)).collect::<Vec<_>>().join(" ")
}

/// Whether an attribute of this name is on `entity`, alone or in a list.
pub(crate) fn has_attribute(file: &File, entity: &Entity<'_>, name: &str) -> bool {
    let wanted = without_space(name);
    entity
        .attributes()
        .iter()
        .any(|attribute| attribute_names(file, attribute).contains(&wanted))
}

/// The names in `[[a, b::c(…)]]` and in the other forms.
pub(crate) fn attribute_names(file: &File, attribute: &Tokens) -> Vec<String> {
    attribute_list(file, attribute)
        .into_iter()
        .map(|text| text.split('(').next().unwrap_or_default().to_owned())
        .collect()
}

/// The attributes of a list with their arguments, without white space outside literals.
pub(crate) fn attribute_list(file: &File, attribute: &Tokens) -> Vec<String> {
    let source = file.source();
    let is_standard = source.is(attribute.start, "[");
    let inside = if is_standard {
        attribute.start + 2..attribute.end.saturating_sub(2)
    } else {
        attribute.clone()
    };
    let mut list = vec![String::new()];
    let mut at = inside.start;
    while at < inside.end {
        let close = source
            .pairs
            .partner(at)
            .filter(|&close| close > at && close < inside.end);
        let end = close.map_or(at + 1, |close| close + 1);
        if source.is(at, ",") && is_standard {
            list.push(String::new());
        } else if let Some(last) = list.last_mut() {
            source
                .code(at..end)
                .for_each(|at| last.push_str(source.word(at)));
        }
        at = end;
    }
    let inner = |text: String| match text
        .strip_prefix("__attribute__((")
        .and_then(|text| text.strip_suffix("))"))
    {
        Some(inner) => inner.split(',').map(str::to_owned).collect(),
        None => vec![text],
    };
    list.into_iter()
        .flat_map(inner)
        .filter(|text| !text.is_empty())
        .collect()
}

/// A place that a marker names.
#[derive(Clone, Copy)]
pub(crate) struct Marker<'f> {
    /// The token of the comment or directive.
    pub(crate) token: usize,
    /// The list that it is in.
    pub(crate) siblings: &'f [Item],
    /// The item that it is, or that it is a leading comment of.
    pub(crate) index: usize,
    /// The braces around it.
    pub(crate) owner: Option<&'f Body>,
}

impl<'f> Marker<'f> {
    /// The next item behind the marker.
    pub(crate) fn next(&self) -> Option<&'f Item> {
        let here = self.siblings.get(self.index)?;
        let first = if here.tokens.start > self.token {
            self.index
        } else {
            self.index + 1
        };
        self.siblings
            .get(first..)?
            .iter()
            .find(|item| !matches!(item.kind, Kind::Comment))
    }
}

/// The items that the marker `name` stands before.
pub(crate) fn marked<'f>(file: &'f File, name: &str) -> Vec<&'f Item> {
    markers(file, name)
        .iter()
        .filter_map(Marker::next)
        .collect()
}

/// The places of the marker `name`: empty defines of it, and comments of just it.
pub(crate) fn markers<'f>(file: &'f File, name: &str) -> Vec<Marker<'f>> {
    let mut found = Vec::new();
    in_list(file, file.items(), None, name, &mut found);
    found
}

fn in_list<'f>(
    file: &'f File,
    items: &'f [Item],
    owner: Option<&'f Body>,
    name: &str,
    found: &mut Vec<Marker<'f>>,
) {
    for (index, item) in items.iter().enumerate() {
        let comments = item
            .leading
            .iter()
            .copied()
            .filter(|&comment| comment_text(file, comment) == name);
        found.extend(comments.map(|token| Marker {
            token,
            siblings: items,
            index,
            owner,
        }));
        let is_marker = match &item.kind {
            Kind::Define { name: own, text } => own == name && text.is_empty(),
            Kind::Comment => comment_text(file, item.tokens.start) == name,
            _ => false,
        };
        if is_marker {
            found.push(Marker {
                token: item.tokens.start,
                siblings: items,
                index,
                owner,
            });
        }
        if let Some(body) = item.body() {
            let opening = body
                .opening
                .iter()
                .copied()
                .filter(|&comment| comment_text(file, comment) == name);
            found.extend(opening.map(|token| Marker {
                token,
                siblings: &body.items,
                index: 0,
                owner: Some(body),
            }));
            in_list(file, &body.items, Some(body), name, found);
        }
    }
}

/// Whether a function is virtual, as far as its own declaration says.
pub(crate) fn matches_virtual(file: &File, function: &Function) -> bool {
    let source = file.source();
    let says = |tokens: &Tokens, words: &[&str]| {
        source
            .code(tokens.clone())
            .any(|at| words.contains(&source.word(at)))
    };
    says(&function.words, &["virtual"]) || says(&function.qualifiers, &["override", "final"])
}
