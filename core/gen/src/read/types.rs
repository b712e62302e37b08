//! The types of members: which can be observed, and what to use instead of the others.

use clang_sys::*;
use memglass::schema::Protection;

use super::Reader;
use super::names::{Owner, is_nameless};
use crate::clang::{Cursor, Ty};
use crate::model::{Declared, Enum, Type};
use crate::notes::{Notes, Target};
use crate::refusals;

impl Reader<'_> {
    /// The type of a member, or why it cannot be observed.
    pub(super) fn ty(&mut self, ty: Ty<'_>, owner: &Owner, notes: &Notes) -> Result<Type, String> {
        let canonical = ty.canonical();
        if canonical.is_const() {
            return Err("it is const, so that it could never be stored: leave out `const`, and write @readonly if observers shall not write it".into());
        }
        if canonical.is_volatile() {
            return Err(
                "it is volatile, which shared memory does not need: leave out `volatile`".into(),
            );
        }
        match canonical.kind() {
            CXType_ConstantArray => {
                self.array(canonical.element(), canonical.count(), owner, notes)
            }
            CXType_IncompleteArray | CXType_VariableArray | CXType_DependentSizedArray => Err(
                "an array without a fixed length has no place in shared memory: use T[N]".into(),
            ),
            CXType_Record => self.class(ty, canonical, owner, notes),
            CXType_Enum => self.enumeration(canonical, owner).map(Type::Declared),
            CXType_Pointer => pointer(canonical.pointee(), notes),
            _ => scalar(canonical).ok_or_else(|| refusal(canonical)),
        }
    }

    fn array(
        &mut self,
        element: Ty<'_>,
        count: i64,
        owner: &Owner,
        notes: &Notes,
    ) -> Result<Type, String> {
        let count = u64::try_from(count).ok().filter(|count| *count > 0);
        let count = count.ok_or(refusals::NO_ELEMENTS)?;
        let is_text = matches!(element.canonical().kind(), CXType_Char_S | CXType_Char_U);
        let element = self.ty(element, owner, notes)?;
        Ok(if is_text {
            Type::Text(count)
        } else {
            Type::Array(Box::new(element), count)
        })
    }

    fn class(
        &mut self,
        ty: Ty<'_>,
        canonical: Ty<'_>,
        owner: &Owner,
        notes: &Notes,
    ) -> Result<Type, String> {
        let spelling = canonical.spelling();
        if spelling.starts_with("std::array<") {
            let element = canonical.argument(0);
            let count = canonical
                .size()
                .checked_div(element.size().max(1))
                .unwrap_or(0);
            let count = if canonical.fields().is_empty() {
                0
            } else {
                count
            };
            return self.array(element, count, owner, notes);
        }
        if let Some(reason) = substitute(&spelling) {
            return Err(format!("{} {reason}", short(&ty.spelling())));
        }
        match self.record(canonical, Some(owner)) {
            Some(index) => Ok(Type::Declared(index)),
            // What is wrong with it is reported where it is declared.
            None => Err(String::new()),
        }
    }

    fn enumeration(&mut self, ty: Ty<'_>, owner: &Owner) -> Result<usize, String> {
        let spelling = ty.spelling();
        if let Some(known) = self.known.get(&spelling) {
            return known.ok_or_else(String::new);
        }
        if spelling == "std::byte" {
            return Err("std::byte has no values with names: use std::uint8_t".into());
        }
        self.known.insert(spelling.clone(), None);
        let declaration = ty.declaration();
        let notes = self.notes_of(declaration, Target::Enum);
        let integer = declaration.enum_type().canonical();
        let Some(Type::Int { size, is_signed }) = scalar(integer) else {
            return Err(format!(
                "{spelling} is an enumeration of bools or characters: use one of integers"
            ));
        };
        let values: Vec<(String, i128)> = declaration
            .children()
            .into_iter()
            .filter(|child| child.kind() == CXCursor_EnumConstantDecl)
            .map(|child| (child.name(), child.enum_value(is_signed)))
            .collect();
        if values.is_empty() {
            return Err(format!(
                "{spelling} is an enumeration without values: use an integer"
            ));
        }
        if notes.is_flags && is_signed && values.iter().any(|(_, value)| *value < 0) {
            self.refuse(declaration.place(), refusals::NEGATIVE_FLAGS);
        }
        let Some(names) = self.names(ty, Some(owner)) else {
            return Err(String::new());
        };
        let is_flags = notes.is_flags;
        let index = self.model.types.len();
        self.model.types.push(Declared::Enum(Enum {
            names,
            size,
            is_signed,
            is_flags,
            values,
        }));
        self.known.insert(spelling, Some(index));
        Ok(index)
    }

    /// The annotations of a record or enumeration. One without a name has none: they are those of the member.
    pub(super) fn notes_of(&mut self, cursor: Cursor<'_>, target: Target) -> Notes {
        let place = cursor.place();
        let extent = cursor.extent();
        let mut name = cursor.name();
        // Of a `typedef struct { … } Name;` only the type has the name.
        let spelling = cursor.ty().spelling();
        if name.is_empty() && !is_nameless(&spelling) {
            name = spelling;
        }
        let source = self.sources.get(&place.file);
        let found = source.declaration(&name, extent.start.max(place.start));
        let annotations = found.map(|found| &*found.annotations);
        let annotations = annotations.unwrap_or_default();
        Notes::read(&place.file, annotations, target, self.faults)
    }
}

