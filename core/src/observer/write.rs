//! Writing: everything is checked before any byte changes, then stored under the protection that
//! each part has.

use std::time::{Duration, Instant};

use super::error::{ReadError, WriteError};
use super::field::Field;
use super::place::{Guarded, Place, Within, exchange, load, store};
use super::read::{self, Patience, get_scalar, put_scalar};
use crate::coerce::{Reason, Refusal, Strictness, encode_field, encode_value};
use crate::owners::WriterSlot;
use crate::schema::{Kind, Schema};
use crate::shm::{self, View};
use crate::sync::Claim;
use crate::sync::intent::Intent;
use crate::value::Value;

/// One store that a write comes down to.
struct Part<'a> {
    /// Empty for the field itself, else like `.levels[2].price`.
    path: String,
    place: Place,
    wanted: &'a Value,
}

/// A part that is checked, and ready to be stored without failing.
enum Ready<'p> {
    Guarded {
        claim: Claim<'p>,
        words: Vec<u64>,
    },
    Plain {
        part: &'p Part<'p>,
        strictness: Strictness,
    },
}

impl Field {
    /// Writes a value after checking it: read-only, type, width, range, step, regex, enum and flag
    /// names, all before any byte changes.
    ///
    /// - A guarded value, or a part of one, is written as one new value of the whole.
    /// - Members of a struct that the record does not mention keep their values.
    /// - A struct that is not protected as a whole is written member by member.
    ///
    /// # Errors
    ///
    /// [`WriteError`] says what is allowed; nothing has changed. [`ReadError::Truncated`] in it says that
    /// the segment was cut short meanwhile: the value may have gone nowhere.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// use memglass::{AttachOptions, Value};
    ///
    /// let answer = session.object("answer", 42_i8)?;
    /// let observer = AttachOptions::new().dir(&dir).writable().attach("example")?;
    /// let field = observer.field("answer")?;
    /// field.write(&Value::I64(43))?;
    /// assert_eq!(answer.get(), 43);
    /// assert!(field.write(&Value::I64(300)).is_err());
    /// assert_eq!(answer.get(), 43);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write(&self, value: &Value) -> Result<(), WriteError> {
        self.write_with(value, Strictness::Checked)
    }

    /// Writes a value that only its type must allow: read-only, range, step, regex and unknown enum
    /// or flag values are overridden.
    ///
    /// # Errors
    ///
    /// As for [`Field::write`], without those.
    pub fn write_forced(&self, value: &Value) -> Result<(), WriteError> {
        self.write_with(value, Strictness::Forced)
    }

    /// Everything that [`Field::write`] checks, without writing. Needs no right to write.
    ///
    /// # Errors
    ///
    /// What [`Field::write`] would return.
    pub fn check(&self, value: &Value) -> Result<(), WriteError> {
        self.unless_cut(self.checked_parts(value, Strictness::Checked).map(drop))
    }

    /// Adds to a number in one step that no other writer can come between; returns the new value.
    ///
    /// # Errors
    ///
    /// As for [`Field::write`]; the sum is what is checked.
    pub fn add(&self, amount: &Value) -> Result<Value, WriteError> {
        let mut sum = None;
        self.change(&mut |value| {
            let added = add(value, amount).ok_or_else(|| self.refused(value, amount))?;
            sum = Some(added.clone());
            Ok(added)
        })?;
        Ok(sum.expect("set by each attempt"))
    }

    /// Changes a value in one step: what `change` makes of the present value is checked and stored
    /// only if nobody wrote in between. `change` may be called more than once for a number that is
    /// not guarded.
    ///
    /// # Errors
    ///
    /// As for [`Field::write`]. A struct or array that is not guarded as a whole cannot be changed
    /// in one step and is refused.
    pub fn update(&self, mut change: impl FnMut(&mut Value)) -> Result<Value, WriteError> {
        let mut last = None;
        self.change(&mut |value| {
            let mut changed = value.clone();
            change(&mut changed);
            last = Some(changed.clone());
            Ok(changed)
        })?;
        Ok(last.expect("set by each attempt"))
    }

    fn write_with(&self, value: &Value, strictness: Strictness) -> Result<(), WriteError> {
        let writer = self.writer()?;
        let written = if self.is_number() {
            self.write_number(writer, value, strictness)
        } else {
            self.write_parts(writer, value, strictness)
        };
        self.unless_cut(written)
    }

    fn write_parts(
        &self,
        writer: &WriterSlot,
        value: &Value,
        strictness: Strictness,
    ) -> Result<(), WriteError> {
        let parts = self.checked_parts(value, strictness)?;
        let _intent = self.announce(writer)?;
        // Claims come first: they are what can still fail.
        let ready: Vec<Ready<'_>> = parts
            .iter()
            .map(|part| self.prepare(writer, part, strictness))
            .collect::<Result<_, _>>()?;
        ready.into_iter().try_for_each(|ready| self.finish(ready))
    }

    /// Writes a lone number, whose bytes are all replaced: one check and one store.
    fn write_number(
        &self,
        writer: &WriterSlot,
        value: &Value,
        strictness: Strictness,
    ) -> Result<(), WriteError> {
        self.check_not_readonly(strictness)?;
        let (schema, mut bytes) = (self.schema(), [0; 8]);
        let id = self.place.bare(schema);
        let bytes = &mut bytes[..schema[id].size as usize];
        // As `encode`, but a lone number is no bitfield.
        let metadata = self.place.metadata(schema);
        encode_value(schema, id, metadata, value, strictness, bytes)
            .map_err(|refusal| self.refuse(refusal))?;
        let _intent = self.announce(writer)?;
        store(
            self.place.view(self.object_view()),
            bytes.len(),
            get_scalar(bytes),
        );
        Ok(())
    }

    fn check_not_readonly(&self, strictness: Strictness) -> Result<(), WriteError> {
        if self.place.readonly && strictness == Strictness::Checked {
            return Err(WriteError::ReadOnlyField {
                path: self.path().into(),
            });
        }
        Ok(())
    }

    #[inline]
    fn writer(&self) -> Result<&WriterSlot, WriteError> {
        match &self.attached().writer {
            Some(writer) if writer.is_mine() => Ok(writer),
            writer => Err(self.may_not_write(writer.is_some())),
        }
    }

    #[cold]
    fn may_not_write(&self, is_forked: bool) -> WriteError {
        let path = self.path().into();
        match is_forked {
            true => WriteError::Forked { path },
            false => WriteError::ReadOnlySession { path },
        }
    }

    #[cold]
    fn gone_for_writing(&self) -> WriteError {
        match self.gone() {
            ReadError::Gone { path } => WriteError::Gone { path },
            error => WriteError::Read(error),
        }
    }

    /// What a write came to, unless it went nowhere because a segment was cut short: the object's, or
    /// the header, without which nobody knows of the write.
    #[inline(always)]
    fn unless_cut<R>(&self, result: Result<R, WriteError>) -> Result<R, WriteError> {
        match shm::cuts() {
            0 => result,
            _ => self.unless_cut_here(result),
        }
    }

    #[cold]
    fn unless_cut_here<R>(&self, result: Result<R, WriteError>) -> Result<R, WriteError> {
        let header = self.attached().layout.check_header_cut();
        let whole = self.check_cut().and_then(|()| Ok(header?));
        whole.map_err(WriteError::Read)?;
        result
    }

    /// From here on until the intent is dropped, the object's bytes stay its own.
    fn announce<'w>(&self, writer: &'w WriterSlot) -> Result<Intent<'w>, WriteError> {
        let intent = writer.announce(self.object.slot, self.object.alive.generation());
        let intent = intent.ok_or_else(|| WriteError::Busy {
            path: self.path().into(),
            holder: "another thread of this observer".into(),
        })?;
        if !intent.protects(self.object.alive, self.entry()) {
            return Err(self.gone_for_writing());
        }
        Ok(intent)
    }

    /// The single places that a value for this field goes to.
    fn parts_of<'v>(
        &self,
        value: &'v Value,
        strictness: Strictness,
    ) -> Result<Vec<Part<'v>>, WriteError> {
        if !self.is_alive() {
            return Err(self.gone_for_writing());
        }
        self.check_size().map_err(WriteError::Read)?;
        let mut parts = Vec::new();
        if let Some(count) = self.object.elements {
            let Value::List(values) = value else {
                return Err(self.wrong_shape(value, &format!("a list of {count}")));
            };
            if values.len() as u64 != count {
                return Err(self.wrong_shape(value, &format!("a list of {count}")));
            }
            for (index, (element, value)) in self.parts().zip(values).enumerate() {
                let part = Part {
                    path: format!("[{index}]"),
                    place: element.place,
                    wanted: value,
                };
                split(
                    self.schema(),
                    self.object_view(),
                    part,
                    strictness,
                    &mut parts,
                )
                .map_err(|refusal| self.refuse(refusal))?;
            }
            return Ok(parts);
        }
        self.check_not_readonly(strictness)?;
        let whole = Part {
            path: String::new(),
            place: self.place,
            wanted: value,
        };
        split(
            self.schema(),
            self.object_view(),
            whole,
            strictness,
            &mut parts,
        )
        .map_err(|refusal| self.refuse(refusal))?;
        Ok(parts)
    }

    /// The places that a value for this field goes to, each found to be acceptable as things are now,
    /// without those that would be refused but keep their value: what was read can be written back.
    fn checked_parts<'v>(
        &self,
        value: &'v Value,
        strictness: Strictness,
    ) -> Result<Vec<Part<'v>>, WriteError> {
        let mut checked = Vec::new();
        for part in self.parts_of(value, strictness)? {
            match self.check_part(&part, strictness) {
                Ok(()) => checked.push(part),
                Err(WriteError::Refused { .. }) if self.keeps_its_value(&part) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(checked)
    }

    /// Whether the part is one of several, and has the wanted value already.
    fn keeps_its_value(&self, part: &Part<'_>) -> bool {
        let present = || self.part_bytes(part).ok();
        !part.path.is_empty()
            && present().is_some_and(|bytes| {
                read::decode(self.schema(), &part.place, &bytes) == *part.wanted
            })
    }

    /// Whether the part would be accepted as things are now.
    fn check_part(&self, part: &Part<'_>, strictness: Strictness) -> Result<(), WriteError> {
        let mut bytes = self.part_bytes(part)?;
        self.encode_part(part, strictness, &mut bytes)
    }

    /// The present bytes of the value that the part is, or is a part of.
    fn part_bytes(&self, part: &Part<'_>) -> Result<Vec<u8>, WriteError> {
        read::bytes(
            self.schema(),
            &part.place,
            self.object_view(),
            Patience::Retry,
        )
        .map_err(|contended| {
            WriteError::Read(ReadError::Contended {
                path: self.path().into(),
                attempts: contended.attempts,
            })
        })
    }

    /// Checks a wanted value and puts it into the bytes that its place has now.
    fn encode(
        &self,
        place: &Place,
        path: &str,
        wanted: &Value,
        strictness: Strictness,
        bytes: &mut [u8],
    ) -> Result<(), WriteError> {
        let schema = self.schema();
        match (place.field(schema), place.bits(schema)) {
            (Some(field), Some(_)) => encode_field(schema, field, wanted, strictness, bytes),
            _ => encode_value(
                schema,
                place.bare(schema),
                place.metadata(schema),
                wanted,
                strictness,
                bytes,
            ),
        }
        .map_err(|refusal| self.refuse(refusal.within(path)))
    }

    fn encode_part(
        &self,
        part: &Part<'_>,
        strictness: Strictness,
        bytes: &mut [u8],
    ) -> Result<(), WriteError> {
        self.encode(&part.place, &part.path, part.wanted, strictness, bytes)
    }

    /// Claims a guarded part and makes its new words; of others, nothing can fail any more.
    fn prepare<'p>(
        &'p self,
        writer: &WriterSlot,
        part: &'p Part<'p>,
        strictness: Strictness,
    ) -> Result<Ready<'p>, WriteError> {
        let Some((guarded, offset)) = part.place.guarded(self.schema(), self.object_view()) else {
            return Ok(Ready::Plain { part, strictness });
        };
        let claim = self.claim(writer, guarded)?;
        let mut words = vec![0; guarded.slots.len_words()];
        claim.read_current(&mut words);
        let mut bytes = read::cut(
            &words,
            offset as usize,
            part.place.value_size(self.schema()),
        );
        self.encode_part(part, strictness, &mut bytes)?;
        paste(&mut words, offset as usize, &bytes);
        Ok(Ready::Guarded { claim, words })
    }

    fn finish(&self, ready: Ready<'_>) -> Result<(), WriteError> {
        match ready {
            Ready::Guarded { claim, words } => {
                claim.publish_and_release(&words);
                Ok(())
            }
            Ready::Plain { part, strictness } => self.store(part, strictness),
        }
    }

    fn claim<'p>(
        &'p self,
        writer: &WriterSlot,
        guarded: Guarded<'p>,
    ) -> Result<Claim<'p>, WriteError> {
        let claim = guarded
            .slots
            .claim(writer.owner(), |owner| self.attached().is_dead(owner));
        claim.map_err(|busy| WriteError::Busy {
            path: self.path().into(),
            holder: self.attached().holder(busy.owner),
        })
    }

    /// Stores a part that is not guarded.
    fn store(&self, part: &Part<'_>, strictness: Strictness) -> Result<(), WriteError> {
        let (schema, place) = (self.schema(), &part.place);
        let size = place.value_size(schema);
        let shared_unit = place.bits(schema).is_some();
        if shared_unit
            || matches!(place.within, Within::Words { .. })
            || schema[place.bare(schema)].kind.is_union()
        {
            return self.exchange(place, |old| {
                let mut bytes = unit_bytes(schema, place, old);
                self.encode_part(part, strictness, &mut bytes)?;
                Ok(bytes)
            });
        }
        let mut bytes = self.part_bytes(part)?;
        self.encode_part(part, strictness, &mut bytes)?;
        let view = place.view(self.object_view());
        match schema[place.bare(schema)].kind {
            Kind::Text => bytes.iter().enumerate().for_each(|(at, &byte)| {
                store(
                    view.part(at, 1).expect("inside the text"),
                    1,
                    u64::from(byte),
                );
            }),
            _ if size > 8 => bytes.chunks_exact(8).enumerate().for_each(|(index, word)| {
                store(
                    view.part(index * 8, 8)
                        .expect("128-bit integers are two words"),
                    8,
                    get_scalar(word),
                );
            }),
            _ => store(view, size, get_scalar(&bytes)),
        }
        Ok(())
    }

    /// Read-modify-write of one guarded value or one number.
    fn change(
        &self,
        change: &mut dyn FnMut(&Value) -> Result<Value, WriteError>,
    ) -> Result<(), WriteError> {
        let writer = self.writer()?;
        self.check_not_readonly(Strictness::Checked)?;
        // Its place is that of the first one, which may well be guarded.
        if self.object.elements.is_some() {
            return Err(self.not_one_step());
        }
        let _intent = self.announce(writer)?;
        let changed = match self.place.guarded(self.schema(), self.object_view()) {
            Some((guarded, offset)) => {
                self.change_guarded(writer, guarded, offset as usize, change)
            }
            None => self.change_number(change),
        };
        self.unless_cut(changed)
    }

    fn change_guarded(
        &self,
        writer: &WriterSlot,
        guarded: Guarded<'_>,
        offset: usize,
        change: &mut dyn FnMut(&Value) -> Result<Value, WriteError>,
    ) -> Result<(), WriteError> {
        let claim = self.claim(writer, guarded)?;
        let mut words = vec![0; guarded.slots.len_words()];
        claim.read_current(&mut words);
        let mut bytes = read::cut(&words, offset, self.place.value_size(self.schema()));
        let wanted = change(&read::decode(self.schema(), &self.place, &bytes))?;
        self.encode(&self.place, "", &wanted, Strictness::Checked, &mut bytes)?;
        paste(&mut words, offset, &bytes);
        claim.publish_and_release(&words);
        Ok(())
    }

    fn change_number(
        &self,
        change: &mut dyn FnMut(&Value) -> Result<Value, WriteError>,
    ) -> Result<(), WriteError> {
        let schema = self.schema();
        let ty = &schema[self.place.bare(schema)];
        if !ty.is_scalar() || ty.size > 8 {
            return Err(self.not_one_step());
        }
        self.exchange(&self.place, |old| {
            let mut bytes = unit_bytes(schema, &self.place, old);
            let wanted = change(&read::decode(schema, &self.place, &bytes))?;
            self.encode(&self.place, "", &wanted, Strictness::Checked, &mut bytes)?;
            Ok(bytes)
        })
    }

    /// Replaces a number, bitfield or part of a union by what `new_bytes` makes of it.
    fn exchange(
        &self,
        place: &Place,
        new_bytes: impl FnMut(&[u64]) -> Result<Vec<u8>, WriteError>,
    ) -> Result<(), WriteError> {
        match exchange_until(self.schema(), place, self.object_view(), new_bytes)? {
            true => Ok(()),
            false => Err(WriteError::Busy {
                path: self.path().into(),
                holder: "several writers in turn".into(),
            }),
        }
    }

    fn refuse(&self, refusal: Refusal) -> WriteError {
        WriteError::Refused {
            path: self.path().into(),
            refusal,
        }
    }

    fn not_one_step(&self) -> WriteError {
        self.refuse(Refusal::from(Reason::NotOneStep {
            type_name: self.type_name(),
        }))
    }

    fn refused(&self, value: &Value, amount: &Value) -> WriteError {
        let found = format!("{} and {}", value.noun(), amount.noun());
        self.refuse(Refusal::from(Reason::NotAddable { found }))
    }

    fn wrong_shape(&self, value: &Value, expected: &str) -> WriteError {
        self.refuse(Refusal::from(Reason::Kind {
            expected: expected.into(),
            found: value.noun(),
        }))
    }
}

