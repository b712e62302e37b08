//! Going through a record: one walk, of which folds and lists of faults are made.

use super::Record;
use super::place::{self, Body, Place, Shape};
use super::tree::{At, Cut, State};
use super::value::{self, Value, is_text};
use crate::error_kind::Kind;
use crate::program::Type;
use std::fmt::Write;

/// A part of a record, as a walk meets it.
#[derive(Debug, Clone, Copy)]
pub struct Node<'n> {
    record: &'n Record<'n>,
    path: &'n str,
    place: Place,
}

impl<'n> Node<'n> {
    /// The path from the record, such as `items[1].text`.
    pub fn path(&self) -> &'n str {
        self.path
    }

    /// Where it is.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The name of its type: `be u16`, `u8[3]`, `bits(4,2)`, `struct`.
    pub fn kind(&self) -> String {
        value::kind(&self.record.layout.program, self.place)
    }

    /// Its value; none for structs and arrays.
    pub fn value(&self) -> Option<Value> {
        self.record.value(self.place)
    }

    /// Whether nothing is below it.
    pub fn is_leaf(&self) -> bool {
        match self.place.shape {
            Shape::Leaf(Type::Bitfield(..)) | Shape::Struct { .. } => false,
            Shape::Array { .. } => is_text(&self.record.layout.program, self.place),
            Shape::Leaf(_) | Shape::Bits { .. } | Shape::Sized { .. } => true,
        }
    }
}

/// Where a walk goes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// To the parts of this node.
    Into,
    /// To what comes after this node and its parts.
    Over,
    /// Nowhere: the walk is over.
    Stop,
}

/// What is called during a walk.
pub trait Visitor {
    /// Called for each node, before its parts.
    fn enter(&mut self, node: &Node<'_>) -> Go;
    /// Called after the parts of a node, unless they were stepped over.
    fn leave(&mut self, _node: &Node<'_>) {}
    /// Called where a fault stands.
    fn fault(&mut self, _path: &str, _kind: Kind) {}
}

/// A fault of a record: the path of what it is about, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The path of the field; `match`, `padding` or `align` stands for a part without a name.
    pub path: String,
    /// What is wrong.
    pub kind: Kind,
}

/// The walk is over.
struct Over;

struct Walk<'w, V> {
    record: &'w Record<'w>,
    visitor: &'w mut V,
    path: String,
    nodes_left: u64,
}

impl Record<'_> {
    /// Goes through the record in its order: a struct and then its fields, an array and then its elements. Padding is
    /// never met. Ends with the fault `Budget` at the first node beyond [`Limits::nodes`](crate::Limits::nodes).
    pub fn walk(&self, visitor: &mut impl Visitor) {
        self.walk_below(self.root_place(), visitor);
    }

    /// Goes through the parts of one place like [`walk`](Record::walk). Paths start at the place.
    pub fn walk_below(&self, place: Place, visitor: &mut impl Visitor) {
        let mut walk = Walk {
            record: self,
            visitor,
            path: String::new(),
            nodes_left: self.limits.nodes,
        };
        let _ = walk.parts(place);
    }

    /// Goes through the record from the parts to the whole: `f` gets each node with the results of its parts. Gives the
    /// results of the outermost fields.
    pub fn fold<R>(&self, f: impl FnMut(&Node<'_>, Vec<R>) -> R) -> Vec<R> {
        let mut fold = Fold {
            f,
            results: vec![Vec::new()],
        };
        self.walk(&mut fold);
        // A walk that ended early has left some nodes open: their parts are lost with them.
        fold.results.swap_remove(0)
    }

    /// All faults in the order of the record.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Faults(Vec::new());
        self.walk(&mut faults);
        faults.0
    }
}

struct Faults(Vec<Fault>);

impl Visitor for Faults {
    fn enter(&mut self, _: &Node<'_>) -> Go {
        Go::Into
    }
    fn fault(&mut self, path: &str, kind: Kind) {
        self.0.push(Fault {
            path: path.to_owned(),
            kind,
        });
    }
}

struct Fold<F, R> {
    f: F,
    results: Vec<Vec<R>>,
}

