//! Headers that the compiler's own include paths lead to.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether the long form of the tests is wanted: `tests/prove.sh --full` sets the variable.
pub(crate) fn is_full() -> bool {
    std::env::var_os("MEMGLASS_FULL").is_some_and(|value| !value.is_empty())
}

pub(crate) fn has_compiler() -> bool {
    Command::new("g++")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Up to `count` headers of at most 400 kB, spread over all that there are, always the same ones.
pub(crate) fn system_headers(count: usize) -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    for directory in include_directories() {
        collect(&directory, 0, &mut paths);
    }
    paths.sort();
    paths.dedup();
    let step = (paths.len() / count.max(1)).max(1);
    let readable = |path: PathBuf| std::fs::read_to_string(&path).ok().map(|text| (path, text));
    let spread = (0..step).flat_map(|first| paths.iter().skip(first).step_by(step));
    spread
        .cloned()
        .filter_map(readable)
        .filter(|(_, text)| text.len() < 400_000)
        .take(count)
        .collect()
}

fn include_directories() -> Vec<PathBuf> {
    let output = Command::new("g++")
        .args(["-E", "-v", "-x", "c++", "/dev/null"])
        .output();
    let Ok(output) = output else {
        println!("g++ is missing: no system headers are read");
        return Vec::new();
    };
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let list = text
        .split("search starts here:\n")
        .last()
        .unwrap_or_default();
    let paths = list
        .lines()
        .take_while(|line| line.starts_with(' '))
        .map(|line| PathBuf::from(line.trim()));
    paths.filter(|path| path.is_dir()).collect()
}

fn collect(directory: &Path, depth: usize, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_header = path
            .extension()
            .is_none_or(|e| e == "h" || e == "hpp" || e == "tcc");
        if path.is_dir() && !path.is_symlink() && depth < 4 {
            collect(&path, depth + 1, paths);
        } else if is_header && path.is_file() {
            paths.push(path);
        }
    }
}

/// A token without its white space: comments and directives move.
pub(crate) fn without_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
