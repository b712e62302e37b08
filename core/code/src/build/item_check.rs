//! One piece of code, part by part in the order of the text, and then what is in it.

use super::code::{Code, CodeBody, CodeParam, Make, Part};
use super::error::{BuildError, BuildFault};
use super::name_check::{Ident, path, typed, without_arguments};
use super::place_check::{body_kind, is_function, is_qualified, is_record, word};
use super::scope_check::Scope;
use super::{operator_check, place_check, specifier_check, text_check, type_text};

pub(super) fn check(code: &Code) -> Result<(), BuildError> {
    let outside = Code {
        make: Make::File,
        ..Code::default()
    };
    let mut check = Check { around: Vec::new() };
    if code.make != Make::File {
        // A piece by itself may be for any place that takes it.
        let owner = owner_for(code);
        return check.item(code, &owner);
    }
    check.item(code, &outside)
}

/// An owner that takes `code`.
fn owner_for(code: &Code) -> Code {
    let make = match code.make {
        Make::Access
        | Make::Friend
        | Make::Constructor
        | Make::Destructor
        | Make::OperatorCast
        | Make::Operator => Make::Struct,
        Make::Enumerator => Make::Enum,
        Make::Execution => Make::Function,
        _ => Make::File,
    };
    let name = if is_record(make) {
        code.name.clone()
    } else {
        None
    };
    Code {
        make,
        name,
        ..Code::default()
    }
}

struct Check {
    around: Vec<String>,
}

impl Check {
    fn item(&mut self, code: &Code, owner: &Code) -> Result<(), BuildError> {
        let name = code.name.as_ref().map(Part::text).unwrap_or_default();
        self.around
            .push(format!("{} {name}", word(code.make)).trim().to_owned());
        self.parts(code, owner).map_err(|fault| BuildError {
            fault,
            place: self.around.join(", "),
        })?;
        self.inside(code, owner)?;
        self.around.pop();
        Ok(())
    }

    fn parts(&self, code: &Code, owner: &Code) -> Result<(), BuildFault> {
        code.attributes.iter().try_for_each(text_check::attribute)?;
        specifier_check::check(code, owner)?;
        if let Some(comment) = &code.comment {
            text_check::comment(typed(Some(comment))?, false)?;
        }
        match code.make {
            Make::File => Ok(()),
            Make::Comment => text_check::comment(typed(code.text.as_ref())?, code.block),
            Make::Include => text_check::directive(code, typed(code.target.as_ref())?),
            Make::Define => define(code),
            Make::Pragma | Make::Conditional => {
                text_check::directive(code, typed(code.text.as_ref())?)
            }
            Make::Execution => text_check::balanced(typed(code.text.as_ref())?),
            Make::Untyped => {
                text_check::balanced(code.untyped.as_deref().ok_or(BuildFault::MissingPart)?)
            }
            Make::Namespace => code
                .name
                .as_ref()
                .map_or(Ok(()), |name| path(typed(Some(name))?, false)),
            Make::Extern => language(code),
            Make::Export | Make::Friend => Ok(()),
            Make::Module => typed(code.name.as_ref()).map(drop),
            Make::UsingNamespace => path(typed(code.name.as_ref())?, false),
            Make::Using | Make::Typedef => alias(code),
            Make::Struct | Make::Class | Make::Union => record(code, owner),
            Make::Access => access(typed(code.name.as_ref())?),
            Make::Enum => enumeration(code),
            Make::Enumerator => enumerator(code),
            Make::Variable => variable(code, owner),
            Make::Template => template(code),
            Make::Function
            | Make::Constructor
            | Make::Destructor
            | Make::Operator
            | Make::OperatorCast => function(code, owner),
        }
    }

