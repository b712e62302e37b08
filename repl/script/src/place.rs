//! Objects, structures and arrays in scripts: proxies that read and write through, never copies.
//!
//! A [`Place`] is a handle on a [`Node`], which is a resolved [`Field`] with the nodes below it that were
//! asked for. So `p.last_quote.bid_price` is resolved once and then costs a look-up for each name and the
//! read. Scalars have nodes too, but scripts never see a proxy of one: they get its value.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use foldhash::fast::RandomState;
use memglass::schema::{Kind, Metadata};
use memglass::{Change, Field, Packing, ReadError, Refusal, Value, WriteError};
use rhai::{Array, Dynamic, EvalAltResult, INT, Position};

use super::context::Context;
use super::convert::{self, Meaning, Part};
use super::error::raise;
use super::ledger::{LedgerError, Rules};
use memglass_value::{causes, index};

/// What no session that is attached has.
const ANOTHER_LIFE: u64 = u64::MAX;

/// Nodes kept below one node, for each kind of access; beyond that all are forgotten.
const KEPT_BELOW: usize = 4096;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A proxy of an object, structure or array.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) node: Rc<Node>,
}

/// A resolved place.
pub(crate) struct Node {
    pub(crate) field: Field,
    pub(crate) shape: Shape,
    pub(crate) context: Rc<Context>,
    /// The same for the record of writes, once there is one.
    recorded: OnceCell<Rc<Field>>,
    /// Kept because asking the field for it costs an allocation.
    metadata: Metadata,
    /// Which attachment it was resolved in.
    life: u64,
    origin: Option<(Weak<Node>, Key)>,
    members: RefCell<HashMap<Rc<str>, Rc<Node>, RandomState>>,
    elements: RefCell<HashMap<u64, Rc<Node>, RandomState>>,
}

/// A value that a script read.
pub(crate) struct LastRead {
    pub(crate) node: Rc<Node>,
    value: Dynamic,
    position: Position,
}

/// Where a script stores something.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    /// In the text being evaluated.
    pub(crate) position: Position,
    /// In the file; 0 if it is not known.
    pub(crate) line: u32,
}

/// What is at a place, as far as scripts treat it differently.
#[derive(Clone)]
pub(crate) enum Shape {
    /// Something with named members.
    Record,
    /// So many elements.
    List(u64),
    /// A value, and what its numbers mean.
    Leaf(Meaning),
}

/// How a node was reached from the one above it.
#[derive(Clone, Debug)]
enum Key {
    Name(Rc<str>),
    Index(u64),
}

impl Node {
    /// A whole object.
    pub(crate) fn root(field: Field, context: Rc<Context>) -> Rc<Self> {
        let life = context.attached.life();
        Self::new(field, context, life, None)
    }

    /// A place that was found by somebody else, perhaps in a session before this one.
    pub(crate) fn found(field: Field, context: Rc<Context>) -> Rc<Self> {
        let is_present = field.object_id().session == context.attached.observer().session().id;
        let life = match is_present {
            true => context.attached.life(),
            false => ANOTHER_LIFE,
        };
        Self::new(field, context, life, None)
    }

    fn new(
        field: Field,
        context: Rc<Context>,
        life: u64,
        origin: Option<(Weak<Node>, Key)>,
    ) -> Rc<Self> {
        let shape = match (field.packing(), field.element_count()) {
            (Some(Packing::Array(count)), _) | (None, Some(count)) => Shape::List(count),
            (Some(Packing::Struct), _) => Shape::Record,
            (None, None) if field.members().is_some() => Shape::Record,
            (None, None) => Shape::Leaf(Meaning::of(&field, &context.symbols)),
        };
        let metadata = field.info().metadata.clone();
        Rc::new(Self {
            field,
            recorded: OnceCell::new(),
            shape,
            metadata,
            life,
            context,
            origin,
            members: RefCell::default(),
            elements: RefCell::default(),
        })
    }

    /// The member `name`, or what a path such as `quote.bid` or `levels[2]` leads to.
    pub(crate) fn member(self: &Rc<Self>, name: &str) -> Result<Rc<Node>> {
        if let Some(node) = self.members.borrow().get(name) {
            return Ok(node.clone());
        }
        let field = match self.field.member(name) {
            Ok(field) => field,
            // A path goes further than a name: its error is the one that says more.
            Err(error) => self.field.at(name).map_err(|further| {
                raise(if name.contains(['.', '[']) {
                    further
                } else {
                    error
                })
            })?,
        };
        let name: Rc<str> = name.into();
        let node = self.below(field, Key::Name(name.clone()));
        if self.keeps_its_parts() {
            keep(&mut self.members.borrow_mut(), name, node.clone());
        }
        Ok(node)
    }

