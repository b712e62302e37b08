//! Errors of Rhai in our words: what is wrong, where, and what to do about it.

use std::time::Duration;

use memglass::schema::Schema;
use memglass_syntax::{FunctionName, is_identifier, properties};
use memglass_value::number::Integer;
use rhai::{EvalAltResult, LexError, ParseErrorType, Position};

use super::blame::{position_of_text, position_of_value};
use super::caret::Excerpt;
use super::describe;
use super::error::{Failure, ScriptError};
use super::habits;
use super::halt::Halt;
use super::missing;
use super::sources::Source;
use super::written;
use super::{FUNCTIONS, ScriptHost};
use crate::bindings::{Obs, Rows};
use crate::flags::FlagSet;
use crate::object_list::ObjectList;
use crate::place::Place;

/// What is wrong in one sentence, and what to do about it.
type Told = (String, Option<String>);

impl ScriptHost {
    /// Why an evaluation ended, for people.
    pub(super) fn told(&self, error: EvalAltResult) -> ScriptError {
        match Halt::of(&error) {
            Some(Halt::Exit(code)) => return ScriptError::Exit(code),
            Some(Halt::Interrupted) => return ScriptError::Interrupted,
            Some(Halt::Failed(_) | Halt::TooLong | Halt::TooDeep) | None => {}
        }
        let (error, source, calls) = self.sources.innermost(error);
        let (message, help) = match Halt::of(&error) {
            Some(Halt::Failed(message)) => (message, None),
            Some(Halt::TooDeep) => ("functions call each other too deeply".into(), None),
            Some(Halt::TooLong) => too_long(),
            _ => self.message(&error, &source),
        };
        let excerpt = self.excerpt(&source, &message, error.position());
        let message = match source.is_located(error.position()) {
            true => clipped(message),
            false => format!("{} ({})", clipped(message), unlocated(&source)),
        };
        ScriptError::Failed(Box::new(Failure {
            syntax: matches!(error, EvalAltResult::ErrorParsing(..)),
            excerpt,
            message,
            calls,
            help,
        }))
    }

    /// The value or text that is complained about, or else what is at the position of the error.
    fn excerpt(&self, source: &Source, message: &str, position: Position) -> Option<Excerpt> {
        let ast = self.reparsed(&source.text);
        let value = self
            .context
            .remarks
            .blamed(message)
            .and_then(|blame| position_of_value(ast.as_ref()?, position, &blame.part));
        if let Some(value) = value {
            return source.excerpt_of_value(value);
        }
        let text = ast.and_then(|ast| position_of_text(&ast, position, message));
        source.excerpt_at(text.unwrap_or(position))
    }

    fn message(&self, error: &EvalAltResult, source: &Source) -> Told {
        use EvalAltResult as E;
        match error {
            E::ErrorParsing(kind, at) => parse_told(kind, &source.text, *at),
            E::ErrorVariableNotFound(name, at) => {
                self.variable_told(name, is_assigned(source, *at, name))
            }
            E::ErrorFunctionNotFound(signature, _) => self.function_told(signature),
            E::ErrorDotExpr(message, _) => (property_told(message), self.property_help(message)),
            E::ErrorRuntime(value, _) if value.is_unit() => {
                ("the script threw an error".into(), None)
            }
            E::ErrorRuntime(value, _) => {
                let message = written::text(value, &self.context)
                    .unwrap_or_else(|_| "the script threw what cannot be read".to_owned());
                let help = self.context.remarks.advice(&message);
                let help = help.or_else(|| {
                    let (_, rest) = message.split_once("no field \"")?;
                    self.method_told(rest.split_once('"')?.0, "p")
                });
                (message, help)
            }
            E::ErrorMismatchDataType(wanted, found, _)
            | E::ErrorMismatchOutputType(wanted, found, _) => (
                format!("expected {}, found {}", noun(wanted), noun(found)),
                None,
            ),
            E::ErrorArithmetic(message, _) => (lower(message), None),
            E::ErrorFor(_) => (
                "this cannot be iterated over".into(),
                Some("`obs.all()` is all objects, and `fields(p)` lists the fields of one".into()),
            ),
            E::ErrorAssignmentToConstant(name, _) => (
                format!("{name:?} cannot be assigned to"),
                Some(self.constant_told(name)),
            ),
            E::ErrorDataRace(..) => (
                "a closure uses the variable that the function calling it works on".into(),
                Some(
                    "give the closure a copy of its own: `let copy = x;`, and use `copy` in it"
                        .into(),
                ),
            ),
            E::ErrorIndexingType(what, _)
                if what.starts_with("session") && what.contains(") = ") | what.contains("] = ") =>
            {
                (
                    "an object cannot be assigned to".into(),
                    Some("assign to one of its fields, or to the whole with `.set(…)`".into()),
                )
            }
            E::ErrorIndexingType(what, _) if what.starts_with("session") => (
                "an object is found by its label, which is a text".into(),
                Some("write it as `obs[\"label\"]`".into()),
            ),
            E::ErrorIndexingType(what, _) if what.contains(" [") => {
                let (list, index) = what.split_once(" [").expect("the guard says so");
                let has_no = match index.split(']').next() {
                    Some("string" | "char") => "no members in brackets",
                    _ => "no elements",
                };
                (format!("{} has {has_no}", noun(list)), None)
            }
            E::ErrorStackOverflow(_) => too_deep(),
            E::ErrorDataTooLarge(what, _) => too_large(what),
            other => (without_position(other), None),
        }
    }

