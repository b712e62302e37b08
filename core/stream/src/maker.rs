//! Which process made something.

/// The process that made what has this. A forked child has copies of the handles of its parent, but none of its threads; the
/// files are those of its parent, and the locks may be held by threads that it has not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Maker(u32);

impl Maker {
    pub(crate) fn this_process() -> Maker {
        Maker(std::process::id())
    }

    /// Whether this is a child that was forked since.
    pub(crate) fn is_parent(self) -> bool {
        self.0 != std::process::id()
    }
}
