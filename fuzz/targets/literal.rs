//! Literals, and formats that come with a type: what people and strangers write.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memglass::Value;
use memglass::schema::Metadata;
use memglass_repl::{format, literal};

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    if let Ok(value) = literal::parse(text) {
        print(&value, text);
    }
    for value in VALUES {
        print(&value, text);
    }
});

const VALUES: [Value; 5] = [
    Value::I64(i64::MIN),
    Value::U64(u64::MAX),
    Value::I128(i128::MIN),
    Value::F64(-1.5e300),
    Value::Bool(true),
];

/// A value is printed in any format, in no more than a bounded width.
fn print(value: &Value, text: &str) {
    let metadata = Metadata {
        format: Some(text.into()),
        ..Metadata::default()
    };
    let style = format::Style::new(&metadata);
    let printed = format::text(value, &style);
    assert!(
        printed.len() <= 64 * (text.len() + 64),
        "{} bytes",
        printed.len()
    );
    format::brief(value, &style);
    format::json(value);
}
