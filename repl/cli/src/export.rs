//! `memglass export`: a recording as rows for other programs.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use memglass::{Value, object_value};
use memglass_repl::program::Encoding;
use memglass_stream::{Change, Losses, Object, Recording, State, Turn};
use memglass_terminal::streams::Data;
use memglass_value::parts::{Difference, differences};
use memglass_value::{format, moment, time};
use serde_json::json;

use super::arguments::Export;
use super::failure::Failure;
use super::only::{Missed, Only, no_field_matches, nothing_matches};
use super::options::Options;
use super::replay;

/// Writes what changed, or all values at steady times.
pub(super) fn run(options: &Options, named: Option<&str>, export: &Export) -> Result<i32, Failure> {
    let file = file(named, export)?;
    let recording = replay::read(options, file.as_ref())?;
    let damage = recording.damage();
    let is_json = export.jsonl || options.form.encoding == Encoding::Json;
    let form = match is_json {
        true => Form::JsonLines,
        false => Form::Csv,
    };
    let mut rows = Rows::new(form, Only::new(&export.only)?);
    let span = Span::of(&recording, export)?;
    let losses = match export.every {
        None => changes(recording, span, &mut rows)?,
        Some(period) => samples(recording, span, period, &mut rows)?,
    };
    rows.out.flush()?;
    replay::note_damage(options, file.as_ref(), &damage);
    if rows.objects == 0 {
        return Err(match (export.only.as_slice(), &rows.missed) {
            ([], _) => {
                let when = match export.from.is_some() || export.to.is_some() {
                    true => " in that time",
                    false => "",
                };
                Failure::Usage(format!("{file} has no objects{when}"))
            }
            (_, Some(missed)) => no_field_matches(&file, missed),
            (only, None) => nothing_matches(&file, only),
        });
    }
    replay::note_losses(options, losses);
    Ok(0)
}

/// The recording, which may stand in front of the subcommand.
fn file(named: Option<&str>, export: &Export) -> Result<String, Failure> {
    match (named, &export.file) {
        (None, Some(file)) => Ok(file.clone()),
        (Some(name), None) => Ok(name.to_owned()),
        (Some(name), Some(file)) => Err(Failure::Usage(format!(
            "two recordings are named, {name:?} and {file:?}: name one"
        ))),
        (None, None) => Err(Failure::Usage(
            "which recording? `memglass export run.mcap`".into(),
        )),
    }
}

/// The part of a recording that is written.
struct Span {
    /// What was there before is told by the values at this moment; nothing was before the recording.
    from: Option<SystemTime>,
    start: SystemTime,
    end: SystemTime,
}

impl Span {
    fn of(recording: &Recording, export: &Export) -> Result<Span, Failure> {
        let [start, end] = [recording.start(), recording.end()];
        let moment = |text: &Option<String>| {
            let text = text.as_deref();
            let moment = text.map(|text| moment::within(text, start, end));
            moment.transpose().map_err(Failure::Usage)
        };
        let (from, to) = (moment(&export.from)?, moment(&export.to)?);
        let span = Span {
            from,
            start: from.unwrap_or(start),
            end: to.unwrap_or(end),
        };
        match span.start > span.end {
            true => Err(Failure::Usage("--from is later than --to".into())),
            false => Ok(span),
        }
    }
}

/// Why a recording is read no further.
enum Stop {
    /// What comes is too late.
    Over,
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::Failed(error.into())
    }
}

