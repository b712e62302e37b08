//! The one place that decides whether a type description holds together.

use super::{
    Field, Kind, MAX_DEPTH, MAX_SIZE, Metadata, Protection, Schema, SchemaError, Summary, Type,
    TypeId, Variant,
};
use super::{codec, guarded_size, hash};

/// Longest name of a type, member or variant, in bytes.
const MAX_NAME: usize = 1024;

impl Schema {
    /// Checks `ty` against the types already here and computes what is kept beside it.
    pub(super) fn judge(&self, ty: &Type) -> Result<Summary, SchemaError> {
        let name = || ty.name.to_string();
        if ty.size == 0 || ty.size > MAX_SIZE {
            return Err(SchemaError::Size {
                name: name(),
                size: ty.size,
            });
        }
        if !ty.align.is_power_of_two() || ty.align > 4096 {
            return Err(SchemaError::Align {
                name: name(),
                align: ty.align,
            });
        }
        if ty.name.len() > MAX_NAME {
            return Err(SchemaError::Name {
                what: "a type".into(),
            });
        }
        let (depth, values, protected) = self.judge_kind(ty)?;
        self.judge_alignment(ty)?;
        if depth > MAX_DEPTH {
            return Err(SchemaError::TooDeep { name: name() });
        }
        let len_bytes = codec::encode(ty).len();
        if len_bytes > codec::MAX_DESCRIPTION {
            return Err(SchemaError::TooLong {
                name: name(),
                len_bytes,
            });
        }
        Ok(Summary {
            hash: hash::of(self, ty),
            depth,
            values,
            protected,
        })
    }

    /// Makes sure that whatever lies in a place of this type lies where it can be accessed.
    fn judge_alignment(&self, ty: &Type) -> Result<(), SchemaError> {
        let least = self.least_alignment(ty);
        if ty.align < least {
            return Err(SchemaError::Misaligned {
                name: ty.name.to_string(),
                align: ty.align,
                least,
            });
        }
        if !ty.size.is_multiple_of(ty.align) {
            // The second element of an array would be misaligned.
            let expected = format!("a multiple of {}, its alignment,", ty.align);
            return Err(SchemaError::WrongSize {
                name: ty.name.to_string(),
                size: ty.size,
                expected,
            });
        }
        Ok(())
    }

    /// The alignment that the parts of a type need; it was judged otherwise.
    fn least_alignment(&self, ty: &Type) -> u64 {
        match &ty.kind {
            Kind::Text => 1,
            Kind::Struct { fields } | Kind::Union { members: fields } => fields
                .iter()
                .map(|field| self[field.type_id].align)
                .max()
                .unwrap_or(1),
            Kind::Array { element: of, .. } | Kind::Alias { of } => self[*of].align,
            Kind::Protected {
                protection: Protection::Atomic,
                value,
            } => self[*value].align,
            Kind::Protected { .. } => 8,
            // Scalars: 128-bit integers are accessed as two words.
            _ => ty.size.min(8),
        }
    }

    /// Depth, number of values, and whether a protection lies inside.
    fn judge_kind(&self, ty: &Type) -> Result<(u32, u64, bool), SchemaError> {
        match &ty.kind {
            Kind::Bool => size_is(ty, &[1]).map(|()| LEAF),
            Kind::Int { .. } => size_is(ty, &[1, 2, 4, 8, 16]).map(|()| LEAF),
            Kind::Float => size_is(ty, &[4, 8]).map(|()| LEAF),
            Kind::Pointer { .. } => size_is(ty, &[8]).map(|()| LEAF),
            Kind::Text => Ok(LEAF),
            Kind::Enum { signed, variants } => {
                size_is(ty, &[1, 2, 4, 8])?;
                check_variants(&ty.name, ty.size, *signed, variants)?;
                Ok(LEAF)
            }
            Kind::Flags { flags } => {
                size_is(ty, &[1, 2, 4, 8])?;
                check_variants(&ty.name, ty.size, false, flags)?;
                Ok(LEAF)
            }
            Kind::Struct { fields } => self.judge_members(ty, fields, false),
            Kind::Union { members } => {
                if !ty.size.is_multiple_of(8) || ty.align < 8 {
                    return Err(SchemaError::WrongSize {
                        name: ty.name.to_string(),
                        size: ty.size,
                        expected: "whole words of 8 bytes, aligned to 8,".into(),
                    });
                }
                self.judge_members(ty, members, true)
            }
            Kind::Array { element, count } => {
                let of = self.referred(ty, *element)?;
                if *count == 0 || self[*element].size.checked_mul(*count) != Some(ty.size) {
                    return Err(SchemaError::WrongSize {
                        name: ty.name.to_string(),
                        size: ty.size,
                        expected: format!("{count} elements of {} bytes", self[*element].size),
                    });
                }
                Ok((
                    of.depth + 1,
                    of.values.saturating_mul(*count).saturating_add(1),
                    of.protected,
                ))
            }
            Kind::Alias { of } => {
                let summary = self.referred(ty, *of)?;
                size_is(ty, &[self[*of].size])?;
                Ok((summary.depth + 1, summary.values, summary.protected))
            }
            Kind::Protected { protection, value } => self.judge_protected(ty, *protection, *value),
        }
    }

