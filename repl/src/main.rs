//! The `memglass` program.

mod cli;

use std::process::ExitCode;
use std::thread;

use memglass_repl::ScriptHost;

fn main() -> ExitCode {
    // What cuts a session's memory short shall not end the prompt that looks at it.
    memglass::survive_truncation();
    let engine = thread::Builder::new()
        .name("engine".into())
        .stack_size(ScriptHost::STACK_BYTES)
        .spawn(run);
    match engine.map(thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // The panic has been told by its own message.
        Ok(Err(_)) => ExitCode::from(101),
        Err(error) => {
            memglass_repl::output::write_message(&format!(
                "error: no thread can be started: {error}\n"
            ));
            ExitCode::FAILURE
        }
    }
}

fn run() -> ExitCode {
    let arguments = cli::Arguments::of_process();
    let color = arguments.color();
    match cli::run(arguments) {
        Ok(code) => exit_code(code),
        Err(failure) => {
            failure.report(color);
            exit_code(failure.exit_code())
        }
    }
}

/// A code beyond what the system can carry is cut to its low eight bits, as the system would.
fn exit_code(code: i32) -> ExitCode {
    ExitCode::from(code.to_le_bytes()[0])
}
