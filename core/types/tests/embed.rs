//! Types that are built into programs of C and C++, read by the program and out of it.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, clippy::panic)]

mod harness;

use std::fs;
use std::path::Path;
use std::process::Command;

use harness::{Workshop, found, of_c};
use memglass_types::{OpenError, Types};

/// Writes its own types to standard output.
const MAIN: &str = "
    #include <stddef.h>
    #include <stdio.h>
    #ifdef __cplusplus
    extern \"C\" {
    #endif
    extern const unsigned char shop_types[];
    extern const size_t shop_types_size;
    #ifdef __cplusplus
    }
    #endif
    int main(void) { return fwrite(shop_types, 1, shop_types_size, stdout) == shop_types_size ? 0 : 1; }
";

fn shop_types() -> Types {
    of_c("struct item { char live; long price; }; struct shop { struct item items[3]; } shop;")
}

#[track_caller]
fn says_its_types(program: &Path, types: &Types) {
    let ran = Command::new(program).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(Types::from_bytes(&ran.stdout).unwrap(), *types);
}

#[test]
fn an_include_file_is_c_and_cpp_without_a_warning() {
    let types = shop_types();
    let code = types.to_code("shop_types").unwrap();
    for (name, compiler) in [
        ("types.c", "gcc -std=c99"),
        ("types.cpp", "g++ -std=c++20"),
        ("types.c", "clang"),
        ("types.cpp", "clang++ -Wno-deprecated"),
    ] {
        let shop = Workshop::new();
        fs::write(shop.path("shop_types.h"), &code).unwrap();
        let main = name.replace("types", "main");
        fs::write(shop.path(&main), MAIN).unwrap();
        let words = format!("{compiler} -Wall -Wextra -Wpedantic -Werror -s SRC {main} -o OUT");
        let program = shop.compile(name, "#include \"shop_types.h\"\n", &words);
        says_its_types(&program, &types);
        assert_eq!(Types::open(&program).unwrap(), types, "{compiler}");
    }
}

#[test]
fn an_object_is_linked_and_survives_what_linkers_leave_out() {
    let types = shop_types();
    let shop = Workshop::new();
    let object = types.to_object("shop_types").unwrap();
    fs::write(shop.path("shop_types.o"), object).unwrap();
    let words = "gcc -s -Wl,--gc-sections,--fatal-warnings SRC shop_types.o -o OUT";
    let program = shop.compile("main.c", MAIN, words);
    says_its_types(&program, &types);
    assert_eq!(Types::open(&program).unwrap(), types);

    let unused = shop.compile("unused.c", "int main(void) { return 0; }", words);
    assert_eq!(Types::open(&unused).unwrap(), types, "nothing refers to it");
}

#[test]
fn the_symbols_have_the_sizes_of_what_they_name() {
    let types = shop_types();
    let shop = Workshop::new();
    fs::write(shop.path("t.o"), types.to_object("shop_types").unwrap()).unwrap();
    let symbols = Command::new("nm")
        .args(["-S", "t.o"])
        .current_dir(shop.path("."))
        .output();
    let symbols = String::from_utf8(symbols.unwrap().stdout).unwrap();
    for (name, size) in [
        ("shop_types", types.to_bytes().len()),
        ("shop_types_size", 8),
    ] {
        let line = symbols
            .lines()
            .find(|line| line.ends_with(&format!(" {name}")));
        let words: Vec<&str> = line.unwrap().split_whitespace().collect();
        assert_eq!(usize::from_str_radix(words[1], 16), Ok(size), "{symbols}");
    }
}

#[test]
fn a_program_has_the_types_of_all_that_were_linked_into_it() {
    let other = of_c("struct lamp { int on; } lamp;");
    let shop = Workshop::new();
    fs::write(shop.path("a.o"), shop_types().to_object("a").unwrap()).unwrap();
    fs::write(shop.path("b.h"), other.to_code("b").unwrap()).unwrap();
    let source = "#include \"b.h\"\nint main(void) { return 0; }";
    let program = shop.compile("main.c", source, "gcc -s SRC a.o -o OUT");
    let types = Types::open(&program).unwrap();
    for name in ["struct item", "struct shop", "struct lamp"] {
        found(&types, name);
    }
}

#[test]
fn debug_information_comes_before_what_is_embedded() {
    let shop = Workshop::new();
    fs::write(shop.path("a.o"), shop_types().to_object("a").unwrap()).unwrap();
    let source = "struct own { int one; } own; int main(void) { return own.one; }";
    let program = shop.compile("main.c", source, "gcc -g SRC a.o -o OUT");
    let types = Types::open(&program).unwrap();
    found(&types, "struct own");
    assert_eq!(types.find("struct shop"), None);
}

#[test]
fn embedded_types_that_are_damaged_are_an_error() {
    let shop = Workshop::new();
    let mut object = shop_types().to_object("a").unwrap();
    let start = object
        .windows(4)
        .position(|bytes| bytes == b"\x89MGT")
        .unwrap();
    object[start + 30] ^= 1;
    let path = shop.path("a.o");
    fs::write(&path, object).unwrap();
    let error = Types::open(&path).unwrap_err();
    assert!(matches!(error, OpenError::File { .. }), "{error:?}");
}
