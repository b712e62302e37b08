//! `Observe` and `Scalar` are safe traits, so what they say cannot vouch for bytes without a value.
use memglass::derive_support::{Padding, decode_scalar, decode_scalar_lossy, encode_scalar};
use memglass::schema::{Schema, SchemaError, TypeId};
use memglass::{InvalidValue, Observe, Plain, Scalar, Shape, bitflags};

#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Gappy {
    code: u8,
    value: u32,
}

impl Observe for Gappy {
    type Storage = Plain<Self>;
    const SHAPE: Shape = Shape::Int;

    fn value_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
        u64::value_type(schema)
    }

    fn encode(&self, bytes: &mut [u8]) {
        encode_scalar(*self, bytes);
    }

    fn decode(bytes: &[u8]) -> Result<Self, InvalidValue> {
        decode_scalar(bytes)
    }

    fn decode_lossy(bytes: &[u8]) -> Self {
        decode_scalar_lossy(bytes)
    }
}

impl Scalar for Gappy {
    type Bits = u64;

    fn into_bits(self) -> u64 {
        0
    }

    fn from_bits(bits: u64) -> Result<Self, InvalidValue> {
        Ok(Self::from_bits_lossy(bits))
    }

    fn from_bits_lossy(_: u64) -> Self {
        Gappy { code: 0, value: 0 }
    }
}

#[derive(Observe, Clone, Copy)]
struct Wrapper(Gappy);

bitflags::bitflags! {
    #[derive(Observe, Clone, Copy)]
    struct Conditions: u64 {
        const HELD = 1;
    }
}

#[derive(Observe, Clone, Copy)]
#[repr(C, align(8))]
union Payload {
    raw: u64,
    by_hand: Gappy,
    wrapped: Wrapper,
    flags: Conditions,
}

#[derive(Clone, Copy)]
struct Liar(u64);

impl Observe for Liar {
    type Storage = memglass::Guarded<Self>;
    const SHAPE: Shape = Shape::Int;
    const PADDING: Padding<Self> = <u64 as Observe>::PADDING;

    fn value_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
        u64::value_type(schema)
    }

    fn encode(&self, _: &mut [u8]) {}

    fn decode(bytes: &[u8]) -> Result<Self, InvalidValue> {
        Ok(Self::decode_lossy(bytes))
    }

    fn decode_lossy(_: &[u8]) -> Self {
        Liar(0)
    }
}

fn main() {}