    /// What is in the braces, or the one item instead of them.
    fn inside(&mut self, code: &Code, owner: &Code) -> Result<(), BuildError> {
        self.own(place_body(code))?;
        if let Some(item) = &code.item {
            let place = match code.make {
                // Without what is in it: copying that for each template would take quadratic time.
                Make::Template => Code {
                    make: owner.make,
                    name: owner.name.clone(),
                    ..Code::default()
                },
                Make::Friend => Code {
                    make: Make::File,
                    ..Code::default()
                },
                _ => Code {
                    make: code.make,
                    ..Code::default()
                },
            };
            self.own(one_item(code, item))?;
            return self.item(item, &place);
        }
        let items = code.items();
        let mut scope = Scope::default();
        for item in items {
            let declares = self.at(item, place_check::check(item, code));
            declares?;
            self.item(item, code)?;
            let twice = self.at(item, scope.declare(item, code));
            twice?;
        }
        self.own(text_check::conditionals(items))
    }

    fn own<T>(&self, result: Result<T, BuildFault>) -> Result<T, BuildError> {
        result.map_err(|fault| BuildError {
            fault,
            place: self.around.join(", "),
        })
    }

    fn at<T>(&self, item: &Code, result: Result<T, BuildFault>) -> Result<T, BuildError> {
        let name = item.name.as_ref().map(Part::text).unwrap_or_default();
        let place = || {
            [
                self.around.join(", "),
                format!("{} {name}", word(item.make)).trim().to_owned(),
            ]
            .join(", ")
        };
        result.map_err(|fault| BuildError {
            fault,
            place: place(),
        })
    }
}

fn place_body(code: &Code) -> Result<(), BuildFault> {
    body_kind(code)?;
    code.body.as_ref().map_or(Ok(()), text_check::body)?;
    let needs_either = matches!(code.make, Make::Extern | Make::Export);
    if needs_either && code.body.is_none() && code.item.is_none() {
        return Err(BuildFault::MissingPart);
    }
    if matches!(code.make, Make::Template | Make::Friend) && code.item.is_none() {
        return Err(BuildFault::MissingPart);
    }
    if code.make == Make::Namespace && code.body.is_none() {
        return Err(BuildFault::MissingPart);
    }
    Ok(())
}

/// Checks that `item` can be a template, a friend, or have a linkage.
fn one_item(code: &Code, item: &Code) -> Result<(), BuildFault> {
    let is_declared = is_record(item.make) || is_function(item.make);
    let fits = match code.make {
        Make::Template => {
            is_declared
                || matches!(
                    item.make,
                    Make::Using | Make::Variable | Make::Friend | Make::Template | Make::Untyped
                )
        }
        Make::Friend => {
            let defines_record = is_record(item.make) && item.body.is_some();
            is_declared
                && item.make != Make::Constructor
                && item.make != Make::Destructor
                && !defines_record
        }
        Make::Extern | Make::Export => {
            place_check::check(item, code).is_ok() && item.make != Make::Comment
        }
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(BuildFault::WrongKind)
    }
}

fn define(code: &Code) -> Result<(), BuildFault> {
    let name = typed(code.name.as_ref())?;
    let plain = name.split('(').next().unwrap_or_default();
    Ident::new(plain)?;
    text_check::balanced(name)?;
    code.text.as_ref().map_or(Ok(()), |text| {
        text_check::directive(code, typed(Some(text))?)
    })
}

fn language(code: &Code) -> Result<(), BuildFault> {
    match typed(code.language.as_ref())? {
        "C" | "C++" => Ok(()),
        "" => Err(BuildFault::EmptyName),
        _ => Err(BuildFault::BadName),
    }
}

