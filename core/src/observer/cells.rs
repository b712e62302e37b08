//! Which cells a value of a type is made of, in runs of equal width: what a read copies.
//!
//! Worked out once per type. A read then follows the runs, and asks nothing of the schema.

use std::sync::atomic::{Ordering, fence};

use super::place::GuardedPlace;
use super::read::Retries;
use crate::schema::{Kind, Protection, Schema, TypeId, words_of};
use crate::shm::View;
use crate::sync::Contended;

/// The cells of one storage type, in the order in which they are copied.
#[derive(Debug)]
pub(super) struct Cells {
    parts: Box<[Part]>,
    /// Bytes that a read copies: those of the storage; of a guarded value, its own alone.
    pub(super) len: usize,
    /// Words of the value, if the type itself is guarded.
    pub(super) guarded: Option<usize>,
    /// How many values a read makes, or more where they are large.
    pub(super) values: u64,
}

/// Bytes that count as a value, however few values they hold.
const BYTES_PER_VALUE: u64 = 64;

#[derive(Debug)]
enum Part {
    /// `count` scalars, one after the other, each copied by one load of its own width.
    Run {
        at: usize,
        width: Width,
        count: usize,
    },
    /// After atomic cells: what was written before them can be seen after this.
    Fence,
    /// A guarded value: its word, and two copies of so many words.
    Guarded { at: usize, words: usize },
    /// Elements that are more than a run.
    Repeat {
        at: usize,
        stride: usize,
        count: usize,
        element: Cells,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    Byte,
    Half,
    Single,
    Word,
}

/// Arrays are spelled out as long as that takes no more parts than this.
const MOST_SPELLED: usize = 64;

const INSIDE: &str = "a checked schema keeps cells aligned and inside their object";

impl Cells {
    /// The cells of a type with its protections.
    pub(super) fn of(schema: &Schema, id: TypeId) -> Cells {
        let mut parts = Vec::new();
        add(schema, id, 0, &mut parts);
        let guarded = match schema.protection(id) {
            Protection::Seqlock | Protection::Locked => true,
            Protection::Plain | Protection::Atomic => false,
        };
        let size = schema[id].size;
        let value_size = schema[schema.bare(id)].size;
        Cells {
            parts: parts.into(),
            len: if guarded { value_size } else { size } as usize,
            guarded: guarded.then(|| words_of(value_size) as usize),
            values: schema.values_of(id).max(size / BYTES_PER_VALUE),
        }
    }

    /// Copies the cells of `view` to `bytes`, of which those that are no cells stay as they are. Of a
    /// guarded value the first copy's place gets its present value.
    pub(super) fn copy(
        &self,
        view: View<'_>,
        bytes: &mut [u8],
        retries: Retries,
    ) -> Result<(), Contended> {
        self.parts
            .iter()
            .try_for_each(|part| part.copy(view, bytes, retries))
    }

    /// Copies `count` values of the type, `stride` bytes from each other. If one is contended, says which.
    pub(super) fn copy_each(
        &self,
        view: View<'_>,
        (stride, count): (usize, usize),
        bytes: &mut [u8],
        retries: Retries,
    ) -> Result<(), (usize, Contended)> {
        if let Some(width) = self.dense(stride) {
            copy_run(width, view, count * stride / width.bytes(), bytes);
            return Ok(());
        }
        let values = bytes.chunks_exact_mut(stride).take(count).enumerate();
        for (index, bytes) in values {
            let view = view.part(index * stride, stride).expect(INSIDE);
            self.copy(view, bytes, retries)
                .map_err(|contended| (index, contended))?;
        }
        Ok(())
    }

    /// Appends how many values were published so far of each guarded value in `view`, in the order in which they
    /// lie there.
    pub(super) fn sequences(&self, view: View<'_>, out: &mut Vec<u64>) {
        for part in &self.parts {
            match *part {
                Part::Guarded { at, words } => {
                    let view = view.part(at, 8 + 16 * words).expect(INSIDE);
                    out.push(GuardedPlace::of(view, words).slots.sequence());
                }
                Part::Repeat {
                    at,
                    stride,
                    count,
                    ref element,
                } => {
                    for index in 0..count {
                        let view = view.part(at + index * stride, stride).expect(INSIDE);
                        element.sequences(view, out);
                    }
                }
                Part::Run { .. } | Part::Fence => {}
            }
        }
    }

