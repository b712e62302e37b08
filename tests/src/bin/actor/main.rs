//! An actor: a process that obeys commands on standard input, one a line, and answers each with a line
//! that begins with `ok` or `error`.
//!
//! ```text
//! producer   create NAME [owner|read|write] · end · make LABEL NUMBER · five LABEL NUMBER · counters LABEL · gallery
//!            array LABEL ELEMENTS · drop LABEL · churn COUNT ALIVE · fork
//! observer   attach NAME [write] · detach · read PATH · write PATH NUMBER · presence · maps
//! anybody    storm COUNT · probe COUNT · crowd LEFT · become UID GID · share-locks NAME · poke NAME SEGMENT
//!            survive · expect-faults · ignore-faults · fault
//! for long   busy · clockwork · grow · cycle NAME · visit NAME [write] · dwell NAME
//!            count LABEL ROUNDS · sign · check · hold PATH NUMBER · devour PATH NUMBER · fill PATH NUMBER
//!            trap write|add|update PATH
//!            end with the next line on standard input, whatever it is, and then answer; `count`,
//!            `hold` and `trap` end by themselves
//! either     race produce|write|read NAME: as fast as it can, until told
//!            toil NAME KIND FILE [stepwise]: works on its own session or attachment, see `toil`, until told
//!            child COMMAND (which a forked child obeys, that then stays until it is killed)
//! ```
//!
//! Errors are answered with their text in one line; a panic ends the process, and the test with it.

mod busy;
mod child;
mod churn;
mod clockwork;
mod crowd;
mod cut;
mod life;
mod observer;
mod producer;
mod toil;
mod trap;
mod until_told;
mod user;
mod visitor;

use std::io::{BufRead, Write};

use observer::Watching;
use producer::Producing;
use toil::Pace;
use until_told::Input;

/// The answer to a command.
type Answer = Result<String, Box<dyn std::error::Error>>;

/// The present role of this process.
#[derive(Default)]
struct Actor {
    producing: Option<Producing>,
    watching: Option<Watching>,
}

fn main() {
    let input = Input::default();
    let mut actor = Actor::default();
    while let Some(line) = input.next() {
        let answer = actor.obey(&line, &input);
        let text = match answer {
            Ok(text) => format!("ok {text}"),
            Err(error) => format!("error {}", with_causes(&*error)),
        };
        say(&text);
    }
}

impl Actor {
    fn obey(&mut self, line: &str, input: &Input) -> Answer {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["create", name] => {
                self.producing = Some(Producing::create(name)?);
                Ok(String::new())
            }
            ["end"] => {
                self.producing = None;
                Ok(String::new())
            }
            ["attach", name] => self.attach(name, false),
            ["attach", name, "write"] => self.attach(name, true),
            ["survive"] => Ok(memglass::survive_truncation().to_string()),
            ["expect-faults"] => {
                cut::expect_faults();
                Ok(String::new())
            }
            ["ignore-faults"] => {
                cut::ignore_faults();
                Ok(String::new())
            }
            ["fault"] => cut::fault(),
            ["detach"] => {
                self.watching = None;
                Ok(String::new())
            }
            ["race", role, name] => toil::race(role, name, input),
            ["toil", name, kind, file] => toil::toil(name, kind, file, Pace::UntilTold(input)),
            ["toil", name, kind, file, "stepwise"] => toil::toil(name, kind, file, Pace::Stepwise),
            ["become", uid, gid] => user::become_user(uid.parse()?, gid.parse()?),
            ["share-locks", name] => user::share_locks(name),
            ["poke", name, part] => user::poke(name, part),
            ["create", name, mode] => {
                self.producing = Some(Producing::create_for(name, mode)?);
                Ok(String::new())
            }
            ["cycle", name] => life::cycle(name, input),
            ["visit", name] => visitor::visit(name, false, input),
            ["visit", name, "write"] => visitor::visit(name, true, input),
            ["dwell", name] => visitor::dwell(name, input),
            ["crowd", left] => crowd::crowd(left.parse()?),
            ["storm", count] => child::storm(count.parse()?),
            ["probe", count] => child::probe(count.parse()?),
            ["child", ..] => child::stay(self, &line["child ".len()..], input),
            _ => match (&mut self.producing, &mut self.watching) {
                (Some(producing), _) => producing.obey(&words, input),
                (_, Some(watching)) => watching.obey(&words, input),
                _ => Err(format!("neither producer nor observer: {line}").into()),
            },
        }
    }

    fn attach(&mut self, name: &str, writable: bool) -> Answer {
        self.watching = Some(Watching::attach(name, writable)?);
        Ok(String::new())
    }
}

/// Writes one line to whoever listens; a closed pipe ends the process.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let line = line.replace('\n', " ");
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Lines of standard input, which end with the process at the other end.
fn lines() -> impl Iterator<Item = String> {
    std::io::stdin().lock().lines().map_while(Result::ok)
}
