use memglass::Observe;

#[derive(Observe, Clone, Copy)]
#[repr(C)]
struct Padded {
    code: u8,
    value: u32,
}

#[derive(Observe, Clone, Copy)]
#[repr(C, align(8))]
union Payload {
    raw: u64,
    code: u32,
    padded: Padded,
}

#[derive(Observe, Clone, Copy)]
union Small {
    raw: u32,
}

fn main() {}
