//! What the view and the program around it say to each other about typed lines of Rhai, as plain data.

/// What the word at the cursor may become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where that word begins, in bytes of the line.
    pub start: usize,
    /// What all of them begin with.
    pub common: String,
    /// All of them.
    pub all: Vec<Suggestion>,
}

/// What a word may become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What the list shows.
    pub shown: String,
    /// What stands in the line instead of the word.
    pub text: String,
}

/// What became of a line, or of what was due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What the user is told in one line, if anything; all of it is in the log.
    pub told: String,
    /// Whether it failed.
    pub has_failed: bool,
    /// How many lines it gave, which are in the log.
    pub lines: usize,
    /// What happens next.
    pub then: Then,
}

/// What happens after a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Then {
    /// The view goes on.
    #[default]
    GoesOn,
    /// The view closes.
    Closes,
    /// The program ends with this code.
    Ends(i32),
}
