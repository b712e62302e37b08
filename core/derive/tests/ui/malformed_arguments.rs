use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(range(0))]
    quantity: i64,
    #[observe(range = 0..10)]
    price: i64,
    #[observe(min = "0")]
    risk: i64,
    #[observe(unit = 5)]
    weight: i64,
    #[observe(enum(NEW, DONE))]
    status: u8,
    #[observe(readonly = 1)]
    id: u32,
}

fn main() {}
