//! Which kind of code may stand in which body.

use super::code::{Code, CodeBody, Make};
use super::error::BuildFault;

/// Checks that `code` may be in the body of `owner`.
pub(super) fn check(code: &Code, owner: &Code) -> Result<(), BuildFault> {
    if takes(owner.make, code) {
        Ok(())
    } else {
        Err(BuildFault::NotHere)
    }
}

fn takes(owner: Make, code: &Code) -> bool {
    use Make::{
        Access, Class, Comment, Conditional, Constructor, Define, Destructor, Enum, Enumerator,
        Execution, Export, Extern, File, Friend, Function, Include, Module, Namespace, Operator,
        OperatorCast, Pragma, Struct, Template, Typedef, Union, Untyped, Using, UsingNamespace,
        Variable,
    };
    if matches!(code.make, Comment | Define | Pragma | Conditional | Untyped) {
        return true;
    }
    match owner {
        Enum => code.make == Enumerator,
        Struct | Class | Union => !matches!(
            code.make,
            File | Namespace
                | Include
                | Extern
                | Export
                | Module
                | UsingNamespace
                | Enumerator
                | Execution
        ),
        Function | Constructor | Destructor | Operator | OperatorCast => matches!(
            code.make,
            Execution | Variable | Using | UsingNamespace | Typedef | Struct | Class | Union | Enum
        ),
        _ => match code.make {
            File | Access | Friend | Execution | Enumerator => false,
            Module => owner == File,
            Constructor | Destructor => is_qualified(code),
            Template => code.item.as_deref().is_none_or(|item| takes(owner, item)),
            _ => true,
        },
    }
}

pub(super) fn is_qualified(code: &Code) -> bool {
    code.name
        .as_ref()
        .is_some_and(|name| name.text().contains("::"))
}

/// Checks that the body was made for this kind of owner.
pub(super) fn body_kind(code: &Code) -> Result<(), BuildFault> {
    let Some(body) = &code.body else {
        return Ok(());
    };
    let is_function = is_function(code.make);
    let fits = match body {
        CodeBody::Of { body, .. } => match code.make {
            Make::File => matches!(body.as_str(), "file" | "global"),
            _ if is_function => body == "function",
            make => body == word(make),
        },
        CodeBody::Text(_) => is_function,
        CodeBody::Items(_) | CodeBody::Untyped { .. } => has_body(code.make),
    };
    if fits {
        Ok(())
    } else {
        Err(BuildFault::WrongKind)
    }
}

pub(super) fn is_function(make: Make) -> bool {
    matches!(
        make,
        Make::Function | Make::Constructor | Make::Destructor | Make::Operator | Make::OperatorCast
    )
}

pub(super) fn is_record(make: Make) -> bool {
    matches!(make, Make::Struct | Make::Class | Make::Union)
}

fn has_body(make: Make) -> bool {
    is_function(make)
        || is_record(make)
        || matches!(
            make,
            Make::File | Make::Namespace | Make::Extern | Make::Export | Make::Enum
        )
}

pub(super) fn word(make: Make) -> &'static str {
    match make {
        Make::File => "file",
        Make::Comment => "comment",
        Make::Include => "include",
        Make::Define => "define",
        Make::Pragma => "pragma",
        Make::Conditional => "conditional",
        Make::Execution => "execution",
        Make::Namespace => "namespace",
        Make::Extern => "extern",
        Make::Export => "export",
        Make::Module => "module",
        Make::UsingNamespace => "using namespace",
        Make::Using => "using",
        Make::Typedef => "typedef",
        Make::Struct => "struct",
        Make::Class => "class",
        Make::Union => "union",
        Make::Access => "access",
        Make::Enum => "enum",
        Make::Enumerator => "enumerator",
        Make::Variable => "variable",
        Make::Function => "function",
        Make::Constructor => "constructor",
        Make::Destructor => "destructor",
        Make::Operator => "operator",
        Make::OperatorCast => "conversion",
        Make::Friend => "friend",
        Make::Template => "template",
        Make::Untyped => "untyped",
    }
}
