//! Values of memory to values of scripts and back; nothing else converts.
//!
//! | memory | script |
//! |---|---|
//! | integers | an integer; one that 64 signed bits do not hold is an [`Integer`] |
//! | `f64` | a float |
//! | `f32` | the float with the same shortest digits, so that `p.ratio == 0.1` holds |
//! | enum | its name, a [symbol](super::symbols); its number if it has none |
//! | flags | a [`FlagSet`] |
//! | text | a string |
//! | struct, array, union | a proxy; in a snapshot a map or an array |
//!
//! On the way back the type of the place decides what a script's value means; whether it is allowed there
//! is for [`memglass::Field::write`] to say.

mod meaning;
mod parts;
mod to_memory;
mod to_script;

use memglass_value::number::Integer;
use rhai::{Dynamic, INT, ImmutableString};

use super::bindings::{Obs, Rows};
use super::flags::FlagSet;
use super::object_list::ObjectList;
use super::place::Place;
use super::told;

pub(crate) use meaning::Meaning;
pub(crate) use parts::Part;
pub(crate) use to_memory::{for_list, for_type, from_script};
pub(crate) use to_script::{leaf, scalar as untyped, whole};

/// Whether two values of a script are the same scalar of the same type, bit by bit, or the same place.
pub(crate) fn is_same(a: &Dynamic, b: &Dynamic) -> bool {
    if let (Ok(a), Ok(b)) = (a.as_int(), b.as_int()) {
        return a == b;
    }
    if let (Ok(a), Ok(b)) = (a.as_float(), b.as_float()) {
        return a.to_bits() == b.to_bits();
    }
    if let (Ok(a), Ok(b)) = (a.as_bool(), b.as_bool()) {
        return a == b;
    }
    if let (Some(a), Some(b)) = (
        a.read_lock::<ImmutableString>(),
        b.read_lock::<ImmutableString>(),
    ) {
        return *a == *b;
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Integer>(), b.read_lock::<Integer>()) {
        return *a == *b;
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Place>(), b.read_lock::<Place>()) {
        return *a == *b;
    }
    matches!((a.read_lock::<FlagSet>(), b.read_lock::<FlagSet>()), (Some(a), Some(b)) if a.bits == b.bits)
}

/// What a value of a script is called in a message.
pub(crate) fn noun(value: &Dynamic) -> String {
    match value {
        value if value.is_unit() => "()".into(),
        value if value.is::<INT>() || value.is::<Integer>() => "an integer".into(),
        value if value.is_float() => "a float".into(),
        value if value.is_bool() => "a bool".into(),
        value if value.is_string() => "text".into(),
        value if value.is_char() => "a character".into(),
        value if value.is_array() => "an array".into(),
        value if value.is::<ObjectList>() => "a list of objects".into(),
        value if value.is_map() => "a map".into(),
        value if value.is::<FlagSet>() => "a flag set".into(),
        value if value.is::<std::time::Duration>() => "a duration".into(),
        value if value.is_fnptr() => "a function".into(),
        value if value.is::<Rows>() => "a table".into(),
        value if value.is::<Obs>() => "obs".into(),
        value => match value.read_lock::<Place>() {
            Some(place) => format!("{} ({})", place.path(), place.type_name()),
            None => told::noun(value.type_name()),
        },
    }
}

#[cfg(test)]
mod tests {
    use memglass::Value;

    use super::*;

    #[test]
    fn pitfall_08_integers_of_every_width_keep_their_value() {
        for value in [
            Value::U64(u64::MAX),
            Value::I128(i128::MIN),
            Value::U128(u128::MAX),
            Value::I64(i64::MIN),
        ] {
            let expected = value.to_string();
            let back = from_script(&to_script::scalar(value)).expect("an integer is a value");
            assert_eq!(back.to_string(), expected);
        }
    }

    #[test]
    fn what_is_no_value_is_none() {
        assert_eq!(from_script(&Dynamic::UNIT), None);
        assert_eq!(from_script(&Dynamic::from_array(vec![Dynamic::UNIT])), None);
    }
}
