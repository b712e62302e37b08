//! The functions of watches, triggers and timers, as help and completion know them.

use memglass_syntax::FunctionName;

/// A function, how it is called, and what it does.
pub(crate) struct Described {
    pub(crate) name: &'static str,
    pub(crate) signature: &'static str,
    pub(crate) summary: &'static str,
    examples: &'static [&'static str],
}

/// Functions that scripts call by themselves.
pub(crate) const FUNCTIONS: &[Described] = &[
    of(
        "after",
        "after(5.s, || action)",
        "run an action once, when so much time has passed",
    )
    .shown_by(&["after(5.s, || print(AAPL_position.quantity))"]),
    of(
        "always",
        "always(condition, \"message\")",
        "report each time that a condition which must hold does not",
    )
    .shown_by(&[r#"always("AAPL_quote.ask_price > AAPL_quote.bid_price", "crossed")"#]),
    of(
        "around",
        "around(c, 10.ms)",
        "what else that is watched changed within so much time of a change or firing, as a table",
    ),
    of(
        "every",
        "every(250.ms, || action)",
        "run an action each time that so much time has passed",
    )
    .shown_by(&["every(1.s, || print(AAPL_position.quantity))"]),
    of(
        "expect_fired",
        "expect_fired(t, 3)",
        "let the run fail unless a trigger fires so often by its end; without a number, at least once",
    ),
    of(
        "hist",
        "hist(numbers)",
        "draw how often which numbers occur in a list or a history",
    ),
    of(
        "history",
        "p.history(\"field\") or history(\"path\")",
        "the recent values of a field; they are kept from now on",
    ),
    of(
        "now",
        "now()",
        "this moment; two of them subtract to a duration",
    ),
    of(
        "plot",
        "plot(numbers)",
        "draw a list or a history as a line",
    ),
    of(
        "producer",
        "producer()",
        "what became of the producer, as a map",
    ),
    of(
        "record",
        "record(\"run.mcap\")",
        "record what changes into a file, until the script ends",
    ),
    of(
        "record_ring",
        "record_ring(60.s)",
        "keep what changes in memory, for so much time",
    ),
    of(
        "sampler",
        "sampler()",
        "how the sampling of conditions went, as a map",
    ),
    of(
        "save_ring",
        "save_ring(\"why.mcap\", 10.s)",
        "write what is kept in memory into a file, and what comes in so much time after it",
    ),
    of("trigger", "trigger(number)", "the trigger of this number"),
    of("triggers", "triggers()", "all watches, triggers and timers"),
    of(
        "wait_until",
        "wait_until(condition, 10.s)",
        "wait until a condition is true; false if it is not by then",
    )
    .shown_by(&[r#"wait_until("AAPL_position.quantity > 500", 10.s)"#]),
    of(
        "watch",
        "watch(\"path\", |c| action)",
        "run an action each time that a value changes",
    )
    .shown_by(&[
        r#"watch("AAPL_position.quantity", |c| print(c))"#,
        r#"watch("*_position.quantity", |c| log("fills.csv", c))"#,
    ]),
    of(
        "when",
        "when(condition)",
        "make a trigger that fires when a condition becomes true",
    )
    .shown_by(&[
        r#"when("AAPL_position.quantity > 500").run(|f| print(f))"#,
        r#"when("AAPL_position.quantity > 500").lasting(200.ms).log("hot.csv").run(|f| print(f))"#,
    ]),
    of(
        "when_each",
        "when_each(\"Type\", |o| condition)",
        "make a trigger that fires for each object of a type or pattern",
    )
    .shown_by(&[
        r#"when_each("Position", |p| p.quantity > 500).run(|p| print(p.label()))"#,
        r#"when_each("Position", "quantity > 500").log("large.csv")"#,
    ]),
];

/// What is said of a trigger, a history or a recording, and done with one.
const SETTINGS: &[Described] = &[
    of(
        "appeared",
        "t.appeared(|c| action)",
        "of a watch: run an action when an object appears",
    ),
    of(
        "at_most_every",
        "t.at_most_every(1.s)",
        "let a trigger fire at most once in so much time",
    ),
    of("cancel", "t.cancel()", "end a trigger"),
    of(
        "at",
        "h.at(-5.s)",
        "the value of so long ago, or of a moment",
    ),
    of(
        "edges_only",
        "t.edges_only()",
        "let a condition fire only after it was seen false",
    ),
    of("forget", "h.forget()", "keep a history no longer"),
    of(
        "last",
        "h.last(5.s)",
        "the history of so much time up to now",
    ),
    of(
        "lasting",
        "t.lasting(200.ms)",
        "let a condition fire when it has been true for so long",
    ),
    of(
        "log",
        "t.log(\"file\")",
        "append a line to a file each time that a trigger fires",
    ),
    of("max", "h.max()", "the greatest value of a history"),
    of(
        "mean",
        "h.mean()",
        "the mean of a history over time: a value counts for as long as it held",
    ),
    of("min", "h.min()", "the least value of a history"),
    of(
        "may_loop",
        "t.may_loop()",
        "let a trigger fire without end because of what its action writes",
    ),
    of(
        "once",
        "t.once()",
        "end a trigger after one firing; of when_each, for each object",
    ),
    of(
        "pause",
        "t.pause()",
        "let a trigger fire no more until it is resumed",
    ),
    of(
        "queue",
        "t.queue(n)",
        "let at most n firings wait for their actions",
    ),
    of(
        "rate",
        "t.rate(100.hz)",
        "sample a trigger at this rate instead of 1 kHz; \"spin\" is without a pause",
    ),
    of(
        "rearm",
        "t.rearm(condition)",
        "let a condition fire again only after this one was true",
    ),
    of(
        "resume",
        "t.resume()",
        "let a paused trigger fire again, as if just defined",
    ),
    of(
        "run",
        "t.run(|f| action)",
        "what a trigger does; its last setting",
    ),
    of("spark", "h.spark()", "a history as one row of bars"),
    of("stop", "r.stop()", "end a recording"),
    of(
        "table",
        "h.table()",
        "a history as a table of times and values",
    ),
    of(
        "values",
        "h.values()",
        "the values of a history, the oldest first",
    ),
    of(
        "vanished",
        "t.vanished(|c| action)",
        "of a watch: run an action when an object is gone",
    ),
    of(
        "with_history",
        "t.with_history(5.s)",
        "keep what was sampled in so much time before a firing",
    ),
];

/// Settings that a `watch` has not, and those that nothing else has.
const OF_CONDITIONS: &[&str] = &["edges_only", "lasting", "rearm", "run", "with_history"];
const OF_WATCHES: &[&str] = &["appeared", "vanished"];

/// What can be done with a timer.
const OF_TIMERS: &[&str] = &["cancel", "pause", "resume"];

/// What may stand behind a function that makes a trigger or a history.
fn behind(function: &str) -> impl Iterator<Item = &'static Described> {
    let is_behind: fn(&str, &str) -> bool = match function {
        "when" | "when_each" | "always" => {
            |receiver, name| receiver == "t" && !OF_WATCHES.contains(&name)
        }
        "watch" => |receiver, name| receiver == "t" && !OF_CONDITIONS.contains(&name),
        "every" | "after" => |receiver, name| receiver == "t" && OF_TIMERS.contains(&name),
        "trigger" => |receiver, _| receiver == "t",
        "history" => |receiver, _| receiver == "h",
        "record" => |receiver, _| receiver == "r",
        _ => |_, _| false,
    };
    SETTINGS.iter().filter(move |described| {
        let (receiver, _) = described.signature.split_once('.').unwrap_or_default();
        is_behind(receiver, described.name)
    })
}

const fn of(name: &'static str, signature: &'static str, summary: &'static str) -> Described {
    Described {
        name,
        signature,
        summary,
        examples: &[],
    }
}

impl Described {
    /// How it is called behind something, and what it does.
    fn behind(&self) -> (String, String) {
        let called = self
            .signature
            .split_once('.')
            .map_or(self.signature, |(_, call)| call);
        (format!(".{called}"), self.summary.to_owned())
    }

    /// The same with lines that call it.
    const fn shown_by(self, examples: &'static [&'static str]) -> Described {
        Described { examples, ..self }
    }
}

/// Whether there is a function of this name that scripts call by itself.
pub(crate) fn is_function(name: &str) -> bool {
    FUNCTIONS.iter().any(|function| function.name == name)
}

/// All of them, as plain data.
pub(super) fn names() -> impl Iterator<Item = FunctionName> {
    FUNCTIONS
        .iter()
        .chain(SETTINGS)
        .map(|described| FunctionName {
            name: described.name.to_owned(),
            signature: described.signature.to_owned(),
            summary: described.summary.to_owned(),
            examples: described.examples.iter().map(ToString::to_string).collect(),
            methods: behind(described.name).map(Described::behind).collect(),
        })
}
