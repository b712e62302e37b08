//! Random consistent schemas, for property tests.

use proptest::collection::vec;
use proptest::prelude::*;

use memglass_layouts::Layout;

use super::super::{
    Bits, Definition, Field, Kind, Metadata, Number, Protection, Room, Schema, Type, TypeId,
    Variant,
};

/// How to make one type from the types made before; indices wrap around.
#[derive(Clone, Debug)]
enum Recipe {
    Int { signed: bool, log_size: u32 },
    Float { wide: bool },
    Bool,
    Text { size: u64 },
    Enum { signed: bool, values: Vec<i8> },
    Flags { values: Vec<u8> },
    Struct { members: Vec<(usize, Metadata)> },
    Bitfields { widths: Vec<u8>, signed: bool },
    Union { members: Vec<usize> },
    Array { element: usize, count: u64 },
    Pointer,
    Alias { of: usize },
    Protected { of: usize, protection: Protection },
    Layout { text: usize },
    Record { of: usize, words: u64 },
}

/// Layouts of which each has a struct `root`.
const LAYOUTS: [&str; 3] = [
    "struct root { u8 n; be u16 data[n]; };",
    "enum tag : s16 { a = -1, b }; struct root { tag t; match (t) { (tag::a): u24 x; (_): char text[]; } };",
    "bitfield bits { signed x : 3; bool y : 1; }; struct root { bits b[2]; part p : 4; }; struct part { float f; };",
];

/// Schemas of a few types of every kind.
pub(crate) fn schemas() -> impl Strategy<Value = Schema> {
    vec(step(), 1..24).prop_map(|steps| build(&steps))
}

/// Schemas of bare types whose values can be written back whole: no protections, no unions, no packed records.
pub(crate) fn bare_schemas() -> impl Strategy<Value = Schema> {
    let bare = |step: &Recipe| {
        !matches!(
            step,
            Recipe::Protected { .. }
                | Recipe::Union { .. }
                | Recipe::Layout { .. }
                | Recipe::Record { .. }
        )
    };
    vec(step().prop_filter("bare", bare), 1..16).prop_map(|steps| build(&steps))
}

fn step() -> impl Strategy<Value = Recipe> {
    let member = (any::<usize>(), metadata());
    let protection = prop_oneof![
        Just(Protection::Atomic),
        Just(Protection::Seqlock),
        Just(Protection::Locked)
    ];
    prop_oneof![
        (any::<bool>(), 0..5_u32).prop_map(|(signed, log_size)| Recipe::Int { signed, log_size }),
        any::<bool>().prop_map(|wide| Recipe::Float { wide }),
        Just(Recipe::Bool),
        (1..40_u64).prop_map(|size| Recipe::Text { size }),
        (any::<bool>(), vec(any::<i8>(), 0..5))
            .prop_map(|(signed, values)| Recipe::Enum { signed, values }),
        vec(any::<u8>(), 0..5).prop_map(|values| Recipe::Flags { values }),
        vec(member, 0..6).prop_map(|members| Recipe::Struct { members }),
        (vec(1..9_u8, 1..4), any::<bool>())
            .prop_map(|(widths, signed)| Recipe::Bitfields { widths, signed }),
        vec(any::<usize>(), 1..4).prop_map(|members| Recipe::Union { members }),
        (any::<usize>(), 1..5_u64).prop_map(|(element, count)| Recipe::Array { element, count }),
        Just(Recipe::Pointer),
        any::<usize>().prop_map(|of| Recipe::Alias { of }),
        (any::<usize>(), protection)
            .prop_map(|(of, protection)| Recipe::Protected { of, protection }),
        (0..LAYOUTS.len()).prop_map(|text| Recipe::Layout { text }),
        (any::<usize>(), 1..5_u64).prop_map(|(of, words)| Recipe::Record { of, words }),
    ]
}

