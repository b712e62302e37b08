//! What generated code calls types.

use std::collections::HashMap;

use memglass_code::{TokenKind, lex};

use crate::model::Names;

/// The words that are taken in namespaces: types of templates may come to the same one.
#[derive(Default)]
pub(crate) struct Taken(HashMap<(String, String), usize>);

impl Taken {
    /// `word`, or with a number behind it if another type of the namespace has it.
    pub(crate) fn unused(&mut self, namespace: &str, word: &str) -> String {
        let count = self
            .0
            .entry((namespace.to_owned(), word.to_owned()))
            .or_default();
        *count += 1;
        match count {
            1 => word.to_owned(),
            number => format!("{word}_{number}"),
        }
    }

    /// What a type without a name is called, of which this record has a member.
    pub(crate) fn names_of_member(&mut self, owner: &Names, member: &str) -> Names {
        let word = format!("{}_{member}", owner.word);
        let (cpp, shown) = (&owner.cpp, &owner.shown);
        Names {
            shown: format!("{shown}::{member}"),
            cpp: format!("std::remove_all_extents_t<decltype({cpp}::{member})>"),
            namespace: owner.namespace.clone(),
            word: self.unused(&owner.namespace, &word),
        }
    }
}

/// Words in the spelling of a type that are no names.
const KEYWORDS: &[&str] = &[
    "bool", "char", "char16_t", "char32_t", "char8_t", "class", "const", "double", "enum", "false",
    "float", "int", "long", "nullptr", "short", "signed", "struct", "true", "typename", "union",
    "unsigned", "void", "volatile", "wchar_t", "__int128",
];

/// The spelling of a type with each name from the outermost scope, those in arguments of templates too: memglass, where
/// descriptors stand, has names of its own, such as `Session`.
pub(crate) fn from_outermost(spelling: &str) -> String {
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
pub(crate) fn as_word(name: &str) -> String {
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
