use memglass::Observe;

#[derive(Observe, Clone, Copy)]
#[observe(seqlock)]
union Payload {
    #[observe(atomic)]
    raw: u64,
}

fn main() {}
