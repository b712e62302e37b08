//! Types as plain data: what a compiler knows of a type, and nothing that was worked out from it.

use std::sync::Arc;

/// A name, shared by all that have it; with the namespaces around it, as in `net::Packet`. Empty for what has none.
pub type Name = Arc<str>;

/// The number of a type in a [`Types`](crate::Types).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub(crate) u32);

impl TypeId {
    /// Its place in the list of all types.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// Its name, with namespaces; empty if it has none.
    pub name: Name,
    /// Bytes of a value; `None` where nobody said so, as of functions and of types that are only declared.
    pub size: Option<u64>,
    /// Bytes to whose multiples it is aligned, where the source says so.
    pub align: Option<u64>,
    /// What it is.
    pub kind: Kind,
    /// Where it is defined.
    pub place: Option<Place>,
    /// Attributes, in the order of the source; a name may come more than once.
    pub attributes: Vec<Attribute>,
}

/// A line of a source file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file, as the compiler was given it.
    pub file: Name,
    /// The line, counted from 1; 0 if only the file is known.
    pub line: u32,
}

/// An attribute of a type, a member or a symbol: `annotate` with `"range(0,5)"`, `deprecated` with an empty value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attribute {
    /// Its name.
    pub name: Name,
    /// Its argument; empty if it has none.
    pub value: Name,
}

/// The name of the attribute of a member that had another name before, which is its value.
pub const WAS: &str = "was";

/// The name of the attribute of a record that is there for a value of another type, which it guards against being read in the
/// middle of a write. What has such a record in it [uses](crate::Types::uses) the value's type.
pub const GUARD: &str = "guard";

/// What a type is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// No value.
    Void,
    /// A truth value.
    Bool,
    /// A character.
    Char {
        /// Whether it has a sign.
        signed: bool,
    },
    /// An integer.
    Int {
        /// Whether it has a sign.
        signed: bool,
        /// Bits of its value, which may be fewer than its bytes hold: `_BitInt(7)`.
        bits: u32,
    },
    /// A floating-point number; its size tells which: 2, 4, 8, 16 bytes.
    Float,
    /// Two floating-point numbers of half the size.
    Complex,
    /// An address of something.
    Pointer {
        /// What is there.
        to: TypeId,
    },
    /// A reference of C++.
    Reference {
        /// What it refers to.
        to: TypeId,
        /// Whether it is written `&&`.
        rvalue: bool,
    },
    /// A pointer to a member of a class.
    MemberPointer {
        /// The class.
        class: TypeId,
        /// The type of the member.
        to: TypeId,
    },
    /// Elements one after the other; with several dimensions an array of arrays.
    Array {
        /// The type of an element.
        element: TypeId,
        /// How many there are.
        count: Count,
    },
    /// Elements in one register.
    Vector {
        /// The type of an element.
        element: TypeId,
        /// How many there are.
        count: u64,
    },
    /// A struct, a class or a union.
    Record(Record),
    /// An integer with names for some of its values.
    Enum(Enum),
    /// Another name for a type.
    Alias {
        /// The type.
        of: TypeId,
    },
    /// A type with qualifiers.
    Qualified {
        /// The type without them.
        of: TypeId,
        /// Which they are.
        qualifier: Qualifier,
    },
    /// A function.
    Function(Signature),
    /// A type that is declared and not defined, or that the language keeps to itself.
    Opaque {
        /// What it is declared as.
        what: Tag,
    },
}

/// How many elements an array has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Count {
    /// This many.
    Fixed(u64),
    /// Any number: the last member of a struct, or an array that is declared elsewhere.
    Open,
    /// As many as a variable says: a variable length array.
    Variable,
    /// A parameter `T name[static n]`: at least this many.
    AtLeast(u64),
}

/// One qualifier; a type with two of them is qualified twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Qualifier {
    /// `const`
    Const,
    /// `volatile`
    Volatile,
    /// `restrict`
    Restrict,
    /// `_Atomic`
    Atomic,
}

/// The word in front of the name of a type that has members or enumerators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tag {
    /// `struct`
    Struct,
    /// `class`
    Class,
    /// `union`
    Union,
    /// `enum`
    Enum,
    /// None of them, as `decltype(nullptr)`.
    Other,
}

/// A struct, a class or a union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Which of the three.
    pub tag: Tag,
    /// What it inherits from, in the order of the source.
    pub bases: Vec<Base>,
    /// Its members, in the order of the source.
    pub members: Vec<Member>,
    /// Of a Rust enum with data, which members there are for which value.
    pub variants: Option<Box<Variants>>,
}

/// A class that another inherits from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The class.
    pub ty: TypeId,
    /// Bytes from the start of the one that inherits; `None` of a virtual base, which the object itself knows.
    pub offset: Option<u64>,
}

/// A member of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name; empty for an anonymous struct or union, or a nameless bitfield.
    pub name: Name,
    /// Its type.
    pub ty: TypeId,
    /// Bits from the start of the record.
    pub offset_bits: u64,
    /// Of a bitfield, its number of bits.
    pub width_bits: Option<u64>,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

impl Record {
    /// A record without base classes.
    pub fn new(tag: Tag, members: Vec<Member>) -> Self {
        Record {
            tag,
            bases: Vec::new(),
            members,
            variants: None,
        }
    }
}

