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
        "add to a number in one atomic step, and return the new value",
    ),
    help(
        "all",
        "obs.all(\"Type\") or obs.all(\"glob*\")",
        "all objects of a type, or whose label matches; `obs.all()` is every object",
    ),
    help(
        "apply_set",
        "apply_set(\"name\")",
        "write the values of a parameter set that are not there already, all or none; the answer is how many",
    ),
    help(
        "avg",
        "list.avg(\"field\")",
        "the mean of a field, of a closure's results, or of the elements; () if there are none",
    ),
    help(
        "blob",
        "blob(\"03 02 ff\")",
        "bytes from pairs of hex digits",
    ),
    help(
        "cast",
        "cast(bytes, \"Type\")",
        "a copy of what bytes are as a type: a struct that a layout defines, or any other type",
    ),
    help(
        "contains",
        "obs.contains(\"label\")",
        "whether an object with this label exists; also a field of an object, or a flag of a set",
    ),
    help(
        "csv",
        "rows.csv(path)",
        "write a table, list or array field to a CSV file; without a path, return the text",
    ),
    help(
        "debug",
        "debug(value)",
        "print a value as it is typed, with its place in the script",
    ),
    help(
        "dedup",
        "list.dedup(|a, b| condition)",
        "remove each element for which the closure is true with the element before it",
    ),
    help(
        "define",
        "define(\"struct msg { … };\")",
        "define structs of packed records for `cast`, in this script",
    ),
    help(
        "describe",
        "describe(\"Type\")",
        "the fields of a type, or the values of an enum",
    ),
    help(
        "diff_set",
        "diff_set(\"name\")",
        "a table of the values that are not as in a parameter set",
    ),
    help(
        "drain",
        "list.drain(|x| condition)",
        "remove the elements for which the closure is true, and return them",
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
        "say what a write would do, without writing; without a value, describe the field",
    ),
    help(
        "fields",
        "fields(p)",
        "the fields of an object with their values",
    ),
    help(
        "filter",
        "p.levels.filter(|x| condition)",
        "the elements for which the closure is true",
    ),
    help(
        "find",
        "obs.find(\"label\")",
        "the object with this label, or (); of an array, the first element for which a closure is true",
    ),
    help(
        "find_map",
        "p.levels.find_map(|x| value)",
        "the first result that is not ()",
    ),
    help(
        "for_each",
        "p.levels.for_each(|| action)",
        "run the closure for each element, which is `this`",
    ),
    help(
        "fold",
        "fold(p, |node, children| value)",
        "the closure's result for the whole, made from its results for the parts",
    ),
    help(
        "force",
        "force(p, \"field\", value)",
        "write a field although its annotations forbid the value",
    ),
    help(
        "group_by",
        "list.group_by(\"field\")",
        "a map of lists: elements with the same field value, or the same closure result",
    ),
    help(
        "has",
        "p.flags.has(\"NAME\")",
        "whether these flags are set",
    ),
    help(
        "holes",
        "holes(\"Type\")",
        "the unused bytes of a type and where they are; without a type, all types that have some",
    ),
    help("i128", "i128(\"digits\")", "an integer of up to 128 bits"),
    help(
        "i64",
        "i64(\"digits\")",
        "an integer from text; an error if it does not fit",
    ),
    help(
        "index_of",
        "p.levels.index_of(|x| condition)",
        "the index of the first element for which the closure is true, or -1",
    ),
    help(
        "is_alive",
        "p.is_alive()",
        "whether the object still exists",
    ),
    help(
        "json",
        "rows.json(path)",
        "write a value to a JSON file; without a path, return the text",
    ),
    help(
        "label",
        "p.label()",
        "the label of an object, or the path of a part of one",
    ),
    help(
        "len",
        "p.len()",
        "the number of elements, rows, fields or objects",
    ),
    help(
        "limits",
        "limits(#{name: number})",
        "set the limits of scripts; without a map, return them",
    ),
    help(
        "log",
        "log() or log(\"file\", value)",
        "a table of the writes that were made so far; with a file, append a line to it",
    ),
    help(
        "map",
        "p.levels.map(|x| value)",
        "the closure's result for each element",
    ),
    help(
        "max",
        "list.max(\"field\")",
        "the greatest field value, closure result or element; () if there are none",
    ),
    help(
        "min",
        "list.min(\"field\")",
        "the least field value, closure result or element; () if there are none",
    ),
    help("objects", "objects()", "all objects as a table"),
    help("order", "list.order()", "a sorted copy, least first"),
    help(
        "order_by",
        "list.order_by(\"field\")",
        "a copy sorted by a field, by a closure's results, or by a closure that compares two elements",
    ),
    help(
        "order_desc",
        "list.order_desc(\"field\")",
        "a sorted copy, greatest first",
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
        "combine all elements into one value, from first to last",
    ),
    help(
        "reduce_rev",
        "p.levels.reduce_rev(|sum, x| value, start)",
        "combine all elements into one value, from last to first",
    ),
    help(
        "refresh",
        "obs.refresh()",
        "take in created and destroyed objects; true if there were any",
    ),
    help(
        "retain",
        "list.retain(|x| condition)",
        "keep the elements for which the closure is true, and return the others",
    ),
    help(
        "save_set",
        "save_set(\"name\", \"pattern\")",
        "save the values of the fields that a pattern selects as a parameter set; the answer is how many",
    ),
    help(
        "sequence",
        "p.sequence()",
        "how often a seqlock or locked field was written; () for others",
    ),
    help(
        "set",
        "p.set(\"field\", value)",
        "write a field by name; `p.set(value)` writes the whole object",
    ),
    help(
        "sets",
        "sets()",
        "the parameter sets that are saved under names, as a table",
    ),
    help("sleep", "sleep(2.s)", "pause"),
    help(
        "snapshot",
        "p.snapshot()",
        "a copy of the present values, as a map or array",
    ),
    help(
        "some",
        "p.levels.some(|x| condition)",
        "whether the closure is true for any element; `all` is for every element",
    ),
    help(
        "sort",
        "list.sort(\"field\")",
        "sort the list itself, by its elements, a field or a closure",
    ),
    help("sort_by", "list.sort_by(|x| key)", "the same as `sort`"),
    help(
        "sort_desc",
        "list.sort_desc(\"field\")",
        "sort the list itself, greatest first",
    ),
    help(
        "sum",
        "list.sum(\"field\")",
        "the sum of a field, of a closure's results, or of the elements",
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
        "types_of",
        "types_of(\"file\")",
        "the types of a program, an object or a .mgt file as a table, which can be asked with `describe`, `holes` and `uses`",
    ),
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
        "uses",
        "uses(\"Type\")",
        "which types have this one in them",
    ),
    help(
        "walk",
        "walk(p, |path, value, leaf| action)",
        "call the closure for each part with its path, the outer before the inner",
    ),
    help(
        "zip",
        "list.zip(other, |x, y| value)",
        "the closure's result for each pair of elements of two arrays",
    ),
];

const fn help(name: &'static str, signature: &'static str, summary: &'static str) -> FunctionHelp {
    FunctionHelp {
        name,
        signature,
        summary,
    }
}
