//! What names stand for: records, enumerations, aliases and constants by path, looked up from the inner scope out.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::entity::{Entity, entities};
use crate::file::File;
use crate::lex::{Token, lex};
use crate::model::{Item, Key, Kind};

/// Something that a name stands for, and the file that it is in.
#[derive(Clone)]
pub(super) struct Named<'f> {
    pub(super) path: &'f Path,
    pub(super) file: &'f File,
    pub(super) entity: Entity<'f>,
}

/// All that types and constants can refer to.
pub(super) struct Names<'f> {
    pub(super) all: Vec<Named<'f>>,
    by_path: HashMap<String, Vec<usize>>,
    /// Simple defines: what each stands for, `None` if it has several meanings.
    defines: HashMap<String, Option<String>>,
    /// Items defined while `#pragma pack` is in effect, by address.
    packed: HashSet<*const Item>,
}

impl<'f> Names<'f> {
    pub(super) fn new(files: &'f [(PathBuf, File)]) -> Names<'f> {
        let mut names = Names {
            all: Vec::new(),
            by_path: HashMap::new(),
            defines: HashMap::new(),
            packed: HashSet::new(),
        };
        for (path, file) in files {
            names.add_file(path, file);
        }
        names
    }

    fn add_file(&mut self, path: &'f Path, file: &'f File) {
        let mut pack = Pack::default();
        pack.items(file.items(), &mut self.packed);
        for entity in entities(file) {
            if let Kind::Define { name, text } = &entity.inner.kind {
                let text = text.trim().to_owned();
                self.defines
                    .entry(name.clone())
                    .and_modify(|old| *old = old.take().filter(|old| *old == text))
                    .or_insert(Some(text));
                continue;
            }
            let number = self.all.len();
            for visible in self.visible_paths(file, &entity) {
                self.by_path.entry(visible).or_default().push(number);
            }
            self.all.push(Named { path, file, entity });
        }
    }

    /// The paths under which a name can be found: enumerators of plain enumerations are also in the scope around.
    fn visible_paths(&self, file: &File, entity: &Entity<'_>) -> Vec<String> {
        let plain = entity.path.replace(' ', "");
        let mut paths = vec![plain];
        if matches!(entity.inner.kind, Kind::Enumerator(_)) {
            let name = file.text(&entity.name());
            let holder =
                self.all.iter().rev().find(|named| {
                    named.entity.item.body().is_some_and(|body| {
                        entity.owner.is_some_and(|owner| std::ptr::eq(owner, body))
                    })
                });
            let is_scoped = holder.is_some_and(
                |named| matches!(&named.entity.inner.kind, Kind::Enum(item) if item.scoped),
            );
            if !is_scoped {
                let outer = holder
                    .map(|named| named.entity.scope.clone())
                    .unwrap_or_default();
                paths.push(crate::outline::join(&outer.replace(' ', ""), &name));
            }
        }
        paths.dedup();
        paths
    }

    pub(super) fn is_packed_by_pragma(&self, item: &Item) -> bool {
        self.packed.contains(&std::ptr::from_ref(item))
    }

    /// Whether code outside of the records that something is in may name it.
    pub(super) fn is_public(&self, named: &Named<'_>) -> bool {
        let entity = &named.entity;
        let Some(holder) = (!entity.scope.is_empty()).then(|| self.find(&entity.scope, "")) else {
            return true;
        };
        let Some((holder, key)) = holder.and_then(|holder| match &holder.entity.inner.kind {
            Kind::Record(record) => Some((holder, record.key)),
            _ => None,
        }) else {
            return true;
        };
        let labels = entity.siblings[..entity.index].iter().rev();
        let label = labels.map(|item| &item.kind).find_map(|kind| match kind {
            Kind::Access { label } => Some(label.starts_with("public")),
            _ => None,
        });
        label.unwrap_or(key != Key::Class) && self.is_public(holder)
    }

    /// What `name` stands for, seen from inside `scope`. A definition counts for its declarations; `None` if it is unknown
    /// or has several meanings.
    pub(super) fn find(&self, name: &str, scope: &str) -> Option<&Named<'f>> {
        let name = name.replace(' ', "");
        let (name, mut scope) = match name.strip_prefix("::") {
            Some(global) => (global.to_owned(), String::new()),
            None => (name, scope.replace(' ', "")),
        };
        loop {
            if let Some(found) = self.by_path.get(&crate::outline::join(&scope, &name)) {
                return self.only(found);
            }
            if scope.is_empty() {
                return None;
            }
            scope = outer(&scope).to_owned();
        }
    }

