//! Where base classes lie. libclang before 20 does not say it of itself; it says what a constant comes to whose value is
//! the distance.

use std::fmt::Write;
use std::path::Path;

use clang_sys::*;
use memglass_types::TypeId;

use crate::clang::{Cursor, INPUT, Ty, Unit};

/// An address that is a multiple of all alignments, at which an object is thought to lie.
const SOMEWHERE: u64 = 1 << 40;
/// What the names of the constants begin with.
const CONSTANT: &str = "memglass_base_";

/// A base of a class, whose place is asked for.
pub(super) struct Question {
    pub(super) class: TypeId,
    /// Which of its bases.
    pub(super) base: usize,
    /// The names of both.
    pair: [String; 2],
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
        let pair = types.map(|ty| ty.canonical().spelling());
        let is_nameless = |name: &String| name.contains("(anonymous") || name.contains("(unnamed");
        if !pair.iter().any(is_nameless) {
            self.0.push(Question { class, base, pair });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text with a constant for each question, each on a line of its own.
    pub(super) fn append_to(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (number, Question { pair, .. }) in self.0.iter().enumerate() {
            let [class, base] = pair;
            let _ = writeln!(
                text,
                "enum {{ {CONSTANT}{number} = (unsigned long)(::{base}*)(::{class}*){SOMEWHERE} - {SOMEWHERE} }};"
            );
        }
        text
    }

    /// The answers that are in the unit of this text. Lines with errors have none: bases that are there twice, so that
    /// their names do not tell which is meant.
    pub(super) fn answers<'q>(&'q self, unit: &Unit, text: &str) -> Vec<(&'q Question, u64)> {
        let line_of = |at: usize| text[..at.min(text.len())].matches('\n').count();
        let problems = unit.problems().into_iter();
        let in_text = problems.filter(|problem| problem.place.file == Path::new(INPUT));
        let bad: Vec<usize> = in_text
            .map(|problem| line_of(problem.place.start))
            .collect();
        let enums = unit.root().children().into_iter();
        let constants = enums
            .filter(|cursor| cursor.kind() == CXCursor_EnumDecl)
            .flat_map(Cursor::children);
        let good = constants.filter(|constant| {
            let place = constant.place();
            place.file == Path::new(INPUT) && !bad.contains(&line_of(place.start))
        });
        good.filter_map(|constant| {
            let number: usize = constant.name().strip_prefix(CONSTANT)?.parse().ok()?;
            let offset = u64::try_from(constant.enum_value(false)).ok()?;
            Some((self.0.get(number)?, offset))
        })
        .collect()
    }
}
