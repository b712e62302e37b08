//! What a text follows: fields by path, pattern or type, or the value of an expression.

use std::sync::Arc;

use memglass::sampler::{Selection, SelectionError};
use memglass::{Observer, PathError};
use memglass_script::ScriptError;
use memglass_watch::{CompileError, Expression, Source};

use crate::commands::{CommandError, is_pattern, with_causes};

/// What a text follows.
pub enum Meaning {
    /// Fields that are there, and those of objects that come.
    Fields(Vec<Selection>),
    /// The value of an expression, with its text.
    Expression(Arc<str>, Box<Expression>),
}

impl Meaning {
    /// A path, a pattern, a type with a path behind it, or an expression; and what is worth telling although it is
    /// one of these.
    ///
    /// # Errors
    ///
    /// [`CommandError`] says what is wrong, and where in the text. [`CommandError::ForScripts`] tells what only a script
    /// can evaluate.
    pub fn of(observer: &Observer, text: &str) -> Result<(Meaning, Vec<String>), CommandError> {
        let text = text.trim();
        if let Some(fields) = of_type(observer, text) {
            return Ok((fields?, Vec::new()));
        }
        if let Some(fields) = of_pattern(observer, text)? {
            return Ok(fields);
        }
        if observer.field(text).is_ok() {
            return Ok((Meaning::Fields(vec![selection(text)?]), Vec::new()));
        }
        let expression = compiled(observer, text, Source::value)?;
        let warnings = warnings(observer, text, &expression)?;
        let meaning = match is_path(text) {
            // Of an object that may come.
            true => Meaning::Fields(vec![selection(text)?]),
            false => Meaning::Expression(text.into(), Box::new(expression)),
        };
        Ok((meaning, warnings))
    }
}

/// A condition, and what is worth telling although it is one.
///
/// # Errors
///
/// As for [`Meaning::of`].
pub(super) fn condition(
    observer: &Observer,
    text: &str,
) -> Result<(Expression, Vec<String>), CommandError> {
    let text = text.trim();
    let expression = compiled(observer, text, Source::condition)?;
    let warnings = warnings(observer, text, &expression)?;
    Ok((expression, warnings))
}

/// What is worth telling of an expression. The name of a value without quotes is a mistake: no object is awaited that is
/// called so.
fn warnings(
    observer: &Observer,
    text: &str,
    expression: &Expression,
) -> Result<Vec<String>, CommandError> {
    let warnings = expression.warnings(observer);
    if let Some(mistake) = warnings.iter().find(|warning| warning.label.is_none()) {
        return Err(ScriptError::mistake(text, &mistake.message, mistake.position).into());
    }
    let never = expression.never().iter().cloned();
    let all = warnings.into_iter().chain(never);
    Ok(all.map(|warning| warning.message).collect())
}

fn compiled<E>(
    observer: &Observer,
    text: &str,
    compile: impl FnOnce(
        &Source,
        &Observer,
        fn(&str) -> Option<memglass_watch::Captured>,
    ) -> Result<E, CompileError>,
) -> Result<E, CommandError> {
    let source = Source::of_text(text).map_err(|error| mistake(text, &error))?;
    compile(&source, observer, |_| None).map_err(|error| mistake(text, &error))
}

/// What is wrong with an expression, with the place in its text.
fn mistake(text: &str, error: &CompileError) -> CommandError {
    match error {
        CompileError::Unsupported { .. } => CommandError::ForScripts {
            text: text.to_owned(),
            why: error.to_string(),
        },
        error => ScriptError::mistake(text, &error.to_string(), error.position()).into(),
    }
}

/// `Position` or `Position.quantity`, if there is such a type. Its name wins over an equal label.
fn of_type(observer: &Observer, text: &str) -> Option<Result<Meaning, CommandError>> {
    let (name, rest) = text.split_once('.').unwrap_or((text, ""));
    let schema = observer.schema();
    let (id, _) = schema.iter().find(|(_, ty)| *ty.name == *name)?;
    let objects = observer.objects().any(|object| object.type_id == id);
    // A type of which there can be no objects, such as `i64`, is not meant.
    let is_declared = memglass_script::declared_types(schema).any(|(declared, _)| declared == id);
    if !objects && !is_declared {
        return None;
    }
    let rests = match memglass_syntax::alternatives(&format!("{name}.{rest}")) {
        Ok(rests) => rests,
        Err(error) => return Some(Err(error.into())),
    };
    let selections = rests
        .iter()
        .map(|path| Selection::of_type(name, path[name.len() + 1..].trim()));
    Some(checked(observer, selections.collect()))
}

/// A pattern with a path behind it. A text that is an expression as well is a pattern only if labels match it.
fn of_pattern(
    observer: &Observer,
    text: &str,
) -> Result<Option<(Meaning, Vec<String>)>, CommandError> {
    if !is_pattern(observer, text) {
        return Ok(None);
    }
    let selections = memglass_syntax::alternatives(text)?;
    let selections: Result<Vec<Selection>, _> =
        selections.iter().map(|path| Selection::of(path)).collect();
    let is_expression = Source::of_text(text).is_ok();
    let selections = match selections {
        Err(_) if is_expression => return Ok(None),
        selections => selections.map_err(refused)?,
    };
    let matches = |selection: &Selection| !matches!(selection.fields(observer).as_deref(), Ok([]));
    let has_some = selections.iter().any(matches);
    if is_expression && !has_some {
        return Ok(None);
    }
    if !has_some && text.contains(char::is_whitespace) {
        // A mistyped expression reads as a pattern that nothing matches.
        compiled(observer, text, Source::value)?;
    }
    let warnings = match has_some {
        true => Vec::new(),
        false => vec![format!("no label matches {text:?} yet")],
    };
    Ok(Some((checked(observer, selections)?, warnings)))
}

