//! A small set of types for the examples of the documentation.

use crate::builder::{BuildError, Builder};
use crate::kind::{Kind, Member, Record, Tag, Type};
use crate::types::Types;

/// `struct quote { char live; long price; };`
///
/// # Errors
///
/// None.
pub fn quotes() -> Result<Types, BuildError> {
    let mut builder = Builder::default();
    let live = Kind::Char { signed: true };
    let live = builder.add(Type::new("char".into(), Some(1), live));
    let price = Kind::Int {
        signed: true,
        bits: 64,
    };
    let price = builder.add(Type::new("long".into(), Some(8), price));
    let members = vec![Member::new("live", live, 0), Member::new("price", price, 8)];
    let quote = Kind::Record(Record::new(Tag::Struct, members));
    builder.add(Type::new("quote".into(), Some(16), quote));
    builder.finish()
}
