//! The layouts of records as data, and what is remembered while they are worked out.

use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;

use crate::model::{Body, Item, Kind};

use super::EnumValues;
use super::names::{Named, Names};

/// Where a record's fields lie, or why that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordLayout {
    /// The path of the record.
    pub path: String,
    /// The file that defines it.
    pub file: PathBuf,
    /// The bytes of its definition.
    pub span: Range<usize>,
    /// Whether code outside of the records around it may name it.
    pub is_public: bool,
    /// Its layout, or the reason for which it is unknown.
    pub layout: Result<Layout, String>,
}

/// Size, alignment and fields of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Bytes of one object.
    pub size: u64,
    /// Its address is a multiple of this.
    pub align: u64,
    /// Whether its fields lie over each other.
    pub is_union: bool,
    /// Its own fields and those of its members without a name, in order. Fields of bases are not among them.
    pub fields: Vec<FieldLayout>,
    /// What it has besides public fields that may matter to who copies it: bases, constructors, hidden fields.
    pub special: Vec<Special>,
}

/// Something in a record that makes it more than its public fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Special {
    /// What it is, with an article: `a constructor`.
    pub what: &'static str,
    /// Its bytes.
    pub span: Range<usize>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldLayout {
    /// Its name.
    pub name: String,
    /// The bytes of its name.
    pub span: Range<usize>,
    /// What it holds; of a bit-field, the type that it is declared with.
    pub ty: FieldType,
    /// The alignment that `alignas` and its kin ask for; 0 for none.
    pub asked_align: u64,
    /// Where it lies.
    pub place: FieldPlace,
}

/// What a field holds, seen through aliases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// `bool`.
    Bool,
    /// `char` itself, which is signed on this platform.
    Char,
    /// An integer.
    Int {
        /// Its bytes.
        size: u64,
        /// Whether it can be negative.
        is_signed: bool,
    },
    /// A floating-point number of so many bytes.
    Float(u64),
    /// A pointer to data.
    Pointer,
    /// A reference.
    Reference,
    /// The record with this path; that of a member, if the record has no name and is defined with it.
    Record(String),
    /// The enumeration with this path; that of a member, if the enumeration has no name and is defined with it.
    Enum(String),
    /// An array, or a `std::array`.
    Array(Box<FieldType>, u64),
    /// A type that is `const` or `volatile`.
    Qualified(Box<FieldType>),
    /// Any other type: a pointer to a function or member, `std::atomic`.
    Other,
}

/// Where a field lies in its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldPlace {
    /// Whole bytes.
    Bytes {
        /// The first of them.
        offset: u64,
        /// How many.
        size: u64,
    },
    /// A bit-field.
    Bits {
        /// The first bit, counted from the lowest bit of the record.
        offset: u64,
        /// How many.
        width: u64,
    },
}

/// The size of a type, and what matters of it for what holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) size: u64,
    pub(super) align: u64,
    pub(super) ty: FieldType,
    /// Whether it is a plain struct in the sense of the ABI, whose padding is not used by others.
    pub(super) is_plain: bool,
    /// The bytes up to the end of its last field.
    pub(super) used: u64,
    pub(super) is_empty: bool,
}

impl Size {
    pub(super) fn plain(ty: FieldType, size: u64, align: u64) -> Size {
        Size {
            size,
            align,
            ty,
            is_plain: true,
            used: size,
            is_empty: false,
        }
    }

    /// Something that is aligned to its size.
    pub(super) fn scalar(ty: FieldType, size: u64) -> Size {
        Size::plain(ty, size, size)
    }

    pub(super) fn pointer() -> Size {
        Size::scalar(FieldType::Pointer, 8)
    }

    pub(super) fn times(self, count: u64) -> Option<Size> {
        let size = self.size.checked_mul(count)?;
        Some(Size {
            size,
            used: size,
            is_empty: false,
            ty: FieldType::Array(Box::new(self.ty), count),
            ..self
        })
    }
}

/// A record that was worked out.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) size: Size,
    pub(super) is_union: bool,
    pub(super) fields: Vec<FieldLayout>,
    pub(super) special: Vec<Special>,
}

/// Everything that is known so far.
pub(super) struct Layouts<'n, 'f> {
    pub(super) names: &'n Names<'f>,
    /// Layouts by the address of the item; `None` while one is worked out.
    pub(super) known: HashMap<*const Item, Option<Result<Known, String>>>,
    /// The numbers of enumerators by the address of the item.
    pub(super) numbers: HashMap<*const Item, i128>,
    /// How many records are being worked out.
    pub(super) depth: usize,
    /// How many numbers and names the present expression has come to.
    pub(super) steps: usize,
}

