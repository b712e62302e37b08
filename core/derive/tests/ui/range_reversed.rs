use memglass::Observe;

const MOST: i64 = 10;

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(range(100, MOST))]
    quantity: i64,
    #[observe(min = 1.5, max = -1.5)]
    delta: f64,
}

fn main() {}
