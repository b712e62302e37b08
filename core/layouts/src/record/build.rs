//! A record made of a map: the evaluator lays out bytes that are filled in as it goes.

use super::build_fill::{Pattern, matched};
use super::build_frame::{MapFrame, joined};
use super::evaluate::Evaluator;
use super::place::{Place, Shape, bit_member};
use super::source::Source;
use super::store::scalar_of;
use super::tree::Cut;
use super::value::Value;
use super::walk::Fault;
use super::write::{WriteError, encode, shown};
use super::{Record, Root};
use crate::Layout;
use crate::code::Code;
use crate::error_kind::{Kind, Why};
use crate::limits::Limits;
use crate::program::{Count, NONE, Program, Type};
use crate::scalar::Scalar;
use std::collections::BTreeMap;

/// How large the buffer is at first.
const FIRST_TRY: usize = 256;

impl Layout {
    /// Lays out a record anew from a map of its fields. Counts, sizes and the like that are left out follow from what
    /// they count. Padding is zero.
    ///
    /// # Errors
    ///
    /// [`WriteError::Missing`] if a value is left out that nothing else tells, [`WriteError::BadCount`] if a given count
    /// disagrees with what it counts, [`WriteError::Full`] if a struct is larger than its declared size,
    /// [`WriteError::Capacity`] beyond `capacity` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use memglass_layouts::{Layout, Value};
    ///
    /// let layout = Layout::parse("struct m { be u16 n; char text[n]; };")?;
    /// let map = [("text".to_owned(), Value::Text("hi".into()))];
    /// assert_eq!(layout.build(layout.root("m")?, &map, 64)?, b"\0\x02hi");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build(
        &self,
        root: Root,
        map: &[(String, Value)],
        capacity: usize,
    ) -> Result<Vec<u8>, WriteError> {
        let mut size = FIRST_TRY.min(capacity);
        loop {
            match self.try_build(root, map, size)? {
                Tried::Made(bytes) => return Ok(bytes),
                Tried::Cut { at } if size == capacity => {
                    return Err(WriteError::Capacity { at, capacity });
                }
                Tried::Cut { .. } => size = (size * 2).min(capacity),
            }
        }
    }

    /// Makes the record if it has `size` bytes at most.
    fn try_build(
        &self,
        root: Root,
        map: &[(String, Value)],
        size: usize,
    ) -> Result<Tried, WriteError> {
        let limits = Limits::default();
        let source = Building::new(map, size);
        let mut evaluator = Evaluator::new(&self.program, source, limits, size as u64);
        evaluator.lay_root(root.0);
        let Building {
            mut bytes,
            refusal,
            open,
            mut maps,
            ..
        } = evaluator.source;
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        let tree = evaluator.tree;
        let used = tree.root().known_size();
        let record = Record {
            layout: self,
            bytes: &bytes,
            limits,
            tree: std::borrow::Cow::Owned(tree),
        };
        if let Some(Fault { path, kind }) = record.faults().into_iter().next() {
            return match (kind, sized_around(&record, &path)) {
                (Kind::Truncated, None) => Ok(Tried::Cut { at: path }),
                (Kind::Truncated, Some((around, room))) => {
                    Err(WriteError::Full { path, around, room })
                }
                _ => Err(WriteError::Hidden { path, kind }),
            };
        }
        if let Some(frame) = maps.pop() {
            frame.refuse_unused()?;
        }
        if let Some((_, path)) = open.into_iter().next() {
            return Err(WriteError::Missing { path });
        }
        bytes.truncate(used.unwrap_or(0) as usize);
        Ok(Tried::Made(bytes))
    }
}

/// What came of making a record in so many bytes.
enum Tried {
    Made(Vec<u8>),
    /// They are too few.
    Cut {
        /// The first part that does not fit.
        at: String,
    },
}

/// The path and the bytes of the innermost struct around a part whose size is known although the part was cut.
fn sized_around(record: &Record<'_>, path: &str) -> Option<(String, u64)> {
    let ends = path.rmatch_indices(['.', '[']).map(|(end, _)| end);
    let sized = ends.map(|end| &path[..end]).find_map(|around| {
        let place = record.find(around).ok()?;
        let room = place.size().filter(|_| place.is_struct())?;
        Some((around.to_owned(), room))
    });
    sized.or_else(|| Some((String::new(), record.size()?)))
}

/// Bytes that are being made.
pub(super) struct Building<'v> {
    bytes: Vec<u8>,
    maps: Vec<MapFrame<'v>>,
    /// Integers that were left out, by offset and bit member.
    open: BTreeMap<(u64, u32), String>,
    /// Which of them a struct is to decide with its size.
    deciding: Vec<Pattern>,
    refusal: Option<WriteError>,
}

