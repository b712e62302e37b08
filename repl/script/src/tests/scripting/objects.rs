use memglass_syntax::Held;

use crate::tests::producer::Late;
use crate::tests::world::World;

#[test]
fn a_handle_of_a_destroyed_object_is_gone() {
    let mut world = World::new();
    let late = world
        .session
        .object("late", Late { arrival: 1, tag: 0 })
        .unwrap();
    world.run("let p = late; let a = late;");
    drop(late);
    world.fails("p.arrival", "late.arrival is gone");
    world.fails("p.arrival = 5", "late.arrival is gone");
    world.fails("a.snapshot()", "late is gone");
    world.check("p.is_alive()", "false");
    world.fails("obs[\"late\"]", "late was destroyed by its producer");
    world.fails("late", "late was destroyed by its producer");
}

#[test]
fn an_array_of_objects_is_indexed_and_iterated() {
    let mut world = World::new();
    let array = world
        .session
        .array_with("book", 3, |index| Late {
            arrival: index as i64,
            tag: 0,
        })
        .unwrap();
    world.check("book.len()", "3");
    world.run("book[1].arrival = 50; book[-1].arrival += 8;");
    assert_eq!((array[1].arrival.get(), array[2].arrival.get()), (50, 10));
    world.check("let sum = 0; for b in book { sum += b.arrival } sum", "60");
    world.check("book.table([\"arrival\"])", r#"[{"object":"book[0]","arrival":0},{"object":"book[1]","arrival":50},{"object":"book[2]","arrival":10}]"#);
    world.fails("book[3]", "book: index 3 is out of range; allowed is 0..=2");
}

#[test]
fn types_that_come_during_a_script_are_reached() {
    let mut world = World::new();
    let late = world
        .session
        .object("late", Late { arrival: 4, tag: 5 })
        .unwrap();
    // The line is compiled and run with accessors for the types of the moment before.
    world.check("obs.refresh(); late.arrival + late.tag", "9");
    drop(late);
    world.check("obs.len()", "2");
}

#[test]
fn labels_that_are_no_identifiers_are_reached_by_obs() {
    let mut world = World::new();
    let _odd = world
        .session
        .object("odd \"label\" [1].x", Late { arrival: 4, tag: 5 })
        .unwrap();
    world.check(r#"obs["odd \"label\" [1].x"].arrival"#, "4");
    world.fails(
        r#"obs["odd \"label\" [2].x"].arrival"#,
        "no object \"odd \\\"label\\\" [2].x\"",
    );
}

#[test]
fn names_tell_what_can_be_completed() {
    let mut world = World::new();
    world.run("let p = AAPL_position; fn mine(a, b) { a + b }");
    let names = world.host.names();
    let price = names
        .fields("Position")
        .iter()
        .find(|field| field.name == "avg_price")
        .unwrap();
    assert_eq!(
        (
            price.type_name.as_str(),
            price.allowed.as_deref(),
            price.unit.as_deref()
        ),
        ("i64", Some("0..=10000000"), Some("ticks"))
    );
    assert_eq!(names.values["Status"], ["PENDING", "OPEN", "FILLED"]);
    assert!(
        names
            .functions
            .iter()
            .any(|function| function.signature == "mine(a, b)")
    );
    fn is_send<T: Send>(_: &T) {}
    is_send(&names);
}

#[test]
fn names_tell_what_variables_hold() {
    let mut world = World::new();
    world.run(
        "let one = AAPL_position; let list = obs.all(\"Position\"); let none = []; let numbers = [1, one];
         let mixed = [one, one.last_quote, one]; let map = #{price: 1, of: one, inner: #{a: []}}; let copy = one.last_quote.snapshot(); let text = \"t\"; let number = one.quantity;",
    );
    let names = world.host.names();
    let held = |name: &str| {
        let mut variables = names.variables.iter();
        let found = variables.find(|(known, _)| known == name);
        found.map(|(_, held)| held.clone()).unwrap()
    };
    let places = |types: &[&str]| Held::Places(types.iter().map(|name| (*name).into()).collect());
    assert_eq!(held("one"), Held::Place("Position".into()));
    assert_eq!(held("list"), places(&["Position"]));
    assert_eq!(held("mixed"), places(&["Position", "Quote"]));
    assert_eq!(held("none"), Held::Plain("#array"));
    assert_eq!(held("numbers"), Held::Plain("#array"));
    let inner = Held::Map(vec![("a".into(), Held::Plain("#array"))]);
    assert_eq!(
        held("map"),
        Held::Map(vec![
            ("inner".into(), inner),
            ("of".into(), Held::Place("Position".into())),
            ("price".into(), Held::Other),
        ])
    );
    let Held::Map(copied) = held("copy") else {
        panic!("{:?}", held("copy"));
    };
    assert!(copied.contains(&("bid_price".into(), Held::Other)));
    assert_eq!(held("text"), Held::Plain("#string"));
    assert_eq!(held("number"), Held::Other);
}
