use memglass::Observe;

#[derive(Observe, Clone, Copy)]
#[repr(align(64))]
struct Wrapper(u64);

#[derive(Observe, Clone, Copy)]
#[repr(u8, align(4))]
enum Side {
    Buy,
}

#[derive(Observe, Clone, Copy)]
#[repr(align(8192))]
struct Huge {
    count: u64,
}

#[derive(Observe, Clone, Copy)]
#[observe(crate = "memglass")]
struct Quoted {
    count: u64,
}

fn main() {}
