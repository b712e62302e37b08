//! Fields of objects: reading, writing and asking about them.
//!
//! ```rhai
//! p.quantity = 500                        // checked: readonly, range, type, width
//! p.last_quote = #{ bid_price: 15020, ask_price: 15025 }    // one write of the whole
//! p["last_quote.ask_size"]  p.bid_levels[0]  p.new          // a field with a reserved name: p["new"]
//! p.add("quantity", 5)                    // one atomic read-modify-write; += is a read and a write
//! force(p, "limit", 5)                    // despite readonly, range, step, regex
//! p.snapshot()                            // a map: a copy of the present moment
//! p.label()  p.type_name()  p.path()
//! ```

use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use memglass::schema::Schema;
use memglass_value::number::Integer;
use rhai::{
    Dynamic, Engine, EvalAltResult, FuncRegistration, INT, ImmutableString, NativeCallContext,
    Position,
};

use crate::context::Context;
use crate::convert;
use crate::error::raise;
use crate::place::{Call, Place, Shape};

/// Names of fields that have accessors of their own; all others work too, at 1.6 times the cost.
const MOST_NAMES: usize = 4096;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// The field names that have accessors.
#[derive(Default)]
pub(crate) struct FieldNames {
    known: HashSet<Box<str>>,
    types: usize,
}

impl FieldNames {
    /// Registers accessors for the fields of the types that are new in `schema`.
    pub(crate) fn extend(&mut self, engine: &mut Engine, schema: &Schema) {
        // Rhai has a property of this name for every value, which would hide a field of a later type.
        self.add(engine, "tag");
        let new = schema
            .iter()
            .skip(self.types)
            .filter_map(|(_, ty)| ty.members());
        for field in new.flatten() {
            self.add(engine, &field.name);
        }
        self.types = schema.len();
    }

    /// After a reattachment types count from the beginning.
    pub(crate) fn start_over(&mut self) {
        self.types = 0;
    }

    /// Whether some type has a field of this name.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.known.contains(name)
    }

    fn add(&mut self, engine: &mut Engine, name: &str) {
        if self.known.len() < MOST_NAMES && self.known.insert(name.into()) {
            register_accessors(engine, name);
        }
    }
}

/// The setters count as pure, since what they change is not the proxy: so they work through constants.
fn register_accessors(engine: &mut Engine, name: &str) {
    let (getter, setter): (Rc<str>, Rc<str>) = (name.into(), name.into());
    FuncRegistration::new_getter(name)
        .register_into_engine(engine, move |call: NativeCallContext, place: &mut Place| {
            place.get(&getter, at(&call))
        });
    FuncRegistration::new_setter(name)
        .with_purity(true)
        .register_into_engine(
            engine,
            move |call: NativeCallContext, place: &mut Place, value: Dynamic| {
                place.set(&setter, &value, store(&call, place))
            },
        );
}

/// Registers access by name and index, and the methods of places.
pub(super) fn register(engine: &mut Engine, _context: &Rc<Context>) {
    engine.register_type_with_name::<Place>("object");
    register_indexers(engine);
    register_questions(engine);
    register_writes(engine);
    register_symbols(engine, _context);
}

fn register_indexers(engine: &mut Engine) {
    engine.register_indexer_get(
        |call: NativeCallContext, place: &mut Place, name: ImmutableString| {
            remember(&call, place, || place.get(&name, at(&call)), &name)
        },
    );
    engine.register_indexer_get(|call: NativeCallContext, place: &mut Place, index: INT| {
        remember(&call, place, || place.get_at(index, at(&call)), &index)
    });
    FuncRegistration::new_index_setter()
        .with_purity(true)
        .register_into_engine(
            engine,
            |call: NativeCallContext, place: &mut Place, name: ImmutableString, value: Dynamic| {
                unless_swallowed(&call, place, &name)?;
                place.set(&name, &value, store(&call, place))
            },
        );
    FuncRegistration::new_index_setter()
        .with_purity(true)
        .register_into_engine(
            engine,
            |call: NativeCallContext, place: &mut Place, index: INT, value: Dynamic| {
                unless_swallowed(&call, place, &index)?;
                place.set_at(index, &value, store(&call, place))
            },
        );
}

/// Leaves an error of an indexed read where the write that Rhai makes of it finds it.
fn remember<K: std::fmt::Debug>(
    call: &NativeCallContext,
    place: &Place,
    read: impl FnOnce() -> Result<Dynamic>,
    key: &K,
) -> Result<Dynamic> {
    read().inspect_err(|error| {
        place
            .node
            .context
            .reads
            .leave(place_key(place, key), at(call), error)
    })
}

