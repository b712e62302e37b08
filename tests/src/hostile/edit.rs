//! One change to the bytes of a session, and when it comes.

use crate::Random;

/// A store into a segment's file, or a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Which segment, modulo their number: the header is 0.
    pub segment: u8,
    /// Where, modulo the segment's size.
    pub offset: u32,
    /// How many bytes of `value`: 1, 2, 4 or 8; 0 cuts the segment at `offset`.
    pub width: u8,
    /// What to store.
    pub value: u64,
    /// When.
    pub when: When,
}

/// When a session is changed, and what an attached observer then does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before anybody attaches.
    Before,
    /// While attached; then everything is looked at through the fields resolved before.
    ThenRead,
    /// While attached; then the observer refreshes and looks at everything again.
    ThenRefresh,
    /// While attached; then the observer writes.
    ThenWrite,
}

impl Edit {
    /// Bytes of an edit in a fuzzer's input.
    pub const BYTES: usize = 12;

    /// A store before anybody attaches.
    pub fn store(segment: usize, offset: u64, width: u8, value: u64) -> Edit {
        Edit {
            segment: segment as u8,
            offset: offset as u32,
            width,
            value,
            when: When::Before,
        }
    }

    /// The edits encoded by a fuzzer's input.
    pub fn list(input: &[u8]) -> Vec<Edit> {
        let (records, _) = input.as_chunks::<{ Edit::BYTES }>();
        records.iter().map(Edit::decode).collect()
    }

    fn decode(record: &[u8; Edit::BYTES]) -> Edit {
        let [what, low, middle, high, value @ ..] = *record;
        Edit {
            segment: what & 3,
            offset: u32::from_le_bytes([low, middle, high, 0]),
            width: match what >> 2 & 7 {
                0 | 1 => 1,
                2 => 2,
                3 => 4,
                7 => 0,
                _ => 8,
            },
            value: u64::from_le_bytes(value),
            when: match what >> 5 {
                1 => When::ThenRead,
                2 => When::ThenRefresh,
                3 => When::ThenWrite,
                _ => When::Before,
            },
        }
    }

    /// The fuzzer's input that encodes this edit.
    pub fn encode(&self) -> [u8; Edit::BYTES] {
        let when = match self.when {
            When::Before => 0,
            When::ThenRead => 1,
            When::ThenRefresh => 2,
            When::ThenWrite => 3,
        };
        let width = match self.width {
            0 => 7,
            1 => 1,
            2 => 2,
            4 => 3,
            _ => 4,
        };
        let mut record = [0; Edit::BYTES];
        record[0] = self.segment & 3 | width << 2 | when << 5;
        record[1..4].copy_from_slice(&self.offset.to_le_bytes()[..3]);
        record[4..].copy_from_slice(&self.value.to_le_bytes());
        record
    }

    /// The same, while an observer is attached.
    pub fn at(self, when: When) -> Edit {
        Edit { when, ..self }
    }

    /// Words that are numbers, references and sizes at their limits.
    pub fn hostile_words(offset: u64, old: u64) -> [u64; 14] {
        const REGION: u64 = 1 << 48;
        [
            0,
            1,
            u64::MAX,
            u64::MAX - 7,
            1 << 63,
            1 << 32,
            0xffff_fff8,
            REGION,
            REGION | 64,
            REGION | (REGION - 8),
            0xffff_0000_0000_0040,
            // Its own place, and one before it: cycles.
            REGION | offset & !7,
            REGION | (offset & !7).saturating_sub(16),
            old.wrapping_add(1),
        ]
    }

    /// Any edit of one of the `used` bytes of a segment whose bytes are `bytes`.
    pub fn random(random: &mut Random, segment: usize, bytes: &[u8], used: u64) -> Edit {
        let offset = random.below(used);
        let old = bytes
            .get(offset as usize & !7..)
            .and_then(|rest| rest.first_chunk());
        let old = old.map_or(0, |word| u64::from_ne_bytes(*word));
        let words = Edit::hostile_words(offset, old);
        match random.below(4) {
            0 => Edit::store(
                segment,
                offset & !7,
                8,
                words[random.below(words.len() as u64) as usize],
            ),
            1 => Edit::store(segment, offset & !7, 8, random.number()),
            2 => Edit::store(segment, offset, 1, random.number()),
            _ => Edit::store(
                segment,
                offset,
                1,
                u64::from(bytes[offset as usize]) ^ 1 << random.below(8),
            ),
        }
    }
}
