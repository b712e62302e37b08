//! Where a program expects to lie in memory.

use std::path::Path;

use object::{Object, ObjectSegment};

use crate::dwarf::{DwarfError, with_object};
use crate::types::Types;

impl Types {
    /// The address that the first byte of a program's file has in the addresses of its [symbols](Types::symbols): 0 of a
    /// program that may lie anywhere. Where the system put it instead, all of them have moved by the difference.
    ///
    /// Reads the headers of the file alone.
    ///
    /// # Errors
    ///
    /// [`DwarfError`], if the file is no program.
    pub fn linked_at(program: impl AsRef<Path>) -> Result<u64, DwarfError> {
        with_object(program.as_ref(), |file| {
            let starts = file.segments().map(|segment| {
                let (offset, _) = segment.file_range();
                segment.address().saturating_sub(offset)
            });
            Ok(starts.min().unwrap_or(0))
        })
    }

    /// The id that the linker gave to this build of a program; `None` of programs without one, and of files that are none.
    pub fn build_id(program: impl AsRef<Path>) -> Option<Vec<u8>> {
        let id = with_object(program.as_ref(), |file| {
            Ok(file.build_id().ok().flatten().map(<[u8]>::to_vec))
        });
        id.ok().flatten()
    }
}
