//! The fields of an object as rows: a tree of which some parts are open, of which some rows are on the screen.
//!
//! Rows outside of the window are counted and not made: an array of a million elements costs what is seen of it.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use memglass::schema::{Kind, Protection, Schema, TypeId};
use memglass::{Field, ReadError, Value};
use memglass_value::time;
use memglass_view::interest::FieldsInterest;
use memglass_view::snapshot::{Detail, FieldRow, Fields, Fold, Key, Object, ObjectRow, Widths};

use super::numbers::{self, Spread};
use super::packed::{self, Tree};
use super::row::{self, Heading};

/// A struct with more members is closed at first.
pub(super) const OPEN_AT_FIRST: usize = 8;

/// A guarded value of more bytes is read in parts.
const WHOLE_BYTES: u64 = 64 << 10;

/// Columns behind the point that a float may need.
const FLOAT: usize = 3;

/// The fields that were shown last, of one object.
#[derive(Default)]
pub(super) struct Outlines {
    key: Option<Key>,
    /// What each row showed last, for when its object is gone.
    last: HashMap<Arc<str>, FieldRow>,
    detail: Detail,
}

impl Outlines {
    /// The rows of an object.
    pub(super) fn fields(
        &mut self,
        root: Option<&Field>,
        object: &ObjectRow,
        interest: &FieldsInterest,
        is_frozen: bool,
    ) -> Fields {
        if self.key != Some(object.key) {
            self.key = Some(object.key);
            self.last.clear();
            self.detail = Detail::default();
        }
        let Some(root) = root else {
            return Fields {
                object: Some(about(None, object)),
                ..Fields::default()
            };
        };
        let made = match root.packing().map(|_| root.read()) {
            Some(Ok(value)) => packed::tree(root, &value, interest),
            _ => tree(root, interest),
        };
        let Tree {
            total,
            window,
            mut rows,
            detail,
        } = made;
        rows.iter_mut()
            .for_each(|row| self.remember(row, is_frozen));
        Fields {
            object: Some(about(Some(root), object)),
            total,
            first: window.first,
            selected: window.selected,
            widths: widths(&rows),
            rows,
            detail: self.detail(detail.unwrap_or_default(), is_frozen),
        }
    }

    /// What is not to change says what it said last; of another field no value is known from then.
    fn detail(&mut self, mut now: Detail, is_frozen: bool) -> Detail {
        match (is_frozen, self.detail.path == now.path) {
            (false, _) => self.detail.clone_from(&now),
            (true, true) => now.value.clone_from(&self.detail.value),
            (true, false) => now.value.clear(),
        }
        now
    }

    /// A row that cannot be read, or is not to change, shows what it showed last.
    fn remember(&mut self, row: &mut FieldRow, is_frozen: bool) {
        match self.last.get_mut(&row.path) {
            Some(last) if is_frozen || row.trouble.is_some() => {
                row.value.clone_from(&last.value);
                row.note.clone_from(&last.note);
                row.cells.clone_from(&last.cells);
            }
            Some(last) => last.clone_from(row),
            None => {
                self.last.insert(Arc::clone(&row.path), row.clone());
            }
        }
    }
}

/// The rows of what has a type that says which fields there are.
fn tree(root: &Field, interest: &FieldsInterest) -> Tree {
    let mut walk = Walk {
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
    let total = walk.count_root(root);
    let window = interest.window.settled(total);
    walk.window = window.first..window.first + window.height;
    walk.selected = window.selected;
    walk.root(root);
    Tree {
        total,
        window,
        rows: walk.rows,
        detail: walk.detail,
    }
}

/// A walk over the open part of the tree.
struct Walk<'w> {
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

/// A place of the tree.
struct Node<'n> {
    path: String,
    name: &'n str,
    depth: u16,
    declared: TypeId,
    /// Whether it is an element of an array.
    is_element: bool,
}

