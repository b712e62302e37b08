//! Whole screens of a made-up session, cell by cell, and what keys make of them.
//!
//! With `MEMGLASS_BLESS=1` the screens in `screens/` are written anew, to be read over.

mod world;

use std::time::Duration;

use memglass_value::format::Figure;
use ratatui::crossterm::event::{
    KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use crate::app::{App, Next, Options};
use crate::canvas::Canvas;
use crate::interest::{Sort, SortBy};
use crate::keymap::Keymap;
use crate::keys;
use crate::line::Outcome;
use crate::quick::QuickWrite;
use crate::snapshot::{Cell, FieldRow, Fold, HexByte, HexRow, Mark, Producer, Replay, WatchRow};
use crate::testing::{digits, field, listing, number, object, text};

use world::{World, change, fields, world};

/// The view of a world on a screen.
struct Shown {
    world: World,
    app: App,
}

impl Shown {
    fn of(world: World, width: u16, height: u16) -> Shown {
        let mut shown = Shown {
            world,
            app: App::new(Options::default(), Keymap::default(), width, height),
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
            next = self
                .app
                .key(keys::named(key).expect("a key"), &mut self.world);
            self.app.read(&mut self.world);
        }
        next
    }

    /// Pastes a text.
    fn paste(&mut self, text: &str) {
        self.app.paste(text, &mut self.world);
        self.app.read(&mut self.world);
    }

    /// Does something with the mouse, where this text stands on the screen.
    #[track_caller]
    fn mouse(&mut self, kind: MouseEventKind, text: &str) {
        let screen = self.text();
        let found = screen.lines().zip(0..).find_map(|(line, row)| {
            let at = line.find(text)?;
            Some((crate::text::width(&line[..at]) as u16, row))
        });
        let (column, row) = found.unwrap_or_else(|| panic!("no {text:?} in\n{screen}"));
        self.mouse_at(kind, column, row);
    }

    fn mouse_at(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        let event = MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        };
        self.app.mouse(event, &mut self.world);
        self.app.read(&mut self.world);
    }

    #[track_caller]
    fn shows(&mut self, row: &str) {
        let text = self.text();
        assert!(text.contains(row), "no {row:?} in\n{text}");
    }
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
    check(120, 36, "main120");
}

#[test]
fn a_higher_screen_has_more_rows() {
    check(120, 40, "main120x40");
}

#[test]
fn a_large_screen_gives_its_room_to_rows_and_names() {
    check(200, 60, "main200");
}

