//! `memglass emit`

use super::support::World;

#[test]
fn the_types_of_a_session_are_written_in_three_languages() {
    let (world, _producer) = World::with_producer();
    let cpp = world.data(&["emit", "t1", "--lang", "c++"]);
    assert!(
        cpp.contains("struct [[memglass::observe]] Position {"),
        "{cpp}"
    );
    assert!(cpp.contains("  // @atomic"), "{cpp}");
    let c = world.data(&["t1", "emit", "--lang", "c"]);
    assert!(c.contains("} Position;"), "{c}");
    let rust = world.data(&["emit", "--lang", "rust"]);
    assert!(rust.contains("pub struct Position {"), "{rust}");
}

#[test]
fn types_of_a_session_that_is_not_there_are_not_written() {
    let world = World::new();
    world
        .run(&["emit", "t9", "--lang", "c"])
        .failed(3, &["no session \"t9\""]);
}

const SOURCE: &str = r#"
#include <stdint.h>
enum side { SELL = -1, BUY = 1 };
enum allowed { IOC = 1, FOK = 2, POST = 4 };
typedef struct { int16_t x, y; } point;
struct quote { int64_t bid, ask; unsigned live : 1, level : 7; int : 0; signed turn : 5; };
struct __attribute__((packed)) wire { char kind; int32_t length; };
struct order {
    uint64_t id;
    enum side side;
    enum allowed allowed;
    char symbol[8];
    struct quote last, history[2][3];
    union { int64_t number; double real; } value;
    union { float ratio; uint32_t bits; };
    struct { short low, high; };
    point corner;
    struct order *next;
    void (*call)(int);
    const char *text;
    long double wide;
    struct wire wire;
    _Bool is_open;
    int rest[];
};
struct order book;
"#;

/// Offset and size of the members of a type of a file, and of those in them.
fn members(world: &World, file: &str, name: &str) -> Vec<String> {
    let shown = world.data(&["types", file, name, "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let row = |row: &serde_json::Value| format!("{} {}", row["offset"], row["bytes"]);
    rows.as_array().unwrap().iter().map(row).collect()
}

#[test]
fn types_of_a_file_are_written_and_compile_to_the_same_places() {
    let world = World::new();
    let path = |name: &str| world.path().join(name).display().to_string();
    let compile = |compiler: &str, source: &str, object: &str| {
        let mut command = std::process::Command::new(compiler);
        command.args(["-g", "-c", "-Wno-attributes", source, "-o", object]);
        let output = command.output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
    };
    std::fs::write(path("a.c"), SOURCE).unwrap();
    compile("gcc", &path("a.c"), &path("a.o"));
    world.data(&["merge", "-o", &path("a.mgt"), &path("a.o")]);
    let c = world.data(&["emit", &path("a.mgt"), "--lang", "c"]);
    std::fs::write(path("b.c"), format!("{c}order book;\n")).unwrap();
    compile("gcc", &path("b.c"), &path("b.o"));
    for name in ["quote", "point"] {
        assert_eq!(
            members(&world, &path("a.o"), name),
            members(&world, &path("b.o"), name),
            "{name}: {c}"
        );
    }
    // Members of unions without names are bytes there.
    let (before, after) = (
        members(&world, &path("a.o"), "order"),
        members(&world, &path("b.o"), "order"),
    );
    assert!(after.len() >= 17, "{after:?}");
    let is_same = |place: &String| before.contains(place);
    assert!(after.iter().all(is_same), "{before:?}: {after:?}");
    let cpp = world.data(&["emit", &path("a.mgt"), "--lang", "c++"]);
    assert!(
        cpp.contains("enum class side : std::int32_t {\n    SELL = -1,"),
        "{cpp}"
    );
    assert!(cpp.contains("long double"), "{cpp}");
    std::fs::write(path("b.cpp"), format!("{cpp}order book;\n")).unwrap();
    compile("g++", &path("b.cpp"), &path("b2.o"));
    let rust = world.data(&["emit", &path("a.mgt"), "--lang", "rust"]);
    assert!(rust.contains("pub struct order {"), "{rust}");
}

#[test]
fn only_the_wanted_types_are_written_with_what_they_contain() {
    let (world, _producer) = World::with_producer();
    let only = |name: &str| world.data(&["emit", "t1", "--lang", "c", "--type", name]);
    let quote = only("Quote");
    assert!(
        quote.contains("} Quote;") && !quote.contains("} Order;"),
        "{quote}"
    );
    let position = only("Pos*");
    assert!(
        position.contains("} Position;") && position.contains("} Quote;"),
        "{position}"
    );
    world
        .run(&["emit", "t1", "--lang", "c", "--type", "Qoute"])
        .failed(1, &["no type \"Qoute\" here; did you mean \"Quote\"?"]);
}

/// The types of a source, written in a language.
fn emitted(world: &World, name: &str, source: &str, compiler: &[&str], language: &str) -> String {
    let path = |name: &str| world.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path(name), source).unwrap();
    let object = path("emitted.o");
    let made = std::process::Command::new(compiler[0])
        .args(&compiler[1..])
        .args([&path(name), "-o", &object])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{errors}");
    world.data(&["emit", &object, "--lang", language])
}

#[test]
fn only_arrays_of_char_are_text() {
    let world = World::new();
    let source = "#include <stdint.h>\ntypedef char name_t[4]; struct s { char sym[5]; name_t name; char names[2][3]; uint8_t mac[6]; \
        unsigned char raw[6]; signed char sc[4]; uint8_t grid[2][3]; } s;";
    let code = emitted(&world, "text.c", source, &["gcc", "-g", "-c"], "c");
    for line in [
        "char sym[5];",
        "char name[4];",
        "char names[2][3];",
        "uint8_t mac[6];",
        "uint8_t raw[6];",
        "int8_t sc[4];",
        "uint8_t grid[2][3];",
    ] {
        assert!(code.contains(&format!("    {line}\n")), "{line} in {code}");
    }
}

#[test]
fn an_enum_with_data_is_bytes_of_its_size_and_alignment() {
    let world = World::new();
    let source = "pub enum E { X, Y(u32), Z { q: u64, w: u8 } }\n\
        #[repr(C)] pub struct R { a: u8, b: Option<u32>, e: E }\n\
        #[no_mangle] pub fn of(it: &R) -> u8 { it.a }\n";
    let compiler = [
        "rustc",
        "-g",
        "--edition=2021",
        "--crate-type=lib",
        "--emit=obj",
    ];
    let code = emitted(&world, "data.rs", source, &compiler, "c++");
    let check = format!("{code}static_assert(sizeof(data::R) == 32 && alignof(data::R) == 8);\n");
    let file = world.path().join("data.cpp");
    std::fs::write(&file, check).unwrap();
    let made = std::process::Command::new("g++")
        .args(["-std=c++20", "-Wno-attributes", "-fsyntax-only"])
        .arg(&file)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{errors}\n{code}");
    assert!(code.contains("an enum with data"), "{code}");
    assert!(code.contains("std::uint8_t bytes[8];"), "{code}");
}
