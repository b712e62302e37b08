//! What makes a Rust type fit for shared memory; implemented by `#[derive(Observe)]`.
//!
//! A type that is [`Observe`] has two forms. The *bare value* is the Rust value itself, which
//! programs compute with; it becomes bytes by [`Observe::encode`] and comes back by
//! [`Observe::decode`], never by a cast, so padding and invalid bit patterns have no way in or out.
//! Its *storage* is the same place in shared memory, made of atomics ([`Storage`]).

mod arrays;
mod bits;
#[doc(hidden)]
pub mod checks;
#[doc(hidden)]
pub mod derive_support;
mod describe;
mod scalars;
mod unions;

use crate::schema::{Schema, SchemaError, TypeId};
use crate::sync::Contended;

pub use bits::{AtomicBits, Bits};
pub use scalars::{AtomicInteger, AtomicScalar, Bitwise};

/// A plain value that can live in shared memory and be looked into.
///
/// Derive it: `#[derive(Observe, Clone, Copy)]` on a struct, on a fieldless enum with a stated width,
/// on the flag set inside `bitflags!`, on a union, or on a struct that wraps one number.
///
/// ```
/// use memglass::{Heap, Observe, Text};
///
/// const MAX_QTY: u32 = 1_000_000;
///
/// #[derive(Observe, Clone, Copy)]
/// pub struct Order {
///     #[observe(readonly)]
///     order_id: u64,
///     symbol: Text<8>,
///     side: Side,
///     /// Limit price.
///     #[observe(min = 0.01, format = "%.2f", unit = "USD")]
///     price: f64,
///     #[observe(atomic, range(0, MAX_QTY), step = 100)]
///     quantity: u32,
/// }
///
/// #[derive(Observe, Clone, Copy, PartialEq, Debug)]
/// #[repr(i8)]
/// pub enum Side {
///     Buy = 1,
///     Sell = -1,
/// }
///
/// let symbol = Text::new("AAPL")?;
/// let order = Order { order_id: 1, symbol, side: Side::Buy, price: 150.25, quantity: 300 };
/// let cells = Heap::<OrderStorage>::new(&order);
/// cells.side.set(Side::Sell);
/// cells.quantity.fetch_add(100);
/// assert_eq!(cells.quantity.load(), 400);
/// # Ok::<(), memglass::TextError>(())
/// ```
///
/// A struct `Order` gets a storage struct `OrderStorage` of the same visibility, with the same
/// fields behind their protections. Fields are scalars (`bool`, integers of 8 to 128 bits, floats),
/// [`Text`](crate::Text), arrays, pointers (shown as addresses, never followed), and derived types.
///
/// # Annotations
///
/// On a field, as `#[observe(...)]`:
///
/// | annotation | meaning |
/// |---|---|
/// | `atomic` | acquire and release; in an array, for each element by itself |
/// | `seqlock` | a read of the field always returns one write |
/// | `locked` | the same, and can be updated as a whole |
/// | `readonly` | observers may not write it |
/// | `range(MIN, MAX)`, `min = N`, `max = N` | what observers may write, bounds included |
/// | `step = N` | only `min` (or 0) plus multiples of this |
/// | `regex = "..."` | what text must match, as a whole |
/// | `enum(NAME = 1, ...)`, `flags(NAME = 1, ...)` | names for values, or for bits, of an integer |
/// | `format = "%.2f"` | how to print it, as in C |
/// | `unit = "..."` | the unit, for display |
/// | `desc = "..."` | what it is; by default the first paragraph of its doc comment |
/// | `was = "qty"` | a name that it had before, or several with commas: what is older finds it by them |
/// | `text` | shows a `[u8; N]` as text |
/// | `layout = "struct msg { … };"` | a `[u8; N]` holds a packed record: the first struct of this [layout](crate::layouts) |
/// | `name = "..."` | what observers call it |
///
/// Numbers may be constant expressions. Annotations of an array apply to its elements. On a type,
/// `name = "..."` is the name that observers see, and `seqlock` or `locked` on a struct protects each
/// object as a whole; `crate = some_crate::memglass` says where the derived code finds this crate, if
/// that is not `::memglass`. On an enum's variant, `name = "..."` is its name; the variant marked
/// `#[default]`, or else the first, stands for numbers without a name.
///
/// `#[repr(align(64))]` on a struct, up to 4096, holds for its storage too, guarded or not: such cells
/// share no cache line with others.
///
/// A union must be whole words, `#[repr(C, align(8))]`, and each member as large as the union and
/// without padding, because all its bytes are read whichever member was written.
///
/// The derived code has `unsafe impl`s: in a crate that forbids `unsafe_code`, keep such types in
/// another one.
///
/// # By hand
///
/// `value_type` describes exactly the bytes that `encode` writes: as many as `size_of::<Self>()`,
/// members at the offsets they are written to. A description that does not even fit the size is
/// refused when the type is added to a session.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot live in shared memory",
    label = "this has no fixed layout that another process can read",
    note = "text: use `Text<N>` (N bytes of UTF-8) instead of `String` or `&str`",
    note = "lists: use an array `[T; N]` instead of `Vec<T>`, `&[T]` or `Box<[T]>`",
    note = "your own struct or enum: add `#[derive(Observe, Clone, Copy)]` to it; an enum also needs `#[repr(u8)]` or the like"
)]
pub trait Observe: Copy + 'static {
    /// The storage of this type in shared memory when no protection is asked for.
    type Storage: Storage<Value = Self>;

    /// What kind of value it is; of an array, its elements' kind. Lets annotations be checked when compiling.
    const SHAPE: Shape;

    /// Whether values may have bytes without a value, which no member of a union may.
    #[doc(hidden)]
    const PADDING: unions::Padding<Self> = unions::Padding::possible();

    /// Adds the layout of the bare value (as it lies inside a guarded copy) to `schema`.
    ///
    /// # Errors
    ///
    /// If the schema refuses the description.
    fn value_type(schema: &mut Schema) -> Result<TypeId, SchemaError>;

    /// Writes the value over `bytes`, which are `size_of::<Self>()` zeros; padding stays zero.
    fn encode(&self, bytes: &mut [u8]);

    /// Reads a value from `size_of::<Self>()` bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] if an enum inside has no variant with that number.
    fn decode(bytes: &[u8]) -> Result<Self, InvalidValue>;

    /// Reads a value. A number that an enum does not name becomes its first variant (or the one marked
    /// `#[default]`).
    fn decode_lossy(bytes: &[u8]) -> Self;
}