#[test]
fn the_smallest_screen_has_labels_that_can_be_told_apart() {
    check(20, 6, "basic20");
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
fn a_tiny_screen_has_one_line_and_says_why() {
    let mut shown = Shown::of(world(), 19, 5);
    assert_eq!(shown.text().trim_end(), "trading_en… ● live\ntoo small");
}

#[test]
fn the_smallest_screen_shows_what_is_typed_and_what_keys_do() {
    let mut shown = Shown::of(world(), 20, 6);
    shown.press("/ b o o k");
    shown.shows("search book▏");
    shown.press("Esc ? q u i t");
    shown.shows("│▌q       quit:");
    shown.press("Esc Enter j j e 9 9 9 9 9 9 9 9");
    shown.shows("999▏]");
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
    assert_eq!(interest.objects.window.height, 14);
    assert_eq!(interest.objects.window.selected, 25);
    assert_eq!(interest.objects.window.first, 12);
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
fn what_a_value_was_is_written_as_the_value_or_is_an_arrow() {
    for (width, change) in [
        (120, "▲  1,234,567,891"),
        (200, "1,234,567,890 →        1,234,567,891"),
    ] {
        let mut shown = Shown::of(world(), width, 36);
        for value in [1_234_567_890, 1_234_567_891] {
            shown.world.snapshot.fields.rows[1].value = number(value);
            shown.text();
        }
        shown.shows(change);
    }
}

#[test]
fn an_object_that_was_never_looked_at_has_no_last_values() {
    let mut world = world();
    let object = world.snapshot.fields.object.as_mut();
    object.expect("an object").is_gone = true;
    world.snapshot.fields.rows[7].trouble = Some("gone");
    let name = world.snapshot.fields.rows[7].note.clone();
    assert!(name.starts_with('['), "{name} is the name of a value");
    let mut shown = Shown::of(world, 120, 36);
    shown.shows(" gone: last values ╌");
    shown.shows(&name[..8]);
    for row in &mut shown.world.snapshot.fields.rows {
        row.value = Figure::Nothing;
    }
    shown.shows(" gone ╌");
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
fn the_fields_of_another_object_begin_at_the_first_one() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("Enter j j j");
    shown.shows("▌ ▾ last_quote");
    let object = shown.world.snapshot.fields.object.as_mut();
    object.expect("an object").key.slot += 1;
    shown.shows("▌ symbol_id");
    shown.press("e");
    shown.shows("symbol_id: the producer declares it read-only");
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
fn a_key_with_alt_is_escape_and_the_key() {
    let mut shown = Shown::of(world(), 80, 24);
    let alt = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::ALT);
    shown.press("Enter j z");
    shown.app.key(alt('/'), &mut shown.world);
    shown.shows(" search ▏");
    shown.shows("Objects 26");
    assert_eq!(shown.app.key(alt('q'), &mut shown.world), Next::Quit);
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
    shown.press("? k i l l");
    shown.shows("Nothing has \"kill\" in it.");
}

#[test]
fn the_help_does_what_is_chosen_in_a_panel_where_that_is_done() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("? o n e Space p a n e l Enter");
    let text = shown.text();
    assert!(
        !text.contains("Help") && !text.contains("Position ─"),
        "{text}"
    );
    shown.press("z ? e d i t Enter");
    shown.shows("━ AAPL_position : Position ━");
    shown.shows("symbol_id: the producer declares it read-only");
    shown.press("? - - h e x Enter");
    shown.shows("Help  --hex▏");
    shown.press("Esc ?");
    let row = |shown: &mut Shown| {
        let text = shown.text();
        let row = text.lines().find(|line| line.contains("│▌"));
        row.unwrap_or_default().to_owned()
    };
    let first = row(&mut shown);
    shown.press("Down");
    assert_ne!(row(&mut shown), first);
    shown.press("l e a v e");
    assert_eq!(shown.press("Enter"), Next::Quit);
}

#[test]
fn the_help_begins_with_what_the_panel_does() {
    let mut shown = Shown::of(world(), 80, 24);
    let place = |shown: &mut Shown, does: &str| {
        let text = shown.text();
        let row = text.lines().position(|line| line.contains(does));
        row.unwrap_or_else(|| panic!("no {does:?} in\n{text}"))
    };
    shown.press("?");
    assert!(
        place(&mut shown, "the fields of the object") < place(&mut shown, "filter: objects by")
    );
    shown.press("Esc Enter ?");
    assert!(
        place(&mut shown, "edit: write another value") < place(&mut shown, "undo the last write")
    );
    assert!(!shown.text().contains("a row down"), "nobody looks that up");
}

#[test]
fn what_is_watched_alone_says_what_its_numbers_are() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.press("3 z");
    let text = shown.text();
    let rows: Vec<&str> = text.lines().collect();
    assert!(rows[2].starts_with(" watched "), "{text}");
    for (word, value) in [
        ("now", "100"),
        ("min", "5"),
        ("max", "900"),
        ("chg/s", "12/s"),
    ] {
        let end = |row: &str, what: &str| {
            row.rfind(what)
                .map(|at| row[..at + what.len()].chars().count())
        };
        assert_eq!(end(rows[2], word), end(rows[3], value), "{word}\n{text}");
    }
    assert_eq!(
        shown.world.asked.last().expect("a snapshot").watches.height,
        32
    );
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
fn a_panel_that_is_alone_has_headers_where_it_is_high_enough() {
    let header = |keys: &str, width, height| {
        let mut shown = Shown::of(world(), width, height);
        shown.press(keys);
        let text = shown.text();
        let row = text.lines().nth(2).expect("a row").to_owned();
        row.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(header("z", 80, 24), "label type age chg/s");
    assert_eq!(header("2 z", 80, 24), "field type was now unit");
    assert_eq!(header("3 z", 80, 24), "watched now last 10 s chg/s");
    assert_eq!(header("1", 40, 12), "label type age");
    assert_eq!(header("2", 40, 12), "field now unit");
    assert_eq!(header("3", 40, 12), "watched now 10 s");
    for keys in ["1", "2", "3"] {
        let first = header(keys, 40, 11);
        assert!(first.starts_with('▌'), "{first}");
        let beside = header(keys, 80, 24);
        assert!(
            !beside.contains("label") && !beside.contains("field"),
            "{beside}"
        );
    }
}

#[test]
fn a_click_finds_its_row_below_a_header() {
    let mut shown = Shown::of(world(), 40, 12);
    shown.press("3");
    shown.mouse(MouseEventKind::Down(MouseButton::Left), "engine_stats");
    shown.press("w");
    assert_eq!(shown.world.done, ["unwatch 2"]);
}

#[test]
fn two_watches_do_not_look_alike() {
    let mut world = world();
    let [first, second, third] = [0, 1, 2].map(|at| world.snapshot.watches.rows[at].clone());
    let named = |row: WatchRow, name: &str| WatchRow {
        name: name.into(),
        ..row
    };
    world.snapshot.watches.rows = vec![
        named(first, "AAPL_position.unrealized_pnl"),
        named(second, "AMZN_position.unrealized_pnl"),
        named(third, "AMZN_position.realized_pnl"),
    ];
    for (width, height) in [(120, 36), (40, 12)] {
        let mut shown = Shown::of(world.clone(), width, height);
        shown.press("3");
        let text = shown.text();
        let rows = text.lines().filter(|row| row.contains("realized_pnl"));
        let names: Vec<_> = rows
            .filter_map(|row| row.split([' ', '▌']).find(|word| !word.is_empty()))
            .collect();
        let [first, second, third] = names.as_slice() else {
            panic!("{text}");
        };
        assert!(
            first.starts_with("AAPL_") && first.ends_with("unrealized_pnl"),
            "{text}"
        );
        assert!(
            second.starts_with("AMZN_") && second.ends_with("unrealized_pnl"),
            "{text}"
        );
        assert!(
            third.starts_with("AMZN_") && !third.contains("unrealized"),
            "{text}"
        );
    }
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
fn the_title_says_less_before_it_is_cut() {
    let mut world = world();
    world.snapshot.watches.earlier = Some(Duration::from_millis(7_600));
    let crashed = |width| {
        let mut world = world.clone();
        world.snapshot.session.producer = Producer::Crashed {
            at: Some("23:41:07".into()),
            since: Duration::from_secs(12),
        };
        Shown::of(world, width, 24)
    };
    let then = |width| {
        let mut shown = Shown::of(world.clone(), width, 24);
        shown.press("[");
        shown
    };
    for (mut shown, title) in [
        (
            then(120),
            "◁ 2.40 s ago, watched values only: ] on, Esc now",
        ),
        (then(80), "◁ 2.40 s ago, watched only: ] on, Esc now"),
        (then(40), "trading_engine ◁ 2.40 s ago: Esc now"),
        (
            crashed(120),
            "✗ crashed 23:41:07, 12 s ago: last values, no writes",
        ),
        (crashed(80), "✗ crashed 23:41:07, 12 s ago "),
        (crashed(40), "trading_e… ✗ crashed 23:41:07, 12 s ago"),
    ] {
        shown.shows(title);
    }
}

#[test]
fn what_is_not_on_the_screen_has_no_keys_and_what_is_searched_is_shown() {
    for (width, height) in [(80, 24), (40, 12)] {
        let mut shown = Shown::of(world(), width, height);
        shown.press("4 z");
        let text = shown.text();
        assert!(!text.contains("x hex"), "{text}");
        shown.press("/ o r d e r");
        shown.shows("━ Objects 26 of 26 · order ━");
    }
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("2 z");
    shown.shows("x hex");
}

#[test]
fn eighty_columns_have_room_for_the_bytes_of_a_region() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("5");
    shown.shows("8.2 %    86,272 of 1,048,576 bytes");
    let mut large = world();
    large.snapshot.regions[0].size = 64 << 20;
    let mut shown = Shown::of(large, 70, 24);
    shown.press("5");
    shown.shows(" 86,272 of 67,108,864 bytes\n");
}

#[test]
fn a_replay_is_not_called_live() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.world.snapshot.session.replay = Some(replay());
    shown.shows("● replay at 12.5 s, playing");
    shown.press("p");
    shown.shows("‖ paused");
}

/// A quarter of it has passed. Something came in the middle, and something was lost at the end.
fn replay() -> Replay {
    let mut marks = vec![Mark::Nothing; 1000];
    (marks[500], marks[999]) = (Mark::Created, Mark::Lost);
    Replay {
        text: "12.5 s, playing".into(),
        passed: 0.25,
        bounds: ["12:03:04".into(), "12:03:54".into()],
        is_branch: false,
        is_ours: true,
        marks,
    }
}

#[test]
fn a_line_shows_all_of_a_replay_and_where_it_is() {
    let mut shown = Shown::of(world(), 120, 36);
    assert!(!shown.text().contains("12:03:04"));
    shown.world.snapshot.session.replay = Some(replay());
    shown.text();
    let text = shown.text();
    let line = text.lines().nth(1).unwrap_or_default();
    assert!(line.trim_start().starts_with("12:03:04 ━━━"), "{line}");
    assert!(line.trim_end().ends_with("─! 12:03:54"), "{line}");
    let bar: Vec<char> = line.chars().filter(|c| "━●─+!".contains(*c)).collect();
    let find = |wanted| bar.iter().position(|c| *c == wanted).expect("a mark");
    assert_eq!((find('●') + 2) * 4 / bar.len(), 1, "{line}");
    assert_eq!((find('+') + 2) * 2 / bar.len(), 1, "{line}");
    // A small screen has no room for it.
    let mut small = Shown::of(world(), 50, 20);
    small.world.snapshot.session.replay = Some(replay());
    small.text();
    assert!(!small.text().contains("12:03:54"));
}

#[test]
fn keys_move_a_replay_and_are_refused_on_a_live_session() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.text();
    shown.press(".");
    shown.shows("this session is live");
    assert!(!shown.text().contains("Space play"));
    shown.world.snapshot.session.replay = Some(replay());
    shown.text();
    shown.press("Esc");
    shown.shows("Space play");
    for key in ["Space", ".", "(", ")", "{", "}"] {
        shown.press(key);
    }
    // Among the fields, where Space toggles what can be written.
    shown.press("2");
    shown.press("Space");
    let done = [
        "Turn", "Step", "Back", "Forward", "Slower", "Faster", "Turn",
    ];
    assert_eq!(shown.world.done, done);
}

#[test]
fn a_replay_is_moved_to_changes_unless_another_process_plays_it() {
    let mut world = world();
    world.snapshot.session.replay = Some(replay());
    world.snapshot.watches.earlier = Some(Duration::from_millis(7_600));
    let mut shown = Shown::of(world, 120, 36);
    for (key, done) in [("[", "Earlier"), ("]", "Later")] {
        shown.press(key);
        assert_eq!(shown.world.done.pop().as_deref(), Some(done));
        assert!(!shown.text().contains("ago"), "all of it was moved");
    }
    shown.shows("11.5 s");
    shown.press("p [");
    assert!(!shown.text().contains("paused"), "a pause ends with that");
    let replay = shown.world.snapshot.session.replay.as_mut();
    replay.expect("a replay").is_ours = false;
    shown.world.done.clear();
    shown.text();
    shown.press("[");
    shown.shows("◁ 2.40 s ago, watched values only");
    assert!(shown.world.done.is_empty());
}

