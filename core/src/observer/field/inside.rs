//! Parts of packed records: found by the bytes of one moment, read on a private copy.

use std::sync::{Arc, Mutex};

use memglass_layouts::{FindError, Go, Leaf, Node, OwnedRecord, Path, Place, Record, Visitor};

use super::Field;
use crate::coerce::packed::{self, Packed};
use crate::coerce::{Refusal, Strictness};
use crate::observer::error::{PathError, ReadError};
use crate::observer::follow::is_record;
use crate::observer::laid_out::Moment;
use crate::observer::path::{Malformed, Step, Steps};
use crate::observer::place::Within;
use crate::observer::read::{Retries, with_buffer};
use crate::observer::suggest;
use crate::schema::{Kind, Protection, Schema, SchemaError, Type, TypeId, Variant};
use crate::value::{Record as Members, Value};

/// How often bytes without protection are copied until two copies agree.
const COPIES: usize = 8;

/// Which part of a packed record a field is, and what that was when it was resolved.
#[derive(Debug)]
pub(in crate::observer) struct Inside {
    packed: Packed,
    /// From the record on, as layouts have it.
    path: Path,
    pub(in crate::observer) type_name: String,
    /// What was there.
    place: Place,
    leaf: Option<Leaf>,
    /// Whether the layout depends on it.
    bears_layout: bool,
    /// Of an array, how many elements there were.
    count: Option<u64>,
    /// The type of a single value, in a schema of its own.
    pub(in crate::observer) own_type: Option<(Arc<Schema>, TypeId)>,
    /// Bytes from the start of the place, whose length comes first.
    pub(in crate::observer) offset: u64,
    pub(in crate::observer) size: u64,
    /// If it is a single value at the same place in every record, that place, and the least bytes of a record that has
    /// it: the record need not be laid out.
    constant: Option<(Place, u64)>,
    /// If it is a number, its last value and the sequence of the record's place with which it was read. A part that is
    /// read again before the next write is not looked up again.
    last: Mutex<Option<(u64, Value)>>,
}

/// What a part of a packed record has parts of; told by [`Field::packing`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Members. A bitfield has some as well.
    Struct,
    /// So many elements.
    Array(u64),
}

impl Inside {
    /// The part's value, by the bytes of the record's place.
    ///
    /// # Errors
    ///
    /// The reason, if the record does not have the part.
    pub(in crate::observer) fn value(&self, bytes: &[u8]) -> Result<Value, String> {
        if let Some(value) = self.constant_value(bytes, bytes.len()) {
            return Ok(value);
        }
        let own = written_bytes(&self.packed, bytes)?;
        self.value_in(&self.packed.record(own))
    }

    /// The part's value by the first bytes of the record's place, which has `len` bytes; `None` if it takes laying out the
    /// record to know it, or why there is none.
    fn constant_value(&self, bytes: &[u8], len: usize) -> Option<Value> {
        self.packed
            .constant(self.constant?, self.leaf.as_ref()?, bytes, len)
    }

    /// The part's value in a record.
    fn value_in(&self, record: &Record<'_>) -> Result<Value, String> {
        let place = record.follow(&self.path);
        let place = place.map_err(|error| reason(record, &error))?;
        if let Some(leaf) = &self.leaf
            && place.is_same_part(&self.place)
        {
            return Ok(packed::single(record, place, leaf));
        }
        let leaf = record.leaf(place);
        if !is_alike(self.leaf.as_ref(), leaf.as_ref()) {
            let (now, before) = (record.type_name(place), &self.type_name);
            return Err(format!(
                "it is of type {now} now, and was {before} when it was looked up"
            ));
        }
        Ok(packed::part(record, place))
    }

    /// The part's value while the record's place has this sequence, if that is known.
    fn last(&self, sequence: u64) -> Option<Value> {
        // Nobody waits: looking it up takes no longer.
        let last = self.last.try_lock().ok()?;
        last.as_ref()
            .filter(|(known, _)| *known == sequence)
            .map(|(_, value)| value.clone())
    }

    /// Keeps the value that the part has while the record's place has this sequence.
    fn keep(&self, sequence: u64, value: &Value) {
        let is_number = matches!(
            self.leaf,
            Some(Leaf::Int { .. } | Leaf::Float { .. } | Leaf::Bool)
        );
        if let (true, Ok(mut last)) = (is_number, self.last.try_lock()) {
            *last = Some((sequence, value.clone()));
        }
    }

    /// The same, with the reason as a value.
    pub(in crate::observer) fn value_or_fault(&self, bytes: &[u8]) -> Value {
        let fault = |reason: String| Value::Record(Members::from([("!", reason.into())]));
        self.value(bytes).unwrap_or_else(fault)
    }

