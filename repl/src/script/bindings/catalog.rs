//! The functions of scripts as help and completion know them; a test checks that each exists.

/// A function that scripts can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionHelp {
    /// Its name.
    pub name: &'static str,
    /// How it is called.
    pub signature: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
}

/// All functions that memglass adds to Rhai's own.
pub const FUNCTIONS: &[FunctionHelp] = &[
    help(
        "add",
        "p.add(\"field\", amount)",
        "add to a number in one atomic step; the answer is the new value",
    ),
    help(
        "all",
        "obs.all(\"Type\") or obs.all(\"glob*\")",
        "all objects of a type, or with a label of that form",
    ),
    help(
        "csv",
        "rows.csv(path)",
        "write a table or a list of objects as CSV; without a path, the text",
    ),
    help(
        "describe",
        "describe(\"Type\")",
        "the fields of a type, or the values of an enum",
    ),
    help("elements", "p.elements()", "the elements of an array"),
    help(
        "exit",
        "exit(code)",
        "end the script at once with this exit code",
    ),
    help(
        "expect",
        "expect(condition, \"message\")",
        "end the script with an error unless the condition holds",
    ),
    help(
        "explain",
        "explain(\"p.field = value\")",
        "what a write would do, without writing",
    ),
    help(
        "fields",
        "fields(p)",
        "the fields of an object with their values",
    ),
    help(
        "find",
        "obs.find(\"label\")",
        "the object with this label, or ()",
    ),
    help(
        "force",
        "force(p, \"field\", value)",
        "write despite read-only, range, step, regex and enum",
    ),
    help(
        "has",
        "p.flags.has(\"NAME\")",
        "whether these flags are set",
    ),
    help("i128", "i128(\"digits\")", "an integer of up to 128 bits"),
    help("i64", "i64(\"digits\")", "an integer, checked"),
    help(
        "is_alive",
        "p.is_alive()",
        "whether the object still exists",
    ),
    help(
        "json",
        "rows.json(path)",
        "write as JSON; without a path, the text",
    ),
    help(
        "label",
        "p.label()",
        "the label of an object; of a part, its path",
    ),
    help("objects", "objects()", "all objects as a table"),
    help("path", "p.path()", "the path of a place"),
    help("print", "print(value)", "print a line"),
    help(
        "producer",
        "obs.producer()",
        "alive, exited, crashed or restarted",
    ),
    help(
        "refresh",
        "obs.refresh()",
        "take in what the producer created and destroyed; true if anything",
    ),
    help(
        "sequence",
        "p.sequence()",
        "how often a seqlock or locked place was written",
    ),
    help(
        "set",
        "p.set(\"field\", value)",
        "write a field whose name is computed",
    ),
    help("sleep", "sleep(2.s)", "pause"),
    help(
        "snapshot",
        "p.snapshot()",
        "a copy of the present moment, as a map or array",
    ),
    help(
        "table",
        "objects.table([\"field\", …])",
        "a table with these columns, a row for each object",
    ),
    help(
        "type_name",
        "p.type_name()",
        "the name of the object's type",
    ),
    help("types", "types()", "all types as a table"),
    help(
        "u128",
        "u128(\"digits\")",
        "an unsigned integer of up to 128 bits",
    ),
    help(
        "u64",
        "u64(\"digits\")",
        "an unsigned integer of up to 64 bits",
    ),
];

const fn help(name: &'static str, signature: &'static str, summary: &'static str) -> FunctionHelp {
    FunctionHelp {
        name,
        signature,
        summary,
    }
}
