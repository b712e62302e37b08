//! The rules for operators: how many operands, of what type, with what result.

use crate::lex::lex;
use crate::words::{is_builtin, is_cv};

use super::code::{Code, CodeParam};
use super::error::BuildFault;

/// How many operands an operator has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operands {
    One,
    Two,
    OneOrTwo,
    Any,
}

/// Checks `code`, an operator that is a member or free.
pub(super) fn check(code: &Code, symbol: &str, is_member: bool) -> Result<(), BuildFault> {
    let operands = operands(symbol).ok_or(BuildFault::OperatorUnknown)?;
    if !is_member && matches!(symbol, "=" | "[]" | "()" | "->") {
        return Err(BuildFault::OperatorMemberOnly);
    }
    let params = code.params.as_deref().unwrap_or_default();
    arity(operands, params, is_member)?;
    result(code, symbol, params, is_member)?;
    operand_types(symbol, params, is_member)
}

fn operands(symbol: &str) -> Option<Operands> {
    match symbol {
        "~" | "!" | "->" | "co_await" => Some(Operands::One),
        "+" | "-" | "*" | "&" | "++" | "--" => Some(Operands::OneOrTwo),
        "/" | "%" | "^" | "|" | "=" | "<" | ">" | "+=" | "-=" | "*=" | "/=" | "%=" | "^="
        | "&=" | "|=" | "<<" | ">>" | ">>=" | "<<=" | "==" | "!=" | "<=" | ">=" | "<=>" | "&&"
        | "||" | "," | "->*" | "[]" => Some(Operands::Two),
        "()" | "new" | "delete" | "new[]" | "delete[]" => Some(Operands::Any),
        _ if is_literal(symbol) => Some(Operands::OneOrTwo),
        _ => None,
    }
}

fn is_literal(symbol: &str) -> bool {
    symbol
        .strip_prefix("\"\"")
        .is_some_and(|suffix| crate::words::is_name(suffix.trim()))
}

fn arity(operands: Operands, params: &[CodeParam], is_member: bool) -> Result<(), BuildFault> {
    let count = params.len() + usize::from(is_member);
    let fits = match operands {
        Operands::One => count == 1,
        Operands::Two => count == 2,
        Operands::OneOrTwo => matches!(count, 1 | 2),
        Operands::Any => true,
    };
    if fits && !(operands != Operands::Any && params.iter().any(|param| param.variadic)) {
        Ok(())
    } else {
        Err(BuildFault::OperatorArity)
    }
}

fn result(
    code: &Code,
    symbol: &str,
    params: &[CodeParam],
    is_member: bool,
) -> Result<(), BuildFault> {
    let result = spelling(code.r#type.as_ref().map_or("", |part| part.text()));
    let gives_bool = matches!(
        symbol,
        "!" | "==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||"
    );
    if gives_bool && result != "bool" {
        return Err(BuildFault::OperatorResult);
    }
    let assigns = symbol.ends_with('=') && !gives_bool && symbol != "=" && symbol != "<=>";
    let first = params
        .first()
        .and_then(|param| param.r#type.as_ref())
        .map(|part| spelling(part.text()));
    if assigns && !is_member && first.is_some_and(|first| first != result) {
        return Err(BuildFault::OperatorResult);
    }
    Ok(())
}

fn operand_types(symbol: &str, params: &[CodeParam], is_member: bool) -> Result<(), BuildFault> {
    let text = |param: &CodeParam| {
        param
            .r#type
            .as_ref()
            .map(|part| spelling(part.text()))
            .unwrap_or_default()
    };
    let is_allocation =
        symbol.starts_with("new") || symbol.starts_with("delete") || is_literal(symbol);
    if !is_member && !is_allocation && !params.iter().any(|param| may_be_class(&text(param))) {
        return Err(BuildFault::OperatorOperand);
    }
    let operands = params.len() + usize::from(is_member);
    if matches!(symbol, "++" | "--")
        && operands == 2
        && params.last().is_some_and(|param| text(param) != "int")
    {
        return Err(BuildFault::OperatorOperand);
    }
    if symbol != "()" && !is_allocation && params.iter().any(|param| param.value.is_some()) {
        return Err(BuildFault::OperatorOperand);
    }
    Ok(())
}

/// The tokens of a type, joined by spaces.
fn spelling(text: &str) -> String {
    let words: Vec<&str> = lex(text)
        .iter()
        .map(|token| &text[token.start as usize..token.end as usize])
        .collect();
    words.join(" ")
}

/// Whether the type can be a class or an enumeration, or a reference to one: it has a name that is not of a number.
fn may_be_class(spelling: &str) -> bool {
    if spelling.contains(['*', '[']) {
        return false;
    }
    let names = spelling.split(' ').filter(|word| {
        !is_builtin(word) && !is_cv(word) && !matches!(*word, "&" | "&&" | "::" | "std")
    });
    let is_number = |name: &str| {
        let stem = name.strip_suffix("_t").unwrap_or("-");
        let digits = stem.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '_');
        matches!(
            stem,
            "size" | "ptrdiff" | "intptr" | "uintptr" | "intmax" | "uintmax" | "ssize"
        ) || stem.contains("int") && digits.parse::<u32>().is_ok()
    };
    names.into_iter().any(|name| !is_number(name))
}
