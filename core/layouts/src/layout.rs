//! A layout: checked, compiled, and its canonical text.

use crate::check::{self, Outcome};
use crate::error::{About, Mistake, TextError};
use crate::fixed;
use crate::program::{NONE, Program};
use crate::record::place::Place;
use crate::record::value::Value;
use crate::record::{Root, path, store, value};
use crate::text::tree::{Def, Name};
use crate::text::{parse, print};
use std::collections::HashMap;
use thiserror::Error;

/// The types of a layout's text, ready to read records with.
#[derive(Debug, Clone)]
pub struct Layout {
    pub(crate) program: Program,
    pub(crate) text: String,
    /// For each struct the first name that it takes from around it.
    pub(crate) needs: Vec<Option<TextError>>,
    name_ids: HashMap<String, u32>,
}

/// Why a struct cannot be the root of records.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RootError {
    /// The layout defines no struct of this name.
    #[error("the layout has no struct {name:?}; it has: {known}")]
    Unknown {
        /// The name.
        name: String,
        /// The structs there are.
        known: String,
    },
    /// The struct takes names from structs around it, and a root has none.
    #[error("{name:?} cannot be a root")]
    NeedsParent {
        /// The struct.
        name: String,
        /// Where it takes which name.
        #[source]
        mistake: TextError,
    },
}

impl Layout {
    /// Parses and checks a layout's text. It takes time in proportion to the text, except that a use of a name takes
    /// time in proportion to the names before it.
    ///
    /// # Errors
    ///
    /// [`TextError`] for the first mistake, with its line and column.
    pub fn parse(text: &str) -> Result<Layout, TextError> {
        let in_text = |mistake: Mistake| mistake.in_text(text);
        let defs = parse::parse(text).map_err(in_text)?;
        let Outcome { program, needs, .. } = check::check(&defs).map_err(in_text)?;
        let canonical = printed(&defs, &program, &|_| "");
        let need = |(at, name)| in_text(Mistake::new(at, About::Parent, name));
        let needs = needs.into_iter().map(|first| first.map(need)).collect();
        Ok(Layout::new(program, canonical, needs))
    }

    pub(crate) fn new(program: Program, text: String, needs: Vec<Option<TextError>>) -> Layout {
        let ids = program
            .names
            .iter()
            .enumerate()
            .map(|(id, name)| (name.clone(), id as u32));
        let name_ids = ids.collect();
        Layout {
            program,
            text,
            needs,
            name_ids,
        }
    }

    /// The canonical text: the same for all texts that differ in layout, comments and notation only.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The canonical text for people: `// [layout]` stands behind each member that the layout depends on, such as counts
    /// and tags, which are only written with [`Force`](crate::Force). It takes as much time as parsing the text.
    ///
    /// # Examples
    ///
    /// ```
    /// use memglass_layouts::Layout;
    ///
    /// let layout = Layout::parse("struct msg { u8 n; be u16 data[n]; };")?;
    /// assert_eq!(
    ///     layout.marked_text(),
    ///     "struct msg {\n    u8 n;  // [layout]\n    be u16 data[n];\n};\n",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn marked_text(&self) -> String {
        self.marked().unwrap_or_else(|| self.text.clone())
    }

    /// None if the text is no layout: that of a decoded one may be anything.
    fn marked(&self) -> Option<String> {
        let defs = parse::parse(&self.text).ok()?;
        let Outcome {
            program, bearing, ..
        } = check::check(&defs).ok()?;
        let mark = |name: Name<'_>| match bearing.contains(&name.at) {
            true => "  // [layout]",
            false => "",
        };
        Some(printed(&defs, &program, &mark))
    }

    /// The names of the structs, in the order of their definitions.
    pub fn structs(&self) -> impl Iterator<Item = &str> {
        let names = self.program.structs.iter().map(|structure| structure.name);
        names
            .filter(|name| *name != NONE)
            .map(|name| self.program.name(name))
    }

    /// Takes a struct as what records are read as.
    ///
    /// # Errors
    ///
    /// [`RootError`] if there is no such struct, or if it takes names from around it.
    pub fn root(&self, name: &str) -> Result<Root, RootError> {
        let Some(of) = self.program.struct_named(name) else {
            let known = self.structs().collect::<Vec<_>>().join(", ");
            return Err(RootError::Unknown {
                name: name.to_owned(),
                known,
            });
        };
        match &self.needs[of as usize] {
            Some(mistake) => Err(RootError::NeedsParent {
                name: name.to_owned(),
                mistake: mistake.clone(),
            }),
            None => Ok(Root(of)),
        }
    }

    /// The name of a root.
    pub fn root_name(&self, root: Root) -> &str {
        self.program.name(self.program.structure(root.0).name)
    }

    /// The place of a path that is the same in every record of `root`, whatever its data, and how many bytes a record has
    /// at least that has something there. Reading it with [`value`](Layout::value) or [`integer`](Layout::integer) takes
    /// no [`Record`](crate::Record): it costs what a constant offset does.
    pub fn constant_place(&self, root: Root, path: &str) -> Option<(Place, u64)> {
        let tree = fixed::certain_part(&self.program, root.0);
        let mut place = path::root_place(&tree);
        let mut least = 0;
        for (i, step) in path::steps(path).enumerate() {
            let step = step?;
            let is_shadowed = i == 0 && fixed::may_be_shadowed(&self.program, &tree, root.0, step);
            if is_shadowed {
                return None;
            }
            place = path::step(self, &tree, place, step).ok()?;
            // Arrays and structs of known size are there as a whole or not at all.
            least = least.max(place.offset() + place.size().unwrap_or_default());
        }
        Some((place, least))
    }

    /// What stands at a place of a record's bytes; none for structs and arrays, and beyond the end of the bytes.
    pub fn value(&self, place: Place, bytes: &[u8]) -> Option<Value> {
        value::value(&self.program, place, bytes)
    }

    /// The number at a place of a record's bytes.
    pub fn integer(&self, place: Place, bytes: &[u8]) -> Option<i128> {
        store::integer(&self.program, place, bytes)
    }

    pub(crate) fn name_id(&self, name: &str) -> Option<u32> {
        self.name_ids.get(name).copied()
    }
}

fn printed(defs: &[Def<'_>], program: &Program, mark: print::Mark<'_>) -> String {
    let values = |name: &str| enum_values(program, name);
    print::print(defs, &values, &|name| byte_size(program, name), mark)
}

fn enum_values(program: &Program, name: &str) -> Vec<(String, i128)> {
    let found = program
        .enums
        .iter()
        .find(|of| program.name(of.name) == name);
    let values = found.map(|of| of.values.as_slice()).unwrap_or_default();
    values
        .iter()
        .map(|(name, value)| (program.name(*name).to_owned(), *value))
        .collect()
}

/// The bytes of a named enum or bitfield; 0 for a struct.
fn byte_size(program: &Program, name: &str) -> u64 {
    let of_enum = program
        .enums
        .iter()
        .find(|of| program.name(of.name) == name);
    let of_bitfield = program
        .bitfields
        .iter()
        .find(|of| program.name(of.name) == name);
    match (of_enum, of_bitfield) {
        (Some(of), _) => of.scalar.size(),
        (_, Some(of)) => of.size.into(),
        _ => 0,
    }
}
