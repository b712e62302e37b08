//! What `:set` wrote, as a line of a script.

use memglass::{Observer, Value};
use memglass_syntax::is_identifier;
use memglass_value::literal::quoted;

/// The script that writes `value` to the place that `path` leads to, as [`super::set`] has just done.
pub(crate) fn script(observer: &Observer, path: &str, value: &Value) -> String {
    let end = label_end(observer, path);
    let (label, steps) = path.split_at(end);
    // A label in quotes is already what it is in a script.
    let label = match label.starts_with('"') {
        true => label.to_owned(),
        false => quoted(label),
    };
    let value = literal(value);
    match steps {
        "" => format!("obs[{label}].set({value})"),
        steps if is_plain(steps) => format!("obs[{label}]{steps} = {value}"),
        steps => {
            let steps = steps.strip_prefix('.').unwrap_or(steps);
            format!("obs[{label}][{}] = {value}", quoted(steps))
        }
    }
}

/// Where the label ends in a path that leads somewhere: of several that it may begin with, the longest counts.
fn label_end(observer: &Observer, path: &str) -> usize {
    if let Some(label) = path.strip_prefix('"') {
        let mut escaped = false;
        let close = label.find(|c| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        return close.map_or(path.len(), |close| close + 2);
    }
    let ends = path.match_indices(['.', '[']).map(|(end, _)| end);
    let ends: Vec<usize> = ends.chain([path.len()]).collect();
    let is_label = |end: &usize| observer.find(&path[..*end]).is_some();
    ends.into_iter().rev().find(is_label).unwrap_or(path.len())
}

/// Whether a script can name these steps by dots and brackets.
fn is_plain(steps: &str) -> bool {
    let mut names = steps.split(['.', '[']).skip(1);
    names.all(|step| match step.strip_suffix(']') {
        Some(index) => index.bytes().all(|byte| byte.is_ascii_digit()),
        None => is_identifier(step),
    })
}

fn literal(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::I64(number) => number.to_string(),
        Value::U64(number) => match i64::try_from(*number) {
            Ok(number) => number.to_string(),
            Err(_) => format!("u64(\"{number}\")"),
        },
        Value::I128(number) => format!("i128(\"{number}\")"),
        Value::U128(number) => format!("u128(\"{number}\")"),
        Value::F32(number) => float(f64::from(*number)),
        Value::F64(number) => float(*number),
        Value::Text(text) => quoted(text),
        Value::Enum(value) => match &value.name {
            Some(name) => quoted(name),
            None => value.number.to_string(),
        },
        Value::Flags(value) => value.bits.to_string(),
        Value::Address(address) => address.to_string(),
        Value::List(elements) => {
            let elements: Vec<String> = elements.iter().map(literal).collect();
            format!("[{}]", elements.join(", "))
        }
        Value::Record(members) => {
            let members = members.iter();
            let members = members.map(|(name, value)| format!("{}: {}", key(name), literal(value)));
            format!("#{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        other => quoted(&other.to_string()),
    }
}

fn float(number: f64) -> String {
    match number {
        number if number.is_nan() => "(0.0 / 0.0)".into(),
        f64::INFINITY => "(1.0 / 0.0)".into(),
        f64::NEG_INFINITY => "(-1.0 / 0.0)".into(),
        // Always with a point or an exponent, and every digit that counts.
        number => format!("{number:?}"),
    }
}

fn key(name: &str) -> String {
    match is_identifier(name) {
        true => name.to_owned(),
        false => quoted(name),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use memglass::{Observe, Observer, Session};

    use super::*;
    use crate::commands;
    use memglass_script::Attached;
    use memglass_script::ScriptHost;
    use memglass_script::ledger::{Ledger, Rules};

    #[derive(Observe, Clone, Copy, Default)]
    struct Fill {
        price: f64,
        name: memglass::Text<16>,
    }

    #[derive(Observe, Clone, Copy, Default)]
    struct Order {
        quantity: i64,
        wide: u64,
        widest: u128,
        ratio: f32,
        r#match: bool,
        #[observe(unit = "ms")]
        timeout: i64,
        fills: [Fill; 2],
    }

    /// `:set PATH VALUE` is the script, and the script does what it did.
    #[track_caller]
    fn check(path: &str, text: &str, expected: &str) {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s").dir(dir.path()).create();
        let session = session.expect("a session");
        let _order = session.object("order", Order::default()).expect("an order");
        let _odd = session.object("a \"b\".c", Order::default()).expect("odd");
        let _dotted = session.object("net.rx", 1_u32).expect("dotted");
        let options = Observer::builder().dir(dir.path()).writable();
        let observer = options.attach("s").expect("an observer");
        let read = || observer.field(path).expect("a field").read();
        let before = read().expect("it is read");
        let ledger = Ledger::of(&observer);
        let value =
            commands::set(&observer, &ledger, path, text, Rules::Checked).expect("it is written");
        let written = read().expect("it is read");
        let text = script(&observer, path, &value);
        assert_eq!(text, expected);

        let field = observer.field(path).expect("a field");
        field.write(&before).expect("it is as it was");
        let attached = Attached::new(observer);
        let mut host = ScriptHost::new(attached, Default::default(), Rc::new(|_: &str| {}));
        let result = host.eval(&text).map_err(|error| error.text());
        assert!(result.is_ok(), "{result:?} of {text}");
        let now = field.read().expect("it is read");
        assert_eq!(format!("{now:?}"), format!("{written:?}"), "{text}");
    }

    #[test]
    fn a_write_is_an_assignment() {
        check("order.quantity", "-5", r#"obs["order"].quantity = -5"#);
        check(
            "order.fills[1].price",
            "2",
            r#"obs["order"].fills[1].price = 2"#,
        );
        check("order.match", "true", r#"obs["order"]["match"] = true"#);
        check("net.rx", "7", r#"obs["net.rx"].set(7)"#);
        check(
            r#""a \"b\".c".quantity"#,
            "0x10",
            r#"obs["a \"b\".c"].quantity = 16"#,
        );
    }

    #[test]
    fn a_length_of_time_is_written_in_the_unit_of_its_field() {
        check("order.timeout", "1.5s", r#"obs["order"].timeout = 1500"#);
        check("order.timeout", "2 min", r#"obs["order"].timeout = 120000"#);
        check(
            "order",
            "{timeout: 10ms}",
            r#"obs["order"].set(#{timeout: 10})"#,
        );
    }

    #[test]
    fn every_value_is_written_as_it_was() {
        check(
            "order.wide",
            "18446744073709551615",
            r#"obs["order"].wide = u64("18446744073709551615")"#,
        );
        check(
            "order.widest",
            "340282366920938463463374607431768211455",
            r#"obs["order"].widest = u128("340282366920938463463374607431768211455")"#,
        );
        check("order.ratio", "0.1", r#"obs["order"].ratio = 0.1"#);
        check("order.ratio", "NaN", r#"obs["order"].ratio = (0.0 / 0.0)"#);
        check(
            "order.ratio",
            "-inf",
            r#"obs["order"].ratio = (-1.0 / 0.0)"#,
        );
        check(
            "order.fills[0].name",
            "say \"it\" \\ again",
            r#"obs["order"].fills[0].name = "say \"it\" \\ again""#,
        );
        check(
            "order.fills",
            "[#{price: 1.5, name: \"a\\tb\"}, #{price: 1e300}]",
            "obs[\"order\"].fills = [#{price: 1.5, name: \"a\\u0009b\"}, #{price: 1e300}]",
        );
        check(
            "order",
            "#{quantity: 3, match: true}",
            r#"obs["order"].set(#{quantity: 3, "match": true})"#,
        );
    }
}
