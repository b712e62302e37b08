//! Which fields to follow, as text: before their objects exist, and after they went.

use std::sync::Arc;

use crate::observer::sampling::labels_of_path;
use crate::observer::{Field, ObjectInfo, Observer, PathError, ReadError};
use crate::pattern::{Pattern, PatternError};

/// Which fields to follow: one path, all labels of a pattern, or all objects of a type.
///
/// It is only a description: objects that appear later count as well.
///
/// - `AAPL_position.quantity` is the field of the object that has the label at the time.
/// - `*_position.quantity` is that field of each object whose label matches: `*` stands for any text, `?` for
///   one character, `{a,b}` for either. A label in quotes is no pattern. Of an array of objects that has no
///   such field, it is the field of each element.
/// - [`Selection::of_type`] is a field of each object of a type, and of each element of their arrays.
#[derive(Clone, Debug)]
pub struct Selection {
    text: Arc<str>,
    choice: Choice,
}

#[derive(Clone, Debug)]
enum Choice {
    /// As [`Observer::field`] resolves it.
    Path,
    /// The pattern of the label and the rest of the path, for each place where the label may end: the
    /// longest first.
    Labels(Arc<[(Pattern, String)]>),
    /// Name of the type, and the path below its objects.
    Type(Arc<str>, Arc<str>),
    /// Whole objects by patterns of their labels and of the names of their types.
    Objects(Arc<[Pattern]>),
}

/// Text that selects nothing, now or ever.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectionError {
    /// It is no pattern.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// It has so many points and brackets that it is not tried where its label may end.
    #[error(
        "a path with a pattern has at most {MOST_ENDS} points and brackets, and this one has {found}"
    )]
    TooManyParts {
        /// Points and brackets in it.
        found: usize,
    },
    /// The object is there and has no such field.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A selected field can never be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

const WILD: [char; 3] = ['*', '?', '{'];

/// Places where the label of a pattern's path may end.
const MOST_ENDS: usize = 256;

impl Selection {
    /// A path or a pattern.
    ///
    /// # Errors
    ///
    /// [`SelectionError::Pattern`] if it is neither.
    pub fn of(text: &str) -> Result<Selection, SelectionError> {
        let choice = match text.contains(WILD) && !text.starts_with('"') {
            true => Choice::Labels(cuts(text)?),
            false => Choice::Path,
        };
        let text = text.into();
        Ok(Selection { text, choice })
    }

    /// The field at `path` of each object of the type with this name; with an empty path, the objects
    /// themselves.
    pub fn of_type(name: &str, path: &str) -> Selection {
        Selection {
            text: format!("{name}: {path}").into(),
            choice: Choice::Type(name.into(), path.into()),
        }
    }

