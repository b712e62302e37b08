//! A file system without room is an error when it is asked for memory, never a fault later.
// Tests may panic.
#![allow(clippy::unwrap_used)]

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use memglass::{Observer, ProducerError, Session, ShmError, Value};

/// A tmpfs of 2 MiB, unmounted when dropped.
struct Small {
    dir: tempfile::TempDir,
}

impl Small {
    #[allow(unsafe_code)]
    fn mount() -> Small {
        let dir = tempfile::tempdir().unwrap();
        let path = c_path(dir.path());
        // SAFETY: L1: all arguments are strings that end with a zero byte and outlive the call.
        let result = unsafe {
            libc::mount(
                c"none".as_ptr(),
                path.as_ptr(),
                c"tmpfs".as_ptr(),
                0,
                c"size=2m".as_ptr().cast(),
            )
        };
        let error = std::io::Error::last_os_error();
        assert_eq!(
            result, 0,
            "cannot mount a tmpfs ({error}); run this test as root, or with `unshare --user --map-root-user --mount`"
        );
        Small { dir }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }
}

impl Drop for Small {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        let path = c_path(self.dir.path());
        // SAFETY: L1: a path that ends with a zero byte. Mappings stay until they are unmapped.
        unsafe { libc::umount2(path.as_ptr(), libc::MNT_DETACH) };
    }
}

fn c_path(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).unwrap()
}

fn full(error: ProducerError) -> (u64, u64) {
    match error {
        ProducerError::Shm(ShmError::Full { needed, free, .. }) => (needed, free),
        error => panic!("{error}"),
    }
}

#[test]
fn a_session_that_does_not_fit_is_refused_and_leaves_nothing() {
    let small = Small::mount();
    let builder = Session::builder("engine")
        .dir(small.path())
        .first_region(4 << 20);
    let (needed, free) = full(builder.create().unwrap_err());
    assert_eq!(needed, 4 << 20);
    assert!(free > 1 << 20 && free <= 2 << 20, "{free} bytes free");
    assert_eq!(std::fs::read_dir(small.path()).unwrap().count(), 0);
}

#[test]
fn a_session_that_cannot_grow_keeps_working() {
    let small = Small::mount();
    let session = Session::builder("engine")
        .dir(small.path())
        .create()
        .unwrap();
    let mut objects = Vec::new();
    let error = loop {
        match session.object(
            &format!("object_{}", objects.len()),
            [objects.len() as u64; 16],
        ) {
            Ok(object) => objects.push(object),
            Err(error) => break error,
        }
    };
    // Smaller regions than usual were made of what was left, down to less than a chunk of the directory.
    let (needed, free) = full(error);
    assert!(needed < 80 << 10, "{needed} bytes needed");
    assert!(free < needed, "{free} bytes free");
    assert!(objects.len() > 7000, "{} objects", objects.len());
    // Every other one goes and comes back, again and again.
    for round in 0..10 {
        let count = objects.len();
        objects = objects
            .into_iter()
            .enumerate()
            .filter_map(|(index, object)| (index % 2 == 0).then_some(object))
            .collect();
        for index in objects.len()..count {
            let object = session.object(&format!("again_{round}_{index}"), [index as u64; 16]);
            objects.push(object.unwrap());
        }
    }
    let options = Observer::builder().dir(small.path());
    let observer = options.clone().attach("engine").unwrap();
    assert_eq!(observer.object_count(), objects.len());
    let field = observer.field("object_0[15]").unwrap();
    assert_eq!(field.read(), Ok(Value::U64(0)));
    let writer = options.writable().attach("engine").unwrap();
    writer
        .field("object_0[15]")
        .unwrap()
        .write(&Value::U64(9))
        .unwrap();
    assert_eq!((objects[0][15].get(), field.read()), (9, Ok(Value::U64(9))));
}
