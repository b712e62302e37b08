//! Which parts of a value differ between two moments.

use super::Field;
use crate::access::get_scalar;
use crate::schema::{self, Kind, Protection, Schema, TypeId};

/// Most parts that are listed.
const MOST: usize = 1000;

impl Field {
    /// The smallest parts that differ between two values of this field, as paths below it: `bid_price`,
    /// `levels[2].price`. Empty if it has no parts, or if none differs. Lists the first 1,000.
    ///
    /// A packed record counts as one part. Takes bytes as [`Field::value_of`] does.
    ///
    /// # Panics
    ///
    /// If there are not as many bytes as the field has.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// let levels = session.array_with("levels", 3, |index| index as u16)?;
    /// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
    /// let field = observer.field("levels")?;
    /// let old = field.read_bytes()?;
    /// levels[1].set(7);
    /// assert_eq!(field.changed_parts(&old, &field.read_bytes()?), ["[1]"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn changed_parts(&self, old: &[u8], now: &[u8]) -> Vec<String> {
        let len = self.copied_len();
        assert_eq!([old.len(), now.len()], [len; 2], "bytes of {}", self.path());
        let (id, count, bits) = self.copied_type();
        let mut parts = Parts {
            schema: self.session_schema(),
            found: Vec::new(),
        };
        if bits.is_none() {
            match count {
                1 => parts.add_within(id, "", old, now),
                _ => parts.add_elements(id, "", len / count as usize, old, now),
            }
        }
        parts.found
    }
}

struct Parts<'s> {
    schema: &'s Schema,
    found: Vec<String>,
}

impl Parts<'_> {
    /// Adds what differs between two values of a type, which differ.
    fn add(&mut self, id: TypeId, path: &str, old: &[u8], now: &[u8]) {
        let before = self.found.len();
        self.add_within(id, path, old, now);
        if self.found.len() == before && self.found.len() < MOST {
            self.found.push(path.trim_start_matches('.').into());
        }
    }

    /// Adds those parts of a value that differ, if it has parts.
    fn add_within(&mut self, id: TypeId, path: &str, old: &[u8], now: &[u8]) {
        let (old, now) = (self.value(id, old), self.value(id, now));
        let schema = self.schema;
        match &schema[schema.bare(id)].kind {
            Kind::Struct { fields } => {
                for field in fields {
                    self.add_member(field, path, old, now);
                }
            }
            Kind::Array { element, .. } => {
                let stride = schema[*element].size as usize;
                self.add_elements(*element, path, stride, old, now);
            }
            _ => {}
        }
    }

    fn add_member(&mut self, field: &schema::Field, path: &str, old: &[u8], now: &[u8]) {
        let range =
            field.offset as usize..(field.offset + self.schema[field.type_id].size) as usize;
        let (old, now) = (&old[range.clone()], &now[range]);
        let differs = match field.bits {
            None => old != now,
            Some(bits) => {
                let mask = u64::MAX >> (64 - u32::from(bits.width)) << bits.offset;
                (get_scalar(old) ^ get_scalar(now)) & mask != 0
            }
        };
        if differs {
            self.add(field.type_id, &format!("{path}.{}", field.name), old, now);
        }
    }

    fn add_elements(&mut self, id: TypeId, path: &str, stride: usize, old: &[u8], now: &[u8]) {
        let elements = old.chunks_exact(stride).zip(now.chunks_exact(stride));
        for (index, (old, now)) in elements.enumerate() {
            if self.found.len() == MOST {
                return;
            }
            if old != now {
                self.add(id, &format!("{path}[{index}]"), old, now);
            }
        }
    }

    /// The bytes of a value: a guarded one lies in its first copy.
    fn value<'b>(&self, id: TypeId, bytes: &'b [u8]) -> &'b [u8] {
        match self.schema.protection(id) {
            Protection::Plain | Protection::Atomic => bytes,
            Protection::Seqlock | Protection::Locked => {
                &bytes[8..][..self.schema[self.schema.bare(id)].size as usize]
            }
        }
    }
}
