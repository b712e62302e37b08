//! The members of a record, those of its bases and of members without a name among them.

use clang_sys::*;

use super::Reader;
use super::names::Owner;
use crate::clang::{Cursor, Ty};
use crate::fault::Fault;
use crate::model::Member;
use crate::notes::{Notes, Target};

impl Reader<'_> {
    /// All members of the record that `ty` is, in the order of their places.
    pub(super) fn members(&mut self, ty: Ty<'_>, owner: &Owner, is_union: bool) -> Vec<Member> {
        let mut members = Vec::new();
        let bases: Vec<Cursor<'_>> = ty
            .declaration()
            .children()
            .into_iter()
            .filter(|child| child.kind() == CXCursor_CXXBaseSpecifier)
            .collect();
        for base in &bases {
            let inherited = self.members(base.ty().canonical(), owner, false);
            if !inherited.is_empty() && !base.is_public() {
                self.refuse(
                    base.place(),
                    "a private base cannot be reached by generated code: make it public",
                );
            }
            let has_others = !members.is_empty() || !ty.fields().is_empty();
            if has_others && !inherited.is_empty() {
                let reason = "only one class of a hierarchy can have members, as the others are laid out differently by compilers: make the base a member";
                self.refuse(base.place(), reason);
            }
            members.extend(inherited);
        }
        for field in ty.fields() {
            self.member(field, owner, is_union, &mut members);
        }
        members
    }

    fn member(
        &mut self,
        field: Cursor<'_>,
        owner: &Owner,
        is_union: bool,
        members: &mut Vec<Member>,
    ) {
        let ty = field.ty().canonical();
        let declaration = ty.declaration();
        if ty.kind() == CXType_Record
            && field.name().is_empty()
            && declaration.is_anonymous_record()
        {
            return self.anonymous(field, ty, owner, is_union, members);
        }
        if field.name().is_empty() {
            // A bitfield without a name is padding.
            return;
        }
        let place = field.place();
        if !field.is_public() {
            self.refuse(place, "it is private, so that generated code cannot reach it: make it public, or mark a struct that has what shall be seen");
            return;
        }
        let notes = self.member_notes(field);
        let inside = Owner {
            names: owner.names.clone(),
            member: field.name(),
        };
        match self.placed(field, &inside, notes) {
            Ok(member) => members.push(member),
            Err(fault) if fault.reason.is_empty() => {}
            Err(fault) => self.refuse(fault.place, fault.reason),
        }
    }

    fn member_notes(&mut self, field: Cursor<'_>) -> Notes {
        let place = field.place();
        let source = self.sources.get(&place.file);
        let found = source.declaration(&field.name(), place.start);
        let annotations = found
            .map(|found| found.annotations.clone())
            .unwrap_or_default();
        Notes::read(&place.file, &annotations, Target::Member, self.faults)
    }

    fn placed(&mut self, field: Cursor<'_>, owner: &Owner, notes: Notes) -> Result<Member, Fault> {
        let place = field.place();
        let refuse = |reason: String| Fault::new(place.clone(), reason);
        let bit = field.field_bit();
        let bit = u64::try_from(bit)
            .map_err(|_| refuse("the compiler does not know its place".into()))?;
        let ty = self.ty(field.ty(), owner, &notes).map_err(refuse)?;
        let width = field.width();
        let align = self.asked_align(field, bit / 8);
        let member = Member {
            name: owner.member.clone(),
            place,
            ty,
            align,
            bit,
            width,
            protection: notes.protection,
            metadata: notes.metadata.clone(),
            packing: notes.packing.clone(),
        }
        .with_real_bounds();
        crate::judge::member(&self.model, &member, &notes)?;
        Ok(member)
    }

    /// The alignment that `alignas` asks for; 0 for none. libclang tells only that there is one. Where it is not a plain number, the
    /// largest that its place and its record allow is right too.
    fn asked_align(&mut self, field: Cursor<'_>, offset: u64) -> u64 {
        let children = field.children().into_iter();
        let written = children.filter(|child| child.kind() == CXCursor_AlignedAttr);
        let numbers = written.map(|attribute| {
            let extent = attribute.extent();
            let head = self.sources.get(&extent.file).head(extent.start);
            let words: Vec<&str> = head.iter().take(4).map(|(word, _)| *word).collect();
            match words[..] {
                [_, "(", number, ")"] => number.parse().ok(),
                _ => None,
            }
        });
        let numbers: Vec<Option<u64>> = numbers.collect();
        let record = u64::try_from(field.parent().ty().align()).unwrap_or(1);
        let most = match offset {
            0 => record,
            offset => record.min(1 << offset.trailing_zeros()),
        };
        let asked = numbers.into_iter().map(|number| number.unwrap_or(most));
        asked.max().unwrap_or(0)
    }

    /// The members of a struct without a name are those of the record around it.
    fn anonymous(
        &mut self,
        field: Cursor<'_>,
        ty: Ty<'_>,
        owner: &Owner,
        is_union: bool,
        members: &mut Vec<Member>,
    ) {
        let declaration = ty.declaration();
        if is_union || declaration.kind() == CXCursor_UnionDecl {
            let reason = "members that lie over each other need a union with a name: write `union { ... } name;`";
            self.refuse(declaration.extent_head(), reason);
            return;
        }
        let start = u64::try_from(field.field_bit()).unwrap_or(0);
        let mut inner = self.members(ty, owner, false);
        for member in &mut inner {
            member.bit += start;
        }
        members.extend(inner);
    }
}