    /// Puts a value into the bytes of the record's place.
    pub(in crate::observer) fn put(
        &self,
        wanted: &Value,
        strictness: Strictness,
        bytes: &mut [u8],
    ) -> Result<(), Refusal> {
        packed::put_part(&self.packed, self.path.text(), wanted, strictness, bytes)
            .map_err(Refusal::from)
    }
}

impl Field {
    /// Narrows a packed record, or a part of one, to the part that the steps lead to. Its path is already that
    /// of the part.
    pub(in crate::observer) fn into_part(mut self, steps: Steps<'_>) -> Result<Field, PathError> {
        let inside = self.find_part(steps)?;
        self.inside = Some(Arc::new(inside));
        Ok(self)
    }

    /// Reads a part of a packed record.
    pub(super) fn read_part(&self, inside: &Inside, retries: Retries) -> Result<Value, ReadError> {
        let before = self.moment();
        if let Some(value) = before.and_then(|moment| inside.last(moment.sequence)) {
            return Ok(value);
        }
        let (value, moment) = match self.read_constant(inside, retries) {
            Some(value) => (value?, self.still(before)),
            None => {
                let (laid_out, moment) = self.laid_out(&inside.packed, before, retries)?;
                let value = inside.value_in(&laid_out.record());
                (value.map_err(|reason| self.no_record(reason))?, moment)
            }
        };
        if let Some(moment) = moment {
            inside.keep(moment.sequence, &value);
        }
        Ok(value)
    }

    /// Reads a part whose place depends on no data: copies what stands before its end, and lays out nothing. `None` if
    /// that does not tell its value.
    fn read_constant(&self, inside: &Inside, retries: Retries) -> Option<Result<Value, ReadError>> {
        let (place, _) = inside.constant.filter(|_| self.trial().is_none())?;
        let schema = self.session_schema();
        let (guarded, start) = self.place.guarded(schema, self.object_view())?;
        let len = self.place.value_size(schema);
        let end = inside.packed.start() + place.offset() + place.size()?;
        let end = usize::try_from(end).ok().filter(|end| *end <= len)?;
        with_buffer(end, |bytes| {
            let copied = self.while_alive(|| {
                let copied = guarded.read(start as usize, bytes, retries);
                copied.map_err(|contended| self.contended(None, contended))
            });
            match copied {
                Ok(()) => inside.constant_value(bytes, len).map(Ok),
                Err(error) => Some(Err(error)),
            }
        })
    }

    /// The present record, which was asked for at the moment `before`, and of which moment it is, if that is known. If
    /// nothing was written since somebody read a part of it, what that laid out is used again.
    fn laid_out(
        &self,
        packed: &Packed,
        before: Option<Moment>,
        retries: Retries,
    ) -> Result<(Arc<OwnedRecord>, Option<Moment>), ReadError> {
        let kept = before.and_then(|moment| self.sight().laid_out.find(&moment));
        if let Some(kept) = kept {
            return Ok((kept, before));
        }
        let record = self.look_at_settled_bytes(retries, |bytes, _| {
            let own = written_bytes(packed, bytes);
            let own = own.map_err(|reason| self.no_record(reason))?;
            Ok(Arc::new(packed.owned(own)))
        })?;
        let moment = self.still(before);
        if let Some(moment) = moment {
            self.sight().laid_out.keep(moment, Arc::clone(&record));
        }
        Ok((record, moment))
    }

    /// A whole record without protection. If it was written during each copy of its bytes, its value ends with a member that says so.
    pub(super) fn read_unguarded_record(&self, retries: Retries) -> Result<Value, ReadError> {
        self.look_at_settled_bytes(retries, |bytes, is_settled| {
            let value = self.decoded(bytes)?;
            Ok(match is_settled {
                true => value,
                false => packed::torn(value),
            })
        })
    }

    /// Whether it is a whole packed record whose bytes are written one by one.
    pub(super) fn is_unguarded_record(&self) -> bool {
        let schema = self.session_schema();
        self.inside.is_none()
            && is_record(schema, self.object, self.place)
            && self.place.inside(schema) == Within::Itself
            && schema.protection(self.place.type_id) == Protection::Plain
    }

    /// Hands bytes to `look` that are of one moment, and whether they are: all of one write if the place is guarded, else two
    /// copies in a row that are equal. If they never are, the last one is taken.
    fn look_at_settled_bytes<R>(
        &self,
        retries: Retries,
        look: impl Fn(&[u8], bool) -> Result<R, ReadError>,
    ) -> Result<R, ReadError> {
        let is_guarded = self.place.inside(self.session_schema()) != Within::Itself;
        if is_guarded || retries == Retries::Once {
            return self.look_at_bytes_with(retries, |bytes| look(bytes, true));
        }
        let mut copies = [Vec::new(), Vec::new()];
        self.read_into(&mut copies[0])?;
        for _ in 0..COPIES {
            let [last, next] = &mut copies;
            self.read_into(next)?;
            if last == next {
                return look(last, true);
            }
            copies.swap(0, 1);
        }
        look(&copies[0], false)
    }

