//! The editor sets the modes of a Windows console and puts them back: there is none to see to here.

/// A terminal whose modes are ours to see to: none.
#[derive(Debug)]
pub enum Console {}

/// The modes of such a terminal.
#[derive(Clone, Debug)]
pub enum Modes {}

impl Console {
    /// The terminal of standard input, if its modes are ours to see to.
    pub fn of_input() -> Option<Self> {
        None
    }

    /// Its present modes.
    pub fn modes(&self) -> Option<Modes> {
        match *self {}
    }

    /// Gives it these modes.
    pub fn set(&self, _: &Modes) {
        match *self {}
    }

    /// Gives it the modes that it was found with.
    pub fn restore(&self) {
        match *self {}
    }

    /// Gives it the modes that it was found with, but it shows no key that is pressed.
    pub fn silence(&self) {
        match *self {}
    }

    /// Gives it the modes of a full-screen program.
    pub fn make_raw(&self) {
        match *self {}
    }

    /// Throws away what was typed and not read yet.
    pub fn forget_typed(&self) {
        match *self {}
    }

    /// Waits until there is something to read.
    pub fn waits_for_input(&self) -> bool {
        match *self {}
    }

    /// Whether it is ours to change.
    pub fn is_in_foreground(&self) -> bool {
        match *self {}
    }
}

impl Modes {
    /// Whether keys that are pressed are shown.
    pub fn echoes(&self) -> bool {
        match *self {}
    }
}
