//! What to generate.

use std::path::PathBuf;

/// What to read, and how the compiler that builds the program would read it.
#[derive(Clone, Debug)]
pub struct Options {
    /// The headers whose marked types are described.
    pub headers: Vec<PathBuf>,
    /// Where the result will be, so that its `#include` lines are right from there. They name the headers as they are given
    /// here if this is `None`.
    pub output: Option<PathBuf>,
    /// Where a source file with the tables will be, which the program compiles once. They are in the header if this is
    /// `None`; then every file that includes it takes the compiler longer.
    pub source: Option<PathBuf>,
    /// Directories with headers, as for the compiler's `-I`.
    pub include_directories: Vec<PathBuf>,
    /// Macros, as for the compiler's `-D`.
    pub defines: Vec<String>,
    /// The language: `c++20`.
    pub standard: String,
    /// The compiler that is asked where its headers are; `CXX` or `c++` if this is `None`.
    pub compiler: Option<String>,
    /// Who reads the headers.
    pub reader: Reader,
}

/// Who reads headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reader {
    /// libclang if it is there, else the scanner.
    #[default]
    Any,
    /// libclang.
    Clang,
    /// The scanner: without a compiler, and only what it fully understands.
    Scanner,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            headers: Vec::new(),
            output: None,
            source: None,
            include_directories: Vec::new(),
            defines: Vec::new(),
            standard: "c++20".into(),
            compiler: None,
            reader: Reader::default(),
        }
    }
}
