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
        "all objects of a type, or with a label of that form; without a name, all there are",
    ),
    help(
        "avg",
        "list.avg(\"field\")",
        "the mean of a field of each, of what a closure gives, or of the elements; of none, ()",
    ),
    help(
        "contains",
        "obs.contains(\"label\")",
        "whether there is such an object; of an object, such a field; of flags, such a flag",
    ),
    help(
        "csv",
        "rows.csv(path)",
        "write a table, a list or an array field as CSV; without a path, the text",
    ),
    help(
        "debug",
        "debug(value)",
        "print a value as it would be written, with the place in the script",
    ),
    help(
        "dedup",
        "list.dedup(|a, b| condition)",
        "leave out each element for which it holds with the one before it",
    ),
    help(
        "describe",
        "describe(\"Type\")",
        "the fields of a type, or the values of an enum",
    ),
    help(
        "drain",
        "list.drain(|x| condition)",
        "take out the elements for which it holds; they are the answer",
    ),
    help(
        "elements",
        "p.levels.elements()",
        "the elements of an array field, or the rows of a table, as an array",
    ),
    help(
        "error",
        "error(\"message\")",
        "end the script with an error, as `throw` does",
    ),
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
        "what a write would do, without writing; without a value, what the field is",
    ),
    help(
        "fields",
        "fields(p)",
        "the fields of an object with their values",
    ),
    help(
        "filter",
        "p.levels.filter(|x| condition)",
        "the elements for which it holds",
    ),
    help(
        "find",
        "obs.find(\"label\")",
        "the object with this label, or (); of an array field, the first element for which a closure holds",
    ),
    help(
        "find_map",
        "p.levels.find_map(|x| value)",
        "the first answer that is not ()",
    ),
    help(
        "for_each",
        "p.levels.for_each(|| action)",
        "do something with each element, which is called `this`",
    ),
    help(
        "force",
        "force(p, \"field\", value)",
        "write despite read-only, range, step, regex and enum",
    ),
    help(
        "group_by",
        "list.group_by(\"field\")",
        "a map of lists: the elements with the same value of a field, or of what a closure gives",
    ),
    help(
        "has",
        "p.flags.has(\"NAME\")",
        "whether these flags are set",
    ),
    help("i128", "i128(\"digits\")", "an integer of up to 128 bits"),
    help("i64", "i64(\"digits\")", "an integer, checked"),
    help(
        "index_of",
        "p.levels.index_of(|x| condition)",
        "the index of the first element for which it holds, or -1",
    ),
    help(
        "is_alive",
        "p.is_alive()",
        "whether the object still exists",
    ),
    help(
        "json",
        "rows.json(path)",
        "write a value as JSON; without a path, the text",
    ),
    help(
        "label",
        "p.label()",
        "the label of an object; of a part, its path",
    ),
    help(
        "len",
        "p.len()",
        "the number of elements, rows, fields or objects",
    ),
    help(
        "limits",
        "limits(#{name: number})",
        "set how much scripts may ask for; without a map, what they may",
    ),
    help(
        "log",
        "log()",
        "a table of the writes that were made so far, the newest last",
    ),
    help(
        "map",
        "p.levels.map(|x| value)",
        "the answers for the elements",
    ),
    help(
        "max",
        "list.max(\"field\")",
        "the greatest value of a field, of what a closure gives, or of the elements; of none, ()",
    ),
    help(
        "min",
        "list.min(\"field\")",
        "the least value of a field, of what a closure gives, or of the elements; of none, ()",
    ),
    help("objects", "objects()", "all objects as a table"),
    help("order", "list.order()", "a copy in order, the least first"),
    help(
        "order_by",
        "list.order_by(\"field\")",
        "a copy in order by a field, by what a closure gives, or as a closure of two elements says",
    ),
    help(
        "order_desc",
        "list.order_desc(\"field\")",
        "a copy in order, the greatest first",
    ),
    help("path", "p.path()", "the path of a place"),
    help("print", "print(value)", "print a line"),
    help(
        "producer",
        "obs.producer()",
        "alive, exited, crashed or restarted",
    ),
    help(
        "reduce",
        "p.levels.reduce(|sum, x| value, start)",
        "one value of all elements, from the first to the last",
    ),
    help(
        "reduce_rev",
        "p.levels.reduce_rev(|sum, x| value, start)",
        "one value of all elements, from the last to the first",
    ),
    help(
        "refresh",
        "obs.refresh()",
        "take in what the producer created and destroyed; true if anything",
    ),
    help(
        "retain",
        "list.retain(|x| condition)",
        "keep the elements for which it holds; the others are the answer",
    ),
    help(
        "sequence",
        "p.sequence()",
        "how often a seqlock or locked place was written, or ()",
    ),
    help(
        "set",
        "p.set(\"field\", value)",
        "write a field whose name is computed, or the whole: p.set(value)",
    ),
    help("sleep", "sleep(2.s)", "pause"),
    help(
        "snapshot",
        "p.snapshot()",
        "a copy of the present moment, as a map or array",
    ),
    help(
        "some",
        "p.levels.some(|x| condition)",
        "whether it holds for any element; `all` tells whether for each",
    ),
    help(
        "sort",
        "list.sort(\"field\")",
        "bring a list itself in order, by its elements, a field or a closure",
    ),
    help("sort_by", "list.sort_by(|x| key)", "the same as `sort`"),
    help(
        "sort_desc",
        "list.sort_desc(\"field\")",
        "bring a list itself in order, the greatest first",
    ),
    help(
        "sum",
        "list.sum(\"field\")",
        "the sum of a field of each, of what a closure gives, or of the elements",
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
    help(
        "zip",
        "list.zip(other, |x, y| value)",
        "the answers for the elements of two arrays, one of each at a time",
    ),
];

const fn help(name: &'static str, signature: &'static str, summary: &'static str) -> FunctionHelp {
    FunctionHelp {
        name,
        signature,
        summary,
    }
}
