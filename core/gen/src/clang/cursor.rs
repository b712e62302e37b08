//! A declaration, or a part of one.

use std::hash::{Hash, Hasher};
use std::path::PathBuf;

use clang_sys::*;

use super::{Ty, Unit};
use crate::fault::Place;

/// A declaration, or a part of one. Copying it is free.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'u> {
    raw: CXCursor,
    unit: &'u Unit,
}

impl<'u> Cursor<'u> {
    /// A handle that the library made from `unit`.
    pub(super) fn new(unit: &'u Unit, raw: CXCursor) -> Cursor<'u> {
        Cursor { raw, unit }
    }

    pub(crate) fn kind(self) -> CXCursorKind {
        self.raw.kind
    }

    /// Its name; empty if it has none, for which newer libraries make one up.
    pub(crate) fn name(self) -> String {
        // SAFETY: Y1.
        let name = self.unit.text(unsafe { clang_getCursorSpelling(self.raw) });
        if name.contains("(anonymous") || name.contains("(unnamed") {
            String::new()
        } else {
            name
        }
    }

    pub(crate) fn ty(self) -> Ty<'u> {
        // SAFETY: Y1.
        Ty::new(self.unit, unsafe { clang_getCursorType(self.raw) })
    }

    /// Its name, or where that would be.
    pub(crate) fn place(self) -> Place {
        // SAFETY: Y1.
        let (file, at) = self
            .unit
            .point(unsafe { clang_getCursorLocation(self.raw) });
        let len = self.name().len().max(1);
        Place::new(file, at..at + len)
    }

    /// All of it.
    pub(crate) fn extent(self) -> Place {
        // SAFETY: Y1.
        self.unit.place(unsafe { clang_getCursorExtent(self.raw) })
    }

    pub(crate) fn is_in_system_header(self) -> bool {
        // SAFETY: Y1.
        let location = unsafe { clang_getCursorLocation(self.raw) };
        // SAFETY: Y1.
        unsafe { clang_Location_isInSystemHeader(location) != 0 }
    }

