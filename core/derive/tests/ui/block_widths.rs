//! One block seen as words, as bytes and as cells: accesses of several widths, which would race.
use memglass::{Guarded, Observe, Session};

fn main() {
    let session = Session::create("widths").unwrap();
    let block = session.allocate(4096, 8).unwrap();
    let _words = block.words();
    let _bytes = block.cells::<<u8 as Observe>::Storage>(0, 4096);
    let _guarded = block.cells::<Guarded<[u64; 4]>>(0, 1);
}
