//! The bytes of a session's files, read by the tables of `docs/wire-format.md` and without the library.
//! The promises about the memory are checked against them.

use std::path::Path;

/// The files of one session, copied at one moment. Meaningful only while no process writes to them: after
/// the producer's death, or while it is stopped.
#[derive(Debug)]
pub struct Raw {
    header: Vec<u8>,
    regions: Vec<Vec<u8>>,
}

/// A run of bytes in a region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// The region's id, from 1.
    pub region: u64,
    /// The first byte.
    pub start: u64,
    /// The first byte behind it.
    pub end: u64,
    /// Whose it is.
    pub owner: String,
}

/// One entry of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub slot: u64,
    /// Which occupant.
    pub generation: u64,
    /// See [`FREE`], [`ALIVE`] and [`DESTROYED`].
    pub state: u64,
    /// The type's number.
    pub type_id: u64,
    /// 0 for a single object.
    pub count: u64,
    data: u64,
    /// The words that hold the label, or lead to it.
    label: [u64; 3],
    label_len: u64,
}

/// Longest label that lies in its entry, in bytes.
const SHORT_LABEL: u64 = 24;

impl Entry {
    /// Where the label is, if it is not in the entry.
    fn label_apart(&self) -> Option<u64> {
        (self.label_len > SHORT_LABEL).then_some(self.label[0])
    }
}

/// An entry without an object.
pub const FREE: u64 = 0;
/// An entry with an object.
pub const ALIVE: u64 = 1;
/// An entry whose object was destroyed, with its bytes.
pub const DESTROYED: u64 = 2;

const REGION_HEAD: u64 = 64;
const TYPES: usize = 328;
const TYPE_HEAD: usize = 336;
const CHUNKS: usize = 344;
const DIRECTORY_HEAD: usize = 352;
const REGIONS: usize = 360;
const HIGHEST_SLOT: usize = 384;
const SLOT_LINES: usize = 512;
const CHUNK_HEAD: u64 = 64;
const RECORD: u64 = 64;
const ENTRIES: u64 = 1024;
const TYPES_PER_CHUNK: u64 = 64;

impl Raw {
    /// Copies the files of session `name` in `dir`; `None` if it has no header.
    pub fn copy(dir: &Path, name: &str) -> Option<Raw> {
        let file = |part: &str| std::fs::read(dir.join(format!("memglass_{name}_{part}"))).ok();
        let header = file("header")?;
        let count = word_in(&header, REGIONS);
        let regions = (1..=count).map(|id| file(&format!("region_{id:04}")));
        Some(Raw {
            regions: regions.collect::<Option<_>>()?,
            header,
        })
    }

    /// The intent of a slot's holder; 0 for none.
    pub fn intent(&self, slot: u8) -> u64 {
        word_in(&self.header, SLOT_LINES + 64 * usize::from(slot))
    }

    /// The process that had a slot last.
    pub fn pid(&self, slot: u8) -> u64 {
        word_in(&self.header, SLOT_LINES + 64 * usize::from(slot) + 16)
    }

    /// The highest slot that was ever taken.
    pub fn highest_slot(&self) -> u64 {
        word_in(&self.header, HIGHEST_SLOT)
    }

    /// The state of the session: 0 starting, 1 live, 2 closing.
    pub fn state(&self) -> u64 {
        word_in(&self.header, 256)
    }

    /// How many regions the session has.
    pub fn region_count(&self) -> usize {
        self.regions.len()
    }

    /// All entries that were ever used.
    pub fn entries(&self) -> Vec<Entry> {
        let chunks = self.chunks(DIRECTORY_HEAD, word_in(&self.header, CHUNKS));
        let used = chunks
            .iter()
            .map(|&chunk| self.word(chunk, 24).min(ENTRIES));
        let numbers = used.zip(0_u64..).flat_map(|(used, chunk)| {
            (0..used).map(move |index| (chunk * ENTRIES + index, chunk, index))
        });
        numbers
            .map(|(slot, chunk, index)| {
                let at = CHUNK_HEAD + RECORD * index;
                let word = |offset| self.word(chunks[chunk as usize], at + offset);
                Entry {
                    slot,
                    generation: word(0) >> 8,
                    state: word(0) & 0xff,
                    type_id: word(8) & 0xffff_ffff,
                    count: word(16),
                    data: word(24),
                    label: [word(40), word(48), word(56)],
                    label_len: word(8) >> 32,
                }
            })
            .collect()
    }

