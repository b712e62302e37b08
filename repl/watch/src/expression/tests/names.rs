//! What names mean while objects come and go, and what closures bring along.

use memglass_value::compare::Operand;
use rhai::Engine;

use super::{World, position, told};
use crate::expression::{Captured, Expression, Source, Truth};

#[test]
fn a_name_means_the_object_that_has_it_now() {
    let mut world = World::new();
    let mut expression = world.compiled("b.quantity == 100");
    let handle = world.observer.field("b").expect("an object");
    let source = Source::of_text("p.quantity == 100").expect("an expression");
    let captured = |_: &str| Some(Captured::Object(handle.clone()));
    let mut of_handle = source
        .condition(&world.observer, captured)
        .expect("a condition");
    let object = |expression: &Expression| expression.meanings().next().expect("a name").1;
    let first = object(&expression);

    drop(world.b.take());
    assert_eq!(expression.truth(&world.observer), Truth::Unknown);
    world.observer.refresh().expect("a refresh");
    assert!(!expression.refresh(&world.observer));
    assert_eq!(object(&expression), None);

    let again = world.session.object("b", position()).expect("an object");
    world.observer.refresh().expect("a refresh");
    assert!(expression.refresh(&world.observer));
    assert!(!expression.refresh(&world.observer));
    assert_eq!(expression.truth(&world.observer), Truth::True);
    assert_ne!(object(&expression), first);
    assert_eq!(of_handle.truth(&world.observer), Truth::Unknown);
    again.quantity.set(5);
    assert_eq!(expression.truth(&world.observer), Truth::False);
}

#[test]
fn a_captured_object_is_unknown_in_another_session_however_alive_its_memory_is() {
    let (before, after) = (World::new(), World::new());
    let handle = before.observer.field("a").expect("an object");
    let part = before.observer.field("a.quantity").expect("a field");
    for text in [
        "p.quantity == 100",
        "q == 100",
        "a.quantity == 100 && p.quantity == 100",
    ] {
        let source = Source::of_text(text).expect("an expression");
        let captured = |name: &str| match name {
            "p" => Some(Captured::Object(handle.clone())),
            "q" => Some(Captured::Part(part.clone())),
            _ => None,
        };
        let condition = source.condition(&before.observer, captured);
        let mut condition = condition.expect("a condition");
        assert_eq!(condition.truth(&before.observer), Truth::True, "{text}");
        let error = condition.holds(&after.observer).expect_err(text);
        assert!(
            error.to_string().contains("is of the session before"),
            "{text}: {error}"
        );
        assert!(condition.held(&after.observer, &mut told).is_none());
        // It was an object of this one.
        assert_eq!(condition.truth(&before.observer), Truth::True, "{text}");
        let condition = source.condition(&after.observer, captured);
        let mut condition = condition.expect("a condition");
        assert_eq!(condition.truth(&after.observer), Truth::Unknown, "{text}");
    }
}

#[test]
fn an_object_of_another_type_makes_the_condition_unknown_and_a_right_one_known_again() {
    let mut world = World::new();
    let mut expression = world.compiled("b.quantity == 100");
    drop(world.b.take());
    let other = world.session.object("b", 5_i64).expect("an object");
    world.observer.refresh().expect("a refresh");
    let error = expression
        .holds(&world.observer)
        .expect_err("it makes no sense");
    assert_eq!(
        error.to_string(),
        "b is an integer (i64) and has no field \"quantity\""
    );
    drop(other);
    world.b = Some(world.session.object("b", position()).expect("an object"));
    world.observer.refresh().expect("a refresh");
    assert_eq!(expression.truth(&world.observer), Truth::True);
}

#[test]
fn a_closure_gives_its_body_its_captures_and_its_parameter() {
    let world = World::new();
    let engine = Engine::new();
    let ast = engine
        .compile("let n = 100; let f = |o, m| o.quantity == n && m > a.quantity - 1; let g = |x| x < 1; let h = |x| x > 1;")
        .expect("a program");
    let mut functions = ast.shared_lib().iter_script_fn_info();
    let (.., function) = functions
        .find(|(.., parameters, _)| *parameters == 4)
        .expect("a function");
    let source = Source::of_function(function);
    let source = source.expect("an expression");
    assert_eq!(source.parameters(), ["n", "a", "o", "m"]);
    let object = world.observer.field("b").expect("an object");
    let captured = |name: &str| match name {
        "o" => Some(Captured::Object(object.clone())),
        "n" | "m" => Some(Captured::Constant(Operand::Number(100.into(), None))),
        _ => None,
    };
    let mut expression = source
        .condition(&world.observer, captured)
        .expect("a condition");
    assert_eq!(expression.truth(&world.observer), Truth::True);
    let names: Vec<_> = expression
        .meanings()
        .map(|(label, _)| label.to_owned())
        .collect();
    assert_eq!(names, ["a"]);
    world.a.quantity.set(500);
    assert_eq!(expression.truth(&world.observer), Truth::False);
}

#[test]
fn an_expression_can_be_sent_to_another_thread() {
    let world = World::new();
    let mut expression = world.compiled("a.quantity == 100");
    let observer = world.observer.beside();
    let asked = std::thread::spawn(move || {
        let mut observer = observer;
        observer.refresh().expect("a refresh");
        expression.truth(&observer)
    });
    assert_eq!(asked.join().expect("no panic"), Truth::True);
}
