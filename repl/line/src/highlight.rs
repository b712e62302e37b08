//! Colours of the line that is being typed.

use std::collections::HashSet;
use std::fmt::Write;

use memglass_terminal::look::Look;
use nu_ansi_term::{Color, Style};

use super::continuation;
use super::lexicon::Lexicon;
use super::meaning;
use memglass_syntax::is_keyword;
use memglass_syntax::token::{Kind, Token, tokens};

/// Longer texts are pasted and not typed; colouring one at each key press would be felt.
const LONGEST: usize = 20_000;

const COLORED: Look = Look {
    color: true,
    width: None,
};

/// `line` with colours; `cursor` is where the user types: a name that ends there is not judged yet.
pub(super) fn highlight(line: &str, cursor: usize, names: &Lexicon) -> String {
    if line.len() > LONGEST {
        return line.to_owned();
    }
    let (command, script) = match line.strip_prefix(':') {
        Some(rest) => line.split_at(1 + rest.find(' ').unwrap_or(rest.len())),
        None => ("", line),
    };
    let mut out = String::with_capacity(line.len() * 2);
    if !command.is_empty() {
        let known = names.command(&command[1..]).is_some() || cursor == command.len();
        paint(&mut out, if known { keyword() } else { unknown() }, command);
        // Paths and patterns follow no grammar that could be wrong.
        out.push_str(script);
        return out;
    }
    let line = Scanned::new(script, cursor, names);
    let mut at = 0;
    for (index, token) in line.tokens.iter().enumerate() {
        out.push_str(&continuation::marked(&script[at..token.start], COLORED));
        match line.style(index) {
            Some(style) => paint(&mut out, style, token.text),
            None => out.push_str(token.text),
        }
        at = token.end();
    }
    out.push_str(&continuation::marked(&script[at..], COLORED));
    out
}

/// A line, and what is known of it as a whole.
struct Scanned<'l> {
    tokens: Vec<Token<'l>>,
    cursor: usize,
    names: &'l Lexicon,
    /// Names that the line itself makes.
    declared: HashSet<&'l str>,
    /// Positions of brackets that are closed too often, or by another kind.
    unbalanced: HashSet<usize>,
    /// How much may be looked at to tell what all members are members of.
    budget: meaning::Budget,
}

impl<'l> Scanned<'l> {
    fn new(text: &'l str, cursor: usize, names: &'l Lexicon) -> Self {
        let tokens = tokens(text);
        Scanned {
            declared: declared(&tokens),
            unbalanced: unbalanced(&tokens),
            tokens,
            cursor,
            names,
            budget: meaning::Budget::new(),
        }
    }

    fn style(&self, index: usize) -> Option<Style> {
        let token = self.tokens[index];
        match token.kind {
            Kind::Number => Some(Color::Cyan.normal()),
            Kind::Comment { .. } => Some(Style::new().dimmed()),
            Kind::Quoted { .. } => Some(quoted(&self.tokens, index, self.names)),
            Kind::Sign => self.unbalanced.contains(&index).then(unknown),
            Kind::Word if token.end() == self.cursor => self.known(index).flatten(),
            Kind::Word => self.known(index).unwrap_or(Some(unknown())),
        }
    }

    /// The style of a word that means something; `None` for one that means nothing.
    fn known(&self, index: usize) -> Option<Option<Style>> {
        let token = self.tokens[index];
        let next = self.tokens.get(index + 1);
        let is_called = next.is_some_and(|next| next.is("("));
        if index > 0 && (self.tokens[index - 1].is(".") || self.tokens[index - 1].is("?.")) {
            return self.member(index, is_called);
        }
        if is_keyword(token.text) {
            return Some(Some(keyword()));
        }
        if self.names.type_of(token.text).is_some() || token.text == "obs" {
            return Some(Some(Color::Blue.bold()));
        }
        let is_known = is_called && self.names.is_function(token.text)
            || self.names.variables().any(|name| name == token.text)
            || next.is_some_and(|next| next.is(":"))
            || token.text == "_"
            || self.declared.contains(token.text);
        is_known.then_some(None)
    }

    /// A field of a place that is known must be one of its fields; of anything else it may be a method.
    fn member(&self, index: usize, is_called: bool) -> Option<Option<Style>> {
        if is_called {
            return Some(None);
        }
        let chain = &self.tokens[..index - 1];
        let owner = meaning::value_within(&self.budget, chain, self.names);
        let name = self.tokens[index].text;
        owner
            .is_none_or(|owner| owner.may_have(name))
            .then_some(None)
    }
}

