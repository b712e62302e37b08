//! The cost of scripts: reading or writing a property in a loop, minus the cost of an empty iteration.

use memglass::{Observe, Observer, Session};
use memglass_repl::Repl;

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
            .build()
            .expect("an engine")
    };
    let attaching = timing::per_operation(1, || drop(attach()));
    let made = timing::per_operation(1, || drop(make())) - attaching;
    report.figure("make an engine for the session", made, None, None);
    let mut repl = make();
    repl.eval("let q = p;").expect("a handle");
    let line = timing::per_operation(1, || drop(repl.eval("1").expect("it runs")));
    report.figure("evaluate a line that does nothing", line, None, None);
    let empty = time(&mut repl, "");
    for (what, statement, goal) in [
        ("read q.quantity", "q.quantity;", Some(200.0)),
        (
            "read q.last_quote.bid_price",
            "q.last_quote.bid_price;",
            Some(250.0),
        ),
        ("read q.ratio (f32)", "q.ratio;", None),
        ("read q.levels[3]", "q.levels[3];", None),
        ("read p.quantity by its label", "p.quantity;", None),
        ("write q.quantity", "q.quantity = 5;", Some(250.0)),
        (
            "write q.price, which has a range",
            "q.price = 5;",
            Some(250.0),
        ),
        (
            "write q.last_quote.bid_price",
            "q.last_quote.bid_price = 5;",
            Some(400.0),
        ),
        ("compare q.quantity > 500", "q.quantity > 500;", None),
    ] {
        let nanoseconds = time(&mut repl, statement) - empty;
        report.figure(what, nanoseconds, None, goal);
    }
}

fn time(repl: &mut Repl, statement: &str) -> f64 {
    let source = format!("for i in 0..{COUNT} {{ {statement} }}");
    timing::per_operation(COUNT, || {
        repl.eval(&source).expect("it runs");
    })
}
