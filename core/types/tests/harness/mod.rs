//! Programs of a few lines, compiled by the compilers of the machine.

// Each file of tests takes what it needs.
#![allow(dead_code, unreachable_pub)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use memglass_types::{TypeId, Types};
use tempfile::TempDir;

/// A directory for sources and what is made of them.
pub struct Workshop(TempDir);

impl Workshop {
    pub fn new() -> Self {
        Workshop(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Compiles `source` with these words, the first of which is the compiler; the file is called `name`, and `OUT` and
    /// `SRC` stand for the paths.
    pub fn compile(&self, name: &str, source: &str, words: &str) -> PathBuf {
        let (src, out) = (self.path(name), self.path(&format!("{name}.out")));
        fs::write(&src, source).unwrap();
        let mut words = words.split_whitespace().map(|word| match word {
            "OUT" => out.as_os_str(),
            "SRC" => src.as_os_str(),
            word => word.as_ref(),
        });
        let compiler = words.next().unwrap();
        let made = Command::new(compiler)
            .args(words)
            .current_dir(self.0.path())
            .output();
        let made = made.unwrap_or_else(|error| {
            let package = compiler.to_string_lossy().replace("clang++", "clang");
            panic!("{compiler:?}: {error}; install it with: apt-get install {package}")
        });
        assert!(
            made.status.success(),
            "{compiler:?}: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        out
    }

    /// The types of an object file.
    pub fn types(&self, name: &str, source: &str, words: &str) -> Types {
        Types::open(self.compile(name, source, words)).unwrap()
    }
}

/// Types of a C source, compiled by gcc.
pub fn of_c(source: &str) -> Types {
    Workshop::new().types("main.c", source, "gcc -g -c SRC -o OUT")
}

/// Members as `name offset size`, bitfields as `name offset:bit width`.
pub fn layout(types: &Types, id: TypeId) -> String {
    let parts = types.parts(id).into_iter().map(|part| {
        let offset = part.offset_bits / 8;
        match part.member.and_then(|member| member.width_bits) {
            Some(width) => format!("{} {offset}:{} {width}", part.name, part.offset_bits % 8),
            None => format!(
                "{} {offset} {}",
                part.name,
                part.size_bits
                    .map_or("?".into(), |bits| (bits / 8).to_string())
            ),
        }
    });
    parts.collect::<Vec<_>>().join(", ")
}

#[track_caller]
pub fn found(types: &Types, name: &str) -> TypeId {
    types.find(name).unwrap_or_else(|| panic!("no type {name}"))
}
