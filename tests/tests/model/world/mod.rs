//! A session with observers, and a simple model of it. Each operation runs on both, and the answers are
//! compared.

mod observing;
mod producing;
mod reading;
mod resolving;
mod writing;

use std::collections::BTreeMap;
use std::time::Duration;

use memglass::schema::TypeId;
use memglass::{Field, Observer, ObserverBuilder, Session, Value};
use memglass_tests::Stage;

use crate::objects::{self, Handle};
use crate::operations::{OBSERVERS, Operation, Reuse, labels, paths};
use crate::produce;
use crate::shapes::{Shape, Step};

/// Longer than the clock that objects are timed with takes for a step.
const SOON: Duration = Duration::from_millis(8);

pub(crate) struct World {
    session: Session,
    options: ObserverBuilder,
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
    /// The objects that were alive at the last refresh, by label.
    known: BTreeMap<String, usize>,
    seen: u64,
    fields: Vec<Resolved>,
}

/// A field, and its place in the model.
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
}
