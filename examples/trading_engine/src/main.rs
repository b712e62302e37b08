//! Runs the engine until it is interrupted: `trading-engine [SESSION]`.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};

fn main() -> ExitCode {
    let session = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "trading_engine".into());
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        if let Err(error) = signal_hook::flag::register(signal, Arc::clone(&stop)) {
            eprintln!("trading-engine: no handler for signal {signal}: {error}");
            return ExitCode::FAILURE;
        }
    }
    match memglass_trading_engine::run(&session, None, &stop) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("trading-engine: {error}");
            ExitCode::FAILURE
        }
    }
}
