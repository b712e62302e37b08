//! What uses a type.

use crate::kind::{Kind, TypeId};
use crate::references::Reach;
use crate::symbol::Symbol;
use crate::types::Types;

/// Something that has a type in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use<'t> {
    /// What has it.
    pub user: User<'t>,
    /// Which part of it: the path of a member, the name of a parameter, `result`; empty if it is all of it.
    pub part: String,
    /// The type of that part.
    pub ty: TypeId,
    /// Whether values of the type are inside, and not only addresses.
    pub by_value: bool,
}

/// What can have a type in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User<'t> {
    /// A record, or another name for the type.
    Type(TypeId),
    /// A function or a variable.
    Symbol(&'t Symbol),
}

/// Whether a type leads to the one that is looked for, through pointers, arrays, aliases and signatures.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Leads {
    No,
    ByAddress,
    ByValue,
}

impl Types {
    /// The records, aliases, functions and variables in which one of these types appears, in the order of the set. They are
    /// several where a name stands for several types.
    ///
    /// A member counts for the record that has a name, not for anonymous ones on the way. Takes one walk over all types.
    ///
    /// # Panics
    ///
    /// If an id is not of this set.
    pub fn uses(&self, goals: &[TypeId]) -> Vec<Use<'_>> {
        let leads = self.leads_to(goals);
        let mut uses = Vec::new();
        for (user, ty) in self.iter() {
            let is_named = !ty.name.is_empty();
            match &ty.kind {
                Kind::Alias { of }
                    if is_named && !goals.contains(&user) && leads[of.index()] != Leads::No =>
                {
                    uses.push(used(User::Type(user), String::new(), *of, &leads));
                }
                // An anonymous record has the name that is given to it.
                Kind::Alias { of } if is_named && self.is_anonymous_record(*of) => {
                    self.used_in(user, *of, "", &leads, &mut uses);
                }
                Kind::Record(_) if is_named && ty.guard().is_none() => {
                    self.used_in(user, user, "", &leads, &mut uses)
                }
                _ => {}
            }
        }
        for symbol in self.symbols() {
            self.used_by(symbol, &leads, &mut uses);
        }
        uses
    }

    fn used_in<'t>(
        &'t self,
        user: TypeId,
        record: TypeId,
        prefix: &str,
        leads: &[Leads],
        uses: &mut Vec<Use<'t>>,
    ) {
        for base in self
            .virtual_bases(record)
            .filter(|base| leads[base.index()] != Leads::No)
        {
            uses.push(used(
                User::Type(user),
                self[base].name.to_string(),
                base,
                leads,
            ));
        }
        for part in self.parts(record) {
            let path = match (prefix, part.name) {
                ("", name) => name.to_owned(),
                (prefix, "") => prefix.to_owned(),
                (prefix, name) => format!("{prefix}.{name}"),
            };
            let is_anonymous =
                matches!(&self[part.ty].kind, Kind::Record(_)) && self[part.ty].name.is_empty();
            if leads[part.ty.index()] != Leads::No {
                uses.push(used(User::Type(user), path, part.ty, leads));
            } else if is_anonymous {
                self.used_in(user, part.ty, &path, leads, uses);
            }
        }
    }

    fn is_anonymous_record(&self, id: TypeId) -> bool {
        self[id].name.is_empty() && matches!(self[id].kind, Kind::Record(_))
    }

    fn used_by<'t>(&'t self, symbol: &'t Symbol, leads: &[Leads], uses: &mut Vec<Use<'t>>) {
        let Kind::Function(signature) = &self[symbol.ty].kind else {
            if leads[symbol.ty.index()] != Leads::No {
                uses.push(used(User::Symbol(symbol), String::new(), symbol.ty, leads));
            }
            return;
        };
        if leads[signature.result.index()] != Leads::No {
            uses.push(used(
                User::Symbol(symbol),
                "result".into(),
                signature.result,
                leads,
            ));
        }
        for (number, &ty) in signature.parameters.iter().enumerate() {
            if leads[ty.index()] != Leads::No {
                let name = symbol
                    .parameters
                    .get(number)
                    .filter(|name| !name.is_empty());
                let name = name.map_or_else(
                    || format!("parameter {}", number + 1),
                    |name| name.to_string(),
                );
                uses.push(used(User::Symbol(symbol), name, ty, leads));
            }
        }
    }

    /// Of each type how it leads to one of `goals`, not through another named record, except one that guards a value.
    fn leads_to(&self, goals: &[TypeId]) -> Vec<Leads> {
        let mut from = vec![Vec::new(); self.len()];
        for (user, ty) in self.iter() {
            if !matches!(ty.kind, Kind::Record(_)) || ty.guard().is_some() {
                ty.each_reference(|to, reach| from[to.index()].push((user, reach)));
            }
        }
        let mut leads = vec![Leads::No; self.len()];
        goals
            .iter()
            .for_each(|goal| leads[goal.index()] = Leads::ByValue);
        let mut waiting = goals.to_vec();
        while let Some(id) = waiting.pop() {
            for &(user, reach) in &from[id.index()] {
                let way = match reach {
                    Reach::Mention => Leads::ByAddress,
                    _ => leads[id.index()],
                };
                if way > leads[user.index()] {
                    leads[user.index()] = way;
                    waiting.push(user);
                }
            }
        }
        leads
    }
}

fn used<'t>(user: User<'t>, part: String, ty: TypeId, leads: &[Leads]) -> Use<'t> {
    Use {
        user,
        part,
        ty,
        by_value: leads[ty.index()] == Leads::ByValue,
    }
}
