//! What types are called.

use clang_sys::*;

use super::Reader;
use crate::clang::{Cursor, Ty};
use crate::model::Names;
use crate::names::{as_word, from_outermost};
use crate::refusals;

/// Which member a type without a name is the type of.
#[derive(Clone)]
pub(super) struct Owner {
    /// The record, as users see it and as the compiler knows it.
    pub(super) names: Names,
    pub(super) member: String,
}

impl Reader<'_> {
    /// The names of a record or enumeration; of one without a name, those that its member gives it. Refuses what
    /// generated code cannot name.
    pub(super) fn names(&mut self, ty: Ty<'_>, owner: Option<&Owner>) -> Option<Names> {
        let declaration = ty.declaration();
        let spelling = ty.spelling();
        let is_nameless = is_nameless(&spelling);
        let mut prefix = String::new();
        let mut namespaces = Vec::new();
        let mut scope = declaration;
        loop {
            scope = scope.parent();
            match scope.kind() {
                CXCursor_Namespace if scope.name().is_empty() || scope.is_anonymous() => {
                    self.refuse(declaration.place(), refusals::NAMELESS_NAMESPACE);
                    return None;
                }
                CXCursor_Namespace => {
                    prefix.insert_str(0, &format!("{}::", scope.name()));
                    // Storage goes into the namespace around, as an inline one must be opened as such.
                    if !scope.is_inline_namespace() {
                        namespaces.insert(0, scope.name());
                    }
                }
                // `extern "C" {` is one of the last two, as the version of the library has it.
                CXCursor_StructDecl
                | CXCursor_ClassDecl
                | CXCursor_UnionDecl
                | CXCursor_LinkageSpec
                | CXCursor_UnexposedDecl => {}
                _ => break,
            }
        }
        if !is_nameless && !is_reachable(declaration) {
            self.refuse(declaration.place(), refusals::private(&spelling));
            return None;
        }
        let namespace = namespaces.join("::");
        if !is_nameless {
            let local = spelling.strip_prefix(&prefix).unwrap_or(&spelling);
            let word = self.taken.unused(&namespace, &as_word(local));
            let is_hidden = prefix.is_empty() && self.functions.contains(&spelling)
                || is_hidden_by_member(declaration);
            let keyword = if is_hidden { keyword(declaration) } else { "" };
            return Some(Names {
                cpp: format!("{keyword}{}", from_outermost(&spelling)),
                shown: spelling,
                namespace,
                word,
            });
        }
        let Some(Owner { names, member }) = owner else {
            self.refuse(declaration.place(), refusals::NAMELESS);
            return None;
        };
        Some(self.taken.names_of_member(names, member))
    }
}

/// Whether the spelling of a type is not its name, but says that it has none.
pub(super) fn is_nameless(spelling: &str) -> bool {
    spelling.contains("(unnamed") || spelling.contains("(anonymous")
}

/// What C++ writes before a type that has its name in common with a function.
fn keyword(declaration: Cursor<'_>) -> &'static str {
    match declaration.kind() {
        CXCursor_UnionDecl => "union ",
        CXCursor_EnumDecl => "enum ",
        _ => "struct ",
    }
}

/// Whether the record that a type is in has a member of the same name, as `struct in { … } in;` makes.
fn is_hidden_by_member(declaration: Cursor<'_>) -> bool {
    let (outer, name) = (declaration.parent(), declaration.name());
    let is_record = matches!(
        outer.kind(),
        CXCursor_StructDecl | CXCursor_ClassDecl | CXCursor_UnionDecl
    );
    let mut fields = is_record.then(|| outer.ty().fields()).into_iter().flatten();
    fields.any(|field| field.name() == name)
}

/// Whether a type and all records that it is in are public.
fn is_reachable(mut cursor: Cursor<'_>) -> bool {
    while matches!(
        cursor.kind(),
        CXCursor_StructDecl | CXCursor_ClassDecl | CXCursor_UnionDecl | CXCursor_EnumDecl
    ) {
        if !cursor.is_public() {
            return false;
        }
        cursor = cursor.parent();
    }
    true
}
