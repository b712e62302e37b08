//! Whole screens of a made-up session, cell by cell, and what keys make of them.
//!
//! With `MEMGLASS_BLESS=1` the screens in `screens/` are written anew, to be read over.

use std::time::Duration;

use memglass_value::format::Figure;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::{App, Next, Options};
use crate::canvas::Canvas;
use crate::host::Host;
use crate::interest::Interest;
use crate::snapshot::{FieldRow, Fold, ObjectRow, Producer, Region, Snapshot};
use crate::testing::{digits, field, listing, number, object, text, with_fields};

/// A session that stands still: it gives the rows that are asked for.
struct World {
    snapshot: Snapshot,
    asked: Vec<Interest>,
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
        snapshot
    }

    fn reattach(&mut self) -> Result<(), String> {
        Err("the producer of \"trading_engine\" is alive and attached".into())
    }
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

fn fields() -> Vec<FieldRow> {
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
        note(
            field("flags", "Conditions", Figure::Word("0x2".into())),
            "[POST_ONLY]",
        ),
        note(
            field("error_msg", "text[256]", Figure::Text("\"late\"".into())),
            "[locked]",
        ),
    ]
}

fn world() -> World {
    let mut snapshot = with_fields(listing(objects()), fields());
    snapshot.at = Duration::from_secs(10);
    snapshot.regions = vec![Region {
        id: 1,
        size: 1_048_576,
        used: 86_272,
    }];
    World {
        snapshot,
        asked: Vec::new(),
    }
}

/// The view of a world on a screen.
struct Shown {
    world: World,
    app: App,
}

impl Shown {
    fn of(world: World, width: u16, height: u16) -> Shown {
        let mut shown = Shown {
            world,
            app: App::new(Options::default(), width, height),
        };
        // Where the regions are shown is known from the first snapshot on.
        shown.app.read(&mut shown.world);
        shown
    }

    fn text(&mut self) -> String {
        self.app.read(&mut self.world);
        let mut canvas = Canvas::default();
        self.app.draw(&mut canvas);
        text(&canvas)
    }

    /// Presses keys, each by its name; the last one's consequence.
    fn press(&mut self, keys: &str) -> Next {
        let mut next = Next::Stay;
        for key in keys.split_whitespace() {
            next = self.app.key(key_named(key), &mut self.world);
            self.app.read(&mut self.world);
        }
        next
    }

    #[track_caller]
    fn shows(&mut self, row: &str) {
        let text = self.text();
        assert!(text.contains(row), "no {row:?} in\n{text}");
    }
}

fn key_named(name: &str) -> KeyEvent {
    let (code, modifiers) = match name {
        "Enter" => (KeyCode::Enter, KeyModifiers::NONE),
        "Esc" => (KeyCode::Esc, KeyModifiers::NONE),
        "Tab" => (KeyCode::Tab, KeyModifiers::NONE),
        "Up" => (KeyCode::Up, KeyModifiers::NONE),
        "Down" => (KeyCode::Down, KeyModifiers::NONE),
        "PgDn" => (KeyCode::PageDown, KeyModifiers::NONE),
        "^C" => (KeyCode::Char('c'), KeyModifiers::CONTROL),
        letter => (
            KeyCode::Char(letter.chars().next().expect("a key")),
            KeyModifiers::NONE,
        ),
    };
    KeyEvent::new(code, modifiers)
}

#[track_caller]
fn check(width: u16, height: u16, name: &str) {
    let text = Shown::of(world(), width, height).text();
    let path = format!("{}/src/screens/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("MEMGLASS_BLESS").is_some() {
        std::fs::write(&path, &text).expect("a file");
    }
    let expected = std::fs::read_to_string(&path).expect("a screen");
    assert_eq!(text, expected, "\n{text}");
}

#[test]
fn a_wide_screen_has_all_columns() {
    check(120, 30, "main120");
}

#[test]
fn a_screen_of_eighty_columns_leaves_out_ages_and_values_before() {
    check(80, 24, "main80");
}

#[test]
fn a_small_screen_has_the_list_alone() {
    check(40, 10, "basic40");
}

#[test]
fn a_tiny_screen_has_one_line() {
    assert_eq!(
        Shown::of(world(), 19, 5).text().trim_end(),
        "trading_engine ● …"
    );
}

#[test]
fn every_size_of_screen_can_be_drawn() {
    for width in [1, 2, 19, 20, 33, 59, 60, 99, 100, 140] {
        for height in [1, 2, 5, 6, 13, 14, 20, 30] {
            let mut shown = Shown::of(world(), width, height);
            for keys in ["", "Tab", "z", "?", "Esc", "Tab", "j"] {
                shown.press(keys);
                let text = shown.text();
                let widest = text.lines().map(crate::text::width).max();
                assert!(
                    widest.unwrap_or(0) <= usize::from(width),
                    "{width}x{height}"
                );
                assert_eq!(text.lines().count(), usize::from(height));
            }
        }
    }
}

