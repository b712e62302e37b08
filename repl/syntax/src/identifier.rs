//! Which words are free: Rhai's own lexer says so, so that there is no list to keep.

use rhai::{Engine, Token};

thread_local! {
    static LEXER: Engine = const { Engine::new_raw() };
}

/// Words with a meaning, for completion.
pub const KEYWORDS: &[&str] = &[
    "as", "break", "catch", "const", "continue", "do", "else", "export", "false", "fn", "for",
    "if", "import", "in", "let", "loop", "private", "return", "switch", "this", "throw", "true",
    "try", "until", "while",
];

/// Whether a script can write `text` without quotes: as a variable, and after a dot.
pub fn is_identifier(text: &str) -> bool {
    is(
        text,
        |token| matches!(token, Token::Identifier(name) if **name == *text),
    )
}

/// Whether the script language keeps the word for itself, with a meaning or for later: `p.new` is a mistake
/// and `p["new"]` is not.
pub fn is_keyword(word: &str) -> bool {
    is(word, |token| !matches!(token, Token::Identifier(_)))
}

/// Whether the first token of `text` is such a one.
fn is(text: &str, wanted: impl Fn(&Token) -> bool) -> bool {
    LEXER.with(|engine| {
        let (mut tokens, _) = engine.lex([&text]);
        tokens.next().is_some_and(|(token, _)| wanted(&token))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pitfall_07_reserved_words_are_no_identifiers() {
        let reserved = [
            "new", "default", "match", "case", "shared", "thread", "is", "null", "sync", "static",
            "call", "go", "with", "use", "var", "void", "super", "public", "eval", "debug",
            "print", "in", "fn", "let", "true", "type_of", "curry", "await",
        ];
        for word in reserved.iter().chain(KEYWORDS) {
            assert!(!is_identifier(word) && is_keyword(word), "{word:?}");
        }
        for text in ["a-b", "2x", "", "a b", "\u{e4}", "a.b", "\"a\""] {
            assert!(!is_identifier(text), "{text:?}");
        }
    }

    #[test]
    fn an_identifier_can_stand_behind_a_dot() {
        let engine = Engine::new_raw();
        let free = [
            "quantity",
            "_x",
            "tag",
            "AAPL_position",
            "exit",
            "type",
            "value",
            "name",
            "label",
            "from",
        ];
        for word in free {
            assert!(is_identifier(word) && !is_keyword(word), "{word:?}");
            assert!(engine.compile(format!("p.{word}")).is_ok(), "{word:?}");
        }
    }
}
