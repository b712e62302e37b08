//! What conditions that scripts answer have looked at.
//!
//! `a.x > 5 || b.y > 5` reads `b.y` only when it has to. But what is told of its firings, and the columns of a file that
//! they are logged to, shall not depend on that.

use memglass::{Field, Moment};
use memglass_script::Attached;
use memglass_watch::{Answer, Reading};

/// Fields of one trigger that are remembered.
const MOST: usize = 64;

/// The fields that a condition has looked at so far, in the order in which it first did.
#[derive(Debug, Default)]
pub(super) struct LookedAt(Vec<Place>);

/// A field: within the object that the condition is about, or by its whole path.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    Within(String),
    Elsewhere(String),
}

impl Place {
    fn of(field: &Field, about: Option<&str>) -> Place {
        let path = field.path();
        let within = about.and_then(|about| path.strip_prefix(about)?.strip_prefix('.'));
        match within {
            Some(rest) => Place::Within(rest.to_owned()),
            None => Place::Elsewhere(path.to_owned()),
        }
    }

    fn path(&self, about: Option<&str>) -> String {
        match (self, about) {
            (Place::Within(rest), Some(about)) => format!("{about}.{rest}"),
            (Place::Within(rest), None) => rest.clone(),
            (Place::Elsewhere(path), _) => path.clone(),
        }
    }
}

impl LookedAt {
    /// Takes in what was looked at for an answer. One that is told of gets what the condition has looked at before and
    /// not this time, as it is now.
    pub(super) fn take_in(
        &mut self,
        answer: &mut Answer,
        is_told: bool,
        about: Option<&Field>,
        attached: &Attached,
    ) {
        let about = about.map(Field::path);
        if is_told || answer.readings.len() > self.0.len() {
            for reading in &answer.readings {
                let place = Place::of(&reading.field, about);
                if self.0.len() < MOST && !self.0.contains(&place) {
                    self.0.push(place);
                }
            }
        }
        if is_told && answer.readings.len() < self.0.len() {
            self.complete(answer, about, attached);
        }
    }

    fn complete(&self, answer: &mut Answer, about: Option<&str>, attached: &Attached) {
        let mut read = std::mem::take(&mut answer.readings);
        let (observer, mut moment) = (attached.observer(), Moment::new());
        for place in &self.0 {
            let is_it = |reading: &Reading| Place::of(&reading.field, about) == *place;
            if let Some(at) = read.iter().position(is_it) {
                answer.readings.push(read.remove(at));
                continue;
            }
            let field = observer.field(&place.path(about)).ok();
            let found = field.and_then(|field| {
                let value = moment.read(&field).ok()?;
                Some(Reading { field, value })
            });
            answer.readings.extend(found);
        }
        answer.readings.append(&mut read);
    }
}
