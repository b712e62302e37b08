use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Pair {
    #[observe(seqlock)]
    first: u64,
    #[observe(seqlock)]
    second: u64,
}

impl Drop for PairStorage {
    fn drop(&mut self) {
        std::mem::swap(&mut self.first, &mut self.second);
    }
}

fn main() {}
