//! The scalars of layouts: names, sizes, numbers as bytes.

/// What a scalar's bytes mean, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    Unsigned(u8),
    Signed(u8),
    Float(u8),
    Bool,
    Char,
}

/// Names that print as themselves come before their aliases.
const NAMES: &[(&str, Scalar)] = &[
    ("u8", Scalar::Unsigned(1)),
    ("u16", Scalar::Unsigned(2)),
    ("u24", Scalar::Unsigned(3)),
    ("u32", Scalar::Unsigned(4)),
    ("u48", Scalar::Unsigned(6)),
    ("u64", Scalar::Unsigned(8)),
    ("u96", Scalar::Unsigned(12)),
    ("u128", Scalar::Unsigned(16)),
    ("s8", Scalar::Signed(1)),
    ("s16", Scalar::Signed(2)),
    ("s24", Scalar::Signed(3)),
    ("s32", Scalar::Signed(4)),
    ("s48", Scalar::Signed(6)),
    ("s64", Scalar::Signed(8)),
    ("s96", Scalar::Signed(12)),
    ("s128", Scalar::Signed(16)),
    ("f16", Scalar::Float(2)),
    ("float", Scalar::Float(4)),
    ("double", Scalar::Float(8)),
    ("bool", Scalar::Bool),
    ("char", Scalar::Char),
    ("i8", Scalar::Signed(1)),
    ("i16", Scalar::Signed(2)),
    ("i24", Scalar::Signed(3)),
    ("i32", Scalar::Signed(4)),
    ("i48", Scalar::Signed(6)),
    ("i64", Scalar::Signed(8)),
    ("i96", Scalar::Signed(12)),
    ("i128", Scalar::Signed(16)),
    ("f32", Scalar::Float(4)),
    ("f64", Scalar::Float(8)),
];

impl Scalar {
    pub(crate) fn named(name: &str) -> Option<Scalar> {
        NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, scalar)| *scalar)
    }

    pub(crate) fn name(self) -> &'static str {
        let known = NAMES.iter().find(|(_, scalar)| *scalar == self);
        known.map_or("?", |(name, _)| name)
    }

    pub(crate) fn size(self) -> u64 {
        match self {
            Scalar::Unsigned(size) | Scalar::Signed(size) | Scalar::Float(size) => size.into(),
            Scalar::Bool | Scalar::Char => 1,
        }
    }

    /// Whether an expression can read it.
    pub(crate) fn is_integer(self) -> bool {
        !matches!(self, Scalar::Float(_))
    }

    /// Whether `value` is one of its numbers.
    pub(crate) fn holds(self, value: i128) -> bool {
        let bits = self.size() as u32 * 8;
        match self {
            Scalar::Signed(_) => is_signed_number(value, bits),
            Scalar::Bool => value == 0 || value == 1,
            Scalar::Unsigned(_) | Scalar::Char => value >= 0 && (bits >= 127 || value >> bits == 0),
            Scalar::Float(_) => false,
        }
    }
}

/// Whether a signed number of `bits` bits can be `value`.
pub(crate) fn is_signed_number(value: i128, bits: u32) -> bool {
    bits >= 128 || (value >> (bits - 1) == 0 || value >> (bits - 1) == -1)
}

/// Reads up to 16 bytes as one unsigned number.
pub(crate) fn unsigned(bytes: &[u8], big: bool) -> u128 {
    // The usual widths are one load each.
    match (bytes, big) {
        ([byte], _) => return (*byte).into(),
        (&[a, b], false) => return u16::from_le_bytes([a, b]).into(),
        (&[a, b], true) => return u16::from_be_bytes([a, b]).into(),
        (&[a, b, c, d], false) => return u32::from_le_bytes([a, b, c, d]).into(),
        (&[a, b, c, d], true) => return u32::from_be_bytes([a, b, c, d]).into(),
        _ => {}
    }
    let mut wide = [0; 16];
    for (i, byte) in bytes.iter().take(16).enumerate() {
        wide[if big { bytes.len() - 1 - i } else { i }] = *byte;
    }
    u128::from_le_bytes(wide)
}

/// Reads the lowest `bits` bits of `value` as a signed number.
pub(crate) fn sign_extended(value: u128, bits: u32) -> i128 {
    let unused = 128 - bits.clamp(1, 128);
    ((value << unused) as i128) >> unused
}

/// Stores the lowest bytes of `value`.
pub(crate) fn store(bytes: &mut [u8], value: u128, big: bool) {
    let wide = value.to_le_bytes();
    let len = bytes.len();
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = wide[if big { len - 1 - i } else { i }];
    }
}

/// The number of a half float.
pub(crate) fn half_to_f64(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f64::from(bits & 0x3ff);
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    }
}

/// The half float that is nearest to `value`; ties go to the even one.
pub(crate) fn half_from_f64(value: f64) -> u16 {
    let sign = if value.is_sign_negative() { 0x8000 } else { 0 };
    let size = value.abs();
    if value.is_nan() {
        return 0x7e00;
    }
    if size >= 65_520.0 {
        return sign | 0x7c00;
    }
    // The spacing of halves at this size; below 2^-14 it is that of the subnormal ones.
    let exponent = (((size.to_bits() >> 52) as i32) - 1023).max(-14);
    let steps = (size / 2f64.powi(exponent - 10)).round_ties_even() as u16;
    // A subnormal has no hidden bit; a carry out of the fraction moves to the next exponent.
    let biased = ((exponent + 14) as u16) << 10;
    sign | (biased + steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_float_comes_back() {
        for bits in 0..=u16::MAX {
            let value = half_to_f64(bits);
            if !value.is_nan() {
                assert_eq!(half_from_f64(value), bits, "{value}");
            }
        }
    }

    #[test]
    fn numbers_are_stored_as_they_are_read() {
        for big in [false, true] {
            let mut bytes = [0; 6];
            store(&mut bytes, 0x0102_0304_0506, big);
            assert_eq!(unsigned(&bytes, big), 0x0102_0304_0506);
        }
        assert_eq!(sign_extended(0xff, 8), -1);
        assert!(Scalar::Signed(3).holds(-0x80_0000) && !Scalar::Signed(3).holds(0x80_0000));
        assert!(Scalar::Unsigned(16).holds(i128::MAX) && !Scalar::Unsigned(1).holds(256));
    }
}
