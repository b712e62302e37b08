//! The program `memglass-gen`: generates, and edits annotations.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse_from(cli::with_long_options(std::env::args_os()));
    match arguments.run() {
        Ok(code) => code,
        Err(error) => {
            cli::complain(&*error);
            ExitCode::FAILURE
        }
    }
}
