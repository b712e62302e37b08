//! The one place that decides whether a type description is consistent.

mod annotations;
mod members;
#[cfg(test)]
mod tests;

use super::{
    Kind, MAX_DEPTH, MAX_SIZE, Protection, Room, Schema, SchemaError, Summary, Type, TypeId,
    Variant,
};
use super::{codec, guarded_size, hash};
use annotations::check_variants;

/// Longest name of a type, member or variant, in bytes.
const MAX_NAME: usize = 1024;

/// The most values and bytes of text that a read may produce for each byte of a type. Named bits,
/// unions and structs around single bytes produce more than one; without a limit, overlapping
/// members could produce any number.
const MAX_WEIGHT_PER_BYTE: u64 = 16;

/// The weight that even the smallest type may have.
const FREE_WEIGHT: u64 = 64;

/// The most values of one packed record: the nodes of one walk.
const MAX_RECORD_VALUES: u64 = 1 << 20;

/// The most values of a packed record of so many bytes. A layout can have structs without bytes; without a limit by its
/// size, an array of small records could not be read at once.
pub(crate) fn most_values(size: u64) -> u64 {
    let most = size.saturating_mul(MAX_WEIGHT_PER_BYTE);
    most.saturating_add(FREE_WEIGHT).min(MAX_RECORD_VALUES)
}

/// The facts that follow from a type's parts.
#[derive(Clone, Copy)]
struct Measure {
    depth: u32,
    values: u64,
    weight: u64,
    protected: bool,
}

impl Measure {
    const LEAF: Measure = Measure {
        depth: 1,
        values: 1,
        weight: 1,
        protected: false,
    };

    /// A value with nothing inside it yet.
    const EMPTY: Measure = Measure {
        depth: 0,
        ..Measure::LEAF
    };

    fn text(size: u64) -> Measure {
        Measure {
            weight: size,
            ..Measure::LEAF
        }
    }

    /// A packed record, whose walk has a limit of its own.
    fn packed(size: u64) -> Measure {
        Measure {
            values: most_values(size),
            ..Measure::text(size)
        }
    }

    /// A flag set, which reads as a list of names.
    fn flags(flags: &[Variant]) -> Measure {
        Measure {
            weight: names_of(flags),
            ..Measure::LEAF
        }
    }

    /// With `count` parts like `part` inside it.
    fn with(self, part: &Summary, count: u64) -> Measure {
        let sum = |own: u64, part: u64| own.saturating_add(part.saturating_mul(count));
        Measure {
            depth: self.depth.max(part.depth),
            values: sum(self.values, part.values),
            weight: sum(self.weight, part.weight),
            protected: self.protected | part.protected,
        }
    }

    /// One level further out.
    fn around(self) -> Measure {
        Measure {
            depth: self.depth + 1,
            ..self
        }
    }

    fn of(summary: &Summary) -> Measure {
        Measure {
            depth: summary.depth,
            values: summary.values,
            weight: summary.weight,
            protected: summary.protected,
        }
    }
}

/// The most names that a flag set can read as; several flags may share their bits.
fn names_of(flags: &[Variant]) -> u64 {
    flags.len().max(1) as u64
}