    /// An element; negative indices count from the end.
    pub(crate) fn element(self: &Rc<Self>, index: INT) -> Result<Rc<Node>> {
        let index = self.index(index)?;
        if let Some(node) = self.elements.borrow().get(&index) {
            return Ok(node.clone());
        }
        let field = self.field.element(index).map_err(raise)?;
        let node = self.below(field, Key::Index(index));
        if self.keeps_its_parts() {
            keep(&mut self.elements.borrow_mut(), index, node.clone());
        }
        Ok(node)
    }

    /// Whether its parts are the same next time. Each write of a packed record may change them.
    fn keeps_its_parts(&self) -> bool {
        self.field.packing().is_none()
    }

    fn below(self: &Rc<Self>, field: Field, key: Key) -> Rc<Node> {
        Self::new(
            field,
            self.context.clone(),
            self.life,
            Some((Rc::downgrade(self), key)),
        )
    }

    /// Bytes of its path that are the object's label; 0 if that is no longer known.
    pub(crate) fn label_len(&self) -> usize {
        match &self.origin {
            None => self.field.path().len(),
            Some((above, _)) => above.upgrade().map_or(0, |above| above.label_len()),
        }
    }

    fn index(&self, index: INT) -> Result<u64> {
        let Shape::List(count) = self.shape else {
            return Err(raise(format_args!("{} is not an array", self.field.path())));
        };
        index::find("index", index, count)
            .map_err(|why| raise(format_args!("{}: {why}", self.field.path())))
    }

    /// Refuses what was looked up before a reattachment: it would speak of the old session.
    pub(crate) fn check_present(&self) -> Result<()> {
        match self.is_present() {
            true => Ok(()),
            false => Err(raise(self.not_present())),
        }
    }

    #[cold]
    fn not_present(&self) -> String {
        format!(
            "{} is of the session before the last :reattach; look it up again",
            self.field.path()
        )
    }

    fn is_present(&self) -> bool {
        self.life == self.context.attached.life()
    }

    /// Whether the object lives, in the session that is attached now.
    pub(crate) fn is_alive(&self) -> bool {
        self.is_present() && self.field.is_alive()
    }

    /// The present value, or why there is none.
    pub(crate) fn read(&self) -> std::result::Result<Value, String> {
        if self.context.witness.is_active() {
            return self.witnessed();
        }
        self.present_value()
    }

    /// The same while it is noted what is read.
    #[cold]
    fn witnessed(&self) -> std::result::Result<Value, String> {
        let witness = &self.context.witness;
        if witness.is_blind() {
            return Err(format!("{}: its producer is gone", self.field.path()));
        }
        match self.is_present() {
            true => witness
                .read(&self.field)
                .map_err(|error| self.unread(&error)),
            false => Err(self.not_present()),
        }
    }

    fn present_value(&self) -> std::result::Result<Value, String> {
        match self.is_present() {
            true => self.field.read().map_err(|error| self.unread(&error)),
            false => Err(self.not_present()),
        }
    }

    #[cold]
    fn unread(&self, error: &ReadError) -> String {
        let message = error.to_string();
        if matches!(error, ReadError::Gone { .. }) {
            self.context.remarks.note_gone(&message);
        }
        message
    }

    /// The value for a script: of a leaf what it holds, of all else a proxy.
    pub(crate) fn get(self: &Rc<Self>, position: Position) -> Result<Dynamic> {
        match &self.shape {
            Shape::Leaf(meaning) => {
                let value = convert::leaf(self.read().map_err(raise)?, meaning);
                let read = LastRead {
                    node: self.clone(),
                    value: value.clone(),
                    position,
                };
                self.context.reads.last.replace(Some(read));
                Ok(value)
            }
            _ => {
                self.check_present()?;
                Ok(Dynamic::from(Place::new(self.clone())))
            }
        }
    }

    /// Checks and writes a value of a script, as one write of the whole place, in this line of the script.
    pub(crate) fn set(&self, value: &Dynamic, line: u32) -> Result<()> {
        self.write(value, Rules::Checked, line)
    }

    fn write(&self, value: &Dynamic, rules: Rules, line: u32) -> Result<()> {
        let value = self.incoming(value)?;
        let ledger = &self.context.ledger;
        match ledger.write(self.recorded(), &value, rules, line) {
            Ok(change) => {
                if let Some(listener) = self.context.listener() {
                    listener(&self.field, &change);
                }
                Ok(())
            }
            Err(error) => Err(self.unwritten(error)),
        }
    }