#[test]
fn what_is_shown_again_at_another_time_has_not_changed() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.world.snapshot.watches.earlier = Some(Duration::from_millis(7_600));
    let value = |shown: &mut Shown, value| {
        shown.world.snapshot.at += Duration::from_millis(16);
        shown.world.snapshot.fields.rows[1].value = number(value);
        shown.text()
    };
    value(&mut shown, 100);
    shown.press("[");
    value(&mut shown, 90);
    shown.press("Esc");
    assert!(!value(&mut shown, 250).contains("100 →"), "long ago");
    assert!(value(&mut shown, 251).contains("250 →"));
    let passed = |shown: &mut Shown, passed| {
        let replay = Replay { passed, ..replay() };
        shown.world.snapshot.session.replay = Some(replay);
    };
    passed(&mut shown, 0.5);
    assert!(value(&mut shown, 252).contains("251 →"));
    passed(&mut shown, 0.4);
    assert!(!value(&mut shown, 240).contains("252 →"), "that was later");
}

#[test]
fn a_rate_that_may_be_more_and_a_row_that_matches_no_longer_are_marked() {
    let mut world = world();
    let rows = &mut world.snapshot.objects.rows;
    (rows[1].rate, rows[1].is_least) = (Some(60.0), true);
    (rows[2].rate, rows[2].is_over) = (Some(60.0), true);
    let labels = [1, 2].map(|row| rows[row].label.to_string());
    let mut shown = Shown::of(world, 120, 36);
    let text = shown.text();
    let line = |label: &str| {
        text.lines()
            .find(|line| line.contains(label))
            .expect("a row")
    };
    assert!(line(&labels[0]).contains(" 60+"), "{text}");
    assert!(line(&labels[1]).starts_with(" -"), "{text}");
}

#[test]
fn nothing_is_written_while_the_past_is_shown() {
    let mut world = world();
    world.snapshot.watches.earlier = Some(Duration::from_millis(7_600));
    let mut shown = Shown::of(world, 120, 36);
    shown.press("2 j [");
    let text = shown.text();
    let bar = text.lines().last().expect("a bar");
    assert!(!bar.contains("e edit") && !bar.contains("+ -"), "{bar}");
    for key in ["e", "Enter", "+", "-", "u"] {
        shown.press(key);
        shown.shows("what is shown is past: Esc goes back to now");
    }
    assert!(shown.world.done.is_empty());
}

#[test]
fn the_help_goes_to_its_ends_and_offers_what_enter_does() {
    let mut shown = Shown::of(world(), 120, 60);
    shown.press("? End");
    shown.shows("--theme THEME");
    assert!(!shown.text().contains("Enter do it"), "it is no key");
    shown.press("Home");
    shown.shows("Enter do it");
}

#[test]
fn what_had_just_changed_stays_marked_in_a_pause() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.text();
    shown.world.snapshot.fields.rows[1].value = number(250);
    shown.world.snapshot.at += Duration::from_millis(16);
    shown.shows("100 →            250");
    shown.press("p");
    shown.world.snapshot.at += Duration::from_secs(60);
    shown.shows("100 →            250");
    // As of a moment before that is gone back to.
    shown.world.snapshot.fields.rows[1].value = number(300);
    assert!(!shown.text().contains("250 →"), "it did not just change");
    shown.press("p");
    assert!(!shown.text().contains("100 →"));
}

#[test]
fn a_pause_outlives_its_producer_and_ends_before_the_past() {
    let mut shown = Shown::of(world(), 120, 36);
    let is_frozen = |shown: &Shown| shown.world.asked.last().expect("asked").is_frozen;
    shown.press("p");
    shown.world.snapshot.session.producer = Producer::Suspended {
        since: Duration::from_secs(1),
    };
    shown.shows("‖ paused");
    shown.world.snapshot.has_later = true;
    shown.shows("what was asked for since is of later: p goes on");
    shown.world.snapshot.session.producer = Producer::Ended { at: None };
    shown.shows("■ ended: ‖ paused before: p shows last values");
    assert!(is_frozen(&shown));
    shown.press("p");
    shown.shows("■ ended: last values");
    assert!(!is_frozen(&shown), "these are read");
    shown.world.snapshot.session.producer = Producer::Live;
    shown.world.snapshot.watches.earlier = Some(Duration::from_millis(7_600));
    shown.press("r p [");
    shown.shows("◁ 2.40 s ago");
    shown.press("Esc");
    shown.shows("● live");
}

#[test]
fn what_stands_still_anyway_is_not_paused() {
    let mut shown = Shown::of(world(), 160, 36);
    shown.shows("p pause");
    shown.world.snapshot.session.producer = Producer::Ended { at: None };
    assert!(!shown.text().contains("p pause"));
    shown.press("p");
    shown.shows("the producer is gone: nothing changes any more");
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
fn what_stands_still_is_looked_at_less_often_until_something_moves() {
    let mut world = world();
    let watches = std::mem::take(&mut world.snapshot.watches);
    let mut shown = Shown::of(world, 80, 24);
    let usual = Options::default().rate.period();
    assert_eq!(shown.app.period(), usual);
    for row in &mut shown.world.snapshot.objects.rows {
        row.age += Duration::from_secs(3);
    }
    shown.world.snapshot.at += Duration::from_secs(3);
    shown.text();
    assert_eq!(
        shown.app.period(),
        Duration::from_millis(200),
        "only time goes on"
    );
    shown.app.note_drawn();
    assert!(!shown.app.has_news());
    shown.world.snapshot.at += Duration::from_secs(1);
    shown.text();
    assert!(shown.app.has_news(), "ages are told in seconds");
    shown.app.note_drawn();
    shown.world.snapshot.fields.rows[1].value = number(250);
    shown.text();
    assert_eq!(shown.app.period(), usual);
    assert!(shown.app.has_news(), "something moved");
    shown.world.snapshot.at += Duration::from_secs(3);
    shown.world.snapshot.watches = watches;
    shown.text();
    assert_eq!(
        shown.app.period(),
        usual,
        "what is watched is looked at as was asked"
    );
}

/// A view in which nothing has moved for three seconds, of objects this old.
fn resting(age: Duration) -> Shown {
    let mut world = world();
    world.snapshot.watches = Default::default();
    for row in &mut world.snapshot.objects.rows {
        (row.age, row.rate) = (age, Some(0.0));
    }
    let mut shown = Shown::of(world, 80, 24);
    shown.world.snapshot.at += Duration::from_secs(3);
    shown.text();
    shown
}

#[test]
fn what_rests_is_read_when_something_is_told_anew() {
    let mut shown = resting(Duration::from_secs(5));
    let at = shown.world.snapshot.at;
    let later = |seconds| move || Some(at + Duration::from_secs(seconds));
    assert!(!shown.app.rests(later(0)), "nothing is drawn");
    shown.app.note_drawn();
    assert!(shown.app.rests(later(0)));
    assert!(!shown.app.rests(|| None), "something moved");
    assert!(!shown.app.rests(later(1)), "ages are told in seconds");
    shown.app.reached(Some(20.0));
    assert!(!shown.app.rests(later(0)), "the title tells another rate");
    shown.app.note_drawn();
    assert!(shown.app.rests(later(0)));
    shown.press("?");
    assert!(!shown.app.rests(later(0)), "what covers it may show more");
    shown.press("Esc p");
    assert!(!shown.app.rests(later(0)), "it shows a time that is over");
}

#[test]
fn a_long_rest_ends_with_each_ten_seconds_and_where_a_second_makes_a_difference() {
    let mut shown = resting(Duration::from_secs(60));
    let at = shown.world.snapshot.at;
    let next = 10 - at.as_secs() % 10;
    let later = |seconds| move || Some(at + Duration::from_secs(seconds));
    shown.app.note_drawn();
    assert!(shown.app.rests(later(next - 1)), "ages are told in minutes");
    assert!(!shown.app.rests(later(next)));
    shown.world.snapshot.objects.rows[0].rate = Some(0.1);
    shown.text();
    shown.app.note_drawn();
    assert!(shown.app.rests(later(0)));
    assert!(!shown.app.rests(later(1)), "the rate falls");
}

#[test]
fn what_a_key_tells_after_a_rest_stays_as_long_as_ever() {
    let mut shown = resting(Duration::from_secs(60));
    shown.press("Enter");
    let at = shown.world.snapshot.at;
    let rested = at + Duration::from_secs(9 - at.as_secs() % 10);
    shown.app.note_drawn();
    assert!(shown.app.rests(|| Some(rested)));
    // The frame that shows it is read a moment later.
    shown.world.snapshot.at = rested + Duration::from_millis(20);
    shown.press("y");
    shown.shows("copied AAPL_position");
}

#[test]
fn an_empty_session_says_so() {
    let mut world = world();
    world.snapshot = listing(Vec::new());
    let mut shown = Shown::of(world, 80, 24);
    shown.shows("None yet.");
    assert_eq!(shown.press("Enter Enter j G Tab j"), Next::Stay);
}

#[test]
fn a_session_that_ended_without_objects_says_that_none_are_left() {
    let mut world = world();
    world.snapshot = listing(Vec::new());
    let at = Some("23:41:07".to_owned());
    world.snapshot.session.producer = Producer::Ended { at };
    let mut shown = Shown::of(world, 80, 24);
    shown.shows("■ ended 23:41:07: no objects are left");
    shown.shows("None are left.");
}

#[test]
fn elements_that_share_a_row_stand_under_each_other() {
    let mut world = world();
    let of = |path: &str, name: &str, values: &[i64]| FieldRow {
        name: name.into(),
        depth: 1,
        fold: Fold::Closed,
        cells: values.iter().map(|value| number(*value)).collect(),
        ..field(path, "", Figure::Nothing)
    };
    let rows = [
        of("volume[0..5]", "[0]…[4]", &[120, 95, 300, 12, 0]),
        of(
            "volume[5..10]",
            "[5]…[9]",
            &[45, 12_345_678_901, 0, 61, 102],
        ),
    ];
    world.snapshot.fields.rows = rows.to_vec();
    world.snapshot.fields.total = 2;
    let mut shown = Shown::of(world, 120, 36);
    shown.shows("  ▸ [0]…[4]             120         95        300         12          0\n");
    shown.shows("  ▸ [5]…[9]              45 1.23457e10          0         61        102\n");
    shown.press("Enter e");
    let interest = shown.world.asked.pop().expect("a snapshot");
    assert!(
        interest.fields.toggled.contains("volume[0..5]"),
        "{interest:?}"
    );
}

#[test]
fn a_number_is_edited_in_a_dialog_with_its_bounds() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.press("Enter j j e");
    shown.shows("┌─ AAPL_position.avg_price ─");
    shown.shows("│ i64, 0 … 10,000,000 ticks, step 1");
    shown.shows("│ now  15,000 ticks");
    shown.shows("│ new  [15000▏");
    shown.press("+ Up Up - Up");
    shown.shows("│ new  [15003▏");
    shown.shows("]  +3 ");
    shown.press("Enter");
    assert_eq!(shown.world.done, ["write avg_price 15003"]);
    assert!(!shown.text().contains('┌'));
}

