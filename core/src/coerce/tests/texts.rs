//! Text, its room and its pattern.

use super::*;

#[test]
fn text_is_never_cut() {
    Bench::leaf(4, Kind::Text)
        .takes("abcd", "abcd")
        .takes("é", "é")
        .takes("", "")
        .refuses("abcde", "the text has 5 bytes; there is room for 4")
        .refuses_even_forced("ééé", "the text has 6 bytes; there is room for 4")
        .refuses("a\0b", "the text has a zero byte at 1, which would end it")
        .refuses(5, "expected text for text[4], got an integer");
}

#[test]
fn shorter_text_leaves_nothing_of_the_longer() {
    let mut bench = Bench::leaf(4, Kind::Text);
    bench.takes("abcd", "abcd").takes("x", "x");
    assert_eq!(bench.bytes, b"x\0\0\0");
}

#[test]
fn patterns_match_the_whole_text() {
    let pattern = |pattern: &str| Metadata {
        regex: Some(pattern.into()),
        ..Metadata::default()
    };
    Bench::leaf(8, Kind::Text)
        .with(pattern("[A-Z]+|x"))
        .takes("ABC", "ABC")
        .refuses("xA", "\"xA\" does not match \"[A-Z]+|x\"")
        .refuses("ABC\n", "\"ABC\\n\" does not match \"[A-Z]+|x\"")
        .forces("xA", "xA");
    Bench::leaf(8, Kind::Text)
        .with(pattern("(?x) a # letter"))
        .takes("a", "a");
}

#[test]
fn a_bad_pattern_refuses_the_write_and_says_so() {
    let pattern = |pattern: &str| Metadata {
        regex: Some(pattern.into()),
        ..Metadata::default()
    };
    // Would be well-formed, and not anchored, inside the parentheses put around it.
    let refused = Bench::leaf(8, Kind::Text)
        .with(pattern("a)|(b"))
        .put("b", Strictness::Checked)
        .unwrap_err();
    assert!(
        refused.starts_with("the field's regex \"a)|(b\" is invalid (unopened group)"),
        "{refused}"
    );
    let mut huge = Bench::leaf(8, Kind::Text).with(pattern(r"(\w{100}){100}"));
    assert!(
        huge.put("b", Strictness::Checked)
            .unwrap_err()
            .contains("is invalid")
    );
    huge.forces("b", "b");
}
