//! Paths of fields, as people type them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memglass::Observer;
use memglass_tests::hostile::Recording;
use memglass_tests::objects::gallery;

fuzz_target!(|input: &[u8]| {
    let Ok(path) = std::str::from_utf8(input) else {
        return;
    };
    STAGE.with(|(observer, _)| look(observer, path));
});

thread_local! {
    /// An observer of a session that has ended. The fuzzer has one thread; its thread-local values, unlike
    /// statics, are removed from shared memory when it ends.
    static STAGE: (Observer, Recording) = {
        let recording = Recording::of(|session| gallery(session).expect("the session has room"));
        let options = Observer::builder().dir(recording.dir());
        let observer = options.attach(recording.name());
        let observer = observer.expect("what was recorded can be attached to");
        (observer, recording)
    };
}

fn look(observer: &Observer, path: &str) {
    match observer.field(path) {
        Ok(field) => {
            let again = observer.field(field.path());
            let again = again.expect("a field's own path leads to it");
            assert_eq!(again.path(), field.path());
            assert!(field.read().is_ok());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