/// The number that a type is.
pub(super) fn scalar(ty: Ty<'_>) -> Option<Type> {
    let size = u64::try_from(ty.size()).ok()?;
    let is_signed = match ty.kind() {
        CXType_Bool => return Some(Type::Bool),
        CXType_Float | CXType_Double => return Some(Type::Float { size }),
        CXType_Char_S | CXType_SChar | CXType_Short | CXType_Int | CXType_Long
        | CXType_LongLong | CXType_Int128 => true,
        CXType_WChar => cfg!(not(target_arch = "aarch64")),
        CXType_Char_U | CXType_UChar | CXType_Char16 | CXType_Char32 | CXType_UShort
        | CXType_UInt | CXType_ULong | CXType_ULongLong | CXType_UInt128 => false,
        _ if ty.spelling() == "char8_t" => false,
        _ => return None,
    };
    Some(Type::Int { size, is_signed })
}

fn pointer(pointee: Ty<'_>, notes: &Notes) -> Result<Type, String> {
    if !notes.is_address {
        return Err(refusals::POINTER.into());
    }
    if notes.protection != Protection::Plain && notes.protection != Protection::Atomic {
        return Err(refusals::GUARDED_ADDRESS.into());
    }
    let target = pointee.canonical();
    if matches!(target.kind(), CXType_FunctionProto | CXType_FunctionNoProto) {
        return Err("a pointer to a function cannot be shown".into());
    }
    let is_described = matches!(target.kind(), CXType_Record | CXType_Enum);
    Ok(Type::Pointer(if is_described {
        target.spelling()
    } else {
        String::new()
    }))
}

fn refusal(ty: Ty<'_>) -> String {
    match ty.kind() {
        CXType_LValueReference | CXType_RValueReference => refusals::REFERENCE.into(),
        CXType_MemberPointer => {
            "a pointer to a member cannot be shown: use an index or an enumeration".into()
        }
        CXType_LongDouble | CXType_Float128 | CXType_Float16 | CXType_Half => {
            refusals::wide_float(&ty.spelling())
        }
        CXType_Vector | CXType_ExtVector => {
            "a vector of the processor has no elements with names: use T[N]".into()
        }
        CXType_Complex => "a complex number is two: use two members".into(),
        CXType_NullPtr => "std::nullptr_t has only one value".into(),
        _ => format!("{} cannot be observed", ty.spelling()),
    }
}

