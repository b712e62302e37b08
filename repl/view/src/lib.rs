//! The full-screen view: panels that draw a snapshot of a session, and answer keys.
//!
//! It knows no memory and no scripts. Ten to sixty times a second it tells its [`Host`] which rows are on the screen
//! ([`Interest`]), gets them as plain data ([`Snapshot`]), composes a frame, and sends what differs from the last one.
//!
//! - [`run`]: the view on this process's terminal.
//! - [`Host`]: what the program around it does for it.
//! - [`snapshot`], [`interest`], [`edit`], [`mod@line`]: the plain data between the two.
//! - [`text`]: what may be shown.

mod app;
mod background;
mod busy;
mod canvas;
mod columns;
mod command_line;
mod dialogs;
pub mod edit;
mod entry;
mod glyphs;
mod help;
mod history;
mod host;
pub mod interest;
mod key_bar;
mod keymap;
mod keys;
mod layout;
pub mod line;
pub mod live;
mod notice;
mod overlay;
mod panels;
mod picker;
mod quick;
mod rate;
mod rules;
mod run;
mod screen;
#[cfg(test)]
mod screens;
mod settings;
mod setup;
mod short_names;
pub mod snapshot;
#[cfg(test)]
mod testing;
pub mod text;
mod theme;
mod time_bar;
mod title;
mod typing;

pub use app::Options;
pub use glyphs::Glyphs;
pub use host::{Host, Play, Towards};
pub use interest::Interest;
pub use keymap::Keymap;
pub use quick::QuickWrite;
pub use rate::Rate;
pub use run::{Ended, ViewError, check_terminal, run};
pub use settings::{EXAMPLE, Mistake, Settings, ThemeChoice};
pub use setup::{Looks, Setup};
pub use snapshot::Snapshot;
pub use theme::{Background, Colors};
