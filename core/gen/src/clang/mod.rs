//! All of libclang that the generator uses, as safe Rust.
//!
//! libclang is loaded when it is needed, so that building the generator needs nothing of clang. Only functions that
//! libclang 10 has are called, and one of 11 if it is there: others may be missing.

#![allow(unsafe_code)]

mod cursor;
mod problems;
mod ty;

use std::ffi::{CStr, CString};
use std::ops::Range;
use std::path::PathBuf;
use std::ptr;

use clang_sys::*;

pub(crate) use cursor::Cursor;
pub(crate) use ty::Ty;

use crate::fault::Place;

/// A parsed file of C or C++ with all that it includes.
pub(crate) struct Unit {
    /// Y1: this, and every handle made from it, comes from the library that this thread has loaded, and is disposed only
    /// when this value is dropped, which nothing that borrows it outlives.
    unit: CXTranslationUnit,
    index: CXIndex,
}

impl Unit {
    /// Parses `text` as a file with these arguments, which say of which language. `None` if libclang gives up.
    ///
    /// Fails with the loader's reason if there is no libclang.
    pub(crate) fn parse(text: &str, arguments: &[String]) -> Result<Option<Unit>, String> {
        if !is_loaded() {
            load()?;
        }
        let name = CString::new(INPUT).expect("the name has no zero byte");
        let text = CString::new(text).map_err(|_| "a path has a zero byte".to_owned())?;
        let arguments: Vec<CString> = arguments
            .iter()
            .map(|argument| {
                CString::new(argument.as_str())
                    .map_err(|_| "an argument has a zero byte".to_owned())
            })
            .collect::<Result<_, _>>()?;
        let pointers: Vec<_> = arguments.iter().map(|argument| argument.as_ptr()).collect();
        let mut file = CXUnsavedFile {
            Filename: name.as_ptr(),
            Contents: text.as_ptr(),
            Length: text.as_bytes().len() as _,
        };
        // SAFETY: Y1: the library is loaded.
        let index = unsafe { clang_createIndex(0, 0) };
        let options =
            CXTranslationUnit_SkipFunctionBodies | CXTranslationUnit_DetailedPreprocessingRecord;
        let count = pointers.len() as i32;
        // SAFETY: Y1; all pointers are to values that live until the call returns, and there are `count` arguments and one
        // file.
        let unit = unsafe {
            clang_parseTranslationUnit(
                index,
                name.as_ptr(),
                pointers.as_ptr(),
                count,
                &raw mut file,
                1,
                options,
            )
        };
        let parsed = Unit { unit, index };
        Ok((!unit.is_null()).then_some(parsed))
    }

