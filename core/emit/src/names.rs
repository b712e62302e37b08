//! Names of a schema as names of a language.

/// Words that no name may be in C or C++.
const CPP: &str = "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl \
    concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete do double \
    dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace new noexcept not \
    not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires restrict return short signed sizeof \
    static static_assert static_cast struct switch template this thread_local throw true try typedef typeid typename union unsigned \
    using virtual void volatile wchar_t while xor xor_eq";

/// Words that no name may be in Rust.
const RUST: &str = "_ Self abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen \
    if impl in let loop macro match mod move mut override priv pub ref return self static struct super trait true try type typeof \
    union unsafe unsized use virtual where while yield";

/// A name that C and C++ take.
pub(crate) fn cpp(name: &str) -> String {
    free(word(name), CPP)
}

/// A name that Rust takes.
pub(crate) fn rust(name: &str) -> String {
    free(word(name), RUST)
}

fn free(word: String, keywords: &str) -> String {
    match keywords.split_whitespace().any(|keyword| keyword == word) {
        true => word + "_",
        false => word,
    }
}

/// Letters, digits and `_`, not beginning with a digit.
pub(crate) fn word(name: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let word: String = name
        .chars()
        .map(|c| if is_part(c) { c } else { '_' })
        .collect();
    match word.chars().next() {
        Some(first) if !first.is_ascii_digit() => word,
        _ => format!("_{word}"),
    }
}

/// The namespaces of a name and its last part. Colons between `<` and `>` are part of an argument.
pub(crate) fn split(name: &str) -> (Vec<&str>, &str) {
    let end = name.find('<').unwrap_or(name.len());
    let last = name[..end].rfind("::").map_or(0, |at| at + 2);
    let namespaces = name[..last].split("::").filter(|part| !part.is_empty());
    (namespaces.collect(), &name[last..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_language_cannot_have_is_changed() {
        assert_eq!(cpp("class"), "class_");
        assert_eq!(rust("type"), "type_");
        assert_eq!(cpp("type"), "type");
        assert_eq!(word("IMMEDIATE-OR-CANCEL"), "IMMEDIATE_OR_CANCEL");
        assert_eq!(word("2nd"), "_2nd");
        assert_eq!(word(""), "_");
    }

    #[test]
    fn namespaces_end_before_arguments() {
        assert_eq!(split("a::b::Row"), (vec!["a", "b"], "Row"));
        assert_eq!(split("a::Box<b::Row>"), (vec!["a"], "Box<b::Row>"));
        assert_eq!(split("Row"), (vec![], "Row"));
    }
}
