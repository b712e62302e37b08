use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(enum(A = 1))]
    price: f64,
    #[observe(flags(A = 1))]
    wide: u128,
}

fn main() {}
