//! Which integers hold the bitfields of a record.

use crate::model::{Member, Model, Record};

/// An integer that holds bitfields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Bytes from the start of the record.
    pub(crate) offset: u64,
    /// 1, 2, 4 or 8.
    pub(crate) size: u64,
    /// The bitfields in it, by their position among the members.
    pub(crate) members: Vec<usize>,
}

impl Unit {
    /// The smallest aligned integer that holds these bits.
    fn around(first: u64, end: u64) -> (u64, u64) {
        let fits = |size: &u64| first / (8 * size) == (end - 1) / (8 * size);
        let size = [1, 2, 4, 8].into_iter().find(fits).unwrap_or(8);
        (first / (8 * size) * size, size)
    }

    fn end(&self) -> u64 {
        self.offset + self.size
    }
}

/// The integers that hold the bitfields of a record, in order, each as small as can be.
///
/// Fails with a bitfield and the name of a member that lies in its integer as well.
pub(crate) fn units(model: &Model, record: &Record) -> Result<Vec<Unit>, (usize, String)> {
    let mut units: Vec<Unit> = Vec::new();
    for (index, member) in record.members.iter().enumerate() {
        let Some(width) = member.width else { continue };
        let (offset, size) = Unit::around(member.bit, member.bit + width.max(1));
        units.push(Unit {
            offset,
            size,
            members: vec![index],
        });
        while let [.., before, last] = &units[..]
            && before.end() > last.offset
            && last.end() > before.offset
        {
            let (first, end) = (before.offset.min(last.offset), before.end().max(last.end()));
            let (offset, size) = Unit::around(8 * first, 8 * end);
            let members = [before.members.clone(), last.members.clone()].concat();
            units.truncate(units.len() - 2);
            units.push(Unit {
                offset,
                size,
                members,
            });
        }
    }
    for unit in &units {
        if let Some(other) = record
            .members
            .iter()
            .find(|member| overlaps(model, unit, member))
        {
            return Err((unit.members[0], other.name.clone()));
        }
    }
    Ok(units)
}

fn overlaps(model: &Model, unit: &Unit, member: &Member) -> bool {
    let start = member.bit / 8;
    member.width.is_none() && start < unit.end() && unit.offset < start + model.size(&member.ty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_the_smallest_aligned_integer_around_its_bits() {
        assert_eq!(Unit::around(0, 3), (0, 1));
        assert_eq!(Unit::around(6, 9), (0, 2));
        assert_eq!(Unit::around(15, 17), (0, 4));
        assert_eq!(Unit::around(32, 40), (4, 1));
        assert_eq!(Unit::around(20, 60), (0, 8));
        assert_eq!(Unit::around(64, 128), (8, 8));
    }
}
