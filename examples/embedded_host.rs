//! A host program next to a live producer: it attaches to a session of another process, and adds
//! functions for trading to the prompt.
//!
//!     memglass demo --headless &
//!     cargo run --example embedded_host -- trading_engine
//!
//!     trading_engine> dollars(AAPL_position.avg_price)
//!     trading_engine> :exposure 1000000
//!
//! With more arguments it evaluates them as lines, without a terminal:
//!
//!     cargo run --example embedded_host -- trading_engine ':exposure' 'dollars(15000)'

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use memglass::{Observer, Value};
use memglass_repl::{Access, Answer, Command, Repl};

const TICKS_PER_DOLLAR: f64 = 100.0;

/// `:exposure [DOLLARS]`
struct Exposure;

impl Command for Exposure {
    fn name(&self) -> &str {
        "exposure"
    }

    fn usage(&self) -> &str {
        ":exposure [DOLLARS]"
    }

    fn summary(&self) -> &str {
        "show what positions are worth, those above a limit if one is given"
    }

    fn run(&self, access: &mut Access<'_>, rest: &str) -> Result<Answer, Box<dyn Error>> {
        let limit = match rest {
            "" => 0.0,
            text => text.replace('_', "").parse::<f64>()?,
        };
        let rows = exposures(&access.observer())?
            .into_iter()
            .filter(|(_, dollars)| dollars.abs() > limit)
            .map(|(label, dollars)| [label, format!("{dollars:.2}")]);
        Ok(Answer::rows(["position", "dollars"], rows))
    }
}

/// Each position's label, and its quantity times its average price.
fn exposures(observer: &Observer) -> Result<Vec<(String, f64)>, Box<dyn Error>> {
    let positions = observer
        .objects()
        .filter(|object| observer.schema().type_name(object.type_id) == "Position");
    positions
        .map(|object| {
            let number = |field: &str| -> Result<f64, Box<dyn Error>> {
                let path = format!("\"{}\".{field}", object.label);
                let value: Value = observer.field(&path)?.read()?;
                value
                    .as_f64()
                    .ok_or_else(|| format!("{path} is no number").into())
            };
            let dollars = number("quantity")? * number("avg_price")? / TICKS_PER_DOLLAR;
            Ok((object.label.to_string(), dollars))
        })
        .collect()
}

fn repl(session: &str) -> Result<Repl, Box<dyn Error>> {
    // Attached for reading: this program only looks.
    let observer = Observer::attach(session)?;
    let repl = Repl::builder()
        .observer(observer)
        .engine(|engine| {
            engine.register_fn("dollars", |ticks: i64| ticks as f64 / TICKS_PER_DOLLAR);
        })
        .command(Exposure)
        .banner("dollars(ticks) and :exposure are ours; :help lists everything\n")
        .build()?;
    Ok(repl)
}

fn work(arguments: &[String]) -> Result<i32, Box<dyn Error>> {
    let (session, lines) = arguments
        .split_first()
        .ok_or("usage: embedded_host SESSION [LINE]...")?;
    let mut repl = repl(session)?;
    if lines.is_empty() {
        return Ok(repl.run()?);
    }
    for line in lines {
        writeln!(io::stdout(), "{}", repl.eval(line)?)?;
    }
    Ok(0)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match work(&arguments) {
        Ok(code) => ExitCode::from(code.to_le_bytes()[0]),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
