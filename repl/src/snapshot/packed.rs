//! The parts of a packed record as rows: the tree that its bytes are at this moment, of which some parts are open.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;

use memglass::{Field, Value};
use memglass_value::format::{self, Figure, Style};
use memglass_value::walk::{self, Inside, Parts, walk};
use memglass_view::interest::FieldsInterest;
use memglass_view::snapshot::{Detail, FieldRow, Fold};
use memglass_view::text;

use super::row::{self, Heading};
use super::tree::{OPEN_AT_FIRST, Tree};

/// The rows of a record whose value was read once, so that all are of one write.
pub(super) fn tree(root: &Field, value: &Value, interest: &FieldsInterest) -> Tree {
    let mut total = 0;
    rows(value, &interest.toggled, |_| total += 1);
    let window = interest.window.settled(total);
    let mut making = Making {
        root,
        in_hex: interest.in_hex,
        window: window.first..window.first + window.height,
        selected: window.selected,
        at: 0,
        rows: Vec::new(),
        detail: None,
    };
    rows(value, &interest.toggled, |part| making.part(part));
    Tree {
        total,
        rows: making.rows,
        detail: making.detail,
        window,
    }
}

/// A part that has a row.
struct Part<'p> {
    path: &'p str,
    name: &'p str,
    depth: u16,
    fold: Fold,
    value: &'p Value,
}

struct Making<'m> {
    root: &'m Field,
    in_hex: bool,
    window: Range<usize>,
    selected: usize,
    at: usize,
    rows: Vec<FieldRow>,
    detail: Option<Detail>,
}

impl Making<'_> {
    fn part(&mut self, part: Part<'_>) {
        let at = self.at;
        self.at += 1;
        if !self.window.contains(&at) {
            return;
        }
        // The record may have changed since its value was read: then the part has no type here.
        let field = self.root.at(part.path).ok();
        if at == self.selected {
            let detail = field.as_ref();
            self.detail = detail.map(|field| row::detail(self.root, field, Some(part.value)));
        }
        self.rows.push(self.row(&part, field.as_ref()));
    }

    fn row(&self, part: &Part<'_>, field: Option<&Field>) -> FieldRow {
        let path: Arc<str> = part.path.into();
        let own = (part.fold == Fold::None).then(|| part.value.clone());
        let Some(field) = field else {
            return FieldRow {
                path,
                name: text::clean(part.name).into(),
                depth: part.depth,
                fold: part.fold,
                type_name: "".into(),
                value: around(part)
                    .unwrap_or_else(|| format::figure(part.value, &Style::default())),
                unit: "".into(),
                named: String::new(),
                note: String::new(),
                trouble: None,
                cells: Vec::new(),
            };
        };
        let heading = Heading {
            path,
            name: part.name.to_owned(),
            depth: part.depth,
            fold: part.fold,
            declared: field.type_id(),
        };
        let row = row::row(heading, field, Ok(own), self.in_hex);
        FieldRow {
            value: around(part).unwrap_or(row.value),
            note: match (field.bears_layout(), row.note.as_str()) {
                (false, _) => row.note,
                (true, "") => "[layout]".into(),
                (true, note) => format!("{note} [layout]"),
            },
            ..row
        }
    }
}

/// What stands in the row of a part that has parts.
fn around(part: &Part<'_>) -> Option<Figure> {
    let counted = |count: usize, noun, brackets| {
        let text = row::counted(count as u64, noun, brackets);
        Some(Figure::Text(text))
    };
    match (part.fold, part.value) {
        (Fold::None, _) => None,
        (Fold::Closed, value) if count_leaves(value) <= row::BRIEF => {
            Some(Figure::Text(row::inside(value)))
        }
        (_, Value::List(elements)) => counted(elements.len(), "element", ["[", "]"]),
        (Fold::Closed, Value::Record(members)) => {
            counted(members.iter().len(), "field", ["{", "}"])
        }
        _ => Some(Figure::Nothing),
    }
}

/// Single values, of which no more are counted than are shown in a row.
fn count_leaves(value: &Value) -> u64 {
    let of = |values: &[Value]| {
        let first = values.iter().take(row::BRIEF as usize + 1);
        first.map(count_leaves).sum()
    };
    match value {
        Value::Record(members) => of(members.values()),
        Value::List(elements) => of(elements),
        _ => 1,
    }
}