/// Brackets that close what was not opened. One that is still open may be closed later.
fn unbalanced(all: &[Token<'_>]) -> HashSet<usize> {
    let mut open = Vec::new();
    let mut wrong = HashSet::new();
    for (index, token) in all
        .iter()
        .enumerate()
        .filter(|(_, token)| token.kind == Kind::Sign)
    {
        match token.text {
            "(" => open.push(")"),
            "[" => open.push("]"),
            "{" | "#{" => open.push("}"),
            ")" | "]" | "}" if open.pop() != Some(token.text) => {
                wrong.insert(index);
            }
            _ => {}
        }
    }
    wrong
}

/// A label in brackets after `obs` is checked like a bare one.
fn quoted(all: &[Token<'_>], index: usize, names: &Lexicon) -> Style {
    let token = all[index];
    let of_obs = index >= 2 && all[index - 1].is("[") && all[index - 2].text == "obs";
    match (of_obs, token.kind, token.inside()) {
        (true, Kind::Quoted { closed: true }, Some(label)) if names.type_of(label).is_none() => {
            unknown()
        }
        _ => Color::Green.normal(),
    }
}

/// Names that the line itself makes: `let x`, `fn f(x)`, `for x in`, `for (x, i) in`, `catch (x)`, `|x|`.
fn declared<'l>(all: &[Token<'l>]) -> HashSet<&'l str> {
    let mut names = HashSet::new();
    let mut parameters = false;
    for (index, token) in all.iter().enumerate() {
        let before = index.checked_sub(1).map_or("", |before| all[before].text);
        if matches!(before, "let" | "const" | "fn" | "for" | "|") && token.is_word() {
            names.insert(token.text);
        }
        let of_function = index >= 2 && all[index - 2].text == "fn";
        let of_names = of_function || matches!(before, "for" | "catch");
        let opens = token.is("|") || token.is("(") && of_names;
        let goes_on = token.is_word() || token.is(",");
        parameters = opens || parameters && goes_on;
        if parameters && token.is_word() {
            names.insert(token.text);
        }
    }
    names
}

fn keyword() -> Style {
    Color::Magenta.normal()
}

fn unknown() -> Style {
    Color::Red.normal()
}

fn paint(out: &mut String, style: Style, text: &str) {
    let _ = write!(out, "{}", style.paint(text));
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::sample;
    use super::meaning::LOOKED_AT;
    use super::*;

    /// The words of `line` that are marked as meaning nothing.
    fn unknown_words(line: &str) -> Vec<String> {
        let painted = highlight(line, usize::MAX, &sample());
        let marked = unknown().prefix().to_string();
        let words = painted
            .split(&marked)
            .skip(1)
            .map(|rest| rest.split('\u{1b}').next().unwrap_or_default().to_owned());
        words.collect()
    }

    #[track_caller]
    fn all_known(line: &str) {
        assert_eq!(unknown_words(line), Vec::<String>::new(), "{line}");
    }

    #[test]
    fn a_name_that_means_nothing_is_marked() {
        assert_eq!(unknown_words("APPL_position.quantity"), ["APPL_position"]);
        assert_eq!(unknown_words("AAPL_position.quantty"), ["quantty"]);
        assert_eq!(unknown_words("obs[\"APPL\"].x"), ["\"APPL\""]);
        assert_eq!(unknown_words("exepct(true)"), ["exepct"]);
        assert_eq!(unknown_words(":obejcts x"), [":obejcts"]);
        assert_eq!(unknown_words("sqrt(2.0) + sqart(2.0)"), ["sqart"]);
    }

    #[test]
    fn what_means_something_is_not() {
        all_known("AAPL_position.last_quote.bid_price + total");
        all_known("expect(p.quantity > 5, \"message\")");
        all_known("p.snapshot()");
        all_known("let x = #{ a: 1 }; x.a + _");
        all_known("fn f(a, b) { a + b }");
        all_known("for i in 0..5 { print(i) }");
        all_known("for (x, i) in positions { x.live; i }");
        all_known("try { p.live } catch (e) { e.message }");
        all_known("total.filter(|o, i| o.quantity > i)");
        all_known(":get anything");
    }

    #[test]
    fn a_bracket_that_closes_nothing_is_marked_and_an_open_one_is_not() {
        assert_eq!(unknown_words("print(1))"), [")"]);
        assert_eq!(unknown_words("print([1)"), [")"]);
        all_known("print([1, 2");
        all_known("#{ a: [1] }");
    }

    #[test]
    fn a_word_is_not_judged_while_it_is_typed() {
        let line = "AAPL_posi";
        assert!(!highlight(line, line.len(), &sample()).contains('\u{1b}'));
    }

    /// How often tokens are compared with signs to colour as much of `piece` as is coloured at all.
    fn compared(piece: &str) -> usize {
        let line = piece.repeat(LONGEST / piece.len());
        let before = LOOKED_AT.get();
        highlight(&line, line.len(), &sample());
        LOOKED_AT.get() - before
    }

    #[test]
    fn a_pasted_text_costs_no_more_than_a_key_press_may() {
        let pieces = [
            "(|a.b,",
            "fn a.b ",
            "for a.b ",
            "for a in b.c ",
            "let a=a.b ",
            "let a=a.b;",
            "const a=[a.b];",
            "[a.b, ",
            "a[[a.b]].c",
            "a.",
            "a[",
            "a.b(",
            "|a.b| ",
            "{a=a.b;}",
            "catch(a){a.b ",
            "for a in [p.b]{a.b ",
        ];
        for piece in pieces {
            let compared = compared(piece);
            assert!(compared < 2_000_000, "{piece}: {compared}");
        }
    }

    #[test]
    fn what_may_hold_something_else_by_now_is_not_marked() {
        all_known("try {} catch (p) { p.message");
        all_known("let x = p; if p.live { x = order_1; } x.fills");
        assert_eq!(
            unknown_words("try { p.message } catch (e) { e.message }; p.message"),
            ["message", "message"]
        );
    }

    #[test]
    fn the_text_itself_stays_as_it_is() {
        for line in ["obs[\"a", "`x` /* y", "é.ü = \"价\"", ":x :y", "a  b\tc"] {
            let painted = highlight(line, 0, &sample());
            let mut pieces = painted.split('\u{1b}');
            let first = pieces.next().unwrap_or_default().to_owned();
            let plain = pieces.fold(first, |plain, piece| {
                plain + piece.split_once('m').unwrap().1
            });
            assert_eq!(plain, line);
        }
    }
}
