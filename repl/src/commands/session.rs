//! `:session`, `:reattach`, `:clear` and `:q`: the session itself.

use std::sync::Arc;

use memglass::{Observer, Presence};
use memglass_value::shown::{Document, Line};
use memglass_value::time;
use serde_json::json;

use super::{Command, CommandError, expect_nothing};
use crate::damage;
use crate::output::Output;
use crate::runtime::Runtime;
use crate::type_news;
use crate::view;

pub(super) struct Session;
pub(super) struct Reattach;
pub(super) struct Clear;
pub(super) struct Quit;

impl Command for Session {
    fn name(&self) -> &'static str {
        "session"
    }

    fn usage(&self) -> &'static str {
        ":session"
    }

    fn summary(&self) -> &'static str {
        "show what is attached and how its producer is"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":session"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        expect_nothing(self, rest)?;
        runtime.attached.refresh()?;
        let access = if runtime.attached.is_readonly() {
            "read-only"
        } else {
            "read and write"
        };
        Ok(summary(&runtime.attached.observer(), access))
    }
}

/// Columns in front of what there is to say.
const BEFORE_VALUE: usize = 11;

fn summary(observer: &Observer, access: &str) -> Output {
    let session = observer.session();
    let state = observer.producer().word();
    let damage = observer.damage();
    let lines = [
        ("session", session.name.clone()),
        (
            "program",
            format!("{} (pid {})", session.program, session.pid),
        ),
        ("producer", state.to_owned()),
        ("started", time::text(session.started)),
        ("directory", session.directory.display().to_string()),
        ("access", access.to_owned()),
        ("objects", observer.object_count().to_string()),
        (
            "types",
            memglass_script::declared_types(observer.schema())
                .count()
                .to_string(),
        ),
        ("epoch", observer.epoch().to_string()),
    ];
    let damaged = damage::lines(&damage);
    let names = ["damage"].into_iter().chain(std::iter::repeat(""));
    let lines = lines.into_iter().chain(names.zip(damaged));
    let lines = lines.map(|(name, value)| Line::entry(name, BEFORE_VALUE, &value));
    let json = json!({
        "session": session.name,
        "id": format!("{:032x}", session.id),
        "program": session.program,
        "pid": session.pid,
        "producer": state,
        "directory": session.directory.display().to_string(),
        "access": access,
        "objects": observer.object_count(),
        "types": memglass_script::declared_types(observer.schema()).count(),
        "epoch": observer.epoch(),
        "damage": damage.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    Document::new(lines, json).into()
}

impl Command for Reattach {
    fn name(&self) -> &'static str {
        "reattach"
    }

    fn usage(&self) -> &'static str {
        ":reattach"
    }

    fn summary(&self) -> &'static str {
        "attach to the new producer, after a restart"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":reattach"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        expect_nothing(self, rest)?;
        let presence = runtime.attached.presence();
        let session = runtime.attached.observer().session().clone();
        match presence {
            Presence::Restarted => {}
            Presence::Alive | Presence::Stopped => {
                return Ok(Output::Note(format!(
                    "the producer of {:?} (pid {}) is alive and attached",
                    session.name, session.pid
                )));
            }
            gone => {
                return Err(CommandError::NoSuccessor {
                    session: session.name,
                    fate: gone.word(),
                });
            }
        }
        let before = Arc::clone(runtime.attached.observer().schema());
        runtime.attached.reattach()?;
        let observer = runtime.attached.observer();
        let session = observer.session();
        let state = match observer.producer() {
            Presence::Alive => String::new(),
            other => format!(", {}", other.word()),
        };
        let attached = format!(
            "attached to {:?} (pid {}{state})",
            session.name, session.pid
        );
        let types = type_news::lines(&before, observer.schema());
        let notes = std::iter::once(attached).chain(types);
        Ok(Output::all(notes.map(Output::Note)))
    }
}

impl Command for Clear {
    fn name(&self) -> &'static str {
        "clear"
    }

    fn usage(&self) -> &'static str {
        ":clear"
    }

    fn summary(&self) -> &'static str {
        "clear the screen, as Ctrl-L does"
    }

    fn details(&self) -> &'static str {
        "In the view it clears the log."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":clear"]
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        expect_nothing(self, rest)?;
        Ok(match runtime.has_view {
            true => {
                view::clear_log(runtime);
                Output::All(Vec::new())
            }
            false => Output::Cleared,
        })
    }
}

impl Command for Quit {
    fn name(&self) -> &'static str {
        "q"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["quit", "exit"]
    }

    fn usage(&self) -> &'static str {
        ":q"
    }

    fn summary(&self) -> &'static str {
        "leave; the producer does not notice"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[":q"]
    }

    fn run(&self, _runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        expect_nothing(self, rest)?;
        Ok(Output::Quit)
    }
}
