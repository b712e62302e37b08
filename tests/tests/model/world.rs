//! A session with observers beside a plain model of it: each operation is done to both, and what
//! they answer is compared.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use memglass::schema::TypeId;
use memglass::{
    AttachOptions, Field, Observer, PathError, ProducerError, ReadError, Session, Value,
};
use memglass_tests::Stage;

use crate::answers::{Outcome, expect_reason, expect_refusal, no_path, outcome};
use crate::objects::{self, Handle, KINDS};
use crate::operations::{MEMBERS, OBSERVERS, Operation, Reuse, Wanted, labels, paths};
use crate::produce::{self, Held};
use crate::shapes::{No, NoPath, Shape, Step, part};

/// Longer than the clock that objects are timed with takes for a step.
const SOON: Duration = Duration::from_millis(8);

pub(crate) struct World {
    session: Session,
    options: AttachOptions,
    raw: TypeId,
    raw_name: String,
    word: TypeId,
    labels: Vec<String>,
    paths: Vec<(&'static str, Vec<Step>)>,
    /// All objects that ever were.
    objects: Vec<Modelled>,
    live: BTreeMap<String, usize>,
    observers: [Option<Watching>; OBSERVERS],
    /// Count of structural changes.
    changes: u64,
    /// How often each answer was compared.
    pub(crate) tally: Tally,
    _stage: Stage,
}

/// Counts by name.
pub(crate) type Tally = BTreeMap<&'static str, u64>;

/// An object as the model knows it.
struct Modelled {
    label: String,
    kind: usize,
    type_name: String,
    shape: Shape,
    value: Value,
    is_alive: bool,
    handle: Option<Handle>,
}

struct Watching {
    observer: Observer,
    writable: bool,
    /// What was alive at the last refresh, by label.
    known: BTreeMap<String, usize>,
    seen: u64,
    fields: Vec<Resolved>,
}

/// A field, and what the model thinks it leads to.
#[derive(Clone)]
struct Resolved {
    field: Field,
    object: usize,
    steps: Vec<Step>,
    shape: Shape,
    readonly: bool,
}

impl World {
    pub(crate) fn new(reuse: Reuse) -> World {
        let stage = Stage::new(env!("CARGO_BIN_EXE_memglass-actor"));
        let builder = stage
            .builder("model")
            .first_region(4096)
            .max_region(16 << 10);
        let builder = match reuse {
            Reuse::AtOnce => builder.grace(Duration::ZERO),
            Reuse::Soon => builder.grace(SOON / 2),
            Reuse::Crowded => builder.retired_budget(1000),
            Reuse::Never => builder
                .grace(Duration::from_secs(3600))
                .retired_budget(u64::MAX),
        };
        let session = builder.create().expect("there is room");
        let word = session.add_type(objects::word_type()).expect("a type");
        let raw = session
            .add_type(objects::struct_of("Type0", word))
            .expect("a type");
        let mut world = World {
            options: stage.options(),
            session,
            raw,
            raw_name: "Type0".into(),
            word,
            labels: labels(),
            paths: paths(),
            objects: Vec::new(),
            live: BTreeMap::new(),
            observers: Default::default(),
            changes: 2,
            tally: Tally::new(),
            _stage: stage,
        };
        world.attach(0, true);
        world
    }

    fn count(&mut self, name: &'static str) {
        *self.tally.entry(name).or_default() += 1;
    }

