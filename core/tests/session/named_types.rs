//! Types that a session only names: bytes, until somebody describes them.

use memglass::schema::{Field, Kind, Protection, Schema, Type, TypeId};
use memglass::{Observer, Session, Value};

use crate::place::Place;

/// A book in a schema of its own, as a file of types would have it.
fn book(size: u64) -> (Schema, TypeId) {
    let mut schema = Schema::new();
    let long = Type::new("i64", 8, 8, Kind::Int { signed: true });
    let long = schema.add(long).unwrap();
    let levels = schema.add_array(long, 2).unwrap();
    let fields = vec![Field::new("bid", long, 0), Field::new("levels", levels, 8)];
    let book = Type::new("any name", size, 8, Kind::Struct { fields });
    let book = schema.add(book).unwrap();
    (schema, book)
}

/// A session with a plain and a guarded book, and behind them an object of a type that the description brings too.
fn session(place: &Place) -> (Session, Vec<memglass::RawObject>) {
    let session = place.session("t");
    let mut schema = Schema::new();
    let named = schema.add_named("Book", 24, 8, 7).unwrap();
    let guarded = schema.add_protected(Protection::Seqlock, named).unwrap();
    let long = Type::new("i64", 8, 8, Kind::Int { signed: true });
    let long = schema.add(long).unwrap();
    let objects = [("plain", named), ("guarded", guarded), ("long", long)];
    let objects = objects.map(|(label, id)| {
        let id = session.adopt_type(&schema, id).unwrap();
        let memory = session.allocate_typed(id, None).unwrap();
        session.register(label, memory).unwrap()
    });
    (session, objects.into())
}

fn described(place: &Place, size: u64) -> Observer {
    Observer::builder()
        .dir(place.dir.path())
        .described_by(move |named| {
            assert_eq!(
                (&*named.name, named.size, named.elsewhere),
                ("Book", 24, Some(7))
            );
            Some(book(size))
        })
        .writable()
        .attach("t")
        .unwrap()
}

#[test]
fn a_description_from_elsewhere_shows_the_members_of_what_a_session_names() {
    let place = Place::new();
    let (_session, _objects) = session(&place);
    let observer = described(&place, 24);
    for object in ["plain", "guarded"] {
        let field = |path: &str| observer.field(&format!("{object}{path}")).unwrap();
        field(".levels[1]").write(&Value::I64(-9)).unwrap();
        assert_eq!(
            field("").read().unwrap().to_string(),
            "{bid: 0, levels: [0, -9]}"
        );
        assert_eq!(field(".levels[1]").read().unwrap(), Value::I64(-9));
    }
    observer
        .field("long")
        .unwrap()
        .write(&Value::I64(5))
        .unwrap();
    let bare = place.reader("t");
    assert_eq!(bare.field("long").unwrap().read().unwrap(), Value::I64(5));
    let info = observer.find("plain").unwrap();
    assert_eq!(&*observer.schema()[info.type_id].name, "Book");
    assert!(observer.damage().is_empty());
}

#[test]
fn without_a_description_or_with_one_of_another_size_it_is_bytes() {
    let place = Place::new();
    let (_session, objects) = session(&place);
    let observers = [place.reader("t"), described(&place, 32)];
    for observer in observers {
        let plain = observer.field("plain").unwrap();
        assert!(matches!(plain.read().unwrap(), Value::List(bytes) if bytes.len() == 24));
        let text = observer
            .schema()
            .describe(observer.find("plain").unwrap().type_id);
        assert!(text.contains("described elsewhere"), "{text}");
        assert!(observer.damage().is_empty());
    }
    drop(objects);
}
