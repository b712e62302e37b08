use proptest::prelude::*;

use super::*;
use crate::kind::*;
use crate::symbol::{Linkage, Symbol, SymbolKind, Unit};

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![
        Just(Name::default()),
        "[a-d]{1,6}(::<é>)?".prop_map(Name::from)
    ]
}

fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    let one = (name(), name()).prop_map(|(name, value)| Attribute { name, value });
    prop::collection::vec(one, 0..3)
}

fn place() -> impl Strategy<Value = Option<Place>> {
    prop::option::of((name(), any::<u32>()).prop_map(|(file, line)| Place { file, line }))
}

fn member(ty: TypeId) -> impl Strategy<Value = Member> {
    let offset = prop_oneof![0..4096_u64, any::<u64>()];
    let parts = (name(), offset, prop::option::of(any::<u64>()), attributes());
    parts.prop_map(move |(name, offset_bits, width_bits, attributes)| Member {
        name,
        ty,
        offset_bits,
        width_bits,
        attributes,
    })
}

/// Any kind; values are of earlier types, and pointers lead anywhere.
fn kind(number: u32, len: u32) -> impl Strategy<Value = Kind> {
    let earlier = TypeId(number.saturating_sub(1));
    let anywhere = (0..len).prop_map(TypeId);
    let scalars = prop_oneof![
        Just(Kind::Void),
        Just(Kind::Bool),
        Just(Kind::Complex),
        any::<bool>().prop_map(|signed| Kind::Char { signed }),
        (any::<bool>(), any::<u32>()).prop_map(|(signed, bits)| Kind::Int { signed, bits }),
        anywhere.clone().prop_map(|to| Kind::Pointer { to }),
        (anywhere.clone(), any::<bool>()).prop_map(|(to, rvalue)| Kind::Reference { to, rvalue }),
        (anywhere.clone(), anywhere.clone())
            .prop_map(|(class, to)| Kind::MemberPointer { class, to }),
        Just(Kind::Opaque { what: Tag::Enum }),
    ];
    if number == 0 {
        return scalars.boxed();
    }
    let values = prop::collection::vec((name(), any::<i128>()), 0..5).prop_map(move |values| {
        let enumerators = values
            .into_iter()
            .map(|(name, value)| Enumerator { name, value });
        Kind::Enum(Enum {
            base: Some(earlier),
            enumerators: enumerators.collect(),
        })
    });
    let signature = (
        anywhere.clone(),
        prop::collection::vec(anywhere, 0..4),
        any::<bool>(),
    );
    let signature = signature.prop_map(|(result, parameters, variadic)| {
        Kind::Function(Signature {
            result,
            parameters,
            variadic,
        })
    });
    let arms = prop::collection::vec((prop::option::of(any::<i128>()), member(earlier)), 0..3);
    let arms = arms.prop_map(|arms| {
        arms.into_iter()
            .map(|(value, member)| Arm { value, member })
            .collect()
    });
    let variants = (prop::option::of(member(earlier)), arms);
    let variants =
        variants.prop_map(|(discriminant, arms)| Box::new(Variants { discriminant, arms }));
    let bases = prop::collection::vec(prop::option::of(any::<u64>()), 0..2);
    let record = (
        bases,
        prop::collection::vec(member(earlier), 0..5),
        prop::option::of(variants),
    );
    let record = record.prop_map(move |(bases, members, variants)| {
        let bases = bases
            .into_iter()
            .map(|offset| Base {
                ty: earlier,
                offset,
            })
            .collect();
        Kind::Record(Record {
            tag: Tag::Struct,
            bases,
            members,
            variants,
        })
    });
    let counts = prop_oneof![
        any::<u64>().prop_map(Count::Fixed),
        any::<u64>().prop_map(Count::AtLeast),
        Just(Count::Open),
        Just(Count::Variable),
    ];
    prop_oneof![
        scalars,
        counts.prop_map(move |count| Kind::Array {
            element: earlier,
            count
        }),
        any::<u64>().prop_map(move |count| Kind::Vector {
            element: earlier,
            count
        }),
        Just(Kind::Alias { of: earlier }),
        Just(Kind::Qualified {
            of: earlier,
            qualifier: Qualifier::Volatile
        }),
        values,
        signature,
        record,
    ]
    .boxed()
}