    /// Whole objects: all whose label, or the name of whose type, matches one of the patterns. An array of
    /// objects counts as one.
    ///
    /// # Errors
    ///
    /// [`SelectionError::Pattern`] if one is no pattern.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// use memglass::sampler::Selection;
    ///
    /// let _objects = (session.object("AAPL", 1_i64)?, session.object("count", 7_u8)?);
    /// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
    /// let selected = Selection::objects(["A*", "u8"])?.fields(&observer)?;
    /// let paths: Vec<&str> = selected.iter().map(|field| field.path()).collect();
    /// assert_eq!(paths, ["AAPL", "count"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn objects<'p>(
        patterns: impl IntoIterator<Item = &'p str>,
    ) -> Result<Selection, SelectionError> {
        let patterns: Vec<&str> = patterns.into_iter().collect();
        let matchers = patterns.iter().map(|text| Pattern::new(text));
        let matchers: Vec<Pattern> = matchers.collect::<Result<_, _>>()?;
        Ok(Selection {
            text: patterns.join(", ").into(),
            choice: Choice::Objects(matchers.into()),
        })
    }

    /// The fields that are selected now, by the slots of their objects.
    ///
    /// # Errors
    ///
    /// [`SelectionError::Path`] if there is no such object or field. Of a pattern's objects, those without such
    /// a field are left out, unless none has it.
    pub fn fields(&self, observer: &Observer) -> Result<Vec<Field>, SelectionError> {
        if self.is_path() {
            return Ok(vec![observer.field(&self.text)?]);
        }
        let (mut all, mut failed) = (Vec::new(), None);
        for object in observer.objects() {
            match self.fields_of(observer, &object) {
                Ok(fields) => all.extend(fields),
                // Destroyed since it was listed.
                Err(PathError::NoSuchObject { .. }) => {}
                Err(error) => drop(failed.get_or_insert(error)),
            }
        }
        match failed {
            Some(error) if all.is_empty() => Err(error.into()),
            _ => Ok(all),
        }
    }

    /// The text that it was made of.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is the path of one field.
    pub(super) fn is_path(&self) -> bool {
        matches!(self.choice, Choice::Path)
    }

    /// The labels that a path may start with.
    pub(super) fn labels(&self) -> Vec<String> {
        match self.choice {
            Choice::Path => labels_of_path(&self.text),
            _ => Vec::new(),
        }
    }

    /// The selected fields of an object. A path selects none here.
    ///
    /// # Errors
    ///
    /// [`PathError`] if the object is selected and has no such field.
    pub(super) fn fields_of(
        &self,
        observer: &Observer,
        object: &ObjectInfo,
    ) -> Result<Vec<Field>, PathError> {
        match &self.choice {
            Choice::Path => Ok(Vec::new()),
            Choice::Labels(cuts) => {
                let mut failed = Ok(Vec::new());
                let fits = cuts
                    .iter()
                    .filter(|(glob, _)| glob.is_match(&*object.label));
                for (_, rest) in fits {
                    match whole_or_elements(&observer.root(object)?, rest) {
                        Ok(fields) => return Ok(fields),
                        Err(error) => failed = Err(error),
                    }
                }
                failed
            }
            Choice::Objects(patterns) => {
                let type_name = &observer.schema()[object.type_id].name;
                let is_selected = patterns.iter().any(|pattern| {
                    pattern.is_match(&*object.label) || pattern.is_match(&**type_name)
                });
                is_selected
                    .then(|| observer.root(object))
                    .into_iter()
                    .collect()
            }
            Choice::Type(name, path) => {
                if *observer.schema()[object.type_id].name != **name {
                    return Ok(Vec::new());
                }
                let root = observer.root(object)?;
                match object.count {
                    None => Ok(vec![root.at(path)?]),
                    Some(_) => of_elements(&root, path),
                }
            }
        }
    }
}

fn whole_or_elements(root: &Field, rest: &str) -> Result<Vec<Field>, PathError> {
    match root.at(rest) {
        Ok(field) => Ok(vec![field]),
        Err(PathError::NotAStruct { .. }) if root.element_count().is_some() => {
            of_elements(root, rest)
        }
        Err(error) => Err(error),
    }
}

fn of_elements(root: &Field, path: &str) -> Result<Vec<Field>, PathError> {
    let count = root.element_count().unwrap_or(0);
    (0..count)
        .map(|index| root.element(index)?.at(path))
        .collect()
}

fn cuts(text: &str) -> Result<Arc<[(Pattern, String)]>, SelectionError> {
    let ends = text.char_indices().filter(|(_, c)| matches!(c, '.' | '['));
    let mut ends: Vec<usize> = ends.map(|(at, _)| at).chain([text.len()]).collect();
    if ends.len() > MOST_ENDS {
        return Err(SelectionError::TooManyParts {
            found: ends.len() - 1,
        });
    }
    ends.reverse();
    let cut = |end: usize| {
        let (label, rest) = text.split_at(end);
        Ok((Pattern::new(label)?, rest.to_owned()))
    };
    let (mut cuts, mut refused) = (Vec::new(), None);
    for end in ends.into_iter().filter(|&end| end > 0) {
        // Inside braces or brackets a label does not end.
        match cut(end) {
            Ok(cut) => cuts.push(cut),
            Err(error) => refused = refused.or(Some::<PatternError>(error)),
        }
    }
    match refused {
        Some(error) if cuts.is_empty() => Err(error.into()),
        _ => Ok(cuts.into()),
    }
}
