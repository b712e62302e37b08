//! Names that a struct takes from the structs around it: each use of it must offer them.

use super::scope::Point;
use super::{Checked, Checker};
use crate::error::{About, Mistake};
use crate::text::tree::{PathExpr, Step};
use std::collections::HashSet;

/// A name that a struct takes from `levels` structs around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Need<'a> {
    pub(crate) path: &'a PathExpr<'a>,
    levels: u8,
}

impl Need<'_> {
    pub(crate) fn text(&self) -> String {
        path_text(self.path)
    }
}

/// One struct uses another: as a field, which is a level, or with its members at its own level.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Use {
    pub(crate) by: u32,
    pub(crate) of: u32,
    /// What can be seen at the field.
    pub(crate) at_level: Option<Point>,
}

/// The names of a path, as a message shows it.
pub(super) fn path_text(path: &PathExpr<'_>) -> String {
    let mut text = "parent.".repeat(path.parents.into());
    text += path.name.text;
    for step in &path.steps {
        match step {
            Step::Name(name) => {
                text.push('.');
                text += name.text;
            }
            Step::Index(_) => text += "[]",
        }
    }
    text
}

impl<'a> Checker<'a> {
    /// Notes that an expression of struct `of` takes a name from around it.
    pub(super) fn need(&mut self, of: u32, path: &'a PathExpr<'a>) {
        if let Some(needs) = self.needs.get_mut(of as usize) {
            needs.push(Need {
                path,
                levels: path.parents,
            });
        }
    }

    pub(super) fn parents_all(&mut self) -> Checked<()> {
        let mut users: Vec<Vec<Use>> = vec![Vec::new(); self.drafts.len()];
        for one in &self.uses {
            users[one.of as usize].push(*one);
        }
        let all = self.needs.iter().enumerate();
        let mut open: Vec<(u32, Need<'a>)> = all
            .flat_map(|(of, needs)| needs.iter().map(move |need| (of as u32, *need)))
            .collect();
        let mut known: HashSet<(u32, u8, usize)> = open.iter().map(key).collect();
        while let Some((of, need)) = open.pop() {
            for one in &users[of as usize] {
                let passed = match one.at_level {
                    Some(point) if need.levels == 1 => {
                        self.offered(need, point)?;
                        continue;
                    }
                    Some(_) => Need {
                        levels: need.levels - 1,
                        ..need
                    },
                    None => need,
                };
                if known.insert(key(&(one.by, passed))) {
                    self.needs[one.by as usize].push(passed);
                    open.push((one.by, passed));
                }
            }
        }
        for (of, needs) in self.needs.iter().enumerate() {
            self.program.structs[of].needs_parent = !needs.is_empty();
        }
        Ok(())
    }

    fn offered(&mut self, need: Need<'a>, point: Point) -> Checked<()> {
        let certain = self
            .seen(need.path.name.text, point)
            .is_some_and(|seen| seen.certain);
        if !certain {
            return Err(Mistake::new(need.path.at, About::Parent, need.text()));
        }
        self.check_steps(need.path, point)
    }
}

fn key((of, need): &(u32, Need<'_>)) -> (u32, u8, usize) {
    (*of, need.levels, need.path.at)
}