    fn judge_protected(
        &self,
        ty: &Type,
        protection: Protection,
        value: TypeId,
    ) -> Result<(u32, u64, bool), SchemaError> {
        let summary = self.referred(ty, value)?;
        let refuse = |reason| SchemaError::Protection {
            name: self[value].name.to_string(),
            protection: protection.name(),
            reason,
        };
        if summary.protected {
            return Err(refuse("it has a protected field inside"));
        }
        let of = &self[self.bare(value)];
        let expected = match protection {
            Protection::Plain => return Err(refuse("plain needs no wrapper")),
            Protection::Atomic if !of.is_scalar() || of.size > 8 => {
                return Err(refuse(
                    "only scalars of at most 8 bytes can be; use seqlock",
                ));
            }
            Protection::Atomic => of.size,
            Protection::Seqlock | Protection::Locked => guarded_size(of.size),
        };
        size_is(ty, &[expected])?;
        Ok((summary.depth + 1, summary.values, true))
    }

    fn judge_members(
        &self,
        ty: &Type,
        members: &[Field],
        overlapping: bool,
    ) -> Result<(u32, u64, bool), SchemaError> {
        let (mut depth, mut values, mut protected) = (0, 1_u64, false);
        let mut names = std::collections::HashSet::new();
        for field in members {
            if field.name.is_empty() || field.name.len() > MAX_NAME {
                return Err(SchemaError::Name {
                    what: format!("a field of {:?}", ty.name),
                });
            }
            if !names.insert(&*field.name) {
                return Err(SchemaError::Duplicate {
                    name: ty.name.to_string(),
                    member: field.name.to_string(),
                });
            }
            let of = self.referred(ty, field.type_id)?;
            self.judge_place(ty, field, overlapping)?;
            self.judge_metadata(ty, field)?;
            depth = depth.max(of.depth);
            values = values.saturating_add(of.values);
            protected |= of.protected;
        }
        if overlapping && protected {
            return Err(SchemaError::Protection {
                name: ty.name.to_string(),
                protection: "a union",
                reason: "its members lie over each other, so none can be protected alone",
            });
        }
        Ok((depth + 1, values, protected))
    }

    fn judge_place(&self, ty: &Type, field: &Field, overlapping: bool) -> Result<(), SchemaError> {
        let of = &self[field.type_id];
        let refuse = |reason| {
            Err(SchemaError::Field {
                name: ty.name.to_string(),
                field: field.name.to_string(),
                offset: field.offset,
                size: of.size,
                reason,
            })
        };
        if field
            .offset
            .checked_add(of.size)
            .is_none_or(|end| end > ty.size)
        {
            return refuse("it ends after the struct");
        }
        if !field.offset.is_multiple_of(of.align) {
            return refuse("it is not aligned");
        }
        if overlapping && field.offset != 0 {
            return refuse("members of a union start at 0");
        }
        if let Some(bits) = field.bits {
            if !matches!(
                of.kind,
                Kind::Int { .. } | Kind::Bool | Kind::Enum { .. } | Kind::Flags { .. }
            ) || of.size > 8
            {
                return refuse("only integers of at most 8 bytes have bitfields");
            }
            if bits.width == 0 || u64::from(bits.offset) + u64::from(bits.width) > of.size * 8 {
                return refuse("its bits leave the integer");
            }
        }
        Ok(())
    }

