//! Closures that are called later, and what they share.

use crate::tests::world::World;

#[test]
fn pitfall_13_a_closure_is_called_in_a_later_line() {
    let mut world = World::read_only();
    world.run("let f = |p| p.quantity > 500;");
    world.check("obs.all(\"Position\").filter(f).len()", "1");
    world.run("fn later(p) { p.quantity }");
    world.check("let g = |p| later(p); g.call(AAPL_position)", "100");
    world.run("fn later(p) { -1 }");
    world.check("g.call(AAPL_position)", "-1");
}

#[test]
fn pitfall_14_a_callback_changes_what_it_captured() {
    let mut world = World::read_only();
    world.check(
        "let n = 0; obs.all(\"Position\").for_each(|| n += this.quantity); n",
        "1000",
    );
    world.check("let seen = []; obs.all(\"Position\").filter(|o| { seen.push(o.label()); true }); seen.len()", "2");
    let text = world
        .error("let all = obs.all(\"*\"); all.map(|o| all.len())")
        .text();
    assert!(text.contains("give the closure a copy"), "{text}");
}

#[test]
fn pitfall_13_a_closure_kept_in_an_array_or_map_finds_its_functions_in_later_lines() {
    let mut world = World::read_only();
    world.run("fn twice(x) { 2 * x } let kept = #{f: |p| twice(p.quantity), g: [|| twice(4)]};");
    world.run("let unrelated = 1;");
    world.check("kept.f.call(AAPL_position)", "200");
    world.check("kept.g[0].call()", "8");
    world.check(
        "let inner = |n| { let h = |m| twice(m) + n; h.call(1) }; 0",
        "0",
    );
    world.check("inner.call(5)", "7");
}

#[test]
fn pitfall_14_what_closures_share_is_usable_from_both_over_lines() {
    let mut world = World::read_only();
    world.run("let count = 0; let more = || { count += 1; count };");
    world.run("more.call(); more.call();");
    world.check("count", "2");
    world.run("count = 10;");
    world.check("more.call()", "11");
    world.check("[1, 2].map(|x| { count += x; count })", "[12,14]");
}
