//! Packed records: from bytes to values, by a layout.
//!
//! The bytes are a private copy, so that a count cannot change between its check and its use.

use std::sync::Arc;

use memglass_layouts::{
    Force, Go, Leaf, Limits, Node, OwnedRecord, Path, Place, Record, Root, RootError, Visitor,
    WriteError,
};

use super::Strictness;
use super::refusal::Reason;
use crate::schema::{Definition, Kind, Room, Schema, TypeId, most_values};
use crate::value::{self, EnumValue, Value};

/// The name under which a value says what of its bytes could not be read.
const FAULT: &str = "!";

/// Bytes of the length before a record.
const LENGTH: usize = 8;

/// A layout, one struct of it, and where the bytes of its records lie.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    definition: Definition,
    root: Root,
    room: Room,
}

impl Packed {
    pub(crate) fn new(definition: Definition, root: Root, room: Room) -> Packed {
        Packed {
            definition,
            root,
            room,
        }
    }

    /// What reads the records of a type.
    pub(crate) fn of(schema: &Schema, id: TypeId) -> Option<Packed> {
        let Kind::Record { layout, root, room } = &schema[id].kind else {
            return None;
        };
        let Kind::Layout { definition } = &schema[*layout].kind else {
            return None;
        };
        let root = definition.layout().root(root).ok()?;
        Some(Packed::new(definition.clone(), root, *room))
    }

    /// The name of the struct.
    pub(crate) fn root_name(&self) -> &str {
        self.definition.layout().root_name(self.root)
    }

    /// A path that leads into records of the struct.
    pub(crate) fn path(&self, path: &str) -> Option<Path> {
        self.definition.layout().path(path)
    }

    /// Where a part is that is at the same place in every record of the struct, and the least bytes of a record that has it.
    pub(crate) fn constant_place(&self, path: &str) -> Option<(Place, u64)> {
        self.definition.layout().constant_place(self.root, path)
    }

    /// The value of a single value at such a place, by the first bytes of a record's place, which has `len` bytes. `None` if
    /// the record ends before it.
    pub(crate) fn constant(
        &self,
        (place, least): (Place, u64),
        leaf: &Leaf,
        bytes: &[u8],
        len: usize,
    ) -> Option<Value> {
        let room = len as u64 - self.room.start();
        let (own_len, own) = match self.room {
            Room::Bytes(_) => (room, bytes),
            Room::Counted => split_length(bytes),
        };
        let is_there = least <= own_len && own_len <= room;
        let layout = is_there.then(|| self.definition.layout())?;
        Some(match leaf {
            Leaf::Enum { values, .. } => named(values, layout.integer(place, own)?),
            leaf => plain(leaf, layout.value(place, own)?),
        })
    }

    /// Where the record begins in the bytes of its place.
    pub(crate) fn start(&self) -> u64 {
        self.room.start()
    }

    /// Lays out a record's own bytes, to be kept.
    pub(crate) fn owned(&self, bytes: &[u8]) -> OwnedRecord {
        let layout = self.definition.shared();
        OwnedRecord::new(layout, self.root, bytes.to_vec(), limits(bytes))
    }

    /// Lays out a record's own bytes.
    pub(crate) fn record<'r>(&'r self, bytes: &'r [u8]) -> Record<'r> {
        let layout = self.definition.layout();
        Record::new(layout, self.root, bytes, limits(bytes))
    }

    /// The bytes that the record has among those of its place; none if it was never written.
    ///
    /// # Errors
    ///
    /// The reason, if the length is larger than the room.
    pub(crate) fn own_bytes<'b>(&self, bytes: &'b [u8]) -> Result<&'b [u8], String> {
        let Room::Counted = self.room else {
            return Ok(bytes);
        };
        let (len, room) = split_length(bytes);
        let own = usize::try_from(len).ok().and_then(|len| room.get(..len));
        own.ok_or_else(|| format!("its length is {len}, its room {}", room.len()))
    }

    /// Makes `bytes` those of a place that holds this record.
    ///
    /// # Panics
    ///
    /// If the record is larger than the room.
    pub(crate) fn put(&self, record: &[u8], bytes: &mut [u8]) {
        let (len, room) = bytes.split_at_mut(self.room.start() as usize);
        if !len.is_empty() {
            len.copy_from_slice(&(record.len() as u64).to_ne_bytes());
        }
        let (own, rest) = room.split_at_mut(record.len());
        own.copy_from_slice(record);
        rest.fill(0);
    }

    /// The value of a whole record. What cannot be read is told as its last member, `!`. A record that was
    /// never written has no members.
    fn whole(&self, bytes: &[u8]) -> Value {
        match self.own_bytes(bytes) {
            Ok([]) => Value::Record(Vec::new().into()),
            Ok(own) => {
                let record = self.record(own);
                part(&record, record.root_place())
            }
            Err(reason) => Value::Record(vec![(FAULT.into(), reason.into())].into()),
        }
    }
}

