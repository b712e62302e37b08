//! From a field to its parts.

use super::{Field, OBJECT, ObjectPlace, PLACE, numbers};
use crate::observer::error::PathError;
use crate::observer::follow::{follow, is_record, no_step, step_text, take_step};
use crate::observer::path::{Step, Steps};
use crate::observer::path_text::PathText;
use crate::observer::place::Place;

impl Field {
    /// The member `name` of a struct or union.
    ///
    /// # Errors
    ///
    /// [`PathError`] lists the names or indices that exist.
    pub fn member(&self, name: &str) -> Result<Field, PathError> {
        self.step(Step::Member(name))
    }

    /// An element of an array, or of an array of objects.
    ///
    /// # Errors
    ///
    /// [`PathError`] lists the names or indices that exist.
    pub fn element(&self, index: u64) -> Result<Field, PathError> {
        self.step(Step::Element(index))
    }

    /// The field that a path below this one leads to: `last_quote.bid_price`, `[2].price`.
    ///
    /// # Errors
    ///
    /// [`PathError`] says which step leads nowhere.
    pub fn at(&self, path: &str) -> Result<Field, PathError> {
        let dotted = if path.is_empty() || path.starts_with(['.', '[']) {
            path.into()
        } else {
            format!(".{path}")
        };
        self.follow(Steps::new(&dotted, 0))
    }

    /// The elements of an array of objects, as fields.
    pub(in crate::observer) fn parts(&self) -> impl Iterator<Item = Field> + '_ {
        let count = self.object.elements.unwrap_or(0);
        (0..count).map(|index| self.element(index).expect("below the count"))
    }

    fn follow(&self, steps: Steps<'_>) -> Result<Field, PathError> {
        let path = PathText::joined(self.path(), steps.rest());
        if self.inside.is_some() {
            let place = self.with_place(self.object, self.place, path);
            return place.into_part(steps);
        }
        let (object, place, left) = follow(
            self.session_schema(),
            self.object,
            self.place,
            self.path(),
            steps,
        )?;
        let field = self.with_place(object, place, path);
        match left.rest().is_empty() {
            true => Ok(field),
            false => field.into_part(left),
        }
    }

    fn step(&self, step: Step<'_>) -> Result<Field, PathError> {
        if is_record(self.session_schema(), self.object, self.place) {
            return self.follow(Steps::new(&step_text(step), 0));
        }
        let taken = take_step(self.session_schema(), self.object, self.place, step);
        let (object, place) = taken.map_err(|reason| {
            let path = self.path().into();
            no_step(
                self.session_schema(),
                self.object,
                self.place,
                path,
                step,
                &reason,
            )
        })?;
        let path = PathText::joined(self.path(), &step_text(step));
        Ok(self.with_place(object, place, path))
    }

    /// Another place of the same object.
    fn with_place(&self, object: ObjectPlace, place: Place, path: PathText) -> Field {
        let numbers = numbers(self.sight(), &object, &place);
        let memory = self
            .memory
            .clone()
            .replaced::<PLACE, OBJECT>(|object| place.view(object));
        Field {
            memory,
            object,
            place,
            numbers,
            inside: self.inside.clone(),
            path,
        }
    }
}
