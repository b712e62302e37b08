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
    /// Of an integer that bitfields are parts of, the bits at which one begins or the one before ends; none of other numbers.
    pub(crate) borders: u64,
}

impl Run {
    /// The bytes of one value that are the same on both sides, in parts of `width`.
    pub(crate) fn whole(len: u64, width: u64) -> Run {
        Run {
            from: 0,
            to: 0,
            len,
            width,
            borders: 0,
        }
    }

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
        (self.width, self.borders) == (next.width, next.borders)
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

/// Bytes of a value that changed and must be written to the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Change<'i> {
    /// Where it begins in the file's value.
    pub(crate) at: u64,
    pub(crate) bytes: &'i [u8],
    /// The bits of it that change; all of them if there is none.
    mask: Option<u64>,
}

impl Change<'_> {
    /// Puts it in place of the bytes that the file has there: the bits of others stay.
    pub(crate) fn put_into(&self, present: &mut [u8]) {
        let mask = self.mask.unwrap_or(u64::MAX).to_le_bytes();
        for (present, (new, mask)) in present.iter_mut().zip(self.bytes.iter().zip(mask)) {
            *present = *present & !mask | new & mask;
        }
    }

    /// Whether others have bits of the same bytes.
    pub(crate) fn is_shared(&self) -> bool {
        self.mask.is_some()
    }
}

/// The numbers of a value that are not as they were, and the bitfields, in the order of their places in the session.
pub(crate) fn changed<'i>(
    runs: &'i [Run],
    before: &'i [u8],
    now: &'i [u8],
) -> impl Iterator<Item = Change<'i>> {
    runs.iter().flat_map(move |run| {
        let width = run.width as usize;
        (0..run.len as usize / width).filter_map(move |index| {
            let at = run.to as usize + index * width;
            let (bytes, before) = (&now[at..at + width], &before[at..at + width]);
            let at = run.from + (index * width) as u64;
            match (bytes == before, run.borders) {
                (true, _) => None,
                (false, 0) => Some(Change {
                    at,
                    bytes,
                    mask: None,
                }),
                (false, borders) => Some(changed_bits(at, bytes, before, borders)),
            }
        })
    })
}

/// The bitfields that are not as they were in an integer of at most eight bytes, and only the bytes that they are in.
fn changed_bits<'i>(at: u64, bytes: &'i [u8], before: &[u8], borders: u64) -> Change<'i> {
    let differing = integer(bytes) ^ integer(before);
    let begins = (0..u64::BITS).filter(|bit| *bit == 0 || borders >> bit & 1 == 1);
    let from = |bit: u32| u64::MAX.checked_shl(bit).unwrap_or(0);
    let fields = begins.map(|begin| {
        let next = (borders & from(begin + 1)).trailing_zeros();
        from(begin) & !from(next)
    });
    let changed = fields.filter(|field| field & differing != 0);
    let mask = changed.fold(0, |all, field| all | field);
    let first = mask.trailing_zeros() as usize / 8;
    let end = (u64::BITS - mask.leading_zeros()).div_ceil(8) as usize;
    Change {
        at: at + first as u64,
        bytes: &bytes[first..end.min(bytes.len())],
        mask: Some(mask >> (first * 8)),
    }
}

/// Bytes as a number whose first bits are those of the first byte.
fn integer(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(word)
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
            borders: 0,
        },
        Run {
            from: 1,
            to: 4,
            len: 8,
            width: 4,
            borders: 0,
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
        let number = Change {
            at: 5,
            bytes: &[3, 9, 3, 3],
            mask: None,
        };
        assert_eq!(all, [number]);
    }

    #[test]
    fn a_bitfield_that_changed_is_written_whole_and_no_bit_beside_it() {
        let check = |borders: u64, before: u64, now: u64, present: u64, expected: u64| {
            let run = Run {
                borders,
                ..Run::whole(8, 8)
            };
            let [before, now] = [before, now].map(u64::to_le_bytes);
            let mut file = present.to_le_bytes();
            for change in changed(&[run], &before, &now) {
                let at = change.at as usize;
                change.put_into(&mut file[at..at + change.bytes.len()]);
            }
            assert_eq!(
                u64::from_le_bytes(file),
                expected,
                "{borders:#x} {present:#x}"
            );
        };
        // Four bits, twelve, and the rest, which is a gap.
        let three = 1 | 1 << 4 | 1 << 16;
        check(three, 0, 0x5, u64::MAX, !0xf | 0x5);
        // All twelve, also those that are as they were.
        check(three, 0x10, 0x30, 0xfff8, 0x38);
        check(three, 0, 0x30005, 0xfff0, 0x3_fff5);
        // One bit at the end, and one field that is the whole integer.
        check(1 | 1 << 63, 0, 1 << 63, 6, 1 << 63 | 6);
        check(1 | 1 << 63, 0, 1, 1 << 63 | 6, 1 << 63 | 1);
        check(1, 0, 1, u64::MAX, 1);
        // The first begins behind a gap.
        check(1 << 40, 0, 1 << 41, 9, 1 << 41 | 9);
    }
}
