//! Functions of Rhai's own library that take long for a long text, with an end: they heed Ctrl-C, and the limits of
//! texts and arrays while these grow.
//!
//! Rhai's own look at a length when all of it is made, after all memory may have gone into it; and some of them copy a
//! text character by character, where ours cut it.

use std::ops::{Range, RangeInclusive};
use std::rc::Rc;

use rhai::{Array, Dynamic, Engine, EvalAltResult, INT, ImmutableString, Position};

use crate::context::Context;
use crate::error::raise;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Replacements, pieces, and characters of a padding, between two looks at whether it is to stop.
const LOOK: usize = 4096;

/// What is looked for in a text, or put into it: a text or a character.
trait Part: Clone + 'static {
    fn text(self) -> ImmutableString;
}

impl Part for ImmutableString {
    fn text(self) -> ImmutableString {
        self
    }
}

impl Part for char {
    fn text(self) -> ImmutableString {
        self.to_string().into()
    }
}

/// Registers them.
pub(super) fn register(engine: &mut Engine, context: &Rc<Context>) {
    register_replace::<ImmutableString, ImmutableString>(engine, context);
    register_replace::<ImmutableString, char>(engine, context);
    register_replace::<char, ImmutableString>(engine, context);
    register_replace::<char, char>(engine, context);
    register_for::<ImmutableString>(engine, context);
    register_for::<char>(engine, context);
    register_split::<ImmutableString>(engine, context);
    register_split::<char>(engine, context);
    let shared = context.clone();
    engine.register_fn("split", move |text: ImmutableString| {
        match text.is_empty() {
            true => shared.pieces(std::iter::once("")),
            false => shared.pieces(text.split_whitespace()),
        }
    });
    let shared = context.clone();
    engine.register_fn("to_chars", move |text: ImmutableString| {
        shared.elements(text.chars().map(Dynamic::from))
    });
    register_crop(engine);
}

fn register_replace<Old: Part, New: Part>(engine: &mut Engine, context: &Rc<Context>) {
    let context = context.clone();
    engine.register_fn(
        "replace",
        move |text: &mut ImmutableString, old: Old, new: New| {
            context.replace(text, &old.text(), &new.text())
        },
    );
}

fn register_for<T: Part>(engine: &mut Engine, context: &Rc<Context>) {
    let shared = context.clone();
    engine.register_fn("remove", move |text: &mut ImmutableString, old: T| {
        shared.remove(text, &old.text())
    });
    let shared = context.clone();
    engine.register_fn(
        "pad",
        move |text: &mut ImmutableString, len: INT, padding: T| {
            shared.pad(text, len, &padding.text())
        },
    );
}

fn register_split<T: Part>(engine: &mut Engine, context: &Rc<Context>) {
    let shared = context.clone();
    engine.register_fn("split", move |text: ImmutableString, between: T| {
        shared.pieces(text.split(between.text().as_str()))
    });
    let shared = context.clone();
    engine.register_fn("split_rev", move |text: ImmutableString, between: T| {
        shared.pieces(text.rsplit(between.text().as_str()))
    });
    let shared = context.clone();
    engine.register_fn(
        "split",
        move |text: ImmutableString, between: T, count: INT| {
            shared.pieces(text.splitn(pieces(count), between.text().as_str()))
        },
    );
    let shared = context.clone();
    engine.register_fn(
        "split_rev",
        move |text: ImmutableString, between: T, count: INT| {
            shared.pieces(text.rsplitn(pieces(count), between.text().as_str()))
        },
    );
}

fn register_crop(engine: &mut Engine) {
    engine.register_fn("crop", crop);
    engine.register_fn("crop", |text: &mut ImmutableString, start: INT| {
        crop(text, start, INT::MAX);
    });
    engine.register_fn("crop", |text: &mut ImmutableString, range: Range<INT>| {
        let start = range.start.max(0);
        crop(text, start, range.end.saturating_sub(start));
    });
    engine.register_fn(
        "crop",
        |text: &mut ImmutableString, range: RangeInclusive<INT>| {
            let start = (*range.start()).max(0);
            let end = (*range.end()).max(start);
            crop(text, start, (end - start).saturating_add(1));
        },
    );
}

