//! The samples of a `watch`: what changed, came and went.

use std::sync::Arc;
use std::time::Duration;

use memglass::sampler::Key;
use memglass::{Field, Observer, Value};

use super::error::DefinitionError;
use super::history::History;
use super::objects::{Choice, Known, Member, Members, is_pattern};
use super::packed::{Look, PlaceAt};
use super::place::Place;
use super::sample::Sample;
use super::shown::Unmet;
use crate::change::Report;
use crate::counters::Counters;
use crate::queue::Rank;

/// What a `watch` follows: one or several paths, each once.
pub(super) struct Watch(Vec<Part>);

/// What one path of a `watch` leads to.
enum Part {
    /// The field that a path leads to, whichever object has the label.
    One {
        path: String,
        place: Box<Place>,
        /// What it was lately, if that is kept.
        history: Option<Box<History>>,
    },
    /// The same field of many objects.
    Many {
        members: Members<Place>,
        rest: String,
        is_cut_off: bool,
    },
}

/// What sampling a `watch` gave.
#[derive(Default)]
pub(super) struct Samples {
    pub(super) items: Vec<Item>,
    /// Places that may be packed now.
    pub(super) steady: Vec<PlaceAt>,
}

/// What a sample of a `watch` gave.
pub(super) enum News {
    Changed { report: Report<Sample>, torn: bool },
    Appeared(Value),
    Vanished(Value),
}

/// News of one field.
pub(super) struct Item {
    pub(super) rank: Rank,
    pub(super) member: Member,
    pub(super) field: Field,
    pub(super) label: Arc<str>,
    pub(super) news: News,
}

/// The circumstances of a sample.
pub(super) struct Sight<'s> {
    pub(super) observer: &'s Observer,
    pub(super) is_alive: bool,
    pub(super) time: Duration,
    pub(super) window: Option<Duration>,
    /// Whether objects that are there already are no news.
    pub(super) is_first: bool,
}

impl Watch {
    /// A path, or a pattern or type with a path behind it; in that, `{a,b}` is either.
    ///
    /// # Errors
    ///
    /// An object is there and has no such field.
    pub(super) fn of(text: &str, observer: &Observer) -> Result<Watch, DefinitionError> {
        if observer.field(text).is_ok() {
            return Ok(Watch(vec![Part::of(text, observer)?]));
        }
        let paths = memglass_syntax::alternatives(text)?;
        let parts = paths.iter().map(|path| Part::of(path, observer));
        parts.collect::<Result<_, _>>().map(Watch)
    }

    /// Takes in what came and went; also says whether that may be more places.
    pub(super) fn update(
        &mut self,
        observer: &Observer,
        slots: Option<&[u32]>,
        counters: &mut Counters,
    ) -> (Vec<Item>, bool) {
        let is_about_many = self.0.iter().any(|part| matches!(part, Part::Many { .. }));
        let parts = self.0.iter_mut().enumerate();
        let items = parts.flat_map(|(nth, part)| part.update(nth, observer, slots, counters));
        (items.collect(), is_about_many)
    }

    /// Samples all of it that is not packed.
    pub(super) fn sample(
        &mut self,
        trigger: u64,
        sight: &Sight<'_>,
        counters: &mut Counters,
    ) -> Samples {
        let mut samples = Samples::default();
        for (nth, part) in self.0.iter_mut().enumerate() {
            let at = |creation| PlaceAt {
                trigger,
                part: nth,
                creation,
            };
            part.sample(sight, counters, &mut samples, at);
        }
        samples
    }

    /// Takes in what a look found of one place, and says whether it may stay packed.
    pub(super) fn take_in(
        &mut self,
        at: PlaceAt,
        look: &Look,
        sight: &Sight<'_>,
        counters: &mut Counters,
    ) -> (Vec<Item>, bool) {
        let mut items = Vec::new();
        let Some(part) = self.0.get_mut(at.part) else {
            return (items, false);
        };
        let place = match (part, look) {
            (Part::One { place, .. }, Look::Changed(bytes)) => {
                place.take_in_bytes(Rank::of_path(at.part), bytes, sight, counters, &mut items);
                &**place
            }
            (Part::One { path, place, .. }, Look::Gone) => {
                place.packed = None;
                let path = (Rank::of_path(at.part), &**path);
                place.sample_path(path, sight, counters, &mut items);
                &**place
            }
            (Part::Many { members, .. }, look) => {
                let known = members.all.get_mut(&at.creation);
                // One that is gone is taken in with the directory.
                let (Some(known), Look::Changed(bytes)) = (known, look) else {
                    return (items, false);
                };
                let rank = known.rank(at.part, at.creation);
                known.take_in_bytes(rank, bytes, sight, counters, &mut items);
                &known.state
            }
        };
        (items, place.is_steady() && place.packed.is_some())
    }

