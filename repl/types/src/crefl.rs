//! Types as the nodes of a graph, as Crefl shows its files.
//!
//! Each type is a node; what it is made of, such as fields, constants and parameters, is a list of nodes: `link` leads to the
//! first, and `next` from each to the one behind it. Attributes are such a list too. Numbers of one of Crefl's own types, such as
//! `int`, have no row.

use std::fmt::Write as _;

use memglass_types::{
    Attribute, Count, Enum, Enumerator, Kind, Linkage, Part, Qualifier, Signature, Symbol,
    SymbolKind, Tag, Type, TypeId, Types,
};
use memglass_value::shown::Shown;

/// The types that Crefl itself knows, by their numbers: 1 is `void`.
const OWN: [&str; 22] = [
    "void", "bool", "bit", "sign", "ubyte", "byte", "ushort", "short", "uint", "int", "ulong",
    "long", "ucent", "cent", "half", "float", "double", "quad", "chalf", "cfloat", "cdouble",
    "cquad",
];

/// Columns and their widths.
const COLUMNS: [(&str, usize); 8] = [
    ("id", 5),
    ("attr", 5),
    ("next", 5),
    ("link", 5),
    ("type", 10),
    ("name", 15),
    ("props", 15),
    ("detail", 20),
];

/// A row for each node.
pub fn crefl(types: &Types) -> Shown {
    let mut graph = Graph {
        types,
        nodes: OWN.map(|name| Node::new("intrinsic", name)).into(),
        of_type: Vec::new(),
    };
    graph.of_type = types.iter().map(|(_, ty)| graph.reserved(ty)).collect();
    for (id, ty) in types.iter() {
        if graph.of_type[id.index()] > OWN.len() {
            graph.ty(id, ty);
        }
    }
    let symbols: Vec<usize> = types
        .symbols()
        .iter()
        .map(|one| graph.symbol(one))
        .collect();
    graph.sources(&symbols);
    let text = graph.rows();
    crate::text(&text, text.as_str().into())
}

/// One node. The others are called by their numbers, which begin with 1; 0 is none.
struct Node {
    tag: &'static str,
    name: String,
    props: String,
    attr: usize,
    next: usize,
    link: usize,
}

impl Node {
    fn new(tag: &'static str, name: &str) -> Node {
        Node {
            tag,
            name: name.to_owned(),
            props: String::new(),
            attr: 0,
            next: 0,
            link: 0,
        }
    }

    fn props(self, props: impl Into<String>) -> Node {
        Node {
            props: props.into(),
            ..self
        }
    }

    fn link(self, link: usize) -> Node {
        Node { link, ..self }
    }
}

struct Graph<'t> {
    types: &'t Types,
    nodes: Vec<Node>,
    /// Of each type, its node.
    of_type: Vec<usize>,
}

