//! Which types a type refers to: the one place that knows where in a type its references are.

use crate::kind::{Enum, Kind, Record, Signature, Type, TypeId};

/// How a type refers to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// A value of it is part of a value of this type.
    Value,
    /// It is the same type under another name, or with a qualifier.
    Same,
    /// It is only named: behind a pointer, or in the signature of a function.
    Mention,
}

impl Type {
    /// Calls `visit` with each reference in the order of the source.
    pub(crate) fn each_reference(&self, mut visit: impl FnMut(TypeId, Reach)) {
        match &self.kind {
            Kind::Pointer { to } | Kind::Reference { to, .. } => visit(*to, Reach::Mention),
            Kind::MemberPointer { class, to } => {
                visit(*class, Reach::Mention);
                visit(*to, Reach::Mention);
            }
            Kind::Array { element, .. } | Kind::Vector { element, .. } => {
                visit(*element, Reach::Value)
            }
            Kind::Alias { of } | Kind::Qualified { of, .. } => visit(*of, Reach::Same),
            Kind::Enum(Enum {
                base: Some(base), ..
            }) => visit(*base, Reach::Value),
            Kind::Record(record) => record.each_part(|ty| visit(ty, Reach::Value)),
            Kind::Function(Signature {
                result, parameters, ..
            }) => {
                visit(*result, Reach::Mention);
                parameters.iter().for_each(|&ty| visit(ty, Reach::Mention));
            }
            _ => {}
        }
    }

    /// Replaces each reference by what `replaced` says.
    pub(crate) fn map_references(&mut self, mut replaced: impl FnMut(TypeId) -> TypeId) {
        let mut change = |id: &mut TypeId| *id = replaced(*id);
        match &mut self.kind {
            Kind::Pointer { to } | Kind::Reference { to, .. } => change(to),
            Kind::MemberPointer { class, to } => {
                change(class);
                change(to);
            }
            Kind::Array { element, .. } | Kind::Vector { element, .. } => change(element),
            Kind::Alias { of } | Kind::Qualified { of, .. } => change(of),
            Kind::Enum(Enum {
                base: Some(base), ..
            }) => change(base),
            Kind::Record(record) => record.map_parts(change),
            Kind::Function(Signature {
                result, parameters, ..
            }) => {
                change(result);
                parameters.iter_mut().for_each(change);
            }
            _ => {}
        }
    }
}

impl Record {
    fn each_part(&self, mut visit: impl FnMut(TypeId)) {
        self.bases.iter().for_each(|base| visit(base.ty));
        self.members.iter().for_each(|member| visit(member.ty));
        if let Some(variants) = &self.variants {
            variants
                .discriminant
                .iter()
                .for_each(|member| visit(member.ty));
            variants.arms.iter().for_each(|arm| visit(arm.member.ty));
        }
    }

    fn map_parts(&mut self, mut change: impl FnMut(&mut TypeId)) {
        self.bases.iter_mut().for_each(|base| change(&mut base.ty));
        self.members
            .iter_mut()
            .for_each(|member| change(&mut member.ty));
        if let Some(variants) = &mut self.variants {
            variants
                .discriminant
                .iter_mut()
                .for_each(|member| change(&mut member.ty));
            variants
                .arms
                .iter_mut()
                .for_each(|arm| change(&mut arm.member.ty));
        }
    }
}
