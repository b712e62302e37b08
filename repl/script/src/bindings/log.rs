//! `log()`: the writes of this session, oldest first.

use std::rc::Rc;

use rhai::Engine;

use super::table::Rows;
use crate::context::Context;

pub(super) fn register(engine: &mut Engine, context: &Rc<Context>) {
    let ledger = context.ledger.clone();
    engine.register_fn("log", move || Rows::new(ledger.table(usize::MAX)));
}
