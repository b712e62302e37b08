//! A made-up session for tests of whole screens.

use std::time::Duration;

use crossbeam_channel::{Receiver, never};
use memglass_value::format::Figure;

use crate::edit::{Form, Input, Mistake, Named, Place, Refused, Writable};
use crate::host::{Host, Play, Towards};
use crate::interest::{Column, Interest};
use crate::line::{Completions, Outcome, Suggestion};
use crate::snapshot::{ChangeRow, FieldRow, Fold, LogRow, ObjectRow, Region, Snapshot, WatchRow};
use crate::testing::{digits, field, listing, number, object, with_fields};

/// A session that stands still: it gives the rows that are asked for.
#[derive(Clone)]
pub(super) struct World {
    pub(super) snapshot: Snapshot,
    pub(super) asked: Vec<Interest>,
    /// What was asked for besides snapshots.
    pub(super) done: Vec<String>,
    woken: Receiver<()>,
}

impl Host for World {
    fn snapshot(&mut self, interest: &Interest) -> Snapshot {
        self.asked.push(interest.clone());
        let mut snapshot = self.snapshot.clone();
        let (all, objects) = (&self.snapshot.objects, &mut snapshot.objects);
        let window = interest.objects.window.settled(all.rows.len());
        (objects.first, objects.selected) = (window.first, window.selected);
        objects.rows = cut(&all.rows, window.first, window.height);
        objects.current = all.rows.get(window.selected).cloned();
        let (all, fields) = (&self.snapshot.fields, &mut snapshot.fields);
        let window = interest.fields.window.settled(all.rows.len());
        (fields.first, fields.selected) = (window.first, window.selected);
        fields.rows = cut(&all.rows, window.first, window.height);
        fields.detail.path = all
            .rows
            .get(window.selected)
            .map_or(String::new(), |row| format!("AAPL_position.{}", row.path));
        let row = all.rows.get(window.selected);
        fields.detail.writable = row.map_or(Writable::No, writable);
        let (all, watches) = (&self.snapshot.watches, &mut snapshot.watches);
        let window = interest.watches.settled(all.rows.len());
        watches.at = snapshot.at;
        (watches.first, watches.selected) = (window.first, window.selected);
        watches.rows = cut(&all.rows, window.first, window.height);
        if let Some(wanted) = interest.history {
            let (all, history) = (&self.snapshot.history.rows, &mut snapshot.history);
            let is_listed = |row: &&ChangeRow| wanted.until.is_none_or(|until| row.at <= until);
            let listed: Vec<_> = all.iter().filter(is_listed).cloned().collect();
            let window = wanted.window.settled(listed.len());
            (history.first, history.selected) = (window.first, window.selected);
            history.total = listed.len();
            history.newest = listed.first().map(|row| row.at);
            history.rows = cut(&listed, window.first, window.height);
        }
        snapshot
    }

    fn still(&mut self) -> Option<Duration> {
        None
    }

    fn reattach(&mut self) -> Result<(), String> {
        Err("the producer of \"trading_engine\" is alive and attached".into())
    }

    fn play(&mut self, order: Play) -> Result<String, String> {
        if self.snapshot.session.replay.is_none() {
            return Err("this session is live".into());
        }
        self.done.push(format!("{order:?}"));
        Ok("12.5 s".into())
    }

    fn play_to_change(&mut self, towards: Towards) -> Result<String, String> {
        self.done.push(format!("{towards:?}"));
        Ok("11.5 s".into())
    }

    fn play_at(&mut self, elapsed: Duration) -> Result<String, String> {
        self.done.push(format!("at {elapsed:?}"));
        Ok("12.5 s".into())
    }

    fn types(&mut self) -> Vec<(String, usize)> {
        vec![("Order".into(), 22), ("Position".into(), 1)]
    }

    fn check_condition(&mut self, text: &str) -> Result<(), Mistake> {
        match text.find("quantty") {
            Some(at) => Err(Mistake {
                reason: "Order has no \"quantty\"; did you mean \"quantity\"?".into(),
                at: Some(at..at + 7),
            }),
            None => Ok(()),
        }
    }

