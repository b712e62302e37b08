use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(atomic, seqlock)]
    quantity: i64,
    #[observe(atomic, locked)]
    price: i64,
}

fn main() {}
