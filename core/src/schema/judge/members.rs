//! Whether the members of a struct or union have names, lie inside it, and do not share bytes.

use std::collections::HashSet;

use super::super::{Field, Kind, Schema, SchemaError, Type};
use super::{MAX_NAME, Measure, names_of};

impl Schema {
    pub(super) fn judge_members(
        &self,
        ty: &Type,
        members: &[Field],
        overlapping: bool,
    ) -> Result<Measure, SchemaError> {
        let (mut measure, mut names) = (Measure::EMPTY, HashSet::new());
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
            let mut of = self.referred(ty, field.type_id)?;
            self.judge_place(ty, field, overlapping)?;
            self.judge_metadata(ty, field)?;
            let names = names_of(&field.metadata.flags);
            of.weight = of.weight.saturating_mul(names);
            measure = measure.with(&of, 1);
        }
        if !overlapping {
            self.judge_apart(ty, members)?;
        }
        if overlapping && measure.protected {
            return Err(SchemaError::Protection {
                name: ty.name.to_string(),
                protection: "a union",
                reason: "its members lie over each other, so none can be protected alone",
            });
        }
        Ok(measure.around())
    }

    /// Rule W1: each byte has one width, so no two members of a struct share one. Bitfields may
    /// share the whole of an integer.
    fn judge_apart(&self, ty: &Type, members: &[Field]) -> Result<(), SchemaError> {
        let extent = |field: &Field| (field.offset, field.offset + self[field.type_id].size);
        let mut sorted: Vec<&Field> = members.iter().collect();
        sorted.sort_by_key(|field| extent(field));
        for pair in sorted.windows(2) {
            let [first, second] = pair else { continue };
            let share_an_integer =
                first.bits.is_some() && second.bits.is_some() && extent(first) == extent(second);
            if extent(second).0 < extent(first).1 && !share_an_integer {
                let reason = "another member has some of its bytes; only bitfields of one integer share them";
                return Err(self.misplaced(ty, second, reason));
            }
        }
        Ok(())
    }

    fn misplaced(&self, ty: &Type, field: &Field, reason: &'static str) -> SchemaError {
        SchemaError::Field {
            name: ty.name.to_string(),
            field: field.name.to_string(),
            offset: field.offset,
            size: self[field.type_id].size,
            reason,
        }
    }

    fn judge_place(&self, ty: &Type, field: &Field, overlapping: bool) -> Result<(), SchemaError> {
        let of = &self[field.type_id];
        let refuse = |reason| Err(self.misplaced(ty, field, reason));
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
}
