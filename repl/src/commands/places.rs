//! Paths with a pattern for the label: `AAPL_*.quantity` is a field of each object that has it.

use std::collections::HashSet;

use memglass::schema::TypeId;
use memglass::{Field, ObjectInfo, Observer, PathError, Pattern};
use memglass_script::ScriptError;
use memglass_syntax::words::{quote, quoted};

use super::CommandError;

/// Whether `path` is of several places: the label that it begins with is a pattern and not one that an object has, or there
/// are alternatives in braces behind it.
///
/// A bracket is an index here, so that `[a-z]` is no part of a pattern as it is for `:objects`.
pub fn is_pattern(observer: &Observer, path: &str) -> bool {
    let (label, _) = split(path);
    let is_pattern = !label.starts_with('"') && label.contains(['*', '?', '{']);
    is_pattern && !starts_with_a_label(observer, path) || has_alternatives(observer, path)
}

/// Whether `path` has alternatives in braces behind its label. Names of fields have none; a label may.
fn has_alternatives(observer: &Observer, path: &str) -> bool {
    let is_one = match memglass_syntax::alternatives(path) {
        Ok(paths) => paths == [path],
        // Too many are an error of whoever looks for them.
        Err(_) => false,
    };
    !is_one && observer.field(path).is_err()
}

/// A path, to be shown, and the place that it leads to.
pub(super) type Found = (String, Field);

/// What `path` leads to, in the order of labels. Of a pattern's objects, those without such a field are
/// left out.
///
/// # Errors
///
/// If there is no such place at all, or it is to stop.
pub(super) fn find(
    observer: &Observer,
    path: &str,
    goes_on: &dyn Fn() -> bool,
) -> Result<Vec<Found>, CommandError> {
    if has_alternatives(observer, path) {
        let alternatives = memglass_syntax::alternatives(path)?;
        let found = alternatives
            .iter()
            .map(|path| find(observer, path, goes_on));
        let found = found.collect::<Result<Vec<_>, _>>()?;
        return Ok(found.into_iter().flatten().collect());
    }
    if !is_pattern(observer, path) {
        return Ok(vec![(path.to_owned(), observer.field(path)?)]);
    }
    let (glob, rest) = split(path);
    let matcher = Pattern::new(glob)?;
    let (mut below, mut found) = (Below::new(rest), Vec::new());
    for object in observer.objects() {
        if !goes_on() {
            return Err(ScriptError::Interrupted.into());
        }
        if matcher.is_match(&*object.label)
            && let Some(field) = below.of(observer, &object)
        {
            found.push((object.label, field));
        }
    }
    if found.is_empty() {
        return Err(below.why_nowhere(glob));
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    let shown = found
        .into_iter()
        .map(|(label, field)| (written(observer, &label, rest), field));
    Ok(shown.collect())
}

/// A path that leads to this object when it is typed: its label is quoted where it could be cut elsewhere, or
/// where another object's label begins like the path.
fn written(observer: &Observer, label: &str, rest: &str) -> String {
    let path = format!("{label}{rest}");
    let mut longer = rest
        .match_indices(['.', '['])
        .map(|(at, _)| label.len() + at);
    let is_cut = label.contains(['.', '[']);
    let is_taken = longer.any(|end| end > label.len() && observer.find(&path[..end]).is_some())
        || !rest.is_empty() && observer.find(&path).is_some();
    match is_cut || is_taken {
        true => format!("{}{rest}", quoted(label)),
        false => format!("{}{rest}", quote(label)),
    }
}

/// What a path below an object leads to, for one object after the other.
///
/// It is followed from the object itself: with the label in front, as text, it might begin with another
/// object's longer label.
struct Below<'p> {
    path: &'p str,
    /// Types that have no such place, and the lengths of arrays of them: of a million objects of one type
    /// one is asked.
    lacking: HashSet<(TypeId, Option<u64>)>,
    first_error: Option<PathError>,
}

impl<'p> Below<'p> {
    fn new(path: &'p str) -> Self {
        Below {
            path,
            lacking: HashSet::new(),
            first_error: None,
        }
    }

