//! Records of BTF, as the kernel's documentation has them (`Documentation/bpf/btf.rst`).

use super::Damage;

/// Bytes of the part of the header that is always there.
const HEADER: usize = 24;

/// Texts that are longer are no names.
const LONGEST_NAME: usize = 4096;

/// All records of a file, whose bounds are checked.
pub(super) struct Records<'b> {
    pub(super) all: Vec<Record<'b>>,
    strings: &'b [u8],
}

/// One record. Numbers are counted from 1; 0 is `void`.
pub(super) struct Record<'b> {
    name: u32,
    pub(super) kind: u8,
    /// The number of parts.
    pub(super) count: u32,
    /// What it means depends on the kind.
    pub(super) flag: bool,
    /// A size, or the number of another record.
    pub(super) size_or_type: u32,
    parts: Words<'b>,
}

/// Numbers of 32 bits in the byte order of the file.
#[derive(Clone, Copy)]
pub(super) struct Words<'b> {
    bytes: &'b [u8],
    is_big: bool,
}

impl<'b> Words<'b> {
    pub(super) fn get(&self, index: usize) -> Option<u32> {
        let at = index.checked_mul(4)?;
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(match self.is_big {
            true => u32::from_be_bytes(bytes),
            false => u32::from_le_bytes(bytes),
        })
    }
}

impl<'b> Records<'b> {
    pub(super) fn of(bytes: &'b [u8]) -> Result<Self, Damage> {
        let head = bytes.get(..HEADER).ok_or(Damage::Cut("its header"))?;
        let is_big = head[0] == 0xeb;
        if head[2] != 1 {
            return Err(Damage::Version(head[2]));
        }
        let words = Words { bytes, is_big };
        let number = |index| words.get(index).ok_or(Damage::Cut("its header"));
        let body = bytes
            .get(number(1)? as usize..)
            .ok_or(Damage::Cut("its header"))?;
        let part = |first: usize, what| {
            let (start, len) = (number(first)? as usize, number(first + 1)? as usize);
            let end = start.checked_add(len);
            end.and_then(|end| body.get(start..end))
                .ok_or(Damage::Cut(what))
        };
        let strings = part(4, "its texts")?;
        let mut rest = part(2, "its types")?;
        let mut all = Vec::new();
        while !rest.is_empty() {
            all.push(taken(&mut rest, is_big, all.len() as u32 + 1)?);
        }
        Ok(Records { all, strings })
    }

    /// The name of a record; empty if it has none.
    pub(super) fn name_of(&self, number: u32) -> Result<String, Damage> {
        self.text(self.all[number as usize - 1].name, number)
    }

    /// A text that a part of a record names.
    pub(super) fn text(&self, at: u32, number: u32) -> Result<String, Damage> {
        let text = self.strings.get(at as usize..).and_then(|rest| {
            let longest = &rest[..rest.len().min(LONGEST_NAME)];
            let end = longest.iter().position(|&byte| byte == 0)?;
            Some(String::from_utf8_lossy(&longest[..end]).into_owned())
        });
        text.ok_or(Damage::Name { number })
    }
}

/// Cuts off the first record.
fn taken<'b>(rest: &mut &'b [u8], is_big: bool, number: u32) -> Result<Record<'b>, Damage> {
    let words = Words {
        bytes: rest,
        is_big,
    };
    let word = |index| words.get(index).ok_or(Damage::Cut("a type"));
    let (name, info, size_or_type) = (word(0)?, word(1)?, word(2)?);
    let (kind, count) = ((info >> 24 & 0x1f) as u8, info & 0xffff);
    let words_of_parts = match kind {
        1 | 14 | 17 => 1,
        3 => 3,
        4 | 5 | 15 | 19 => 3 * count as usize,
        6 | 13 => 2 * count as usize,
        2 | 7..=12 | 16 | 18 => 0,
        kind => return Err(Damage::Kind { number, kind }),
    };
    let end = 12 + 4 * words_of_parts;
    let bytes = rest.get(12..end).ok_or(Damage::Cut("a type"))?;
    *rest = &rest[end..];
    Ok(Record {
        name,
        kind,
        count,
        flag: info >> 31 == 1,
        size_or_type,
        parts: Words { bytes, is_big },
    })
}

impl Record<'_> {
    /// A number of its parts, which were checked to be there.
    pub(super) fn part(&self, index: usize) -> u32 {
        self.parts
            .get(index)
            .expect("as many parts as its kind and count say")
    }
}