    /// One place of it, if that is still there.
    pub(super) fn place_mut(&mut self, at: PlaceAt) -> Option<&mut Place> {
        match self.0.get_mut(at.part)? {
            Part::One { place, .. } => Some(place),
            Part::Many { members, .. } => {
                let known = members.all.get_mut(&at.creation)?;
                Some(&mut known.state)
            }
        }
    }

    /// Whether all places are packed. Without any, somebody has to look whether objects come.
    pub(super) fn is_packed(&self) -> bool {
        self.0.iter().all(|part| match part {
            Part::One { place, .. } => place.packed.is_some(),
            Part::Many { members, .. } => {
                let mut places = members.all.values().map(|known| &known.state);
                places.len() > 0 && places.all(|place| place.packed.is_some())
            }
        })
    }

    /// Forgets that places are packed; `forget` is called for each.
    pub(super) fn unpack(&mut self, forget: &mut impl FnMut(Key)) {
        for part in &mut self.0 {
            match part {
                Part::One { place, .. } => place.packed.take().into_iter().for_each(&mut *forget),
                Part::Many { members, .. } => {
                    let places = members.all.values_mut();
                    let keys = places.filter_map(|known| known.state.packed.take());
                    keys.for_each(&mut *forget);
                }
            }
        }
    }

    /// Starts anew: what is there now is no news.
    pub(super) fn start_anew(&mut self, counters: &mut Counters) {
        self.0.iter_mut().for_each(|part| part.start_anew(counters));
    }

    /// How many fields of objects it follows, and of how many it has no value.
    pub(super) fn counts(&self) -> (usize, usize) {
        let counts = self.0.iter().map(Part::counts);
        counts.fold((0, 0), |(all, failing), (more, fail)| {
            (all + more, failing + fail)
        })
    }

    /// How many fields it may tell of.
    pub(super) fn subjects(&self) -> usize {
        let subjects = self.0.iter().map(|part| match part {
            Part::One { .. } => 1,
            Part::Many { members, .. } => members.all.len(),
        });
        subjects.sum()
    }

    /// The names and patterns in it that no object has.
    pub(super) fn unmet(&self) -> impl Iterator<Item = Unmet> {
        self.0.iter().filter_map(|part| match part {
            Part::One { path, place, .. } if place.followed.is_none() => {
                Some(Unmet::Name(split(path).0.to_owned()))
            }
            Part::One { .. } => None,
            Part::Many { members, .. } => Some(Unmet::Pattern(members.unmatched()?.to_owned())),
        })
    }

    /// The arrays that came and are left out.
    pub(super) fn take_left_out(&mut self) -> Vec<Arc<str>> {
        let parts = self.0.iter_mut().filter_map(|part| match part {
            Part::Many { members, .. } => Some(members),
            Part::One { .. } => None,
        });
        parts.flat_map(Members::take_left_out).collect()
    }

    /// Why a path has no value.
    pub(super) fn why(&self) -> Option<&str> {
        self.0.iter().find_map(Part::why)
    }

    /// Keeps what it sees of single fields from now on, of so many at most.
    pub(super) fn keep_history(&mut self, most: usize) {
        let ones = self.0.iter_mut().filter_map(|part| match part {
            Part::One { history, .. } => Some(history),
            Part::Many { .. } => None,
        });
        for history in ones.take(most) {
            history.get_or_insert_default();
        }
    }

    /// The paths of these, and what it has seen.
    pub(super) fn histories(&self) -> impl Iterator<Item = (&str, &History)> {
        self.0.iter().filter_map(Part::history)
    }

    /// Forgets all objects.
    pub(super) fn clear(&mut self) {
        self.0.iter_mut().for_each(Part::clear);
    }
}

impl Part {
    fn of(text: &str, observer: &Observer) -> Result<Part, DefinitionError> {
        let unresolved = observer.field(text).err();
        let (first, rest) = split(text);
        let is_type = observer.schema().iter().any(|(_, ty)| &*ty.name == first);
        match unresolved {
            Some(_) if is_type || is_pattern(first) => {
                let members = Members::<Place>::new(Choice::of(first, observer)?, observer)?;
                for known in members.all.values() {
                    known.root.at(rest)?;
                }
                Ok(Part::Many {
                    members,
                    rest: rest.to_owned(),
                    is_cut_off: false,
                })
            }
            Some(error) if !matches!(error, memglass::PathError::NoSuchObject { .. }) => {
                Err(error.into())
            }
            _ => Ok(Part::One {
                path: text.to_owned(),
                place: Box::default(),
                history: None,
            }),
        }
    }

