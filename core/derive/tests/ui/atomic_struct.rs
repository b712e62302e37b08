use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Quote {
    bid: i64,
    ask: i64,
}

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(atomic)]
    quote: Quote,
}

fn main() {}
