//! What changed between two versions of a program's types, and whether old data still fits.

use std::collections::BTreeMap;

use crate::kind::{Enum, Kind, Name, Record, Type, TypeId};
use crate::namesakes::unlike;
use crate::symbol::Symbol;
use crate::types::Types;

/// What became of one type or function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is: `struct`, `enum`, `alias`, `function`.
    pub what: &'static str,
    /// Its name.
    pub name: Name,
    /// What became of it, one sentence for each difference.
    pub details: Vec<Detail>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// What is different.
    pub text: String,
    /// Whether programs that know the old version can go on using data of the new one.
    pub compatible: bool,
}

impl Change {
    /// Whether all of it is compatible.
    pub fn is_compatible(&self) -> bool {
        self.details.iter().all(|detail| detail.compatible)
    }
}

/// What the parts of the program that are compared are called by.
type Key<'t> = (&'static str, &'t str);

/// All of each name, in the order of the set.
type Named<'t, V> = BTreeMap<Key<'t>, Vec<V>>;

impl Types {
    /// What is different in `newer`, by name: records, enums, aliases, functions and variables.
    ///
    /// It is compatible if a program that knows the types of `self` can use data of `newer`: types, members and
    /// enumerators may be added, but what was there must be where it was, and records must keep their sizes, for they lie
    /// one behind the other in arrays. A type in which only a part of another type changed is not listed itself. Of
    /// several types of one name, those that are the same on both sides are left out, in whatever order they come; the others
    /// are compared in their order.
    pub fn diff(&self, newer: &Types) -> Vec<Change> {
        let types = pairs(self.named(), newer.named()).filter_map(|(key, old, new)| {
            let said = (|old: &_| self.said(*old), |new: &_| newer.said(*new));
            let pairs = unlike(&old, &new, said).into_iter();
            let details = pairs.flat_map(|pair| match pair {
                (Some(old), Some(new)) => self.compare(old, newer, new),
                (old, _) => vec![came_or_went(old.is_none())],
            });
            change(key, details.collect())
        });
        let symbols = pairs(self.by_symbol(), newer.by_symbol()).filter_map(|(key, old, new)| {
            let said = (
                |old: &&Symbol| self.spell(old.ty),
                |new: &&Symbol| newer.spell(new.ty),
            );
            let pairs = unlike(&old, &new, said).into_iter();
            let details = pairs.flat_map(|pair| match pair {
                (Some(old), Some(new)) => self.compare_symbols(old, newer, new),
                (old, _) => vec![came_or_went(old.is_none())],
            });
            change(key, details.collect())
        });
        types.chain(symbols).collect()
    }

    fn named(&self) -> Named<'_, TypeId> {
        let mut named = Named::new();
        for (id, ty) in self.iter().filter(|(_, ty)| !ty.name.is_empty()) {
            if let Some(what) = compared_as(ty) {
                named.entry((what, &*ty.name)).or_default().push(id);
            }
        }
        named
    }

    fn by_symbol(&self) -> Named<'_, &Symbol> {
        let mut named = Named::new();
        for symbol in self.symbols() {
            let what = match symbol.what {
                crate::SymbolKind::Function => "function",
                crate::SymbolKind::Variable => "variable",
            };
            named.entry((what, &*symbol.name)).or_default().push(symbol);
        }
        named
    }

    /// All that [`compare`](Self::compare) looks at: types of which the same is said have no differences.
    fn said(&self, id: TypeId) -> String {
        let what = match &self[id].kind {
            Kind::Record(record) => {
                let members = self.layout_of(record).into_iter();
                let members: Vec<_> = members.map(|(name, placed)| (name, placed.text)).collect();
                format!("{:?} {members:?}", self.bases_of(record))
            }
            Kind::Enum(set) => format!("{:?}", values(set)),
            Kind::Alias { of } => self.spell(*of),
            _ => String::new(),
        };
        format!("{:?} {what}", self.size_of(id))
    }

    fn compare(&self, old: TypeId, newer: &Types, new: TypeId) -> Vec<Detail> {
        let mut details = Vec::new();
        let sizes = (self.size_of(old), newer.size_of(new));
        if let (Some(before), Some(after)) = sizes
            && before != after
        {
            details.push(broken(format!("size was {before}, is {after}")));
        }
        match (&self[old].kind, &newer[new].kind) {
            (Kind::Record(old), Kind::Record(new)) => {
                self.compare_bases(old, newer, new, &mut details);
                self.compare_members(old, newer, new, &mut details);
            }
            (Kind::Enum(old), Kind::Enum(new)) => compare_enums(old, new, &mut details),
            (Kind::Alias { of: old }, Kind::Alias { of: new }) => {
                let (old, new) = (self.spell(*old), newer.spell(*new));
                if old != new {
                    details.push(broken(format!("was {old}, is {new}")));
                }
            }
            _ => {}
        }
        details
    }

    fn bases_of(&self, record: &Record) -> Vec<String> {
        let bases = record.bases.iter();
        bases
            .map(|base| match base.offset {
                Some(offset) => format!("{} at {offset}", self[base.ty].name),
                None => format!("virtual {}", self[base.ty].name),
            })
            .collect()
    }

    fn compare_bases(&self, old: &Record, newer: &Types, new: &Record, details: &mut Vec<Detail>) {
        let (old, new) = (self.bases_of(old), newer.bases_of(new));
        if old != new {
            let text = |bases: &[String]| match bases {
                [] => "nothing".to_owned(),
                bases => bases.join(", "),
            };
            details.push(broken(format!(
                "inherited from {}, inherits from {}",
                text(&old),
                text(&new)
            )));
        }
    }

    fn compare_members(
        &self,
        old: &Record,
        newer: &Types,
        new: &Record,
        details: &mut Vec<Detail>,
    ) {
        let (mut before, after) = (self.layout_of(old), newer.layout_of(new));
        for (name, now) in &after {
            let former = match before.remove(name) {
                Some(member) => Some((name, member)),
                None => {
                    let mut former = now
                        .former
                        .iter()
                        .filter(|former| !after.contains_key(*former));
                    former.find_map(|former| Some((former, before.remove(former)?)))
                }
            };
            details.extend(match former {
                None => Some(fits(format!("member {name} is new, {}", now.text))),
                Some((was, member)) => compare_member((was, &member.text), (name, &now.text)),
            });
        }
        details.extend(
            before
                .keys()
                .map(|name| broken(format!("member {name} is gone"))),
        );
    }

    /// What is said of each member, anonymous records taken apart.
    fn layout_of(&self, record: &Record) -> BTreeMap<String, Placed> {
        let mut layout = BTreeMap::new();
        self.lay_out(record, "", 0, &mut layout);
        layout
    }

    fn lay_out(
        &self,
        record: &Record,
        prefix: &str,
        start_bits: u64,
        layout: &mut BTreeMap<String, Placed>,
    ) {
        let arms = record.variants.iter().flat_map(|variants| &variants.arms);
        let members = record.members.iter().chain(arms.map(|arm| &arm.member));
        for member in members {
            let offset_bits = start_bits.saturating_add(member.offset_bits);
            let path = |name: &str| match (prefix, name) {
                (prefix, "") => prefix.to_owned(),
                ("", name) => name.to_owned(),
                (prefix, name) => format!("{prefix}.{name}"),
            };
            let name = path(&member.name);
            match &self[member.ty].kind {
                Kind::Record(inner) if self[member.ty].name.is_empty() => {
                    self.lay_out(inner, &name, offset_bits, layout);
                }
                _ if name.is_empty() => {}
                _ => {
                    let place = match member.width_bits {
                        Some(width) => format!(
                            "bits {offset_bits} to {}",
                            offset_bits.saturating_add(width)
                        ),
                        None => format!("at {}", offset_bits / 8),
                    };
                    let text = format!("{} {place}", self.spell(member.ty));
                    let former = member.former_names().map(path).collect();
                    layout.insert(name, Placed { text, former });
                }
            }
        }
    }

    fn compare_symbols(&self, old: &Symbol, newer: &Types, new: &Symbol) -> Vec<Detail> {
        let (before, after) = (self.spell(old.ty), newer.spell(new.ty));
        match before == after {
            true => Vec::new(),
            false => vec![broken(format!("was {before}, is {after}"))],
        }
    }
}

