//! BTF of gcc and of the kernel, and damaged BTF.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, clippy::panic)]

mod harness;

use std::path::Path;

use harness::{Workshop, found, layout};
use memglass_types::{Kind, OpenError, SymbolKind, Types};

// gcc 12 writes the dimensions of an array of arrays in reverse (PR 114186), so there is none.
const SOURCE: &str = r"
    #include <stdint.h>
    enum side { BUY = 1, SELL = -1, WIDE = 2000000 };
    struct quote { int64_t bid, ask; unsigned live : 1, stale : 3; char venue[4]; _Bool open; float rate; };
    union word { uint32_t number; struct { uint16_t low, high; }; };
    struct node; struct list { struct node *first; const volatile int *restrict count; int rest[]; };
    typedef struct { struct quote quotes[8]; const char *name; int (*on_tick)(struct quote *, ...); enum side side; } book;
    static book the_book; union word word; struct list list;
    int on_quote(book *b, const struct quote *quote) { return b->side + quote->live + (int)the_book.quotes[0].bid; }
";

/// The same object with BTF and with DWARF.
fn both() -> [Types; 2] {
    let shop = Workshop::new();
    ["-gbtf", "-g"].map(|how| shop.types("book.c", SOURCE, &format!("gcc {how} -c SRC -o OUT")))
}

#[test]
fn the_types_are_those_of_dwarf() {
    let [btf, dwarf] = both();
    for name in ["struct quote", "book", "union word", "struct list"] {
        let [of_btf, of_dwarf] = [&btf, &dwarf].map(|types| layout(types, found(types, name)));
        assert_eq!(of_btf, of_dwarf, "{name}");
        let sizes = [&btf, &dwarf].map(|types| types.size_of(found(types, name)));
        assert_eq!(sizes[0], sizes[1], "{name}");
    }
    let values = |types: &Types| match &types[found(types, "enum side")].kind {
        Kind::Enum(of) => of.enumerators.clone(),
        kind => panic!("{kind:?}"),
    };
    assert_eq!(values(&btf), values(&dwarf));
    for (record, member) in [
        ("struct quote", "venue"),
        ("struct list", "count"),
        ("book", "on_tick"),
        ("book", "name"),
    ] {
        let declared = |types: &Types| {
            let members = types.members(found(types, record));
            let member = members.iter().find(|one| &*one.name == member).unwrap();
            types.declare(member.ty, &member.name)
        };
        assert_eq!(declared(&btf), declared(&dwarf));
    }
}

#[test]
fn functions_have_their_parameters() {
    let [btf, _] = both();
    let function = btf
        .functions()
        .find(|function| &*function.name == "on_quote")
        .unwrap();
    assert_eq!(function.what, SymbolKind::Function);
    assert_eq!(btf.spell(function.ty), "int (book *, const struct quote *)");
}

#[test]
fn damaged_btf_is_read_or_refused() {
    let shop = Workshop::new();
    let object = shop.compile("book.c", SOURCE, "gcc -gbtf -c SRC -o OUT");
    let whole = shop.path("whole.btf");
    let cut = std::process::Command::new("objcopy")
        .args([
            "-O",
            "binary",
            "--only-section=.BTF",
            "--set-section-flags",
            ".BTF=alloc",
        ])
        .args([&object, &whole])
        .status()
        .unwrap();
    assert!(cut.success());
    let bytes = std::fs::read(&whole).unwrap();
    assert!(Types::open(&whole).unwrap().find("struct quote").is_some());
    let damaged = shop.path("damaged.btf");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let mut read = 0;
    for _ in 0..3000 {
        let mut changed = bytes.clone();
        for _ in 0..=random(4) {
            let at = 2 + random(changed.len() - 2);
            changed[at] = random(256) as u8;
        }
        changed.truncate(changed.len() - random(3) * random(40));
        std::fs::write(&damaged, &changed).unwrap();
        match Types::open(&damaged) {
            // Whatever was read can be asked everything.
            Ok(types) => {
                read += 1;
                for (id, _) in types.iter() {
                    types.declaration(id, Default::default());
                    types.holes(id);
                }
                Types::from_bytes(&types.to_bytes()).unwrap();
            }
            Err(error) => assert!(matches!(error, OpenError::Btf(_)), "{error}"),
        }
    }
    assert!(read > 100, "{read}");
}

/// Where the kernel has its types.
#[test]
fn the_kernel_is_asked_like_a_program() {
    let path = Path::new("/sys/kernel/btf/vmlinux");
    if !path.exists() {
        return;
    }
    let types = Types::open(path).unwrap();
    let list = found(&types, "struct list_head");
    assert_eq!(layout(&types, list), "next 0 8, prev 8 8");
    assert_eq!(Types::from_bytes(&types.to_bytes()).unwrap(), types);
}
