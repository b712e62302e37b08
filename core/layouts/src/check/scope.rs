//! Which names can be seen at each member of a struct.
//!
//! What can be seen at a place is a list that grows at one end, and a [`Point`] is its end there. Arms grow different
//! lists from one point; behind the match the names of all arms join.

use super::draft::{DraftArmBody, DraftMember};
use super::{Checked, Checker, State};
use crate::error::{About, Mistake};
use crate::program::NONE;
use crate::text::tree::Name;
use std::collections::HashMap;

/// The index of the latest name that can be seen.
pub(crate) type Point = u32;
pub(crate) const NOTHING: Point = u32::MAX;

#[derive(Debug, Clone)]
pub(crate) struct Declared<'a> {
    pub(crate) name: &'a str,
    /// The fields that it can be: one, or one of each arm.
    pub(crate) fields: Vec<u32>,
    /// Whether every record has one of them here.
    pub(crate) certain: bool,
    before: Point,
}

/// The names of one sequence of members; true for those of the arms of its matches.
type Taken<'a> = HashMap<&'a str, bool>;

impl<'a> Checker<'a> {
    pub(super) fn scope_all(&mut self) -> Checked<()> {
        for of in 0..self.drafts.len() {
            let name = self.drafts[of].name;
            self.names_of(of as u32, name)?;
        }
        Ok(())
    }

    /// What can be seen at the end of a struct. `user` is what asks for it.
    pub(super) fn names_of(&mut self, of: u32, user: Name<'a>) -> Checked<Point> {
        if let Some(end) = self.drafts[of as usize].end {
            return Ok(end);
        }
        let base = self.program.structure(of).base;
        let start = if base == NONE {
            NOTHING
        } else {
            self.names_for_derived(base, user)?
        };
        // The base may have needed this struct, as one of its arms.
        if let Some(end) = self.drafts[of as usize].end {
            return Ok(end);
        }
        if self.drafts[of as usize].scope_state == State::Begun {
            return Err(Mistake::new(user.at, About::Cyclic, user.text));
        }
        self.drafts[of as usize].scope_state = State::Begun;
        let mut members = std::mem::take(&mut self.drafts[of as usize].members);
        let end = self.chained(user.at, user.text, |checker| {
            let polymorphic = checker.program.structure(of).polymorphic;
            let before_last = members.len() - usize::from(polymorphic);
            let (common, last) = members.split_at_mut(before_last);
            let mut taken = vec![Taken::new()];
            let point = checker.sequence(common, start, &mut taken)?;
            checker.drafts[of as usize].before_derived = Some(point);
            checker.sequence(last, point, &mut taken)
        })?;
        let draft = &mut self.drafts[of as usize];
        draft.members = members;
        draft.end = Some(end);
        draft.scope_state = State::Done;
        Ok(end)
    }

    /// What the members of a derived struct see of its base.
    fn names_for_derived(&mut self, base: u32, user: Name<'a>) -> Checked<Point> {
        if let Some(point) = self.drafts[base as usize].before_derived {
            return Ok(point);
        }
        let end = self.names_of(base, user)?;
        Ok(self.drafts[base as usize].before_derived.unwrap_or(end))
    }

