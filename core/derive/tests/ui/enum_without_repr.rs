use memglass::Observe;

#[derive(Observe, Clone, Copy)]
enum Side {
    Buy,
    Sell,
}

fn main() {}
