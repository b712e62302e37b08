//! Whether there is memory for all objects of a layout.

use crate::error::ForeignError;

/// How often a byte of the file is kept: as the file has it, as it is read, as it was stored, and in the session.
const COPIES: u64 = 4;

/// Fails if the objects, of so many bytes in the file, are more than the machine has memory for.
pub(crate) fn check(bytes: u64) -> Result<(), ForeignError> {
    let needed = bytes.saturating_mul(COPIES);
    let is_granted = usize::try_from(needed)
        .is_ok_and(|needed| Vec::<u8>::new().try_reserve_exact(needed).is_ok());
    match is_granted && available().is_none_or(|available| needed <= available) {
        true => Ok(()),
        false => Err(ForeignError::Memory { bytes, needed }),
    }
}

/// Bytes that the machine can give without taking them from others, where it says.
fn available() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}
