//! Where a value stands in a source text that was written to the place at a position.
//!
//! Rhai tells the position of the property, index or call that failed. When it is the value that is wrong,
//! carets belong under that; of a map or an array, under the wrong part.

use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};

/// Functions whose last argument is a value to store.
const WRITES: [&str; 3] = ["set", "add", "force"];

/// Where `part` of the value for the place at `place` begins.
pub(crate) fn position_of_value(ast: &AST, place: Position, part: &str) -> Option<Position> {
    let mut found = None;
    ast.walk(&mut |path: &[ASTNode]| {
        let value = path.last().and_then(|node| written(node, place));
        found = value.map(|value| start(inside(value, part))).or(found);
        true
    });
    found
}

/// Where the text begins that a call or comparison at this position was given, and of which the message speaks.
pub(crate) fn position_of_text(ast: &AST, call: Position, message: &str) -> Option<Position> {
    let mut found = None;
    ast.walk(&mut |path: &[ASTNode]| {
        found = path.last().and_then(|node| spoken_of(node, call, message));
        found.is_none()
    });
    found
}

fn spoken_of(node: &ASTNode<'_>, place: Position, message: &str) -> Option<Position> {
    let (ASTNode::Stmt(Stmt::FnCall(call, position))
    | ASTNode::Expr(Expr::FnCall(call, position) | Expr::MethodCall(call, position))) = node
    else {
        return None;
    };
    let texts = call.args.iter().filter(|_| *position == place);
    texts
        .filter_map(|argument| match argument {
            Expr::StringConstant(text, at) => Some((text, *at)),
            _ => None,
        })
        .find(|(text, _)| message.contains(&format!("{text:?}")))
        .map(|(_, at)| at)
}

/// The value that the node writes, if it writes to the place at this position.
fn written<'a>(node: &ASTNode<'a>, place: Position) -> Option<&'a Expr> {
    match node {
        ASTNode::Stmt(Stmt::Assignment(assignment)) => {
            let sides = &assignment.1;
            contains(&sides.lhs, place).then_some(&sides.rhs)
        }
        ASTNode::Stmt(Stmt::FnCall(call, position)) if *position == place => argument(call),
        ASTNode::Expr(Expr::FnCall(call, position) | Expr::MethodCall(call, position))
            if *position == place =>
        {
            argument(call)
        }
        _ => None,
    }
}

fn argument(call: &FnCallExpr) -> Option<&Expr> {
    WRITES
        .contains(&call.name.as_str())
        .then(|| call.args.last())
        .flatten()
}

/// Whether something within the expression is at this position.
fn contains(expression: &Expr, position: Position) -> bool {
    let mut found = false;
    expression.walk(&mut Vec::new(), &mut |path: &[ASTNode]| {
        found |= path.last().is_some_and(|node| node.position() == position);
        !found
    });
    found
}

/// The part of a literal map or array that a path such as `levels[2].price` names, as far as it is literal.
fn inside<'a>(value: &'a Expr, part: &str) -> &'a Expr {
    let mut value = value;
    for step in part.split(['.', '[']).filter(|step| !step.is_empty()) {
        let below = match (value, step.strip_suffix(']')) {
            (Expr::Array(elements, _), Some(index)) => index
                .parse::<usize>()
                .ok()
                .and_then(|index| elements.get(index)),
            (Expr::Map(map, _), None) => map
                .0
                .iter()
                .find(|(name, _)| name.name.as_str() == step)
                .map(|(_, value)| value),
            _ => None,
        };
        match below {
            Some(below) => value = below,
            None => break,
        }
    }
    value
}

/// Where an expression begins; Rhai gives the position of the operator for one with two sides.
fn start(expression: &Expr) -> Position {
    match expression {
        Expr::FnCall(call, _) if call.op_token.is_some() && call.args.len() == 2 => {
            start(&call.args[0])
        }
        Expr::Dot(sides, ..) | Expr::Index(sides, ..) => start(&sides.lhs),
        other => other.start_position(),
    }
}

#[cfg(test)]
mod tests {
    use rhai::{Engine, OptimizationLevel};

    use super::*;

    /// The value for the place in column `column` begins at `expected`.
    #[track_caller]
    fn check(source: &str, column: u16, part: &str, expected: &str) {
        let mut engine = Engine::new_raw();
        engine.set_optimization_level(OptimizationLevel::None);
        let ast = engine.compile(source).expect("a script");
        let position = position_of_value(&ast, Position::new(1, column), part);
        let column = position.and_then(Position::position).unwrap_or(0);
        let found = source.get(column.max(1) - 1..).unwrap_or_default();
        assert!(
            column > 0 && found.starts_with(expected),
            "{source}: {found}"
        );
    }

    #[test]
    fn an_assigned_value_is_found_from_each_part_of_its_place() {
        check("p.q = \"x\"", 3, "", "\"x\"");
        check("p.a.q = 1 + 2", 5, "", "1 + 2");
        check("p.a[7] = f(3)", 4, "", "f(3)");
        check("p[\"q\"] += -5", 2, "", "-5");
        check("let p = 1; p.q = p.r * 2", 14, "", "p.r * 2");
    }

    #[test]
    fn an_argument_is_found() {
        check("p.set(\"q\", 300)", 3, "", "300");
        check("force(p, \"q\", 300)", 1, "", "300");
        check("let x = p.add(\"q\", 1 + 1)", 11, "", "1 + 1");
    }

    #[test]
    fn a_part_of_a_literal_is_found_and_else_the_whole() {
        check("p.q = #{a: 1, b: [1, #{c: -2}]}", 3, "b[1].c", "-2");
        check("p.q = #{a: 1}", 3, "z", "#{a");
        check("p.q = m", 3, "b[1].c", "m");
    }

    #[test]
    fn a_text_that_the_message_quotes_is_found() {
        let mut engine = Engine::new_raw();
        engine.set_optimization_level(OptimizationLevel::None);
        let source = "x(\"a\"); p.y == \"OPNE\" && p.has(\"b\")";
        let ast = engine.compile(source).expect("a script");
        let at = |column, message| position_of_text(&ast, Position::new(1, column), message);
        let column = |at: Option<Position>| at.and_then(Position::position);
        assert_eq!(column(at(1, "no \"a\"")), Some(3));
        assert_eq!(column(at(13, "no \"OPNE\"")), Some(16));
        assert_eq!(column(at(28, "no \"b\"")), Some(32));
        assert_eq!(at(1, "no \"b\""), None);
        assert_eq!(at(2, "no \"a\""), None);
    }

    #[test]
    fn values_in_functions_and_closures_are_found() {
        check("fn f(p) { p.q = 5 }", 13, "", "5");
        check("let f = |p| p.q = 5;", 15, "", "5");
    }

    #[test]
    fn a_position_without_a_value_has_none() {
        let ast = Engine::new_raw().compile("p.q").expect("a script");
        assert_eq!(position_of_value(&ast, Position::new(1, 3), ""), None);
    }
}
