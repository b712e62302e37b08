//! The pictures of the view in the pages: screens of the real program, on the real example producer.
//!
//! With `MEMGLASS_BLESS=1` they are drawn anew. Without, each is compared with what the program shows now, as far as
//! that is the same each time: all words, all colours, and no values, which move.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use super::drawing::{self, Paper};
use super::support::World;
use super::terminal::Terminal;

/// The history that is shown beside what is watched.
const HISTORY: Duration = Duration::from_secs(11);

/// How long the program may take to show what was kept.
const PATIENCE: Duration = Duration::from_secs(10);

const WATCHED: [&str; 4] = [
    "AAPL_position.quantity",
    "AAPL_quote.bid_price",
    "AAPL_quote.ask_price - AAPL_quote.bid_price",
    "engine_stats.volatility",
];

#[test]
fn the_pictures_of_the_view_are_what_it_shows() {
    for paper in [Paper::Dark, Paper::Light] {
        check("view", paper, 120, 36, "\rj+-");
    }
}

#[test]
fn the_pictures_of_a_dialog_are_what_it_shows() {
    for paper in [Paper::Dark, Paper::Light] {
        check("edit", paper, 80, 24, "\rjje\x1599999999");
    }
}

/// Compares a picture with what the program shows after these keys.
#[track_caller]
fn check(name: &str, paper: Paper, columns: u16, rows: u16, keys: &str) {
    let is_blessed = std::env::var_os("MEMGLASS_BLESS").is_some();
    let path = picture(&format!("{name}-{}.svg", paper.name()));
    let kept = match is_blessed {
        true => None,
        false => Some(fs::read_to_string(&path).unwrap()),
    };
    let drawn = draw(paper, [columns, rows], keys, kept.as_deref());
    let Some(kept) = kept else {
        return fs::write(&path, &drawn).unwrap();
    };
    assert_eq!(words(&drawn), words(&kept), "{}", path.display());
    assert_eq!(colors(&drawn), colors(&kept), "{}", path.display());
}

/// Draws what the program shows after these keys, once it is as it was kept, or after a while.
fn draw(paper: Paper, [columns, rows]: [u16; 2], keys: &str, kept: Option<&str>) -> String {
    let world = World::new();
    let _producer = world.producer("trading_engine");
    let mut arguments = vec![
        "view",
        "trading_engine",
        "--rate",
        "20",
        "--theme",
        paper.name(),
    ];
    arguments.extend(WATCHED.iter().flat_map(|watched| ["--watch", watched]));
    let unicode = [("LANG", "C.UTF-8")];
    let mut terminal = Terminal::open_with(&world, &arguments, columns, rows, &unicode);
    terminal.shows("━ Objects ");
    terminal.press(keys);
    terminal.shows("━ AAPL_position : Position ");
    let last = if keys.contains('e') {
        "✗ out of range"
    } else {
        "AAPL_position.quantity = 100"
    };
    terminal.shows(last);
    if kept.is_none() {
        thread::sleep(HISTORY);
    }
    // A change of a moment ago stands beside what it was.
    terminal.until("a change", |screen| {
        screen.contains('→') || screen.contains(['▲', '▼'])
    });
    let draw = || terminal.with_screen(|screen| drawing::svg(screen, paper));
    let Some(kept) = kept else { return draw() };
    // The screen may be caught in the middle of being drawn.
    let start = Instant::now();
    loop {
        let drawn = draw();
        let is_kept = words(&drawn) == words(kept) && colors(&drawn) == colors(kept);
        if is_kept || start.elapsed() > PATIENCE {
            return drawn;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn picture(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("../../docs/pictures").join(name)
}

/// The words of a picture's description, without what moves: numbers, marks of changes, bars, orders that come and go.
fn words(picture: &str) -> Vec<String> {
    let (_, rest) = picture.split_once("<desc>").unwrap();
    let (text, _) = rest.split_once("</desc>").unwrap();
    let rows = text.lines().map(|row| {
        let words = row.split(|c: char| !(c.is_alphabetic() || "_./:?".contains(c)));
        let words = words.filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1);
        words
            .filter(|word| !matches!(*word, "gone" | "of" | "order_" | "Order" | "nan" | "late"))
            .collect::<Vec<_>>()
            .join(" ")
    });
    rows.filter(|row| !row.is_empty()).collect()
}

fn colors(picture: &str) -> BTreeSet<&str> {
    let fills = picture.split("fill=\"").skip(1);
    fills.filter_map(|rest| rest.split('"').next()).collect()
}
