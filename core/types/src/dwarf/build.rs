//! Types of what entries say.

// The constants of gimli have the names of the standard.
#![allow(non_upper_case_globals)]

use gimli::DwTag;
use gimli::constants::*;

use super::entry::{Bound, Entry};
use super::reading::Reading;
use crate::kind::{Count, Enum, Kind, Name, Qualifier, Record, Tag, Type, TypeId, Variants};

/// A record without members so far.
pub(super) fn record(tag: Tag) -> Record {
    Record {
        tag,
        bases: Vec::new(),
        members: Vec::new(),
        variants: None,
    }
}

pub(super) fn set(base: Option<TypeId>) -> Enum {
    Enum {
        base,
        enumerators: Vec::new(),
    }
}

pub(super) fn record_of(reading: &mut Reading, id: TypeId) -> Option<&mut Record> {
    match &mut reading.ty(id).kind {
        Kind::Record(record) => Some(record),
        _ => None,
    }
}

pub(super) fn variants_of(reading: &mut Reading, id: TypeId) -> Option<&mut Variants> {
    record_of(reading, id)?.variants.as_deref_mut()
}

/// What compilers call the type of `nullptr`.
const NULLPTR: &[u8] = b"decltype(nullptr)";

/// Bytes of a bitfield's type, if that was read already, as compilers see to.
pub(super) fn storage(reading: &mut Reading, mut id: TypeId) -> Option<u64> {
    for _ in 0..crate::sound::DEEPEST {
        match reading.ty(id).kind {
            Kind::Alias { of } | Kind::Qualified { of, .. } => id = of,
            _ => break,
        }
    }
    reading.ty(id).size
}

/// Kind and size of a type that has no parts; `None` of entries that are no types.
pub(super) fn plain(
    reading: &mut Reading,
    tag: DwTag,
    entry: &Entry<'_>,
    address_size: u64,
) -> Option<(Kind, Option<u64>)> {
    let mut of = || reading.id_or_void(entry.ty);
    let address = entry.byte_size.or(Some(address_size));
    Some(match tag {
        DW_TAG_base_type => (base(entry), entry.byte_size),
        DW_TAG_pointer_type => (Kind::Pointer { to: of() }, address),
        DW_TAG_reference_type => (
            Kind::Reference {
                to: of(),
                rvalue: false,
            },
            address,
        ),
        DW_TAG_rvalue_reference_type => (
            Kind::Reference {
                to: of(),
                rvalue: true,
            },
            address,
        ),
        DW_TAG_ptr_to_member_type => {
            let to = of();
            let class = reading.id_or_void(entry.containing);
            (Kind::MemberPointer { class, to }, address)
        }
        DW_TAG_typedef | DW_TAG_template_alias => (Kind::Alias { of: of() }, None),
        DW_TAG_const_type => (qualified(of(), Qualifier::Const), None),
        DW_TAG_volatile_type => (qualified(of(), Qualifier::Volatile), None),
        DW_TAG_restrict_type => (qualified(of(), Qualifier::Restrict), None),
        DW_TAG_atomic_type => (qualified(of(), Qualifier::Atomic), None),
        DW_TAG_unspecified_type => {
            // Compilers leave its size to the standard of C++, by which it is that of an address.
            let is_nullptr = entry.name.is_some_and(|name| name.slice() == NULLPTR);
            let size = entry.byte_size.or(address.filter(|_| is_nullptr));
            (Kind::Opaque { what: Tag::Other }, size)
        }
        _ => return None,
    })
}

fn qualified(of: TypeId, qualifier: Qualifier) -> Kind {
    Kind::Qualified { of, qualifier }
}

fn base(entry: &Entry<'_>) -> Kind {
    let bytes = entry.byte_size.unwrap_or(0);
    let bits = entry.bit_size.unwrap_or(bytes.saturating_mul(8));
    let bits = u32::try_from(bits).unwrap_or(u32::MAX);
    match entry.encoding {
        Some(DW_ATE_boolean) => Kind::Bool,
        Some(DW_ATE_signed_char) => Kind::Char { signed: true },
        Some(DW_ATE_unsigned_char | DW_ATE_UTF | DW_ATE_ASCII) => Kind::Char { signed: false },
        Some(DW_ATE_float | DW_ATE_decimal_float) => Kind::Float,
        Some(DW_ATE_complex_float) => Kind::Complex,
        // Rust's `()` is an unsigned number of no bytes.
        Some(DW_ATE_signed) => Kind::Int { signed: true, bits },
        _ => Kind::Int {
            signed: false,
            bits,
        },
    }
}

