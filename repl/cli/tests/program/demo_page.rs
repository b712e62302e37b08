//! docs/demo.md and the README show true screens.
//!
//! A block marked ```` ```text 80x24 ```` is a screen of that size. Its lines behind a prompt are typed on the
//! example producer, which stands still after a rehearsal, so that every value is the same each time. With
//! `MEMGLASS_BLESS=1` the pages are written anew, to be read over.

use std::path::{Path, PathBuf};

use super::support::World;
use super::terminal::Terminal;

/// The key that clears the screen.
const CLEAR: &str = "\x0c";

const PROMPT: &str = "trading_engine>";

/// Long enough that prices have moved and five orders are there.
const TICKS: u64 = 190;

#[test]
fn the_demo_page_shows_true_screens() {
    check("docs/demo.md", 9);
}

#[test]
fn the_readme_shows_a_true_screen() {
    check("README.md", 1);
}

#[track_caller]
fn check(page: &str, screens: usize) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let (now, found) = with_screens(&text);
    assert_eq!(found, screens, "screens of {page}");
    if std::env::var_os("MEMGLASS_BLESS").is_some() {
        return std::fs::write(&path, now).unwrap();
    }
    for (line, (seen, written)) in (1..).zip(now.lines().zip(text.lines())) {
        assert_eq!(seen, written, "{page}:{line} is not what is shown");
    }
    assert_eq!(now, text, "{page} is not what is shown");
}

/// The page with its screens as they are now, and how many these are.
fn with_screens(page: &str) -> (String, usize) {
    let (mut now, mut found) = (String::new(), 0);
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        now += &format!("{line}\n");
        let Some(size) = line.strip_prefix("```text ") else {
            continue;
        };
        let block = lines.by_ref().take_while(|line| *line != "```");
        let typed: Vec<&str> = block.filter_map(typed).collect();
        let (columns, rows) = size.split_once('x').unwrap();
        let (columns, rows) = (columns.parse().unwrap(), rows.parse().unwrap());
        found += 1;
        for row in screen(columns, rows, &typed) {
            now += &format!("{row}\n");
        }
        now += "```\n";
    }
    (now, found)
}

/// What is typed at the prompt in a line of a screen.
fn typed(line: &str) -> Option<&str> {
    line.strip_prefix(PROMPT)?.strip_prefix(' ')
}

/// The screen after these lines; the very first one if there are none.
#[track_caller]
fn screen(columns: u16, rows: u16, typed: &[&str]) -> Vec<String> {
    let world = World::new();
    if typed.is_empty() {
        let terminal = Terminal::open_sized(&world, &["demo"], columns, rows);
        terminal.ends_with(PROMPT);
        return terminal.rows();
    }
    let _engine = rehearsed(&world.sessions());
    let mut terminal = Terminal::open_sized(&world, &["trading_engine"], columns, rows);
    terminal.ends_with(PROMPT);
    terminal.press(CLEAR);
    terminal.until("a clear screen", |screen| screen.trim() == PROMPT);
    for (line, above) in typed.iter().zip(1..) {
        terminal.press(&format!("{line}\r"));
        terminal.until(line, |screen| is_answered(screen, above));
    }
    terminal.rows()
}

/// So many lines were typed, and the prompt waits for the next.
fn is_answered(screen: &str, above: usize) -> bool {
    let prompts = screen.lines().filter(|row| row.starts_with(PROMPT));
    prompts.count() == above + 1 && screen.trim_end().ends_with(PROMPT)
}

fn rehearsed(sessions: &Path) -> memglass_trading_engine::Engine {
    let mut engine =
        memglass_trading_engine::Engine::start("trading_engine", Some(sessions)).unwrap();
    engine.rehearse(TICKS).unwrap();
    engine
}
