//! docs/guide.md says what is true: every line of it is run, in its order, and compared with what it shows.
//!
//! Where a value moves, the guide has `…`, which stands for anything; a line of nothing else stands for any
//! number of lines. With `MEMGLASS_BLESS=1` what does not fit is replaced by what was seen, to be read over.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used)]

mod page;
mod world;

// Each of the tests of this package uses a part of these.
#[path = "../harness/support.rs"]
#[allow(dead_code)]
mod support;

use page::{Block, Page, Step};
use world::World;

#[test]
fn the_first_hour_is_as_the_guide_tells_it() {
    let mut page = Page::read("docs/guide.md");
    let mut world = World::new();
    let mut wrong = Vec::new();
    for block in &mut page.blocks {
        match block {
            Block::Prose(_) => {}
            Block::Shell(lines) => lines.iter().for_each(|line| world.prepare(line)),
            Block::Console(steps) => run(steps, &mut wrong, |line| world.console(line)),
            Block::Prompt(steps) => run(steps, &mut wrong, |line| world.prompt(line)),
        }
    }
    page.blessed_or_right(&wrong);
}

/// Does each step; what does not fit is told, and put in place of what was expected.
fn run(steps: &mut [Step], wrong: &mut Vec<String>, mut perform: impl FnMut(&str) -> String) {
    for step in steps {
        let seen = perform(&step.line);
        if !page::fits(&step.output, &seen) {
            wrong.push(format!(
                "{}\n--- the guide\n{}--- seen\n{seen}",
                step.line, step.output
            ));
            step.output = seen;
        }
    }
}

#[test]
fn the_producer_of_the_guide_is_the_example() {
    let guide = page::text("docs/guide.md");
    let example = page::text("examples/thermostat.rs");
    let (_, program) = example.split_once("\n\n").unwrap();
    assert!(guide.contains(&format!("```rust,no_run\n{program}```\n")));
}

#[test]
fn the_guide_leaves_nothing_out_of_its_test() {
    let page = Page::read("docs/guide.md");
    let count = |is: fn(&Block) -> usize| page.blocks.iter().map(is).sum::<usize>();
    let prompts = count(|block| match block {
        Block::Prompt(steps) => steps.len(),
        _ => 0,
    });
    let commands = count(|block| match block {
        Block::Console(steps) => steps.len(),
        _ => 0,
    });
    assert!(prompts >= 25 && commands >= 20, "{prompts} {commands}");
}
