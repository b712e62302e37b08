//! The `memglass` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    // What cuts a session's memory short shall not end the prompt that looks at it.
    memglass::survive_truncation();
    memglass_repl::program()
}
