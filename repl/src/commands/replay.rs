//! The commands that move a replay: `:play`, `:pause`, `:seek`, `:step`, `:speed`.

use memglass::Origin;
use memglass_stream::{PlayError, Player};
use memglass_value::moment;

use super::{Command, CommandError, Takes, with_causes};
use crate::output::Output;
use crate::presence;
use crate::recordings::told;
use crate::runtime::Runtime;

/// One of the commands.
pub(super) struct Button {
    name: &'static str,
    usage: &'static str,
    summary: &'static str,
    details: &'static str,
    examples: &'static [&'static str],
    takes: Takes,
    press: fn(&Player, &str) -> Result<(), Refused>,
}

/// Why a replay does not do what it is told.
enum Refused {
    /// What was typed is wrong.
    Typed(String),
    Player(PlayError),
}

impl From<PlayError> for Refused {
    fn from(error: PlayError) -> Self {
        Refused::Player(error)
    }
}

pub(super) const PLAY: Button = Button {
    name: "play",
    usage: ":play",
    summary: "let the replay go on; at its end from the start",
    details: "`memglass run.mcap` opens a recording as a replay, paused at its end.",
    examples: &[":play"],
    takes: Takes::Nothing,
    press: |player, rest| alone(rest, || player.play().map(drop)),
};

pub(super) const PAUSE: Button = Button {
    name: "pause",
    usage: ":pause",
    summary: "let the replay stand still",
    details: "",
    examples: &[":pause"],
    takes: Takes::Nothing,
    press: |player, rest| alone(rest, || player.pause().map(drop)),
};

pub(super) const SEEK: Button = Button {
    name: "seek",
    usage: ":seek +5s|-5s|12.5s|12:03:04",
    summary: "go elsewhere in the replay",
    details: "`+5s` and `-5s` go forward and back, `12.5s` goes to that long after the start, `12:03:04.5` to a time of day, `start` and `end` to those. A number alone is seconds: `:seek 3` is `:seek 3s`. In a branch (`--what-if`) everything is as recorded there: what was written is left behind.",
    examples: &[":seek start", ":seek +5s", ":seek 12.5s", ":seek end"],
    takes: Takes::Words(&["start", "end"]),
    press: seek,
};

pub(super) const STEP: Button = Button {
    name: "step",
    usage: ":step [N]",
    summary: "pause the replay, and go on by N changes",
    details: "Everything that was recorded at one time is one step.",
    examples: &[":step", ":step 10"],
    takes: Takes::Nothing,
    press: |player, rest| {
        let count = match rest {
            "" => 1,
            count => count.parse().map_err(|_| {
                Refused::Typed(format!(
                    "{count:?} is no number of steps; `:step 10` goes on by ten changes"
                ))
            })?,
        };
        Ok(player.step(count).map(drop)?)
    },
};

pub(super) const SPEED: Button = Button {
    name: "speed",
    usage: ":speed X|max",
    summary: "play X times as fast, or as fast as it goes",
    details: "",
    examples: &[":speed 2", ":speed 0.1", ":speed max"],
    takes: Takes::Words(&["max"]),
    press: |player, rest| {
        let speed = moment::parse_speed(rest).map_err(Refused::Typed)?;
        Ok(player.speed(speed).map(drop)?)
    },
};

impl Command for Button {
    fn name(&self) -> &'static str {
        self.name
    }

    fn usage(&self) -> &'static str {
        self.usage
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn details(&self) -> &'static str {
        self.details
    }

    fn examples(&self) -> &'static [&'static str] {
        self.examples
    }

    fn takes(&self) -> Takes {
        self.takes
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let Some(player) = &runtime.player else {
            return Err(CommandError::Text(why_not(runtime).into()));
        };
        (self.press)(player, rest).map_err(|refused| {
            CommandError::Text(match refused {
                Refused::Typed(text) => text,
                Refused::Player(error) => with_causes(&error),
            })
        })?;
        let replay = player.tell();
        let replay = replay.map_err(|error| CommandError::Text(with_causes(&error)))?;
        let mut note = presence::described(&replay);
        note += &presence::left_behind(player.take_discarded());
        for line in told::damaged(&player.damage().take_news()) {
            note += "\n";
            note += &line;
        }
        Ok(Output::Note(note))
    }
}

/// Why there is nothing to move.
pub(crate) fn why_not(runtime: &Runtime) -> &'static str {
    match runtime.attached.observer().origin() {
        Origin::Replay(_) => {
            "another process plays this recording, and moves it; `memglass FILE` opens one of your own"
        }
        _ => "this session is live; `memglass run.mcap` opens a recording, which can be moved",
    }
}

fn alone(rest: &str, press: impl FnOnce() -> Result<(), PlayError>) -> Result<(), Refused> {
    match rest {
        "" => Ok(press()?),
        rest => Err(Refused::Typed(format!(
            "nothing goes behind it; leave out {rest:?}"
        ))),
    }
}

fn seek(player: &Player, rest: &str) -> Result<(), Refused> {
    let time = |text: &str| moment::parse_seconds(text.trim()).map_err(Refused::Typed);
    match rest {
        "" => return Err(Refused::Typed(format!("say where: {}", SEEK.usage))),
        "start" => player.seek_start(),
        "end" => player.seek_end(),
        rest if rest.starts_with('+') => player.forward(time(&rest[1..])?),
        rest if rest.starts_with('-') => player.back(time(&rest[1..])?),
        rest => {
            let replay = player.tell()?;
            let to = moment::within(rest, replay.start, replay.end);
            player.seek(to.map_err(Refused::Typed)?)
        }
    }?;
    Ok(())
}
