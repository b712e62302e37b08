//! What the whole engine of watches and conditions costs while nothing changes: sampling, comparing, evaluating, and the
//! thread of the scripts beside it.

use std::time::{Duration, Instant};

use memglass::{Object, Observe, Observer, Session};
use memglass_repl::{EvalErrorKind, Repl};
use tempfile::TempDir;

use crate::awake::Shares;
use crate::part::Part;
use crate::record;
use crate::report::Report;
use crate::timing::process_ns;

/// For how long it is measured.
const TIME: Duration = Duration::from_secs(5);

/// How long it settles before.
const SETTLING: Duration = Duration::from_millis(500);

#[derive(Observe, Clone, Copy, Default)]
struct Row {
    quantity: i64,
    price: i64,
}

/// An engine, and what it looks at.
struct World {
    repl: Repl,
    _looked_at: LookedAt,
}

enum LookedAt {
    /// Rows of this process, which never change.
    Still {
        _rows: Vec<Object<Row>>,
        _session: Session,
        _dir: TempDir,
    },
    /// Another program's, all of whose fields change a thousand times a second.
    Changing { _program: Part, _dir: TempDir },
}

pub(crate) fn measure(report: &Report) {
    report.heading("the whole engine: running time of this process, scripts' thread included");
    let each = "watch(`row_${i}.quantity`, |c| ()).rate(100.hz)";
    line(report, "10,000 watches at 100 Hz", 10_000, each, 5.0);
    let one = "if i == 0 { watch(\"row_*.quantity\", |c| ()).rate(100.hz) }";
    line(
        report,
        "one watch of 10,000 fields at 100 Hz",
        10_000,
        one,
        5.0,
    );
    let of_each =
        "if i == 0 { when_each(\"Row\", |row| row.quantity > 500).rate(100.hz).run(|row| ()) }";
    line(
        report,
        "one condition of each of 10,000 objects at 100 Hz",
        10_000,
        of_each,
        5.0,
    );
    let condition =
        "when(`row_${i}.quantity > 500 && row_${i}.price < 15000`).rate(60.hz).run(|| ())";
    let still = |count| World::still(count, condition);
    beyond_waking(report, "1 compiled condition at 60 Hz", || still(1));
    beyond_waking(report, "200 compiled conditions at 60 Hz", || still(200));
    beyond_waking(report, "200 whose values all change", || {
        World::changing(200)
    });
}

/// The same at 60 Hz, where most of all is waking.
fn beyond_waking(report: &Report, what: &str, world: impl Fn() -> World) {
    let shares = Shares::of(60, |time| {
        // Its thread would go on beside the one that does nothing.
        let mut world = world();
        let before = process_ns();
        world.serve(time);
        process_ns() - before
    });
    shares.report(report, what, 0.1);
}

fn line(report: &Report, what: &str, rows: usize, statement: &str, goal: f64) {
    let mut world = World::still(rows, statement);
    let (start, ran) = (Instant::now(), process_ns());
    world.serve(TIME);
    let share = (process_ns() - ran) / start.elapsed().as_nanos() as f64 * 100.0;
    let verdict = if share <= goal { "ok" } else { "MISSED" };
    report.line(&format!(
        "{what:<50} {share:>8.3} % of a processor {goal:>12} % {verdict}"
    ));
}

impl World {
    /// Rows that stand still, and a statement for each.
    fn still(rows: usize, statement: &str) -> World {
        let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
        let session = Session::builder("watched").dir(dir.path());
        let session = session.create().expect("a session");
        let row = |index| session.object(&format!("row_{index}"), Row::default());
        let made = (0..rows).map(|index| row(index).expect("there is room"));
        let made = made.collect();
        let repl = engine(&dir, "watched");
        let looked_at = LookedAt::Still {
            _rows: made,
            _session: session,
            _dir: dir,
        };
        let script = format!("for i in 0..{rows} {{ {statement}; }}");
        World::settled(repl, looked_at, &script)
    }

    /// So many conditions, none of which comes true, over values that all change between two looks.
    fn changing(conditions: usize) -> World {
        let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
        let program = Part::start("changes", &[&dir.path().display().to_string(), "A"]);
        let repl = engine(&dir, record::SESSION);
        let looked_at = LookedAt::Changing {
            _program: program,
            _dir: dir,
        };
        let script = format!(
            "for i in 0..{conditions} {{ let row = `row_0000${{i % 10}}`; \
             when(`${{row}}.quantity > ${{10_000 + i}} && ${{row}}.price < ${{15_000 - i}}`).rate(60.hz).run(|| ()); }}"
        );
        World::settled(repl, looked_at, &script)
    }

    fn settled(repl: Repl, looked_at: LookedAt, script: &str) -> World {
        let mut world = World {
            repl,
            _looked_at: looked_at,
        };
        world.repl.eval(script).expect("it is defined");
        world.serve(SETTLING);
        world
    }

    /// Does what is due as the program does that runs a script, until Ctrl-C.
    fn serve(&mut self, time: Duration) {
        let interrupter = self.repl.interrupter();
        let patience = std::thread::spawn(move || {
            std::thread::sleep(time);
            interrupter.interrupt();
        });
        let ended = self.repl.run_to_the_end();
        let is_interrupted = ended.is_err_and(|error| error.kind() == EvalErrorKind::Interrupted);
        assert!(is_interrupted, "nothing fails");
        patience.join().expect("it slept");
    }
}

fn engine(dir: &TempDir, session: &str) -> Repl {
    let observer = Observer::builder().dir(dir.path()).attach(session);
    let repl = Repl::builder().observer(observer.expect("attached"));
    repl.build().expect("an engine")
}
