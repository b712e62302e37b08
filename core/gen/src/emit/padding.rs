//! The bytes and bits of a record that belong to no member.

use std::ops::Range;

use memglass_code::build::{Code, CodeParam};

use super::settle::each_element;
use crate::gaps::{Depth, gaps};
use crate::model::{Member, Model, Record};

/// The function that clears them, if there are any: what is there in a value must not get into shared memory.
pub(super) fn clear(model: &Model, record: &Record) -> Option<Code> {
    if !record.holds.gaps {
        return None;
    }
    let mut body = Vec::new();
    if record.is_union {
        // What one member leaves out, another may have.
        body.extend(
            gaps(model, record, Depth::All)
                .into_iter()
                .flat_map(cleared),
        );
    } else {
        body.extend(
            gaps(model, record, Depth::Own)
                .into_iter()
                .flat_map(cleared),
        );
        body.extend(
            record
                .members
                .iter()
                .filter_map(|member| inside(model, member)),
        );
    }
    let function = Code::function("void", "clear_padding")
        .specifier("static")
        .specifier("constexpr")
        .param(CodeParam::new("unsigned char*", "bytes"))
        .body(&body.join("\n"));
    Some(function)
}

/// The statement for a member that has padding itself.
fn inside(model: &Model, member: &Member) -> Option<String> {
    let record = model.record(member.ty.leaf())?;
    record.holds.gaps.then(|| {
        each_element(model, member, |place| {
            let cpp = &record.names.cpp;
            format!("memglass::Descriptor<{cpp}>::clear_padding(bytes + {place});")
        })
    })
}

/// The statements that clear these bits.
fn cleared(bits: Range<u64>) -> Vec<String> {
    let mut statements = Vec::new();
    let (mut bit, whole_end) = (bits.start, bits.end / 8 * 8);
    while bit < bits.end {
        let end = if bit.is_multiple_of(8) && bit < whole_end {
            statements.push(format!(
                "memglass::clear(bytes, {}, {});",
                bit / 8,
                whole_end / 8
            ));
            whole_end
        } else {
            let end = bits.end.min(bit / 8 * 8 + 8);
            let kept = !((0xff_u8 >> (8 - (end - bit))) << (bit % 8));
            statements.push(format!("bytes[{}] &= {kept:#04x};", bit / 8));
            end
        };
        bit = end;
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_cleared_by_whole_bytes_where_they_are_whole() {
        let check = |bits: Range<u64>, expected: &[&str]| assert_eq!(cleared(bits), expected);
        check(8..64, &["memglass::clear(bytes, 1, 8);"]);
        check(3..8, &["bytes[0] &= 0x07;"]);
        check(11..13, &["bytes[1] &= 0xe7;"]);
        check(
            11..35,
            &[
                "bytes[1] &= 0x07;",
                "memglass::clear(bytes, 2, 4);",
                "bytes[4] &= 0xf8;",
            ],
        );
    }
}
