//! Types as `bpftool btf dump` writes those of the Linux kernel.
//!
//! What BTF has no kind for is written in the same manner: references, vectors, base classes, complex numbers.

use std::fmt::Write as _;

use memglass_types::{
    Attribute, Count, Enum, Kind, Linkage, Part, Qualifier, Signature, Symbol, SymbolKind, Tag,
    TypeId, Types,
};
use memglass_value::shown::Shown;

/// A line for each type, function and variable, and below it one for each of its parts; 0 is void.
pub fn btf_like(types: &Types) -> Shown {
    let mut count = 0;
    let number = |(_, ty): (_, &memglass_types::Type)| match ty.kind {
        Kind::Void => 0,
        _ => {
            count += 1;
            count
        }
    };
    let numbers = types.iter().map(number).collect();
    let mut dump = Dump {
        types,
        numbers,
        last: 0,
        out: String::new(),
    };
    dump.last = count;
    for (id, ty) in types.iter() {
        if !matches!(ty.kind, Kind::Void) {
            dump.ty(id);
        }
    }
    for symbol in types.symbols() {
        dump.symbol(symbol);
    }
    for (id, ty) in types.iter() {
        dump.tags(dump.number(id), None, &ty.attributes);
        for (index, part) in types.parts(id).iter().enumerate() {
            let of_record = matches!(ty.kind, Kind::Record(_));
            if let (Some(member), true) = (part.member, of_record) {
                dump.tags(dump.number(id), Some(index), &member.attributes);
            }
        }
    }
    crate::text(&dump.out, dump.out.as_str().into())
}

struct Dump<'t> {
    types: &'t Types,
    /// Of each type, its number.
    numbers: Vec<u32>,
    /// The last number that was given.
    last: u32,
    out: String,
}

