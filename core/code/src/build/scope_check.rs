//! Names that a body declares, each once. What is in different branches of a conditional does not meet.

use std::collections::HashSet;

use super::code::{Code, Make, Part};
use super::error::BuildFault;
use super::place_check::{is_function, is_record};

/// The names of one body so far.
#[derive(Default)]
pub(super) struct Scope {
    names: HashSet<String>,
    /// For each open conditional: the names before it, and those of the branches that ended.
    branches: Vec<(HashSet<String>, HashSet<String>)>,
}

impl Scope {
    /// Adds what `code` declares.
    pub(super) fn declare(&mut self, code: &Code, owner: &Code) -> Result<(), BuildFault> {
        if code.make == Make::Conditional {
            self.conditional(code.text.as_ref().map_or("", |text| text.text()));
            return Ok(());
        }
        let is_new = declared(code, owner).is_none_or(|name| self.names.insert(name));
        if is_new {
            Ok(())
        } else {
            Err(BuildFault::DuplicateName)
        }
    }

    fn conditional(&mut self, text: &str) {
        match text.split_whitespace().next().unwrap_or_default() {
            "if" | "ifdef" | "ifndef" => self.branches.push((self.names.clone(), HashSet::new())),
            "endif" => {
                if let Some((_, ended)) = self.branches.pop() {
                    self.names.extend(ended);
                }
            }
            _ => {
                if let Some((before, ended)) = self.branches.last_mut() {
                    ended.extend(self.names.drain());
                    self.names.clone_from(before);
                }
            }
        }
    }
}

/// What identifies the declaration in its body; `None` if it may come again.
fn declared(code: &Code, owner: &Code) -> Option<String> {
    let name = code.name.as_ref().map(Part::text).unwrap_or_default();
    match code.make {
        Make::Variable if name.is_empty() || has(code, "extern") => None,
        Make::Variable | Make::Enumerator | Make::Typedef => Some(name.to_owned()),
        Make::Using => code.r#type.as_ref().map(|_| name.to_owned()),
        make if is_record(make) || make == Make::Enum => {
            (code.body.is_some() && !name.is_empty()).then(|| name.to_owned())
        }
        make if is_function(make) && (is_record(owner.make) || code.body.is_some()) => {
            Some(signature(code, name))
        }
        _ => None,
    }
}

fn has(code: &Code, specifier: &str) -> bool {
    code.specifiers.iter().any(|word| word == specifier)
}

/// Name, parameter types and qualifiers: functions that differ in them are different functions.
fn signature(code: &Code, name: &str) -> String {
    let types = code
        .params
        .iter()
        .flatten()
        .map(|param| match &param.r#type {
            Some(part) => crate::File::parse(part.text())
                .source()
                .spelling(0..usize::MAX),
            None => "...".to_owned(),
        });
    let types: Vec<String> = types.collect();
    let symbol = code.operator.as_ref().map(Part::text).unwrap_or_default();
    let target = if code.make == Make::OperatorCast {
        code.r#type.as_ref().map(Part::text)
    } else {
        None
    };
    let kind = super::place_check::word(code.make);
    format!(
        "{kind} {name}{symbol}{}({}) {}",
        target.unwrap_or_default(),
        types.join(","),
        code.qualifiers.join(" ")
    )
}
