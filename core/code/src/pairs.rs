//! Which bracket closes which, found in one pass before anything is parsed.
//!
//! No conditional is evaluated. Brackets of its first branch count as if it was not there; those of each other branch pair
//! only among themselves. So one wrong branch does not shift all that follows it.

use crate::lex::{Token, TokenKind};
use crate::words::directive_name;

const NONE: u32 = u32::MAX;

/// The partners of all brackets of a text, and the conditional branch of each token.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs {
    partner: Vec<u32>,
    branch: Vec<u32>,
}

impl Pairs {
    /// Pairs the brackets among `tokens`. Linear: each bracket is pushed and popped at most once.
    pub(crate) fn new(text: &str, tokens: &[Token]) -> Pairs {
        let mut pass = Pass {
            text,
            tokens,
            pairs: Pairs {
                partner: vec![NONE; tokens.len()],
                branch: vec![0; tokens.len()],
            },
            open: Vec::new(),
            counts: Counts::default(),
            conditionals: Vec::new(),
            base: 0,
            branch: 0,
            branches: 0,
        };
        for at in 0..tokens.len() {
            pass.token(at);
        }
        pass.pairs
    }

    /// The other bracket of the pair that `at` belongs to.
    pub(crate) fn partner(&self, at: usize) -> Option<usize> {
        self.partner
            .get(at)
            .filter(|&&partner| partner != NONE)
            .map(|&partner| partner as usize)
    }

    /// Whether both tokens are in the same branch of the same conditional, or outside all of them.
    pub(crate) fn same_branch(&self, a: usize, b: usize) -> bool {
        self.branch.get(a) == self.branch.get(b)
    }
}

/// Open brackets since the last open brace (round, square), and open braces in the present branch.
#[derive(Clone, Copy, Default)]
struct Counts {
    round: u32,
    square: u32,
    brace: u32,
}

struct Open {
    at: usize,
    punct: &'static str,
    /// What was counted outside, for a brace.
    outside: Counts,
}

struct Conditional {
    outer_branch: u32,
    outer_base: usize,
    outer_counts: Counts,
    first: bool,
    kept: usize,
}

struct Pass<'t> {
    text: &'t str,
    tokens: &'t [Token],
    pairs: Pairs,
    open: Vec<Open>,
    counts: Counts,
    conditionals: Vec<Conditional>,
    /// Brackets below this index belong to other branches.
    base: usize,
    branch: u32,
    branches: u32,
}

