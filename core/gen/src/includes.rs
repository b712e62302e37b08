//! What headers include, looked into before a compiler's library reads it, and what a reader without one would miss.
//!
//! libclang waits for the writer of a pipe, and reads a device for ever. What is named by text, by a macro of the headers
//! themselves or of the command line is found here; names that macros put together of parts are not.

use std::collections::{HashMap, HashSet};
use std::fs::{self, Metadata};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use memglass_code::{TokenKind, lex, read_regular};

use crate::compiler::{Invocation, Language};
use crate::fault::{Fault, Place};
use crate::sources::text_of;

/// Bytes of the largest header that is read.
const LARGEST: u64 = 64 << 20;

/// Bytes of all headers of a project together.
const LARGEST_SUM: u64 = 256 << 20;

/// The device that is empty.
const EMPTY: &str = "/dev/null";

/// A line of a text that is for the preprocessor.
struct Line {
    /// `include`
    word: String,
    /// What stands behind the word.
    rest: String,
    /// Where it is.
    bytes: Range<usize>,
}

/// The lines of a text that are for the preprocessor.
fn lines(text: &str) -> impl Iterator<Item = Line> {
    let tokens = lex(text).into_iter();
    let tokens = tokens.filter(|token| token.kind == TokenKind::Directive);
    tokens.filter_map(move |token| {
        let bytes = token.start as usize..token.end as usize;
        let line = text
            .get(bytes.clone())?
            .replace("\\\r\n", "")
            .replace("\\\n", "");
        let line = behind_comments(line.trim_start_matches(['#', '%', ':']));
        let (word, rest) = line.split_at(line.find(|c| !is_of_name(c)).unwrap_or(line.len()));
        Some(Line {
            word: word.to_owned(),
            rest: behind_comments(rest).to_owned(),
            bytes,
        })
    })
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_include(word: &str) -> bool {
    matches!(word, "include" | "include_next" | "import" | "embed")
}

/// Without the comments that it begins with.
fn behind_comments(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\0');
    match text
        .strip_prefix("/*")
        .and_then(|rest| rest.split_once("*/"))
    {
        Some((_, behind)) => behind_comments(behind),
        None => text,
    }
}

/// What a text may name: everything in quotes, in brackets behind nothing or `(`, and the names of macros.
fn names(text: &str) -> Vec<String> {
    let (mut names, mut rest, mut before) = (Vec::new(), text, '(');
    while let Some(c) = rest.chars().next() {
        let end = match c {
            '"' => rest[1..].find('"').map(|at| at + 2),
            '<' if before == '(' => rest.find('>').map(|at| at + 1),
            c if is_of_name(c) => Some(rest.find(|c| !is_of_name(c)).unwrap_or(rest.len())),
            _ => None,
        };
        let (name, behind) = rest.split_at(end.unwrap_or(c.len_utf8()));
        if end.is_some() {
            names.push(name.to_owned());
        }
        if !c.is_whitespace() {
            before = c;
        }
        rest = behind;
    }
    names
}

/// The argument of a macro, in the quotes that the macro may put around it.
fn quoted_argument(text: &str) -> Option<String> {
    let (name, argument) = text.split_once('(')?;
    let (argument, _) = argument.rsplit_once(')')?;
    name.chars()
        .all(|c| is_of_name(c) || c.is_whitespace())
        .then(|| format!("\"{}\"", argument.trim()))
}

/// The names behind `GCC dependency`, wherever it stands: in the text or the arguments of a `_Pragma`.
fn dependencies(text: &str) -> impl Iterator<Item = (String, Range<usize>)> {
    const WORD: &str = "dependency";
    text.match_indices(WORD).filter_map(|(at, _)| {
        let before = text[..at].trim_end_matches(|c: char| c.is_whitespace() || c == '\\');
        if !before.ends_with("GCC") && !before.ends_with("clang") {
            return None;
        }
        let behind = text[at + WORD.len()..].trim_start_matches(['\\', '\r', '\n', ' ', '\t']);
        let line = behind_comments(behind).lines().next()?.replace('\\', "");
        Some((names(&line).into_iter().next()?, at..at + WORD.len()))
    })
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

    /// The files that `name`, in quotes or brackets, can mean for a file of directory `beside`, and whether each is one of
    /// the system's. A compiler takes the first.
    fn find<'d>(&'d self, name: &'d str, beside: &'d Path) -> impl Iterator<Item = Found> + 'd {
        let is_quoted = name.starts_with('"');
        let is_bracketed = name.starts_with('<');
        let bare = name.get(1..name.len().saturating_sub(1));
        let bare = bare.filter(|_| is_quoted || is_bracketed);
        let own = is_quoted.then_some(beside).into_iter();
        let own = own.chain(self.own.iter().map(PathBuf::as_path));
        let system = self.system.iter().map(|directory| (&**directory, true));
        let all = own.map(|directory| (directory, false)).chain(system);
        all.filter_map(move |(directory, is_of_system)| {
            let path = directory.join(bare?);
            let data = fs::metadata(&path).ok().filter(|data| !data.is_dir())?;
            Some(Found {
                path,
                data,
                is_of_system,
            })
        })
    }
}

