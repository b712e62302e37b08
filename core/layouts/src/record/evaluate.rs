//! Lays a record out: members in order, each at the end of the one before.
//!
//! One evaluator does it for bytes that are there ([`Bytes`](super::source::Bytes)), for bytes that are being made
//! (`Building`) and for no bytes at all ([`NoBytes`]), which finds out what depends on no data.

use super::place::{Body, Place, Shape};
use super::source::{NoBytes, Source};
use super::tree::{At, Cut, Level, Placed, State, Tree, UNKNOWN};
use crate::code::{self, Code};
use crate::error_kind::{Kind, Why};
use crate::limits::Limits;
use crate::program::{Arm, ArmBody, Count, Member, NONE, Program, TableField, Type};

/// A struct that is being laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(super) of: u32,
    pub(super) start: u64,
    /// Its fields so far are `open[first..end]`; elements of an unfinished array may follow.
    pub(super) first: usize,
    pub(super) end: usize,
}

/// Why a sequence of members ends early, and at what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stop {
    pub(super) why: Why,
    pub(super) at: At,
}

pub(crate) struct Evaluator<'p, S> {
    pub(super) program: &'p Program,
    pub(crate) source: S,
    pub(super) limits: Limits,
    pub(super) tree: Tree,
    pub(super) open: Vec<Placed>,
    pub(super) frames: Vec<Frame>,
    pub(super) at: u64,
    pub(super) window: u64,
    pub(super) index: Option<u64>,
    pub(super) elements_left: u64,
    pub(super) steps_left: u64,
    /// Whether everything so far has a place in a struct's table.
    pub(super) plain: bool,
}

impl<'p, S: Source> Evaluator<'p, S> {
    pub(crate) fn new(program: &'p Program, source: S, limits: Limits, window: u64) -> Self {
        Evaluator {
            program,
            source,
            limits: Limits {
                depth: limits.depth.min(256),
                ..limits
            },
            tree: Tree::default(),
            open: Vec::new(),
            frames: Vec::new(),
            at: 0,
            window,
            index: None,
            elements_left: limits.elements,
            steps_left: limits.steps,
            plain: true,
        }
    }

    /// Lays out the whole record.
    pub(crate) fn root(mut self, of: u32) -> Tree {
        self.lay_root(of);
        self.tree
    }

    pub(super) fn lay_root(&mut self, of: u32) -> Option<Why> {
        let known = self.program.structure(of).declared;
        if known.is_some_and(|known| !self.fits(known)) {
            let cut = Cut {
                kind: Kind::Truncated,
                at: At::Itself,
            };
            self.tree.levels.push(Level {
                of,
                first: 0,
                count: 0,
                size: UNKNOWN,
                cut: Some(cut),
            });
            return Some(Kind::Truncated.into());
        }
        self.level(of, known).1
    }

    pub(super) fn fits(&self, size: u64) -> bool {
        self.at
            .checked_add(size)
            .is_some_and(|end| end <= self.window)
    }

    pub(super) fn spend(&mut self, steps: u64) -> Result<(), Why> {
        self.steps_left = self.steps_left.checked_sub(steps).ok_or(Kind::Budget)?;
        Ok(())
    }

    /// Lays out a struct from here on. Gives its level, and why the structs around it end too, if they do.
    pub(super) fn level(&mut self, of: u32, known: Option<u64>) -> (u32, Option<Why>) {
        let start = self.at;
        let first = self.open.len();
        let window = self.window;
        let result = if self.frames.len() >= self.limits.depth {
            Err(Stop {
                why: Kind::Depth.into(),
                at: At::Itself,
            })
        } else {
            self.window = known.map_or(window, |known| start + known);
            self.frames.push(Frame {
                of,
                start,
                first,
                end: first,
            });
            let result = self.all_members(of);
            self.frames.pop();
            self.window = window;
            result
        };
        let placed = self.tree.placed.len() as u32;
        self.tree.placed.extend(self.open.drain(first..));
        let count = self.tree.placed.len() as u32 - placed;
        let stop = result.err();
        let ends_all = stop.is_some_and(|stop| stop.why.ends_all());
        let size = match known {
            Some(known) if !ends_all => known,
            _ if stop.is_some() => UNKNOWN,
            _ => self.at - start,
        };
        let cut = stop.map(|stop| Cut {
            kind: kind(stop.why),
            at: stop.at,
        });
        self.tree.levels.push(Level {
            of,
            first: placed,
            count,
            size,
            cut,
        });
        let level = self.tree.levels.len() as u32 - 1;
        if size == UNKNOWN {
            return (level, stop.map(|stop| stop.why));
        }
        self.plain &= stop.is_none();
        self.at = start + size;
        (level, None)
    }

