//! `0x40: header; 0x1000: quote quotes[64]`: what lies where.

use std::collections::HashSet;
use std::path::Path;

use memglass_types::{Kind, TypeId, Types};

use crate::builtin;
use crate::error::{ForeignError, LayoutMistake};
use crate::lower::{Lowered, Lowering};

/// An object of the file.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) label: String,
    /// Bytes from the start of the file.
    pub(crate) offset: u64,
    pub(crate) ty: Lowered,
    /// `None` of a single object.
    pub(crate) count: Option<u64>,
}

impl Placed {
    /// Bytes of all of it in the file.
    pub(crate) fn len(&self) -> u64 {
        self.ty.source_size.saturating_mul(self.count.unwrap_or(1))
    }
}

/// An entry as it is written.
#[derive(Debug, PartialEq, Eq)]
struct Entry<'t> {
    offset: u64,
    /// A type, or a type and a name.
    words: &'t str,
    /// The name, where it stands behind the brackets.
    name: Option<&'t str>,
    count: Count,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    One,
    Elements(u64),
    ToTheEnd,
}

/// The objects that a layout names in a file of `len` bytes.
pub(crate) fn resolve(
    layout: &str,
    types: &Types,
    len: u64,
    path: &Path,
) -> Result<Vec<Placed>, ForeignError> {
    let builtin = builtin::types();
    let sets = [types, &builtin];
    let mut resolver = Resolver {
        sets,
        lowering: sets.map(Lowering::of),
        len,
        path,
        labels: HashSet::new(),
    };
    let all = entries(layout).map(|text| resolver.placed(text));
    let all: Vec<Placed> = all.collect::<Result<_, _>>()?;
    match all.is_empty() {
        true => Err(ForeignError::Empty),
        false => Ok(all),
    }
}

/// What entries are resolved by: types of the program, then the usual ones, and the file.
struct Resolver<'r> {
    sets: [&'r Types; 2],
    lowering: [Lowering<'r>; 2],
    len: u64,
    path: &'r Path,
    /// Those of the entries before.
    labels: HashSet<String>,
}

impl Resolver<'_> {
    fn placed(&mut self, text: &str) -> Result<Placed, ForeignError> {
        let refuse = |mistake| ForeignError::Layout {
            entry: text.to_owned(),
            mistake,
        };
        let entry = parse(text).map_err(refuse)?;
        let named = named(&entry, self.sets).map_err(refuse)?;
        let (offset, name) = (entry.offset, named.type_name);
        let size = size(self.sets[named.set], named.id, name).map_err(refuse)?;
        let count = match entry.count {
            Count::One => None,
            Count::Elements(count) => Some(count),
            Count::ToTheEnd => Some((self.len.saturating_sub(offset) / size).max(1)),
        };
        self.check_end(text, offset, size.checked_mul(count.unwrap_or(1)))?;
        let no_bytes = || refuse(LayoutMistake::NoBytes { name: name.into() });
        let (ty, count) = self.lowered(&named, count)?.ok_or_else(no_bytes)?;
        let label = label(&named, offset, &self.labels).map_err(refuse)?;
        self.labels.insert(label.clone());
        Ok(Placed {
            label,
            offset,
            ty,
            count,
        })
    }

    /// Whether the file has all bytes of an object.
    fn check_end(&self, entry: &str, offset: u64, bytes: Option<u64>) -> Result<(), ForeignError> {
        let end = bytes.and_then(|bytes| bytes.checked_add(offset));
        let end = end.unwrap_or(u64::MAX);
        match end > self.len {
            true => Err(ForeignError::TooShort {
                entry: entry.to_owned(),
                path: self.path.to_owned(),
                end,
                len: self.len,
            }),
            false => Ok(()),
        }
    }

    /// The session's type of an object, and how many it is of: several characters are one text.
    fn lowered(
        &mut self,
        named: &Named<'_>,
        count: Option<u64>,
    ) -> Result<Option<(Lowered, Option<u64>)>, ForeignError> {
        let lowering = &mut self.lowering[named.set];
        let mut lower = || match count {
            Some(count) if lowering.is_char(named.id) => {
                Ok(lowering.lower_text(named.id, count)?.map(|ty| (ty, None)))
            }
            count => Ok(lowering.lower(named.id)?.map(|ty| (ty, count))),
        };
        lower().map_err(|source| ForeignError::Type {
            name: named.type_name.to_owned(),
            source,
        })
    }
}

/// Size of a type in bytes. Fails if it is 0 or unknown.
fn size(types: &Types, id: TypeId, name: &str) -> Result<u64, LayoutMistake> {
    let name = || name.to_owned();
    match types.size_of(id) {
        Some(0) => Err(LayoutMistake::NoBytes { name: name() }),
        Some(size) => Ok(size),
        None => Err(LayoutMistake::NoSize {
            name: name(),
            why: match types[types.bare(id)].kind {
                Kind::Function(_) => "it is a function",
                Kind::Array { .. } => "it is an array without a number of elements",
                Kind::Void => "it is void",
                _ => "it is only declared",
            },
        }),
    }
}

/// The entries of a layout, without comments.
fn entries(layout: &str) -> impl Iterator<Item = &str> {
    let lines = layout.lines().map(|line| {
        let end = ["#", "//"].iter().filter_map(|mark| line.find(mark)).min();
        &line[..end.unwrap_or(line.len())]
    });
    let all = lines.flat_map(|line| line.split(';')).map(str::trim);
    all.filter(|entry| !entry.is_empty())
}

