//! What the derive leaves to the compiler: whether annotations fit the type of their field.
//!
//! Each check is evaluated in its own constant. It panics with its caller's location, so that the error
//! points at the argument in question.

use super::Shape;
use super::describe::is_scalar;
use super::unions::Padding;
use crate::schema::Number;

/// The kind of value that the conversion of a `format` prints.
#[derive(Clone, Copy)]
pub enum Conversion {
    /// `%d` and its like.
    Integer,
    /// `%f` and its like.
    Float,
    /// `%s`.
    Text,
    /// `%p`.
    Address,
}

/// The least and the greatest value of an integer type, if it has at most 64 bits.
pub type Limits = Option<(i128, i128)>;

/// `min`, `max` and the like belong to numbers.
#[track_caller]
pub const fn number(shape: Shape, key: &str, field: &str) {
    match shape {
        Shape::Int | Shape::Float => {}
        Shape::Text => fail(&[
            "`",
            key,
            "` limits a number, and `",
            field,
            "` is text: use `regex` to limit text",
        ]),
        Shape::Enum | Shape::Flags => fail(&[
            "`",
            key,
            "` limits a number, and `",
            field,
            "` is ",
            noun(shape),
            ": its names limit it already",
        ]),
        Shape::Struct | Shape::Union => fail(&[
            "`",
            key,
            "` limits a number, and `",
            field,
            "` is ",
            noun(shape),
            ": annotate the numbers inside it",
        ]),
        Shape::Bool | Shape::Pointer => fail(&[
            "`",
            key,
            "` limits a number, and `",
            field,
            "` is ",
            noun(shape),
            ": remove `",
            key,
            "`",
        ]),
    }
}

/// `regex` belongs to text.
#[track_caller]
pub const fn regex(shape: Shape, field: &str) {
    if !matches!(shape, Shape::Text) {
        fail(&[
            "`regex` limits text, and `",
            field,
            "` is ",
            noun(shape),
            ": limit a number with `range(min, max)`; an array `[u8; N]` is text with `text`",
        ]);
    }
}

/// `enum` and `flags` name the values of integers of at most 8 bytes.
#[track_caller]
pub const fn names(shape: Shape, size: usize, key: &str, field: &str) {
    match shape {
        Shape::Int if size <= 8 => {}
        Shape::Int => fail(&[
            "`",
            key,
            "` names values of integers of at most 64 bits, and `",
            field,
            "` is wider",
        ]),
        Shape::Enum | Shape::Flags => fail(&[
            "`",
            key,
            "` is not needed: the names come from the type of `",
            field,
            "`",
        ]),
        _ => fail(&[
            "`",
            key,
            "` names values of an integer, and `",
            field,
            "` is ",
            noun(shape),
        ]),
    }
}

/// The conversion of `format` fits what is printed.
#[track_caller]
pub const fn format(shape: Shape, conversion: Conversion, field: &str) {
    let fits = match conversion {
        Conversion::Integer => matches!(
            shape,
            Shape::Int | Shape::Bool | Shape::Enum | Shape::Flags | Shape::Pointer
        ),
        Conversion::Float => matches!(shape, Shape::Float),
        Conversion::Text => matches!(
            shape,
            Shape::Text | Shape::Bool | Shape::Enum | Shape::Flags
        ),
        Conversion::Address => matches!(shape, Shape::Pointer),
    };
    if !fits {
        fail(&[
            "this `format` prints ",
            printed(conversion),
            ", and `",
            field,
            "` is ",
            noun(shape),
            ": ",
            suitable(shape),
        ]);
    }
}

/// There is something in an array.
#[track_caller]
pub const fn array_length(length: usize, field: &str) {
    if length == 0 {
        fail(&[
            "the array `",
            field,
            "` has no elements, so there is nothing to observe: remove it",
        ]);
    }
}

/// `atomic` protects scalars of at most 8 bytes.
#[track_caller]
pub const fn atomic(shape: Shape, size: usize, field: &str) {
    if !is_scalar(shape) {
        fail(&[
            "`atomic` protects a single number, and `",
            field,
            "` is ",
            noun(shape),
            ": use `seqlock` to read and write it as a whole, or `locked` to update it",
        ]);
    }
    if size > 8 {
        fail(&[
            "`atomic` protects at most 64 bits, and `",
            field,
            "` is wider: use `seqlock`",
        ]);
    }
}

