//! Packed records: their parts are read and written like those of any object.

use memglass::{Buffer, Observer};

use super::ledger::undone;
use crate::takes::takes;
use crate::tests::world::World;

const TEXT: &str = "
enum Op : u8 { Ping = 1, Data };
struct msg { Op op; u8 n; item items[n]; be u16 crc; };
struct item { u8 len; char chars[len]; };
";

fn world() -> (World, Buffer) {
    let world = World::new();
    world.session.define(TEXT).unwrap();
    let packet = world.session.buffer("packet", "msg", 64).unwrap();
    packet.write(b"\x02\x02\x02hi\x03you\x01\x02").unwrap();
    (world, packet)
}

#[test]
fn parts_of_a_record_are_properties_and_elements() {
    let (mut world, packet) = world();
    world.check("packet.op", "\"Data\"");
    world.check("packet.items[1].chars", "\"you\"");
    world.check("packet.items[-1].len", "3");
    world.check("packet.items.len()", "2");
    world.check(
        "let all = []; for i in packet.items { all.push(i.chars) } all",
        r#"["hi","you"]"#,
    );
    world.check("packet.crc > 257 && packet.op == \"Data\"", "true");
    world.fails(
        "packet.item",
        "no field \"item\" in packet (msg); did you mean \"items\"?",
    );
    // Each write may change which parts there are.
    packet.write(b"\x01\x03\x00\x01a\x00\x00\x05").unwrap();
    world.check("packet.items.len()", "3");
    world.check("packet.items[1].chars", "\"a\"");
    world.check("packet.op", "\"Ping\"");
}

#[test]
fn a_record_takes_a_map_of_its_members_and_a_part_of_it_none() {
    let (world, _packet) = world();
    let observer = Observer::builder().dir(world.dir.path());
    let observer = observer.attach(world.session.name()).unwrap();
    let takes = |path: &str| takes(&observer.field(path).unwrap());
    assert_eq!(takes("packet"), "#{ op: …, n: …, items: …, crc: … }");
    let none = "no value as a whole: write its parts, or the whole record";
    assert_eq!(takes("packet.items"), none);
    assert_eq!(takes("packet.items[0]"), none);
    assert_eq!(takes("packet.items[0].len"), "a whole number that fits u8");
}

#[test]
fn a_record_has_as_many_members_as_it_has_now() {
    let (mut world, packet) = world();
    world.check("packet.len()", "4");
    world.check("packet.items[0].len()", "2");
    let fields = world.json("fields(packet)");
    let allowed = fields
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["allowed"].as_str());
    assert_eq!(
        allowed.collect::<Vec<_>>(),
        [None, Some("[layout]"), None, None]
    );
    drop(packet);
    world.fails("packet.len()", "packet");
}

#[test]
fn members_that_the_layout_depends_on_are_marked_where_they_are_listed() {
    let (mut world, _packet) = world();
    for text in ["describe(\"msg\")", "describe(packet)"] {
        world.check(&format!("{text}.contains(\"u8 n;  // [layout]\")"), "true");
        world.check(&format!("{text}.contains(\"crc;  // [layout]\")"), "false");
    }
    world.run("define(\"struct own { u8 n; u8 d[n]; };\")");
    world.check("describe(\"own\").contains(\"u8 n;  // [layout]\")", "true");
}

#[test]
fn parts_are_written_in_place_and_taken_back() {
    let (mut world, _packet) = world();
    world.check("packet.crc = 7; packet.crc", "7");
    world.check(
        "packet.items[0].chars = \"ho\"; packet.items[0].chars",
        "\"ho\"",
    );
    world.check("packet.op = \"Ping\"; packet.op", "\"Ping\"");
    world.fails("packet.n = 1", "packet.n: the layout depends on \"n\"");
    world.fails("packet.crc = 70000", "packet.crc: ");
    undone(&world);
    world.check("packet.op", "\"Data\"");
}

