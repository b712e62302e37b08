//! Where the single values of a packed record lie.

use memglass_layouts::{Go, Node, Place, Record, Visitor};

use super::Field;

/// Where a single value of a packed record lies; told by [`Field::packed_parts`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedPart {
    /// Its path from the record on: `items[2].len`.
    pub path: String,
    /// Where it begins among the bytes that were given.
    pub offset: u64,
    /// Its bytes. The members of a bitfield all have those of the bitfield.
    pub size: u64,
}

impl Field {
    /// Where the single values of a packed record, or of a part of one, lie in `bytes`, in the order of the record.
    /// `None` if this is no packed record. Of a damaged record, what stands before the fault is told; and nothing, if the part
    /// is not there.
    ///
    /// Takes bytes as [`Field::value_of`] does, and time in proportion to what the record is made of.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// session.define("struct msg { u8 n; be u16 data[n]; };")?;
    /// let packet = session.buffer("packet", "msg", 64)?;
    /// packet.write(&[1, 0, 7])?;
    /// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
    /// let field = observer.field("packet")?;
    /// let parts = field.packed_parts(&field.read_bytes()?).expect("a packed record");
    /// // The length of the record comes first, in eight bytes.
    /// assert_eq!((parts[1].path.as_str(), parts[1].offset), ("data[0]", 9));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn packed_parts(&self, bytes: &[u8]) -> Option<Vec<PackedPart>> {
        let (packed, path) = self.packed_path()?;
        let Ok(own) = super::inside::written_bytes(&packed, bytes) else {
            return Some(Vec::new());
        };
        let record = packed.record(own);
        let mut leaves = Leaves {
            record: &record,
            start: packed.start(),
            before: path,
            found: Vec::new(),
        };
        let place = match path {
            "" => Ok(record.root_place()),
            path => record.find(path),
        };
        match place {
            Ok(place) if record.leaf(place).is_some() => leaves.push("", place),
            Ok(place) => record.walk_below(place, &mut leaves),
            Err(_) => {}
        }
        Some(leaves.found)
    }
}

struct Leaves<'r> {
    record: &'r Record<'r>,
    /// Where the record begins.
    start: u64,
    before: &'r str,
    found: Vec<PackedPart>,
}

impl Leaves<'_> {
    /// Adds the value at a place, whose path starts behind that of the field.
    fn push(&mut self, path: &str, place: Place) {
        let dot = match (self.before, path) {
            ("", _) | (_, "") => "",
            (_, path) if path.starts_with('[') => "",
            _ => ".",
        };
        self.found.push(PackedPart {
            path: format!("{}{dot}{path}", self.before),
            offset: self.start + place.offset(),
            size: place.size().unwrap_or_default(),
        });
    }
}

impl Visitor for Leaves<'_> {
    fn enter(&mut self, node: &Node<'_>) -> Go {
        if self.record.leaf(node.place()).is_none() {
            return Go::Into;
        }
        self.push(node.path(), node.place());
        Go::Over
    }
}
