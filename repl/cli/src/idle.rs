//! Common options that do nothing behind a subcommand, which its help leaves out.

use clap::{Arg, Args};

use super::arguments::Common;

/// What a running script needs.
const RUN: &[&str] = &["timeout", "no_init"];

/// What writes need.
const WRITES: &[&str] = &["dry_run", "audit", "audit_sync", "audit_lenient"];

/// What plays a recording.
const WHAT_IF: &[&str] = &["what_if"];

/// How data is written.
const FORMAT: &[&str] = &["format", "json", "csv"];

/// What addresses are named by.
const NAMES: &[&str] = &["types"];

/// Where no value is printed.
pub(super) const WITHOUT_NAMES: &[&[&str]] = &[NAMES];

/// Where there is no prompt.
pub(super) const WITHOUT_PROMPT: &[&[&str]] = &[&["no_init"]];

/// Where nothing of a session is written.
pub(super) const WITHOUT_SCRIPT: &[&[&str]] = &[NAMES, RUN, WRITES, WHAT_IF];

/// Where nothing is printed and no script runs.
pub(super) const ON_THE_SCREEN: &[&[&str]] = &[RUN, FORMAT];

/// Where a session is only read.
pub(super) const WHEN_READING: &[&[&str]] = &[RUN, &["readonly"], WRITES, WHAT_IF];

/// Where a session is only read, and what is printed is code.
pub(super) const WHEN_EMITTING: &[&[&str]] = &[NAMES, RUN, &["readonly"], WRITES, WHAT_IF, FORMAT];

/// Where a session is only read, and nothing is printed.
pub(super) const WHEN_WAITING: &[&[&str]] =
    &[NAMES, &["no_init", "readonly"], WRITES, WHAT_IF, FORMAT];

/// Where it lasts as long as it is told itself.
pub(super) const WITH_TIMEOUT: &[&[&str]] = &[&["timeout"]];

/// Where a file is worked on.
pub(super) const WITHOUT_TARGET: &[&[&str]] =
    &[NAMES, &["session_named", "readonly"], RUN, WRITES, FORMAT];

/// Where a file is a session.
pub(super) const ON_A_FILE: &[&[&str]] = &[&["session_named"]];

/// Where a file is worked on, and what is in it is printed.
pub(super) const WHEN_CONVERTING: &[&[&str]] = &[
    NAMES,
    &["dir", "session_named", "readonly", "format"],
    RUN,
    WRITES,
    WHAT_IF,
];

/// Where scripts run on recordings.
pub(super) const WHEN_TESTING: &[&[&str]] = &[NAMES, &["session_named", "no_init", "readonly"]];

/// Where a value is written.
pub(super) const WHEN_WRITING: &[&[&str]] = &[RUN, WHAT_IF, FORMAT];

/// Where it is about all sessions.
pub(super) const ON_ALL_SESSIONS: &[&[&str]] =
    &[NAMES, &["session_named", "readonly"], RUN, WRITES, WHAT_IF];

/// The same, where nothing is printed.
pub(super) const WITHOUT_FORMAT: &[&[&str]] = &[
    NAMES,
    &["session_named", "readonly"],
    RUN,
    WRITES,
    WHAT_IF,
    FORMAT,
];

/// Where it is about none.
pub(super) const WITHOUT_SESSION: &[&[&str]] = &[
    NAMES,
    &["dir", "session_named", "readonly"],
    RUN,
    WRITES,
    WHAT_IF,
    FORMAT,
];

/// The common options of these groups, hidden: clap passes on to a subcommand only what it has not yet.
///
/// They are parsed all the same, for what refuses them says why.
pub(super) fn options(groups: &[&[&str]]) -> Vec<Arg> {
    let common = Common::augment_args(clap::Command::new("common"));
    let is_idle = |option: &&Arg| groups.concat().contains(&option.get_id().as_str());
    let idle = common.get_arguments().filter(is_idle);
    idle.map(|option| option.clone().hide(true)).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::Parser;

    use crate::arguments::Arguments;

    /// The help of a subcommand names these of the options that everything understands, and no others.
    #[track_caller]
    fn shows(subcommand: &str, expected: &[&str]) {
        let line = ["memglass", subcommand, "--help"];
        let help = Arguments::try_parse_from(line).unwrap_err().to_string();
        let (_, common) = help.split_once("Options of every form:").unwrap();
        let options = common.lines().map(str::trim_start);
        let shown: Vec<&str> = options
            .filter_map(|line| line.strip_prefix("--")?.split(' ').next())
            .collect();
        assert_eq!(shown, expected, "{help}");
    }

    #[test]
    fn the_help_of_a_subcommand_leaves_out_what_does_nothing_there() {
        let listing = ["dir", "session", "format", "json", "csv", "color"];
        shows("ls", &["dir", "format", "json", "csv", "color"]);
        shows("objects", &listing);
        let get = ["dir", "session", "types", "format", "json", "csv", "color"];
        for subcommand in ["get", "types"] {
            shows(subcommand, &get);
        }
        let set = [
            "dir",
            "session",
            "readonly",
            "dry-run",
            "audit",
            "audit-sync",
            "audit-lenient",
            "types",
            "color",
        ];
        shows("set", &set);
        shows("man", &["color"]);
        let clean = [
            "dir", "session", "readonly", "format", "json", "csv", "color",
        ];
        shows("clean", &clean);
        let run = [
            "dir",
            "session",
            "timeout",
            "readonly",
            "dry-run",
            "what-if",
            "audit",
            "audit-sync",
            "audit-lenient",
            "types",
            "format",
            "json",
            "csv",
            "color",
        ];
        shows("run", &run);
        let all = [
            "dir",
            "session",
            "timeout",
            "no-init",
            "readonly",
            "dry-run",
            "what-if",
            "audit",
            "audit-sync",
            "audit-lenient",
            "types",
            "format",
            "json",
            "csv",
            "color",
        ];
        shows("demo", &all);
    }

    #[test]
    fn what_the_help_leaves_out_is_still_understood_to_be_refused_in_words() {
        let line = ["memglass", "ls", "--timeout", "5s", "--session", "t1"];
        let arguments = Arguments::try_parse_from(line).unwrap();
        assert_eq!(arguments.common.timeout, Some(Duration::from_secs(5)));
        assert_eq!(arguments.common.session_named.as_deref(), Some("t1"));
    }
}
