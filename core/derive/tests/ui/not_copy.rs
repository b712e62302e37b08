use memglass::Observe;

#[derive(Observe)]
struct Position {
    quantity: i64,
}

fn main() {}
