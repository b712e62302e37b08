//! Why nothing was generated.

use std::io;
use std::path::PathBuf;

use memglass_code::build::BuildError;

/// Why nothing was generated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// A source file was asked for, but no header that it can include.
    #[error("--source needs -o: the source file includes the header")]
    SourceWithoutOutput,
    /// No header was given.
    #[error("no header is given")]
    NoHeaders,
    /// A header cannot be read.
    #[error("cannot read {}", path.display())]
    Header {
        /// The header.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// libclang is not there.
    #[error(
        "libclang is not found ({reason}); install it with `apt install libclang1` or `pip install libclang`, and let LIBCLANG_PATH name its directory if it is in an unusual place"
    )]
    NoClang {
        /// What the loader says.
        reason: String,
    },
    /// A type is made of very many others, one behind the other.
    #[error(
        "a type in these headers is a pointer, an array or a function of more than {most} others, one behind the other"
    )]
    TooDeep {
        /// How many there may be.
        most: u32,
    },
    /// libclang gave up.
    #[error("libclang cannot parse the headers")]
    NotParsed,
    /// The headers have faults: each is shown with its line.
    #[error("{text}{count} {}", if *count == 1 { "error" } else { "errors" })]
    Faults {
        /// The faults with their lines.
        text: String,
        /// How many there are.
        count: usize,
    },
    /// The headers have faults, or the scanner does not understand them: each is shown with its line.
    #[error(
        "{text}{count} {}; the scanner has read these headers, and libclang understands more: {hint}",
        if *count == 1 { "error" } else { "errors" }
    )]
    NotUnderstood {
        /// The faults with their lines.
        text: String,
        /// How many there are.
        count: usize,
        /// What to do to have it.
        hint: String,
    },
    /// No struct of the headers is marked.
    #[error(
        "no struct is marked in {headers}: write `struct [[memglass::observe]] Name {{ ... }};`"
    )]
    NothingMarked {
        /// The headers.
        headers: String,
    },
    /// The generated code is not well-formed, which is a fault of the generator.
    #[error("the generated code is not well-formed; please report this with the header")]
    Build(#[from] BuildError),
    /// The types of the headers are no set: they are nested too deeply.
    #[error("the types of the headers cannot be used")]
    Types(#[from] memglass_types::BuildError),
}
