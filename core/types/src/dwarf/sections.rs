//! The sections of a file: decompressed, and in object files with their relocations applied.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use gimli::{RunTimeEndian, SectionId};
use object::read::{ReadCache, RelocationTarget};
use object::{Object, ObjectSection, ObjectSymbol, RelocationKind};

use super::error::DwarfError;
use crate::source::open_regular;

/// No section that compilers compress becomes more times larger.
const MOST_EXPANSION: u64 = 1100;

/// Which sections of a file are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Those of a program or object.
    Main,
    /// Those that were split from it, whose names end with `.dwo`.
    Split,
}

/// The sections of a file.
pub(super) struct Loaded {
    pub(super) sections: gimli::DwarfSections<Vec<u8>>,
    pub(super) endian: RunTimeEndian,
}

impl Loaded {
    pub(super) fn dwarf(&self) -> gimli::Dwarf<super::Slice<'_>> {
        self.sections
            .borrow(|bytes| gimli::EndianSlice::new(bytes, self.endian))
    }
}

pub(crate) type Parsed<'c> = object::File<'c, &'c ReadCache<File>>;

pub(super) fn load(path: &Path, part: Part) -> Result<Loaded, DwarfError> {
    with_object(path, |file| {
        let sections = gimli::DwarfSections::load(|id| section(path, file, id, part))?;
        Ok(Loaded {
            sections,
            endian: endian(file),
        })
    })
}

/// A package of split sections.
pub(super) struct Package {
    pub(super) sections: gimli::DwarfPackageSections<Vec<u8>>,
    pub(super) endian: RunTimeEndian,
}

pub(super) fn load_package(path: &Path) -> Result<Package, DwarfError> {
    with_object(path, |file| {
        let load = |id: SectionId| match id.dwo_name() {
            Some(name) => Ok(named(path, file, name)?),
            None => Ok(Vec::new()),
        };
        let sections = gimli::DwarfPackageSections::load(load).map_err(|failed| match failed {
            Failed::Here(error) => error,
            Failed::InGimli(source) => DwarfError::Damaged {
                path: path.to_owned(),
                source,
            },
        })?;
        Ok(Package {
            sections,
            endian: endian(file),
        })
    })
}

/// What goes wrong while gimli loads a package: in our part, or in its own.
enum Failed {
    Here(DwarfError),
    InGimli(gimli::Error),
}

impl From<DwarfError> for Failed {
    fn from(error: DwarfError) -> Self {
        Failed::Here(error)
    }
}

impl From<gimli::Error> for Failed {
    fn from(error: gimli::Error) -> Self {
        Failed::InGimli(error)
    }
}

/// Parses the headers of a program or object file.
pub(crate) fn with_object<T>(
    path: &Path,
    read: impl FnOnce(&Parsed<'_>) -> Result<T, DwarfError>,
) -> Result<T, DwarfError> {
    let file = open_regular(path).map_err(|source| DwarfError::Open {
        path: path.to_owned(),
        source,
    })?;
    let cache = ReadCache::new(file);
    let object = object::File::parse(&cache).map_err(|source| DwarfError::Object {
        path: path.to_owned(),
        source,
    })?;
    read(&object)
}

fn endian(file: &Parsed<'_>) -> RunTimeEndian {
    match file.is_little_endian() {
        true => RunTimeEndian::Little,
        false => RunTimeEndian::Big,
    }
}

/// Sections that say where code is are not needed.
fn section(
    path: &Path,
    file: &Parsed<'_>,
    id: SectionId,
    part: Part,
) -> Result<Vec<u8>, DwarfError> {
    let is_needed = matches!(
        id,
        SectionId::DebugAbbrev
            | SectionId::DebugAddr
            | SectionId::DebugInfo
            | SectionId::DebugLine
            | SectionId::DebugLineStr
            | SectionId::DebugStr
            | SectionId::DebugStrOffsets
            | SectionId::DebugTypes
    );
    let name = match part {
        Part::Main => Some(id.name()),
        Part::Split => id.dwo_name(),
    };
    match name.filter(|_| is_needed) {
        Some(name) => named(path, file, name),
        None => Ok(Vec::new()),
    }
}

/// All sections of a name, one behind the other: in objects, each unit of types has one of its own.
fn named(path: &Path, file: &Parsed<'_>, name: &'static str) -> Result<Vec<u8>, DwarfError> {
    let mut all = Vec::new();
    let mut found = false;
    for section in file.sections().filter(|section| section.name() == Ok(name)) {
        found = true;
        all.append(&mut bytes(path, file, &section, name)?);
    }
    // Finds it also under the name that old compilers gave to compressed sections.
    match file.section_by_name(name).filter(|_| !found) {
        Some(section) => bytes(path, file, &section, name),
        None => Ok(all),
    }
}

fn bytes<'c>(
    path: &Path,
    file: &Parsed<'c>,
    section: &impl ObjectSection<'c>,
    name: &'static str,
) -> Result<Vec<u8>, DwarfError> {
    let broken = |source| DwarfError::Object {
        path: path.to_owned(),
        source,
    };
    let compressed = section.compressed_data().map_err(broken)?;
    let (packed, bytes) = (compressed.data.len() as u64, compressed.uncompressed_size);
    if bytes > packed.saturating_mul(MOST_EXPANSION) {
        return Err(DwarfError::Size {
            path: path.to_owned(),
            section: name,
            bytes,
        });
    }
    let data = compressed.decompress().map_err(broken)?;
    let mut data = Cow::into_owned(data);
    if file.kind() == object::ObjectKind::Relocatable {
        relocate(file, section, &mut data);
    }
    Ok(data)
}

/// Adds what a linker would add. What points elsewhere, or is of another kind, stays.
fn relocate<'c>(file: &Parsed<'c>, section: &impl ObjectSection<'c>, data: &mut [u8]) {
    for (offset, relocation) in section.relocations() {
        let is_absolute = relocation.kind() == RelocationKind::Absolute;
        let RelocationTarget::Symbol(symbol) = relocation.target() else {
            continue;
        };
        let Some(symbol) = file.symbol_by_index(symbol).ok().filter(|_| is_absolute) else {
            continue;
        };
        let Some(place) = usize::try_from(offset)
            .ok()
            .and_then(|at| data.get_mut(at..))
        else {
            continue;
        };
        let start = match relocation.has_implicit_addend() {
            true => present(place, relocation.size(), file.is_little_endian()),
            false => 0,
        };
        let value = start
            .wrapping_add(symbol.address())
            .wrapping_add_signed(relocation.addend());
        store(place, relocation.size(), value, file.is_little_endian());
    }
}

fn present(place: &[u8], bits: u8, little: bool) -> u64 {
    let Some(bytes) = place
        .get(..usize::from(bits / 8))
        .filter(|bytes| bytes.len() <= 8)
    else {
        return 0;
    };
    let add = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    match little {
        true => bytes.iter().rev().fold(0, add),
        false => bytes.iter().fold(0, add),
    }
}

fn store(place: &mut [u8], bits: u8, value: u64, little: bool) {
    let len = usize::from(bits / 8);
    let Some(place) = place.get_mut(..len).filter(|_| len <= 8) else {
        return;
    };
    match little {
        true => place.copy_from_slice(&value.to_le_bytes()[..len]),
        false => place.copy_from_slice(&value.to_be_bytes()[8 - len..]),
    }
}
