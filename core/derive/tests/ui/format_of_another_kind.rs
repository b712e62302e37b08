use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(format = "%.2f")]
    quantity: i64,
    #[observe(format = "%d")]
    price: f64,
    #[observe(format = "%x")]
    name: memglass::Text<8>,
}

fn main() {}
