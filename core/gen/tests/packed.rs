//! Packed records of C++ structs, held by a program in C++ and looked into from here.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

mod harness;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use memglass::{Observer, Value};
use memglass_gen::Options;

/// Holds a message and a gateway, and writes another message for each line.
const PRODUCER: &str = r#"
#include "packed_generated.hpp"
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>

int main() {
    memglass::init("feed");
    feed::Message message{};
    message.kind = feed::Kind::order;
    message.body.order = {7, 2.5};
    message.count = 2;
    message.orders[0] = {1, 1.5};
    message.orders[1] = {2, 2.5};
    message.tail[3] = 9;
    auto* last = memglass::create<feed::Message>("last", message);
    feed::Gateway gateway{};
    gateway.received = 3;
    const std::uint8_t ack[] = {0, 0, 0, 7, 5, 't', 'a', 'k', 'e', 'n'};
    std::copy(std::begin(ack), std::end(ack), gateway.ack);
    gateway.raw = {1, 0, 0, 2, 0, 1};
    gateway.frame = {{2, 'h', 'i', 1, 2}};
    gateway.last = message;
    memglass::create<feed::Gateway>("gateway", gateway);
    std::cout << "ready" << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        if (line == "read") {
            feed::Message now = last->read();
            std::cout << now.count << ' ' << now.orders[1].price << std::endl;
            continue;
        }
        message.kind = feed::Kind::text;
        std::snprintf(message.body.text, sizeof message.body.text, "%s", line.c_str());
        message.count = 0;
        *last = message;
        std::cout << "written" << std::endl;
    }
}
"#;

/// The program while it runs; it ends with its input.
struct Producer {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Producer {
    fn start(program: &Path, dir: &Path) -> Producer {
        let mut child = Command::new(program)
            .env("MEMGLASS_DIR", dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut producer = Producer { child, lines };
        assert_eq!(producer.line(), "ready");
        producer
    }

    fn line(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }

    /// What it answers to a line.
    fn say(&mut self, line: &str) -> String {
        use std::io::Write;
        writeln!(self.child.stdin.as_ref().unwrap(), "{line}").unwrap();
        self.line()
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A program of each compiler; none if there is no libclang.
fn each_producer(check: impl Fn(&mut Producer, &Observer)) {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let options = Options {
        headers: vec![harness::data("packed.hpp")],
        output: Some(path("packed_generated.hpp")),
        ..Options::default()
    };
    let Some(result) = harness::generated(&options) else {
        return;
    };
    let generated = result.unwrap_or_else(|error| panic!("{error}"));
    std::fs::write(path("packed_generated.hpp"), generated.text).unwrap();
    std::fs::write(path("producer.cpp"), PRODUCER).unwrap();
    let library = harness::library();
    for compiler in harness::compilers() {
        let made = path(compiler);
        let paths =
            [&path("producer.cpp"), &library, &made].map(|path| path.to_str().unwrap().to_owned());
        harness::run(harness::compile(
            compiler,
            &[&paths[0], &paths[1], "-o", &paths[2]],
        ));
        let dir = tempfile::tempdir().unwrap();
        let mut producer = Producer::start(&made, dir.path());
        let observer = Observer::builder()
            .dir(dir.path())
            .writable()
            .attach("feed")
            .unwrap();
        check(&mut producer, &observer);
    }
}

#[test]
fn counts_and_variants_of_a_struct_say_what_observers_see() {
    each_producer(|producer, observer| {
        let read = |path: &str| observer.field(path).unwrap().read().unwrap();
        assert_eq!(
            read("last.orders").to_string(),
            "[{id: 1, price: 1.5}, {id: 2, price: 2.5}]"
        );
        assert_eq!(read("last.kind").to_string(), "order");
        assert_eq!(read("last.body.order.id"), Value::U64(7));
        assert_eq!(read("last.tail").to_string(), "[0, 0, 0, 9]");
        for absent in ["last.orders[2]", "last.body.ping", "last.tail[4]"] {
            assert!(observer.field(absent).is_err(), "{absent}");
        }
        assert_eq!(read("gateway.last.orders[1].price"), Value::F64(2.5));

        let count = observer.field("last.count").unwrap();
        assert!(count.bears_layout());
        assert!(count.write(&Value::U64(1)).is_err(), "it needs force");
        observer
            .field("last.orders[1].price")
            .unwrap()
            .write(&Value::F64(9.75))
            .unwrap();
        assert_eq!(producer.say("read"), "2 9.75");

        assert_eq!(producer.say("hello"), "written");
        assert_eq!(read("last.body.text"), Value::from("hello"));
        assert_eq!(read("last.orders").to_string(), "[]");
        assert!(observer.field("last.body.order").is_err());
    });
}

#[test]
fn bytes_with_a_layout_are_records_wherever_they_lie() {
    each_producer(|_, observer| {
        let read = |path: &str| observer.field(path).unwrap().read().unwrap();
        assert_eq!(read("gateway.ack.number"), Value::U64(7));
        assert_eq!(read("gateway.ack.text"), Value::from("taken"));
        assert_eq!(read("gateway.raw").to_string(), "{first: 1, second: 65538}");
        assert_eq!(read("gateway.frame.text"), Value::from("hi"));
        assert_eq!(read("gateway.frame.crc"), Value::U64(0x102));
        assert_eq!(read("gateway.frames[1].len"), Value::U64(0));
        observer
            .field("gateway.ack.text")
            .unwrap()
            .write(&Value::from("given"))
            .unwrap();
        assert_eq!(
            read("gateway.ack").to_string(),
            "{number: 7, len: 5, text: \"given\"}"
        );
        let types = observer.schema();
        let text = types.describe(types.find("feed::Message").unwrap());
        assert!(text.contains("Order orders[count];"), "{text}");
    });
}
