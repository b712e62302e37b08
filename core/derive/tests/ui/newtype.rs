use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Levels([u32; 4]);

#[derive(Observe, Clone, Copy)]
struct Name(memglass::Text<8>);

fn main() {}
