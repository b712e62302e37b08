//! Which type is meant by a name that somebody wrote.

use std::fmt;

use crate::kind::TypeId;
use crate::types::Types;

/// Names that are told; of more, only how many there are.
const TOLD: usize = 4;

/// Names of types of which one may be meant by a name that is none. As text: `; did you mean "a::Side" or "b::Side"?`, or
/// nothing if there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alike(pub Vec<String>);

impl Types {
    /// The type that somebody means who writes this name: that of [`Types::find`], or else the only one that is called so in
    /// some namespace or class.
    ///
    /// # Errors
    ///
    /// [`Alike`]: all names that end so, or else the one that is most like it, if there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// use memglass_types::{Builder, Kind, Type};
    ///
    /// let mut builder = Builder::default();
    /// let [book, side, _] = ["engine::Book", "a::Side", "b::Side"]
    ///     .map(|name| builder.add(Type::new(name.into(), Some(1), Kind::Bool)));
    /// let types = builder.finish()?;
    /// assert_eq!(types.meant("Book"), Ok(book));
    /// assert_eq!(types.meant("a::Side"), Ok(side));
    /// let two = types.meant("Side").unwrap_err();
    /// assert_eq!(two.to_string(), "; did you mean \"a::Side\" or \"b::Side\"?");
    /// let one = types.meant("engine::Bok").unwrap_err();
    /// assert_eq!(one.to_string(), "; did you mean \"engine::Book\"?");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn meant(&self, name: &str) -> Result<TypeId, Alike> {
        let all = self.all_meant(name)?;
        all.first().copied().ok_or_else(Alike::default)
    }

    /// All types that somebody means who writes this name: more than one if files that were compiled have different types of it,
    /// as [`Types::find_alike`].
    ///
    /// # Errors
    ///
    /// As of [`Types::meant`].
    pub fn all_meant(&self, name: &str) -> Result<Vec<TypeId>, Alike> {
        let found = self.find_alike(name);
        if !found.is_empty() {
            return Ok(found);
        }
        let mut longer = self.names_inside(name);
        longer.sort_unstable();
        match longer.as_slice() {
            [] => Err(Alike::of(self.nearest(name).as_slice())),
            [only] => Ok(self.find_alike(only)),
            several => Err(Alike::of(several)),
        }
    }
}

impl Alike {
    fn of(names: &[&str]) -> Self {
        Alike(names.iter().map(|&name| name.to_owned()).collect())
    }
}

impl fmt::Display for Alike {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = self.0.len().saturating_sub(TOLD);
        let told = self.0.iter().take(TOLD).map(|name| format!("{name:?}"));
        let mut told: Vec<String> = told.collect();
        if more > 0 {
            told.push(format!("one of {more} more"));
        }
        let Some(last) = told.pop() else {
            return Ok(());
        };
        match told.as_slice() {
            [] => write!(out, "; did you mean {last}?"),
            before => write!(out, "; did you mean {} or {last}?", before.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_names_some_are_told() {
        let alike = |count: u32| Alike((0..count).map(|number| number.to_string()).collect());
        assert_eq!(alike(0).to_string(), "");
        assert_eq!(
            alike(7).to_string(),
            "; did you mean \"0\", \"1\", \"2\", \"3\" or one of 3 more?"
        );
    }
}
