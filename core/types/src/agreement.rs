//! Whether two sources say the same of where the members of types lie, as the compiler and the debug information of the
//! program that it made should.

use std::collections::BTreeMap;

use crate::kind::{Enum, Kind, Name, TypeId};
use crate::namesakes::unlike;
use crate::types::Types;

/// What came of comparing two sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// How many types both have.
    pub compared: usize,
    /// What they say differently.
    pub disagreements: Vec<Disagreement>,
}

/// What two sets say of a part of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The kind of the type: `struct`, `enum`.
    pub what: &'static str,
    /// Its name.
    pub name: Name,
    /// The member or enumerator; empty if it is about the type as a whole.
    pub part: String,
    /// What the first set says; `None` if it has no such part.
    pub first: Option<String>,
    /// What the second set says.
    pub second: Option<String>,
}

/// What is compared of a type: of each part, what it is and where.
type Facts = BTreeMap<String, String>;

impl Types {
    /// Compares the types that both sets define, by name: sizes, the places and kinds of all members, the values of
    /// enumerators. Of several definitions of one name, those that both have are the
    /// same in whatever order they come, and the others are compared in their order.
    ///
    /// What a compiler adds by itself and names as it likes, such as the pointer to virtual functions, is left out. Takes
    /// time with the number of members.
    ///
    /// # Examples
    ///
    /// ```
    /// let types = memglass_types::doc::quotes()?;
    /// let agreement = types.agreement(&types);
    /// assert!(agreement.compared > 0 && agreement.disagreements.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn agreement(&self, other: &Types) -> Agreement {
        let mut agreement = Agreement::default();
        let mut named: BTreeMap<(&str, &Name), Vec<TypeId>> = BTreeMap::new();
        for (id, ty) in self.iter().filter(|(_, ty)| !ty.name.is_empty()) {
            if let Some(class) = class_of(self, id) {
                named.entry((class, &ty.name)).or_default().push(id);
            }
        }
        for ((class, name), ours) in named {
            let theirs = other.find_all(name).iter().copied();
            let theirs: Vec<TypeId> = theirs
                .filter(|&id| class_of(other, id) == Some(class))
                .collect();
            agreement.compared += usize::from(!theirs.is_empty());
            let said = (|our: &_| self.facts(*our), |their: &_| other.facts(*their));
            for pair in unlike(&ours, &theirs, said) {
                if let (Some(our), Some(their)) = pair {
                    agreement.compare((self, our), (other, their));
                }
            }
        }
        agreement
    }

    fn facts(&self, id: TypeId) -> Facts {
        let bare = self.bare(id);
        let mut facts = Facts::new();
        if let Some(size) = self.size_of(bare) {
            facts.insert(String::new(), format!("{size} bytes"));
        }
        match &self[bare].kind {
            Kind::Enum(Enum { enumerators, .. }) => facts.extend(
                enumerators
                    .iter()
                    .map(|one| (one.name.to_string(), one.value.to_string())),
            ),
            _ => self.places(bare, "", 0, &mut facts),
        }
        facts
    }

    /// The places of all members, with those in records without a name.
    fn places(&self, id: TypeId, outer: &str, start: u64, facts: &mut Facts) {
        for part in self.parts(id) {
            let at = start.saturating_add(part.offset_bits);
            let is_base = part.member.is_none();
            let inner = self.bare(part.ty);
            let is_inline = !is_base && self[inner].name.is_empty() && self.record(inner).is_some();
            let path = match (part.name, outer) {
                ("", outer) => outer.to_owned(),
                (name, "") => name.to_owned(),
                (name, outer) => format!("{outer}.{name}"),
            };
            if !part.name.is_empty() && !part.name.starts_with("_vptr") && part.size_bits != Some(0)
            {
                facts.insert(
                    path.clone(),
                    self.place(part.ty, part.member.and_then(|m| m.width_bits), at),
                );
            }
            if is_inline {
                self.places(inner, &path, at, facts);
            }
        }
    }

    fn place(&self, ty: TypeId, width: Option<u64>, at_bits: u64) -> String {
        let what = self.in_a_word(ty);
        match width {
            Some(width) => format!("{what}, {width} bits at {}:{}", at_bits / 8, at_bits % 8),
            None => format!("{what} at {}", at_bits / 8),
        }
    }

    /// Kind and size: `i64`, `pointer`, `array of 12 bytes`.
    fn in_a_word(&self, ty: TypeId) -> String {
        let bare = self.bare(ty);
        let size = self.size_of(bare);
        let bits = size.unwrap_or(0).saturating_mul(8);
        match &self[bare].kind {
            Kind::Int { signed: true, .. } => format!("i{bits}"),
            Kind::Int { signed: false, .. } => format!("u{bits}"),
            Kind::Float => format!("f{bits}"),
            Kind::Bool => "bool".into(),
            // Languages differ on whether a number of one byte is a character.
            Kind::Char { signed: true } => format!("i{bits}"),
            Kind::Char { signed: false } => format!("u{bits}"),
            Kind::Pointer { .. } => "pointer".into(),
            Kind::Reference { .. } => "reference".into(),
            // Rust has sets of flags as numbers.
            Kind::Enum(Enum {
                base: Some(base), ..
            }) => self.in_a_word(*base),
            kind => {
                let word = match kind {
                    Kind::Record(_) => "record",
                    kind => kind.word(),
                };
                match size {
                    Some(size) => format!("{word} of {size} bytes"),
                    None => word.into(),
                }
            }
        }
    }
}

impl Agreement {
    fn compare(&mut self, first: (&Types, TypeId), second: (&Types, TypeId)) {
        let ty = &first.0[first.1];
        let [mine, theirs] = [first, second].map(|(types, id)| types.facts(id));
        let parts = mine
            .keys()
            .chain(theirs.keys().filter(|part| !mine.contains_key(*part)));
        for part in parts {
            let (first, second) = (mine.get(part).cloned(), theirs.get(part).cloned());
            if first != second {
                self.disagreements.push(Disagreement {
                    what: ty.kind.word(),
                    name: ty.name.clone(),
                    part: part.clone(),
                    first,
                    second,
                });
            }
        }
    }
}

/// What of the same name can be compared; `None` of what has no layout of its own.
fn class_of(types: &Types, id: TypeId) -> Option<&'static str> {
    let bare = types.bare(id);
    let is_own = bare == id || types[bare].name.is_empty();
    match &types[bare].kind {
        Kind::Record(_) if is_own => Some("record"),
        Kind::Enum(_) if is_own => Some("enum"),
        _ => None,
    }
}
