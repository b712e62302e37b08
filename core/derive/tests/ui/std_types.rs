use memglass::Observe;

#[derive(Observe)]
struct Trader {
    name: String,
    orders: Vec<u32>,
    limits: [Option<i64>; 4],
    config: Box<u8>,
    books: std::collections::HashMap<u32, i64>,
    filled: std::sync::atomic::AtomicU64,
    state: std::sync::Mutex<u32>,
    letter: char,
    count: usize,
}

fn main() {}