/// What names of numbers are made of in C.
const WORDS_OF_C: &[&str] = &[
    "long", "short", "int", "unsigned", "signed", "char", "__int128", "complex", "_Complex",
    "float", "double",
];

/// clang calls complex numbers of all sizes `complex`.
pub(super) fn whole_name<'n>(kind: &Kind, size: Option<u64>, name: &'n str) -> &'n str {
    match (kind, size, name) {
        (Kind::Complex, Some(8), "complex") => "complex float",
        (Kind::Complex, Some(16), "complex") => "complex double",
        (Kind::Complex, Some(32), "complex") => "complex long double",
        _ => name,
    }
}

/// The name of a number of C as programmers write it: gcc says `long unsigned int` where clang says `unsigned long`.
pub(super) fn plain_name(name: &str) -> String {
    let words: Vec<&str> = name.split(' ').collect();
    if words.len() < 2 || !words.iter().all(|word| WORDS_OF_C.contains(word)) {
        return name.to_owned();
    }
    let count = |wanted: &str| words.iter().filter(|&&word| word == wanted).count();
    let has = |wanted: &str| count(wanted) > 0;
    let mut plain = Vec::new();
    if has("unsigned") {
        plain.push("unsigned");
    }
    // Of characters alone the sign matters; other numbers have it anyway.
    if has("signed") && has("char") {
        plain.push("signed");
    }
    if has("complex") || has("_Complex") {
        plain.push("_Complex");
    }
    plain.extend(std::iter::repeat_n("long", count("long")));
    for word in ["short", "char", "__int128", "float", "double"] {
        if has(word) {
            plain.push(word);
        }
    }
    if !["long", "short", "char", "__int128", "float", "double"]
        .iter()
        .any(|word| has(word))
    {
        plain.push("int");
    }
    plain.join(" ")
}

/// Elements of one dimension of an array.
pub(super) fn count(entry: &Entry<'_>) -> Count {
    match (entry.count, entry.upper_bound) {
        (Bound::Known(count), _) => Count::Fixed(count.try_into().unwrap_or(0)),
        (Bound::Variable, _) | (_, Bound::Variable) => Count::Variable,
        (_, Bound::Unsaid) => Count::Open,
        // An upper bound of -1, in whatever width, is an array without elements.
        (_, Bound::Known(upper)) if upper == u64::MAX.into() || upper == u32::MAX.into() => {
            Count::Fixed(0)
        }
        (_, Bound::Known(upper)) => {
            let count = upper.saturating_sub(entry.lower_bound).saturating_add(1);
            Count::Fixed(count.try_into().unwrap_or(0))
        }
    }
}

/// An array of arrays, one for each dimension; the first is the outermost.
pub(super) fn array(
    reading: &mut Reading,
    id: TypeId,
    element: TypeId,
    dimensions: &[Count],
    is_vector: bool,
    size: Option<u64>,
) {
    let (first, others) = dimensions.split_first().unwrap_or((&Count::Open, &[]));
    let inner = others.iter().rev().fold(element, |element, &count| {
        let kind = Kind::Array { element, count };
        reading.add(Type::new(Name::default(), None, kind))
    });
    let kind = match (is_vector, *first) {
        (true, Count::Fixed(count)) => Kind::Vector {
            element: inner,
            count,
        },
        (_, count) => Kind::Array {
            element: inner,
            count,
        },
    };
    *reading.ty(id) = Type::new(Name::default(), size, kind);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_numbers_are_those_that_programmers_write() {
        let same = [
            ("long int", "long"),
            ("long unsigned int", "unsigned long"),
            ("unsigned long", "unsigned long"),
            ("long long unsigned int", "unsigned long long"),
            ("short int", "short"),
            ("short unsigned int", "unsigned short"),
            ("unsigned int", "unsigned int"),
            ("signed char", "signed char"),
            ("unsigned char", "unsigned char"),
            ("__int128 unsigned", "unsigned __int128"),
            ("complex double", "_Complex double"),
            ("long double", "long double"),
            ("int", "int"),
            ("core::fmt::Long int", "core::fmt::Long int"),
        ];
        for (written, plain) in same {
            assert_eq!(plain_name(written), plain, "{written}");
        }
    }
}
