//! Where lines are kept.

/// Where the lines that were typed are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// With those of the `memglass` program: `$XDG_STATE_HOME/memglass/history`.
    #[default]
    Shared,
    /// In a file of its own, made readable for its owner alone.
    File(std::path::PathBuf),
    /// In memory, until the prompt ends.
    Forgotten,
}