#[test]
fn a_refused_value_keeps_its_text_and_tab_takes_the_nearest() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.press("Enter j j e ^U 9 9 9 9 9 9 9 9");
    shown.shows("✗ out of range: 0 … 10,000,000");
    shown.press("Enter");
    shown.shows("[99999999▏");
    shown.shows("Tab take 10,000,000  Esc");
    shown.press("Tab Enter");
    assert_eq!(shown.world.done, ["write avg_price 10000000"]);
}

#[test]
fn a_sign_is_typed_where_a_number_begins() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.press("Enter j j e ^U - 5 -");
    shown.shows("[-6▏");
    shown.press("Esc");
    assert!(shown.world.done.is_empty(), "Esc writes nothing");
}

#[test]
fn a_minus_and_a_digit_begin_a_negative_number() {
    let written = |keys: &str| {
        let mut shown = Shown::of(world(), 120, 36);
        shown.press(keys);
        shown.world.done
    };
    assert_eq!(written("Enter j e - 5 Enter"), ["write quantity -5"]);
    assert_eq!(written("Enter j e - 5 0 Enter"), ["write quantity -50"]);
    assert_eq!(written("Enter j e - Enter"), ["write quantity 14999"]);
    assert_eq!(written("Enter j e - - 5 Enter"), ["write quantity 5"]);
    assert_eq!(written("Enter j e + - 5 Enter"), ["write quantity 5"]);
}

#[test]
fn a_number_is_typed_in_hexadecimal_and_stepped_so() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.press("Enter j j e 0 x 3 a 9 9");
    shown.shows("[0x3a99▏");
    shown.shows("]  +1 ");
    shown.press("+");
    shown.shows("[0x3a9a▏");
    shown.shows("]  +2 ");
}

#[test]
fn a_value_that_moves_while_it_is_edited_says_so() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.press("Enter j j e");
    shown.text();
    shown.world.snapshot.fields.rows[2].value = number(15_010);
    shown.shows("now  15,010 ticks, was 15,000 ticks");
}

#[test]
fn a_dialog_leaves_no_half_of_a_value_beside_it() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.press("Enter j j e");
    shown.shows(
        "order_12348       Order       2m        ┃                  ┌─ AAPL_position.avg_price ─",
    );
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("o");
    let text = shown.text();
    let rows = text
        .lines()
        .filter(|row| row.contains("│ ") && row.contains(" │"));
    for row in rows.filter(|row| row.contains('[')) {
        assert!(
            row.trim_start().starts_with('│') && row.ends_with('│'),
            "{row}"
        );
    }
}

#[test]
fn the_smallest_dialog_shows_what_is_typed_and_why_it_is_refused() {
    let mut shown = Shown::of(world(), 20, 6);
    shown.press("Enter j j e 9 9 9 9 9 9 9 9");
    shown.shows("new  [");
    shown.shows("✗ out of");
}

#[test]
fn an_unchanged_value_is_not_written() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.press("Enter j j e Enter");
    assert!(shown.world.done.is_empty());
    assert!(!shown.text().contains('┌'));
}

#[test]
fn flags_are_boxes_and_bits() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.press("Enter G Up e");
    shown.shows("[ ] IMMEDIATE      bit 0");
    shown.shows("[x] POST_ONLY      bit 1");
    shown.press("Space");
    shown.shows("new 3 (0x3)  now 2 (0x2)");
    shown.press("h i d");
    shown.shows("AAPL_position.flags  hid▏ ─");
    shown.shows("▌ [ ] HIDDEN         bit 2");
    shown.press("Space");
    shown.shows("new 7 (0x7)  now 2 (0x2)");
    shown.press("Enter");
    assert_eq!(shown.world.done, ["write flags 7"]);
}

#[test]
fn a_name_is_chosen_from_a_list() {
    let mut world = world();
    world
        .snapshot
        .fields
        .rows
        .insert(0, field("side", "Side", number(1)));
    world.snapshot.fields.total += 1;
    let mut shown = Shown::of(world, 80, 24);
    shown.press("Enter e");
    shown.shows("▌ ● BUY     1  now");
    shown.shows("  ○ SELL   -1");
    shown.press("Down Enter");
    assert_eq!(shown.world.done, ["write side -1"]);
    shown.press("e s e l");
    shown.shows("AAPL_position.side  sel▏ ─");
    shown.shows("▌ ○ SELL   -1");
    assert!(!shown.text().contains("BUY"));
    shown.press("q Enter");
    shown.shows("no such name");
    shown.press("^U - 1 Enter");
    assert_eq!(shown.world.done, ["write side -1", "write side -1"]);
    shown.press("e");
    shown.paste("buy");
    shown.shows("side  buy▏ ─");
    shown.shows("▌ ● BUY     1  now");
}

#[test]
fn a_low_list_of_names_shows_the_chosen_one_and_that_there_are_more() {
    let with_venue = |width, height| {
        let mut world = world();
        let venue = field("venue", "Venue", number(1));
        world.snapshot.fields.rows.insert(0, venue);
        world.snapshot.fields.total += 1;
        Shown::of(world, width, height)
    };
    let mut shown = with_venue(20, 6);
    shown.press("Enter e");
    shown.shows("▌ ● A  ");
    shown.shows(" 1 of 5 ");
    shown.press("Down");
    shown.shows("▌ ○ B  ");
    shown.shows(" 2 of 5 ");
    shown.press("Enter");
    assert_eq!(shown.world.done, ["write venue 2"]);
    let mut shown = with_venue(40, 10);
    shown.press("Enter e End");
    shown.shows("▌ ○ E  ");
    shown.shows("–5 of 5 ");
    let mut shown = with_venue(80, 24);
    shown.press("Enter e");
    assert!(!shown.text().contains(" of 5 "), "all of them are seen");
}

