//! Array fields, arrays of objects and tables take what Rhai's own arrays take.
//!
//! ```rhai
//! p.bid_levels.map(|price| price * 2)        book.filter(|level| level.size > 10)
//! p.fills.reduce(|sum, fill| sum + fill.size, 0)      types().filter(|row| row.objects > 0)
//! ```
//!
//! They work on a copy of the elements of the moment when they are called; structures stay proxies.

use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, NativeCallContext};

use super::table::Rows;
use crate::place::Place;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Functions of arrays that take one closure.
const WITH_CLOSURE: [&str; 10] = [
    "map",
    "filter",
    "for_each",
    "some",
    "all",
    "find",
    "find_map",
    "index_of",
    "reduce",
    "reduce_rev",
];

/// Those that take a closure and where to begin.
const WITH_START: [&str; 2] = ["reduce", "reduce_rev"];

/// What has elements without being an array of Rhai's.
trait Elements: Clone + 'static {
    fn array(&self) -> Result<Array>;
}

impl Elements for Place {
    fn array(&self) -> Result<Array> {
        self.elements()
    }
}

impl Elements for Rows {
    fn array(&self) -> Result<Array> {
        Ok(self.clone().into_iter().collect())
    }
}

/// Registers them.
pub(super) fn register(engine: &mut Engine) {
    register_for::<Place>(engine);
    register_for::<Rows>(engine);
    engine.register_fn("elements", |rows: &mut Rows| rows.array());
}

fn register_for<T: Elements>(engine: &mut Engine) {
    for name in WITH_CLOSURE {
        engine.register_fn(
            name,
            move |call: NativeCallContext, of: &mut T, closure: FnPtr| {
                apply(&call, name, of, &mut [Dynamic::from(closure)])
            },
        );
    }
    for name in WITH_START {
        engine.register_fn(
            name,
            move |call: NativeCallContext, of: &mut T, closure: FnPtr, start: Dynamic| {
                apply(&call, name, of, &mut [Dynamic::from(closure), start])
            },
        );
    }
}

fn apply<T: Elements>(
    call: &NativeCallContext,
    name: &str,
    of: &T,
    arguments: &mut [Dynamic],
) -> Result<Dynamic> {
    let mut array = Dynamic::from_array(of.array()?);
    let mut all: Vec<&mut Dynamic> = std::iter::once(&mut array).chain(arguments).collect();
    call.call_native_fn_raw(name, true, &mut all)
}
