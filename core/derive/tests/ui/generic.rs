use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Pair<T> {
    first: T,
    second: T,
}

fn main() {}
