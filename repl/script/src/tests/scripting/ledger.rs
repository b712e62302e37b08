//! The record of writes, undoing, and dry runs.

use std::io::Read;
use std::path::Path;
use std::rc::Rc;

use memglass::{Observer, Text, Value};
use serde_json::Value as Json;

use crate::Attached;
use crate::ledger::{Audit, AuditError, Author, Direction, DryRun, Force, OnFailure, UndoError};
use crate::tests::producer::{Quote, position};
use crate::tests::world::World;

/// Path, old and new value of all entries.
fn log(world: &World) -> Vec<String> {
    let entries = world.host.ledger().newest(usize::MAX);
    let line = |entry: &crate::ledger::Entry| {
        let change = entry.change();
        format!("{}: {} -> {}", entry.path(), change.old, change.new)
    };
    entries.iter().map(line).collect()
}

/// Undoes a step, and gives what it wrote back.
fn undo(world: &World, direction: Direction, force: Force) -> Result<Vec<String>, UndoError> {
    let observer = world.attached.observer();
    let author = Author::typed(":undo");
    let undone = world
        .host
        .ledger()
        .undo(&observer, direction, force, author, |_| false)?;
    let line = |entry: &crate::ledger::Entry| format!("{} = {}", entry.path(), entry.change().old);
    let left_out = undone.left_out.iter().map(ToString::to_string);
    Ok(undone.writes.iter().map(line).chain(left_out).collect())
}

pub(super) fn undone(world: &World) -> Vec<String> {
    undo(world, Direction::Undo, Force::No).unwrap()
}

#[test]
fn every_kind_of_write_is_recorded_with_what_it_replaced() {
    let mut world = World::new();
    world.run("let p = AAPL_position; p.quantity = 500; p.quantity += 1; p[\"small\"] = 3;");
    world.run("p.add(\"quantity\", 9); force(p, \"limit\", 10); p.set(\"live\", false)");
    world.run("p.last_quote.bid_price = 1; p.last_quote = #{ask_size: 2}");
    world.run("p.bid_levels[1] = 9; p.set(#{score: 2.5, symbol: \"X\"})");
    world.run("p.status = \"FILLED\"; p.options = \"IOC\"");
    assert_eq!(
        log(&world),
        [
            "AAPL_position.quantity: 100 -> 500",
            "AAPL_position.quantity: 500 -> 501",
            "AAPL_position.small: 200 -> 3",
            "AAPL_position.quantity: 501 -> 510",
            "AAPL_position.limit: 9 -> 10",
            "AAPL_position.live: true -> false",
            "AAPL_position.last_quote.bid_price: 15020 -> 1",
            "AAPL_position.last_quote: {ask_size: 7} -> {ask_size: 2}",
            "AAPL_position.bid_levels[1]: 4 -> 9",
            "AAPL_position: {score: 0.25, symbol: \"AAPL\"} -> {score: 2.5, symbol: \"X\"}",
            "AAPL_position.status: OPEN -> FILLED",
            "AAPL_position.options: HIDDEN | DARK -> IOC",
        ]
    );
}

#[test]
fn what_is_refused_or_only_read_is_no_write() {
    let mut world = World::new();
    world.fails("AAPL_position.avg_price = -1", "AAPL_position.avg_price");
    world.run("AAPL_position.quantity + 1; AAPL_position.status.to_string(); explain(\"AAPL_position.quantity = 1\")");
    assert!(log(&world).is_empty());
}

#[test]
fn the_author_is_the_line_that_was_typed_or_the_line_of_the_script() {
    let mut world = World::new();
    world.run("AAPL_position.quantity = 1");
    let script = "fn f(p) {\n    p.quantity = 2;\n}\nAAPL_position.small = 3;\nf(AAPL_position);";
    world.host.eval_part("a.rhai", 10, script).unwrap();
    world
        .host
        .eval_part("b.rhai", 0, "f(AAPL_position);")
        .unwrap();
    let entries = world.host.ledger().newest(10);
    let by: Vec<String> = entries.iter().map(crate::ledger::Entry::by).collect();
    // In the last one, the function is of another file than the present one.
    assert_eq!(
        by,
        [
            "AAPL_position.quantity = 1",
            "a.rhai:14",
            "a.rhai:12",
            "b.rhai"
        ]
    );
    let steps: Vec<u64> = entries.iter().map(crate::ledger::Entry::step).collect();
    assert_eq!(steps, [1, 2, 2, 3]);
    let object = entries[0].object();
    assert_eq!(object.session, world.attached.observer().session().id);
}

