//! Why a wanted value is not stored.

use std::fmt;

use crate::schema::Range;

/// The reason why a wanted value is refused, and where inside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Where inside the wanted value: `levels[2].price`; empty for the value itself.
    pub path: String,
    /// What is wrong.
    pub reason: Box<Reason>,
}

/// What is wrong with a wanted value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// A value of another kind.
    #[error("expected {expected}, got {found}")]
    Kind {
        /// What the place takes.
        expected: String,
        /// What was wanted.
        found: String,
    },
    /// A number that the type cannot hold.
    #[error("{value} does not fit {type_name} ({})", Range::of(low, high))]
    Fit {
        /// The number.
        value: String,
        /// The type.
        type_name: String,
        /// Its lowest value.
        low: String,
        /// Its highest value.
        high: String,
    },
    /// A fraction, an infinity or NaN for an integer.
    #[error("{value} is not a whole number; {type_name} needs one")]
    NotWhole {
        /// The number.
        value: f64,
        /// The type.
        type_name: String,
    },
    /// A number outside the declared bounds.
    #[error("{value} is out of range; allowed is {allowed}")]
    Range {
        /// The number.
        value: String,
        /// The bounds.
        allowed: String,
    },
    /// A number between two steps.
    #[error("{value} is not on a step; allowed is {base} plus multiples of {step}")]
    Step {
        /// The number.
        value: String,
        /// Where steps are counted from.
        base: String,
        /// The step.
        step: String,
    },
    /// Text that does not fit.
    #[error("the text has {len_bytes} bytes; there is room for {room_bytes}")]
    TooLong {
        /// Length of the text in bytes.
        len_bytes: usize,
        /// Size of the place in bytes.
        room_bytes: usize,
    },
    /// Text with a zero byte, which would end it.
    #[error("the text has a zero byte at {offset}, which would end it")]
    ZeroByte {
        /// The first one, in bytes from the start.
        offset: usize,
    },
    /// Text that does not match the declared pattern.
    #[error("{text:?} does not match {pattern:?}")]
    Pattern {
        /// The text.
        text: String,
        /// The regular expression that the whole text must match.
        pattern: String,
    },
    /// A declared pattern that is not a regular expression.
    #[error(
        "the field's regex {pattern:?} is invalid ({why}), so no text can be checked; force the write"
    )]
    BadPattern {
        /// The pattern.
        pattern: String,
        /// What the parser says.
        why: String,
    },
    /// A name that no value has.
    #[error("{type_name} has no {name:?} (it has {known}){suggestion}")]
    NoSuchName {
        /// The enum or flag set, or `this field` if only its declaration has names.
        type_name: String,
        /// The name.
        name: String,
        /// `; did you mean "…"?`, or empty.
        suggestion: String,
        /// The names there are.
        known: String,
    },
    /// A number without a name, in an enum where all values have one.
    #[error("{number} is not a value of {type_name}; it has {known}")]
    Unnamed {
        /// The number.
        number: String,
        /// The enum, or `this field`.
        type_name: String,
        /// The names there are, with their numbers.
        known: String,
    },
    /// Bits that no flag covers.
    #[error("{type_name} has no flags for the bits 0x{bits:x}; it has {known}")]
    UnknownBits {
        /// The bits without a name.
        bits: u128,
        /// The flag set, or `this field`.
        type_name: String,
        /// The flags there are, with their bits.
        known: String,
    },
    /// Something that a packed record cannot hold.
    #[error("{why}")]
    Packed {
        /// What is wrong, and where in the record.
        why: String,
    },
    /// Something that cannot be changed in one step.
    #[error(
        "{type_name} is not guarded as a whole and cannot be changed in one step; change its parts"
    )]
    NotOneStep {
        /// The type.
        type_name: String,
    },
    /// Values that cannot be added.
    #[error("{found} cannot be added")]
    NotAddable {
        /// What they are.
        found: String,
    },
    /// A list of another length than the array.
    #[error("a list of {found} does not fit an array of {expected}")]
    Length {
        /// Elements wanted.
        found: usize,
        /// Elements of the array.
        expected: u64,
    },
    /// A member that the struct does not have.
    #[error("{type_name} has no member {name:?} (it has {known}){suggestion}")]
    NoSuchMember {
        /// The struct or union.
        type_name: String,
        /// The member.
        name: String,
        /// `; did you mean "…"?`, or empty.
        suggestion: String,
        /// The members there are.
        known: String,
    },
    /// A member that is given twice.
    #[error("member {name:?} is given twice")]
    Repeated {
        /// The member.
        name: String,
    },
    /// Not exactly one member of a union.
    #[error("a union takes one member, got {found}; name the one to store")]
    NotOneMember {
        /// How many.
        found: usize,
    },
    /// A read-only member that would change.
    #[error("it is read-only; leave it out, or force the write")]
    ReadOnly,
    /// An address, which means nothing outside the producer.
    #[error("this is an address in the producer; force the write if you know a valid one")]
    Address,
}

impl Refusal {
    /// The same refusal, seen from the record that the value is a member of.
    pub(super) fn in_member(mut self, name: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("{name}{dot}{}", self.path);
        self
    }

    /// The same refusal, seen from a value in which this one has the path `outer`.
    pub(crate) fn within(mut self, outer: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') || outer.is_empty() {
            ""
        } else {
            "."
        };
        self.path = format!("{}{dot}{}", outer.trim_start_matches('.'), self.path);
        self
    }

    /// A record with a member that the struct `type_name` does not have.
    pub(crate) fn no_such_member<'n>(
        name: &str,
        type_name: &str,
        members: impl ExactSizeIterator<Item = &'n str> + Clone,
    ) -> Self {
        Self::from(Reason::NoSuchMember {
            type_name: type_name.into(),
            name: name.into(),
            suggestion: suggestion(name, members.clone()),
            known: listing(members.map(String::from)),
        })
    }

    /// The same refusal, seen from the list that the value is an element of.
    pub(super) fn in_element(self, index: usize) -> Self {
        self.in_member(&format!("[{index}]"))
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self {
            path: String::new(),
            reason: Box::new(reason),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(out, "{}: ", self.path)?;
        }
        self.reason.fmt(out)
    }
}

impl std::error::Error for Refusal {}

/// `; did you mean "…"?` for the candidate most like `name`, or nothing.
pub(super) fn suggestion<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    // The candidates may be a stranger's: bound the time this takes.
    const MOST: usize = 1000;
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return String::new();
    }
    let wanted = name.to_lowercase();
    let distance = |candidate: &str| strsim::osa_distance(&wanted, &candidate.to_lowercase());
    let near = candidates
        .take(MOST)
        .filter(|candidate| candidate.len() <= LONGEST);
    near.map(|candidate| (distance(candidate), candidate))
        .filter(|&(distance, _)| {
            distance < wanted.chars().count().min(2 + wanted.chars().count() / 4)
        })
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| format!("; did you mean {candidate:?}?"))
        .unwrap_or_default()
}

/// The first dozen of some names, and how many more there are.
pub(super) fn listing(names: impl ExactSizeIterator<Item = String>) -> String {
    const SHOWN: usize = 12;
    let more = names.len().saturating_sub(SHOWN);
    let mut list: Vec<String> = names.take(SHOWN).collect();
    if more > 0 {
        list.push(format!("and {more} more"));
    }
    match list.is_empty() {
        true => "none".into(),
        false => list.join(", "),
    }
}
