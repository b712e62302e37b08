//! Why something cannot be observed, in the words of both front ends.

/// A pointer without `@address`.
pub(crate) const POINTER: &str = "a pointer leads into this process alone: keep what it points at in the struct, or write @address to show the address itself";

/// A protection that an address cannot have.
pub(crate) const GUARDED_ADDRESS: &str = "an address is one word: it can be plain or @atomic";

/// A reference.
pub(crate) const REFERENCE: &str =
    "a reference leads into this process alone: keep what it refers to in the struct";

/// An array of nothing.
pub(crate) const NO_ELEMENTS: &str = "an array without elements has nothing to observe";

/// Flags below zero.
pub(crate) const NEGATIVE_FLAGS: &str =
    "a set of flags has no negative values: give the enumeration an unsigned type";

/// A marked type that is neither named nor that of a member.
pub(crate) const NAMELESS: &str = "it has no name; give it one";

/// Something that no other file can name.
pub(crate) const NAMELESS_NAMESPACE: &str =
    "it is in a namespace without a name, where another header cannot reach it: move it out";

/// A packed record in a place where its bytes are not of one write; the record's name stands before it.
pub(crate) const UNGUARDED_RECORD: &str =
    "is read as one record: protect it with @seqlock or @locked, so that it is of one write";

/// A type that is private in another.
pub(crate) fn private(path: &str) -> String {
    format!("{path} is private, so that generated code cannot name it: make it public")
}

/// A floating-point type that is neither of the two.
pub(crate) fn wide_float(name: &str) -> String {
    format!("{name} has a width that memglass does not show: use float or double")
}

/// An annotation that no member has.
pub(crate) fn loose(annotation: &str) -> String {
    format!("@{annotation} belongs to no member: write it behind one, or in the line above")
}
