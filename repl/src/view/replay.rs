//! A replay in the view: its keys, and what happened in it.

use std::time::Duration;

use memglass_stream::{Happened, PlayError, Player};
use memglass_view::Play;
use memglass_view::snapshot::Mark;

use crate::commands::{self, why_not_replayed};
use crate::presence;
use crate::recordings::told;
use crate::runtime::Runtime;

/// How far a key goes.
const SEEK: Duration = Duration::from_secs(5);

/// The slowest and the fastest that keys play.
const SPEEDS: [f64; 2] = [1.0 / 64.0, 1024.0];

/// Parts of the recording of which it is shown what happened.
const PARTS: usize = 500;

/// Does what a key asks for; where the replay is then.
pub(super) fn play(runtime: &Runtime, order: Play) -> Result<String, String> {
    let player = runtime.player.as_ref();
    let player = player.ok_or_else(|| why_not_replayed(runtime).to_owned())?;
    pressed(player, order).map_err(|error| commands::with_causes(&error))
}

fn pressed(player: &Player, order: Play) -> Result<String, PlayError> {
    let clock = player.clock();
    let replay = match order {
        Play::Turn if clock.is_still() => player.play(),
        Play::Turn => player.pause(),
        Play::Back => player.back(SEEK),
        Play::Forward => player.forward(SEEK),
        Play::Step => player.step(1),
        Play::Slower => player.speed(within(clock.chosen_speed() / 2.0)),
        Play::Faster => player.speed(within(clock.chosen_speed() * 2.0)),
    }?;
    let moved = match order {
        Play::Slower | Play::Faster => format!("plays x{}", player.clock().chosen_speed()),
        _ => {
            let left_behind = presence::left_behind(player.take_discarded());
            presence::described(&replay) + left_behind.as_str()
        }
    };
    // First, as a line may not have room for both.
    let mut lines = told::damaged(&player.damage().take_news());
    lines.push(moved);
    Ok(lines.join("; "))
}

fn within(speed: f64) -> f64 {
    speed.clamp(SPEEDS[0], SPEEDS[1])
}

/// What happened in each part of the recording; nothing if another process plays it.
pub(super) fn marks(runtime: &Runtime) -> Vec<Mark> {
    let Some(player) = &runtime.player else {
        return Vec::new();
    };
    let marks = player.marks();
    (0..PARTS)
        .map(|part| mark(marks.in_part(part, PARTS)))
        .collect()
}

fn mark(happened: Happened) -> Mark {
    match happened {
        Happened { fired: true, .. } => Mark::Fired,
        Happened {
            destroyed: true, ..
        } => Mark::Destroyed,
        Happened { created: true, .. } => Mark::Created,
        Happened { lost: true, .. } => Mark::Lost,
        _ => Mark::Nothing,
    }
}
