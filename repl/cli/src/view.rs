//! `memglass view`: a session on the whole screen.

use memglass_repl::program::ViewSetup;
use memglass_repl::program::full_screen::{Options as ViewOptions, Rate, Theme, check_terminal};

use super::arguments::{ThemeChoice, View};
use super::failure::Failure;
use super::options::Options;
use super::{session, target};

/// Shows it until the user closes it.
pub(super) fn run(options: &Options, named: Option<&str>, view: &View) -> Result<i32, Failure> {
    check_terminal().map_err(|error| Failure::Usage(error.to_string()))?;
    let session = target::chosen(options, named)?;
    let (builder, _) = session::attach(options, &session)?;
    Ok(builder.build()?.view(setup(options, view))?)
}

fn setup(options: &Options, view: &View) -> ViewSetup {
    let usual = ViewSetup::of_terminal(options.color);
    let mut looks = usual.looks;
    looks.theme = match view.theme {
        ThemeChoice::Auto => looks.theme,
        ThemeChoice::Dark => Theme::Dark,
        ThemeChoice::Light => Theme::Light,
        ThemeChoice::Mono => Theme::Mono,
    };
    let options = ViewOptions {
        rate: Rate::new(view.rate),
        shows_hex: view.hex,
        highlight_frames: if view.no_highlight {
            0
        } else {
            view.highlight_frames
        },
        has_mouse: true,
    };
    ViewSetup {
        options,
        looks,
        watches: view.watch.clone(),
    }
}
