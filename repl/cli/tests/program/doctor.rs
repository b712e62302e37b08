//! `memglass doctor`

use super::support::World;

#[test]
fn a_healthy_session_has_no_findings() {
    let (world, _producer) = World::with_producer();
    let ran = world.run(&["doctor", "t1"]);
    assert_eq!((ran.code, ran.data.as_str()), (Some(0), ""), "{ran:?}");
    assert_eq!(ran.messages, "nothing is wrong\n");
    world
        .run(&["doctor", "t2"])
        .failed(3, &["no session \"t2\""]);
}

#[test]
fn a_value_outside_of_what_is_declared_is_found_with_its_place() {
    let (world, _producer) = World::with_producer();
    world.eval("force(order_12345, \"priority\", 9)");
    let ran = world.run(&["t1", "doctor", "--csv"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(
        ran.data,
        "session,where,what,to do\n\
         t1,order_12345.priority,9 is out of range; allowed is -5..=5,\"mend the producer, or write a value that is allowed\"\n"
    );
}

#[test]
fn a_dead_producer_and_a_region_of_no_session_are_found() {
    let (world, producer) = World::with_producer();
    producer.kill();
    let region = world.sessions().join("memglass_old_region_0001");
    std::fs::write(&region, [0; 64]).unwrap();
    let ran = world.run(&["doctor"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for part in [
        "its producer is gone (crashed)",
        "memglass_old_region_0001",
        "memglass clean",
    ] {
        assert!(ran.data.contains(part), "{part}: {}", ran.data);
    }
    assert!(region.exists());
}