    /// Whether each scalar in `view` is as in `bytes`, and each guarded value was published as often as the next of
    /// `sequences` says. Then it is the value that was copied to `bytes` when they were asked; it is not copied for that.
    pub(super) fn are_same(
        &self,
        view: View<'_>,
        bytes: &[u8],
        sequences: &mut std::slice::Iter<'_, u64>,
    ) -> bool {
        let mut parts = self.parts.iter();
        parts.all(|part| part.is_same(view, bytes, sequences))
    }

    /// Whether a value of `size` bytes has no others than those of its cells.
    pub(super) fn fill(&self, size: usize) -> bool {
        self.dense(size).is_some()
    }

    /// The width of all cells, if they follow each other without a gap through `stride` bytes.
    fn dense(&self, stride: usize) -> Option<Width> {
        match *self.parts {
            [
                Part::Run {
                    at: 0,
                    width,
                    count,
                },
            ] if count * width.bytes() == stride => Some(width),
            _ => None,
        }
    }
}

impl Part {
    #[inline]
    fn copy(&self, view: View<'_>, bytes: &mut [u8], retries: Retries) -> Result<(), Contended> {
        match *self {
            Part::Run { at, width, count } => {
                let len = count * width.bytes();
                let part = view.part(at, len).expect(INSIDE);
                copy_run(width, part, count, &mut bytes[at..at + len]);
            }
            Part::Fence => fence(Ordering::Acquire),
            Part::Guarded { at, words } => {
                let len = 8 + 16 * words;
                let guarded = GuardedPlace::of(view.part(at, len).expect(INSIDE), words);
                return guarded.read(0, &mut bytes[at + 8..][..words * 8], retries);
            }
            Part::Repeat {
                at,
                stride,
                count,
                ref element,
            } => {
                let len = stride * count;
                let part = view.part(at, len).expect(INSIDE);
                let copied =
                    element.copy_each(part, (stride, count), &mut bytes[at..at + len], retries);
                return copied.map_err(|(_, contended)| contended);
            }
        }
        Ok(())
    }

    #[inline]
    fn is_same(
        &self,
        view: View<'_>,
        bytes: &[u8],
        sequences: &mut std::slice::Iter<'_, u64>,
    ) -> bool {
        match *self {
            Part::Run { at, width, count } => {
                let len = count * width.bytes();
                let part = view.part(at, len).expect(INSIDE);
                is_same_run(width, part, count, &bytes[at..at + len])
            }
            // Nothing is read because of what is found here.
            Part::Fence => true,
            Part::Guarded { at, words } => {
                let part = view.part(at, 8 + 16 * words).expect(INSIDE);
                let now = GuardedPlace::of(part, words).slots.sequence();
                sequences.next() == Some(&now)
            }
            Part::Repeat {
                at,
                stride,
                count,
                ref element,
            } => (0..count).all(|index| {
                let at = at + index * stride;
                let part = view.part(at, stride).expect(INSIDE);
                element.are_same(part, &bytes[at..at + stride], sequences)
            }),
        }
    }

    fn moved(&self, by: usize) -> Option<Part> {
        Some(match *self {
            Part::Run { at, width, count } => Part::Run {
                at: at + by,
                width,
                count,
            },
            Part::Fence => Part::Fence,
            Part::Guarded { at, words } => Part::Guarded { at: at + by, words },
            Part::Repeat { .. } => return None,
        })
    }
}

impl Width {
    fn of(bytes: u64) -> Width {
        match bytes {
            1 => Width::Byte,
            2 => Width::Half,
            4 => Width::Single,
            _ => Width::Word,
        }
    }