/// A value of one number: what `Plain` and `Atomic` hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a single number",
    label = "this takes more than one load or store",
    note = "use `#[observe(seqlock)]` or `#[observe(locked)]` to protect a struct, an array or text as a whole"
)]
pub trait Scalar: Observe {
    /// The unsigned integer of the same width.
    type Bits: Bits;

    /// The bits that stand for this value.
    fn into_bits(self) -> Self::Bits;

    /// The value that the bits stand for.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] if they are the number of no variant of an enum.
    fn from_bits(bits: Self::Bits) -> Result<Self, InvalidValue>;

    /// Like `from_bits`, total: see [`Observe::decode_lossy`].
    fn from_bits_lossy(bits: Self::Bits) -> Self;
}

/// Cells in shared memory.
///
/// # Safety
///
/// S1: an implementor must guarantee all of these:
///
/// - it is made only of atomics, and of arrays and `repr(C)` structs of atomics
/// - all bytes zero is a valid state
/// - it has no `Drop` and holds no pointer or reference
/// - `storage_type` describes exactly its bytes
#[allow(unsafe_code)]
pub unsafe trait Storage: Sized + Send + Sync + 'static {
    /// The Rust value that these cells store.
    type Value: Observe;

    /// Adds the layout of these cells.
    ///
    /// # Errors
    ///
    /// If the schema refuses it.
    fn storage_type(schema: &mut Schema) -> Result<TypeId, SchemaError>;

    /// Stores the first value into cells that no other thread or process can see yet.
    fn init(&self, value: &Self::Value);

    /// Loads the whole value. Each protected part is from one write; the whole may mix moments.
    ///
    /// # Errors
    ///
    /// [`Contended`] if a new value of a guarded part was published during each attempt to read it.
    fn load(&self) -> Result<Self::Value, Contended>;
}

/// What kind of value a type is, known when compiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A truth value.
    Bool,
    /// An integer.
    Int,
    /// A floating-point number.
    Float,
    /// Text of a fixed capacity.
    Text,
    /// An integer with names for its values.
    Enum,
    /// An integer with names for its bits.
    Flags,
    /// Named members one after the other.
    Struct,
    /// Named members over each other.
    Union,
    /// An address.
    Pointer,
}

/// Bytes that are not a value of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{number} is not a value of {type_name}")]
pub struct InvalidValue {
    /// The type.
    pub type_name: &'static str,
    /// The number found.
    pub number: i128,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protection::{Atomic, Guarded, Locked, Plain, PlainText, PlainUnion, Text};
    use crate::schema::{Kind, Protection, Type};

    /// Checks that the cells are as large and aligned as their description, and returns its kind.
    fn kind_of<S: Storage>() -> Kind {
        let mut schema = Schema::new();
        let id = S::storage_type(&mut schema).expect("the description holds together");
        let ty = &schema[id];
        assert_eq!(
            (ty.size, ty.align),
            (size_of::<S>() as u64, align_of::<S>() as u64)
        );
        ty.kind.clone()
    }

    fn protection_of<S: Storage>() -> Protection {
        match kind_of::<S>() {
            Kind::Protected { protection, .. } => protection,
            other => panic!("not protected: {other:?}"),
        }
    }

    #[test]
    fn scalars_are_described_as_they_lie() {
        assert_eq!(kind_of::<Plain<bool>>(), Kind::Bool);
        assert_eq!(kind_of::<Plain<i8>>(), Kind::Int { signed: true });
        assert_eq!(kind_of::<Plain<u64>>(), Kind::Int { signed: false });
        assert_eq!(kind_of::<Plain<i128>>(), Kind::Int { signed: true });
        assert_eq!(kind_of::<Plain<f32>>(), Kind::Float);
        assert_eq!(kind_of::<PlainText<5>>(), Kind::Text);
    }

