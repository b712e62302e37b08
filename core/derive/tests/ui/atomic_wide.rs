use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(atomic)]
    quantity: u128,
    #[observe(atomic)]
    name: memglass::Text<8>,
}

fn main() {}
