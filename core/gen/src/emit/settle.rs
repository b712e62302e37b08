//! Bytes that any process may have written, made values that C++ allows.

use memglass_code::build::{Code, CodeParam};

use crate::model::{Member, Model, Record};

/// Makes the byte of each bool 0 or 1.
pub(super) fn bools(model: &Model, record: &Record) -> Option<Code> {
    if !record.holds.bools {
        return None;
    }
    let mut body = Vec::new();
    for member in &record.members {
        if member.width.is_none() && model.has_bool(&member.ty) {
            body.push(settle_member(model, member));
        }
    }
    let function = Code::function("void", "settle")
        .specifier("static")
        .param(CodeParam::new("unsigned char*", "bytes"))
        .body(&body.join("\n"));
    Some(function)
}

fn settle_member(model: &Model, member: &Member) -> String {
    each_element(model, member, |place| {
        match model.record(member.ty.leaf()) {
            Some(record) => format!(
                "memglass::Descriptor<{}>::settle(bytes + {place});",
                record.names.cpp
            ),
            None => format!("bytes[{place}] = bytes[{place}] != 0;"),
        }
    })
}

/// The statement of a member; of an array, a loop with that of each element, of all dimensions.
pub(super) fn each_element(
    model: &Model,
    member: &Member,
    statement: impl Fn(&str) -> String,
) -> String {
    let offset = format!("offsetof(Value, {})", member.name);
    if member.ty.dimensions().is_empty() {
        return statement(&offset);
    }
    let size = model.size(member.ty.leaf());
    let count: u64 = member.ty.dimensions().iter().product();
    let place = match size {
        1 => format!("{offset} + index"),
        _ => format!("{offset} + index * {size}"),
    };
    format!(
        "for (std::size_t index = 0; index < {count}; ++index) {{\n    {}\n}}",
        statement(&place)
    )
}
