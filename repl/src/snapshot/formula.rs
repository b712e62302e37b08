//! An expression about any object, such as `quantity > 500`: it names the fields without the object.

use std::ops::Range;

use memglass::{Field, Observer, PathError};
use memglass_value::compare::Operand;
use memglass_view::edit::Mistake;
use memglass_view::text;
use memglass_watch::{Captured, CompileError, Expression, Source};

/// An expression about any object. What no field is called so is a label, as it is in scripts.
pub(super) struct Formula {
    text: String,
    source: Source,
}

/// What a formula is to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    /// True or false.
    Truth,
    /// Any value.
    Value,
}

impl Formula {
    /// The formula of a text.
    ///
    /// # Errors
    ///
    /// What is wrong with it, whatever object it is about.
    pub(super) fn of_text(text: &str) -> Result<Formula, Mistake> {
        let source = Source::of_text(text).map_err(|error| mistake(text, &error))?;
        Ok(Formula {
            text: text.to_owned(),
            source,
        })
    }

    /// The expression that it is for one object.
    pub(super) fn of_object(
        &self,
        observer: &Observer,
        root: &Field,
        gives: Gives,
    ) -> Result<Expression, CompileError> {
        let captured = |name: &str| meaning(root, name);
        match gives {
            Gives::Truth => self.source.condition(observer, captured),
            Gives::Value => self.source.value(observer, captured),
        }
    }

    /// Looks whether it makes sense for one object.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn check(
        &self,
        observer: &Observer,
        root: &Field,
        gives: Gives,
    ) -> Result<(), Mistake> {
        let expression = self.of_object(observer, root, gives);
        let expression = expression.map_err(|error| mistake(&self.text, &error))?;
        match expression.warnings(observer).into_iter().next() {
            None => Ok(()),
            Some(warning) => {
                let at = characters(&self.text, warning.position.position());
                // A label in quotes is none of its fields.
                let place = at.clone().unwrap_or_default();
                let word: String = self
                    .text
                    .chars()
                    .skip(place.start)
                    .take(place.len())
                    .collect();
                let label = warning.label.filter(|label| *label == word);
                let unknown = label.and_then(|label| unknown(root, &label));
                let reason = unknown.unwrap_or(warning.message);
                Err(Mistake { reason, at })
            }
        }
    }
}

/// What a name means for an object: its field, or something that each object has.
fn meaning(root: &Field, name: &str) -> Option<Captured> {
    if let Ok(field) = root.member(name) {
        return Some(Captured::Part(field));
    }
    match name {
        "label" => Some(Captured::Constant(Operand::Text(root.path().to_owned()))),
        "value" if root.members().is_none() => Some(Captured::Part(root.clone())),
        _ => None,
    }
}

/// That an object has no such field.
fn unknown(root: &Field, name: &str) -> Option<String> {
    match root.member(name) {
        Err(PathError::NoSuchField {
            type_name,
            field,
            suggestion,
            ..
        }) => Some(format!("{type_name} has no {field:?}{suggestion}")),
        _ => None,
    }
}

/// What is wrong with a text, as the view shows it.
pub(super) fn mistake(text: &str, error: &CompileError) -> Mistake {
    let at = characters(text, error.position().position());
    let reason = match error {
        CompileError::Unsupported { .. } if is_assignment(text, at.as_ref()) => {
            "`=` stores, and `==` compares".to_owned()
        }
        CompileError::Unsupported { why, .. } => {
            format!("only scripts know {}", why.trim_end_matches(','))
        }
        error => error.to_string(),
    };
    Mistake {
        reason: text::clean(&reason).into_owned(),
        at,
    }
}

/// Whether the mistake is a `=` alone.
fn is_assignment(text: &str, at: Option<&Range<usize>>) -> bool {
    at.is_some_and(|at| {
        let mut rest = text.chars().skip(at.start);
        rest.next() == Some('=') && rest.next() != Some('=')
    })
}

/// The characters of the word at a position that counts from 1, or the one there.
fn characters(text: &str, position: Option<usize>) -> Option<Range<usize>> {
    let start = position?.checked_sub(1)?;
    let rest = text.chars().skip(start);
    let word = rest
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .count();
    Some(start..start + word.max(1))
}

#[cfg(test)]
mod tests {
    use memglass::{Observe, Session};

    use super::*;

    #[derive(Observe, Clone, Copy, Default)]
    #[repr(u8)]
    enum Status {
        #[default]
        Open,
        Filled,
    }

    #[derive(Observe, Clone, Copy, Default)]
    struct Order {
        quantity: u32,
        price: f64,
        filled_quantity: u32,
        status: Status,
    }

    #[track_caller]
    fn check(text: &str, expected: Result<(), (&str, Option<Range<usize>>)>) {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s")
            .dir(dir.path())
            .create()
            .expect("a session");
        let _order = session.object("order_1", Order::default()).expect("room");
        let observer = Observer::builder()
            .dir(dir.path())
            .attach("s")
            .expect("an observer");
        let root = observer.field("order_1").expect("the object");
        let formula = Formula::of_text(text);
        let checked = formula.and_then(|formula| formula.check(&observer, &root, Gives::Truth));
        let expected = expected.map_err(|(reason, at)| Mistake {
            reason: reason.to_owned(),
            at,
        });
        assert_eq!(checked, expected);
    }

    #[test]
    fn fields_are_named_without_their_object_and_others_with_it() {
        check("quantity > 500", Ok(()));
        check(
            "quantity * price > 1e6 && label.contains(\"order\")",
            Ok(()),
        );
        check("quantity > order_1.quantity", Ok(()));
    }

    #[test]
    fn a_text_that_is_no_expression_is_told_in_plain_words() {
        check(
            "quantity >",
            Err(("the expression ends too early", Some(10..11))),
        );
        check(
            "quantity > 1 a",
            Err(("\"a\" cannot stand here", Some(13..14))),
        );
        check(
            "quantity > ö",
            Err(("\"ö\" cannot stand here", Some(11..12))),
        );
        let and = "\"and\" cannot stand here; `&&` is and";
        check("quantity > 1 and price > 2", Err((and, Some(13..16))));
        check("quantity ö", Err(("unexpected 'ö'", Some(9..10))));
        check(
            "label == \"a",
            Err(("open string is not terminated", Some(9..10))),
        );
        check(
            "quantity = 1",
            Err(("`=` stores, and `==` compares", Some(9..10))),
        );
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let unknown = "Order has no \"quantty\"; did you mean \"quantity\"?";
        check("quantty > 500", Err((unknown, Some(0..7))));
        check("price > 1 && quantty > 500", Err((unknown, Some(13..20))));
        let as_text = "the name of a value is a text: \"Filled\"";
        check("status == Filled", Err((as_text, Some(10..16))));
        check("status == FILLED", Err((as_text, Some(10..16))));
        check(
            "quantity + 1",
            Err((
                "a condition is true or false, and this is an integer",
                Some(9..10),
            )),
        );
    }
}
