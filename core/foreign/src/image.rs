//! Which bytes of a value in the file are which bytes of it in the session.

/// Bytes that are copied as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Where they begin in the file's value.
    pub(crate) from: u64,
    /// Where they begin in the session's value.
    pub(crate) to: u64,
    pub(crate) len: u64,
    /// Bytes that belong together: those of a number.
    pub(crate) width: u64,
}

impl Run {
    /// The same run of a part that begins so far into the whole.
    pub(crate) fn moved(self, from: u64, to: u64) -> Run {
        Run {
            from: self.from + from,
            to: self.to + to,
            ..self
        }
    }

    /// Whether `next` goes on where this one ends, on both sides.
    fn goes_on_with(&self, next: &Run) -> bool {
        self.width == next.width
            && self.from + self.len == next.from
            && self.to + self.len == next.to
    }
}

/// Adds a run, to the last one if it goes on there.
pub(crate) fn add(runs: &mut Vec<Run>, run: Run) {
    match runs.last_mut() {
        Some(last) if last.goes_on_with(&run) => last.len += run.len,
        _ => runs.push(run),
    }
}

/// Copies a value of the file to where it is in the session.
pub(crate) fn gather(runs: &[Run], source: &[u8], image: &mut [u8]) {
    for run in runs {
        let (from, to, len) = (run.from as usize, run.to as usize, run.len as usize);
        image[to..to + len].copy_from_slice(&source[from..from + len]);
    }
}

/// The parts of a value that are not as they were: where they belong in the file, and their bytes now.
pub(crate) fn changed<'i>(
    runs: &'i [Run],
    before: &'i [u8],
    now: &'i [u8],
) -> impl Iterator<Item = (u64, &'i [u8])> {
    runs.iter().flat_map(move |run| {
        let width = run.width as usize;
        (0..run.len as usize / width).filter_map(move |index| {
            let at = run.to as usize + index * width;
            let bytes = &now[at..at + width];
            (bytes != &before[at..at + width]).then(|| (run.from + (index * width) as u64, bytes))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNS: [Run; 2] = [
        Run {
            from: 0,
            to: 0,
            len: 1,
            width: 1,
        },
        Run {
            from: 1,
            to: 4,
            len: 8,
            width: 4,
        },
    ];

    #[test]
    fn members_that_are_not_aligned_in_the_file_are_in_the_session() {
        let mut image = [0; 12];
        gather(&RUNS, &[1, 2, 2, 2, 2, 3, 3, 3, 3], &mut image);
        assert_eq!(image, [1, 0, 0, 0, 2, 2, 2, 2, 3, 3, 3, 3]);
    }

    #[test]
    fn a_number_that_changed_is_written_whole_and_no_other() {
        let before = [1, 0, 0, 0, 2, 2, 2, 2, 3, 3, 3, 3];
        let mut now = before;
        now[9] = 9;
        let all: Vec<_> = changed(&RUNS, &before, &now).collect();
        assert_eq!(all, [(5, &[3, 9, 3, 3][..])]);
    }
}
