//! Triggers in virtual time: whole scenarios, through the real bindings and a real session.

mod producer;
mod scenario;
mod values;
mod world;

use scenario::Scenario;

/// Runs all scenarios of a file, or the one that `SCENARIO` names, and tells all that differ.
#[track_caller]
fn check(file: &str) {
    let scenarios: Vec<serde_json::Value> =
        serde_json::from_str(file).expect("a list of scenarios");
    let only = std::env::var("SCENARIO").ok();
    let only = only.filter(|only| scenarios.iter().any(|one| one["name"] == **only));
    let mut differences = Vec::new();
    for scenario in &scenarios {
        let scenario = Scenario::of(scenario);
        if only.as_ref().is_some_and(|only| *only != scenario.name) {
            continue;
        }
        if let Err(difference) = scenario.run() {
            differences.push(format!("{}: {difference}", scenario.name));
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {} scenarios differ\n{}",
        differences.len(),
        scenarios.len(),
        differences.join("\n")
    );
}

#[test]
fn the_scenarios_of_triggers_come_out_as_they_are_written() {
    check(include_str!("../../../tests/data/triggers.json"));
}

#[test]
fn others_of_their_kind_do_too() {
    check(include_str!("../../../tests/data/more_triggers.json"));
}