impl Walk<'_> {
    fn count_root(&self, root: &Field) -> usize {
        match (root.element_count(), root.members()) {
            (Some(count), _) => self.count_elements(element_type(root), "", 0, count),
            (None, Some(members)) => {
                let rows = members
                    .iter()
                    .map(|member| self.count(member.type_id, &member.name, 0, false));
                rows.sum()
            }
            _ => 1,
        }
    }

    /// Rows of a place of this type.
    fn count(&self, declared: TypeId, path: &str, depth: u16, is_element: bool) -> usize {
        if !self.is_open(declared, path, depth, is_element) {
            return 1;
        }
        match &self.schema[self.schema.bare(declared)].kind {
            Kind::Struct { fields: members } | Kind::Union { members } => {
                let rows = members.iter().map(|member| {
                    self.count(member.type_id, &join(path, &member.name), depth + 1, false)
                });
                1 + rows.sum::<usize>()
            }
            Kind::Array { element, count } => {
                1 + self.count_elements(*element, path, depth + 1, *count)
            }
            _ => 1,
        }
    }

    fn count_elements(&self, element: TypeId, path: &str, depth: u16, count: u64) -> usize {
        if let Some(spread) = Spread::of(self.schema, element, count, self.columns) {
            let open = spread.open_rows(self.toggled, path).into_iter();
            let inside = open
                .map(|row| spread.elements(row))
                .map(|row| row.end - row.start);
            let rows = spread.rows() + inside.sum::<u64>();
            return usize::try_from(rows).unwrap_or(usize::MAX / 2);
        }
        let open = self.toggled_elements(path).filter(|index| *index < count);
        let more =
            open.map(|index| self.count(element, &format!("{path}[{index}]"), depth, true) - 1);
        usize::try_from(count).unwrap_or(usize::MAX / 2) + more.sum::<usize>()
    }

    /// Elements of an array that are not as they are at first, in their order.
    fn toggled_elements(&self, path: &str) -> impl Iterator<Item = u64> + use<> {
        let prefix = format!("{path}[");
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

    fn is_open(&self, declared: TypeId, path: &str, depth: u16, is_element: bool) -> bool {
        if !row::has_parts(self.schema, declared) {
            return false;
        }
        let members = self.schema[self.schema.bare(declared)].members();
        let is_small = members.is_some_and(|members| members.len() <= OPEN_AT_FIRST);
        let at_first = is_small && depth == 0 && !is_element;
        at_first != self.toggled.contains(path)
    }

    fn root(&mut self, root: &Field) {
        let whole = self.whole(root, root.info().protection);
        let whole = whole.as_ref().map(Result::as_ref);
        match (root.element_count(), root.members()) {
            (Some(count), _) => self.elements(root, element_type(root), "", 0, count, whole),
            (None, Some(members)) => self.members(root, members, "", 0, whole),
            _ => {
                let node = Node {
                    path: String::new(),
                    name: "value",
                    depth: 0,
                    declared: root.type_id(),
                    is_element: false,
                };
                self.make(root, &node, Fold::None, whole);
            }
        }
    }

    fn members(
        &mut self,
        root: &Field,
        members: &[memglass::schema::Field],
        path: &str,
        depth: u16,
        whole: Option<Result<&Value, &ReadError>>,
    ) {
        for member in members {
            let value = whole.map(|whole| whole.map(|value| value.get(&member.name)));
            let node = Node {
                path: join(path, &member.name),
                name: &member.name,
                depth,
                declared: member.type_id,
                is_element: false,
            };
            self.node(root, &node, flattened(value));
        }
    }

    fn elements(
        &mut self,
        root: &Field,
        element: TypeId,
        path: &str,
        depth: u16,
        count: u64,
        whole: Option<Result<&Value, &ReadError>>,
    ) {
        if let Some(spread) = Spread::of(self.schema, element, count, self.columns) {
            return self.spread(root, element, path, depth, spread, whole);
        }
        let mut index = 0;
        let mut toggled = self.toggled_elements(path).peekable();
        while index < count && self.at < self.window.end {
            // Closed elements have one row each: those before the window are skipped.
            let next = toggled.peek().copied().unwrap_or(count).min(count);
            let skipped = (self.window.start.saturating_sub(self.at) as u64).min(next - index);
            index += skipped;
            self.at += skipped as usize;
            if index >= count {
                break;
            }
            toggled.next_if_eq(&index);
            self.element(root, element, path, depth, index, whole);
            index += 1;
        }
        self.at += usize::try_from(count - index).unwrap_or(usize::MAX / 2);
    }

    fn element(
        &mut self,
        root: &Field,
        element: TypeId,
        path: &str,
        depth: u16,
        index: u64,
        whole: Option<Result<&Value, &ReadError>>,
    ) {
        let value = whole.map(|whole| whole.map(|value| nth(value, index)));
        let name = format!("[{index}]");
        let node = Node {
            path: format!("{path}{name}"),
            name: &name,
            depth,
            declared: element,
            is_element: true,
        };
        self.node(root, &node, flattened(value));
    }

    /// Elements that share rows.
    fn spread(
        &mut self,
        root: &Field,
        element: TypeId,
        path: &str,
        depth: u16,
        spread: Spread,
        whole: Option<Result<&Value, &ReadError>>,
    ) {
        let mut row = 0;
        let mut open = spread.open_rows(self.toggled, path).into_iter().peekable();
        while row < spread.rows() && self.at < self.window.end {
            let next = open.peek().copied().unwrap_or(spread.rows());
            let skipped = (self.window.start.saturating_sub(self.at) as u64).min(next - row);
            row += skipped;
            self.at += skipped as usize;
            if row >= spread.rows() {
                break;
            }
            let elements = spread.elements(row);
            let is_open = open.next_if_eq(&row).is_some();
            let fold = if is_open { Fold::Open } else { Fold::Closed };
            self.make_elements(root, (path, elements.clone()), depth, (fold, spread), whole);
            if is_open {
                for index in elements {
                    self.element(root, element, path, depth + 1, index, whole);
                }
            }
            row += 1;
        }
        self.at += usize::try_from(spread.rows() - row).unwrap_or(usize::MAX / 2);
    }

    /// Makes the row of some elements, if it is on the screen.
    fn make_elements(
        &mut self,
        root: &Field,
        (array, elements): (&str, Range<u64>),
        depth: u16,
        (fold, spread): (Fold, Spread),
        whole: Option<Result<&Value, &ReadError>>,
    ) {
        let at = self.at;
        self.at += 1;
        let first = root.at(&format!("{array}[{}]", elements.start));
        let (true, Ok(first)) = (self.window.contains(&at), first) else {
            return;
        };
        let values = match fold {
            Fold::Closed => values(root, array, elements.clone(), whole),
            _ => Ok(Vec::new()),
        };
        let path = numbers::path(array, &elements);
        if at == self.selected {
            let values = values.as_deref().unwrap_or_default();
            let all = format!("{}[{}..{}]", array_of(&first), elements.start, elements.end);
            self.detail = Some(row::detail_of_elements(&all, &first, values));
        }
        let heading = Heading {
            path: path.into(),
            name: numbers::name(&elements),
            depth,
            fold,
            declared: first.type_id(),
        };
        let row = row::of_elements(heading, &first, values, spread.in_row, self.in_hex);
        self.rows.push(row);
    }

    /// The rows of a place: its own, and those below it if it is open.
    fn node(&mut self, root: &Field, node: &Node<'_>, whole: Option<Result<&Value, &ReadError>>) {
        let is_open = self.is_open(node.declared, &node.path, node.depth, node.is_element);
        let rows = self.count(node.declared, &node.path, node.depth, node.is_element);
        if self.at + rows <= self.window.start || self.at >= self.window.end {
            self.at += rows;
            return;
        }
        let Ok(field) = root.at(&node.path) else {
            self.at += rows;
            return;
        };
        let fold = match (row::has_parts(self.schema, node.declared), is_open) {
            (false, _) => Fold::None,
            (true, false) => Fold::Closed,
            (true, true) => Fold::Open,
        };
        self.make(&field, node, fold, whole);
        if !is_open {
            return;
        }
        let own = match whole {
            Some(_) => None,
            None => self.whole(&field, self.schema.protection(node.declared)),
        };
        let whole = whole.or(own.as_ref().map(Result::as_ref));
        match (field.element_count(), field.members()) {
            (Some(count), _) => {
                let element = element_type(&field);
                self.elements(root, element, &node.path, node.depth + 1, count, whole);
            }
            (None, Some(members)) => {
                self.members(root, members, &node.path, node.depth + 1, whole);
            }
            _ => {}
        }
    }

    /// Makes one row, if it is on the screen.
    fn make(
        &mut self,
        field: &Field,
        node: &Node<'_>,
        fold: Fold,
        whole: Option<Result<&Value, &ReadError>>,
    ) {
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
        let value = match (is_read, whole) {
            (false, _) => Ok(None),
            (true, None) => field.read().map(Some),
            (true, Some(whole)) => whole.cloned().map(Some).map_err(Clone::clone),
        };
        if at == self.selected {
            let value = value.as_ref().ok().and_then(Option::as_ref);
            self.detail = Some(row::detail(field, value));
        }
        let heading = Heading {
            path: node.path.as_str().into(),
            name: node.name.to_owned(),
            depth: node.depth,
            fold,
            declared: node.declared,
        };
        self.rows.push(row::row(heading, field, value, self.in_hex));
    }

    /// A guarded value, read once for all the rows inside: they are all of one write.
    fn whole(&self, field: &Field, protection: Protection) -> Option<Result<Value, ReadError>> {
        let is_guarded = matches!(protection, Protection::Seqlock | Protection::Locked);
        (is_guarded && field.info().size <= WHOLE_BYTES).then(|| field.read())
    }
}

