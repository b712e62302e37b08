//! Functions of Rhai's own library that make long texts, with an end: they heed the limit of a text while it grows,
//! and Ctrl-C.
//!
//! Rhai's own look at the length of a text when it is made, after all memory may have gone into it.

use std::rc::Rc;

use rhai::{Engine, EvalAltResult, INT, ImmutableString, Position};

use crate::context::Context;
use crate::error::raise;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Replacements, and characters of a padding, between two looks at whether it is to stop.
const LOOK: usize = 4096;

pub(super) fn register(engine: &mut Engine, context: &Rc<Context>) {
    let shared = context.clone();
    engine.register_fn(
        "replace",
        move |text: &mut ImmutableString, old: &str, new: &str| shared.replace(text, old, new),
    );
    let shared = context.clone();
    engine.register_fn(
        "replace",
        move |text: &mut ImmutableString, old: &str, new: char| {
            shared.replace(text, old, new.encode_utf8(&mut [0; 4]))
        },
    );
    let shared = context.clone();
    engine.register_fn(
        "replace",
        move |text: &mut ImmutableString, old: char, new: &str| {
            shared.replace(text, old.encode_utf8(&mut [0; 4]), new)
        },
    );
    let shared = context.clone();
    engine.register_fn(
        "replace",
        move |text: &mut ImmutableString, old: char, new: char| {
            let old = old.encode_utf8(&mut [0; 4]).to_owned();
            shared.replace(text, &old, new.encode_utf8(&mut [0; 4]))
        },
    );
    let shared = context.clone();
    engine.register_fn(
        "pad",
        move |text: &mut ImmutableString, len: INT, padding: &str| shared.pad(text, len, padding),
    );
    let shared = context.clone();
    engine.register_fn(
        "pad",
        move |text: &mut ImmutableString, len: INT, padding: char| {
            shared.pad(text, len, padding.encode_utf8(&mut [0; 4]))
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
