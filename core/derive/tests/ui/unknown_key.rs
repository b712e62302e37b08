use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(mni = 0)]
    quantity: i64,
    #[observe(volatile)]
    price: i64,
}

fn main() {}
