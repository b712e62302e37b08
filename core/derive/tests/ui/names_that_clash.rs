use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Position {
    quantity: i64,
    #[observe(name = "quantity")]
    amount: i64,
    #[observe(name = "avg price")]
    price: i64,
}

fn main() {}