    /// Which value is there now; `None` if that is not counted, or what this observer tries out lies over it.
    fn moment(&self) -> Option<Moment> {
        if self.trial().is_some() {
            return None;
        }
        Some(Moment {
            slot: self.object.slot,
            alive: self.object.alive,
            offset: self.place.offset,
            type_id: self.place.type_id,
            sequence: self.sequence()?,
        })
    }

    /// The moment `before`, if nothing was written since. Otherwise nobody knows which of the values was copied meanwhile.
    fn still(&self, before: Option<Moment>) -> Option<Moment> {
        before.filter(|before| self.moment() == Some(*before))
    }

    fn no_record(&self, reason: String) -> ReadError {
        ReadError::Record {
            path: self.path().into(),
            reason,
        }
    }

    /// What lays out the record that this is or is in, and its path there; `None` if it is no packed record.
    pub(super) fn packed_path(&self) -> Option<(Packed, &str)> {
        match &self.inside {
            Some(inside) => Some((inside.packed.clone(), inside.path.text())),
            None => self.packing().map(|_| (self.packed(), "")),
        }
    }

    fn find_part(&self, steps: Steps<'_>) -> Result<Inside, PathError> {
        let failed = |reason: String| PathError::Record {
            path: self.path().into(),
            reason,
        };
        let (packed, start) = match &self.inside {
            Some(inside) => (inside.packed.clone(), inside.path.text().to_owned()),
            None => (self.packed(), String::new()),
        };
        let (laid_out, _) = self
            .laid_out(&packed, self.moment(), Retries::Retry)
            .map_err(|error| match error {
                ReadError::Record { reason, .. } => failed(reason),
                error => failed(error.to_string()),
            })?;
        let record = laid_out.record();
        let (place, path) = self.walk_steps(&record, start, steps)?;
        let leaf = record.leaf(place);
        let type_name = record.type_name(place);
        Ok(Inside {
            own_type: leaf
                .as_ref()
                .and_then(|leaf| own_type(leaf, bare(&type_name)).ok()),
            type_name,
            bears_layout: record.bears_layout(place),
            count: place.count().filter(|_| leaf.is_none()),
            constant: leaf.as_ref().and_then(|_| packed.constant_place(&path)),
            leaf,
            offset: packed.start() + place.offset(),
            size: place.size().unwrap_or_default(),
            place,
            path: packed
                .path(&path)
                .expect("a path that was found has names of the layout"),
            packed,
            last: Mutex::default(),
        })
    }

    /// What the field has parts of, if it is a packed record, or a struct or array in one. The parts are those of
    /// the moment when the field was resolved: each write of the record may change them.
    pub fn packing(&self) -> Option<Packing> {
        match &self.inside {
            Some(inside) if inside.leaf.is_some() => None,
            Some(inside) => Some(inside.count.map_or(Packing::Struct, Packing::Array)),
            None => {
                is_record(self.session_schema(), self.object, self.place).then_some(Packing::Struct)
            }
        }
    }

    /// Whether it is a part of a packed record, and not the whole of it.
    pub fn is_packed_part(&self) -> bool {
        self.inside.is_some()
    }

    /// Whether it is a part of a packed record that the record's layout depends on: a count, a size, a tag. Only
    /// writes that are forced change it.
    pub fn bears_layout(&self) -> bool {
        let inside = self.inside.as_ref();
        inside.is_some_and(|inside| inside.bears_layout)
    }

    fn packed(&self) -> Packed {
        let schema = self.session_schema();
        Packed::of(schema, self.place.bare(schema)).expect(
            "only packed records have parts of their own, and a checked schema has their layouts",
        )
    }

    /// Follows steps from a part of the record on.
    fn walk_steps(
        &self,
        record: &Record<'_>,
        mut path: String,
        steps: Steps<'_>,
    ) -> Result<(Place, String), PathError> {
        let whole = self.path().len() - steps.rest().len();
        let all = steps.rest().len();
        let mut steps = steps;
        let find = |path: &str| match path {
            "" => Ok(record.root_place()),
            path => record.find(path),
        };
        let mut place = find(&path).map_err(|error| self.no_part(record, &error))?;
        loop {
            let around = &self.path()[..whole + all - steps.rest().len()];
            let Some(step) = steps.next() else {
                return Ok((place, path));
            };
            let step = step.map_err(|Malformed { at, expected }| PathError::Malformed {
                path: steps.text().into(),
                at,
                expected: expected.into(),
            })?;
            push(&mut path, step);
            place = match find(&path) {
                Ok(place) => place,
                Err(FindError::NoField { .. }) => return Err(no_step(record, place, around, step)),
                Err(error) => return Err(self.no_part(record, &error)),
            };
        }
    }

