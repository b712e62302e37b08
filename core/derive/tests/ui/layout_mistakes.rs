use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Order {
    #[observe(layout = "struct a { u8 length; u8 d[lenght]; };")]
    misspelt: [u8; 8],
    #[observe(layout = "enum E : u8 { A };")]
    no_struct: [u8; 8],
    #[observe(layout = "struct a { u8 d[parent.n]; };")]
    no_root: [u8; 8],
    #[observe(text, layout = "struct a { u8 n; };")]
    both: [u8; 8],
    #[observe(layout = 8)]
    no_text: [u8; 8],
}

#[derive(Observe, Clone, Copy)]
struct Wide {
    #[observe(layout = "struct a { u8 n; };")]
    wide: [u16; 8],
}

#[derive(Observe, Clone, Copy)]
struct Ranged {
    #[observe(layout = "struct a { u8 n; };", range(0, 10))]
    raw: [u8; 8],
}

fn main() {}
