//! Where a C compiler puts fields, and what it must be told to put them where they are.

use memglass::schema::{Field, MAX_SIZE, Schema, Type};

/// The fields of a struct in the order of their places.
pub(crate) fn in_order(ty: &Type) -> Vec<&Field> {
    let mut fields: Vec<&Field> = ty.members().unwrap_or_default().iter().collect();
    fields.sort_by_key(|field| (field.offset, field.bits.map_or(0, |bits| bits.offset)));
    fields
}

/// Follows the fields of one struct.
pub(crate) struct Places {
    /// The first bit behind the fields so far.
    end_bits: u64,
    /// The largest alignment of them.
    pub(crate) align: u64,
}

/// How a field comes to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// By itself.
    Natural,
    /// With this alignment.
    Aligned(u64),
    /// Behind so many unused bits.
    BehindBits(u64),
    /// Not at all.
    Elsewhere,
}

impl Places {
    pub(crate) fn new() -> Places {
        Places {
            end_bits: 0,
            align: 1,
        }
    }

    /// The step to the next field.
    pub(crate) fn next(&mut self, schema: &Schema, field: &Field) -> Step {
        let ty = &schema[field.type_id];
        self.align = self.align.max(ty.align);
        if let Some(bits) = field.bits {
            let start = field.offset * 8 + u64::from(bits.offset);
            let gap = start.saturating_sub(self.end_bits);
            self.end_bits = start + u64::from(bits.width);
            return match gap {
                0 => Step::Natural,
                gap if gap < ty.size * 8 => Step::BehindBits(gap),
                _ => Step::Natural,
            };
        }
        let end = self.end_bits.div_ceil(8);
        self.end_bits = (field.offset + ty.size) * 8;
        if end.next_multiple_of(ty.align) == field.offset {
            return Step::Natural;
        }
        let mut aligns = (0..=12).map(|power| 1_u64 << power);
        let fits = |align: &u64| *align > ty.align && end.next_multiple_of(*align) == field.offset;
        match aligns.find(fits) {
            Some(align) => {
                self.align = self.align.max(align);
                Step::Aligned(align)
            }
            None => Step::Elsewhere,
        }
    }

    /// Whether the compiler makes the struct as large as it is, once it has its alignment.
    pub(crate) fn ends_at(&self, ty: &Type) -> bool {
        debug_assert!(self.end_bits <= 8 * MAX_SIZE);
        self.end_bits.div_ceil(8).next_multiple_of(ty.align) == ty.size
    }
}