/// Which definitions are listed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    /// Those with a name.
    Named,
    /// Those without one that members of records are declared with.
    OfMembers,
}

/// The layouts of records, inner before outer.
pub(super) fn records(names: &Names<'_>, listed: Listed) -> Vec<RecordLayout> {
    let mut layouts = Layouts::new(names);
    let mut found: Vec<(usize, usize, RecordLayout)> = Vec::new();
    for (number, named) in names.all.iter().enumerate() {
        if let Some(item) = definition(names, named, listed)
            && matches!(item.kind, Kind::Record(_))
        {
            let record = layouts.laid_out(named, item);
            found.push((record.span.end, number, record));
        }
    }
    // A file's records end in the order in which inner ones come first.
    let mut file_number = HashMap::new();
    for named in &names.all {
        let count = file_number.len();
        file_number
            .entry(std::ptr::from_ref(named.file))
            .or_insert(count);
    }
    found.sort_by_key(|(end, number, _)| {
        (
            file_number[&std::ptr::from_ref(names.all[*number].file)],
            *end,
        )
    });
    found.into_iter().map(|(_, _, layout)| layout).collect()
}

/// The numbers of enumerations.
pub(super) fn enums(names: &Names<'_>, listed: Listed) -> Vec<EnumValues> {
    let mut layouts = Layouts::new(names);
    let mut found = Vec::new();
    for named in &names.all {
        let item = definition(names, named, listed);
        if let Some(item) = item
            && let (Some(body), Kind::Enum(inner)) = (item.body(), &item.kind)
            && !named.entity.path.ends_with(')')
        {
            found.push(EnumValues {
                path: named.entity.path.clone(),
                file: named.path.to_owned(),
                span: named.file.source().bytes(&item.tokens),
                is_public: names.is_public(named),
                integer: layouts.underlying(named, inner, 0).ok().map(|size| size.ty),
                values: layouts.values(named, &named.entity.path, body),
            });
        }
    }
    found
}

/// The record or enumeration that is listed under the path of `named`.
fn definition<'f>(names: &Names<'f>, named: &Named<'f>, listed: Listed) -> Option<&'f Item> {
    let entity = &named.entity;
    let item = entity.defined();
    let has_name = match &item.kind {
        Kind::Record(record) => !record.name.is_empty(),
        Kind::Enum(item) => !item.name.is_empty(),
        _ => return None,
    };
    let is_listed = match (&entity.inner.kind, listed) {
        (Kind::Variables(_), Listed::OfMembers) => !has_name && names.is_in_record(entity),
        (Kind::Variables(_), Listed::Named) | (_, Listed::OfMembers) => false,
        (_, Listed::Named) => true,
    };
    let is_its_path = || entity.type_path(named.file).as_ref() == Some(&entity.path);
    (is_listed && item.body().is_some() && is_its_path()).then_some(item)
}

impl<'n, 'f> Layouts<'n, 'f> {
    fn new(names: &'n Names<'f>) -> Layouts<'n, 'f> {
        Layouts {
            names,
            known: HashMap::new(),
            numbers: HashMap::new(),
            depth: 0,
            steps: 0,
        }
    }

    /// The layout of `item`, the record that `named` is called by.
    fn laid_out(&mut self, named: &Named<'_>, item: &Item) -> RecordLayout {
        let entity = &named.entity;
        let known = match self.names.is_ambiguous(&entity.path) {
            true => Err("it is defined several times".to_owned()),
            false => self.record_of(named, item),
        };
        let layout = known.map(|known| Layout {
            size: known.size.size,
            align: known.size.align,
            is_union: known.is_union,
            fields: known.fields,
            special: known.special,
        });
        RecordLayout {
            path: entity.path.clone(),
            file: named.path.to_owned(),
            span: named.file.source().bytes(&item.tokens),
            is_public: self.names.is_public(named),
            layout,
        }
    }

    /// The names of an enumeration with their numbers.
    pub(super) fn values(
        &mut self,
        named: &Named<'_>,
        path: &str,
        body: &Body,
    ) -> Vec<(String, Option<i128>)> {
        let mut values = Vec::new();
        for (index, item) in body.items.iter().enumerate() {
            if let Kind::Enumerator(one) = &item.kind {
                let value = self.enumerator(named.file, &body.items, index, path, 0);
                values.push((named.file.source().word(one.name).to_owned(), value));
            }
        }
        let depends = body
            .items
            .iter()
            .any(|item| matches!(item.kind, Kind::Conditional { .. }));
        if depends {
            values.into_iter().map(|(name, _)| (name, None)).collect()
        } else {
            values
        }
    }
}
