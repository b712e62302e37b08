//! What the producer pays for its cells.

use std::hint::black_box;

use memglass::{Observe, Session};

use crate::floor::Floor;
use crate::report::Report;
use crate::timing::per_operation;

/// 40 bytes that are always of one write.
#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    bid_price: i64,
    ask_price: i64,
    bid_size: i64,
    ask_size: i64,
    timestamp_ns: i64,
}

#[derive(Observe, Clone, Copy, Default)]
struct Position {
    symbol_id: u32,
    #[observe(atomic)]
    quantity: i64,
    #[observe(seqlock)]
    last_quote: Quote,
}

const COUNT: u64 = 100_000;

pub(crate) fn measure(report: &Report, floor: &Floor) {
    let dir = tempfile::tempdir_in("/dev/shm").expect("/dev/shm can be written");
    let session = Session::builder("cells")
        .dir(dir.path())
        .create()
        .expect("a session");
    let position = session
        .object("position", Position::default())
        .expect("an object");
    report.heading("the producer's cells");
    let (symbol_id, quantity) = (&position.symbol_id, &position.quantity);
    let plain = per_operation(COUNT, || {
        for number in 0..COUNT as u32 {
            black_box(symbol_id).set(number);
        }
    });
    report.figure(
        "plain store",
        plain,
        Some(floor.store),
        Some(floor.store * 1.1),
    );
    let atomic = per_operation(COUNT, || {
        for number in 0..COUNT as i64 {
            black_box(quantity).store(number);
        }
    });
    report.figure(
        "atomic store",
        atomic,
        Some(floor.store),
        Some(floor.store * 1.1),
    );
    let add = per_operation(COUNT, || {
        for _ in 0..COUNT {
            black_box(black_box(&position.quantity).fetch_add(1));
        }
    });
    report.figure("atomic fetch_add", add, Some(floor.locked), None);
    let read = per_operation(COUNT, || {
        for _ in 0..COUNT {
            black_box(
                black_box(&position.last_quote)
                    .read()
                    .expect("nobody else writes"),
            );
        }
    });
    report.figure(
        "guarded read of 40 bytes",
        read,
        Some(floor.copy_40),
        Some(1.3),
    );
    let claimed = per_operation(COUNT, || {
        for number in 0..COUNT as i64 {
            black_box(&position.last_quote)
                .write(quote_of(number))
                .expect("nobody else writes");
        }
    });
    report.figure(
        "guarded write of 40 bytes, claimed",
        claimed,
        Some(floor.locked),
        Some(6.5),
    );
    let mut writer = position.last_quote.writer().expect("nobody else writes");
    let held = per_operation(COUNT, || {
        for number in 0..COUNT as i64 {
            writer.write(quote_of(number));
        }
    });
    report.figure(
        "guarded write of 40 bytes, held",
        held,
        Some(floor.copy_40),
        Some(1.6),
    );
    polled(report, floor, dir.path(), &mut writer);
}

/// The held write again, while another thread reads the same value without pause.
fn polled(
    report: &Report,
    floor: &Floor,
    dir: &std::path::Path,
    writer: &mut memglass::Writer<'_, Quote>,
) {
    use std::sync::atomic::{AtomicBool, Ordering};
    let observer = memglass::AttachOptions::new()
        .dir(dir)
        .attach("cells")
        .expect("attached");
    let field = observer.field("position.last_quote").expect("there is one");
    let stop = AtomicBool::new(false);
    let polled = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                black_box(field.sequence());
                let _ = black_box(field.read());
            }
        });
        let polled = per_operation(COUNT, || {
            for number in 0..COUNT as i64 {
                writer.write(quote_of(number));
            }
        });
        stop.store(true, Ordering::Relaxed);
        polled
    });
    report.figure(
        "guarded write, held, while polled by another core",
        polled,
        Some(floor.copy_40),
        Some(2.5),
    );
}

fn quote_of(number: i64) -> Quote {
    Quote {
        bid_price: number,
        ask_price: number + 5,
        bid_size: 100,
        ask_size: 200,
        timestamp_ns: number * 1000,
    }
}
