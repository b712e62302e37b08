//! The definition of a type as C writes it, with what the compiler knows of it in comments.

use std::collections::HashSet;
use std::fmt::Write;

use crate::holes::{CACHE_LINE, Part};
use crate::kind::{Enum, Kind, Member, Signature, Tag, TypeId};
use crate::placing::{Before, Placing, Told, filling};
use crate::types::Types;

/// Columns before the comments.
const COMMENTS: usize = 48;

/// Types that lead from a member to one without a name.
const MOST_STEPS: usize = 64;

/// Levels of records without a name behind pointers, and bytes of text behind which no more of them, and no more of their
/// members, are written: their places say nothing of the outermost one's.
const DEEPEST: usize = 32;
const LONGEST: usize = 1 << 20;

/// The attribute of a packed record that has the text of its layout.
const LAYOUT: &str = "layout";

/// What a definition says besides itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Remarks {
    /// Offset and size of each member.
    #[default]
    Places,
    /// Also unused bytes, the ends of cache lines, and a summary.
    Holes,
}

impl Types {
    /// The definition of a type in C, with offset and size of each member: `struct quote { … };`.
    ///
    /// Records and enums without a name are written in place. `packed`, `aligned`, `_Alignas` and bitfields without a name
    /// are written where a compiler needs them to lay the members out as they are. What C has no words for, such as base classes and the variants of
    /// Rust enums, is written as a member with a comment. The attribute `layout`, the text that says how a packed record is
    /// laid out, is written above it.
    ///
    /// # Panics
    ///
    /// If `id` is not of this set.
    pub fn declaration(&self, id: TypeId, remarks: Remarks) -> String {
        let mut text = Text {
            types: self,
            placing: Placing::new(self),
            out: String::new(),
            remarks,
            listed: HashSet::new(),
            is_behind_pointer: false,
        };
        match &self[id].kind {
            Kind::Record(_) => {
                text.layout(id);
                text.body(id, 0, 0);
                text.end_of_record(id);
            }
            Kind::Enum(_) => {
                text.body(id, 0, 0);
                text.out.push_str(";\n");
            }
            Kind::Alias { of } => text.alias(id, *of),
            Kind::Opaque { .. } => _ = writeln!(text.out, "{};", self.base_name(id)),
            _ => _ = writeln!(text.out, "{};", self.spell(id)),
        }
        text.out
    }
}

/// A type without a name that is written in place.
#[derive(Clone, Copy)]
struct Unnamed {
    id: TypeId,
    /// Whether it lies in the member, and not behind an address.
    is_inside: bool,
}

struct Text<'t> {
    types: &'t Types,
    placing: Placing<'t>,
    out: String,
    remarks: Remarks,
    /// Enums that are written in it.
    listed: HashSet<TypeId>,
    /// Whether a record that is being written lies behind an address.
    is_behind_pointer: bool,
}

