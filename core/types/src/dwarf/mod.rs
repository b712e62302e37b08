//! Types from the debug information of programs and objects: DWARF 2 to 5 in ELF, Mach-O and PE, compressed, split into
//! `.dwo` or `.dwp` files, and with units of types.
//!
//! [`sections`] gets the bytes, [`units`] says in which order they are read, [`walk`] goes through the entries of a unit,
//! [`entry`] knows attributes, and [`build`] makes types of them.

mod alone;
mod build;
mod entry;
mod error;
mod reading;
mod sections;
mod units;
mod walk;

use std::path::Path;

pub use error::DwarfError;
pub(crate) use sections::with_object;

use crate::source::Opened;

/// The bytes of debug information as gimli reads them.
type Slice<'d> = gimli::EndianSlice<'d, gimli::RunTimeEndian>;

/// Reads the debug information of a program or object file.
pub(crate) fn read(path: &Path) -> Result<Opened, DwarfError> {
    let loaded = sections::load(path, sections::Part::Main)?;
    units::read(path, &loaded)
}
