//! Arrays: of one stride, of elements that are measured one by one, of elements of given sizes, and until a value.

use super::evaluate::{Evaluator, Stop};
use super::source::Source;
use super::store::signed_number;
use super::tree::{At, Level, Placed, State, UNKNOWN};
use crate::code::Code;
use crate::error_kind::{Kind, Why};
use crate::program::{NONE, Type};
use crate::record::place::Shape;

impl<S: Source> Evaluator<'_, S> {
    pub(super) fn array(&mut self, id: u32, code: &Code) -> Result<(), Stop> {
        let at_field = |why| Stop {
            why,
            at: At::Field(id),
        };
        let count = self.array_count(id, code).map_err(at_field)?;
        let of = self.program.field(id).of;
        let stride = self.program.size_of(of);
        let size = match stride {
            Some(stride) => Some(self.fitting(stride, count).map_err(at_field)?),
            None if count == 0 => Some(0),
            None => None,
        };
        let mut placed = Placed {
            count,
            present: count,
            ..self.placed(id, UNKNOWN)
        };
        let of = match of {
            Type::Struct(of) => of,
            _ => {
                placed.size = size.unwrap_or(0);
                S::with_leaf(self, placed.place(self.program), None).map_err(at_field)?;
                self.place(placed);
                return Ok(());
            }
        };
        if let Some(size) = size
            && self.has_stride(of, count)
        {
            placed.size = size;
            self.place(placed);
            return Ok(());
        }
        if !self.program.structure(of).is_static {
            self.take_elements(count).map_err(at_field)?;
        }
        let known = self.program.structure(of).declared;
        self.elements(placed, |evaluator, index| {
            evaluator.struct_element(id, of, known, index)
        })
    }

    fn array_count(&mut self, id: u32, code: &Code) -> Result<u64, Why> {
        S::before_count(self, id, code)?;
        let count = self.count(code)?;
        S::with_count(self, id, count)?;
        Ok(count)
    }

    /// Whether the elements are all alike, so that none of them is looked at.
    fn has_stride(&mut self, of: u32, count: u64) -> bool {
        let structure = self.program.structure(of);
        if count == 0 {
            return true;
        }
        if self.source.bytes().is_none() {
            self.plain &= structure.table.is_some();
            return structure.fixed.is_some();
        }
        let is_deep = |depth: usize| self.frames.len() + depth > self.limits.depth;
        S::TAKES_TABLES
            && structure
                .table
                .as_ref()
                .is_some_and(|table| !is_deep(table.depth))
    }

    fn fitting(&self, stride: u64, count: u64) -> Result<u64, Why> {
        let size = stride.checked_mul(count).filter(|size| self.fits(*size));
        size.ok_or(Why::Fault(Kind::Truncated))
    }

    fn take_elements(&mut self, count: u64) -> Result<(), Why> {
        self.elements_left = self.elements_left.checked_sub(count).ok_or(Kind::Budget)?;
        Ok(())
    }

    /// Lays out measured elements one after the other.
    fn elements(
        &mut self,
        mut array: Placed,
        mut element: impl FnMut(&mut Self, u64) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let first = self.open.len();
        let start = self.at;
        let mut result = Ok(());
        for index in 0..array.count {
            result = self.spend(1).map_err(|why| Stop {
                why,
                at: At::Itself,
            });
            result = result.and_then(|()| element(self, index));
            if result.is_err() {
                break;
            }
        }
        array.inner = self.tree.placed.len() as u32;
        array.present = (self.open.len() - first) as u64;
        self.tree.placed.extend(self.open.drain(first..));
        array.size = self.at - start;
        if let Err(stop) = result {
            array.size = UNKNOWN;
            if let Why::Fault(kind) = stop.why {
                array.state = State::Cut {
                    kind,
                    itself: stop.at == At::Itself,
                };
            }
        }
        self.place(array);
        result.map_err(|stop| Stop {
            why: stop.why,
            at: At::Below,
        })
    }

    fn struct_element(
        &mut self,
        id: u32,
        of: u32,
        known: Option<u64>,
        index: u64,
    ) -> Result<(), Stop> {
        let itself = |why| Stop {
            why,
            at: At::Itself,
        };
        let mut placed = self.placed(NONE, UNKNOWN);
        if self.source.bytes().is_none() {
            self.plain = false;
            placed.size = known
                .or(self.program.structure(of).fixed)
                .filter(|size| self.fits(*size))
                .ok_or(itself(Why::NeedsData))?;
            self.at += placed.size;
            self.open.push(placed);
            return Ok(());
        }
        S::enter(self, id, Some(index)).map_err(itself)?;
        let (level, stop) = self.level(of, known);
        let Level { size, cut, .. } = self.tree.levels[level as usize];
        let left = S::leave(self, cut);
        placed.inner = level;
        placed.size = size;
        self.open.push(placed);
        match (stop, left) {
            (Some(why), _) => Err(Stop { why, at: At::Below }),
            (None, left) => left.map_err(|why| Stop { why, at: At::Below }),
        }
    }

    /// An array whose elements have given sizes.
    pub(super) fn sized_array(&mut self, id: u32, code: &Code, size: &Code) -> Result<(), Stop> {
        let at_field = |why| Stop {
            why,
            at: At::Field(id),
        };
        let count = self.array_count(id, code).map_err(at_field)?;
        self.take_elements(count).map_err(at_field)?;
        self.plain = false;
        let array = Placed {
            count,
            present: count,
            ..self.placed(id, UNKNOWN)
        };
        let of = self.program.field(id).of;
        self.elements(array, |evaluator, index| {
            let itself = |why| Stop {
                why,
                at: At::Itself,
            };
            evaluator.index = Some(index);
            let size = evaluator.count(size);
            evaluator.index = None;
            let size = size.map_err(itself)?;
            match of {
                Type::Struct(of) => evaluator.sized_struct(id, of, size, index),
                _ => evaluator.sized_scalars(id, of, size, index).map_err(itself),
            }
        })
    }

    fn sized_struct(&mut self, id: u32, of: u32, size: u64, index: u64) -> Result<(), Stop> {
        let itself = |why| Stop {
            why,
            at: At::Itself,
        };
        if !self.fits(size) {
            return Err(itself(Kind::Truncated.into()));
        }
        if self.untouched(of, Some(size)).map_err(itself)?.is_some() {
            let placed = self.placed(NONE, size);
            self.at += size;
            self.open.push(placed);
            return Ok(());
        }
        self.struct_element(id, of, Some(size), index)
    }

    fn sized_scalars(&mut self, id: u32, of: Type, size: u64, index: u64) -> Result<(), Why> {
        let one = self.program.size_of(of).unwrap_or(1).max(1);
        if !size.is_multiple_of(one) {
            return Err(Kind::BadCount.into());
        }
        if !self.fits(size) {
            return Err(Kind::Truncated.into());
        }
        let count = size / one;
        let placed = Placed {
            count,
            present: count,
            ..self.placed(NONE, size)
        };
        let place = placed.element_place(self.program, id);
        debug_assert!(matches!(place.shape, Shape::Sized { .. }));
        S::with_leaf(self, place, Some(index))?;
        self.at += size;
        self.open.push(placed);
        Ok(())
    }

    /// An array that ends before the first `until`.
    pub(super) fn until(&mut self, id: u32, until: i128) -> Result<(), Why> {
        S::before_until(self, id, until)?;
        let of = self.program.field(id).of;
        let size = self.program.size_of(of).unwrap_or(1).max(1);
        let bytes = self.source.bytes().ok_or(Why::NeedsData)?;
        let window = &bytes[self.at as usize..self.window as usize];
        let mut elements = window.chunks_exact(size as usize);
        let count =
            elements.position(|element| signed_number(self.program, of, element) == Some(until));
        let count = count.ok_or(Kind::Truncated)? as u64;
        // A long array that is looked at again and again costs time as well.
        self.spend(count / 64)?;
        let placed = Placed {
            count,
            present: count,
            ..self.placed(id, (count + 1) * size)
        };
        self.place(placed);
        Ok(())
    }
}
