//! What is known of types beside their fields: unused bytes and users, also of types of programs and files.
//!
//! ```rhai
//! holes("Position")  holes()  uses("Quote")       // of the session
//! let app = types_of("./engine");                 // a program, an object or a .mgt file
//! app.describe("Quote")  app.holes("Quote")  app.uses("Quote")
//! app.filter(|t| t.bytes > 64)                    // it is a table of its types
//! ```

use std::rc::Rc;

use memglass_type_tables::{self as tables, Pattern, all_named};
use memglass_types::Types;
use memglass_value::causes::with_causes;
use memglass_value::shown::{Shown, Table};
use rhai::{Dynamic, Engine, EvalAltResult};

use super::table::Rows;
use crate::context::Context;
use crate::describe::together;
use crate::error::raise;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers `types_of`, and what can be asked of its answer and of the session.
pub(super) fn register(engine: &mut Engine, context: &Rc<Context>) {
    engine.register_fn("types_of", of_file);
    engine.register_fn("describe", |rows: Rows, name: &str| describe(&rows, name));
    engine.register_fn("holes", |rows: Rows| ranking(asked(&rows)?));
    engine.register_fn("holes", |rows: Rows, name: &str| gaps(asked(&rows)?, name));
    engine.register_fn("uses", |rows: Rows, name: &str| uses(asked(&rows)?, name));
    let shared = context.clone();
    engine.register_fn("holes", move || ranking(&of_session(&shared)?));
    let shared = context.clone();
    engine.register_fn("holes", move |name: &str| gaps(&of_session(&shared)?, name));
    let shared = context.clone();
    engine.register_fn("uses", move |name: &str| uses(&of_session(&shared)?, name));
}

fn of_file(path: &str) -> Result<Rows> {
    let types = Types::open(path).map_err(|error| raise(with_causes(&error)))?;
    let table = tables::list(&types, &Pattern::any());
    Ok(Rows::of_types(table, Rc::new(types)))
}

fn of_session(context: &Context) -> Result<Types> {
    context.refresh()?;
    Ok(tables::of_session(&context.schema()))
}

/// The types that a table lists.
fn asked(rows: &Rows) -> Result<&Rc<Types>> {
    let no_types = || raise("this table is not one of types; types_of(\"file\") gives one");
    rows.types().ok_or_else(no_types)
}

fn describe(rows: &Rows, name: &str) -> Result<Dynamic> {
    let types = asked(rows)?;
    let ids = all_named(types, name).map_err(raise)?;
    let (mut described, mut texts) = (Vec::new(), Vec::new());
    for shown in ids.iter().map(|id| tables::describe(types, *id)) {
        match shown {
            Shown::Table(table) => described.push(table),
            Shown::Text { text, .. } => texts.push(text),
            _ => {}
        }
    }
    Ok(match described.is_empty() {
        true => texts.join("\n").into(),
        false => Dynamic::from(Rows::new(together(described))),
    })
}

fn ranking(types: &Types) -> Result<Rows> {
    Ok(Rows::new(tables::ranking(types, &Pattern::any())))
}

fn gaps(types: &Types, name: &str) -> Result<Rows> {
    let ids = all_named(types, name).map_err(raise)?.into_iter();
    let gaps: std::result::Result<Vec<_>, _> = ids.map(|id| tables::gaps(types, id)).collect();
    gaps.map(together).map(Rows::new).map_err(raise)
}

fn uses(types: &Types, name: &str) -> Result<Rows> {
    let ids = all_named(types, name).map_err(raise)?;
    let table: Table = tables::uses(types, &ids);
    Ok(Rows::new(table))
}
