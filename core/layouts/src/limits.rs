//! How much of a record is looked at before it is given up.

/// What bounds the time and memory that one record takes, whatever its bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Structs inside each other, the root included. At most 256, which is what the stack of a thread has room for.
    pub depth: usize,
    /// Elements that are measured one by one, in the whole record.
    pub elements: u64,
    /// Nodes of one walk.
    pub nodes: u64,
    /// Fields and names that are looked at to lay a record out. Structs that are no elements and take no bytes have no
    /// other bound.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            depth: 64,
            elements: 1 << 20,
            nodes: 1 << 20,
            steps: 1 << 25,
        }
    }
}
