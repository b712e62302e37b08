//! Linux, macOS and their like.

pub(crate) mod console;
pub(crate) mod files;
pub(crate) mod process;
pub(crate) mod rescue;
pub(crate) mod signals;