    pub(crate) fn perform(&mut self, operation: &Operation) {
        use Operation::*;
        match *operation {
            Create { label, kind, seed } => self.create(label, kind, seed),
            Destroy { object } => self.end(object, false),
            Leak { object } => self.end(object, true),
            Produce {
                object,
                choice,
                seed,
            } => self.produce(object, choice, seed),
            NewType => self.new_type(),
            Pass => std::thread::sleep(SOON),
            Attach { observer, writable } => self.attach(observer, writable),
            Detach { observer } => self.observers[observer] = None,
            Refresh { observer } => self.refresh(observer),
            List { observer } => self.list(observer),
            Find { observer, label } => self.find(observer, label),
            Resolve {
                observer,
                label,
                path,
                quoted,
                fit,
            } => {
                let (label, path) = match fit {
                    true => self.fitting(observer, label, path),
                    false => (label, path),
                };
                self.resolve(observer, label, path, quoted);
            }
            Read { observer, field } => self.read(observer, field),
            ReadAs { observer, field } => self.read_as(observer, field),
            Write {
                observer,
                field,
                wanted,
                force,
            } => {
                self.write(
                    observer,
                    field,
                    &self.wanted(observer, field, wanted),
                    force,
                    false,
                );
            }
            WriteRecord {
                observer,
                field,
                ref members,
                force,
            } => {
                let record = self.record(observer, field, members);
                self.write(observer, field, &record, force, false);
            }
            WriteBack {
                observer,
                field,
                part,
                wanted,
            } => {
                self.write_back(observer, field, part, wanted);
            }
            Add {
                observer,
                field,
                amount,
            } => self.add(observer, field, amount),
            Update {
                observer,
                field,
                wanted,
            } => self.update(observer, field, &self.wanted(observer, field, wanted)),
            WriteHeld {
                observer,
                field,
                wanted,
            } => {
                let wanted = self.wanted(observer, field, wanted);
                self.write(observer, field, &wanted, false, true);
            }
        }
    }

    /// Compares everything there is: as a new observer sees it, and as the producer does.
    pub(crate) fn compare_all(&self) {
        let observer = self.options.attach("model").expect("it is there");
        let mut listed: Vec<String> = observer
            .objects()
            .map(|info| info.label.to_string())
            .collect();
        listed.sort();
        assert_eq!(listed, self.live.keys().cloned().collect::<Vec<_>>());
        assert_eq!(observer.object_count(), self.live.len());
        assert_eq!(self.session.object_count(), self.live.len() as u64);
        for (label, &id) in &self.live {
            let info = observer.find(label).expect("it was listed");
            let value = observer.root(&info).expect("it is alive").read();
            assert_eq!(value.as_ref(), Ok(&self.objects[id].value), "{label:?}");
            if let Some(handle) = &self.objects[id].handle {
                produce::compare(handle, &self.objects[id].value);
            }
        }
        for watching in self.observers.iter().flatten() {
            for resolved in &watching.fields {
                self.compare_read(resolved);
            }
        }
    }

    fn create(&mut self, label: usize, kind: usize, seed: u8) {
        let label = self.labels[label].clone();
        let types = self.session.schema().len();
        let made = objects::create(&self.session, kind, &label, seed, self.raw);
        self.changes += u64::from(self.session.schema().len() != types);
        let is_free = !self.live.contains_key(&label);
        if !(is_free && (1..=1024).contains(&label.len())) {
            assert!(
                matches!(made, Err(ProducerError::Label { .. })),
                "{:?}",
                made.err()
            );
            return;
        }
        let (shape, value) = objects::described(kind, seed);
        let type_name = match KINDS[kind] {
            "number" => "i64",
            "numbers" => "u16",
            "large" => "u64",
            "raw" => &self.raw_name,
            "wholes" => "Whole",
            name => name,
        };
        self.changes += 1;
        self.live.insert(label.clone(), self.objects.len());
        self.objects.push(Modelled {
            label,
            kind,
            type_name: type_name.into(),
            shape,
            value,
            is_alive: true,
            handle: Some(made.expect("the label is free and there is room")),
        });
        self.count("created");
    }

    /// The object that a number stands for, of those that the producer has a handle of.
    fn held(&self, number: usize) -> Option<usize> {
        let held: Vec<usize> = (0..self.objects.len())
            .filter(|&id| self.objects[id].handle.is_some())
            .collect();
        (!held.is_empty()).then(|| held[number % held.len()])
    }

    fn end(&mut self, number: usize, leak: bool) {
        let Some(id) = self.held(number) else { return };
        let object = &mut self.objects[id];
        let handle = object.handle.take().expect("it is held");
        if leak {
            return handle.leak();
        }
        drop(handle);
        object.is_alive = false;
        self.live.remove(&object.label);
        self.changes += 1;
        self.count("destroyed");
    }

