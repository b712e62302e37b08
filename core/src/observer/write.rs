//! Writing: the whole value is checked before any byte changes, then each part is stored under its
//! protection.

mod exchange;
mod one_step;
mod parts;

use super::change::{Change, Stored};
use super::error::{ReadError, WriteError};
use super::field::Field;
use super::place::{GuardedPlace, Place, Within};
use super::read;
use crate::access::{get_scalar, put_scalar, store, swap};
use crate::coerce::{Refusal, Strictness, encode_value};
use crate::layout::SessionState;
use crate::origin::{self, Origin, Replay};
use crate::owners::{Unannounced, WriterSlot};
use crate::schema::Kind;
use crate::shm::{self, View};
use crate::sync::Claim;
use crate::sync::intent::Intent;
use crate::value::Value;
use exchange::{copy_out, paste, unit_bytes};
pub(super) use parts::WritePart;

/// Guarded values of at most so many words are written without memory of their own.
const FEW_WORDS: usize = 16;

/// A checked part that is claimed, if it is guarded. Its store fails only if other writers exchange the
/// same number or union without pause.
enum Ready<'p> {
    Guarded {
        claim: Claim<'p>,
        words: Vec<u64>,
        stored: Stored,
    },
    Plain {
        part: &'p WritePart<'p>,
        strictness: Strictness,
    },
}

impl Field {
    /// Writes a value after checking it: read-only, type, width, range, step, regex, enum and flag
    /// names, all before any byte changes.
    ///
    /// - Writing a guarded value, or a part of it, publishes one new value of the whole.
    /// - Members of a struct that the record does not mention keep their values.
    /// - A struct that is not protected as a whole is written member by member.
    ///
    /// # Errors
    ///
    /// [`WriteError`] says what is allowed; nothing has changed, with two exceptions. After
    /// [`WriteError::Busy`] about a bitfield or a part of a union, the parts before it may have changed.
    /// After [`ReadError::Truncated`], the segment was cut short meanwhile and the value may be lost.
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// use memglass::{Observer, Value};
    ///
    /// let answer = session.object("answer", 42_i8)?;
    /// let observer = Observer::builder().dir(&dir).writable().attach("example")?;
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

    /// Writes a value that only has to fit the type. Overrides read-only, range, step and regex, and
    /// allows unknown enum and flag values.
    ///
    /// # Errors
    ///
    /// As for [`Field::write`], except for what is overridden.
    pub fn write_forced(&self, value: &Value) -> Result<(), WriteError> {
        self.write_with(value, Strictness::Forced)
    }

    /// Makes all checks of [`Field::write`] without writing. Works on a read-only session too.
    ///
    /// # Errors
    ///
    /// As for [`Field::write`].
    pub fn check(&self, value: &Value) -> Result<(), WriteError> {
        self.unless_cut(self.checked_parts(value, Strictness::Checked).map(drop))
    }

