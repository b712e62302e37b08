//! Conditions over a live session: what they answer, and what is told of mistakes.

mod answers;
mod any_text;
mod mistakes;
mod names;
mod packed;

use super::{CompileError, Expression, Source, ToldValue};
use memglass::{Field, Object, Observe, Observer, Session, Text, bitflags};

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    bid_price: i64,
    ask_size: u32,
}

#[derive(Observe, Clone, Copy, Default, PartialEq, Eq)]
#[repr(i8)]
#[allow(clippy::upper_case_acronyms)]
enum Status {
    #[default]
    PENDING,
    OPEN,
    FILLED,
}

bitflags::bitflags! {
    #[derive(Observe, Clone, Copy, Default, PartialEq, Eq)]
    struct Options: u32 {
        const HIDDEN = 1;
        const IOC = 2;
    }
}

#[derive(Observe, Clone, Copy, Default)]
struct Position {
    symbol: Text<16>,
    quantity: i64,
    #[observe(seqlock)]
    last_quote: Quote,
    levels: [i64; 5],
    quotes: [Quote; 2],
    status: Status,
    options: Options,
    small: u8,
    big: u64,
    vast: u128,
    ratio: f32,
    score: f64,
    live: bool,
    #[observe(unit = "ms")]
    waited: u32,
}

/// A producer with two positions, `a` and `b`, and the position that `b` starts with.
struct World {
    dir: tempfile::TempDir,
    session: Session,
    a: Object<Position>,
    b: Option<Object<Position>>,
    observer: Observer,
}

fn position() -> Position {
    Position {
        symbol: Text::new("AAPL").expect("it is short"),
        quantity: 100,
        last_quote: Quote {
            bid_price: 15_020,
            ask_size: 7,
        },
        levels: [5, 4, 3, 2, 1],
        status: Status::OPEN,
        options: Options::HIDDEN,
        small: 200,
        big: u64::MAX,
        vast: u128::MAX,
        ratio: 0.1,
        score: 0.25,
        live: true,
        waited: 1500,
        ..Position::default()
    }
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s").dir(dir.path()).create();
        let session = session.expect("a session");
        let a = session.object("a", position()).expect("an object");
        let b = session.object("b", position()).expect("an object");
        let observer = Observer::builder().dir(dir.path()).attach("s");
        Self {
            dir,
            session,
            a,
            b: Some(b),
            observer: observer.expect("an observer"),
        }
    }

    fn condition(&self, text: &str) -> Result<Expression, CompileError> {
        Source::of_text(text)?.condition(&self.observer, |_| None)
    }

    /// A condition that is no mistake.
    #[track_caller]
    fn compiled(&self, text: &str) -> Expression {
        self.condition(text)
            .unwrap_or_else(|error| panic!("{text}: {error:?}"))
    }

    #[track_caller]
    fn check(&self, text: &str, expected: &str) {
        let mut expression = self.compiled(text);
        let answer = match expression.holds(&self.observer) {
            Ok(holds) => holds.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(answer, expected, "{text}");
        let held = expression.held(&self.observer, &mut told);
        if let Some(held) = held {
            assert_eq!(held.truth(), expression.truth(&self.observer), "{text}");
        }
    }

    /// Checks that the text is a mistake, and where in its only line.
    #[track_caller]
    fn wrong(&self, text: &str, column: usize, expected: &str) {
        match self.condition(text) {
            Err(CompileError::Wrong { message, position }) => {
                assert_eq!(message, expected, "{text}");
                assert_eq!(position.position(), Some(column), "{text}");
            }
            other => panic!("{text}: {:?}", other.err()),
        }
    }

    #[track_caller]
    fn unsupported(&self, text: &str, expected: &str) {
        match self.condition(text) {
            Err(error @ CompileError::Unsupported { .. }) => {
                assert_eq!(
                    error.to_string(),
                    format!("{expected} is left to the script"),
                    "{text}"
                );
            }
            other => panic!("{text}: {:?}", other.err()),
        }
    }
}

/// What a field holds now.
fn told(field: &Field) -> Option<ToldValue> {
    field.read().ok().map(ToldValue::new)
}
