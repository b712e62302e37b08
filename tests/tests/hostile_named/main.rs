//! One forged record each: chains that lead back, counts and offsets at their limits, impossible types,
//! invalid labels.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod amounts;
mod changes;
mod labels;
mod place;
mod references;
mod segments;
mod types;

use memglass_tests::hostile::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;
