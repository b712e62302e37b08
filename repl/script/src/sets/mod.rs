//! Parameter sets: the values of chosen fields in a file, to be compared and written back.

mod file;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::SystemTime;

use memglass::sampler::{Selection, SelectionError};
use memglass::schema::Kind;
use memglass::{Change, Field, Observer, ReadError, Value};
use memglass_value::format::Style;
use memglass_value::shown::{Cell, Table};
use memglass_value::time;

use crate::holders::Holders;
use crate::ledger::{Ledger, LedgerError, Rules, agrees};
use file::Line;

/// Problems that a message lists.
const LISTED: usize = 10;

/// A parameter set that cannot be saved, compared or applied; nothing was written to memory.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetError {
    #[error(
        "{name:?} is no name of a set: letters, digits, `.`, `_` and `-`, or a path that ends in .set"
    )]
    Name { name: String },
    #[error("there is no home directory for sets; name a path that ends in .set")]
    NoHome,
    #[error("no set is saved in {}; {hint}", path.display())]
    NoSuchSet { path: PathBuf, hint: String },
    #[error("the set {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("nothing was saved: {pattern:?} selects no field that can be written")]
    Nothing { pattern: String },
    #[error(transparent)]
    Selection(#[from] SelectionError),
    #[error(transparent)]
    Alternatives(#[from] memglass_syntax::AlternativesError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("nothing was written: {}", listed(problems))]
    Lines { problems: Vec<String> },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("interrupted")]
    Interrupted,
}

impl SetError {
    /// A file that cannot be read.
    fn reading(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => SetError::NoSuchSet {
                hint: saved_beside(&path),
                path,
            },
            _ => SetError::File { path, source },
        }
    }
}

/// What to do about a set that is not there: the name that is most like it among those beside it, if any is.
fn saved_beside(path: &Path) -> String {
    let folder = path.parent().unwrap_or(Path::new(""));
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let is_named = file::folder().is_ok_and(|named| named == folder);
    let saved = sets_in(folder).unwrap_or_default();
    let name = |path: &Path| Some(path.file_stem()?.to_str()?.to_owned());
    let names = saved.iter().filter_map(|path| name(path));
    let near = name(path).and_then(|wrong| memglass::nearest(&wrong, names));
    match near {
        Some(name) if is_named => format!("did you mean {name:?}?"),
        Some(name) => {
            let near = path.with_file_name(format!("{name}.set"));
            format!("did you mean {:?}?", near.display().to_string())
        }
        None => "`sets()` lists those that are".to_owned(),
    }
}

/// The files of sets in a directory, in the order of their names; none if there is no such directory.
fn sets_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?.collect::<io::Result<Vec<_>>>()?,
    };
    let paths = entries.into_iter().map(|entry| entry.path());
    let is_set = |path: &PathBuf| path.extension().is_some_and(|it| it == "set");
    let mut paths: Vec<PathBuf> = paths.filter(is_set).collect();
    paths.sort();
    Ok(paths)
}

fn listed(problems: &[String]) -> String {
    let first = problems[..problems.len().min(LISTED)].join("; ");
    match problems.len().saturating_sub(LISTED) {
        0 => first,
        more => format!("{first}; and {more} more"),
    }
}

/// A parameter set that is not in its file yet.
pub(crate) struct Set {
    pub(crate) path: PathBuf,
    /// Fields that are in it.
    pub(crate) count: usize,
    text: String,
}

impl Set {
    /// Writes the file.
    pub(crate) fn save(&self) -> Result<(), SetError> {
        file::replace(&self.path, &self.text)
    }
}

/// The present values of the fields that the patterns select. A structure is saved member by member; what is
/// read-only or an address is left out.
pub(crate) fn of(observer: &Observer, name: &str, patterns: &[String]) -> Result<Set, SetError> {
    let path = file::path_of(name)?;
    let (mut lines, mut types) = (BTreeMap::new(), BTreeMap::new());
    for pattern in patterns {
        let mut selected = 0;
        for path in memglass_syntax::alternatives(pattern)? {
            for field in Selection::of(&path)?.fields(observer)? {
                selected += add_leaves(observer, &field, &mut lines, &mut types)?;
            }
        }
        if selected == 0 {
            return Err(SetError::Nothing {
                pattern: pattern.clone(),
            });
        }
    }
    let session = &observer.session().name;
    let types: Vec<String> = types.into_keys().collect();
    let mut text = format!(
        "# memglass parameter set\n# session: {session}\n# types: {}\n# fields: {}\n# saved: {}\n",
        types.join(", "),
        patterns.join(" "),
        time::rfc3339(SystemTime::now()).unwrap_or_default()
    );
    for (path, value) in &lines {
        text += &format!("{path} = {value}\n");
    }
    let count = lines.len();
    Ok(Set { path, count, text })
}