/// What to use instead of a type of the standard library or of memglass; `None` if the type can be looked into.
fn substitute(spelling: &str) -> Option<&'static str> {
    const SUBSTITUTES: &[(&str, &str)] = &[
        ("basic_string<", "keeps its text elsewhere: use char[N]"),
        (
            "basic_string_view<",
            "refers to memory of this process: use char[N]",
        ),
        (
            "vector<",
            "keeps its elements elsewhere: use T[N] or std::array<T, N>, and a member with the number of them",
        ),
        (
            "deque<",
            "keeps its elements elsewhere: use T[N] or std::array<T, N>",
        ),
        (
            "list<",
            "keeps its elements elsewhere: use T[N] or std::array<T, N>",
        ),
        (
            "forward_list<",
            "keeps its elements elsewhere: use T[N] or std::array<T, N>",
        ),
        (
            "map<",
            "keeps its elements elsewhere: use an array of a struct with key and value, or an object for each",
        ),
        (
            "multimap<",
            "keeps its elements elsewhere: use an array of a struct with key and value",
        ),
        (
            "unordered_map<",
            "keeps its elements elsewhere: use an array of a struct with key and value, or an object for each",
        ),
        (
            "unordered_multimap<",
            "keeps its elements elsewhere: use an array of a struct with key and value",
        ),
        (
            "set<",
            "keeps its elements elsewhere: use T[N] or std::array<T, N>",
        ),
        (
            "multiset<",
            "keeps its elements elsewhere: use T[N] or std::array<T, N>",
        ),
        (
            "unordered_set<",
            "keeps its elements elsewhere: use T[N] or std::array<T, N>",
        ),
        (
            "span<",
            "refers to memory of this process: use T[N] or std::array<T, N>",
        ),
        (
            "unique_ptr<",
            "refers to memory of this process: keep the value itself in the struct",
        ),
        (
            "shared_ptr<",
            "refers to memory of this process: keep the value itself in the struct",
        ),
        (
            "weak_ptr<",
            "refers to memory of this process: keep the value itself in the struct",
        ),
        (
            "reference_wrapper<",
            "refers to memory of this process: keep the value itself in the struct",
        ),
        ("function<", "is code of this process: use an enumeration"),
        (
            "any",
            "has no fixed type: use a union with a member that says which it is",
        ),
        (
            "variant<",
            "has no fixed type: use a union with a member that says which it is",
        ),
        ("optional<", "has a hidden layout: use a bool and a value"),
        (
            "pair<",
            "has members without meaning: use a struct of your own",
        ),
        (
            "tuple<",
            "has members without names: use a struct of your own",
        ),
        (
            "bitset<",
            "hides its bits: use an unsigned integer with @flags",
        ),
        ("complex<", "is two numbers: use two members"),
        (
            "atomic<",
            "is what the storage makes of it: use the bare type, with @atomic",
        ),
        (
            "atomic_flag",
            "is what the storage makes of it: use bool, with @atomic",
        ),
        (
            "mutex",
            "cannot be shared: leave it out, and protect members with @seqlock or @locked",
        ),
        (
            "recursive_mutex",
            "cannot be shared: leave it out, and protect members with @seqlock or @locked",
        ),
        (
            "shared_mutex",
            "cannot be shared: leave it out, and protect members with @seqlock or @locked",
        ),
        ("condition_variable", "cannot be shared: leave it out"),
        ("thread", "belongs to this process: leave it out"),
        (
            "chrono::",
            "hides its number: use std::int64_t with @unit(\"ns\")",
        ),
    ];
    if let Some(name) = spelling.strip_prefix("memglass::") {
        let is_cell = [
            "Plain<",
            "Atomic<",
            "Guarded<",
            "Locked<",
            "Cells<",
            "PlainText<",
        ];
        let is_cell = is_cell.iter().any(|cell| name.starts_with(cell));
        return is_cell.then_some("is what the storage makes of a type: use the bare type, with @atomic, @seqlock or @locked");
    }
    let name = spelling.strip_prefix("std::")?;
    let name = name
        .strip_prefix("__cxx11::")
        .or_else(|| name.strip_prefix("__1::"))
        .unwrap_or(name);
    let known = SUBSTITUTES
        .iter()
        .find(|(known, _)| name.starts_with(known));
    Some(known.map_or(
        "is of the standard library, which may lay it out differently: use a struct of your own",
        |(_, reason)| reason,
    ))
}

/// A type without default arguments that nobody writes.
fn short(spelling: &str) -> &str {
    match spelling.find("basic_string<char>") {
        Some(_) => "std::string",
        None => spelling,
    }
}
