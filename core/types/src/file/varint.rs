//! Numbers of as many bytes as they need.

use super::error::FileError;

/// Bytes that are being written.
#[derive(Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn number(&mut self, number: u64) {
        self.wide(number.into());
    }

    pub(super) fn wide(&mut self, mut number: u128) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(super) fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    /// Zigzag: small numbers of either sign are short.
    pub(super) fn signed(&mut self, number: i128) {
        self.wide((number << 1 ^ number >> 127) as u128);
    }

    /// One more than the number, and 0 for none.
    pub(super) fn option(&mut self, number: Option<u64>) {
        self.wide(number.map_or(0, |number| u128::from(number) + 1));
    }

    /// A part behind its length.
    pub(super) fn section(&mut self, section: Writer) {
        self.count(section.0.len());
        self.0.extend_from_slice(&section.0);
    }
}

/// Bytes of one section that are being read.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    section: &'static str,
}

type Read<T> = Result<T, FileError>;

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8], section: &'static str) -> Self {
        Reader {
            bytes,
            at: 0,
            section,
        }
    }

    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn meaningless(&self, what: &'static str) -> FileError {
        FileError::Meaningless {
            what,
            section: self.section,
            at: self.at,
        }
    }

    fn truncated(&self) -> FileError {
        FileError::Truncated {
            section: self.section,
            at: self.at,
        }
    }

    pub(super) fn byte(&mut self) -> Read<u8> {
        let byte = *self.bytes.get(self.at).ok_or_else(|| self.truncated())?;
        self.at += 1;
        Ok(byte)
    }

    pub(super) fn number(&mut self) -> Read<u64> {
        let (mut number, mut shift) = (0_u64, 0);
        loop {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift >= 64 || part << shift >> shift != part {
                return Err(self.meaningless("a number of more than 64 bits"));
            }
            number |= part << shift;
            if byte < 0x80 {
                return Ok(number);
            }
            shift += 7;
        }
    }

    pub(super) fn wide(&mut self) -> Read<u128> {
        let (mut number, mut shift) = (0_u128, 0);
        loop {
            let byte = self.byte()?;
            let part = u128::from(byte & 0x7f);
            if shift >= 128 || part << shift >> shift != part {
                return Err(self.meaningless("a number of more than 128 bits"));
            }
            number |= part << shift;
            if byte < 0x80 {
                return Ok(number);
            }
            shift += 7;
        }
    }

    pub(super) fn signed(&mut self) -> Read<i128> {
        let number = self.wide()?;
        Ok((number >> 1) as i128 ^ -((number & 1) as i128))
    }

    pub(super) fn option(&mut self) -> Read<Option<u64>> {
        match self.wide()? {
            0 => Ok(None),
            number => match u64::try_from(number - 1) {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(self.meaningless("a size")),
            },
        }
    }

    /// Number of things of which each takes a byte at least.
    pub(super) fn count(&mut self) -> Read<usize> {
        let count = self.number()?;
        match usize::try_from(count) {
            Ok(count) if count <= self.left() => Ok(count),
            _ => Err(self.truncated()),
        }
    }

    pub(super) fn slice(&mut self, len: usize) -> Read<&'b [u8]> {
        if len > self.left() {
            return Err(self.truncated());
        }
        let slice = &self.bytes[self.at..self.at + len];
        self.at += len;
        Ok(slice)
    }

    /// As many things as a count says.
    pub(super) fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        /// Room that is taken before anything was read.
        const AT_ONCE: usize = 64;
        let count = self.count()?;
        let mut list = Vec::with_capacity(count.min(AT_ONCE));
        for _ in 0..count {
            list.push(one(self)?);
        }
        Ok(list)
    }
}