    fn variable_told(&self, name: &str, is_assigned: bool) -> Told {
        if let Some(why) = self.labels.why_lost(name) {
            return (why, None);
        }
        if self.scope.contains(name) {
            return (
                format!(
                    "a function, or a condition that is a text, does not see the variable {name:?} outside of it"
                ),
                Some(format!(
                    "pass it as an argument, `fn f({name}) {{ … }}`; a closure sees it: `|| {name}`, or `let f = |x| …`, which is called as `f.call(x)`"
                )),
            );
        }
        let what = format!("no variable, object or function is named {name:?}");
        if !is_assigned && let Some(help) = self.name_told(name) {
            return (what, Some(help));
        }
        if let Some(instead) = habits::instead_of_name(name) {
            return (what, Some(instead.to_owned()));
        }
        let near = meant(self.near(name).filter(|near| near != name));
        (
            format!("{what}{near}"),
            is_assigned.then(|| format!("`let {name} = …` makes a variable")),
        )
    }

    /// How a name is used that stands for something, though not by itself.
    fn name_told(&self, name: &str) -> Option<String> {
        let schema = self.context.schema();
        if describe::is_name_of_value(&schema, name) {
            return Some(format!("the name of a value is a text: {name:?}"));
        }
        if schema.find(name).is_some() {
            return Some(format!("the name of a type is a text: {name:?}"));
        }
        if let Some(help) = self.field_told(name, &schema) {
            return Some(help);
        }
        let built_in = FUNCTIONS.iter().find(|function| function.name == name);
        let signature = built_in.map(|function| function.signature.to_string());
        // Those of the host and of the script itself.
        let others = || {
            self.functions()
                .into_iter()
                .find(|other| other.name == name)
        };
        let signature = signature.or_else(|| others().map(|other| other.signature))?;
        Some(format!("a function is called: `{signature}`"))
    }

    /// Whose field has this name.
    fn field_told(&self, name: &str, schema: &Schema) -> Option<String> {
        let has_field = |id| {
            let members = schema.get(id).and_then(|ty| ty.members());
            members.is_some_and(|members| members.iter().any(|member| &*member.name == name))
        };
        let observer = self.context.attached.observer();
        let object = observer
            .objects()
            .find(|object| has_field(object.type_id))?;
        let (label, type_name) = (&object.label, &schema[object.type_id].name);
        let of_all = format!("`obs.all({type_name:?})` is all that have it");
        Some(match is_identifier(label) {
            true => format!("a field is read of an object: `{label}.{name}`; {of_all}"),
            false => format!("a field is read of an object: `obs[{label:?}].{name}`; {of_all}"),
        })
    }

    /// What to do instead of assigning to what is no variable.
    fn constant_told(&self, name: &str) -> String {
        match self.labels.find(name) {
            Ok(Some(_)) => {
                format!("assign to one of its fields, or to the whole with `{name}.set(…)`")
            }
            _ if name == "obs" => "assign to a field of one of its objects".to_owned(),
            _ => "it was made with `const`; `let` makes a variable".to_owned(),
        }
    }

    /// What to do about a property that is not there.
    fn property_help(&self, message: &str) -> Option<String> {
        let (property, type_name, is_written) = property_of(message)?;
        match type_name {
            "()" => Some("nothing was found before it".to_owned()),
            _ if is_written => None,
            "trigger" => self.method_told(property, "t"),
            "history" => self.method_told(property, "h"),
            "recording" => self.method_told(property, "r"),
            "session" => self.method_told(property, "obs"),
            _ => None,
        }
    }

