//! `memglass SESSION` on a terminal.

use std::path::PathBuf;
use std::sync::Arc;

use memglass_stream::Player;

use super::failure::Failure;
use super::options::Options;
use super::session;

/// Opens a prompt, with the commands that move a replay if it is one; `banner` goes above it, or else a line about the session.
pub(super) fn run(
    options: &Options,
    session: &str,
    banner: Option<&str>,
    player: Option<Arc<Player>>,
) -> Result<i32, Failure> {
    let (builder, about) = session::attach(options, session)?;
    let builder = builder.banner(banner.unwrap_or(&about));
    let init = config_file("init.rhai").filter(|path| options.with_init && path.exists());
    let builder = match init {
        Some(path) => builder.init_script(path),
        None => builder,
    };
    let builder = match player {
        Some(player) => builder.player(player),
        None => builder,
    };
    let builder = match config_file("config.toml") {
        Some(path) => builder.view_settings(path),
        None => builder,
    };
    Ok(builder.build()?.run()?)
}

/// `$XDG_CONFIG_HOME/memglass/NAME`; `None` without a home directory.
pub(super) fn config_file(name: &str) -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let config = etcetera::base_strategy::Xdg::new().ok()?.config_dir();
    Some(config.join("memglass").join(name))
}
