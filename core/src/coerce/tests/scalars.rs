//! Numbers, truth values and addresses.

use super::*;

#[test]
fn integers_of_any_kind_fit_if_in_range() {
    Bench::int(true, 1)
        .takes(127_u128, 127_i64)
        .takes(-128_i128, -128_i64)
        .refuses(300, "300 does not fit i8 (-128..=127)")
        .refuses(-129, "-129 does not fit i8 (-128..=127)")
        .refuses_even_forced(300, "300 does not fit i8 (-128..=127)");
    Bench::int(false, 8)
        .takes(u64::MAX, u64::MAX)
        .refuses(-1, "-1 does not fit u64 (0..=18446744073709551615)");
    Bench::int(true, 16)
        .takes(i128::MIN, i128::MIN)
        .takes(-1, -1_i128)
        .refuses(
            u128::MAX,
            &format!(
                "{} does not fit i128 ({}..={})",
                u128::MAX,
                i128::MIN,
                i128::MAX
            ),
        );
    Bench::int(false, 16)
        .takes(u128::MAX, u128::MAX)
        .refuses(-1, &format!("-1 does not fit u128 (0..={})", u128::MAX));
}

#[test]
fn integers_take_whole_floats_only() {
    Bench::int(true, 8)
        .takes(5.0, 5_i64)
        .takes(-5.0_f32, -5_i64)
        .refuses(5.5, "5.5 is not a whole number; i64 needs one")
        .refuses(f64::NAN, "NaN is not a whole number; i64 needs one")
        .refuses(f64::INFINITY, "inf is not a whole number; i64 needs one")
        .refuses(1e30, "1000000000000000019884624838656 does not fit i64 (-9223372036854775808..=9223372036854775807)")
        .refuses("5", "expected an integer for i64, got text")
        .refuses(true, "expected an integer for i64, got a bool");
    Bench::int(false, 16).takes(2_f64.powi(127), 1_u128 << 127);
}

#[test]
fn floats_take_all_numbers() {
    Bench::leaf(8, Kind::Float)
        .takes(5, 5.0)
        .takes(0.1_f32, f64::from(0.1_f32))
        .refuses(true, "expected a number for f64, got a bool");
    Bench::leaf(4, Kind::Float)
        .takes(0.1, 0.1_f32)
        .takes(f64::INFINITY, f32::INFINITY)
        .refuses(1e39, "1e39 does not fit f32 (-3.4028235e38..=3.4028235e38)")
        .refuses_even_forced(1e39, "1e39 does not fit f32 (-3.4028235e38..=3.4028235e38)");
}

#[test]
fn bools_take_truth_values_and_bits() {
    Bench::leaf(1, Kind::Bool)
        .takes(true, true)
        .takes(0, false)
        .takes(1_u8, true)
        .refuses(2, "expected true, false, 1 or 0, got 2")
        .refuses("true", "expected true, false, 1 or 0, got text");
}

#[test]
fn pointers_are_written_by_force_only() {
    Bench::leaf(8, Kind::Pointer { target: "Q".into() })
        .refuses(
            0,
            "this is an address in the producer; force the write if you know a valid one",
        )
        .forces(0x1000, Value::Address(0x1000));
}
