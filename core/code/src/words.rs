//! The words of C++ by what they are good for.

/// The name after the `#` of a directive; empty if there is none.
pub(crate) fn directive_name(text: &str) -> &str {
    let after = text
        .strip_prefix("%:")
        .or_else(|| text.strip_prefix('#'))
        .unwrap_or(text);
    let after = after.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\\');
    let end = after
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(after.len());
    &after[..end]
}

/// Whether `word` cannot be a name.
pub(crate) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "alignas"
            | "alignof"
            | "and"
            | "and_eq"
            | "asm"
            | "auto"
            | "bitand"
            | "bitor"
            | "bool"
            | "break"
            | "case"
            | "catch"
            | "char"
            | "char8_t"
            | "char16_t"
            | "char32_t"
            | "class"
            | "compl"
            | "concept"
            | "const"
            | "consteval"
            | "constexpr"
            | "constinit"
            | "const_cast"
            | "continue"
            | "co_await"
            | "co_return"
            | "co_yield"
            | "decltype"
            | "default"
            | "delete"
            | "do"
            | "double"
            | "dynamic_cast"
            | "else"
            | "enum"
            | "explicit"
            | "export"
            | "extern"
            | "false"
            | "float"
            | "for"
            | "friend"
            | "goto"
            | "if"
            | "inline"
            | "int"
            | "long"
            | "mutable"
            | "namespace"
            | "new"
            | "noexcept"
            | "not"
            | "not_eq"
            | "nullptr"
            | "operator"
            | "or"
            | "or_eq"
            | "private"
            | "protected"
            | "public"
            | "register"
            | "reinterpret_cast"
            | "requires"
            | "return"
            | "short"
            | "signed"
            | "sizeof"
            | "static"
            | "static_assert"
            | "static_cast"
            | "struct"
            | "switch"
            | "template"
            | "this"
            | "thread_local"
            | "throw"
            | "true"
            | "try"
            | "typedef"
            | "typeid"
            | "typename"
            | "union"
            | "unsigned"
            | "using"
            | "virtual"
            | "void"
            | "volatile"
            | "wchar_t"
            | "while"
            | "xor"
            | "xor_eq"
    )
}

/// Whether `word` is a type, or a part of one, by itself.
pub(crate) fn is_builtin(word: &str) -> bool {
    matches!(
        word,
        "void"
            | "bool"
            | "char"
            | "char8_t"
            | "char16_t"
            | "char32_t"
            | "wchar_t"
            | "short"
            | "int"
            | "long"
            | "signed"
            | "unsigned"
            | "float"
            | "double"
            | "auto"
            | "__int128"
            | "__int128_t"
            | "__uint128_t"
            | "_Bool"
            | "_Complex"
            | "__complex__"
            | "__signed__"
            | "__signed"
            | "__float128"
            | "__auto_type"
    )
}

/// Whether `word` stands before a type and belongs to the declared name.
pub(crate) fn is_specifier(word: &str) -> bool {
    matches!(
        word,
        "static"
            | "extern"
            | "inline"
            | "constexpr"
            | "consteval"
            | "constinit"
            | "virtual"
            | "explicit"
            | "mutable"
            | "register"
            | "thread_local"
            | "friend"
            | "typedef"
            | "__inline"
            | "__inline__"
            | "__thread"
            | "__extension__"
            | "_Noreturn"
            | "_Thread_local"
            | "__forceinline"
    )
}

/// Whether `word` qualifies a type.
pub(crate) fn is_cv(word: &str) -> bool {
    matches!(
        word,
        "const"
            | "volatile"
            | "__const"
            | "__volatile__"
            | "__restrict"
            | "__restrict__"
            | "restrict"
            | "_Atomic"
            | "__const__"
            | "__volatile"
    )
}

/// Whether `word` takes bracketed text that decides a type.
pub(crate) fn is_type_operator(word: &str) -> bool {
    matches!(
        word,
        "decltype" | "typeof" | "__typeof__" | "__typeof" | "__decltype" | "__underlying_type"
    )
}

/// Whether `word` begins an attribute with its arguments in round brackets.
pub(crate) fn is_attribute_word(word: &str) -> bool {
    matches!(
        word,
        "alignas" | "_Alignas" | "__attribute__" | "__attribute" | "__declspec"
    )
}

/// Whether `word` begins or names a record.
pub(crate) fn is_record_key(word: &str) -> bool {
    matches!(word, "struct" | "class" | "union")
}

/// Whether `word` begins assembler text.
pub(crate) fn is_asm(word: &str) -> bool {
    matches!(word, "asm" | "__asm__" | "__asm")
}

/// Whether `word` is of capitals, digits and underscores, as macros are by custom.
pub(crate) fn is_capitals(word: &str) -> bool {
    word.bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        && word.bytes().any(|b| b.is_ascii_uppercase())
}

/// Whether `word` may name something: letters, digits and underscores, no digit first.
pub(crate) fn is_name(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with(|c: char| c.is_ascii_digit())
        && word
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '$')
}