impl Graph<'_> {
    fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len()
    }

    /// Puts nodes into a list, and gives the first.
    fn list(&mut self, nodes: impl IntoIterator<Item = usize>) -> usize {
        let (mut first, mut last) = (0, None::<usize>);
        for node in nodes {
            match last {
                Some(last) => self.nodes[last - 1].next = node,
                None => first = node,
            }
            last = Some(node);
        }
        first
    }

    fn at(&self, id: TypeId) -> usize {
        self.of_type[id.index()]
    }

    /// The node that will be the type's: one of Crefl's own, or a new one.
    fn reserved(&mut self, ty: &Type) -> usize {
        let own = own(ty).and_then(|own| OWN.iter().position(|name| *name == own));
        own.map_or_else(|| self.add(Node::new("", &ty.name)), |place| place + 1)
    }

    fn ty(&mut self, id: TypeId, ty: &Type) {
        let name = &*ty.name;
        let bits = ty.size.unwrap_or(0).saturating_mul(8);
        let width = format!("width={bits}");
        let node = match &ty.kind {
            Kind::Pointer { to } | Kind::Reference { to, .. } | Kind::MemberPointer { to, .. } => {
                Node::new("pointer", name).props(width).link(self.at(*to))
            }
            Kind::Array { element, count } => Node::new("array", name)
                .props(counted(*count))
                .link(self.at(*element)),
            Kind::Vector { element, count } => Node::new("array", name)
                .props(format!("size={count}"))
                .link(self.at(*element)),
            Kind::Alias { of } => Node::new("typedef", name).link(self.at(*of)),
            Kind::Qualified { of, qualifier } => Node::new("qualifier", name)
                .props(word(*qualifier))
                .link(self.at(*of)),
            Kind::Enum(set) => {
                let tag = if set.is_set() { "set" } else { "enum" };
                let constants = self.constants(set);
                Node::new(tag, name).props(width).link(constants)
            }
            Kind::Record(record) => {
                let parts = self.types.parts(id);
                let fields: Vec<usize> = parts.iter().map(|part| self.field(part)).collect();
                Node::new(tag(record.tag), name).link(self.list(fields))
            }
            Kind::Opaque { what } => Node::new(tag(*what), name),
            Kind::Function(signature) => {
                let parameters = self.parameters(signature, None);
                Node::new("function", name).link(parameters)
            }
            // A number that Crefl has no name for.
            _ => {
                let spelled = self.types.spell(id);
                Node::new("intrinsic", &spelled).props(width)
            }
        };
        let attr = self.attributes(&ty.attributes);
        let place = self.at(id) - 1;
        self.nodes[place] = Node { attr, ..node };
    }

    fn constants(&mut self, set: &Enum) -> usize {
        let base = set.base.map_or(0, |base| self.at(base));
        let constant = |one: &Enumerator| {
            let node = Node::new("constant", &one.name);
            self.add(node.props(format!("value={}", one.value)).link(base))
        };
        let constants: Vec<usize> = set.enumerators.iter().map(constant).collect();
        self.list(constants)
    }

    fn field(&mut self, part: &Part<'_>) -> usize {
        let width = part.member.and_then(|member| member.width_bits);
        let props = width.map_or_else(String::new, |width| format!("width={width}"));
        let attributes = part.member.map_or(&[][..], |member| &member.attributes);
        let attr = self.attributes(attributes);
        let node = Node::new("field", part.name).props(props);
        self.add(Node { attr, ..node }.link(self.at(part.ty)))
    }

    /// What a function gives back, and behind it what it takes.
    fn parameters(&mut self, signature: &Signature, symbol: Option<&Symbol>) -> usize {
        let result = self.add(
            Node::new("param", "")
                .props("out")
                .link(self.at(signature.result)),
        );
        let mut all = vec![result];
        for (index, &ty) in signature.parameters.iter().enumerate() {
            let name = symbol.and_then(|symbol| symbol.parameters.get(index));
            let node = Node::new("param", name.map_or("", |name| name));
            all.push(self.add(node.props("in").link(self.at(ty))));
        }
        self.list(all)
    }

    fn attributes(&mut self, attributes: &[Attribute]) -> usize {
        let attribute = |attribute: &Attribute| {
            let value = match &*attribute.value {
                "" => 0,
                value => self.add(Node::new("value", value)),
            };
            self.add(Node::new("attribute", &attribute.name).link(value))
        };
        let all: Vec<usize> = attributes.iter().map(attribute).collect();
        self.list(all)
    }

    fn symbol(&mut self, symbol: &Symbol) -> usize {
        let mut props = Vec::new();
        if symbol.linkage == Linkage::Static {
            props.push("static".to_owned());
        }
        if symbol.inline {
            props.push("inline".to_owned());
        }
        let address = symbol.address;
        props.extend(address.map(|address| format!("addr=0x{address:x}")));
        let (tag, link) = match (symbol.what, &self.types[symbol.ty].kind) {
            (SymbolKind::Function, Kind::Function(signature)) => {
                ("function", self.parameters(signature, Some(symbol)))
            }
            (SymbolKind::Function, _) => ("function", self.at(symbol.ty)),
            (SymbolKind::Variable, _) => ("field", self.at(symbol.ty)),
        };
        let attr = self.attributes(&symbol.attributes);
        let node = Node::new(tag, &symbol.name)
            .props(props.join(","))
            .link(link);
        self.add(Node { attr, ..node })
    }

    /// The files with their types, and one that has all functions and variables: of those the files are not known.
    fn sources(&mut self, symbols: &[usize]) {
        let mut sources = Vec::new();
        for unit in self.types.units() {
            let types = unit.types.iter().map(|&id| self.at(id)).collect();
            sources.push(self.source(&unit.name, types));
        }
        if !symbols.is_empty() {
            sources.push(self.source("", symbols.to_vec()));
        }
        let link = self.list(sources);
        self.add(Node::new("archive", "").link(link));
    }

    fn source(&mut self, name: &str, of: Vec<usize>) -> usize {
        let aliases = of.into_iter().map(|node| {
            let name = self.nodes[node - 1].name.clone();
            self.add(Node::new("alias", &name).link(node))
        });
        let aliases: Vec<usize> = aliases.collect();
        let link = self.list(aliases);
        self.add(Node::new("source", name).link(link))
    }

    fn rows(&self) -> String {
        let mut out = String::new();
        let rule = COLUMNS.map(|(_, width)| "-".repeat(width));
        row(&mut out, COLUMNS.map(|(name, _)| name.to_owned()));
        row(&mut out, rule.clone());
        for (place, node) in self.nodes.iter().enumerate().skip(OWN.len()) {
            let numbers = [place + 1, node.attr, node.next, node.link];
            let [id, attr, next, link] = numbers.map(|number| number.to_string());
            let name = named(node).to_owned();
            let (tag, props) = (node.tag.to_owned(), node.props.clone());
            let detail = self.detail(node);
            row(&mut out, [id, attr, next, link, tag, name, props, detail]);
        }
        row(&mut out, rule);
        out
    }

    /// What the node leads to.
    fn detail(&self, node: &Node) -> String {
        match node.link.checked_sub(1).map(|place| &self.nodes[place]) {
            Some(to) => format!("{}(\"{}\")", to.tag, to.name),
            None => String::new(),
        }
    }
}

