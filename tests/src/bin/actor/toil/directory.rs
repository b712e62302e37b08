//! Creating and destroying objects, in an order that follows from two counters.

use std::collections::VecDeque;

use memglass::schema::{Field, Kind as TypeKind, Type, TypeId};
use memglass::{Array, ProducerError, RawObject, Session};
use memglass_tests::numbered::{self, Numbered};
use memglass_tests::victim::{CREATED, DESTROYED, OPERATIONS};
use memglass_tests::{Kind, Progress, Step};

use super::Pace;
use crate::{Answer, say};

/// Bytes of a region made by [`Kind::Grow`].
const SMALL_REGION: u64 = 64 << 10;
/// Elements of an array that leaves no room for another one in such a region.
const MOST_OF_A_REGION: usize = 6000;
/// More objects, types or regions than this are not needed.
const ENOUGH: usize = 5000;

/// Any object that was created here.
enum Made {
    Numbered { _object: Numbered },
    Array { _object: Array<u64> },
    Raw { _object: RawObject },
}

pub(crate) fn produce(name: &str, kind: Kind, progress: &Progress, pace: Pace<'_>) -> Answer {
    let builder = Session::builder(name);
    let session = match kind {
        Kind::Reclaim => builder.retired_budget(0),
        Kind::Grow => builder.first_region(SMALL_REGION).max_region(SMALL_REGION),
        _ => builder,
    }
    .create()?;
    let number = session.add_type(number())?;
    // How many are created at once, and how many stay.
    let (burst, kept) = match kind {
        Kind::Destroy => (64, 0),
        Kind::Reclaim => (1, 8),
        Kind::Grow => (1, 60),
        _ => (1, ENOUGH),
    };
    say("ok toiling");
    let mut made = VecDeque::new();
    let mut operations = 0;
    let mut count = || {
        operations += 1;
        progress.set(OPERATIONS, operations);
    };
    pace.keep([10, 3], || {
        for _ in 0..burst {
            // When it has enough of what it cannot give back, it just waits for its end.
            if made.len() < ENOUGH && (kind != Kind::Grow || made.len() < kept) {
                create(&session, kind, number, progress, &mut made)?;
            }
            count();
        }
        while made.len() > kept {
            destroy(progress, &mut made);
            count();
        }
        Ok::<_, ProducerError>(())
    })?;
    Ok(format!(
        "{} {}",
        progress.get(CREATED),
        progress.get(DESTROYED)
    ))
}

fn create(
    session: &Session,
    kind: Kind,
    number_type: TypeId,
    progress: &Progress,
    made: &mut VecDeque<Made>,
) -> Result<(), ProducerError> {
    let number = progress.get(CREATED);
    progress.enter(Step::Create);
    made.push_back(match kind {
        Kind::Register => Made::Raw {
            _object: register(session, number_type, number, progress)?,
        },
        Kind::Grow => Made::Array {
            _object: session.array_with(&numbered::label(number), MOST_OF_A_REGION, |_| number)?,
        },
        _ => Made::Numbered {
            _object: numbered::create(session, number)?,
        },
    });
    progress.set(CREATED, number + 1);
    progress.enter(Step::Between);
    Ok(())
}

fn destroy(progress: &Progress, made: &mut VecDeque<Made>) {
    progress.enter(Step::Destroy);
    drop(made.pop_front());
    progress.set(DESTROYED, progress.get(DESTROYED) + 1);
    progress.enter(Step::Between);
}

/// An object with its own type.
fn register(
    session: &Session,
    number_type: TypeId,
    number: u64,
    progress: &Progress,
) -> Result<RawObject, ProducerError> {
    progress.enter(Step::AddType);
    let own = session.add_type(of_one_number(number, number_type))?;
    progress.enter(Step::Allocate);
    let memory = session.allocate_typed(own, None)?;
    let written = memory.cell().write_bytes(&number.to_ne_bytes());
    written.expect("one word, which nothing guards");
    progress.enter(Step::Register);
    session.register(&numbered::label(number), memory)
}

fn number() -> Type {
    Type::new("number", 8, 8, TypeKind::Int { signed: false })
}

fn of_one_number(number: u64, number_type: TypeId) -> Type {
    let fields = vec![Field::new("number", number_type, 0)];
    Type::new(format!("Type{number}"), 8, 8, TypeKind::Struct { fields })
}
