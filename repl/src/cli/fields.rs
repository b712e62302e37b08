//! `memglass get` and `memglass set`

use memglass_repl::commands;

use super::failure::Failure;
use super::options::Options;

/// Prints fields.
pub(super) fn get(options: &Options, session: &str, paths: &[String]) -> Result<i32, Failure> {
    let observer = options.attach(session)?;
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    options.print(&commands::get(&observer, &paths)?)?;
    options.mark(&observer);
    Ok(0)
}

/// Writes a field.
pub(super) fn set(
    options: &Options,
    session: &str,
    path: &str,
    value: &str,
) -> Result<i32, Failure> {
    if options.readonly {
        return Err(commands::CommandError::ReadOnly {
            path: path.to_owned(),
        }
        .into());
    }
    let observer = options.attach_writable(session)?;
    options.print(&commands::set(&observer, path, value)?)?;
    options.mark(&observer);
    Ok(0)
}
