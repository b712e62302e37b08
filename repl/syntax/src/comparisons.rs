//! The comparison operators, which scripts here parse as operators of ours.

use rhai::{Engine, Token};

/// What is written, what it is parsed as, and the precedence that Rhai gives it.
pub const COMPARISONS: [(&str, &str, u8); 6] = [
    ("==", "#==", 90),
    ("!=", "#!=", 90),
    ("<", "#<", 130),
    ("<=", "#<=", 130),
    (">", "#>", 130),
    (">=", "#>=", 130),
];

/// Makes the operators known to `engine`, which then parses them and cannot yet evaluate them.
pub fn declare(engine: &mut Engine) {
    for (_, name, precedence) in COMPARISONS {
        engine
            .register_custom_operator(name, precedence)
            .expect("the operator is not a symbol of the language");
    }
}

/// What a comparison operator is to be parsed as.
pub(crate) fn parsed_as(token: &Token) -> Option<&'static str> {
    let original = match token {
        Token::EqualsTo => "==",
        Token::NotEqualsTo => "!=",
        Token::LessThan => "<",
        Token::LessThanEqualsTo => "<=",
        Token::GreaterThan => ">",
        Token::GreaterThanEqualsTo => ">=",
        _ => return None,
    };
    let mut known = COMPARISONS.iter();
    known
        .find(|(written, ..)| *written == original)
        .map(|(_, name, _)| *name)
}