impl Pass<'_> {
    fn token(&mut self, at: usize) {
        self.pairs.branch[at] = self.branch;
        match self.tokens[at].kind {
            TokenKind::Directive => self.directive(at),
            TokenKind::Punct(punct) => self.punct(at, punct),
            _ => {}
        }
    }

    fn punct(&mut self, at: usize, punct: &'static str) {
        match punct {
            "{" => {
                self.drop_angles();
                let outside = self.counts;
                self.counts = Counts {
                    round: 0,
                    square: 0,
                    brace: outside.brace + 1,
                };
                self.open.push(Open { at, punct, outside });
            }
            "(" | "[" => {
                *self.count(punct) += 1;
                self.open.push(Open {
                    at,
                    punct,
                    outside: Counts::default(),
                });
            }
            "<" if !self.is_operator_name(at) => self.open.push(Open {
                at,
                punct,
                outside: Counts::default(),
            }),
            ">" if !self.is_operator_name(at) => self.close_angle(at),
            ")" => self.close(at, "("),
            "]" => self.close(at, "["),
            "}" => self.close(at, "{"),
            ";" => self.drop_angles(),
            _ => {}
        }
    }

    fn count(&mut self, open: &str) -> &mut u32 {
        match open {
            "(" => &mut self.counts.round,
            "[" => &mut self.counts.square,
            _ => &mut self.counts.brace,
        }
    }

    /// A closing brace may close over unclosed round and square brackets, never the other way round.
    fn close(&mut self, at: usize, wanted: &'static str) {
        self.drop_angles();
        if *self.count(wanted) == 0 {
            return;
        }
        while self.open.len() > self.base {
            let Some(open) = self.open.pop() else { return };
            if open.punct == "{" {
                self.counts = open.outside;
            } else if open.punct != "<" {
                *self.count(open.punct) -= 1;
            }
            if open.punct == wanted {
                self.pairs.partner[at] = open.at as u32;
                self.pairs.partner[open.at] = at as u32;
                return;
            }
        }
    }

    fn close_angle(&mut self, at: usize) {
        if self.open.len() > self.base && self.open.last().is_some_and(|open| open.punct == "<") {
            let open = self.open.pop().map_or(at, |open| open.at);
            if self.pairs.same_branch(open, at) {
                self.pairs.partner[at] = open as u32;
                self.pairs.partner[open] = at as u32;
            }
        }
    }

    fn drop_angles(&mut self) {
        while self.open.len() > self.base && self.open.last().is_some_and(|open| open.punct == "<")
        {
            self.open.pop();
        }
    }

    /// Whether the angle at `at` belongs to `operator<`, `operator>` or `operator>>`.
    fn is_operator_name(&self, at: usize) -> bool {
        let before = |at: usize| self.tokens[..at].iter().rposition(Token::is_code);
        let Some(previous) = before(at) else {
            return false;
        };
        if self.is_operator_word(previous) {
            return true;
        }
        let joined =
            self.tokens[previous].is(">") && self.tokens[previous].end == self.tokens[at].start;
        joined
            && self.tokens[at].is(">")
            && before(previous).is_some_and(|word| self.is_operator_word(word))
    }

    fn is_operator_word(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        token.kind == TokenKind::Word
            && &self.text[token.start as usize..token.end as usize] == "operator"
    }

    fn directive(&mut self, at: usize) {
        let token = &self.tokens[at];
        match directive_name(&self.text[token.start as usize..token.end as usize]) {
            "if" | "ifdef" | "ifndef" => self.conditional_begins(),
            "elif" | "elifdef" | "elifndef" | "else" => self.next_branch(at),
            "endif" => self.conditional_ends(at),
            _ => {}
        }
    }

    fn conditional_begins(&mut self) {
        self.conditionals.push(Conditional {
            outer_branch: self.branch,
            outer_base: self.base,
            outer_counts: self.counts,
            first: true,
            kept: 0,
        });
        self.enter_branch();
    }

    fn enter_branch(&mut self) {
        self.branches += 1;
        self.branch = self.branches;
    }

    fn next_branch(&mut self, at: usize) {
        let Some(conditional) = self.conditionals.last_mut() else {
            return;
        };
        self.pairs.branch[at] = conditional.outer_branch;
        if conditional.first {
            conditional.first = false;
            conditional.outer_counts = self.counts;
            conditional.kept = self.open.len();
            self.base = self.open.len();
        } else {
            self.open.truncate(conditional.kept);
        }
        self.counts = Counts::default();
        self.enter_branch();
    }

    fn conditional_ends(&mut self, at: usize) {
        let Some(conditional) = self.conditionals.pop() else {
            return;
        };
        if !conditional.first {
            self.open.truncate(conditional.kept);
            self.base = conditional.outer_base.min(self.open.len());
            self.counts = conditional.outer_counts;
        }
        self.branch = conditional.outer_branch;
        self.pairs.branch[at] = self.branch;
    }
}

#[cfg(test)]
mod tests {
    use super::Pairs;
    use crate::lex::lex;

    /// `expected` names the partner of each bracket by its position among the tokens, `-` for none.
    fn check(text: &str, expected: &str) {
        let tokens = lex(text);
        let pairs = Pairs::new(text, &tokens);
        let found: Vec<String> = (0..tokens.len())
            .map(|at| {
                pairs
                    .partner(at)
                    .map_or("-".into(), |partner| partner.to_string())
            })
            .collect();
        assert_eq!(found.join(" "), expected, "pairs of {text:?}");
    }

    #[test]
    fn a_brace_closes_over_an_open_parenthesis() {
        check("{ ( }", "2 - 0");
        check("( { ) }", "- 3 - 1");
    }

    #[test]
    fn an_angle_is_a_bracket_only_if_it_closes_before_a_semicolon() {
        check("a < b > ;", "- 3 - 1 -");
        check("a < b ; c >", "- - - - - -");
        check("f ( a < b ) >", "- 5 - - - 1 -");
    }

    #[test]
    fn names_of_operators_hold_no_brackets() {
        check("operator < a >", "- - - -");
        check("operator>> <a>", "- - - 5 - 3");
    }

    #[test]
    fn only_the_first_branch_counts_outside() {
        check("#if A\n{\n#else\n{\n#endif\n}", "- 5 - - - 1");
        check("#if A\n#else\n}\n{ }\n#endif\n", "- - - 4 3 -");
    }
}
