//! What lists can do: arrays, lists of objects, array fields and tables alike.
//!
//! ```rhai
//! obs.all("Order").filter(|o| o.quantity > 500)       p.bid_levels.map(|price| price * 2)
//! obs.all("Order").order_by("price")                  obs.all("Order").sum("quantity")
//! ```
//!
//! Rhai has functions of most of these names for its arrays. Ours differ in that closures that only ask cannot
//! write, that an answer that is neither true nor false is an error where one of them is needed, and that
//! everything comparable can be sorted.

mod borrowed;
mod equals;
mod questions;
mod sorting;
mod totals;

use std::rc::Rc;

use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FnPtr, FuncRegistration, INT, ImmutableString, Map,
    NativeCallContext, Position,
};

use super::table::Rows;
use crate::ask::Ask;
use crate::context::Context;
use crate::convert::noun;
use crate::error::raise;
use crate::object_list::ObjectList;
use crate::place::Place;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// The elements of a list with their indices.
type Each<'l> = Box<dyn Iterator<Item = Result<(usize, Dynamic)>> + 'l>;

/// What has elements.
trait Elements: Clone + 'static {
    /// What is kept of an element, to make a list of some of them.
    type Kept: Clone;

    /// Whether objects that are destroyed meanwhile are left out.
    const SKIPS_GONE: bool = false;

    /// The elements that are there.
    fn each(&self) -> Result<Each<'_>>;

    /// What is kept of this element.
    fn keep(index: usize, element: Dynamic) -> Self::Kept;

    /// A list of the elements of which this was kept.
    fn list(&self, kept: Vec<Self::Kept>) -> Dynamic;

    /// Puts these elements in the place of all.
    fn put(&mut self, kept: Vec<Self::Kept>) {
        if let Some(list) = self.list(kept).try_cast::<Self>() {
            *self = list;
        }
    }
}

impl Elements for ObjectList {
    type Kept = usize;

    const SKIPS_GONE: bool = true;

    fn each(&self) -> Result<Each<'_>> {
        let places = self.places();
        Ok(Box::new(places.map(|place| {
            place.map(|(index, place)| (index, Dynamic::from(place)))
        })))
    }

    fn keep(index: usize, _: Dynamic) -> usize {
        index
    }

    fn list(&self, kept: Vec<usize>) -> Dynamic {
        Dynamic::from(self.picked(&kept))
    }
}

/// Lists whose parts are arrays.
macro_rules! arrays {
    ($($type:ty: |$list:ident| $elements:expr;)*) => {$(
        impl Elements for $type {
            type Kept = Dynamic;

            fn each(&self) -> Result<Each<'_>> {
                let $list = self;
                Ok(Box::new($elements.enumerate().map(Ok)))
            }

            fn keep(_: usize, element: Dynamic) -> Dynamic {
                element
            }

            fn list(&self, kept: Vec<Dynamic>) -> Dynamic {
                Dynamic::from_array(kept)
            }
        }
    )*};
}

arrays! {
    Array: |array| array.iter().cloned();
    Place: |place| place.elements()?.into_iter();
}

/// Some of its rows are an array of maps; all of them, in another order, are a table.
impl Elements for Rows {
    type Kept = usize;

    fn each(&self) -> Result<Each<'_>> {
        Ok(Box::new(self.clone().into_iter().enumerate().map(Ok)))
    }

    fn keep(index: usize, _: Dynamic) -> usize {
        index
    }

    fn list(&self, kept: Vec<usize>) -> Dynamic {
        Dynamic::from_array(kept.into_iter().map(|index| self.row(index)).collect())
    }

    fn put(&mut self, kept: Vec<usize>) {
        *self = self.picked(&kept);
    }
}

/// Registers them.
pub(super) fn register(engine: &mut Engine, context: &Rc<Context>) {
    // First, so that all others go before these.
    borrowed::register(engine);
    register_for::<Array>(engine, context);
    register_for::<ObjectList>(engine, context);
    register_for::<Place>(engine, context);
    register_for::<Rows>(engine, context);
    register_in_place::<Array>(engine, context);
    register_in_place::<ObjectList>(engine, context);
    register_in_place::<Rows>(engine, context);
    equals::register(engine, context);
    questions::register_arrays(engine, context);
    register_object_list(engine);
}

