//! The fields of an object as rows: a tree of which some parts are open, of which some rows are on the screen.
//!
//! Rows outside of the window are counted and not made: an array of a million elements costs what is seen of it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use memglass::schema::{self, Kind, Protection, Schema};
use memglass::{Field, ReadError, Value};
use memglass_view::interest::{FieldsInterest, Window};
use memglass_view::snapshot::{Detail, FieldRow, Fold};

use super::node::{Array, Known, Node, SharedRow, join};
use super::numbers::{self, Spread};
use super::row::{self, Heading};

/// A struct with more members is closed at first.
pub(super) const OPEN_AT_FIRST: usize = 8;

/// A guarded value of more bytes is read in parts.
const WHOLE_BYTES: u64 = 64 << 10;

/// The rows that are on the screen.
pub(super) struct Tree {
    /// How many there are.
    pub(super) total: usize,
    pub(super) window: Window,
    pub(super) rows: Vec<FieldRow>,
    /// What else is known of the selected one.
    pub(super) detail: Option<Detail>,
}

/// The rows of what has a type that says which fields there are.
pub(super) fn tree(root: &Field, interest: &FieldsInterest) -> Tree {
    let mut walk = Walk {
        root,
        toggled: &interest.toggled,
        schema: root.schema(),
        in_hex: interest.in_hex,
        columns: interest.columns,
        window: 0..0,
        at: 0,
        rows: Vec::new(),
        detail: None,
        selected: 0,
    };
    let total = walk.count_all();
    let window = interest.window.settled(total);
    walk.window = window.first..window.first + window.height;
    walk.selected = window.selected;
    walk.make_all();
    Tree {
        total,
        window,
        rows: walk.rows,
        detail: walk.detail,
    }
}

/// A walk over the open part of the tree.
struct Walk<'w> {
    root: &'w Field,
    toggled: &'w BTreeSet<Arc<str>>,
    schema: &'w Schema,
    in_hex: bool,
    /// Columns for elements that share a row.
    columns: u16,
    /// The rows that are made.
    window: Range<usize>,
    /// The next row.
    at: usize,
    rows: Vec<FieldRow>,
    selected: usize,
    detail: Option<Detail>,
}

