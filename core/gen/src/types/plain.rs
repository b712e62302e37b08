//! Types without parts: numbers, characters, truth values.

use clang_sys::*;
use memglass_types::Kind;

use crate::clang::Ty;

/// A number of the library that is negative if it is not known.
pub(super) fn known(number: i64) -> Option<u64> {
    u64::try_from(number).ok()
}

pub(super) fn is_signed(ty: Ty<'_>) -> bool {
    match plain(ty) {
        Some((_, Kind::Int { signed, .. } | Kind::Char { signed })) => signed,
        _ => false,
    }
}

/// The name and the kind of a type without parts.
pub(super) fn plain(ty: Ty<'_>) -> Option<(String, Kind)> {
    let signed = matches!(
        ty.kind(),
        CXType_Short | CXType_Int | CXType_Long | CXType_LongLong | CXType_Int128
    );
    let bits = u32::try_from(ty.size().saturating_mul(8)).unwrap_or(0);
    let kind = match ty.kind() {
        CXType_Void => return Some((String::new(), Kind::Void)),
        CXType_Bool => Kind::Bool,
        CXType_Char_S | CXType_SChar => Kind::Char { signed: true },
        CXType_Char_U | CXType_UChar | CXType_Char16 | CXType_Char32 => {
            Kind::Char { signed: false }
        }
        CXType_Short | CXType_Int | CXType_Long | CXType_LongLong | CXType_Int128
        | CXType_UShort | CXType_UInt | CXType_ULong | CXType_ULongLong | CXType_UInt128 => {
            Kind::Int { signed, bits }
        }
        CXType_WChar => Kind::Int {
            signed: cfg!(not(target_arch = "aarch64")),
            bits,
        },
        CXType_Half | CXType_Float16 | CXType_BFloat16 | CXType_Float | CXType_Double
        | CXType_LongDouble | CXType_Float128 | CXType_Ibm128 => Kind::Float,
        CXType_Complex => Kind::Complex,
        CXType_Unexposed => return unexposed(&bare_spelling(ty)),
        _ => return None,
    };
    Some((bare_spelling(ty), kind))
}

/// Numbers that the library has no kind for.
fn unexposed(spelling: &str) -> Option<(String, Kind)> {
    let kind = match spelling {
        "char8_t" => Kind::Char { signed: false },
        _ => {
            let (signed, rest) = match spelling.strip_prefix("unsigned ") {
                Some(rest) => (false, rest),
                None => (true, spelling),
            };
            let bits = rest.strip_prefix("_BitInt(")?.strip_suffix(')')?;
            Kind::Int {
                signed,
                bits: bits.parse().ok()?,
            }
        }
    };
    Some((spelling.to_owned(), kind))
}

/// What a type is called without qualifiers.
fn bare_spelling(ty: Ty<'_>) -> String {
    let spelling = ty.spelling();
    let words = spelling.split(' ');
    let words = words.filter(|word| !matches!(*word, "const" | "volatile" | "restrict"));
    words.collect::<Vec<_>>().join(" ")
}
