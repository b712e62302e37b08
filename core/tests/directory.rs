//! Which directory sessions are in. One test: the working directory and the environment are the process's.
#![allow(unsafe_code)]

use memglass::{Observer, Session, Value};

#[test]
fn a_relative_directory_stays_where_it_was_when_the_session_was_made() {
    let place = tempfile::tempdir().unwrap();
    std::env::set_current_dir(place.path()).unwrap();
    std::fs::create_dir("sub").unwrap();
    // SAFETY: L1: no other thread of this test reads the environment.
    unsafe { std::env::set_var("MEMGLASS_DIR", "sub") };
    let small = |name| Session::builder(name).first_region(4096).max_region(4096);
    let sessions = [
        small("variable").create().unwrap(),
        small("argument").dir("sub").create().unwrap(),
    ];
    let observer = Observer::builder().attach("argument").unwrap();
    std::env::set_current_dir("/").unwrap();
    // SAFETY: L1: as above.
    unsafe { std::env::set_var("MEMGLASS_DIR", "") };
    let mut objects = Vec::new();
    for session in &sessions {
        for index in 0..100_i64 {
            objects.push(session.object(&format!("o{index}"), [index; 64]).unwrap());
        }
        assert!(session.region_count() > 10);
    }
    let observer = observer.reattach().unwrap();
    assert_eq!(
        observer.field("o99[63]").unwrap().read(),
        Ok(Value::I64(99))
    );
    // An empty variable is none.
    let elsewhere = Observer::builder().attach("argument").unwrap_err();
    assert!(elsewhere.to_string().contains("no session"), "{elsewhere}");
    drop((objects, sessions));
    assert_eq!(
        std::fs::read_dir(place.path().join("sub")).unwrap().count(),
        0
    );
}
