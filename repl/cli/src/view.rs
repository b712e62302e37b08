//! `memglass view`: a session on the whole screen.

use std::sync::Arc;

use memglass_repl::program::full_screen::{Background, EXAMPLE, Rate, ThemeChoice, check_terminal};
use memglass_repl::program::{ViewSetup, describe_type};
use memglass_stream::Player;
use memglass_terminal::streams::write_data;

use super::arguments::{ThemeArgument, View};
use super::failure::Failure;
use super::options::Options;
use super::{prompt, session, target};

/// Shows it until the user closes it.
pub(super) fn run(
    options: &Options,
    named: Option<&str>,
    player: Option<Arc<Player>>,
    view: &View,
) -> Result<i32, Failure> {
    if view.print_config {
        write_data(EXAMPLE)?;
        return Ok(0);
    }
    check_terminal().map_err(|error| Failure::Usage(error.to_string()))?;
    let session = target::chosen(options, named)?;
    if let Some(name) = &view.type_name {
        // A name that no type has is a mistake, and not an empty list.
        describe_type(&target::attach(options, &session)?, name)?;
    }
    let (builder, _) = session::attach(options, &session)?;
    let builder = match player {
        Some(player) => builder.player(player),
        None => builder,
    };
    let mut repl = builder.build()?;
    let ended = repl.view(setup(options, view));
    options.tell_dry_run(repl.dry_run());
    Ok(ended?)
}

/// The user's settings, and what the arguments say instead.
fn setup(options: &Options, view: &View) -> ViewSetup {
    let settings = prompt::config_file("config.toml");
    let mut of_terminal = ViewSetup::of_terminal(options.color, settings.as_deref());
    let setup = &mut of_terminal.setup;
    if let Some(theme) = view.theme {
        setup.theme = match theme {
            ThemeArgument::Auto => ThemeChoice::Auto,
            ThemeArgument::Dark => ThemeChoice::On(Background::Dark),
            ThemeArgument::Light => ThemeChoice::On(Background::Light),
            ThemeArgument::Mono => ThemeChoice::Mono,
        };
    }
    setup.type_name = view.type_name.clone();
    let begins = &mut setup.options;
    begins.rate = view.rate.map_or(begins.rate, Rate::new);
    begins.shows_hex = view.hex;
    begins.highlight_frames = match view.no_highlight {
        true => 0,
        false => view.highlight_frames.unwrap_or(begins.highlight_frames),
    };
    ViewSetup {
        watches: view.watch.clone(),
        ..of_terminal
    }
}
