use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(range(0, 10))]
    name: memglass::Text<8>,
    #[observe(text, min = 0)]
    symbol: [u8; 8],
    #[observe(step = 1)]
    live: bool,
}

fn main() {}
