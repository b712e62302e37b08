//! The commands that move a replay at its prompt: `:play`, `:pause`, `:seek`, `:step`, `:speed`.

use std::error::Error;
use std::sync::Arc;

use memglass::Replay;
use memglass_repl::{Access, Answer, Command, ReplBuilder};
use memglass_stream::{PlayError, Player};

use super::arguments::{parse_speed, parse_time};
use super::moment;

/// Adds them to a prompt.
pub(super) fn add(builder: ReplBuilder, player: &Arc<Player>) -> ReplBuilder {
    KEYS.iter().fold(builder, |builder, key| {
        let player = Arc::clone(player);
        builder.command(Button { key, player })
    })
}

type Pressed = Result<Replay, Box<dyn Error>>;

/// One of the commands.
struct Key {
    name: &'static str,
    usage: &'static str,
    summary: &'static str,
    press: fn(&Player, &str) -> Pressed,
}

const KEYS: [Key; 5] = [
    Key {
        name: "play",
        usage: ":play",
        summary: "let the replay go on; from the start if it is at the end",
        press: |player, rest| alone(rest, || player.play()),
    },
    Key {
        name: "pause",
        usage: ":pause",
        summary: "let the replay stand still",
        press: |player, rest| alone(rest, || player.pause()),
    },
    Key {
        name: "seek",
        usage: ":seek +5s | -5s | 12.5s | 12:03:04.5 | start | end",
        summary: "go elsewhere in the replay: by some time, to a time after its start, to a time of day",
        press: seek,
    },
    Key {
        name: "step",
        usage: ":step [N]",
        summary: "pause the replay, and go on by one moment, or N, at which something changed",
        press: |player, rest| match rest {
            "" => Ok(player.step(1)?),
            count => Ok(player.step(count.parse().map_err(|_| {
                format!("{count:?} is no number of steps; `:step 10` goes on by ten changes")
            })?)?),
        },
    },
    Key {
        name: "speed",
        usage: ":speed 2 | max",
        summary: "play so many times as fast as it was, or as fast as it goes",
        press: |player, rest| Ok(player.speed(parse_speed(rest)?)?),
    },
];

struct Button {
    key: &'static Key,
    player: Arc<Player>,
}

impl Command for Button {
    fn name(&self) -> &str {
        self.key.name
    }

    fn usage(&self) -> &str {
        self.key.usage
    }

    fn summary(&self) -> &str {
        self.key.summary
    }

    fn run(&self, _access: &mut Access<'_>, rest: &str) -> Result<Answer, Box<dyn Error>> {
        let replay = (self.key.press)(&self.player, rest)?;
        Ok(Answer::note(format!("{}\n", describe(&replay))))
    }
}

/// Where a replay is, with the time of day.
pub(super) fn describe(replay: &Replay) -> String {
    let clock = memglass_value::time::exact_clock(replay.position);
    let whole = replay.end.duration_since(replay.start).unwrap_or_default();
    format!("{replay} ({clock}), of {:.1} s", whole.as_secs_f64())
}

fn alone(rest: &str, press: impl FnOnce() -> Result<Replay, PlayError>) -> Pressed {
    match rest {
        "" => Ok(press()?),
        rest => Err(format!("nothing goes behind it; leave out {rest:?}").into()),
    }
}

fn seek(player: &Player, rest: &str) -> Pressed {
    let pressed = match rest {
        "start" => player.seek_start(),
        "end" => player.seek_end(),
        rest if rest.starts_with('+') => player.forward(parse_time(rest[1..].trim())?),
        rest if rest.starts_with('-') => player.back(parse_time(rest[1..].trim())?),
        "" => return Err(format!("say where: {}", KEYS[2].usage).into()),
        rest => {
            let replay = player.tell()?;
            player.seek(moment::within(rest, replay.start, replay.end)?)
        }
    };
    Ok(pressed?)
}
