use memglass::Observe;

#[derive(Observe, Clone, Copy)]
#[observe(seq_lock)]
struct Position {
    #[observe(read_only, decs = "signed number of shares")]
    quantity: i64,
    #[observe(minimum = 0, maxx = 10)]
    price: i64,
    #[observe(something_else)]
    other: i64,
}

fn main() {}
