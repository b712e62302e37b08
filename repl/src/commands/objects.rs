//! `:objects`: what is there.

use std::io;
use std::sync::Arc;

use memglass::schema::{Schema, TypeId};
use memglass::{ObjectInfo, Observer, Pattern};
use memglass_script::suggested_type;
use memglass_syntax::words::words;
use memglass_value::shown::{Cell, Cells, RowReader, Table};

use super::{Command, CommandError, Takes};
use crate::output::Output;
use crate::runtime::Runtime;

pub(super) struct Objects;

impl Command for Objects {
    fn name(&self) -> &'static str {
        "objects"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["o", "ls"]
    }

    fn usage(&self) -> &'static str {
        ":objects [GLOB] [--type TYPE]"
    }

    fn summary(&self) -> &'static str {
        "list the objects whose label matches"
    }

    fn details(&self) -> &'static str {
        "GLOB matches whole labels: `*`, `?`, `[a-z]` and `{a,b}`."
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            ":objects",
            ":objects AAPL_*",
            ":objects --type Position",
            ":objects {AAPL,MSFT}_* --type Quote",
        ]
    }

    fn takes(&self) -> Takes {
        Takes::Labels
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let mut glob = None;
        let mut type_name = None;
        let mut words = words(rest).into_iter();
        while let Some(word) = words.next() {
            let place = if word == "--type" {
                &mut type_name
            } else {
                &mut glob
            };
            let value = if word == "--type" {
                words.next()
            } else {
                Some(word)
            };
            let value = value.filter(|value| !value.starts_with("--"));
            let (None, Some(value)) = (&place, value) else {
                return Err(CommandError::Usage {
                    usage: self.usage(),
                });
            };
            *place = Some(value);
        }
        runtime.attached.refresh()?;
        list(&runtime.attached.observer(), glob, type_name)
    }
}

/// The live objects whose label matches `glob` and whose type is called `type_name`.
///
/// # Errors
///
/// If the pattern is none, or no type has that name.
pub fn list(
    observer: &Observer,
    glob: Option<&str>,
    type_name: Option<&str>,
) -> Result<Output, CommandError> {
    let matcher = glob.map(Pattern::new).transpose()?;
    let schema = observer.schema();
    if let Some(name) = type_name {
        require_type(observer, name)?;
    }
    // Of a million objects, only those that are shown are copied.
    let names: Vec<String> = schema.iter().map(|(id, _)| schema.type_name(id)).collect();
    let name_of = |id: TypeId| &names[id.0 as usize];
    let mut buffer = Vec::new();
    let mut objects: Vec<ObjectInfo> = observer
        .entries()
        .filter(|entry| type_name.is_none_or(|wanted| wanted == name_of(entry.type_id())))
        .filter(|entry| match &matcher {
            Some(matcher) => {
                entry.with_label(&mut buffer, |label| matcher.is_match(label)) == Some(true)
            }
            None => true,
        })
        .filter_map(|entry| entry.info())
        .collect();
    objects.sort_by(|a, b| a.label.cmp(&b.label));
    let schema = Arc::clone(schema);
    let table = Table::new(["label", "type", "count", "bytes", "created"])
        .or_else(nothing(observer, glob, type_name))
        .of(Listing { schema, objects }, 0);
    Ok(table.map_err(CommandError::Output)?.into())
}

/// Objects of which the rows are made when they are written.
struct Listing {
    schema: Arc<Schema>,
    objects: Vec<ObjectInfo>,
}

impl RowReader for Listing {
    fn len(&self) -> usize {
        self.objects.len()
    }

    fn row(&self, index: usize) -> io::Result<Option<Cells>> {
        let object = &self.objects[index];
        Ok(Some(vec![
            Some(Cell::name(&*object.label)),
            Some(Cell::name(self.schema.type_name(object.type_id))),
            object.count.map(Cell::plain),
            Some(Cell::plain(object.size)),
            Cell::moment(object.created),
        ]))
    }
}

fn nothing(observer: &Observer, glob: Option<&str>, type_name: Option<&str>) -> String {
    match (glob, type_name) {
        (None, None) => format!("session {:?} has no objects", observer.session().name),
        (Some(name), None) if observer.schema().find(name).is_some() => {
            format!("no label matches {name}; --type {name} lists the objects of that type")
        }
        (Some(glob), None) => format!("no label matches {glob}"),
        (None, Some(name)) => format!("no object has type {name}"),
        (Some(glob), Some(name)) => format!("no {name} has a label that matches {glob}"),
    }
}

/// A name that no type has is a mistake, and not an empty answer.
pub(super) fn require_type(observer: &Observer, name: &str) -> Result<TypeId, CommandError> {
    let schema = observer.schema();
    if let Some((id, _)) = schema.iter().find(|(id, _)| schema.type_name(*id) == name) {
        return Ok(schema.find(name).unwrap_or(id));
    }
    Err(CommandError::NoSuchType {
        name: name.to_owned(),
        suggestion: suggested_type(schema, name),
    })
}
