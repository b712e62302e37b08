//! From Rhai's grammar to [`Term`]s. Nothing else here knows Rhai's tree.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use memglass_syntax::COMPARISONS;
use memglass_value::compare::{Operand, Operator};
use memglass_value::number::Operation;
use rhai::{
    AST, ASTFlags, ASTNode, Engine, Expr, FlowControl, FnCallExpr, LexError, Module,
    OptimizationLevel, ParseError, ParseErrorType, Position, ScriptFuncDef, Shared, Stmt,
    StmtBlock,
};

use super::error::CompileError;
use super::term::{Term, What};

/// Bytes of the longest text that is compiled. Rhai's own recursion over a long chain takes stack for each link.
const MOST_BYTES: usize = 4096;

/// Most parts within parts.
const MOST_LEVELS: usize = 200;

type Result<T> = std::result::Result<T, CompileError>;

/// The expression of a text.
pub(super) fn of_text(text: &str) -> Result<Term> {
    if text.len() > MOST_BYTES {
        return Err(unsupported(
            "a text of more than 4096 bytes",
            Position::NONE,
        ));
    }
    let engine = engine(text);
    let ast = engine.compile_expression(text).or_else(|error| {
        // What is no expression may be a program, with an assignment or a block in it.
        engine.compile(text).map_err(|_| misread(text, &error))
    })?;
    of_body(ast.statements())
}

/// The body of a function or a closure, and the names of its parameters: first those that a closure captures, then its own.
pub(super) fn of_function(function: &Shared<ScriptFuncDef>) -> Result<(Vec<String>, Term)> {
    let parameters = function.params.iter().map(ToString::to_string);
    Ok((parameters.collect(), of_body(&body(function))?))
}

/// The statements of a function. Rhai shows them only to those who walk through them.
fn body(function: &Shared<ScriptFuncDef>) -> Vec<Stmt> {
    let mut alone = Module::new();
    alone.set_script_fn(Shared::clone(function));
    let mut statements = Vec::new();
    AST::new_from_module(alone).walk(&mut |path: &[ASTNode<'_>]| {
        if let [ASTNode::Stmt(statement)] = path {
            statements.push((*statement).clone());
        }
        true
    });
    statements
}

/// Parses as the engine of a session does.
fn engine(text: &str) -> Engine {
    let mut engine = Engine::new_raw();
    let (top, inside) = memglass_syntax::EXPRESSION_DEPTHS;
    engine.set_max_expr_depths(top, inside);
    engine.set_optimization_level(OptimizationLevel::None);
    let source = Rc::new(RefCell::new(text.to_owned()));
    memglass_syntax::install_tokens(&mut engine, &source, &Arc::default());
    memglass_syntax::declare_comparisons(&mut engine);
    engine
}

/// Why a text is no expression, in our words.
fn misread(text: &str, error: &ParseError) -> CompileError {
    let position = error.position();
    let is_end = is_end(text, position);
    let message = match error.err_type() {
        _ if text.trim_start().starts_with('*') => {
            "an expression is about one object, and takes no pattern; \
            `when_each(\"Position\", \"quantity > 150\")` asks each object of a type or pattern"
                .to_owned()
        }
        ParseErrorType::UnexpectedEOF => "the expression ends too early".to_owned(),
        ParseErrorType::MissingToken(token, _) if is_end => {
            format!("the expression ends too early: {token:?} is missing")
        }
        ParseErrorType::MissingToken(token, _) => format!("{token:?} is missing before this"),
        ParseErrorType::BadInput(LexError::UnexpectedInput(input)) => {
            match memglass_syntax::rest(text, position).starts_with(input) {
                true => format!("{input:?} cannot stand here{}", sign_of(input)),
                // Of what is no token at all it is a message.
                false => lower(input),
            }
        }
        other => lower(&other.to_string()),
    };
    CompileError::Wrong { message, position }
}

