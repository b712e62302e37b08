//! Records: which can lie in shared memory.

use clang_sys::*;

use super::Reader;
use super::names::Owner;
use crate::clang::{Cursor, Ty};
use crate::fault::Place;
use crate::model::{Holds, Record};
use crate::notes::{Target, meant};
use crate::refusals;

impl Reader<'_> {
    /// Reads the record that `ty` is, once, and all that it contains. `None` if it is refused.
    pub(super) fn record(&mut self, ty: Ty<'_>, owner: Option<&Owner>) -> Option<usize> {
        let spelling = ty.spelling();
        if let Some(known) = self.known.get(&spelling) {
            return *known;
        }
        self.known.insert(spelling.clone(), None);
        let mut record = self.described(ty, owner)?;
        let faults = crate::judge::record(&self.model, &mut record);
        if !faults.is_empty() {
            faults
                .into_iter()
                .for_each(|fault| self.refuse(fault.place, fault.reason));
            return None;
        }
        let index = self.model.add(record);
        self.known.insert(spelling, Some(index));
        Some(index)
    }

    fn described(&mut self, ty: Ty<'_>, owner: Option<&Owner>) -> Option<Record> {
        let declaration = ty.declaration();
        let place = declaration.place();
        // The members of a type that is made from a template are declared in the template.
        let pattern = pattern(declaration);
        let count = self.faults.len();
        let names = self.names(ty, owner)?;
        let is_union = declaration.kind() == CXCursor_UnionDecl;
        let (size, align) = (
            u64::try_from(ty.size()).ok(),
            u64::try_from(ty.align()).ok(),
        );
        let Some((size, align)) = size.zip(align) else {
            self.refuse(
                place,
                format!("the compiler does not know the size of {}", names.shown),
            );
            return None;
        };
        for child in pattern.children() {
            self.check_child(child, &names.shown);
        }
        let notes = self.notes_of(pattern, Target::Record);
        self.check_loose(pattern);
        let inside = Owner {
            names: names.clone(),
            member: String::new(),
        };
        let members = self.members(ty, &inside, is_union);
        if members.is_empty() && self.faults.len() == count {
            self.refuse(
                place.clone(),
                format!("{} has no members to observe", names.shown),
            );
        }
        self.check_constructors(pattern, &names.shown);
        if self.faults.len() > count {
            return None;
        }
        let is_marked = false;
        let protection = notes.protection;
        Some(Record {
            names,
            place,
            is_union,
            is_marked,
            size,
            align,
            members,
            protection,
            packing: Box::new(notes.packing),
            layout: None,
            holds: Holds::default(),
        })
    }

    /// What makes a record one that cannot be copied as bytes, or without a layout that all compilers agree on.
    fn check_child(&mut self, child: Cursor<'_>, shown: &str) {
        let is_own = |child: Cursor<'_>| !child.is_defaulted();
        let reason = match child.kind() {
            CXCursor_CXXMethod | CXCursor_Destructor if child.is_virtual() => {
                "virtual functions put a pointer of this process into every object: leave out `virtual`"
            }
            CXCursor_CXXBaseSpecifier if child.is_virtual_base() => {
                "a virtual base puts a pointer of this process into every object: leave out `virtual`"
            }
            CXCursor_Destructor if is_own(child) => {
                "a destructor of its own does not run for bytes in shared memory: leave it out or write `= default`"
            }
            CXCursor_Constructor if child.copies_or_moves() && is_own(child) => {
                "it is copied as bytes, past a constructor that copies or moves: leave that out or write `= default`"
            }
            CXCursor_CXXMethod
                if child.name() == "operator=" && is_own(child) && assigns_itself(child, shown) =>
            {
                "it is copied as bytes, past an assignment of its own: leave that out or write `= default`"
            }
            _ => return,
        };
        self.refuse(child.place(), reason);
    }

    /// Generated code makes values before it fills them.
    fn check_constructors(&mut self, pattern: Cursor<'_>, shown: &str) {
        let all: Vec<Cursor<'_>> = pattern
            .children()
            .into_iter()
            .filter(|child| child.kind() == CXCursor_Constructor && !child.copies_or_moves())
            .collect();
        let has_default = all
            .iter()
            .any(|child| child.is_default_constructor() && child.is_public());
        if let (Some(first), false) = (all.first(), has_default) {
            let reason = format!(
                "{shown} needs a constructor without parameters, as values of it are made before they are filled: add `{}() = default;`",
                pattern.name()
            );
            self.refuse(first.place(), reason);
        }
    }

    /// An annotation that no member has would be obeyed by nobody.
    fn check_loose(&mut self, pattern: Cursor<'_>) {
        let extent = pattern.extent();
        let loose = self
            .sources
            .get(&extent.file)
            .loose(&(extent.start..extent.end));
        for annotation in loose {
            if meant(&annotation.name).is_some() {
                let reason = refusals::loose(&annotation.name);
                self.refuse(Place::new(&extent.file, annotation.span), reason);
            }
        }
    }
}

/// Where the members of a record are declared: in the template that it is made from, unless it is a specialisation that was
/// written by itself.
fn pattern(declaration: Cursor<'_>) -> Cursor<'_> {
    let template = declaration.template();
    let template = template.filter(|template| template.place() == declaration.place());
    template.unwrap_or(declaration)
}

/// Whether an `operator=` takes the record itself.
fn assigns_itself(method: Cursor<'_>, shown: &str) -> bool {
    let params = method
        .children()
        .into_iter()
        .filter(|child| child.kind() == CXCursor_ParmDecl);
    let types: Vec<String> = params
        .map(|param| param.ty().canonical().spelling())
        .collect();
    let bare = |text: &str| {
        text.trim_end_matches(['&', ' '])
            .trim_start_matches("const ")
            .to_owned()
    };
    types.iter().any(|text| bare(text) == shown)
}
