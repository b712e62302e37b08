//! The user's settings file. What is wrong with it is shown in the view, which opens all the same.

use std::fs::OpenOptions;
use std::io::{self, Read};
use std::path::Path;

use memglass_system::files;
use memglass_value::format::printable;
use memglass_view::Settings;

/// Longer is no file of settings.
const LONGEST: u64 = 256 << 10;

/// What the file at `path` says; nothing if there is none.
pub(super) fn read(path: &Path) -> Settings {
    match text(path) {
        Ok(text) => Settings::parse(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Settings::default(),
        Err(error) => Settings::without_file(format!("cannot be read: {error}")),
    }
}

/// What the file is called in messages.
pub(super) fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    printable(&name.to_string_lossy()).into_owned()
}

fn text(path: &Path) -> io::Result<String> {
    let file = files::open_regular(OpenOptions::new().read(true), path)?;
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::other(format!(
            "it is longer than {} KiB",
            LONGEST >> 10
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::other(format!("it is not UTF-8 from byte {at} on"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &[u8], expected: &str) {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("config.toml");
        std::fs::write(&path, content).expect("a file");
        assert_eq!(read(&path).mistakes[0].to_string(), expected);
    }

    #[test]
    fn what_cannot_be_read_is_told_and_left_out() {
        check(
            b"rate = \xff",
            "cannot be read: it is not UTF-8 from byte 7 on",
        );
        check(
            &vec![b'#'; 300 << 10],
            "cannot be read: it is longer than 256 KiB",
        );
        let dir = tempfile::tempdir().expect("a directory");
        let mistakes = read(dir.path()).mistakes;
        assert_eq!(mistakes[0].to_string(), "cannot be read: it is a directory");
        assert!(read(&dir.path().join("none")).mistakes.is_empty());
    }
}
