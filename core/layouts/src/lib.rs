//! Packed records whose offsets, counts and variants depend on their own data.
//!
//! A layout is a small text, in the manner of C and of ImHex's patterns. It says which fields a record has, how many
//! elements its arrays have by the fields before them, and which variant a tag chooses:
//!
//! ```
//! use memglass_layouts::{Layout, Limits, Record, Value};
//!
//! let layout = Layout::parse(
//!     "enum Kind : u8 { Ping = 1, Data };
//!      struct Msg {
//!          Kind kind;
//!          match (kind) { (Kind::Data): Body; (_): none; }
//!          be u16 crc;
//!      };
//!      struct Body { u8 n; u16 off[n + 1]; char text[n] : off[i + 1] - off[i]; };",
//! )?;
//! let record = Record::new(&layout, layout.root("Msg")?, b"\x02\x01\0\0\x02\0hi\x01\x02", Limits::default());
//! assert_eq!(record.value(record.find("text[0]")?), Some(Value::Text("hi".into())));
//! assert_eq!(record.value(record.find("crc")?), Some(Value::Int(0x102)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The language has no loops, and each record has a budget: neither a text nor a record from elsewhere takes more time
//! or memory than its [`Limits`] allow, and none of them makes anything panic. The crate knows no session and no shared
//! memory: it reads bytes that it is given.
#![deny(unsafe_code)]

mod check;
mod code;
mod codec;
mod declared;
mod error;
mod error_kind;
mod fixed;
mod layout;
mod limits;
mod program;
mod record;
mod scalar;
mod text;

pub use codec::DecodeError;
pub use declared::{Declared, DeclaredMember};
pub use error::{About, TextError};
pub use error_kind::Kind;
pub use layout::{Layout, RootError};
pub use limits::Limits;
pub use record::leaf::Leaf;
pub use record::owned::{OwnedRecord, Path};
pub use record::path::FindError;
pub use record::place::Place;
pub use record::value::Value;
pub use record::walk::{Fault, Go, Node, Visitor};
pub use record::write::{Force, WriteError};
pub use record::{Record, Root};
