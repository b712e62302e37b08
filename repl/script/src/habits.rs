//! What people write who come from other languages, and how it is written here.

use memglass_syntax::rest;
use memglass_syntax::token::{Kind, Token, tokens};
use rhai::Position;

use super::FUNCTIONS;

/// Words of other languages, and what is written instead of them.
type Habits = &'static [(&'static [&'static str], &'static str)];

const LET: &str = "`let x = …` makes a variable";
const FUNCTION: &str = "`fn name(x) { … }` makes a function";
const CLOSURE: &str = "`|x| x + 1` is a function without a name";
const COMMENT: &str = "a comment begins with `//`";
const NOTHING: &str = "`()` stands for no value";
const PRINT: &str =
    "`print(x)` prints a line; in a text in backquotes, `${x}` stands for the value of x";
const WHEN: &str =
    "`when(\"object.field > 500\").run(|f| print(f))` does something when that becomes true";
const LOOP: &str = "`for i in 0..3 { … }` counts, and `for x in list { … }` visits each element";

/// Where a statement should have ended: the word that stands there.
const BEHIND: Habits = &[
    (&["and"], "`&&` is true if both sides are"),
    (&["or"], "`||` is true if one of the sides is"),
    (&["is"], "`==` compares"),
    (
        &["then"],
        "a block stands in braces: `if x { … } else { … }`",
    ),
    (
        &["=>"],
        "`>=` is greater or equal, and `|x| x + 1` is a function without a name",
    ),
    (&["->"], CLOSURE),
    (&["for"], "`list.map(|x| …)` makes a list of another one"),
];

/// Where a statement should have ended: the word before.
const BEFORE: Habits = &[
    (&["not"], "`!x` is true if x is false"),
    (&["def", "function", "func", "fun", "sub", "proc"], FUNCTION),
    (&["lambda"], CLOSURE),
    (&["elif", "elsif", "elseif"], "it is written `else if`"),
    (&["mut"], "any variable may change: `let x = …`"),
    (
        &[
            "int", "long", "float", "double", "char", "string", "auto", "bool", "u32", "i32",
            "u64", "i64", "f64",
        ],
        "a variable has no type: `let x = …`",
    ),
    (
        &["get"],
        "a field is read by its name alone: `object.field`",
    ),
    (
        &["set"],
        "a field is written with `=`: `object.field = value`",
    ),
    (&["when", "whenever", "alert", "notify"], WHEN),
    (
        &["watch"],
        "`:watch object.field` tells each change; `watch(\"object.field\", |c| print(c))` is the same for a script",
    ),
];

/// Words that the language keeps for itself, and signs that it has no use for.
const KEPT: Habits = &[
    (&["null", "nil"], NOTHING),
    (&["var"], LET),
    (
        &["match", "case"],
        "`switch x { 1 => …, _ => … }` chooses by a value",
    ),
    (&["new"], "`#{name: value}` is a map, and `[1, 2]` a list"),
    (&["#", "--"], COMMENT),
    (&["$"], "a variable has no sign before its name"),
];

/// Names that nothing has.
const NAMES: Habits = &[
    (&["None", "NULL", "nullptr", "undefined", "Null"], NOTHING),
    (&["True", "TRUE"], "it is written `true`"),
    (&["False", "FALSE"], "it is written `false`"),
    (
        &["console", "System", "std", "cout", "fmt", "logger"],
        PRINT,
    ),
];

/// What there is not to be done with a trigger.
const DEEDS: Habits = &[
    (
        &["stop", "end", "delete", "remove", "clear", "unwatch"],
        "`t.cancel()` ends a trigger, and `t.pause()` lets it rest",
    ),
    (
        &["start", "begin", "enable", "go_on"],
        "`t.resume()` lets a paused trigger go on",
    ),
    (&["disable", "off"], "`t.pause()` lets a trigger rest"),
];

/// Functions that there are not.
const CALLS: Habits = &[
    (
        &[
            "printf", "println", "echo", "puts", "sprintf", "format", "fprintf", "eprintln",
        ],
        PRINT,
    ),
    (
        &["str", "String", "toString", "repr"],
        "`x.to_string()` is the text of a value",
    ),
    (
        &["int", "parseInt", "atoi", "stoi"],
        "`parse_int(text)` reads a number, and `x.to_int()` cuts one",
    ),
    (
        &["float", "double", "parseFloat", "atof", "stod"],
        "`parse_float(text)` reads a number, and `x.to_float()` turns one into a float",
    ),
    (&["range", "xrange", "enumerate"], LOOP),
    (
        &["length", "size", "strlen", "sizeof"],
        "`x.len()` is the length",
    ),
    (
        &["append", "push_back", "add_all"],
        "`list.push(x)` adds an element",
    ),
    (&["typeof", "type"], "`type_of(x)` is the type of a value"),
    (&["pow"], "`x ** 2` is a power"),
    (&["alert", "alarm", "notify", "on", "on_change"], WHEN),
    (
        &["setInterval", "repeat_every"],
        "`every(1.s, || …)` repeats",
    ),
    (&["setTimeout", "delay"], "`after(1.s, || …)` runs later"),
    (
        &["help", "man", "info", "usage"],
        "`:help when` at the prompt tells about a function",
    ),
    (
        &["assert"],
        "`expect(condition, \"what is wrong\")` ends the script if the condition is false",
    ),
];

