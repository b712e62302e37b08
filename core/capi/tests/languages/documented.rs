//! What `docs/cpp.md` shows, compiled and run as it stands there.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::compile::{libraries, package, present, run};
use crate::installed::{install, started};

const PAGE: &str = include_str!("../../../../docs/cpp.md");

/// The snippets of one language, without the one line that names their file.
fn snippets(language: &str) -> Vec<&'static str> {
    let mut fences = PAGE.split("\n```");
    fences.next();
    let pairs: Vec<&str> = fences.collect();
    let opened = pairs.chunks(2).map(|pair| pair[0]);
    opened
        .filter_map(|snippet| snippet.strip_prefix(language)?.strip_prefix('\n'))
        .collect()
}

/// The only snippet in C++ that begins like this.
fn snippet(start: &str) -> &'static str {
    let mut found = snippets("cpp").into_iter();
    let found = found.find(|snippet| snippet.starts_with(start));
    found.unwrap_or_else(|| panic!("no snippet begins with {start:?}"))
}

/// A directory with the files of the page, and what `make install PREFIX=$HOME/memglass` makes, if it is the home.
struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        install(&desk.path("memglass"));
        for name in ["trading.hpp", "producer.cpp", "observer.cpp", "market.hpp"] {
            desk.write(name, snippet(&format!("// {name}\n")));
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// A command that finds what is installed, in this directory.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.0.path())
            .env("HOME", self.0.path())
            .env("MEMGLASS_DIR", self.0.path())
            .env("LD_LIBRARY_PATH", self.path("memglass/lib"));
        command
    }

    fn shell(&self, script: &str) -> String {
        let installed = "PATH=$HOME/memglass/bin:$PATH\n";
        run(self
            .command("sh")
            .arg("-euc")
            .arg(installed.to_owned() + script))
    }

    /// Compiles a source of this directory without a warning.
    fn compile(&self, source: &str) -> PathBuf {
        let program = self.path(source.trim_end_matches(".cpp"));
        run(present("g++")
            .args(["-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror"])
            .arg("-Wno-attributes")
            .arg("-I")
            .arg(package().join("../include"))
            .arg(self.path(source))
            .arg(libraries().join("libmemglass.a"))
            .arg("-o")
            .arg(&program));
        program
    }
}

#[test]
fn every_snippet_of_the_page_is_of_a_kind_that_a_test_runs() {
    let kinds = [
        "// trading.hpp\n",
        "// producer.cpp\n",
        "// observer.cpp\n",
        "memglass::Sampler",
        "// market.hpp\n",
        "// message.hpp\n",
        "struct Position_Storage {",
        "template <> struct memglass::Descriptor<Quote>",
        "template <> struct memglass::Descriptor<Side>",
        "namespace memglass::generated {",
    ];
    for snippet in snippets("cpp") {
        let is_run = kinds.iter().any(|kind| snippet.starts_with(kind));
        assert!(is_run, "no test runs this:\n{snippet}");
    }
    assert_eq!(snippets("cpp").len(), kinds.len());
    assert_eq!((snippets("sh").len(), snippets("cmake").len()), (4, 1));
    let all = PAGE.matches("\n```").count() / 2;
    assert_eq!(all, kinds.len() + 4 + 1 + snippets("text").len());
}

#[test]
fn the_producer_of_the_page_builds_in_both_ways_and_runs() {
    let desk = Desk::new();
    assert!(snippets("sh")[0].starts_with("make install PREFIX=$HOME/memglass "));
    desk.shell(snippets("sh")[1]);
    run(&mut desk.command(desk.path("producer")));
    let head = "cmake_minimum_required(VERSION 3.20)\nproject(page LANGUAGES CXX)\nset(CMAKE_CXX_STANDARD 20)\n";
    desk.write("CMakeLists.txt", &(head.to_owned() + snippets("cmake")[0]));
    let prefix = desk.path("memglass");
    run(present("cmake")
        .current_dir(desk.path("."))
        .args(["-S", ".", "-B", "build"])
        .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())));
    run(present("cmake").arg("--build").arg(desk.path("build")));
    run(&mut desk.command(desk.path("build/trading_engine")));
}

#[test]
fn the_observer_of_the_page_reads_and_writes_its_producer() {
    let desk = Desk::new();
    desk.shell(snippets("sh")[2]);
    // The same producer, but it stays.
    let stays = "std::puts(\"ready\"); std::fflush(stdout); std::getchar(); memglass::shutdown();";
    let producer = snippet("// producer.cpp\n").replace("memglass::shutdown();", stays);
    desk.write("stays.cpp", &format!("#include <cstdio>\n{producer}"));
    let [producer, observer] = ["stays.cpp", "observer.cpp"].map(|source| desk.compile(source));
    let mut producer = started(&producer, desk.0.path());
    assert_eq!(
        run(&mut desk.command(&observer)),
        "AAPL_position [Position]\n510 at 15020, ask 15025\n\
         {bid_price: 15020, ask_price: 15030, bid_size: 200, ask_size: 200}\n"
    );
    let sampling = snippet("memglass::Sampler");
    let program = format!(
        "#include <memglass/observer.hpp>\n#include <iostream>\nint main() {{\n\
         memglass::Observer observer(\"trading_engine\");\nobserver.attach();\n{sampling}}}\n"
    );
    desk.write("samples.cpp", &program);
    let samples = desk.compile("samples.cpp");
    run(&mut desk.command(samples));
    producer.stdin.take().unwrap().write_all(b"x").unwrap();
    assert!(producer.wait().unwrap().success());
}