#[test]
fn a_low_list_of_flags_shows_the_chosen_one() {
    let mut shown = Shown::of(world(), 20, 6);
    shown.press("Enter G Up e");
    shown.shows("▌ [ ] IMMEDI");
    shown.shows(" 1 of 3 ");
    shown.press("Down Down Space");
    shown.shows("▌ [x] HIDDEN");
    shown.shows(" 3 of 3 ");
}

#[test]
fn fields_below_the_last_row_are_told_of() {
    let mut shown = Shown::of(world(), 20, 6);
    shown.press("Enter");
    shown.shows(" 1–2 ━");
    let mut shown = Shown::of(world(), 40, 10);
    shown.press("Enter");
    shown.shows(" 1–5 of 9 ━");
    shown.press("G");
    shown.shows(" 5–9 of 9 ━");
    let mut shown = Shown::of(world(), 80, 24);
    assert!(!shown.text().contains(" of 9 "), "all of them are seen");
}

#[test]
fn a_text_shows_how_long_it_may_be() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("Enter G e ! ?");
    shown.shows("[late!?▏");
    shown.shows("6 of 256");
}

#[test]
fn a_field_that_cannot_be_written_says_why_on_the_last_line() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("Enter e");
    shown.shows("symbol_id: the producer declares it read-only");
    shown.press("u");
    shown.shows("nothing to undo");
}

#[test]
fn integers_in_hex_in_a_pause_are_said_to_come_after_it() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("X X p");
    assert!(!shown.text().contains("stand still stay"));
    shown.press("X");
    shown.shows("values that stand still stay as they are drawn: p goes on");
}

#[test]
fn a_new_watch_is_scrolled_to() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.text();
    let asked = |shown: &Shown| shown.world.asked.last().expect("a snapshot").watches;
    assert_eq!(asked(&shown).selected, 0, "those of the beginning");
    shown.world.snapshot.watches.total += 7;
    shown.text();
    shown.text();
    let total = shown.world.snapshot.watches.total;
    assert_eq!(asked(&shown).selected, total - 1);
}

#[test]
fn one_key_steps_toggles_watches_and_copies() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("Enter j + - Space w");
    let expected = [
        "step quantity 1",
        "step quantity -1",
        "toggle quantity",
        "watch field quantity",
    ];
    assert_eq!(shown.world.done, expected);
    shown.press("y");
    shown.shows("copied AAPL_position.quantity");
    assert_eq!(
        shown.app.take_copied().as_deref(),
        Some("AAPL_position.quantity")
    );
}

#[test]
fn keys_that_write_at_once_may_be_asked_twice_or_turned_off() {
    let with = |quick_write| {
        let options = Options {
            quick_write,
            ..Options::default()
        };
        let mut shown = Shown::of(world(), 80, 24);
        shown.app = App::new(options, Keymap::default(), 80, 24);
        shown.press("Esc Enter j");
        shown
    };
    let mut shown = with(QuickWrite::Twice);
    shown.press("+");
    assert!(shown.world.done.is_empty());
    shown.shows("AAPL_position.quantity: the same key again writes");
    shown.press("+ + -");
    assert_eq!(shown.world.done, ["step quantity 1", "step quantity 1"]);
    let mut shown = with(QuickWrite::Off);
    shown.press("+ + Space Space");
    assert!(shown.world.done.is_empty());
    shown.shows("only e writes, as quick_write is off");
}

#[test]
fn without_writes_their_keys_are_not_offered() {
    let mut world = world();
    world.snapshot.session.is_readonly = true;
    let mut shown = Shown::of(world, 120, 36);
    shown.press("Enter");
    shown.shows("● live  read-only");
    let text = shown.text();
    let bar = text.lines().last().expect("a key bar");
    assert!(!bar.contains("e edit") && bar.contains("w watch"), "{bar}");
}

#[test]
fn only_keys_that_do_something_with_the_field_are_offered() {
    let mut shown = Shown::of(world(), 120, 36);
    let row = |path: &str, fold| FieldRow {
        fold,
        ..field(path, "Side", number(1))
    };
    let rows = &mut shown.world.snapshot.fields.rows;
    rows.push(row("side", Fold::None));
    rows.push(row("levels", Fold::Closed));
    shown.world.snapshot.fields.total = rows.len();
    let bar = |shown: &mut Shown, down: usize| {
        shown.press("Esc Enter g");
        shown.press(&"j ".repeat(down));
        let text = shown.text();
        let bar = text.lines().last().expect("a key bar").to_owned();
        bar.split("  / search").next().expect("a part").to_owned()
    };
    // Read-only, a number, an open struct, flags, a text, an enum, a closed struct.
    for (down, keys) in [
        (0, " w watch  y copy"),
        (1, " e edit  + - step  w watch  y copy"),
        (3, " Enter close  y copy"),
        (7, " e edit  w watch  y copy"),
        (8, " e edit  w watch  y copy"),
        (9, " e edit  Space toggle  w watch  y copy"),
        (10, " Enter open  y copy"),
    ] {
        assert_eq!(bar(&mut shown, down), keys, "{down}");
    }
    shown.world.snapshot.session.can_undo = true;
    assert!(bar(&mut shown, 0).ends_with(" u undo"));
    let mut empty = world();
    empty.snapshot.fields.rows.clear();
    empty.snapshot.objects.rows.clear();
    empty.snapshot.objects.listed = 0;
    let mut shown = Shown::of(empty, 120, 36);
    shown.shows("\n / search");
    shown.press("2");
    shown.shows("\n / search");
}

#[test]
fn without_a_column_for_them_names_stand_before_their_numbers() {
    let mut world = world();
    let named = |path: &str, name: &str| FieldRow {
        named: name.into(),
        note: format!("[{name}]"),
        ..field(path, "Status", number(2))
    };
    world.snapshot.fields.rows = vec![
        named("status", "PARTIAL"),
        named("venue", "A_VERY_LONG_NAME_OF_A_VENUE"),
        field("quantity", "u32", number(100)),
    ];
    let mut shown = Shown::of(world.clone(), 40, 12);
    shown.press("2");
    shown.shows("▌ status               PARTIAL 2");
    shown.shows("A_VERY_LONG_NAME_OF…");
    shown.shows("  quantity                 100");
    let mut shown = Shown::of(world, 120, 36);
    shown.shows("2           [PARTIAL]");
}

#[test]
fn a_dry_run_is_told_in_the_title() {
    let mut world = world();
    world.snapshot.session.is_trial = true;
    let mut shown = Shown::of(world, 80, 24);
    shown.shows("● live  dry run");
}

#[test]
fn a_search_narrows_the_list_while_it_is_typed() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("/ o r d");
    shown.shows(" search ord▏");
    shown.shows("Enter keep  ↑↓ move  Tab where  Esc as it was");
    shown.shows("Objects 26 of 26 · ord");
    let find = |shown: &Shown| {
        shown
            .world
            .asked
            .last()
            .map(|asked| asked.objects.find.to_string())
    };
    assert_eq!(find(&shown).as_deref(), Some("ord"));
    shown.press("Enter");
    assert_eq!(find(&shown).as_deref(), Some("ord"));
    shown.press("/ x Esc");
    assert_eq!(find(&shown).as_deref(), Some("ord"), "as it was");
    shown.press("Esc");
    assert_eq!(find(&shown).as_deref(), Some(""), "Esc lists all");
    shown.press("Tab / q Enter Esc");
    assert_eq!(find(&shown).as_deref(), Some(""), "from another panel too");
}