    /// How a function is called whose name stands like that of a property, behind what is called `receiver` in its
    /// description.
    fn method_told(&self, name: &str, receiver: &str) -> Option<String> {
        let functions = self.functions();
        let is_method = |function: &&FunctionName| {
            function.name == name && function.receiver() == Some(receiver)
        };
        let method = functions.iter().find(is_method)?;
        Some(format!("a function is called: `{}`", method.signature))
    }

    fn function_told(&self, signature: &str) -> Told {
        let (name, arguments) = signature.split_once(" (").unwrap_or((signature, ")"));
        let arguments = arguments.strip_suffix(')').unwrap_or(arguments);
        if arguments
            .split(", ")
            .any(|argument| argument == missing::NOUN)
        {
            return self.variable_told(&self.context.missed.borrow(), false);
        }
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return (
                format!("{name:?} does not work on ({})", plain(arguments)),
                None,
            );
        }
        let what = match arguments {
            "" => "without arguments".to_owned(),
            _ => format!("for ({})", plain(arguments)),
        };
        let what = format!("there is no function {name:?} {what}");
        if arguments == "object" && self.field_names.contains(name) {
            let help = format!("a field is read without parentheses: `.{name}`");
            return (what, Some(help));
        }
        if properties::of(arguments).contains(&name) {
            let help = format!("it is read without parentheses: `.{name}`");
            return (what, Some(help));
        }
        if let ("trigger", Some(instead)) = (arguments, habits::instead_of_deed(name)) {
            return (what, Some(instead.to_owned()));
        }
        if let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) {
            return (
                what,
                Some(format!("it is called as `{}`", function.signature)),
            );
        }
        let known = self.functions();
        let known = known.iter().filter(|function| function.name == name);
        let signatures: Vec<String> = known
            .map(|function| format!("`{}`", function.signature))
            .collect();
        if !signatures.is_empty() {
            return (
                what,
                Some(format!("it is called as {}", signatures.join(" or "))),
            );
        }
        if let Some(instead) = habits::instead_of_call(name) {
            return (what, Some(instead.to_owned()));
        }
        let near = self.near(name).filter(|near| near != name);
        (format!("{what}{}", meant(near)), None)
    }
}

/// Where an error is whose line cannot be told.
fn unlocated(source: &Source) -> String {
    let file = match source.name.as_str() {
        "" => String::new(),
        name => format!(" of {name}"),
    };
    let line = source.last_line();
    format!("on line {line}{file} or below, where lines are not told apart")
}

/// Characters of the longest message; what is longer quotes a whole text that was pasted.
const LONGEST: usize = 4000;

fn clipped(message: String) -> String {
    match message.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message,
    }
}

/// The end of a message about a name that nothing has.
fn meant(near: Option<String>) -> String {
    near.map_or(String::new(), |near| format!("; did you mean {near:?}?"))
}

/// Whether `name`, which stands at `at`, is given a value there.
fn is_assigned(source: &Source, at: Position, name: &str) -> bool {
    let (Some(line), Some(column), true) = (at.line(), at.position(), source.is_located(at)) else {
        return false;
    };
    let line = source.text.lines().nth(line - 1).unwrap_or_default();
    let behind = line.chars().skip(column - 1 + name.chars().count());
    let mut signs = behind.skip_while(|c| c.is_whitespace());
    signs.next() == Some('=') && signs.next() != Some('=')
}

fn too_deep() -> Told {
    (
        "functions call each other too deeply".into(),
        Some("`limits(#{calls: n})` allows more".into()),
    )
}

fn too_long() -> Told {
    (
        "the script took more steps than it may".into(),
        Some("`limits(#{operations: n})` allows more, 0 any number".into()),
    )
}

fn too_large(what: &str) -> Told {
    let (noun, limit) = match what {
        "Length of string" => ("a text", "text_bytes"),
        "Size of object map" => ("a map", "entries"),
        "Size of array/BLOB" => ("an array", "elements"),
        other => return (lower(other), None),
    };
    (
        format!("{noun} grew beyond what a script may make"),
        Some(format!("`limits(#{{{limit}: n}})` allows more")),
    )
}

