//! Types out of a file, whatever kind of file it is.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::btf::{self, BtfError};
use crate::crefl::{self, CreflError};
use crate::dwarf::{self, DwarfError};
use crate::embed;
use crate::file::{self, FileError};
use crate::types::Types;

/// Types that were read from a file.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The types.
    pub types: Types,
    /// Files with debug information that belong to it and are not there, such as `.dwo` files of another machine: their
    /// types are missing.
    pub missing: Vec<PathBuf>,
}

/// Why there are no types.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file cannot be read.
    #[error("{} cannot be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is a damaged file of types, or one of another version.
    #[error("{} cannot be used", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: FileError,
    },
    /// It is a program or object from which no types can be read.
    #[error(transparent)]
    Dwarf(#[from] DwarfError),
    /// It has damaged types in the form of the Linux kernel.
    #[error(transparent)]
    Btf(#[from] BtfError),
    /// It is a damaged file of Crefl.
    #[error(transparent)]
    Crefl(#[from] CreflError),
    /// Some of its debug information is in files that are not there.
    #[error("{} is not there, in which a part of the debug information of {} is", missing.display(), path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// The first that is not there.
        missing: PathBuf,
    },
}

impl Types {
    /// Reads a `.mgt` file, the debug information of a program or an object file (DWARF, or else the types that are
    /// [embedded](Types::to_object) in it, or BTF), a file of BTF as `/sys/kernel/btf/vmlinux`, or one of Crefl (`.refl`).
    ///
    /// # Errors
    ///
    /// [`OpenError`], also if parts of the debug information are not there; [`Types::open_partly`] goes on without them.
    pub fn open(path: impl AsRef<Path>) -> Result<Types, OpenError> {
        let path = path.as_ref();
        let Opened { types, missing } = Self::open_partly(path)?;
        match missing.into_iter().next() {
            None => Ok(types),
            Some(missing) => Err(OpenError::Missing {
                path: path.to_owned(),
                missing,
            }),
        }
    }

    /// The same, and says which files with debug information are missing.
    ///
    /// # Errors
    ///
    /// [`OpenError`], if no types can be read.
    pub fn open_partly(path: impl AsRef<Path>) -> Result<Opened, OpenError> {
        let path = path.as_ref();
        let failed = |source| OpenError::Io {
            path: path.to_owned(),
            source,
        };
        let mut start = Vec::new();
        let mut opened = open_regular(path).map_err(failed)?;
        let magic = file::MAGIC.len() as u64;
        opened
            .by_ref()
            .take(magic)
            .read_to_end(&mut start)
            .map_err(failed)?;
        let is_crefl = start == crefl::MAGIC;
        if start != file::MAGIC && !btf::is_btf(&start) && !is_crefl {
            return of_program(path);
        }
        opened.read_to_end(&mut start).map_err(failed)?;
        if is_crefl {
            return Ok(Opened::whole(crefl::read(path, &start)?));
        }
        if btf::is_btf(&start) {
            return Ok(Opened::whole(btf::read(path, &start)?));
        }
        let types = Types::from_bytes(&start);
        let types = types.map_err(|source| OpenError::File {
            path: path.to_owned(),
            source,
        })?;
        Ok(Opened::whole(types))
    }
}

impl Opened {
    fn whole(types: Types) -> Self {
        Opened {
            types,
            missing: Vec::new(),
        }
    }
}

/// DWARF, which is of this very program, or else the types that were linked into it, or BTF.
fn of_program(path: &Path) -> Result<Opened, OpenError> {
    let error = match dwarf::read(path) {
        Err(error @ DwarfError::None { .. }) => error,
        read => return Ok(read?),
    };
    if let Some(types) = embed::read(path)? {
        return Ok(Opened::whole(types));
    }
    match btf::section(path)? {
        Some(bytes) => Ok(Opened::whole(btf::read(path, &bytes)?)),
        None => Err(error.into()),
    }
}

/// Opens the regular file at `path`. To open a pipe would wait for its writer.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    match std::fs::metadata(path)?.is_file() {
        true => File::open(path),
        false => Err(io::Error::other("it is no regular file")),
    }
}
