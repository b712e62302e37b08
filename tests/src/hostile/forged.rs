//! A session that no producer made: its segments word by word, as `docs/wire-format.md` has them.

use std::path::Path;

use memglass::schema::{Type, codec};

/// A session with one region, in the making.
pub struct Forged {
    header: Vec<u64>,
    region: Vec<u64>,
    end: usize,
}

/// The words of a directory entry.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Which type.
    pub type_id: u64,
    /// 0, or the number of elements.
    pub count: u64,
    /// Where the object's bytes are.
    pub data: u64,
    /// The words that hold its label, or lead to it.
    pub label: [u64; 3],
    /// Length of the label.
    pub label_len: u64,
}

/// Labels up to this many bytes lie in their entries.
const SHORT: usize = 24;

const HEADER_BYTES: usize = 20_480;
const HEADER_RECORD: u64 = 16_896;
const SESSION: [u64; 2] = [0x1122_3344_5566_7788, 0x99aa_bbcc_ddee_ff00];
const NAME: &str = "forged";
const REGION: u64 = 1 << 48;
const RECORD: usize = 64;

impl Forged {
    /// The name of every forged session.
    pub const NAME: &str = NAME;

    /// An empty session whose region has `bytes` bytes; chunks have `types` type records and `entries`
    /// entries.
    pub fn new(bytes: usize, types: u64, entries: u64) -> Forged {
        let mut forged = Forged {
            header: vec![0; HEADER_BYTES / 8],
            region: vec![0; bytes / 8],
            end: RECORD,
        };
        let order = 0x0102_0304_0506_0708;
        let record = RECORD as u64;
        let start = [word(b"MEMGLASS"), 1 << 32, order, HEADER_RECORD];
        let sizes = [record, record, record, entries, record, types];
        forged.header[..4].copy_from_slice(&start);
        forged.header[4..6].copy_from_slice(&SESSION);
        forged.header[6..12].copy_from_slice(&sizes);
        forged.header[128 / 8] = NAME.len() as u64;
        forged.header[136 / 8] = word(NAME.as_bytes());
        forged.set(256, 1);
        forged.set(320, 1);
        forged.set(360, 1);
        let [low, high] = SESSION;
        let head = [word(b"MGREGION"), low, high, 1, bytes as u64];
        forged.region[..5].copy_from_slice(&head);
        forged
    }

    /// Sets a word of the header.
    pub fn set(&mut self, offset: usize, word: u64) {
        self.header[offset / 8] = word;
    }

    /// A word of the header.
    pub fn word(&self, offset: usize) -> u64 {
        self.header[offset / 8]
    }

    /// Sets a word of the region.
    pub fn store(&mut self, place: u64, word: u64) {
        self.region[(place - REGION) as usize / 8] = word;
    }

    /// Takes `bytes` zero bytes of the region; returns the Ref to them.
    pub fn take(&mut self, bytes: usize) -> u64 {
        let place = self.end;
        self.end += bytes.next_multiple_of(8);
        assert!(self.end <= self.region.len() * 8, "the region is full");
        REGION + place as u64
    }

    /// Puts bytes into the region; returns the Ref to them.
    pub fn put(&mut self, bytes: &[u8]) -> u64 {
        let place = self.take(bytes.len());
        for (chunk, at) in bytes.chunks(8).zip((place..).step_by(8)) {
            self.store(at, word(chunk));
        }
        place
    }

    /// The words of an entry that hold a label; puts a long one into the region.
    pub fn label(&mut self, label: &[u8]) -> [u64; 3] {
        if label.len() > SHORT {
            return [self.put(label), 0, 0];
        }
        let mut words = label.chunks(8).map(word);
        std::array::from_fn(|_| words.next().unwrap_or(0))
    }

    /// Makes a type log of descriptions, each a Ref and a length.
    pub fn types(&mut self, descriptions: &[(u64, u64)]) {
        let records = descriptions.iter().zip(0..).map(|(&(place, len), id)| {
            let mut record = [0; RECORD / 8];
            record[0] = id;
            record[3..5].copy_from_slice(&[place, len]);
            record
        });
        let per_chunk = self.header[88 / 8] as usize;
        let head = self.table(&records.collect::<Vec<_>>(), per_chunk);
        self.set(328, descriptions.len() as u64);
        self.set(336, head);
    }

    /// Makes a type log of types.
    pub fn types_of(&mut self, types: &[Type]) {
        let descriptions = types.iter().map(codec::encode);
        let placed: Vec<_> = descriptions
            .map(|bytes| (self.put(&bytes), bytes.len() as u64))
            .collect();
        self.types(&placed);
    }

    /// Makes a directory of live objects.
    pub fn objects(&mut self, entries: &[Entry]) {
        const ALIVE: u64 = 1 << 8 | 1;
        let records = entries.iter().map(|entry| {
            let Entry {
                type_id,
                count,
                data,
                label,
                label_len,
            } = *entry;
            let [a, b, c] = label;
            [ALIVE, label_len << 32 | type_id, count, data, 0, a, b, c]
        });
        let per_chunk = self.header[72 / 8] as usize;
        let head = self.table(&records.collect::<Vec<_>>(), per_chunk);
        self.set(344, entries.len().div_ceil(per_chunk) as u64);
        self.set(352, head);
    }

    /// Makes a chain of chunks; returns the Ref to the first.
    fn table(&mut self, records: &[[u64; RECORD / 8]], per_chunk: usize) -> u64 {
        let chunks: Vec<_> = records.chunks(per_chunk).collect();
        let bytes = RECORD + RECORD * per_chunk;
        let places: Vec<u64> = chunks.iter().map(|_| self.take(bytes)).collect();
        for (index, records) in chunks.iter().enumerate() {
            let next = places.get(index + 1).copied().unwrap_or(0);
            let head = [next, 1, index as u64, records.len() as u64, 0, 0, 0, 0];
            let words = head.iter().chain(records.iter().flatten());
            for (&word, at) in words.zip((places[index]..).step_by(8)) {
                self.store(at, word);
            }
        }
        places.first().copied().unwrap_or(0)
    }

    /// Writes the segments into a directory.
    ///
    /// # Panics
    ///
    /// If they cannot be written.
    pub fn write(&self, dir: &Path) {
        for (part, words) in [("header", &self.header), ("region_0001", &self.region)] {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
            let path = dir.join(format!("memglass_{NAME}_{part}"));
            std::fs::write(path, bytes).expect("a segment can be written");
        }
    }
}

/// Up to eight bytes as a word.
fn word(bytes: &[u8]) -> u64 {
    let mut padded = [0; 8];
    padded[..bytes.len()].copy_from_slice(bytes);
    u64::from_ne_bytes(padded)
}