    /// Adds to a number in one step.
    pub(crate) fn add(&self, amount: &Value, line: u32) -> Result<Change> {
        let ledger = &self.context.ledger;
        ledger
            .add(self.recorded(), amount, line)
            .map_err(|error| self.unwritten(error))
    }

    fn recorded(&self) -> &Rc<Field> {
        self.recorded.get_or_init(|| Rc::new(self.field.clone()))
    }

    /// Writes what Rhai stores through a property or index.
    ///
    /// A call of a method on `p.x`, even one that changes nothing, ends in a store of the value that was
    /// read for it. That store is left out: it would be a write on what looks like a read, and undo what the
    /// producer wrote meanwhile. It is known by its source position, which is that of the read.
    fn set_at(&self, value: &Dynamic, Call { position, line }: Call) -> Result<()> {
        let read = self.context.reads.last.borrow();
        if let Some(read) = &*read
            && std::ptr::eq(&*read.node, self)
            && read.position == position
            && convert::is_same(&read.value, value)
        {
            return Ok(());
        }
        drop(read);
        self.set(value, line)
    }

    /// The same without regard to what the field's metadata allows.
    pub(crate) fn force(&self, value: &Dynamic, line: u32) -> Result<()> {
        self.write(value, Rules::Forced, line)
    }

    /// The error of a write: one about the value is told where the value stands.
    #[cold]
    fn unwritten(&self, error: LedgerError) -> Box<EvalAltResult> {
        let error = match error {
            LedgerError::Write(error) => error,
            LedgerError::Audit(error) => return raise(causes::with_causes(&error)),
        };
        match error {
            WriteError::Refused { refusal, .. } => self.refused(&refusal),
            gone @ WriteError::Gone { .. } => {
                self.context.remarks.note_gone(&gone.to_string());
                raise(gone)
            }
            other => raise(other),
        }
    }

    fn refused(&self, refusal: &Refusal) -> Box<EvalAltResult> {
        let dot = match refusal.path.as_str() {
            "" => "",
            path if path.starts_with('[') => "",
            _ => ".",
        };
        let (path, part, reason) = (self.field.path(), &refusal.path, &refusal.reason);
        self.context
            .remarks
            .blame_value(format!("{path}{dot}{part}: {reason}"), part)
    }

    fn incoming(&self, value: &Dynamic) -> Result<Value> {
        self.check_present()?;
        self.context.check_writable(&self.field)?;
        self.to_value(value)
    }

    /// A script's value as one for this place.
    pub(crate) fn to_value(&self, value: &Dynamic) -> Result<Value> {
        if let Some(place) = value.read_lock::<Place>() {
            return place.value();
        }
        let field = &self.field;
        let (schema, id) = (field.schema(), field.type_id());
        let value = match self.shape {
            Shape::List(_) if self.is_array_of_objects() => {
                convert::for_list(value, schema, id, &self.metadata)
            }
            _ => convert::for_type(value, schema, id, &self.metadata),
        };
        value.map_err(|refusal| self.refused(&refusal))
    }

    /// Such an array has the type of its elements.
    fn is_array_of_objects(&self) -> bool {
        let schema = self.field.schema();
        let ty = &schema[schema.bare(self.field.type_id())];
        self.field.packing().is_none() && !matches!(ty.kind, Kind::Array { .. })
    }

    /// A copy of the whole, of the present moment.
    pub(crate) fn snapshot(&self) -> Result<Dynamic> {
        Ok(self.copied(self.read().map_err(raise)?))
    }

    /// The same with its parts in their order.
    pub(crate) fn parts(&self) -> Result<Part> {
        let (schema, id) = (self.field.schema(), self.field.type_id());
        let value = self.read().map_err(raise)?;
        Ok(Part::of_type(value, schema, id, &self.context.symbols))
    }

    /// A value of this place for a script.
    pub(crate) fn copied(&self, value: Value) -> Dynamic {
        match &self.shape {
            Shape::Leaf(meaning) => convert::leaf(value, meaning),
            _ => convert::whole(
                value,
                self.field.schema(),
                self.field.type_id(),
                &self.context.symbols,
            ),
        }
    }

    /// Whether `value` is the proxy of the place here that `is_key` says is the one: what Rhai stores back up a chain of
    /// accesses, after the store at its end was made.
    fn is_own(self: &Rc<Self>, value: &Dynamic, is_key: impl FnOnce(&Key) -> bool) -> bool {
        let Some(place) = value.read_lock::<Place>() else {
            return false;
        };
        let Some((parent, own_key)) = &place.node.origin else {
            return false;
        };
        Weak::as_ptr(parent) == Rc::as_ptr(self) && is_key(own_key)
    }
}

