//! Types from BTF, the debug information of the Linux kernel and of its programs: `/sys/kernel/btf/vmlinux`, and the
//! section `.BTF` of objects.
//!
//! [`raw`] cuts the bytes into records and checks their bounds; [`build`] makes types of them.

mod build;
mod raw;

use std::path::{Path, PathBuf};

use object::{Object, ObjectSection};

use crate::dwarf::{DwarfError, with_object};
use crate::sound::Unsound;
use crate::types::Types;

/// Why BTF cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BtfError {
    /// A record says something that cannot be.
    #[error("the BTF of {} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What cannot be.
        what: String,
    },
}

/// What the checks of raw records find.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Damage {
    #[error("it ends inside of {0}")]
    Cut(&'static str),
    #[error("record {number} is of kind {kind}, which is not known")]
    Kind { number: u32, kind: u8 },
    #[error("record {number} names a text that is not there")]
    Name { number: u32 },
    #[error("record {number} refers to record {to}, which is no type")]
    Reference { number: u32, to: u32 },
    #[error("it has version {0}, and version 1 is known")]
    Version(u8),
    #[error("its types do not fit together: {0}")]
    Unsound(Unsound),
}

/// Whether bytes begin as BTF does, in either byte order.
pub(crate) fn is_btf(start: &[u8]) -> bool {
    matches!(start, [0x9f, 0xeb, ..] | [0xeb, 0x9f, ..])
}

/// Reads BTF that is not in a program. Addresses are those of this machine: 8 bytes.
pub(crate) fn read(path: &Path, bytes: &[u8]) -> Result<Types, BtfError> {
    let records = raw::Records::of(bytes);
    let types = records.and_then(|records| build::types(&records, 8));
    types.map_err(|damage| BtfError::Damaged {
        path: path.to_owned(),
        what: damage.to_string(),
    })
}

/// The section of a program or object; `None` if it has none.
pub(crate) fn section(path: &Path) -> Result<Option<Vec<u8>>, DwarfError> {
    with_object(path, |file| {
        let section = file.section_by_name(".BTF");
        let bytes = section.map(|section| section.data().map(<[u8]>::to_vec));
        bytes.transpose().map_err(|source| DwarfError::Object {
            path: path.to_owned(),
            source,
        })
    })
}