    fn produce(&mut self, number: usize, choice: u8, seed: u8) {
        let Some(id) = self.held(number) else { return };
        let object = &mut self.objects[id];
        let handle = object.handle.as_ref().expect("it is held");
        produce::write(handle, choice, seed, &mut object.value);
    }

    fn new_type(&mut self) {
        let name = format!("Type{}", self.session.schema().len());
        self.raw = self
            .session
            .add_type(objects::struct_of(&name, self.word))
            .expect("a type");
        self.raw_name = name;
        self.changes += 1;
    }

    fn attach(&mut self, index: usize, writable: bool) {
        let options = match writable {
            true => self.options.clone().writable(),
            false => self.options.clone(),
        };
        let observer = options.attach("model").expect("it is there");
        assert_eq!(observer.is_writable(), writable);
        self.observers[index] = Some(Watching {
            observer,
            writable,
            known: self.live.clone(),
            seen: self.changes,
            fields: Vec::new(),
        });
    }

    fn refresh(&mut self, index: usize) {
        let (changes, live) = (self.changes, self.live.clone());
        let Some(watching) = self.observer_mut(index) else {
            return;
        };
        let changed = watching.observer.refresh();
        assert_eq!(changed, Ok(watching.seen != changes));
        watching.seen = changes;
        watching.known = live;
        assert_eq!(watching.observer.object_count(), watching.known.len());
    }

    fn list(&self, index: usize) {
        let Some(watching) = self.observer(index) else {
            return;
        };
        assert_eq!(watching.observer.object_count(), watching.known.len());
        let mut listed = BTreeMap::new();
        for info in watching.observer.objects() {
            let id = self.live.get(&*info.label);
            let object = &self.objects[*id.unwrap_or_else(|| panic!("{:?} is dead", info.label))];
            let schema = watching.observer.schema();
            assert_eq!(schema.type_name(info.type_id), object.type_name);
            assert_eq!(info.count, count_of(object));
            let again = listed.insert(info.label.to_string(), info);
            assert!(again.is_none(), "{again:?} is listed twice");
        }
        let expected = watching
            .known
            .keys()
            .filter(|label| self.sees(watching, label));
        assert!(listed.keys().eq(expected), "{:?}", listed.keys());
    }

    fn find(&self, index: usize, label: usize) {
        let Some(watching) = self.observer(index) else {
            return;
        };
        let label = &self.labels[label];
        let found = watching.observer.find(label);
        assert_eq!(found.is_some(), self.sees(watching, label));
        if let Some(info) = found {
            let object = &self.objects[self.live[label]];
            assert_eq!((&*info.label, info.count), (&**label, count_of(object)));
        }
    }

    /// Whether the observer finds a label: what has it was there at the last refresh, and still is.
    fn sees(&self, watching: &Watching, label: &str) -> bool {
        let live = self.live.get(label);
        live.is_some() && watching.known.get(label) == live
    }

    fn resolve(&mut self, index: usize, label: usize, path: usize, quoted: bool) {
        let Some(watching) = self.observer(index) else {
            return;
        };
        let label = self.labels[label].clone();
        let (suffix, steps) = self.paths[path % self.paths.len()].clone();
        let text = match quoted {
            true => format!(
                "\"{}\"{suffix}",
                label.replace('\\', "\\\\").replace('"', "\\\"")
            ),
            false => format!("{label}{suffix}"),
        };
        let found = watching.observer.field(&text);
        let (label, steps) = match quoted {
            true => (label, steps),
            false => match self.longest_label(watching, &text) {
                Some((label, rest)) => (label, rest),
                None => return,
            },
        };
        if !self.sees(watching, &label) {
            let error = found.expect_err("no such object");
            assert!(
                matches!(error, PathError::NoSuchObject { .. }),
                "{text}: {error:?}"
            );
            return;
        }
        let id = self.live[&label];
        let expected = walk(&self.objects[id].shape, &steps);
        match (found, expected) {
            (Ok(field), Ok((shape, readonly))) => {
                let resolved = Resolved {
                    field,
                    object: id,
                    steps,
                    shape: shape.clone(),
                    readonly,
                };
                let watching = self.observer_mut(index).expect("as before");
                watching.fields.push(resolved);
                self.count("paths resolved");
            }
            (Err(error), Err(expected)) => {
                assert_eq!(no_path(&error), Some(expected), "{text}");
                self.count("paths refused");
            }
            (found, expected) => panic!("{text}: {:?}, expected {expected:?}", found.err()),
        }
    }

