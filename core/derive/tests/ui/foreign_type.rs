use memglass::Observe;

#[derive(Clone, Copy)]
struct Inner {
    value: u32,
}

#[derive(Observe, Clone, Copy)]
struct Outer {
    id: u32,
    inner: Inner,
}

fn main() {}
