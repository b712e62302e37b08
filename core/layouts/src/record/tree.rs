//! What a laid-out record consists of.

use crate::error_kind::Kind;

/// Stands for a size that is not known, since a fault ended the part.
pub(crate) const UNKNOWN: u64 = u64::MAX;

/// A field or a measured element at its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed {
    /// `NONE` for an element.
    pub(crate) field: u32,
    /// A struct: its level, or `NONE` if its table says where its members are. An array of measured elements: the first
    /// of them in `Tree::placed`, or `NONE` if they have one stride.
    pub(crate) inner: u32,
    pub(crate) offset: u64,
    pub(crate) size: u64,
    /// How many elements there should be, and how many there are.
    pub(crate) count: u64,
    pub(crate) present: u64,
    pub(crate) state: State,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum State {
    Whole,
    /// A field behind a fault, which cannot be read. It hides what it shadows.
    Hidden,
    /// An array that ends early. The fault is that of the first missing element itself, or is told inside of the last one.
    Cut {
        kind: Kind,
        itself: bool,
    },
}

/// A struct with its own members.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level {
    pub(crate) of: u32,
    /// Its fields are a range of `Tree::placed`.
    pub(crate) first: u32,
    pub(crate) count: u32,
    pub(crate) size: u64,
    pub(crate) cut: Option<Cut>,
}

impl Level {
    pub(crate) fn known_size(&self) -> Option<u64> {
        (self.size != UNKNOWN).then_some(self.size)
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cut {
    pub(crate) kind: Kind,
    pub(crate) at: At,
}

/// What a fault is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum At {
    Field(u32),
    Match,
    Padding,
    Align,
    /// The struct as a whole.
    Itself,
    /// A part below tells of it.
    Below,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    pub(crate) placed: Vec<Placed>,
    /// The root is the last one.
    pub(crate) levels: Vec<Level>,
}

impl Tree {
    pub(crate) fn root(&self) -> &Level {
        self.levels.last().expect("a record has a root")
    }

    pub(crate) fn fields(&self, level: &Level) -> &[Placed] {
        &self.placed[level.first as usize..(level.first + level.count) as usize]
    }
}