impl Text<'_> {
    fn line(&mut self, depth: usize, code: &str, comment: &str) {
        let code = format!("{:indent$}{code}", "", indent = depth * 4);
        let _ = match comment {
            "" => writeln!(self.out, "{code}"),
            comment => writeln!(self.out, "{code:COMMENTS$} /* {comment} */"),
        };
    }

    /// What says how the bytes of a packed record are laid out, as a comment.
    fn layout(&mut self, id: TypeId) {
        let mut attributes = self.types[id].attributes.iter();
        if let Some(layout) = attributes.find(|attribute| &*attribute.name == LAYOUT) {
            for line in layout.value.lines() {
                // A backslash at its end would make a comment of the next line too.
                let line = format!("// {}", line.trim_end_matches('\\'));
                let _ = writeln!(self.out, "{}", line.trim_end());
            }
        }
    }

    /// `typedef struct { … } name;` and `typedef int name;`
    fn alias(&mut self, id: TypeId, of: TypeId) {
        let code = self.types.declare(of, &self.types[id].name);
        let Some((unnamed, front, behind)) = self.unnamed(of, &code, 0) else {
            _ = writeln!(self.out, "typedef {code};");
            return;
        };
        let _ = write!(self.out, "typedef {front}");
        self.body(unnamed.id, 0, 0);
        self.out.push_str(behind);
        match unnamed.id == of {
            true => self.end_of_record(of),
            false => self.out.push_str(";\n"),
        }
    }

    /// Up to its closing bracket. `start` is where it lies in the outermost record.
    fn record(&mut self, id: TypeId, depth: usize, start: u64) {
        let ty = &self.types[id];
        let word = ty.tag().map_or("", Tag::word);
        let told = self.placing.of(id);
        let said = attributes(&told);
        let head = [word, &*said, &*ty.name]
            .into_iter()
            .filter(|part| !part.is_empty());
        let head = head.collect::<Vec<_>>().join(" ");
        let _ = writeln!(self.out, "{head} {{");
        for base in self.types.virtual_bases(id) {
            let base = &self.types[base].name;
            let said = format!("virtual base class {base}, its place is not known");
            self.line(depth + 1, "", &said);
        }
        let mut end = 0;
        let parts = self.types.parts(id);
        for (number, (part, before)) in parts.iter().zip(&told.before).enumerate() {
            if self.is_behind_pointer && self.out.len() >= LONGEST {
                let left = counted((parts.len() - number) as u64, "more member");
                self.line(depth + 1, "", &left);
                break;
            }
            self.gap(depth, end, part.offset_bits);
            self.part(part, *before, depth + 1, start);
            let after = part.offset_bits.saturating_add(part.size_bits.unwrap_or(0));
            if depth == 0 {
                self.cache_line(end, after);
            }
            end = end.max(after);
        }
        self.fill(told.behind, depth + 1);
        let _ = write!(self.out, "{:indent$}}}", "", indent = depth * 4);
    }

    fn part(&mut self, part: &Part<'_>, before: Before, depth: usize, start: u64) {
        match before {
            Before::Bits(bits) => {
                // A number, as no bitfield of `_Bool` may have two bits.
                let bytes = self.types.size_of(part.ty).unwrap_or(4);
                let code = format!("{} : {bits};", integer_of(bytes));
                self.line(depth, &code, "");
            }
            other => self.fill(other, depth),
        }
        let offset_bits = start.saturating_add(part.offset_bits);
        let comment = place(offset_bits, part);
        let comment = match (part.member, part.value, part.is_alternative) {
            (None, ..) => format!("{comment}  base class"),
            (_, Some(value), _) => format!("{comment}  if {value}"),
            (Some(member), None, _) => format!("{comment}{}", said_of(member)),
        };
        let code = self.code(part);
        let unnamed = self.unnamed(part.ty, &code, depth);
        let aligned = match before {
            Before::Aligned(align) => format!("_Alignas({align}) "),
            Before::Lowered(align) => format!("__attribute__((aligned({align}))) "),
            _ => String::new(),
        };
        let Some((unnamed, front, behind)) = unnamed else {
            return self.line(depth, &(aligned + &code), &comment);
        };
        // C has one scope for the names of all enums.
        if self.listed.contains(&unnamed.id) {
            let code = format!("{aligned}{front}{}{behind}", self.integer(unnamed.id));
            return self.line(depth, &code, &comment);
        }
        let _ = write!(
            self.out,
            "{:indent$}{aligned}{front}",
            "",
            indent = depth * 4
        );
        let start = if unnamed.is_inside { offset_bits } else { 0 };
        let is_outer_behind = self.is_behind_pointer;
        self.is_behind_pointer |= !unnamed.is_inside;
        self.body(unnamed.id, depth, start);
        self.is_behind_pointer = is_outer_behind;
        let width = (COMMENTS - 1).saturating_sub(depth * 4);
        let _ = writeln!(self.out, "{behind:width$} /* {comment} */");
    }

    fn fill(&mut self, gap: Before, depth: usize) {
        let Before::Gap(from, to) = gap else { return };
        for width in filling(from, to) {
            let code = format!("{} : {width};", integer_of(width.div_ceil(8)));
            self.line(depth, &code, "");
        }
    }

    /// A record or an enum up to its closing bracket.
    fn body(&mut self, id: TypeId, depth: usize, start: u64) {
        match &self.types[id].kind {
            Kind::Enum(set) => {
                self.listed.insert(id);
                self.set(id, set, depth);
            }
            _ => self.record(id, depth, start),
        }
    }

    /// The record or enum without a name that a type is, or is made of, with what is in front of it and behind it where
    /// `code` declares something of the type.
    fn unnamed<'c>(
        &self,
        id: TypeId,
        code: &'c str,
        depth: usize,
    ) -> Option<(Unnamed, &'c str, &'c str)> {
        let (mut id, mut is_inside) = (id, true);
        for _ in 0..MOST_STEPS {
            id = match &self.types[id].kind {
                Kind::Array { element: of, .. }
                | Kind::Vector { element: of, .. }
                | Kind::Qualified { of, .. } => *of,
                Kind::Pointer { to: of } | Kind::Function(Signature { result: of, .. }) => {
                    is_inside = false;
                    *of
                }
                Kind::Record(_) | Kind::Enum(_) if self.types[id].name.is_empty() => {
                    // A file could have records that point to each other, and none of them a name.
                    let is_written = is_inside || (depth < DEEPEST && self.out.len() < LONGEST);
                    let (front, behind) = code.split_once(&self.types.base_name(id))?;
                    return is_written.then_some((Unnamed { id, is_inside }, front, behind));
                }
                _ => return None,
            };
        }
        None
    }

    /// An enum without a name as the number that it is, not to list it again.
    fn integer(&self, id: TypeId) -> String {
        match &self.types[id].kind {
            Kind::Enum(Enum {
                base: Some(base), ..
            }) => self.types.spell(*base),
            _ => integer_of(self.types.size_of(id).unwrap_or(4)).into(),
        }
    }

    fn code(&self, part: &Part<'_>) -> String {
        let declared = self.types.declare(part.ty, part.name);
        match part.member.and_then(|member| member.width_bits) {
            Some(width) if part.name.is_empty() => {
                format!("{} : {width};", self.types.spell(part.ty))
            }
            Some(width) => format!("{declared} : {width};"),
            None => format!("{declared};"),
        }
    }

    fn set(&mut self, id: TypeId, set: &Enum, depth: usize) {
        let ty = &self.types[id];
        // `enum : short` says it too, but only to clang and to gcc 13.
        let (packed, mode) = match ty.size {
            Some(size) if size == usual_bytes(set) => ("", ""),
            Some(size) if size == least_bytes(set) => ("__attribute__((packed))", ""),
            Some(2) => ("", " __attribute__((mode(HI)))"),
            Some(4) => ("", " __attribute__((mode(SI)))"),
            Some(8) => ("", " __attribute__((mode(DI)))"),
            _ => ("", ""),
        };
        let head = ["enum", packed, &*ty.name].into_iter();
        let head: Vec<&str> = head.filter(|part| !part.is_empty()).collect();
        let _ = writeln!(self.out, "{} {{", head.join(" "));
        for one in &set.enumerators {
            let _ = writeln!(
                self.out,
                "{:indent$}{} = {},",
                "",
                one.name,
                one.value,
                indent = depth * 4 + 4
            );
        }
        let _ = write!(self.out, "{:indent$}}}{mode}", "", indent = depth * 4);
    }

    fn gap(&mut self, depth: usize, from: u64, to: u64) {
        if self.remarks != Remarks::Holes || to <= from {
            return;
        }
        let bits = to - from;
        let what = match bits % 8 {
            0 => format!("hole of {}", counted(bits / 8, "byte")),
            _ => format!("hole of {}", counted(bits, "bit")),
        };
        self.line(depth + 1, "", &what);
    }

    /// Says where a line of the cache ends between two members, or inside of one.
    fn cache_line(&mut self, before: u64, after: u64) {
        let line = CACHE_LINE * 8;
        if self.remarks == Remarks::Holes && after / line > before / line {
            let (number, past) = (after / line, after % line / 8);
            let past = match past {
                0 => String::new(),
                past => format!(" was {} ago", counted(past, "byte")),
            };
            self.line(
                1,
                "",
                &format!(
                    "-- cache line {number} ({} bytes){past} --",
                    number * CACHE_LINE
                ),
            );
        }
    }

    fn end_of_record(&mut self, id: TypeId) {
        self.out.push_str(";\n");
        let Some(holes) = self
            .types
            .holes(id)
            .filter(|_| self.remarks == Remarks::Holes)
        else {
            return;
        };
        let members = self.types.parts(id).len();
        let mut summary = format!(
            "{}, {}",
            counted(holes.size, "byte"),
            counted(members as u64, "member")
        );
        let _ = write!(summary, ", {}", counted(holes.cache_lines(), "cache line"));
        if !holes.holes.is_empty() {
            let bits: u64 = holes.holes.iter().map(|hole| hole.bits % 8).sum();
            let bits = if bits == 0 {
                String::new()
            } else {
                format!(" and {}", counted(bits, "bit"))
            };
            let holed = counted(holes.holes.len() as u64, "hole");
            let _ = write!(
                summary,
                ", {holed} of {}{bits} together",
                counted(holes.hole_bytes(), "byte")
            );
        }
        if holes.padding_bits > 0 {
            let padding = match holes.padding_bits % 8 {
                0 => counted(holes.padding(), "byte"),
                _ => counted(holes.padding_bits, "bit"),
            };
            let _ = write!(summary, ", {padding} of padding");
        }
        let _ = writeln!(self.out, "/* {summary} */");
    }
}