impl<'v> Building<'v> {
    fn new(map: &'v [(String, Value)], size: usize) -> Building<'v> {
        Building {
            bytes: vec![0; size],
            maps: vec![MapFrame::new(map, String::new())],
            open: BTreeMap::new(),
            deciding: Vec::new(),
            refusal: None,
        }
    }

    fn refuse<T>(&mut self, error: WriteError) -> Result<T, Why> {
        self.refusal.get_or_insert(error);
        Err(Why::Refused)
    }

    fn frame(&mut self) -> &mut MapFrame<'v> {
        self.maps.last_mut().expect("a field stands in a struct")
    }

    fn path(&self, program: &Program, field: u32) -> String {
        let around = self.maps.last().map_or("", |frame| frame.path.as_str());
        joined(around, program.name(program.field(field).name))
    }

    fn store(
        &mut self,
        program: &Program,
        place: Place,
        value: &Value,
        path: &str,
    ) -> Result<(), Why> {
        let stored = encode(program, place, value, &mut self.bytes, path);
        stored.or_else(|error| self.refuse(error))
    }

    /// Notes an integer that was left out.
    fn leave_open(&mut self, place: Place, member: u32, path: String) {
        self.open.insert((place.offset, member), path);
    }

    fn bitfield(
        &mut self,
        program: &Program,
        place: Place,
        map: &[(String, Value)],
        path: &str,
    ) -> Result<(), Why> {
        let Shape::Leaf(Type::Bitfield(of, big)) = place.shape else {
            return Ok(());
        };
        for (i, bits) in program.bitfields[of as usize].members.iter().enumerate() {
            let name = program.name(bits.name);
            let member = bit_member(place, of, i as u32, big);
            match map.iter().find(|(key, _)| key == name) {
                Some((_, value)) => self.store(program, member, value, &joined(path, name))?,
                None => self.leave_open(place, i as u32, joined(path, name)),
            }
        }
        let is_known = |key: &str| {
            let members = &program.bitfields[of as usize].members;
            members.iter().any(|bits| program.name(bits.name) == key)
        };
        match map.iter().find(|(key, _)| !is_known(key)) {
            Some((key, _)) => self.refuse(WriteError::NoField {
                path: joined(path, key),
            }),
            None => Ok(()),
        }
    }

    /// A field that was left out: integers may follow from others.
    fn omitted(&mut self, program: &Program, place: Place, path: String) -> Result<(), Why> {
        match place.shape {
            Shape::Leaf(Type::Bitfield(..)) => self.bitfield(program, place, &[], &path),
            Shape::Leaf(of)
                if matches!(
                    scalar_of(program, of),
                    Some((Scalar::Unsigned(_) | Scalar::Signed(_), _))
                ) =>
            {
                self.leave_open(place, NONE, path);
                Ok(())
            }
            Shape::Array { count: 0, .. } => Ok(()),
            _ => self.refuse(WriteError::Missing { path }),
        }
    }
}

/// How many elements or bytes of text a value has.
fn length(value: &Value, is_text: bool) -> Option<u64> {
    match value {
        Value::List(values) => Some(values.len() as u64),
        Value::Text(text) if is_text => Some(text.len() as u64),
        _ => None,
    }
}

fn is_text_field(program: &Program, field: u32) -> bool {
    let field = program.field(field);
    matches!(field.of, Type::Scalar(Scalar::Char, _)) && field.size.is_none()
}

impl<'v> Evaluator<'_, Building<'v>> {
    /// Gives an open field the value by which an expression comes to `wanted`.
    fn fill(&mut self, pattern: Pattern, wanted: u64, field: u32) -> Result<(), Why> {
        let program = self.program;
        let path = self.source.path(program, field);
        let Some(value) = pattern.solve(wanted.into()) else {
            return self.source.refuse(WriteError::BadCount {
                path,
                expected: 0,
                found: wanted,
            });
        };
        let Some(filled) = self.source.open.remove(&pattern.key()) else {
            return Ok(());
        };
        self.source
            .store(program, pattern.place, &Value::Int(value), &filled)
    }

    /// The open field that a count or size depends on, if it has one of the forms that can be solved.
    fn open_pattern(&mut self, code: &Code) -> Option<Pattern> {
        let pattern = matched(self, code)?;
        self.source
            .open
            .contains_key(&pattern.key())
            .then_some(pattern)
    }
}

impl<'v> Source for Building<'v> {
    const TAKES_TABLES: bool = false;

