//! Types as C writes them: `const char *`, `int (*)(void *)`.

use std::cell::Cell;

use crate::kind::{Count, Kind, Qualifier, Signature, Tag, TypeId};
use crate::types::Types;

/// Parts of one spelling; the rest of a longer one is left out.
const MOST_PARTS: u32 = 256;

impl Types {
    /// The type as C writes it: `struct quote`, `const char *[4]`. What is very long ends with `...`.
    ///
    /// # Panics
    ///
    /// If `id` is not of this set.
    pub fn spell(&self, id: TypeId) -> String {
        self.declare(id, "")
    }

    /// The declaration of something of this type: `int (*on_tick)(struct quote *)`.
    ///
    /// # Panics
    ///
    /// If `id` is not of this set.
    pub fn declare(&self, id: TypeId, name: &str) -> String {
        let spelling = Spelling {
            types: self,
            left: Cell::new(MOST_PARTS),
        };
        spelling.declarator(id, name.to_owned())
    }

    /// The name with the word that C wants in front of it.
    pub(crate) fn base_name(&self, id: TypeId) -> String {
        let ty = &self[id];
        let word = match ty.tag() {
            Some(tag) if !is_of_cpp(&ty.name, tag) => tag.word(),
            _ => "",
        };
        match (word, &*ty.name) {
            ("", "") if matches!(ty.kind, Kind::Void) => "void".into(),
            ("", "") => format!("<{}>", ty.kind.word()),
            ("", name) => name.into(),
            (word, "") => format!("{word} <unnamed>"),
            (word, name) => format!("{word} {name}"),
        }
    }
}

/// A declaration in the making, from the inside out.
struct Spelling<'t> {
    types: &'t Types,
    left: Cell<u32>,
}

impl Spelling<'_> {
    fn declarator(&self, id: TypeId, inner: String) -> String {
        let Some(left) = self.left.get().checked_sub(1) else {
            return joined("...", &inner);
        };
        self.left.set(left);
        match &self.types[id].kind {
            Kind::Pointer { to } => self.pointer(*to, format!("*{inner}")),
            Kind::Reference { to, rvalue } => {
                let sign = if *rvalue { "&&" } else { "&" };
                self.pointer(*to, format!("{sign}{inner}"))
            }
            Kind::MemberPointer { class, to } => {
                // C++ wants no word in front of a class here.
                let class = match &*self.types[*class].name {
                    "" => self.types.base_name(*class),
                    name => name.to_owned(),
                };
                self.pointer(*to, format!("{class}::*{inner}"))
            }
            Kind::Array { element, count } => {
                self.declarator(*element, format!("{inner}[{}]", bounds(*count)))
            }
            Kind::Function(signature) => self.function(signature, &inner),
            Kind::Qualified { of, qualifier } => self.qualified(*of, *qualifier, inner),
            Kind::Vector { element, count } => {
                let bytes = self
                    .types
                    .size_of(*element)
                    .unwrap_or(1)
                    .saturating_mul(*count);
                let of = self.declarator(*element, String::new());
                joined(
                    &format!("{of} __attribute__((vector_size({bytes})))"),
                    &inner,
                )
            }
            _ => joined(&self.types.base_name(id), &inner),
        }
    }

    fn pointer(&self, to: TypeId, inner: String) -> String {
        let inner = match self.types[to].kind {
            Kind::Array { .. } | Kind::Function(_) => format!("({inner})"),
            _ => inner,
        };
        self.declarator(to, inner)
    }

    fn function(&self, signature: &Signature, inner: &str) -> String {
        let spelled = |&ty| self.declarator(ty, String::new());
        let shown = signature.parameters.iter().take(MOST_PARTS as usize);
        let mut parameters: Vec<String> = shown.map(spelled).collect();
        match (signature.variadic, parameters.is_empty()) {
            (true, _) => parameters.push("...".into()),
            (false, true) => parameters.push("void".into()),
            (false, false) => {}
        }
        let inner = format!("{inner}({})", parameters.join(", "));
        self.declarator(signature.result, inner)
    }

    fn qualified(&self, of: TypeId, qualifier: Qualifier, inner: String) -> String {
        let word = qualifier.word();
        match &self.types[of].kind {
            // The qualifiers of a pointer stand behind its star.
            Kind::Pointer { .. } | Kind::Reference { .. } | Kind::MemberPointer { .. } => {
                let inner = match inner.starts_with(['[', '(', ' ']) || inner.is_empty() {
                    true => format!(" {word}{inner}"),
                    false => format!(" {word} {inner}"),
                };
                self.declarator(of, inner)
            }
            _ => format!("{word} {}", self.declarator(of, inner)),
        }
    }
}

/// Names of C++ and Rust go without the word.
fn is_of_cpp(name: &str, tag: Tag) -> bool {
    tag == Tag::Class || name.contains([':', '<', '('])
}

fn bounds(count: Count) -> String {
    match count {
        Count::Fixed(count) => count.to_string(),
        Count::Open => String::new(),
        Count::Variable => "*".into(),
        Count::AtLeast(count) => format!("static {count}"),
    }
}

fn joined(base: &str, inner: &str) -> String {
    match inner.is_empty() {
        true => base.to_owned(),
        false if inner.starts_with('[') => format!("{base}{inner}"),
        false if inner.starts_with(' ') => format!("{base}{inner}"),
        false => format!("{base} {inner}"),
    }
}
