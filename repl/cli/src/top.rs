//! `memglass top`: which fields change most.

use memglass::Observer;
use memglass_repl::program::{CommandError, Meaning, Top as Look};

use super::arguments::Top;
use super::failure::Failure;
use super::options::Options;
use super::target::{self, Target};

/// Looks for a while, and prints the fields that changed most.
pub(super) fn run(options: &Options, named: Option<&str>, top: Top) -> Result<i32, Failure> {
    let Target {
        observer,
        mut words,
    } = target::split(options, named, top.words, 0, means)?;
    if words.len() > 1 {
        return Err(Failure::Usage(
            "one path, pattern or type is looked at".into(),
        ));
    }
    let look = Look {
        choice: words.pop(),
        time: top.time,
        rows: top.count,
        is_about_stuck: top.stuck,
    };
    // Ctrl-C ends the program here.
    options.print(&look.look(&observer, &|| true)?)?;
    options.mark(&observer);
    Ok(0)
}

/// Says why a word means nothing in a session now.
fn means(observer: &Observer, word: &str) -> Result<(), CommandError> {
    let (_, warnings) = Meaning::of(observer, word)?;
    warnings
        .into_iter()
        .next()
        .map_or(Ok(()), |warning| Err(CommandError::Text(warning)))
}