/// The value of `min`, `max` or `step`, given as it converts to both kinds of numbers.
///
/// Whether the field is a number is for [`number`] to say.
#[track_caller]
pub const fn bound(
    shape: Shape,
    limits: Limits,
    int: i128,
    float: f64,
    key: &str,
    field: &str,
) -> Number {
    if !float.is_finite() {
        fail(&["`", key, "` of `", field, "` must be a finite number"]);
    }
    if !matches!(shape, Shape::Int) {
        return Number::Float(float);
    }
    if int as f64 != float {
        fail(&[
            "`",
            key,
            "` of `",
            field,
            "` must be a whole number of at most 127 bits, as the field is an integer",
        ]);
    }
    if !within(limits, int) {
        fail(&[
            "`",
            key,
            "` of `",
            field,
            "` is a number that its type cannot hold",
        ]);
    }
    Number::Int(int)
}

/// The value of a name, which the integer must hold.
#[track_caller]
pub const fn value(limits: Limits, value: i128, name: &str, field: &str) -> i128 {
    if !within(limits, value) {
        fail(&[
            "the value of `",
            name,
            "` does not fit the type of `",
            field,
            "`",
        ]);
    }
    value
}

/// `min` is not above `max`.
#[track_caller]
pub const fn ordered(min: Number, max: Number, field: &str) {
    let reversed = match (min, max) {
        (Number::Int(min), Number::Int(max)) => min > max,
        (Number::Float(min), Number::Float(max)) => min > max,
        _ => false,
    };
    if reversed {
        fail(&[
            "the least value of `",
            field,
            "` is greater than its greatest: nothing could be written; swap the two",
        ]);
    }
}

/// `step` is positive.
#[track_caller]
pub const fn step(step: Number, field: &str) {
    let positive = match step {
        Number::Int(step) => step > 0,
        Number::Float(step) => step > 0.0,
    };
    if !positive {
        fail(&["`step` of `", field, "` must be greater than 0"]);
    }
}

/// A union is whole words.
#[track_caller]
pub const fn union_layout(size: usize, align: usize, name: &str) {
    if !size.is_multiple_of(8) || align != 8 {
        fail(&[
            "the union `",
            name,
            "` lies in shared memory as whole words of 8 bytes: declare it `#[repr(C, align(8))]` and make each member a multiple of 8 bytes",
        ]);
    }
}

/// Writing any member of a union writes all its bytes.
#[track_caller]
pub const fn union_member<T>(padding: Padding<T>, union_size: usize, member: &str) {
    if size_of::<T>() != union_size {
        fail(&[
            "`",
            member,
            "` is smaller than the union, which would leave bytes without a value: pad it with `[u8; N]`, as in `struct Padded { value: u32, pad: [u8; 4] }`",
        ]);
    }
    if padding.is_possible() {
        fail(&[
            "`",
            member,
            "` has padding between or after its fields, or something inside it may have some (a flag set, a type with a hand-written `Observe`), which has no value: fill it with fields `[u8; N]`, or use a plain integer",
        ]);
    }
}

const fn within(limits: Limits, value: i128) -> bool {
    match limits {
        Some((least, greatest)) => least <= value && value <= greatest,
        None => true,
    }
}

const fn noun(shape: Shape) -> &'static str {
    match shape {
        Shape::Bool => "a bool",
        Shape::Int => "an integer",
        Shape::Float => "a floating-point number",
        Shape::Text => "text",
        Shape::Enum => "an enum",
        Shape::Flags => "a flag set",
        Shape::Struct => "a struct",
        Shape::Union => "a union",
        Shape::Pointer => "an address",
    }
}

const fn printed(conversion: Conversion) -> &'static str {
    match conversion {
        Conversion::Integer => "an integer",
        Conversion::Float => "a floating-point number",
        Conversion::Text => "text",
        Conversion::Address => "an address",
    }
}

const fn suitable(shape: Shape) -> &'static str {
    match shape {
        Shape::Int => "use %d, %u, %x or %o",
        Shape::Float => "use %f, %e or %g",
        Shape::Text => "use %s",
        Shape::Bool | Shape::Enum | Shape::Flags => "use %s for names, or %d or %x",
        Shape::Pointer => "use %p or %x",
        Shape::Struct | Shape::Union => "annotate the fields inside it",
    }
}

#[track_caller]
const fn fail(parts: &[&str]) -> ! {
    panic!("{}", Message::of(parts).as_str())
}

/// Room for the text of an error, as constants cannot format.
struct Message {
    bytes: [u8; 512],
    len: usize,
}

impl Message {
    const fn of(parts: &[&str]) -> Self {
        let mut message = Message {
            bytes: [0; 512],
            len: 0,
        };
        let mut index = 0;
        while index < parts.len() {
            message.push(parts[index].as_bytes());
            index += 1;
        }
        message
    }

    const fn push(&mut self, part: &[u8]) {
        let mut index = 0;
        while index < part.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = part[index];
            self.len += 1;
            index += 1;
        }
    }

    const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "an annotation does not fit its field",
        }
    }
}