    fn bytes(&self) -> Option<&[u8]> {
        Some(&self.bytes)
    }

    fn before_count(e: &mut Evaluator<'_, Self>, field: u32, count: &Code) -> Result<(), Why> {
        let program = e.program;
        let value = e.source.frame().take(program, field);
        e.source.frame().arrays.insert(field, value);
        let Some(value) = value else { return Ok(()) };
        let Some(len) = length(value, is_text_field(program, field)) else {
            let path = e.source.path(program, field);
            return e.source.refuse(WriteError::BadValue {
                path,
                of: "array".to_owned(),
                value: shown(value),
            });
        };
        match e.open_pattern(count) {
            Some(pattern) => e.fill(pattern, len, field),
            None => Ok(()),
        }
    }

    fn with_count(e: &mut Evaluator<'_, Self>, field: u32, count: u64) -> Result<(), Why> {
        let program = e.program;
        let is_text = is_text_field(program, field);
        let path = e.source.path(program, field);
        let Some(value) = e.source.frame().arrays.get(&field).copied().flatten() else {
            let refusal = WriteError::Missing { path };
            return if count == 0 {
                Ok(())
            } else {
                e.source.refuse(refusal)
            };
        };
        match length(value, is_text) {
            // A shorter text is filled with zeros.
            Some(len)
                if len == count || (is_text && matches!(value, Value::Text(_)) && len < count) =>
            {
                Ok(())
            }
            Some(found) => e.source.refuse(WriteError::BadCount {
                path,
                expected: count,
                found,
            }),
            None => e.source.refuse(WriteError::BadValue {
                path,
                of: "array".to_owned(),
                value: shown(value),
            }),
        }
    }

    fn before_until(e: &mut Evaluator<'_, Self>, field: u32, until: i128) -> Result<(), Why> {
        let program = e.program;
        let path = e.source.path(program, field);
        let Some(value) = e.source.frame().take(program, field) else {
            return e.source.refuse(WriteError::Missing { path });
        };
        let Some(count) = length(value, is_text_field(program, field)) else {
            let refusal = WriteError::BadValue {
                path,
                of: "array".to_owned(),
                value: shown(value),
            };
            return e.source.refuse(refusal);
        };
        let of = program.field(field).of;
        let size = program.size_of(of).unwrap_or(1);
        if !e.fits((count + 1).saturating_mul(size)) {
            return Err(Kind::Truncated.into());
        }
        let shape = Shape::Array {
            inner: NONE,
            count,
            present: count,
            cut: None,
        };
        let place = Place {
            offset: e.at,
            size: (count + 1) * size,
            shape,
            field,
        };
        e.source.store(program, place, value, &path)?;
        let end = Place {
            offset: e.at + count * size,
            size,
            shape: Shape::Leaf(of),
            field,
        };
        // A char is written as a number here, since its end may be no character.
        e.source.store(program, end, &Value::Int(until), &path)
    }

    fn with_leaf(e: &mut Evaluator<'_, Self>, place: Place, index: Option<u64>) -> Result<(), Why> {
        let program = e.program;
        let path = e.source.path(program, place.field);
        let is_counted = matches!(program.field(place.field).count, Count::Expr(_));
        let value = match is_counted {
            true => e.source.frame().arrays.get(&place.field).copied().flatten(),
            false => e.source.frame().take(program, place.field),
        };
        let (value, path) = match (index, value) {
            (Some(index), Some(Value::List(values))) => {
                (values.get(index as usize), format!("{path}[{index}]"))
            }
            (_, value) => (value, path),
        };
        match value {
            None => e.source.omitted(program, place, path),
            Some(Value::Map(map)) if matches!(place.shape, Shape::Leaf(Type::Bitfield(..))) => {
                e.source.bitfield(program, place, map, &path)
            }
            Some(Value::List(values)) if is_bitfields(program, place) => {
                e.source.bitfields(program, place, values, &path)
            }
            Some(value) => e.source.store(program, place, value, &path),
        }
    }

    fn decides_size(e: &mut Evaluator<'_, Self>, _: u32, size: &Code) -> Result<bool, Why> {
        let pattern = e.open_pattern(size);
        e.source.deciding.extend(pattern);
        Ok(pattern.is_some())
    }

    fn with_size(e: &mut Evaluator<'_, Self>, field: u32, size: u64) -> Result<(), Why> {
        match e.source.deciding.pop() {
            Some(pattern) => e.fill(pattern, size, field),
            None => Ok(()),
        }
    }

