//! A structured field as its parts, for a table that shows each of them.

use std::collections::HashMap;
use std::sync::Arc;

use memglass::sampler::Key;
use memglass::{Field, Value};
use memglass_value::parts::differences;

use super::news::{Happened, Held, Item, Subject};
use super::outbox::Id;

/// A value of more parts stays whole: as many rows would hide all others.
const MOST: usize = 64;

/// The parts of the structured fields that are there.
#[derive(Default)]
pub(super) struct Spread {
    fields: HashMap<Key, Parts>,
}

/// The parts of a field by their paths below it, each with its number; none if the field stays whole.
type Parts = HashMap<String, (u32, Arc<Field>)>;

impl Spread {
    /// What happened to the parts of a field; to the field itself if it has none, or too many.
    pub(super) fn parts_of(&mut self, item: Item) -> Vec<Item> {
        let (Id::Field(key), Subject::Field(field)) = (item.id, &item.subject) else {
            return vec![item];
        };
        let value = |held: &Option<Held>| match held {
            Some(Held::Bytes(bytes)) => Some(field.value_of(bytes)),
            _ => None,
        };
        let has_parts = field.members().is_some() || field.element_count().is_some();
        if !has_parts || field.packing().is_some() {
            return vec![item];
        }
        let (old, now) = (value(&item.old), value(&item.now));
        let parts = self.fields.entry(key).or_insert_with(|| {
            let whole = now.as_ref().or(old.as_ref());
            whole.map_or_else(Parts::new, |whole| parts(field, whole))
        });
        if parts.is_empty() {
            return vec![item];
        }
        let held = |value: Option<&Value>| value.cloned().map(Held::Value);
        let changed = differences(old.as_ref(), now.as_ref()).into_iter();
        let items = changed.filter_map(|part| {
            let (number, field) = parts.get(&part.path)?;
            Some(Item {
                id: Id::Part(key, *number),
                watch: item.watch,
                time: item.time,
                subject: Subject::Field(Arc::clone(field)),
                happened: item.happened,
                old: held(part.old),
                now: held(part.now),
                missed: None,
                merged: 0,
                is_torn: item.is_torn,
                why: None,
            })
        });
        let items = items.collect();
        if item.happened == Happened::Vanished {
            self.fields.remove(&key);
        }
        items
    }
}

/// The parts of a value.
fn parts(field: &Field, whole: &Value) -> Parts {
    let parts = differences(None, Some(whole));
    if parts.len() > MOST {
        return Parts::new();
    }
    let known = parts.into_iter().zip(0..).map(|(part, number)| {
        let field = field.at(&part.path).ok()?;
        Some((part.path, (number, Arc::new(field))))
    });
    known.collect::<Option<Parts>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use memglass::{Observe, Observer, Session};

    use super::super::feed::Feed;
    use super::super::meaning::Meaning;
    use super::*;

    #[derive(Observe, Clone, Copy, Default)]
    struct Quote {
        bid: i64,
        sizes: [u32; 2],
    }

    #[derive(Observe, Clone, Copy)]
    struct Book {
        levels: [i64; 65],
    }

    /// What is told, in a line each.
    fn told(items: Vec<Item>) -> Vec<String> {
        let news = items
            .into_iter()
            .map(|item| item.news(SystemTime::UNIX_EPOCH));
        let shown = |value: &Option<Value>| value.as_ref().map(Value::to_string);
        let told = news.map(|news| {
            let (old, now) = (shown(&news.old), shown(&news.now));
            let value = now.or(old).unwrap_or_default();
            format!("{} {} {value}", news.path, news.happened.word())
        });
        told.collect()
    }

    #[test]
    fn the_parts_of_a_structure_are_told_one_by_one_unless_they_are_many() {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s").dir(dir.path()).create();
        let session = session.expect("a session");
        let quote = session.object("a_quote", Quote::default()).expect("room");
        let book = Book { levels: [7; 65] };
        let book = session.object("a_book", book).expect("room");
        let observer = Observer::builder().dir(dir.path()).attach("s");
        let observer = observer.expect("an observer");
        let mut feed = Feed::new(observer.beside(), 100);
        feed.spread();
        let (meaning, _) = Meaning::of(&observer, "a_*").expect("a pattern");
        feed.add(1, meaning).expect("fields");
        let parts = ["a_quote.bid", "a_quote.sizes[0]", "a_quote.sizes[1]"];
        let all = |what: &str| parts.map(|part| format!("{part} {what}")).to_vec();
        let mut present = told(feed.present());
        assert!(present.remove(0).starts_with("a_book appeared"));
        assert_eq!(present, all("appeared 0"));
        let mut look = || {
            feed.sample(Duration::ZERO);
            told(feed.take(usize::MAX).0)
        };
        look();
        quote.bid.set(5);
        quote.sizes[1].set(6);
        assert_eq!(
            look(),
            ["a_quote.bid changed 5", "a_quote.sizes[1] changed 6"]
        );
        book.levels[3].set(8);
        assert_eq!(look().len(), 1);
        drop(quote);
        assert_eq!(
            look(),
            ["5", "0", "6"]
                .iter()
                .zip(parts)
                .map(|(value, part)| format!("{part} vanished {value}"))
                .collect::<Vec<_>>()
        );
        let again = session.object("a_quote", Quote::default());
        assert_eq!(look(), all("appeared 0"));
        drop(again);
    }
}
