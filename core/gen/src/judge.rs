//! Whether annotations and protections fit members: asked of memglass itself, so that the rules are those of every producer.

use std::collections::HashSet;

use memglass::schema::{Field, Kind, Protection, Schema, SchemaError, Type, TypeId};

use crate::bits::units;
use crate::fault::Fault;
use crate::model::{self, Declared, Enum, Member, Model, Packing, Record};
use crate::notes::Notes;
use crate::packed;
use crate::refusals;

/// Fails with what is wrong with the annotations of a member.
pub(crate) fn member(model: &Model, member: &Member, notes: &Notes) -> Result<(), Fault> {
    let blame = |reason: String| {
        let place = notes.blamed(&reason).unwrap_or(&member.place).clone();
        Fault::new(place, reason)
    };
    if member.width.is_some() && member.protection != Protection::Plain {
        return Err(blame("a bitfield shares an integer with others, which is changed as a whole: it needs no protection".into()));
    }
    if notes.is_address && !matches!(member.ty.leaf(), model::Type::Pointer(_)) {
        return Err(Fault::new(
            notes.place("address").unwrap_or(&member.place).clone(),
            "@address is for pointers",
        ));
    }
    for bound in [
        member.metadata.min,
        member.metadata.max,
        member.metadata.step,
    ]
    .into_iter()
    .flatten()
    {
        if let memglass::schema::Number::Int(value) = bound
            && (value < i64::MIN.into() || value > u64::MAX.into())
        {
            return Err(blame(format!("{value} has more than 64 bits")));
        }
    }
    let mut schema = Schema::new();
    annotated(&mut schema, model, member).map_err(|error| match error {
        SchemaError::Metadata { reason, .. } => blame(reason),
        SchemaError::Protection {
            reason, protection, ..
        } => {
            let place = notes.place(protection).unwrap_or(&member.place).clone();
            Fault::new(place, format!("it cannot be @{protection}: {reason}"))
        }
        other => blame(other.to_string()),
    })
}

/// Works out the layout of a record that has one, and fails with what is wrong with it.
fn lay_out(model: &Model, record: &mut Record) -> Result<(), Fault> {
    let made = packed::layout(model, record)?;
    record.layout = match (&record.packing.layout, made) {
        (Some((_, place)), Some(_)) => {
            let reason =
                "@layout says all, and @count or @variant stand in the struct too: leave one";
            return Err(Fault::new(place.clone(), reason));
        }
        (Some((text, place)), None) => {
            packed::check(text, record.size, place)?;
            Some(text.clone())
        }
        (None, made) => made,
    };
    Ok(())
}

/// What is wrong with a member that is a packed record, or that has a part in one.
fn packing(model: &Model, record: &Record, member: &Member) -> Result<(), Fault> {
    let Packing {
        layout, variant, ..
    } = &member.packing;
    if let Some((text, place)) = layout {
        if !member.ty.is_bytes() {
            let reason = "@layout is for arrays of std::uint8_t: it says what is in their bytes";
            return Err(Fault::new(place.clone(), reason));
        }
        packed::check(text, model.size(&member.ty), place)?;
    }
    let inner = model.record(member.ty.leaf());
    let chosen = inner.and_then(|inner| {
        let mut all = inner.members.iter().filter(|_| inner.is_union);
        all.find(|one| one.packing.variant.is_some())
    });
    if let (Some(chosen), None) = (chosen, variant) {
        let reason = format!(
            "{} has @variant, and nothing says which member is there: write @variant(tag) here",
            chosen.name
        );
        return Err(Fault::new(member.place.clone(), reason));
    }
    let is_guarded = [record.protection, member.protection]
        .iter()
        .any(|one| *one != Protection::Plain);
    match inner.filter(|inner| !is_guarded && model.must_be_guarded(inner)) {
        Some(inner) => Err(Fault::new(
            member.place.clone(),
            format!("{} {}", inner.names.shown, refusals::UNGUARDED_RECORD),
        )),
        None => Ok(()),
    }
}

