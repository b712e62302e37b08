use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(range(0, 300))]
    lots: u8,
    #[observe(min = 0.5)]
    quantity: i64,
    #[observe(step = 0)]
    ticks: u32,
    #[observe(enum(NONE = -1))]
    status: u8,
    #[observe(max = f64::NAN)]
    delta: f64,
}

fn main() {}
