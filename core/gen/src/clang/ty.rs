//! A type of the compiler.

use clang_sys::*;

use super::{Cursor, Unit};

/// A type of the compiler. Copying it is free.
#[derive(Clone, Copy)]
pub(crate) struct Ty<'u> {
    raw: CXType,
    unit: &'u Unit,
}

impl<'u> Ty<'u> {
    /// A handle that the library made from `unit`.
    pub(super) fn new(unit: &'u Unit, raw: CXType) -> Ty<'u> {
        Ty { raw, unit }
    }

    pub(crate) fn kind(self) -> CXTypeKind {
        self.raw.kind
    }

    pub(crate) fn spelling(self) -> String {
        // SAFETY: Y1.
        self.unit.text(unsafe { clang_getTypeSpelling(self.raw) })
    }

    /// The type without aliases.
    pub(crate) fn canonical(self) -> Ty<'u> {
        // SAFETY: Y1.
        Ty::new(self.unit, unsafe { clang_getCanonicalType(self.raw) })
    }

    pub(crate) fn declaration(self) -> Cursor<'u> {
        // SAFETY: Y1.
        Cursor::new(self.unit, unsafe { clang_getTypeDeclaration(self.raw) })
    }

    /// Its size in bytes; negative if it has none.
    pub(crate) fn size(self) -> i64 {
        // SAFETY: Y1.
        unsafe { clang_Type_getSizeOf(self.raw) }
    }

    /// Its alignment in bytes; negative if it has none.
    pub(crate) fn align(self) -> i64 {
        // SAFETY: Y1.
        unsafe { clang_Type_getAlignOf(self.raw) }
    }

    /// What an array is made of.
    pub(crate) fn element(self) -> Ty<'u> {
        // SAFETY: Y1.
        Ty::new(self.unit, unsafe { clang_getArrayElementType(self.raw) })
    }

    /// How many elements an array has; negative if that is not known.
    pub(crate) fn count(self) -> i64 {
        // SAFETY: Y1.
        unsafe { clang_getArraySize(self.raw) }
    }

    pub(crate) fn pointee(self) -> Ty<'u> {
        // SAFETY: Y1.
        Ty::new(self.unit, unsafe { clang_getPointeeType(self.raw) })
    }

    /// An argument of the template that it is made from.
    pub(crate) fn argument(self, index: u32) -> Ty<'u> {
        // SAFETY: Y1: any index is allowed.
        Ty::new(self.unit, unsafe {
            clang_Type_getTemplateArgumentAsType(self.raw, index)
        })
    }

    pub(crate) fn is_const(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_isConstQualifiedType(self.raw) != 0 }
    }

    pub(crate) fn is_restrict(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_isRestrictQualifiedType(self.raw) != 0 }
    }

    /// The type behind a word and a scope: `struct quote`, `net::Packet`.
    pub(crate) fn named(self) -> Ty<'u> {
        // SAFETY: Y1.
        Ty::new(self.unit, unsafe { clang_Type_getNamedType(self.raw) })
    }

    /// The class of a pointer to a member.
    pub(crate) fn class(self) -> Ty<'u> {
        // SAFETY: Y1.
        Ty::new(self.unit, unsafe { clang_Type_getClassType(self.raw) })
    }

    /// What a vector is made of.
    pub(crate) fn vector_element(self) -> Ty<'u> {
        // SAFETY: Y1.
        Ty::new(self.unit, unsafe { clang_getElementType(self.raw) })
    }

    /// How many elements a vector has.
    pub(crate) fn vector_count(self) -> i64 {
        // SAFETY: Y1.
        unsafe { clang_getNumElements(self.raw) }
    }

    /// The type of which `_Atomic` makes an atomic one; `None` if the library cannot tell: it is older than 11.
    pub(crate) fn atomic_value(self) -> Option<Ty<'u>> {
        if !clang_Type_getValueType::is_loaded() {
            return None;
        }
        // SAFETY: Y1.
        let raw = unsafe { clang_Type_getValueType(self.raw) };
        Some(Ty::new(self.unit, raw))
    }

    /// What a function returns.
    pub(crate) fn result(self) -> Ty<'u> {
        // SAFETY: Y1.
        Ty::new(self.unit, unsafe { clang_getResultType(self.raw) })
    }

    /// The types of a function's parameters; `None` if it is no function.
    pub(crate) fn parameters(self) -> Option<Vec<Ty<'u>>> {
        // SAFETY: Y1.
        let count = unsafe { clang_getNumArgTypes(self.raw) };
        let numbers = 0..u32::try_from(count).ok()?;
        let parameters = numbers.map(|number| {
            // SAFETY: Y1: there are more parameters than `number`.
            Ty::new(self.unit, unsafe { clang_getArgType(self.raw, number) })
        });
        Some(parameters.collect())
    }

    pub(crate) fn is_variadic(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_isFunctionTypeVariadic(self.raw) != 0 }
    }

    pub(crate) fn is_volatile(self) -> bool {
        // SAFETY: Y1.
        unsafe { clang_isVolatileQualifiedType(self.raw) != 0 }
    }

    /// The fields of a record, also of one that is made from a template.
    pub(crate) fn fields(self) -> Vec<Cursor<'u>> {
        extern "C" fn visit(cursor: CXCursor, found: CXClientData) -> CXVisitorResult {
            // SAFETY: Y1: the library calls this with the pointer that it was given below.
            let found = unsafe { &mut *found.cast::<Vec<CXCursor>>() };
            found.push(cursor);
            CXVisit_Continue
        }
        let mut found: Vec<CXCursor> = Vec::new();
        // SAFETY: Y1; `found` outlives the call, and the visitor knows its type.
        unsafe { clang_Type_visitFields(self.raw, visit, (&raw mut found).cast()) };
        found
            .into_iter()
            .map(|raw| Cursor::new(self.unit, raw))
            .collect()
    }
}