/// The length of a record, and the bytes behind it.
fn split_length(bytes: &[u8]) -> (u64, &[u8]) {
    let (len, room) = bytes.split_at(LENGTH);
    (u64::from_ne_bytes(len.try_into().expect("a word")), room)
}

/// How much a record of these bytes may take: what its type was measured by.
fn limits(bytes: &[u8]) -> Limits {
    Limits {
        nodes: most_values(bytes.len() as u64),
        ..Limits::default()
    }
}

impl Definition {
    /// What bytes are as a record of the struct `root`: its members in the order of the record. What cannot be read is
    /// told as the last one, `!`. Takes time in proportion to what the record is made of, within the default
    /// [`Limits`](memglass_layouts::Limits).
    ///
    /// # Errors
    ///
    /// [`RootError`]: the layout has no such struct, or it takes names from structs around it.
    ///
    /// # Examples
    ///
    /// ```
    /// use memglass::{layouts::Layout, schema::Definition};
    ///
    /// let definition = Definition::new(Layout::parse("struct msg { u8 n; be u16 data[n]; };")?);
    /// assert_eq!(definition.value("msg", &[1, 0, 7])?.to_string(), "{n: 1, data: [7]}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn value(&self, root: &str, bytes: &[u8]) -> Result<Value, RootError> {
        let root = self.layout().root(root)?;
        let packed = Packed::new(self.clone(), root, Room::Counted);
        let record = packed.record(bytes);
        Ok(part(&record, record.root_place()))
    }
}

const CHECKED: &str = "a checked schema has layouts with their roots";

/// The value of the record that the bytes of a type hold, as [`Packed::whole`] says.
pub(crate) fn whole(schema: &Schema, id: TypeId, bytes: &[u8]) -> Value {
    Packed::of(schema, id).expect(CHECKED).whole(bytes)
}

/// The value of a record whose bytes were written while they were copied, with a last member that says so.
pub(crate) fn torn(value: Value) -> Value {
    let Value::Record(members) = value else {
        return value;
    };
    let mut members: Vec<_> = members.into_iter().collect();
    members.retain(|(name, _)| &**name != FAULT);
    let told = "torn: it was written while it was read";
    members.push((FAULT.into(), told.into()));
    Value::Record(members.into())
}

/// Lays out a record anew from the members of a value, and puts it into the bytes of its place.
pub(super) fn build(
    schema: &Schema,
    id: TypeId,
    wanted: &Value,
    bytes: &mut [u8],
) -> Result<(), Reason> {
    let Value::Record(members) = wanted else {
        return Err(Reason::Kind {
            expected: "a record".into(),
            found: wanted.noun(),
        });
    };
    let packed = Packed::of(schema, id).expect(CHECKED);
    let members = members.iter();
    let members: Vec<_> = members
        .map(|(name, value)| (name.to_string(), written(value)))
        .collect();
    let room = bytes.len() - packed.room.start() as usize;
    let layout = packed.definition.layout();
    let record = layout.build(packed.root, &members, room);
    packed.put(&record.map_err(refused)?, bytes);
    Ok(())
}

/// Puts a value at a path of the record that the bytes of a place hold. Nothing in it moves.
pub(crate) fn put_part(
    packed: &Packed,
    path: &str,
    wanted: &Value,
    strictness: Strictness,
    bytes: &mut [u8],
) -> Result<(), Reason> {
    let own = packed.own_bytes(bytes);
    let own = own.map_err(|why| Reason::Packed { why })?;
    let force = match strictness {
        Strictness::Checked => Force::No,
        Strictness::Forced => Force::Yes,
    };
    let record = packed.record(own);
    let record = record.written(&[(path, written(wanted))], force);
    packed.put(&record.map_err(refused)?, bytes);
    Ok(())
}

fn refused(error: WriteError) -> Reason {
    Reason::Packed {
        why: error.to_string(),
    }
}

