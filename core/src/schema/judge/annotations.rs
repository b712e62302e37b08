//! Whether annotations and named values agree with their type.

use super::super::{Field, Kind, Metadata, Schema, SchemaError, Type, Variant};
use super::MAX_NAME;

impl Schema {
    pub(super) fn judge_metadata(&self, ty: &Type, field: &Field) -> Result<(), SchemaError> {
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
}

pub(super) fn check_variants(
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
