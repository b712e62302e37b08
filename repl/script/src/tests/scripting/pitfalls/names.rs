//! Which object or field a name means.

use crate::Attached;
use crate::ScriptHost;
use crate::tests::producer::Late;
use crate::tests::world::World;
use crate::tests::world::json;

#[test]
fn pitfall_05_objects_are_visible_in_functions() {
    let mut world = World::new();
    world.check(
        "fn total() { AAPL_position.quantity + obs[\"MSFT_position\"].quantity } total()",
        "1000",
    );
    world.run("fn grow(n) { AAPL_position.quantity += n; } grow(5)");
    assert_eq!(world.position.quantity.load(), 105);
    world.check("let f = |n| n + AAPL_position.quantity; f.call(1)", "106");
}

#[test]
fn pitfall_05_a_variable_of_the_same_name_wins() {
    let mut world = World::read_only();
    world.check("let AAPL_position = 3; AAPL_position + 1", "4");
    world.check("fn f(obs) { obs + 1 } f(2)", "3");
    world.check("let x = 0; for obs in [1, 2] { x += obs } x", "3");
    world.check("AAPL_position", "3");
}

#[test]
fn pitfall_05_a_label_means_the_object_that_has_it_now() {
    let mut world = World::new();
    world.fails(
        "NEW_one.arrival",
        "no variable, object or function is named \"NEW_one\"",
    );
    let late = world
        .session
        .object("NEW_one", Late { arrival: 1, tag: 2 })
        .unwrap();
    world.check("NEW_one.arrival", "1");
    world.run("fn arrival() { NEW_one.arrival } let held = NEW_one;");
    drop(late);
    let _again = world
        .session
        .object("NEW_one", Late { arrival: 5, tag: 6 })
        .unwrap();
    world.check("arrival()", "5");
    world.fails("held.arrival", "NEW_one.arrival is gone");
}

#[test]
fn pitfall_07_a_field_called_tag_is_a_field() {
    let mut world = World::new();
    world.check("AAPL_position.tag", "77");
    world.run("AAPL_position.tag = 78; AAPL_position[\"tag\"] += 1;");
    assert_eq!(world.position.tag.get(), 79);
    let _late = world
        .session
        .object("late", Late { arrival: 1, tag: 2 })
        .unwrap();
    world.check("late.tag", "2");
}

#[test]
fn pitfall_07_a_field_with_a_reserved_name_is_reached_in_brackets() {
    let mut world = World::new();
    let error = world.error("AAPL_position.default");
    assert!(error.text().contains("p[\"name\"]"), "{}", error.text());
    world.run("AAPL_position[\"default\"] += 1");
    world.check("AAPL_position[\"default\"]", "89");
    let names = world.host.names();
    let default = names
        .fields("Position")
        .iter()
        .find(|field| field.name == "default")
        .unwrap();
    assert!(!default.is_identifier);
}

#[test]
fn pitfall_07_a_type_that_comes_during_a_script_may_have_a_field_called_tag() {
    let dir = tempfile::tempdir().unwrap();
    let session = memglass::Session::builder("fresh")
        .dir(dir.path())
        .create()
        .unwrap();
    let observer = memglass::Observer::builder()
        .dir(dir.path())
        .writable()
        .attach("fresh")
        .unwrap();
    let print = std::rc::Rc::new(|_: &str| {});
    let mut host = ScriptHost::new(Attached::new(observer), Default::default(), print);
    host.engine_mut().register_fn("arrive", move || {
        session
            .object("late", Late { arrival: 1, tag: 2 })
            .unwrap()
            .leak()
    });
    let shown = host
        .eval("arrive(); late.tag += 5; [late.tag, late.arrival]")
        .unwrap();
    assert_eq!(json(&shown).to_string(), "[7,1]");
}
