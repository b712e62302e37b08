//! Conditions over live fields: compiled, and interpreted by the script engine.

use std::hint::black_box;

use memglass::{Observe, Observer, Session, Text};
use memglass_repl::Repl;
use memglass_watch::{Source, Truth};

use crate::report::Report;
use crate::timing::per_operation;

/// Evaluations of one round.
const COUNT: u64 = 10_000;

/// The same for the script engine: few enough that a round ends before other threads get the processor.
const INTERPRETED: u64 = 1_000;

#[derive(Observe, Clone, Copy, Default, PartialEq, Eq)]
#[repr(u8)]
enum Status {
    #[default]
    Pending,
    Open,
}

#[derive(Observe, Clone, Copy, Default)]
struct Position {
    quantity: i64,
    bid_price: u32,
    #[observe(seqlock)]
    last_quote: [i64; 4],
    levels: [i64; 8],
    status: Status,
    ratio: f32,
    symbol: Text<16>,
}

/// What is asked, and the goal in nanoseconds.
const CONDITIONS: [(&str, Option<f64>); 8] = [
    ("p.quantity > 500 && q.bid_price < 15000", Some(15.0)),
    ("p.quantity > 500", None),
    ("p.quantity + q.quantity * 2 > 500", None),
    ("p.last_quote[1] > 500", None),
    ("p.levels[q.quantity - 600] >= 0", None),
    ("p.status == \"Open\"", None),
    ("p.ratio < 0.5", None),
    ("p.symbol == \"AAPL\"", None),
];

pub(crate) fn measure(report: &Report) {
    report.heading("Conditions (compiled; ratios are to the same in the script engine)");
    let directory = tempfile::tempdir().expect("a directory");
    let session = Session::builder("conditions")
        .dir(directory.path())
        .create();
    let session = session.expect("a session");
    let position = Position {
        quantity: 600,
        ..Position::default()
    };
    let make = |label| session.object(label, position).expect("an object");
    let _objects = [make("p"), make("q")];
    let attach = || {
        Observer::builder()
            .dir(directory.path())
            .attach("conditions")
    };
    let observer = attach().expect("an observer");
    let repl = Repl::builder().observer(attach().expect("an observer"));
    let mut repl = repl.build().expect("an engine");
    repl.eval("let p = obs[\"p\"]; let q = obs[\"q\"];")
        .expect("two handles");
    let empty = interpreted(&mut repl, "");
    for (text, goal) in CONDITIONS {
        let script = interpreted(&mut repl, &format!("{text};")) - empty;
        let compiled = compiled(&observer, text);
        report.figure(text, compiled, Some(script), goal);
        report.figure("  interpreted", script, None, None);
    }
    let source = "p.quantity > 500 && q.bid_price < 15000";
    let compiling = per_operation(1, || {
        let source = Source::of_text(black_box(source)).expect("an expression");
        drop(source.condition(&observer, |_| None).expect("a condition"));
    });
    report.figure("compile one", compiling, None, None);
}

fn compiled(observer: &Observer, text: &str) -> f64 {
    let source = Source::of_text(text).expect("an expression");
    let mut condition = source.condition(observer, |_| None).expect("a condition");
    per_operation(COUNT, || {
        for _ in 0..COUNT {
            let truth = black_box(&mut condition).truth(black_box(observer));
            assert!(black_box(truth) != Truth::Unknown);
        }
    })
}

fn interpreted(repl: &mut Repl, statement: &str) -> f64 {
    let source = format!("for i in 0..{INTERPRETED} {{ {statement} }}");
    per_operation(INTERPRETED, || {
        repl.eval(&source).expect("it runs");
    })
}
