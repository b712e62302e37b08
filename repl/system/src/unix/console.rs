//! A terminal and its modes.

use std::fs::File;
use std::io::stdin;
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::getpgrp;
use rustix::termios::{
    LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetpgrp, tcsetattr,
};

/// A terminal, and the modes that it had when it was found.
#[derive(Debug)]
pub struct Console {
    terminal: File,
    before: Modes,
}

/// The modes of a terminal at one moment.
#[derive(Clone, Debug)]
pub struct Modes(Termios);

impl Console {
    /// The terminal of standard input, if that is one.
    pub fn of_input() -> Option<Self> {
        let input = stdin().as_fd().try_clone_to_owned().ok()?;
        Console::of(input.into())
    }

    /// The terminal that this file is, if it is one.
    pub fn of(terminal: File) -> Option<Self> {
        let before = Modes(tcgetattr(&terminal).ok()?);
        Some(Console { terminal, before })
    }

    /// Its present modes; `None` if it has gone.
    pub fn modes(&self) -> Option<Modes> {
        tcgetattr(&self.terminal).ok().map(Modes)
    }

    /// The modes that it was found with.
    pub(super) fn found_modes(&self) -> Modes {
        self.before.clone()
    }

    /// Gives it these modes, unless another job of the shell has it: the system would stop us for that. A terminal that
    /// has gone needs none.
    pub fn set(&self, modes: &Modes) {
        if self.is_in_foreground() {
            let _ = tcsetattr(&self.terminal, OptionalActions::Now, &modes.0);
        }
    }

    /// Gives it the modes that it was found with.
    pub fn restore(&self) {
        self.set(&self.before);
    }

    /// Gives it the modes that it was found with, but it shows no key that is pressed.
    pub fn silence(&self) {
        let mut silent = self.before.clone();
        silent.0.local_modes.remove(LocalModes::ECHO);
        self.set(&silent);
    }

    /// Gives it the modes of a full-screen program: each key comes at once, none is shown, and none is a signal.
    pub fn make_raw(&self) {
        let mut raw = self.before.clone();
        raw.0.make_raw();
        self.set(&raw);
    }

    /// Throws away what was typed and not read yet, unless another job of the shell has it.
    pub fn forget_typed(&self) {
        if self.is_in_foreground() {
            let _ = tcflush(&self.terminal, QueueSelector::IFlush);
        }
    }

    /// Waits until there is something to read, or a signal comes: then false. To wait is allowed in the background, where
    /// reading stops the program.
    pub fn waits_for_input(&self) -> bool {
        let mut input = [PollFd::new(&self.terminal, PollFlags::IN)];
        !matches!(poll(&mut input, None), Err(Errno::INTR))
    }

    /// Whether it is ours to change: after `bg` it is the shell's. One that is no shell's to give is always ours.
    pub fn is_in_foreground(&self) -> bool {
        tcgetpgrp(&self.terminal).map_or(true, |group| group == getpgrp())
    }
}

impl Modes {
    pub(super) fn termios(&self) -> &Termios {
        &self.0
    }

    /// Whether keys that are pressed are shown.
    pub fn echoes(&self) -> bool {
        self.0.local_modes.contains(LocalModes::ECHO)
    }
}