/// What makes a compiler lay the members of a record out as they are.
fn attributes(told: &Told) -> String {
    let packed = told.is_packed.then(|| "packed".to_owned());
    let aligned = told.align.map(|align| format!("aligned({align})"));
    let all: Vec<String> = packed.into_iter().chain(aligned).collect();
    match all.is_empty() {
        true => String::new(),
        false => format!("__attribute__(({}))", all.join(", ")),
    }
}

/// Bytes of the enum that a compiler makes of these values if it is told nothing.
fn usual_bytes(set: &Enum) -> u64 {
    least_bytes(set).max(4)
}

/// Bytes of the smallest number that has all values of an enum.
fn least_bytes(set: &Enum) -> u64 {
    let mut values = set.enumerators.iter().map(|one| one.value);
    let is_signed = values.clone().any(|value| value < 0);
    let bits = |value: i128| match value < 0 {
        true => 128 - value.leading_ones(),
        false => 128 - value.leading_zeros(),
    };
    let most = values.by_ref().map(bits).max().unwrap_or(0) + u32::from(is_signed);
    u64::from(most.max(1).next_power_of_two().max(8) / 8)
}

/// A number of C of so many bytes.
fn integer_of(bytes: u64) -> &'static str {
    match bytes {
        1 => "char",
        2 => "short",
        8 => "long long",
        16 => "__int128",
        _ => "int",
    }
}

fn counted(number: u64, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    }
}

/// Offset and size, in columns; of bitfields also the bit.
fn place(offset_bits: u64, part: &Part<'_>) -> String {
    let offset = offset_bits / 8;
    match (
        part.member.and_then(|member| member.width_bits),
        part.size_bits,
    ) {
        (Some(width), _) => format!("{offset:5}:{:<2} {width:>5} bits", offset_bits % 8),
        (None, Some(bits)) => format!("{offset:5} {:>8}", bits / 8),
        (None, None) => format!("{offset:5}        ?"),
    }
}

fn said_of(member: &Member) -> String {
    let said = member
        .attributes
        .iter()
        .map(|attribute| match &*attribute.value {
            "" => format!("  {}", attribute.name),
            value => format!("  {}({value})", attribute.name),
        });
    // A comment ends where its text says so.
    said.collect::<String>().replace("*/", "* /")
}
