//! `explain("p.quantity")`: what a field is; `explain("p.quantity = 5000")`: what a write would do, without doing it.

use std::fmt::Write;
use std::rc::Rc;

use memglass::schema::Kind;
use memglass::{Field, Value};
use memglass_value::format::{self, Style};
use rhai::{Dynamic, Engine, EvalAltResult, EvalContext, Expression, ImmutableString, Scope};

use super::objects::Obs;
use crate::context::Context;
use crate::describe;
use crate::error::raise;
use crate::labels::Labels;
use crate::place::{Node, Place};
use crate::takes;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers `explain`. It is syntax and not a function, because only so it sees the caller's variables.
pub(super) fn register(engine: &mut Engine, context: &Rc<Context>, labels: &Rc<Labels>) {
    let session = Obs(context.clone(), labels.clone());
    let explained = move |call: &mut EvalContext<'_, '_, '_, '_, '_, '_>,
                          inputs: &[Expression<'_>]| {
        let text = call.eval_expression_tree(&inputs[0])?;
        let text = text.read_lock::<ImmutableString>().map(|text| text.clone());
        let text = text.ok_or_else(|| {
            raise("explain takes a text: \"p.quantity\" or \"p.quantity = 5000\"")
        })?;
        // An error inside the text has a position in it, which means another place in the script.
        explain(call, &session, &text)
            .map(|text| Dynamic::from(ImmutableString::from(text)))
            .map_err(|mut error| {
                error.set_position(inputs[0].start_position());
                error
            })
    };
    engine
        .register_custom_syntax(["explain", "$expr$"], false, explained)
        .expect("the syntax is well formed");
}

fn explain(
    call: &mut EvalContext<'_, '_, '_, '_, '_, '_>,
    session: &Obs,
    text: &str,
) -> Result<String> {
    let (path, value) = split(text).ok_or_else(|| {
        raise("explain takes a field, or an assignment such as \"p.quantity = 5000\"")
    })?;
    let node = resolve(session, call.scope(), path.trim())?;
    let hindrance = session.0.why_unwritable();
    let Some(value) = value else {
        return Ok(told(&node.field, None, &standing(&node.field, hindrance)));
    };
    let mut scope = call.scope().clone();
    let value = session.0.only_looking("explain", || {
        call.engine()
            .eval_expression_with_scope::<Dynamic>(&mut scope, value)
    })?;
    let value = node.to_value(&value)?;
    let verdict = verdict(&node.field, &value, hindrance);
    Ok(told(&node.field, Some(&value), &verdict))
}

/// A path, and what would be assigned to it; `None` if the text is another thing.
fn split(text: &str) -> Option<(&str, Option<&str>)> {
    let mut quoted = false;
    let sign = text.char_indices().find_map(|(index, c)| {
        quoted ^= c == '"';
        (c == '=' && !quoted).then_some(index)
    });
    let Some(at) = sign else {
        return Some((text, None));
    };
    let (path, value) = (&text[..at], &text[at + 1..]);
    let is_assignment = !value.starts_with('=') && !path.ends_with(['!', '<', '>', '+', '-']);
    is_assignment.then_some((path, Some(value)))
}

/// The place of a path that starts with a variable, a label or `obs["label"]`.
fn resolve(session: &Obs, scope: &Scope<'_>, path: &str) -> Result<Rc<Node>> {
    if let Some(rest) = path.strip_prefix("obs[\"")
        && let Some((label, rest)) = rest.split_once("\"]")
    {
        return below(&session.object(label)?, rest);
    }
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (root, rest) = path.split_at(end);
    match scope.get_value::<Place>(root) {
        Some(place) => below(&place, rest),
        None => below(&session.object(root)?, rest),
    }
}

fn below(place: &Place, rest: &str) -> Result<Rc<Node>> {
    match rest.strip_prefix('.').unwrap_or(rest) {
        "" => Ok(place.node.clone()),
        rest => place.node.member(rest),
    }
}

/// Whether it can be written at all, and why not.
fn standing(field: &Field, hindrance: Option<&str>) -> String {
    let info = field.info();
    let is_address = matches!(field.schema()[info.type_id].kind, Kind::Pointer { .. });
    let refused = if info.readonly || info.metadata.readonly {
        Some("it is read-only")
    } else if is_address {
        Some("it is an address of the producer")
    } else if field.bears_layout() {
        Some("the layout of the record depends on it (`force` writes it)")
    } else {
        hindrance
    };
    match (refused, field.holder()) {
        (Some(why), _) => format!("cannot be written: {why}"),
        (None, Some(holder)) => format!("can be written, but is held now by {holder}"),
        (None, None) => "can be written".to_owned(),
    }
}

/// What would come of writing `value`; `hindrance` is what keeps every write away.
fn verdict(field: &Field, value: &Value, hindrance: Option<&str>) -> String {
    let refusal = field.check(value).err().map(|error| error.to_string());
    match (
        refusal.or_else(|| hindrance.map(str::to_owned)),
        field.holder(),
    ) {
        (Some(reason), _) => format!("refused: {reason}"),
        (None, Some(holder)) => format!("allowed, but held now by {holder}"),
        (None, None) => "would be written".to_owned(),
    }
}

fn told(field: &Field, value: Option<&Value>, verdict: &str) -> String {
    let info = field.info();
    let style = Style::new(info.metadata).of_type(field.schema(), field.type_id());
    let old = field
        .read()
        .map_or_else(|error| error.to_string(), |old| format::text(&old, &style));
    let protection = format!("{:?}", info.protection).to_lowercase();
    let mut text = format!("{}\n", field.path());
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<10} {value}");
    };
    line(
        "type",
        &format!(
            "{}, {protection}, {} at offset {}",
            info.type_name,
            bytes(info.size),
            info.offset
        ),
    );
    if let Some(region) = field.region() {
        line("region", &region.to_string());
    }
    if let Some(allowed) = allowed(field) {
        line("allowed", &allowed);
    }
    if let Some(desc) = &info.metadata.desc {
        line("what", &format::escaped(desc));
    }
    line("now", &old);
    if let Some(value) = value {
        line("then", &format::text(value, &style));
    }
    line("verdict", verdict);
    text.truncate(text.trim_end().len());
    text
}

/// What is declared of its values, and the names that there are for them.
fn allowed(field: &Field) -> Option<String> {
    let declared = describe::allowed(field.info().metadata);
    let parts: Vec<String> = declared.into_iter().chain(takes::names(field)).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn bytes(count: u64) -> String {
    match count {
        1 => "1 byte".to_owned(),
        _ => format!("{count} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn an_assignment_is_split_at_its_sign() {
        assert_eq!(split("p.q = 5"), Some(("p.q ", Some(" 5"))));
        assert_eq!(
            split("obs[\"a=b\"].q = 5"),
            Some(("obs[\"a=b\"].q ", Some(" 5")))
        );
        assert_eq!(split("p.q == 5"), None);
        assert_eq!(split("p.q >= 5"), None);
        assert_eq!(split("obs[\"a=b\"].q"), Some(("obs[\"a=b\"].q", None)));
    }
}
