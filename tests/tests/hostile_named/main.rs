//! One lie each: chains that lead back, counts and offsets at their limits, types that cannot be,
//! labels that are no labels.
// A test may panic, and says what it measured.
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
