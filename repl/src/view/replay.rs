//! A replay in the view: its keys, and what happened in it.

use std::time::Duration;

use memglass_stream::{Happened, PlayError, Player};
use memglass_view::snapshot::Mark;
use memglass_view::{Play, Towards};

use crate::changes::{Nearest, first_after, last_before};
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
    pressed(player(runtime)?, order).map_err(|error| commands::with_causes(&error))
}

fn player(runtime: &Runtime) -> Result<&Player, String> {
    let player = runtime.player.as_deref();
    player.ok_or_else(|| why_not_replayed(runtime).to_owned())
}

/// Goes to so long after the start, and stands still there.
pub(super) fn play_at(runtime: &Runtime, elapsed: Duration) -> Result<String, String> {
    let player = player(runtime)?;
    let moved = player.pause();
    let moved = moved.and_then(|replay| player.seek(replay.start + elapsed));
    let replay = moved.map_err(|error| commands::with_causes(&error))?;
    Ok(told_moved(player, presence::described(&replay)))
}

/// Goes to the nearest change of what is watched, and stands still there.
pub(super) fn play_to_change(
    runtime: &Runtime,
    towards: Towards,
    watched: &[String],
) -> Result<String, String> {
    let player = player(runtime)?;
    let replay = player.pause();
    let replay = replay.map_err(|error| commands::with_causes(&error))?;
    match (towards, replay.position) {
        (Towards::Earlier, now) if now <= replay.start => {
            return Err("the recording begins here".to_owned());
        }
        (Towards::Later, now) if now >= replay.end => {
            return Err("the recording ends here".to_owned());
        }
        _ => {}
    }
    let walk = |from| commands::walk_beside(player, from);
    let nearest = match towards {
        Towards::Earlier => last_before(replay.position, replay.start, watched, &walk),
        Towards::Later => walk(replay.position).and_then(|walk| first_after(walk, watched)),
    };
    let (to, nothing) = match nearest.map_err(|error| error.to_string())? {
        Nearest::Change(to) => (to, ""),
        Nearest::Nothing(to) => (to, "nothing that is watched changed up to here; "),
    };
    let replay = player.seek(to);
    let replay = replay.map_err(|error| commands::with_causes(&error))?;
    Ok(told_moved(
        player,
        nothing.to_owned() + presence::described(&replay).as_str(),
    ))
}

/// What is said of a move: what it met, where it led, and what it left behind.
fn told_moved(player: &Player, place: String) -> String {
    let left_behind = presence::left_behind(player.take_discarded());
    // First, as a line may not have room for both.
    let mut lines = told::damaged(&player.damage().take_news());
    lines.push(place + left_behind.as_str());
    lines.join("; ")
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
    let place = match order {
        Play::Slower | Play::Faster => format!("plays x{}", player.clock().chosen_speed()),
        _ => presence::described(&replay),
    };
    Ok(told_moved(player, place))
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
