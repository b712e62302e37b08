//! What the user wants done at the start of each prompt.

use std::path::PathBuf;

/// `$XDG_CONFIG_HOME/memglass/init.rhai`; `None` without a home directory.
pub fn script() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let config = etcetera::base_strategy::Xdg::new().ok()?.config_dir();
    Some(config.join("memglass").join("init.rhai"))
}
