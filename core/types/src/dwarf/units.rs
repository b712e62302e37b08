//! Which units there are, and in which order they are read: those of the file, then those that were split from it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use foldhash::fast::RandomState;
use gimli::{AbbreviationsCacheStrategy, AttributeValue, Dwarf, Unit, UnitHeader, UnitType};

use super::Slice;
use super::alone;
use super::entry::Key;
use super::error::DwarfError;
use super::reading::Reading;
use super::sections::{self, Loaded, Part};
use super::walk;
use crate::kind::Name;
use crate::names::Names;
use crate::source::Opened;
use crate::union::Union;

/// A key is the number of the set of sections, whether it is one of `.debug_types`, and the offset there.
const SET_SHIFT: u32 = 41;
const IN_TYPES: u64 = 1 << 40;

/// Units of types by their signatures.
type Signatures = HashMap<u64, Key, RandomState>;

/// What a walk through a unit needs besides the unit.
pub(super) struct Context<'c, 'd> {
    pub(super) dwarf: &'c Dwarf<Slice<'d>>,
    pub(super) unit: &'c Unit<Slice<'d>>,
    /// What the keys of the unit's entries begin with.
    base: Key,
    set: Key,
    signatures: &'c Signatures,
    /// Set when a reference leads out of the unit.
    crosses: &'c AtomicBool,
    pub(super) names: &'c RefCell<Names>,
    files: RefCell<HashMap<u64, Option<Name>, RandomState>>,
}

impl<'d> Context<'_, 'd> {
    /// The key of an entry of this unit.
    pub(super) fn key_of(&self, offset: gimli::UnitOffset<usize>) -> Key {
        self.base + offset.0 as u64
    }

    /// The entry that an attribute refers to; `None` if it is in another file.
    pub(super) fn key(&self, value: AttributeValue<Slice<'d>>) -> Option<Key> {
        match value {
            AttributeValue::UnitRef(offset) => Some(self.key_of(offset)),
            AttributeValue::DebugInfoRef(offset) => {
                self.crosses.store(true, Ordering::Relaxed);
                Some(self.set | offset.0 as u64)
            }
            AttributeValue::DebugTypesRef(signature) => {
                self.crosses.store(true, Ordering::Relaxed);
                self.signatures.get(&signature.0).copied()
            }
            _ => None,
        }
    }

    pub(super) fn text(&self, value: AttributeValue<Slice<'d>>) -> gimli::Result<Slice<'d>> {
        self.dwarf.attr_string(self.unit, value)
    }

    pub(super) fn address(&self, value: AttributeValue<Slice<'d>>) -> Option<u64> {
        self.dwarf.attr_address(self.unit, value).ok().flatten()
    }

    pub(super) fn name(&self, text: Slice<'d>) -> Name {
        self.names.borrow_mut().at(text.slice())
    }

    /// The file with this number in the unit's table of lines.
    pub(super) fn file(&self, index: u64) -> Option<Name> {
        let mut files = self.files.borrow_mut();
        files
            .entry(index)
            .or_insert_with(|| self.file_at(index))
            .clone()
    }

    fn file_at(&self, index: u64) -> Option<Name> {
        let program = self.unit.line_program.as_ref()?;
        let file = program.header().file(index)?;
        let text = |value| Some(self.text(value).ok()?.to_string_lossy().into_owned());
        let path = text(file.path_name())?;
        let directory = file.directory(program.header()).and_then(text);
        let path = match directory {
            Some(directory) if file.directory_index() != 0 => Path::new(&directory)
                .join(&path)
                .to_string_lossy()
                .into_owned(),
            _ => path,
        };
        Some(self.names.borrow_mut().get(&path))
    }
}

/// One set of sections with units, and the unit of the program that it was split from.
pub(super) struct Set<'c, 'd> {
    dwarf: Dwarf<Slice<'d>>,
    skeleton: Option<&'c Unit<Slice<'d>>>,
}

/// The number of a set, and a unit in it.
pub(super) type Header<'d> = (u64, UnitHeader<Slice<'d>>);

/// What the units of some sets have in common.
pub(super) struct Units<'c, 'd> {
    pub(super) sets: &'c [Set<'c, 'd>],
    pub(super) headers: &'c [Header<'d>],
    signatures: &'c Signatures,
    /// Set when a unit turns out to refer to another.
    pub(super) crosses: AtomicBool,
}

