//! `cargo run --release -p memglass-bench`: the cost of memglass, next to the floor of this machine.
//!
//! Each figure is measured in the same run as the floor or the peer that it is compared with. With
//! `--features peers` the libraries that people would use instead run too; `--quick` leaves out the
//! large sizes, and `--only PART` runs one part and the floor.

mod awake;
mod cells;
mod conditions;
mod cpp;
mod creating;
mod debugger;
mod floor;
mod from_cpp;
mod latency;
mod market;
mod memory;
mod observers;
mod packed;
mod part;
#[cfg(feature = "peers")]
mod peers;
mod quote;
mod record;
mod report;
mod sampler;
mod scripts;
mod sessions;
mod timing;
mod triggers;
mod waker;
mod watches;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, name, rest @ ..] = arguments.as_slice()
        && flag == part::FLAG
    {
        return part::play(name, rest);
    }
    run(&arguments);
}

/// What `--only` can name.
const PARTS: &[&str] = &[
    "cells",
    "conditions",
    "cpp",
    "creating",
    "debugger",
    "latency",
    "observers",
    "packed",
    "record",
    "sampler",
    "scripts",
    "sessions",
    "triggers",
    "watches",
];

fn run(arguments: &[String]) {
    let (mut quick, mut only) = (false, None);
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        match argument {
            "--quick" => quick = true,
            "--only" if let Some(part) = rest.next().filter(|part| PARTS.contains(part)) => {
                only = Some(part);
            }
            _ => {
                eprintln!("memglass-bench [--quick] [--only {}]", PARTS.join("|"));
                std::process::exit(2);
            }
        }
    }
    let wanted = |name: &str| only.is_none_or(|only| only == name);

    // As the `memglass` program does: a refresh then asks the system for nothing.
    memglass::survive_truncation();
    let report = report::Report::new();
    let floor = floor::measure(&report);
    if wanted("cells") || wanted("cpp") {
        let cells = cells::measure(&report, &floor);
        #[cfg(feature = "peers")]
        if wanted("cells") {
            peers::measure(&report, &cells);
        }
        if wanted("cpp") {
            from_cpp::measure(&report, &floor, &cells);
        }
    }
    if wanted("conditions") {
        conditions::measure(&report);
    }
    if wanted("debugger") {
        debugger::measure(&report);
    }
    if wanted("latency") {
        latency::measure(&report);
    }
    if wanted("observers") {
        observers::measure(&report, &floor);
    }
    if wanted("packed") {
        packed::measure(&report);
    }
    if wanted("record") {
        record::measure(&report, quick);
    }
    if wanted("sampler") {
        sampler::measure(&report, quick);
    }
    if wanted("scripts") {
        scripts::measure(&report);
    }
    if wanted("watches") {
        watches::measure(&report);
    }
    if wanted("triggers") {
        triggers::measure(&report);
    }
    let sizes: &[usize] = if quick {
        &[1_000, 100_000]
    } else {
        &[1_000, 10_000, 100_000, 1_000_000, 4_000_000]
    };
    let has_peer = wanted("creating") || wanted("sessions");
    let cpp = has_peer.then(|| cpp::Cpp::build(&report)).flatten();
    if wanted("creating") {
        creating::measure(&report, cpp.as_ref(), sizes);
    }
    if wanted("sessions") {
        sessions::measure(&report, &floor, cpp.as_ref(), sizes);
    }
}
