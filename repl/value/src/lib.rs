//! Values as text, without a script language and without a screen.
//!
//! - [`mod@format`]: the text of a value, by its type and metadata; the one place for it.
//! - [`literal`]: a value typed by hand, by the type that it is for.
//! - [`time`]: moments as text.
//! - [`wrap`]: lines that fit a width.

pub mod format;
pub mod literal;
pub mod time;
pub mod wrap;
