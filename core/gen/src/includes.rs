//! What headers include, looked into before a compiler's library reads it, and what a reader without one would miss.
//!
//! libclang waits for the writer of a pipe, and reads a device for ever. What is named by text or by a macro of the
//! headers themselves is found here; names that macros put together are not.

use std::collections::{HashMap, HashSet};
use std::fs::{self, Metadata};
use std::ops::Range;
use std::path::{Path, PathBuf};

use memglass_code::{TokenKind, lex, read_regular};

use crate::fault::{Fault, Place};

/// Bytes of the largest header that is read.
const LARGEST: u64 = 64 << 20;

/// Bytes of all headers of a project together.
const LARGEST_SUM: u64 = 256 << 20;

/// The device that is empty.
const EMPTY: &str = "/dev/null";

/// An `#include`, `#import` or `#embed`.
struct Include {
    /// `"name"`, `<name>`, or a macro.
    name: String,
    /// Where it says so.
    bytes: Range<usize>,
}

/// A directive of a text.
enum Directive {
    Include(Include),
    /// A macro without parameters, and what it stands for.
    Define(String, String),
}

/// The directives of a text that name files.
fn directives(text: &str) -> impl Iterator<Item = Directive> {
    let tokens = lex(text).into_iter();
    let directives = tokens.filter(|token| token.kind == TokenKind::Directive);
    directives.filter_map(move |token| {
        let bytes = token.start as usize..token.end as usize;
        let line = text
            .get(bytes.clone())?
            .replace("\\\r\n", "")
            .replace("\\\n", "");
        let rest = line.trim_start_matches(['#', '%', ':', ' ', '\t']);
        let (word, rest) = rest.split_at(rest.find(|c: char| !is_of_name(c))?);
        let rest = behind_comments(rest);
        match word {
            "include" | "include_next" | "import" | "embed" => Some(Directive::Include(Include {
                name: named(rest),
                bytes,
            })),
            "define" => {
                let (name, meant) = rest.split_once([' ', '\t'])?;
                Some(Directive::Define(
                    name.to_owned(),
                    named(behind_comments(meant)),
                ))
            }
            _ => None,
        }
    })
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Without the comments that it begins with.
fn behind_comments(text: &str) -> &str {
    let text = text.trim_start();
    match text
        .strip_prefix("/*")
        .and_then(|rest| rest.split_once("*/"))
    {
        Some((_, behind)) => behind_comments(behind),
        None => text,
    }
}

/// The name at the start of a text, with its quotes or brackets.
fn named(text: &str) -> String {
    let end = match text.chars().next() {
        Some('"') => text[1..].find('"').map(|at| at + 2),
        Some('<') => text.find('>').map(|at| at + 1),
        _ => text.find(|c| !is_of_name(c)),
    };
    text[..end.unwrap_or(text.len())].to_owned()
}

/// Where the files are looked for.
struct Directories {
    own: Vec<PathBuf>,
    system: Vec<PathBuf>,
}

impl Directories {
    /// As the arguments for libclang say.
    fn of(arguments: &[String]) -> Directories {
        let own = arguments
            .iter()
            .filter_map(|argument| argument.strip_prefix("-I"));
        let own = own.map(PathBuf::from).collect();
        let pairs = arguments.windows(2).filter(|pair| pair[0] == "-isystem");
        let system = pairs.map(|pair| PathBuf::from(&pair[1])).collect();
        Directories { own, system }
    }

    /// The file that `name` means in the file `from`, and whether it is one of the system's.
    fn find(&self, name: &str, from: &Path) -> Option<(PathBuf, Metadata, bool)> {
        let is_quoted = name.starts_with('"');
        let name = name.get(1..name.len().checked_sub(1)?)?;
        let beside = from.parent().filter(|_| is_quoted).map(Path::to_owned);
        let own = beside.into_iter().chain(self.own.iter().cloned());
        let all = own.map(|directory| (directory, false));
        let system = self
            .system
            .iter()
            .map(|directory| (directory.clone(), true));
        all.chain(system).find_map(|(directory, is_of_system)| {
            let path = directory.join(name);
            let found = fs::metadata(&path).ok().filter(|found| !found.is_dir())?;
            Some((path, found, is_of_system))
        })
    }
}

/// What of the headers, and of what they include, libclang must not be given: pipes, devices, and files without measure.
pub(crate) fn unreadable(headers: &[PathBuf], arguments: &[String]) -> Vec<Fault> {
    let directories = Directories::of(arguments);
    let mut faults = Vec::new();
    let mut left: Vec<PathBuf> = headers.to_vec();
    let mut seen: HashSet<PathBuf> = HashSet::new();
    let mut macros: HashMap<String, String> = HashMap::new();
    let mut sum = 0_u64;
    while let Some(path) = left.pop() {
        let path = fs::canonicalize(&path).unwrap_or(path);
        if !seen.insert(path.clone()) {
            continue;
        }
        let Ok(bytes) = read_regular(&path) else {
            continue;
        };
        let text = String::from_utf8_lossy(&bytes);
        for directive in directives(&text) {
            let Include { name, bytes } = match directive {
                Directive::Include(include) => include,
                Directive::Define(name, meant) => {
                    macros.insert(name, meant);
                    continue;
                }
            };
            let meant = macros.get(&name).unwrap_or(&name);
            let Some((file, found, is_of_system)) = directories.find(meant, &path) else {
                // The compiler's library says so.
                continue;
            };
            let why = match found.is_file() {
                false if file == Path::new(EMPTY) => None,
                false => Some(format!(
                    "{} is no regular file: reading it could wait or go on for ever",
                    file.display()
                )),
                true if found.len() > LARGEST => Some(format!(
                    "{} has {} bytes; a header has at most {LARGEST}",
                    file.display(),
                    found.len()
                )),
                true if sum.saturating_add(found.len()) > LARGEST_SUM => Some(format!(
                    "with {} the headers have more than {LARGEST_SUM} bytes together",
                    file.display()
                )),
                true => None,
            };
            match why {
                Some(why) => faults.push(Fault::new(Place::new(&path, bytes), why)),
                None if !is_of_system && found.is_file() && !seen.contains(&file) => {
                    sum += found.len();
                    left.push(file);
                }
                None => {}
            }
        }
    }
    faults
}

/// What a reader without a compiler does not see of the header at `path`, which has this text: what stands in a comment
/// that never ends, and what a file declares that is not there.
///
/// Of `<name>` it is not known where a compiler finds it, so that nothing is said.
pub fn unseen(path: &Path, text: &str, include_directories: &[PathBuf]) -> Vec<Fault> {
    let directories = Directories {
        own: include_directories.to_vec(),
        system: Vec::new(),
    };
    let mut faults = Vec::new();
    for directive in directives(text) {
        if let Directive::Include(Include { name, bytes }) = directive
            && name.starts_with('"')
            && directories.find(&name, path).is_none()
        {
            let why = format!("{name} is not found; what it declares is not known");
            faults.push(Fault::new(Place::new(path, bytes), why));
        }
    }
    if let Some(last) = lex(text)
        .last()
        .filter(|token| token.kind == TokenKind::BlockComment)
    {
        let comment = &text[last.start as usize..last.end as usize];
        if comment.len() < 4 || !comment.ends_with("*/") {
            let start = last.start as usize;
            let why = "this comment does not end; everything behind it is left out";
            faults.push(Fault::new(Place::new(path, start..start + 2), why));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.h");
        fs::write(directory.path().join("there.h"), "").expect("room");
        let faults = unseen(&path, text, &[]);
        let reasons: Vec<&str> = faults.iter().map(|fault| &*fault.reason).collect();
        assert_eq!(reasons, expected, "{text:?}");
    }

    #[test]
    fn what_is_not_seen_without_a_compiler_is_told() {
        let gone = "\"gone.h\" is not found; what it declares is not known";
        let endless = "this comment does not end; everything behind it is left out";
        check("#include \"gone.h\"\nint a;", &[gone]);
        check("#  include \"gone.h\" // why\n/* a", &[gone, endless]);
        check("#include \"there.h\"\n#include <gone.h>\n/**/", &[]);
        check("int a; /*/", &[endless]);
        check("int a; // /*", &[]);
        check("/* a */ int b; /* c */\n\n", &[]);
    }
}