    fn judge_metadata(&self, ty: &Type, field: &Field) -> Result<(), SchemaError> {
        let of = &self[self.bare(field.type_id)];
        // Annotations of an array hold for its elements.
        let mut leaf = of;
        while let Kind::Array { element, .. } = leaf.kind {
            leaf = &self[self.bare(element)];
        }
        fault(&field.metadata, leaf).map_or(Ok(()), |reason| {
            Err(SchemaError::Metadata {
                name: ty.name.to_string(),
                field: field.name.to_string(),
                reason,
            })
        })
    }

    fn referred(&self, ty: &Type, id: TypeId) -> Result<Summary, SchemaError> {
        self.summaries
            .get(id.0 as usize)
            .copied()
            .ok_or_else(|| SchemaError::UnknownType {
                name: ty.name.to_string(),
                id,
            })
    }
}

impl Protection {
    /// The word that declares it: `plain`, `atomic`, `seqlock`, `locked`.
    pub fn name(self) -> &'static str {
        match self {
            Protection::Plain => "plain",
            Protection::Atomic => "atomic",
            Protection::Seqlock => "seqlock",
            Protection::Locked => "locked",
        }
    }
}

const LEAF: (u32, u64, bool) = (1, 1, false);

fn size_is(ty: &Type, allowed: &[u64]) -> Result<(), SchemaError> {
    if allowed.contains(&ty.size) {
        return Ok(());
    }
    let expected = allowed
        .iter()
        .map(u64::to_string)
        .collect::<Vec<_>>()
        .join(" or ");
    Err(SchemaError::WrongSize {
        name: ty.name.to_string(),
        size: ty.size,
        expected,
    })
}

fn check_variants(
    name: &str,
    size: u64,
    signed: bool,
    variants: &[Variant],
) -> Result<(), SchemaError> {
    let bits = size * 8;
    let (low, high) = if signed {
        (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1)
    } else {
        (0, (1_i128 << bits) - 1)
    };
    let mut names = std::collections::HashSet::new();
    for variant in variants {
        if variant.name.is_empty() || variant.name.len() > MAX_NAME {
            return Err(SchemaError::Name {
                what: format!("a value of {name:?}"),
            });
        }
        if !names.insert(&*variant.name) {
            return Err(SchemaError::Duplicate {
                name: name.into(),
                member: variant.name.to_string(),
            });
        }
        if variant.value < low || variant.value > high {
            return Err(SchemaError::Variant {
                name: name.into(),
                variant: variant.name.to_string(),
                value: variant.value,
                size,
            });
        }
    }
    Ok(())
}

/// What is wrong with these annotations on a field of this type, if anything.
fn fault(metadata: &Metadata, leaf: &Type) -> Option<String> {
    let numeric = matches!(leaf.kind, Kind::Int { .. } | Kind::Float);
    let bounds = [
        ("min", metadata.min),
        ("max", metadata.max),
        ("step", metadata.step),
    ];
    for (key, bound) in bounds {
        let Some(bound) = bound else { continue };
        if !numeric {
            return Some(format!(
                "{key} needs a number, this is {}",
                leaf.kind.noun()
            ));
        }
        if !bound.as_f64().is_finite() {
            return Some(format!("{key} = {bound} is not a finite number"));
        }
    }
    if let (Some(min), Some(max)) = (metadata.min, metadata.max)
        && min.compare(max).is_gt()
    {
        return Some(format!("min {min} is greater than max {max}"));
    }
    if metadata.step.is_some_and(|step| step.as_f64() <= 0.0) {
        return Some("step must be greater than 0".into());
    }
    if metadata.regex.is_some() && !matches!(leaf.kind, Kind::Text) {
        return Some(format!("regex needs text, this is {}", leaf.kind.noun()));
    }
    if !(metadata.names.is_empty() && metadata.flags.is_empty()) {
        let Kind::Int { signed } = leaf.kind else {
            return Some(format!(
                "named values need an integer, this is {}",
                leaf.kind.noun()
            ));
        };
        if leaf.size > 8 {
            return Some("named values need an integer of at most 8 bytes".into());
        }
        let names = check_variants(&leaf.name, leaf.size, signed, &metadata.names);
        let flags = check_variants(&leaf.name, leaf.size, false, &metadata.flags);
        return names.and(flags).err().map(|error| error.to_string());
    }
    None
}

