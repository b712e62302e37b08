//! Which fields change most, which do not change at all, and what is wrong with their values: looked at for a while.

use std::collections::HashMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use memglass::sampler::{Change, Key, Scan, Seen};
use memglass::schema::{Kind, Schema};
use memglass::{Field, Observer};
use memglass_script::ScriptError;
use memglass_value::format::{self, Style};
use memglass_value::shown::{Cell, Table};

use crate::changes::Meaning;
use crate::commands::CommandError;
use crate::doctor;
use crate::output::Output;

/// Fields that are looked at, at most.
const MOST_FIELDS: usize = 200_000;

/// Elements of one array of structs that are looked at.
const MOST_ELEMENTS: u64 = 1024;

/// Looks at fields in a second, at most: a tenth of what a processor can do.
const LOOKS_PER_SECOND: f64 = 10e6;

/// How long a look waits at least, and at most.
const PERIODS: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(100)];

/// What is to be found out.
#[derive(Clone, Debug)]
pub struct Top {
    /// The fields: a path, a pattern or a type; all, if there is nothing.
    pub choice: Option<String>,
    /// For how long they are looked at.
    pub time: Duration,
    /// Rows of the answer.
    pub rows: usize,
    /// Whether to list those that did not change.
    pub is_about_stuck: bool,
}

impl Default for Top {
    fn default() -> Self {
        Top {
            choice: None,
            time: Duration::from_secs(1),
            rows: 20,
            is_about_stuck: false,
        }
    }
}

impl Top {
    /// Looks at the fields and ranks them by how often they changed. Fields whose values are not allowed come first.
    ///
    /// # Errors
    ///
    /// The choice selects no fields, or `goes_on` says that it is to stop.
    pub fn look(
        &self,
        observer: &Observer,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<Output, CommandError> {
        let mut looked = Looked::at(self.choice.as_deref(), observer)?;
        let (start, period) = (Instant::now(), looked.period());
        let mut next = start;
        loop {
            looked.sample();
            next += period;
            let rest = (start + self.time).min(next);
            sleep(rest.saturating_duration_since(Instant::now()));
            if !goes_on() {
                return Err(ScriptError::Interrupted.into());
            }
            if start.elapsed() >= self.time {
                break;
            }
            // What could not be looked at in time is left out.
            next = next.max(Instant::now() - period);
        }
        looked.sample();
        let time = start.elapsed();
        let table = looked.table(self, time);
        Ok(Output::all([
            table.into(),
            Output::Note(looked.summary(time, period)),
        ]))
    }
}

/// The fields, and what was seen of each.
#[derive(Default)]
struct Looked {
    scan: Scan,
    by_key: HashMap<Key, usize>,
    tallies: Vec<Tally>,
    /// Whether there are more fields.
    is_limited: bool,
}

/// What was seen of a field.
struct Tally {
    field: Field,
    key: Key,
    changes: u64,
    /// Of a guarded field, how often it was written.
    writes: Option<u64>,
    torn: u64,
    is_gone: bool,
}

impl Looked {
    fn at(choice: Option<&str>, observer: &Observer) -> Result<Self, CommandError> {
        let mut looked = Looked::default();
        match choice {
            None => {
                for object in observer.objects() {
                    // One that was destroyed since it was listed is none.
                    if let Ok(root) = observer.root(&object) {
                        looked.add(&root);
                    }
                }
            }
            Some(text) => {
                let Meaning::Fields(selections) = Meaning::of(observer, text)?.0 else {
                    let message =
                        format!("{text:?} is an expression; name fields, by path, pattern or type");
                    return Err(CommandError::Text(message));
                };
                for selection in selections {
                    let fields = selection.fields(observer);
                    let fields = fields.map_err(|error| CommandError::Text(error.to_string()))?;
                    fields.iter().for_each(|field| looked.add(field));
                }
            }
        }
        Ok(looked)
    }

    /// Adds the parts of a field that have no parts.
    fn add(&mut self, field: &Field) {
        if self.tallies.len() >= MOST_FIELDS {
            self.is_limited = true;
            return;
        }
        let schema = field.schema().clone();
        match (members(&schema, field), field.element_count()) {
            (_, Some(count)) if has_structs(&schema, field) => {
                self.is_limited |= count > MOST_ELEMENTS;
                for index in 0..count.min(MOST_ELEMENTS) {
                    field
                        .element(index)
                        .iter()
                        .for_each(|field| self.add(field));
                }
            }
            (Some(names), None) => {
                for name in names {
                    field.member(&name).iter().for_each(|field| self.add(field));
                }
            }
            _ => self.follow(field),
        }
    }

