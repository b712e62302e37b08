//! Values compared, computed with and as text, without a script language and without a screen.
//!
//! - [`causes`]: an error and what caused it, in one line.
//! - [`compare`]: what is equal and what comes first, by value and by what is known of its field.
//! - [`number`]: integers of all widths and floats, in order and in arithmetic.
//! - [`names`]: what the numbers of a field are called.
//! - [`duration`]: lengths of time.
//! - [`index`]: which element an index means.
//! - [`mod@format`]: the text of a value, by its type and metadata; the one place for it.
//! - [`literal`]: a value typed by hand, by the type that it is for.
//! - [`moment`]: moments and lengths of time typed by hand.
//! - [`parts`]: the parts of a value, and in which two differ.
//! - [`shown`]: what is shown, as data.
//! - [`spark`]: numbers as one row of characters.
//! - [`time`]: moments as text.
//! - [`wrap`]: lines that fit a width.

pub mod causes;
pub mod compare;
pub mod duration;
pub mod format;
pub mod index;
pub mod literal;
pub mod moment;
pub mod names;
pub mod number;
pub mod parts;
pub mod shown;
pub mod spark;
pub mod time;
pub mod walk;
pub mod wrap;

/// The values themselves, for what formats them and knows nothing else of a session.
pub use memglass::{Pattern, Value};
