//! The texts of docs/layouts.md are layouts.
#![allow(clippy::unwrap_used)] // A test says by its panic what is wrong.

use memglass_layouts::Layout;

#[test]
fn the_layouts_of_the_page_are_layouts() {
    let page = include_str!("../../../docs/layouts.md");
    let texts: Vec<&str> = page
        .split("```c\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(!texts.is_empty());
    for text in texts {
        let layout =
            Layout::parse(text).unwrap_or_else(|error| panic!("{}", error.with_caret(text)));
        assert!(layout.structs().next().is_some());
    }
}