    /// The longest label that an unquoted path begins with, and the steps that are left; `None` if
    /// what is left is no path of the model's.
    fn longest_label(&self, watching: &Watching, text: &str) -> Option<(String, Vec<Step>)> {
        if text.starts_with('"') || text.is_empty() {
            return None;
        }
        let ends = (1..=text.len()).filter(|&end| {
            text.is_char_boundary(end)
                && (end == text.len() || [b'.', b'['].contains(&text.as_bytes()[end]))
        });
        let mut ends: Vec<usize> = ends.collect();
        let first = *ends.first()?;
        ends.reverse();
        for end in ends {
            let label = &text[..end];
            if end == first || self.sees(watching, label) {
                let rest = &text[end..];
                let steps = self.paths.iter().find(|(path, _)| *path == rest)?.1.clone();
                return Some((label.into(), steps));
            }
        }
        None
    }

    /// A label that the observer knows, and a path that leads somewhere in its object.
    fn fitting(&self, index: usize, label: usize, path: usize) -> (usize, usize) {
        let Some(watching) = self.observer(index) else {
            return (label, path);
        };
        let known: Vec<_> = watching
            .known
            .iter()
            .filter(|(_, id)| self.objects[**id].is_alive)
            .collect();
        if known.is_empty() {
            return (label, path);
        }
        let (name, id) = known[label % known.len()];
        let label = self.labels.iter().position(|label| label == name);
        let paths: Vec<usize> = (0..self.paths.len())
            .filter(|&path| walk(&self.objects[*id].shape, &self.paths[path].1).is_ok())
            .collect();
        let path = paths[path % paths.len()];
        (label.expect("one of the labels"), path)
    }

    /// What is to be written to a field.
    fn wanted(&self, index: usize, number: usize, wanted: Wanted) -> Value {
        match self.field(index, number) {
            Some((_, resolved)) => {
                let mut value = self.objects[resolved.object].value.clone();
                for_shape(wanted, &resolved.shape, part(&mut value, &resolved.steps))
            }
            None => wanted.value(|_| true),
        }
    }

    /// A record of some members, for a field.
    fn record(&self, index: usize, number: usize, wanted: &[(usize, Wanted); 2]) -> Value {
        let mut made: Vec<(Arc<str>, Value)> = Vec::new();
        for (name, wanted) in wanted {
            let (name, value) = self.member(index, number, *name, *wanted);
            if made.iter().all(|(known, _)| &**known != name) {
                made.push((name.into(), value));
            }
        }
        Value::Record(made)
    }

    fn member(
        &self,
        index: usize,
        number: usize,
        name: usize,
        wanted: Wanted,
    ) -> (&'static str, Value) {
        let anything = (MEMBERS[name % MEMBERS.len()], wanted.value(|_| true));
        let Some((_, resolved)) = self.field(index, number).filter(|_| wanted.fit) else {
            return anything;
        };
        let Shape::Record(names, shapes) = &resolved.shape else {
            return anything;
        };
        let which = name % names.len();
        let mut steps = resolved.steps.clone();
        steps.push(Step::Member(names[which].0));
        let mut value = self.objects[resolved.object].value.clone();
        let now = part(&mut value, &steps);
        (names[which].0, for_shape(wanted, &shapes[which], now))
    }

    /// The observer that a number stands for.
    fn index(&self, number: usize) -> Option<usize> {
        let attached: Vec<usize> = (0..OBSERVERS)
            .filter(|&index| self.observers[index].is_some())
            .collect();
        (!attached.is_empty()).then(|| attached[number % attached.len()])
    }

    fn observer(&self, number: usize) -> Option<&Watching> {
        self.observers[self.index(number)?].as_ref()
    }

    fn observer_mut(&mut self, number: usize) -> Option<&mut Watching> {
        let index = self.index(number)?;
        self.observers[index].as_mut()
    }

