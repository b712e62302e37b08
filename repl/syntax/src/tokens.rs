//! Where scripts read differently from Rhai: comparisons, `_`, and integer literals that Rhai would change.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rhai::{Engine, LexError, Position, Token};

use super::comparisons;

/// Makes `engine` parse so; `source` holds the text being parsed. Storing true into `interrupt` ends that with an error.
pub fn install(engine: &mut Engine, source: &Rc<RefCell<String>>, interrupt: &Arc<AtomicBool>) {
    let (source, interrupt) = (source.clone(), interrupt.clone());
    #[expect(deprecated, reason = "marked volatile; the version is pinned")]
    engine.on_parse_token(move |token, position, _| {
        if interrupt.load(Ordering::Relaxed) {
            return interrupted();
        }
        // To find a position takes as long as the line is: only few tokens ask.
        mapped(token, |is| is(rest(&source.borrow(), position)))
    });
}

/// The token to parse instead of one; `begins` asks the text from there on.
fn mapped(token: Token, begins: impl Fn(fn(&str) -> bool) -> bool) -> Token {
    match &token {
        // A hexadecimal literal beyond the signed range becomes negative; a decimal one is so by its sign.
        Token::IntegerConstant(number) if *number < 0 && begins(|rest| rest.starts_with('0')) => {
            too_large(&format!("{number:#x}"))
        }
        Token::FloatConstant(literal) if is_whole(&literal.1) => too_large(&literal.1),
        // Rhai would read infinity.
        Token::FloatConstant(literal) if literal.0.is_infinite() => beyond(&literal.1),
        Token::Underscore if begins(is_last_result) => Token::Identifier(Box::new("_".into())),
        other => match comparisons::parsed_as(other) {
            Some(name) => Token::Custom(Box::new(name.into())),
            None => token,
        },
    }
}

/// Whether a literal that Rhai made a float of is an integer as written.
fn is_whole(literal: &str) -> bool {
    literal
        .trim_start_matches('-')
        .bytes()
        .all(|byte| byte.is_ascii_digit())
}

fn interrupted() -> Token {
    let text = "interrupted".to_owned();
    Token::LexError(Box::new(LexError::UnexpectedInput(text)))
}

fn too_large(literal: &str) -> Token {
    let message = format!(
        "{literal} does not fit into 64 signed bits; write it as u64(\"…\") or i128(\"…\")"
    );
    Token::LexError(Box::new(LexError::ImproperSymbol(
        literal.to_owned(),
        message,
    )))
}

fn beyond(literal: &str) -> Token {
    let message = format!("{literal} is beyond the largest f64, {:e}", f64::MAX);
    Token::LexError(Box::new(LexError::ImproperSymbol(
        literal.to_owned(),
        message,
    )))
}

/// `_` names the last result, except where it stands for the default case of a `switch`.
fn is_last_result(rest: &str) -> bool {
    let after = rest.strip_prefix('_').map(str::trim_start);
    after.is_some_and(|after| !after.starts_with("=>") && !after.starts_with("if "))
}

/// The source from this position on; empty if it has no such place, being another text given to `eval`.
pub fn rest(source: &str, position: Position) -> &str {
    let line = position
        .line()
        .and_then(|line| source.lines().nth(line - 1))
        .unwrap_or_default();
    let start = position
        .position()
        .and_then(|column| line.char_indices().nth(column - 1));
    start.map_or("", |(start, _)| {
        let offset = line.as_ptr() as usize - source.as_ptr() as usize + start;
        &source[offset..]
    })
}

#[cfg(test)]
mod tests {
    use rhai::{Dynamic, Scope};

    use super::*;

    /// `_` is 41 here.
    #[track_caller]
    fn check(source: &str, expected: &str) {
        let mut engine = Engine::new();
        comparisons::declare(&mut engine);
        engine.register_fn("#==", |a: i64, b: i64| a == b);
        install(
            &mut engine,
            &Rc::new(RefCell::new(source.to_owned())),
            &Arc::default(),
        );
        let mut scope = Scope::new();
        scope.push("_", 41i64);
        let text = match engine.eval_with_scope::<Dynamic>(&mut scope, source) {
            Ok(value) => value.to_string(),
            Err(error) => error.to_string(),
        };
        assert!(text.starts_with(expected), "{source}: {text}");
    }

    #[test]
    fn pitfall_08_a_literal_that_would_change_is_refused() {
        check(
            "18446744073709551615",
            "Syntax error: 18446744073709551615 does not fit into 64 signed bits; write it as u64",
        );
        check(
            "1 + 0xffff_ffff_ffff_ffff",
            "Syntax error: 0xffffffffffffffff does not fit into 64 signed bits",
        );
        check(
            "-9223372036854775809",
            "Syntax error: -9223372036854775809 does not fit",
        );
        check(
            "1e400",
            "Syntax error: 1e400 is beyond the largest f64, 1.79",
        );
        check("2 > -1e9_999", "Syntax error: ");
        check("1e308", "1e308");
        check(
            "let x = 1;\n`${0x8000000000000000}`",
            "Syntax error: 0x8000000000000000 does not fit",
        );
    }

    #[test]
    fn all_other_literals_are_as_in_rhai() {
        check("9223372036854775807", "9223372036854775807");
        check("-9223372036854775808", "-9223372036854775808");
        check("-5 + 0xff", "250");
        check("0x7fff_ffff_ffff_ffff", "9223372036854775807");
        check("1e19", "1e19");
        check("eval(\"-7\")", "-7");
    }

    #[test]
    fn the_underscore_is_the_last_result_or_the_default_case() {
        check("_ + 1", "42");
        check("switch _ { 41 => _, _ => 0 }", "41");
        check("switch 5 { 1 => 2, _ => _ }", "41");
        check("_ == 41", "true");
    }
}
