use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(text)]
    name: [u16; 8],
}

fn main() {}