/// The sign for a word of other languages.
fn sign_of(word: &str) -> &'static str {
    match word.to_ascii_lowercase().as_str() {
        "and" => "; `&&` is and",
        "or" => "; `||` is or",
        "not" => "; `!` is not",
        _ => "",
    }
}

/// A message of Rhai, which begins with a capital letter, as the rest of one.
fn lower(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// Whether only blanks follow this place.
fn is_end(text: &str, at: Position) -> bool {
    memglass_syntax::rest(text, at).trim().is_empty()
}

fn unsupported(why: &str, position: Position) -> CompileError {
    let why = why.to_owned();
    CompileError::Unsupported { why, position }
}

fn of_body(statements: &[Stmt]) -> Result<Term> {
    let mut locals = Vec::new();
    for statement in statements {
        statement.walk(&mut Vec::new(), &mut |path| {
            if let Some(ASTNode::Stmt(statement)) = path.last() {
                declared(statement, &mut locals);
            }
            true
        });
    }
    Reader { locals }.block(statements, Position::NONE, 0)
}

/// The variables that a statement makes.
fn declared(statement: &Stmt, locals: &mut Vec<String>) {
    match statement {
        Stmt::Var(variable, ..) => locals.push(variable.0.name.to_string()),
        Stmt::For(each, ..) => {
            locals.push(each.0.name.to_string());
            locals.extend(each.1.iter().map(|counter| counter.name.to_string()));
        }
        Stmt::TryCatch(flow, ..) => {
            if let Expr::Variable(name, ..) = &flow.expr {
                locals.push(name.1.to_string());
            }
        }
        _ => {}
    }
}

/// Reads one expression.
struct Reader {
    /// Variables that are made inside of it.
    locals: Vec<String>,
}

impl Reader {
    fn block(&self, statements: &[Stmt], at: Position, level: usize) -> Result<Term> {
        let mut some = statements.iter().filter(|statement| !statement.is_noop());
        match (some.next(), some.next()) {
            (Some(only), None) => self.statement(only, level),
            (None, _) => Ok(Term::new(What::Constant(Operand::Nothing), at)),
            _ => {
                let parts = statements
                    .iter()
                    .map(|part| self.statement(part, level + 1));
                let parts = parts.collect::<Result<_>>()?;
                Ok(Term::other("a block of statements", at, parts))
            }
        }
    }

    fn statement(&self, statement: &Stmt, level: usize) -> Result<Term> {
        let at = statement.position();
        let other = |why: &str, parts: Result<Vec<Term>>| Ok(Term::other(why, at, parts?));
        match statement {
            Stmt::Noop(_) => Ok(Term::new(What::Constant(Operand::Nothing), at)),
            Stmt::Expr(expression) => self.expression(expression, level),
            Stmt::FnCall(call, at) => self.call(call, None, *at, level),
            Stmt::Block(block) => self.block(block.statements(), at, level + 1),
            Stmt::If(flow, at) => self.choice(flow, *at, level),
            Stmt::Return(Some(value), flags, _) if !flags.intersects(ASTFlags::BREAK) => {
                let value = self.expression(value, level)?;
                other("`return`", Ok(vec![value]))
            }
            Stmt::Assignment(assignment) => {
                let both = [&assignment.1.lhs, &assignment.1.rhs];
                let what = What::Assign(self.pair(both, level)?);
                Ok(Term::new(what, at))
            }
            Stmt::Var(variable, ..) => other("`let`", self.all([&variable.1], level)),
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => other("a loop", self.flow(flow, level)),
            Stmt::For(each, _) => other("a loop", self.flow(&each.2, level)),
            Stmt::TryCatch(flow, _) => {
                other("`try`", self.blocks([&flow.body, &flow.branch], level))
            }
            _ => other("a statement", Ok(Vec::new())),
        }
    }

    /// The parts of a statement that controls others.
    fn flow(&self, flow: &FlowControl, level: usize) -> Result<Vec<Term>> {
        let mut parts = self.all([&flow.expr], level)?;
        parts.extend(self.blocks([&flow.body, &flow.branch], level)?);
        Ok(parts)
    }

    fn blocks(&self, blocks: [&StmtBlock; 2], level: usize) -> Result<Vec<Term>> {
        let blocks = blocks.into_iter();
        blocks
            .map(|block| self.block(block.statements(), block.position(), level + 1))
            .collect()
    }

    fn choice(&self, flow: &FlowControl, at: Position, level: usize) -> Result<Term> {
        let condition = self.expression(&flow.expr, level + 1)?;
        let [then, otherwise] = self
            .blocks([&flow.body, &flow.branch], level)?
            .try_into()
            .expect("two of two");
        let what = What::If(Box::new([condition, then, otherwise]));
        Ok(Term::new(what, at))
    }

    fn expression(&self, expression: &Expr, level: usize) -> Result<Term> {
        let at = expression.position();
        if level > MOST_LEVELS {
            return Err(unsupported("so deep a nesting", at));
        }
        let constant = |value| Ok(Term::new(What::Constant(value), at));
        let other = |why: &str, parts: Vec<Term>| Ok(Term::other(why, at, parts));
        match expression {
            Expr::BoolConstant(value, _) => constant(Operand::Bool(*value)),
            Expr::IntegerConstant(value, _) => constant(Operand::Number((*value).into(), None)),
            Expr::FloatConstant(value, _) => constant(Operand::Number((**value).into(), None)),
            Expr::CharConstant(..) => other("a character", vec![]),
            Expr::StringConstant(text, _) => constant(Operand::Text(text.to_string())),
            Expr::Unit(_) => constant(Operand::Nothing),
            Expr::Variable(variable, ..) => Ok(self.name(&variable.1, variable.2.is_empty(), at)),
            Expr::Array(elements, _) => Ok(Term::new(What::List(self.all(elements, level)?), at)),
            Expr::And(parts, _) => Ok(Term::new(What::And(self.all(&**parts, level)?), at)),
            Expr::Or(parts, _) => Ok(Term::new(What::Or(self.all(&**parts, level)?), at)),
            Expr::Dot(..) | Expr::Index(..) => self.chain(expression, level),
            Expr::FnCall(call, at) => self.call(call, None, *at, level),
            Expr::Stmt(block) => self.block(block.statements(), at, level + 1),
            Expr::InterpolatedString(parts, _) => {
                other("a text with values in it", self.all(parts, level)?)
            }
            Expr::Coalesce(parts, _) => other("`??`", self.all(&**parts, level)?),
            Expr::Map(map, _) => {
                let values = map.0.iter().map(|(_, value)| value);
                other("a map", self.all(values, level)?)
            }
            Expr::Custom(custom, _) => {
                other("a syntax of its own", self.all(&custom.inputs, level)?)
            }
            Expr::ThisPtr(_) => other("`this`", vec![]),
            _ => other("a closure", vec![]),
        }
    }

    fn all<'e>(
        &self,
        parts: impl IntoIterator<Item = &'e Expr>,
        level: usize,
    ) -> Result<Vec<Term>> {
        let parts = parts.into_iter();
        parts.map(|part| self.expression(part, level + 1)).collect()
    }

    fn pair(&self, parts: [&Expr; 2], level: usize) -> Result<Box<[Term; 2]>> {
        let [first, second] = parts;
        let first = self.expression(first, level + 1)?;
        Ok(Box::new([first, self.expression(second, level + 1)?]))
    }

    fn name(&self, name: &str, is_unqualified: bool, at: Position) -> Term {
        if !is_unqualified {
            return Term::other("a name of a module", at, vec![]);
        }
        match self.locals.iter().any(|local| local == name) {
            true => Term::other("a variable of its own", at, vec![]),
            false => Term::new(What::Name(name.to_owned()), at),
        }
    }

    /// `a.b[c].d`, which Rhai nests to the right.
    fn chain(&self, expression: &Expr, level: usize) -> Result<Term> {
        let (mut link, mut base, mut level) = (expression, None, level);
        loop {
            let (pair, flags, is_index) = match link {
                Expr::Dot(pair, flags, _) => (pair, flags, false),
                Expr::Index(pair, flags, _) => (pair, flags, true),
                _ => unreachable!("a link is one of the two"),
            };
            level += 1;
            if level > MOST_LEVELS {
                return Err(unsupported("so long a path", link.position()));
            }
            let from = match base.take() {
                Some(base) => base,
                None => self.expression(&pair.lhs, level)?,
            };
            if flags.intersects(ASTFlags::NEGATED) {
                return Ok(Term::other("`?.`", link.position(), vec![from]));
            }
            let goes_on = !flags.intersects(ASTFlags::BREAK);
            match &pair.rhs {
                rest @ (Expr::Dot(next, ..) | Expr::Index(next, ..)) if goes_on => {
                    base = Some(self.step(from, is_index, &next.lhs, level)?);
                    link = rest;
                }
                last => return self.step(from, is_index, last, level),
            }
        }
    }

    fn step(&self, base: Term, is_index: bool, step: &Expr, level: usize) -> Result<Term> {
        let at = step.position();
        if is_index {
            let index = self.expression(step, level + 1)?;
            return Ok(Term::new(What::Index(Box::new([base, index])), at));
        }
        match step {
            Expr::Property(property, at) => {
                let what = What::Member(Box::new(base), property.2.to_string());
                Ok(Term::new(what, *at))
            }
            Expr::MethodCall(call, at) => self.call(call, Some(base), *at, level),
            _ => Ok(Term::other("such an access", at, vec![base])),
        }
    }

    fn call(
        &self,
        call: &FnCallExpr,
        base: Option<Term>,
        at: Position,
        level: usize,
    ) -> Result<Term> {
        let is_method = base.is_some();
        let mut arguments: Vec<Term> = base.into_iter().collect();
        arguments.extend(self.all(&call.args, level)?);
        if !call.namespace.is_empty() {
            return Ok(Term::other("a function of a module", at, arguments));
        }
        let what = match is_method {
            true => What::Call(call.name.to_string(), arguments),
            false => operator(&call.name, arguments),
        };
        Ok(Term::new(what, at))
    }
}