    fn enter(e: &mut Evaluator<'_, Self>, field: u32, index: Option<u64>) -> Result<(), Why> {
        let program = e.program;
        let path = e.source.path(program, field);
        let (value, path) = match index {
            None => (e.source.frame().take(program, field), path),
            Some(index) => {
                let list = e.source.frame().arrays.get(&field).copied().flatten();
                let element = match list {
                    Some(Value::List(values)) => values.get(index as usize),
                    _ => None,
                };
                (element, format!("{path}[{index}]"))
            }
        };
        let map = match value {
            None => &[][..],
            Some(Value::Map(map)) => map,
            Some(other) => {
                let refusal = WriteError::BadValue {
                    path,
                    of: "struct".to_owned(),
                    value: shown(other),
                };
                return e.source.refuse(refusal);
            }
        };
        e.source.maps.push(MapFrame::new(map, path));
        Ok(())
    }

    fn leave(e: &mut Evaluator<'_, Self>, cut: Option<Cut>) -> Result<(), Why> {
        let frame = e.source.maps.pop();
        // Of a struct that was cut, the members behind the fault are not used yet.
        let Some(frame) = frame.filter(|_| cut.is_none()) else {
            return Ok(());
        };
        frame
            .refuse_unused()
            .or_else(|error| e.source.refuse(error))
    }

    fn may_read(&mut self, place: Place) -> Result<(), Why> {
        let member = match place.shape {
            Shape::Bits { member, .. } => Some(member),
            _ => None,
        };
        // A bitfield as a whole needs all of its members.
        let near = self.open.range((place.offset, 0)..=(place.offset, NONE));
        let open = near
            .into_iter()
            .find(|((_, open), _)| member.is_none_or(|member| member == *open));
        match open.map(|(_, path)| path.clone()) {
            Some(path) => self.refuse(WriteError::Missing { path }),
            None => Ok(()),
        }
    }
}

fn is_bitfields(program: &Program, place: Place) -> bool {
    matches!(place.shape, Shape::Array { .. })
        && matches!(program.field(place.field).of, Type::Bitfield(..))
}

impl Building<'_> {
    /// An array of bitfields: each a number or a map.
    fn bitfields(
        &mut self,
        program: &Program,
        place: Place,
        values: &[Value],
        path: &str,
    ) -> Result<(), Why> {
        let of = program.field(place.field).of;
        let size = program.size_of(of).unwrap_or(1);
        for (i, value) in values.iter().enumerate() {
            let offset = place.offset + i as u64 * size;
            let element = Place {
                offset,
                size,
                shape: Shape::Leaf(of),
                ..place
            };
            let path = format!("{path}[{i}]");
            match value {
                Value::Map(map) => self.bitfield(program, element, map, &path)?,
                value => self.store(program, element, value, &path)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a record with two texts for which there are so many bytes.
    #[track_caller]
    fn check(text: &str, texts: [&str; 2], capacity: usize, expected: &str) {
        let layout = Layout::parse(text).unwrap();
        let root = layout.root("msg").unwrap();
        let item = |text: &&str| {
            let members = [
                ("text", Value::Text((*text).into())),
                ("sum", Value::Int(7)),
            ];
            Value::Map(members.map(|(name, value)| (name.into(), value)).into())
        };
        let items = Value::List(texts.iter().map(item).collect());
        let error = layout.build(root, &[("items".to_owned(), items)], capacity);
        assert_eq!(error.unwrap_err().to_string(), expected);
    }

    #[test]
    fn what_does_not_fit_is_named_with_the_room_there_is() {
        let open = "struct msg { u8 n; item items[n]; }; struct item { u8 len; char text[len]; u32 sum; };";
        for (capacity, expected) in [
            (
                11,
                "\"items[1].sum\" does not fit: there is room for 11 bytes",
            ),
            (
                8,
                "\"items[1].text\" does not fit: there is room for 8 bytes",
            ),
            (
                3,
                "\"items[0].sum\" does not fit: there is room for 3 bytes",
            ),
            (0, "\"n\" does not fit: there is room for 0 bytes"),
        ] {
            check(open, ["a", "bcd"], capacity, expected);
        }
        let sized = "struct msg { u8 n; item items[n]; };
            struct item { u8 len; char text[len]; u32 sum; } [[fixed_size(8)]];";
        check(
            sized,
            ["abc", "abcd"],
            64,
            "\"items[1].sum\" does not fit into the 8 bytes of \"items[1]\"",
        );
        check(
            "struct msg { u8 n; item items[n]; } [[fixed_size(6)]]; struct item { char text[1]; u32 sum; };",
            ["a", "b"],
            64,
            "\"items\" does not fit into the 6 bytes of the record",
        );
    }
}
