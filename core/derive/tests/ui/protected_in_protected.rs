use memglass::Observe;

#[derive(Observe, Clone, Copy)]
#[observe(seqlock)]
struct Quote {
    #[observe(atomic)]
    bid: i64,
    ask: i64,
}

fn main() {}
