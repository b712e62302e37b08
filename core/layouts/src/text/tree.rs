//! The tree of a layout's text. Every name keeps the byte where it stands.

use crate::scalar::Scalar;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Name<'t> {
    pub(crate) text: &'t str,
    pub(crate) at: usize,
}

#[derive(Debug, Clone)]
pub(crate) enum Def<'t> {
    Const {
        name: Name<'t>,
        scalar: Scalar,
        value: Expr<'t>,
    },
    Enum {
        name: Name<'t>,
        scalar: Scalar,
        values: Vec<(Name<'t>, Option<Expr<'t>>)>,
    },
    Bitfield {
        name: Name<'t>,
        members: Vec<Bits<'t>>,
    },
    Struct {
        name: Name<'t>,
        base: Option<Name<'t>>,
        body: Body<'t>,
    },
}

impl<'t> Def<'t> {
    pub(crate) fn name(&self) -> Name<'t> {
        match self {
            Def::Const { name, .. }
            | Def::Enum { name, .. }
            | Def::Bitfield { name, .. }
            | Def::Struct { name, .. } => *name,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Bits<'t> {
    pub(crate) kind: BitsKind<'t>,
    /// Padding has no name; this is the word itself then.
    pub(crate) name: Name<'t>,
    pub(crate) width: Expr<'t>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum BitsKind<'t> {
    Unsigned,
    Signed,
    Bool,
    Padding,
    Enum(Name<'t>),
}

#[derive(Debug, Clone)]
pub(crate) struct Body<'t> {
    pub(crate) members: Vec<Member<'t>>,
    pub(crate) fixed: Option<Expr<'t>>,
}

#[derive(Debug, Clone)]
pub(crate) enum Member<'t> {
    Field {
        of: Box<Type<'t>>,
        name: Name<'t>,
        count: Count<'t>,
        size: Option<Expr<'t>>,
    },
    Padding(Expr<'t>),
    Align(Expr<'t>),
    Unnamed(Vec<Member<'t>>),
    Match {
        on: Expr<'t>,
        arms: Vec<Arm<'t>>,
    },
}

#[derive(Debug, Clone)]
pub(crate) enum Count<'t> {
    One,
    Expr(Expr<'t>),
    Until(Expr<'t>),
}

#[derive(Debug, Clone)]
pub(crate) struct Arm<'t> {
    pub(crate) patterns: Vec<Pattern<'t>>,
    pub(crate) body: ArmBody<'t>,
}

#[derive(Debug, Clone)]
pub(crate) enum Pattern<'t> {
    Any(usize),
    Range(Expr<'t>, Option<Expr<'t>>),
}

#[derive(Debug, Clone)]
pub(crate) enum ArmBody<'t> {
    Struct(Name<'t>),
    Members(Vec<Member<'t>>),
}

#[derive(Debug, Clone)]
pub(crate) struct Type<'t> {
    /// Where `be` or `le` stands.
    pub(crate) prefix: Option<usize>,
    pub(crate) big: bool,
    pub(crate) at: usize,
    pub(crate) of: TypeOf<'t>,
}

#[derive(Debug, Clone)]
pub(crate) enum TypeOf<'t> {
    Scalar(Scalar),
    Named(&'t str),
    Inline(Body<'t>),
}

#[derive(Debug, Clone)]
pub(crate) enum Expr<'t> {
    Int(i128, usize),
    Bool(bool, usize),
    Here(usize),
    SizeOf(Box<Type<'t>>, usize),
    EnumValue(Name<'t>, Name<'t>),
    Path(PathExpr<'t>),
    Unary(&'static str, Box<Expr<'t>>, usize),
    Binary(&'static str, Box<Expr<'t>>, Box<Expr<'t>>),
    Choose(Box<Expr<'t>>, Box<Expr<'t>>, Box<Expr<'t>>),
}

#[derive(Debug, Clone)]
pub(crate) struct PathExpr<'t> {
    pub(crate) parents: u8,
    pub(crate) at: usize,
    pub(crate) name: Name<'t>,
    pub(crate) steps: Vec<Step<'t>>,
}

#[derive(Debug, Clone)]
pub(crate) enum Step<'t> {
    Name(Name<'t>),
    Index(Expr<'t>),
}

impl Expr<'_> {
    /// The byte where the expression begins.
    pub(crate) fn at(&self) -> usize {
        match self {
            Expr::Int(_, at)
            | Expr::Bool(_, at)
            | Expr::Here(at)
            | Expr::SizeOf(_, at)
            | Expr::Unary(_, _, at) => *at,
            Expr::EnumValue(of, _) => of.at,
            Expr::Path(path) => path.at,
            Expr::Binary(_, left, _) | Expr::Choose(left, _, _) => left.at(),
        }
    }
}
