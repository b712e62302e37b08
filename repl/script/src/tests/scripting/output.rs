use memglass_value::shown::Shown;

use crate::tests::producer::Fill;
use crate::tests::world::World;

#[test]
fn a_result_that_was_read_from_a_field_has_its_format_and_unit() {
    let mut world = World::read_only();
    let text = |shown| match shown {
        Shown::Value(cell) => cell.text(),
        other => panic!("{other:?}"),
    };
    assert_eq!(text(world.run("AAPL_position.avg_price")), "15,025 ticks");
    assert_eq!(
        text(world.run("AAPL_position[\"avg_price\"]")),
        "15,025 ticks"
    );
    assert_eq!(text(world.run("AAPL_position.avg_price + 1")), "15026");
    assert_eq!(text(world.run("AAPL_position.avg_price.abs()")), "15025");
    assert_eq!(text(world.run("AAPL_position.avg_price; 5")), "5");
}

#[test]
fn an_object_is_a_record_in_the_order_of_its_fields() {
    let mut world = World::read_only();
    let Shown::Record(record) = world.run("AAPL_position") else {
        panic!("a record")
    };
    assert_eq!(
        (record.title.as_str(), record.type_name.as_str()),
        ("AAPL_position", "Position")
    );
    let rows: Vec<_> = record
        .members
        .iter()
        .take(4)
        .map(|row| (&*row.name, row.cell.brief(), row.type_name.as_str()))
        .collect();
    assert_eq!(rows[0], ("symbol", "AAPL".into(), "text[16]"));
    assert_eq!(rows[1], ("quantity", "100".into(), "i64"));
    assert_eq!(rows[2], ("avg_price", "15,025 ticks".into(), "i64"));
    assert_eq!(record.members[1].note, "atomic; signed number of shares");
}

#[test]
fn objects_of_one_type_are_a_table() {
    let mut world = World::read_only();
    world.check(
        r#"obs.all("*_position").table(["quantity", "last_quote.bid_price", "fills[1].price"])"#,
        r#"[{"object":"AAPL_position","quantity":100,"last_quote.bid_price":15020,"fills[1].price":20},{"object":"MSFT_position","quantity":900,"last_quote.bid_price":15020,"fills[1].price":20}]"#,
    );
    let Shown::Table(table) = world.run("obs.all(\"Position\")") else {
        panic!("a table")
    };
    assert_eq!(
        (
            table.rows.len(),
            table.columns[0].as_str(),
            table.columns[1].as_str()
        ),
        (2, "object", "symbol")
    );
    world.fails(
        r#"obs.all("Position").table(["quantty"])"#,
        "no field \"quantty\" in AAPL_position (Position); did you mean \"quantity\"?",
    );
}

#[test]
fn of_many_rows_only_those_are_read_that_are_looked_at() {
    let mut world = World::read_only();
    let fills = world.session.array::<Fill>("fills", 20_000).unwrap();
    for source in ["fills", "obs[\"fills\"].filter(|f| f.price == 0)"] {
        let Shown::Table(table) = world.run(source) else {
            panic!("a table")
        };
        assert_eq!((table.rows.len(), table.len()), (1000, 20_000), "{source}");
        fills[15_000].price.set(7);
        let late = table.all().nth(15_000).unwrap().unwrap();
        assert_eq!(late[0].as_ref().unwrap().brief(), "fills[15000]");
        assert_eq!(late[1].as_ref().unwrap().brief(), "7", "{source}");
        fills[15_000].price.set(0);
    }
    // What a script makes a table of is of the moment when it did.
    let lines = world.json("fills.csv().split(\"\\n\").len()");
    assert_eq!(lines, 20_002);
    assert_eq!(world.json("fills.table().len()"), 20_000);
    assert_eq!(world.json("fills").as_array().unwrap().len(), 20_000);
}

#[test]
fn an_object_that_is_gone_is_a_row_without_values() {
    let mut world = World::read_only();
    let extra = world.session.object("extra", Fill::default()).unwrap();
    world.run("let kept = [extra]");
    drop(extra);
    let Shown::Table(table) = world.run("kept") else {
        panic!("a table")
    };
    assert!(table.are_objects);
    assert_eq!(table.rows[0][0].as_ref().unwrap().brief(), "extra");
    assert!(table.rows[0][1..].iter().all(Option::is_none));
}

#[test]
fn csv_and_json_are_written_and_returned() {
    let mut world = World::read_only();
    let path = world.dir.path().join("out.csv");
    world.run(&format!(
        "obs.all(\"*\").table([\"symbol\", \"big\"]).csv({:?})",
        path.display().to_string()
    ));
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        text,
        "object,symbol,big\nAAPL_position,AAPL,18446744073709551615\nMSFT_position,MSFT,18446744073709551615\n"
    );
    let text = world.json("obs.all(\"AAPL_*\").table([\"ratio\", \"status\"]).json()");
    assert_eq!(
        text.as_str().unwrap(),
        r#"[{"object":"AAPL_position","ratio":0.1,"status":"OPEN"}]"#
    );
    world.fails(
        "types().csv(\"/nonexistent/x.csv\")",
        "cannot write \"/nonexistent/x.csv\": ",
    );
    let text = world.json("AAPL_position.last_quote.json()");
    assert_eq!(
        text.as_str().unwrap(),
        r#"{"bid_price":15020,"ask_price":15025,"ask_size":7}"#
    );
}

