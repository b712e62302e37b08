//! The cost for the producer while 0, 1, 4 or 16 processes observe it without pause.
//!
//! Measured in running time of the producer's thread: sixteen processes share two processors with it,
//! and their own time does not count.

use std::hint::black_box;

use memglass::{Guarded, Object, Observe, Observer, Session};

use crate::floor::Floor;
use crate::part::{Part, ready};
use crate::quote::Quote;
use crate::report::Report;
use crate::timing::own_time_per_operation;

#[derive(Observe, Clone, Copy, Default)]
struct Position {
    symbol_id: u32,
    #[observe(atomic)]
    quantity: i64,
    #[observe(seqlock)]
    last_quote: Quote,
}

const COUNT: u64 = 100_000;
const SESSION: &str = "observed";

pub(crate) fn measure(report: &Report, floor: &Floor) {
    let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
    let path = dir.path().to_str().expect("a plain name");
    let session = Session::builder(SESSION)
        .dir(dir.path())
        .create()
        .expect("a session");
    let position = session
        .object("position", Position::default())
        .expect("an object");
    for count in [0, 1, 4, 16] {
        let observers: Vec<Part> = (0..count)
            .map(|_| Part::start("observer", &[path]))
            .collect();
        report.heading(&format!(
            "the producer beside {} observers that poll without pause",
            observers.len()
        ));
        stores(report, floor, &position);
        held_write(report, floor, &position.last_quote);
        create_and_destroy(report, floor, &session);
    }
}

fn stores(report: &Report, floor: &Floor, position: &Object<Position>) {
    let (symbol_id, quantity) = (&position.symbol_id, &position.quantity);
    let plain = own_time_per_operation(COUNT, || {
        for number in 0..COUNT as u32 {
            black_box(symbol_id).set(number);
        }
    });
    report.figure("plain store", plain, Some(floor.contended), None);
    let atomic = own_time_per_operation(COUNT, || {
        for number in 0..COUNT as i64 {
            black_box(quantity).store(number);
        }
    });
    report.figure("atomic store", atomic, Some(floor.contended), None);
}

fn held_write(report: &Report, floor: &Floor, quote: &Guarded<Quote>) {
    let mut writer = quote.writer().expect("observers here do not write");
    let held = own_time_per_operation(COUNT, || {
        for number in 0..COUNT as i64 {
            writer.write(Quote::of(number));
        }
    });
    report.figure(
        "guarded write of 40 bytes, held",
        held,
        Some(floor.copy_40),
        Some(2.5),
    );
}

fn create_and_destroy(report: &Report, floor: &Floor, session: &Session) {
    const OBJECTS: u64 = 1_000;
    let labels: Vec<String> = (0..OBJECTS).map(|index| format!("order_{index}")).collect();
    let both = own_time_per_operation(OBJECTS, || {
        for label in &labels {
            drop(
                session
                    .object(label, Quote::default())
                    .expect("there is room"),
            );
        }
    });
    report.figure("create and destroy an object", both, Some(floor.miss), None);
}

/// The observer's part: reads all objects, and takes in those that come and go.
pub(crate) fn poll(dir: &str) {
    let mut observer = Observer::builder()
        .dir(dir)
        .attach(SESSION)
        .expect("attached");
    let fields = [
        "position.symbol_id",
        "position.quantity",
        "position.last_quote",
    ]
    .map(|path| observer.field(path).expect("there is one"));
    ready("polling");
    loop {
        for field in &fields {
            // It may be destroyed, or written faster than it can be read: those answers count too.
            let _ = black_box(field.read());
        }
        let _ = observer.refresh();
    }
}