/// Tells all changes up to a moment.
fn tell(
    recording: Recording,
    end: SystemTime,
    mut take: impl FnMut(SystemTime, Change<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let told = recording.tell(|time, change| match time > end {
        true => Err(Stop::Over),
        false => take(time, change).map_err(Stop::Failed),
    });
    match told {
        Ok(()) | Err(Stop::Over) => Ok(()),
        Err(Stop::Failed(failure)) => Err(failure),
    }
}

/// Writes each change; gives what the recorder did not see.
fn changes(recording: Recording, span: Span, rows: &mut Rows) -> Result<Losses, Failure> {
    let (mut state, mut losses) = (State::new(), Losses::default());
    let mut from = span.from;
    tell(recording, span.end, |time, change| {
        if let Some(from) = from.take_if(|from| *from < time) {
            rows.all(from, &state)?;
        }
        if let (Change::Lost(more), None) = (&change, from) {
            losses.add(*more);
        }
        if !rows.only.concerns_a_part(state.schema(), &change) {
            return Ok(());
        }
        for turn in state.take(change) {
            if from.is_none() {
                rows.turn(time, &state, &turn)?;
            }
        }
        Ok(())
    })?;
    if let Some(from) = from {
        rows.all(from, &state)?;
    }
    Ok(losses)
}

/// Writes all values at the start and then at each multiple of a period.
fn samples(
    recording: Recording,
    span: Span,
    period: Duration,
    rows: &mut Rows,
) -> Result<Losses, Failure> {
    let Span { start, end, .. } = span;
    let mut due = Some(start);
    let (mut state, mut losses) = (State::new(), Losses::default());
    tell(recording, end, |time, change| {
        check_gap(due, time, period)?;
        while let Some(now) = due.filter(|due| *due < time) {
            rows.all(now, &state)?;
            due = now.checked_add(period);
        }
        if let (Change::Lost(more), true) = (&change, time > start) {
            losses.add(*more);
        }
        if rows.only.concerns_a_part(state.schema(), &change) {
            state.take(change);
        }
        Ok(())
    })?;
    check_gap(due, end, period)?;
    while let Some(now) = due.filter(|due| *due <= end) {
        rows.all(now, &state)?;
        due = now.checked_add(period);
    }
    Ok(losses)
}

/// Samples of one state, without a change between them, beyond which they are a mistake: of a recording with a wrong
/// time in it they would go on for hundreds of years.
const MOST_ALIKE: u128 = 10_000_000;

fn check_gap(due: Option<SystemTime>, to: SystemTime, period: Duration) -> Result<(), Failure> {
    let Some((from, gap)) = due.and_then(|due| Some((due, to.duration_since(due).ok()?))) else {
        return Ok(());
    };
    let samples = gap.as_nanos() / period.as_nanos().max(1);
    if samples <= MOST_ALIKE {
        return Ok(());
    }
    Err(Failure::Ended(format!(
        "nothing changes from {} to {}, and --every {period:?} would write that {samples} times; the most is \
         {MOST_ALIKE}: choose a longer time, or leave --every out",
        time::text(from),
        time::text(to)
    )))
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// A row for each field.
    Csv,
    /// A line for each object.
    JsonLines,
}

/// Where rows go.
struct Rows {
    form: Form,
    only: Only,
    out: Data,
    /// How many rows or lines were about an object.
    objects: u64,
    /// Objects of which some fields are meant, and were there.
    in_part: HashSet<Arc<str>>,
    /// The first one of which none was.
    missed: Option<Missed>,
}

impl Rows {
    fn new(form: Form, only: Only) -> Rows {
        Rows {
            form,
            only,
            out: Data::rows(),
            objects: 0,
            in_part: HashSet::new(),
            missed: None,
        }
    }

    /// What happened to an object, which the state has taken in.
    fn turn(&mut self, time: SystemTime, state: &State, turn: &Turn) -> Result<(), Failure> {
        let value = |object: &Object, bytes: &[u8]| {
            object_value(state.schema(), object.type_id, object.count, bytes)
        };
        let now = |object: &Arc<Object>| {
            let held = state.get(&object.label);
            held.map(|(_, bytes)| value(object, bytes))
        };
        match turn {
            Turn::Appeared(object) => {
                self.put(time, state, object, "appeared", None, now(object).as_ref())
            }
            Turn::Changed(object, old) => {
                let old = value(object, old);
                self.put(
                    time,
                    state,
                    object,
                    "changed",
                    Some(&old),
                    now(object).as_ref(),
                )
            }
            Turn::Vanished(object, _) => self.put(time, state, object, "vanished", None, None),
        }
    }

    /// The value of each object.
    fn all(&mut self, time: SystemTime, state: &State) -> Result<(), Failure> {
        for (object, bytes) in state.objects() {
            let now = object_value(state.schema(), object.type_id, object.count, bytes);
            self.put(time, state, object, "sampled", None, Some(&now))?;
        }
        Ok(())
    }

    fn put(
        &mut self,
        time: SystemTime,
        state: &State,
        object: &Object,
        what: &str,
        old: Option<&Value>,
        now: Option<&Value>,
    ) -> Result<(), Failure> {
        let is_whole = self.only.selects(state.schema(), object);
        let parts = match now {
            Some(now) => self.parts(state, object, [old, Some(now)]),
            None => Vec::new(),
        };
        if !is_whole {
            let is_new = !self.in_part.contains(&object.label);
            match (parts.is_empty(), now) {
                (true, Some(now)) if is_new => self.miss(state, object, now),
                (false, _) if is_new => _ = self.in_part.insert(Arc::clone(&object.label)),
                _ => {}
            }
            if parts.is_empty() && (now.is_some() || is_new) {
                return Ok(());
            }
        }
        if self.objects == 0 && self.form == Form::Csv {
            self.put_row(["time", "path", "what", "value"])?;
        }
        self.objects += 1;
        let time = time::rfc3339(time).unwrap_or_default();
        match (self.form, now) {
            (Form::Csv, None) => self.put_row([&time, &object.label, what, ""])?,
            (Form::Csv, Some(_)) => {
                for (path, part) in parts {
                    let value = part.now.map_or_else(String::new, format::raw);
                    self.put_row([&time, &path, what, &value])?;
                }
            }
            (Form::JsonLines, _) => {
                let value = match is_whole {
                    true => now.map(format::json),
                    false => Some(
                        parts
                            .iter()
                            .map(|(path, part)| (path.clone(), part.now.map(format::json)))
                            .collect(),
                    ),
                };
                let line = json!({
                    "time": time,
                    "object": &*object.label,
                    "type": state.schema().type_name(object.type_id),
                    "what": what,
                    "value": value,
                });
                let line = line.to_string();
                writeln!(self.out, "{}", format::printable_json(&line))?;
            }
        }
        Ok(())
    }

    /// Remembers the first object that has no field that is meant.
    fn miss(&mut self, state: &State, object: &Object, now: &Value) {
        if self.missed.is_none() {
            let all = all_parts(object, [None, Some(now)]);
            let paths = all.iter().map(|(path, _)| &**path);
            self.missed = self.only.missed(state.schema(), object, paths);
        }
    }

    /// The fields that are other ones than before, of those that are meant, with their whole paths.
    fn parts<'v>(
        &mut self,
        state: &State,
        object: &Object,
        values: [Option<&'v Value>; 2],
    ) -> Vec<(String, Difference<'v>)> {
        let mut parts = all_parts(object, values);
        parts.retain(|(path, _)| self.only.selects_field(state.schema(), object, path));
        parts
    }

    fn put_row(&mut self, cells: [&str; 4]) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(&mut self.out);
        writer.write_record(cells)?;
        writer.flush()
    }
}

/// The fields that are other ones than before, with their whole paths.
fn all_parts<'v>(
    object: &Object,
    [old, now]: [Option<&'v Value>; 2],
) -> Vec<(String, Difference<'v>)> {
    let label = &object.label;
    let differing = differences(old, now).into_iter().map(|part| {
        let separator = match part.path.starts_with('[') || part.path.is_empty() {
            true => "",
            false => ".",
        };
        (format!("{label}{separator}{}", part.path), part)
    });
    differing.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_state_is_not_repeated_without_end() {
        let start = SystemTime::UNIX_EPOCH;
        let check = |gap: Duration, period| check_gap(Some(start), start + gap, period);
        let period = Duration::from_millis(100);
        assert!(check(Duration::from_secs(1_000_000), period).is_ok());
        let error = check(Duration::from_nanos(1 << 62), period).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("46116860184 times; the most is 10000000"),
            "{text}"
        );
        assert!(check_gap(None, start, period).is_ok());
    }
}