fn named(node: &Node) -> &str {
    match node.name.as_str() {
        "" => "(anonymous)",
        name => name,
    }
}

/// Cells in their columns; what is too long is not cut.
fn row(out: &mut String, cells: [String; COLUMNS.len()]) {
    let mut line = String::new();
    for (cell, (_, width)) in cells.iter().zip(COLUMNS) {
        // Writing to a string does not fail.
        let _ = write!(line, "{cell:width$}");
        if cell.chars().count() >= width && !cell.starts_with('-') {
            line.push(' ');
        }
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// The type of Crefl that a number is.
fn own(ty: &Type) -> Option<&'static str> {
    let bytes = ty.size.unwrap_or(0);
    let by_sign = |signed: bool, names: [&'static str; 2]| Some(names[usize::from(signed)]);
    match ty.kind {
        Kind::Void => Some("void"),
        Kind::Bool if bytes == 1 => Some("bool"),
        Kind::Char { signed } if bytes == 1 => by_sign(signed, ["ubyte", "byte"]),
        Kind::Int { signed, bits } if u64::from(bits) == bytes * 8 => match bytes {
            1 => by_sign(signed, ["ubyte", "byte"]),
            2 => by_sign(signed, ["ushort", "short"]),
            4 => by_sign(signed, ["uint", "int"]),
            8 => by_sign(signed, ["ulong", "long"]),
            16 => by_sign(signed, ["ucent", "cent"]),
            _ => None,
        },
        Kind::Float => of_size(bytes, ["half", "float", "double", "quad"]),
        Kind::Complex => of_size(bytes / 2, ["chalf", "cfloat", "cdouble", "cquad"]),
        _ => None,
    }
}

fn of_size(bytes: u64, names: [&'static str; 4]) -> Option<&'static str> {
    let place = [2, 4, 8, 16].iter().position(|size| *size == bytes)?;
    Some(names[place])
}

fn counted(count: Count) -> String {
    match count {
        Count::Fixed(count) => format!("size={count}"),
        Count::Open => "size=0".into(),
        Count::Variable => "vla,size=0".into(),
        Count::AtLeast(count) => format!("static,size={count}"),
    }
}

fn tag(tag: Tag) -> &'static str {
    match tag {
        Tag::Union => "union",
        Tag::Enum => "enum",
        Tag::Struct | Tag::Class | Tag::Other => "struct",
    }
}

fn word(qualifier: Qualifier) -> &'static str {
    match qualifier {
        Qualifier::Const => "const",
        Qualifier::Volatile => "volatile",
        Qualifier::Restrict => "restrict",
        Qualifier::Atomic => "atomic",
    }
}
