//! Creating and destroying at full speed, with values that follow from the labels.

use std::collections::VecDeque;

use memglass::{Object, ObjectInfo, Observer, PathError, ReadError, Session, Value, WriteError};
use memglass_tests::objects::{Five, MARKER, Order, Target};

use crate::Answer;
use crate::until_told::Input;

enum Alive {
    Order(u64, Object<Order>),
    Five(u64, Object<Five>),
    Target(u64, Object<Target>),
}

/// Creates `count` objects, and destroys each when `most` younger ones are there.
pub(crate) fn churn(session: &Session, count: u64, most: usize) -> Answer {
    let mut alive = VecDeque::new();
    let mut marked = 0_u64;
    for number in 0..count {
        alive.push_back(create(session, number)?);
        if alive.len() > most {
            marked += u64::from(check(&alive.pop_front().expect("there are some"))?);
        }
    }
    for object in &alive {
        marked += u64::from(check(object)?);
    }
    Ok(format!(
        "{} {marked} {}",
        session.region_count(),
        session.memory_bytes()
    ))
}

fn create(session: &Session, number: u64) -> Result<Alive, memglass::ProducerError> {
    let label = label_of(number);
    let complement = !number;
    Ok(match number % 3 {
        0 => Alive::Order(
            number,
            session.object(
                &label,
                Order {
                    number,
                    complement,
                    marker: 0,
                },
            )?,
        ),
        1 => Alive::Five(number, session.object(&label, Five::of(number))?),
        _ => Alive::Target(
            number,
            session.object(
                &label,
                Target {
                    number,
                    complement,
                    marker: 0,
                },
            )?,
        ),
    })
}

/// Labels of different lengths, with letters of several bytes across word boundaries: a mixture of two
/// labels is very likely not UTF-8.
fn label_of(number: u64) -> String {
    const LETTERS: [&str; 5] = ["", "é", "日本", "🦀ü", "größe größe größe "];
    format!("{}{number}", LETTERS[(number % 5) as usize])
}

/// Whether the object was marked; an error if anything else was written to it.
fn check(object: &Alive) -> Result<bool, Box<dyn std::error::Error>> {
    match object {
        Alive::Order(number, object) => {
            let found = [
                object.number.get(),
                object.complement.get(),
                object.marker.get(),
            ];
            same(*number, found == [*number, !*number, 0], &found).map(|()| false)
        }
        Alive::Five(number, object) => {
            let found = object.read()?;
            same(*number, found == Five::of(*number), &found).map(|()| false)
        }
        Alive::Target(number, object) => {
            let found = [
                object.number.get(),
                object.complement.get(),
                object.marker.get(),
            ];
            let is_marked = found[2] == MARKER;
            same(
                *number,
                found[..2] == [*number, !*number] && (is_marked || found[2] == 0),
                &found,
            )
            .map(|()| is_marked)
        }
    }
}

fn same(
    number: u64,
    is_same: bool,
    found: &dyn std::fmt::Debug,
) -> Result<(), Box<dyn std::error::Error>> {
    if is_same {
        Ok(())
    } else {
        Err(format!("object {number} was overwritten: {found:x?}").into())
    }
}

/// The counted results of many looks at objects.
#[derive(Debug, Default)]
struct Looks {
    whole: u64,
    gone: u64,
}

/// Reads all objects, over and over, and compares each with its label.
pub(crate) fn look_at_all(observer: &mut Observer, input: &Input) -> Answer {
    let mut looks = Looks::default();
    input.until_told(|| look_once(observer, &mut looks))?;
    Ok(format!("{} {}", looks.whole, looks.gone))
}

fn look_once(observer: &mut Observer, looks: &mut Looks) -> Result<(), Box<dyn std::error::Error>> {
    observer.refresh()?;
    for object in observer.objects() {
        let number = number_of(&object.label)?;
        // An object that goes while it is described is described as it was, or not at all.
        let type_name = observer.schema().type_name(object.type_id);
        if type_name != ["Order", "Five", "Target"][(number % 3) as usize] {
            return Err(format!("the label {:?} is not of this {type_name}", object.label).into());
        }
        match read(observer, &object)? {
            Some(value) => {
                compare(number, &value)?;
                looks.whole += 1;
            }
            None => looks.gone += 1,
        }
    }
    Ok(())
}

/// The value of an object; `None` if it is gone.
fn read(
    observer: &Observer,
    object: &ObjectInfo,
) -> Result<Option<Value>, Box<dyn std::error::Error>> {
    let field = match observer.root(object) {
        Err(PathError::NoSuchObject { .. }) => return Ok(None),
        field => field?,
    };
    match field.read() {
        Err(ReadError::Gone { .. }) => Ok(None),
        value => Ok(Some(value?)),
    }
}

/// The number in a label, which must be one whole label.
fn number_of(label: &str) -> Result<u64, Box<dyn std::error::Error>> {
    let digits = label.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    match digits.parse() {
        Ok(number) if label == label_of(number) => Ok(number),
        _ => Err(format!("the label {label:?} is of no object").into()),
    }
}

fn compare(number: u64, value: &Value) -> Result<(), Box<dyn std::error::Error>> {
    let is_right = match value.get("words") {
        Some(words) => *words == Value::from([number; 5]),
        None => {
            value.get("number") == Some(&number.into())
                && value.get("complement") == Some(&(!number).into())
        }
    };
    if is_right {
        Ok(())
    } else {
        Err(format!("{number} has the foreign value {value}").into())
    }
}

/// Writes the marker into all targets, over and over.
pub(crate) fn mark_targets(observer: &mut Observer, input: &Input) -> Answer {
    let mut looks = Looks::default();
    input.until_told(|| mark_once(observer, &mut looks))?;
    Ok(format!("{} {}", looks.whole, looks.gone))
}

fn mark_once(observer: &mut Observer, looks: &mut Looks) -> Result<(), Box<dyn std::error::Error>> {
    observer.refresh()?;
    let Some(target) = observer.schema().find("Target") else {
        return Ok(());
    };
    let of_this_type =
        |object: &ObjectInfo| observer.schema()[object.type_id] == observer.schema()[target];
    for object in observer.objects().filter(of_this_type) {
        let field = match observer.root(&object) {
            Err(PathError::NoSuchObject { .. }) => {
                looks.gone += 1;
                continue;
            }
            field => field?.member("marker")?,
        };
        match field.write(&MARKER.into()) {
            Ok(()) => looks.whole += 1,
            Err(WriteError::Gone { .. }) => looks.gone += 1,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
