//! Creating, attaching, finding, reading and writing, over numbers of objects.

use std::hint::black_box;

use memglass::{Object, Observe, Observer, Session, Value};

use crate::cpp::Cpp;
use crate::floor::Floor;
use crate::memory;
use crate::report::Report;
use crate::timing::{median, once, per_operation};

/// An object of a common size.
#[derive(Observe, Clone, Copy, Default)]
pub(crate) struct Order {
    order_id: u64,
    quantity: i64,
    price: f64,
    filled: i64,
}

pub(crate) fn measure(report: &Report, floor: &Floor, cpp: Option<&Cpp>, sizes: &[usize]) {
    for &size in sizes {
        let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
        let session = Session::builder("bench")
            .dir(dir.path())
            .create()
            .expect("a session");
        report.heading(&format!("{size} objects"));
        let objects = create(report, floor, &session, size);
        let mut observer = attach(report, floor, dir.path(), size);
        resolve(report, floor, &observer, size);
        list(report, dir.path(), &observer, size);
        if let Some(cpp) = cpp.filter(|_| size <= 100_000) {
            report.figure("C++ memglass: find", cpp.measure("find", size), None, None);
            let list = cpp.measure("list", size) * size as f64;
            report.figure("C++ memglass: list", list, None, None);
        }
        read_and_write(report, floor, &observer, size);
        refresh(report, floor, &session, &mut observer);
        drop(observer);
        let destroy = once(|| drop(objects));
        report.figure(
            "destroy an object",
            destroy / size as f64,
            Some(floor.miss),
            None,
        );
    }
}

fn create(report: &Report, floor: &Floor, session: &Session, size: usize) -> Vec<Object<Order>> {
    let labels: Vec<String> = (0..size).map(label).collect();
    let mut objects = Vec::with_capacity(size);
    let all = once(|| {
        for label in &labels {
            objects.push(
                session
                    .object(label, Order::default())
                    .expect("there is room"),
            );
        }
    });
    report.figure(
        "create an object",
        all / size as f64,
        Some(floor.miss),
        Some(100.0),
    );
    let payload = size_of::<Order>() * size;
    let overhead = session.memory_bytes() as f64 - payload as f64;
    report.line(&format!(
        "{:<58} {:>8.0} bytes",
        "overhead in shared memory, free space included",
        overhead / size as f64
    ));
    objects
}

fn attach(report: &Report, floor: &Floor, dir: &std::path::Path, size: usize) -> Observer {
    let attach = || {
        Observer::builder()
            .dir(dir)
            .writable()
            .attach("bench")
            .expect("attached")
    };
    let rounds = if size > 100_000 { 5 } else { 30 };
    let times = (0..rounds)
        .map(|_| {
            let mut observer = None;
            let time = once(|| observer = Some(black_box(attach())));
            drop(observer);
            time
        })
        .collect();
    let time = median(times);
    if size <= 1_000 {
        report.figure("attach", time, None, Some(50e3));
    } else {
        report.figure("attach", time, None, None);
        report.figure(
            "attach, for each object",
            time / size as f64,
            Some(floor.miss),
            Some(100.0),
        );
    }
    attach()
}

fn resolve(report: &Report, floor: &Floor, observer: &Observer, size: usize) {
    const COUNT: usize = 20_000;
    let path = format!("{}.quantity", label(size / 2));
    let same = per_operation(COUNT as u64, || {
        for _ in 0..COUNT {
            black_box(observer.field(black_box(&path)).expect("there is one"));
        }
    });
    report.figure(
        "resolve one path again and again",
        same,
        Some(floor.load),
        Some(150.0),
    );
    let paths: Vec<String> = (0..COUNT)
        .map(|index| format!("{}.quantity", label(index.wrapping_mul(7_919) * 31 % size)))
        .collect();
    let scattered = per_operation(COUNT as u64, || {
        for path in &paths {
            black_box(observer.field(path).expect("there is one"));
        }
    });
    report.figure(
        "resolve paths all over",
        scattered,
        Some(floor.miss),
        Some(150.0),
    );
}

/// Looking at every object once, and what an observer keeps of each in its own memory.
fn list(report: &Report, dir: &std::path::Path, observer: &Observer, size: usize) {
    let list = per_operation(1, || {
        assert_eq!(black_box(observer.entries()).count(), size);
    });
    let goal = (size == 1_000_000).then_some(10e6);
    report.figure("list all objects, without their labels", list, None, goal);
    let mut label = Vec::new();
    let labels = per_operation(1, || {
        let labels = observer
            .entries()
            .filter_map(|entry| entry.with_label(&mut label, str::len));
        assert_ne!(black_box(labels).sum::<usize>(), 0);
    });
    report.figure("list them and look at each label", labels, None, None);
    let copies = per_operation(1, || {
        assert_eq!(black_box(observer.objects()).count(), size);
    });
    report.figure("list them with a copy of each label", copies, None, None);
    let other = Observer::builder()
        .dir(dir)
        .attach("bench")
        .expect("attached");
    let first = once(|| assert_eq!(other.object_count(), size));
    report.figure("read all labels, at the first lookup", first, None, None);
    memory::measure(report, dir, size);
}

fn read_and_write(report: &Report, floor: &Floor, observer: &Observer, size: usize) {
    const COUNT: u64 = 20_000;
    let field = observer
        .field(&format!("{}.quantity", label(size / 2)))
        .expect("there is one");
    let read = per_operation(COUNT, || {
        for _ in 0..COUNT {
            match black_box(&field).read() {
                Ok(Value::I64(number)) => black_box(number),
                other => panic!("{other:?}"),
            };
        }
    });
    report.figure(
        "read a resolved field, with generation check",
        read,
        Some(floor.load),
        Some(2.0),
    );
    let number = field.typed::<i64>().expect("it is one");
    let typed = per_operation(COUNT, || {
        for _ in 0..COUNT {
            black_box(black_box(&number).read().expect("it lives"));
        }
    });
    report.figure(
        "the same as a Rust number",
        typed,
        Some(floor.load),
        Some(2.0),
    );
    let value = Value::I64(5);
    let write = per_operation(COUNT, || {
        for _ in 0..COUNT {
            black_box(&field)
                .write(black_box(&value))
                .expect("it may be written");
        }
    });
    report.figure(
        "write a checked scalar",
        write,
        Some(floor.locked),
        Some(25.0),
    );
}

fn refresh(report: &Report, floor: &Floor, session: &Session, observer: &mut Observer) {
    const COUNT: u64 = 100_000;
    let nothing = per_operation(COUNT, || {
        for _ in 0..COUNT {
            black_box(
                black_box(&mut *observer)
                    .refresh()
                    .expect("the session is whole"),
            );
        }
    });
    report.figure(
        "refresh when nothing changed",
        nothing,
        Some(floor.load),
        Some(10.0),
    );
    let mut created = Vec::new();
    let times = (0..200)
        .map(|index| {
            created.push(
                session
                    .object(&format!("late_{index}"), Order::default())
                    .expect("there is room"),
            );
            once(|| assert!(observer.refresh().expect("the session is whole")))
        })
        .collect();
    report.figure(
        "refresh after one object was created",
        median(times),
        None,
        Some(20e3),
    );
}

pub(crate) fn label(index: usize) -> String {
    format!("order_{index}")
}