impl Schema {
    /// Checks `ty` against the earlier types and computes its summary.
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
        let measure = self.judge_kind(ty)?;
        self.judge_elsewhere(ty)?;
        self.judge_alignment(ty)?;
        if measure.depth > MAX_DEPTH {
            return Err(SchemaError::TooDeep { name: name() });
        }
        let most = MAX_WEIGHT_PER_BYTE * ty.size + FREE_WEIGHT;
        if measure.weight > most {
            return Err(SchemaError::TooManyValues {
                name: name(),
                weight: measure.weight,
                most,
            });
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
            depth: measure.depth,
            values: measure.values,
            weight: measure.weight,
            protected: measure.protected,
        })
    }

    /// Checks that each part of a value of this type is aligned for its access.
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
            let expected = format!("a multiple of {}, its alignment", ty.align);
            return Err(SchemaError::WrongSize {
                name: ty.name.to_string(),
                size: ty.size,
                expected,
            });
        }
        Ok(())
    }

    /// The alignment that the parts of a type need. The rest of the type was judged before.
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
            Kind::Record {
                room: Room::Bytes(_),
                ..
            } => 1,
            Kind::Protected { .. } | Kind::Record { .. } => 8,
            // Scalars: 128-bit integers are accessed as two words.
            _ => ty.size.min(8),
        }
    }

    /// What follows from the kind.
    fn judge_kind(&self, ty: &Type) -> Result<Measure, SchemaError> {
        match &ty.kind {
            Kind::Bool => size_is(ty, &[1]).map(|()| Measure::LEAF),
            Kind::Int { .. } => size_is(ty, &[1, 2, 4, 8, 16]).map(|()| Measure::LEAF),
            Kind::Float => size_is(ty, &[4, 8]).map(|()| Measure::LEAF),
            Kind::Pointer { .. } => size_is(ty, &[8]).map(|()| Measure::LEAF),
            Kind::Text => Ok(Measure::text(ty.size)),
            Kind::Enum { signed, variants } => {
                size_is(ty, &[1, 2, 4, 8])?;
                check_variants(&ty.name, ty.size, *signed, variants)?;
                Ok(Measure::LEAF)
            }
            Kind::Flags { flags } => {
                size_is(ty, &[1, 2, 4, 8])?;
                check_variants(&ty.name, ty.size, false, flags)?;
                Ok(Measure::flags(flags))
            }
            Kind::Struct { fields } => self.judge_members(ty, fields, false),
            Kind::Union { members } => {
                if !ty.size.is_multiple_of(8) || ty.align < 8 {
                    return Err(SchemaError::WrongSize {
                        name: ty.name.to_string(),
                        size: ty.size,
                        expected: "whole words of 8 bytes, aligned to 8".into(),
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
                Ok(Measure::EMPTY.with(&of, *count).around())
            }
            Kind::Alias { of } => {
                let summary = self.referred(ty, *of)?;
                size_is(ty, &[self[*of].size])?;
                Ok(Measure::of(&summary).around())
            }
            Kind::Protected { protection, value } => self.judge_protected(ty, *protection, *value),
            Kind::Layout { .. } => size_is(ty, &[1]).map(|()| Measure::LEAF),
            Kind::Record { layout, root, room } => {
                self.judge_record(ty, *layout, root)?;
                self.judge_room(ty, *room)?;
                Ok(Measure::packed(ty.size))
            }
        }
    }

    /// That what is described elsewhere has a name to find it by, and is bytes to whoever does not find it.
    fn judge_elsewhere(&self, ty: &Type) -> Result<(), SchemaError> {
        let is_bytes = match ty.kind {
            Kind::Array { element, .. } => {
                let of = &self[element];
                of.size == 1 && matches!(of.kind, Kind::Int { .. })
            }
            _ => false,
        };
        match ty.elsewhere {
            Some(_) if !is_bytes || ty.name.is_empty() => Err(SchemaError::Elsewhere {
                name: ty.name.to_string(),
            }),
            _ => Ok(()),
        }
    }

    /// That there is room, and before it the length if it is counted.
    fn judge_room(&self, ty: &Type, room: Room) -> Result<(), SchemaError> {
        match room {
            Room::Counted if ty.size < 16 => Err(SchemaError::WrongSize {
                name: ty.name.to_string(),
                size: ty.size,
                expected: "at least 16: a length and room".into(),
            }),
            Room::Counted => Ok(()),
            Room::Bytes(byte) => {
                self.referred(ty, byte)?;
                let of = &self[byte];
                match of.kind {
                    Kind::Int { .. } if of.size == 1 => Ok(()),
                    _ => Err(SchemaError::WrongSize {
                        name: of.name.to_string(),
                        size: of.size,
                        expected: "1, an integer: it holds a packed record".into(),
                    }),
                }
            }
        }
    }

    /// That the record has a struct that can be read as it.
    fn judge_record(&self, ty: &Type, layout: TypeId, root: &str) -> Result<(), SchemaError> {
        let unknown = || SchemaError::UnknownType {
            name: ty.name.to_string(),
            id: layout,
        };
        let Kind::Layout { definition } = &self.get(layout).ok_or_else(unknown)?.kind else {
            return Err(unknown());
        };
        let root = definition.layout().root(root);
        root.map(drop).map_err(|error| SchemaError::Root {
            name: ty.name.to_string(),
            reason: error.to_string(),
        })
    }

    fn judge_protected(
        &self,
        ty: &Type,
        protection: Protection,
        value: TypeId,
    ) -> Result<Measure, SchemaError> {
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
            Protection::Seqlock | Protection::Locked => guarded_size(of.size, ty.align),
        };
        size_is(ty, &[expected])?;
        Ok(Measure {
            protected: true,
            ..Measure::of(&summary).around()
        })
    }

    fn referred(&self, ty: &Type, id: TypeId) -> Result<Summary, SchemaError> {
        self.summaries
            .get(id.0 as usize)
            .copied()
            .filter(|_| self.get(id).is_some_and(|of| may_lie_in(of, ty)))
            .ok_or_else(|| SchemaError::UnknownType {
                name: ty.name.to_string(),
                id,
            })
    }
}

/// Whether a type can be a part of another one. A layout describes no memory, and a packed record behind its length is
/// accessed by words.
fn may_lie_in(part: &Type, whole: &Type) -> bool {
    match part.kind {
        Kind::Layout { .. } => false,
        Kind::Record {
            room: Room::Counted,
            ..
        } => matches!(whole.kind, Kind::Protected { .. }),
        _ => true,
    }
}

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