#[test]
fn the_schema_is_tables() {
    let mut world = World::read_only();
    let types = world.json("types()");
    let position = types
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["type"] == "Position")
        .unwrap();
    assert_eq!(position["objects"], 2);
    let fields = world.json("describe(\"Position\")");
    let price = fields
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["field"] == "avg_price")
        .unwrap();
    assert_eq!(
        (&price["allowed"], &price["unit"]),
        (&"0..=10000000".into(), &"ticks".into())
    );
    world.check(
        "describe(\"Status\")",
        r#"[{"name":"PENDING","value":0},{"name":"OPEN","value":1},{"name":"FILLED","value":2}]"#,
    );
    world.fails(
        "describe(\"Positon\")",
        "no type is named \"Positon\"; did you mean \"Position\"?",
    );
    let fields = world.json("fields(AAPL_position)");
    let quantity = fields
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["field"] == "quantity")
        .unwrap();
    assert_eq!(
        (&quantity["value"], &quantity["protection"]),
        (&100.into(), &"atomic".into())
    );
    world.check(
        "let n = 0; for row in objects() { if row.type == \"Position\" { n += 1 } } n",
        "2",
    );
}

#[test]
fn maps_and_lists_are_shown() {
    let mut world = World::read_only();
    world.check("#{a: 1, b: [1, 2]}", r#"{"a":1,"b":[1,2]}"#);
    world.check(
        "[#{a: 1}, #{a: 2, b: 3}]",
        r#"[{"a":1,"b":null},{"a":2,"b":3}]"#,
    );
    world.check("[1, 2.5, \"x\", true]", r#"[1,2.5,"x",true]"#);
    world.check("[]", "[]");
    world.check("`text`", "\"text\"");
    world.check("let x = 1;", "null");
}

#[test]
fn the_last_result_is_kept() {
    let mut world = World::read_only();
    world.run("AAPL_position.quantity");
    world.check("_ + 1", "101");
    world.check("_ + 1", "102");
    world.run("let x = 5;");
    world.check("_", "102");
}

#[test]
fn what_a_script_prints_comes_line_by_line() {
    let mut world = World::read_only();
    world.run("print(\"a\"); print(1.5); print(); print([1, \"x\"]); print(2.s)");
    assert_eq!(world.printed(), ["a", "1.5", "", "[1, \"x\"]", "2s"]);
    world.run("print(AAPL_position.fills.table([\"price\"]))");
    assert_eq!(
        world.printed(),
        [
            "object                  price\nAAPL_position.fills[0]     10\nAAPL_position.fills[1]     20"
        ]
    );
}

#[test]
fn an_object_whose_label_has_dots_is_named_as_a_path_begins() {
    let mut world = World::read_only();
    let dotted = world.session.object("net.eth0", Fill::default()).unwrap();
    let many = world.session.array::<Fill>("net.queues", 2).unwrap();
    let names = |world: &mut World, source: &str| {
        let Shown::Table(table) = world.run(source) else {
            panic!("a table")
        };
        let names = table.rows.iter().map(|row| row[0].as_ref().unwrap());
        names.map(|name| name.brief()).collect::<Vec<_>>()
    };
    assert_eq!(names(&mut world, "[obs[\"net.eth0\"]]"), ["\"net.eth0\""]);
    assert_eq!(names(&mut world, "obs.all(\"net.e*\")"), ["\"net.eth0\""]);
    let elements = ["\"net.queues\"[0]", "\"net.queues\"[1]"];
    assert_eq!(names(&mut world, "obs[\"net.queues\"]"), elements);
    assert_eq!(names(&mut world, "[AAPL_position]"), ["AAPL_position"]);
    // A script that takes the label out of a row finds the object by it.
    world.check(
        "obs[[obs[\"net.eth0\"]].table([\"price\"])[0].object].price",
        "0",
    );
    drop((dotted, many));
}

#[derive(memglass::Observe, Clone, Copy)]
struct Linked {
    next: *const u8,
    all: [*const u8; 2],
}

#[test]
fn an_address_is_hexadecimal_wherever_it_is_shown() {
    let mut world = World::read_only();
    let at = |address: usize| std::ptr::without_provenance(address);
    let linked = Linked {
        next: at(0x7f10),
        all: [at(0x10), at(0xffff_ffff_ffff_fff0)],
    };
    let _linked = world.session.object("linked", linked).unwrap();
    let shown = |world: &mut World, source: &str| match world.run(source) {
        Shown::Value(cell) => cell.text(),
        Shown::Record(record) => record.members[0].cell.text(),
        other => panic!("{other:?}"),
    };
    assert_eq!(shown(&mut world, "linked.next"), "0x7f10");
    assert_eq!(shown(&mut world, "[linked.next, 5]"), "[0x7f10, 5]");
    assert_eq!(shown(&mut world, "#{ a: linked.next }"), "0x7f10");
    assert_eq!(
        shown(&mut world, "linked.all"),
        "[0x10, 0xfffffffffffffff0]"
    );
    assert_eq!(
        shown(&mut world, "linked.snapshot().all"),
        "[0x10, 0xfffffffffffffff0]"
    );
    // What was computed from one is a number.
    assert_eq!(shown(&mut world, "linked.next + 16"), "32544");
    assert_eq!(shown(&mut world, "linked.next == 0x7f10"), "true");
}

mod kitchen {
    #[derive(memglass::Observe, Clone, Copy, Default)]
    pub(super) struct Fill {
        glasses: u8,
    }
}

#[test]
fn types_of_one_name_are_all_described() {
    let mut world = World::read_only();
    let one = world.session.object("one", kitchen::Fill::default());
    let one = one.unwrap();
    world.check(
        "describe(\"Fill\").map(|row| [row.declaration, row.field])",
        r#"[[1,"price"],[1,"size"],[2,"glasses"]]"#,
    );
    world.check("describe(one).len()", "1");
    drop(one);
}
