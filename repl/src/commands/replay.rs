//! The commands that move a replay: `:play`, `:pause`, `:seek`, `:step`, `:speed`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use memglass::{Origin, ProducerError, Replay};
use memglass_script::ScriptError;
use memglass_stream::{Passage, PlayError, Player};
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
    press: fn(&Hand<'_>, &str) -> Result<(), CommandError>,
}

/// What a button moves, and what ends a long way.
struct Hand<'r> {
    player: &'r Player,
    interrupt: &'r AtomicBool,
}

pub(super) const PLAY: Button = Button {
    name: "play",
    usage: ":play",
    summary: "let the replay go on; at its end from the start",
    details: "`memglass run.mcap` opens a recording as a replay, paused at its end.",
    examples: &[":play"],
    takes: Takes::Nothing,
    press: |hand, rest| alone(rest, || hand.player.play()),
};

pub(super) const PAUSE: Button = Button {
    name: "pause",
    usage: ":pause",
    summary: "let the replay stand still",
    details: "",
    examples: &[":pause"],
    takes: Takes::Nothing,
    press: |hand, rest| alone(rest, || hand.player.pause()),
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
                typed(format!(
                    "{count:?} is no number of steps; `:step 10` goes on by ten changes"
                ))
            })?,
        };
        moved(hand.player.step(count))
    },
};

pub(super) const SPEED: Button = Button {
    name: "speed",
    usage: ":speed X|max",
    summary: "play X times as fast, or as fast as it goes",
    details: "Triggers, watches and the view look at a replay as at a live session: what comes and goes between two looks they do not see, and the faster it plays, the more that is. `memglass run FILE --replay run.mcap` plays as fast as it goes and misses nothing that lasts a millisecond; `memglass wait run.mcap EXPR` and `:seek EXPR` find when something became true.",
    examples: &[":speed 2", ":speed 0.1", ":speed max"],
    takes: Takes::Words(&["max"]),
    press: |hand, rest| {
        let speed = moment::parse_speed(rest).map_err(typed)?;
        moved(hand.player.speed(speed))
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
            let meant = match (self.name, rest.parse::<u64>()) {
                ("pause", Ok(number)) => {
                    format!("; `trigger({number}).pause()` lets a trigger rest")
                }
                _ => String::new(),
            };
            return Err(typed(why_not(runtime).to_owned() + meant.as_str()));
        };
        let hand = Hand {
            player,
            interrupt: &runtime.interrupt,
        };
        let pressed = (self.press)(&hand, rest);
        let damaged = told::damaged(&player.damage().take_news()).into_iter();
        let damaged: String = damaged.map(|line| format!("\n{line}")).collect();
        match pressed {
            // What was looked for may have been in what is damaged.
            Err(CommandError::Text(why)) => {
                return Err(CommandError::Text(format!("{why}{damaged}")));
            }
            pressed => pressed?,
        }
        let replay = player.tell().map_err(refused)?;
        let mut note = presence::described(&replay);
        note += &presence::left_behind(player.take_discarded());
        note.push_str(&damaged);
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

fn alone(
    rest: &str,
    press: impl FnOnce() -> Result<Replay, PlayError>,
) -> Result<(), CommandError> {
    match rest {
        "" => moved(press()),
        rest => Err(typed(format!("nothing goes behind it; leave out {rest:?}"))),
    }
}

fn moved(played: Result<Replay, PlayError>) -> Result<(), CommandError> {
    played.map(drop).map_err(refused)
}

fn refused(error: PlayError) -> CommandError {
    CommandError::Text(with_causes(&error))
}

/// What was typed is wrong.
fn typed(text: String) -> CommandError {
    CommandError::Text(text)
}

fn seek(hand: &Hand<'_>, rest: &str) -> Result<(), CommandError> {
    let player = hand.player;
    let time = |text: &str| moment::parse_seconds(text.trim()).map_err(typed);
    moved(match rest {
        "" => return Err(typed(format!("say where: {}", SEEK.usage))),
        "start" => player.seek_start(),
        "end" => player.seek_end(),
        rest if is_condition(rest) => player.seek(found(hand, rest)?),
        rest if rest.starts_with('+') => player.forward(time(&rest[1..])?),
        rest if rest.starts_with('-') => player.back(time(&rest[1..])?),
        rest => {
            let replay = player.tell().map_err(refused)?;
            let to = moment::within(rest, replay.start, replay.end);
            let hint = |why| typed(format!("{why}; or a condition, as `is_open == true`"));
            player.seek(to.map_err(hint)?)
        }
    })
}

/// Whether a text is about what is in the recording, and not a moment.
fn is_condition(text: &str) -> bool {
    let is_path = text.starts_with(char::is_alphabetic) && text.contains('.');
    is_path || text.contains(['<', '>', '=', '!', '&', '|', '('])
}

/// The next moment at which a condition becomes true: after where the replay is, or from the start on if it is at its end.
fn found(hand: &Hand<'_>, text: &str) -> Result<SystemTime, CommandError> {
    let found = searched(hand, text);
    // It was about this line and not the next.
    hand.interrupt.store(false, Ordering::Relaxed);
    found
}

fn searched(hand: &Hand<'_>, text: &str) -> Result<SystemTime, CommandError> {
    let replay = hand.player.tell().map_err(refused)?;
    let goes_on = replay.position < replay.end;
    let (from, of) = match goes_on {
        true => (replay.position, "after this moment"),
        false => (replay.start, "in this recording"),
    };
    let (search, _) = Search::new(walk(hand.player, from)?, text, None)?;
    let mut search = match goes_on {
        true => search.from_next(),
        false => search,
    };
    loop {
        match search.step().map_err(refused)? {
            Step::Found(moment) => return Ok(moment),
            Step::Never => {
                let state = search.state();
                return Err(typed(format!(
                    "`{text}` never becomes true {of}; at the end it is {state}"
                )));
            }
            Step::Unfinished if hand.interrupt.load(Ordering::Relaxed) => {
                return Err(ScriptError::Interrupted.into());
            }
            Step::Unfinished => {}
        }
    }
}

/// Goes through the recording beside the replay, from a moment on.
pub(crate) fn walk(player: &Player, from: SystemTime) -> Result<Walk, CommandError> {
    let passage = passage(player, from).map_err(refused)?;
    Ok(Walk::new(passage, Duration::ZERO)?)
}

/// The recording from a moment on, under a name that nobody else has: other programs may have the same number here.
fn passage(player: &Player, from: SystemTime) -> Result<Passage, PlayError> {
    let pid = std::process::id();
    for number in 1..MOST {
        match player.passage(&format!("search-{pid}-{number}"), from) {
            Err(PlayError::Session(ProducerError::SessionExists { .. })) => {}
            passage => return passage,
        }
    }
    player.passage(&format!("search-{pid}"), from)
}

/// Names that are tried.
const MOST: u32 = 100;