/// Calls `visit` for each part that has a row.
fn rows(value: &Value, toggled: &BTreeSet<Arc<str>>, mut visit: impl FnMut(Part<'_>)) {
    let Ok(()) = walk(value, &mut |part| {
        let fold = fold_of(part, toggled);
        visit(Part {
            path: part.path,
            name: part.name,
            depth: part.depth as u16,
            fold,
            value: part.value,
        });
        Ok::<_, Infallible>(fold == Fold::Open)
    });
}

fn fold_of(part: &walk::Part<'_, Value>, toggled: &BTreeSet<Arc<str>>) -> Fold {
    let is_outermost = part.depth == 0 && !part.name.starts_with('[');
    let is_small =
        matches!(part.value, Value::Record(members) if members.iter().len() <= OPEN_AT_FIRST);
    match (is_small && is_outermost) != toggled.contains(part.path) {
        _ if matches!(part.value.inside(), Inside::Leaf) => Fold::None,
        true => Fold::Open,
        false => Fold::Closed,
    }
}

#[cfg(test)]
mod tests {
    use memglass::{Observer, Session};

    use super::*;

    const TEXT: &str = "struct msg { u8 n; item items[n]; be u16 crc; };
        struct item { u8 len; char chars[len]; };
        enum Op : u8 { Ping = 1, Text }; struct tagged { Op op; match (op) { (2): char text[]; (_): none; } };";

    /// The rows of a record with these parts toggled: name, value, type and note.
    #[track_caller]
    fn check(bytes: &[u8], toggled: &[&str], expected: &[&str]) {
        check_root("msg", bytes, toggled, expected);
    }

    #[track_caller]
    fn check_root(root: &str, bytes: &[u8], toggled: &[&str], expected: &[&str]) {
        let dir = tempfile::tempdir().unwrap();
        let session = Session::builder("s").dir(dir.path()).create().unwrap();
        session.define(TEXT).unwrap();
        let packet = session.buffer("packet", root, 64).unwrap();
        packet.write(bytes).unwrap();
        let observer = Observer::builder().dir(dir.path()).attach("s").unwrap();
        let root = observer.field("packet").unwrap();
        let mut interest = FieldsInterest::default();
        interest.window.height = 10;
        let toggled: BTreeSet<Arc<str>> = toggled.iter().map(|path| (*path).into()).collect();
        interest.toggled = Arc::new(toggled);
        let tree = tree(&root, &root.read().unwrap(), &interest);
        let rows = tree.rows.iter().map(|row| {
            let indent = "  ".repeat(row.depth.into());
            let value = row.value.plain();
            format!(
                "{indent}{} {value} {} {}",
                row.name, row.type_name, row.note
            )
        });
        assert_eq!(rows.collect::<Vec<_>>(), expected);
        assert_eq!(tree.total, expected.len());
    }

    #[test]
    fn a_tag_shows_its_name_and_that_the_layout_depends_on_it() {
        let rows = ["op 2 Op [Text] [layout]", "text \"hi\" char[2] "];
        check_root("tagged", b"\x02hi\0", &[], &rows);
    }

    #[test]
    fn a_record_is_a_tree_of_what_is_in_it_now() {
        let bytes = b"\x02\x02hi\x03you\x01\x02";
        check(
            bytes,
            &[],
            &[
                "n 2 u8 [layout]",
                "items [{2, \"hi\"}, {3, \"you\"}] item[2] ",
                "crc 258 be u16 ",
            ],
        );
        check(
            bytes,
            &["items", "items[1]"],
            &[
                "n 2 u8 [layout]",
                "items [2 elements] item[2] ",
                "  [0] {2, \"hi\"} item ",
                "  [1]  item ",
                "    len 3 u8 [layout]",
                "    chars \"you\" char[3] ",
                "crc 258 be u16 ",
            ],
        );
        check(
            b"\x00\x00\x07",
            &["items"],
            &[
                "n 0 u8 [layout]",
                "items [0 elements] item[0] ",
                "crc 7 be u16 ",
            ],
        );
    }
}
