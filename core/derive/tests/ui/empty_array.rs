use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Tail {
    count: u8,
    rest: [u8; 0],
}

fn main() {}
