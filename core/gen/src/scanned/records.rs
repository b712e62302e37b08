//! Records: those that are plain enough to be described without a compiler.

use std::ops::Range;
use std::path::Path;

use memglass_code::{FieldLayout, FieldPlace, Layout, RecordLayout};

use super::conditions::State;
use super::{Reader, files};
use crate::fault::{Fault, Place};
use crate::model::{Holds, Member, Names, Record};
use crate::names;
use crate::notes::{Notes, Target, meant};
use crate::refusals;

impl Reader<'_> {
    /// Describes the record with this path, once, and all that it contains. `None` if it is refused.
    pub(super) fn record(&mut self, path: &str) -> Option<usize> {
        if let Some(known) = self.known.get(path) {
            return *known;
        }
        // The caller reports a missing record.
        let found = self.records.get(path).cloned()?;
        self.known.insert(path.to_owned(), None);
        let mut record = self.described(&found)?;
        let faults = crate::judge::record(&self.model, &mut record);
        if !faults.is_empty() {
            faults
                .into_iter()
                .for_each(|fault| self.refuse(fault.place, fault.reason));
            return None;
        }
        let index = self.model.add(record);
        self.known.insert(path.to_owned(), Some(index));
        Some(index)
    }

    fn described(&mut self, found: &RecordLayout) -> Option<Record> {
        let count = self.faults.len();
        let place = self.head_of(found);
        let layout = match &found.layout {
            Ok(layout) => layout,
            Err(reason) => {
                let reason = format!("the scanner cannot lay out {}: {reason}", found.path);
                self.refuse(place, reason);
                return None;
            }
        };
        let names = self.names(&found.path, found.is_public, &place)?;
        self.named.insert(found.path.clone(), names.clone());
        self.check_special(found, layout);
        self.check_loose(found);
        let notes = self.notes_of(&found.path, &found.file, &found.span, Target::Record);
        let fields = layout.fields.iter();
        let members: Vec<Member> = fields
            .filter_map(|field| self.member(found, field))
            .collect();
        if members.is_empty() && self.faults.len() == count {
            let reason = format!("{} has no members to observe", found.path);
            self.refuse(place.clone(), reason);
        }
        (self.faults.len() == count).then_some(Record {
            names,
            place,
            is_union: layout.is_union,
            is_marked: false,
            size: layout.size,
            align: layout.align,
            members,
            protection: notes.protection,
            packing: Box::new(notes.packing),
            layout: None,
            holds: Holds::default(),
        })
    }

    /// The annotations of a record or enumeration. One without a name has none: they are those of the member.
    pub(super) fn notes_of(
        &mut self,
        path: &str,
        file: &Path,
        span: &Range<usize>,
        target: Target,
    ) -> Notes {
        let is_nameless = self.nameless.contains(path);
        let source = self.sources.get(file);
        let found = source.declaration(path, span.start);
        let annotations = found
            .filter(|_| !is_nameless)
            .map(|found| &*found.annotations);
        Notes::read(file, annotations.unwrap_or_default(), target, self.faults)
    }

    /// From the first word of a definition to its name.
    fn head_of(&mut self, found: &RecordLayout) -> Place {
        let head = self.sources.get(&found.file).head(found.span.start);
        let end = head.last().map_or(found.span.start, |(_, bytes)| bytes.end);
        Place::new(&found.file, found.span.start..end)
    }

    /// What something is called. Refuses what generated code cannot name, and what a conditional may leave out.
    pub(super) fn names(&mut self, path: &str, is_public: bool, place: &Place) -> Option<Names> {
        if let State::Unknown(condition, line) = self.state(&place.file, place.start) {
            let reason =
                format!("the scanner does not know whether `#{condition}` of line {line} is true");
            self.refuse(place.clone(), reason);
            return None;
        }
        if self.scopes.is_nameless(place) {
            self.refuse(place.clone(), refusals::NAMELESS_NAMESPACE);
            return None;
        }
        if self.nameless.contains(path) {
            return self.names_of_member(path, place);
        }
        if !is_public {
            self.refuse(place.clone(), refusals::private(path));
            return None;
        }
        let namespace = self.scopes.namespace_of(path);
        // What is behind a backslash has another name.
        let is_plain = files::is_plain(path) && !path.contains('\\');
        let Some(namespace) = namespace.filter(|_| is_plain) else {
            let reason = format!("the scanner does not know how to name {path}");
            self.refuse(place.clone(), reason);
            return None;
        };
        let local = path.strip_prefix(&namespace).unwrap_or(path);
        let word = self.taken.unused(&namespace, &names::as_word(local));
        let is_hidden = self.scopes.functions.contains(path);
        let keyword = match self.records.get(path) {
            _ if !is_hidden => "",
            Some(found) if found.layout.as_ref().is_ok_and(|layout| layout.is_union) => "union ",
            Some(_) => "struct ",
            None => "enum ",
        };
        Some(Names {
            shown: path.to_owned(),
            cpp: format!("{keyword}{}", names::from_outermost(path)),
            namespace,
            word,
        })
    }

    /// What a type without a name is called by its member, whose record has been looked into.
    fn names_of_member(&mut self, path: &str, place: &Place) -> Option<Names> {
        let (owner, member) = path.rsplit_once("::")?;
        let Some(owner) = self.named.get(owner) else {
            self.refuse(place.clone(), refusals::NAMELESS);
            return None;
        };
        let owner = owner.clone();
        Some(self.taken.names_of_member(&owner, member))
    }

    /// Members that a compiler must look at.
    fn check_special(&mut self, found: &RecordLayout, layout: &Layout) {
        for special in &layout.special {
            let reason = format!(
                "{} has {}, which the scanner does not look into",
                found.path, special.what
            );
            self.refuse(Place::new(&found.file, special.span.clone()), reason);
        }
    }

    /// An annotation that no member has would be obeyed by nobody.
    fn check_loose(&mut self, found: &RecordLayout) {
        for annotation in self.sources.get(&found.file).loose(&found.span) {
            if meant(&annotation.name).is_some() {
                let reason = refusals::loose(&annotation.name);
                self.refuse(Place::new(&found.file, annotation.span), reason);
            }
        }
    }

    fn member(&mut self, found: &RecordLayout, field: &FieldLayout) -> Option<Member> {
        if field.name.is_empty() {
            return None;
        }
        if field.name.contains('\\') {
            let reason = "the scanner does not read names with a backslash";
            self.refuse(Place::new(&found.file, field.span.clone()), reason);
            return None;
        }
        let source = self.sources.get(&found.file);
        let declared = source.declaration(&field.name, field.span.start);
        let annotations = declared.map(|one| one.annotations.clone());
        let annotations = annotations.unwrap_or_default();
        let notes = Notes::read(&found.file, &annotations, Target::Member, self.faults);
        let place = Place::new(&found.file, field.span.clone());
        match self.placed(field, place, &notes) {
            Ok(member) => Some(member),
            Err(fault) => {
                if !fault.reason.is_empty() {
                    self.refuse(fault.place, fault.reason);
                }
                None
            }
        }
    }

    fn placed(
        &mut self,
        field: &FieldLayout,
        place: Place,
        notes: &Notes,
    ) -> Result<Member, Fault> {
        let ty = self.ty(&field.ty, notes);
        let ty = ty.map_err(|reason| Fault::new(place.clone(), reason))?;
        let (bit, width) = match field.place {
            FieldPlace::Bytes { offset, .. } => (8 * offset, None),
            FieldPlace::Bits { offset, width } => (offset, Some(width)),
        };
        let member = Member {
            name: field.name.clone(),
            place,
            ty,
            align: field.asked_align,
            bit,
            width,
            protection: notes.protection,
            metadata: notes.metadata.clone(),
            packing: notes.packing.clone(),
        }
        .with_real_bounds();
        crate::judge::member(&self.model, &member, notes)?;
        Ok(member)
    }
}
