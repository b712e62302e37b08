//! Which specifiers and qualifiers fit.

use super::code::{Code, CodeBody, Make};
use super::error::BuildFault;
use super::place_check::is_record;

pub(super) fn check(code: &Code, owner: &Code) -> Result<(), BuildFault> {
    for (number, word) in code.specifiers.iter().enumerate() {
        let before = &code.specifiers[..number];
        if before.contains(word) {
            return Err(BuildFault::SpecifierTwice);
        }
        if !fits(code, owner, word) {
            return Err(BuildFault::SpecifierNotHere);
        }
        if before.iter().any(|other| clashes(other, word)) {
            return Err(BuildFault::SpecifierClash);
        }
    }
    Ok(())
}

/// Whether the specifiers exclude each other.
fn clashes(a: &str, b: &str) -> bool {
    let both = |group: &[&str]| group.contains(&a) && group.contains(&b);
    both(&["static", "extern", "register"])
        || both(&["constexpr", "consteval", "constinit"])
        || both(&["virtual", "static"])
}

fn fits(code: &Code, owner: &Code, word: &str) -> bool {
    let member = is_record(owner.make);
    let is = |words: &[&str]| words.contains(&word) || word == "inline";
    match code.make {
        Make::Variable if member => is(&[
            "static",
            "constexpr",
            "constinit",
            "thread_local",
            "mutable",
            "const",
            "volatile",
        ]),
        Make::Variable => {
            let words = [
                "static",
                "extern",
                "register",
                "constexpr",
                "constinit",
                "thread_local",
                "const",
                "volatile",
            ];
            is(&words)
        }
        Make::Function | Make::Operator if member => {
            is(&["static", "constexpr", "consteval", "virtual"])
        }
        Make::Function | Make::Operator => is(&["static", "extern", "constexpr", "consteval"]),
        Make::Constructor => is(&["constexpr", "consteval", "explicit"]),
        Make::Destructor => is(&["constexpr", "virtual"]),
        Make::OperatorCast => is(&["constexpr", "consteval", "explicit", "virtual"]),
        Make::Namespace => word == "inline",
        _ => false,
    }
}

/// Checks what is behind the parameters, and whether the body fits it.
pub(super) fn qualifiers(code: &Code, owner: &Code) -> Result<(), BuildFault> {
    let member = is_record(owner.make) || super::place_check::is_qualified(code);
    for (number, word) in code.qualifiers.iter().enumerate() {
        super::text_check::balanced(word)?;
        if code.qualifiers[..number].contains(word) {
            return Err(BuildFault::SpecifierTwice);
        }
        let fits = match word.as_str() {
            "const" | "volatile" | "&" | "&&" => {
                member
                    && !code.specifiers.iter().any(|word| word == "static")
                    && !matches!(code.make, Make::Constructor | Make::Destructor)
            }
            "override" | "final" => member && code.make != Make::Constructor,
            word => {
                word.starts_with("noexcept")
                    || word.starts_with("throw")
                    || word.starts_with("->")
                    || word.starts_with("requires")
            }
        };
        if !fits {
            return Err(BuildFault::SpecifierNotHere);
        }
        let other = if word == "&" { "&&" } else { "&" };
        if matches!(word.as_str(), "&" | "&&")
            && code.qualifiers[..number].iter().any(|word| word == other)
        {
            return Err(BuildFault::SpecifierClash);
        }
    }
    Ok(())
}

/// Checks `= 0`, `= default` and `= delete`.
pub(super) fn equals_body(code: &Code) -> Result<(), BuildFault> {
    let Some(CodeBody::Text(text)) = &code.body else {
        return Ok(());
    };
    let Some(what) = text.trim().strip_prefix('=') else {
        return Ok(());
    };
    let has = |words: &[String], word: &str| words.iter().any(|other| other == word);
    match what.trim() {
        "0" if has(&code.specifiers, "virtual") || has(&code.qualifiers, "override") => Ok(()),
        "0" => Err(BuildFault::SpecifierNotHere),
        "delete" => Ok(()),
        "default" if can_default(code) => Ok(()),
        _ => Err(BuildFault::WrongKind),
    }
}

fn can_default(code: &Code) -> bool {
    let symbol = code
        .operator
        .as_ref()
        .map_or("", |operator| operator.text());
    match code.make {
        Make::Constructor | Make::Destructor => true,
        Make::Operator => matches!(symbol, "=" | "==" | "!=" | "<" | ">" | "<=" | ">=" | "<=>"),
        _ => false,
    }
}
