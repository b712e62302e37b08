//! The commands that move a replay at its prompt: `:play`, `:pause`, `:seek`, `:step`, `:speed`.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use memglass::Replay;
use memglass_repl::{Access, Answer, Command, ReplBuilder};
use memglass_stream::{PlayError, Player};

use super::arguments::{parse_speed, parse_time};

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
        rest if rest.contains(':') => {
            let replay = player.tell()?;
            let moment = time_of_day(rest, replay.start)
                .ok_or_else(|| format!("{rest:?} is no time of day; write it as 12:03:04.5"))?;
            if moment > replay.end {
                let [start, end] = [replay.start, replay.end].map(memglass_value::time::clock);
                return Err(format!("the recording goes from {start} to {end}").into());
            }
            player.seek(moment)
        }
        "" => return Err(format!("say where: {}", KEYS[2].usage).into()),
        rest => {
            let from_start = match rest {
                "0" | "0s" => Duration::ZERO,
                rest => parse_time(rest)?,
            };
            let replay = player.tell()?;
            let moment = replay.start.checked_add(from_start);
            player.seek(moment.unwrap_or(replay.end))
        }
    };
    Ok(pressed?)
}

/// The first moment at or after `start` that has this time of day here.
fn time_of_day(text: &str, start: SystemTime) -> Option<SystemTime> {
    let time: jiff::civil::Time = text.parse().ok()?;
    let zone = jiff::tz::TimeZone::system();
    let start = jiff::Timestamp::try_from(start).ok()?;
    let day = start.to_zoned(zone.clone()).date();
    let on = |day: jiff::civil::Date| day.to_datetime(time).to_zoned(zone.clone()).ok();
    let same = on(day)?;
    // A second's beginning names what is in it.
    let slack = jiff::SignedDuration::from_secs(1);
    match same.timestamp() + slack > start {
        true => Some(same.timestamp().into()),
        false => on(day.tomorrow().ok()?).map(|next| next.timestamp().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_the_first_one_in_the_recording() {
        let zone = jiff::tz::TimeZone::system();
        let at = |text: &str| {
            let time: jiff::civil::DateTime = text.parse().unwrap();
            SystemTime::from(time.to_zoned(zone.clone()).unwrap().timestamp())
        };
        let start = at("2026-05-04T23:59:50");
        let check = |text: &str, expected: &str| {
            assert_eq!(time_of_day(text, start), Some(at(expected)), "{text}");
        };
        check("23:59:55.5", "2026-05-04T23:59:55.5");
        check("00:00:10", "2026-05-05T00:00:10");
        assert_eq!(time_of_day("12:99:00", start), None);
    }
}
