//! Colours of the line that is being typed.

use std::fmt::Write;

use nu_ansi_term::{Color, Style};

use super::lexicon::Lexicon;
use super::place;
use super::token::{Kind, Token, is_keyword, tokens};
use crate::commands;

/// `line` with colours; `cursor` is where the user types: a name that ends there is not judged yet.
pub(super) fn highlight(line: &str, cursor: usize, names: &Lexicon) -> String {
    let (command, script) = match line.strip_prefix(':') {
        Some(rest) => line.split_at(1 + rest.find(' ').unwrap_or(rest.len())),
        None => ("", line),
    };
    let mut out = String::with_capacity(line.len() * 2);
    if !command.is_empty() {
        let known = commands::find(&command[1..]).is_some() || cursor == command.len();
        paint(&mut out, if known { keyword() } else { unknown() }, command);
        // Paths and patterns follow no grammar that could be wrong.
        out.push_str(script);
        return out;
    }
    let all = tokens(script);
    let mut at = 0;
    for index in 0..all.len() {
        let token = all[index];
        out.push_str(&script[at..token.start]);
        match style(&all, index, cursor, names) {
            Some(style) => paint(&mut out, style, token.text),
            None => out.push_str(token.text),
        }
        at = token.end();
    }
    out.push_str(&script[at..]);
    out
}

fn style(all: &[Token<'_>], index: usize, cursor: usize, names: &Lexicon) -> Option<Style> {
    let token = all[index];
    match token.kind {
        Kind::Number => Some(Color::Cyan.normal()),
        Kind::Comment => Some(Style::new().dimmed()),
        Kind::Quoted { .. } => Some(quoted(all, index, names)),
        Kind::Sign => None,
        Kind::Word if token.end() == cursor => known(all, index, names).flatten(),
        Kind::Word => known(all, index, names).unwrap_or(Some(unknown())),
    }
}

/// The style of a word that means something; `None` for one that means nothing.
fn known(all: &[Token<'_>], index: usize, names: &Lexicon) -> Option<Option<Style>> {
    let token = all[index];
    if index > 0 && (all[index - 1].is(".") || all[index - 1].is("?.")) {
        return member(all, index, names);
    }
    let is_called = all.get(index + 1).is_some_and(|next| next.is("("));
    let is_key = all.get(index + 1).is_some_and(|next| next.is(":"));
    if is_keyword(token.text) {
        return Some(Some(keyword()));
    }
    if names.type_of(token.text).is_some() || token.text == "obs" {
        return Some(Some(Color::Blue.bold()));
    }
    let is_known = is_called && names.functions().any(|name| name == token.text)
        || names.variables().any(|name| name == token.text)
        || is_key
        || token.text == "_"
        || is_declared(all, token.text);
    is_known.then_some(None)
}

/// A field of a place that is known must be one of its fields; of anything else it may be a method.
fn member(all: &[Token<'_>], index: usize, names: &Lexicon) -> Option<Option<Style>> {
    let is_called = all.get(index + 1).is_some_and(|next| next.is("("));
    let Some(place) = place::at_end(&all[..index - 1], names).filter(|_| !is_called) else {
        return Some(None);
    };
    let fields = place.fields();
    if fields.is_empty() || fields.iter().any(|field| field.name == all[index].text) {
        Some(None)
    } else {
        None
    }
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

/// Whether the line itself makes the name: `let x`, `fn f(x)`, `for x in`, `|x|`.
fn is_declared(all: &[Token<'_>], name: &str) -> bool {
    all.iter().enumerate().any(|(index, token)| {
        let before = index.checked_sub(1).map_or("", |before| all[before].text);
        token.text == name
            && (matches!(before, "let" | "const" | "fn" | "for" | "catch" | "|")
                || is_parameter(&all[..index]))
    })
}

/// Whether the next word is in the parameters of a function, or not the first in those of a closure.
fn is_parameter(before: &[Token<'_>]) -> bool {
    let list = before
        .iter()
        .rev()
        .take_while(|token| token.is_word() || token.is(","))
        .count();
    let Some((open, rest)) = before[..before.len() - list].split_last() else {
        return false;
    };
    let is_function = matches!(rest, [.., keyword, _] if keyword.text == "fn");
    open.is("|") || open.is("(") && is_function
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
    }

    #[test]
    fn what_means_something_is_not() {
        all_known("AAPL_position.last_quote.bid_price + total");
        all_known("expect(p.quantity > 5, \"message\")");
        all_known("p.snapshot()");
        all_known("let x = #{ a: 1 }; x.a + _");
        all_known("fn f(a, b) { a + b }");
        all_known("for i in 0..5 { print(i) }");
        all_known("total.filter(|o, i| o.quantity > i)");
        all_known(":get anything");
    }

    #[test]
    fn a_word_is_not_judged_while_it_is_typed() {
        let line = "AAPL_posi";
        assert!(!highlight(line, line.len(), &sample()).contains('\u{1b}'));
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