fn metadata() -> impl Strategy<Value = Metadata> {
    let text = || proptest::option::of("[a-zé\"]{1,6}".prop_map(|text| text.into()));
    let bound = || {
        proptest::option::of(prop_oneof![
            any::<i128>().prop_map(Number::Int),
            (-1e30..1e30_f64).prop_map(Number::Float)
        ])
    };
    let texts = (text(), text(), text(), text());
    (any::<bool>(), bound(), bound(), texts).prop_map(
        |(readonly, min, max, (format, unit, desc, was))| Metadata {
            readonly,
            min,
            max,
            format,
            unit,
            desc,
            was,
            ..Metadata::default()
        },
    )
}

/// Adds what the steps make; a step that makes no sound type is left out.
fn build(steps: &[Recipe]) -> Schema {
    let mut schema = Schema::new();
    schema
        .add(leaf(8, Kind::Int { signed: true }))
        .expect("an i64 is sound");
    for (index, step) in steps.iter().enumerate() {
        if let Some(ty) = make(&schema, &format!("T{index}"), step)
            && ty.size <= 4096
        {
            let _ = schema.add(ty);
        }
    }
    schema
}

fn leaf(size: u64, kind: Kind) -> Type {
    Type {
        elsewhere: None,
        name: "".into(),
        size,
        align: size,
        kind,
    }
}

fn make(schema: &Schema, name: &str, step: &Recipe) -> Option<Type> {
    let pick = |index: usize| TypeId((index % schema.len()) as u32);
    let like = |id: TypeId, kind| Type {
        elsewhere: None,
        name: name.into(),
        size: schema[id].size,
        align: schema[id].align,
        kind,
    };
    Some(match step {
        Recipe::Int { signed, log_size } => leaf(1 << log_size, Kind::Int { signed: *signed }),
        Recipe::Float { wide } => leaf(if *wide { 8 } else { 4 }, Kind::Float),
        Recipe::Bool => leaf(1, Kind::Bool),
        Recipe::Text { size } => Type {
            elsewhere: None,
            name: "".into(),
            size: *size,
            align: 1,
            kind: Kind::Text,
        },
        Recipe::Enum { signed, values } => Type {
            elsewhere: None,
            name: name.into(),
            ..leaf(
                2,
                Kind::Enum {
                    signed: *signed,
                    variants: variants(values.iter().map(|&value| i128::from(value))),
                },
            )
        },
        Recipe::Flags { values } => Type {
            elsewhere: None,
            name: name.into(),
            ..leaf(
                4,
                Kind::Flags {
                    flags: variants(values.iter().map(|&value| i128::from(value))),
                },
            )
        },
        Recipe::Struct { members } => {
            let members = members
                .iter()
                .map(|(index, metadata)| (pick(*index), metadata.clone()));
            structure(schema, name, members)
        }
        Recipe::Bitfields { widths, signed } => bitfields(schema, name, widths, *signed)?,
        Recipe::Union { members } => union(schema, name, members.iter().map(|&index| pick(index))),
        Recipe::Array { element, count } => {
            let element = pick(*element);
            let ty = like(
                element,
                Kind::Array {
                    element,
                    count: *count,
                },
            );
            Type {
                elsewhere: None,
                name: "".into(),
                size: ty.size * count,
                ..ty
            }
        }
        Recipe::Pointer => leaf(
            8,
            Kind::Pointer {
                target: name.into(),
            },
        ),
        Recipe::Alias { of } => like(pick(*of), Kind::Alias { of: pick(*of) }),
        Recipe::Protected { of, protection } => {
            let mut copy = schema.clone();
            let id = copy.add_protected(*protection, pick(*of)).ok()?;
            copy[id].clone()
        }
        Recipe::Layout { text } => {
            let layout = Layout::parse(LAYOUTS[*text]).expect("the text is sound");
            let definition = Definition::new(layout);
            Type::new(name, 1, 1, Kind::Layout { definition })
        }
        Recipe::Record { of, words } => {
            let layouts = schema.iter();
            let layouts = layouts.filter(|(_, ty)| matches!(ty.kind, Kind::Layout { .. }));
            let layouts: Vec<TypeId> = layouts.map(|(id, _)| id).collect();
            let layout = *layouts.get(of % layouts.len().max(1))?;
            let root = "root".into();
            let byte = schema.iter().find(|(_, ty)| is_byte(ty));
            match byte.filter(|_| words % 2 == 1) {
                Some((byte, _)) => {
                    let room = Room::Bytes(byte);
                    Type::new(name, words + 1, 1, Kind::Record { layout, root, room })
                }
                None => {
                    let room = Room::Counted;
                    Type::new(name, 8 + 8 * words, 8, Kind::Record { layout, root, room })
                }
            }
        }
    })
}

