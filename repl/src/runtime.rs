//! One session under one prompt: what is attached, the script engine, and what lines have changed.
//!
//! This is state. What becomes of a line is in [`crate::lines`], and what leaves goes through the
//! [`Writer`].

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use memglass::{Presence, Replay};
use memglass_line::History;
use memglass_script::{Attached, ScriptHost};
use memglass_stream::Player;
use memglass_syntax::{CommandName, Names, Takes};

use crate::automation::Automation;
use crate::changes::Typed;
use crate::commands;
use crate::embed::Command;
use crate::journal::Journal;
use crate::presence;
use crate::writer::Writer;

/// What lines and commands work on. It stays on the thread that made it.
pub(crate) struct Runtime {
    pub(crate) attached: Attached,
    pub(crate) host: ScriptHost,
    /// Watches, triggers and timers of its scripts.
    pub(crate) automation: Automation,
    /// What is watched at the prompt.
    pub(crate) typed: Typed,
    pub(crate) writer: Writer,
    /// Whether each line says how long it took.
    pub(crate) timing: bool,
    pub(crate) journal: Journal,
    /// Commands of the program that embeds this.
    pub(crate) own: Vec<Rc<dyn Command>>,
    /// Raised to stop the script that runs.
    pub(crate) interrupt: Arc<AtomicBool>,
    pub(crate) prompt: Option<Prompt>,
    pub(crate) time_limit: Option<Duration>,
    pub(crate) origin: Origin,
    /// Whether there is a prompt, above which news can stand.
    pub(crate) has_prompt: bool,
    /// Whether there is a prompt on a terminal, which may show something on the whole screen.
    pub(crate) has_screen: bool,
    /// What a line has asked to see on the whole screen.
    pub(crate) wanted: Option<Screen>,
    /// Whether the full-screen view is open.
    pub(crate) has_view: bool,
    /// What it had when it was closed, for the next time.
    #[cfg(feature = "view")]
    pub(crate) view_left: crate::view::Left,
    /// What moves the replay, if it is one of this process.
    pub(crate) player: Option<Arc<Player>>,
    /// Where the lines that are typed are kept.
    pub(crate) history: History,
    /// The settings of the full-screen view.
    pub(crate) view_settings: Option<PathBuf>,
}

/// What can be seen on the whole screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Screen {
    /// The session.
    View,
    /// The fields that change most: all, or those of a choice.
    Top(Option<String>),
    /// What is watched.
    Watches,
}

/// Where the text that is evaluated comes from; a typed line comes from no file.
#[derive(Debug, Default)]
pub(crate) struct Origin {
    pub(crate) file: String,
    pub(crate) lines_before: usize,
}

/// Makes the text in front of a line.
pub(crate) type Prompt = Box<dyn Fn(&PromptState<'_>) -> String>;

/// What a prompt may say.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PromptState<'s> {
    /// The session's name.
    pub session: &'s str,
    /// What has become of its producer.
    pub producer: Presence,
    /// Whether writes are refused.
    pub readonly: bool,
    /// Whether writes are only tried out.
    pub dry_run: bool,
    /// The recording that is played, if it is one.
    pub replay: Option<&'s Replay>,
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.automation.end();
    }
}

impl Runtime {
    /// All names that a line may contain, as of now.
    pub(crate) fn names(&mut self) -> Names {
        let own = self.own.iter().map(|command| CommandName {
            name: command.name().to_owned(),
            aliases: &[],
            usage: command.usage().to_owned(),
            takes: Takes::Nothing,
        });
        Names {
            commands: Arc::new(own.chain(commands::names()).collect()),
            ..self.host.names()
        }
    }

    /// The text in front of the next line.
    pub(crate) fn prompt(&self, producer: Presence) -> String {
        let observer = self.attached.observer();
        let replay = match observer.origin() {
            memglass::Origin::Replay(replay) => Some(replay),
            _ => None,
        };
        let state = PromptState {
            session: &observer.session().name,
            producer,
            readonly: self.attached.is_readonly(),
            dry_run: observer.is_trial(),
            replay: replay.as_ref(),
        };
        match &self.prompt {
            Some(prompt) => prompt(&state),
            None => presence::prompt(&state),
        }
    }
}