/// A file that an `#include` can mean.
struct Found {
    path: PathBuf,
    data: Metadata,
    is_of_system: bool,
}

impl Found {
    /// Whether reading it ends.
    fn is_readable(&self) -> bool {
        self.data.is_file() || self.path == Path::new(EMPTY)
    }
}

/// Who asks for a file.
#[derive(Clone)]
struct Asker {
    place: Place,
    /// The directory of the file that asks.
    beside: PathBuf,
    /// Whether it may mean another than the first that is found.
    is_next: bool,
}

/// Looks into headers and all that they include.
///
/// No conditional is decided: a macro stands for all that it is defined as anywhere.
struct Search {
    directories: Directories,
    /// What macros stand for: names in quotes or brackets, and of macros.
    macros: HashMap<String, Vec<String>>,
    /// Who asked for what a macro stands for.
    waiting: HashMap<String, Vec<Asker>>,
    /// What was asked for, from which directory.
    asked: HashSet<(PathBuf, bool, String)>,
    /// What is still to be answered.
    questions: Vec<(String, Asker)>,
    seen: HashSet<PathBuf>,
    /// The bytes of all that was seen.
    sum: u64,
    faults: Vec<Fault>,
}

/// What of the headers, and of what they include, libclang must not be given: pipes, devices, and files without measure.
/// Of several that make the headers too many, the first is told.
pub(crate) fn unreadable(headers: &[PathBuf], arguments: &[String]) -> Vec<Fault> {
    let mut search = Search {
        directories: Directories::of(arguments),
        macros: HashMap::new(),
        waiting: HashMap::new(),
        asked: HashSet::new(),
        questions: Vec::new(),
        seen: HashSet::new(),
        sum: 0,
        faults: Vec::new(),
    };
    for argument in arguments {
        if let Some((name, meant)) = argument
            .strip_prefix("-D")
            .and_then(|define| define.split_once('='))
        {
            search.define(name, meant);
        }
    }
    for header in headers {
        search.look_into(header, &Place::new(header, 0..0));
    }
    while let Some((name, asker)) = search.questions.pop() {
        if search.sum > LARGEST_SUM {
            break;
        }
        search.answer(name, &asker);
    }
    search.faults
}

impl Search {
    /// Reads a file that was not seen before. `place` says who wants it.
    fn look_into(&mut self, file: &Path, place: &Place) {
        // A compiler looks beside the name of a file, wherever a link leads.
        let name = file.file_name().unwrap_or_default();
        let beside = fs::canonicalize(file.parent().unwrap_or(file)).unwrap_or_default();
        let file = beside.join(name);
        if !self.seen.insert(file.clone()) {
            return;
        }
        let Ok(bytes) = read_regular(&file) else {
            // The compiler's library says so.
            return;
        };
        self.sum += bytes.len() as u64;
        if self.sum > LARGEST_SUM {
            let why = format!(
                "with {} the headers have more than {LARGEST_SUM} bytes together",
                file.display()
            );
            self.faults.push(Fault::new(place.clone(), why));
            return;
        }
        let (text, _) = text_of(bytes);
        let asker = |bytes: Range<usize>, is_next| Asker {
            place: Place::new(&file, bytes),
            beside: beside.clone(),
            is_next,
        };
        for Line { word, rest, bytes } in lines(&text) {
            let asks = is_include(&word)
                || word == "pragma" && rest.contains("dependency")
                || rest.contains("__has_include")
                || rest.contains("__has_embed");
            if asks {
                let asker = asker(bytes, word == "include_next" || rest.contains("_next"));
                let names = names(&rest).into_iter();
                let names =
                    names.chain(is_include(&word).then(|| quoted_argument(&rest)).flatten());
                self.questions
                    .extend(names.map(|name| (name, asker.clone())));
            }
            if word == "define" {
                let (name, meant) =
                    rest.split_at(rest.find(|c| !is_of_name(c)).unwrap_or(rest.len()));
                self.define(name, meant);
            }
        }
        for (name, bytes) in dependencies(&text) {
            self.questions.push((name, asker(bytes, false)));
        }
    }