#[test]
fn a_whole_record_is_laid_out_anew() {
    let (mut world, _packet) = world();
    let set = "packet.set(#{op: \"Ping\", items: [#{chars: \"abc\"}], crc: 9})";
    world.check(&format!("{set}; packet.n"), "1");
    world.check("packet.items[0].len", "3");
    undone(&world);
    world.check("packet.items[1].chars", "\"you\"");
}

#[test]
fn elements_are_rows_and_need_not_have_the_same_members() {
    let world = World::new();
    let text = "struct log { u8 n; part parts[n]; };
        struct part { u8 kind; match (kind) { (1): u8 size; (_): char name[]; } };";
    world.session.define(text).unwrap();
    let log = world.session.buffer("log_1", "log", 64).unwrap();
    log.write(b"\x02\x01\x09\x02hi\0").unwrap();
    let mut world = world;
    world.check(
        "json(log_1.parts)",
        r#""[{\"kind\":1,\"size\":9},{\"kind\":2,\"name\":\"hi\"}]""#,
    );
    world.check(
        "csv(log_1.parts)",
        r#""object,kind,size,name\nlog_1.parts[0],1,9,\nlog_1.parts[1],2,,hi\n""#,
    );
    world.check(
        "csv(obs.all(\"log\")).sub_string(0, 14)",
        r#""object,n,parts""#,
    );
}

#[test]
fn a_packed_type_is_described_by_its_text() {
    let (mut world, _packet) = world();
    for asked in ["\"msg\"", "\"item\"", "\"Op\"", "packet", "packet.items[0]"] {
        world.check(
            &format!("describe({asked}).contains(\"    char chars[len];\")"),
            "true",
        );
    }
    let verdict = "cannot be written: the layout of the record depends on it";
    world.check(
        &format!("let told = explain(\"packet.n\"); told.contains(\"{verdict}\")"),
        "true",
    );
    world.check(
        "let told = explain(\"packet.crc\"); told.contains(\"can be written\")",
        "true",
    );
    world.check("force(packet, \"n\", 1); packet.items.len()", "1");
}

#[test]
fn bytes_are_looked_at_as_any_type() {
    let (mut world, _packet) = world();
    let _raw = world.session.object("raw_1", [1_u8, 0, 9, 0]).unwrap();
    world.run("define(\"struct pair { u8 n; be u16 data[n]; bool last; };\")");
    world.check(
        "cast(blob(\"02 0005_0007 01\"), \"pair\")",
        r#"{"data":[5,7],"last":true,"n":2}"#,
    );
    // The session's layouts, and its other types.
    world.check(
        "cast(blob(\"02010161002a\"), \"msg\").items[0].chars",
        "\"a\"",
    );
    world.check("cast(AAPL_position.code, \"pair\").n", "65");
    let quote = "blob(\"0500000000000000 0600000000000000 07000000 00000000\")";
    world.check(
        &format!("cast({quote}, \"Quote\")"),
        r#"{"ask_price":6,"ask_size":7,"bid_price":5}"#,
    );
    world.check("cast([1, 0, 9, 0], \"pair\").data[0]", "9");
    world.check("cast(raw_1, \"pair\").data", "[9]");
    world.check(
        "let told = describe(\"pair\"); told.contains(\"be u16 data[n];\")",
        "true",
    );
    // What cannot be read is told, and what stands before it is read.
    world.check(
        "cast(blob(\"05 0001\"), \"pair\")",
        r#"{"!":"Truncated at data","n":5}"#,
    );
}

#[test]
fn a_later_definition_of_a_name_counts() {
    let (mut world, _packet) = world();
    world.run("define(\"struct msg { u8 a; };\")");
    world.check("cast([7], \"msg\").a", "7");
    world.run("define(\"struct msg { u8 b; };\"); define(\"struct other { u8 c; };\")");
    world.check("cast([7], \"msg\").b", "7");
    world.run("define(\"struct msg { u8 a; };\")");
    world.check("cast([7], \"msg\").a", "7");
}

