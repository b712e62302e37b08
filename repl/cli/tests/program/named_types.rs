//! Types that a producer only names: a program in C without debug information, described by `--types`.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::support::{World, eventually};

const TYPES: &str = "
#pragma once
#include <stdint.h>
typedef struct { int64_t bid; float ratio; } quote;
enum side { BUY = 1, SELL = -1 };
struct book { enum side side; quote quotes[2]; char venue[4]; };
";

const PRODUCER: &str = r#"
#include <memglass/memglass.h>
#include "shapes.h"
#include "shape_types.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void check(memglass_status status) {
    if (status != MEMGLASS_STATUS_OK) {
        memglass_text message = memglass_error_message();
        fprintf(stderr, "%.*s\n", (int)message.len, message.data);
        exit(1);
    }
}

int main(void) {
    memglass_session *session;
    check(memglass_session_create(memglass_str("shop"), NULL, &session));
    memglass_schema *schema = memglass_schema_new();
    uint32_t book, guarded, last, plain, safe, late;
    check(memglass_schema_named(schema, memglass_str("book"), sizeof(struct book), _Alignof(struct book),
                                memglass_str(shape_types_id_book), &book));
    check(memglass_schema_protected(schema, MEMGLASS_PROTECTION_SEQLOCK, book, &guarded));
    check(memglass_schema_named(schema, memglass_str("quote"), sizeof(quote), _Alignof(quote), memglass_str(""), &last));
    check(memglass_session_add_type(session, schema, book, &plain));
    check(memglass_session_add_type(session, schema, guarded, &safe));
    check(memglass_session_add_type(session, schema, last, &late));
    memglass_schema_free(schema);

    struct book start = {SELL, {{5, 0.5f}, {7, 2.5f}}, "NYX"};
    void *object;
    check(memglass_object_create(session, memglass_str("open"), plain, &start, sizeof start, &object));
    MEMGLASS_GUARDED(struct book) image = {0};
    void *shared;
    check(memglass_object_create(session, memglass_str("safe"), safe, &image, sizeof image, &shared));
    check(memglass_guarded_write(shared, &start, sizeof start));
    check(memglass_object_create(session, memglass_str("last"), late, &start.quotes[0], sizeof(quote), &object));
    for (;;) {
        pause();
    }
}
"#;

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{errors}");
}

/// An object with these types and debug information.
fn object(world: &World, name: &str, types: &str) -> String {
    let path = |ending: &str| world.path().join(format!("{name}.{ending}"));
    fs::write(path("h"), types).unwrap();
    fs::write(
        path("c"),
        format!("#include \"{name}.h\"\nstruct book {name}_book;\n"),
    )
    .unwrap();
    let out = path("o");
    run(Command::new("gcc")
        .args(["-g", "-c", "-o"])
        .arg(&out)
        .arg(path("c")));
    out.to_str().unwrap().to_owned()
}

/// The program, stripped, with its types built in.
fn producer(world: &World) -> std::path::PathBuf {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core");
    let tests = std::env::current_exe().unwrap();
    run(Command::new(env!("CARGO")).args(["build", "--quiet", "-p", "memglass-capi"]));
    fs::write(world.path().join("producer.c"), PRODUCER).unwrap();
    let program = world.path().join("producer");
    run(Command::new("gcc")
        .args(["-std=gnu11", "-Wall", "-Werror", "-s", "-I"])
        .arg(core.join("include"))
        .arg(world.path().join("producer.c"))
        .arg(tests.ancestors().nth(2).unwrap().join("libmemglass.a"))
        .arg("-o")
        .arg(&program));
    program
}

#[test]
fn types_that_a_producer_only_names_are_described_by_a_file() {
    let world = World::new();
    let shapes = object(&world, "shapes", TYPES);
    let header = world.path().join("shape_types.h");
    world.data(&["embed", "-o", header.to_str().unwrap(), &shapes]);
    let program = producer(&world);
    let producer = world.start(&program, "shop");
    eventually("the last object is there", || {
        world.run(&["get", "shop", "last"]).code == Some(0)
    });

    let bytes = world.data(&["get", "shop", "last", "--json"]);
    assert!(bytes.starts_with("[5,0,0,0,0,0,0,0,"), "{bytes}");
    let told = world.data(&["types", "shop", "book"]);
    assert!(told.contains("described elsewhere"), "{told}");

    for file in [shapes.as_str(), program.to_str().unwrap()] {
        let of = |words: &[&str]| world.data(&[words, &["--types", file]].concat());
        for object in ["open", "safe"] {
            let book = of(&["get", "shop", object, "--json"]);
            let expected = r#"{"side":"SELL","quotes":[{"bid":5,"ratio":0.5},{"bid":7,"ratio":2.5}],"venue":"NYX"}"#;
            assert_eq!(book.trim(), expected, "{file}");
        }
        assert_eq!(of(&["get", "shop", "last.bid"]).trim(), "5");
        assert_eq!(of(&["shop", "-e", "safe.quotes[1].ratio"]).trim(), "2.5");
        let told = of(&["types", "shop", "book"]);
        assert!(told.contains("quotes"), "{told}");
    }
    let set = [
        "set",
        "shop",
        "safe.quotes[1].bid",
        "77",
        "--types",
        &shapes,
    ];
    world.data(&set);
    let read = ["get", "shop", "safe.quotes[1].bid", "--types", &shapes];
    assert_eq!(world.data(&read).trim(), "77");

    let other = object(
        &world,
        "other",
        &TYPES.replace("int64_t bid; float ratio;", "float ratio; int64_t bid;"),
    );
    let ran = world.run(&["get", "shop", "safe", "--json", "--types", &other]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.data.starts_with('['),
        "another version stays bytes: {ran:?}"
    );
    assert!(ran.messages.contains("book stay bytes"), "{ran:?}");
    // Without an id, name and size decide.
    let last = world.run(&["get", "shop", "last.bid", "--types", &other]);
    assert_eq!(last.code, Some(0), "{last:?}");
    drop(producer);
}
