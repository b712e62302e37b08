//! What kinds and protections are called.

use super::{Kind, Protection};

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

impl Kind {
    /// Whether its members overlap.
    pub fn is_union(&self) -> bool {
        matches!(self, Kind::Union { .. })
    }

    /// Names the kind in a list: "integer", "struct".
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
            Kind::Layout { .. } => "layout",
            Kind::Record { .. } => "record",
        }
    }

    /// Names the kind in a message: "an integer", "text", "a struct".
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
            Kind::Layout { .. } => "a layout",
            Kind::Record { .. } => "a packed record",
        }
    }
}
