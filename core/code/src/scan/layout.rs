//! The layouts of records as data, and what is remembered while they are worked out.

use std::collections::HashMap;

use crate::model::{Body, Item, Kind};

use super::EnumValues;
use super::names::{Named, Names};

/// Where a record's fields lie, or why that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordLayout {
    /// The path of the record.
    pub path: String,
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
    /// Its own fields and those of its members without a name, in order. Fields of bases are not among them.
    pub fields: Vec<FieldLayout>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldLayout {
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub place: FieldPlace,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) size: u64,
    pub(super) align: u64,
    /// Whether it is a plain struct in the sense of the ABI, whose padding is not used by others.
    pub(super) is_plain: bool,
    pub(super) is_reference: bool,
    /// The bytes up to the end of its last field.
    pub(super) used: u64,
    pub(super) is_empty: bool,
}

impl Size {
    pub(super) fn plain(size: u64, align: u64) -> Size {
        Size {
            size,
            align,
            is_plain: true,
            is_reference: false,
            used: size,
            is_empty: false,
        }
    }

    pub(super) fn times(self, count: u64) -> Option<Size> {
        let size = self.size.checked_mul(count)?;
        Some(Size {
            size,
            used: size,
            is_empty: false,
            ..self
        })
    }
}

/// A record that was worked out.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) size: Size,
    pub(super) fields: Vec<FieldLayout>,
}

/// Everything that is known so far.
pub(super) struct Layouts<'n, 'f> {
    pub(super) names: &'n Names<'f>,
    /// Layouts by the address of the item; `None` while one is worked out.
    pub(super) known: HashMap<*const Item, Option<Result<Known, String>>>,
}

/// The layouts of all records with a name, inner before outer.
pub(super) fn records(names: &Names<'_>) -> Vec<RecordLayout> {
    let mut layouts = Layouts {
        names,
        known: HashMap::new(),
    };
    let mut found: Vec<(u32, usize, RecordLayout)> = Vec::new();
    for (number, named) in names.all.iter().enumerate() {
        if let Some((end, layout)) = layouts.listed(named) {
            found.push((
                end,
                number,
                RecordLayout {
                    path: named.entity.path.clone(),
                    layout,
                },
            ));
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

/// The numbers of all enumerations with a name.
pub(super) fn enums(names: &Names<'_>) -> Vec<EnumValues> {
    let mut layouts = Layouts {
        names,
        known: HashMap::new(),
    };
    let mut found = Vec::new();
    for named in &names.all {
        let item = match &named.entity.inner.kind {
            Kind::Enum(_) => named.entity.inner,
            Kind::Typedef(declaration) if named.entity.declarator == Some(0) => {
                match declaration.definition.as_deref() {
                    Some(item) if matches!(item.kind, Kind::Enum(_)) => item,
                    _ => continue,
                }
            }
            _ => continue,
        };
        if let Some(body) = item.body()
            && !named.entity.path.ends_with(')')
        {
            found.push(EnumValues {
                path: named.entity.path.clone(),
                values: layouts.values(named, &named.entity.path, body),
            });
        }
    }
    found
}

impl Layouts<'_, '_> {
    /// The layout of a record that has a name, and where the record ends.
    fn listed(&mut self, named: &Named<'_>) -> Option<(u32, Result<Layout, String>)> {
        let entity = &named.entity;
        let item = match &entity.inner.kind {
            Kind::Record(record) if record.body.is_some() && !record.name.is_empty() => {
                entity.inner
            }
            Kind::Typedef(declaration) if entity.declarator == Some(0) => declaration
                .definition
                .as_deref()
                .filter(|item| matches!(item.kind, Kind::Record(_)) && item.body().is_some())?,
            _ => return None,
        };
        let result = self.record_of(named, item).map(|known| Layout {
            size: known.size.size,
            align: known.size.align,
            fields: known.fields,
        });
        Some((
            named.file.source().tokens()[item.tokens.end - 1].end,
            result,
        ))
    }

    /// The names of an enumeration with their numbers.
    pub(super) fn values(
        &mut self,
        named: &Named<'_>,
        path: &str,
        body: &Body,
    ) -> Vec<(String, Option<i128>)> {
        let mut next = Some(0);
        let mut values = Vec::new();
        for item in &body.items {
            match &item.kind {
                Kind::Enumerator(one) => {
                    let own = (!one.value.is_empty())
                        .then(|| self.constant(named.file, &one.value, path, 0));
                    let value = own.unwrap_or(next);
                    values.push((named.file.source().word(one.name).to_owned(), value));
                    next = value.and_then(|value| value.checked_add(1));
                }
                Kind::Comment | Kind::Define { .. } => {}
                // What a macro or a conditional adds cannot be known.
                _ => next = None,
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