impl Walk<'_> {
    fn count_all(&self) -> usize {
        if let Some(array) = Array::of(self.root, "", 0) {
            return self.count_elements(array);
        }
        match self.root.members() {
            Some(members) => self.count_members(members, "", 0),
            None => 1,
        }
    }

    /// Rows of a place: its own, and those below it if it is open.
    fn count(&self, node: Node<'_>) -> usize {
        if !self.is_open(node) {
            return 1;
        }
        let depth = node.depth + 1;
        match &self.schema[self.schema.bare(node.declared)].kind {
            Kind::Struct { fields: members } | Kind::Union { members } => {
                1 + self.count_members(members, node.path, depth)
            }
            Kind::Array { element, count } => {
                let (path, element, count) = (node.path, *element, *count);
                1 + self.count_elements(Array {
                    path,
                    element,
                    count,
                    depth,
                })
            }
            _ => 1,
        }
    }

    fn count_members(&self, members: &[schema::Field], path: &str, depth: u16) -> usize {
        let rows = members.iter().map(|member| {
            let path = join(path, &member.name);
            self.count(Node::member(&path, member, depth))
        });
        rows.sum()
    }

    fn count_elements(&self, array: Array<'_>) -> usize {
        if let Some(spread) = self.spread(array) {
            let open = spread.open_rows(self.toggled, array.path).into_iter();
            let inside = open.map(|row| spread.elements(row));
            let rows = spread.rows() + inside.map(|row| row.end - row.start).sum::<u64>();
            return usize::try_from(rows).unwrap_or(usize::MAX / 2);
        }
        let open = self.toggled_elements(array);
        let open = open.filter(|index| *index < array.count);
        let more = open.map(|index| self.count(array.element(&array.path_of(index))) - 1);
        usize::try_from(array.count).unwrap_or(usize::MAX / 2) + more.sum::<usize>()
    }

    /// How the elements of an array share rows, if they do.
    fn spread(&self, array: Array<'_>) -> Option<Spread> {
        Spread::of(self.schema, array.element, array.count, self.columns)
    }

    /// Elements of an array that are not as they are at first, in their order.
    fn toggled_elements(&self, array: Array<'_>) -> impl Iterator<Item = u64> + use<> {
        let prefix = array.prefix();
        let from: Arc<str> = prefix.as_str().into();
        let rest = self.toggled.range(from..);
        let rest = rest.take_while(|toggled| toggled.starts_with(&prefix));
        let indices = rest.filter_map(|toggled| {
            let (index, behind) = toggled[prefix.len()..].split_once(']')?;
            // What lies below an element is open only if that is.
            behind.is_empty().then(|| index.parse().ok())?
        });
        let mut indices: Vec<u64> = indices.collect();
        indices.sort_unstable();
        indices.into_iter()
    }

    fn is_open(&self, node: Node<'_>) -> bool {
        if !row::has_parts(self.schema, node.declared) {
            return false;
        }
        let members = self.schema[self.schema.bare(node.declared)].members();
        let is_small = members.is_some_and(|members| members.len() <= OPEN_AT_FIRST);
        let at_first = is_small && node.depth == 0 && !node.is_element;
        at_first != self.toggled.contains(node.path)
    }

    fn make_all(&mut self) {
        let root = self.root;
        let whole = self.whole(root, root.info().protection);
        let known = Known(whole.as_ref().map(Result::as_ref));
        if Array::of(root, "", 0).is_some() || root.members().is_some() {
            self.make_parts(root, "", 0, known);
        } else {
            let node = Node {
                path: "",
                name: "value",
                depth: 0,
                declared: root.type_id(),
                is_element: false,
            };
            self.make(root, node, Fold::None, known);
        }
    }

    /// Makes the rows of what is in an array or a struct, all so deep.
    fn make_parts(&mut self, field: &Field, path: &str, depth: u16, known: Known<'_>) {
        if let Some(array) = Array::of(field, path, depth) {
            return self.make_elements(array, known);
        }
        for member in field.members().unwrap_or_default() {
            let known = known.part(|value| value.get(&member.name));
            let path = join(path, &member.name);
            self.make_node(Node::member(&path, member, depth), known);
        }
    }

    fn make_elements(&mut self, array: Array<'_>, known: Known<'_>) {
        if let Some(spread) = self.spread(array) {
            return self.make_shared_rows(array, spread, known);
        }
        let mut toggled = self.toggled_elements(array).peekable();
        let mut index = 0;
        while index < array.count && self.at < self.window.end {
            // Closed elements have one row each.
            let next = toggled.peek().copied().unwrap_or(array.count);
            index += self.skip(next.min(array.count) - index);
            if index >= array.count {
                break;
            }
            toggled.next_if_eq(&index);
            self.make_element(array, index, known);
            index += 1;
        }
        self.pass(array.count - index);
    }

    fn make_shared_rows(&mut self, array: Array<'_>, spread: Spread, known: Known<'_>) {
        let open = spread.open_rows(self.toggled, array.path);
        let mut open = open.into_iter().peekable();
        let mut row = 0;
        while row < spread.rows() && self.at < self.window.end {
            let next = open.peek().copied().unwrap_or(spread.rows());
            row += self.skip(next - row);
            if row >= spread.rows() {
                break;
            }
            let is_open = open.next_if_eq(&row).is_some();
            self.make_shared_row(
                &SharedRow {
                    array,
                    elements: spread.elements(row),
                    in_row: spread.in_row,
                    fold: if is_open { Fold::Open } else { Fold::Closed },
                },
                known,
            );
            row += 1;
        }
        self.pass(spread.rows() - row);
    }

    /// Skips those of so many rows that are before the window; how many.
    fn skip(&mut self, rows: u64) -> u64 {
        let skipped = rows.min(self.window.start.saturating_sub(self.at) as u64);
        self.at += skipped as usize;
        skipped
    }

    /// So many rows are behind the window.
    fn pass(&mut self, rows: u64) {
        self.at += usize::try_from(rows).unwrap_or(usize::MAX / 2);
    }

    fn make_element(&mut self, array: Array<'_>, index: u64, known: Known<'_>) {
        let path = array.path_of(index);
        self.make_node(array.element(&path), known.element(index));
    }

    /// Makes the row of some elements, and those of each by itself if it is open.
    fn make_shared_row(&mut self, shared: &SharedRow<'_>, known: Known<'_>) {
        let at = self.at;
        self.at += 1;
        if self.window.contains(&at) {
            self.make_cells(shared, at == self.selected, known);
        }
        if shared.fold == Fold::Open {
            let array = Array {
                depth: shared.array.depth + 1,
                ..shared.array
            };
            for index in shared.elements.clone() {
                self.make_element(array, index, known);
            }
        }
    }

    fn make_cells(&mut self, shared: &SharedRow<'_>, is_selected: bool, known: Known<'_>) {
        let SharedRow {
            array, elements, ..
        } = shared;
        let Ok(first) = self.root.at(&array.path_of(elements.start)) else {
            return;
        };
        let values = match shared.fold {
            Fold::Closed => self.values(shared, known),
            _ => Ok(Vec::new()),
        };
        if is_selected {
            let path = first.path();
            let whole_array = path.rfind('[').map_or(path, |end| &path[..end]);
            let all = numbers::path(whole_array, elements);
            let values = values.as_deref().unwrap_or_default();
            self.detail = Some(row::detail_of_elements(&all, &first, values));
        }
        let heading = Heading {
            path: numbers::path(array.path, elements).into(),
            name: numbers::name(elements),
            depth: array.depth,
            fold: shared.fold,
            declared: first.type_id(),
        };
        let row = row::of_elements(heading, &first, values, shared.in_row, self.in_hex);
        self.rows.push(row);
    }

    fn values(&self, shared: &SharedRow<'_>, known: Known<'_>) -> Result<Vec<Value>, ReadError> {
        let read = |index| {
            let path = || shared.array.path_of(index);
            let known = known.element(index).get();
            known.or_else(|| Some(self.root.at(&path()).ok()?.read()))
        };
        shared.elements.clone().filter_map(read).collect()
    }

    /// Makes the rows of a place: its own, and those below it if it is open.
    fn make_node(&mut self, node: Node<'_>, known: Known<'_>) {
        let rows = self.count(node);
        let is_seen = self.at + rows > self.window.start && self.at < self.window.end;
        let Some(field) = self.root.at(node.path).ok().filter(|_| is_seen) else {
            self.at += rows;
            return;
        };
        let fold = match (
            row::has_parts(self.schema, node.declared),
            self.is_open(node),
        ) {
            (false, _) => Fold::None,
            (true, false) => Fold::Closed,
            (true, true) => Fold::Open,
        };
        self.make(&field, node, fold, known);
        if fold != Fold::Open {
            return;
        }
        let own = match known.0 {
            Some(_) => None,
            None => self.whole(&field, self.schema.protection(node.declared)),
        };
        let known = Known(known.0.or(own.as_ref().map(Result::as_ref)));
        self.make_parts(&field, node.path, node.depth + 1, known);
    }

    /// Makes one row, if it is on the screen.
    fn make(&mut self, field: &Field, node: Node<'_>, fold: Fold, known: Known<'_>) {
        let at = self.at;
        self.at += 1;
        if !self.window.contains(&at) {
            return;
        }
        let is_read = match fold {
            Fold::None => true,
            Fold::Closed => row::is_brief(self.schema, node.declared),
            Fold::Open => false,
        };
        let value = match is_read {
            true => known.get().unwrap_or_else(|| field.read()).map(Some),
            false => Ok(None),
        };
        if at == self.selected {
            let value = value.as_ref().ok().and_then(Option::as_ref);
            self.detail = Some(row::detail(self.root, field, value));
        }
        let heading = Heading {
            path: node.path.into(),
            name: node.name.to_owned(),
            depth: node.depth,
            fold,
            declared: node.declared,
        };
        self.rows.push(row::row(heading, field, value, self.in_hex));
    }

    /// A guarded value, read once for all the rows inside.
    fn whole(&self, field: &Field, protection: Protection) -> Option<Result<Value, ReadError>> {
        let is_guarded = matches!(protection, Protection::Seqlock | Protection::Locked);
        (is_guarded && field.info().size <= WHOLE_BYTES).then(|| field.read())
    }
}

