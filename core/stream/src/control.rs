//! What a recording says of types, objects and losses, as CBOR.
//!
//! | channel | message |
//! |---|---|
//! | `/memglass/types` | all types so far, as a `.mgt` file has them |
//! | `/memglass/keyframe` | an array of all objects that live; the values that follow at the same time are theirs |
//! | `/memglass/objects` | `[1, object]` for one that has come, `[2, label]` for one that has gone |
//! | `/memglass/loss` | `[late ticks, values, torn, objects]`, what was not seen since the last message; behind them, if it is a copy of a damaged recording, how many of its parts |
//!
//! An object is `[label, slot, generation, type, count, created]`: `count` is null for a single object, and
//! `created` is in nanoseconds since 1970.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use memglass::schema::TypeId;
use minicbor::decode::Error as DecodeError;
use minicbor::{Decoder, Encoder};

use crate::change::{Losses, Object};

pub(crate) const TYPES: &str = "/memglass/types";
pub(crate) const KEYFRAME: &str = "/memglass/keyframe";
pub(crate) const OBJECTS: &str = "/memglass/objects";
pub(crate) const LOSS: &str = "/memglass/loss";

/// Each channel and what its messages are, in CDDL (RFC 8610).
pub(crate) const CHANNELS: [(&str, &str); 4] = [
    (TYPES, "types = [magic: tstr, version: uint, * any]\n"),
    (
        KEYFRAME,
        "keyframe = [* object]\nobject = [label: tstr, slot: uint, generation: uint, type: uint, count: uint / null, created: uint]\n",
    ),
    (
        OBJECTS,
        "change = [1, object] / [2, label: tstr]\nobject = [label: tstr, slot: uint, generation: uint, type: uint, count: uint / null, created: uint]\n",
    ),
    (
        LOSS,
        "loss = [late_ticks: uint, values: uint, torn: uint, objects: uint, ? damaged: uint]\n",
    ),
];

/// How they are written, and what says what they are.
pub(crate) const ENCODING: &str = "cbor";
pub(crate) const SCHEMA_ENCODING: &str = "cddl";

pub(crate) fn schema_name(topic: &str) -> String {
    topic.trim_start_matches('/').replace('/', ".")
}

/// The number of the channel of the first of them: nobody has one before.
pub(crate) const FIRST_CHANNEL: u16 = 1;

/// What topics of channels begin with of which nothing is known but their numbers.
pub(crate) const LOST_CHANNEL: &str = "/memglass/lost/";

/// Longest label of an object.
const MAX_LABEL: usize = 1024;

/// An object that has come or gone.
#[derive(Debug)]
pub(crate) enum Fate {
    Created(Object),
    Destroyed(Arc<str>),
}

pub(crate) fn keyframe(objects: &[Arc<Object>]) -> Vec<u8> {
    written(|out| {
        out.array(objects.len() as u64)?;
        objects.iter().try_for_each(|object| put(out, object))
    })
}

pub(crate) fn created(object: &Object) -> Vec<u8> {
    written(|out| {
        out.array(2)?.u8(1)?;
        put(out, object)
    })
}

pub(crate) fn destroyed(object: &Object) -> Vec<u8> {
    written(|out| out.array(2)?.u8(2)?.str(&object.label).map(drop))
}

pub(crate) fn losses(losses: Losses) -> Vec<u8> {
    let Losses {
        late_ticks,
        values,
        torn,
        objects,
        damaged,
    } = losses;
    // Earlier versions read four.
    let counts = [late_ticks, values, torn, objects, damaged];
    let counts = &counts[..4 + usize::from(damaged > 0)];
    written(|out| {
        out.array(counts.len() as u64)?;
        counts
            .iter()
            .try_for_each(|&count| out.u64(count).map(drop))
    })
}

pub(crate) fn read_keyframe(message: &[u8]) -> Result<Vec<Object>, DecodeError> {
    let mut input = Decoder::new(message);
    let count = input.array()?.ok_or_else(wrong)?;
    // Not reserved: the count is a stranger's.
    (0..count).map(|_| object(&mut input)).collect()
}

pub(crate) fn read_fate(message: &[u8]) -> Result<Fate, DecodeError> {
    let mut input = Decoder::new(message);
    match (input.array()?, input.u8()?) {
        (Some(2), 1) => object(&mut input).map(Fate::Created),
        (Some(2), 2) => label(&mut input).map(Fate::Destroyed),
        _ => Err(wrong()),
    }
}

pub(crate) fn read_losses(message: &[u8]) -> Result<Losses, DecodeError> {
    let mut input = Decoder::new(message);
    let count = input.array()?;
    if !matches!(count, Some(4 | 5)) {
        return Err(wrong());
    }
    Ok(Losses {
        late_ticks: input.u64()?,
        values: input.u64()?,
        torn: input.u64()?,
        objects: input.u64()?,
        damaged: match count {
            Some(5) => input.u64()?,
            _ => 0,
        },
    })
}

fn put<W: minicbor::encode::Write>(
    out: &mut Encoder<W>,
    object: &Object,
) -> Result<(), minicbor::encode::Error<W::Error>> {
    out.array(6)?.str(&object.label)?.u32(object.slot)?;
    out.u64(object.generation)?.u32(object.type_id.0)?;
    match object.count {
        Some(count) => out.u64(count)?,
        None => out.null()?,
    };
    out.u64(nanoseconds(object.created)).map(drop)
}

fn object(input: &mut Decoder<'_>) -> Result<Object, DecodeError> {
    if input.array()? != Some(6) {
        return Err(wrong());
    }
    let (label, slot) = (label(input)?, input.u32()?);
    let (generation, type_id) = (input.u64()?, TypeId(input.u32()?));
    let count = match input.datatype()? {
        minicbor::data::Type::Null => input.null().map(|()| None)?,
        _ => Some(input.u64()?),
    };
    Ok(Object {
        label,
        type_id,
        count,
        created: moment(input.u64()?),
        slot,
        generation,
    })
}

fn label(input: &mut Decoder<'_>) -> Result<Arc<str>, DecodeError> {
    let label = input.str()?;
    match (1..=MAX_LABEL).contains(&label.len()) {
        true => Ok(label.into()),
        false => Err(wrong()),
    }
}

fn wrong() -> DecodeError {
    DecodeError::message("not what this channel has")
}

fn written(
    write: impl FnOnce(
        &mut Encoder<Vec<u8>>,
    ) -> Result<(), minicbor::encode::Error<std::convert::Infallible>>,
) -> Vec<u8> {
    let mut out = Encoder::new(Vec::new());
    write(&mut out).expect("a vector takes everything");
    out.into_writer()
}

/// A time as the format has it: nanoseconds since 1970, and 1970 for earlier ones.
pub(crate) fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

pub(crate) fn moment(nanoseconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(nanoseconds)
}