    /// The place in this object, if there is one.
    fn of(&mut self, observer: &Observer, object: &ObjectInfo) -> Option<Field> {
        let shape = (object.type_id, object.count);
        if self.lacking.contains(&shape) {
            return None;
        }
        let error = match observer.root(object) {
            Ok(root) => match root.at(self.path) {
                Ok(field) => return Some(field),
                Err(error) => {
                    self.lacking.insert(shape);
                    error
                }
            },
            // Destroyed since it was listed.
            Err(PathError::NoSuchObject { .. }) => return None,
            Err(error) => error,
        };
        self.first_error.get_or_insert(error);
        None
    }

    /// Why no object that matches `glob` has such a place.
    fn why_nowhere(self, glob: &str) -> CommandError {
        let no_match = || CommandError::NoMatch {
            pattern: glob.to_owned(),
        };
        self.first_error.map_or_else(no_match, CommandError::from)
    }
}

/// Whether `path` begins with the label of an object, which may have points and brackets in it.
fn starts_with_a_label(observer: &Observer, path: &str) -> bool {
    let ends = path.match_indices(['.', '[']).map(|(at, _)| at);
    let mut labels = ends.chain([path.len()]).map(|end| &path[..end]);
    labels.any(|label| observer.find(label).is_some())
}

/// The label, and what follows it.
fn split(path: &str) -> (&str, &str) {
    path.split_at(path.find(['.', '[']).unwrap_or(path.len()))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use memglass::{Object, Observe, Observer, Session, Value};

    use super::super::get;
    use super::*;

    #[derive(Observe, Clone, Copy, Default)]
    struct Inner {
        c: i64,
    }

    #[derive(Observe, Clone, Copy, Default)]
    struct Outer {
        b: Inner,
    }

    struct World {
        dir: tempfile::TempDir,
        session: Session,
    }

    impl World {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let session = Session::builder("places").dir(dir.path()).create().unwrap();
            World { dir, session }
        }

        fn outer(&self, label: &str, c: i64) -> Object<Outer> {
            let outer = Outer { b: Inner { c } };
            self.session.object(label, outer).unwrap()
        }

        fn inner(&self, label: &str, c: i64) -> Object<Inner> {
            self.session.object(label, Inner { c }).unwrap()
        }

        fn observer(&self) -> Observer {
            let options = Observer::builder().dir(self.dir.path());
            options.attach("places").unwrap()
        }
    }

    /// What a pattern leads to, and the values there.
    #[track_caller]
    fn check(observer: &Observer, path: &str, expected: &[(&str, i64)]) {
        let found = find(observer, path, &|| true).unwrap();
        let values: Vec<(&str, Value)> = found
            .iter()
            .map(|(path, field)| (path.as_str(), field.read().unwrap()))
            .collect();
        let expected: Vec<(&str, Value)> = expected
            .iter()
            .map(|&(path, c)| (path, Value::I64(c)))
            .collect();
        assert_eq!(values, expected, "{path}");
    }

    #[test]
    fn a_row_is_of_the_object_that_matched_and_not_of_one_with_a_longer_label() {
        let world = World::new();
        let _objects = (world.outer("a", 1), world.inner("a.b", 2));
        let observer = world.observer();
        check(&observer, "*.b.c", &[("\"a\".b.c", 1)]);
        check(&observer, "*.c", &[("\"a.b\".c", 2)]);
        // What is shown leads there again.
        check(&observer, "\"a\".b.c", &[("\"a\".b.c", 1)]);
        check(&observer, "\"a.b\".c", &[("\"a.b\".c", 2)]);
    }

    #[test]
    fn rows_are_in_the_order_of_labels_and_not_of_paths() {
        let world = World::new();
        let _objects = ["x y", "x-1", "x"].map(|label| world.inner(label, 1));
        let expected = [("x.c", 1), ("\"x y\".c", 1), ("x-1.c", 1)];
        check(&world.observer(), "x*.c", &expected);
    }

    #[test]
    fn a_label_that_looks_like_a_pattern_is_a_label_with_a_point_too() {
        let world = World::new();
        let _objects = (world.inner("a*.b", 1), world.outer("a1", 2));
        let observer = world.observer();
        for path in ["a*.b", "a*.b.c", "a*.b.nothing"] {
            assert!(!is_pattern(&observer, path), "{path}");
        }
        assert!(is_pattern(&observer, "a*.c"));
        check(&observer, "a*.b.c", &[("a*.b.c", 1)]);
        check(&observer, "?1.b.c", &[("a1.b.c", 2)]);
    }

    #[test]
    fn alternatives_behind_a_label_are_tried_as_those_behind_a_pattern() {
        let world = World::new();
        let _objects = (
            world.inner("a", 1),
            world.outer("b", 2),
            world.inner("b.{c}", 3),
        );
        let observer = world.observer();
        for path in ["a.{c}", "{a,b}.c", "b.{b.c,b}", "b.b.{c,c}"] {
            assert!(is_pattern(&observer, path), "{path}");
        }
        check(&observer, "a.{c}", &[("a.c", 1)]);
        check(&observer, "b.{b,b}.{c}", &[("b.b.c", 2), ("b.b.c", 2)]);
        // A label that has braces is one.
        assert!(!is_pattern(&observer, "b.{c}.c"));
        check(&observer, "b.{c}.c", &[("b.{c}.c", 3)]);
        let error = find(&observer, "a.{c,x}", &|| true).unwrap_err();
        assert!(error.to_string().starts_with("no field \"x\""), "{error}");
    }

    const OBJECTS: usize = 100;

    #[test]
    fn a_type_that_lacks_the_place_is_asked_once() {
        let world = World::new();
        let _objects = (
            world.inner("a", 1),
            world.inner("b", 2),
            world.outer("c", 3),
            world.session.array::<Inner>("d", 2).unwrap(),
        );
        let observer = world.observer();
        let mut below = Below::new(".nothing");
        let is_there = |below: &mut Below<'_>, label| {
            below
                .of(&observer, &observer.find(label).unwrap())
                .is_some()
        };
        assert!(!is_there(&mut below, "a"));
        // What would be found now is not looked for, in any object of this type.
        below.path = ".c";
        assert!(!is_there(&mut below, "a") && !is_there(&mut below, "b"));
        // Those of other types, and arrays of it, are asked by themselves.
        below.path = "";
        assert!(is_there(&mut below, "c") && is_there(&mut below, "d"));
    }

    #[test]
    fn the_error_of_many_objects_is_that_of_one() {
        let world = World::new();
        let objects = (world.outer("a", 1), world.outer("b", 2));
        let error = |path: &str| find(&world.observer(), path, &|| true).unwrap_err();
        let text = "no field \"x\" in a.b (Inner); it has: c";
        assert_eq!(error("*.b.x").to_string(), text);
        drop(objects);
        assert_eq!(error("*.b.x").to_string(), "no label matches \"*\"");
    }

    #[test]
    fn it_stops_when_it_is_to_stop() {
        let world = World::new();
        let label = |index| format!("object_{index}");
        let _objects: Vec<_> = (0..OBJECTS)
            .map(|index| world.inner(&label(index), 1))
            .collect();
        let observer = world.observer();
        // While objects are looked for, and while they are read.
        for allowed in [7, OBJECTS + 7] {
            let asked = Cell::new(0);
            let goes_on = || asked.replace(asked.get() + 1) < allowed;
            let error = get(&observer, &["*.c"], goes_on).err();
            assert!(matches!(
                error,
                Some(CommandError::Script(ScriptError::Interrupted))
            ));
            assert_eq!(asked.get(), allowed + 1);
        }
    }

    #[test]
    fn a_pattern_ends_where_the_label_does() {
        assert_eq!(split("AAPL_*"), ("AAPL_*", ""));
        assert_eq!(split("*.last_quote.bid"), ("*", ".last_quote.bid"));
        assert_eq!(split("{book,tape}[0].price"), ("{book,tape}", "[0].price"));
    }
}
