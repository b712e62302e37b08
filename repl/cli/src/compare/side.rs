//! One side of a comparison: a session now, or a recording at some moment.

use memglass_stream::{Change, Damage, RecordingError, Source, State};
use memglass_value::moment;

use super::super::failure::Failure;
use super::super::only::Only;
use super::super::options::Options;
use super::super::{replay, target};

/// The state of a session or of a recording; of a recording at its end, unless a moment is given. What is
/// damaged is said unless `damage` knows that it was.
pub(super) fn of(
    options: &Options,
    word: &str,
    at: Option<&str>,
    only: &[String],
    damage: &Damage,
) -> Result<State, Failure> {
    match super::is_recording(options, word) {
        true => recorded(options, word, at, only, damage),
        false => live(options, word, only),
    }
}

fn recorded(
    options: &Options,
    word: &str,
    at: Option<&str>,
    only: &[String],
    damage: &Damage,
) -> Result<State, Failure> {
    let recording = replay::read_with(options, word.as_ref(), damage)?;
    let (start, end) = (recording.start(), recording.end());
    let time = match at {
        None => end,
        Some(text) => {
            // What it is after its end it was not.
            let length = end.duration_since(start).unwrap_or_default();
            if moment::parse_seconds(text).is_ok_and(|time| time > length) {
                return Err(Failure::Usage(format!(
                    "--at {text} is after the end of {word}, which is {:.1} s long; `--at end` is its end",
                    length.as_secs_f64()
                )));
            }
            moment::within(text, start, end).map_err(Failure::Usage)?
        }
    };
    let mut only = Only::new(only)?;
    let whole = recording.state_at(time)?;
    replay::note_damage(options, word.as_ref(), damage);
    let mut state = State::new();
    state.take(Change::Types(whole.schema()));
    for (object, bytes) in whole.objects() {
        if only.selects(whole.schema(), object) {
            state.take(Change::Value(object, bytes));
        }
    }
    Ok(state)
}

fn live(options: &Options, word: &str, only: &[String]) -> Result<State, Failure> {
    let observer = target::attach(options, word)?;
    options.mark(&observer);
    options.mark_damage(&observer);
    let source = Source::new(observer, only);
    let mut source = source.map_err(|error| Failure::Usage(error.to_string()))?;
    let mut state = State::new();
    source.keyframe(|change| {
        state.take(change);
        Ok::<(), RecordingError>(())
    })?;
    Ok(state)
}
