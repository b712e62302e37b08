//! What types are called.

use clang_sys::*;
use memglass_code::{TokenKind, lex};

use super::Reader;
use crate::clang::{Cursor, Ty};
use crate::model::Names;

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
        let is_nameless = spelling.contains("(unnamed") || spelling.contains("(anonymous");
        let mut prefix = String::new();
        let mut namespaces = Vec::new();
        let mut scope = declaration;
        loop {
            scope = scope.parent();
            match scope.kind() {
                CXCursor_Namespace if scope.name().is_empty() || scope.is_anonymous() => {
                    let reason = "it is in a namespace without a name, where another header cannot reach it: move it out";
                    self.refuse(declaration.place(), reason);
                    return None;
                }
                CXCursor_Namespace => {
                    prefix.insert_str(0, &format!("{}::", scope.name()));
                    // Storage goes into the namespace around, as an inline one must be opened as such.
                    if !scope.is_inline_namespace() {
                        namespaces.insert(0, scope.name());
                    }
                }
                CXCursor_StructDecl | CXCursor_ClassDecl | CXCursor_UnionDecl
                | CXCursor_LinkageSpec => {}
                _ => break,
            }
        }
        if !is_nameless && !is_reachable(declaration) {
            let reason = format!(
                "{spelling} is private, so that generated code cannot name it: make it public"
            );
            self.refuse(declaration.place(), reason);
            return None;
        }
        let namespace = namespaces.join("::");
        if !is_nameless {
            let local = spelling.strip_prefix(&prefix).unwrap_or(&spelling);
            let word = self.unused(&namespace, &as_word(local));
            let is_hidden = prefix.is_empty() && self.functions.contains(&spelling);
            let keyword = if is_hidden { keyword(declaration) } else { "" };
            return Some(Names {
                cpp: format!("{keyword}{}", from_outermost(&spelling)),
                shown: spelling,
                namespace,
                word,
            });
        }
        let Some(Owner { names, member }) = owner else {
            self.refuse(declaration.place(), "it has no name; give it one");
            return None;
        };
        let word = self.unused(&names.namespace, &format!("{}_{member}", names.word));
        Some(Names {
            shown: format!("{}::{member}", names.shown),
            cpp: format!(
                "std::remove_all_extents_t<decltype({}::{member})>",
                names.cpp
            ),
            namespace: names.namespace.clone(),
            word,
        })
    }

    /// `word`, or with a number behind it if another type of the namespace has it.
    fn unused(&mut self, namespace: &str, word: &str) -> String {
        let count = self
            .words
            .entry((namespace.to_owned(), word.to_owned()))
            .or_default();
        *count += 1;
        match count {
            1 => word.to_owned(),
            number => format!("{word}_{number}"),
        }
    }
}

/// What C++ writes before a type that has its name in common with a function.
fn keyword(declaration: Cursor<'_>) -> &'static str {
    match declaration.kind() {
        CXCursor_UnionDecl => "union ",
        CXCursor_EnumDecl => "enum ",
        _ => "struct ",
    }
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

/// Words in the spelling of a type that are no names.
const KEYWORDS: &[&str] = &[
    "bool", "char", "char16_t", "char32_t", "char8_t", "class", "const", "double", "enum", "false",
    "float", "int", "long", "nullptr", "short", "signed", "struct", "true", "typename", "union",
    "unsigned", "void", "volatile", "wchar_t", "__int128",
];

/// The spelling of a type with each name from the outermost scope, those in arguments of templates too: memglass, where
/// descriptors stand, has names of its own, such as `Session`.
fn from_outermost(spelling: &str) -> String {
    let mut text = String::new();
    let mut at = 0;
    let mut is_inside = false;
    for token in lex(spelling) {
        let (start, end) = (token.start as usize, token.end as usize);
        let word = &spelling[start..end];
        text.push_str(&spelling[at..start]);
        at = end;
        let is_name = token.kind == TokenKind::Word && !KEYWORDS.contains(&word);
        if is_name && !is_inside {
            text.push_str("::");
        }
        is_inside = word == "::";
        text.push_str(word);
    }
    text
}

/// A name as one word: `Box<int, 3>` is `Box_int_3`.
fn as_word(name: &str) -> String {
    let words: Vec<&str> = name
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    words.join("_")
}

#[cfg(test)]
mod tests {
    use super::from_outermost;

    #[track_caller]
    fn check(spelling: &str, expected: &str) {
        assert_eq!(from_outermost(spelling), expected);
    }

    #[test]
    fn names_are_taken_from_the_outermost_scope() {
        check("Order", "::Order");
        check("oms::Order", "::oms::Order");
    }

    #[test]
    fn names_in_arguments_of_templates_are_too() {
        check("Box<Session>", "::Box<::Session>");
        check(
            "a::Box<b::C<unsigned int>, 3UL, (a::Side)1>",
            "::a::Box<::b::C<unsigned int>, 3UL, (::a::Side)1>",
        );
        check("Row<const char, true>", "::Row<const char, true>");
    }
}
