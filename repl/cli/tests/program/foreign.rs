//! `memglass file`: the shared memory of a program that knows nothing of memglass.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::support::{World, eventually, signal};
use super::terminal::Terminal;

const SOURCE: &str = r#"
#include <stdint.h>
#include <stdio.h>
struct __attribute__((packed)) tick { uint8_t kind; uint32_t size; double price; };
struct header { char name[16]; uint64_t sequence; } header = { "spot", 7 };
struct tick ticks[3] = { { 1, 100, 1.5 }, { 2, 200, 2.5 }, { 0, 300, 3.5 } };
int main(int count, char **words) {
    FILE *file = fopen(words[1], "w");
    fwrite(&header, sizeof header, 1, file);
    fwrite(ticks, sizeof ticks, 1, file);
    return fclose(file);
}
"#;

const LAYOUT: &str = "0: header; 24: tick ticks[]";

/// A world with the file `ring` that the program `feed` left there; the arguments that make it a session.
fn world() -> (World, [String; 6]) {
    let world = World::new();
    let at = |name: &str| world.path().join(name).to_str().unwrap().to_owned();
    fs::write(at("feed.c"), SOURCE).unwrap();
    for command in [
        Command::new("gcc").args(["-g", "-o", &at("feed"), &at("feed.c")]),
        Command::new(at("feed")).arg(at("ring")),
    ] {
        assert!(command.status().unwrap().success());
    }
    let arguments = [
        "file",
        &at("ring"),
        "--types",
        &at("feed"),
        "--layout",
        LAYOUT,
    ]
    .map(str::to_owned);
    (world, arguments)
}

