//! Which fields change most, as a table that changes.

use std::time::Duration;

use memglass::{Observer, Presence};
use memglass_view::live::{Mark, Order, Row, Setup, Source, Table, Wanted};
use memglass_view::{Rate, text};

use super::looked::{Looked, Ranked};
use crate::commands::CommandError;
use crate::live;

/// Which fields change most, until the user has seen enough.
pub struct LiveTop {
    choice: Option<String>,
    looked: Looked,
    presence: Presence,
    /// The ranked fields of this frame, and in which order they are.
    ranked: Option<(Ranked, Vec<usize>)>,
}

impl LiveTop {
    /// Looks at all fields, or at those that a path, a pattern or a type selects.
    ///
    /// # Errors
    ///
    /// The choice selects no fields.
    pub fn new(choice: Option<String>, observer: &Observer) -> Result<LiveTop, CommandError> {
        Ok(LiveTop {
            looked: Looked::new(choice.as_deref(), observer)?,
            choice,
            presence: observer.producer(),
            ranked: None,
        })
    }

    /// How the table begins: a frame a second, so that each ranks what happened in a second.
    pub fn setup(looks: memglass_view::Setup, order: Order) -> Setup {
        Setup {
            looks,
            rate: Rate::new(1.0),
            order,
            until: None,
        }
    }

    fn look_at_producer(&mut self) {
        let observer = self.looked.observer();
        self.presence = observer.producer();
        // If the new session is not ready yet, it is at the next frame.
        if self.presence == Presence::Restarted
            && let Ok(next) = observer.reattach()
            && let Ok(looked) = Looked::new(self.choice.as_deref(), &next)
        {
            self.looked = looked;
            self.presence = Presence::Alive;
        }
    }

    fn row(&self, at: usize) -> Row {
        let tally = self.looked.tally(at);
        let value = self.looked.value(at);
        let value = value.map(|(value, style)| live::cell(&value, &style));
        Row {
            number: None,
            name: text::clean(tally.path()).into_owned(),
            value: value.unwrap_or_default(),
            rate: tally.rate(),
            age: Some(self.looked.age(at)),
            trend: Vec::new(),
            note: text::clean(&self.looked.note(at)).into_owned(),
            mark: match (tally.is_gone(), tally.has_trouble()) {
                (true, _) => Mark::Gone,
                (false, true) => Mark::Trouble,
                (false, false) => Mark::Plain,
            },
        }
    }
}

impl Source for LiveTop {
    fn period(&self) -> Option<Duration> {
        Some(self.looked.period())
    }

    fn look(&mut self) {
        // What is dead stays as it was seen last.
        if self.presence.is_alive() {
            self.looked.sample();
        }
    }

    fn advance(&mut self) {
        let was_alive = self.presence.is_alive();
        self.look_at_producer();
        if !was_alive && !self.presence.is_alive() {
            self.looked.pass();
            self.ranked = None;
            return;
        }
        self.looked.end_frame();
        self.ranked = None;
        if self.presence.is_alive() {
            self.looked.refresh();
        }
    }

    fn resume(&mut self) {
        if self.presence.is_alive() {
            self.looked.skip_frame();
        }
    }

    fn table(&mut self, wanted: Wanted) -> Table {
        let by = match wanted.order {
            Order::Given | Order::Rate => Ranked::Known,
            Order::Name => Ranked::Named,
            Order::Age => Ranked::Aged,
        };
        let looked = &self.looked;
        let known = self.ranked.take().filter(|(known, _)| *known == by);
        let (_, rows) = self
            .ranked
            .insert(known.unwrap_or_else(|| (by, looked.ranked(by))));
        let (total, first) = (rows.len(), wanted.first_of(rows.len()));
        let shown: Vec<usize> = rows
            .iter()
            .skip(first)
            .take(wanted.height)
            .copied()
            .collect();
        let session = &looked.observer().session().name;
        let choice = self.choice.as_deref().unwrap_or("all fields");
        Table {
            subject: text::clean(&format!("{session}: {choice}")).into_owned(),
            producer: live::fate(self.presence),
            total,
            first,
            rows: shown.into_iter().map(|at| self.row(at)).collect(),
            empty: "nothing changed yet",
            has_trend: false,
            summary: looked.summary(),
        }
    }
}

#[cfg(test)]
mod tests {
    use memglass::{Object, Observe, Session};

    use super::*;

    #[derive(Observe, Clone, Copy, Default)]
    struct Motor {
        speed: i64,
        still: i64,
        level: f64,
    }

    fn rows(top: &mut LiveTop, order: Order) -> (usize, Vec<String>) {
        top.look();
        top.advance();
        let wanted = Wanted {
            order,
            first: 0,
            height: 3,
        };
        let table = top.table(wanted);
        (
            table.total,
            table.rows.into_iter().map(|row| row.name).collect(),
        )
    }

    #[test]
    fn objects_that_come_are_taken_in_and_what_never_changed_is_listed_by_age() {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s").dir(dir.path()).create();
        let session = session.expect("a session");
        let motor = |label: String| session.object(&label, Motor::default()).expect("room");
        let mut motors: Vec<Object<Motor>> =
            (0..5).map(|index| motor(format!("m{index}"))).collect();
        let observer = Observer::builder().dir(dir.path()).attach("s");
        let observer = observer.expect("an observer");
        let mut top = LiveTop::new(None, &observer).expect("fields");
        motors[1].speed.set(1);
        assert_eq!(rows(&mut top, Order::Given), (1, vec!["m1.speed".into()]));
        motors.extend((5..1_000).map(|index| motor(format!("m{index}"))));
        rows(&mut top, Order::Given);
        motors[7].speed.set(1);
        let (changed, first) = rows(&mut top, Order::Given);
        assert_eq!((changed, first[0].as_str()), (2, "m7.speed"));
        let (all, oldest) = rows(&mut top, Order::Age);
        assert_eq!((all, oldest.len()), (3_000, 3));
        assert!(top.period() <= Some(Duration::from_millis(100)));
        // What is dead stays as it is, and does not go on changing.
        motors[7].speed.set(2);
        top.look();
        drop((motors, session));
        let table = |top: &mut LiveTop| {
            top.advance();
            let (order, first, height) = (Order::Given, 0, 3);
            top.table(Wanted {
                order,
                first,
                height,
            })
        };
        assert!(table(&mut top).producer.is_some());
        let dead = table(&mut top);
        assert!(dead.rows.iter().all(|row| row.rate == 0.0));
        assert!(dead.summary.starts_with("0 of"), "{}", dead.summary);
    }
}
