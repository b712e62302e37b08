//! Where the C++ compiler looks for headers: asked of the compiler itself.

use std::process::{Command, Stdio};

/// The compiler that builds the program: `CXX`, or `c++`.
pub(crate) fn default_compiler() -> String {
    std::env::var("CXX")
        .ok()
        .filter(|compiler| !compiler.is_empty())
        .unwrap_or_else(|| "c++".into())
}

/// The directories that `compiler` looks into by itself, in order. `None` if there is no such compiler, or it does not say.
pub(crate) fn include_directories(compiler: &str) -> Option<Vec<String>> {
    // `CXX` may have arguments: `ccache g++`.
    let mut words = compiler.split_whitespace();
    let output = Command::new(words.next()?)
        .args(words)
        .args(["-E", "-x", "c++", "-v", "-"])
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