impl<R, F: FnMut(&Node<'_>, Vec<R>) -> R> Visitor for Fold<F, R> {
    fn enter(&mut self, _: &Node<'_>) -> Go {
        self.results.push(Vec::new());
        Go::Into
    }
    fn leave(&mut self, node: &Node<'_>) {
        let parts = self.results.pop().unwrap_or_default();
        let result = (self.f)(node, parts);
        if let Some(around) = self.results.last_mut() {
            around.push(result);
        }
    }
}

impl<V: Visitor> Walk<'_, V> {
    fn node(&mut self, place: Place) -> Result<(), Over> {
        if self.nodes_left == 0 {
            self.visitor.fault(&self.path, Kind::Budget);
            return Err(Over);
        }
        self.nodes_left -= 1;
        let node = Node {
            record: self.record,
            path: &self.path,
            place,
        };
        match self.visitor.enter(&node) {
            Go::Stop => return Err(Over),
            Go::Over => return Ok(()),
            Go::Into => {}
        }
        self.parts(place)?;
        self.visitor.leave(&Node {
            record: self.record,
            path: &self.path,
            place,
        });
        Ok(())
    }

    fn parts(&mut self, place: Place) -> Result<(), Over> {
        let record = self.record;
        let program = &record.layout.program;
        match place.shape {
            Shape::Struct {
                of,
                body: Body::Table,
            } => {
                let fields = program
                    .structure(of)
                    .table
                    .iter()
                    .flat_map(|table| &table.fields);
                fields.into_iter().try_for_each(|field| {
                    let name = program.name(program.field(field.field).name);
                    self.below(name, field.place(program, place.offset))
                })
            }
            Shape::Struct {
                body: Body::Level(level),
                ..
            } => self.level(level),
            Shape::Array { .. } if !is_text(program, place) => self.elements(place),
            Shape::Leaf(Type::Bitfield(of, big)) => {
                let members = program.bitfields[of as usize].members.iter().enumerate();
                members.into_iter().try_for_each(|(i, bits)| {
                    self.below(
                        program.name(bits.name),
                        place::bit_member(place, of, i as u32, big),
                    )
                })
            }
            _ => Ok(()),
        }
    }

    fn level(&mut self, level: u32) -> Result<(), Over> {
        let record = self.record;
        let program = &record.layout.program;
        let level = &record.tree.levels[level as usize];
        for placed in record.tree.fields(level) {
            if placed.state != State::Hidden {
                self.below(
                    program.name(program.field(placed.field).name),
                    placed.place(program),
                )?;
            }
        }
        let Some(Cut { kind, at }) = level.cut else {
            return Ok(());
        };
        match at {
            At::Below => {}
            At::Itself => self.visitor.fault(&self.path, kind),
            At::Match => self.fault("match", kind),
            At::Padding => self.fault("padding", kind),
            At::Align => self.fault("align", kind),
            At::Field(field) => self.fault(program.name(program.field(field).name), kind),
        }
        Ok(())
    }

    fn elements(&mut self, array: Place) -> Result<(), Over> {
        let Shape::Array { present, cut, .. } = array.shape else {
            return Ok(());
        };
        let len = self.path.len();
        for index in 0..present {
            let element =
                place::element(&self.record.layout.program, &self.record.tree, array, index);
            let Ok(element) = element else { break };
            let _ = write!(self.path, "[{index}]");
            let went = self.node(element);
            self.path.truncate(len);
            went?;
        }
        if let Some((kind, true)) = cut {
            let _ = write!(self.path, "[{present}]");
            self.visitor.fault(&self.path, kind);
            self.path.truncate(len);
        }
        Ok(())
    }

    fn push(&mut self, name: &str) -> usize {
        let len = self.path.len();
        if len > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        len
    }

    fn below(&mut self, name: &str, place: Place) -> Result<(), Over> {
        let len = self.push(name);
        let went = self.node(place);
        self.path.truncate(len);
        went
    }

    fn fault(&mut self, name: &str, kind: Kind) {
        let len = self.push(name);
        self.visitor.fault(&self.path, kind);
        self.path.truncate(len);
    }
}
