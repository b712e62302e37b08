//! `:get` and `:set`: values by path, without a script.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use memglass::schema::{Kind, Metadata, Schema, TypeId, Variant};
use memglass::{Field, Observer, ReadError, Reason, Value, WriteError};
use memglass_script::{ScriptError, of_field, of_large_array, takes};
use memglass_syntax::words;
use memglass_value::duration::{self, Unit};
use memglass_value::format::Style;
use memglass_value::literal;
use memglass_value::shown::{Cell, Shown, Table};

use super::{Command, CommandError, Takes, assignment, places};
use crate::output::Output;
use crate::runtime::Runtime;
use memglass_script::ledger::{Author, Ledger, LedgerError, Rules};

pub(super) struct Get;
pub(super) struct Set;

impl Command for Get {
    fn name(&self) -> &'static str {
        "get"
    }

    fn usage(&self) -> &'static str {
        ":get PATH..."
    }

    fn summary(&self) -> &'static str {
        "read fields by path"
    }

    fn details(&self) -> &'static str {
        "A label may be a pattern with `*`, `?` and `{a,b}`. It lists the matching objects that have the field."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            ":get AAPL_quote.bid_price",
            ":get AAPL_position.quantity AAPL_position.avg_price",
            ":get *_position.quantity",
        ]
    }

    fn takes(&self) -> Takes {
        Takes::Paths
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let paths = words::words(rest);
        if paths.is_empty() {
            return Err(CommandError::Usage {
                usage: self.usage(),
            });
        }
        runtime.attached.refresh()?;
        let goes_on = || !runtime.interrupt.load(Ordering::Relaxed);
        let output = get(&runtime.attached.observer(), &paths, goes_on);
        // Obeyed, or too late: it was about this command and not the next.
        runtime.interrupt.store(false, Ordering::Relaxed);
        output
    }
}

impl Command for Set {
    fn name(&self) -> &'static str {
        "set"
    }

    fn usage(&self) -> &'static str {
        ":set PATH VALUE"
    }

    fn summary(&self) -> &'static str {
        "write a number, name, \"text\", [list] or #{record}"
    }

    fn details(&self) -> &'static str {
        "The rest of the line is the value: a name needs no quotes, nor does text for a text field. A field whose unit is a time takes `10ms` or `1.5s`. A record may be JSON, as `get --json` prints it. An `=` between PATH and VALUE is ignored; put a text that begins with `=` in quotes."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            ":set AAPL_position.quantity 500",
            ":set order_12345.side SELL",
            ":set AAPL_position.quantity = 500",
        ]
    }

    fn takes(&self) -> Takes {
        Takes::Assignment
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let (path, value) = parted(rest);
        if value.is_empty() {
            return Err(CommandError::Usage {
                usage: self.usage(),
            });
        }
        if let Some(why) = runtime.attached.why_readonly() {
            return Err(CommandError::ReadOnly {
                path: path.to_owned(),
                why,
            });
        }
        runtime.attached.refresh()?;
        let observer = runtime.attached.observer();
        let ledger = runtime.host.ledger();
        ledger.begin(Author::typed(&format!(":set {rest}")));
        let written = set(&observer, ledger, path, value, Rules::Checked)?;
        let script = assignment::script(&observer, path, &written);
        drop(observer);
        runtime.journal.ran(&script, false);
        Ok(Output::NOTHING)
    }
}

/// The path and the value in `path value`, `path = value` and `path=value`.
fn parted(rest: &str) -> (&str, &str) {
    let (path, value) = words::first(rest);
    match path.find('=') {
        Some(at) if !path.starts_with('"') => (&rest[..at], rest[at + 1..].trim_start()),
        _ => (path, value),
    }
}

/// Reads the places that `paths` lead to: one as a result of its own, several, or those of a pattern, as rows.
///
/// # Errors
///
/// At the first path that leads nowhere or cannot be read, or when it is to stop.
pub fn get(
    observer: &Observer,
    paths: &[&str],
    goes_on: impl Fn() -> bool,
) -> Result<Output, CommandError> {
    if let [path] = paths
        && !places::is_pattern(observer, path)
    {
        return Ok(read(&observer.field(path)?)?.into());
    }
    let mut table = Table::new(["path", "value"]);
    for path in paths {
        let is_pattern = places::is_pattern(observer, path);
        for (path, field) in places::find(observer, path, &goes_on)? {
            if !goes_on() {
                return Err(ScriptError::Interrupted.into());
            }
            let value = match field.read() {
                // Objects come and go while a pattern is followed.
                Err(ReadError::Gone { .. }) if is_pattern => continue,
                read => read?,
            };
            let style = style(&field).whole();
            table.push([Some(Cell::name(path)), Some(Cell { value, style })]);
        }
    }
    Ok(table.into())
}

/// The present value of a place, to be shown as its type is.
///
/// # Errors
///
/// As [`Field::read`].
pub(crate) fn read(field: &Field) -> Result<Shown, ReadError> {
    match of_large_array(field) {
        Some(rows) => Ok(rows),
        None => Ok(of_field(field, field.read()?)),
    }
}

