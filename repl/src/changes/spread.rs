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

/// The structured fields that are there.
#[derive(Default)]
pub(super) struct Spread {
    /// Nothing of those that stay whole.
    fields: HashMap<Key, Option<Parts>>,
}

/// What was seen of a field, by the paths below it.
type Parts = HashMap<String, Part>;

/// A part, with a number that no other part of its field has.
struct Part {
    number: u32,
    subject: Subject,
}

impl Spread {
    /// What happened to the parts of a field; to the field itself if it has none, or too many.
    pub(super) fn parts_of(&mut self, item: Item) -> Vec<Item> {
        let (Id::Field(key), Subject::Field(field)) = (item.id, &item.subject) else {
            return vec![item];
        };
        if field.members().is_none() && field.element_count().is_none() {
            return vec![item];
        }
        let value = |held: &Option<Held>| match held {
            Some(Held::Bytes(bytes)) => Some(field.value_of(bytes)),
            _ => None,
        };
        let (old, now) = (value(&item.old), value(&item.now));
        let known = self.fields.entry(key).or_insert_with(|| {
            let count = differences(None, now.as_ref().or(old.as_ref())).len();
            (1..=MOST).contains(&count).then(Parts::new)
        });
        let Some(parts) = known else {
            return vec![item];
        };
        let held = |value: Option<&Value>| value.cloned().map(Held::Value);
        let changed = differences(old.as_ref(), now.as_ref()).into_iter();
        let items = changed.map(|change| {
            let number = parts.len() as u32;
            let part = parts.entry(change.path).or_insert_with_key(|path| Part {
                number,
                subject: subject(field, path),
            });
            Item {
                id: Id::Part(key, part.number),
                watch: item.watch,
                time: item.time,
                subject: part.subject.clone(),
                // Parts of a packed record come and go.
                happened: match (change.old, change.now) {
                    (None, _) => Happened::Appeared,
                    (_, None) => Happened::Vanished,
                    _ => Happened::Changed,
                },
                old: held(change.old),
                now: held(change.now),
                missed: None,
                merged: 0,
                is_torn: item.is_torn,
                why: None,
            }
        });
        let items = items.collect();
        if item.happened == Happened::Vanished {
            self.fields.remove(&key);
        }
        items
    }
}

/// A part as a field of its own; of what has none, its path alone.
fn subject(field: &Field, path: &str) -> Subject {
    match field.at(path) {
        Ok(part) => Subject::Field(Arc::new(part)),
        Err(_) if path.starts_with('[') => Subject::Text(format!("{}{path}", field.path()).into()),
        Err(_) => Subject::Text(format!("{}.{path}", field.path()).into()),
    }
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
