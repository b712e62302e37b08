//! Which parts of a file a compiler sees, as far as that can be told without one.

use std::ops::Range;

use memglass_code::{File, Kind, TokenKind};

/// Whether a compiler sees some part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    On,
    Off,
    /// That depends on this conditional, of this line.
    Unknown(String, u32),
}

/// The parts of a file that depend on conditionals.
#[derive(Default)]
pub(super) struct Conditions {
    parts: Vec<(Range<usize>, State)>,
}

/// One of the conditionals that are open.
struct Branch {
    /// Whether the compiler sees the conditional itself.
    outer: State,
    text: String,
    line: u32,
    /// Whether the compiler sees this branch; `None` if that is not known.
    is_on: Option<bool>,
    /// Whether it has seen an earlier one.
    was_on: Option<bool>,
}

struct Walk<'f> {
    file: &'f File,
    defines: &'f [String],
    open: Vec<Branch>,
    start: usize,
    parts: Vec<(Range<usize>, State)>,
}

impl Conditions {
    /// Reads the conditionals of a file. `defines` are those of the command line.
    pub(super) fn of(file: &File, defines: &[String]) -> Conditions {
        let mut walk = Walk {
            file,
            defines,
            open: Vec::new(),
            start: 0,
            parts: Vec::new(),
        };
        walk.directives();
        walk.turn(file.source().text().len());
        Conditions { parts: walk.parts }
    }

    pub(super) fn state(&self, at: usize) -> State {
        // They are in order.
        let next = self.parts.partition_point(|(bytes, _)| bytes.end <= at);
        let part = self
            .parts
            .get(next)
            .filter(|(bytes, _)| bytes.contains(&at));
        part.map_or(State::On, |(_, state)| state.clone())
    }
}

impl Walk<'_> {
    /// Goes through all directives, also those in code that did not parse.
    fn directives(&mut self) {
        let source = self.file.source();
        for (index, token) in source.tokens().iter().enumerate() {
            if token.kind != TokenKind::Directive {
                continue;
            }
            if let Some(Kind::Conditional { text }) = self.directive(index) {
                self.turn(token.start as usize);
                self.conditional(&text, token.line, self.directive(index + 1));
            }
        }
    }

    /// What token `index` is, if it is a directive.
    fn directive(&self, index: usize) -> Option<Kind> {
        let source = self.file.source();
        let token = source.tokens().get(index)?;
        let text = &source.text()[token.start as usize..token.end as usize];
        let is_directive = token.kind == TokenKind::Directive;
        let items = is_directive.then(|| File::parse(text))?;
        Some(items.items().first()?.kind.clone())
    }

    /// Ends the part that goes up to this byte.
    fn turn(&mut self, end: usize) {
        let state = self.present();
        if state != State::On {
            self.parts.push((self.start..end, state));
        }
        self.start = end;
    }

    fn present(&self) -> State {
        let Some(branch) = self.open.last() else {
            return State::On;
        };
        match (&branch.outer, branch.is_on) {
            (State::Off, _) | (_, Some(false)) => State::Off,
            (State::On, None) => State::Unknown(branch.text.clone(), branch.line),
            (outer, _) => outer.clone(),
        }
    }

    fn conditional(&mut self, text: &str, line: u32, next: Option<Kind>) {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        match word {
            "endif" => drop(self.open.pop()),
            "else" | "elif" | "elifdef" | "elifndef" => {
                let condition = match word {
                    "else" => Some(true),
                    _ => self.holds(&word[2..], rest, None),
                };
                if let Some(branch) = self.open.last_mut() {
                    branch.was_on = either(branch.was_on, branch.is_on);
                    branch.is_on = match branch.was_on {
                        Some(true) => Some(false),
                        Some(false) => condition,
                        None => None,
                    };
                    (branch.text, branch.line) = (text.to_owned(), line);
                }
            }
            _ => {
                let is_on = self.holds(word, rest, next);
                self.open.push(Branch {
                    outer: self.present(),
                    text: text.to_owned(),
                    line,
                    is_on,
                    was_on: Some(false),
                });
            }
        }
    }

    /// Whether a condition is true; `None` if that is not known.
    fn holds(&self, word: &str, rest: &str, next: Option<Kind>) -> Option<bool> {
        let asked: String = rest.chars().filter(|c| !c.is_whitespace()).collect();
        let defined = asked
            .strip_prefix("defined")
            .map(|name| name.trim_matches(['(', ')']));
        let not_defined = asked
            .strip_prefix("!defined")
            .map(|name| name.trim_matches(['(', ')']));
        match (word, defined, not_defined) {
            ("if", Some(name), _) => self.is_defined(name),
            ("if", _, Some(name)) => self.is_undefined(name, next),
            ("if", ..) if asked == "0" => Some(false),
            ("if", ..) if asked == "1" => Some(true),
            ("ifdef", ..) => self.is_defined(&asked),
            ("ifndef", ..) => self.is_undefined(&asked, next),
            _ => None,
        }
    }

    fn is_defined(&self, name: &str) -> Option<bool> {
        let given = self.defines.iter().any(|define| {
            let (defined, _) = define.split_once('=').unwrap_or((define, ""));
            defined == name
        });
        (given || name == "__cplusplus").then_some(true)
    }

    /// The first header that is read defines its own guard.
    fn is_undefined(&self, name: &str, next: Option<Kind>) -> Option<bool> {
        let guards = next.is_some_and(|next| {
            matches!(next, Kind::Define { name: own, text } if own == name && text.is_empty())
        });
        if guards {
            return Some(true);
        }
        self.is_defined(name).map(|is_defined| !is_defined)
    }
}

/// Whether one of two is true; `None` if that is not known.
fn either(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a compiler sees of each word `here` in a text.
    fn states(text: &str) -> Vec<State> {
        let conditions = Conditions::of(&File::parse(text), &["GIVEN=1".to_owned()]);
        let places = text.match_indices("here").map(|(at, _)| at);
        places.map(|at| conditions.state(at)).collect()
    }

    #[test]
    fn guards_and_what_every_compiler_of_cpp_defines_are_known() {
        let guarded = "#ifndef A_HPP\n#define A_HPP\nint here;\n#ifdef __cplusplus\nint here;\n#endif\n#endif\nint here;\n";
        assert_eq!(states(guarded), [State::On, State::On, State::On]);
        assert_eq!(
            states("#if 0\nint here;\n#else\nint here;\n#endif\n"),
            [State::Off, State::On]
        );
        assert_eq!(
            states("#ifdef GIVEN\nint here;\n#else\nint here;\n#endif\n"),
            [State::On, State::Off]
        );
    }

    #[test]
    fn other_conditions_are_unknown_up_to_their_end() {
        let text =
            "#if SIZE > 4\nint here;\n#elif 1\nint here;\n#else\nint here;\n#endif\nint here;\n";
        let unknown = |text: &str, line| State::Unknown(text.into(), line);
        assert_eq!(
            states(text),
            [
                unknown("if SIZE > 4", 1),
                unknown("elif 1", 3),
                unknown("else", 5),
                State::On
            ]
        );
        let inside = "namespace n {\n#ifdef X\nint here;\n#endif\nint here;\n}\n";
        assert_eq!(states(inside), [unknown("ifdef X", 2), State::On]);
    }
}
