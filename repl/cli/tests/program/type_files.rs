//! `memglass types`, `holes`, `uses`, `functions`, `diff` and `merge`, on programs of the machine's compiler.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use memglass::Session;

use super::support::World;

const SOURCE: &str = r"
#include <stdint.h>
enum side { BUY = 1, SELL = -1 };
struct quote { char live; int64_t bid, ask; uint32_t flags : 3, size : 20; };
struct book { struct quote quotes[4]; struct book *next; enum side side; };
int on_quote(struct book *book, const struct quote *quote) { return book->side + quote->live; }
struct book book;
int main(void) { return on_quote(&book, &book.quotes[0]); }
";

/// A world with the program `./app`, compiled of `source` with debug information.
fn with_program(world: &World, name: &str, source: &str) -> String {
    let (file, out) = (
        world.path().join(format!("{name}.c")),
        world.path().join(name),
    );
    fs::write(&file, source).unwrap();
    let gcc = Command::new("gcc")
        .args(["-g", "-w", "-o"])
        .arg(&out)
        .arg(&file)
        .output()
        .unwrap();
    assert!(
        gcc.status.success(),
        "{}",
        String::from_utf8_lossy(&gcc.stderr)
    );
    out.to_str().unwrap().to_owned()
}

#[test]
fn a_type_of_a_program_is_shown_with_the_offsets_of_the_compiler() {
    let world = World::new();
    let app = with_program(&world, "app", SOURCE);
    let rows = world.data(&["types", &app, "quote", "--csv"]);
    let expected = "offset,bytes,name,type,note\n0,1,live,char,\n8,8,bid,int64_t,\n16,8,ask,int64_t,\n\
        24,,flags,uint32_t,3 bits from bit 0\n24,,size,uint32_t,20 bits from bit 3\n";
    assert_eq!(rows, expected);
    let values = world.data(&["types", &app, "enum side", "--csv"]);
    assert_eq!(values, "name,value\nBUY,1\nSELL,-1\n");
    let code = world.data(&["types", &app, "struct book", "--format", "c"]);
    assert!(
        code.starts_with("struct book {\n    struct quote quotes[4];"),
        "{code}"
    );
    let list = world.data(&["types", &app, "*o*", "--csv"]);
    assert!(list.contains("book,struct,144,3,"), "{list}");
    assert!(list.contains("quote,struct,32,5,"), "{list}");
}

#[test]
fn holes_are_shown_between_the_members_and_as_numbers() {
    let world = World::new();
    let app = with_program(&world, "app", SOURCE);
    let text = world.data(&["holes", &app, "quote"]);
    assert!(text.contains("/* hole of 7 bytes */"), "{text}");
    assert!(text.ends_with("/* 32 bytes, 5 members, 1 cache line, 1 hole of 7 bytes together, 41 bits of padding */\n"), "{text}");
    let json = world.data(&["holes", &app, "quote", "--json"]);
    assert!(
        json.contains("\"holes\":[{\"offset_bits\":8,\"bits\":56}]"),
        "{json}"
    );
    let ranking = world.data(&["holes", &app, "--csv"]);
    assert_eq!(
        ranking.lines().next().unwrap(),
        "type,bytes,unused,holes,hole bytes,padding,cache lines"
    );
    assert!(ranking.contains("quote,32,12,1,7,5,1"), "{ranking}");
    let lines = world.data(&["holes", &app, "book"]);
    assert!(lines.contains("-- cache line 2 (128 bytes) --"), "{lines}");
    world
        .run(&["holes", &app, "side"])
        .failed(1, &["is no struct, class or union"]);
}

#[test]
fn uses_and_functions_lead_from_a_type_to_the_code() {
    let world = World::new();
    let app = with_program(&world, "app", SOURCE);
    let uses = world.data(&["uses", &app, "quote", "--csv"]);
    assert!(
        uses.contains("struct,book,quotes,struct quote[4],by value\n"),
        "{uses}"
    );
    assert!(
        uses.contains("function,on_quote,quote,const struct quote *,by address\n"),
        "{uses}"
    );
    let functions = world.data(&["functions", &app, "on_*", "--csv"]);
    let row = functions.lines().nth(1).unwrap();
    assert!(row.starts_with("on_quote,extern,0x"), "{row}");
    assert!(
        row.contains("\"int (struct book *, const struct quote *)\""),
        "{row}"
    );
}

