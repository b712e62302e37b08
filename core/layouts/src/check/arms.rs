//! Matches: patterns that overlap nowhere.

use super::compile::site;
use super::draft::{DraftArm, DraftArmBody};
use super::scope::Point;
use super::{Checked, Checker, Use};
use crate::error::{About, Mistake};
use crate::program::{Arm, ArmBody, Member};
use crate::text::print::pattern_text;
use crate::text::tree::{Expr, Pattern};
use std::collections::BTreeMap;

/// The ranges of the arms so far by their first number, with their last.
#[derive(Default)]
struct Ranges {
    known: BTreeMap<i128, i128>,
    any: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn match_member(
        &mut self,
        of: u32,
        on: &'a Expr<'a>,
        point: Point,
        arms: &[DraftArm<'a>],
    ) -> Checked<Member> {
        let on = self.compile_expr(on, site(of, point))?;
        let mut ranges = Ranges::default();
        let mut compiled = Vec::new();
        for arm in arms {
            let mut patterns = Vec::new();
            let mut any = false;
            for pattern in arm.patterns {
                match self.range(of, point, pattern)? {
                    Some(range) => patterns.push(range),
                    None => any = true,
                }
                ranges.add(pattern, patterns.last().copied())?;
            }
            let body = match &arm.body {
                DraftArmBody::Members(members) => ArmBody::Members(self.members(of, members)?),
                DraftArmBody::Struct {
                    of: inner, below, ..
                } => {
                    self.uses.push(Use {
                        by: of,
                        of: *inner,
                        at_level: None,
                    });
                    ArmBody::Struct {
                        of: *inner,
                        below: *below,
                    }
                }
            };
            compiled.push(Arm {
                patterns,
                any,
                body,
            });
        }
        Ok(Member::Match(on, compiled))
    }

    /// First and last number of a pattern; none for `_`.
    fn range(
        &mut self,
        of: u32,
        point: Point,
        pattern: &'a Pattern<'a>,
    ) -> Checked<Option<(i128, i128)>> {
        let Pattern::Range(first, last) = pattern else {
            return Ok(None);
        };
        let low = self.constant(first, of, point)?;
        let high = match last {
            Some(last) => self.constant(last, of, point)?,
            None => low,
        };
        if high < low {
            return Err(Mistake::new(
                first.at(),
                About::Range,
                pattern_text(pattern),
            ));
        }
        Ok(Some((low, high)))
    }
}

impl Ranges {
    fn add(&mut self, pattern: &Pattern<'_>, latest: Option<(i128, i128)>) -> Checked<()> {
        let (at, overlaps) = match (pattern, latest) {
            (Pattern::Range(first, _), Some((low, high))) => {
                let before = self.known.range(..=high).next_back();
                let overlaps = before.is_some_and(|(_, end)| *end >= low);
                self.known.insert(low, high);
                (first.at(), overlaps)
            }
            (Pattern::Any(at), _) => (*at, std::mem::replace(&mut self.any, true)),
            _ => return Ok(()),
        };
        if overlaps {
            Err(Mistake::new(at, About::Overlap, pattern_text(pattern)))
        } else {
            Ok(())
        }
    }
}