#[cfg(test)]
mod tests {
    use memglass::{Observe, Observer, Session};
    use memglass_value::format::Figure;
    use memglass_view::interest::Window;

    use super::*;

    #[derive(Observe, Clone, Copy)]
    struct Profile {
        #[observe(seqlock)]
        prices: [i64; 23],
        #[observe(unit = "lots")]
        volumes: [u32; 12],
        ratios: [[f64; 3]; 2],
        size: u8,
    }

    /// The rows of an object, of which this is open, from `first` on.
    fn rows(root: &Field, columns: u16, open: &[&str], first: usize, height: usize) -> Tree {
        let window = Window {
            selected: first,
            first,
            height,
        };
        let toggled = open.iter().map(|path| Arc::from(*path)).collect();
        let interest = FieldsInterest {
            window,
            toggled: Arc::new(toggled),
            in_hex: false,
            columns,
        };
        tree(root, &interest)
    }

    fn with_root(look: impl FnOnce(&Field)) {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s").dir(dir.path()).create();
        let session = session.expect("a session");
        let profile = Profile {
            prices: std::array::from_fn(|index| 100 + index as i64),
            volumes: std::array::from_fn(|index| index as u32),
            ratios: [[0.5; 3]; 2],
            size: 1,
        };
        let _profile = session.object("profile", profile).expect("room");
        let observer = Observer::builder().dir(dir.path()).attach("s");
        let observer = observer.expect("an observer");
        look(&observer.field("profile").expect("the object"));
    }

