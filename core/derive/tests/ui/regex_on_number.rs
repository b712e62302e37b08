use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(regex = "[0-9]+")]
    quantity: i64,
}

fn main() {}