fn register_for<T: Elements>(engine: &mut Engine, context: &Rc<Context>) {
    questions::register::<T>(engine, context);
    sorting::register::<T>(engine, context);
    totals::register::<T>(engine, context);
}

fn register_in_place<T: Elements>(engine: &mut Engine, context: &Rc<Context>) {
    questions::register_in_place::<T>(engine, context);
    sorting::register_in_place::<T>(engine, context);
}

fn register_object_list(engine: &mut Engine) {
    engine.register_type_with_name::<ObjectList>("list of objects");
    engine.register_fn("len", |list: &mut ObjectList| list.len() as INT);
    engine.register_get("len", |list: &mut ObjectList| list.len() as INT);
    engine.register_fn("is_empty", |list: &mut ObjectList| list.len() == 0);
    engine.register_get("is_empty", |list: &mut ObjectList| list.len() == 0);
    engine.register_fn("elements", |list: &mut ObjectList| array_of(list));
    engine.register_fn("elements", |rows: &mut Rows| array_of(rows));
    engine.register_indexer_get(|list: &mut ObjectList, index: INT| list.at(index));
    engine.register_indexer_get(|list: &mut ObjectList, field: ImmutableString| {
        list.column(&field).map(Dynamic::from_array)
    });
    // Rhai has a property of this name for every value.
    engine.register_get("tag", |list: &mut ObjectList| {
        list.column("tag").map(Dynamic::from_array)
    });
    engine.register_iterator_result::<ObjectList, Dynamic>();
}

/// A method that leaves its list as it is, so that it can be called for a constant too.
fn method<const N: usize, A: 'static, const X: bool, R, const F: bool>(
    engine: &mut Engine,
    name: &str,
    function: impl rhai::RhaiNativeFunc<A, N, X, R, F> + 'static,
) where
    R: Clone + 'static,
{
    FuncRegistration::new(name)
        .with_purity(true)
        .register_into_engine(engine, function);
}

/// The elements as an array.
fn array_of<T: Elements>(of: &T) -> Result<Array> {
    of.each()?
        .map(|element| element.map(|(_, element)| element))
        .collect()
}

/// What a list is sorted, grouped or added up by.
enum Key<'c> {
    /// The elements themselves.
    Itself,
    /// A field of each.
    Field(ImmutableString),
    /// What a closure says.
    Closure(Ask<'c>),
}

impl<'c> Key<'c> {
    fn closure<T: Elements>(
        call: &'c NativeCallContext<'c>,
        context: &'c Context,
        name: &'static str,
        closure: FnPtr,
    ) -> Result<Self> {
        let ask = Ask::of_element(call, context, name, closure)?;
        Ok(Key::Closure(ask.skipping_gone(T::SKIPS_GONE)))
    }

    /// The key of an element; `None` if it is an object that is gone and such are left out.
    fn of<T: Elements>(&self, index: usize, element: &mut Dynamic) -> Result<Option<Dynamic>> {
        match self {
            Key::Itself => Ok(Some(element.flatten_clone())),
            Key::Closure(ask) => ask.answer(element, index),
            Key::Field(name) => match field(element, name) {
                Err(_) if T::SKIPS_GONE && is_gone(element) => Ok(None),
                value => value.map(Some),
            },
        }
    }

    /// The keys of all elements, and what is kept of each.
    fn all<T: Elements>(&self, of: &T) -> Result<Vec<(Dynamic, T::Kept)>> {
        let mut keys = Vec::new();
        for each in of.each()? {
            let (index, mut element) = each?;
            if let Some(key) = self.of::<T>(index, &mut element)? {
                keys.push((key, T::keep(index, element)));
            }
        }
        Ok(keys)
    }
}

fn is_gone(element: &Dynamic) -> bool {
    let place = element.read_lock::<Place>();
    place.is_some_and(|place| !place.node.is_alive())
}

/// The field of an object or map.
fn field(element: &Dynamic, name: &str) -> Result<Dynamic> {
    if let Some(place) = element.read_lock::<Place>() {
        return place.get(name, Position::NONE);
    }
    match element.read_lock::<Map>() {
        Some(map) => map.get(name).cloned().ok_or_else(|| {
            let names: Vec<&str> = map.keys().map(|name| name.as_str()).collect();
            raise(format_args!("no {name:?} in a map of {}", names.join(", ")))
        }),
        None => Err(raise(format_args!(
            "{} has no field {name:?}",
            noun(element)
        ))),
    }
}
