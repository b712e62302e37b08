use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Pair(u32, u32);

#[derive(Observe, Clone, Copy)]
struct Nothing;


fn main() {}
