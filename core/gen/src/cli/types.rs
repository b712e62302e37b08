//! `memglass-gen types HEADER… -o FILE.mgt`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use memglass_code::replace_file;
use memglass_gen::{HeaderOptions, types_of};
use memglass_types::check_output;

use super::{Outcome, tell};

/// Write the types of headers into a file, which `memglass types` and the like read
#[derive(Args)]
pub(crate) struct TypesOf {
    /// The headers
    #[arg(value_name = "HEADER", required = true)]
    headers: Vec<PathBuf>,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// A directory with headers, as for the compiler
    #[arg(short = 'I', value_name = "DIR")]
    include: Vec<PathBuf>,
    /// A macro, as for the compiler
    #[arg(short = 'D', value_name = "NAME[=VALUE]")]
    define: Vec<String>,
    /// The language, as for the compiler: -std=gnu17, -std=c++20; by the ending of the files if it is left out
    #[arg(long, value_name = "STANDARD")]
    std: Option<String>,
    /// The compiler of the program, which is asked where its headers are [default: $CXX or c++]
    #[arg(long, value_name = "PROGRAM")]
    compiler: Option<String>,
}

impl TypesOf {
    pub(super) fn run(self) -> Outcome {
        let types = types_of(&HeaderOptions {
            headers: self.headers,
            include_directories: self.include,
            defines: self.define,
            standard: self.std,
            compiler: self.compiler,
        })?;
        let bytes = types.to_bytes();
        check_output(&self.output, &bytes)
            .and_then(|()| replace_file(&self.output, &bytes))
            .map_err(|error| format!("cannot write {}: {error}", self.output.display()))?;
        tell(&format!(
            "{}: {} types in {} bytes",
            self.output.display(),
            types.len(),
            bytes.len()
        ));
        Ok(ExitCode::SUCCESS)
    }
}