    /// The cursors directly in it.
    pub(crate) fn children(self) -> Vec<Cursor<'u>> {
        extern "C" fn visit(
            cursor: CXCursor,
            _: CXCursor,
            found: CXClientData,
        ) -> CXChildVisitResult {
            // SAFETY: Y1: the library calls this with the pointer that it was given below.
            let found = unsafe { &mut *found.cast::<Vec<CXCursor>>() };
            found.push(cursor);
            CXChildVisit_Continue
        }
        let mut found: Vec<CXCursor> = Vec::new();
        // SAFETY: Y1; `found` outlives the call, and the visitor knows its type.
        unsafe { clang_visitChildren(self.raw, visit, (&raw mut found).cast()) };
        found
            .into_iter()
            .map(|raw| Cursor::new(self.unit, raw))
            .collect()
    }

    /// What it is a member of.
    pub(crate) fn parent(self) -> Cursor<'u> {
        // SAFETY: Y1.
        Cursor::new(self.unit, unsafe {
            clang_getCursorSemanticParent(self.raw)
        })
    }

    pub(crate) fn is_definition(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_isCursorDefinition(self.raw) != 0 }
    }

    /// The template that it is made from, if it is.
    pub(crate) fn template(self) -> Option<Cursor<'u>> {
        // SAFETY: Y1.
        let raw = unsafe { clang_getSpecializedCursorTemplate(self.raw) };
        // SAFETY: Y1.
        let is_null = unsafe { clang_Cursor_isNull(raw) != 0 };
        (!is_null).then(|| Cursor::new(self.unit, raw))
    }

    /// Whether it is a member record without a name, whose members are those of the record around it.
    pub(crate) fn is_anonymous_record(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_Cursor_isAnonymousRecordDecl(self.raw) != 0 }
    }

    pub(crate) fn is_anonymous(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_Cursor_isAnonymous(self.raw) != 0 }
    }

    pub(crate) fn is_inline_namespace(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_Cursor_isInlineNamespace(self.raw) != 0 }
    }

    pub(crate) fn is_public(self) -> bool {
        // SAFETY: Y1.
        let access = unsafe { clang_getCXXAccessSpecifier(self.raw) };
        access != CX_CXXPrivate && access != CX_CXXProtected
    }

    /// The first bit of a field, from the start of its record; negative if that is not known.
    pub(crate) fn field_bit(self) -> i64 {
        // SAFETY: Y1.
        unsafe { clang_Cursor_getOffsetOfField(self.raw) }
    }

    /// Its name with template arguments.
    pub(crate) fn display_name(self) -> String {
        // SAFETY: Y1.
        self.unit
            .text(unsafe { clang_getCursorDisplayName(self.raw) })
    }

    /// The first of all declarations of the same thing.
    pub(crate) fn canonical(self) -> Cursor<'u> {
        // SAFETY: Y1.
        Cursor::new(self.unit, unsafe { clang_getCanonicalCursor(self.raw) })
    }

    /// The file and the line of its name.
    pub(crate) fn line(self) -> (PathBuf, u32) {
        // SAFETY: Y1.
        self.unit.line(unsafe { clang_getCursorLocation(self.raw) })
    }

    /// Where its name is written, and where it begins; in a macro, both in the macro's text.
    pub(crate) fn written(self) -> [(PathBuf, usize); 2] {
        // SAFETY: Y1.
        let name = unsafe { clang_getCursorLocation(self.raw) };
        // SAFETY: Y1.
        let extent = unsafe { clang_getCursorExtent(self.raw) };
        // SAFETY: Y1.
        let start = unsafe { clang_getRangeStart(extent) };
        [self.unit.written(name), self.unit.written(start)]
    }

    pub(crate) fn is_attribute(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_isAttribute(self.raw.kind) != 0 }
    }

    /// The type that a `typedef` or `using` names.
    pub(crate) fn aliased(self) -> Ty<'u> {
        // SAFETY: Y1.
        Ty::new(self.unit, unsafe {
            clang_getTypedefDeclUnderlyingType(self.raw)
        })
    }

    /// Whether other files cannot refer to it.
    pub(crate) fn is_internal(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_getCursorLinkage(self.raw) == CXLinkage_Internal }
    }

    pub(crate) fn is_inline(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_Cursor_isFunctionInlined(self.raw) != 0 }
    }

    /// The parameters of a function.
    pub(crate) fn parameters(self) -> Vec<Cursor<'u>> {
        // SAFETY: Y1.
        let count = unsafe { clang_Cursor_getNumArguments(self.raw) };
        let numbers = 0..u32::try_from(count).unwrap_or(0);
        numbers
            .map(|number| {
                // SAFETY: Y1: there are more parameters than `number`.
                Cursor::new(self.unit, unsafe {
                    clang_Cursor_getArgument(self.raw, number)
                })
            })
            .collect()
    }

    /// How many bits a bitfield has.
    pub(crate) fn width(self) -> Option<u64> {
        // SAFETY: Y1.
        let is_bitfield = unsafe { clang_Cursor_isBitField(self.raw) != 0 };
        // SAFETY: Y1.
        let width = unsafe { clang_getFieldDeclBitWidth(self.raw) };
        is_bitfield.then(|| u64::try_from(width).unwrap_or(0))
    }

    pub(crate) fn is_virtual_base(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_isVirtualBase(self.raw) != 0 }
    }

    pub(crate) fn is_virtual(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_CXXMethod_isVirtual(self.raw) != 0 }
    }

    pub(crate) fn is_defaulted(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_CXXMethod_isDefaulted(self.raw) != 0 }
    }

    /// Whether it is a constructor that makes a copy, or moves.
    pub(crate) fn copies_or_moves(self) -> bool {
        // SAFETY: Y1.
        let copies = unsafe { clang_CXXConstructor_isCopyConstructor(self.raw) != 0 };
        // SAFETY: Y1.
        copies || unsafe { clang_CXXConstructor_isMoveConstructor(self.raw) != 0 }
    }

    pub(crate) fn is_default_constructor(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_CXXConstructor_isDefaultConstructor(self.raw) != 0 }
    }

    /// The integer that an enumeration is.
    pub(crate) fn enum_type(self) -> Ty<'u> {
        // SAFETY: Y1.
        Ty::new(self.unit, unsafe { clang_getEnumDeclIntegerType(self.raw) })
    }

    /// The number of an enumerator of a signed, or of an unsigned enumeration.
    pub(crate) fn enum_value(self, is_signed: bool) -> i128 {
        if is_signed {
            // SAFETY: Y1.
            i128::from(unsafe { clang_getEnumConstantDeclValue(self.raw) })
        } else {
            // SAFETY: Y1.
            i128::from(unsafe { clang_getEnumConstantDeclUnsignedValue(self.raw) })
        }
    }
}

impl Cursor<'_> {
    /// The word that a record begins with.
    pub(crate) fn extent_head(self) -> Place {
        let extent = self.extent();
        let end = (extent.start + 5).min(extent.end);
        Place::new(extent.file, extent.start..end)
    }
}

/// The same declaration in the same file.
impl PartialEq for Cursor<'_> {
    fn eq(&self, other: &Self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_equalCursors(self.raw, other.raw) != 0 }
    }
}

impl Eq for Cursor<'_> {}

impl Hash for Cursor<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // SAFETY: Y1.
        state.write_u32(unsafe { clang_hashCursor(self.raw) });
    }
}