#[test]
fn a_script_sees_the_record_as_a_table() {
    let mut world = World::new();
    world.run("AAPL_position.quantity = 1; AAPL_position.score = 0.5");
    world.check("log().len()", "2");
    world.check(
        "log().table([\"step\", \"path\", \"old\", \"new\"])",
        r#"[{"step":1,"path":"AAPL_position.quantity","old":100,"new":1},{"step":1,"path":"AAPL_position.score","old":0.25,"new":0.5}]"#,
    );
}

#[test]
fn only_the_newest_writes_are_kept() {
    let mut world = World::new();
    world.run("for i in 0..10_010 { AAPL_position.quantity = i }");
    let ledger = world.host.ledger();
    assert_eq!(ledger.counts(), (10_010, 10_000));
    assert_eq!(ledger.newest(1)[0].change().new, Value::I64(10_009));
    let error = undo(&world, Direction::Undo, Force::No).err().unwrap();
    assert!(matches!(error, UndoError::Forgotten { step: 1 }), "{error}");
}

#[test]
fn a_step_is_undone_and_done_again_as_a_whole() {
    let mut world = World::new();
    world.run("let p = AAPL_position; p.quantity = 1; p.quantity = 2; MSFT_position.score = 9.5");
    world.run("p.last_quote = #{bid_price: 1}; p.last_quote.bid_price = 2; p.status = \"FILLED\"");
    assert_eq!(
        undone(&world),
        [
            "AAPL_position.status = OPEN",
            "AAPL_position.last_quote.bid_price = 1",
            "AAPL_position.last_quote = {bid_price: 15020}"
        ]
    );
    assert_eq!(
        world.position.last_quote.read().unwrap(),
        position().last_quote
    );
    assert_eq!(undone(&world).len(), 3);
    assert_eq!(world.position.quantity.load(), 100);
    assert_eq!(world.other.score.get(), 0.25);
    assert!(matches!(
        undo(&world, Direction::Undo, Force::No),
        Err(UndoError::Nothing("undo"))
    ));
    // What was undone last is done again first.
    undo(&world, Direction::Redo, Force::No).unwrap();
    assert_eq!(world.position.quantity.load(), 2);
    assert_eq!(world.other.score.get(), 9.5);
    undo(&world, Direction::Redo, Force::No).unwrap();
    assert_eq!(world.position.last_quote.read().unwrap().bid_price, 2);
    assert!(matches!(
        undo(&world, Direction::Redo, Force::No),
        Err(UndoError::Nothing("redo"))
    ));
    assert_eq!(undone(&world).len(), 3);
}

#[test]
fn nothing_is_undone_when_another_has_written_since() {
    let mut world = World::new();
    world.run("AAPL_position.quantity = 1; MSFT_position.quantity = 2");
    world.other.quantity.store(77);
    let error = undo(&world, Direction::Undo, Force::No).err().unwrap();
    assert_eq!(
        error.to_string(),
        "step 1 stays: MSFT_position.quantity was set to 2 and is 77 now; `:undo !` writes all the same"
    );
    assert_eq!(world.position.quantity.load(), 1);
    // A part of the guarded value that was not written may change.
    undo(&world, Direction::Undo, Force::Yes).unwrap();
    assert_eq!(world.position.quantity.load(), 100);
    assert_eq!(world.other.quantity.load(), 900);
    world.run("AAPL_position.last_quote = #{bid_price: 4}");
    let quote = Quote {
        ask_price: 9,
        ..world.position.last_quote.read().unwrap()
    };
    world.position.last_quote.write(quote).unwrap();
    undone(&world);
    let quote = world.position.last_quote.read().unwrap();
    assert_eq!((quote.bid_price, quote.ask_price), (15_020, 9));
}

#[test]
fn an_object_that_is_gone_keeps_its_step_from_being_undone() {
    let mut world = World::new();
    let late = world.session.object("late", position()).unwrap();
    world.run("late.quantity = 1; AAPL_position.quantity = 1");
    drop(late);
    let _next = world.session.object("late", position()).unwrap();
    world.attached.refresh().unwrap();
    let error = undo(&world, Direction::Undo, Force::No).err().unwrap();
    assert!(
        error
            .to_string()
            .contains("the object that had late.quantity then is gone"),
        "{error}"
    );
    assert_eq!(
        undo(&world, Direction::Undo, Force::Yes).unwrap(),
        [
            "AAPL_position.quantity = 100",
            "the object that had late.quantity then is gone"
        ]
    );
    world.check("late.quantity", "100");
}