    fn define(&mut self, name: &str, meant: &str) {
        let names = names(meant);
        for asker in self.waiting.get(name).into_iter().flatten() {
            let names = names.iter().cloned();
            self.questions
                .extend(names.map(|name| (name, asker.clone())));
        }
        self.macros
            .entry(name.to_owned())
            .or_default()
            .extend(names);
    }

    /// Looks for what `name` is: a file, or a macro.
    fn answer(&mut self, name: String, asker: &Asker) {
        let question = (asker.beside.clone(), asker.is_next, name.clone());
        if !self.asked.insert(question) {
            return;
        }
        if !name.starts_with(['"', '<']) {
            let names = self.macros.get(&name).into_iter().flatten().cloned();
            self.questions
                .extend(names.map(|name| (name, asker.clone())));
            self.waiting.entry(name).or_default().push(asker.clone());
            return;
        }
        let most = if asker.is_next { usize::MAX } else { 1 };
        let found = self.directories.find(&name, &asker.beside).take(most);
        for found in found.collect::<Vec<_>>() {
            let (file, bytes) = (found.path, found.data.len());
            let why = match found.data.is_file() {
                false if file == Path::new(EMPTY) => continue,
                false => format!(
                    "{} is no regular file: reading it could wait or go on for ever",
                    file.display()
                ),
                true if bytes > LARGEST => format!(
                    "{} has {bytes} bytes; a header has at most {LARGEST}",
                    file.display()
                ),
                true if found.is_of_system => continue,
                true => {
                    self.look_into(&file, &asker.place);
                    continue;
                }
            };
            self.faults.push(Fault::new(asker.place.clone(), why));
        }
    }
}

/// What a reader without a compiler does not see of headers.
#[derive(Debug, Default)]
pub struct Unseen {
    /// Comments that never end.
    pub faults: Vec<Fault>,
    /// What is included and not there, or no regular file. A compiler may have it elsewhere, or not want it.
    pub notes: Vec<Fault>,
}

/// What a reader without a compiler does not see of `files`, which are all that are read, with their texts: what stands in
/// a comment that never ends, and what a file declares that is not there.
///
/// `compiler` is asked where the system's headers are; the default one if it is `None`. Nothing is said of `<name>`, of
/// which it is not known where a compiler finds it, nor of what a conditional includes.
pub fn unseen<'f>(
    files: impl IntoIterator<Item = (&'f Path, &'f str)>,
    include_directories: &[PathBuf],
    compiler: Option<&str>,
) -> Unseen {
    let directories = Directories {
        own: include_directories.to_vec(),
        system: Vec::new(),
    };
    let mut unseen = Unseen::default();
    let (mut read, mut missing) = (Vec::new(), Vec::new());
    for (path, text) in files {
        read.push(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()));
        unseen.faults.extend(endless_comment(path, text));
        for (name, bytes) in unconditional_includes(text) {
            let beside = path.parent().unwrap_or(path);
            if !name.starts_with('"') {
                continue;
            }
            let place = Place::new(path, bytes);
            let found = directories.find(&name, beside).next();
            match found {
                None => missing.push(Fault::new(place, name)),
                Some(found) if found.is_readable() => {}
                Some(_) => {
                    let why = format!("{name} is no regular file; what it declares is not known");
                    unseen.notes.push(Fault::new(place, why));
                }
            }
        }
    }
    if missing.is_empty() {
        return unseen;
    }
    let system = system_directories(compiler);
    missing.retain_mut(|note| {
        let name = Path::new(note.reason.trim_matches('"'));
        let plain = name.components();
        let plain = plain.skip_while(|part| !matches!(part, Component::Normal(_)));
        let end: PathBuf = plain.collect();
        let is_read = !end.as_os_str().is_empty() && read.iter().any(|path| path.ends_with(&end));
        let is_of_system = system
            .iter()
            .any(|directory| directory.join(name).is_file());
        note.reason = format!(
            "{} is not found; what it declares is not known",
            note.reason
        );
        !is_read && !is_of_system
    });
    unseen.notes.extend(missing);
    unseen.notes.sort();
    unseen
}

