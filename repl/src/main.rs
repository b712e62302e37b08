//! The `memglass` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    memglass_repl::program()
}