/// Splits a value for a struct or array that is not guarded as a whole into its parts, so that
/// members which are not mentioned are not touched.
fn split<'v>(
    schema: &Schema,
    object: View<'_>,
    part: Part<'v>,
    strictness: Strictness,
    parts: &mut Vec<Part<'v>>,
) -> Result<(), Refusal> {
    let bare = part.place.bare(schema);
    let is_direct = part.place.inside(schema) == Within::Itself;
    match (&schema[bare].kind, part.wanted) {
        (Kind::Struct { fields }, Value::Record(members)) if is_direct => {
            for (name, value) in members {
                let Some(index) = fields.iter().position(|field| field.name == *name) else {
                    let names = fields.iter().map(|field| &*field.name);
                    return Err(
                        Refusal::no_such_member(name, &schema.type_name(bare), names)
                            .within(&part.path),
                    );
                };
                let place = part.place.member_at(schema, bare, index);
                let path = format!("{}.{name}", part.path);
                let member = Part {
                    path,
                    place,
                    wanted: value,
                };
                if !is_unchanged_readonly(schema, object, &member, strictness)? {
                    split(schema, object, member, strictness, parts)?;
                }
            }
            Ok(())
        }
        (Kind::Array { element, count }, Value::List(values)) if is_direct => {
            if values.len() as u64 != *count {
                let reason = Reason::Length {
                    expected: *count,
                    found: values.len(),
                };
                return Err(Refusal::from(reason).within(&part.path));
            }
            for (index, value) in values.iter().enumerate() {
                let place = part.place.element_at(schema, *element, index as u64);
                split(
                    schema,
                    object,
                    Part {
                        path: format!("{}[{index}]", part.path),
                        place,
                        wanted: value,
                    },
                    strictness,
                    parts,
                )?;
            }
            Ok(())
        }
        _ => {
            parts.push(part);
            Ok(())
        }
    }
}