#[test]
fn a_step_all_of_whose_objects_are_gone_is_passed_over() {
    let mut world = World::new();
    let late = world.session.object("late", position()).unwrap();
    world.run("AAPL_position.quantity = 1");
    world.run("late.quantity = 2");
    undone(&world);
    world.run("late.quantity = 3");
    drop(late);
    let _next = world.session.object("late", position()).unwrap();
    world.attached.refresh().unwrap();
    let passed = |direction| {
        let observer = world.attached.observer();
        let (ledger, author) = (world.host.ledger(), Author::typed(":undo"));
        assert_eq!(
            ledger.can_undo(&observer, |_| false),
            world.position.quantity.load() == 1,
            "only one of the writes is about what is still there"
        );
        let undone = ledger.undo(&observer, direction, Force::No, author, |_| false);
        undone.map(|undone| undone.passed.told().collect::<Vec<_>>())
    };
    let gone = "the object that had late.quantity then is gone";
    assert_eq!(passed(Direction::Undo).unwrap(), [gone]);
    assert_eq!(world.position.quantity.load(), 100);
    for direction in [Direction::Undo, Direction::Redo, Direction::Redo] {
        match passed(direction) {
            Ok(passed) => assert_eq!((passed.as_slice(), direction), (&[][..], Direction::Redo)),
            Err(error) => assert!(error.to_string().ends_with(gone), "{error}"),
        }
    }
    assert_eq!(world.position.quantity.load(), 1, "it was redone");
    world.check("late.quantity", "100");
}

#[test]
fn a_forced_write_is_undone_by_force() {
    let mut world = World::new();
    world.run("force(AAPL_position, \"limit\", 10)");
    undone(&world);
    assert_eq!(world.position.limit.get(), 9);
}

fn audit_lines(path: &Path) -> Vec<Json> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

