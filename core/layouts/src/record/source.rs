//! Where the bytes of a record come from while it is laid out: they are there, are being made, or there are none.

use super::evaluate::Evaluator;
use super::place::Place;
use super::tree::Cut;
use crate::code::Code;
use crate::error_kind::Why;

/// Where the bytes of a record come from.
pub(crate) trait Source: Sized {
    /// Whether structs that depend on no data are taken as they are, without looking into them.
    const TAKES_TABLES: bool;

    /// None if there are no bytes.
    fn bytes(&self) -> Option<&[u8]>;

    /// Called before a count is worked out: the number of elements may decide it.
    fn before_count(_: &mut Evaluator<'_, Self>, _field: u32, _count: &Code) -> Result<(), Why> {
        Ok(())
    }

    /// Called when a count is known, before anything of the array is laid out.
    fn with_count(_: &mut Evaluator<'_, Self>, _field: u32, _count: u64) -> Result<(), Why> {
        Ok(())
    }

    /// Called before the end of an `until` array is looked for.
    fn before_until(_: &mut Evaluator<'_, Self>, _field: u32, _until: i128) -> Result<(), Why> {
        Ok(())
    }

    /// Called for each scalar, enum, bitfield, text, array of them and sized element, as it is placed.
    fn with_leaf(
        _: &mut Evaluator<'_, Self>,
        _place: Place,
        _index: Option<u64>,
    ) -> Result<(), Why> {
        Ok(())
    }

    /// Called before the size of a struct field is worked out. True if the struct itself is to decide it.
    fn decides_size(_: &mut Evaluator<'_, Self>, _field: u32, _size: &Code) -> Result<bool, Why> {
        Ok(false)
    }

    /// Called when the struct that decides the size has ended.
    fn with_size(_: &mut Evaluator<'_, Self>, _field: u32, _size: u64) -> Result<(), Why> {
        Ok(())
    }

    /// Called at the start of a struct field or element.
    fn enter(_: &mut Evaluator<'_, Self>, _field: u32, _index: Option<u64>) -> Result<(), Why> {
        Ok(())
    }

    /// Called at the end of a struct field or element, with what cut it.
    fn leave(_: &mut Evaluator<'_, Self>, _cut: Option<Cut>) -> Result<(), Why> {
        Ok(())
    }

    /// Called before an expression reads a number.
    fn may_read(&mut self, _place: Place) -> Result<(), Why> {
        Ok(())
    }
}

/// A record that is there.
pub(crate) struct Bytes<'b>(pub(crate) &'b [u8]);

impl Source for Bytes<'_> {
    const TAKES_TABLES: bool = true;
    fn bytes(&self) -> Option<&[u8]> {
        Some(self.0)
    }
}

/// No record: all that needs data ends the evaluation.
pub(crate) struct NoBytes;

impl Source for NoBytes {
    const TAKES_TABLES: bool = true;
    fn bytes(&self) -> Option<&[u8]> {
        None
    }
}