    /// The field that a number stands for.
    fn field(&self, index: usize, number: usize) -> Option<(&Watching, &Resolved)> {
        let watching = self.observer(index)?;
        let newest = watching.fields.len().checked_sub(1)?;
        Some((watching, &watching.fields[newest - number % (newest + 1)]))
    }

    fn read(&mut self, index: usize, number: usize) {
        let Some((_, resolved)) = self.field(index, number) else {
            return;
        };
        self.compare_read(resolved);
        let is_alive = self.objects[resolved.object].is_alive;
        self.count(if is_alive {
            "reads"
        } else {
            "reads of gone objects"
        });
    }

    fn compare_read(&self, resolved: &Resolved) {
        let object = &self.objects[resolved.object];
        let found = resolved.field.read();
        if !object.is_alive {
            assert!(matches!(found, Err(ReadError::Gone { .. })), "{found:?}");
            assert!(!resolved.field.is_alive());
            return;
        }
        let mut value = object.value.clone();
        assert_eq!(
            found.as_ref(),
            Ok(&*part(&mut value, &resolved.steps)),
            "{}",
            resolved.field.path()
        );
    }

    fn read_as(&self, index: usize, number: usize) {
        let Some((_, resolved)) = self.field(index, number) else {
            return;
        };
        let object = &self.objects[resolved.object];
        let found = resolved.field.read_as::<i64>();
        let is_i64 = matches!(
            resolved.shape,
            Shape::Int {
                bits: 64,
                signed: true,
                ..
            }
        );
        match (found, is_i64) {
            (Ok(number), true) if object.is_alive => {
                let mut value = object.value.clone();
                assert_eq!(*part(&mut value, &resolved.steps), Value::I64(number));
            }
            (Err(ReadError::TypeMismatch { .. }), false) => {}
            (Err(ReadError::Gone { .. }), _) if !object.is_alive => {}
            (found, _) => panic!("{}: {found:?}", resolved.field.path()),
        }
    }

    /// Writes; if `hold`, while the producer holds a guarded value of the same object.
    fn write(&mut self, index: usize, number: usize, wanted: &Value, force: bool, hold: bool) {
        let Some((watching, resolved)) = self.field(index, number) else {
            return;
        };
        let (writable, resolved) = (watching.writable, resolved.clone());
        let handle = self.objects[resolved.object].handle.as_ref();
        let held = handle.filter(|_| hold).and_then(produce::hold);
        let written = match force {
            true => resolved.field.write_forced(wanted),
            false => resolved.field.write(wanted),
        };
        let is_held = held.is_some_and(|held| touches(&held, &resolved.steps));
        let outcome = outcome(written);
        self.count(outcome.name());
        let object = &mut self.objects[resolved.object];
        if !object.is_alive || !writable {
            expect_refusal(&outcome, object.is_alive, writable);
            return;
        }
        if resolved.readonly && !force {
            assert_eq!(outcome, Outcome::ReadOnlyField);
            return;
        }
        let now = part(&mut object.value, &resolved.steps);
        match resolved.shape.written(now, wanted, force) {
            Ok(_) if is_held => assert_eq!(outcome, Outcome::Busy),
            Ok(value) => {
                assert_eq!(
                    outcome,
                    Outcome::Done,
                    "{} = {wanted}",
                    resolved.field.path()
                );
                *now = value;
            }
            Err(against) => expect_reason(&outcome, &against, resolved.field.path(), wanted),
        }
    }

    /// Reads a record or list, changes a part of it, and writes the whole.
    fn write_back(&mut self, index: usize, number: usize, which: usize, wanted: Wanted) {
        let Some((_, resolved)) = self.field(index, number) else {
            return;
        };
        let Ok(mut value) = resolved.field.read() else {
            return;
        };
        match (&mut value, &resolved.shape) {
            (Value::Record(members), Shape::Record(_, shapes)) => {
                let which = which % shapes.len();
                members[which].1 = for_shape(wanted, &shapes[which], &members[which].1);
            }
            (Value::List(values), Shape::List(shape, count)) => {
                let which = which % count;
                values[which] = for_shape(wanted, shape, &values[which]);
            }
            _ => {}
        }
        self.write(index, number, &value, false, false);
    }

