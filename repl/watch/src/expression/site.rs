//! Where a value is read: a resolved field, or one of several that an index chooses each time.

use memglass::{Field, PathError, Value};
use memglass_value::index;

use super::code::Run;
use super::error::{Answer, EvalError, fault};
use super::held::ToldValue;

/// Most fields that an index chooses from. They are resolved when the expression is compiled.
const MOST_CHOICES: usize = 4096;

/// A place in memory.
pub(super) enum Site {
    /// This field.
    Fixed(Field),
    /// One of these, which all have one type.
    Chosen(Choice),
    /// The value that was told of this field, which is a single one.
    Told(Field, ToldValue),
}

/// Fields to choose from.
pub(super) struct Choice {
    /// Which of them.
    pick: Run<usize>,
    fields: Vec<Field>,
    /// The array that the index is of.
    whole: Field,
}

/// Why an index leads nowhere.
pub(super) enum NoChoice {
    /// There are too many fields.
    TooMany,
    /// The array has no elements.
    Empty,
}

impl Site {
    /// A field that has the type of the place.
    pub(super) fn model(&self) -> &Field {
        match self {
            Site::Fixed(field) | Site::Told(field, _) => field,
            Site::Chosen(choice) => &choice.fields[0],
        }
    }

    /// The field that holds all that the place may be.
    pub(super) fn whole(&self) -> &Field {
        match self {
            Site::Fixed(field) | Site::Told(field, _) => field,
            Site::Chosen(choice) => &choice.whole,
        }
    }

    /// Whether it is a struct, a union, an array or a packed record, and no single value.
    pub(super) fn is_structured(&self) -> bool {
        let model = self.model();
        let has_parts = model.element_count().is_some() || model.members().is_some();
        has_parts || model.packing().is_some()
    }

    /// What it is called in a message.
    pub(super) fn noun(&self) -> String {
        let model = self.model();
        format!("{} ({})", model.path(), model.info().type_name)
    }

    /// The part of it to which `step` leads.
    pub(super) fn part(
        self,
        step: impl Fn(&Field) -> Result<Field, PathError>,
    ) -> Result<Self, PathError> {
        Ok(match self {
            Site::Fixed(field) | Site::Told(field, _) => Site::Fixed(step(&field)?),
            Site::Chosen(choice) => {
                let fields = choice.fields.iter().map(step).collect::<Result<_, _>>()?;
                Site::Chosen(Choice { fields, ..choice })
            }
        })
    }

    /// Its element with the index that is computed each time; it must be an array.
    pub(super) fn element(self, index: Run<i64>) -> Result<Self, NoChoice> {
        let count = self.model().element_count().unwrap_or(0);
        let (pick, fields, whole) = match self {
            Site::Fixed(field) | Site::Told(field, _) => {
                (Run::Constant(0), vec![field.clone()], field)
            }
            Site::Chosen(choice) => (choice.pick, choice.fields, choice.whole),
        };
        let choices = (fields.len() as u64).saturating_mul(count);
        if choices > MOST_CHOICES as u64 {
            return Err(NoChoice::TooMany);
        }
        if choices == 0 {
            return Err(NoChoice::Empty);
        }
        let path = fields[0].path().to_owned();
        let pick = pick.with(index, move |before, index| {
            let element = index::find("index", *index, count).map_err(|why| {
                let path = path.clone();
                fault(EvalError::Index { path, why })
            })?;
            Ok(before * count as usize + element as usize)
        });
        let elements = fields.iter().flat_map(|array| {
            (0..count).map(|index| array.element(index).expect("below the count"))
        });
        Ok(Site::Chosen(Choice {
            pick,
            fields: elements.collect(),
            whole,
        }))
    }

    /// The present value.
    pub(super) fn read(&self) -> Answer<Value> {
        let field = match self {
            Site::Fixed(field) => field,
            Site::Chosen(choice) => &choice.fields[choice.pick.get()?],
            Site::Told(_, told) => return Ok(told.get()),
        };
        field.read().map_err(fault)
    }
}
