use memglass::Observe;

#[derive(Observe, Clone, Copy)]
#[repr(u8)]
enum Event {
    Idle,
    Trade(u32),
    Quote { bid: i64 },
}

fn main() {}
