//! `cargo run --release -p memglass-bench`: what memglass costs, beside the floor of this machine.
//!
//! Every figure is measured in the same run as the floor that it is compared with.

mod cells;
mod floor;
mod report;
mod sessions;
mod timing;

fn main() {
    // As the `memglass` program does: a refresh then asks the system for nothing.
    memglass::survive_truncation();
    let report = report::Report::new();
    let floor = floor::measure(&report);
    cells::measure(&report, &floor);
    let sizes: &[usize] = if std::env::args().any(|argument| argument == "--quick") {
        &[1_000, 100_000]
    } else {
        &[1_000, 10_000, 100_000, 1_000_000]
    };
    sessions::measure(&report, &floor, sizes);
}