/// What is said of one member.
struct Placed {
    /// Its type and where it is.
    text: String,
    /// The names that it had before.
    former: Vec<String>,
}

fn compare_member((was, before): (&str, &str), (name, now): (&str, &str)) -> Option<Detail> {
    match (was == name, before == now) {
        (true, true) => None,
        (true, false) => Some(broken(format!("member {name} was {before}, is {now}"))),
        (false, true) => Some(fits(format!("member {name} was called {was}"))),
        (false, false) => Some(broken(format!(
            "member {name} was called {was} and was {before}, is {now}"
        ))),
    }
}

fn compare_enums(old: &Enum, new: &Enum, details: &mut Vec<Detail>) {
    let (before, after) = (values(old), values(new));
    for (name, value) in &before {
        match after.get(name) {
            None => details.push(broken(format!("{name} is gone"))),
            Some(now) if now == value => {}
            Some(now) => details.push(broken(format!("{name} was {value}, is {now}"))),
        }
    }
    for (name, value) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        details.push(fits(format!("{name} is new, {value}")));
    }
}

fn values(set: &Enum) -> BTreeMap<&str, i128> {
    set.enumerators
        .iter()
        .map(|one| (&*one.name, one.value))
        .collect()
}

/// The kind as which a type is compared; `None` of those that only others are made of, and of declarations.
fn compared_as(ty: &Type) -> Option<&'static str> {
    match &ty.kind {
        Kind::Record(record) => Some(record.tag.word()),
        Kind::Enum(_) => Some("enum"),
        Kind::Alias { .. } => Some("alias"),
        _ => None,
    }
}

/// Each key of one of both with what both have of it, in order.
fn pairs<'t, V>(
    old: Named<'t, V>,
    new: Named<'t, V>,
) -> impl Iterator<Item = (Key<'t>, Vec<V>, Vec<V>)> {
    let mut both: BTreeMap<Key<'t>, (Vec<V>, Vec<V>)> = BTreeMap::new();
    for (key, old) in old {
        both.entry(key).or_default().0 = old;
    }
    for (key, new) in new {
        both.entry(key).or_default().1 = new;
    }
    both.into_iter().map(|(key, (old, new))| (key, old, new))
}

fn change((what, name): Key<'_>, details: Vec<Detail>) -> Option<Change> {
    let name = name.into();
    (!details.is_empty()).then_some(Change {
        what,
        name,
        details,
    })
}

fn came_or_went(is_new: bool) -> Detail {
    match is_new {
        true => fits("is new".into()),
        false => broken("is gone".into()),
    }
}

fn broken(text: String) -> Detail {
    Detail {
        text,
        compatible: false,
    }
}

fn fits(text: String) -> Detail {
    Detail {
        text,
        compatible: true,
    }
}
