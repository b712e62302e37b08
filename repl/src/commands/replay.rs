//! The commands that move a replay: `:play`, `:pause`, `:seek`, `:step`, `:speed`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use memglass::Origin;
use memglass_script::ScriptError;
use memglass_stream::{PlayError, Player};
use memglass_value::moment;

use super::{Command, CommandError, Takes, with_causes};
use crate::changes::{Search, Step, Walk};
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
    press: fn(&Hand<'_>, &str) -> Result<(), Refused>,
}

/// What a button moves, and what ends a long way.
struct Hand<'r> {
    player: &'r Player,
    interrupt: &'r AtomicBool,
}

/// Why a replay does not do what it is told.
enum Refused {
    /// What was typed is wrong.
    Typed(String),
    Player(PlayError),
    /// A condition is none, or was never true.
    Search(CommandError),
}

impl From<CommandError> for Refused {
    fn from(error: CommandError) -> Self {
        Refused::Search(error)
    }
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
    press: |hand, rest| alone(rest, || hand.player.play().map(drop)),
};

pub(super) const PAUSE: Button = Button {
    name: "pause",
    usage: ":pause",
    summary: "let the replay stand still",
    details: "",
    examples: &[":pause"],
    takes: Takes::Nothing,
    press: |hand, rest| alone(rest, || hand.player.pause().map(drop)),
};

pub(super) const SEEK: Button = Button {
    name: "seek",
    usage: ":seek +5s|12.5s|12:03:04|EXPR",
    summary: "go elsewhere, or to where EXPR becomes true",
    details: "`+5s` and `-5s` go forward and back, `12.5s` goes to that long after the start, `12:03:04.5` to a time of day, `start` and `end` to those. A number alone is seconds: `:seek 3` is `:seek 3s`. A condition is looked for from here on, and from the start if the replay is at its end: `:seek AAPL_position.quantity > 500` goes to the moment at which it becomes true, and once more to the next one. Ctrl-C ends a long search. In a branch (`--what-if`) everything is as recorded there: what was written is left behind.",
    examples: &[
        ":seek start",
        ":seek +5s",
        ":seek 12.5s",
        ":seek end",
        ":seek AAPL_position.quantity > 500",
    ],
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
    press: |hand, rest| {
        let count = match rest {
            "" => 1,
            count => count.parse().map_err(|_| {
                Refused::Typed(format!(
                    "{count:?} is no number of steps; `:step 10` goes on by ten changes"
                ))
            })?,
        };
        Ok(hand.player.step(count).map(drop)?)
    },
};

pub(super) const SPEED: Button = Button {
    name: "speed",
    usage: ":speed X|max",
    summary: "play X times as fast, or as fast as it goes",
    details: "Triggers, watches and the view look at a replay as at a live session: what comes and goes between two looks they do not see, and the faster it plays, the more that is. `memglass run FILE --replay run.mcap` plays as fast as it goes and misses nothing; `memglass wait run.mcap EXPR` and `:seek EXPR` find when something became true.",
    examples: &[":speed 2", ":speed 0.1", ":speed max"],
    takes: Takes::Words(&["max"]),
    press: |hand, rest| {
        let speed = moment::parse_speed(rest).map_err(Refused::Typed)?;
        Ok(hand.player.speed(speed).map(drop)?)
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
        let hand = Hand {
            player,
            interrupt: &runtime.interrupt,
        };
        (self.press)(&hand, rest).map_err(|refused| match refused {
            Refused::Typed(text) => CommandError::Text(text),
            Refused::Player(error) => CommandError::Text(with_causes(&error)),
            Refused::Search(error) => error,
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

fn seek(hand: &Hand<'_>, rest: &str) -> Result<(), Refused> {
    let player = hand.player;
    let time = |text: &str| moment::parse_seconds(text.trim()).map_err(Refused::Typed);
    match rest {
        "" => return Err(Refused::Typed(format!("say where: {}", SEEK.usage))),
        "start" => player.seek_start(),
        "end" => player.seek_end(),
        rest if is_condition(rest) => player.seek(found(hand, rest)?),
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

/// Whether a text is about what is in the recording, and not a moment.
fn is_condition(text: &str) -> bool {
    let is_path = text.starts_with(char::is_alphabetic) && text.contains('.');
    is_path || text.contains(['<', '>', '=', '!', '&', '|', '('])
}

/// The next moment at which a condition becomes true: after where the replay is, or from the start on if it is at its end.
fn found(hand: &Hand<'_>, text: &str) -> Result<SystemTime, Refused> {
    let replay = hand.player.tell()?;
    let name = format!("search-{}", std::process::id());
    let passage = hand.player.passage(&name)?;
    let mut walk = Walk::new(passage, Duration::ZERO).map_err(CommandError::from)?;
    let goes_on = replay.position > replay.start && replay.position < replay.end;
    if goes_on {
        walk.go_on(replay.position)?;
    }
    let (search, _) = Search::new(walk, text, None)?;
    let mut search = match goes_on {
        true => search.only_edges(),
        false => search,
    };
    loop {
        match search.step()? {
            Step::Found(moment) => return Ok(moment),
            Step::Never => {
                let (state, from) = (
                    search.state(),
                    if goes_on {
                        "after this moment"
                    } else {
                        "in this recording"
                    },
                );
                return Err(Refused::Typed(format!(
                    "`{text}` never becomes true {from}; at the end it is {state}"
                )));
            }
            Step::Unfinished if hand.interrupt.swap(false, Ordering::Relaxed) => {
                return Err(Refused::Search(ScriptError::Interrupted.into()));
            }
            Step::Unfinished => {}
        }
    }
}