/// The arguments, with others behind.
fn with<'a>(arguments: &'a [String], behind: &[&'a str]) -> Vec<&'a str> {
    let all = arguments.iter().map(String::as_str);
    all.chain(behind.iter().copied()).collect()
}

#[test]
fn every_subcommand_works_on_a_file_of_another_program() {
    let (world, file) = world();
    let data = |behind: &[&str]| world.data(&with(&file, behind));
    assert_eq!(data(&["get", "header.sequence"]), "7\n");
    assert_eq!(
        data(&["--json", "get", "ticks[1]"]),
        data(&["get", "ticks[1]", "--json"])
    );
    let tick = data(&["get", "ticks[1]", "--json"]);
    assert!(
        tick.contains(r#""kind":2,"size":200,"price":2.5"#),
        "{tick}"
    );
    assert_eq!(
        data(&["-e", "ticks.sum(\"size\")", "-e", "header.name"]),
        "600\nspot\n"
    );
    let objects = data(&["objects", "--csv"]);
    assert!(objects.contains("ticks,tick,3,"), "{objects}");
    let layout = world.path().join("ring.layout");
    fs::write(&layout, "# the newest\n0x10: u64 newest\n").unwrap();
    let (ring, layout) = (file[1].as_str(), format!("@{}", layout.display()));
    assert_eq!(
        world.data(&["file", ring, "--layout", &layout, "-e", "newest"]),
        "7\n"
    );
}

#[test]
fn a_file_is_written_only_if_that_is_asked_for() {
    let (world, file) = world();
    let set = ["set", "ticks[2].size", "301"];
    world
        .run(&with(&file, &set))
        .failed(2, &["the file is only read; --write"]);
    let script = ["-e", "ticks[2].size = 301"];
    world.run(&with(&file, &script)).failed(1, &["read-only"]);
    assert_eq!(world.data(&with(&file, &["get", "ticks[2].size"])), "300\n");
    world.data(&with(&file, &["--write", "set", "ticks[2].size", "301"]));
    assert_eq!(world.data(&with(&file, &["get", "ticks[2].size"])), "301\n");
    let bytes = fs::read(&file[1]).unwrap();
    assert_eq!(bytes[24 + 26 + 1..][..4], 301_u32.to_ne_bytes());
}

const HOLDER: &str = r#"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
struct slot { void (*on_tick)(int); int *last; void *nothing; struct slot *next; };
static int prices[4];
void on_tick(int price) { prices[price & 3] = price; }
int main(int count, char **words) {
    int file = open(words[1], O_RDWR | O_CREAT, 0600);
    if (ftruncate(file, 4096)) return 1;
    struct slot *slot = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    *slot = (struct slot){ on_tick, &prices[2], words, slot + 1 };
    puts("ready");
    fflush(stdout);
    return getchar() == 0;
}
"#;

#[test]
fn addresses_are_named_as_they_are_in_the_process_that_has_the_file() {
    let world = World::new();
    let at = |name: &str| world.path().join(name).to_str().unwrap().to_owned();
    fs::write(at("holder.c"), HOLDER).unwrap();
    let gcc = Command::new("gcc")
        .args(["-g", "-Wl,--build-id", "-o", &at("holder"), &at("holder.c")])
        .status();
    assert!(gcc.unwrap().success());
    let mut holder = Command::new(at("holder"))
        .arg(at("slots"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(holder.stdout.take().unwrap())
        .read_line(&mut ready)
        .unwrap();
    let (slots, program) = (at("slots"), at("holder"));
    let file = [
        "file",
        &slots,
        "--types",
        &program,
        "--layout",
        "0: slot; 32: slot more[4]",
    ];
    let get = |path: &str| world.data(&[&file[..], &["get", path]].concat());
    assert!(
        get("slot.on_tick").ends_with(" &on_tick\n"),
        "{}",
        get("slot.on_tick")
    );
    assert!(
        get("slot.last").ends_with(" &prices+8\n"),
        "{}",
        get("slot.last")
    );
    assert!(
        !get("slot.nothing").contains('&'),
        "{}",
        get("slot.nothing")
    );
    let next = get("slot.next");
    assert!(next.ends_with(" &more[0]\n"), "{next}");
    // The view has room for the name alone, and for both where it says all of the selected field.
    let view = [&file[..], &["view"]].concat();
    let mut view = Terminal::open_with(&world, &view, 120, 36, &[("LANG", "C.UTF-8")]);
    view.press("j");
    view.shows("  &prices+8");
    view.press("\rj");
    view.shows(" &prices+8  *int,");
    view.press("q");
    assert_eq!(view.wait(), 0);
    // The names of another build would be wrong ones; what is in the file has the same places.
    let older = at("older");
    let source = format!("int before(void) {{ return 0; }}\n{HOLDER}");
    fs::write(at("older.c"), source).unwrap();
    let gcc = Command::new("gcc")
        .args(["-g", "-Wl,--build-id", "-o", &older, &at("older.c")])
        .status();
    assert!(gcc.unwrap().success());
    let file_of_older = file.map(|word| if word == program { &older } else { word });
    let get_of_older = |path| world.run(&[&file_of_older[..], &["get", path]].concat());
    let on_tick = get_of_older("slot.on_tick");
    assert!(!on_tick.data.contains('&'), "{}", on_tick.data);
    let told = "is of another build than the files of --types";
    assert!(on_tick.messages.contains(told), "{}", on_tick.messages);
    assert!(get_of_older("slot.next").data.ends_with(" &more[0]\n"));
    drop(holder.stdin.take());
    holder.wait().unwrap();
    // Without the process nobody knows where its program lay.
    assert!(get("slot.on_tick").starts_with("0x") && !get("slot.on_tick").contains('&'));
}

#[test]
fn mistakes_say_what_to_do() {
    let (world, file) = world();
    let missing = format!("{}.missing", file[1]);
    let ring = file[1].as_str();
    world
        .run(&[
            "file", ring, "--layout", "0: headr", "--types", &file[3], "objects",
        ])
        .failed(2, &["no type \"headr\"; did you mean \"header\"?"]);
    world
        .run(&["file", ring, "--layout", "0: u64[99]", "objects"])
        .failed(1, &["it ends at 0x318, and ", " has 0x3f bytes"]);
    world
        .run(&with(&file, &["gte", "header"]))
        .failed(2, &["did you mean `get`?"]);
    world
        .run(&with(&file, &["-e", "1", "objects"]))
        .failed(2, &["-e goes without a subcommand"]);
    world
        .run(&["file", &missing, "--layout", "0: u8", "objects"])
        .failed(1, &["missing cannot be read"]);
}

#[test]
fn a_file_that_is_only_read_is_written_by_nobody() {
    let (world, file) = world();
    let mut shows = world.command(&with(&file, &["watch", "header.sequence"]));
    let mut shows = shows.stdout(Stdio::null()).spawn().unwrap();
    eventually("the session", || {
        world.run(&["get", "ring", "header.sequence"]).data == "7\n"
    });
    let why = ["read-only copy of a file", "--write"];
    world
        .run(&["set", "ring", "header.sequence", "9"])
        .failed(1, &why);
    world
        .run(&["ring", "-e", "header.sequence = 9"])
        .failed(1, &why);
    world
        .run(&["ring", "-e", ":set header.sequence 9"])
        .failed(1, &why);
    assert_eq!(world.data(&["get", "ring", "header.sequence"]), "7\n");
    assert!(world.data(&["ls", "--csv"]).contains("copy of "));
    signal(shows.id(), Signal::TERM);
    shows.wait().unwrap();
}

/// What ends a program, and its exit code.
const ENDS: [(Signal, i32); 3] = [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)];

#[test]
fn a_session_of_one_process_goes_with_it_whatever_ends_it() {
    let (world, file) = world();
    let recording = world.path().join("run.mcap").to_str().unwrap().to_owned();
    world.data(&with(&file, &["record", "-o", &recording, "--for", "50ms"]));
    let script = world.script("wait.rhai", "sleep(60.s)");
    let endless = world.script("endless.rhai", "while true { }");
    let lines = [
        with(&file, &["top", "--for", "60s"]),
        with(&file, &["watch", "header.sequence"]),
        with(&file, &["run", &script]),
        with(&file, &["wait", "header.sequence == 1"]),
        // A replay that stands still lets no script sleep.
        vec![&recording, "run", &endless],
        vec!["play", &recording],
    ];
    for line in lines {
        for (end, code) in ENDS {
            let mut child = world.command(&line);
            let child = child.stdin(Stdio::null()).stdout(Stdio::null());
            let mut child = child.stderr(Stdio::null()).spawn().unwrap();
            eventually("the session", || {
                world.data(&["ls", "--csv"]).lines().count() == 2
            });
            // While it is still being made is another test's.
            thread::sleep(Duration::from_millis(200));
            signal(child.id(), end);
            assert_eq!(child.wait().unwrap().code(), Some(code), "{line:?}");
            let left = fs::read_dir(world.sessions()).unwrap();
            let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
            assert!(left.is_empty(), "{end:?} leaves {left:?} of {line:?}");
        }
    }
    // So it is when its time is over.
    let over = [
        &["--timeout", "100ms"][..],
        &with(&file, &["run", &endless]),
    ]
    .concat();
    world.run(&over).failed(124, &["timed out"]);
    assert_eq!(fs::read_dir(world.sessions()).unwrap().count(), 0);
}

#[test]
fn a_signal_while_a_session_is_made_ends_it_and_leaves_nothing() {
    let (world, file) = world();
    let script = world.script("wait.rhai", "sleep(60.s)");
    let lines = [
        with(&file, &["watch", "header.sequence"]),
        with(&file, &["run", &script]),
    ];
    let left = || {
        let left = fs::read_dir(world.sessions()).unwrap();
        left.map(|entry| entry.unwrap().file_name())
            .collect::<Vec<_>>()
    };
    for run in 0..60 {
        let line = &lines[run % 2];
        let (end, code) = ENDS[run % 3];
        let mut child = world.command(line);
        let child = child.stdin(Stdio::null()).stdout(Stdio::null());
        let mut child = child.stderr(Stdio::null()).spawn().unwrap();
        let start = Instant::now();
        while left().is_empty() {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "no session of {line:?}"
            );
        }
        thread::sleep(Duration::from_micros(run as u64 * 100));
        signal(child.id(), end);
        let start = Instant::now();
        let ended = loop {
            match child.try_wait().unwrap() {
                None if start.elapsed() > Duration::from_secs(20) => {
                    child.kill().unwrap();
                    panic!("run {run}: {end:?} is lost on {line:?}");
                }
                None => thread::sleep(Duration::from_millis(1)),
                Some(ended) => break ended,
            }
        };
        assert_eq!(ended.code(), Some(code), "run {run}: {line:?}");
        assert!(
            left().is_empty(),
            "run {run}: {end:?} leaves {:?} of {line:?}",
            left()
        );
    }
}