/// Where the system's headers are: the compiler says so, and without one the usual places.
fn system_directories(compiler: Option<&str>) -> Vec<PathBuf> {
    let invocation = Invocation {
        language: Language::Cpp,
        standard: "",
        compiler,
        include_directories: &[],
        defines: &[],
    };
    let said = invocation.system_directories().unwrap_or_default();
    let usual = ["/usr/include".to_owned(), "/usr/local/include".to_owned()];
    said.into_iter().chain(usual).map(PathBuf::from).collect()
}

/// What a text includes for every compiler. The guard of a header is no condition.
fn unconditional_includes(text: &str) -> Vec<(String, Range<usize>)> {
    let mut includes = Vec::new();
    // Of each conditional that is open, whether it is a guard.
    let mut open: Vec<bool> = Vec::new();
    let mut lines = lines(text).peekable();
    while let Some(Line { word, rest, bytes }) = lines.next() {
        match &*word {
            "if" | "ifdef" | "ifndef" => {
                let asked = names(&rest);
                let is_negative = word == "ifndef" || rest.starts_with('!');
                let guards = lines.peek().is_some_and(|next| {
                    next.word == "define" && names(&next.rest).first() == asked.last()
                });
                open.push(is_negative && guards);
            }
            "endif" => drop(open.pop()),
            "else" | "elif" | "elifdef" | "elifndef" => {
                if let Some(is_guard) = open.last_mut() {
                    *is_guard = false;
                }
            }
            word if is_include(word) && open.iter().all(|is_guard| *is_guard) => {
                let name = names(&rest).into_iter().next();
                includes.extend(name.map(|name| (name, bytes)));
            }
            _ => {}
        }
    }
    includes
}

/// The comment of a text that never ends.
fn endless_comment(path: &Path, text: &str) -> Option<Fault> {
    let tokens = lex(text);
    let last = tokens.last()?;
    let comment = &text[last.start as usize..last.end as usize];
    let ends = comment.len() >= 4 && comment.ends_with("*/");
    if last.kind != TokenKind::BlockComment || ends {
        return None;
    }
    let start = last.start as usize;
    let why = "this comment does not end; everything behind it is left out";
    Some(Fault::new(Place::new(path, start..start + 2), why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.h");
        let other = directory.path().join("eng/types.h");
        fs::write(directory.path().join("there.h"), "").expect("room");
        let unseen = unseen([(&*path, text), (&*other, "")], &[], None);
        let faults = unseen.notes.iter().chain(&unseen.faults);
        let reasons: Vec<&str> = faults.map(|fault| &*fault.reason).collect();
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

    #[test]
    fn nothing_is_told_of_what_a_compiler_may_have_or_not_want() {
        let gone = "\"gone.h\" is not found; what it declares is not known";
        check(
            "#ifdef _WIN32\n#include \"gone.h\"\n#else\n#include \"gone.h\"\n#endif",
            &[],
        );
        check("#ifdef A\n#endif\n#include \"gone.h\"", &[gone]);
        for guard in ["#ifndef A_H", "#if !defined(A_H)", "#if !defined A_H"] {
            let guarded = |inner: &str| format!("{guard}\n#define A_H\n{inner}\n#endif\n");
            check(&guarded("#include \"gone.h\""), &[gone]);
            check(&guarded("#if A\n#include \"gone.h\"\n#endif"), &[]);
        }
        check("#include \"eng/types.h\"\n#include \"../eng/types.h\"", &[]);
        check("#include \"stdio.h\"", &[]);
        check(
            "#include \"..\"",
            &["\"..\" is not found; what it declares is not known"],
        );
    }
}