#[test]
fn the_audit_file_has_a_line_for_each_write_and_keeps_what_it_had() {
    let mut world = World::new();
    let path = world.dir.path().join("audit.jsonl");
    // Cut off, as by a full disk.
    std::fs::write(&path, "{}\n{}").unwrap();
    let audit = Audit::open(&path, true, OnFailure::Stop).unwrap();
    world.host.ledger().audit_to(audit);
    world.run("AAPL_position.quantity = 1");
    let script = "force(AAPL_position, \"limit\", 10);";
    world.host.eval_part("a.rhai", 0, script).unwrap();
    undone(&world);
    let lines = audit_lines(&path);
    assert_eq!(lines.len(), 5);
    let line = |index: usize| {
        let mut line = lines[index].clone();
        let line = line.as_object_mut().unwrap();
        for volatile in ["time", "pid", "session_id", "slot", "generation"] {
            assert!(line.shift_remove(volatile).is_some(), "{volatile}");
        }
        serde_json::to_string(line).unwrap()
    };
    assert_eq!(
        line(2),
        r#"{"step":1,"by":"prompt","text":"AAPL_position.quantity = 1","session":"market","path":"AAPL_position.quantity","old":100,"new":1}"#
    );
    assert_eq!(
        line(3),
        r#"{"step":2,"by":"script","file":"a.rhai","line":1,"session":"market","path":"AAPL_position.limit","old":9,"new":10,"forced":true}"#
    );
    assert!(line(4).contains(r#""undoes":2"#));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_audit_file_stops_all_further_writes_unless_it_is_lenient() {
    let mut world = World::new();
    let audit = |on_failure| Audit::open(Path::new("/dev/full"), false, on_failure).unwrap();
    world.host.ledger().audit_to(audit(OnFailure::Stop));
    let error = world.error("AAPL_position.quantity = 1").to_string();
    assert!(
        error.starts_with(
            "AAPL_position.quantity: 100 -> 1 was written, but the audit file /dev/full did not take its record; no more writes are made: No space left"
        ),
        "{error}"
    );
    world.fails(
        "AAPL_position.quantity = 2",
        "nothing is written any more: the audit file /dev/full does not take records",
    );
    assert_eq!(world.position.quantity.load(), 1);
    world.host.ledger().audit_to(audit(OnFailure::GoOn));
    world.run("AAPL_position.quantity = 3; AAPL_position.quantity = 4");
    assert_eq!(world.position.quantity.load(), 4);
}

#[test]
fn what_is_no_place_for_an_audit_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let refused = Audit::open(dir.path(), false, OnFailure::Stop)
        .err()
        .unwrap();
    assert!(matches!(refused, AuditError::Open { .. }));
    let missing = dir.path().join("no/such/file");
    assert!(Audit::open(&missing, false, OnFailure::Stop).is_err());
}

/// A host whose writes are only tried out.
fn dry() -> (World, Rc<std::cell::RefCell<Vec<String>>>) {
    let world = World::attached(|options, dir| {
        Attached::new(
            options
                .dir(dir)
                .writable()
                .trial()
                .attach("market")
                .unwrap(),
        )
    });
    let told: Rc<std::cell::RefCell<Vec<String>>> = Rc::default();
    let lines = told.clone();
    let tell = Rc::new(move |line: &str| lines.borrow_mut().push(line.to_owned()));
    world.host.ledger().tell_to(tell);
    (world, told)
}

fn bytes(dir: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let read = |path| {
        let mut bytes = Vec::new();
        std::fs::File::open(path)
            .unwrap()
            .read_to_end(&mut bytes)
            .unwrap();
        bytes
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn a_dry_run_tells_each_write_and_shows_reads_what_would_be_there() {
    let (mut world, told) = dry();
    let before = bytes(world.dir.path());
    world.run("let p = AAPL_position; p.quantity = 500; p.last_quote.bid_price = 7;");
    world.check(
        "[p.quantity, p.last_quote.bid_price, p.last_quote.snapshot().bid_price]",
        "[500,7,7]",
    );
    world.check("p.add(\"quantity\", 5)", "505");
    world.check("p.snapshot().quantity", "505");
    world.check(
        "obs.all(\"Position\").table([\"quantity\"])",
        r#"[{"object":"AAPL_position","quantity":505},{"object":"MSFT_position","quantity":900}]"#,
    );
    world.check("obs.all(\"*\").filter(|o| o.quantity > 500).len()", "2");
    world.run("p.bid_levels = [1, 2, 3, 4, 5]; p.symbol = \"ZZ\"; p.options = \"IOC\"");
    world.check(
        "[p.bid_levels[4], p.symbol, p.options == \"IOC\"]",
        r#"[5,"ZZ",true]"#,
    );
    world.fails("p.avg_price = -1", "AAPL_position.avg_price");
    let told = told.take();
    assert_eq!(told[0], "dry run: AAPL_position.quantity: 100 -> 500");
    assert_eq!(told[2], "dry run: AAPL_position.quantity: 500 -> 505");
    assert!(
        told.last()
            .unwrap()
            .starts_with("dry run: refused: AAPL_position.avg_price: "),
        "{told:?}"
    );
    let run = DryRun {
        made: 6,
        refused: 1,
    };
    assert_eq!(world.host.ledger().dry_run(), Some(run));
    undone(&world);
    world.check("[p.bid_levels[4], p.symbol]", r#"[1,"AAPL"]"#);
    assert!(bytes(world.dir.path()) == before);
    assert_eq!(world.position.symbol.get(), Text::new("AAPL").unwrap());
}

#[test]
fn a_dry_run_writes_no_file() {
    let (mut world, told) = dry();
    let path = |name: &str| world.dir.path().join(name).display().to_string();
    let [table, json, set] = ["t.csv", "t.json", "t.set"].map(path);
    let before = bytes(world.dir.path());
    world.check(&format!("[1, 2].csv({table:?})"), "null");
    world.check(&format!("[1, 2].json({json:?})"), "null");
    world.check(
        &format!("save_set({set:?}, \"AAPL_position.quantity\")"),
        "1",
    );
    assert_eq!(bytes(world.dir.path()), before);
    let expected = [
        format!("dry run: {table} would get 3 lines"),
        format!("dry run: {json} would get 1 line"),
        format!("dry run: {set} would get 1 field"),
    ];
    assert_eq!(*told.borrow(), expected);
}

#[test]
fn a_dry_run_refuses_what_a_read_only_session_refuses() {
    let mut world = World::attached(|options, dir| {
        let observer: Observer = options.dir(dir).trial().attach("market").unwrap();
        Attached::new(observer).read_only()
    });
    world.fails(
        "AAPL_position.quantity = 1",
        "AAPL_position.quantity cannot be written: the session is attached read-only",
    );
}

#[test]
fn a_value_that_somebody_holds_now_is_waited_for_once_and_named() {
    let mut world = World::new();
    world.run("AAPL_position.last_quote = #{ bid_price: 5, ask_price: 6 }; AAPL_position.last_quote.bid_price = 7;");
    std::mem::forget(world.position.last_quote.writer().unwrap());
    let began = std::time::Instant::now();
    let error = undo(&world, Direction::Undo, Force::No)
        .err()
        .unwrap()
        .to_string();
    assert_eq!(error.matches("does not let go").count(), 2, "{error}");
    assert!(began.elapsed() < std::time::Duration::from_secs(3));
}