impl<'d> Units<'_, 'd> {
    /// Reads one. Gives it back if it is elsewhere.
    pub(super) fn read(
        &self,
        &(number, header): &Header<'d>,
        names: &RefCell<Names>,
        reading: &mut Reading,
    ) -> gimli::Result<Option<Unit<Slice<'d>>>> {
        let set = &self.sets[number as usize];
        let mut unit = set.dwarf.unit(header)?;
        // What was split from a unit may name its own file again.
        let is_whole = set.skeleton.is_some() || unit.dwo_id.is_none();
        if !is_whole && unit.dwo_name()?.is_some() {
            return Ok(Some(unit));
        }
        if let Some(skeleton) = set.skeleton {
            unit.copy_relocated_attributes(skeleton);
        }
        let set_base = number << SET_SHIFT;
        let context = Context {
            dwarf: &set.dwarf,
            unit: &unit,
            base: set_base | base(&header),
            set: set_base,
            signatures: self.signatures,
            crosses: &self.crosses,
            names,
            files: RefCell::default(),
        };
        walk::unit(&context, reading)?;
        Ok(None)
    }
}

pub(super) fn read(path: &Path, loaded: &Loaded) -> Result<Opened, DwarfError> {
    let damaged = |source| DwarfError::Damaged {
        path: path.to_owned(),
        source,
    };
    let mut all = All::default();
    let main = loaded.dwarf();
    let split = all
        .read(vec![Set {
            dwarf: main,
            skeleton: None,
        }])
        .map_err(damaged)?;
    let main = loaded.dwarf();
    all.read_split(path, &main, &split)?;
    let types = all
        .union
        .finish()
        .into_sound()
        .map_err(|unsound| DwarfError::Unsound {
            path: path.to_owned(),
            what: unsound.to_string(),
        })?;
    match (types.is_empty(), all.missing.first()) {
        (true, Some(missing)) => Err(DwarfError::Split {
            path: path.to_owned(),
            missing: missing.clone(),
        }),
        (true, None) => Err(DwarfError::None {
            path: path.to_owned(),
        }),
        (false, _) => Ok(Opened {
            types,
            missing: all.missing,
        }),
    }
}

/// All that is read of a file, and of what was split from it.
#[derive(Default)]
struct All {
    union: Union,
    /// Files that belong to it and are not there.
    missing: Vec<PathBuf>,
}

impl All {
    /// Reads all units of sets that may refer to each other's types. Gives back the units that are elsewhere.
    fn read<'d>(&mut self, mut sets: Vec<Set<'_, 'd>>) -> gimli::Result<Vec<Unit<Slice<'d>>>> {
        let mut headers = Vec::new();
        for (set, number) in sets.iter_mut().zip(0_u64..) {
            set.dwarf
                .populate_abbreviations_cache(AbbreviationsCacheStrategy::Duplicates);
            headers.extend(
                headers_of(&set.dwarf)?
                    .into_iter()
                    .map(|header| (number, header)),
            );
        }
        let signatures: Signatures = headers
            .iter()
            .filter_map(|(set, header)| signature(*set, header))
            .collect();
        let units = Units {
            sets: &sets,
            headers: &headers,
            signatures: &signatures,
            crosses: AtomicBool::new(!signatures.is_empty()),
        };
        // Units that keep to themselves are read by several threads, and what others have said already is dropped in their turn.
        let alone = match units.crosses.load(Ordering::Relaxed) {
            true => None,
            false => alone::read(&units, &mut self.union)?,
        };
        match alone {
            Some(split) => Ok(split),
            None => self.read_together(&units),
        }
    }

    /// Reads units that refer to each other.
    fn read_together<'d>(&mut self, units: &Units<'_, 'd>) -> gimli::Result<Vec<Unit<Slice<'d>>>> {
        let (names, mut reading) = (RefCell::default(), Reading::default());
        let mut split = Vec::new();
        for header in units.headers {
            split.extend(units.read(header, &names, &mut reading)?);
        }
        self.union.add(reading.take().identified());
        Ok(split)
    }

    fn read_split<'d>(
        &mut self,
        path: &Path,
        main: &Dwarf<Slice<'d>>,
        units: &[Unit<Slice<'d>>],
    ) -> Result<(), DwarfError> {
        let package = package_path(path);
        if !units.is_empty() && package.exists() {
            return self.read_package(&package, main, units);
        }
        for unit in units {
            self.read_dwo(path, main, unit)?;
        }
        Ok(())
    }

