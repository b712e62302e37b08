//! A tree back to its canonical text.

use super::parse_expr::strength;
use super::tree::{
    ArmBody, BitsKind, Body, Count, Def, Expr, Member, Name, Pattern, Step, Type, TypeOf,
};
use std::fmt::Write;

/// Says how many bytes the named type has, where a byte order matters to it.
pub(crate) type ByteSize<'s> = &'s dyn Fn(&str) -> u64;

/// Says what stands behind the declaration of a field.
pub(crate) type Mark<'s> = &'s dyn Fn(Name<'_>) -> &'static str;

/// Prints definitions; enums are printed by their computed `values`.
pub(crate) fn print(
    defs: &[Def<'_>],
    values: &dyn Fn(&str) -> Vec<(String, i128)>,
    size: ByteSize<'_>,
    mark: Mark<'_>,
) -> String {
    let mut printer = Printer {
        out: String::new(),
        depth: 0,
        size,
        mark,
    };
    for (i, def) in defs.iter().enumerate() {
        if i > 0 {
            printer.out.push('\n');
        }
        printer.def(def, values);
    }
    printer.out
}

struct Printer<'s> {
    out: String,
    depth: usize,
    size: ByteSize<'s>,
    mark: Mark<'s>,
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        let indent = self.depth * 4;
        let _ = writeln!(self.out, "{:indent$}{text}", "");
    }

    fn def(&mut self, def: &Def<'_>, values: &dyn Fn(&str) -> Vec<(String, i128)>) {
        match def {
            Def::Const {
                name,
                scalar,
                value,
            } => {
                let value = self.expr(value);
                self.line(&format!("const {} {} = {value};", scalar.name(), name.text));
            }
            Def::Enum { name, scalar, .. } => {
                self.line(&format!("enum {} : {} {{", name.text, scalar.name()));
                for (value_name, value) in values(name.text) {
                    self.line(&format!("    {value_name} = {value},"));
                }
                self.line("};");
            }
            Def::Bitfield { name, members } => {
                self.line(&format!("bitfield {} {{", name.text));
                for bits in members {
                    let word = match bits.kind {
                        BitsKind::Signed => "signed ".to_owned(),
                        BitsKind::Bool => "bool ".to_owned(),
                        BitsKind::Enum(of) => format!("{} ", of.text),
                        BitsKind::Unsigned | BitsKind::Padding => String::new(),
                    };
                    let width = self.expr(&bits.width);
                    self.line(&format!("    {word}{} : {width};", bits.name.text));
                }
                self.line("};");
            }
            Def::Struct { name, base, body } => {
                let base = base
                    .map(|base| format!(" : {}", base.text))
                    .unwrap_or_default();
                self.line(&format!("struct {}{base} {{", name.text));
                let end = self.body(body);
                self.line(&format!("{end};"));
            }
        }
    }

    /// Prints the members, and gives back the closing bracket with what belongs to it.
    fn body(&mut self, body: &Body<'_>) -> String {
        self.members(&body.members);
        match &body.fixed {
            None => "}".to_owned(),
            Some(size) => format!("}} [[fixed_size({})]]", self.expr(size)),
        }
    }

    fn members(&mut self, members: &[Member<'_>]) {
        self.depth += 1;
        for member in members {
            self.member("", member);
        }
        self.depth -= 1;
    }

    /// Prints a member; the first line begins with `before`, the patterns of its arm.
    fn member(&mut self, before: &str, member: &Member<'_>) {
        match member {
            Member::Padding(size) => {
                let size = self.expr(size);
                self.line(&format!("{before}padding[{size}];"));
            }
            Member::Align(to) => {
                let to = self.expr(to);
                self.line(&format!("{before}align({to});"));
            }
            Member::Unnamed(members) => {
                self.line(&format!("{before}struct {{"));
                self.members(members);
                self.line("};");
            }
            Member::Match { on, arms } => {
                let on = self.expr(on);
                self.line(&format!("{before}match ({on}) {{"));
                self.depth += 1;
                for arm in arms {
                    let patterns: Vec<String> =
                        arm.patterns.iter().map(|p| self.pattern(p)).collect();
                    self.arm(&format!("({}): ", patterns.join(", ")), &arm.body);
                }
                self.depth -= 1;
                self.line("}");
            }
            Member::Field {
                of,
                name,
                count,
                size,
            } => {
                let mut declarator = name.text.to_owned();
                match count {
                    Count::One => {}
                    Count::Expr(count) => declarator += &format!("[{}]", self.expr(count)),
                    Count::Until(value) => declarator += &format!("[until {}]", self.expr(value)),
                }
                if let Some(size) = size {
                    declarator += &format!(" : {}", self.expr(size));
                }
                let mark = (self.mark)(*name);
                self.field(before, of, &format!("{declarator};{mark}"));
            }
        }
    }

    /// Prints a field, whose name and what stands behind it is `declared`.
    fn field(&mut self, before: &str, of: &Type<'_>, declared: &str) {
        if let TypeOf::Inline(body) = &of.of {
            self.line(&format!("{before}struct {{"));
            let end = self.body(body);
            self.line(&format!("{end} {declared}"));
        } else {
            let of = self.type_name(of);
            self.line(&format!("{before}{of} {declared}"));
        }
    }

    fn arm(&mut self, before: &str, body: &ArmBody<'_>) {
        match body {
            ArmBody::Struct(name) => self.line(&format!("{before}{};", name.text)),
            ArmBody::Members(members) => match members.as_slice() {
                [] => self.line(&format!("{before}none;")),
                [member] => self.member(before, member),
                members => {
                    self.line(&format!("{before}{{"));
                    self.members(members);
                    self.line("}");
                }
            },
        }
    }

    pub(crate) fn pattern(&self, pattern: &Pattern<'_>) -> String {
        match pattern {
            Pattern::Any(_) => "_".to_owned(),
            Pattern::Range(first, None) => self.operand(first, 5),
            Pattern::Range(first, Some(last)) => {
                format!("{} ... {}", self.operand(first, 5), self.operand(last, 5))
            }
        }
    }

    fn type_name(&self, of: &Type<'_>) -> String {
        let (name, size) = match &of.of {
            TypeOf::Scalar(scalar) => (scalar.name(), scalar.size()),
            TypeOf::Named(name) => (*name, (self.size)(name)),
            TypeOf::Inline(body) => return self.inline_type(body),
        };
        if of.big && size > 1 {
            format!("be {name}")
        } else {
            name.to_owned()
        }
    }

    /// An inline struct inside of an expression: on one line.
    fn inline_type(&self, body: &Body<'_>) -> String {
        let mut inner = Printer {
            out: String::new(),
            depth: 0,
            size: self.size,
            mark: &|_| "",
        };
        inner.line("struct {");
        let end = inner.body(body);
        inner.line(&end);
        inner.out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn expr(&self, expr: &Expr<'_>) -> String {
        self.operand(expr, 0)
    }

    /// Prints `expr`, in parentheses if it binds weaker than `least`.
    fn operand(&self, expr: &Expr<'_>, least: u8) -> String {
        let (text, own) = match expr {
            Expr::Int(value, _) => (value.to_string(), 13),
            Expr::Bool(value, _) => (value.to_string(), 13),
            Expr::Here(_) => ("$".to_owned(), 13),
            Expr::SizeOf(of, _) => (format!("sizeof({})", self.type_name(of)), 13),
            Expr::EnumValue(of, value) => (format!("{}::{}", of.text, value.text), 13),
            Expr::Path(path) => (self.path(path), 13),
            Expr::Unary(sign, of, _) => (format!("{sign}{}", self.operand(of, 12)), 12),
            Expr::Binary(sign, left, right) => {
                let own = strength(sign).unwrap_or(0);
                (
                    format!(
                        "{} {sign} {}",
                        self.operand(left, own),
                        self.operand(right, own + 1)
                    ),
                    own,
                )
            }
            Expr::Choose(on, yes, no) => (
                format!(
                    "{} ? {} : {}",
                    self.operand(on, 2),
                    self.expr(yes),
                    self.expr(no)
                ),
                1,
            ),
        };
        if own < least {
            format!("({text})")
        } else {
            text
        }
    }

    fn path(&self, path: &super::tree::PathExpr<'_>) -> String {
        let mut text = "parent.".repeat(path.parents.into());
        text += path.name.text;
        for step in &path.steps {
            match step {
                Step::Name(name) => {
                    text.push('.');
                    text += name.text;
                }
                Step::Index(index) => text += &format!("[{}]", self.expr(index)),
            }
        }
        text
    }
}

/// Prints one pattern, for a message.
pub(crate) fn pattern_text(pattern: &Pattern<'_>) -> String {
    Printer {
        out: String::new(),
        depth: 0,
        size: &|_| 1,
        mark: &|_| "",
    }
    .pattern(pattern)
}