    fn all_members(&mut self, of: u32) -> Result<(), Stop> {
        let program = self.program;
        let structure = program.structure(of);
        if structure.base == NONE {
            return self.sequence(&structure.members);
        }
        self.chain(&program.chain(of, NONE), of)
    }

    /// Lays out what each struct of a chain adds.
    fn chain(&mut self, chain: &[u32], leaf: u32) -> Result<(), Stop> {
        let program = self.program;
        for (i, part) in chain.iter().enumerate() {
            if let Err(stop) = self.sequence(program.added(*part, leaf)) {
                for part in &chain[i + 1..] {
                    self.hide(program.added(*part, leaf));
                }
                return Err(stop);
            }
        }
        Ok(())
    }

    fn sequence(&mut self, members: &[Member]) -> Result<(), Stop> {
        for (i, member) in members.iter().enumerate() {
            if let Err(stop) = self.member(member) {
                if matches!(stop.at, At::Field(_)) {
                    self.hide(&members[i..=i]);
                }
                self.hide(&members[i + 1..]);
                return Err(stop);
            }
        }
        Ok(())
    }

    /// Notes fields that a fault keeps from being read, so that a name does not mean the field that it would shadow.
    fn hide(&mut self, members: &[Member]) {
        for member in members {
            if let Member::Field(field) = member {
                self.steps_left = self.steps_left.saturating_sub(1);
                self.open.push(Placed {
                    state: State::Hidden,
                    ..self.placed(*field, UNKNOWN)
                });
            }
        }
    }

    fn member(&mut self, member: &Member) -> Result<(), Stop> {
        match member {
            Member::Field(field) => self.field(*field),
            Member::Padding(size) => self.padding(size).map_err(|why| Stop {
                why,
                at: At::Padding,
            }),
            Member::Align(to) => self.align(*to).map_err(|why| Stop { why, at: At::Align }),
            Member::Match(on, arms) => {
                let arm = self
                    .arm(on, arms)
                    .map_err(|why| Stop { why, at: At::Match })?;
                match &arm.body {
                    ArmBody::Members(members) => self.sequence(members),
                    ArmBody::Struct { of, below } => {
                        self.chain(&self.program.chain(*of, *below), *of)
                    }
                }
            }
        }
    }

    fn padding(&mut self, size: &Code) -> Result<(), Why> {
        let size = self.count(size)?;
        self.skip(size)
    }

    fn align(&mut self, to: u64) -> Result<(), Why> {
        let here = self.at - self.frame().start;
        self.skip(here.next_multiple_of(to) - here)
    }

    fn skip(&mut self, size: u64) -> Result<(), Why> {
        if !self.fits(size) {
            return Err(Kind::Truncated.into());
        }
        self.at += size;
        Ok(())
    }

