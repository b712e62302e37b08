//! Mistakes with `#[derive(Observe)]`: each is an error that points at its place and says what to do.

#[test]
fn mistakes_are_explained_where_they_are_made() {
    trybuild::TestCases::new().compile_fail("derive/tests/ui/*.rs");
}