/// Adds what is written of a field, by its path; how many values that are.
fn add_leaves(
    observer: &Observer,
    field: &Field,
    lines: &mut BTreeMap<String, String>,
    types: &mut BTreeMap<String, ()>,
) -> Result<usize, SetError> {
    let info = field.info();
    let kind = &field.schema()[info.type_id].kind;
    if info.readonly || matches!(kind, Kind::Pointer { .. }) {
        return Ok(0);
    }
    let mut sum = 0;
    if let (Some(count), false) = (field.element_count(), matches!(kind, Kind::Array { .. })) {
        for index in 0..count {
            let element = field.element(index).map_err(SelectionError::from)?;
            sum += add_leaves(observer, &element, lines, types)?;
        }
        return Ok(sum);
    }
    if let (Kind::Struct { .. }, Some(members)) = (kind, field.members()) {
        for member in members {
            let member = field.member(&member.name).map_err(SelectionError::from)?;
            sum += add_leaves(observer, &member, lines, types)?;
        }
        return Ok(sum);
    }
    match field.read() {
        // Objects come and go while a pattern is followed.
        Err(ReadError::Gone { .. }) => Ok(0),
        value => {
            lines.insert(shown_path(observer, field), file::written(&value?));
            if let Some(object) = observer.object_in(field.object_id().slot) {
                types.insert(observer.schema()[object.type_id].name.to_string(), ());
            }
            Ok(1)
        }
    }
}

/// The table of the sets that are saved under names.
///
/// # Errors
///
/// Why there is none, as a text.
pub fn saved() -> Result<Table, String> {
    list().map_err(|error| memglass_value::causes::with_causes(&error))
}

/// The sets that have names, with what their headers say of them. One that cannot be read is listed all the same.
///
/// # Errors
///
/// There is no home directory, or the directory of sets cannot be read.
pub(crate) fn list() -> Result<Table, SetError> {
    let folder = file::folder()?;
    let none = "no set is saved; `save_set(\"limits\", \"*_position.quantity\")` saves one";
    let mut table = Table::new(["name", "session", "fields", "saved"]).or_else(none);
    let paths = sets_in(&folder).map_err(|source| SetError::File {
        path: folder,
        source,
    })?;
    for path in paths {
        let name = path.file_stem().unwrap_or_default();
        let name = Some(Cell::name(name.to_string_lossy().into_owned()));
        table.push(match file::header(&path) {
            Ok(header) => {
                let text = |key: &str| header.get(key).cloned().and_then(Cell::prose);
                let saved = header.get("saved").map(|saved| Cell {
                    value: Value::Text(saved.clone()),
                    style: Style::moment(),
                });
                [name, text("session"), text("fields"), saved]
            }
            Err(error) => {
                let why = memglass_value::causes::with_causes(&error);
                [name, None, Cell::prose(why), None]
            }
        });
    }
    Ok(table)
}

fn label_len(observer: &Observer, field: &Field) -> usize {
    let object = observer.object_in(field.object_id().slot);
    object.map_or(0, |object| object.label.len())
}

/// A path whose label is in quotes where it could be cut elsewhere.
fn shown_path(observer: &Observer, field: &Field) -> String {
    let (label, rest) = field.path().split_at(label_len(observer, field));
    match label.contains(|c: char| c.is_whitespace() || ".[]\"=#\\".contains(c)) {
        true => format!("{}{rest}", memglass_value::literal::quoted(label)),
        false => field.path().to_owned(),
    }
}

/// What a line of a set would change.
struct Planned {
    path: String,
    change: Change,
    style: Style,
}

/// A line that cannot be applied.
struct Misfit {
    path: String,
    /// With file and line.
    why: String,
}

/// Whether somebody wants an end of it.
pub(crate) type IsInterrupted<'a> = &'a dyn Fn() -> bool;

/// Tries all lines of a set out, on an observer of their own; else the problems.
fn plan(
    observer: &Observer,
    name: &str,
    is_interrupted: IsInterrupted<'_>,
) -> Result<Vec<Result<Planned, Misfit>>, SetError> {
    let path = file::path_of(name)?;
    let rehearsal = observer.rehearsal()?;
    let mut holders = Holders::default();
    let planned = file::read(&path)?.into_iter().map(|line| {
        if is_interrupted() {
            return Err(SetError::Interrupted);
        }
        let at = format!("{}:{}", path.display(), line.number);
        Ok(
            try_line(&rehearsal, &line, &mut holders).map_err(|why| Misfit {
                path: line.path.clone(),
                why: format!("{at}: {why}"),
            }),
        )
    });
    planned.collect()
}

fn try_line(rehearsal: &Observer, line: &Line, holders: &mut Holders) -> Result<Planned, String> {
    let field = rehearsal
        .field(&line.path)
        .map_err(|error| error.to_string())?;
    // Each line would wait for the same one.
    if let Some(why) = holders.refusal(&field) {
        return Err(why);
    }
    let change = field
        .replace(&line.value)
        .map_err(|error| error.to_string())?;
    Ok(Planned {
        path: line.path.clone(),
        change,
        style: Style::new(field.info().metadata).of_type(field.schema(), field.type_id()),
    })
}

