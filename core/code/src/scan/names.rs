//! What names stand for: records, enumerations, aliases and constants by path, looked up from the inner scope out.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::entity::{Entity, entities};
use crate::file::File;
use crate::lex::{TokenKind, lex};
use crate::model::{Body, Item, Key, Kind};
use crate::words::is_record_key;

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
    /// The scopes in which a name is declared, by that name.
    scopes: HashMap<String, HashSet<String>>,
    /// By a name, records of which no base declares it, nor they: found out so far.
    without: RefCell<HashMap<String, HashSet<String>>>,
    /// The one definition of a path, by the first of the things with this path: found out so far.
    only: RefCell<HashMap<Box<[usize]>, Option<usize>>>,
    /// Names that using-declarations bring into a scope, as paths.
    brought: HashSet<String>,
    /// The paths of inline namespaces.
    inline: HashSet<String>,
    /// What has this body, by its address: the last of those that share one.
    holders: HashMap<*const Body, usize>,
    /// Simple defines: what each stands for, `None` if it has several meanings.
    defines: HashMap<String, Option<String>>,
    /// Items defined while `#pragma pack` is in effect, by address.
    packed: HashSet<*const Item>,
    /// The words of declarations of types that did not parse.
    raw: HashSet<&'f str>,
}

impl<'f> Names<'f> {
    pub(super) fn new(files: &'f [(PathBuf, File)]) -> Names<'f> {
        let mut names = Names {
            all: Vec::new(),
            by_path: HashMap::new(),
            scopes: HashMap::new(),
            without: RefCell::default(),
            only: RefCell::default(),
            brought: HashSet::new(),
            inline: HashSet::new(),
            holders: HashMap::new(),
            defines: HashMap::new(),
            packed: HashSet::new(),
            raw: HashSet::new(),
        };
        for (path, file) in files {
            names.add_file(path, file);
        }
        names
    }

    fn add_file(&mut self, path: &'f Path, file: &'f File) {
        let mut pack = Pack::of(file);
        pack.items(file.items(), &mut self.packed);
        self.add_raw(file, file.items());
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
                let scope = outer(&visible).to_owned();
                let name = last(&visible).to_owned();
                match &entity.inner.kind {
                    Kind::Using { target, .. } if target.is_empty() => {
                        let within = entity.scope.replace(' ', "");
                        self.brought.insert(crate::outline::join(&within, &name));
                    }
                    Kind::Namespace { inline: true, .. } => {
                        self.inline.insert(visible.clone());
                    }
                    // Neither a type nor a constant.
                    Kind::Function(_) => {}
                    _ => {
                        self.scopes.entry(name).or_default().insert(scope);
                    }
                }
                self.by_path.entry(visible).or_default().push(number);
            }
            if let Some(body) = entity.item.body() {
                self.holders.insert(std::ptr::from_ref(body), number);
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
            let owner = entity.owner.map(std::ptr::from_ref);
            let holder = owner.and_then(|owner| self.holders.get(&owner));
            let holder = holder.map(|&holder| &self.all[holder]);
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

    fn add_raw(&mut self, file: &'f File, items: &'f [Item]) {
        for item in items {
            if matches!(item.kind, Kind::Raw(_)) {
                let source = file.source();
                let words: Vec<&str> = source
                    .code(item.tokens.clone())
                    .map(|at| source.word(at))
                    .collect();
                if words.iter().any(|word| is_record_key(word)) {
                    self.raw.extend(words);
                }
            }
            if let Some(body) = item.body() {
                self.add_raw(file, &body.items);
            }
        }
    }

    /// Whether a type of this name is also declared in a way that did not parse.
    pub(super) fn is_in_raw(&self, name: &str) -> bool {
        self.raw.contains(name)
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
        let is_public = match entity.access {
            Some(label) => label.starts_with("public"),
            None => key != Key::Class,
        };
        is_public && self.is_public(holder)
    }

    /// Whether something is declared in the braces of a record.
    pub(super) fn is_in_record(&self, entity: &Entity<'_>) -> bool {
        let owner = entity.owner.map(std::ptr::from_ref);
        let holder = owner.and_then(|owner| self.holders.get(&owner));
        holder.is_some_and(|&at| matches!(self.all[at].entity.defined().kind, Kind::Record(_)))
    }

    /// Whether something is declared in a member without a name, where compilers take no types.
    pub(super) fn is_in_nameless_member(&self, entity: &Entity<'_>) -> bool {
        let owner = entity.owner.map(std::ptr::from_ref);
        let holder = owner.and_then(|owner| self.holders.get(&owner));
        holder.is_some_and(|&at| match &self.all[at].entity.inner.kind {
            Kind::Record(record) => record.name.is_empty(),
            _ => false,
        })
    }

    /// What `name` stands for, seen from inside `scope`. A definition counts for its declarations; `None` if it is unknown,
    /// has several meanings, or if it depends on the order of declarations, on bases, on inline namespaces or on
    /// using-declarations what is meant.
    pub(super) fn find(&self, name: &str, scope: &str) -> Option<&Named<'f>> {
        let name = name.replace(' ', "");
        let (name, mut scope) = match name.strip_prefix("::") {
            Some(global) => (global.to_owned(), String::new()),
            None => (name, scope.replace(' ', "")),
        };
        let (from, head) = (scope.clone(), first(&name));
        loop {
            if let Some(found) = self.by_path.get(&crate::outline::join(&scope, &name)) {
                return self
                    .only(found)
                    .filter(|_| !self.may_come_later(&name, found, &scope, &from));
            }
            // Where the first part of a path is found, the rest must be in it, or in what it is made of.
            let is_begun = head.len() < name.len()
                && self
                    .by_path
                    .contains_key(&crate::outline::join(&scope, head));
            if is_begun || self.may_be_brought(head, &scope) || scope.is_empty() {
                return None;
            }
            scope = outer(&scope).to_owned();
        }
    }

    /// Whether something that is not declared in `scope` may be visible there as `name` all the same.
    fn may_be_brought(&self, name: &str, scope: &str) -> bool {
        if self.brought.contains(&crate::outline::join(scope, name)) {
            return true;
        }
        let Some(others) = self.scopes.get(name) else {
            return false;
        };
        let mut inline = self.inline.iter().filter(|inline| others.contains(*inline));
        inline.any(|inline| self.without_inline(inline) == scope)
            || self.may_inherit(name, scope, others)
    }

    /// Whether the record `scope` may have one of the records `others`, that are not around it and declare `name`, as a base,
    /// directly or not. True if it is not known what a base is.
    fn may_inherit(&self, name: &str, scope: &str, others: &HashSet<String>) -> bool {
        let is_around = |other: &str| other.is_empty() || scope == other || is_inside(scope, other);
        let is_apart = |other: &str| !is_around(other) && self.is_record(other);
        if !others.iter().any(|other| is_apart(other)) {
            return false;
        }
        let mut without = self.without.borrow_mut();
        let without = without.entry(name.to_owned()).or_default();
        let mut open = vec![scope.to_owned()];
        let mut seen = HashSet::new();
        let mut passes_one = false;
        while let Some(record) = open.pop() {
            for base in self.bases_of(&record) {
                let base = self.nearest(&base, outer(&record));
                let Some(base) = base.filter(|base| self.is_record(base)) else {
                    return true;
                };
                if others.contains(&base) {
                    passes_one = true;
                    if is_apart(&base) {
                        return true;
                    }
                }
                if !without.contains(&base) && seen.insert(base.clone()) {
                    open.push(base);
                }
            }
        }
        if !passes_one {
            without.extend(seen);
        }
        false
    }

    /// The path that a name has that is looked up from inside `scope`, whatever hides it.
    fn nearest(&self, name: &str, mut scope: &str) -> Option<String> {
        loop {
            let path = crate::outline::join(scope, name);
            if self.by_path.contains_key(&path) {
                return Some(path);
            }
            if scope.is_empty() {
                return None;
            }
            scope = outer(scope);
        }
    }

    /// The names of the bases of a record.
    fn bases_of(&self, path: &str) -> Vec<String> {
        let declared = self.declared(path);
        let named = declared.filter_map(|named| match &named.entity.inner.kind {
            Kind::Record(record) => Some((named.file, &record.bases)),
            _ => None,
        });
        let names = named.flat_map(|(file, bases)| bases.iter().map(|base| file.text(&base.name)));
        names
            .map(|name| name.replace(' ', "").trim_start_matches("::").to_owned())
            .collect()
    }

    /// Whether `found`, which is `name` in `scope`, hides another one only behind its place, and may stand behind what is
    /// inside `from` and asks for it.
    fn may_come_later(&self, name: &str, found: &[usize], scope: &str, from: &str) -> bool {
        let mut around = scope;
        let hides = loop {
            if around.is_empty() {
                break false;
            }
            around = outer(around);
            let other = self.by_path.get(&crate::outline::join(around, name));
            // Enumerators are in the scope around too.
            if other.is_some_and(|other| other.iter().any(|one| !found.contains(one))) {
                break true;
            }
        };
        // A name of a record that changes its meaning in it is an error.
        if !hides || scope == from && self.is_record(scope) {
            return false;
        }
        let place = |path: &str| self.by_path.get(path).and_then(|all| all.iter().max());
        match place(from).filter(|_| scope != from) {
            Some(asks) => found.iter().min().is_none_or(|own| own > asks),
            None => true,
        }
    }

    fn is_record(&self, path: &str) -> bool {
        self.declared(path)
            .any(|named| matches!(named.entity.inner.kind, Kind::Record(_)))
    }

    /// The scope that names of `scope` are visible in through inline namespaces.
    fn without_inline<'s>(&self, mut scope: &'s str) -> &'s str {
        while self.inline.contains(scope) {
            scope = outer(scope);
        }
        scope
    }

    /// The one definition among things with the same path.
    fn only(&self, found: &[usize]) -> Option<&Named<'f>> {
        // By all of them: an enumerator is among those of its own path and among those of its bare name.
        let known = self.only.borrow().get(found).copied();
        let only = known.unwrap_or_else(|| {
            let only = self.first_if_same(found);
            self.only.borrow_mut().insert(found.into(), only);
            only
        });
        only.map(|at| &self.all[at])
    }

    /// The first definition, if all are the same.
    fn first_if_same(&self, found: &[usize]) -> Option<usize> {
        let mut defined = found.iter().copied().filter(|&at| {
            let named = &self.all[at];
            named.entity.is_definition(named.file)
        });
        let first = defined.next()?;
        let spelling = |named: &Named<'_>| {
            let source = named.file.source();
            source.spelling(named.entity.inner.tokens.clone())
        };
        let one = &self.all[first];
        let is_same = |other: usize| {
            let other = &self.all[other];
            std::ptr::eq(other.entity.item, one.entity.item) || spelling(other) == spelling(one)
        };
        defined.all(is_same).then_some(first)
    }

    /// What a simple define stands for; `None` if it has several meanings.
    pub(super) fn macro_text(&self, name: &str) -> Option<&str> {
        self.defines.get(name)?.as_deref()
    }

    /// Whether a define gives `name` another meaning. One that stands for itself says only that it is there.
    pub(super) fn is_macro(&self, name: &str) -> bool {
        let text = self.defines.get(name);
        text.is_some_and(|text| text.as_deref() != Some(name))
    }

    /// Whether several definitions have this path, so that it depends on a condition which of them counts.
    pub(super) fn is_ambiguous(&self, path: &str) -> bool {
        let found = self.by_path.get(&path.replace(' ', ""));
        found.is_some_and(|found| self.only(found).is_none())
    }

    /// All declarations with this path.
    pub(super) fn declared(&self, path: &str) -> impl Iterator<Item = &Named<'f>> {
        let found = self.by_path.get(&path.replace(' ', ""));
        found.into_iter().flatten().map(|&at| &self.all[at])
    }

    /// `text` with what simple defines in it stand for; `None` if one has several meanings or is also declared, or if it
    /// becomes too long.
    pub(super) fn expanded(&self, text: &str) -> Option<String> {
        let mut expanded = String::new();
        self.expand(text, &mut Vec::new(), &mut expanded)?;
        Some(expanded)
    }

    fn expand(&self, text: &str, within: &mut Vec<String>, expanded: &mut String) -> Option<()> {
        let mut done = 0;
        for token in lex(text) {
            let (start, end) = (token.start as usize, token.end as usize);
            let word = &text[start..end];
            let meaning = self.defines.get(word).filter(|_| {
                token.kind == TokenKind::Word && !within.iter().any(|outer| outer == word)
            });
            expanded.push_str(&text[done..start]);
            done = end;
            let Some(meaning) = meaning else {
                expanded.push_str(word);
                continue;
            };
            let meaning = meaning.as_deref()?;
            let is_declared = meaning != word && self.scopes.contains_key(word);
            if is_declared || expanded.len() > LONGEST || within.len() > DEEPEST {
                return None;
            }
            within.push(word.to_owned());
            expanded.push(' ');
            self.expand(meaning, within, expanded)?;
            expanded.push(' ');
            within.pop();
        }
        expanded.push_str(&text[done..]);
        Some(())
    }
}