impl Dump<'_> {
    fn number(&self, id: TypeId) -> u32 {
        self.numbers[id.index()]
    }

    // Writing to a string does not fail.
    fn line(&mut self, number: u32, kind: &str, name: &str, rest: &str) {
        let name = if name.is_empty() { "(anon)" } else { name };
        let _ = writeln!(self.out, "[{number}] {kind} '{name}' {rest}");
    }

    fn part(&mut self, name: &str, rest: &str) {
        let name = if name.is_empty() { "(anon)" } else { name };
        let _ = writeln!(self.out, "\t'{name}' {rest}");
    }

    fn ty(&mut self, id: TypeId) {
        let types = self.types;
        let ty = &types[id];
        let size = ty.size.unwrap_or(0);
        let to = |to: TypeId| format!("type_id={}", self.number(to));
        let int = |bits: u64, encoding: &str| {
            format!("size={size} bits_offset=0 nr_bits={bits} encoding={encoding}")
        };
        let (kind, rest) = match &ty.kind {
            Kind::Bool => ("INT", int(size.saturating_mul(8), "BOOL")),
            Kind::Char { .. } => ("INT", int(size.saturating_mul(8), "CHAR")),
            Kind::Int { signed, bits } => {
                let encoding = if *signed { "SIGNED" } else { "(none)" };
                ("INT", int(u64::from(*bits), encoding))
            }
            Kind::Float => ("FLOAT", format!("size={size}")),
            Kind::Complex => ("COMPLEX", format!("size={size}")),
            Kind::Pointer { to: of } => ("PTR", to(*of)),
            Kind::Reference {
                to: of,
                rvalue: false,
            } => ("REFERENCE", to(*of)),
            Kind::Reference {
                to: of,
                rvalue: true,
            } => ("RVALUE_REFERENCE", to(*of)),
            Kind::MemberPointer { class, to: of } => (
                "MEMBER_PTR",
                format!("{} class_id={}", to(*of), self.number(*class)),
            ),
            Kind::Array { element, count } => {
                ("ARRAY", format!("{} {}", to(*element), counted(*count)))
            }
            Kind::Vector { element, count } => {
                ("VECTOR", format!("{} nr_elems={count}", to(*element)))
            }
            Kind::Record(record) => {
                let kind = if record.tag == Tag::Union {
                    "UNION"
                } else {
                    "STRUCT"
                };
                (kind, format!("size={size} vlen={}", types.parts(id).len()))
            }
            Kind::Enum(set) => self.enumeration(set, size),
            Kind::Alias { of } => ("TYPEDEF", to(*of)),
            Kind::Qualified { of, qualifier } => (qualified(*qualifier), to(*of)),
            Kind::Function(signature) => {
                let ellipsis = u32::from(signature.variadic);
                let vlen = signature.parameters.len() as u32 + ellipsis;
                let result = self.number(signature.result);
                ("FUNC_PROTO", format!("ret_type_id={result} vlen={vlen}"))
            }
            Kind::Opaque { what } => ("FWD", format!("fwd_kind={}", declared(*what))),
            other => (other.word(), String::new()),
        };
        self.line(self.number(id), kind, &ty.name, &rest);
        match &ty.kind {
            Kind::Record(_) => types.parts(id).iter().for_each(|part| self.member(part)),
            Kind::Enum(set) => {
                for one in &set.enumerators {
                    self.part(&one.name, &format!("val={}", one.value));
                }
            }
            Kind::Function(signature) => self.parameters(signature, None),
            _ => {}
        }
    }

    fn enumeration(&self, set: &Enum, size: u64) -> (&'static str, String) {
        let is_signed = set.enumerators.iter().any(|one| one.value < 0);
        let encoding = if is_signed { "SIGNED" } else { "UNSIGNED" };
        let kind = if size > 4 { "ENUM64" } else { "ENUM" };
        let vlen = set.enumerators.len();
        (kind, format!("encoding={encoding} size={size} vlen={vlen}"))
    }

    fn member(&mut self, part: &Part<'_>) {
        let mut rest = format!(
            "type_id={} bits_offset={}",
            self.number(part.ty),
            part.offset_bits
        );
        if let Some(width) = part.member.and_then(|member| member.width_bits) {
            let _ = write!(rest, " bitfield_size={width}");
        }
        if part.member.is_none() {
            rest.push_str(" base");
        }
        if let Some(value) = part.value {
            let _ = write!(rest, " if={value}");
        }
        self.part(part.name, &rest);
    }

    fn parameters(&mut self, signature: &Signature, symbol: Option<&Symbol>) {
        for (index, &ty) in signature.parameters.iter().enumerate() {
            let name = symbol.and_then(|symbol| symbol.parameters.get(index));
            let rest = format!("type_id={}", self.number(ty));
            self.part(name.map_or("", |name| name), &rest);
        }
        if signature.variadic {
            self.part("", "type_id=0");
        }
    }

    fn symbol(&mut self, symbol: &Symbol) {
        self.last += 1;
        let (number, ty) = (self.last, self.number(symbol.ty));
        let linkage = match symbol.linkage {
            Linkage::Static => "static",
            Linkage::External => "global",
        };
        let address = symbol.address;
        let address = address.map_or_else(String::new, |address| format!(" address=0x{address:x}"));
        match symbol.what {
            SymbolKind::Function => {
                let rest = format!("type_id={ty} linkage={linkage}{address}");
                self.line(number, "FUNC", &symbol.name, &rest);
            }
            SymbolKind::Variable => {
                let rest = format!("type_id={ty}, linkage={linkage}{address}");
                self.line(number, "VAR", &symbol.name, &rest);
            }
        }
        self.tags(number, None, &symbol.attributes);
    }

    /// A line for each attribute of something, or of a part of it.
    fn tags(&mut self, of: u32, part: Option<usize>, attributes: &[Attribute]) {
        let part = part.map_or(-1, |part| part as i64);
        for attribute in attributes {
            self.last += 1;
            let text = match (&*attribute.name, &*attribute.value) {
                (name, "") => name.to_owned(),
                (name, value) => format!("{name}({value})"),
            };
            let rest = format!("type_id={of} component_idx={part}");
            self.line(self.last, "DECL_TAG", &text, &rest);
        }
    }
}

fn counted(count: Count) -> String {
    match count {
        Count::Fixed(count) => format!("nr_elems={count}"),
        Count::Open => "nr_elems=0".into(),
        Count::Variable => "nr_elems=variable".into(),
        Count::AtLeast(count) => format!("nr_elems={count} or more"),
    }
}

fn qualified(qualifier: Qualifier) -> &'static str {
    match qualifier {
        Qualifier::Const => "CONST",
        Qualifier::Volatile => "VOLATILE",
        Qualifier::Restrict => "RESTRICT",
        Qualifier::Atomic => "ATOMIC",
    }
}

fn declared(what: Tag) -> &'static str {
    match what {
        Tag::Class => "struct",
        Tag::Other => "other",
        tag => tag.word(),
    }
}
