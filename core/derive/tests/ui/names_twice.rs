use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(enum(A = 1, A = 2), flags(B = 1))]
    status: u8,
}

fn main() {}
