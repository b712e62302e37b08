//! Where base classes lie, and the members of very large records. libclang before 20 does not say it of bases by itself, and
//! looks at all members of a record to say it of one; it says what a constant comes to whose value is the distance.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write;
use std::path::Path;

use clang_sys::*;
use memglass_types::TypeId;

use crate::clang::{Cursor, INPUT, Ty, Unit};

/// An address that is a multiple of all alignments, at which an object is thought to lie.
const SOMEWHERE: u64 = 1 << 40;
/// What the names of the constants begin with.
const CONSTANT: &str = "memglass_base_";

/// A base or a member of a class, whose place is asked for.
pub(super) struct Question {
    pub(super) class: TypeId,
    pub(super) part: Part,
    /// The constant that is the distance in bytes.
    constant: String,
}

/// Which of a class's bases, or of its members.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Base(usize),
    Member(usize),
}

/// What is asked of one unit.
#[derive(Default)]
pub(super) struct Questions(Vec<Question>);

/// The base classes that a class names, in the order of the source.
///
/// libclang shows nothing of a class that a template makes by itself; those bases of the template are its bases that are
/// the same for all arguments.
pub(super) fn bases(class: Cursor<'_>) -> impl Iterator<Item = Cursor<'_>> {
    let own = class.children();
    let template = class.template().filter(|_| own.is_empty());
    let children = template.map_or(own, Cursor::children).into_iter();
    let is_base = |child: &Cursor<'_>| child.kind() == CXCursor_CXXBaseSpecifier;
    children.filter(move |child| is_base(child) && child.ty().size() >= 0)
}

impl Questions {
    /// Asks for the place of a base, unless one of both has a name that nobody else can write.
    pub(super) fn ask(&mut self, class: TypeId, base: usize, types: [Ty<'_>; 2]) {
        let pair = types.map(name);
        if let [Some(derived), Some(inner)] = pair {
            self.0.push(Question {
                class,
                part: Part::Base(base),
                constant: format!("(unsigned long)({inner}*)({derived}*){SOMEWHERE} - {SOMEWHERE}"),
            });
        }
    }

    /// Asks for the place of a member, which has this name. False if nobody else can write the record's.
    pub(super) fn ask_member(
        &mut self,
        class: TypeId,
        number: usize,
        record: Ty<'_>,
        member: &str,
    ) -> bool {
        let name = name(record);
        self.0.extend(name.iter().map(|record| Question {
            class,
            part: Part::Member(number),
            constant: format!("__builtin_offsetof({record}, {member})"),
        }));
        name.is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text with a constant for each question, each on a line of its own.
    pub(super) fn append_to(&self, text: &str) -> String {
        let mut text = text.to_owned();
        // The headers may have macros of these names, also of words of the language.
        let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        let words = self.0.iter().flat_map(|question| {
            let words = question.constant.split(|c| !is_of_name(c));
            words.filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()))
        });
        let words: BTreeSet<&str> = words
            .chain(["enum"])
            .filter(|word| !word.is_empty())
            .collect();
        for word in words {
            let _ = writeln!(text, "#undef {word}");
        }
        for (number, Question { constant, .. }) in self.0.iter().enumerate() {
            let _ = writeln!(text, "enum {{ {CONSTANT}{number} = {constant} }};");
        }
        text
    }

    /// The answers that are in the unit of this text. Lines with errors have none: bases that are there twice, so that
    /// their names do not tell which is meant.
    pub(super) fn answers<'q>(&'q self, unit: &Unit, text: &str) -> Vec<(&'q Question, u64)> {
        let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        let line_of = |at: usize| ends.partition_point(|end| *end < at);
        let problems = unit.problems().into_iter();
        let in_text = problems.filter(|problem| problem.place.file == Path::new(INPUT));
        let with_errors: HashSet<usize> = in_text
            .map(|problem| line_of(problem.place.start))
            .collect();
        let enums = unit.root().children().into_iter();
        let constants = enums
            .filter(|cursor| cursor.kind() == CXCursor_EnumDecl)
            .flat_map(Cursor::children);
        let good = constants.filter(|constant| {
            let place = constant.place();
            place.file == Path::new(INPUT) && !with_errors.contains(&line_of(place.start))
        });
        good.filter_map(|constant| {
            let number: usize = constant.name().strip_prefix(CONSTANT)?.parse().ok()?;
            let offset = u64::try_from(constant.enum_value(false)).ok()?;
            Some((self.0.get(number)?, offset))
        })
        .collect()
    }
}

/// The name of a record, if others can write it. The word in front of it tells it from a function of the same name.
fn name(ty: Ty<'_>) -> Option<String> {
    let ty = ty.canonical();
    let name = ty.spelling();
    if name.contains("(anonymous") || name.contains("(unnamed") {
        return None;
    }
    Some(match ty.declaration().kind() {
        // In C, the name has the word.
        _ if name.starts_with("struct ") || name.starts_with("union ") => name,
        CXCursor_UnionDecl => format!("union ::{name}"),
        _ => format!("struct ::{name}"),
    })
}
