//! `memglass objects` and `memglass types`

use memglass_repl::commands::{describe_type, list_objects, list_types};

use super::failure::Failure;
use super::options::Options;

/// Lists objects.
pub(super) fn objects(
    options: &Options,
    session: &str,
    glob: Option<&str>,
    type_name: Option<&str>,
) -> Result<i32, Failure> {
    let observer = options.attach(session)?;
    options.print(&list_objects(&observer, glob, type_name)?)?;
    options.mark(&observer);
    Ok(0)
}

/// Lists types, or shows one.
pub(super) fn types(options: &Options, session: &str, name: Option<&str>) -> Result<i32, Failure> {
    let observer = options.attach(session)?;
    let output = match name {
        Some(name) => describe_type(&observer, name)?,
        None => list_types(&observer),
    };
    options.print(&output)?;
    options.mark(&observer);
    Ok(0)
}
