//! `memglass play`: a recording as a session, for whoever attaches to it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crossbeam_channel::select;
use memglass_repl::program::recordings_told;
use memglass_stream::Start;
use memglass_terminal::signal::{self, Interrupts, Owner};
use memglass_terminal::streams::write_message;

use super::arguments::Play;
use super::failure::Failure;
use super::options::Options;
use super::replay::{self, Replay};
use super::status_line::StatusLine;

/// How often the line about the replay is drawn again.
const DRAW_EVERY: Duration = Duration::from_millis(200);

/// Plays until it is interrupted.
pub(super) fn run(options: &Options, play: &Play) -> Result<i32, Failure> {
    let interrupts = Interrupts::listen(Arc::new(AtomicBool::new(false)), Owner::Program)?;
    let start = Start::Playing {
        from: play.from.unwrap_or_default(),
        speed: play.speed,
        again: play.again,
    };
    let name = play.publish.as_deref();
    let Replay { player, session } = replay::started(options, &play.file, name, start)?;
    write_message(&format!(
        "memglass: `memglass {session}` attaches to the replay; Ctrl-C ends it\n"
    ));
    let line = StatusLine::new();
    loop {
        let told = player.tell()?;
        for damaged in recordings_told::damaged(&player.damage().take_news()) {
            line.clear();
            options.note(&damaged);
        }
        line.draw(&told.to_string());
        select! {
            recv(interrupts.received()) -> received => {
                line.clear();
                return Ok(received.map_or(0, signal::exit_code));
            }
            default(DRAW_EVERY) => {}
        }
    }
}
