//! May a file be written over?

use std::io::{self, Read};
use std::path::Path;

use crate::source::open_regular;

/// How many bytes say of which kind a file is; of code, its first line.
const START: usize = 8;

/// Refuses to write over a file that does not begin as `content` does, which is of another kind: a header, say, that was
/// named as the output by mistake. What is empty, or not there, may be written.
///
/// # Errors
///
/// If it is such a file, or cannot be read.
pub fn check_output(path: &Path, content: &[u8]) -> io::Result<()> {
    let file = match open_regular(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let mut start = Vec::new();
    file.take(kind_of(content) as u64).read_to_end(&mut start)?;
    match start.is_empty() || content.starts_with(&start) {
        true => Ok(()),
        false => Err(io::Error::other(
            "what is there is of another kind and would be lost; name another file, or remove it first",
        )),
    }
}

fn kind_of(content: &[u8]) -> usize {
    let line = content.iter().position(|byte| *byte == b'\n');
    line.filter(|_| content.starts_with(b"/*")).unwrap_or(START)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_written_over_whatever_types_are_in_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("types.h");
        let code = |types: crate::Types| types.to_code("types").expect("code");
        std::fs::write(&path, code(crate::Types::default())).expect("a file");
        let quotes = crate::doc::quotes().expect("types");
        assert!(check_output(&path, code(quotes.clone()).as_bytes()).is_ok());
        std::fs::write(&path, "/* Written by hand. */\nstruct order;\n").expect("a file");
        assert!(check_output(&path, code(quotes).as_bytes()).is_err());
    }

    #[test]
    fn only_what_begins_in_the_same_way_may_be_written_over() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("types.mgt");
        let check = |present: &[u8]| {
            std::fs::write(&path, present).expect("a file");
            check_output(&path, &crate::Types::default().to_bytes()).is_ok()
        };
        assert!(check(&crate::Types::default().to_bytes()));
        assert!(check(b""));
        assert!(!check(b"struct Order {};\n"));
        std::fs::remove_file(&path).expect("it was there");
        assert!(check_output(&path, b"new").is_ok());
        assert!(check_output(directory.path(), b"new").is_err());
    }
}