impl Context {
    fn replace(&self, text: &mut ImmutableString, old: &str, new: &str) -> Result<()> {
        let most = self.run.limits.get().text_bytes;
        let (mut replaced, mut end) = (String::new(), 0);
        for (nth, (at, found)) in text.match_indices(old).enumerate() {
            if nth % LOOK == 0 {
                self.run.check_interrupt()?;
            }
            let len = replaced.len() + (at - end) + new.len();
            if len > most {
                return Err(too_long());
            }
            replaced += &text[end..at];
            replaced += new;
            end = at + found.len();
        }
        replaced += &text[end..];
        *text = replaced.into();
        Ok(())
    }

    fn remove(&self, text: &mut ImmutableString, old: &str) -> Result<()> {
        match old.is_empty() {
            true => Ok(()),
            false => self.replace(text, old, ""),
        }
    }

    /// A list of the pieces of a text.
    fn pieces<'t>(&self, pieces: impl Iterator<Item = &'t str>) -> Result<Array> {
        self.elements(pieces.map(|piece| ImmutableString::from(piece).into()))
    }

    /// A list of what is there, as long as it is not to stop.
    fn elements(&self, elements: impl Iterator<Item = Dynamic>) -> Result<Array> {
        let most = self.run.limits.get().elements;
        let mut list = Array::new();
        for element in elements {
            if list.len().is_multiple_of(LOOK) {
                self.run.check_interrupt()?;
            }
            if list.len() == most {
                return Err(too_many());
            }
            list.push(element);
        }
        Ok(list)
    }

    /// Adds to a text until it has `len` characters.
    fn pad(&self, text: &mut ImmutableString, len: INT, padding: &str) -> Result<()> {
        let most = self.run.limits.get().text_bytes;
        let wanted = usize::try_from(len).unwrap_or(0);
        let mut missing = wanted.saturating_sub(text.chars().count());
        if missing > 0 && padding.is_empty() {
            return Err(raise("`pad` needs a text that is not empty"));
        }
        if missing > 0 && wanted > most {
            return Err(too_long());
        }
        let mut padding = padding.chars().cycle();
        let mut padded = text.to_string();
        while missing > 0 {
            self.run.check_interrupt()?;
            let now = missing.min(LOOK);
            padded.extend(padding.by_ref().take(now));
            missing -= now;
            if padded.len() > most {
                return Err(too_long());
            }
        }
        *text = padded.into();
        Ok(())
    }
}

/// As Rhai says it of texts that its own functions make.
fn too_long() -> Box<EvalAltResult> {
    EvalAltResult::ErrorDataTooLarge("Length of string".into(), Position::NONE).into()
}

/// As Rhai says it of arrays that its own functions make.
fn too_many() -> Box<EvalAltResult> {
    EvalAltResult::ErrorDataTooLarge("Size of array/BLOB".into(), Position::NONE).into()
}

/// How many pieces of a text are wanted: one is the whole text.
fn pieces(count: INT) -> usize {
    usize::try_from(count).unwrap_or(0).max(1)
}

/// Leaves `len` characters from `start` on, which counts from the end if it is negative.
fn crop(text: &mut ImmutableString, start: INT, len: INT) {
    let start = match start < 0 {
        true => from_the_end(text, start.unsigned_abs()),
        false => byte_of(text, start.unsigned_abs()),
    };
    let rest = &text[start..];
    let end = byte_of(rest, u64::try_from(len).unwrap_or(0));
    *text = rest[..end].into();
}

/// Where the character with this number begins; the end of the text if it has fewer.
fn byte_of(text: &str, number: u64) -> usize {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    let mut characters = text.char_indices();
    characters.nth(number).map_or(text.len(), |(at, _)| at)
}

/// Where so many characters before the end begin; the beginning of the text if it has fewer.
fn from_the_end(text: &str, count: u64) -> usize {
    let before = usize::try_from(count - 1).unwrap_or(usize::MAX);
    let mut characters = text.char_indices();
    characters.nth_back(before).map_or(0, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(start: INT, len: INT, expected: &str) {
        let mut text = "häßlich".into();
        crop(&mut text, start, len);
        assert_eq!(text, expected);
    }

    #[test]
    fn a_text_is_cropped_by_characters_from_either_end() {
        check(0, 2, "hä");
        check(1, 2, "äß");
        check(2, INT::MAX, "ßlich");
        check(-3, 2, "ic");
        check(-99, 2, "hä");
        check(INT::MIN, INT::MAX, "häßlich");
        check(7, 2, "");
        check(INT::MAX, 1, "");
        check(1, 0, "");
        check(1, -5, "");
    }
}
