//! How long a prompt takes to be there, and Tab to be answered, beside a real session of many objects.

use std::time::{Duration, Instant};

use super::support::World;
use super::terminal::{CTRL_C, Terminal};

/// A million as the program is shipped; fewer where nothing is optimized.
const OBJECTS: u32 = if cfg!(debug_assertions) {
    50_000
} else {
    1_000_000
};

#[test]
fn a_prompt_comes_at_once_and_completes_among_very_many_objects() {
    let world = World::new();
    let sessions = world.sessions();
    std::fs::create_dir_all(&sessions).unwrap();
    let session = memglass::Session::builder("t1")
        .dir(&sessions)
        .create()
        .unwrap();
    let _objects: Vec<_> = (0..OBJECTS)
        .map(|n| session.object(&format!("object_{n:07}"), n).unwrap())
        .collect();
    let _another_kind = session.object("another", 1_i64).unwrap();
    let small = memglass::Session::builder("t2")
        .dir(&sessions)
        .create()
        .unwrap();
    let _object = small.object("object", 1_u32).unwrap();

    let first = best(5, || {
        let start = Instant::now();
        let terminal = Terminal::open(&world, &["t2"]);
        terminal.ends_with("t2>");
        start.elapsed()
    });
    let first_of_many = best(3, || {
        let start = Instant::now();
        let terminal = Terminal::open(&world, &["t1"]);
        terminal.ends_with("t1>");
        start.elapsed()
    });
    let mut terminal = Terminal::open(&world, &["t1"]);
    terminal.ends_with("t1>");
    let last = format!("object_{:07}", OBJECTS - 1);
    // Labels are gathered in the background.
    let start = Instant::now();
    while !terminal.text().contains(&last) {
        assert!(
            start.elapsed() < super::support::DEADLINE,
            "{}",
            terminal.text()
        );
        terminal.press("\x15");
        terminal.press(&last[..last.len() - 1]);
        terminal.press("\t");
        std::thread::sleep(Duration::from_millis(100));
    }
    let gathered = start.elapsed();
    terminal.press(CTRL_C);
    terminal.ends_with("t1>");
    let alone = tab(&mut terminal, "object_00123");
    // Which kinds of objects a pattern finds is looked up for colours, for the hint and for Tab.
    let in_loop = "for o in obs.all(\"*_none\") { o.x + object_00123";
    let in_loop = tab(&mut terminal, in_loop);
    eprintln!(
        "first prompt {first:.1?}; among {OBJECTS} objects: first prompt {first_of_many:.1?}, \
         labels gathered within {gathered:.1?}, Tab answered in {alone:.1?}, \
         in a loop over a pattern in {in_loop:.1?}"
    );
    assert!(first < Duration::from_millis(1_000), "{first:?}");
    assert!(alone < Duration::from_millis(500), "{alone:?}");
    assert!(in_loop < Duration::from_millis(500), "{in_loop:?}");
}

/// How long it takes until the candidates for the end of `line` are there.
fn tab(terminal: &mut Terminal, line: &str) -> Duration {
    best(5, || {
        terminal.press(line);
        let typed = format!("t1> {line}");
        terminal.until("it is typed", |screen| screen.trim_end().ends_with(&typed));
        let start = Instant::now();
        terminal.press("\t");
        terminal.shows("object_0012399");
        let taken = start.elapsed();
        terminal.press(CTRL_C);
        terminal.ends_with("t1>");
        terminal.press(":clear\r");
        terminal.becomes(&["t1>"]);
        taken
    })
}

fn best(tries: u32, mut run: impl FnMut() -> Duration) -> Duration {
    (0..tries).map(|_| run()).min().unwrap()
}
