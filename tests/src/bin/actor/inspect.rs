//! Looking at everything in a session that may be damaged.

use memglass::{AttachOptions, Field, Observer};

use crate::Answer;

/// Attaches to a session and reads all of it in every way there is. Errors are fine; panics, faults
/// and endless work are not.
pub(crate) fn inspect(name: &str) -> Answer {
    let listed = memglass::sessions(None)
        .into_iter()
        .map(|entry| format!("{entry:?}").len())
        .sum::<usize>();
    let mut observer = AttachOptions::new().attach(name)?;
    let mut looks = Looks::default();
    looks.at(&mut observer)?;
    Ok(format!("{listed} {} {}", looks.values, looks.errors))
}

#[derive(Default)]
struct Looks {
    values: u64,
    errors: u64,
}

/// Most parts of one object that are looked at one by one.
const MAX_PARTS: u64 = 200;

impl Looks {
    fn at(&mut self, observer: &mut Observer) -> Result<(), Box<dyn std::error::Error>> {
        observer.refresh()?;
        self.note(observer.regions());
        self.note(Ok::<_, String>(observer.producer()));
        let schema = std::sync::Arc::clone(observer.schema());
        for (id, _) in schema.iter() {
            self.note(Ok::<_, String>(schema.describe(id)));
        }
        let objects: Vec<_> = observer.objects().collect();
        for object in &objects {
            self.note(observer.find(&object.label).ok_or("not found"));
            match observer.root(object) {
                Ok(field) => self.at_field(&field, &mut MAX_PARTS.clone()),
                Err(error) => self.note(Err::<(), _>(error)),
            }
        }
        Ok(())
    }

    fn at_field(&mut self, field: &Field, parts: &mut u64) {
        *parts = parts.saturating_sub(1);
        if *parts == 0 {
            return;
        }
        self.note(field.read());
        self.note(field.try_read());
        self.note(field.read_unchecked());
        self.note(Ok::<_, String>((field.info().size, field.sequence())));
        for member in field.members().unwrap_or_default() {
            match field.member(&member.name) {
                Ok(part) => self.at_field(&part, parts),
                Err(error) => self.note(Err::<(), _>(error)),
            }
        }
        let count = field.element_count().unwrap_or(0);
        for index in (0..count.min(5)).chain(count.checked_sub(1)) {
            match field.element(index) {
                Ok(part) => self.at_field(&part, parts),
                Err(error) => self.note(Err::<(), _>(error)),
            }
        }
    }

    /// Counts a result, and prints it, so that what it says is looked at too.
    fn note<T: std::fmt::Debug, E: std::fmt::Display>(&mut self, result: Result<T, E>) {
        match result {
            Ok(value) => self.values += u64::from(!format!("{value:?}").is_empty()),
            Err(error) => self.errors += u64::from(!error.to_string().is_empty()),
        }
    }
}