    fn no_part(&self, record: &Record<'_>, error: &FindError) -> PathError {
        PathError::Record {
            path: self.path().into(),
            reason: reason(record, error),
        }
    }
}

/// Whether two single values are of one kind, so that who reads one can take the other.
fn is_alike(a: Option<&Leaf>, b: Option<&Leaf>) -> bool {
    match (a, b) {
        (Some(Leaf::Int { .. } | Leaf::Enum { .. } | Leaf::Float { .. }), _) => a == b,
        (Some(a), Some(b)) => std::mem::discriminant(a) == std::mem::discriminant(b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// The bytes of a record that was written.
pub(super) fn written_bytes<'b>(packed: &Packed, bytes: &'b [u8]) -> Result<&'b [u8], String> {
    match packed.own_bytes(bytes)? {
        [] => Err("no record was written yet".into()),
        own => Ok(own),
    }
}

/// Why a part cannot be read, with the place of the fault that hides it.
fn reason(record: &Record<'_>, error: &FindError) -> String {
    let fault = match error {
        FindError::Hidden { kind, .. } => {
            let faults = record.faults();
            faults.into_iter().find(|fault| fault.kind == *kind)
        }
        _ => None,
    };
    match fault {
        Some(fault) => format!("the record is damaged: {} at {}", fault.kind, fault.path),
        None => "the record has no such part now".into(),
    }
}

fn push(path: &mut String, step: Step<'_>) {
    match step {
        Step::Member(name) if path.is_empty() => path.push_str(name),
        Step::Member(name) => *path += &format!(".{name}"),
        Step::Element(index) => *path += &format!("[{index}]"),
    }
}

/// What to tell of a step that leads nowhere from a part of the record.
fn no_step(record: &Record<'_>, place: Place, path: &str, step: Step<'_>) -> PathError {
    let type_name = record.type_name(place);
    match (step, place.count()) {
        (Step::Element(index), Some(count)) => PathError::IndexOutOfRange {
            path: path.into(),
            index,
            count,
        },
        (Step::Element(_), None) => PathError::NotAnArray {
            path: path.into(),
            noun: "no array".into(),
            type_name,
        },
        (Step::Member(name), _) => {
            let mut names = Names(Vec::new());
            record.walk_below(place, &mut names);
            let names = names.0.iter().map(String::as_str);
            PathError::NoSuchField {
                object: path.into(),
                type_name,
                field: name.into(),
                suggestion: suggest::among(name, names),
            }
        }
    }
}

/// The names of the parts of one place.
struct Names(Vec<String>);

impl Visitor for Names {
    fn enter(&mut self, node: &Node<'_>) -> Go {
        self.0.push(node.path().to_owned());
        Go::Over
    }
}

/// The name of an enum, without its byte order, and without the bits that it has in a bitfield.
fn bare(type_name: &str) -> &str {
    let name = type_name.strip_prefix("be ").unwrap_or(type_name);
    name.split('(').next().unwrap_or(name)
}

/// The type of a single value, which is called `name` if it is an enum.
fn own_type(leaf: &Leaf, name: &str) -> Result<(Arc<Schema>, TypeId), SchemaError> {
    let bytes = |bits: u32| u64::from(bits).div_ceil(8).next_power_of_two();
    let ty = match leaf {
        Leaf::Bool => Type::new("bool", 1, 1, Kind::Bool),
        Leaf::Float { size: 8 } => Type::new("f64", 8, 8, Kind::Float),
        Leaf::Float { .. } => Type::new("f32", 4, 4, Kind::Float),
        Leaf::Int { signed, bits } => integer("", bytes(*bits), Kind::Int { signed: *signed }),
        Leaf::Enum {
            signed,
            bits,
            values,
        } => {
            let variants = values.iter().map(|(name, value)| Variant {
                name: name.as_str().into(),
                value: *value,
            });
            let kind = Kind::Enum {
                signed: *signed,
                variants: variants.collect(),
            };
            integer(name, bytes(*bits), kind)
        }
        Leaf::Bytes { len } => Type::new("", (2 * len).max(1), 1, Kind::Text),
        Leaf::Text { len } => Type::new("", (*len).max(1), 1, Kind::Text),
        _ => Type::new("", 1, 1, Kind::Text),
    };
    let mut schema = Schema::new();
    let id = schema.add(ty)?;
    Ok((Arc::new(schema), id))
}

fn integer(name: &str, size: u64, kind: Kind) -> Type {
    Type::new(name, size, size.min(8), kind)
}
