//! Windows, and whatever else has no terminal of the Unix kind.

pub(crate) mod console;
pub(crate) mod files;
pub(crate) mod process;
pub(crate) mod rescue;
pub(crate) mod signals;
