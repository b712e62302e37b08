//! Producers whose sessions come and go, or grow, as fast as they can.

use std::time::{Duration, Instant};

use memglass::{Object, Session};
use memglass_tests::Random;
use memglass_tests::objects::{Five, Pair};

use crate::until_told::Input;
use crate::{Answer, say};

/// The number of permanent objects.
pub(crate) const FIXED: u64 = 1000;
/// Objects up to which a session grows before it starts over.
const MOST: u64 = 100_000;

/// Starts and ends a session, over and over, with two objects that agree.
pub(crate) fn cycle(name: &str, input: &Input) -> Answer {
    say("ok cycling");
    let (mut number, mut random) = (0_u64, Random::new(5));
    let rounds = input.until_told(|| {
        number += 1;
        let session = Session::create(name)?;
        let _one = session.object("one", number)?;
        let _other = session.object("other", !number)?;
        let _five = session.object("five", Five::of(number))?;
        // Of different lengths, so that observers come at every moment of a life.
        let moment = Instant::now() + Duration::from_micros(random.below(500));
        while Instant::now() < moment {
            std::hint::spin_loop();
        }
        Ok::<(), memglass::ProducerError>(())
    })?;
    Ok(rounds.to_string())
}

/// Creates objects without end; `progress` says how many there are in which round.
pub(crate) fn grow(session: &Session, input: &Input) -> Answer {
    let fixed: Vec<Object<u64>> = (0..FIXED)
        .map(|number| session.object(&format!("fixed_{number}"), number))
        .collect::<Result<_, _>>()?;
    let progress = session.object(
        "progress",
        Progress {
            of: Pair::default(),
        },
    )?;
    say("ok growing");
    let (mut round, mut made) = (0, Vec::new());
    let (start, work) = (Instant::now(), processor_time());
    let created = input.until_told(|| {
        if made.len() as u64 == MOST {
            round += 1;
            publish(&progress, round, 0)?;
            made.clear();
        }
        let number = made.len() as u64;
        made.push(session.object(&format!("grown_{round}_{number}"), number)?);
        publish(&progress, round, number + 1)
    })?;
    let a_second = |time: Duration| (created as f64 / time.as_secs_f64()) as u64;
    let (by_clock, by_work) = (a_second(start.elapsed()), a_second(processor_time() - work));
    drop(fixed);
    let regions = session.region_count();
    Ok(format!("{created} {by_clock} {by_work} {regions}"))
}

/// The running time of this thread, on a machine that may be busy.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

/// How far it is: the round, and how many objects of the round there are.
#[derive(memglass::Observe, Clone, Copy)]
struct Progress {
    #[observe(seqlock)]
    of: Pair,
}

fn publish(
    progress: &Object<Progress>,
    round: u64,
    made: u64,
) -> Result<(), Box<dyn std::error::Error>> {
    Ok(progress.of.write(Pair {
        left: round,
        right: made,
    })?)
}
