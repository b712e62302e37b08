//! Which bits of copied bytes belong to a value: text ends at its end, and bits of an integer that no
//! bitfield has are no value.
//!
//! Bytes between values are zero already: a copy leaves them out.

use std::collections::BTreeMap;

use crate::access::{get_scalar, put_scalar};
use crate::observer::Field;
use crate::schema::{self, Bits, Kind, Protection, Schema, TypeId};

/// What to set to zero in the copied bytes of a type.
#[derive(Debug)]
pub(super) struct Clean(Box<[Step]>);

#[derive(Debug)]
enum Step {
    /// Everything behind the first zero byte.
    Text { at: usize, len: usize },
    /// The bits of an integer that are not in the mask.
    Bits { at: usize, len: usize, mask: u64 },
    /// The same in each of `count` elements.
    Each {
        at: usize,
        stride: usize,
        count: usize,
        steps: Clean,
    },
}

impl Clean {
    /// The steps for the bytes that a read of `field` copies.
    pub(super) fn of(field: &Field) -> Clean {
        let (schema, (id, count, bits)) = (field.session_schema(), field.copied_type());
        let mut steps = Vec::new();
        match bits {
            Some(bits) => steps.push(Step::Bits {
                at: 0,
                len: field.copied_len(),
                mask: mask(bits),
            }),
            None => {
                let stride = field.copied_len() / count as usize;
                add_each(schema, id, (0, stride, count as usize), &mut steps);
            }
        }
        Clean(steps.into())
    }

    pub(super) fn apply(&self, bytes: &mut [u8]) {
        for step in &self.0 {
            step.apply(bytes);
        }
    }
}

impl Step {
    fn apply(&self, bytes: &mut [u8]) {
        match *self {
            Step::Text { at, len } => {
                let text = &mut bytes[at..at + len];
                if let Some(end) = text.iter().position(|&byte| byte == 0) {
                    text[end..].fill(0);
                }
            }
            Step::Bits { at, len, mask } => {
                let integer = &mut bytes[at..at + len];
                put_scalar(get_scalar(integer) & mask, integer);
            }
            Step::Each {
                at,
                stride,
                count,
                ref steps,
            } => {
                let elements = bytes[at..].chunks_exact_mut(stride).take(count);
                elements.for_each(|element| steps.apply(element));
            }
        }
    }
}

fn mask(bits: Bits) -> u64 {
    let ones = u64::MAX >> (64 - u32::from(bits.width.clamp(1, 64)));
    ones << bits.offset
}

/// Adds the steps for a value of a type at `at`; a guarded one lies in its first copy.
fn add(schema: &Schema, id: TypeId, at: usize, steps: &mut Vec<Step>) {
    let (bare, at) = match schema.protection(id) {
        Protection::Plain | Protection::Atomic => (schema.bare(id), at),
        Protection::Seqlock | Protection::Locked => (schema.bare(id), at + 8),
    };
    match &schema[bare].kind {
        Kind::Text => steps.push(Step::Text {
            at,
            len: schema[bare].size as usize,
        }),
        Kind::Struct { fields } => add_members(schema, fields, at, steps),
        Kind::Array { element, count } => {
            let stride = schema[*element].size as usize;
            add_each(schema, *element, (at, stride, *count as usize), steps);
        }
        _ => {}
    }
}

fn add_each(
    schema: &Schema,
    element: TypeId,
    (at, stride, count): (usize, usize, usize),
    steps: &mut Vec<Step>,
) {
    let mut of_one = Vec::new();
    add(schema, element, 0, &mut of_one);
    if !of_one.is_empty() {
        let clean = Clean(of_one.into());
        steps.push(Step::Each {
            at,
            stride,
            count,
            steps: clean,
        });
    }
}

fn add_members(schema: &Schema, fields: &[schema::Field], at: usize, steps: &mut Vec<Step>) {
    // Bitfields share the whole of an integer or nothing.
    let mut integers = BTreeMap::new();
    for field in fields {
        let at = at + field.offset as usize;
        match field.bits {
            None => add(schema, field.type_id, at, steps),
            Some(bits) => {
                let len = schema[field.type_id].size as usize;
                *integers.entry((at, len)).or_insert(0) |= mask(bits);
            }
        }
    }
    let integers = integers.into_iter();
    steps.extend(integers.map(|((at, len), mask)| Step::Bits { at, len, mask }));
}
