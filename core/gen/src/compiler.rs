//! How the compiler of the program reads headers, and where it looks for them: asked of the compiler itself.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A language of headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    C,
    Cpp,
}

/// How headers are read.
#[derive(Clone, Copy)]
pub(crate) struct Invocation<'o> {
    pub(crate) language: Language,
    /// `c++20`
    pub(crate) standard: &'o str,
    /// The compiler that is asked where its headers are; the default one if this is `None`.
    pub(crate) compiler: Option<&'o str>,
    pub(crate) include_directories: &'o [PathBuf],
    pub(crate) defines: &'o [String],
}

impl Language {
    /// What compilers call it.
    fn word(self) -> &'static str {
        match self {
            Language::C => "c",
            Language::Cpp => "c++",
        }
    }
}

impl Invocation<'_> {
    /// The directories that the compiler looks into by itself.
    pub(crate) fn system_directories(&self) -> Option<Vec<String>> {
        let default = default_compiler();
        include_directories(self.compiler.unwrap_or(&default), self.language.word())
    }

    /// The arguments for libclang.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut arguments = vec![
            format!("-x{}", self.language.word()),
            format!("-std={}", self.standard),
            "-Wno-everything".to_owned(),
        ];
        if let Some(directories) = self.system_directories() {
            // Its own headers, and no others: those of another compiler may lay types out differently.
            arguments.push("-nostdinc".into());
            if self.language == Language::Cpp {
                arguments.push("-nostdinc++".into());
            }
            let system = directories.into_iter();
            arguments.extend(system.flat_map(|directory| ["-isystem".into(), directory]));
        }
        let own = self.include_directories.iter();
        arguments.extend(own.map(|directory| format!("-I{}", directory.display())));
        arguments.extend(self.defines.iter().map(|define| format!("-D{define}")));
        arguments
    }
}

/// The compiler that builds the program: `CXX`, or `c++`.
fn default_compiler() -> String {
    std::env::var("CXX")
        .ok()
        .filter(|compiler| !compiler.is_empty())
        .unwrap_or_else(|| "c++".into())
}

/// The directories that `compiler` looks into by itself for a language, `c` or `c++`, in order. `None` if there is no such
/// compiler, or it does not say.
fn include_directories(compiler: &str, language: &str) -> Option<Vec<String>> {
    // `CXX` may have arguments: `ccache g++`.
    let mut words = compiler.split_whitespace();
    let output = Command::new(words.next()?)
        .args(words)
        .args(["-E", "-x", language, "-v", "-"])
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let directories = listed(&String::from_utf8_lossy(&output.stderr));
    (!directories.is_empty()).then_some(directories)
}

/// The directories between the lines that GCC and Clang put around them.
fn listed(text: &str) -> Vec<String> {
    text.lines()
        .skip_while(|line| !line.starts_with("#include <...>"))
        .skip(1)
        .take_while(|line| line.starts_with(' '))
        .map(|line| {
            line.trim()
                .trim_end_matches(" (framework directory)")
                .to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_those_between_the_marks() {
        let text = "x\n#include \"...\" search starts here:\n#include <...> search starts here:\n /usr/include/c++/12\n /usr/include\nEnd of search list.\n y\n";
        assert_eq!(listed(text), ["/usr/include/c++/12", "/usr/include"]);
        assert!(listed("nothing").is_empty());
    }
}