    fn check_column(&mut self, column: &Column) -> Result<(), Mistake> {
        self.check_condition(&column.text)
    }

    fn watch(&mut self, text: &str) -> Result<(), Mistake> {
        self.check_condition(text)?;
        self.done.push(format!("watch {text}"));
        Ok(())
    }

    fn watch_field(&mut self, place: &Place) -> Result<(), String> {
        self.done.push(format!("watch field {}", place.path));
        Ok(())
    }

    fn unwatch(&mut self, index: usize) {
        self.done.push(format!("unwatch {index}"));
    }

    fn form(&mut self, place: &Place) -> Result<Form, String> {
        let input = match &*place.path {
            "symbol_id" => return Err("symbol_id: the producer declares it read-only".into()),
            "flags" => Input::Bits(named(&[("IMMEDIATE", 1), ("POST_ONLY", 2), ("HIDDEN", 4)])),
            "venue" => Input::Choice(named(&[("A", 1), ("B", 2), ("C", 3), ("D", 4), ("E", 5)])),
            "side" => Input::Choice(named(&[("BUY", 1), ("SELL", -1)])),
            "error_msg" => Input::Text { most: 256 },
            "price" => Input::Number {
                step: 0.01,
                is_float: true,
            },
            _ => Input::Number {
                step: 1.0,
                is_float: false,
            },
        };
        Ok(Form {
            title: format!("AAPL_position.{}", place.path),
            about: "i64, 0 … 10,000,000 ticks, step 1".into(),
            text: match &input {
                Input::Bits(_) => "2".into(),
                Input::Choice(_) => "1".into(),
                Input::Text { .. } => "late".into(),
                _ => "15000".into(),
            },
            input,
        })
    }

    fn check(&mut self, _: &Place, text: &str) -> Result<(), Refused> {
        match text.parse::<i64>() {
            Ok(number) if number > 10_000_000 => Err(Refused {
                reason: "out of range: 0 … 10,000,000".into(),
                nearest: Some("10000000".into()),
            }),
            _ => Ok(()),
        }
    }

    fn write(&mut self, place: &Place, text: &str) -> Result<(), Refused> {
        self.check(place, text)?;
        self.done.push(format!("write {} {text}", place.path));
        Ok(())
    }

    fn step(&mut self, place: &Place, steps: i32) -> Result<(), Refused> {
        self.done.push(format!("step {} {steps}", place.path));
        Ok(())
    }

    fn toggle(&mut self, place: &Place) -> Result<(), Refused> {
        self.done.push(format!("toggle {}", place.path));
        Ok(())
    }

    fn undo(&mut self) -> Result<String, String> {
        Err("nothing to undo".into())
    }

    fn copied(&mut self, place: &Place) -> Result<[String; 2], String> {
        Ok([format!("AAPL_position.{}", place.path), "100".into()])
    }

    fn begin_line(&mut self) -> Vec<String> {
        vec!["1 + 1".into(), ":objects".into()]
    }

    fn complete(&mut self, before_cursor: &str) -> Completions {
        let start = before_cursor.rfind('.').map_or(0, |at| at + 1);
        let word = &before_cursor[start..];
        let known = [
            ("quantity: i64", "quantity"),
            ("quote(): the quote of a position", "quote("),
            ("side: Side", "side"),
        ];
        let all: Vec<Suggestion> = known
            .into_iter()
            .filter(|(_, text)| text.starts_with(word))
            .map(|(shown, text)| Suggestion {
                shown: shown.into(),
                text: text.into(),
            })
            .collect();
        let common = match all.as_slice() {
            [one] => one.text.clone(),
            _ => word.to_owned(),
        };
        Completions { start, common, all }
    }

    fn run(&mut self, _: &str) -> Outcome {
        unreachable!("the loop runs lines")
    }

    fn rest(&self) -> Option<Duration> {
        None
    }

    fn woken(&self) -> &Receiver<()> {
        &self.woken
    }

    fn run_due(&mut self) -> Outcome {
        Outcome::default()
    }
}

fn named(names: &[(&str, i128)]) -> Vec<Named> {
    let names = names.iter();
    let named = names.map(|(name, number)| Named {
        name: (*name).to_owned(),
        number: *number,
    });
    named.collect()
}

