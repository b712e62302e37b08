//! Later versions may have more values, kinds of types and fates of a producer.

use memglass::schema::{Kind, Metadata};
use memglass::{Presence, Value};

fn is_text(value: &Value) -> bool {
    match value {
        Value::Text(_) | Value::Enum(_) | Value::Flags(_) => true,
        Value::Bool(_) | Value::I64(_) | Value::U64(_) | Value::I128(_) | Value::U128(_) => false,
        Value::F32(_) | Value::F64(_) | Value::Address(_) => false,
        Value::List(_) | Value::Record(_) => false,
    }
}

fn is_scalar(kind: &Kind) -> bool {
    match kind {
        Kind::Bool | Kind::Int { .. } | Kind::Float | Kind::Enum { .. } | Kind::Flags { .. } => true,
        Kind::Struct { .. } | Kind::Union { .. } | Kind::Array { .. } | Kind::Text => false,
        Kind::Pointer { .. } | Kind::Alias { .. } | Kind::Protected { .. } => false,
    }
}

fn is_there(presence: Presence) -> bool {
    match presence {
        Presence::Alive | Presence::Stopped => true,
        Presence::Exited | Presence::Crashed | Presence::Restarted => false,
    }
}

fn main() {
    let _ = Metadata {
        readonly: true,
        ..Metadata::default()
    };
}