    fn arm<'m>(&mut self, on: &Code, arms: &'m [Arm]) -> Result<&'m Arm, Why> {
        let value = code::run(on, self)?;
        self.spend(arms.iter().map(|arm| 1 + arm.patterns.len() as u64).sum())?;
        let fits = |arm: &&Arm| {
            arm.patterns
                .iter()
                .any(|(low, high)| (*low..=*high).contains(&value))
        };
        let arm = arms
            .iter()
            .find(fits)
            .or_else(|| arms.iter().find(|arm| arm.any));
        arm.ok_or(Why::Fault(Kind::NoVariant))
    }

    pub(super) fn frame(&self) -> &Frame {
        self.frames.last().expect("a member stands in a struct")
    }

    /// Works out a count or a size.
    pub(super) fn count(&mut self, code: &Code) -> Result<u64, Why> {
        let value = code::run(code, self)?;
        if value < 0 {
            return Err(Kind::BadCount.into());
        }
        let value = u64::try_from(value)
            .ok()
            .filter(|value| *value <= i64::MAX as u64);
        value.ok_or(Why::Fault(Kind::Overflow))
    }

    fn field(&mut self, id: u32) -> Result<(), Stop> {
        let program = self.program;
        let field = program.field(id);
        let at_field = |why| Stop {
            why,
            at: At::Field(id),
        };
        self.spend(1).map_err(at_field)?;
        match (&field.count, &field.size, field.of) {
            (Count::One, size, Type::Struct(of)) => {
                let (known, decides) = match size {
                    None => (program.structure(of).declared, false),
                    Some(size) => self.given_size(id, size).map_err(at_field)?,
                };
                self.one_struct(id, of, known)?;
                if decides {
                    let size = self.open.last().map_or(0, |placed| placed.size);
                    S::with_size(self, id, size).map_err(at_field)?;
                }
                Ok(())
            }
            (Count::One, _, of) => self.leaf(id, of).map_err(at_field),
            (Count::Until(until), _, _) => self.until(id, *until).map_err(at_field),
            (Count::Expr(count), None, _) => self.array(id, count),
            (Count::Expr(count), Some(size), _) => self.sized_array(id, count, size),
        }
    }

    /// The given size of a struct field; none if the struct decides it.
    fn given_size(&mut self, id: u32, size: &Code) -> Result<(Option<u64>, bool), Why> {
        if S::decides_size(self, id, size)? {
            return Ok((None, true));
        }
        Ok((Some(self.count(size)?), false))
    }

    pub(super) fn placed(&self, field: u32, size: u64) -> Placed {
        Placed {
            field,
            inner: NONE,
            offset: self.at,
            size,
            count: 1,
            present: 1,
            state: State::Whole,
        }
    }

    /// Adds a field, and goes to its end if that is known: inside the window, as the caller made sure.
    pub(super) fn place(&mut self, placed: Placed) {
        self.open.push(placed);
        let end = self.open.len();
        if let Some(frame) = self.frames.last_mut() {
            frame.end = end;
        }
        if placed.size != UNKNOWN {
            self.at = placed.offset + placed.size;
        }
    }

    fn leaf(&mut self, id: u32, of: Type) -> Result<(), Why> {
        let size = self.program.size_of(of).unwrap_or(0);
        if !self.fits(size) {
            return Err(Kind::Truncated.into());
        }
        let placed = self.placed(id, size);
        S::with_leaf(self, placed.place(self.program), None)?;
        self.place(placed);
        Ok(())
    }

    fn one_struct(&mut self, id: u32, of: u32, known: Option<u64>) -> Result<(), Stop> {
        let at_field = |why| Stop {
            why,
            at: At::Field(id),
        };
        if known.is_some_and(|known| !self.fits(known)) {
            return Err(at_field(Kind::Truncated.into()));
        }
        let mut placed = self.placed(id, UNKNOWN);
        if let Some(size) = self.untouched(of, known).map_err(at_field)? {
            placed.size = size;
            self.place(placed);
            return Ok(());
        }
        S::enter(self, id, None).map_err(at_field)?;
        let (level, stop) = self.level(of, known);
        let Level { size, cut, .. } = self.tree.levels[level as usize];
        let left = S::leave(self, cut);
        placed.inner = level;
        placed.size = size;
        self.place(placed);
        match (stop, left) {
            (Some(why), _) => Err(Stop { why, at: At::Below }),
            (None, left) => left.map_err(|why| Stop { why, at: At::Below }),
        }
    }

    /// The size of a struct that need not be looked into: its table says where its members are.
    pub(super) fn untouched(&mut self, of: u32, known: Option<u64>) -> Result<Option<u64>, Why> {
        let structure = self.program.structure(of);
        if !S::TAKES_TABLES {
            return Ok(None);
        }
        if let Some(table) = &structure.table
            && self.fits(table.size)
            && known.is_none_or(|known| table.size <= known)
            && self.frames.len() + table.depth <= self.limits.depth
        {
            return Ok(Some(known.unwrap_or(table.size)));
        }
        if self.source.bytes().is_some() {
            return Ok(None);
        }
        self.plain = false;
        // A struct that is larger than any data is no part of what is known without them.
        let fitting = known.or(structure.fixed).filter(|size| self.fits(*size));
        fitting.map(Some).ok_or(Why::NeedsData)
    }
}

impl Evaluator<'_, NoBytes> {
    /// The bytes that the members of a struct take, if no data is needed and nothing is wrong.
    pub(crate) fn without_data(&mut self, of: u32) -> Option<u64> {
        let (level, stop) = self.level(of, None);
        let level = self.tree.levels[level as usize];
        if stop.is_some() {
            None
        } else {
            level.known_size()
        }
    }

    pub(crate) fn into_tree(self) -> Tree {
        self.tree
    }

    /// The fields that were laid out last, if their places say all about them.
    pub(crate) fn fields_if_plain(&self) -> Option<Vec<TableField>> {
        let field = |placed: &Placed| {
            let Placed {
                field,
                offset,
                size,
                count,
                ..
            } = *placed;
            TableField {
                field,
                offset,
                size,
                count,
            }
        };
        let fields = self.tree.fields(self.tree.root()).iter().map(field);
        self.plain.then(|| fields.collect())
    }
}

impl<'p, S: Source> Evaluator<'p, S> {
    /// The struct that is being laid out, `levels` structs around the innermost.
    pub(super) fn open_struct(&self, levels: u8) -> Option<Place> {
        let frame = self.frames.len().checked_sub(1 + usize::from(levels))?;
        let Frame { of, start, .. } = self.frames[frame];
        let shape = Shape::Struct {
            of,
            body: Body::Open(frame as u32),
        };
        Some(Place {
            offset: start,
            size: UNKNOWN,
            shape,
            field: NONE,
        })
    }
}

fn kind(why: Why) -> Kind {
    match why {
        Why::Fault(kind) => kind,
        Why::NeedsData | Why::Refused => Kind::Budget,
    }
}