fn parse(text: &str) -> Result<Entry<'_>, LayoutMistake> {
    let (offset, rest) = text.split_once(':').ok_or(LayoutMistake::NoOffset)?;
    let offset = number(offset.trim()).ok_or(LayoutMistake::NoOffset)?;
    let rest = rest.trim();
    // A type of Rust may have brackets too: `Ring<[u8; 4]>`.
    let brackets = rest.rfind(']').filter(|end| is_end(&rest[end + 1..]));
    let Some((open, close)) = brackets.and_then(|end| Some((rest[..end].rfind('[')?, end))) else {
        let (words, name, count) = (rest, None, Count::One);
        return not_empty(Entry {
            offset,
            words,
            name,
            count,
        });
    };
    let inside = rest[open + 1..close].trim();
    let count = match inside {
        "" => Count::ToTheEnd,
        inside => match number(inside) {
            Some(count) if count > 0 => Count::Elements(count),
            _ => {
                return Err(LayoutMistake::Count {
                    count: inside.to_owned(),
                });
            }
        },
    };
    let name = Some(rest[close + 1..].trim()).filter(|name| !name.is_empty());
    if rest[..open].trim_end().ends_with(']') {
        return Err(LayoutMistake::Dimensions);
    }
    not_empty(Entry {
        offset,
        words: rest[..open].trim(),
        name,
        count,
    })
}

fn not_empty(entry: Entry<'_>) -> Result<Entry<'_>, LayoutMistake> {
    match entry.words.is_empty() {
        true => Err(LayoutMistake::NoType),
        false => Ok(entry),
    }
}

/// Whether brackets are the count of elements if this stands behind them: nothing, or a name.
fn is_end(behind: &str) -> bool {
    let behind = behind.trim();
    behind.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// A number as C and Rust write it: `4096`, `0x1000`, `1_000`.
fn number(text: &str) -> Option<u64> {
    let digits = text.replace('_', "");
    match digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
    {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    }
}

/// What an entry names: a type of one of the two sets, and what the object is called.
struct Named<'t> {
    set: usize,
    id: TypeId,
    type_name: &'t str,
    name: Option<&'t str>,
}

/// All words are the type, or all but the last, which is the name then.
fn named<'t>(entry: &Entry<'t>, sets: [&Types; 2]) -> Result<Named<'t>, LayoutMistake> {
    let words = entry.words;
    let find = |name: &str| {
        let mut found = (0..)
            .zip(sets)
            .map(|(set, types)| Some((set, types.find(name)?)));
        found.find_map(|found| found)
    };
    let split = words
        .rsplit_once(char::is_whitespace)
        .filter(|_| entry.name.is_none());
    let (type_name, name) = match split {
        Some((ty, name)) if find(words).is_none() => (ty.trim(), Some(name)),
        _ => (words, entry.name),
    };
    let found = find(type_name).map_or_else(|| Ok((0, sets[0].meant(type_name)?)), Ok);
    let (set, id) = found.map_err(|alike| LayoutMistake::UnknownType {
        name: type_name.to_owned(),
        alike,
    })?;
    Ok(Named {
        set,
        id,
        type_name,
        name,
    })
}

/// The name that is written, or that of the type, with the offset where another object has it.
fn label(
    named: &Named<'_>,
    offset: u64,
    others: &HashSet<String>,
) -> Result<String, LayoutMistake> {
    let tags = ["struct ", "union ", "class ", "enum "];
    let bare = tags
        .iter()
        .find_map(|tag| named.type_name.strip_prefix(tag));
    let bare = bare.unwrap_or(named.type_name).trim();
    let label = match named.name {
        Some(name) => name.to_owned(),
        None if others.contains(bare) => format!("{bare}_{offset:#x}"),
        None => bare.to_owned(),
    };
    match others.contains(&label) {
        true => Err(LayoutMistake::Taken { label }),
        false => Ok(label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, words: &str, name: Option<&str>, count: Count) {
        let entry = parse(text).expect("an entry");
        assert_eq!(
            (entry.words, entry.name, entry.count),
            (words, name, count),
            "{text}"
        );
    }

    #[test]
    fn an_entry_is_an_offset_a_type_and_perhaps_a_name() {
        check("0x40: header", "header", None, Count::One);
        check(
            "64 : struct header head",
            "struct header head",
            None,
            Count::One,
        );
        check("0: quote[64]", "quote", None, Count::Elements(64));
        check(
            "0: quote quotes[0x40]",
            "quote quotes",
            None,
            Count::Elements(64),
        );
        check(
            "0: quote[] quotes",
            "quote",
            Some("quotes"),
            Count::ToTheEnd,
        );
        check("0: Ring<[u8; 4]>", "Ring<[u8; 4]>", None, Count::One);
        check(
            "0: Ring<[u8; 4]>[2]",
            "Ring<[u8; 4]>",
            None,
            Count::Elements(2),
        );
        check("0: net::Packet", "net::Packet", None, Count::One);
        assert_eq!(parse("0x1_000: u8").map(|entry| entry.offset), Ok(4096));
    }

    #[test]
    fn mistakes_in_an_entry_are_told() {
        assert_eq!(parse("header"), Err(LayoutMistake::NoOffset));
        assert_eq!(parse("net::Packet"), Err(LayoutMistake::NoOffset));
        assert_eq!(parse("0x40:"), Err(LayoutMistake::NoType));
        assert_eq!(parse("0: [4]"), Err(LayoutMistake::NoType));
        for count in ["0", "-1", "many"] {
            let mistake = LayoutMistake::Count {
                count: count.into(),
            };
            assert_eq!(parse(&format!("0: quote[{count}]")), Err(mistake));
        }
    }

    #[test]
    fn lines_and_comments_are_as_good_as_semicolons() {
        let text = "# the ring\n0: u32 count // written last\n8: f64 prices[4]; ; 40: u8";
        let all: Vec<_> = entries(text).collect();
        assert_eq!(all, ["0: u32 count", "8: f64 prices[4]", "40: u8"]);
    }
}