    fn read_dwo<'d>(
        &mut self,
        path: &Path,
        main: &Dwarf<Slice<'d>>,
        unit: &Unit<Slice<'d>>,
    ) -> Result<(), DwarfError> {
        let damaged = |source| DwarfError::Damaged {
            path: path.to_owned(),
            source,
        };
        let places = places_of(path, main, unit).map_err(damaged)?;
        let Some(place) = places.iter().find(|place| place.exists()) else {
            self.missing.extend(places.into_iter().next());
            return Ok(());
        };
        let loaded = sections::load(place, Part::Split)?;
        let mut dwarf = loaded.dwarf();
        dwarf.make_dwo(main);
        let damaged = |source| DwarfError::Damaged {
            path: place.clone(),
            source,
        };
        self.read(vec![Set {
            dwarf,
            skeleton: Some(unit),
        }])
        .map_err(damaged)?;
        Ok(())
    }

    fn read_package<'d>(
        &mut self,
        path: &Path,
        main: &Dwarf<Slice<'d>>,
        units: &[Unit<Slice<'d>>],
    ) -> Result<(), DwarfError> {
        let damaged = |source| DwarfError::Damaged {
            path: path.to_owned(),
            source,
        };
        let loaded = sections::load_package(path)?;
        let slice = |bytes| gimli::EndianSlice::new(bytes, loaded.endian);
        let empty = gimli::EndianSlice::new(&[], loaded.endian);
        let package = loaded
            .sections
            .borrow(|bytes| slice(bytes), empty)
            .map_err(damaged)?;
        let mut sets = Vec::new();
        for unit in units {
            let id = unit.dwo_id.expect("only units with one are split");
            match package.find_cu(id, main).map_err(damaged)? {
                Some(dwarf) => sets.push(Set {
                    dwarf,
                    skeleton: Some(unit),
                }),
                None => self.missing.push(path.to_owned()),
            }
        }
        for index in 1..=package.tu_index.unit_count() {
            let dwarf = package.tu_sections(index, main).map_err(damaged)?;
            sets.push(Set {
                dwarf,
                skeleton: None,
            });
        }
        self.read(sets).map_err(damaged)?;
        Ok(())
    }
}

fn headers_of<'d>(dwarf: &Dwarf<Slice<'d>>) -> gimli::Result<Vec<UnitHeader<Slice<'d>>>> {
    let mut headers = Vec::new();
    let mut units = dwarf.units();
    while let Some(header) = units.next()? {
        headers.push(header);
    }
    let mut units = dwarf.type_units();
    while let Some(header) = units.next()? {
        headers.push(header);
    }
    Ok(headers)
}

/// Where a unit begins, as the beginning of keys.
fn base(header: &UnitHeader<Slice<'_>>) -> Key {
    match (header.debug_info_offset(), header.debug_types_offset()) {
        (Some(offset), _) => offset.0 as u64,
        (None, offset) => IN_TYPES | offset.map_or(0, |offset| offset.0 as u64),
    }
}

fn signature(set: u64, header: &UnitHeader<Slice<'_>>) -> Option<(u64, Key)> {
    match header.type_() {
        UnitType::Type {
            type_signature,
            type_offset,
        }
        | UnitType::SplitType {
            type_signature,
            type_offset,
        } => Some((
            type_signature.0,
            (set << SET_SHIFT | base(header)) + type_offset.0 as u64,
        )),
        _ => None,
    }
}

/// `app.dwp` beside `app`.
fn package_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".dwp");
    name.into()
}

/// Where the sections that were split from a unit may be: where the compiler put them, or beside the program.
fn places_of(
    path: &Path,
    dwarf: &Dwarf<Slice<'_>>,
    unit: &Unit<Slice<'_>>,
) -> gimli::Result<Vec<PathBuf>> {
    let Some(name) = unit.dwo_name()? else {
        return Ok(Vec::new());
    };
    let name = dwarf
        .attr_string(unit, name)?
        .to_string_lossy()
        .into_owned();
    let directory = unit
        .comp_dir
        .map(|directory| directory.to_string_lossy().into_owned());
    let beside = path.parent().unwrap_or(Path::new("."));
    let mut places = vec![
        Path::new(&directory.unwrap_or_default()).join(&name),
        beside.join(&name),
    ];
    places.extend(Path::new(&name).file_name().map(|name| beside.join(name)));
    Ok(places)
}