    fn follow(&mut self, field: &Field) {
        // What cannot be read is the doctor's to tell.
        let Ok(key) = self.scan.follow(field) else {
            return;
        };
        self.by_key.insert(key, self.tallies.len());
        self.tallies.push(Tally {
            field: field.clone(),
            key,
            changes: 0,
            writes: field.sequence().map(|_| 0),
            torn: 0,
            is_gone: false,
        });
    }

    /// The time between two looks, so that they take a bounded part of a processor.
    fn period(&self) -> Duration {
        let seconds = self.tallies.len() as f64 / LOOKS_PER_SECOND;
        let [least, most] = PERIODS;
        Duration::from_secs_f64(seconds).clamp(least, most)
    }

    fn sample(&mut self) {
        let Looked {
            scan,
            by_key,
            tallies,
            ..
        } = self;
        scan.sample(|seen| match seen {
            Seen::Changed(change) => tallies[by_key[&change.key]].count(&change),
            Seen::Gone(gone) => tallies[by_key[&gone.key]].is_gone = true,
        });
    }

    fn table(&self, top: &Top, time: Duration) -> Table {
        let rows = self.tallies.iter().filter(|tally| !tally.is_gone);
        let rows = rows.map(|tally| (doctor::trouble(&tally.field), tally));
        let mut rows: Vec<_> = rows
            .filter(|(trouble, tally)| match top.is_about_stuck {
                true => tally.happened() == 0,
                false => tally.happened() > 0 || trouble.is_some(),
            })
            .collect();
        rows.sort_by(|(one_trouble, one), (other_trouble, other)| {
            let order = other_trouble.is_some().cmp(&one_trouble.is_some());
            order
                .then_with(|| other.happened().cmp(&one.happened()))
                .then_with(|| one.field.path().cmp(other.field.path()))
        });
        let none = match top.is_about_stuck {
            true => "every field changed",
            false => "nothing changed",
        };
        let columns = ["field", "value", "per second", "note"];
        let rows = rows.iter().take(top.rows);
        Table {
            rows: rows
                .map(|(trouble, tally)| self.row(trouble.as_deref(), tally, time))
                .collect(),
            ..Table::new(columns).or_else(none)
        }
    }

    fn row(&self, trouble: Option<&str>, tally: &Tally, time: Duration) -> Vec<Option<Cell>> {
        let info = tally.field.info();
        let style = Style::new(info.metadata).of_type(tally.field.schema(), info.type_id);
        let value = self.scan.last(tally.key);
        let value = value.map(|bytes| tally.field.value_of(&bytes));
        let rate = tally.happened() as f64 / time.as_secs_f64();
        let torn = (tally.torn > 0).then(|| format!("{} torn", tally.torn));
        let notes: Vec<String> = trouble.map(str::to_owned).into_iter().chain(torn).collect();
        vec![
            Some(Cell::name(tally.field.path())),
            value.map(|value| Cell { value, style }),
            Some(Cell::plain(rate.round() as u64)),
            Cell::prose(notes.join("; ")),
        ]
    }

    fn summary(&self, time: Duration, period: Duration) -> String {
        let grouped = |count: u64| format::grouped(&count.to_string());
        let changed = self.tallies.iter().filter(|tally| tally.happened() > 0);
        let changed = grouped(changed.count() as u64);
        let fields = grouped(self.tallies.len() as u64);
        let counters = self.scan.counters();
        let (torn, retries) = (grouped(counters.torn), grouped(counters.retries));
        let hertz = (1.0 / period.as_secs_f64()).round();
        let limited = match self.is_limited {
            true => "; there are more fields: name a pattern or a type",
            false => "",
        };
        format!(
            "{changed} of {fields} fields changed in {:.1} s, looked at {hertz} times a second; {torn} torn, {retries} read again{limited}",
            time.as_secs_f64()
        )
    }
}

impl Tally {
    fn count(&mut self, change: &Change<'_>) {
        self.changes += 1;
        self.torn += u64::from(change.is_torn);
        if let (Some(writes), Some(more)) = (&mut self.writes, change.writes) {
            *writes += more;
        }
    }

