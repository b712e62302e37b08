//! The value of a struct or union: its members by name.

use std::fmt;
use std::sync::Arc;

use super::Value;

/// The members of a struct or union, in their order.
///
/// The names belong to the type: all records that were read with one type share them, so that
/// reading a record takes one allocation however many members it has.
///
/// # Examples
///
/// ```
/// use memglass::{Record, Value};
///
/// let quote = Record::from([("bid", 15_020.into()), ("ask", 15_025.into())]);
/// assert_eq!(quote.get("ask"), Some(&Value::I64(15_025)));
/// assert_eq!(Value::Record(quote).to_string(), "{bid: 15020, ask: 15025}");
/// ```
#[derive(Clone)]
pub struct Record {
    names: Arc<[Arc<str>]>,
    /// One for each name.
    values: Vec<Value>,
}

impl Record {
    /// A record of these members.
    ///
    /// # Panics
    ///
    /// If the numbers of values and names differ.
    pub fn new(names: Arc<[Arc<str>]>, values: Vec<Value>) -> Record {
        assert_eq!(names.len(), values.len(), "each member has one value");
        Record { names, values }
    }

    /// Number of members.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The names of the members, in their order.
    pub fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// The values of the members, in their order.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The value of the first member with this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(self.position(name)?)
    }

    /// The mutable value of the first member with this name.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let at = self.position(name)?;
        self.values.get_mut(at)
    }

    /// The members, in their order.
    pub fn iter(
        &self,
    ) -> std::iter::Zip<std::slice::Iter<'_, Arc<str>>, std::slice::Iter<'_, Value>> {
        self.names.iter().zip(&self.values)
    }

    /// The values of the members, in their order, mutable.
    pub fn values_mut(&mut self) -> &mut [Value] {
        &mut self.values
    }

    /// The members with their values, mutable.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Arc<str>, &mut Value)> {
        self.names.iter().zip(&mut self.values)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| &**known == name)
    }
}

/// Equal members in the same order.
impl PartialEq for Record {
    fn eq(&self, other: &Record) -> bool {
        let same_names = Arc::ptr_eq(&self.names, &other.names) || self.names == other.names;
        same_names && self.values == other.values
    }
}

impl FromIterator<(Arc<str>, Value)> for Record {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(members: I) -> Record {
        let (names, values): (Vec<_>, Vec<_>) = members.into_iter().unzip();
        Record::new(names.into(), values)
    }
}

impl From<Vec<(Arc<str>, Value)>> for Record {
    fn from(members: Vec<(Arc<str>, Value)>) -> Record {
        members.into_iter().collect()
    }
}

impl<const N: usize> From<[(&str, Value); N]> for Record {
    fn from(members: [(&str, Value); N]) -> Record {
        let members = members.into_iter();
        members.map(|(name, value)| (name.into(), value)).collect()
    }
}

impl<'r> IntoIterator for &'r Record {
    type Item = (&'r Arc<str>, &'r Value);
    type IntoIter = std::iter::Zip<std::slice::Iter<'r, Arc<str>>, std::slice::Iter<'r, Value>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self).finish()
    }
}

impl fmt::Display for Record {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("{")?;
        for (index, (name, value)) in self.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(out, "{comma}{name}: {value}")?;
        }
        out.write_str("}")
    }
}

/// An owning iterator over the members of a record.
#[derive(Debug)]
pub struct Members {
    names: Arc<[Arc<str>]>,
    values: std::iter::Enumerate<std::vec::IntoIter<Value>>,
}

impl Iterator for Members {
    type Item = (Arc<str>, Value);

    fn next(&mut self) -> Option<(Arc<str>, Value)> {
        let (index, value) = self.values.next()?;
        Some((Arc::clone(&self.names[index]), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.values.size_hint()
    }
}

impl IntoIterator for Record {
    type Item = (Arc<str>, Value);
    type IntoIter = Members;

    fn into_iter(self) -> Members {
        Members {
            names: self.names,
            values: self.values.into_iter().enumerate(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_equal_by_names_order_and_values() {
        let record = |members: &[(&str, i64)]| {
            let members = members.iter();
            Record::from_iter(members.map(|&(name, value)| (name.into(), value.into())))
        };
        let both = record(&[("a", 1), ("b", 2)]);
        assert_eq!(both, both.clone());
        assert_eq!(both, record(&[("a", 1), ("b", 2)]));
        assert_ne!(both, record(&[("b", 2), ("a", 1)]));
        assert_ne!(both, record(&[("a", 1), ("c", 2)]));
        assert_ne!(both, record(&[("a", 1)]));
        assert_ne!(both, record(&[("a", 1), ("b", 3)]));
    }

    #[test]
    fn a_changed_member_keeps_the_others() {
        let mut record = Record::from([("a", 1.into()), ("b", 2.into())]);
        *record.get_mut("b").unwrap() = "x".into();
        assert_eq!(record.get_mut("c"), None);
        assert_eq!(record.to_string(), "{a: 1, b: \"x\"}");
        let members: Vec<_> = record.into_iter().collect();
        assert_eq!(members, [("a".into(), 1.into()), ("b".into(), "x".into())]);
    }
}
