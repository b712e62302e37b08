use memglass::Observe;

#[derive(Observe, Clone, Copy)]
#[observe(layout = "struct a { u8 n; u8 d[n]; };")]
#[repr(C)]
struct Unguarded {
    n: u8,
    d: [u8; 7],
}

#[derive(Observe, Clone, Copy)]
#[observe(seqlock, layout = "struct a { u8 n; u8 d[n]; };")]
struct Anywhere {
    n: u8,
    d: [u8; 7],
}

#[derive(Observe, Clone, Copy)]
#[observe(seqlock, layout = "struct a { u8 n; u8 d[m]; };")]
#[repr(C)]
struct Misspelt {
    n: u8,
    #[observe(unit = "USD")]
    d: [u8; 7],
}

#[derive(Observe, Clone, Copy)]
#[observe(layout = "struct a { u8 n; };")]
#[repr(u8)]
enum Number {
    One = 1,
}

fn main() {}