/// An operator, which Rhai's grammar has as the function of its name, or a function.
fn operator(name: &str, arguments: Vec<Term>) -> What {
    let arguments = match <[Term; 1]>::try_from(arguments) {
        Ok([only]) => match name {
            "!" => return What::Not(Box::new(only)),
            "-" => return What::Negate(Box::new(only)),
            _ => vec![only],
        },
        Err(arguments) => arguments,
    };
    let arguments = match <[Term; 2]>::try_from(arguments) {
        Ok([container, element]) if name == "contains" => {
            return What::In(Box::new([element, container]));
        }
        Ok(two) => match (comparison(name), computation(name)) {
            (Some(operator), _) => return What::Compare(operator, Box::new(two)),
            (_, Some(operation)) => return What::Compute(operation, Box::new(two)),
            _ => two.into(),
        },
        Err(arguments) => arguments,
    };
    What::Call(name.to_owned(), arguments)
}

/// Comparisons are written as in Rhai, and parsed as operators of ours.
fn comparison(name: &str) -> Option<Operator> {
    let mut known = COMPARISONS.iter().zip(Operator::ALL);
    known
        .find(|((written, parsed, _), _)| *parsed == name || *written == name)
        .map(|(_, operator)| operator)
}

fn computation(name: &str) -> Option<Operation> {
    let mut all = Operation::ALL.into_iter();
    all.find(|operation| operation.sign() == name)
}