    fn add(&mut self, index: usize, number: usize, amount: i64) {
        let Some((watching, resolved)) = self.field(index, number) else {
            return;
        };
        let (writable, resolved) = (watching.writable, resolved.clone());
        let added = resolved.field.add(&Value::I64(amount));
        let sum = added.as_ref().ok().cloned();
        let outcome = outcome(added.map(drop));
        self.count(outcome.name());
        let object = &mut self.objects[resolved.object];
        if !object.is_alive || !writable {
            return expect_refusal(&outcome, object.is_alive, writable);
        }
        if resolved.readonly {
            return assert_eq!(outcome, Outcome::ReadOnlyField);
        }
        let now = part(&mut object.value, &resolved.steps);
        match resolved.shape.added(now, amount) {
            Ok(value) => {
                assert_eq!(
                    outcome,
                    Outcome::Done,
                    "{} += {amount}",
                    resolved.field.path()
                );
                let sum = sum.expect("it is done");
                assert_eq!(
                    (sum.as_i128(), sum.as_f64()),
                    (value.as_i128(), value.as_f64())
                );
                *now = value;
            }
            Err(No::Kind) => assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}"),
            Err(against) => expect_reason(
                &outcome,
                &[against],
                resolved.field.path(),
                &Value::I64(amount),
            ),
        }
    }

    fn update(&mut self, index: usize, number: usize, wanted: &Value) {
        let Some((watching, resolved)) = self.field(index, number) else {
            return;
        };
        let (writable, resolved) = (watching.writable, resolved.clone());
        let mut seen = None;
        let updated = resolved.field.update(|value| {
            seen = Some(value.clone());
            *value = wanted.clone();
        });
        let outcome = outcome(updated.map(drop));
        self.count(outcome.name());
        let object = &mut self.objects[resolved.object];
        if !object.is_alive || !writable {
            return expect_refusal(&outcome, object.is_alive, writable);
        }
        if resolved.readonly {
            return assert_eq!(outcome, Outcome::ReadOnlyField);
        }
        let kind = object.kind;
        let now = part(&mut object.value, &resolved.steps);
        if !is_one_step(kind, &resolved) {
            return assert_eq!(outcome, Outcome::Refused("NotOneStep".into()));
        }
        assert_eq!(seen.as_ref(), Some(&*now));
        match resolved.shape.written(now, wanted, false) {
            Ok(value) => {
                assert_eq!(
                    outcome,
                    Outcome::Done,
                    "{} = {wanted}",
                    resolved.field.path()
                );
                *now = value;
            }
            Err(against) => expect_reason(&outcome, &against, resolved.field.path(), wanted),
        }
    }
}

/// A value for a place of this shape with this value.
fn for_shape(wanted: Wanted, shape: &Shape, now: &Value) -> Value {
    wanted.value(|value| shape.written(now, value, false).is_ok())
}

/// Whether the field is guarded as a whole, or one number.
fn is_one_step(kind: usize, resolved: &Resolved) -> bool {
    let is_guarded = match (KINDS[kind], resolved.steps.first()) {
        ("Whole", _) | ("wholes", Some(_)) => true,
        ("Sample", Some(Step::Member(name))) => ["pair", "total", "note"].contains(name),
        _ => false,
    };
    is_guarded
        || !matches!(
            resolved.shape,
            Shape::List(..) | Shape::Record(..) | Shape::Text { .. }
        )
}

fn touches(hold: &Held<'_>, steps: &[Step]) -> bool {
    match hold {
        Held::Pair(_) => steps.first() == Some(&Step::Member("pair")),
        Held::Whole(_) => true,
    }
}

/// The shape that steps lead to, and whether anything on the way is read-only.
fn walk<'s>(shape: &'s Shape, steps: &[Step]) -> Result<(&'s Shape, bool), NoPath> {
    steps
        .iter()
        .try_fold((shape, false), |(shape, readonly), step| {
            shape
                .step(step)
                .map(|(part, declared)| (part, readonly || declared))
        })
}

fn count_of(object: &Modelled) -> Option<u64> {
    match (KINDS[object.kind], &object.shape) {
        ("numbers" | "wholes" | "large", Shape::List(_, count)) => Some(*count as u64),
        _ => None,
    }
}
