//! Names that code gets.

use crate::lex::{TokenKind, lex};
use crate::words::{is_keyword, is_name};

use super::code::Part;
use super::error::BuildFault;

/// One name: letters, digits and underscores, and no keyword.
///
/// ```
/// use memglass_code::build::Ident;
///
/// assert_eq!(Ident::new("price")?.as_str(), "price");
/// assert!(Ident::new("2nd").is_err());
/// # Ok::<(), memglass_code::build::BuildFault>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ident(String);

impl Ident {
    /// Checks `text`.
    ///
    /// # Errors
    ///
    /// [`BuildFault::EmptyName`], [`BuildFault::BadName`] or [`BuildFault::KeywordName`].
    pub fn new(text: &str) -> Result<Ident, BuildFault> {
        if text.is_empty() {
            return Err(BuildFault::EmptyName);
        }
        if !is_name(text) {
            return Err(BuildFault::BadName);
        }
        if is_keyword(text) {
            Err(BuildFault::KeywordName)
        } else {
            Ok(Ident(text.to_owned()))
        }
    }

    /// The name itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks names joined by `::`. With `arguments`, each may have template arguments.
pub(super) fn path(text: &str, arguments: bool) -> Result<(), BuildFault> {
    if text.is_empty() {
        return Err(BuildFault::EmptyName);
    }
    let plain = if arguments {
        without_arguments(text)?
    } else {
        text.to_owned()
    };
    plain
        .split("::")
        .try_for_each(|part| match Ident::new(part.trim()) {
            Err(BuildFault::EmptyName) => Err(BuildFault::BadName),
            other => other.map(drop),
        })
}

/// `text` without what is between angles, which must be balanced.
pub(super) fn without_arguments(text: &str) -> Result<String, BuildFault> {
    let mut plain = String::new();
    let mut depth = 0_usize;
    for token in lex(text) {
        match token.kind {
            TokenKind::Punct("<") => depth += 1,
            TokenKind::Punct(">") => depth = depth.checked_sub(1).ok_or(BuildFault::Unbalanced)?,
            _ if depth == 0 => plain.push_str(&text[token.start as usize..token.end as usize]),
            _ => {}
        }
    }
    if depth == 0 {
        Ok(plain)
    } else {
        Err(BuildFault::Unbalanced)
    }
}

/// The checked text of a part that must be typed.
pub(super) fn typed(part: Option<&Part>) -> Result<&str, BuildFault> {
    match part {
        Some(Part::Text(text)) => Ok(text),
        Some(Part::Untyped { .. }) => Err(BuildFault::BadUntyped),
        None => Err(BuildFault::MissingPart),
    }
}