#[test]
fn only_rows_on_the_screen_are_asked_for() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("G");
    let interest = shown.world.asked.pop().expect("a snapshot");
    assert_eq!(interest.objects.window.height, 21);
    assert_eq!(interest.objects.window.selected, 25);
    assert_eq!(interest.objects.window.first, 5);
}

#[test]
fn a_value_that_changes_is_shown_with_what_it_was() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.text();
    shown.world.snapshot.fields.rows[1].value = number(250);
    shown.world.snapshot.at += Duration::from_millis(16);
    shown.shows("quantity       i64                100 →            250");
    shown.world.snapshot.at += Duration::from_millis(480);
    shown.shows("100 →");
    shown.world.snapshot.at += Duration::from_millis(40);
    assert!(!shown.text().contains("100 →"), "after thirty frames");
}

#[test]
fn where_there_is_no_room_for_it_an_arrow_says_whether_it_rose() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.text();
    shown.world.snapshot.fields.rows[1].value = number(250);
    shown.shows("▲         250");
    shown.world.snapshot.fields.rows[1].value = number(-1);
    shown.shows("▼          -1");
}

#[test]
fn enter_goes_to_the_fields_and_escape_back() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("Enter j");
    shown.shows("▌ quantity");
    shown.shows("━ AAPL_position : Position ━");
    shown.press("Esc");
    shown.shows("━ Objects 26 ━");
}

#[test]
fn a_closed_struct_is_asked_for_by_its_path() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("Enter j j j Enter");
    let interest = shown.world.asked.pop().expect("a snapshot");
    let toggled: Vec<_> = interest.fields.toggled.iter().map(|path| &**path).collect();
    assert_eq!(toggled, ["last_quote"]);
}

#[test]
fn escape_never_quits_and_q_does() {
    let mut shown = Shown::of(world(), 80, 24);
    assert_eq!(shown.press("Esc Esc Esc"), Next::Stay);
    assert_eq!(shown.press("? q"), Next::Stay, "letters search in the help");
    assert_eq!(shown.press("^C"), Next::Stay, "closes the help");
    assert_eq!(shown.press("q"), Next::Quit);
    assert_eq!(shown.press("^C"), Next::Quit);
}

#[test]
fn the_help_finds_keys_by_what_they_do() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("? f r a m e s");
    shown.shows("Help  frames▏");
    shown.shows("more frames a second");
    shown.shows("0.1 to 240 frames a second");
    shown.press("Esc");
    assert!(!shown.text().contains("Help"));
}

#[test]
fn a_zoomed_panel_is_alone_until_escape() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("Enter z");
    let text = shown.text();
    assert!(
        !text.contains("Objects") && text.contains("AAPL_position : Position"),
        "{text}"
    );
    shown.press("Esc");
    shown.shows("Objects 26");
}

#[test]
fn a_dead_producer_leaves_a_still_picture() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.text();
    shown.world.snapshot.session.producer = Producer::Crashed {
        at: Some("23:41:07".into()),
        since: Duration::from_secs(12),
    };
    shown.world.snapshot.fields.rows[1].value = number(250);
    shown.shows("✗ crashed 23:41:07, 12 s ago: last values, no writes");
    let text = shown.text();
    assert!(text.contains('╌') && text.contains('╍'), "{text}");
    assert!(!text.contains('→') && !text.contains('─'), "{text}");
}

#[test]
fn a_paused_view_asks_for_frozen_values() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.press("p");
    assert!(
        shown
            .world
            .asked
            .last()
            .is_some_and(|interest| interest.is_frozen)
    );
    shown.world.snapshot.at += Duration::from_secs(3);
    shown.shows("‖ paused 3 s: p goes on");
    shown.press("p");
    shown.shows("● live");
}

#[test]
fn a_refused_request_is_told_on_the_last_line() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("R");
    shown.shows("\n the producer of \"trading_engine\" is alive and attached");
    shown.world.snapshot.at += Duration::from_secs(5);
    shown.shows("q quit");
}

#[test]
fn the_rate_goes_up_and_down_its_ladder() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press(">");
    shown.shows("120 Hz");
    shown.press("< < <");
    shown.shows("20 Hz");
}

#[test]
fn an_empty_session_says_so() {
    let mut world = world();
    world.snapshot = listing(Vec::new());
    let mut shown = Shown::of(world, 80, 24);
    shown.shows("None yet.");
    assert_eq!(shown.press("Enter Enter j G Tab j"), Next::Stay);
}