/// What to write instead of what stands at a mistake of syntax.
pub(crate) fn instead_of_syntax(text: &str, at: Position) -> Option<String> {
    let from = text.len() - rest(text, at).len();
    if let Some(written) = duration(&text[..from], &text[from..]) {
        return Some(written.to_owned());
    }
    let tokens = tokens(text);
    let here = tokens.iter().position(|token| token.start >= from)?;
    let (before, this) = (
        here.checked_sub(1).map(|index| &tokens[index]),
        &tokens[here],
    );
    let statement = &tokens[start_of_statement(&tokens, here)..];
    let found = find(BEHIND, this.text)
        .or_else(|| before.and_then(|before| find(BEFORE, before.text)))
        .or_else(|| shape(before, this, statement));
    found.map(str::to_owned).or_else(|| call(before, this))
}

/// What to write instead of a word or sign that is kept for other uses, unless it is meant as the name of a
/// field or of an entry of a map.
pub(crate) fn instead_of_kept(word: &str, text: &str, at: Position) -> Option<&'static str> {
    let from = text.len() - rest(text, at).len();
    let (before, behind) = (text[..from].trim_end(), text[from..].strip_prefix(word)?);
    let is_name = before.ends_with('.') || behind.trim_start().starts_with(':');
    find(KEPT, word).filter(|_| !is_name)
}

/// What to write instead of a name that nothing has.
pub(crate) fn instead_of_name(name: &str) -> Option<&'static str> {
    find(NAMES, name)
}

/// What is done with a trigger instead of what it is asked to do.
pub(crate) fn instead_of_deed(name: &str) -> Option<&'static str> {
    find(DEEDS, name)
}

/// What to write instead of a call of a function that there is not.
pub(crate) fn instead_of_call(name: &str) -> Option<&'static str> {
    find(CALLS, name)
}

fn find(habits: Habits, word: &str) -> Option<&'static str> {
    let known = habits.iter().find(|(words, _)| words.contains(&word));
    known.map(|(_, instead)| *instead)
}

/// A number with its unit of time or rate behind it, as other languages write a duration.
fn duration(before: &str, rest: &str) -> Option<&'static str> {
    let word = before
        .trim_end()
        .rsplit(|c: char| !c.is_alphanumeric() && c != '_');
    let word = word.into_iter().next().unwrap_or_default();
    let is_number = word.starts_with(|c: char| c.is_ascii_digit());
    let end = rest.find(|c: char| !c.is_alphanumeric());
    let unit = rest[..end.unwrap_or(rest.len())].to_ascii_lowercase();
    let units = [
        "s", "sec", "secs", "second", "seconds", "ms", "us", "ns", "m", "min", "mins", "minute",
        "minutes", "h", "hour", "hours", "hz", "khz",
    ];
    (is_number && units.contains(&&*unit))
        .then_some("a duration is written `5.s`, `500.ms` or `2.min`, and a rate `60.hz`")
}

/// Mistakes that are told by more than one word.
fn shape(
    before: Option<&Token<'_>>,
    this: &Token<'_>,
    statement: &[Token<'_>],
) -> Option<&'static str> {
    let first = |index: usize| statement.get(index).map_or("", |token| token.text);
    let is_before = |sign: &str| before.is_some_and(|before| before.text == sign);
    match (first(0), this.text) {
        ("let" | "const", ":") => Some("a variable has no type: `let x = …`"),
        ("for", _) if first(1) == "(" => Some(LOOP),
        ("if" | "while", _) if !statement.iter().any(|token| token.is("{")) => {
            Some("a block stands in braces: `if x { … } else { … }`")
        }
        (_, "{") if is_before(")") => {
            Some("what runs later stands in a closure: `every(1.s, || { … })`")
        }
        _ if this.is_word()
            && before.is_some_and(|before| {
                matches!(before.kind, Kind::Quoted { .. }) && before.end() == this.start
            }) =>
        {
            Some(
                "within a text, a double quote is written `\\\"`; a text in backquotes may have any",
            )
        }
        _ if is_before("f") && matches!(this.kind, Kind::Quoted { .. }) => {
            Some("in a text in backquotes, `${x}` stands for the value of x")
        }
        _ => None,
    }
}

/// A function that is called without parentheses.
fn call(before: Option<&Token<'_>>, this: &Token<'_>) -> Option<String> {
    let name = before
        .filter(|before| before.is_word() && !this.is("("))?
        .text;
    let function = FUNCTIONS.iter().find(|function| function.name == name)?;
    let signature = function.signature;
    Some(format!(
        "a function is called with parentheses: `{signature}`"
    ))
}

/// The first token of the statement that this one belongs to.
fn start_of_statement(tokens: &[Token<'_>], here: usize) -> usize {
    let ends = |token: &Token<'_>| token.is(";") || token.is("{") || token.is("}");
    tokens[..here]
        .iter()
        .rposition(ends)
        .map_or(0, |end| end + 1)
}
