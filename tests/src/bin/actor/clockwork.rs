//! A producer that stores known values at known times.

use std::time::Duration;

use memglass::Session;
use memglass_tests::Random;
use memglass_tests::clockwork::{Clockwork, VALUES, now_ns};

use crate::until_told::Input;
use crate::{Answer, say};

/// Stores 1, 2, 3 … and notes when, until told to stop; answers the last value.
pub(crate) fn run(session: &Session, input: &Input) -> Answer {
    let number = session.object("number", 0_u64)?;
    let pair = session.object("pair", Clockwork::default())?;
    let before = session.array_with("before", VALUES, |_| 0_i64)?;
    let after = session.array_with("after", VALUES, |_| 0_i64)?;
    after[0].set(now_ns());
    say("ok running");
    let (mut value, mut random) = (0, Random::new(11));
    input.until_told(|| {
        // The rate of the producer, not an order of events.
        std::thread::sleep(Duration::from_micros(200 + random.below(4_000)));
        if value + 1 == VALUES as u64 {
            return Ok(());
        }
        value += 1;
        before[value as usize].set(now_ns());
        number.set(value);
        pair.write(Clockwork {
            value,
            complement: !value,
        })?;
        after[value as usize].set(now_ns());
        Ok::<(), memglass::Busy>(())
    })?;
    // What was noted is read after this.
    number.leak();
    pair.leak();
    before.leak();
    after.leak();
    Ok(value.to_string())
}