/// The name and the type in "Unknown property 'x' - a getter is not registered for type 'i64'", and whether it was to be
/// written.
fn property_of(message: &str) -> Option<(&str, &str, bool)> {
    let mut quoted = message.split('\'').skip(1).step_by(2);
    let is_written = message.starts_with("No writable");
    Some((quoted.next()?, quoted.next()?, is_written))
}

/// The same, said otherwise.
fn property_told(message: &str) -> String {
    let Some((property, type_name, is_written)) = property_of(message) else {
        return lower(message);
    };
    let written = if is_written {
        " that can be written"
    } else {
        ""
    };
    format!("{} has no property {property:?}{written}", noun(type_name))
}

/// What is called by the name of its Rust type where Rhai asks nobody.
fn registered(type_name: &str) -> &str {
    use std::any::type_name as of;
    let ours = [
        (of::<Obs>(), "session"),
        (of::<Place>(), "object"),
        (of::<ObjectList>(), "list of objects"),
        (of::<Rows>(), "table"),
        (of::<FlagSet>(), "flag set"),
        (of::<Integer>(), "i64"),
        (of::<Duration>(), "duration"),
        (of::<rhai::FnPtr>(), "Fn"),
        (of::<rhai::ImmutableString>(), "string"),
        (of::<rhai::Array>(), "array"),
        (of::<rhai::Map>(), "map"),
        (of::<std::ops::Range<rhai::INT>>(), "range"),
        (of::<std::ops::RangeInclusive<rhai::INT>>(), "range"),
    ];
    let known = ours.iter().find(|(rust, _)| *rust == type_name);
    known.map_or(type_name, |(_, name)| name)
}

/// A type that is made elsewhere, by the last part of its Rust name.
fn foreign(type_name: &str) -> String {
    let last = type_name.rsplit("::").next().unwrap_or(type_name);
    match type_name.contains("::") && !type_name.contains('<') {
        true => last.to_lowercase(),
        false => type_name.to_owned(),
    }
}

/// The names of Rhai's types as ours.
fn plain(types: &str) -> String {
    let names = types.split(", ").map(|name| match registered(name) {
        "i64" => "integer".to_owned(),
        "f64" => "float".to_owned(),
        "Fn" => "function".to_owned(),
        "string" | "&str | ImmutableString | String" => "text".to_owned(),
        other => foreign(other),
    });
    names.collect::<Vec<_>>().join(", ")
}

/// A value of a type of Rhai's.
pub(crate) fn noun(type_name: &str) -> String {
    match plain(type_name).as_str() {
        "()" => "()".into(),
        "text" => "text".into(),
        "session" => "obs".into(),
        name if name.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {name}"),
        name => format!("a {name}"),
    }
}

/// What Rhai calls a list, a map, a text or a range.
const ITERABLE: &str = "an iterable value";

