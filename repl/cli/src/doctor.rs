//! `memglass doctor`

use memglass_repl::program::Diagnosis;

use super::failure::Failure;
use super::options::Options;

/// Looks at all sessions, or at one, and lists what is wrong; exit code 1 if anything is.
pub(super) fn run(options: &Options, session: Option<&str>) -> Result<i32, Failure> {
    let diagnosis = Diagnosis::of(options.dir(), session)?;
    options.print(&diagnosis.table().into())?;
    Ok(i32::from(!diagnosis.is_empty()))
}
