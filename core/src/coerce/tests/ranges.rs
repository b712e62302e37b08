//! Ranges and steps.

use super::*;

#[test]
fn ranges_hold_for_integers_and_floats() {
    Bench::int(true, 8)
        .with(range(Some(0), Some(100)))
        .takes(100, 100_i64)
        .refuses(101, "101 is out of range; allowed is 0..=100")
        .refuses(-1, "-1 is out of range; allowed is 0..=100")
        .forces(101, 101_i64);
    // The declared range says more than that of the type.
    Bench::int(true, 1)
        .with(range(Some(-5), Some(5)))
        .refuses(300, "300 is out of range; allowed is -5..=5")
        .refuses_even_forced(300, "300 does not fit i8 (-128..=127)");
    Bench::int(false, 16).with(range(None, Some(5))).refuses(
        u128::MAX,
        &format!("{} is out of range; allowed is ..=5", u128::MAX),
    );
    let mut float = Bench::leaf(8, Kind::Float).with(range(Some(1), None));
    float
        .takes(1, 1.0)
        .refuses(0.5, "0.5 is out of range; allowed is 1..");
    float.refuses(f64::NAN, "NaN is out of range; allowed is 1..");
    let tenth = Metadata {
        max: Some(Number::Float(0.1)),
        ..Metadata::default()
    };
    Bench::leaf(4, Kind::Float)
        .with(tenth)
        .takes(0.1, 0.1_f32)
        .takes(0.1_f32, 0.1_f32);
}

#[test]
fn ranges_are_exact_beyond_the_precision_of_floats() {
    let most = i128::from(i64::MAX) - 1;
    Bench::int(true, 8)
        .with(range(None, Some(most)))
        .takes(i64::MAX - 1, i64::MAX - 1)
        .refuses(
            i64::MAX,
            &format!("{} is out of range; allowed is ..={most}", i64::MAX),
        );
}

#[test]
fn steps_are_counted_from_the_minimum() {
    let step = |min, step| Metadata {
        min,
        step: Some(step),
        ..Metadata::default()
    };
    Bench::int(true, 8)
        .with(step(Some(Number::Int(-3)), Number::Int(5)))
        .takes(-3, -3_i64)
        .takes(7, 7_i64)
        .refuses(5, "5 is not on a step; allowed is -3 plus multiples of 5")
        .forces(5, 5_i64);
    Bench::leaf(8, Kind::Float)
        .with(step(None, Number::Float(0.1)))
        .takes(0.1 + 0.2, 0.1 + 0.2)
        .refuses(
            0.25,
            "0.25 is not on a step; allowed is 0 plus multiples of 0.1",
        );
    Bench::leaf(4, Kind::Float)
        .with(step(None, Number::Float(0.1)))
        .takes(0.3_f32, 0.3_f32);
}