    /// How often something happened to it: of a guarded field, how often it was written.
    fn happened(&self) -> u64 {
        self.writes.unwrap_or_default().max(self.changes)
    }
}

/// The names of a struct's members.
fn members(schema: &Schema, field: &Field) -> Option<Vec<String>> {
    match schema[schema.bare(field.type_id())].kind {
        Kind::Struct { .. } => {
            let members = field.members()?.iter();
            Some(members.map(|member| member.name.to_string()).collect())
        }
        _ => None,
    }
}

/// Whether the elements of a field have parts.
fn has_structs(schema: &Schema, field: &Field) -> bool {
    let first = field.element(0);
    first.is_ok_and(|first| members(schema, &first).is_some())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use memglass::{Observe, Session};
    use memglass_value::shown::Shown;

    use super::*;

    #[derive(Observe, Clone, Copy, Default)]
    struct Motor {
        speed: i64,
        still: i64,
        #[observe(range(0, 10))]
        level: f64,
        #[observe(seqlock)]
        pair: [i64; 2],
    }

    fn world() -> (tempfile::TempDir, Session, Observer) {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s")
            .dir(dir.path())
            .create()
            .expect("a session");
        let _ = session
            .object("left_motor", Motor::default())
            .map(memglass::Object::leak);
        let observer = Observer::builder()
            .dir(dir.path())
            .attach("s")
            .expect("an observer");
        (dir, session, observer)
    }

    /// Field, rate and note of each row, and the summary.
    fn rows(output: Output) -> (Vec<(String, u64, String)>, String) {
        let Output::All(parts) = output else {
            panic!("a table and a note")
        };
        let [Output::Result(Shown::Table(table)), Output::Note(note)] = &parts[..] else {
            panic!("a table and a note")
        };
        let text = |cell: &Option<Cell>| cell.as_ref().map_or(String::new(), Cell::brief);
        let rows = table.rows.iter().map(|row| {
            (
                text(&row[0]),
                text(&row[2]).parse().expect("a rate"),
                text(&row[3]),
            )
        });
        (rows.collect(), note.clone())
    }

    #[test]
    fn fields_are_ranked_by_how_often_they_change_and_wrong_values_come_first() {
        let (_dir, session, observer) = world();
        let motor = session
            .object("right_motor", Motor::default())
            .expect("room");
        let mut observer = observer;
        observer.refresh().expect("a refresh");
        motor.level.set(f64::NAN);
        let is_over = AtomicBool::new(false);
        let output = std::thread::scope(|scope| {
            scope.spawn(|| {
                for count in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    motor.speed.set(count / 4);
                    motor.pair.write([count; 2]).expect("it is free");
                    sleep(Duration::from_millis(1));
                }
            });
            let top = Top {
                time: Duration::from_millis(300),
                ..Top::default()
            };
            let output = top.look(&observer, &|| true).expect("rows");
            is_over.store(true, Ordering::Relaxed);
            output
        });
        let (rows, note) = rows(output);
        let paths: Vec<&str> = rows.iter().map(|(path, ..)| path.as_str()).collect();
        assert_eq!(
            paths,
            ["right_motor.level", "right_motor.pair", "right_motor.speed"]
        );
        assert!(rows[0].2.contains("NaN"), "{rows:?}");
        assert!(rows[1].1 > rows[2].1 && rows[2].1 > 0, "{rows:?}");
        assert!(note.starts_with("2 of 8 fields changed in 0."), "{note}");
    }

    #[test]
    fn what_stands_still_is_listed_when_asked_for_and_a_choice_narrows() {
        let (_dir, _session, observer) = world();
        let top = |choice: &str, is_about_stuck| Top {
            choice: Some(choice.into()),
            time: Duration::from_millis(20),
            is_about_stuck,
            ..Top::default()
        };
        let (stuck, _) = rows(top("Motor", true).look(&observer, &|| true).expect("rows"));
        assert_eq!(stuck.len(), 4);
        let (stuck, _) = rows(
            top("*_motor.{speed,still}", true)
                .look(&observer, &|| true)
                .expect("rows"),
        );
        assert_eq!(stuck.len(), 2);
        let (none, note) = rows(top("Motor", false).look(&observer, &|| true).expect("rows"));
        assert_eq!(none, []);
        assert!(note.starts_with("0 of 4 fields changed"), "{note}");
        assert!(
            top("left_motor.speed + 1", false)
                .look(&observer, &|| true)
                .is_err()
        );
        let stopped = top("Motor", false).look(&observer, &|| false);
        assert!(matches!(
            stopped,
            Err(CommandError::Script(ScriptError::Interrupted))
        ));
    }
}
