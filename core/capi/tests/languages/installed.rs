//! What `make install` installs, used as its users do: CMake, pkg-config, the compiler alone.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use memglass::{Observer, Value};

use crate::compile::{libraries, package, present, run};
use crate::games::check_game;

/// Starts a program and waits for its first line.
pub(crate) fn started(program: &Path, dir: &Path) -> Child {
    let mut process = Command::new(program)
        .env("MEMGLASS_DIR", dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_ne!(line, "", "it has started");
    process
}

/// Installs into a directory.
pub(crate) fn install(prefix: &Path) {
    run(Command::new("sh")
        .arg(package().join("../cmake/install.sh"))
        .args([libraries(), prefix]));
}

#[test]
fn the_examples_build_in_a_clean_directory_and_work() {
    let place = tempfile::tempdir().unwrap();
    let (prefix, build) = (place.path().join("prefix"), place.path().join("build"));
    install(&prefix);
    run(present("cmake")
        .arg("-S")
        .arg(package().join("../../examples/cpp"))
        .arg("-B")
        .arg(&build)
        .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()))
        .arg("-DCMAKE_CXX_FLAGS=-Werror"));
    let build_all = || {
        run(present("cmake")
            .arg("--build")
            .arg(&build)
            .args(["-j", "2"]))
    };
    build_all();
    assert!(!build_all().contains("Building"), "nothing is made twice");

    let dir = tempfile::tempdir().unwrap();
    let cli = |arguments: &[&str]| {
        let mut command = Command::new(build.join("observer_cli"));
        command.args(arguments).env("MEMGLASS_DIR", dir.path());
        command
    };
    let mut minimal = started(&build.join("minimal"), dir.path());
    assert_eq!(
        run(&mut cli(&["minimal"])),
        "robot [Robot] {id: 7, position: {x: 100, y: 200}}\n"
    );
    assert_eq!(
        run(&mut cli(&["minimal", "robot.position.y", "-5"])),
        "-5\n"
    );
    let refused = cli(&["minimal", "robot.id", "8"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(refused.stderr).unwrap(),
        "observer_cli: robot.id is read-only\n"
    );
    minimal.stdin.take().unwrap().write_all(b"x").unwrap();
    assert!(minimal.wait().unwrap().success());

    let mut engine = started(&build.join("trading_engine"), dir.path());
    check_engine(dir.path());
    let listing = run(&mut cli(&["trading_engine"]));
    assert!(
        listing.contains("AAPL_position [Position] {symbol_id: 0, quantity: 500"),
        "{listing}"
    );
    let refused = cli(&["trading_engine", "AAPL_position.avg_price", "-1"])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("allowed is 0..=10000000"));
    end(&mut engine);

    let mut game = started(&build.join("game"), dir.path());
    check_game(dir.path());
    end(&mut game);
    let mut securities = started(&build.join("securities"), dir.path());
    check_securities(&build, dir.path());
    end(&mut securities);
    let leftovers = fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(leftovers, 0, "a session that ended leaves nothing");
}

/// Asks a program to end, as Ctrl-C does.
fn end(program: &mut Child) {
    run(Command::new("kill").arg(program.id().to_string()));
    assert!(program.wait().unwrap().success(), "it ends by itself");
}

/// The monitor shows nested values of the securities.
fn check_securities(build: &Path, dir: &Path) {
    let mut monitor = Command::new(build.join("security_monitor"));
    let shown = run(monitor.arg("1").env("MEMGLASS_DIR", dir));
    assert!(
        shown.contains("Security (") && shown.contains("  quote: Quote at 0"),
        "{shown}"
    );
    let row = |symbol: &str| -> Vec<i64> {
        let mut lines = shown.lines().map(str::split_whitespace);
        let mut words = lines.find_map(|mut words| (words.next() == Some(symbol)).then_some(words));
        let words = words
            .as_mut()
            .unwrap_or_else(|| panic!("{symbol}: {shown}"));
        words.map(|word| word.parse().unwrap()).collect()
    };
    for symbol in ["AAPL", "MSFT", "GOOG", "AMZN", "META"] {
        let row = row(symbol);
        assert!(row.len() == 4 && row[0] >= 1000, "{symbol}: {shown}");
    }
}

/// Reads and writes the C++ engine from Rust.
fn check_engine(dir: &Path) {
    let observer = Observer::builder().dir(dir).writable();
    let observer = observer.attach("trading_engine").unwrap();
    assert_eq!(observer.object_count(), 11);
    let field = |path: &str| observer.field(path).unwrap();
    field("AAPL_position.quantity")
        .write(&Value::I64(500))
        .unwrap();
    let side = field("order_12345.side").read().unwrap();
    assert_eq!(side.as_str(), Some("BUY"));
    let ask = field("AAPL_position.last_quote.ask_price").sequence();
    assert!(ask.is_some(), "a quote is guarded");
    assert!(
        field("order_12345.symbol")
            .write(&Value::Text("aapl".into()))
            .is_err()
    );
    assert!(
        field("order_12345.filled_qty")
            .write(&Value::U64(1))
            .is_err()
    );
}

#[test]
fn the_compiler_alone_needs_two_flags_and_pkg_config_knows_them() {
    let place = tempfile::tempdir().unwrap();
    let prefix = place.path().join("prefix");
    install(&prefix);
    let flags = run(present("pkg-config")
        .args(["--cflags", "--libs", "memglass"])
        .env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")));
    let program = place.path().join("minimal");
    run(present("gcc")
        .arg(package().join("../../examples/c/minimal/main.c"))
        .args(flags.split_whitespace())
        .arg(format!("-Wl,-rpath,{}", prefix.join("lib").display()))
        .arg("-o")
        .arg(&program));
    let mut minimal = started(&program, place.path());
    drop(minimal.stdin.take());
    assert!(minimal.wait().unwrap().success());
}