/// A row for each value that is not as in the set, and for each line that could not be applied.
pub(crate) fn diff(
    observer: &Observer,
    name: &str,
    is_interrupted: IsInterrupted<'_>,
) -> Result<Table, SetError> {
    let mut table = Table::new(["path", "set", "now", "note"]).or_else("all is as in the set");
    for planned in plan(observer, name, is_interrupted)? {
        match planned {
            Ok(Planned {
                path,
                change,
                style,
            }) if !agrees(&change.old, &change.new) => {
                let cell = |value: Value| {
                    let style = style.clone();
                    Some(Cell { value, style })
                };
                let (set, now) = (cell(change.new), cell(change.old));
                table.push([Some(Cell::name(path)), set, now, None]);
            }
            Ok(_) => {}
            Err(Misfit { path, why }) => {
                table.push([Some(Cell::name(path)), None, None, Cell::prose(why)])
            }
        }
    }
    Ok(table)
}

/// The writes that bring the values of a set back, of which all have been tried out.
pub(crate) struct Prepared {
    /// How many values are not there already.
    pub(crate) count: usize,
    writes: BTreeMap<String, (Rc<Field>, Tree)>,
}

/// Tries out the values of a set that are not there already. If one of them would be refused, all are. What is in
/// one object becomes one write, and what is guarded there changes at once.
pub(crate) fn prepare(
    observer: &Observer,
    name: &str,
    is_interrupted: IsInterrupted<'_>,
) -> Result<Prepared, SetError> {
    let (mut problems, mut writes, mut count) = (Vec::new(), BTreeMap::new(), 0);
    for planned in plan(observer, name, is_interrupted)? {
        match planned {
            Err(Misfit { why, .. }) => problems.push(why),
            Ok(Planned { change, .. }) if agrees(&change.old, &change.new) => {}
            Ok(Planned { path, change, .. }) => match observer.field(&path) {
                Err(error) => problems.push(error.to_string()),
                Ok(field) => {
                    add_write(observer, field, change.new, &mut writes);
                    count += 1;
                }
            },
        }
    }
    match problems.is_empty() {
        true => Ok(Prepared { count, writes }),
        false => Err(SetError::Lines { problems }),
    }
}

impl Prepared {
    /// A field that will be written, if there is one.
    pub(crate) fn first(&self) -> Option<&Field> {
        self.writes.values().next().map(|(field, _)| &**field)
    }

    /// Makes the writes, in this line of the script.
    pub(crate) fn write(self, ledger: &Ledger, line: u32) -> Result<(), SetError> {
        for (field, tree) in self.writes.into_values() {
            ledger.write(&field, &tree.value(), Rules::Checked, line)?;
        }
        Ok(())
    }
}

/// The members of an object that are written together.
enum Tree {
    Value(Value),
    Members(BTreeMap<String, Tree>),
}

impl Tree {
    fn put(&mut self, steps: &[&str], value: Value) {
        match (self, steps) {
            (Tree::Members(members), [first, rest @ ..]) => {
                let member = members.entry((*first).to_owned());
                member
                    .or_insert_with(|| Tree::Members(BTreeMap::new()))
                    .put(rest, value);
            }
            (tree, _) => *tree = Tree::Value(value),
        }
    }

    fn value(self) -> Value {
        match self {
            Tree::Value(value) => value,
            Tree::Members(members) => {
                let members = members.into_iter();
                let members = members.map(|(name, tree)| (Arc::from(name), tree.value()));
                Value::Record(members.collect())
            }
        }
    }
}

/// Adds a value to the write of its object, or of its element of an array of objects. A part that is reached by
/// another index is a write of its own: a record cannot name it.
fn add_write(
    observer: &Observer,
    field: Field,
    value: Value,
    writes: &mut BTreeMap<String, (Rc<Field>, Tree)>,
) {
    let path = field.path().to_owned();
    let (label, rest) = path.split_at(label_len(observer, &field));
    let (element, steps) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((index, steps)) => (format!("[{index}]"), steps),
        None => (String::new(), rest),
    };
    let steps: Vec<&str> = steps.split('.').skip(1).collect();
    let root = observer
        .find(label)
        .filter(|_| !steps.is_empty() && !steps.iter().any(|step| step.contains('[')))
        .and_then(|object| observer.root(&object).ok()?.at(&element).ok());
    let (key, root, steps) = match root {
        Some(root) => (format!("{label}{element}"), root, steps),
        None => (path.clone(), field, Vec::new()),
    };
    let write = writes
        .entry(key)
        .or_insert_with(|| (Rc::new(root), Tree::Members(BTreeMap::new())));
    write.1.put(&steps, value);
}
