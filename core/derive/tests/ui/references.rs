use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Trader {
    name: &'static str,
    next: &'static u32,
    all: &'static [u32],
    both: (u32, u32),
    callback: fn(u32),
}

fn main() {}
