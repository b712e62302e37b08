//! The cost of cells for the producer.

use std::hint::black_box;
use std::path::Path;

use memglass::{Guarded, Observe, Observer, Session, Writer};

use crate::floor::Floor;
use crate::quote::Quote;
use crate::report::Report;
use crate::timing::{beside, per_operation};

#[derive(Observe, Clone, Copy, Default)]
struct Position {
    symbol_id: u32,
    #[observe(atomic)]
    quantity: i64,
    #[observe(seqlock)]
    last_quote: Quote,
}

/// What 40 guarded bytes cost, in nanoseconds; C++ and peers are compared with it.
pub(crate) struct Cells {
    pub(crate) read: f64,
    #[cfg_attr(not(feature = "peers"), expect(dead_code))]
    pub(crate) read_beside_writer: f64,
    pub(crate) claimed: f64,
    pub(crate) held: f64,
    #[cfg_attr(not(feature = "peers"), expect(dead_code))]
    pub(crate) held_beside_reader: f64,
}

const COUNT: u64 = 100_000;
const UNSHARED: &str = "nobody else writes";

pub(crate) fn measure(report: &Report, floor: &Floor) -> Cells {
    let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
    let session = Session::builder("cells")
        .dir(dir.path())
        .create()
        .expect("a session");
    let position = session
        .object("position", Position::default())
        .expect("an object");
    report.heading("the producer's cells");
    scalars(report, floor, &position.symbol_id, &position.quantity);
    observed(report, floor, dir.path());
    guarded(report, floor, dir.path(), &position.last_quote)
}

fn scalars(
    report: &Report,
    floor: &Floor,
    symbol_id: &memglass::Plain<u32>,
    quantity: &memglass::Atomic<i64>,
) {
    let as_the_raw_store = Some(floor.store * 1.1);
    let plain = per_operation(COUNT, || {
        for number in 0..COUNT as u32 {
            black_box(symbol_id).set(number);
        }
    });
    report.figure("plain store", plain, Some(floor.store), as_the_raw_store);
    let atomic = per_operation(COUNT, || {
        for number in 0..COUNT as i64 {
            black_box(quantity).store(number);
        }
    });
    report.figure("atomic store", atomic, Some(floor.store), as_the_raw_store);
    let add = per_operation(COUNT, || {
        for _ in 0..COUNT {
            black_box(black_box(quantity).fetch_add(1));
        }
    });
    report.figure("atomic fetch_add", add, Some(floor.locked), None);
}

/// What an observer makes of the same 40 bytes.
fn observed(report: &Report, floor: &Floor, dir: &Path) {
    let observer = Observer::builder()
        .dir(dir)
        .attach("cells")
        .expect("attached");
    let field = observer.field("position.last_quote").expect("there is one");
    let record = per_operation(COUNT, || {
        for _ in 0..COUNT {
            black_box(black_box(&field).read().expect("nobody writes"));
        }
    });
    let copy = Some(floor.copy_40);
    report.figure(
        "observer: 40 guarded bytes as a record",
        record,
        copy,
        Some(80.0),
    );
    let quote = field.typed::<Quote>().expect("it is one");
    let whole = per_operation(COUNT, || {
        for _ in 0..COUNT {
            black_box(black_box(&quote).read().expect("nobody writes"));
        }
    });
    report.figure(
        "observer: the same as a Rust struct",
        whole,
        copy,
        Some(30.0),
    );
    let mut bytes = Vec::new();
    let copied = per_operation(COUNT, || {
        for _ in 0..COUNT {
            black_box(&field)
                .read_into(black_box(&mut bytes))
                .expect("nobody writes");
        }
    });
    report.figure("observer: the same as bytes", copied, copy, None);
}

fn guarded(report: &Report, floor: &Floor, dir: &Path, quote: &Guarded<Quote>) -> Cells {
    let read = per_operation(COUNT, || read_all(quote));
    let copy = Some(floor.copy_40);
    report.figure("guarded read of 40 bytes", read, copy, Some(1.3));
    let claimed = per_operation(COUNT, || {
        for number in 0..COUNT as i64 {
            black_box(quote).write(Quote::of(number)).expect(UNSHARED);
        }
    });
    let locked = Some(floor.locked);
    report.figure(
        "guarded write of 40 bytes, claimed",
        claimed,
        locked,
        Some(6.5),
    );
    let mut writer = quote.writer().expect(UNSHARED);
    let held = per_operation(COUNT, || write_all(&mut writer));
    report.figure("guarded write of 40 bytes, held", held, copy, Some(1.6));
    let held_beside_reader = beside(|| reader(dir), COUNT, || write_all(&mut writer));
    report.figure(
        "guarded write, held, beside a thread that polls",
        held_beside_reader,
        copy,
        Some(2.5),
    );
    let mut number = 0;
    let writing = || {
        move || {
            number += 1;
            writer.write(Quote::of(number));
        }
    };
    let read_beside_writer = beside(writing, COUNT, || read_all(quote));
    report.figure(
        "guarded read beside a thread that writes",
        read_beside_writer,
        copy,
        None,
    );
    Cells {
        read,
        read_beside_writer,
        claimed,
        held,
        held_beside_reader,
    }
}

fn read_all(quote: &Guarded<Quote>) {
    for _ in 0..COUNT {
        // While another thread writes without pause a read may give up; it then costs as much as a read.
        if let Ok(quote) = black_box(quote).read() {
            black_box(quote);
        }
    }
}

fn write_all(writer: &mut Writer<'_, Quote>) {
    for number in 0..COUNT as i64 {
        writer.write(Quote::of(number));
    }
}

/// Reads the guarded value as an observer does.
fn reader(dir: &Path) -> impl FnMut() + use<> {
    let observer = Observer::builder()
        .dir(dir)
        .attach("cells")
        .expect("attached");
    let field = observer.field("position.last_quote").expect("there is one");
    move || {
        black_box(field.sequence());
        let _ = black_box(field.read());
    }
}
