//! The cost of scripts: reading or writing a property in a loop, minus the cost of an empty iteration. The floor is the
//! same statement about a value whose properties are one load and one store, which is what Rhai itself takes.

use std::cell::Cell;
use std::rc::Rc;

use memglass::{Observe, Observer, Session};
use memglass_repl::Repl;
use memglass_repl::rhai::Engine;

use crate::report::Report;
use crate::timing;

/// Iterations of each loop: few enough that a round ends before other threads get the processor.
const COUNT: u64 = 1_000;

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    bid_price: i64,
    ask_price: i64,
}

#[derive(Observe, Clone, Copy, Default)]
struct Position {
    quantity: i64,
    #[observe(range(0, 1_000_000))]
    price: i64,
    ratio: f32,
    #[observe(seqlock)]
    last_quote: Quote,
    levels: [i64; 8],
}

/// A value with the properties of a position, as cheap as a type of Rhai can be.
#[derive(Clone)]
struct Native(Rc<Cell<i64>>);

fn register_native(engine: &mut Engine) {
    engine
        .register_type_with_name::<Native>("native")
        .register_fn("native", || Native(Rc::default()))
        .register_get_set(
            "quantity",
            |native: &mut Native| native.0.get(),
            |native: &mut Native, value: i64| native.0.set(value),
        )
        .register_get_set(
            "bid_price",
            |native: &mut Native| native.0.get(),
            |native: &mut Native, value: i64| native.0.set(value),
        )
        .register_get_set(
            "last_quote",
            |native: &mut Native| native.clone(),
            |native: &mut Native, value: Native| native.0.set(value.0.get()),
        );
}

pub(crate) fn measure(report: &Report) {
    report.heading("Scripts (one operation in a loop, without the loop)");
    let directory = tempfile::tempdir().expect("a directory");
    let session = Session::builder("scripts").dir(directory.path()).create();
    let session = session.expect("a session");
    let position = session.object("p", Position::default());
    let _position = position.expect("an object");
    let options = Observer::builder().dir(directory.path()).writable();
    let attach = || options.attach("scripts").expect("an observer");
    let make = || {
        Repl::builder()
            .observer(attach())
            .engine(register_native)
            .build()
            .expect("an engine")
    };
    let attaching = timing::per_operation(1, || drop(attach()));
    let made = timing::per_operation(1, || drop(make())) - attaching;
    report.figure("make an engine for the session", made, None, None);
    let mut repl = make();
    repl.eval("let q = p; let n = native();").expect("handles");
    let line = timing::per_operation(1, || drop(repl.eval("1").expect("it runs")));
    report.figure("evaluate a line that does nothing", line, None, None);
    let empty = time(&mut repl, "");
    for (what, statement, native, goal) in [
        ("read q.quantity", "q.quantity;", "n.quantity;", Some(200.0)),
        (
            "read q.last_quote.bid_price",
            "q.last_quote.bid_price;",
            "n.last_quote.bid_price;",
            Some(250.0),
        ),
        ("read q.ratio (f32)", "q.ratio;", "n.quantity;", None),
        ("read q.levels[3]", "q.levels[3];", "", None),
        ("read p.quantity by its label", "p.quantity;", "", None),
        (
            "write q.quantity",
            "q.quantity = 5;",
            "n.quantity = 5;",
            Some(250.0),
        ),
        (
            "write q.price, which has a range",
            "q.price = 5;",
            "n.quantity = 5;",
            Some(250.0),
        ),
        (
            "write q.last_quote.bid_price",
            "q.last_quote.bid_price = 5;",
            "n.last_quote.bid_price = 5;",
            Some(400.0),
        ),
        (
            "compare q.quantity > 500",
            "q.quantity > 500;",
            "n.quantity > 500;",
            None,
        ),
    ] {
        let nanoseconds = time(&mut repl, statement) - empty;
        let floor = (!native.is_empty()).then(|| time(&mut repl, native) - empty);
        report.figure(what, nanoseconds, floor, goal);
        if let Some(floor) = floor {
            report.figure(&format!("    {native} of Rhai alone"), floor, None, None);
        }
    }
}

fn time(repl: &mut Repl, statement: &str) -> f64 {
    let source = format!("for i in 0..{COUNT} {{ {statement} }}");
    timing::per_operation(COUNT, || {
        repl.eval(&source).expect("it runs");
    })
}
