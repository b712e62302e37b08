use memglass::Observe;

#[derive(Observe, Clone, Copy)]
#[repr(C, packed)]
struct Header {
    kind: u8,
    length: u32,
}

fn main() {}
