//! Types that need no file.

use memglass_types::{Builder, Kind, Type, Types};

/// Names, kind (signed, unsigned, float) and bytes.
const NUMBERS: &[(&[&str], char, u64)] = &[
    (&["i8", "int8_t", "signed char"], 'i', 1),
    (&["u8", "uint8_t", "unsigned char", "std::byte"], 'u', 1),
    (&["i16", "int16_t", "short"], 'i', 2),
    (&["u16", "uint16_t", "unsigned short"], 'u', 2),
    (&["i32", "int32_t", "int"], 'i', 4),
    (&["u32", "uint32_t", "unsigned int", "unsigned"], 'u', 4),
    (&["i64", "int64_t", "long", "long long", "ssize_t"], 'i', 8),
    (
        &[
            "u64",
            "uint64_t",
            "unsigned long",
            "unsigned long long",
            "size_t",
        ],
        'u',
        8,
    ),
    (&["i128", "__int128"], 'i', 16),
    (&["u128", "unsigned __int128"], 'u', 16),
    (&["f32", "float"], 'f', 4),
    (&["f64", "double"], 'f', 8),
];

/// The usual numbers by the names of C and Rust, `char` and `bool`.
pub(crate) fn types() -> Types {
    let mut builder = Builder::default();
    let mut add = |name: &str, size: u64, kind: Kind| {
        builder.add(Type::new(name.into(), Some(size), kind));
    };
    for (names, kind, size) in NUMBERS {
        for name in *names {
            let bits = *size as u32 * 8;
            let kind = match kind {
                'f' => Kind::Float,
                kind => Kind::Int {
                    signed: *kind == 'i',
                    bits,
                },
            };
            add(name, *size, kind);
        }
    }
    add("char", 1, Kind::Char { signed: true });
    add("bool", 1, Kind::Bool);
    builder.finish().expect("numbers refer to no other types")
}
