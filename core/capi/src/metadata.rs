//! Annotations of fields, as C describes them.

use memglass::schema::{Metadata, Number, Variant};

use crate::status::{Failure, Status};
use crate::text::{Text, elements};

/// A whole number of up to 128 bits, in two's complement.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CInteger {
    /// Its low 64 bits.
    pub low: u64,
    /// Its high 64 bits; of a negative number that fits into 64 bits, -1.
    pub high: i64,
}

/// A name for a number: a value of an enum, or a bit pattern of a flag set.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CVariant {
    /// The name.
    pub name: Text,
    /// The number.
    pub value: CInteger,
}

/// What kind of number a bound is.
#[repr(u32)]
#[derive(Clone, Copy, Debug)]
pub enum NumberKind {
    /// There is no number.
    None = 0,
    /// `integer` counts.
    Integer = 1,
    /// `real` counts.
    Real = 2,
}

/// A bound of a field, or none.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CNumber {
    /// One of `memglass_number_kind`.
    pub kind: u32,
    /// The number, if it is whole.
    pub integer: CInteger,
    /// The number, if it is not.
    pub real: f64,
}

/// Annotations of one field. All zeros declares nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CMetadata {
    /// Observers may not write it.
    pub readonly: bool,
    /// The least value that an observer may write.
    pub min: CNumber,
    /// The greatest.
    pub max: CNumber,
    /// Written values are `min`, or 0, plus a multiple of this.
    pub step: CNumber,
    /// A regular expression that the whole of a written text must match. Here and below, an empty text stands for none.
    pub regex: Text,
    /// Names for some values of an integer.
    pub names: *const CVariant,
    /// How many there are.
    pub names_len: usize,
    /// Names for bits of an integer.
    pub flags: *const CVariant,
    /// How many there are.
    pub flags_len: usize,
    /// How to print it, as C's `printf` does, with one conversion.
    pub format: Text,
    /// The unit, for display.
    pub unit: Text,
    /// What it is, in a sentence.
    pub desc: Text,
    /// Names that it had before, separated by commas.
    pub was: Text,
}

impl CInteger {
    pub(crate) fn of(number: i128) -> CInteger {
        CInteger {
            low: number as u64,
            high: (number >> 64) as i64,
        }
    }

    pub(crate) fn get(self) -> i128 {
        i128::from(self.high) << 64 | i128::from(self.low)
    }
}

impl CNumber {
    fn get(self) -> Result<Option<Number>, Failure> {
        const NONE: u32 = NumberKind::None as u32;
        const INTEGER: u32 = NumberKind::Integer as u32;
        const REAL: u32 = NumberKind::Real as u32;
        match self.kind {
            NONE => Ok(None),
            INTEGER => Ok(Some(Number::Int(self.integer.get()))),
            REAL => Ok(Some(Number::Float(self.real))),
            other => Err(Failure::new(
                Status::BadArgument,
                format!("{other} is no kind of number"),
            )),
        }
    }
}

pub(crate) fn variants(start: *const CVariant, len: usize) -> Result<Vec<Variant>, Failure> {
    let variants = elements(start, len, "the list of variants")?;
    let variant = |variant: &CVariant| {
        Ok(Variant {
            name: variant.name.get()?.into(),
            value: variant.value.get(),
        })
    };
    variants.iter().map(variant).collect()
}

impl CMetadata {
    pub(crate) fn get(&self) -> Result<Metadata, Failure> {
        let mut metadata = Metadata::new();
        metadata.readonly = self.readonly;
        metadata.min = self.min.get()?;
        metadata.max = self.max.get()?;
        metadata.step = self.step.get()?;
        metadata.names = variants(self.names, self.names_len)?;
        metadata.flags = variants(self.flags, self.flags_len)?;
        metadata.regex = self.regex.optional()?.map(Into::into);
        metadata.format = self.format.optional()?.map(Into::into);
        metadata.unit = self.unit.optional()?.map(Into::into);
        metadata.desc = self.desc.optional()?.map(Into::into);
        metadata.was = self.was.optional()?.map(Into::into);
        Ok(metadata)
    }
}