/// The selections, of which no object that is there lacks the field.
fn checked(observer: &Observer, selections: Vec<Selection>) -> Result<Meaning, CommandError> {
    for selection in &selections {
        match selection.fields(observer) {
            Ok(_) | Err(SelectionError::Path(PathError::NoSuchObject { .. })) => {}
            Err(error) => return Err(refused(error)),
        }
    }
    Ok(Meaning::Fields(selections))
}

fn selection(path: &str) -> Result<Selection, CommandError> {
    Selection::of(path).map_err(refused)
}

fn refused(error: SelectionError) -> CommandError {
    CommandError::Text(with_causes(&error))
}

/// Whether a text can only be a path, and not be computed.
fn is_path(text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "_.[]\"".contains(c);
    let starts_a_label = |c: char| c.is_alphabetic() || c == '_' || c == '"';
    text.starts_with(starts_a_label) && text.chars().all(is_part) && !text.starts_with("obs[")
}

#[cfg(test)]
mod tests {
    use memglass::{Observe, Session};

    use super::*;

    #[derive(Observe, Clone, Copy, Default)]
    struct Position {
        quantity: i64,
        price: i64,
    }

    struct World {
        _dir: tempfile::TempDir,
        _session: Session,
        _objects: Vec<memglass::Object<Position>>,
        observer: Observer,
    }

    fn world() -> World {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s")
            .dir(dir.path())
            .create()
            .expect("a session");
        let objects = ["a_position", "b_position"]
            .map(|label| session.object(label, Position::default()).expect("room"));
        let observer = Observer::builder()
            .dir(dir.path())
            .attach("s")
            .expect("an observer");
        World {
            _dir: dir,
            _session: session,
            _objects: objects.into(),
            observer,
        }
    }

    /// How many fields are selected, or nothing of an expression; and the warnings.
    #[track_caller]
    fn meant(text: &str) -> (Option<usize>, Vec<String>) {
        let world = world();
        let (meaning, warnings) = Meaning::of(&world.observer, text).expect("a meaning");
        let fields = match meaning {
            Meaning::Expression(..) => None,
            Meaning::Fields(selections) => {
                let fields = selections.iter().map(|selection| {
                    selection
                        .fields(&world.observer)
                        .map_or(0, |fields| fields.len())
                });
                Some(fields.sum())
            }
        };
        (fields, warnings)
    }

    #[test]
    fn paths_patterns_types_and_expressions_are_told_apart() {
        for (text, fields) in [
            ("a_position.quantity", Some(1)),
            ("a_position", Some(1)),
            ("*_position.quantity", Some(2)),
            ("*_position.{quantity,price}", Some(4)),
            ("{a,b}_position.price", Some(2)),
            ("a_position.{quantity,price}", Some(2)),
            ("a_position.{price}", Some(1)),
            ("Position.quantity", Some(2)),
            ("Position", Some(2)),
            ("Position.{quantity, price}", Some(4)),
            ("a_position.quantity * 2", None),
            ("a_position.quantity*2", None),
            ("a_position.quantity > b_position.price", None),
            ("obs[\"a_position\"].quantity", None),
        ] {
            assert_eq!(meant(text), (fields, Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_is_not_there_yet_is_followed_and_told() {
        let (fields, warnings) = meant("c_position.quantity");
        assert_eq!(fields, Some(0));
        assert!(
            warnings[0].contains("no object \"c_position\""),
            "{warnings:?}"
        );
        let (fields, warnings) = meant("order_*.price");
        assert_eq!((fields, warnings.len()), (Some(0), 1));
    }

    #[track_caller]
    fn wrong(text: &str, words: &[&str]) {
        let error = Meaning::of(&world().observer, text)
            .err()
            .expect("an error");
        assert_eq!(error.exit_code(), 2, "{text}");
        let shown = error.render(memglass_terminal::look::Look::PLAIN);
        for word in words {
            assert!(shown.contains(word), "{text}: {shown}");
        }
    }

    #[test]
    fn mistakes_are_told_with_their_place_and_what_was_meant() {
        wrong(
            "a_position.quantty",
            &["did you mean \"quantity\"", "^^^^^^^"],
        );
        wrong(
            "a_position.quantty > 5",
            &["did you mean \"quantity\"", "^^^^^^^"],
        );
        wrong("a_position.{price,quantty}", &["did you mean \"quantity\""]);
        wrong("*_position.quantty", &["did you mean \"quantity\""]);
        wrong("Position.quantty", &["did you mean \"quantity\""]);
        wrong("a_position.quantity >", &["^"]);
        wrong("a_position.quantity = 5", &["cannot write"]);
        wrong("", &["script"]);
    }
}