#[test]
fn a_condition_narrows_the_list_and_its_mistakes_are_shown_in_place() {
    let mut shown = Shown::of(world(), 80, 24);
    let condition = |shown: &Shown| {
        let asked = shown.world.asked.last();
        asked.map(|asked| asked.objects.condition.to_string())
    };
    shown.press("F q u a n t i t y Space > Space 5");
    assert_eq!(condition(&shown).as_deref(), Some("quantity > 5"));
    shown.shows("Objects 26 of 26");
    shown.press("^U q u a n t t y Space > Space 5");
    shown.shows(" where quantty > 5▏");
    shown.shows("\n       ^^^^^^^ Order has no \"quantty\"; did you mean \"quantity\"?");
    assert_eq!(
        condition(&shown).as_deref(),
        Some("quantt"),
        "the last valid one"
    );
    shown.press("Enter");
    shown.shows("where quantty > 5▏");
    shown.press("Esc");
    assert_eq!(condition(&shown).as_deref(), Some(""), "as it was");
    shown.press("/ o Tab 1 Enter");
    assert_eq!(condition(&shown).as_deref(), Some("1"), "Tab in a search");
    shown.shows("· o · 1");
    shown.world.snapshot.objects.is_counting = true;
    shown.shows("Objects 26 of 26 so far");
    shown.press("Esc");
    assert_eq!(condition(&shown).as_deref(), Some(""), "Esc lists all");
}

#[test]
fn the_list_is_sorted_by_a_column_and_turned_round() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.press("o");
    shown.shows("▌ [x] label  ▲ sorted");
    shown.press("Down Down Down Enter");
    shown.shows("by chg/s ↓");
    let sort = |shown: &Shown| {
        let asked = shown.world.asked.last();
        asked.map(|asked| asked.objects.sort.clone())
    };
    let by_rate = |is_descending| Sort {
        by: SortBy::Rate,
        is_descending,
    };
    assert_eq!(sort(&shown), Some(by_rate(true)));
    shown.press("o Enter");
    assert_eq!(sort(&shown), Some(by_rate(false)));
    shown.shows("by chg/s ↑");
    shown.press("o Space Esc");
    assert!(!shown.text().contains("chg/s\n"));
    shown.press("o Home Enter");
    shown.shows("by label ↑");
}

#[test]
fn a_new_order_begins_at_its_first_row_whichever_it_turns_out_to_be() {
    let mut shown = Shown::of(world(), 120, 36);
    let asked = |shown: &Shown| {
        let asked = shown.world.asked.last().expect("a frame");
        (asked.objects.key, asked.objects.window.first)
    };
    let key = |shown: &Shown, row: usize| Some(shown.world.snapshot.objects.rows[row].key);
    shown.press("Down Down Down Down");
    assert_eq!(asked(&shown).0, key(&shown, 4));
    shown.press("o Down Down Down Enter Esc");
    assert_eq!(asked(&shown), (None, 0));
    // Rates are known half a second later: another row is first then.
    shown.world.snapshot.objects.selected = 0;
    shown.world.snapshot.objects.rows.swap(0, 2);
    shown.world.snapshot.objects.current = shown.world.snapshot.objects.rows.first().cloned();
    shown.world.snapshot.at += Duration::from_millis(500);
    shown.app.read(&mut shown.world);
    assert_eq!(asked(&shown), (None, 0));
    shown.world.snapshot.at += Duration::from_millis(600);
    shown.app.read(&mut shown.world);
    shown.app.read(&mut shown.world);
    assert_eq!(
        asked(&shown),
        (key(&shown, 0), 0),
        "from here on it is followed"
    );
    // Whoever moves has chosen.
    shown.press("o Enter Esc Down");
    assert_eq!(asked(&shown).0, key(&shown, 1));
}

#[test]
fn columns_are_pinned_from_expressions_and_coloured_by_a_condition() {
    let mut world = world();
    let cell = |value: Figure, is_alarm| Cell {
        value,
        unit: "USD".into(),
        is_alarm,
    };
    let rows = &mut world.snapshot.objects.rows;
    rows[0].cells = vec![cell(digits("1", ".5", 1.5), false)];
    rows[1].cells = vec![cell(digits("1,200", "", 1_200.0), true)];
    rows[2].cells = vec![Cell::default()];
    let mut shown = Shown::of(world, 120, 36);
    shown.press("o q u a n t t y");
    shown.shows("┌─ Columns ─");
    shown.shows("column quantty▏");
    shown.shows("did you mean \"quantity\"?");
    shown.press("Space r e d Space >");
    shown.shows("the colour of values to look at is amber, not red");
    shown.press("Esc");
    shown.shows("letters add  Enter sort");
    assert!(!shown.text().contains("Del drop"), "nothing is pinned");
    assert!(!shown.text().contains("quantty"));
    shown.press("p r i c e Space a m b e r Space > Space 9 9 Enter");
    shown.shows("▌ [x] price amber > 99");
    shown.shows("\n Enter sort  Space show  ←→ move  Del drop  letters add  Esc close");
    shown.press("Esc");
    shown.text();
    shown.shows("  label                  price  type      ┃");
    shown.shows("▌ AAPL_position        1.5 USD  Position  ┃");
    shown.shows("  AAPL_quote      !1,200   USD  Quote     ┃");
    // Ages and rates gave way.
    shown.shows("2 more: z");
    shown.shows("  book                 -        Book[5]   ┃");
    shown.press("o d a y s Enter Left");
    let texts = |shown: &Shown| {
        let asked = shown.world.asked.last().expect("a snapshot");
        let columns = asked.objects.columns.iter();
        columns
            .map(|column| column.text.to_string())
            .collect::<Vec<_>>()
    };
    shown.shows("▌ [x] days");
    assert_eq!(texts(&shown), ["days", "price"]);
    shown.press("Right Delete Esc");
    assert_eq!(texts(&shown), ["price"], "dropped");
}

#[test]
fn an_alarm_is_told_until_a_key_is_pressed_wherever_the_log_is() {
    for (width, height) in [(40, 12), (80, 24), (120, 40)] {
        let mut shown = Shown::of(world(), width, height);
        let alarm = |shown: &mut Shown, alarms, text: &str| {
            let log = &mut shown.world.snapshot.log;
            (log.alarms, log.alarm) = (alarms, text.into());
            shown.world.snapshot.at += Duration::from_secs(60);
            shown.app.read(&mut shown.world);
        };
        alarm(&mut shown, 1, "broken: too big");
        shown.shows("broken: too big");
        alarm(&mut shown, 1, "broken: too big");
        shown.shows("broken: too big");
        shown.press("j");
        assert!(!shown.text().contains("broken: too big"));
        alarm(&mut shown, 2, "broken: too small");
        shown.shows("broken: too small");
    }
}

#[test]
fn what_is_pasted_goes_into_a_line_and_is_no_keys() {
    let mut shown = Shown::of(world(), 80, 24);
    let before = shown.text();
    shown.paste("bug-fix + note\nqqq");
    shown.shows("what was pasted is no keys; : opens a line for it");
    shown.press("Esc");
    assert_eq!(shown.text(), before, "nothing was done");
    shown.press("/");
    shown.paste("AAPL_q\n");
    shown.shows("search AAPL_q▏");
    shown.press("u Esc F");
    shown.paste("quantity >");
    shown.paste(" 5");
    shown.shows("where quantity > 5▏");
    shown.paste(&"x".repeat(5_000));
    shown.shows("where quantity > 5▏");
    shown.press("Esc :");
    shown.paste("1 +\n1");
    shown.shows("1 +↵1▏");
}

#[test]
fn pinned_columns_without_room_are_counted() {
    let pinned = |height| {
        let mut shown = Shown::of(world(), 80, height);
        shown.press("o a + b + c + d + e + f + g + h + i + j Enter Esc");
        shown
    };
    let mut shown = pinned(30);
    shown.shows("2 more: z");
    shown.press("z");
    let text = shown.text();
    assert!(!text.contains(" more"), "{text}");
    let text = pinned(24).text();
    assert!(
        !text.contains("1 more"),
        "without headers they take no room\n{text}"
    );
}

#[test]
fn rows_stay_where_they_are_while_keys_are_pressed() {
    let mut shown = Shown::of(world(), 80, 24);
    let is_touched = |shown: &Shown| {
        let asked = shown.world.asked.last();
        asked.is_some_and(|asked| asked.objects.is_touched)
    };
    shown.press("j");
    assert!(is_touched(&shown));
    shown.world.snapshot.at += Duration::from_secs(3);
    shown.text();
    shown.text();
    assert!(!is_touched(&shown));
}

