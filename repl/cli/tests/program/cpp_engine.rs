//! The engine in C++, `examples/cpp/trading_engine`: read, written, watched and viewed exactly as the one in Rust.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::support::{World, eventually};
use super::terminal::{CTRL_C, Terminal};

/// Runs a tool to its end, which must be good.
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; `make test` installs what C++ needs");
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{errors}");
}

/// The engine, compiled against the library and with the types that the generator makes now.
fn engine() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core");
        let example = core.join("../examples/cpp/trading_engine");
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cpp_engine");
        std::fs::create_dir_all(&place).unwrap();
        let tests = std::env::current_exe().unwrap();
        let libraries = tests.ancestors().nth(2).unwrap();
        let packages = ["-p", "memglass-capi", "-p", "memglass-gen"];
        run(Command::new(env!("CARGO"))
            .args(["build", "--quiet"])
            .args(packages));
        run(Command::new(libraries.join("memglass-gen"))
            .arg(example.join("trading_types.hpp"))
            .arg("-o")
            .arg(place.join("memglass_generated.hpp")));
        let program = place.join("trading_engine");
        run(Command::new("g++")
            .args(["-std=c++20", "-Wno-attributes", "-I"])
            .arg(core.join("include"))
            .args([Path::new("-I"), &place])
            .arg(example.join("producer.cpp"))
            .arg(libraries.join("libmemglass.a"))
            .arg("-o")
            .arg(&program));
        program
    })
}

#[test]
fn an_engine_in_cpp_is_read_and_written_as_its_annotations_allow() {
    let world = World::new();
    let producer = world.start(engine(), "trading_engine");
    // It makes its objects one after the other.
    eventually("the last object is there", || {
        world
            .run(&["get", "trading_engine", "order_12345.symbol"])
            .code
            == Some(0)
    });
    let quote = world.data(&[
        "get",
        "trading_engine",
        "AAPL_position.last_quote.ask_price",
    ]);
    assert!(quote.trim().parse::<i64>().is_ok(), "{quote}");
    world.data(&["set", "trading_engine", "AAPL_position.quantity", "500"]);
    let eval = |line: &str| world.data(&["trading_engine", "-e", line]);
    assert_eq!(eval("AAPL_position.quantity").trim(), "500");
    eval("order_12345.status = \"FILLED\"");
    let order: serde_json::Value =
        serde_json::from_str(&world.data(&["get", "trading_engine", "order_12345", "--json"]))
            .unwrap();
    assert_eq!(order["status"], "FILLED");
    for (path, value, reason) in [
        ("AAPL_position.avg_price", "-1", "0..=10000000"),
        ("AAPL_position.symbol_id", "1", "read-only"),
        ("order_12345.quantity", "150", "100"),
        ("order_12345.symbol", "aapl", "[A-Z]{1,5}"),
        ("order_12345.side", "2", "BUY"),
    ] {
        world
            .run(&["set", "trading_engine", path, value])
            .failed(1, &[path, reason]);
    }
    assert!(producer.terminate());
}

#[test]
fn an_engine_in_cpp_is_watched_viewed_and_survived() {
    let world = World::new();
    let producer = world.start(engine(), "trading_engine");
    eventually("the last object is there", || {
        world
            .run(&["get", "trading_engine", "order_12345.symbol"])
            .code
            == Some(0)
    });
    let unicode = [("LANG", "C.UTF-8")];
    let mut terminal = Terminal::open_with(&world, &["trading_engine"], 120, 36, &unicode);
    terminal.ends_with("trading_engine>");
    terminal.line("AAPL_position.avg_price = 10_000_001");
    terminal.shows("allowed is 0..=10000000");
    terminal.line("AAPL_position.symbol_id = 1");
    terminal.shows("AAPL_position.symbol_id is read-only");
    terminal.line("watch(\"AAPL_position.quantity\", |c| print(`${c.old} -> ${c.now}`)); ()");
    terminal.line("when(\"AAPL_position.quantity > 400\").run(|| print(\"much\" + \" more\")); ()");
    terminal.line("AAPL_position.quantity = 500");
    terminal.shows("0 -> 500");
    terminal.shows("much more");
    terminal.line(":view");
    terminal.shows("━ Objects ");
    terminal.press("/AAPL_pos\r\r");
    terminal.shows("AAPL_position : Position");
    terminal.until("its quote is a value of now", |screen| {
        screen.contains("last_quote") && screen.contains("quantity") && screen.contains("500")
    });
    producer.kill();
    terminal.shows("crashed");
    terminal.press("q");
    terminal.until("the prompt", |screen| !screen.contains("Objects "));
    terminal.press(CTRL_C);
    terminal.line(":q");
    assert_eq!(terminal.wait(), 0);
}