/// The values of some elements: those of a value that was read as a whole, or of this moment.
fn values(
    root: &Field,
    array: &str,
    elements: Range<u64>,
    whole: Option<Result<&Value, &ReadError>>,
) -> Result<Vec<Value>, ReadError> {
    let whole = whole.transpose().map_err(Clone::clone)?;
    let read = |index| match whole.and_then(|whole| nth(whole, index)) {
        Some(value) => Some(Ok(value.clone())),
        None => root
            .at(&format!("{array}[{index}]"))
            .ok()
            .map(|field| field.read()),
    };
    elements.filter_map(read).collect()
}

fn nth(list: &Value, index: u64) -> Option<&Value> {
    match list {
        Value::List(values) => values.get(index as usize),
        _ => None,
    }
}

/// The whole path of the array of which this is an element.
fn array_of(element: &Field) -> &str {
    let path = element.path();
    path.rfind('[').map_or(path, |end| &path[..end])
}

/// A part that a value read as a whole does not have is read by itself.
fn flattened<'v>(
    value: Option<Result<Option<&'v Value>, &'v ReadError>>,
) -> Option<Result<&'v Value, &'v ReadError>> {
    match value? {
        Ok(value) => value.map(Ok),
        Err(error) => Some(Err(error)),
    }
}