    fn bytes(self) -> usize {
        match self {
            Width::Byte => 1,
            Width::Half => 2,
            Width::Single => 4,
            Width::Word => 8,
        }
    }
}

#[inline]
fn copy_run(width: Width, view: View<'_>, count: usize, bytes: &mut [u8]) {
    macro_rules! copy {
        ($cells:ident, $bytes:literal) => {{
            let (targets, _) = bytes.as_chunks_mut::<$bytes>();
            let cells = view.$cells(0, count).expect(INSIDE);
            for (target, cell) in targets.iter_mut().zip(cells) {
                *target = cell.load(Ordering::Relaxed).to_ne_bytes();
            }
        }};
    }
    match width {
        Width::Byte => copy!(bytes, 1),
        Width::Half => copy!(halves, 2),
        Width::Single => copy!(singles, 4),
        Width::Word => copy!(words, 8),
    }
}

#[inline]
fn is_same_run(width: Width, view: View<'_>, count: usize, bytes: &[u8]) -> bool {
    macro_rules! compare {
        ($cells:ident, $bytes:literal) => {{
            let (known, _) = bytes.as_chunks::<$bytes>();
            let cells = view.$cells(0, count).expect(INSIDE);
            let mut pairs = known.iter().zip(cells);
            pairs.all(|(known, cell)| cell.load(Ordering::Relaxed).to_ne_bytes() == *known)
        }};
    }
    match width {
        Width::Byte => compare!(bytes, 1),
        Width::Half => compare!(halves, 2),
        Width::Single => compare!(singles, 4),
        Width::Word => compare!(words, 8),
    }
}

/// Adds the cells of a type at `at`.
fn add(schema: &Schema, id: TypeId, at: usize, parts: &mut Vec<Part>) {
    let ty = &schema[id];
    let size = ty.size as usize;
    match &ty.kind {
        Kind::Alias { of } => add(schema, *of, at, parts),
        Kind::Protected {
            protection: Protection::Seqlock | Protection::Locked,
            ..
        } => parts.push(Part::Guarded {
            at,
            words: words_of(schema[schema.bare(id)].size) as usize,
        }),
        Kind::Protected { value, .. } => {
            add(schema, *value, at, parts);
            parts.push(Part::Fence);
        }
        Kind::Struct { fields } => {
            for field in fields {
                add(schema, field.type_id, at + field.offset as usize, parts);
            }
        }
        Kind::Array { element, count } => {
            add_array(schema, *element, *count as usize, at, parts);
        }
        Kind::Text | Kind::Record { .. } => add_run(parts, at, Width::Byte, size),
        // Unions and 128-bit integers are aligned words.
        Kind::Union { .. } => add_run(parts, at, Width::Word, size / 8),
        _ if size > 8 => add_run(parts, at, Width::Word, size / 8),
        _ => add_run(parts, at, Width::of(ty.size), 1),
    }
}

fn add_array(schema: &Schema, element: TypeId, count: usize, at: usize, parts: &mut Vec<Part>) {
    let stride = schema[element].size as usize;
    let element = Cells::of(schema, element);
    if let Some(width) = element.dense(stride) {
        return add_run(parts, at, width, count * stride / width.bytes());
    }
    let spelled = count.saturating_mul(element.parts.len()) <= MOST_SPELLED;
    let moved = |index| move |part: &Part| part.moved(at + index * stride);
    let each = (0..count).flat_map(|index| element.parts.iter().map(moved(index)));
    match spelled.then(|| each.collect::<Option<Vec<_>>>()).flatten() {
        Some(each) => parts.extend(each),
        None => parts.push(Part::Repeat {
            at,
            stride,
            count,
            element,
        }),
    }
}

/// Adds a run, to the last one if it goes on there.
fn add_run(parts: &mut Vec<Part>, at: usize, width: Width, count: usize) {
    if let Some(Part::Run {
        at: start,
        width: of_last,
        count: so_far,
    }) = parts.last_mut()
        && *of_last == width
        && *start + *so_far * width.bytes() == at
    {
        *so_far += count;
        return;
    }
    parts.push(Part::Run { at, width, count });
}
