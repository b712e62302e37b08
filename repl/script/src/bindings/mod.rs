//! What scripts can name: objects and fields, values, output, and the session itself.

mod catalog;
mod explain;
mod fields;
mod lists;
mod log;
mod objects;
mod output;
mod packed;
mod session;
mod sets;
mod table;
mod texts;
mod type_files;
mod walk;

use std::rc::Rc;

use rhai::Engine;

pub use catalog::FUNCTIONS;
pub(crate) use fields::FieldNames;
pub(crate) use objects::Obs;
pub(crate) use table::{
    Rows, aligned, all_objects, csv_text, elements_table, maps_table, objects_table,
};

use super::context::Context;
use super::labels::Labels;
use super::{compare, duration, flags, missing, wide};

/// Registers everything.
pub(crate) fn register(engine: &mut Engine, context: &Rc<Context>, labels: &Rc<Labels>) {
    wide::register(engine);
    flags::register(engine, &context.symbols);
    duration::register(engine);
    memglass_syntax::install_tokens(engine, &context.source, context.run.interrupt());
    compare::install(engine, &context.symbols);
    compare::register_library(engine, &context.symbols);
    objects::register(engine, context);
    fields::register(engine, context);
    table::register(engine, context);
    lists::register(engine, context);
    output::register(engine, context);
    texts::register(engine, context);
    session::register(engine, context);
    log::register(engine, context);
    sets::register(engine, context);
    packed::register(engine, context);
    walk::register(engine, context);
    type_files::register(engine, context);
    explain::register(engine, context, labels);
    missing::register(engine);
}