#[test]
fn objects_of_one_type_are_chosen_from_a_list() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("f");
    shown.shows("all types");
    shown.press("o r d Enter");
    let asked = shown.world.asked.last().expect("a snapshot");
    assert_eq!(asked.objects.type_name.as_deref(), Some("Order"));
    shown.shows("· Order");
}

#[test]
fn a_mistake_in_an_expression_keeps_its_text() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("W q u a n t t y Enter");
    shown.shows("Order has no \"quantty\"; did you mean \"quantity\"?");
    shown.shows("watch quantty▏");
    shown.press("^U a + b Enter");
    assert_eq!(shown.world.done, ["watch a+b"]);
}

#[test]
fn the_band_turns_and_goes_away() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.shows("─ Watch 3 ─");
    shown.shows("Log 1   Memory 8 %   m ─");
    shown.press("m");
    shown.shows("─ Log 1 ─");
    shown.shows("23:41:02.114 wrote   AAPL_position.quantity = 100");
    shown.press("m m");
    let text = shown.text();
    assert!(
        !text.contains("Watch 3") && !text.contains("Memory"),
        "{text}"
    );
    shown.press("3 w");
    assert_eq!(shown.world.done, ["unwatch 0"]);
}

#[test]
fn what_is_about_a_field_is_not_done_beside_bytes() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("x Enter");
    let text = shown.text();
    assert!(
        text.contains("? help") && !text.contains("e edit"),
        "{text}"
    );
    for key in ["e", "+", "Space", "w", "y"] {
        shown.press(key);
        shown.shows("x shows the fields, where that is done");
    }
    shown.press("x +");
    assert_eq!(shown.world.done, ["step symbol_id 1"]);
}

#[test]
fn bytes_are_shown_with_their_fields_and_what_changed() {
    let mut world = world();
    let byte = |value, is_odd_field| HexByte {
        value: Some(value),
        is_odd_field,
    };
    world.snapshot.hex.rows = vec![HexRow {
        offset: 0,
        bytes: vec![
            byte(0x39, false),
            byte(0x30, false),
            byte(0x41, true),
            HexByte::default(),
        ],
        names: "order_id, symbol".into(),
    }];
    world.snapshot.hex.total = 1;
    let mut shown = Shown::of(world, 120, 36);
    shown.press("x");
    shown.shows("▌ 0000  39 30 41 --");
    shown.shows("90A·");
    shown.shows("order_id, symbol   -- is no value");
    shown.shows("read at different moments   x fields");
    shown.world.snapshot.hex.reason = Some("too large".into());
    let screen = shown.text();
    let says = ["too large", "read at different"].map(|words| screen.contains(words));
    assert_eq!(says, [true, false], "{screen}");
    assert!(
        shown
            .world
            .asked
            .last()
            .is_some_and(|asked| asked.hex.is_some_and(|hex| hex.row_bytes == 16))
    );
    shown.press("x");
    shown.shows("symbol_id");
}

const PRESS: MouseEventKind = MouseEventKind::Down(MouseButton::Left);
const DRAG: MouseEventKind = MouseEventKind::Drag(MouseButton::Left);
const RELEASE: MouseEventKind = MouseEventKind::Up(MouseButton::Left);

#[test]
fn a_click_selects_and_another_one_acts() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.mouse(PRESS, "avg_price");
    shown.shows("━ AAPL_position : Position ━");
    shown.shows("▌ avg_price");
    assert!(!shown.text().contains("┌─"));
    shown.mouse(PRESS, "avg_price");
    shown.shows("┌─ AAPL_position.avg_price ─");
    shown.mouse(PRESS, "Esc cancel");
    assert!(!shown.text().contains("┌─"), "keys of the bar are pressed");
}

#[test]
fn a_click_on_the_mark_of_a_struct_opens_or_closes_it() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.mouse(PRESS, "▾ last_quote");
    let interest = shown.world.asked.pop().expect("a snapshot");
    assert_eq!(interest.fields.toggled.len(), 1);
}

#[test]
fn the_wheel_moves_what_is_under_it() {
    let mut shown = Shown::of(world(), 120, 36);
    shown.mouse(MouseEventKind::ScrollDown, "avg_price");
    shown.shows("▌ ▾ last_quote");
    shown.shows("━ Objects 26 ━");
}

#[test]
fn dividers_are_dragged_with_the_mouse() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.mouse_at(PRESS, 28, 5);
    shown.mouse_at(DRAG, 40, 9);
    shown.mouse_at(RELEASE, 40, 9);
    shown.mouse_at(DRAG, 30, 9);
    let text = shown.text();
    let rule = text.lines().nth(1).expect("a rule");
    assert_eq!(rule.chars().position(|c| c == '┭'), Some(40), "{text}");
    shown.mouse(PRESS, "─ Watch 3 ─");
    shown.mouse_at(DRAG, 3, 10);
    let text = shown.text();
    let row = text.lines().position(|line| line.contains(" Watch 3 "));
    assert_eq!(row, Some(10), "{text}");
}

#[test]
fn a_click_on_the_name_of_a_tab_shows_it() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.mouse(PRESS, "Log 1");
    shown.shows("━ Log 1 ━");
    shown.mouse(PRESS, "Watch 3");
    shown.shows("━ Watch 3 ━");
}

#[test]
fn the_title_says_that_the_mouse_is_off() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press("M");
    shown.shows("mouse off  60 Hz");
    assert!(!shown.app.has_mouse());
    shown.press("M");
    assert!(shown.app.has_mouse() && !shown.text().contains("mouse off"));
}

/// A number below `count`: another at each call, the same ones in each run.
fn dice(seed: &mut u64, count: usize) -> usize {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as usize % count
}

/// A key that some binding or some dialog has, or a letter.
fn random_key(seed: &mut u64) -> KeyEvent {
    const CODES: [KeyCode; 14] = [
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Backspace,
        KeyCode::Delete,
    ];
    let letter = char::from(b' ' + dice(seed, 95) as u8);
    match dice(seed, 4) {
        0 => KeyEvent::new(CODES[dice(seed, CODES.len())], KeyModifiers::NONE),
        1 => KeyEvent::new(
            KeyCode::Char(letter.to_ascii_lowercase()),
            KeyModifiers::CONTROL,
        ),
        _ => KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE),
    }
}

/// Something that a producer does.
fn disturb(world: &mut World, seed: &mut u64) {
    let snapshot = &mut world.snapshot;
    snapshot.at += Duration::from_millis(dice(seed, 700) as u64);
    let objects = &mut snapshot.objects.rows;
    match dice(seed, 6) {
        0 => objects.truncate(dice(seed, 30)),
        1 => objects.insert(0, object(dice(seed, 99) as u32, "価格_\u{301}new", "Order")),
        2 => snapshot.fields.rows.truncate(dice(seed, 12)),
        3 => snapshot.fields.rows = fields(),
        4 => {
            snapshot.watches.rows.truncate(dice(seed, 4));
            snapshot.history.rows.truncate(dice(seed, 40));
        }
        _ => {
            let at = Some("23:41:07".to_owned());
            let states = [
                Producer::Live,
                Producer::Ended { at: at.clone() },
                Producer::Restarted { at },
            ];
            snapshot.session.producer = states[dice(seed, states.len())].clone();
        }
    }
    snapshot.objects.known = snapshot.objects.rows.len();
    snapshot.objects.listed = snapshot.objects.known;
    snapshot.objects.matching = snapshot.objects.known;
    snapshot.fields.total = snapshot.fields.rows.len();
    snapshot.watches.total = snapshot.watches.rows.len();
}