fn alias(code: &Code) -> Result<(), BuildFault> {
    let name = typed(code.name.as_ref())?;
    let makes_visible = code.make == Make::Using && name.contains("::") && code.r#type.is_none();
    if makes_visible {
        return path(name.trim_start_matches("::"), true);
    }
    if code.make == Make::Typedef {
        type_text::check(code.r#type.as_ref().ok_or(BuildFault::MissingPart)?)?;
    }
    Ident::new(name)?;
    type_text::check(code.r#type.as_ref().ok_or(BuildFault::MissingPart)?)
}

fn record(code: &Code, owner: &Code) -> Result<(), BuildFault> {
    match &code.name {
        None if code.body.is_some() && is_record(owner.make) => {}
        name => path(typed(name.as_ref())?, true)?,
    }
    for base in &code.bases {
        let text = typed(Some(base))?;
        text_check::balanced(text)?;
        if code.make == Make::Union {
            return Err(BuildFault::NotHere);
        }
        base_name(text)?;
    }
    if code.body.is_none() && (!code.bases.is_empty() || code.r#final) {
        Err(BuildFault::MissingPart)
    } else {
        Ok(())
    }
}

fn base_name(text: &str) -> Result<(), BuildFault> {
    let words = text
        .split_whitespace()
        .skip_while(|word| matches!(*word, "public" | "protected" | "private" | "virtual"));
    let name = words.collect::<Vec<_>>().join(" ");
    path(name.trim_end_matches("...").trim_start_matches("::"), true)
}

fn access(name: &str) -> Result<(), BuildFault> {
    match name {
        "public" | "protected" | "private" => Ok(()),
        "" => Err(BuildFault::EmptyName),
        _ => Err(BuildFault::BadName),
    }
}

fn enumeration(code: &Code) -> Result<(), BuildFault> {
    if let Some(name) = &code.name {
        path(typed(Some(name))?, false)?;
    }
    if let Some(underlying) = &code.underlying {
        type_text::check(underlying)?;
    }
    let is_opaque = code.body.is_none();
    let is_complete = code.name.is_some() && (code.scoped || code.underlying.is_some());
    if is_opaque && !is_complete {
        Err(BuildFault::MissingPart)
    } else {
        Ok(())
    }
}

fn enumerator(code: &Code) -> Result<(), BuildFault> {
    Ident::new(typed(code.name.as_ref())?)?;
    code.value.as_ref().map_or(Ok(()), text_check::expression)
}

fn variable(code: &Code, owner: &Code) -> Result<(), BuildFault> {
    type_text::check(code.r#type.as_ref().ok_or(BuildFault::MissingPart)?)?;
    match &code.name {
        None if code.bits.is_some() => {}
        name => path(typed(name.as_ref())?, true)?,
    }
    if let Some(array) = &code.array {
        text_check::balanced(typed(Some(array))?)?;
    }
    if let Some(bits) = &code.bits {
        if !is_record(owner.make) {
            return Err(BuildFault::NotHere);
        }
        width(typed(Some(bits))?, code.name.is_some())?;
    }
    code.value.as_ref().map_or(Ok(()), text_check::expression)
}

fn width(text: &str, named: bool) -> Result<(), BuildFault> {
    text_check::balanced(text)?;
    let is_zero = text.trim().trim_start_matches("0x").parse::<u64>() == Ok(0);
    let is_bad = text.trim().is_empty() || text.trim().starts_with('-') || named && is_zero;
    if is_bad {
        Err(BuildFault::BadWidth)
    } else {
        Ok(())
    }
}

fn template(code: &Code) -> Result<(), BuildFault> {
    let mut names = std::collections::HashSet::new();
    for param in code.params.iter().flatten() {
        if param.variadic && param.kind.is_none() && param.r#type.is_none() {
            return Err(BuildFault::WrongKind);
        }
        match (&param.kind, &param.r#type) {
            (Some(kind), _) if matches!(kind.as_str(), "typename" | "class") => {}
            (Some(kind), _) => type_text::check(&Part::Text(kind.clone()))?,
            (None, Some(part)) => type_text::check(part)?,
            (None, None) => return Err(BuildFault::MissingPart),
        }
        param_name(param, &mut names)?;
        param
            .value
            .as_ref()
            .map_or(Ok(()), text_check::expression)?;
    }
    code.requires
        .as_ref()
        .map_or(Ok(()), |text| constraint(typed(Some(text))?))
}

/// Checks that `text` is what may be behind `requires`: operands with brackets around everything but names.
fn constraint(text: &str) -> Result<(), BuildFault> {
    text_check::expression(&Part::Text(text.to_owned()))?;
    let file = crate::File::parse(&format!(
        "template <class T_> requires {text}\nstruct A_ {{}};"
    ));
    let is_one = file.items().len() == 1 && file.diagnostics().is_empty();
    if is_one {
        Ok(())
    } else {
        Err(BuildFault::WrongKind)
    }
}

fn param_name(
    param: &CodeParam,
    names: &mut std::collections::HashSet<String>,
) -> Result<(), BuildFault> {
    let Some(name) = &param.name else {
        return Ok(());
    };
    Ident::new(name)?;
    if names.insert(name.clone()) {
        Ok(())
    } else {
        Err(BuildFault::DuplicateName)
    }
}

fn function(code: &Code, owner: &Code) -> Result<(), BuildFault> {
    if matches!(
        code.make,
        Make::Function | Make::Operator | Make::OperatorCast
    ) {
        type_text::check(code.r#type.as_ref().ok_or(BuildFault::MissingPart)?)?;
    }
    function_name(code, owner)?;
    params(code)?;
    if code.make == Make::Destructor && code.params.iter().flatten().next().is_some() {
        return Err(BuildFault::NotHere);
    }
    let is_member = is_record(owner.make) || is_qualified(code);
    if let (Make::Operator, Some(symbol)) = (code.make, &code.operator) {
        operator_check::check(code, symbol.text().trim(), is_member)?;
    }
    if code.make == Make::OperatorCast && !is_member {
        return Err(BuildFault::OperatorMemberOnly);
    }
    specifier_check::qualifiers(code, owner)?;
    if let Some(init) = &code.init {
        if code.make != Make::Constructor {
            return Err(BuildFault::NotHere);
        }
        text_check::expression(&Part::Text(typed(Some(init))?.to_owned()))?;
        if !matches!(
            &code.body,
            Some(
                CodeBody::Items(_)
                    | CodeBody::Of { .. }
                    | CodeBody::Text(_)
                    | CodeBody::Untyped { .. }
            )
        ) {
            return Err(BuildFault::MissingPart);
        }
    }
    specifier_check::equals_body(code)
}

fn function_name(code: &Code, owner: &Code) -> Result<(), BuildFault> {
    match code.make {
        Make::Function => path(typed(code.name.as_ref())?, true),
        Make::Operator => typed(code.operator.as_ref()).map(drop),
        Make::OperatorCast => Ok(()),
        _ => special_name(code, owner),
    }
}

/// A constructor or destructor is called as its record.
fn special_name(code: &Code, owner: &Code) -> Result<(), BuildFault> {
    let name = typed(code.name.as_ref())?;
    let plain = name.replace('~', "");
    path(&plain, true)?;
    let own = match plain.rsplit_once("::") {
        Some((outer, _)) => outer.rsplit("::").next().unwrap_or_default().to_owned(),
        None => owner
            .name
            .as_ref()
            .map(Part::text)
            .unwrap_or_default()
            .to_owned(),
    };
    let last = plain.rsplit("::").next().unwrap_or_default();
    let simple = |text: &str| {
        without_arguments(text).map(|text| text.rsplit("::").next().unwrap_or_default().to_owned())
    };
    if is_record(owner.make) || plain.contains("::") {
        return if simple(&own)? == simple(last)? {
            Ok(())
        } else {
            Err(BuildFault::NameMismatch)
        };
    }
    Ok(())
}

fn params(code: &Code) -> Result<(), BuildFault> {
    let mut names = std::collections::HashSet::new();
    let all: Vec<&CodeParam> = code.params.iter().flatten().collect();
    let mut has_default = false;
    for (number, param) in all.iter().enumerate() {
        if param.variadic && param.r#type.is_none() {
            if number + 1 < all.len() {
                return Err(BuildFault::VariadicNotLast);
            }
            continue;
        }
        type_text::check(param.r#type.as_ref().ok_or(BuildFault::MissingPart)?)?;
        param_name(param, &mut names)?;
        match &param.value {
            Some(value) => text_check::expression(value)?,
            None if has_default => return Err(BuildFault::DefaultOrder),
            None => {}
        }
        has_default |= param.value.is_some();
    }
    Ok(())
}
