//! What scripts cost: a property that is read or written in a loop, an iteration of the loop itself off.

use std::rc::Rc;
use std::sync::Arc;

use memglass::{AttachOptions, Observe, Session};
use memglass_repl::{Attached, ScriptHost};

use crate::report::Report;
use crate::timing;

/// Iterations of each loop: few enough that a round is over before others get the processor.
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
    let observer = AttachOptions::new()
        .dir(directory.path())
        .writable()
        .attach("scripts");
    let attached = Attached::new(observer.expect("an observer"));
    let mut host = ScriptHost::new(attached, Arc::default(), Rc::new(|_: &str| {}));
    host.eval("let q = p;").expect("a handle");
    let attached = host.attached().clone();
    let made = timing::per_operation(1, || {
        drop(ScriptHost::new(
            attached.clone(),
            Arc::default(),
            Rc::new(|_: &str| {}),
        ));
    });
    report.figure("make an engine for the session", made, None, None);
    let line = timing::per_operation(1, || drop(host.eval("1").expect("it runs")));
    report.figure("evaluate a line that does nothing", line, None, None);
    let empty = time(&mut host, "");
    for (what, statement, goal) in [
        ("read q.quantity", "q.quantity;", Some(200.0)),
        (
            "read q.last_quote.bid_price",
            "q.last_quote.bid_price;",
            None,
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
            None,
        ),
        ("compare q.quantity > 500", "q.quantity > 500;", None),
    ] {
        let nanoseconds = time(&mut host, statement) - empty;
        report.figure(what, nanoseconds, None, goal);
    }
}

fn time(host: &mut ScriptHost, statement: &str) -> f64 {
    let source = format!("for i in 0..{COUNT} {{ {statement} }}");
    timing::per_operation(COUNT, || {
        host.eval(&source).expect("it runs");
    })
}