/// Writes `text`, read as a literal, to the place that `path` leads to, if the `rules` allow it; gives the value.
///
/// # Errors
///
/// If the path leads nowhere, the text is not a value, or the field refuses it; nothing is changed then.
pub fn set(
    observer: &Observer,
    ledger: &Ledger,
    path: &str,
    text: &str,
    rules: Rules,
) -> Result<Value, CommandError> {
    let field = Rc::new(observer.field(path)?);
    let text = without_sign(text);
    let value = if takes_bare_text(&field) && !text.starts_with('"') {
        Value::from(text)
    } else {
        let value = literal::parse(text).map_err(|reason| CommandError::Literal {
            path: field.path().to_owned(),
            reason,
            takes: takes(&field),
        })?;
        as_declared(
            value,
            field.schema(),
            field.type_id(),
            field.info().metadata,
        )
    };
    // What a producer left behind is kept as it was.
    let presence = observer.producer();
    if !presence.is_alive() {
        return Err(CommandError::Unread {
            path: field.path().into(),
            presence: presence.word(),
        });
    }
    match ledger.write(&field, &value, rules, 0) {
        Err(LedgerError::Write(error)) if is_of_another_kind(&error) => {
            Err(CommandError::WrongKind {
                path: field.path().to_owned(),
                text: text.to_owned(),
                takes: takes(&field),
            })
        }
        Err(LedgerError::Write(error)) => Err(error.into()),
        written => Ok(written.map(|_| value)?),
    }
}

/// The value of `= 5`, which people type out of habit.
fn without_sign(text: &str) -> &str {
    match text.strip_prefix('=') {
        Some(value) if !value.starts_with('=') && !value.trim().is_empty() => value.trim_start(),
        _ => text,
    }
}

/// A value as reading a place of this type would give it, where JSON says it otherwise: so what was read can be
/// written back although some members are read-only.
fn as_declared(value: Value, schema: &Schema, id: TypeId, metadata: &Metadata) -> Value {
    let ty = &schema[schema.bare(id)];
    match (&ty.kind, value) {
        (Kind::Struct { fields: members } | Kind::Union { members }, Value::Record(values)) => {
            let declared = |(name, value): (Arc<str>, Value)| {
                let member = members.iter().find(|member| *member.name == *name);
                let value = match member {
                    Some(member) => as_declared(value, schema, member.type_id, &member.metadata),
                    None => value,
                };
                (name, value)
            };
            Value::Record(values.into_iter().map(declared).collect())
        }
        (Kind::Array { element, .. }, Value::List(values)) => {
            let declared = |value| as_declared(value, schema, *element, metadata);
            Value::List(values.into_iter().map(declared).collect())
        }
        (Kind::Flags { flags }, Value::List(names)) => named_flags(&names, flags),
        (Kind::Int { .. }, Value::List(names)) if !metadata.flags.is_empty() => {
            named_flags(&names, &metadata.flags)
        }
        (Kind::Int { .. } | Kind::Float, Value::Text(text))
            if let Some(time) = time_in_its_unit(&text, metadata) =>
        {
            time
        }
        (Kind::Float, Value::Text(text)) => match text.parse::<f64>() {
            Ok(number) if !number.is_finite() => Value::F64(number),
            _ => Value::Text(text),
        },
        (_, value) => value,
    }
}

/// `10ms` as a number of the unit that the field declares.
fn time_in_its_unit(text: &str, metadata: &Metadata) -> Option<Value> {
    let unit = Unit::declared(metadata)?;
    Some(unit.count(duration::parse(text)?).value())
}

/// The flags of a JSON list of names, with bits that have no name as a number; else the list as it is.
fn named_flags(list: &[Value], flags: &[Variant]) -> Value {
    let mut bits = list.iter().map(|value| match value {
        Value::Text(name) => {
            let flag = flags.iter().find(|flag| *flag.name == **name)?;
            u64::try_from(flag.value).ok()
        }
        Value::I64(bits) => u64::try_from(*bits).ok(),
        Value::U64(bits) => Some(*bits),
        _ => None,
    });
    let bits: Option<u64> = bits.try_fold(0, |all, bits| Some(all | bits?));
    bits.map_or_else(|| Value::List(list.to_vec()), Value::U64)
}

/// Whether the value as a whole is nothing that the field could hold.
fn is_of_another_kind(error: &WriteError) -> bool {
    let WriteError::Refused { refusal, .. } = error else {
        return false;
    };
    refusal.path.is_empty() && matches!(*refusal.reason, Reason::Kind { .. })
}

/// A text field takes `hello world` and `42` as they stand.
fn takes_bare_text(field: &Field) -> bool {
    matches!(field.schema()[field.type_id()].kind, Kind::Text)
}

fn style(field: &Field) -> Style {
    Style::new(field.info().metadata).of_type(field.schema(), field.type_id())
}

#[cfg(test)]
mod tests {
    use super::parted;

    #[test]
    fn a_value_follows_a_blank_or_an_equals_sign() {
        for typed in ["a.b 7", "a.b = 7", "a.b=7", "a.b= 7", "a.b =7"] {
            let (path, value) = parted(typed);
            let value = value.trim_start_matches(['=', ' ']);
            assert_eq!((path, value), ("a.b", "7"), "{typed}");
        }
        assert_eq!(parted("\"a=b\".c 7"), ("\"a=b\".c", "7"));
        assert_eq!(parted("a.text \"=\""), ("a.text", "\"=\""));
        assert_eq!(parted("a.b"), ("a.b", ""));
    }
}