/// Why a text is not a script, which is noticed `at` a place.
pub(crate) fn parse_told(kind: &ParseErrorType, text: &str, at: Position) -> Told {
    let is_end = is_end(text, at);
    let habit = match kind {
        ParseErrorType::Reserved(word) => {
            habits::instead_of_kept(word, text, at).map(str::to_owned)
        }
        ParseErrorType::MissingToken(..)
        | ParseErrorType::VariableExpected
        | ParseErrorType::BadInput(LexError::UnexpectedInput(_))
            if !is_end =>
        {
            habits::instead_of_syntax(text, at)
        }
        _ => None,
    };
    let help = match kind {
        ParseErrorType::AssignmentToInvalidLHS(_) => Some(
            "only something that starts with a variable can be assigned to: `let o = …; o.field = 1`, or `obs[\"label\"].field = 1`",
        ),
        ParseErrorType::UnknownOperator(sign) if sign == "++" => Some("`x += 1` adds one"),
        ParseErrorType::UnknownOperator(sign) if sign == "--" => Some("`x -= 1` takes one away"),
        ParseErrorType::UnknownOperator(sign) if sign == "?" => {
            Some("`if a { b } else { c }` is b or c")
        }
        ParseErrorType::Reserved(sign) if sign == "?" => Some("`name?` explains a name"),
        ParseErrorType::MismatchedType(wanted, _) if wanted == ITERABLE => {
            Some("`for i in 0..3 { … }` counts")
        }
        ParseErrorType::Reserved(word) if !word.starts_with(char::is_alphabetic) => None,
        ParseErrorType::Reserved(word) if matches!(word.as_str(), "print" | "debug") => {
            Some("a function is called with parentheses: `print(value)`")
        }
        ParseErrorType::BadInput(LexError::MalformedChar(_)) => {
            Some("a text stands in double quotes")
        }
        ParseErrorType::PropertyExpected if word_at(text, at).is_empty() => None,
        ParseErrorType::Reserved(_) | ParseErrorType::PropertyExpected => {
            Some("a field with such a name is written `p[\"name\"]`, in a map `#{\"name\": …}`")
        }
        ParseErrorType::MissingToken(token, _) if token == ";" && !is_end => {
            Some("`;` stands between two statements")
        }
        _ => None,
    };
    let message = match kind {
        ParseErrorType::BadInput(LexError::ImproperSymbol(symbol, message))
            if !message.is_empty() =>
        {
            return improper_told(symbol, message);
        }
        ParseErrorType::UnexpectedEOF => "the script ends too early".into(),
        ParseErrorType::MissingToken(token, _) => match (token.as_str(), is_end) {
            (";", true) => "the script ends too early".into(),
            (";", false) => "the statement before this has ended".into(),
            (token, true) => format!("the script ends too early: {token:?} is missing"),
            (token, false) => format!("{token:?} is missing before this"),
        },
        ParseErrorType::VariableExpected => "the name of a variable is missing here".into(),
        ParseErrorType::PropertyExpected => match word_at(text, at) {
            "" => "the name of a field is missing here".into(),
            word => format!("'{word}' is a reserved keyword"),
        },
        ParseErrorType::MismatchedType(wanted, found) if wanted == ITERABLE => {
            format!("{found} cannot be iterated over")
        }
        other => lower(&other.to_string()),
    };
    (message, habit.or_else(|| help.map(str::to_owned)))
}

/// The word that stands at this place, if one does.
fn word_at(text: &str, at: Position) -> &str {
    let rest = memglass_syntax::rest(text, at);
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        return "";
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
    &rest[..end.unwrap_or(rest.len())]
}

/// Whether only blanks follow this place.
fn is_end(text: &str, at: Position) -> bool {
    let (Some(line), Some(column)) = (at.line(), at.position()) else {
        return true;
    };
    let mut rest = text.lines().skip(line - 1);
    let here = rest.next().unwrap_or_default();
    let is_blank = |text: &str| text.trim().is_empty();
    here.chars().skip(column - 1).all(char::is_whitespace) && rest.all(is_blank)
}

/// A sign of another language, or `=` where a condition stands.
fn improper_told(symbol: &str, message: &str) -> Told {
    let instead = match symbol {
        "=" => {
            let what = "`=` stores and cannot stand in a condition".to_owned();
            return (what, Some("`==` compares".to_owned()));
        }
        "===" => "`==` compares",
        "!==" => "`!=` compares",
        "->" => "a field is read with a dot: `p.field`",
        "<-" => "`=` stores, and `<=` compares",
        ":=" => "`=` stores; `let x = …` makes a variable",
        ":;" | "::<" => "a function of a module is called `module::name(…)`",
        "(*" | "*)" => "a comment stands after `//` or between `/*` and `*/`",
        "#" => "a map is written `#{name: value}`",
        _ => return (lower(message), None),
    };
    (format!("there is no {symbol:?}"), Some(instead.to_owned()))
}

fn without_position(error: &EvalAltResult) -> String {
    let text = error.to_string();
    let position = error.position();
    let text = if position.is_none() {
        text
    } else {
        text.replace(&format!(" ({position})"), "")
    };
    lower(&text)
}

/// The text with a small first letter, unless its first word is all capitals or quoted.
fn lower(text: &str) -> String {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_that_is_not_there_is_told_without_talk_of_getters() {
        let told = property_told;
        assert_eq!(
            told("Unknown property 'foo' - a getter is not registered for type 'i64'"),
            "an integer has no property \"foo\""
        );
        assert_eq!(
            told(
                "No writable property 'x' - a setter is not registered for type 'string' to handle 'i64'"
            ),
            "text has no property \"x\" that can be written"
        );
        assert_eq!(told("Something else"), "something else");
    }

    #[test]
    fn types_are_called_by_plain_names() {
        assert_eq!(
            plain("i64, &str | ImmutableString | String"),
            "integer, text"
        );
        assert_eq!(
            [noun("()"), noun("object"), noun("map")],
            ["()", "an object", "a map"]
        );
    }
}
