//! Names of files as people type them.

use std::path::PathBuf;

/// The path with `~/` read as the home directory, as a shell would.
pub fn expanded(typed: &str) -> PathBuf {
    match (typed.strip_prefix("~/"), etcetera::home_dir()) {
        (Some(rest), Ok(home)) => home.join(rest),
        _ => PathBuf::from(typed),
    }
}
