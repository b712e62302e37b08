//! The text of a script in a file or a pipe.

use std::fs::OpenOptions;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use memglass_system::files::{self, Stoppable};

/// A script longer than this is a mistake, such as a device that never ends, or data in the place of a script. Rhai
/// cannot be interrupted while it parses, so this bounds how long that takes.
const LONGEST: u64 = 8 << 20;

/// Text that is UTF-8 and of reasonable length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptText(String);

impl ScriptText {
    /// The text of a file, pipe or device that somebody named to be run; or what is wrong with it, in one
    /// sentence. Waiting for a pipe ends when `stop` is raised.
    pub fn read(path: &Path, stop: &AtomicBool) -> Result<Self, String> {
        Self::opened(path, Stoppable::open(path, stop))
    }

    /// The text of the regular file at a path that was configured; or what is wrong with it, in one sentence.
    pub(crate) fn configured(path: &Path) -> Result<Self, String> {
        let file = files::open_regular(OpenOptions::new().read(true), path);
        Self::opened(path, file)
    }

    fn opened(path: &Path, input: io::Result<impl Read>) -> Result<Self, String> {
        let name = path.display();
        let input = input.map_err(|error| format!("cannot read {name}: {}", reason(&error)))?;
        Self::of(input, &name.to_string())
    }

    /// All that `input`, which is called `name`, gives; or what is wrong with it, in one sentence.
    pub fn of(input: impl Read, name: &str) -> Result<Self, String> {
        let mut bytes = Vec::new();
        input
            .take(LONGEST + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| format!("cannot read {name}: {}", reason(&error)))?;
        if bytes.len() as u64 > LONGEST {
            return Err(format!("{name} is longer than {} MiB", LONGEST >> 20));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..good]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count();
            format!(
                "{name} is not UTF-8 text: byte {good} (line {line}) does not belong to a character"
            )
        })?;
        // Some editors begin a file with a mark that means nothing.
        Ok(ScriptText(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        }))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The system's words, without its number.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::IsADirectory => "it is a directory".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Result<&str, &str>) {
        let text = ScriptText::of(bytes, "x");
        let text = text
            .as_ref()
            .map(ScriptText::as_str)
            .map_err(String::as_str);
        assert_eq!(text, expected);
    }

    #[test]
    fn text_is_taken_as_it_is_but_for_a_mark_in_front() {
        check(b"1 + 1\n", Ok("1 + 1\n"));
        check("\u{feff}1".as_bytes(), Ok("1"));
    }

    #[test]
    fn what_is_no_text_is_told_with_its_place() {
        let told = "x is not UTF-8 text: byte 3 (line 2) does not belong to a character";
        check(b"1;\n\xff", Err(told));
    }

    #[test]
    fn an_input_that_never_ends_is_given_up() {
        let endless = io::repeat(b' ');
        assert!(ScriptText::of(endless, "x").is_err());
    }
}
