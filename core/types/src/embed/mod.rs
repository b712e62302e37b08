//! Types inside of programs: written as code or as an object that is linked in, and found again in what was linked.
//!
//! Both forms put the bytes of a `.mgt` file into the section [`SECTION`] and give them a name, so that the program reads its own
//! types, and others find them in a program without debug information. A linker puts the sections of several objects one behind
//! the other, perhaps with zeros between them.

mod code;
mod object;

use std::path::Path;

use ::object::{Object, ObjectSection};

use crate::dwarf::{DwarfError, with_object};
use crate::file;
use crate::source::OpenError;
use crate::types::Types;

/// The section of programs and objects that has types.
const SECTION: &str = ".mgt";

/// The keywords of C23 and C++20.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "_Alignas", "_Alignof", "_Atomic", "_BitInt", "_Bool", "_Complex", "_Decimal128", "_Decimal32",
    "_Decimal64", "_Generic", "_Imaginary", "_Noreturn", "_Static_assert", "_Thread_local",
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break",
    "case", "catch", "char", "char16_t", "char32_t", "char8_t", "class", "co_await", "co_return",
    "co_yield", "compl", "concept", "const", "const_cast", "consteval", "constexpr", "constinit",
    "continue", "decltype", "default", "delete", "do", "double", "dynamic_cast", "else", "enum",
    "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline",
    "int", "long", "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr",
    "operator", "or", "or_eq", "private", "protected", "public", "register", "reinterpret_cast",
    "requires", "restrict", "return", "short", "signed", "sizeof", "static", "static_assert",
    "static_cast", "struct", "switch", "template", "this", "thread_local", "throw", "true", "try",
    "typedef", "typeid", "typename", "typeof", "typeof_unqual", "union", "unsigned", "using",
    "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
];

/// Why types cannot be embedded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// The name cannot be one of C.
    #[error("{name:?} is no name in C and C++: use letters, digits and `_`, and no keyword")]
    Name {
        /// The name.
        name: String,
    },
    /// No objects of this machine's processor are known.
    #[error("objects for {processor} are not known; write an include file")]
    Processor {
        /// The processor.
        processor: &'static str,
    },
    /// The object cannot be made.
    #[error("the object cannot be made")]
    Object {
        /// Why.
        #[source]
        source: ::object::write::Error,
    },
}

impl Types {
    /// The types as a file that C and C++ sources include. It defines `const unsigned char NAME[]`, the bytes of a `.mgt` file,
    /// and `const size_t NAME_size`, both with external linkage: one source of a program includes it, others declare them.
    ///
    /// # Errors
    ///
    /// [`EmbedError::Name`]
    pub fn to_code(&self, name: &str) -> Result<String, EmbedError> {
        checked(name)?;
        Ok(code::written(self, name))
    }

    /// The types as an object of this machine, to be linked into a program, with the names of [`Types::to_code`].
    ///
    /// # Errors
    ///
    /// [`EmbedError`]
    pub fn to_object(&self, name: &str) -> Result<Vec<u8>, EmbedError> {
        checked(name)?;
        object::written(&self.to_bytes(), name)
    }
}

fn checked(name: &str) -> Result<(), EmbedError> {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_word =
        name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit());
    let is_name = is_word && !KEYWORDS.contains(&name);
    is_name.then_some(()).ok_or_else(|| EmbedError::Name {
        name: name.to_owned(),
    })
}

/// The types that are embedded in a program or object; `None` if none are.
pub(crate) fn read(path: &Path) -> Result<Option<Types>, OpenError> {
    let section = with_object(path, |file| {
        let section = file.section_by_name(SECTION);
        let bytes = section.map(|section| section.data().map(<[u8]>::to_vec));
        bytes.transpose().map_err(|source| DwarfError::Object {
            path: path.to_owned(),
            source,
        })
    })?;
    let all = section.map(|bytes| all(&bytes)).transpose();
    all.map_err(|source| OpenError::File {
        path: path.to_owned(),
        source,
    })
}

/// The types of all files that lie one behind the other.
fn all(mut bytes: &[u8]) -> Result<Types, file::FileError> {
    let mut sets = Vec::new();
    while let Some(start) = bytes.iter().position(|byte| *byte != 0) {
        let (types, behind) = file::first(&bytes[start..])?;
        sets.push(types);
        bytes = behind;
    }
    Ok(Types::merged(sets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_behind_each_other_are_one_set() {
        let types = crate::doc::quotes().unwrap();
        let bytes = types.to_bytes();
        let linked = [&bytes[..], &[0; 15], &bytes, &[0; 3]].concat();
        assert_eq!(all(&linked).unwrap().len(), types.len());
        assert!(all(&[]).unwrap().is_empty());
        for cut in [bytes.len() - 1, 20, 3] {
            assert!(all(&linked[..cut]).is_err(), "{cut}");
        }
        let behind = [&bytes[..], b"more"].concat();
        assert!(all(&behind).is_err());
    }

    #[test]
    fn only_names_of_c_are_taken() {
        let types = crate::doc::quotes().unwrap();
        for wrong in [
            "", "1a", "a-b", "a b", "ä", "a;", "int", "for", "class", "_Bool",
        ] {
            assert!(types.to_code(wrong).is_err(), "{wrong:?}");
            assert!(types.to_object(wrong).is_err(), "{wrong:?}");
        }
        assert!(types.to_code("_types2").is_ok());
    }
}