fn keep<K: Eq + std::hash::Hash>(
    nodes: &mut HashMap<K, Rc<Node>, RandomState>,
    key: K,
    node: Rc<Node>,
) {
    if nodes.len() >= KEPT_BELOW {
        nodes.clear();
    }
    nodes.insert(key, node);
}

impl Place {
    pub(crate) fn new(node: Rc<Node>) -> Self {
        Self { node }
    }

    /// `p.name`, `p["path"]`; of an array, the values of that field of each element.
    pub(crate) fn get(&self, name: &str, position: Position) -> Result<Dynamic> {
        match self.node.member(name) {
            Ok(node) => node.get(position),
            Err(_) if self.has_records() => {
                let values = self.column(name)?;
                let read = Some((position, values.clone()));
                self.node.context.reads.column.replace(read);
                Ok(Dynamic::from_array(values))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether it is an array of structures.
    fn has_records(&self) -> bool {
        let first = matches!(self.node.shape, Shape::List(1..)).then(|| self.node.element(0));
        matches!(first, Some(Ok(node)) if matches!(node.shape, Shape::Record))
    }

    fn column(&self, name: &str) -> Result<Array> {
        let Shape::List(count) = self.node.shape else {
            return Ok(Array::new());
        };
        let value = |index| {
            self.node.context.run.check_interrupt()?;
            let element = self.node.element(index as INT)?;
            element.member(name)?.get(Position::NONE)
        };
        (0..count).map(value).collect()
    }

    /// `p[index]`.
    pub(crate) fn get_at(&self, index: INT, position: Position) -> Result<Dynamic> {
        self.node.element(index)?.get(position)
    }

    /// `p.name = value`.
    pub(crate) fn set(&self, name: &str, value: &Dynamic, call: Call) -> Result<()> {
        let is_name = |key: &Key| matches!(key, Key::Name(own) if **own == *name);
        if value.is::<Place>() && self.node.is_own(value, is_name) {
            return Ok(());
        }
        match self.node.member(name) {
            Ok(node) => node.set_at(value, call),
            // A method was called on what was read for it, which is nothing to store.
            Err(_)
                if self.has_records()
                    && self.node.context.reads.is_last_column(call.position, value) =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// `p[index] = value`.
    pub(crate) fn set_at(&self, index: INT, value: &Dynamic, call: Call) -> Result<()> {
        if value.is::<Place>() {
            let index = self.node.index(index)?;
            let is_index = |key: &Key| matches!(key, Key::Index(own) if *own == index);
            if self.node.is_own(value, is_index) {
                return Ok(());
            }
        }
        self.node.element(index)?.set_at(value, call)
    }

    /// Its elements: values, or proxies of structures.
    pub(crate) fn elements(&self) -> Result<Array> {
        let Shape::List(count) = self.node.shape else {
            return Err(raise(format_args!(
                "{} cannot be iterated over; `fields(p)` lists its fields",
                self.path()
            )));
        };
        let first = self.node.element(0)?;
        if let Shape::Leaf(_) = first.shape {
            let list = self.node.snapshot()?;
            let mut list: Array = list.try_cast().unwrap_or_default();
            if let Shape::Leaf(Meaning::Time(unit)) = first.shape {
                list.iter_mut()
                    .for_each(|number| crate::marks::mark_unit(number, unit));
            }
            return Ok(list);
        }
        (0..count)
            .map(|index| self.node.element(index as INT)?.get(Position::NONE))
            .collect()
    }

    /// Number of elements of an array, of members otherwise. A packed record has those of this moment.
    pub(crate) fn len(&self) -> Result<INT> {
        let field = &self.node.field;
        Ok(match (&self.node.shape, field.packing()) {
            (Shape::List(count), _) => *count as INT,
            (_, Some(Packing::Struct)) => match self.value()? {
                Value::Record(members) => members.iter().len() as INT,
                _ => 0,
            },
            _ => field.members().map_or(0, <[_]>::len) as INT,
        })
    }

    /// The path: a label for an object, with what leads to a part of one behind it.
    pub(crate) fn path(&self) -> &str {
        self.node.field.path()
    }

    /// Name of its type.
    pub(crate) fn type_name(&self) -> String {
        self.node.field.info().type_name
    }

    /// The present value.
    pub(crate) fn value(&self) -> Result<Value> {
        self.node.read().map_err(raise)
    }
}

/// A proxy is equal to one of the same place; scripts compare values, see [`super::compare`].
impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.node, &other.node)
    }
}