    #[test]
    fn numbers_of_an_array_share_rows_and_an_open_row_has_them_one_by_one() {
        with_root(|root| {
            let tree = rows(root, 50, &["prices", "prices[20..23]"], 0, 99);
            let shown: Vec<String> = tree.rows.iter().map(|row| row.name.to_string()).collect();
            assert_eq!(shown[..3], ["prices", "[0]…[4]", "[5]…[9]"]);
            assert_eq!(shown[5..9], ["[20]…[22]", "[20]", "[21]", "[22]"]);
            let cells = tree.rows[2].cells.iter().map(Figure::plain);
            assert_eq!(
                cells.collect::<Vec<_>>(),
                ["105", "106", "107", "108", "109"]
            );
            assert_eq!(tree.rows[7].value.plain(), "121");
            assert_eq!(tree.total, tree.rows.len());
            // Where there is no room, and of what is no number, each has its own.
            assert_eq!(rows(root, 9, &["volumes"], 0, 99).total, 4 + 12);
            assert_eq!(rows(root, 50, &["ratios"], 0, 99).total, 4 + 2);
        });
    }

    #[test]
    fn a_part_of_the_rows_is_what_stands_there_among_all() {
        let open = [
            "prices",
            "prices[5..10]",
            "prices[20..23]",
            "volumes",
            "volumes[10..12]",
            "ratios",
            "ratios[1]",
        ];
        with_root(|root| {
            let all = rows(root, 50, &open, 0, 99);
            for (first, height) in (0..all.total).flat_map(|first| [(first, 1), (first, 4)]) {
                let part = rows(root, 50, &open, first, height);
                let end = (part.window.first + height).min(all.total);
                assert_eq!(
                    part.rows,
                    all.rows[part.window.first..end],
                    "{first} {height}"
                );
                assert_eq!(part.total, all.total);
                assert!(part.detail.is_some(), "{first}");
            }
        });
    }
}
