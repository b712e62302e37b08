//! Many objects, and large ones.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use memglass::{ReadError, Value};
use memglass_tests::{Stage, sized};

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_memglass-actor"))
}

#[test]
fn very_many_objects_are_created_found_listed_and_read() {
    let stage = stage();
    let session = stage.session("engine");
    let count = sized(200_000_u64, 1_000_000);
    let mut objects: Vec<_> = (0..count)
        .map(|number| session.object(&format!("object_{number}"), number).unwrap())
        .collect();
    let mut observer = stage.observe("engine");
    assert_eq!(observer.object_count() as u64, count);
    assert_eq!(observer.objects().count() as u64, count);
    for number in (0..count).step_by(7) {
        let field = observer.field(&format!("object_{number}")).unwrap();
        assert_eq!(field.read(), Ok(Value::U64(number)));
    }
    let each = session.memory_bytes() / count;
    println!(
        "{each} bytes of memory for each object, in {} regions",
        session.region_count()
    );
    objects.swap_remove(count as usize / 2);
    let _late = session.object("late", 7_u64).unwrap();
    assert_eq!(observer.refresh(), Ok(true));
    assert!(observer.find(&format!("object_{}", count / 2)).is_none());
    assert_eq!(observer.field("late").unwrap().read(), Ok(Value::U64(7)));
    let next = stage.observe("engine");
    assert_eq!(next.object_count() as u64, count);
    drop(objects);
    assert_eq!(observer.refresh(), Ok(true));
    assert_eq!(observer.object_count(), 1);
}

#[test]
fn an_object_of_two_hundred_megabytes_is_read_and_written_to_its_end() {
    const COUNT: usize = 50_000;
    let stage = stage();
    let session = stage.session("engine");
    let large = session
        .array_with("large", COUNT, |_| [0_u64; 512])
        .unwrap();
    assert!(session.memory_bytes() > 200_000_000);
    large[COUNT - 1][511].set(42);
    let observer = stage.options().writable().attach("engine").unwrap();
    assert_eq!(observer.find("large").unwrap().size, 4096 * COUNT as u64);
    let last = observer
        .field(&format!("large[{}][511]", COUNT - 1))
        .unwrap();
    assert_eq!(last.read(), Ok(Value::U64(42)));
    last.write(&Value::U64(43)).unwrap();
    assert_eq!(large[COUNT - 1][511].get(), 43);
    assert_eq!(
        observer
            .field(&format!("large[{COUNT}]"))
            .unwrap_err()
            .to_string(),
        format!(
            "large: index {COUNT} is out of range; allowed is 0..={}",
            COUNT - 1
        )
    );
    let row = observer
        .field(&format!("large[{}]", COUNT - 1))
        .unwrap()
        .read_as::<[u64; 512]>()
        .unwrap();
    assert_eq!((row[510], row[511]), (0, 43));
    // As a whole it is more than one read gives out.
    assert!(matches!(
        observer.field("large").unwrap().read(),
        Err(ReadError::TooLarge { .. })
    ));
}