    /// The first `len` words of an entry's object.
    pub fn words(&self, entry: &Entry, len: u64) -> Vec<u64> {
        (0..len)
            .map(|index| self.word(entry.data, 8 * index))
            .collect()
    }

    /// The label of an entry.
    pub fn label(&self, entry: &Entry) -> String {
        let len = entry.label_len as usize;
        let bytes = match entry.label_apart() {
            Some(place) => {
                let region = &self.regions[region_of(place) as usize - 1];
                region[offset_of(place) as usize..][..len].to_vec()
            }
            None => entry.label.map(u64::to_ne_bytes).concat()[..len].to_vec(),
        };
        String::from_utf8(bytes).expect("labels are text")
    }

    /// All bytes in use: chunks of the tables, descriptions of types, and the bytes of objects and
    /// labels, including those of destroyed objects.
    pub fn runs(&self, size_of_type: impl Fn(u64) -> u64) -> Vec<Run> {
        let mut runs = Vec::new();
        let types = word_in(&self.header, TYPES);
        let logs = self.chunks(TYPE_HEAD, types.div_ceil(TYPES_PER_CHUNK));
        for &chunk in &logs {
            runs.push(run(
                chunk,
                CHUNK_HEAD + RECORD * TYPES_PER_CHUNK,
                "type log",
            ));
        }
        for id in 0..types {
            let (chunk, at) = (logs[(id / TYPES_PER_CHUNK) as usize], id % TYPES_PER_CHUNK);
            let word = |offset| self.word(chunk, CHUNK_HEAD + RECORD * at + offset);
            runs.push(run(word(24), word(32), &format!("type {id}")));
        }
        for chunk in self.chunks(DIRECTORY_HEAD, word_in(&self.header, CHUNKS)) {
            runs.push(run(chunk, CHUNK_HEAD + RECORD * ENTRIES, "directory"));
        }
        for entry in self.entries().iter().filter(|entry| entry.state != FREE) {
            let size = size_of_type(entry.type_id) * entry.count.max(1);
            let owner = format!("object in slot {}", entry.slot);
            runs.push(run(entry.data, size, &owner));
            let label = format!("label of the {owner}");
            runs.extend(
                entry
                    .label_apart()
                    .map(|place| run(place, entry.label_len, &label)),
            );
        }
        runs
    }

    /// Checks that no byte has two owners and that all lie inside their regions.
    ///
    /// # Panics
    ///
    /// With those that do not.
    pub fn check_runs(&self, size_of_type: impl Fn(u64) -> u64) {
        let mut runs = self.runs(size_of_type);
        runs.sort();
        for run in &runs {
            let size = self.regions[run.region as usize - 1].len() as u64;
            assert!(
                run.start >= REGION_HEAD && run.end <= size,
                "outside: {run:?}"
            );
        }
        for pair in runs.windows(2) {
            let apart = pair[0].region != pair[1].region || pair[0].end <= pair[1].start;
            assert!(apart, "these overlap: {pair:?}");
        }
    }

    /// The Refs of a chain's chunks.
    fn chunks(&self, head: usize, count: u64) -> Vec<u64> {
        let mut next = word_in(&self.header, head);
        (0..count)
            .map(|_| {
                let chunk = next;
                next = self.word(chunk, 0);
                chunk
            })
            .collect()
    }

    fn word(&self, place: u64, offset: u64) -> u64 {
        let region = &self.regions[region_of(place) as usize - 1];
        word_in(region, (offset_of(place) + offset) as usize)
    }
}

fn region_of(place: u64) -> u64 {
    place >> 48
}

fn offset_of(place: u64) -> u64 {
    place & ((1 << 48) - 1)
}

fn run(place: u64, len: u64, owner: &str) -> Run {
    let start = offset_of(place);
    Run {
        region: region_of(place),
        start,
        end: start + len,
        owner: owner.into(),
    }
}

fn word_in(bytes: &[u8], offset: usize) -> u64 {
    let word = bytes[offset..offset + 8].try_into().expect("eight bytes");
    u64::from_ne_bytes(word)
}
