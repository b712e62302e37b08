//! Packed records: their parts are read and written like those of any object.

use memglass::Buffer;

use super::ledger::undone;
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