#[test]
fn a_merged_file_answers_as_its_programs_do() {
    let world = World::new();
    let app = with_program(&world, "app", SOURCE);
    let other = with_program(
        &world,
        "other",
        "struct lamp { int on; } lamp; int main(void) { return lamp.on; }",
    );
    let file = world.path().join("both.mgt");
    let file = file.to_str().unwrap();
    world.data(&["merge", "-o", file, &app, &other]);
    // Like the file of any other program, and not for its owner alone.
    let made = fs::metadata(&app).unwrap().permissions().mode() & 0o666;
    assert_eq!(
        fs::metadata(file).unwrap().permissions().mode() & 0o666,
        made
    );
    for name in ["quote", "book"] {
        let of = |source: &str| world.data(&["types", source, name, "--json"]);
        assert_eq!(of(file), of(&app));
    }
    assert_eq!(
        world.data(&["types", file, "lamp", "--csv"]),
        "offset,bytes,name,type,note\n0,4,on,int,\n"
    );
    let size = fs::metadata(file).unwrap().len();
    world.data(&["merge", "--output", file, file, &app]);
    assert_eq!(
        fs::metadata(file).unwrap().len(),
        size,
        "the same types add nothing"
    );
}

#[test]
fn a_diff_says_what_broke_by_its_exit_code() {
    let world = World::new();
    let old = with_program(&world, "old", SOURCE);
    let added = SOURCE
        .replace("char live;", "char live; char venue;")
        .replace("SELL = -1", "SELL = -1, BOTH = 2");
    let added = with_program(&world, "added", &added);
    let broken = with_program(
        &world,
        "broken",
        &SOURCE.replace("int64_t bid, ask;", "int64_t ask, bid;"),
    );
    assert_eq!(
        world.data(&["diff", &old, &old, "--csv"]),
        "kind,name,change,compatible\n"
    );
    let compatible = world.data(&["diff", &old, &added, "--csv"]);
    assert!(
        compatible.contains("struct,quote,\"member venue is new, char at 1\",yes\n"),
        "{compatible}"
    );
    assert!(
        compatible.contains("enum,side,\"BOTH is new, 2\",yes\n"),
        "{compatible}"
    );
    let ran = world.run(&["diff", &old, &broken, "--csv"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.data
            .contains("\"member bid was int64_t at 8, is int64_t at 16\",no"),
        "{}",
        ran.data
    );
}

#[test]
fn a_header_is_asked_like_the_program_that_includes_it() {
    let world = World::new();
    let app = with_program(&world, "app", SOURCE);
    let header = world.path().join("app.h");
    fs::write(&header, SOURCE).unwrap();
    let header = header.to_str().unwrap();
    if world
        .run(&["types", header])
        .messages
        .contains("libclang is not found")
    {
        return;
    }
    for command in [
        &["types", "quote", "--csv"][..],
        &["holes", "book", "--json"],
    ] {
        let of = |file: &str| world.data(&[command[0], file, command[1], command[2]]);
        assert_eq!(of(header), of(&app));
    }
    let functions = world.data(&["functions", header, "on_*", "--csv"]);
    assert!(functions.contains("on_quote,extern,"), "{functions}");
    let ran = world.run(&["diff", "--layout", header, &app, "--csv"]);
    assert_eq!(
        (ran.code, ran.data.as_str()),
        (Some(0), "kind,type,member,first,second\n")
    );
    assert!(
        ran.messages.contains("3 types are in both"),
        "{}",
        ran.messages
    );
    let moved = world.path().join("moved.h");
    fs::write(
        &moved,
        SOURCE.replace("int64_t bid, ask;", "int64_t ask, bid;"),
    )
    .unwrap();
    let ran = world.run(&["diff", "--layout", moved.to_str().unwrap(), &app, "--csv"]);
    let rows = "struct,quote,ask,i64 at 8,i64 at 16\nstruct,quote,bid,i64 at 16,i64 at 8\n";
    assert!(ran.code == Some(1) && ran.data.ends_with(rows), "{ran:?}");
    fs::write(&moved, "struct quote {\n    price bid;\n};\n").unwrap();
    world
        .run(&["types", moved.to_str().unwrap()])
        .failed(1, &["moved.h:2:5: error: unknown type name 'price'"]);
    fs::write(&moved, "struct another {\n    int a;\n};\n").unwrap();
    world
        .run(&["diff", "--layout", moved.to_str().unwrap(), &app])
        .failed(2, &["no type is in both", "moved.h"]);
    world
        .run(&["diff", "--layout", header])
        .failed(2, &["--layout compares types"]);
}

/// The structs of a session's types in the languages that `emit` writes, and what their compilers say of them.
#[test]
fn compilers_of_three_languages_lay_the_types_of_a_session_out_as_the_header_says() {
    let (world, _producer) = World::with_producer();
    let path = |name: &str| world.path().join(name).to_str().unwrap().to_owned();
    // Rust puts the types of a crate into a namespace.
    let cpp = world.data(&["emit", "t1", "--lang", "c++"]);
    let header = path("types.hpp");
    let code = cpp.replacen(
        "#include <cstdint>\n",
        "#include <cstdint>\nnamespace types {\n",
        1,
    );
    fs::write(&header, format!("{code}}}\n")).unwrap();
    if world
        .run(&["types", &header])
        .messages
        .contains("libclang is not found")
    {
        return;
    }
    let names = ["Quote", "Level", "Book", "Order"];
    let uses = |name: &&str| format!("types::{name} a_{name};\n");
    let source: String = names.iter().map(uses).collect();
    fs::write(
        path("types.cpp"),
        format!("#include \"types.hpp\"\n{source}"),
    )
    .unwrap();
    let rust = world.data(&["emit", "t1", "--lang", "rust"]);
    let is_plain = |line: &&str| {
        !line.contains("observe(") && !line.contains("#[derive") && !line.contains("use memglass")
    };
    let rust: Vec<&str> = rust.lines().filter(is_plain).collect();
    let uses = |name: &&str| {
        format!(
            "pub fn of_{name}(it: &{name}) -> u8 {{ unsafe {{ *(it as *const {name}).cast() }} }}\n"
        )
    };
    let uses: String = names.iter().map(uses).collect();
    let support = r#"#![crate_type = "lib"]
        pub mod memglass {
            pub type Text<const N: usize> = [u8; N];
            pub mod bitflags {
                macro_rules! bitflags { ($(#[$meta:meta])* pub struct $name:ident: $int:ty { $($values:tt)* }) => { pub type $name = $int; }; }
                pub(crate) use bitflags;
            }
        }
    "#;
    let rust = format!("{support}{}\n{uses}", rust.join("\n"));
    fs::write(path("types.rs"), rust).unwrap();
    for (compiler, source, object) in [
        (&["g++", "-g", "-c", "-w", "-o"][..], "types.cpp", "gcc.o"),
        (&["clang++", "-g", "-c", "-w", "-o"], "types.cpp", "clang.o"),
        (
            &["rustc", "-g", "--edition=2021", "--emit=obj", "-o"],
            "types.rs",
            "rust.o",
        ),
    ] {
        let object = path(object);
        let mut command = Command::new(compiler[0]);
        command.args(&compiler[1..]).args([&object, &path(source)]);
        let Ok(made) = command.output() else {
            continue;
        };
        let said = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "{compiler:?}: {said}");
        let ran = world.run(&["diff", "--layout", &header, &object, "--csv"]);
        assert_eq!(ran.data, "kind,type,member,first,second\n", "{compiler:?}");
        let number = ran
            .messages
            .split_whitespace()
            .find_map(|word| word.parse().ok());
        assert!(
            number.is_some_and(|number: usize| number >= 4),
            "{compiler:?}: {}",
            ran.messages
        );
    }
}

#[test]
fn a_session_is_asked_like_a_file() {
    let (world, _producer) = World::with_producer();
    let code = world.data(&["types", "t1", "Quote", "--format", "c"]);
    assert!(code.starts_with("struct Quote {\n"), "{code}");
    let uses = world.data(&["uses", "t1", "Quote", "--csv"]);
    assert!(uses.starts_with("kind,user,part,type,how\n"), "{uses}");
    let guarded = "struct,Position,last_quote,seqlock<Quote>,by value\n";
    assert!(uses.contains(guarded), "{uses}");
    let file = world.path().join("session.mgt");
    let file = file.to_str().unwrap();
    world.data(&["merge", "-o", file, "t1"]);
    assert_eq!(world.data(&["uses", file, "Quote", "--csv"]), uses);
    let code = world.data(&["emit", file, "--lang", "c++", "--type", "Position"]);
    assert!(code.contains("Quote last_quote;  // @seqlock"), "{code}");
    assert!(code.contains("// @atomic"), "{code}");
    assert_eq!(
        world.data(&["holes", file, "Position", "--json"]),
        world.data(&["holes", "t1", "Position", "--json"])
    );
    assert_eq!(
        world.data(&["diff", "t1", file, "--csv"]),
        "kind,name,change,compatible\n"
    );
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let world = World::new();
    let app = with_program(&world, "app", SOURCE);
    world
        .run(&["types", &app, "quota"])
        .failed(1, &["no type \"quota\"", "did you mean \"quote\"?"]);
    world
        .run(&["types", "./absent"])
        .failed(1, &["./absent cannot be read", "No such file"]);
    world
        .run(&["holes", "absent.mgt"])
        .failed(1, &["absent.mgt cannot be read"]);
    let text = world.path().join("text.mgt");
    fs::write(&text, "hello").unwrap();
    world
        .run(&["types", text.to_str().unwrap()])
        .failed(1, &["neither a file of types nor a program"]);
    world
        .run(&["ls", "--format", "c"])
        .failed(2, &["--format c is for `types`"]);
    world
        .run(&["merge", "-o", "/nowhere/x.mgt", &app])
        .failed(1, &["/nowhere/x.mgt cannot be written"]);
    world
        .run(&["diff", &app])
        .failed(2, &["it is no recording; of files with types name two"]);
    let mut recording = fs::File::create(world.path().join("run.mcap")).unwrap();
    std::io::Write::write_all(&mut recording, b"\x89MCAP0\r\n").unwrap();
    let recording = world.path().join("run.mcap");
    world
        .run(&["diff", &app, recording.to_str().unwrap()])
        .failed(
            2,
            &["has no values: it is no recording", "`memglass types diff"],
        );
    for (no_file, what) in [
        ("/dev/null", "it is a device"),
        ("/tmp", "it is a directory"),
    ] {
        let expected = [no_file, "has no values", what];
        world
            .run(&["diff", no_file, recording.to_str().unwrap()])
            .failed(2, &expected);
        world.run(&["diff", no_file]).failed(2, &expected);
    }
    let absent = ["there is no file /absent.mgt"];
    world.run(&["diff", "/absent.mgt"]).failed(2, &absent);
    let no_types = text.to_str().unwrap();
    world
        .run(&["diff", no_types, recording.to_str().unwrap()])
        .failed(2, &["has no values: it is no recording"]);
    for words in [&["types", "diff", &app][..], &["types", "diff"]] {
        let ran = world.run(words);
        ran.failed(2, &["`types diff OLD NEW` compares two"]);
    }
}

#[test]
fn a_type_in_a_namespace_is_found_without_it_if_no_other_is_called_so() {
    let world = World::new();
    let at = |name: &str| world.path().join(name).to_str().unwrap().to_owned();
    let source = "namespace a { enum Side { Buy }; struct Book { long price; Side side; }; } \
        namespace b { enum Side { Sell }; Side side; } a::Book book; int main() { return 0; }";
    fs::write(at("app.cpp"), source).unwrap();
    let mut compiler = Command::new("g++");
    let made = compiler.args(["-g", "-o", &at("app"), &at("app.cpp")]);
    assert!(made.status().unwrap().success());
    let app = at("app");
    for question in ["types", "holes"] {
        let ask = |name: &str| world.data(&[question, &app, name]);
        assert_eq!(ask("Book"), ask("a::Book"));
        assert_eq!(ask("struct Book"), ask("a::Book"));
    }
    let users = world.data(&["uses", &app, "a::Side", "--csv"]);
    assert!(users.contains("a::Book"), "{users}");
    world.run(&["uses", &app, "Side"]).failed(
        1,
        &["no type \"Side\" here; did you mean \"a::Side\" or \"b::Side\"?"],
    );
}

#[test]
fn a_packed_record_is_its_room_in_c_below_the_text_that_says_what_is_in_it() {
    let world = World::new();
    let session = Session::builder("t1")
        .dir(world.sessions())
        .create()
        .unwrap();
    session
        .define("struct msg { u8 n; be u16 data[n]; };")
        .unwrap();
    let _packet = session.buffer("packet", "msg", 60).unwrap();
    let code = world.data(&["types", "t1", "msg", "--format", "c"]);
    assert!(
        code.starts_with("// struct msg {\n//     u8 n;  // [layout]\n//     be u16 data[n];\n// };\nstruct msg {\n"),
        "{code}"
    );
    let members: Vec<&str> = code
        .lines()
        .skip(5)
        .take(2)
        .map(|line| line[..40].trim())
        .collect();
    assert_eq!(members, ["u64 length;", "u8 bytes[64];"], "{code}");
}

#[test]
fn types_are_built_into_a_program_and_found_in_it_without_debug_information() {
    let world = World::new();
    let app = with_program(&world, "app", SOURCE);
    let path = |name: &str| world.path().join(name).to_str().unwrap().to_owned();
    let (header, object) = (path("app-types.h"), path("types.o"));
    for (output, array, next) in [
        (&header, "app_types", format!("#include \"{header}\"")),
        (&object, "types", format!("add {object} to what is linked")),
    ] {
        let ran = world.run(&["embed", "-o", output, &app]);
        assert_eq!((ran.code, ran.data.as_str()), (Some(0), ""), "{ran:?}");
        for told in [format!("extern const unsigned char {array}[]"), next] {
            assert!(ran.messages.contains(&told), "{ran:?}");
        }
    }
    let main = path("bare.c");
    fs::write(
        &main,
        "#include \"app-types.h\"\nint main(void) { return 0; }",
    )
    .unwrap();
    for (out, words) in [
        ("by_header", vec![&main]),
        ("by_object", vec![&main, &object]),
    ] {
        let out = path(out);
        let gcc = Command::new("gcc")
            .args(["-s", "-o", &out])
            .args(words)
            .output()
            .unwrap();
        assert!(
            gcc.status.success(),
            "{}",
            String::from_utf8_lossy(&gcc.stderr)
        );
        let of = |source: &str| world.data(&["types", source, "book", "--json"]);
        assert_eq!(of(&out), of(&app));
    }
    let named = path("named.h");
    world.data(&["embed", "-o", &named, "--name", "mine", &app]);
    assert!(fs::read_to_string(&named).unwrap().contains("mine_size"));
    world
        .run(&["embed", "-o", &path("t.txt"), &app])
        .failed(2, &["types.h", "types.o"]);
    world
        .run(&["embed", "-o", &header, "--name", "a-b", &app])
        .failed(1, &["\"a-b\" is no name in C"]);
}

#[test]
fn types_are_written_as_bpftool_and_as_crefl_write_them() {
    let world = World::new();
    let app = with_program(&world, "app", SOURCE);
    let btf = world.data(&["types", &app, "quote", "--format", "btf-like"]);
    let struct_line = btf
        .lines()
        .position(|line| line.contains("STRUCT 'quote' size=32 vlen=5"));
    let members: Vec<&str> = btf.lines().skip(struct_line.unwrap() + 1).take(5).collect();
    assert!(members[0].starts_with("\t'live' type_id="), "{btf}");
    assert!(members[1].ends_with(" bits_offset=64"), "{btf}");
    assert!(
        members[4].ends_with(" bits_offset=195 bitfield_size=20"),
        "{btf}"
    );
    assert!(!btf.contains("book"), "only what it refers to: {btf}");
    let all = world.data(&["types", &app, "--format", "btf-like"]);
    assert!(
        all.contains("ENUM 'side' encoding=SIGNED size=4 vlen=2\n\t'BUY' val=1\n\t'SELL' val=-1\n"),
        "{all}"
    );
    assert!(all.contains(" FUNC 'on_quote' type_id="), "{all}");

    let crefl = world.data(&["types", &app, "quote", "--format", "crefl"]);
    let row = |name: &str| {
        let mut rows = crefl
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>());
        rows.find(|words| words.get(5) == Some(&name))
            .unwrap_or_else(|| panic!("{crefl}"))
    };
    let (quote, live, size) = (row("quote"), row("live"), row("size"));
    assert_eq!(quote[4], "struct");
    assert_eq!(
        quote[3], live[0],
        "a struct leads to its first field: {crefl}"
    );
    assert_eq!(live[2], row("bid")[0], "and that to the next one");
    assert_eq!(size[2], "0", "the last has none behind it");
    assert_eq!(size[6], "width=20");
    assert!(live[6].starts_with("intrinsic(\"byte\")"), "{crefl}");
    for form in ["crefl", "btf-like", "c"] {
        world
            .run(&["holes", &app, "--format", form])
            .failed(2, &["is for `types`"]);
    }
}

#[test]
fn two_types_of_one_name_are_both_shown_and_written() {
    let world = World::new();
    let dir = world.path();
    fs::write(
        dir.join("one.c"),
        "struct node { int a, b; } one; struct holder { struct node n; } holder; int main(void) { return 0; }",
    )
    .unwrap();
    fs::write(
        dir.join("two.c"),
        "struct node { double d; struct node *next; } two; struct user { struct node n; struct node *first; } user;",
    )
    .unwrap();
    let made = Command::new("gcc")
        .args(["-g", "-o", "both", "one.c", "two.c"])
        .current_dir(dir)
        .status();
    assert!(made.unwrap().success());
    let both = dir.join("both");
    let both = both.to_str().unwrap();
    let shown = world.run(&["types", both, "node", "--csv"]);
    let told = "2 different types are called node";
    assert!(
        shown.data.contains("0,4,a,int,") && shown.data.contains("0,8,d,double,"),
        "{}",
        shown.data
    );
    assert!(shown.messages.contains(told), "{}", shown.messages);
    let uses = world.data(&["uses", both, "node", "--csv"]);
    assert!(
        uses.contains("struct,holder,n,") && uses.contains("struct,user,n,"),
        "{uses}"
    );
    let holes = world.data(&["holes", both, "node"]);
    assert!(
        holes.contains("int b;") && holes.contains("double d;"),
        "{holes}"
    );
    let code = world.data(&["emit", both, "--lang", "c", "--type", "user"]);
    assert!(!code.contains("const node*"), "{code}");
    let code = world.data(&["emit", both, "--lang", "c"]);
    assert!(code.contains("const node_2* first;"), "{code}");
}

#[test]
fn an_include_file_with_types_is_written_again_when_the_types_are_more() {
    let world = World::new();
    let app = with_program(&world, "app", SOURCE);
    let other = with_program(
        &world,
        "other",
        "struct lamp { int on; } lamp; int main(void) { return lamp.on; }",
    );
    let header = world.path().join("types.h");
    let header = header.to_str().unwrap();
    world.data(&["embed", "-o", header, &other]);
    world.data(&["embed", "-o", header, &app, &other]);
    fs::write(header, "/* Written by hand. */\n").unwrap();
    world
        .run(&["embed", "-o", header, &app])
        .failed(1, &["of another kind"]);
}

#[test]
fn a_pointer_to_a_pointer_to_ten_thousand_pointers_is_an_error() {
    let world = World::new();
    for (name, pointers, is_fine) in [("few.h", 200, true), ("many.h", 10_000, false)] {
        let header = world.path().join(name);
        fs::write(&header, format!("typedef int {}p;\n", "*".repeat(pointers))).unwrap();
        let ran = world.run(&["types", header.to_str().unwrap()]);
        if ran.messages.contains("libclang is not found") {
            return;
        }
        match is_fine {
            true => assert_eq!(ran.code, Some(0), "{}", ran.messages),
            false => ran.failed(1, &["more than 256 others"]),
        }
    }
}