    /// Writes like [`Field::write`], and returns what was there before and what is there since.
    ///
    /// # Errors
    ///
    /// As for [`Field::write`].
    ///
    /// # Examples
    ///
    /// ```
    /// # let dir = memglass::doc::directory();
    /// # let session = memglass::Session::builder("example").dir(&dir).create()?;
    /// use memglass::{Observer, Value};
    ///
    /// let answer = session.object("answer", 42_i64)?;
    /// let observer = Observer::builder().dir(&dir).writable().attach("example")?;
    /// let change = observer.field("answer")?.replace(&Value::I64(43))?;
    /// assert_eq!((change.old, change.new), (Value::I64(42), Value::I64(43)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn replace(&self, value: &Value) -> Result<Change, WriteError> {
        self.replace_with(value, Strictness::Checked)
    }

    /// Writes like [`Field::write_forced`], and returns what was there before and what is there since.
    ///
    /// # Errors
    ///
    /// As for [`Field::write_forced`].
    pub fn replace_forced(&self, value: &Value) -> Result<Change, WriteError> {
        self.replace_with(value, Strictness::Forced)
    }

    fn write_with(&self, value: &Value, strictness: Strictness) -> Result<(), WriteError> {
        let writer = self.writer()?;
        let numbers = (self.numbers.loaded, self.numbers.guarded);
        let written = match (numbers, writer) {
            ((Some(_), _), Some(writer)) => self.put_number(writer, value, strictness, store),
            ((_, Some(_)), Some(writer)) => {
                self.put_guarded_number(writer, value, strictness).map(drop)
            }
            _ => self
                .write_parts(writer, value, strictness, |_, _| ())
                .map(drop),
        };
        self.unless_cut(written)
    }

    fn replace_with(&self, value: &Value, strictness: Strictness) -> Result<Change, WriteError> {
        let writer = self.writer()?;
        let numbers = (self.numbers.loaded, self.numbers.guarded);
        let replaced = match (numbers, writer) {
            ((Some(number), _), Some(writer)) => {
                let swap = |view: View<'_>, size, new| Change {
                    old: number.value(swap(view, size, new)),
                    new: number.value(new),
                };
                self.put_number(writer, value, strictness, swap)
            }
            ((_, Some(number)), Some(writer)) => self
                .put_guarded_number(writer, value, strictness)
                .map(|[old, new]| Change {
                    old: number.decode(&old, 0),
                    new: number.decode(&new, 0),
                }),
            _ => self.write_parts(writer, value, strictness, |parts, stored| {
                self.change_of(value, parts, stored)
            }),
        };
        self.unless_cut(replaced)
    }

    /// Writes part by part; the result is what `tell` makes of what was stored.
    fn write_parts<R>(
        &self,
        writer: Option<&WriterSlot>,
        value: &Value,
        strictness: Strictness,
        tell: impl FnOnce(&[WritePart<'_>], &[Stored]) -> R,
    ) -> Result<R, WriteError> {
        let parts = self.checked_parts(value, strictness)?;
        let stored = match writer {
            Some(writer) => self.store_parts(writer, &parts, strictness)?,
            None => self.try_parts_out(&parts, strictness)?,
        };
        Ok(tell(&parts, &stored))
    }

    fn store_parts(
        &self,
        writer: &WriterSlot,
        parts: &[WritePart<'_>],
        strictness: Strictness,
    ) -> Result<Vec<Stored>, WriteError> {
        let _intent = self.announce(writer)?;
        // Claims come first, because they may have to wait for others. Every writer claims in the order of
        // the places, so that two of them never wait for each other.
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|&index| parts[index].place.offset);
        let prepare = |index: usize| Ok((index, self.prepare(writer, &parts[index], strictness)?));
        let ready: Result<Vec<_>, WriteError> = order.into_iter().map(prepare).collect();
        let mut ready = ready?;
        ready.sort_by_key(|&(index, _)| index);
        let finish = |(_, ready)| self.finish(ready);
        ready.into_iter().map(finish).collect()
    }

    fn try_parts_out(
        &self,
        parts: &[WritePart<'_>],
        strictness: Strictness,
    ) -> Result<Vec<Stored>, WriteError> {
        for part in parts {
            self.check_not_held(&part.place)?;
        }
        let tried = parts.iter().map(|part| {
            let encode = |bytes: &mut [u8]| self.encode_part(part, strictness, bytes);
            self.try_out(&part.place, encode)
        });
        tried.collect()
    }

    /// Writes a lone number, of which all bytes are replaced: one check, and one store by `put`.
    fn put_number<R>(
        &self,
        writer: &WriterSlot,
        value: &Value,
        strictness: Strictness,
        put: impl FnOnce(View<'_>, usize, u64) -> R,
    ) -> Result<R, WriteError> {
        let (bytes, size) = self.encode_number(value, strictness)?;
        let _intent = self.announce(writer)?;
        let view = self.place.view(self.object_view());
        Ok(put(view, size, get_scalar(&bytes[..size])))
    }

    /// Writes a lone number into the guarded value that it lies in; the result is its bytes before and
    /// after.
    fn put_guarded_number(
        &self,
        writer: &WriterSlot,
        value: &Value,
        strictness: Strictness,
    ) -> Result<[[u8; 8]; 2], WriteError> {
        let (new, size) = self.encode_number(value, strictness)?;
        let _intent = self.announce(writer)?;
        let guarded = self
            .place
            .guarded(self.session_schema(), self.object_view());
        let (guarded, offset) = guarded.expect("a number in a guarded value");
        let (offset, mut old) = (offset as usize, [0; 8]);
        let claim = self.claim(writer, guarded)?;
        let (mut few, mut many) = ([0; FEW_WORDS], Vec::new());
        let words = match few.get_mut(..guarded.slots.len_words()) {
            Some(words) => words,
            None => {
                many.resize(guarded.slots.len_words(), 0);
                &mut many[..]
            }
        };
        claim.read_current(words);
        copy_out(words, offset, &mut old[..size]);
        paste(words, offset, &new[..size]);
        claim.publish_and_release(words);
        Ok([old, new])
    }

    /// Checks a lone number, of which all bytes are replaced, and gives its bytes and how many there are.
    fn encode_number(
        &self,
        value: &Value,
        strictness: Strictness,
    ) -> Result<([u8; 8], usize), WriteError> {
        self.check_not_readonly(strictness)?;
        let (schema, mut bytes) = (self.session_schema(), [0; 8]);
        let id = self.place.bare(schema);
        let size = schema[id].size as usize;
        // Like `encode`, but a lone number is not a bitfield.
        let metadata = self.place.metadata(schema);
        encode_value(schema, id, metadata, value, strictness, &mut bytes[..size])
            .map_err(|refusal| self.refuse(refusal))?;
        Ok((bytes, size))
    }

    fn check_not_readonly(&self, strictness: Strictness) -> Result<(), WriteError> {
        if self.place.readonly && strictness == Strictness::Checked {
            return Err(WriteError::ReadOnlyField {
                path: self.path().into(),
            });
        }
        Ok(())
    }

    /// The right to write; `None` if writes are only tried out.
    #[inline]
    fn writer(&self) -> Result<Option<&WriterSlot>, WriteError> {
        match &self.attached().writer {
            Some(writer) if writer.is_mine() => match self.attached().layout.state() {
                SessionState::Closing => Err(WriteError::Ended {
                    path: self.path().into(),
                }),
                _ => Ok(Some(writer)),
            },
            None if self.trial().is_some() => Ok(None),
            writer => Err(self.may_not_write(writer.is_some())),
        }
    }

    #[cold]
    fn may_not_write(&self, is_forked: bool) -> WriteError {
        let path = self.path().into();
        if is_forked {
            return WriteError::Forked { path };
        }
        match origin::of(self.attached().layout.header().view()) {
            Origin::Replay(Replay { is_branch, .. }) if !is_branch => WriteError::Replay { path },
            Origin::File { is_written, .. } if !is_written => WriteError::CopyOfFile { path },
            _ => WriteError::ReadOnlySession { path },
        }
    }

    #[cold]
    fn gone_for_writing(&self) -> WriteError {
        match self.gone() {
            ReadError::Gone { path } => WriteError::Gone { path },
            error => WriteError::Read(error),
        }
    }

    /// The result of a write, or an error if it was lost because a segment was cut short: the object's,
    /// or the header, without which no other process knows of the write.
    #[inline(always)]
    fn unless_cut<R>(&self, result: Result<R, WriteError>) -> Result<R, WriteError> {
        match result {
            // Rebuilds `Ok`: moving the one passed in stalls on store forwarding.
            Ok(done) if shm::cuts() == 0 => Ok(done),
            result => self.unless_cut_here(result),
        }
    }

    #[cold]
    fn unless_cut_here<R>(&self, result: Result<R, WriteError>) -> Result<R, WriteError> {
        let header = self.attached().layout.check_header_cut();
        let whole = self.check_cut().and_then(|()| Ok(header?));
        whole.map_err(WriteError::Read)?;
        result
    }

    /// Announces the write. Until the intent is dropped, the object's bytes are not reused.
    fn announce<'w>(&self, writer: &'w WriterSlot) -> Result<Intent<'w>, WriteError> {
        let path = || self.path().into();
        let intent = writer.announce(self.object.slot, self.object.alive.generation());
        let intent = intent.map_err(|why| match why {
            Unannounced::WithinUpdate => WriteError::WithinUpdate { path: path() },
            Unannounced::OtherThread => WriteError::Busy {
                path: path(),
                holder: "another thread of this observer".into(),
                keeps: false,
            },
        })?;
        if !intent.protects(self.object.alive, self.entry()) {
            return Err(self.gone_for_writing());
        }
        Ok(intent)
    }

    /// Claims a guarded part and makes its new words; other parts have no claim.
    fn prepare<'p>(
        &'p self,
        writer: &WriterSlot,
        part: &'p WritePart<'p>,
        strictness: Strictness,
    ) -> Result<Ready<'p>, WriteError> {
        let Some((guarded, offset)) = part
            .place
            .guarded(self.session_schema(), self.object_view())
        else {
            return Ok(Ready::Plain { part, strictness });
        };
        let claim = self.claim(writer, guarded)?;
        let mut words = vec![0; guarded.slots.len_words()];
        claim.read_current(&mut words);
        let mut bytes = read::cut(
            &words,
            offset as usize,
            part.place.value_size(self.session_schema()),
        );
        let old = bytes.clone();
        self.encode_part(part, strictness, &mut bytes)?;
        paste(&mut words, offset as usize, &bytes);
        let stored = Stored { old, new: bytes };
        Ok(Ready::Guarded {
            claim,
            words,
            stored,
        })
    }

    fn finish(&self, ready: Ready<'_>) -> Result<Stored, WriteError> {
        match ready {
            Ready::Guarded {
                claim,
                words,
                stored,
            } => {
                claim.publish_and_release(&words);
                Ok(stored)
            }
            Ready::Plain { part, strictness } => self.store(part, strictness),
        }
    }

    fn claim<'p>(
        &'p self,
        writer: &WriterSlot,
        guarded: GuardedPlace<'p>,
    ) -> Result<Claim<'p>, WriteError> {
        let claim = guarded
            .slots
            .claim(writer.owner(), |owner| self.attached().is_dead(owner));
        claim.map_err(|busy| WriteError::Busy {
            path: self.path().into(),
            holder: self.attached().holder(busy.owner),
            keeps: !busy.owner.is_nobody(),
        })
    }

    /// Stores a part that is not guarded.
    fn store(&self, part: &WritePart<'_>, strictness: Strictness) -> Result<Stored, WriteError> {
        let (schema, place) = (self.session_schema(), &part.place);
        let size = place.value_size(schema);
        if self.shares_its_unit(place) {
            return self.exchange(place, |unit| {
                let old = unit_bytes(schema, place, unit);
                let mut new = old.clone();
                self.encode_part(part, strictness, &mut new)?;
                Ok(Stored { old, new })
            });
        }
        let mut old = self.part_bytes(place)?;
        let mut new = old.clone();
        self.encode_part(part, strictness, &mut new)?;
        let view = place.view(self.object_view());
        match schema[place.bare(schema)].kind {
            Kind::Text | Kind::Record { .. } => new.iter().enumerate().for_each(|(at, &byte)| {
                store(
                    view.part(at, 1).expect("inside the bytes"),
                    1,
                    u64::from(byte),
                );
            }),
            _ if size > 8 => new.chunks_exact(8).enumerate().for_each(|(index, word)| {
                store(
                    view.part(index * 8, 8)
                        .expect("128-bit integers are two words"),
                    8,
                    get_scalar(word),
                );
            }),
            _ => put_scalar(swap(view, size, get_scalar(&new)), &mut old),
        }
        Ok(Stored { old, new })
    }

    /// Whether other values lie in the words that it is stored to.
    fn shares_its_unit(&self, place: &Place) -> bool {
        let schema = self.session_schema();
        place.bits(schema).is_some()
            || matches!(place.within, Within::Words { .. })
            || schema[place.bare(schema)].kind.is_union()
    }

    fn refuse(&self, refusal: Refusal) -> WriteError {
        WriteError::Refused {
            path: self.path().into(),
            refusal,
        }
    }
}
