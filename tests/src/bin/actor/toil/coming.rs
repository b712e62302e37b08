//! Sessions that begin and end, and observers that come and go.

use std::time::Duration;

use memglass::{Observer, ProducerError, Session};
use memglass_tests::victim::OPERATIONS;
use memglass_tests::{Kind, Progress, Step, numbered};

use super::Pace;
use crate::{Answer, say};

/// What may have gone wrong.
type Outcome = Result<(), Box<dyn std::error::Error>>;

pub(crate) fn come_and_go(name: &str, kind: Kind, progress: &Progress, pace: Pace<'_>) -> Answer {
    say("ok toiling");
    let mut operations = 0;
    let rounds = pace.keep([1, 1], || {
        match kind {
            Kind::Attach => attach(name)?,
            Kind::Look => look(name)?,
            _ => live_once(name, kind, progress)?,
        }
        operations += 1;
        progress.set(OPERATIONS, operations);
        Outcome::Ok(())
    })?;
    Ok(rounds.to_string())
}

fn attach(name: &str) -> Outcome {
    let observer = Observer::builder().writable().attach(name)?;
    let attempts = observer.field("rack.hits")?;
    attempts.add(&0_u64.into())?;
    Ok(())
}

fn look(name: &str) -> Outcome {
    let mut observer = Observer::builder().attach(name)?;
    observer.refresh()?;
    for object in observer.objects() {
        observer.root(&object)?.read()?;
    }
    Ok(())
}

/// Starts a session with some objects, and ends it.
fn live_once(name: &str, kind: Kind, progress: &Progress) -> Outcome {
    progress.enter(Step::Start);
    let session = match Session::create(name) {
        // Another process had the name for a moment.
        Err(ProducerError::SessionExists { .. }) => return Ok(()),
        session => session?,
    };
    progress.enter(Step::Between);
    let objects = (0..3).map(|number| numbered::create(&session, number));
    let objects: Vec<_> = objects.collect::<Result<_, _>>()?;
    progress.enter(Step::End);
    if kind == Kind::End {
        match session.shutdown(Duration::ZERO) {
            Err(ProducerError::StillObserved { .. }) => {}
            ended => ended?,
        }
    }
    drop(objects);
    progress.enter(Step::Between);
    Ok(())
}