/// Fails with what is wrong with the places of members. A record with a layout gets it.
pub(crate) fn record(model: &Model, record: &mut Record) -> Vec<Fault> {
    let mut faults = Vec::new();
    faults.extend(lay_out(model, record).err());
    let record = &*record;
    let members = record.members.iter();
    faults.extend(members.filter_map(|member| packing(model, record, member).err()));
    let names = &record.names.shown;
    let member_names: HashSet<&str> = record.members.iter().map(|one| &*one.name).collect();
    for member in &record.members {
        let mut refuse = |reason: String| faults.push(Fault::new(member.place.clone(), reason));
        let align = model.align(&member.ty);
        if ["init", "load_to", "Value"].contains(&member.name.as_str()) {
            refuse(format!(
                "{} is taken in the generated code: give the member another name",
                member.name
            ));
        }
        if let Some(was) = member.metadata.was.as_deref()
            && member_names.contains(was)
        {
            refuse(format!(
                "@was is for a name that {names} had and has no more, and {was} is a member of it"
            ));
        }
        if member.width.is_none() && !member.bit.is_multiple_of(8 * align) {
            refuse(format!(
                "it is packed: members in shared memory lie at multiples of their alignment, here {align}"
            ));
        }
        if record.is_union && member.protection != Protection::Plain {
            refuse("members of a union lie over each other, so none can be protected alone: put the protection on the member that is the union".into());
        }
        if record.protection != Protection::Plain && member.protection != Protection::Plain {
            refuse(format!(
                "the whole of {names} is protected already: remove this protection, or that of the struct"
            ));
        }
        if record.is_union && member.width.is_some() {
            refuse(
                "a bitfield in a union cannot be told from what lies over it: put it into a struct"
                    .into(),
            );
        }
    }
    if record.is_union && (!record.size.is_multiple_of(8) || record.align < 8) {
        let reason = format!(
            "a union in shared memory is made of whole words: write `union alignas(8) {}`",
            record.names.word
        );
        faults.push(Fault::new(record.place.clone(), reason));
    }
    if record.is_union && record.protection != Protection::Plain {
        faults.push(Fault::new(
            record.place.clone(),
            "only a struct can be protected as a whole: put this on the members of this type",
        ));
    }
    if !record.is_union
        && let Err((bitfield, other)) = units(model, record)
    {
        let reason = format!(
            "it shares bytes with {other}, so that one write would hit both: put {other} before it, or make it wider"
        );
        faults.push(Fault::new(record.members[bitfield].place.clone(), reason));
    }
    faults
}

/// Why objects of a record cannot be made.
pub(crate) fn marked(model: &Model, index: usize) -> Option<String> {
    match &model.types[index] {
        Declared::Record(record) if model.must_be_guarded(record) => Some(format!(
            "{} {}",
            record.names.shown,
            refusals::UNGUARDED_RECORD
        )),
        _ => None,
    }
}

/// Adds a struct with just this member.
fn annotated(schema: &mut Schema, model: &Model, member: &Member) -> Result<(), SchemaError> {
    let value = value(schema, model, &member.ty)?;
    let mut element = value;
    if member.protection == Protection::Atomic {
        element = value_leaf(schema, value);
    }
    let id = schema.add_protected(member.protection, element)?;
    let of = &schema[id];
    let (size, align) = (of.size, of.align);
    let field = Field::new("member", id, 0).metadata(member.metadata.clone());
    schema.add(Type::new(
        "struct",
        size.next_multiple_of(align),
        align,
        Kind::Struct {
            fields: vec![field],
        },
    ))?;
    Ok(())
}

fn value_leaf(schema: &Schema, mut id: TypeId) -> TypeId {
    while let Kind::Array { element, .. } = schema[id].kind {
        id = element;
    }
    id
}

fn value(schema: &mut Schema, model: &Model, ty: &model::Type) -> Result<TypeId, SchemaError> {
    let scalar = |schema: &mut Schema, size: u64, kind: Kind| {
        schema.add(Type::new(
            format!("{}-byte {}", size, kind.word()),
            size,
            size,
            kind,
        ))
    };
    match ty {
        model::Type::Bool => scalar(schema, 1, Kind::Bool),
        model::Type::Int { size, is_signed } => {
            scalar(schema, *size, Kind::Int { signed: *is_signed })
        }
        model::Type::Float { size } => scalar(schema, *size, Kind::Float),
        model::Type::Text(len) => schema.add(Type::new("", *len, 1, Kind::Text)),
        model::Type::Pointer(target) => scalar(
            schema,
            8,
            Kind::Pointer {
                target: target.as_str().into(),
            },
        ),
        model::Type::Array(element, count) => {
            let element = value(schema, model, element)?;
            schema.add_array(element, *count)
        }
        model::Type::Declared(index) => match &model.types[*index] {
            Declared::Enum(item) => schema.add(enumeration(item)),
            Declared::Record(record) => opaque(schema, record),
        },
    }
}

fn enumeration(item: &Enum) -> Type {
    let variants = item.variants();
    let kind = if item.is_flags {
        Kind::Flags { flags: variants }
    } else {
        Kind::Enum {
            signed: item.is_signed,
            variants,
        }
    };
    Type::new(item.names.shown.as_str(), item.size, item.size, kind)
}

/// A record of this size, without its members: those were judged before.
fn opaque(schema: &mut Schema, record: &Record) -> Result<TypeId, SchemaError> {
    let byte = schema.add(Type::new(
        "scalar",
        record.align.min(8),
        record.align.min(8),
        Kind::Int { signed: false },
    ))?;
    let fields = vec![Field::new("member", byte, 0)];
    schema.add(Type::new(
        record.names.shown.as_str(),
        record.size,
        record.align,
        Kind::Struct { fields },
    ))
}
