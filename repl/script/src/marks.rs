//! What numbers that a script read are: times, or addresses.
//!
//! Rhai keeps a tag with a number wherever that goes, and also when the number is changed in place. Then the tag
//! belongs to another number, and counts no more.

use memglass_value::duration::Unit;
use memglass_value::number::Number;
use rhai::Dynamic;

use super::wide;

/// Bits of a tag that say what the number is; the others tell whether it is still the one that was read.
const KIND_BITS: u32 = 3;

/// Notes on a number that it was read from a field with this unit.
pub(crate) fn mark_unit(number: &mut Dynamic, unit: Unit) {
    mark(number, unit.index() + 1);
}

/// Notes on a number that it is an address.
pub(crate) fn mark_address(number: &mut Dynamic) {
    mark(number, ADDRESS);
}

/// The unit of a number that was read from a field.
pub(crate) fn unit_of(marked: &Dynamic, number: Number) -> Option<Unit> {
    kind(marked, number)?.checked_sub(1).and_then(Unit::at)
}

/// Whether a number was read as an address.
pub(crate) fn is_address(marked: &Dynamic, number: Number) -> bool {
    kind(marked, number) == Some(ADDRESS)
}

/// The kind behind those of all units.
const ADDRESS: usize = (1 << KIND_BITS) - 1;

fn mark(number: &mut Dynamic, kind: usize) {
    if let Some(known) = wide::number(number) {
        number.set_tag(tag(known, kind));
    }
}

fn kind(marked: &Dynamic, number: Number) -> Option<usize> {
    let found = marked.tag();
    let kind = found as usize & ((1 << KIND_BITS) - 1);
    (kind > 0 && tag(number, kind) == found).then_some(kind)
}

fn tag(number: Number, kind: usize) -> i32 {
    let bits = match number {
        Number::Integer(number) => match number.as_i128() {
            Some(number) => number as u128,
            None => number.as_u128().unwrap_or(0),
        },
        Number::Float(number) => number.to_bits().into(),
    };
    let folded = (bits as u64 ^ (bits >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let digest = (folded >> 32) as u32 & !((1 << KIND_BITS) - 1);
    (digest | kind as u32) as i32
}

#[cfg(test)]
mod tests {
    use memglass::schema::Metadata;
    use memglass_value::duration::UNITS;
    use rhai::INT;

    use super::*;

    #[test]
    fn a_number_has_the_unit_of_its_field_until_it_is_changed() {
        let unit = |name: &str| {
            let mut metadata = Metadata::default();
            metadata.unit = Some(name.into());
            Unit::declared(&metadata)
        };
        assert_eq!(unit("ticks"), None);
        assert_eq!(unit("µs"), unit("us"));
        let ms = unit("ms").expect("a unit");
        let unit_of = |number: &Dynamic| unit_of(number, wide::number(number)?);
        let mut number = Dynamic::from_int(1500);
        assert_eq!(unit_of(&number), None);
        mark_unit(&mut number, ms);
        assert_eq!(unit_of(&number.clone()), Some(ms));
        *number.write_lock::<INT>().expect("an integer") /= 1000;
        assert_eq!(unit_of(&number), None);
    }

    #[test]
    fn an_address_is_not_a_time() {
        assert!(UNITS.len() < ADDRESS);
        let mut number = Dynamic::from_int(0x7f00);
        mark_address(&mut number);
        let known = wide::number(&number).expect("a number");
        assert!(is_address(&number, known));
        assert_eq!(unit_of(&number, known), None);
    }
}
