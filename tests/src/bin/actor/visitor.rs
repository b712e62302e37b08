//! Observers of a busy producer: they come, look at everything, write something, and go.

use memglass::{Field, ObjectInfo, Observer, PathError, ReadError, Value, WriteError};
use memglass_tests::Random;
use memglass_tests::busy::wrong;

use crate::until_told::Input;
use crate::{Answer, say};

/// How many of the objects that it saw a visitor writes.
const WRITES: u64 = 20;
/// The longest array that is read as a whole; of longer ones, only the last element is read.
const WHOLE: u64 = 4 << 10;

/// The counts of visits. An unexpected outcome ends them with its error.
#[derive(Default)]
struct Counts {
    visits: u64,
    reads: u64,
    writes: u64,
    gone: u64,
    contended: u64,
    busy: u64,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Counts {
            visits,
            reads,
            writes,
            gone,
            contended,
            busy,
        } = self;
        write!(
            out,
            "visits {visits} reads {reads} writes {writes} gone {gone} contended {contended} busy {busy}"
        )
    }
}

/// Attaches, reads, writes if allowed, and detaches, until told to stop.
pub(crate) fn visit(name: &str, writable: bool, input: &Input) -> Answer {
    let (mut counts, mut random) = (Counts::default(), Random::new(11));
    say("ok visiting");
    input.until_told(|| {
        let mut observer = attach(name, writable)?;
        look_around(&mut observer, &mut counts, &mut random)
    })?;
    Ok(counts.to_string())
}

/// Stays attached and reads, until told to stop.
pub(crate) fn dwell(name: &str, input: &Input) -> Answer {
    let (mut counts, mut random) = (Counts::default(), Random::new(13));
    let mut observer = attach(name, false)?;
    say("ok dwelling");
    input.until_told(|| look_around(&mut observer, &mut counts, &mut random))?;
    Ok(counts.to_string())
}

fn attach(name: &str, writable: bool) -> Result<Observer, memglass::AttachError> {
    let options = Observer::builder();
    match writable {
        true => options.writable().attach(name),
        false => options.attach(name),
    }
}

fn look_around(
    observer: &mut Observer,
    counts: &mut Counts,
    random: &mut Random,
) -> Result<(), Box<dyn std::error::Error>> {
    counts.visits += 1;
    observer.refresh()?;
    let objects: Vec<ObjectInfo> = observer.objects().collect();
    for object in &objects {
        counts.read(observer, object)?;
    }
    if observer.is_writable() && !objects.is_empty() {
        for _ in 0..WRITES {
            let object = &objects[random.below(objects.len() as u64) as usize];
            counts.write(observer, object, random.number() >> 1)?;
        }
    }
    Ok(())
}

impl Counts {
    fn read(
        &mut self,
        observer: &Observer,
        object: &ObjectInfo,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let Some(root) = self.root(observer, object)? else {
            return Ok(());
        };
        let last = object
            .count
            .filter(|&count| count > WHOLE)
            .map(|count| count - 1);
        let value = match last {
            Some(last) => root.element(last)?.read().map(|value| (last, value)),
            None => root.read().map(|value| (0, value)),
        };
        match value {
            Ok((first, value)) => {
                self.reads += 1;
                return check(&object.label, first, &value);
            }
            Err(ReadError::Gone { .. }) => self.gone += 1,
            Err(ReadError::Contended { .. }) => self.contended += 1,
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// The whole object; `None` if it is gone.
    fn root(
        &mut self,
        observer: &Observer,
        object: &ObjectInfo,
    ) -> Result<Option<Field>, PathError> {
        match observer.root(object) {
            Err(PathError::NoSuchObject { .. }) => {
                self.gone += 1;
                Ok(None)
            }
            field => field.map(Some),
        }
    }

    /// Writes something to one member of an object.
    fn write(
        &mut self,
        observer: &Observer,
        object: &ObjectInfo,
        number: u64,
    ) -> Result<(), Box<dyn std::error::Error>> {
        if number_of(&object.label, "busy_").is_none() {
            return Ok(());
        }
        let (member, value) = something(number);
        let Some(root) = self.root(observer, object)? else {
            return Ok(());
        };
        let field = root.at(member)?;
        let written = match member {
            "hits" | "total" => field.add(&Value::from(1_u64)).map(drop),
            _ => field.write(&value),
        };
        match written {
            Ok(()) => self.writes += 1,
            Err(WriteError::Gone { .. }) => self.gone += 1,
            Err(WriteError::Busy { .. }) => self.busy += 1,
            Err(WriteError::Read(ReadError::Contended { .. })) => self.contended += 1,
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

/// A member and a value that it may have.
fn something(number: u64) -> (&'static str, Value) {
    let equal = |value: Value| Value::Record([("left", value.clone()), ("right", value)].into());
    match number % 6 {
        0 => ("hits", Value::from(1_u64)),
        1 => ("total", Value::from(1_u64)),
        2 => ("pair", equal(number.into())),
        3 => (
            "note",
            Value::Text(memglass_tests::busy::note(number).as_str().into()),
        ),
        4 => ("level[3]", Value::from(number % 1001)),
        _ => ("side", Value::Text("Sell".into())),
    }
}

/// Whether the elements read, from `first` on, are a value that the object may have.
fn check(label: &str, first: u64, value: &Value) -> Result<(), Box<dyn std::error::Error>> {
    let problem = match (number_of(label, "busy_"), number_of(label, "array_")) {
        (Some(number), _) => wrong(number, value),
        (_, Some(number)) => wrong_array(number.wrapping_add(first), value),
        _ => (label != "raw").then(|| format!("the label {label:?} is of no object")),
    };
    problem.map_or(Ok(()), |problem| Err(problem.into()))
}

fn wrong_array(number: u64, value: &Value) -> Option<String> {
    let values = match value {
        Value::List(values) => values,
        one => std::slice::from_ref(one),
    };
    let wrong = values
        .iter()
        .zip(number..)
        .find(|(value, expected)| **value != Value::U64(*expected));
    wrong.map(|(value, expected)| format!("{value} in an array where {expected} belongs"))
}

fn number_of(label: &str, prefix: &str) -> Option<u64> {
    label.strip_prefix(prefix)?.parse().ok()
}