    /// The cursor of the whole file.
    pub(crate) fn root(&self) -> Cursor<'_> {
        // SAFETY: Y1.
        Cursor::new(self, unsafe { clang_getTranslationUnitCursor(self.unit) })
    }

    /// All files that were read, in the order of reading.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        extern "C" fn visit(file: CXFile, _: *mut CXSourceLocation, _: u32, found: CXClientData) {
            // SAFETY: Y1: the library calls this with the pointer that it was given below.
            let found = unsafe { &mut *found.cast::<Vec<CXFile>>() };
            found.push(file);
        }
        let mut found: Vec<CXFile> = Vec::new();
        // SAFETY: Y1; `found` outlives the call, and the visitor knows its type.
        unsafe { clang_getInclusions(self.unit, visit, (&raw mut found).cast()) };
        found
            .into_iter()
            .map(|file| self.file_name(file))
            .filter(|path| !path.as_os_str().is_empty())
            .collect()
    }

    /// The bytes of a file that conditionals left out.
    pub(crate) fn skipped(&self) -> Vec<Place> {
        // SAFETY: Y1.
        let list = unsafe { clang_getAllSkippedRanges(self.unit) };
        if list.is_null() {
            return Vec::new();
        }
        // SAFETY: Y1: the list is not null, and nothing else refers to it.
        let CXSourceRangeList { count, ranges } = unsafe { ptr::read(list) };
        let places = (0..count as usize)
            .map(|at| {
                // SAFETY: Y1: the list has `count` ranges.
                let range = unsafe { ranges.add(at) };
                // SAFETY: Y1: it is one of them.
                self.place(unsafe { *range })
            })
            .collect();
        // SAFETY: Y1: it was not disposed before, and is not used afterwards.
        unsafe { clang_disposeSourceRangeList(list) };
        places
    }

    fn file_name(&self, file: CXFile) -> PathBuf {
        if file.is_null() {
            return PathBuf::new();
        }
        // SAFETY: Y1.
        PathBuf::from(self.text(unsafe { clang_getFileName(file) }))
    }

    /// The text of a string of the library, which is given back.
    fn text(&self, string: CXString) -> String {
        // SAFETY: Y1.
        let start = unsafe { clang_getCString(string) };
        let text = if start.is_null() {
            String::new()
        } else {
            // SAFETY: Y1: a string of the library ends with a zero byte and lives until it is disposed.
            unsafe { CStr::from_ptr(start) }
                .to_string_lossy()
                .into_owned()
        };
        // SAFETY: Y1: it was not disposed before, and is not used afterwards.
        unsafe { clang_disposeString(string) };
        text
    }

    /// Where a location is: the file, and the byte in it. Of what a macro makes, where the macro is used.
    fn point(&self, location: CXSourceLocation) -> (PathBuf, usize) {
        let At { file, offset, .. } = self.at(location, clang_getFileLocation);
        (file, offset)
    }

    fn at(&self, location: CXSourceLocation, asked: LocationOf) -> At {
        let mut file: CXFile = ptr::null_mut();
        let (mut line, mut column, mut offset) = (0, 0, 0);
        // SAFETY: Y1; the pointers are to locals.
        unsafe {
            asked(
                location,
                &raw mut file,
                &raw mut line,
                &raw mut column,
                &raw mut offset,
            )
        };
        At {
            file: self.file_name(file),
            line,
            offset: offset as usize,
        }
    }

    /// Where a location is written: of what a macro makes, in the text of the macro.
    fn written(&self, location: CXSourceLocation) -> (PathBuf, usize) {
        let At { file, offset, .. } = self.at(location, clang_getSpellingLocation);
        (file, offset)
    }

    /// The file and the line of a location.
    fn line(&self, location: CXSourceLocation) -> (PathBuf, u32) {
        let At { file, line, .. } = self.at(location, clang_getFileLocation);
        (file, line)
    }

    /// Bytes of an address.
    pub(crate) fn address_size(&self) -> u64 {
        // SAFETY: Y1.
        let target = unsafe { clang_getTranslationUnitTargetInfo(self.unit) };
        // SAFETY: Y1.
        let bits = unsafe { clang_TargetInfo_getPointerWidth(target) };
        // SAFETY: Y1: it was not disposed before, and is not used afterwards.
        unsafe { clang_TargetInfo_dispose(target) };
        u64::try_from(bits).unwrap_or(0) / 8
    }

    /// What the library calls itself.
    pub(crate) fn producer(&self) -> String {
        // SAFETY: Y1.
        self.text(unsafe { clang_getClangVersion() })
    }

    fn place(&self, range: CXSourceRange) -> Place {
        // SAFETY: Y1.
        let start = self.point(unsafe { clang_getRangeStart(range) });
        // SAFETY: Y1.
        let end = self.point(unsafe { clang_getRangeEnd(range) });
        let bytes: Range<usize> = start.1..end.1.max(start.1);
        Place::new(start.0, bytes)
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        if !self.unit.is_null() {
            // SAFETY: Y1: nothing made from it is left.
            unsafe { clang_disposeTranslationUnit(self.unit) };
        }
        // SAFETY: Y1: its unit is gone.
        unsafe { clang_disposeIndex(self.index) };
    }
}

/// A function of the library that says where a location is.
type LocationOf = unsafe fn(CXSourceLocation, *mut CXFile, *mut u32, *mut u32, *mut u32);

/// Where a location is.
struct At {
    file: PathBuf,
    line: u32,
    offset: usize,
}

/// The file that includes all headers, which exists in memory only.
pub(crate) const INPUT: &str = "memglass-gen-input.cpp";
