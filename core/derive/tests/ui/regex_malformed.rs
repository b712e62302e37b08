use memglass::Observe;

#[derive(Observe, Clone, Copy)]
struct Position {
    #[observe(regex = "[A-Z{1,8}")]
    name: memglass::Text<8>,
    #[observe(regex = "(a|b")]
    code: memglass::Text<8>,
}

fn main() {}