    fn sequence(
        &mut self,
        members: &mut [DraftMember<'a>],
        mut point: Point,
        taken: &mut Vec<Taken<'a>>,
    ) -> Checked<Point> {
        for member in members {
            match member {
                DraftMember::Padding(_, at) | DraftMember::Align(_, at) => *at = point,
                DraftMember::Field(field, at) => {
                    *at = point;
                    let name = self.fields[*field as usize].name;
                    self.take(name, taken)?;
                    point = self.see(name.text, vec![*field], true, point);
                }
                DraftMember::Match {
                    point: at, arms, ..
                } => {
                    *at = point;
                    let mut ends = Vec::new();
                    let mut names = Taken::new();
                    for arm in arms {
                        taken.push(Taken::new());
                        let end = match &mut arm.body {
                            DraftArmBody::Members(members) => {
                                self.sequence(members, point, taken)?
                            }
                            DraftArmBody::Struct { of, below, name } => {
                                self.see_struct(*of, *below, *name, point)?
                            }
                        };
                        taken.pop();
                        names.extend(self.since(end, point).iter().map(|seen| (seen.name, true)));
                        ends.push(end);
                    }
                    if let Some(own) = taken.last_mut() {
                        // A field before the match may be shadowed in it; its name stays its own.
                        names.retain(|name, _| !own.contains_key(name));
                        own.extend(names);
                    }
                    point = self.join(&ends, point);
                }
            }
        }
        Ok(point)
    }

    /// Refuses a name that its sequence has, or that an arm of a match before has.
    fn take(&self, name: Name<'a>, taken: &mut [Taken<'a>]) -> Checked<()> {
        let duplicate = || Err(Mistake::new(name.at, About::Duplicate, name.text));
        if matches!(self.globals.get(name.text), Some(super::Global::Const(_))) {
            return duplicate();
        }
        let Some((own, around)) = taken.split_last_mut() else {
            return Ok(());
        };
        let of_an_arm = around
            .iter()
            .any(|names| names.get(name.text) == Some(&true));
        if of_an_arm || own.insert(name.text, false).is_some() {
            return duplicate();
        }
        Ok(())
    }

    fn see(
        &mut self,
        name: &'a str,
        mut fields: Vec<u32>,
        mut certain: bool,
        before: Point,
    ) -> Point {
        if !certain && let Some(earlier) = self.seen(name, before) {
            certain = earlier.certain;
            let earlier = earlier.fields.clone();
            fields.extend(
                earlier
                    .into_iter()
                    .filter(|field| !fields.contains(field))
                    .collect::<Vec<_>>(),
            );
        }
        self.declared.push(Declared {
            name,
            fields,
            certain,
            before,
        });
        self.declared.len() as Point - 1
    }

    /// Adds the names of a struct whose members stand at this level.
    fn see_struct(
        &mut self,
        of: u32,
        below: u32,
        user: Name<'a>,
        mut point: Point,
    ) -> Checked<Point> {
        let end = self.names_of(of, user)?;
        let stop = if below == NONE {
            NOTHING
        } else {
            self.names_for_derived(below, user)?
        };
        for seen in self.since(end, stop) {
            point = self.see(seen.name, seen.fields, seen.certain, point);
        }
        Ok(point)
    }

    /// The names from `stop` to `end` in their order, of equal ones the latest.
    fn since(&self, end: Point, stop: Point) -> Vec<Declared<'a>> {
        let mut latest: HashMap<&str, ()> = HashMap::new();
        let mut seen = Vec::new();
        let mut next = end;
        while next != stop && next != NOTHING {
            let declared = &self.declared[next as usize];
            if latest.insert(declared.name, ()).is_none() {
                seen.push(declared.clone());
            }
            next = declared.before;
        }
        seen.reverse();
        seen
    }

    /// What can be seen behind a match whose arms end at `ends`.
    fn join(&mut self, ends: &[Point], point: Point) -> Point {
        let mut order = Vec::new();
        let mut joined: HashMap<&str, (Vec<u32>, usize)> = HashMap::new();
        for end in ends {
            for seen in self.since(*end, point) {
                let (fields, certain) = joined.entry(seen.name).or_insert_with(|| {
                    order.push(seen.name);
                    (Vec::new(), 0)
                });
                fields.extend(seen.fields);
                *certain += usize::from(seen.certain);
            }
        }
        let mut end = point;
        for name in order {
            let Some((mut fields, certain)) = joined.remove(name) else {
                continue;
            };
            fields.sort_unstable();
            fields.dedup();
            end = self.see(name, fields, certain == ends.len(), end);
        }
        end
    }

    /// The latest field of this name.
    pub(super) fn seen(&self, name: &str, point: Point) -> Option<&Declared<'a>> {
        let mut next = point;
        while next != NOTHING {
            let declared = &self.declared[next as usize];
            if declared.name == name {
                return Some(declared);
            }
            next = declared.before;
        }
        None
    }

    /// All names that can be seen, in the order of their definition.
    pub(super) fn all_seen(&self, point: Point) -> Vec<&'a str> {
        self.since(point, NOTHING)
            .iter()
            .map(|seen| seen.name)
            .collect()
    }
}
