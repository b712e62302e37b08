//! The process that holds the right to write a guarded value.

use std::fmt;

/// Bits of a word that name its owner.
pub(crate) const OWNER_BITS: u32 = 24;

/// A process that may write, in the 24 bits that a guarded value has for its owner.
///
/// ```text
/// bit 23                           8 7            0
///    | incarnation of the slot (16) | slot (8)     |
/// ```
///
/// - Slot 1 is the producer, 2 to 255 are observers that write, and 0 is nobody, whatever the
///   incarnation.
/// - The incarnation counts the processes that had the slot, so that a claim of a dead process is not
///   mistaken for its successor's.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Owner(u32);

impl Owner {
    /// The producer itself: slot 1, first and only incarnation.
    pub const PRODUCER: Owner = Owner::new(1, 0);

    /// Nobody.
    pub const NOBODY: Owner = Owner(0);

    /// The process that has `slot` for the `incarnation`th time.
    pub const fn new(slot: u8, incarnation: u16) -> Self {
        Self(slot as u32 | (incarnation as u32) << 8)
    }

    /// Which slot of the session's header it has; 0 is nobody.
    pub const fn slot(self) -> u8 {
        self.0 as u8
    }

    /// Which occupant of the slot it is, modulo 2^16.
    pub const fn incarnation(self) -> u16 {
        (self.0 >> 8) as u16
    }

    /// Whether it is nobody.
    pub const fn is_nobody(self) -> bool {
        self.slot() == 0
    }

    /// The owner in the low bits of a word.
    pub(crate) const fn of_word(word: u64) -> Self {
        Self(word as u32 & ((1 << OWNER_BITS) - 1))
    }

    /// The low bits of a word that it owns.
    pub(crate) const fn bits(self) -> u64 {
        self.0 as u64
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.slot() {
            0 => out.write_str("several writers in turn"),
            1 => out.write_str("the producer"),
            slot => write!(out, "the observer in slot {slot}"),
        }
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "Owner(slot {}, incarnation {})",
            self.slot(),
            self.incarnation()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_survives_the_way_through_a_word() {
        for owner in [
            Owner::PRODUCER,
            Owner::new(255, u16::MAX),
            Owner::new(2, 1),
            Owner::NOBODY,
        ] {
            let word = u64::MAX << OWNER_BITS | owner.bits();
            assert_eq!(Owner::of_word(word), owner);
            assert_eq!(Owner::new(owner.slot(), owner.incarnation()), owner);
        }
    }

    #[test]
    fn slot_zero_is_nobody_in_every_incarnation() {
        assert!(Owner::new(0, 7).is_nobody());
        assert!(!Owner::new(1, 0).is_nobody());
    }

    #[test]
    fn incarnations_of_a_slot_differ() {
        assert_ne!(Owner::new(2, 0), Owner::new(2, 1));
    }
}
