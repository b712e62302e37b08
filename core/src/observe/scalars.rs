//! Bools, integers, floats and addresses in shared memory.

use std::any::type_name;
use std::ffi::c_void;

use super::derive_support::{decode_scalar, decode_scalar_lossy, encode_scalar};
use super::unions::Padding;
use super::{AtomicBits, InvalidValue, Observe, Scalar, Shape};
use crate::protection::Plain;
use crate::schema::{Kind, Schema, SchemaError, Type, TypeId};

/// A scalar of at most 8 bytes: what `Atomic` holds.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be atomic",
    label = "only scalars of at most 8 bytes can be",
    note = "use `#[observe(seqlock)]` to read and write it as a whole, or `#[observe(locked)]` to update it as a whole"
)]
pub trait AtomicScalar: Scalar<Bits: AtomicBits> {}

impl<T: Scalar<Bits: AtomicBits>> AtomicScalar for T {}

/// An integer of at most 8 bytes: what `Atomic` can add to.
#[diagnostic::on_unimplemented(
    message = "`Atomic<{Self}>` cannot add",
    label = "only integers of at most 8 bytes can be added to by one instruction",
    note = "use `fetch_update`, or `#[observe(locked)]` and its `update`"
)]
pub trait AtomicInteger: AtomicScalar + Ord {}

/// A scalar of at most 8 bytes whose every bit pattern is a value: bools, integers, flag sets.
#[diagnostic::on_unimplemented(
    message = "the bits of `{Self}` cannot be changed one by one",
    label = "only bools, integers of at most 8 bytes and flag sets can",
    note = "use `fetch_update`"
)]
pub trait Bitwise: AtomicScalar {}

/// The parts of an `Observe` that are alike for all scalars.
macro_rules! observe_scalar {
    ($shape:expr) => {
        type Storage = Plain<Self>;
        const SHAPE: Shape = $shape;
        // SAFETY: U1: a scalar of the language has no padding.
        #[allow(unsafe_code)]
        const PADDING: Padding<Self> = unsafe { Padding::none() };

        #[inline]
        fn encode(&self, bytes: &mut [u8]) {
            encode_scalar(*self, bytes);
        }

        #[inline]
        fn decode(bytes: &[u8]) -> Result<Self, InvalidValue> {
            decode_scalar(bytes)
        }

        #[inline]
        fn decode_lossy(bytes: &[u8]) -> Self {
            decode_scalar_lossy(bytes)
        }
    };
}

/// The parts of a `Scalar` for which every bit pattern is a value.
macro_rules! total_scalar {
    ($bits:ty, |$value:ident| $into:expr, |$pattern:ident| $from:expr) => {
        type Bits = $bits;

        #[inline]
        fn into_bits(self) -> $bits {
            let $value = self;
            $into
        }

        #[inline]
        fn from_bits(bits: $bits) -> Result<Self, InvalidValue> {
            Ok(Self::from_bits_lossy(bits))
        }

        #[inline]
        fn from_bits_lossy($pattern: $bits) -> Self {
            $from
        }
    };
}

macro_rules! numbers {
    ($($shape:ident $kind:expr => $($number:ident as $bits:ident)*;)*) => {$($(
        impl Observe for $number {
            observe_scalar!(Shape::$shape);

            fn value_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
                schema.add(named::<Self>(stringify!($number), $kind))
            }
        }
    )*)*};
}

numbers! {
    Bool Kind::Bool => bool as u8;
    Int Kind::Int { signed: true } => i8 as u8 i16 as u16 i32 as u32 i64 as u64 i128 as u128;
    Int Kind::Int { signed: false } => u8 as u8 u16 as u16 u32 as u32 u64 as u64 u128 as u128;
    Float Kind::Float => f32 as u32 f64 as u64;
}

macro_rules! integers {
    ($($number:ident as $bits:ident),*) => {$(
        impl Scalar for $number {
            total_scalar!($bits, |value| value as $bits, |bits| bits as Self);
        }
    )*};
}

integers!(i8 as u8, i16 as u16, i32 as u32, i64 as u64, i128 as u128);
integers!(u8 as u8, u16 as u16, u32 as u32, u64 as u64, u128 as u128);

impl Scalar for bool {
    // Any byte but zero is true, as in C.
    total_scalar!(u8, |value| u8::from(value), |bits| bits != 0);
}

impl Scalar for f32 {
    total_scalar!(u32, |value| value.to_bits(), |bits| f32::from_bits(bits));
}

impl Scalar for f64 {
    total_scalar!(u64, |value| value.to_bits(), |bits| f64::from_bits(bits));
}

macro_rules! markers {
    ($($number:ident)*) => {$(
        impl AtomicInteger for $number {}
        impl Bitwise for $number {}
    )*};
}

markers!(i8 i16 i32 i64 u8 u16 u32 u64);

impl Bitwise for bool {}

/// Size and address width are those of the 64-bit platforms that the wire format is for.
macro_rules! pointers {
    ($($pointer:ty: $from:expr),*) => {$(
        impl<T: 'static> Observe for $pointer {
            observe_scalar!(Shape::Pointer);

            fn value_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
                let kind = Kind::Pointer { target: target_name::<T>().into() };
                schema.add(named::<Self>("", kind))
            }
        }

        impl<T: 'static> Scalar for $pointer {
            // The provenance is exposed, so that a producer may follow its own pointers again.
            total_scalar!(u64, |value| value.expose_provenance() as u64, |bits| $from(bits as usize));
        }
    )*};
}

pointers!(*const T: std::ptr::with_exposed_provenance, *mut T: std::ptr::with_exposed_provenance_mut);

/// What a pointer's target is called in schemas: without modules, as the derive names types, and empty if a pointer
/// says nothing of it.
fn target_name<T>() -> String {
    let full = type_name::<T>();
    if ["()", type_name::<c_void>()].contains(&full) {
        return String::new();
    }
    let mut name = String::new();
    for word in full.split_inclusive(|c: char| !(c.is_alphanumeric() || "_:".contains(c))) {
        let path = word.rfind("::").map_or(0, |at| at + "::".len());
        name.push_str(&word[path..]);
    }
    name
}

/// A type with the size and alignment of `T`.
fn named<T>(name: &str, kind: Kind) -> Type {
    Type::new(name, size_of::<T>() as u64, align_of::<T>() as u64, kind)
}