fn cut<T: Clone>(rows: &[T], first: usize, height: usize) -> Vec<T> {
    rows.iter().skip(first).take(height).cloned().collect()
}

fn objects() -> Vec<ObjectRow> {
    let named = [
        ("AAPL_position", "Position"),
        ("AAPL_quote", "Quote"),
        ("book", "Book[5]"),
        ("engine_stats", "Stats"),
    ];
    let orders = (12_345..12_367).map(|id| (format!("order_{id}"), "Order"));
    let named = named.map(|(label, kind)| (label.to_owned(), kind));
    let rows = named.into_iter().chain(orders).zip(0..);
    rows.map(|((label, kind), slot)| object(slot, &label, kind))
        .collect()
}

pub(super) fn fields() -> Vec<FieldRow> {
    let unit = |row: FieldRow, unit: &str| FieldRow {
        unit: unit.into(),
        ..row
    };
    let note = |row: FieldRow, note: &str| FieldRow {
        note: note.into(),
        ..row
    };
    let quote = FieldRow {
        fold: Fold::Open,
        ..field("last_quote", "Quote", Figure::Nothing)
    };
    vec![
        note(field("symbol_id", "u32", number(0)), "read-only"),
        note(field("quantity", "i64", number(100)), "[atomic]"),
        unit(field("avg_price", "i64", number(15_000)), "ticks"),
        note(quote, "[seqlock]"),
        unit(
            field("last_quote.bid_price", "i64", number(14_870)),
            "ticks",
        ),
        unit(
            field("last_quote.timestamp_ns", "u64", number(14_144_578_506)),
            "ns",
        ),
        unit(field("price", "f64", digits("150", ".25", 150.25)), "USD"),
        FieldRow {
            named: "POST_ONLY".into(),
            ..note(
                field("flags", "Conditions", Figure::Word("0x2".into())),
                "[POST_ONLY]",
            )
        },
        note(
            field("error_msg", "text[256]", Figure::Text("\"late\"".into())),
            "[locked]",
        ),
    ]
}

fn watched(name: &str, value: Figure, rate: f64) -> WatchRow {
    WatchRow {
        name: name.into(),
        least: number(5),
        greatest: number(900),
        value,
        rate,
        history: (0..16).map(|level| Some(level / 2)).collect(),
        trouble: None,
    }
}

/// Which keys write a field, as its dialog has it.
fn writable(row: &FieldRow) -> Writable {
    match &*row.path {
        _ if row.fold != Fold::None => Writable::No,
        "symbol_id" => Writable::No,
        "flags" | "error_msg" => Writable::Edited,
        "venue" | "side" => Writable::Turned,
        _ => Writable::Stepped,
    }
}

/// A value that something had so many milliseconds after the view was opened.
pub(super) fn change(at: u64, value: i64, change: &str) -> ChangeRow {
    ChangeRow {
        at: Duration::from_millis(at),
        time: format!("23:41:{:02}.{:03}", at / 1000, at % 1000),
        value: number(value),
        change: digits(change, "", 0.0),
    }
}

pub(super) fn world() -> World {
    let mut snapshot = with_fields(listing(objects()), fields());
    snapshot.at = Duration::from_secs(10);
    snapshot.regions = vec![Region {
        id: 1,
        size: 1_048_576,
        used: 86_272,
    }];
    snapshot.watches.rows = vec![
        watched("AAPL_position.quantity", number(100), 12.0),
        watched(
            "AAPL_quote.ask_price - AAPL_quote.bid_price",
            number(10),
            1.0,
        ),
        watched("engine_stats.volatility", digits("1", ".0", 1.0), 0.0),
    ];
    snapshot.watches.total = 3;
    snapshot.log.rows = vec![LogRow {
        time: "23:41:02.114".into(),
        word: "wrote",
        text: "AAPL_position.quantity = 100".into(),
        note: "was 90".into(),
        is_bad: false,
    }];
    (snapshot.log.entries, snapshot.log.total) = (1, 1);
    World {
        snapshot,
        asked: Vec::new(),
        done: Vec::new(),
        woken: never(),
    }
}