/// A value as layouts have it.
fn written(value: &Value) -> memglass_layouts::Value {
    use memglass_layouts::Value as To;
    match value {
        Value::Bool(value) => To::Bool(*value),
        Value::F32(value) => To::Float((*value).into()),
        Value::F64(value) => To::Float(*value),
        Value::U128(value) => (*value).into(),
        Value::Text(text) => To::Text(text.clone()),
        Value::Enum(EnumValue {
            name: Some(name), ..
        }) => To::Text(name.to_string()),
        Value::List(values) => To::List(values.iter().map(written).collect()),
        Value::Record(members) => {
            let members = members.iter();
            To::Map(
                members
                    .map(|(name, value)| (name.to_string(), written(value)))
                    .collect(),
            )
        }
        number => To::Int(number.as_i128().expect("all others are whole numbers")),
    }
}

/// The value of a part of a record.
pub(crate) fn part(record: &Record<'_>, place: Place) -> Value {
    if let Some(leaf) = record.leaf(place) {
        return single(record, place, &leaf);
    }
    let mut gather = Gather {
        record,
        open: vec![Vec::new()],
        fault: None,
    };
    record.walk_below(place, &mut gather);
    let Gather {
        mut open, fault, ..
    } = gather;
    // Of a walk that its budget ended, the parts that were still open are lost: the fault says so.
    let mut parts = open.swap_remove(0);
    let is_list = place.count().is_some();
    if let Some(fault) = fault {
        let fault = (FAULT.into(), Value::Text(fault));
        parts.push(match is_list {
            true => (FAULT.into(), Value::Record(vec![fault].into())),
            false => fault,
        });
    }
    joined(is_list, parts)
}

/// The value of a place without parts.
pub(crate) fn single(record: &Record<'_>, place: Place, leaf: &Leaf) -> Value {
    match leaf {
        Leaf::Enum { values, .. } => named(values, record.integer(place).unwrap_or_default()),
        leaf => plain(leaf, record.value(place).expect("a single value has one")),
    }
}

fn named(values: &[(String, i128)], number: i128) -> Value {
    let known = values.iter().find(|(_, value)| *value == number);
    Value::Enum(EnumValue {
        number,
        name: known.map(|(name, _)| name.as_str().into()),
    })
}

/// The value of anything but an enum.
fn plain(leaf: &Leaf, value: memglass_layouts::Value) -> Value {
    use memglass_layouts::Value as Read;
    match (leaf, value) {
        (_, Read::Bool(value)) => Value::Bool(value),
        (Leaf::Int { signed, bits }, Read::Int(value)) => match (signed, bits) {
            (true, 0..=64) => Value::I64(value as i64),
            (false, 0..=64) => Value::U64(value as u64),
            (true, _) => Value::I128(value),
            (false, _) => Value::U128(value as u128),
        },
        (_, Read::Wide(value)) => Value::U128(value),
        (Leaf::Float { size: 8 }, Read::Float(value)) => Value::F64(value),
        (_, Read::Float(value)) => Value::F32(value as f32),
        (_, Read::Text(text)) => Value::Text(text),
        (_, other) => unreachable!("{other:?} of a {leaf:?}"),
    }
}

type Parts = Vec<(Arc<str>, Value)>;

/// Puts the values of a walk together, from the parts to the whole.
struct Gather<'r> {
    record: &'r Record<'r>,
    /// What was gathered of each node that the walk is inside of.
    open: Vec<Parts>,
    /// The first fault.
    fault: Option<String>,
}

impl Visitor for Gather<'_> {
    fn enter(&mut self, _: &Node<'_>) -> Go {
        self.open.push(Vec::new());
        Go::Into
    }

    fn leave(&mut self, node: &Node<'_>) {
        let parts = self.open.pop().unwrap_or_default();
        let place = node.place();
        let value = match self.record.leaf(place) {
            Some(leaf) => single(self.record, place, &leaf),
            None => joined(place.count().is_some(), parts),
        };
        let name = node.path().rsplit('.').next().unwrap_or_default();
        if let Some(around) = self.open.last_mut() {
            around.push((name.into(), value));
        }
    }

    fn fault(&mut self, path: &str, kind: memglass_layouts::Kind) {
        self.fault
            .get_or_insert_with(|| format!("{kind} at {path}"));
    }
}

fn joined(is_list: bool, parts: Parts) -> Value {
    match is_list {
        true => Value::List(parts.into_iter().map(|(_, value)| value).collect()),
        false => Value::Record(value::Record::from(parts)),
    }
}