    #[test]
    fn an_address_says_of_what_it_is_without_modules() {
        fn target_of<T: 'static>() -> String {
            match kind_of::<Plain<*const T>>() {
                Kind::Pointer { target } => target.to_string(),
                other => panic!("not an address: {other:?}"),
            }
        }
        assert_eq!(target_of::<u8>(), "u8");
        assert_eq!(target_of::<()>(), "");
        assert_eq!(target_of::<std::ffi::c_void>(), "");
        assert_eq!(target_of::<std::cell::Cell<i8>>(), "Cell<i8>");
        assert_eq!(target_of::<Vec<(String, i32)>>(), "Vec<(String, i32)>");
    }

    #[test]
    fn protected_values_are_described_as_they_lie() {
        assert_eq!(protection_of::<Atomic<i32>>(), Protection::Atomic);
        assert_eq!(protection_of::<Guarded<u128>>(), Protection::Seqlock);
        assert_eq!(protection_of::<Guarded<[u8; 9]>>(), Protection::Seqlock);
        assert_eq!(protection_of::<Locked<Text<13>>>(), Protection::Locked);
    }

    #[test]
    fn arrays_are_described_as_they_lie() {
        let plain = kind_of::<<[[u16; 3]; 2] as Observe>::Storage>();
        assert!(matches!(plain, Kind::Array { count: 2, .. }));
        let guarded = kind_of::<[Guarded<u8>; 4]>();
        assert!(matches!(guarded, Kind::Array { count: 4, .. }));
    }

    /// A value of eight bytes that says of itself that it is text, or that it is two numbers.
    macro_rules! described_otherwise {
        ($name:ident, $storage:ty, $kind:expr) => {
            #[derive(Clone, Copy)]
            #[repr(C, align(8))]
            struct $name(u64);

            impl Observe for $name {
                type Storage = $storage;
                const SHAPE: Shape = Shape::Int;

                fn value_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
                    let kind: fn(&mut Schema) -> Kind = $kind;
                    let kind = kind(schema);
                    schema.add(Type::new("", 8, 8, kind))
                }

                fn encode(&self, bytes: &mut [u8]) {
                    self.0.encode(bytes);
                }

                fn decode(bytes: &[u8]) -> Result<Self, InvalidValue> {
                    Ok(Self::decode_lossy(bytes))
                }

                fn decode_lossy(bytes: &[u8]) -> Self {
                    Self(u64::decode_lossy(bytes))
                }
            }
        };
    }

    #[test]
    fn cells_of_another_width_than_their_description_are_refused() {
        described_otherwise!(Number, Plain<Number>, |_| Kind::Text);
        described_otherwise!(Words, PlainUnion<Words, 1>, |schema| {
            let element = u32::value_type(schema).unwrap();
            Kind::Array { element, count: 2 }
        });

        impl Scalar for Number {
            type Bits = u64;

            fn into_bits(self) -> u64 {
                self.0
            }

            fn from_bits(bits: u64) -> Result<Self, InvalidValue> {
                Ok(Self(bits))
            }

            fn from_bits_lossy(bits: u64) -> Self {
                Self(bits)
            }
        }

        fn refused<S: Storage>() -> String {
            let refused = S::storage_type(&mut Schema::new());
            let error = refused.expect_err("it is described otherwise").to_string();
            error.split_once(" is accessed").expect("why").1.to_owned()
        }

        let text = " as one number, but described as text";
        assert_eq!(refused::<Plain<Number>>(), text);
        assert_eq!(refused::<Atomic<Number>>(), text);
        let array = " as a union, but described as an array";
        assert_eq!(refused::<PlainUnion<Words, 1>>(), array);
        // A guarded value is accessed by words, whatever is in it.
        assert!(Guarded::<Number>::storage_type(&mut Schema::new()).is_ok());
    }

    #[test]
    fn a_description_of_another_size_is_refused() {
        #[derive(Clone, Copy)]
        struct Liar(u32);

        impl Observe for Liar {
            type Storage = Guarded<Liar>;
            const SHAPE: Shape = Shape::Int;

            fn value_type(schema: &mut Schema) -> Result<TypeId, SchemaError> {
                u64::value_type(schema)
            }

            fn encode(&self, bytes: &mut [u8]) {
                self.0.encode(bytes);
            }

            fn decode(bytes: &[u8]) -> Result<Self, InvalidValue> {
                u32::decode(bytes).map(Self)
            }

            fn decode_lossy(bytes: &[u8]) -> Self {
                Self(u32::decode_lossy(bytes))
            }
        }

        let refused = Guarded::<Liar>::storage_type(&mut Schema::new());
        assert!(matches!(
            refused,
            Err(SchemaError::WrongSize { size: 8, .. })
        ));
    }
}
