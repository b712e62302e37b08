//! `memglass top`: which fields change most.

use memglass::Observer;
use memglass_repl::program::full_screen::live::Order;
use memglass_repl::program::{CommandError, LiveTop, Meaning, Top as Look};

use super::arguments::Top;
use super::cuts::Cuts;
use super::failure::Failure;
use super::live;
use super::options::Options;
use super::target::{self, Target};

/// Shows the fields that change most until the user ends it, or looks for a while and prints them.
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
    let is_once = top.once || top.time.is_some() || top.count.is_some();
    let choice = words.pop();
    let mut cuts = Cuts::of(&observer);
    if !is_once && live::is_wanted(options) {
        let order = match top.stuck {
            true => Order::Age,
            false => Order::Given,
        };
        let mut table = LiveTop::new(choice, &observer)?;
        let code = live::show(&mut table, &LiveTop::setup(live::looks(options), order))?;
        cuts.news().iter().for_each(|news| options.note(news));
        return Ok(code);
    }
    let usual = Look::default();
    let look = Look {
        choice,
        time: top.time.unwrap_or(usual.time),
        rows: top.count.unwrap_or(usual.rows),
        is_about_stuck: top.stuck,
    };
    // Ctrl-C ends the program here.
    options.print(&look.look(&observer, &|| true)?)?;
    options.mark(&observer);
    cuts.news().iter().for_each(|news| options.note(news));
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
