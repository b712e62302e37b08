//! Items by what is known of them.

use std::collections::HashSet;

use crate::annotation::annotations;
use crate::entity::{Entity, entities};
use crate::file::File;
use crate::lookup::{has_attribute, marked, matches_path, matches_signature};
use crate::model::{Item, Kind};
use crate::outline::kind_word;

use super::{Found, Scanner};

/// What is looked for. Everything that is given must be true.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Query {
    /// A path, with the types of parameters for one of several functions.
    pub path: Option<String>,
    /// A head: `int twice(long)`.
    pub signature: Option<String>,
    /// What comes next behind an empty `#define` of this name, or behind a comment of just this word.
    pub marker: Option<String>,
    /// An attribute: `memglass::observe`.
    pub attribute: Option<String>,
    /// The name of an annotation, without `@`.
    pub annotation: Option<String>,
}

/// What became of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanReceipt {
    /// The query.
    pub query: Query,
    /// What it found, in the order of files and lines.
    pub found: Vec<Found>,
}

impl Scanner {
    /// Answers queries over all files, one receipt for each.
    #[must_use]
    pub fn find(&self, queries: &[Query]) -> Vec<ScanReceipt> {
        let mut receipts: Vec<ScanReceipt> = queries
            .iter()
            .map(|query| ScanReceipt {
                query: query.clone(),
                found: Vec::new(),
            })
            .collect();
        for (path, file) in &self.files {
            let behind = queries.iter().map(|query| {
                let items = marked(file, query.marker.as_deref()?).into_iter();
                Some(items.map(std::ptr::from_ref).collect())
            });
            let behind: Vec<Option<HashSet<*const Item>>> = behind.collect();
            for entity in entities(file) {
                let is_behind = |marked: &Option<HashSet<_>>| {
                    let item = std::ptr::from_ref(entity.item);
                    marked.as_ref().is_none_or(|items| items.contains(&item))
                };
                let asked = receipts.iter_mut().zip(&behind);
                for (receipt, _) in asked.filter(|(receipt, marked)| {
                    is_behind(marked) && matches(file, &entity, &receipt.query)
                }) {
                    let span = file.source().bytes(&entity.inner.tokens);
                    let line = file.source().tokens()[entity.inner.tokens.start].line;
                    receipt.found.push(Found {
                        path: entity.path.clone(),
                        kind: entity.kind,
                        defines: defines(&entity),
                        file: path.clone(),
                        line,
                        span,
                        annotations: annotations(file, &entity),
                    });
                }
            }
        }
        receipts
    }
}

fn defines(entity: &Entity<'_>) -> Option<&'static str> {
    let is_typedef = matches!(entity.inner.kind, Kind::Typedef(_));
    let defined = entity.defined();
    (is_typedef && !std::ptr::eq(defined, entity.inner)).then(|| kind_word(&defined.kind))
}

/// Whether it is as asked for, the marker aside.
fn matches(file: &File, entity: &Entity<'_>, query: &Query) -> bool {
    let all =
        |wanted: &Option<String>, fits: &dyn Fn(&str) -> bool| wanted.as_deref().is_none_or(fits);
    all(&query.path, &|path| matches_path(file, entity, path))
        && all(&query.signature, &|signature| {
            matches_signature(file, entity, signature)
        })
        && all(&query.attribute, &|attribute| {
            has_attribute(file, entity, attribute)
        })
        && all(&query.annotation, &|name| {
            annotations(file, entity)
                .iter()
                .any(|annotation| annotation.name == name)
        })
}