impl Kind {
    /// Whether its members lie over each other.
    pub fn is_union(&self) -> bool {
        matches!(self, Kind::Union { .. })
    }

    /// What it is called in a list: "integer", "struct".
    pub fn word(&self) -> &'static str {
        match self {
            Kind::Bool => "bool",
            Kind::Int { .. } => "integer",
            Kind::Float => "float",
            Kind::Text => "text",
            Kind::Enum { .. } => "enum",
            Kind::Flags { .. } => "flags",
            Kind::Struct { .. } => "struct",
            Kind::Union { .. } => "union",
            Kind::Array { .. } => "array",
            Kind::Pointer { .. } => "pointer",
            Kind::Alias { .. } => "alias",
            Kind::Protected { .. } => "protected",
        }
    }

    /// What it is called in a message: "an integer", "text", "a struct".
    pub fn noun(&self) -> &'static str {
        match self {
            Kind::Bool => "a bool",
            Kind::Int { .. } => "an integer",
            Kind::Float => "a floating-point number",
            Kind::Text => "text",
            Kind::Enum { .. } => "an enum",
            Kind::Flags { .. } => "a flag set",
            Kind::Struct { .. } => "a struct",
            Kind::Union { .. } => "a union",
            Kind::Array { .. } => "an array",
            Kind::Pointer { .. } => "an address",
            Kind::Alias { .. } => "an alias",
            Kind::Protected { .. } => "a protected value",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bits, MAX_DEPTH, Number};
    use super::*;

    fn ty(size: u64, align: u64, kind: Kind) -> Type {
        Type {
            name: "T".into(),
            size,
            align,
            kind,
        }
    }

    fn field(name: &str, type_id: u32, offset: u64) -> Field {
        Field {
            name: name.into(),
            type_id: TypeId(type_id),
            offset,
            bits: None,
            metadata: Metadata::default(),
        }
    }

    fn structure(fields: Vec<Field>) -> Type {
        ty(16, 8, Kind::Struct { fields })
    }

    fn annotated(type_id: u32, metadata: Metadata) -> Type {
        structure(vec![Field {
            metadata,
            ..field("f", type_id, 0)
        }])
    }

    /// 0: i64, 1: text[8], 2: i64 @atomic, 3: f64
    fn schema() -> Schema {
        let mut schema = Schema::new();
        let number = schema.add(ty(8, 8, Kind::Int { signed: true })).unwrap();
        schema.add(ty(8, 1, Kind::Text)).unwrap();
        schema.add_protected(Protection::Atomic, number).unwrap();
        schema.add(ty(8, 8, Kind::Float)).unwrap();
        schema
    }

    #[track_caller]
    fn refused(ty: Type, expected: &str) {
        let mut schema = schema();
        let before = schema.len();
        assert_eq!(schema.add(ty).unwrap_err().to_string(), expected);
        assert_eq!(schema.len(), before);
    }

    #[track_caller]
    fn accepted(ty: Type) {
        schema().add(ty).unwrap();
    }

    #[test]
    fn what_a_type_is_made_of_lies_where_it_can_be_accessed() {
        let needs_8 = "type \"T\" has an alignment of 4 bytes; what it is made of needs 8";
        refused(ty(8, 4, Kind::Int { signed: true }), needs_8);
        refused(ty(16, 4, Kind::Int { signed: true }), needs_8);
        accepted(ty(16, 8, Kind::Int { signed: true }));
        refused(ty(8, 4, Kind::Pointer { target: "".into() }), needs_8);
        refused(
            ty(
                8,
                4,
                Kind::Struct {
                    fields: vec![field("f", 0, 0)],
                },
            ),
            needs_8,
        );
        refused(
            ty(
                16,
                4,
                Kind::Array {
                    element: TypeId(0),
                    count: 2,
                },
            ),
            needs_8,
        );
        refused(ty(8, 4, Kind::Alias { of: TypeId(0) }), needs_8);
        let (atomic, seqlock) = (Protection::Atomic, Protection::Seqlock);
        refused(
            ty(
                8,
                4,
                Kind::Protected {
                    protection: atomic,
                    value: TypeId(0),
                },
            ),
            needs_8,
        );
        refused(
            ty(
                24,
                4,
                Kind::Protected {
                    protection: seqlock,
                    value: TypeId(1),
                },
            ),
            needs_8,
        );
        accepted(ty(
            8,
            1,
            Kind::Struct {
                fields: vec![field("f", 1, 0)],
            },
        ));
        refused(
            ty(
                12,
                8,
                Kind::Struct {
                    fields: vec![field("f", 0, 0)],
                },
            ),
            "type \"T\" has 12 bytes where a multiple of 8, its alignment, are needed",
        );
    }

    #[test]
    fn sizes_and_alignments_are_bounded() {
        refused(
            ty(0, 1, Kind::Text),
            "type \"T\" has a size of 0 bytes; sizes are 1 to 1099511627776",
        );
        refused(
            ty(MAX_SIZE + 1, 1, Kind::Text),
            "type \"T\" has a size of 1099511627777 bytes; sizes are 1 to 1099511627776",
        );
        refused(
            ty(8, 3, Kind::Float),
            "type \"T\" has an alignment of 3 bytes; it must be a power of two up to 4096",
        );
        refused(
            ty(8, 8192, Kind::Float),
            "type \"T\" has an alignment of 8192 bytes; it must be a power of two up to 4096",
        );
        refused(
            ty(3, 1, Kind::Float),
            "type \"T\" has 3 bytes where 4 or 8 are needed",
        );
        accepted(ty(MAX_SIZE, 4096, Kind::Text));
    }

    #[test]
    fn references_go_backwards_only() {
        refused(
            ty(8, 8, Kind::Alias { of: TypeId(4) }),
            "type \"T\" refers to type 4, which is not defined before it",
        );
        refused(
            structure(vec![field("f", 9, 0)]),
            "type \"T\" refers to type 9, which is not defined before it",
        );
    }

    #[test]
    fn members_lie_within_aligned_and_named_once() {
        let refusal = |offset: u64, why: &str| {
            format!("field \"f\" of \"T\" at offset {offset} with 8 bytes does not fit: {why}")
        };
        refused(
            structure(vec![field("f", 0, 16)]),
            &refusal(16, "it ends after the struct"),
        );
        refused(
            structure(vec![field("f", 0, u64::MAX)]),
            &refusal(u64::MAX, "it ends after the struct"),
        );
        refused(
            structure(vec![field("f", 0, 4)]),
            &refusal(4, "it is not aligned"),
        );
        refused(
            structure(vec![field("f", 0, 0), field("f", 0, 8)]),
            "\"T\" has \"f\" twice",
        );
        refused(
            structure(vec![field("", 0, 0)]),
            "a field of \"T\" needs a name of 1 to 1024 bytes",
        );
        accepted(structure(vec![field("f", 0, 0), field("g", 1, 8)]));
    }

    #[test]
    fn bitfields_lie_within_an_integer() {
        let bits = |type_id, offset, width| {
            structure(vec![Field {
                bits: Some(Bits { offset, width }),
                ..field("f", type_id, 0)
            }])
        };
        let refusal = |why: &str| {
            format!("field \"f\" of \"T\" at offset 0 with 8 bytes does not fit: {why}")
        };
        refused(bits(0, 60, 5), &refusal("its bits leave the integer"));
        refused(bits(0, 0, 0), &refusal("its bits leave the integer"));
        refused(
            bits(3, 0, 1),
            &refusal("only integers of at most 8 bytes have bitfields"),
        );
        accepted(bits(0, 60, 4));
    }

    #[test]
    fn protections_do_not_nest_and_atomics_are_scalars() {
        let protect = |protection, value| {
            let mut schema = schema();
            schema
                .add_protected(protection, TypeId(value))
                .map(drop)
                .map_err(|error| error.to_string())
        };
        assert_eq!(
            protect(Protection::Seqlock, 2).unwrap_err(),
            "type \"\" cannot be seqlock: it has a protected field inside"
        );
        assert_eq!(
            protect(Protection::Atomic, 1).unwrap_err(),
            "type \"T\" cannot be atomic: only scalars of at most 8 bytes can be; use seqlock"
        );
        assert_eq!(protect(Protection::Locked, 1), Ok(()));
        let union = ty(
            8,
            8,
            Kind::Union {
                members: vec![field("f", 2, 0)],
            },
        );
        refused(
            union,
            "type \"T\" cannot be a union: its members lie over each other, so none can be protected alone",
        );
    }

    #[test]
    fn variants_fit_their_integer() {
        let variants = |value: i128| {
            vec![Variant {
                name: "V".into(),
                value,
            }]
        };
        let signed = |value| {
            ty(
                1,
                1,
                Kind::Enum {
                    signed: true,
                    variants: variants(value),
                },
            )
        };
        accepted(signed(-128));
        refused(
            signed(128),
            "\"V\" = 128 does not fit into the 1 bytes of \"T\"",
        );
        let flags = |value| {
            ty(
                8,
                8,
                Kind::Flags {
                    flags: variants(value),
                },
            )
        };
        accepted(flags(u64::MAX.into()));
        refused(
            flags(-1),
            "\"V\" = -1 does not fit into the 8 bytes of \"T\"",
        );
    }

    #[test]
    fn annotations_agree_with_each_other_and_the_type() {
        let fault = |why: &str| format!("field \"f\" of \"T\": {why}");
        let (one, two) = (Some(Number::Int(1)), Some(Number::Int(2)));
        let none = Metadata::default;
        refused(
            annotated(
                0,
                Metadata {
                    min: two,
                    max: one,
                    ..none()
                },
            ),
            &fault("min 2 is greater than max 1"),
        );
        refused(
            annotated(1, Metadata { max: one, ..none() }),
            &fault("max needs a number, this is text"),
        );
        let nan = Some(Number::Float(f64::NAN));
        refused(
            annotated(3, Metadata { min: nan, ..none() }),
            &fault("min = NaN is not a finite number"),
        );
        refused(
            annotated(
                0,
                Metadata {
                    step: Some(Number::Int(0)),
                    ..none()
                },
            ),
            &fault("step must be greater than 0"),
        );
        refused(
            annotated(
                0,
                Metadata {
                    regex: Some("a".into()),
                    ..none()
                },
            ),
            &fault("regex needs text, this is an integer"),
        );
        let names = vec![Variant {
            name: "V".into(),
            value: 1,
        }];
        refused(
            annotated(
                3,
                Metadata {
                    names: names.clone(),
                    ..none()
                },
            ),
            &fault("named values need an integer, this is a floating-point number"),
        );
        accepted(annotated(
            2,
            Metadata {
                min: one,
                max: two,
                names,
                ..none()
            },
        ));
    }

    #[test]
    fn descriptions_are_bounded() {
        let metadata = |length| Metadata {
            desc: Some("x".repeat(length).into()),
            ..Metadata::default()
        };
        accepted(annotated(0, metadata(codec::MAX_DESCRIPTION - 100)));
        refused(
            annotated(0, metadata(codec::MAX_DESCRIPTION)),
            "the description of type \"T\" takes 524314 bytes; at most 524288 are allowed",
        );
    }

    #[test]
    fn nesting_is_bounded() {
        let mut schema = schema();
        let mut id = TypeId(0);
        let depths = (2..).map(|_| schema.add_array(id, 1).map(|outer| id = outer));
        let reached = depths.take_while(Result::is_ok).count();
        assert_eq!(reached, MAX_DEPTH as usize - 1);
    }

    #[test]
    fn a_type_equal_to_an_earlier_one_gets_its_id() {
        let mut schema = schema();
        assert_eq!(schema.add(ty(8, 8, Kind::Float)).unwrap(), TypeId(3));
        assert_eq!(schema.len(), 4);
    }
}
