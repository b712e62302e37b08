//! Types from the files of Crefl, which end with `.refl`: <https://github.com/michaeljclark/crefl>.
//!
//! [`raw`] cuts the bytes into nodes and checks their bounds; [`build`] makes types of them; [`layout`] says where members
//! lie, which these files do not.

mod build;
mod layout;
mod raw;

use std::path::{Path, PathBuf};

use crate::types::Types;

/// What the files begin with.
pub(crate) const MAGIC: &[u8; 8] = b"crefl000";

/// Why a file of Crefl cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreflError {
    /// A node says something that cannot be.
    #[error("{} is a damaged file of Crefl: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What cannot be.
        what: String,
    },
}

/// What is wrong with nodes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Damage {
    #[error("it has {found} bytes, and says that it has {said}")]
    Length { found: usize, said: u64 },
    #[error("it has other types built in: its first node has number {0}")]
    Builtin(u32),
    #[error("node {node} refers to node {to}, which is not there")]
    Reference { node: u32, to: u32 },
    #[error("node {node} has a name that is not there, or another node's")]
    Name { node: u32 },
    #[error("node {node} is of kind {tag}, which is not known")]
    Tag { node: u32, tag: u32 },
    #[error("the list from node {node} on does not end")]
    Endless { node: u32 },
    #[error("node {node} is in two lists")]
    Shared { node: u32 },
    #[error("node {node} is a bitfield, and its type is no number, or has fewer bits")]
    Bitfield { node: u32 },
    #[error("node {node} is nested too deep")]
    Deep { node: u32 },
    #[error("its types do not fit together: {0}")]
    Unsound(String),
}

/// Reads a file of Crefl, as it is written on machines with the byte order of most: little-endian.
pub(crate) fn read(path: &Path, bytes: &[u8]) -> Result<Types, CreflError> {
    let nodes = raw::Nodes::of(bytes);
    let types = nodes.and_then(|nodes| build::types(&nodes));
    types.map_err(|damage| CreflError::Damaged {
        path: path.to_owned(),
        what: damage.to_string(),
    })
}

#[cfg(test)]
mod tests;
