//! Looking at everything in a session that may be damaged.

use std::fmt::{self, Debug, Display, Write};
use std::sync::Arc;

use memglass::{Field, Observer, Value};

/// What looks at a session came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// Answers.
    pub values: u64,
    /// Refusals.
    pub errors: u64,
    /// Parts that were left out as damaged.
    pub damaged: u64,
    /// Bytes looked at so far: a bound for the test's own work.
    bytes: u64,
}

/// The most parts of one object that are looked at one by one.
const MAX_PARTS: u64 = 200;
/// The most bytes that are looked at in total.
const MAX_BYTES: u64 = 1 << 20;

impl Looks {
    /// Refreshes and looks at everything; returns the objects as fields.
    pub fn at(&mut self, observer: &mut Observer) -> Vec<Field> {
        self.note(observer.refresh());
        self.note(observer.regions());
        self.note(Ok::<_, String>(observer.producer()));
        let damage = observer.damage();
        self.damaged += damage.len() as u64;
        self.note(Ok::<_, String>(damage));
        let schema = Arc::clone(observer.schema());
        for (id, _) in schema.iter() {
            self.note(Ok::<_, String>(schema.describe(id)));
        }
        let objects: Vec<_> = observer.objects().collect();
        let mut roots = Vec::new();
        for object in &objects {
            self.note(observer.find(&object.label).ok_or("not found"));
            match observer.root(object) {
                Ok(field) => {
                    self.at_field(&field);
                    roots.push(field);
                }
                Err(error) => self.note(Err::<(), _>(error)),
            }
        }
        self.note(observer.field("no such object"));
        roots
    }

    /// Reads a field and its parts.
    pub fn at_field(&mut self, field: &Field) {
        self.at_parts(field, &mut MAX_PARTS.clone());
    }

    fn at_parts(&mut self, field: &Field, parts: &mut u64) {
        *parts = parts.saturating_sub(1);
        self.bytes = self.bytes.saturating_add(field.info().size);
        if *parts == 0 || self.bytes > MAX_BYTES {
            return;
        }
        self.note(field.read());
        self.note(field.try_read());
        self.note(field.read_unchecked());
        self.note(Ok::<_, String>((field.info(), field.sequence())));
        for member in field.members().unwrap_or_default() {
            match field.member(&member.name) {
                Ok(part) => self.at_parts(&part, parts),
                Err(error) => self.note(Err::<(), _>(error)),
            }
        }
        let count = field.element_count().unwrap_or(0);
        for index in (0..count.min(5)).chain(count.checked_sub(1)) {
            match field.element(index) {
                Ok(part) => self.at_parts(&part, parts),
                Err(error) => self.note(Err::<(), _>(error)),
            }
        }
    }

    /// Writes the present value to a field and its parts, and values that they cannot have.
    pub fn writing_to(&mut self, field: &Field) {
        self.writing_to_parts(field, &mut MAX_PARTS.clone());
    }

    fn writing_to_parts(&mut self, field: &Field, parts: &mut u64) {
        *parts = parts.saturating_sub(1);
        self.bytes = self.bytes.saturating_add(field.info().size);
        if *parts == 0 || self.bytes > MAX_BYTES {
            return;
        }
        if let Ok(value) = field.read() {
            self.note(field.check(&value));
            self.note(field.write(&value));
            self.note(field.write_forced(&value));
        }
        for value in [Value::I64(-1), Value::U64(u64::MAX), Value::F64(f64::NAN)] {
            self.note(field.check(&value));
            self.note(field.write_forced(&value));
            self.note(field.add(&value));
        }
        self.note(field.write(&Value::Text("text".into())));
        self.note(field.update(|value| drop(value.to_string())));
        for member in field.members().unwrap_or_default() {
            if let Ok(part) = field.member(&member.name) {
                self.writing_to_parts(&part, parts);
            }
        }
        let count = field.element_count().unwrap_or(0);
        for index in (0..count.min(2)).chain(count.checked_sub(1)) {
            if let Ok(part) = field.element(index) {
                self.writing_to_parts(&part, parts);
            }
        }
    }

    /// Counts a result and formats it, so that its text is exercised too.
    pub fn note<T: Debug, E: Display>(&mut self, result: Result<T, E>) {
        match result {
            Ok(value) => self.values += u64::from(Printed::of(format_args!("{value:?}")) > 0),
            Err(error) => self.errors += u64::from(Printed::of(format_args!("{error}")) > 0),
        }
    }
}

/// Counts the bytes of a text and drops it.
#[derive(Default)]
struct Printed(usize);

impl Printed {
    fn of(text: fmt::Arguments<'_>) -> usize {
        let mut printed = Printed::default();
        printed.write_fmt(text).expect("counting never fails");
        printed.0
    }
}

impl Write for Printed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}