    fn update(
        &mut self,
        nth: usize,
        observer: &Observer,
        slots: Option<&[u32]>,
        counters: &mut Counters,
    ) -> Vec<Item> {
        let Part::Many { members, .. } = self else {
            return Vec::new();
        };
        let gone = match slots {
            Some(slots) => members.update(observer, slots),
            None => members.replace(observer),
        };
        counters.vanished += gone.len() as u64;
        let vanished = gone.into_iter().filter_map(|(creation, known)| {
            let rank = known.rank(nth, creation);
            let Known {
                member, mut state, ..
            } = known;
            let (field, label, last) = state.leave(counters)?;
            Some(Item {
                rank,
                member,
                field,
                label,
                news: News::Vanished(last),
            })
        });
        vanished.collect()
    }

    fn sample(
        &mut self,
        sight: &Sight<'_>,
        counters: &mut Counters,
        samples: &mut Samples,
        at: impl Fn(u64) -> PlaceAt,
    ) {
        match self {
            Part::One { place, .. } if place.packed.is_some() => {}
            Part::One {
                path,
                place,
                history,
            } => {
                let ranked = (Rank::of_path(at(0).part), &**path);
                place.sample_path(ranked, sight, counters, &mut samples.items);
                let has_history = history.is_some();
                if let (Some(history), Some((object, value))) = (history, place.sampled()) {
                    history.note(sight.time, object, value);
                }
                // What is kept of the past says how far it reaches, at each sample.
                if place.is_steady() && !has_history {
                    samples.steady.push(at(0));
                }
            }
            Part::Many {
                members,
                rest,
                is_cut_off,
            } => {
                let was_cut_off = std::mem::replace(is_cut_off, !sight.is_alive);
                if !sight.is_alive {
                    counters.failures += u64::from(!was_cut_off);
                    return;
                }
                let all = members.all.iter_mut();
                for (creation, known) in all.filter(|(_, known)| known.state.packed.is_none()) {
                    let rank = known.rank(at(*creation).part, *creation);
                    known.sample(rank, rest, sight, counters, &mut samples.items);
                    if known.state.is_steady() {
                        samples.steady.push(at(*creation));
                    }
                }
            }
        }
    }

    fn start_anew(&mut self, counters: &mut Counters) {
        match self {
            Part::One { place, .. } => drop(place.leave(counters)),
            Part::Many { members, .. } => {
                for known in members.all.values_mut() {
                    known.state.leave(counters);
                }
            }
        }
    }

    fn counts(&self) -> (usize, usize) {
        match self {
            Part::One { place, .. } => (
                usize::from(place.followed.is_some()),
                usize::from(place.why.is_some()),
            ),
            Part::Many {
                members,
                is_cut_off: true,
                ..
            } => (members.all.len(), members.all.len()),
            Part::Many { members, .. } => {
                let failing = members.all.values();
                let failing = failing.filter(|known| known.state.why.is_some());
                (members.all.len(), failing.count())
            }
        }
    }

    fn why(&self) -> Option<&str> {
        match self {
            Part::One { place, .. } => place.why.as_deref(),
            Part::Many { .. } => None,
        }
    }

    /// Its path, and what it has seen, if that is kept.
    fn history(&self) -> Option<(&str, &History)> {
        match self {
            Part::One {
                path,
                history: Some(history),
                ..
            } => Some((path, history)),
            _ => None,
        }
    }

    fn clear(&mut self) {
        match self {
            Part::One { place, history, .. } => {
                **place = Place::default();
                *history = None;
            }
            Part::Many { members, .. } => members.clear(),
        }
    }
}

/// The label, type or pattern that a path begins with, and the rest.
pub(super) fn split(path: &str) -> (&str, &str) {
    if let Some(quoted) = path.strip_prefix('"') {
        let end = quoted.find('"').map_or(path.len(), |end| end + 2);
        let (first, rest) = path.split_at(end);
        return (
            first.trim_matches('"'),
            rest.strip_prefix('.').unwrap_or(rest),
        );
    }
    let mut depth = 0_usize;
    for (at, sign) in path.char_indices() {
        match sign {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            '.' if depth == 0 => return (&path[..at], &path[at + 1..]),
            _ => {}
        }
    }
    (path, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_behind_its_label() {
        assert_eq!(split("a.b.c"), ("a", "b.c"));
        assert_eq!(split("*_pos.bid_levels[0]"), ("*_pos", "bid_levels[0]"));
        assert_eq!(split("{a.x,b}.q"), ("{a.x,b}", "q"));
        assert_eq!(split("\"a.b\".c"), ("a.b", "c"));
        assert_eq!(split("a"), ("a", ""));
    }
}
