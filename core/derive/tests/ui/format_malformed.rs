use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(format = "%d of %d")]
    a: i64,
    #[observe(format = "ticks")]
    b: i64,
    #[observe(format = "%y")]
    c: i64,
    #[observe(format = "{:.2}")]
    d: f64,
}

fn main() {}