#[test]
fn what_is_no_layout_and_no_bytes_is_an_error() {
    let (mut world, _packet) = world();
    world.fails(
        "define(\"struct a { u8 length; u8 d[lenght]; };\")",
        "line 1, column 28: \"lenght\" is not defined; did you mean \"length\"?\nstruct a",
    );
    world.fails("blob(\"0g\")", "'g' is no hex digit");
    world.fails("blob(\"012\")", "3 hex digits are no whole bytes");
    world.fails("blob(\"01é\")", "'é' is no hex digit");
    world.fails(
        "cast([1], \"mgs\")",
        "no type is named \"mgs\"; did you mean \"msg\"?",
    );
    for (array, found) in [
        ("[256]", "element 0 of the array is 256"),
        ("[0, 255, -1]", "element 2 of the array is -1"),
        ("[1, \"2\"]", "element 1 of the array is text"),
        ("[1, 2.0]", "element 1 of the array is a float"),
    ] {
        let script = format!("cast({array}, \"msg\")");
        let why = format!("cast takes bytes, which are integers from 0 to 255: {found}");
        world.fails(&script, &why);
    }
    world.fails("cast(AAPL_position, \"msg\")", "cast takes bytes");
    world.fails("cast(7, \"msg\")", "cast takes bytes");
    world.fails(
        "cast([1, 2], \"Quote\")",
        "a Quote has 24 bytes, and there are 2",
    );
    world.run("define(\"struct inner { u8 x[parent.n]; }; struct outer { u8 n; inner i; };\")");
    world.fails("cast([1], \"inner\")", "\"inner\" cannot be a root");
}

#[test]
fn a_walk_gives_each_part_in_the_order_of_the_record() {
    let (mut world, _packet) = world();
    world.check(
        "let all = []; walk(packet, |path, value, leaf| { all.push(path); }); all",
        r#"["op","n","items","items[0]","items[0].len","items[0].chars","items[1]","items[1].len","items[1].chars","crc"]"#,
    );
    // False leaves out what is in a part.
    world.check(
        "let all = []; walk(packet, |path, value, leaf| { all.push(path); path != \"items\" }); all",
        r#"["op","n","items","crc"]"#,
    );
    world.check(
        "let all = []; walk(packet.items, |path, value, leaf| { if leaf { all.push(`${path}=${value}`) } }); all",
        r#"["[0].len=2","[0].chars=hi","[1].len=3","[1].chars=you"]"#,
    );
    world.check(
        "let all = []; walk(AAPL_position, |path, value, leaf| if path == \"status\" || path == \"fills\" { all.push(value) }); all",
        r#"[[{"price":10,"size":1},{"price":20,"size":2}],"OPEN"]"#,
    );
    world.check(
        "let sum = 0; walk(#{a: 1, b: [2, 3]}, |path, value, leaf| if leaf { sum += value }); sum",
        "6",
    );
    world.fails(
        "walk(7, |path, value, leaf| 1)",
        "there are no parts in an integer",
    );
    world.fails(
        "walk(packet, |path| 1)",
        "`walk` cannot call a closure of 1 arguments",
    );
}

#[test]
fn a_fold_goes_from_the_parts_to_the_whole() {
    let (mut world, _packet) = world();
    let count = "|node, children| if node.leaf { 1 } else { children.sum() }";
    world.check(&format!("fold(packet, {count})"), "7");
    world.check(&format!("fold(AAPL_position.last_quote, {count})"), "3");
    world.check(
        "fold(packet, |node, children| if node.leaf { node.name } else { `${node.path}(${children.len()})` })",
        "\"(4)\"",
    );
    world.check(
        "fold(cast([1, 0, 9], \"item\"), |node, children| children.len())",
        "2",
    );
    world.fails(
        "fold(packet, |node, children| packet.crc = 1)",
        "packet.crc cannot be written inside of `fold`",
    );
    world.fails(
        "let a = [1]; for i in 0..300 { a = [a] } fold(a, |node, children| 1)",
        "the value has more than 256 maps and arrays inside each other",
    );
}