/// `MEMGLASS_MONKEY=1000000` makes it longer.
#[test]
fn whatever_keys_are_pressed_the_screen_holds() {
    const SIZES: [(u16, u16); 7] = [
        (80, 24),
        (120, 36),
        (40, 10),
        (20, 6),
        (12, 3),
        (200, 60),
        (99, 17),
    ];
    let steps = std::env::var("MEMGLASS_MONKEY")
        .ok()
        .and_then(|steps| steps.parse().ok());
    let mut seed = 20_261_128;
    let mut shown = Shown::of(with_changes(), 80, 24);
    let mut size = SIZES[0];
    for _ in 0..steps.unwrap_or(1_500) {
        if dice(&mut seed, 40) == 0 {
            size = SIZES[dice(&mut seed, SIZES.len())];
            shown.app.resize(size.0, size.1);
        }
        if dice(&mut seed, 10) == 0 {
            disturb(&mut shown.world, &mut seed);
        }
        let key = random_key(&mut seed);
        shown.app.key(key, &mut shown.world);
        let text = shown.text();
        let widest = text.lines().map(crate::text::width).max();
        assert!(
            widest.unwrap_or(0) <= usize::from(size.0),
            "{key:?}\n{text}"
        );
    }
}

#[test]
fn a_line_is_completed_listed_and_given_to_the_host() {
    let mut shown = Shown::of(world(), 100, 24);
    shown.press(": p . q u Tab");
    shown.shows(" : p.qu▏");
    shown.shows("  quantity: i64");
    shown.shows("2 completions");
    shown.press("Tab");
    shown.shows(" : p.quantity▏");
    shown.shows("▌quantity: i64");
    shown.press("S-Tab");
    shown.shows(" : p.quote(▏");
    // Esc closes the list first.
    shown.press("Esc");
    shown.shows(" : p.quote(▏");
    shown.press(") Enter");
    assert_eq!(shown.app.take_line().as_deref(), Some("p.quote()"));
    shown.press(": s Tab");
    shown.shows(" : side▏");
    shown.press("Esc");
    assert_eq!(shown.app.take_line(), None);
    shown.shows("? help");
}

#[test]
fn lines_typed_before_come_back_with_the_arrows() {
    let mut shown = Shown::of(world(), 80, 24);
    shown.press(": Up");
    shown.shows(" : :objects▏");
    shown.press("Up");
    shown.shows(" : 1 + 1▏");
    shown.press("Down Down");
    shown.shows(" : ▏");
}

#[test]
fn what_a_line_gave_is_told_and_the_log_is_shown_when_there_is_more() {
    let mut shown = Shown::of(world(), 80, 24);
    let told = |told: &str, lines| Outcome {
        told: told.into(),
        lines,
        ..Outcome::default()
    };
    shown.app.ran(told("101", 1));
    shown.shows(" 101");
    shown.shows("─ Watch 3 ─");
    shown.app.ran(told("2 lines in the log", 2));
    shown.shows("─ Log 1 ─");
    shown.shows(" 2 lines in the log");
    shown.app.ran(told("12 lines in the log", 12));
    shown.shows(" 12 lines in the log: 4 z shows more");
    shown.press("4 z");
    shown.app.ran(told("12 lines in the log", 12));
    shown.shows(" 12 lines in the log\n");
}

#[test]
fn what_is_watched_is_stepped_back_and_forth_and_escape_comes_back_to_now() {
    let mut world = world();
    world.snapshot.watches.earlier = Some(Duration::from_millis(7_600));
    let mut shown = Shown::of(world, 120, 30);
    let moment = |shown: &Shown| shown.world.asked.last().and_then(|asked| asked.moment);
    shown.press("[");
    assert_eq!(moment(&shown), Some(Duration::from_millis(7_600)));
    shown.shows("◁ 2.40 s ago, watched values only: ] on, Esc now");
    shown.shows("╍ Objects 26 ╍");
    assert!(shown.world.asked.last().expect("one").is_frozen);
    shown.world.snapshot.watches.later = Some(Duration::from_secs(9));
    shown.press("r ]");
    shown.shows("◁ 1.00 s ago");
    shown.press("Esc");
    shown.shows("● live");
    shown.press("[");
    shown.world.snapshot.watches.later = None;
    shown.press("r ]");
    shown.shows("● live");
    assert_eq!(moment(&shown), None);
    shown.world.snapshot.watches.earlier = None;
    shown.press("r [");
    shown.shows("nothing earlier is kept");
}

/// A world in which the first watch had these values, the newest first.
fn with_changes() -> World {
    let mut world = world();
    world.snapshot.history.name = "AAPL_position.quantity".into();
    let changes = (0..40).map(|ago| change(9_800 - 100 * ago, 1_000 - ago as i64, "+1"));
    world.snapshot.history.rows = changes.collect();
    world
}

#[test]
fn the_values_that_a_watch_had_are_listed_and_any_of_them_is_gone_to() {
    let mut shown = Shown::of(with_changes(), 80, 24);
    shown.press("3");
    shown.shows("Enter history");
    shown.press("Enter");
    shown.shows("┌─ AAPL_position.quantity ─");
    shown.shows("seen                    value                change");
    shown.shows("▌ 23:41:09.800            1,000                    +1");
    shown.shows("  23:41:09.700              999                    +1");
    shown.shows(" 1–18 of 40 ┘");
    let mut small = Shown::of(with_changes(), 20, 6);
    small.press("3 Enter");
    small.shows(" 1,000");
    assert_eq!(
        shown
            .world
            .asked
            .last()
            .expect("asked")
            .history
            .expect("it")
            .watch,
        0
    );
    shown.press("G");
    shown.shows("▌ 23:41:05.900              961");
    shown.press("g j Enter");
    let asked = shown.world.asked.last().expect("a snapshot");
    assert_eq!(asked.moment, Some(Duration::from_millis(9_700)));
    assert_eq!(asked.history, None);
    shown.shows("◁ 0.30 s ago, watched only: ] on, Esc now");
    shown.press("Esc");
    shown.shows("● live");
}

#[test]
fn the_values_of_a_watch_go_on_at_the_newest_and_else_stand_still() {
    let mut shown = Shown::of(with_changes(), 80, 24);
    let come = |shown: &mut Shown, at, value| {
        let rows = &mut shown.world.snapshot.history.rows;
        rows.insert(0, change(at, value, "+1"));
    };
    shown.press("3 Enter");
    come(&mut shown, 9_900, 1_001);
    shown.shows("▌ 23:41:09.900            1,001");
    shown.press("j");
    come(&mut shown, 9_950, 1_002);
    shown.shows("▌ 23:41:09.800            1,000");
    shown.shows("‖ stands still: g goes on");
    assert!(!shown.text().contains("1,002"));
    shown.press("g");
    shown.shows("▌ 23:41:09.950            1,002");
    shown.press("p");
    come(&mut shown, 9_970, 1_003);
    shown.shows("▌ 23:41:09.950            1,002");
    shown.press("p");
    shown.shows("▌ 23:41:09.970            1,003");
    shown.press("q");
    shown.shows("━ Watch 3 ━");
}

#[test]
fn words_that_a_watch_had_are_listed_as_words() {
    let mut world = with_changes();
    for row in &mut world.snapshot.history.rows {
        (row.value, row.change) = (Figure::Word("PARTIAL".into()), Figure::Nothing);
    }
    world.snapshot.history.rows[1].value = Figure::Nothing;
    for (width, height) in [(80, 24), (40, 12)] {
        let mut shown = Shown::of(world.clone(), width, height);
        shown.press("3 Enter");
        shown.shows("  seen          value");
        shown.shows("▌ 23:41:09.800  PARTIAL");
        shown.shows("  23:41:09.700  no value");
    }
}

#[test]
fn what_is_not_watched_has_no_history() {
    let mut world = world();
    world.snapshot.watches = Default::default();
    let mut shown = Shown::of(world, 80, 24);
    shown.press("3 Enter");
    shown.shows("━ Watch 0 ━");
    assert!(!shown.text().contains("history"));
}

#[test]
fn a_click_on_a_header_of_the_list_sorts_by_its_column() {
    let mut shown = Shown::of(world(), 120, 30);
    let click = MouseEventKind::Down(MouseButton::Left);
    for (header, order) in [
        (" age  chg/s", "by age ↑"),
        ("chg/s ┃", "by chg/s ↓"),
        ("chg/s ┃", "by chg/s ↑"),
        ("type  ", "by type ↑"),
        ("label  ", "by label ↑"),
    ] {
        shown.mouse(click, header);
        shown.shows(order);
    }
}