/// Defines that stand for others beyond this depth are not followed.
const DEEPEST: usize = 32;

/// How long an expression may become by its defines.
const LONGEST: usize = 1 << 16;

/// Whether a scope is inside of another one.
fn is_inside(scope: &str, outer: &str) -> bool {
    let rest = scope.strip_prefix(outer);
    rest.is_some_and(|rest| rest.starts_with("::"))
}

/// The last part of a path.
fn last(path: &str) -> &str {
    let scope = outer(path);
    match scope.is_empty() {
        true => path.trim_start_matches("::"),
        false => &path[scope.len() + 2..],
    }
}

/// The first part of a path.
fn first(path: &str) -> &str {
    let mut first = path;
    while !outer(first).is_empty() {
        first = outer(first);
    }
    first
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
struct Pack<'f> {
    file: &'f File,
    /// What macros of the file that pack stand for.
    macros: HashMap<String, String>,
    stack: Vec<bool>,
    active: bool,
}

impl<'f> Pack<'f> {
    fn of(file: &'f File) -> Pack<'f> {
        let mut macros = HashMap::new();
        for entity in entities(file) {
            if let Kind::Define { name, text } = &entity.inner.kind
                && let Some((_, inside)) = text.split_once("pack")
            {
                macros.insert(name.clone(), format!("pack{inside}"));
            }
        }
        Pack {
            file,
            macros,
            stack: Vec::new(),
            active: false,
        }
    }

    /// Follows the macros that an item begins with, or is: they may stand for a pragma.
    fn words(&mut self, item: &Item) {
        let source = self.file.source();
        let words = source.code(item.tokens.clone()).map(|at| source.word(at));
        let words: Vec<&str> = words
            .take_while(|word| !matches!(*word, "{" | ";" | "="))
            .collect();
        for at in 0..words.len() {
            let text = match (words[at], words.get(at + 2)) {
                ("_Pragma", Some(text)) => Some(text.trim_matches('"').to_owned()),
                (word, _) => self.macros.get(word).cloned(),
            };
            if let Some(text) = text {
                self.pragma(&text);
            }
        }
    }

    fn items(&mut self, items: &[Item], packed: &mut HashSet<*const Item>) {
        for item in items {
            if let Kind::Pragma { text } = &item.kind {
                self.pragma(text);
            }
            self.words(item);
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