fn unless_swallowed<K: std::fmt::Debug>(
    call: &NativeCallContext,
    place: &Place,
    key: &K,
) -> Result<()> {
    place
        .node
        .context
        .reads
        .take(|| place_key(place, key), at(call))
}

fn place_key<K: std::fmt::Debug>(place: &Place, key: &K) -> String {
    format!("{}[{key:?}]", place.path())
}

fn at(call: &NativeCallContext) -> Position {
    call.call_position()
}

fn store(call: &NativeCallContext, place: &Place) -> Call {
    Call {
        position: call.call_position(),
        line: place.node.context.line_of(call),
    }
}

fn register_questions(engine: &mut Engine) {
    engine.register_fn("snapshot", |place: &mut Place| place.node.snapshot());
    engine.register_fn("label", |place: &mut Place| place.path().to_owned());
    engine.register_fn("path", |place: &mut Place| place.path().to_owned());
    engine.register_fn("type_name", |place: &mut Place| place.type_name());
    engine.register_fn("is_alive", |place: &mut Place| place.node.is_alive());
    engine.register_fn("sequence", |place: &mut Place| {
        place
            .node
            .field
            .sequence()
            .map_or(Dynamic::UNIT, |count| Dynamic::from_int(count as INT))
    });
    engine.register_fn("len", |place: &mut Place| place.len());
    engine.register_fn("contains", |place: &mut Place, name: &str| {
        place.node.member(name).is_ok()
    });
    engine.register_fn("elements", |place: &mut Place| place.elements());
    engine.register_iterator_result::<Place, Dynamic>();
}

fn register_writes(engine: &mut Engine) {
    engine.register_fn(
        "add",
        |call: NativeCallContext, place: &mut Place, name: &str, amount: Dynamic| {
            add(place, name, &amount, store(&call, place).line)
        },
    );
    engine.register_fn(
        "force",
        |call: NativeCallContext, place: Place, name: &str, value: Dynamic| {
            let line = store(&call, &place).line;
            place.node.member(name)?.force(&value, line)
        },
    );
    engine.register_fn(
        "set",
        |call: NativeCallContext, place: &mut Place, name: &str, value: Dynamic| {
            let line = store(&call, place).line;
            place.node.member(name)?.set(&value, line)
        },
    );
    engine.register_fn(
        "set",
        |call: NativeCallContext, place: &mut Place, value: Dynamic| {
            place.node.set(&value, store(&call, place).line)
        },
    );
}

/// One atomic addition; the answer is the new value.
fn add(place: &Place, name: &str, amount: &Dynamic, line: u32) -> Result<Dynamic> {
    let node = place.node.member(name)?;
    node.check_present()?;
    node.context.check_writable(&node.field)?;
    let Shape::Leaf(meaning) = &node.shape else {
        return Err(raise(format_args!("{} is not a number", node.field.path())));
    };
    let amount = match amount.is::<Duration>() {
        true => node.to_value(amount)?,
        false => convert::from_script(amount).ok_or_else(|| {
            let (path, noun) = (node.field.path(), convert::noun(amount));
            node.context
                .remarks
                .blame_value(format!("{path}: {noun} cannot be added"), "")
        })?,
    };
    let change = node.add(&amount, line)?;
    if let Some(listener) = node.context.listener() {
        listener(&node.field, &change);
    }
    Ok(convert::leaf(change.new, meaning))
}

/// `p.status.value` and `p.status.name`: of a value without a name, the number and `()`.
fn register_symbols(engine: &mut Engine, context: &Rc<Context>) {
    let symbols = context.clone();
    engine.register_get("value", move |text: &mut ImmutableString| {
        match symbols.symbols.of(text) {
            Some(symbol) => Ok(crate::wide::dynamic(Integer::signed(symbol.number))),
            None => Err(raise(format_args!(
                "{text:?} is text and not a value of an enum, so it has no number"
            ))),
        }
    });
    engine.register_get("name", |text: &mut ImmutableString| text.clone());
    engine.register_get("value", |number: &mut INT| *number);
    engine.register_get("name", |_: &mut INT| Dynamic::UNIT);
}

impl IntoIterator for Place {
    type Item = Result<Dynamic>;
    type IntoIter = Box<dyn Iterator<Item = Self::Item>>;

    fn into_iter(self) -> Self::IntoIter {
        match self.elements() {
            Ok(elements) => Box::new(elements.into_iter().map(Ok)),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }
}