fn is_byte(ty: &Type) -> bool {
    ty.size == 1 && matches!(ty.kind, Kind::Int { .. })
}

fn variants(values: impl Iterator<Item = i128>) -> Vec<Variant> {
    values
        .enumerate()
        .map(|(index, value)| Variant {
            name: format!("V{index}").into(),
            value,
        })
        .collect()
}

fn structure(
    schema: &Schema,
    name: &str,
    members: impl Iterator<Item = (TypeId, Metadata)>,
) -> Type {
    let (mut size, mut align) = (0_u64, 1);
    let mut fields = Vec::new();
    for (index, (type_id, metadata)) in members.enumerate() {
        let of = &schema[type_id];
        let offset = size.next_multiple_of(of.align);
        fields.push(Field {
            name: format!("m{index}").into(),
            type_id,
            offset,
            bits: None,
            metadata: sound(schema, type_id, metadata),
        });
        (size, align) = (offset + of.size, align.max(of.align));
    }
    Type {
        elsewhere: None,
        name: name.into(),
        size: size.max(1).next_multiple_of(align),
        align,
        kind: Kind::Struct { fields },
    }
}

/// Leaves out bounds that contradict each other or the type.
fn sound(schema: &Schema, id: TypeId, metadata: Metadata) -> Metadata {
    let numeric = matches!(schema[schema.bare(id)].kind, Kind::Int { .. } | Kind::Float);
    let ordered = match (metadata.min, metadata.max) {
        (Some(min), Some(max)) => min.compare(max).is_le(),
        _ => true,
    };
    match numeric && ordered {
        true => metadata,
        false => Metadata {
            min: None,
            max: None,
            ..metadata
        },
    }
}

fn bitfields(schema: &Schema, name: &str, widths: &[u8], signed: bool) -> Option<Type> {
    let unit = schema
        .iter()
        .find(|(_, ty)| ty.size >= 4 && ty.size <= 8 && ty.kind == Kind::Int { signed })?;
    let mut offset = 0;
    let fields = widths.iter().enumerate().map(|(index, &width)| {
        let bits = Some(Bits { offset, width });
        offset += width;
        Field {
            name: format!("b{index}").into(),
            type_id: unit.0,
            offset: 0,
            bits,
            metadata: Metadata::default(),
        }
    });
    let fields = fields.collect();
    Some(Type {
        elsewhere: None,
        name: name.into(),
        size: unit.1.size,
        align: unit.1.align,
        kind: Kind::Struct { fields },
    })
}

fn union(schema: &Schema, name: &str, members: impl Iterator<Item = TypeId>) -> Type {
    let mut size = 8;
    let fields = members.enumerate().map(|(index, type_id)| {
        size = size.max(schema[type_id].size);
        Field {
            name: format!("u{index}").into(),
            type_id,
            offset: 0,
            bits: None,
            metadata: Metadata::default(),
        }
    });
    let members = fields.collect();
    Type {
        elsewhere: None,
        name: name.into(),
        size: size.next_multiple_of(16),
        align: 16,
        kind: Kind::Union { members },
    }
}