impl Member {
    /// A member `offset` bytes from the start of its record.
    pub fn new(name: impl Into<Name>, ty: TypeId, offset: u64) -> Self {
        Member {
            name: name.into(),
            ty,
            offset_bits: offset.saturating_mul(8),
            width_bits: None,
            attributes: Vec::new(),
        }
    }

    /// The names that it had before.
    pub fn former_names(&self) -> impl Iterator<Item = &str> {
        let names = self.attributes.iter();
        let names = names.filter(|attribute| &*attribute.name == WAS);
        names.map(|attribute| &*attribute.value)
    }

    /// Bytes from the start of the record to the byte in which it begins.
    pub fn offset(&self) -> u64 {
        self.offset_bits / 8
    }
}

/// The variants of a Rust enum with data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variants {
    /// The number that tells which variant it is; `None` if there is only one.
    pub discriminant: Option<Member>,
    /// The variants.
    pub arms: Vec<Arm>,
}

/// A variant of a Rust enum with data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arm {
    /// The discriminant's value; `None` for the variant of all other values.
    pub value: Option<i128>,
    /// What is there.
    pub member: Member,
}

/// An integer with names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enum {
    /// The integer type, where it is known.
    pub base: Option<TypeId>,
    /// The names and their values, in the order of the source.
    pub enumerators: Vec<Enumerator>,
}

impl Enum {
    /// Whether its values are meant to be combined: each is one bit or some of the others' bits, and there are two
    /// single bits at least. Values of the sort 0, 1, 2 are not: two is also what comes behind one.
    pub fn is_set(&self) -> bool {
        let single = self
            .enumerators
            .iter()
            .map(|one| one.value)
            .filter(|&v| is_bit(v));
        let all: i128 = single.clone().fold(0, |all, bit| all | bit);
        let combined = |one: &Enumerator| one.value >= 0 && one.value & !all == 0;
        all >= 4
            && single.count() >= 2
            && all & (all >> 1) != 0
            && self.enumerators.iter().all(combined)
            && !self.counts_up()
    }

    /// Whether the values are 0, 1, 2 … or 1, 2, 3 …
    fn counts_up(&self) -> bool {
        let mut steps = self.enumerators.windows(2);
        steps.all(|pair| pair[1].value == pair[0].value + 1)
    }
}

fn is_bit(value: i128) -> bool {
    value > 0 && value & (value - 1) == 0
}

/// A named value of an [`Enum`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Enumerator {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: i128,
}

/// Result and parameters of a function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// What it returns.
    pub result: TypeId,
    /// The types of its parameters.
    pub parameters: Vec<TypeId>,
    /// Whether more may follow: `...`
    pub variadic: bool,
}

impl Type {
    /// A type without place and attributes.
    pub fn new(name: Name, size: Option<u64>, kind: Kind) -> Self {
        Type {
            name,
            size,
            align: None,
            kind,
            place: None,
            attributes: Vec::new(),
        }
    }

    /// How it guards the value in it, if it is a record that is there for nothing else.
    pub fn guard(&self) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let guard = attributes.find(|attribute| &*attribute.name == GUARD)?;
        Some(&guard.value)
    }

    /// The word in front of its name; `None` of types that are not records and enums.
    pub fn tag(&self) -> Option<Tag> {
        match &self.kind {
            Kind::Record(record) => Some(record.tag),
            Kind::Enum(_) => Some(Tag::Enum),
            Kind::Opaque { what } => Some(*what),
            _ => None,
        }
    }
}

impl Tag {
    /// The word; empty of [`Tag::Other`].
    pub fn word(self) -> &'static str {
        match self {
            Tag::Struct => "struct",
            Tag::Class => "class",
            Tag::Union => "union",
            Tag::Enum => "enum",
            Tag::Other => "",
        }
    }
}

impl Qualifier {
    /// The word of C.
    pub fn word(self) -> &'static str {
        match self {
            Qualifier::Const => "const",
            Qualifier::Volatile => "volatile",
            Qualifier::Restrict => "restrict",
            Qualifier::Atomic => "_Atomic",
        }
    }
}

impl Kind {
    /// Names the kind in a list: "integer", "struct".
    pub fn word(&self) -> &'static str {
        match self {
            Kind::Void => "void",
            Kind::Bool => "bool",
            Kind::Char { .. } => "char",
            Kind::Int { .. } => "integer",
            Kind::Float => "float",
            Kind::Complex => "complex",
            Kind::Pointer { .. } => "pointer",
            Kind::Reference { .. } => "reference",
            Kind::MemberPointer { .. } => "member pointer",
            Kind::Array { .. } => "array",
            Kind::Vector { .. } => "vector",
            Kind::Record(Record {
                variants: Some(_), ..
            }) => "enum with data",
            Kind::Record(record) => record.tag.word(),
            Kind::Enum(set) if set.is_set() => "set",
            Kind::Enum(_) => "enum",
            Kind::Alias { .. } => "alias",
            Kind::Qualified { qualifier, .. } => qualifier.word(),
            Kind::Function(_) => "function",
            Kind::Opaque { .. } => "opaque",
        }
    }
}