/// Whether a read-only member is given the value that it has, which is allowed and needs no store.
fn is_unchanged_readonly(
    schema: &Schema,
    object: View<'_>,
    member: &Part<'_>,
    strictness: Strictness,
) -> Result<bool, Refusal> {
    let declared = member
        .place
        .field(schema)
        .is_some_and(|field| field.metadata.readonly);
    if !declared || strictness == Strictness::Forced {
        return Ok(false);
    }
    let bytes = read::bytes(schema, &member.place, object, Patience::Retry);
    let same =
        bytes.is_ok_and(|bytes| read::decode(schema, &member.place, &bytes) == *member.wanted);
    if same {
        Ok(true)
    } else {
        Err(Refusal::from(Reason::ReadOnly).within(&member.path))
    }
}

/// Replaces the integer that a bitfield or number is part of, or the words of a union, until nobody
/// came in between; `false` if somebody always did.
fn exchange_until(
    schema: &Schema,
    place: &Place,
    object: View<'_>,
    mut new_bytes: impl FnMut(&[u64]) -> Result<Vec<u8>, WriteError>,
) -> Result<bool, WriteError> {
    let view = place.view(object);
    let offset = match place.within {
        Within::Words { offset } => offset as usize,
        _ => 0,
    };
    let in_words =
        matches!(place.within, Within::Words { .. }) || schema[place.bare(schema)].kind.is_union();
    let mut contest = Contest::new();
    if !in_words {
        let size = place.value_size(schema);
        while contest.goes_on() {
            let old = load(view, size);
            let bytes = new_bytes(&[old])?;
            if exchange(view, size, old, get_scalar(&bytes)) {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let old: Vec<u64> = (0..view.len() / 8)
        .map(|index| load(word(view, index), 8))
        .collect();
    let bytes = new_bytes(&old)?;
    let mut new = old.clone();
    paste(&mut new, offset, &bytes);
    for (index, (&before, &after)) in old.iter().zip(&new).enumerate() {
        // Only the bits that change: another member's bits of the word may have moved meanwhile.
        let change = before ^ after;
        let mut seen = before;
        while change != 0 && !exchange(word(view, index), 8, seen, seen & !change | after & change)
        {
            if !contest.goes_on() {
                return Ok(false);
            }
            seen = load(word(view, index), 8);
        }
    }
    Ok(true)
}

/// How long a read-modify-write is tried while others keep changing the same number: not by time
/// alone, since a process that is not scheduled for a while has not tried.
struct Contest {
    start: Instant,
    attempts: u32,
}

impl Contest {
    const LEAST_ATTEMPTS: u32 = 100;
    const LEAST_TIME: Duration = Duration::from_millis(10);

    fn new() -> Contest {
        Contest {
            start: Instant::now(),
            attempts: 0,
        }
    }

    /// Counts an attempt; `false` if there were enough.
    fn goes_on(&mut self) -> bool {
        self.attempts += 1;
        self.attempts <= Contest::LEAST_ATTEMPTS || self.start.elapsed() < Contest::LEAST_TIME
    }
}

fn word(view: View<'_>, index: usize) -> View<'_> {
    view.part(index * 8, 8).expect("unions are whole words")
}

/// The bytes of the place's value in the unit that was loaded for it.
fn unit_bytes(schema: &Schema, place: &Place, unit: &[u64]) -> Vec<u8> {
    let size = place.value_size(schema);
    match place.within {
        Within::Words { offset } => read::cut(unit, offset as usize, size),
        _ if schema[place.bare(schema)].kind.is_union() => read::cut(unit, 0, size),
        _ => {
            let mut bytes = vec![0; size];
            put_scalar(unit[0], &mut bytes);
            bytes
        }
    }
}

/// Puts `bytes` into `words` from byte `start` on.
fn paste(words: &mut [u64], start: usize, bytes: &[u8]) {
    for (offset, &byte) in bytes.iter().enumerate() {
        let (index, within) = ((start + offset) / 8, (start + offset) % 8);
        let mut word = words[index].to_ne_bytes();
        word[within] = byte;
        words[index] = u64::from_ne_bytes(word);
    }
}

/// The sum of two numbers; `None` if they are none or it leaves every integer.
fn add(value: &Value, amount: &Value) -> Option<Value> {
    if let (Value::F32(_) | Value::F64(_), Some(_)) | (_, None) = (value, amount.as_i128()) {
        return Some(Value::F64(value.as_f64()? + amount.as_f64()?));
    }
    match value {
        Value::I64(_) | Value::U64(_) | Value::I128(_) => value
            .as_i128()?
            .checked_add(amount.as_i128()?)
            .map(Value::I128),
        Value::U128(number) => number
            .checked_add_signed(amount.as_i128()?)
            .map(Value::U128),
        _ => None,
    }
}
