//! Prints a C++ file in one style, or with `--outline` what it declares: `cargo run --example format -- FILE`.
#![allow(clippy::print_stdout, reason = "it is a program that prints")]

use std::error::Error;

use memglass_code::{File, Style};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"))
        .ok_or("usage: format [--outline] FILE")?;
    let file = File::parse(&std::fs::read_to_string(path)?);
    if arguments.iter().any(|argument| argument == "--outline") {
        for entry in file.outline() {
            println!("{} {}", entry.kind, entry.path);
        }
    } else {
        print!("{}", Style::default().print(&file));
    }
    for diagnostic in file.diagnostics() {
        eprintln!("{path}:{}: {}", diagnostic.line, diagnostic.text);
    }
    Ok(())
}