#[test]
fn the_shell_lines_of_the_page_do_what_it_says() {
    let desk = Desk::new();
    desk.write(
        "requests.toml",
        "[[requests]]\nop = \"annotate\"\ntarget = { path = \"Quote::bid_size\" }\ncode = \"@unit(\\\"lots\\\")\"\n",
    );
    let scanned = desk.shell(snippets("sh")[3]);
    assert!(scanned.contains("Position"), "{scanned}");
    let header = fs::read_to_string(desk.path("trading.hpp")).unwrap();
    let annotated = "symbol_id;  // @readonly @desc(\"index of the symbol\")\n";
    assert!(header.contains(annotated), "{header}");
    assert!(!header.contains("lots"), "that was a dry run: {header}");
}

#[test]
fn a_refusal_looks_as_on_the_page() {
    let desk = Desk::new();
    let head = "#pragma once\n#include <string>\n\n\n\n\n\n\n\n\n";
    let body = "struct [[memglass::observe]] Order {\n    std::string name;\n};\n";
    desk.write("trading.hpp", &format!("{head}{body}"));
    let mut generator = desk.command(desk.path("memglass/bin/memglass-gen"));
    let refused = generator.arg("trading.hpp").output().unwrap();
    let shown = String::from_utf8(refused.stderr).unwrap();
    let expected = snippets("text").into_iter();
    let mut expected = expected.filter(|text| text.starts_with("trading.hpp:12:17"));
    assert!(shown.contains(expected.next().unwrap()), "{shown}");
}

/// What a program writes that describes `Position`.
fn described(desk: &Desk, name: &str, header: &str) -> String {
    let main = "\n#include <iostream>\nint main() {\n    memglass::Schema schema;\n    \
                memglass::storage_type<Position_Storage>(schema);\n    std::cout << schema.encode();\n}\n";
    let source = format!("{name}.cpp");
    desk.write(&source, &format!("{header}{main}"));
    let output = Command::new(desk.compile(&source)).output().unwrap();
    assert!(output.status.success());
    output
        .stdout
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn generated_code_is_as_the_page_shows_it() {
    let desk = Desk::new();
    let by_hand = [
        "#include \"market.hpp\"\n#include <memglass/memglass.hpp>\n#include <cstddef>\n",
        snippet("template <> struct memglass::Descriptor<Quote>"),
        snippet("struct Position_Storage {"),
        snippet("template <> struct memglass::Descriptor<Side>"),
        snippet("namespace memglass::generated {"),
    ];
    desk.shell("memglass-gen market.hpp -o market_generated.hpp");
    let generated = described(&desk, "generated", "#include \"market_generated.hpp\"\n");
    assert_eq!(described(&desk, "by_hand", &by_hand.join("\n")), generated);
    let text = fs::read_to_string(desk.path("market_generated.hpp")).unwrap();
    let name = |text: &str| {
        let at = text.find("types_").unwrap();
        text[at..at + "types_".len() + 16].to_owned()
    };
    assert_eq!(
        name(snippet("namespace memglass::generated {")),
        name(&text)
    );
}

#[test]
fn the_packed_struct_of_the_page_is_generated_as_one_record() {
    let desk = Desk::new();
    desk.write("message.hpp", snippet("// message.hpp\n"));
    desk.shell("memglass-gen message.hpp -o message_generated.hpp");
    let source = "#include \"message_generated.hpp\"\n#include <cstdio>\nint main() {\n    memglass::Schema schema;\n    \
        auto type = memglass::value_type<Message>(schema);\n    std::puts(schema.describe(type).c_str());\n}\n";
    desk.write("message.cpp", source);
    let described = run(&mut desk.command(desk.compile("message.cpp")));
    for part in ["match (parent.kind)", "Order orders[count];"] {
        assert!(described.contains(part), "{described}");
    }
}

/// The page's tables name tests that there are.
#[test]
fn every_row_of_the_table_of_names_has_a_test() {
    let start = PAGE.find("| call | here | test |").unwrap();
    let rows = PAGE[start..].lines().skip(2);
    let sources = ["checks.cpp", "installed.rs", "games.rs"]
        .map(|name| fs::read_to_string(package().join("tests/languages").join(name)).unwrap())
        .concat();
    let mut count = 0;
    for row in rows.take_while(|line| line.starts_with('|')) {
        let test = row.trim_end_matches(" |").rsplit("| ").next().unwrap();
        let Some(name) = test.split('`').nth(1) else {
            assert!(row.contains("there is no way"), "{row}");
            continue;
        };
        let is_file = package().join("../..").join(name).is_file() || name == "games.rs";
        assert!(is_file || sources.contains(&format!("{name}(")), "{row}");
        count += 1;
    }
    assert!(count >= 18, "{count} rows");
    assert!(Path::new(&package().join("tests/languages/games.rs")).is_file());
}
