//! The `memglass` program as users run it: the real binary beside a real producer.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used)]

mod automation;
mod background;
mod bad_input;
mod commands;
mod cpp_engine;
mod demo;
mod demo_page;
mod diff;
mod doctor;
mod drawing;
mod emit;
mod foreign;
mod inputs;
mod ledger;
mod lifecycle;
mod listing;
mod live;
mod named_types;
mod one_shot;
mod page;
mod pictures;
mod piped;
mod plain;
mod prompt;
mod prompt_assistance;
mod prompt_background;
mod prompt_editing;
mod prompt_screens;
mod prompt_speed;
mod recording;
mod recording_firings;
mod recording_proofs;
mod recording_search;
mod scripts;
mod strangers;
#[cfg(target_os = "linux")]
mod streams;
mod top;
mod transcript;
mod triggers;
mod type_files;
mod view;
mod view_page;
mod view_whole;
mod wait;
mod watch;
mod writing;

// Each of the tests of this package uses a part of these.
#[path = "../harness/support.rs"]
#[allow(dead_code)]
mod support;
#[path = "../harness/terminal.rs"]
#[allow(dead_code)]
mod terminal;
