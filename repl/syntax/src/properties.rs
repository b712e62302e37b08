//! What is asked of a value by a name alone, without parentheses.

/// What a change or a firing tells.
pub const OF_EVENTS: &[&str] = &[
    "changed", "held", "history", "label", "late", "merged", "missed", "now", "object", "old",
    "path", "since", "time", "torn", "trigger", "values",
];

/// What a trigger can be asked for.
pub const OF_TRIGGERS: &[&str] = &[
    "about",
    "active",
    "errors",
    "failing",
    "failures",
    "fired",
    "judged",
    "kind",
    "last_error",
    "last_fired",
    "late",
    "merged",
    "missed",
    "number",
    "objects",
    "pending",
    "reason",
    "settings",
    "since",
    "state",
    "suppressed",
    "vanished",
    "where",
];

/// The same for a value that is called so in messages; nothing for any other.
pub fn of(noun: &str) -> &'static [&'static str] {
    match noun {
        "event" => OF_EVENTS,
        "trigger" => OF_TRIGGERS,
        _ => &[],
    }
}