    fn only(&self, found: &[usize]) -> Option<&Named<'f>> {
        let mut defined = found
            .iter()
            .map(|&at| &self.all[at])
            .filter(|named| named.entity.is_definition(named.file));
        let first = defined.next()?;
        let same = |other: &Named<'_>| {
            std::ptr::eq(other.entity.item, first.entity.item)
                || other
                    .file
                    .source()
                    .spelling(other.entity.inner.tokens.clone())
                    == first
                        .file
                        .source()
                        .spelling(first.entity.inner.tokens.clone())
        };
        defined.all(same).then_some(first)
    }

    /// What a simple define stands for; `None` if it has several meanings.
    pub(super) fn macro_text(&self, name: &str) -> Option<&str> {
        self.defines.get(name)?.as_deref()
    }

    /// The tokens that a simple define stands for.
    pub(super) fn define(&self, name: &str) -> Option<(&str, Vec<Token>)> {
        let text = self.macro_text(name)?;
        (!text.is_empty() && !text.starts_with('(') || text.starts_with('('))
            .then(|| (text, lex(text)))
    }
}

/// The scope around `scope`; angles are passed over whole.
fn outer(scope: &str) -> &str {
    let mut depth = 0_usize;
    let bytes = scope.as_bytes();
    for at in (1..bytes.len()).rev() {
        match bytes[at] {
            b'>' => depth += 1,
            b'<' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && bytes[at - 1] == b':' => return &scope[..at - 1],
            _ => {}
        }
    }
    ""
}

/// Follows `#pragma pack` through a file.
#[derive(Default)]
struct Pack {
    stack: Vec<bool>,
    active: bool,
}

impl Pack {
    fn items(&mut self, items: &[Item], packed: &mut HashSet<*const Item>) {
        for item in items {
            if let Kind::Pragma { text } = &item.kind {
                self.pragma(text);
            }
            self.item(item, packed);
        }
    }

    fn item(&mut self, item: &Item, packed: &mut HashSet<*const Item>) {
        let before = self.active;
        if let Some(body) = item.body() {
            self.items(&body.items, packed);
        }
        if before || self.active {
            mark(item, packed);
        }
    }

    fn pragma(&mut self, text: &str) {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let Some(inside) = text
            .strip_prefix("pack(")
            .and_then(|text| text.split(')').next())
        else {
            return;
        };
        let has_number = inside.chars().any(|c| c.is_ascii_digit());
        if inside.starts_with("push") {
            self.stack.push(self.active);
            self.active |= has_number;
        } else if inside.starts_with("pop") {
            self.active = self.stack.pop().unwrap_or(false);
        } else {
            self.active = has_number;
        }
    }
}

fn mark(item: &Item, packed: &mut HashSet<*const Item>) {
    packed.insert(std::ptr::from_ref(item));
    match &item.kind {
        Kind::Template { item, .. } => mark(item, packed),
        Kind::Typedef(declaration) | Kind::Variables(declaration) => {
            if let Some(definition) = declaration.definition.as_deref() {
                mark(definition, packed);
            }
        }
        Kind::Extern {
            scope: crate::model::Scope::One(item),
            ..
        } => mark(item, packed),
        _ => {}
    }
}
