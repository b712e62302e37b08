//! An actor that works until it is killed or stopped at a random moment.

use std::time::{Duration, Instant};

use memglass::{Field, Observer};
use tempfile::NamedTempFile;

use crate::rows::{GUARDED, LOCKED, NUMBERS};
use crate::{Actor, Progress, Random, Stage, until};

/// The work that a victim repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An observer that writes guarded values.
    Write,
    /// An observer that changes locked values.
    Update,
    /// An observer that writes and counts up lone numbers.
    Number,
    /// An observer that attaches to write, and leaves.
    Attach,
    /// An observer that attaches to read, reads everything, and leaves.
    Look,
    /// A producer that writes guarded values.
    Claim,
    /// A producer that holds guarded values while it writes them.
    Hold,
    /// A producer that changes locked values.
    Change,
    /// A producer that creates objects.
    Create,
    /// A producer that creates and destroys objects.
    Destroy,
    /// A producer that uses the memory of destroyed objects again.
    Reclaim,
    /// A producer that adds types and registers memory of its own.
    Register,
    /// A producer that needs a region for each object.
    Grow,
    /// A producer that starts a session, and drops it.
    Start,
    /// A producer that starts a session, and shuts it down.
    End,
    /// A producer that takes over a dead one's session.
    TakeOver,
    /// A program that removes dead producers' sessions.
    Clean,
}

/// Where in its work a producer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Between two operations.
    Between,
    /// Creating an object.
    Create,
    /// Destroying an object.
    Destroy,
    /// Adding a type.
    AddType,
    /// Allocating memory.
    Allocate,
    /// Registering it.
    Register,
    /// Starting a session.
    Start,
    /// Ending it.
    End,
}

/// Counts everything that a victim does.
pub const OPERATIONS: usize = 15;
/// The [`Step`] that it is in.
pub const STEP: usize = 14;
/// How many objects it has created.
pub const CREATED: usize = 0;
/// How many it has destroyed, the oldest first.
pub const DESTROYED: usize = 1;

/// A working actor and its progress.
pub struct Victim {
    actor: Actor,
    progress: Progress,
    _file: NamedTempFile,
}

impl Kind {
    const ALL: [Kind; 17] = [
        Kind::Write,
        Kind::Update,
        Kind::Number,
        Kind::Attach,
        Kind::Look,
        Kind::Claim,
        Kind::Hold,
        Kind::Change,
        Kind::Create,
        Kind::Destroy,
        Kind::Reclaim,
        Kind::Register,
        Kind::Grow,
        Kind::Start,
        Kind::End,
        Kind::TakeOver,
        Kind::Clean,
    ];

    /// The values that it counts up, if it does.
    ///
    /// # Panics
    ///
    /// If the session has them not.
    pub fn fields(self, observer: &Observer) -> Vec<Field> {
        let fields = self.paths().iter().map(|path| observer.field(path));
        fields
            .collect::<Result<_, _>>()
            .unwrap_or_else(|error| panic!("{self}: {error}"))
    }

    /// The paths of [`fields`](Self::fields).
    pub fn paths(self) -> &'static [&'static str] {
        match self {
            Kind::Write | Kind::Claim | Kind::Hold => &GUARDED,
            Kind::Update | Kind::Change => &LOCKED,
            Kind::Number => &NUMBERS,
            _ => &[],
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.to_string() == name)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{self:?}")
    }
}

impl Step {
    const ALL: [Step; 8] = [
        Step::Between,
        Step::Create,
        Step::Destroy,
        Step::AddType,
        Step::Allocate,
        Step::Register,
        Step::Start,
        Step::End,
    ];
}

impl Progress {
    /// Says which step comes now.
    pub fn enter(&self, step: Step) {
        self.set(STEP, step as u64);
    }

    /// Which step it is in, or died in.
    pub fn step(&self) -> Step {
        Step::ALL[self.get(STEP) as usize]
    }
}

impl Victim {
    /// Starts one that works on session `name`.
    ///
    /// # Panics
    ///
    /// If it cannot begin.
    pub fn start(stage: &Stage, name: &str, kind: Kind) -> Victim {
        Victim::begin(stage.actor(), name, kind, "")
    }

    /// Starts one that works for a short while only, and is stopped before every store to the session.
    ///
    /// # Panics
    ///
    /// If it cannot begin.
    pub fn stepwise(stage: &Stage, name: &str, kind: Kind) -> Victim {
        Victim::begin(stage.actor(), name, kind, " stepwise")
    }

    fn begin(mut actor: Actor, name: &str, kind: Kind, pace: &str) -> Victim {
        // Not on the stage, whose files are counted.
        let file = NamedTempFile::new().expect("the temporary directory can be written");
        let progress = Progress::at(file.path()).expect("it can be mapped");
        actor.ask(&format!(
            "toil {name} {kind} {}{pace}",
            file.path().display()
        ));
        Victim {
            actor,
            progress,
            _file: file,
        }
    }

    /// Lets it work for a random while: up to eight operations, and then from nothing to some
    /// milliseconds, short times as likely as long ones.
    pub fn let_work(&self, random: &mut Random) {
        let target = self.progress.get(OPERATIONS) + random.below(8);
        until("the victim works", || {
            self.progress.get(OPERATIONS) >= target
        });
        let limit = 100_u64 << random.below(16);
        let moment = Instant::now() + Duration::from_nanos(random.below(limit));
        while Instant::now() < moment {
            std::hint::spin_loop();
        }
    }

    /// Kills it with SIGKILL, waits until it is gone, and returns how far it came.
    pub fn kill(self) -> Progress {
        self.actor.kill();
        self.progress
    }

    /// Waits until it is stopped before a store; `false` if it ended instead.
    ///
    /// # Panics
    ///
    /// If anything went wrong for it.
    pub fn await_store(&mut self) -> bool {
        until("the victim stores or ends", || {
            self.actor.is_stopped() || self.actor.has_answered()
        });
        if !self.actor.has_answered() {
            return true;
        }
        self.actor
            .answer()
            .unwrap_or_else(|error| panic!("{error}"));
        false
    }

    /// Stops it with SIGSTOP and waits until it stands still.
    pub fn stop(&self) {
        self.actor.stop();
    }

    /// Resumes the actor.
    pub fn go_on(&self) {
        self.actor.go_on();
    }

    /// Lets it finish its round and returns its progress.
    ///
    /// # Panics
    ///
    /// If anything went wrong for it.
    pub fn finish(mut self) -> Progress {
        self.actor.ask("enough");
        self.progress
    }

    /// How far it has come.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.actor.pid()
    }
}
