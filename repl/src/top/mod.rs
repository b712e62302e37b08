//! Which fields change most, which do not change at all, and what is wrong with their values: looked at for a while.

#[cfg(feature = "view")]
mod live;
mod looked;

use std::thread::sleep;
use std::time::{Duration, Instant};

use memglass::Observer;
use memglass_script::ScriptError;
use memglass_value::format;
use memglass_value::shown::{Cell, Table};

use crate::commands::CommandError;
use crate::output::Output;
#[cfg(feature = "view")]
pub use live::LiveTop;
use looked::{Looked, Ranked};

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
        let mut looked = Looked::new(self.choice.as_deref(), observer)?;
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
        looked.end_frame();
        let (table, left_out) = self.table(&looked);
        let left_out = match left_out {
            0 => String::new(),
            1 => "; 1 more row is left out".to_owned(),
            count => format!(
                "; {} more rows are left out",
                format::grouped(&count.to_string())
            ),
        };
        Ok(Output::all([
            table.into(),
            Output::Note(looked.summary() + left_out.as_str()),
        ]))
    }

    /// The first rows, and how many others there are.
    fn table(&self, looked: &Looked) -> (Table, usize) {
        let (ranked, none) = match self.is_about_stuck {
            true => (Ranked::Stuck, "every field changed"),
            false => (Ranked::Busy, "nothing changed"),
        };
        let columns = ["field", "value", "per second", "note"];
        let ranked = looked.ranked(ranked);
        let left_out = ranked.len().saturating_sub(self.rows);
        let rows = ranked.into_iter().take(self.rows);
        let table = Table {
            rows: rows
                .map(|at| row(looked, at, self.is_about_stuck))
                .collect(),
            ..Table::new(columns).or_else(none)
        };
        (table, left_out)
    }
}

fn row(looked: &Looked, at: usize, is_about_stuck: bool) -> Vec<Option<Cell>> {
    let tally = looked.tally(at);
    let value = looked.value(at);
    let mut note = looked.note(at);
    if is_about_stuck {
        let separator = if note.is_empty() { "" } else { "; " };
        let age = looked.age(at).as_secs_f64();
        note = format!("unchanged for {age:.1} s{separator}{note}");
    }
    vec![
        Some(Cell::name(tally.path())),
        value.map(|(value, style)| Cell { value, style }),
        Some(Cell::plain(tally.rate().round() as u64)),
        Cell::prose(note),
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use memglass::schema::{Field, Kind, Type};
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
    fn an_address_is_no_wrong_value() {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s").dir(dir.path()).create();
        let session = session.expect("a session");
        let add = |name: &str, size, kind| {
            let ty = Type::new(name, size, 8, kind);
            session.add_type(ty).expect("a type")
        };
        let target = "tick".into();
        let address = add("tick*", 8, Kind::Pointer { target });
        let price = add("i64", 8, Kind::Int { signed: true });
        let fields = vec![Field::new("at", address, 0), Field::new("price", price, 8)];
        let node = add("node", 16, Kind::Struct { fields });
        let memory = session.allocate_typed(node, None).expect("room");
        let node = session.register("node", memory).expect("an object");
        let observer = Observer::builder().dir(dir.path()).attach("s");
        let mut looked = Looked::new(None, &observer.expect("an observer")).expect("fields");
        let store = |name: &str, bytes: u64| {
            let cell = node.cell().member(name).expect("a member");
            cell.write_bytes(&bytes.to_ne_bytes()).expect("it is free");
        };
        store("at", 1);
        for price in 1..4 {
            store("price", price);
            looked.sample();
        }
        looked.end_frame();
        let paths = looked.ranked(Ranked::Busy).into_iter();
        let paths: Vec<&str> = paths.map(|at| looked.tally(at).path()).collect();
        assert_eq!(paths, ["node.price", "node.at"]);
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
        let few = Top {
            rows: 3,
            ..top("Motor", true)
        };
        let (few, note) = rows(few.look(&observer, &|| true).expect("rows"));
        assert_eq!(few.len(), 3);
        assert!(note.ends_with("; 1 more row is left out"), "{note}");
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
