//! Wanted values and bytes, one kind of type after the other.

mod back;
mod names;
mod ranges;
mod scalars;
mod texts;
mod wholes;

use super::*;
use crate::schema::{Kind, Number, Type, Variant};

/// One type with its annotations, and the bytes of a place of it.
struct Bench {
    schema: Schema,
    id: TypeId,
    metadata: Metadata,
    bytes: Vec<u8>,
}

impl Bench {
    fn new(schema: Schema, id: TypeId) -> Self {
        let bytes = vec![0; schema[id].size as usize];
        Self {
            schema,
            id,
            metadata: Metadata::default(),
            bytes,
        }
    }

    fn leaf(size: u64, kind: Kind) -> Self {
        let mut schema = Schema::new();
        let id = add(&mut schema, "", size, kind);
        Self::new(schema, id)
    }

    fn int(signed: bool, size: u64) -> Self {
        Self::leaf(size, Kind::Int { signed })
    }

    fn with(self, metadata: Metadata) -> Self {
        Self { metadata, ..self }
    }

    fn put(&mut self, wanted: impl Into<Value>, strictness: Strictness) -> Result<Value, String> {
        let mut bytes = self.bytes.clone();
        encode_value(
            &self.schema,
            self.id,
            &self.metadata,
            &wanted.into(),
            strictness,
            &mut bytes,
        )
        .map_err(|refusal| refusal.to_string())?;
        self.bytes = bytes;
        Ok(decode_value(
            &self.schema,
            self.id,
            &self.metadata,
            &self.bytes,
        ))
    }

    /// Stored, and read back as `expected`.
    #[track_caller]
    fn takes(&mut self, wanted: impl Into<Value>, expected: impl Into<Value>) -> &mut Self {
        assert_eq!(self.put(wanted, Strictness::Checked), Ok(expected.into()));
        self
    }

    #[track_caller]
    fn refuses(&mut self, wanted: impl Into<Value>, text: &str) -> &mut Self {
        assert_eq!(self.put(wanted, Strictness::Checked), Err(text.into()));
        self
    }

    #[track_caller]
    fn forces(&mut self, wanted: impl Into<Value>, expected: impl Into<Value>) -> &mut Self {
        assert_eq!(self.put(wanted, Strictness::Forced), Ok(expected.into()));
        self
    }

    #[track_caller]
    fn refuses_even_forced(&mut self, wanted: impl Into<Value>, text: &str) -> &mut Self {
        assert_eq!(self.put(wanted, Strictness::Forced), Err(text.into()));
        self
    }
}

fn add(schema: &mut Schema, name: &str, size: u64, kind: Kind) -> TypeId {
    let align = if matches!(kind, Kind::Text) {
        1
    } else {
        size.min(8)
    };
    schema
        .add(Type {
            elsewhere: None,
            name: name.into(),
            size,
            align,
            kind,
        })
        .unwrap()
}

fn variants(list: &[(&str, i128)]) -> Vec<Variant> {
    list.iter()
        .map(|&(name, value)| Variant {
            name: name.into(),
            value,
        })
        .collect()
}

fn range(min: Option<i128>, max: Option<i128>) -> Metadata {
    Metadata {
        min: min.map(Number::Int),
        max: max.map(Number::Int),
        ..Metadata::default()
    }
}

fn record(members: &[(&str, Value)]) -> Value {
    Value::Record(
        members
            .iter()
            .map(|(name, value)| ((*name).into(), value.clone()))
            .collect(),
    )
}

fn list(elements: &[i64]) -> Value {
    Value::List(elements.iter().copied().map(Value::I64).collect())
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn named(number: i128, name: Option<&str>) -> Value {
    Value::Enum(crate::EnumValue {
        number,
        name: name.map(Into::into),
    })
}

fn flags(bits: u64, names: &[&str], unnamed: u64) -> Value {
    Value::Flags(crate::FlagsValue {
        bits,
        names: names.iter().map(|&name| name.into()).collect(),
        unnamed,
    })
}

fn member(name: &str, type_id: TypeId, offset: u64) -> Field {
    Field {
        name: name.into(),
        type_id,
        offset,
        bits: None,
        metadata: Metadata::default(),
    }
}