fn ty(number: u32, len: u32) -> impl Strategy<Value = Type> {
    let size = prop::option::of(any::<u64>());
    let parts = (
        name(),
        size.clone(),
        size,
        kind(number, len),
        place(),
        attributes(),
    );
    parts.prop_map(|(name, size, align, kind, place, attributes)| Type {
        name,
        size,
        align,
        kind,
        place,
        attributes,
    })
}

fn symbol(len: u32) -> impl Strategy<Value = Symbol> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let names = prop::collection::vec(name(), 0..3);
    let parts = (
        name(),
        0..len,
        flags,
        prop::option::of(any::<u64>()),
        names,
        place(),
        attributes(),
    );
    parts.prop_map(
        |(name, ty, (is_function, is_static, inline), address, names, place, attributes)| {
            let what = if is_function {
                SymbolKind::Function
            } else {
                SymbolKind::Variable
            };
            Symbol {
                name,
                ty: TypeId(ty),
                what,
                linkage: if is_static {
                    Linkage::Static
                } else {
                    Linkage::External
                },
                inline,
                address,
                parameters: if is_function { names } else { Vec::new() },
                place,
                attributes,
            }
        },
    )
}

fn unit(len: u32) -> impl Strategy<Value = Unit> {
    let types = prop::collection::btree_set((0..len).prop_map(TypeId), 0..4);
    let parts = (name(), name(), types);
    parts.prop_map(|(name, producer, types)| Unit {
        name,
        producer,
        types: types.into_iter().collect(),
    })
}

fn any_types() -> impl Strategy<Value = Types> {
    (1..12_u32).prop_flat_map(|len| {
        let types: Vec<_> = (0..len).map(|number| ty(number, len).boxed()).collect();
        let symbols = prop::collection::vec(symbol(len), 0..4);
        let units = prop::collection::vec(unit(len), 0..3);
        let parts = (types, symbols, units);
        parts.prop_map(|(types, symbols, units)| Types::from_parts(types, symbols, units))
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(types in any_types()) {
        prop_assert_eq!(Types::from_bytes(&types.to_bytes()).unwrap(), types);
    }

    /// The checksum tells accidents; this is what a hostile file looks like behind it.
    #[test]
    fn changed_content_is_an_error_or_other_types(types in any_types(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut content = types.to_bytes().split_off(HEADER);
        for (at, byte) in changes {
            let at = at.index(content.len());
            content[at] = byte;
        }
        if let Ok(types) = Types::from_content(&content) {
            for (id, _) in types.iter() {
                let text = types.declaration(id, crate::Remarks::Holes);
                prop_assert!(!text.is_empty());
                types.uses(&[id]);
                types.closure(&[id]);
            }
            let again = Types::from_bytes(&types.to_bytes()).unwrap();
            prop_assert_eq!(&again, &types);
            prop_assert!(types.diff(&again).is_empty());
            let len = types.len();
            prop_assert!(Types::merged([types]).len() <= len);
        }
    }

    #[test]
    fn random_bytes_are_no_types(content in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Types::from_content(&content);
    }
}

#[test]
fn a_type_inside_itself_is_refused() {
    let alias = |of| Type::new("a".into(), None, Kind::Alias { of: TypeId(of) });
    let bytes = Types::from_parts(vec![alias(1), alias(0)], Vec::new(), Vec::new()).to_bytes();
    let refused = Types::from_bytes(&bytes).unwrap_err();
    assert!(matches!(refused, FileError::Unsound { .. }), "{refused}");
}

#[test]
fn a_name_that_grows_without_bytes_is_refused() {
    let mut names = varint::Writer::default();
    names.count(50_000);
    names.count(0);
    names.count(4000);
    names.0.extend(std::iter::repeat_n(b'x', 4000));
    for _ in 1..50_000 {
        names.count(4000);
        names.count(0);
    }
    let mut content = varint::Writer::default();
    content.section(names);
    for _ in 0..3 {
        let mut empty = varint::Writer::default();
        empty.count(0);
        content.section(empty);
    }
    let refused = Types::from_content(&content.0).unwrap_err();
    assert!(
        matches!(refused, FileError::Meaningless { what: "a name", .. }),
        "{refused}"
    );
}