/// The type of the elements of an array, or of an array of objects.
fn element_type(field: &Field) -> TypeId {
    let id = field.type_id();
    match &field.schema()[id].kind {
        Kind::Array { element, .. } if field.members().is_none() => *element,
        _ => id,
    }
}

fn join(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

fn about(root: Option<&Field>, object: &ObjectRow) -> Object {
    let created = SystemTime::now().checked_sub(object.age);
    Object {
        key: object.key,
        label: Arc::clone(&object.label),
        type_name: Arc::clone(&object.type_name),
        size: root.map_or(0, |root| root.info().size),
        region: root.and_then(Field::region),
        offset: root.and_then(Field::object_offset),
        created: created.map_or(String::new(), time::clock),
        age: object.age,
        is_gone: object.is_gone,
    }
}

fn widths(rows: &[FieldRow]) -> Widths {
    let widest = |width: fn(&FieldRow) -> usize| rows.iter().map(width).max().unwrap_or(0);
    let is_float = |row: &FieldRow| matches!(&*row.type_name, "f32" | "f64");
    let float = if rows.iter().any(is_float) { FLOAT } else { 0 };
    Widths {
        name: widest(|row| match row.cells.is_empty() {
            true => row.name.chars().count() + 2 * usize::from(row.depth) + 2,
            // Elements that share a row have columns of their own.
            false => 0,
        }),
        type_name: widest(|row| row.type_name.chars().count()),
        unit: widest(|row| row.unit.chars().count()),
        fraction: widest(|row| row.value.fraction_width()).max(float),
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
