//! One write: who made it, when, where, and what it changed.

use std::fmt;
use std::rc::Rc;
use std::time::SystemTime;

use memglass::{Change, Field, ObjectId, Value};
use memglass_value::format::{self, Style};

use super::Rules;

/// Who made a write.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Author {
    /// Somebody who typed this.
    Prompt(Rc<str>),
    /// A script in this file.
    Script(Rc<str>),
    /// The action of a trigger.
    Trigger {
        /// The trigger.
        number: u64,
        /// The script that made it, if a file holds that.
        file: Option<Rc<str>>,
    },
    /// Somebody who changed a value in the view.
    View,
    /// The program that embeds the prompt.
    Host,
}

/// Characters of a typed line that are kept.
const LONGEST: usize = 200;

impl Author {
    /// Somebody who typed this text, of which the first line is kept.
    pub fn typed(text: &str) -> Self {
        let line = text.trim().lines().next().unwrap_or_default();
        match line.char_indices().nth(LONGEST) {
            Some((end, _)) => Author::Prompt(format!("{}…", &line[..end]).into()),
            None => Author::Prompt(line.into()),
        }
    }

    /// The script that it is, or is part of, if a file holds that.
    pub fn file(&self) -> Option<&str> {
        match self {
            Author::Script(file) => Some(file),
            Author::Trigger { file, .. } => file.as_deref(),
            Author::Prompt(_) | Author::View | Author::Host => None,
        }
    }

    /// What kind of author it is, in a word.
    pub fn word(&self) -> &'static str {
        match self {
            Author::Prompt(_) => "prompt",
            Author::Script(_) => "script",
            Author::Trigger { .. } => "trigger",
            Author::View => "view",
            Author::Host => "host",
        }
    }
}

/// Where a write went.
#[derive(Clone)]
pub(super) enum Place {
    /// In the session that was written last.
    Here(Rc<Field>),
    /// In one before. A record of it shall not keep its memory.
    Before {
        path: Rc<str>,
        object: ObjectId,
        style: Style,
    },
}

/// One write. The parts of a record count as one.
#[derive(Clone)]
pub struct Entry {
    pub(super) number: u64,
    pub(super) step: u64,
    /// The number of the first entry of its step.
    pub(super) first: u64,
    pub(super) undoes: Option<u64>,
    pub(super) time: SystemTime,
    pub(super) author: Rc<Author>,
    /// In the script; 0 if it is not known.
    pub(super) line: u32,
    pub(super) place: Place,
    pub(super) rules: Rules,
    pub(super) change: Change,
}

impl Entry {
    /// Where it went, if that may still be there.
    pub(super) fn field(&self) -> Option<&Rc<Field>> {
        match &self.place {
            Place::Here(field) => Some(field),
            Place::Before { .. } => None,
        }
    }

    /// Lets go of the memory of its session, which is over.
    pub(super) fn let_go(&mut self) {
        self.place = Place::Before {
            path: self.path().into(),
            object: self.object(),
            style: self.style(),
        };
    }

    /// The step that it belongs to: those writes are undone together.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The step that it undid, if it undid one.
    pub fn undoes(&self) -> Option<u64> {
        self.undoes
    }

    /// When it was made.
    pub fn time(&self) -> SystemTime {
        self.time
    }

    /// Who made it.
    pub fn author(&self) -> &Author {
        &self.author
    }

    /// The line of the script that made it, if it is known.
    pub fn line(&self) -> Option<u32> {
        (self.line > 0).then_some(self.line)
    }

    /// Where it went.
    pub fn path(&self) -> &str {
        match &self.place {
            Place::Here(field) => field.path(),
            Place::Before { path, .. } => path,
        }
    }

    /// The object that it went to.
    pub fn object(&self) -> ObjectId {
        match &self.place {
            Place::Here(field) => field.object_id(),
            Place::Before { object, .. } => *object,
        }
    }

    /// Whether it overrode what the field declares.
    pub fn is_forced(&self) -> bool {
        self.rules == Rules::Forced
    }

    /// What it changed.
    pub fn change(&self) -> &Change {
        &self.change
    }

    /// How its values are written.
    pub fn style(&self) -> Style {
        match &self.place {
            Place::Here(field) => {
                Style::new(field.info().metadata).of_type(field.schema(), field.type_id())
            }
            Place::Before { style, .. } => style.clone(),
        }
    }

    /// The old and the new value, for people. Floats are as they were written, not as their format rounds them.
    pub fn texts(&self) -> [String; 2] {
        let style = self.style();
        let text = |value| format::text(value, &style.clone().exact(value));
        [&self.change.old, &self.change.new].map(text)
    }

    /// What a dry run says of it.
    pub fn tried(&self) -> String {
        let [old, new] = self.texts();
        format!("dry run: {}: {old} -> {new}", self.path())
    }

    /// Who made it, for people.
    pub fn by(&self) -> String {
        self.to_string()
    }

    /// Bytes that its values have outside of themselves.
    pub(super) fn heap_bytes(&self) -> usize {
        heap_bytes(&self.change.old) + heap_bytes(&self.change.new)
    }
}

/// Who made it: `flatten.rhai:8`, `guard.rhai:3 (trigger 1)`, or the line that was typed.
impl fmt::Display for Entry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = self.author.file() {
            out.write_str(file)?;
            if self.line > 0 {
                write!(out, ":{}", self.line)?;
            }
        }
        match &*self.author {
            Author::Script(_) => Ok(()),
            Author::Prompt(line) => out.write_str(line),
            Author::Trigger { number, file: None } => write!(out, "trigger {number}"),
            Author::Trigger { number, .. } => write!(out, " (trigger {number})"),
            other => out.write_str(other.word()),
        }
    }
}

fn heap_bytes(value: &Value) -> usize {
    let of_all =
        |values: &[Value]| size_of_val(values) + values.iter().map(heap_bytes).sum::<usize>();
    match value {
        Value::Text(text) => text.len(),
        Value::List(elements) => of_all(elements),
        Value::Record(record) => of_all(record.values()),
        Value::Flags(flags) => size_of_val(&*flags.names),
        _ => 0,
    }
}
