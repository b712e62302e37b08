//! A text cut into what is evaluated one after the other: the one rule for what is typed, pasted or piped in,
//! given with `-e`, or in a file.

use std::borrow::Cow;
use std::iter::Peekable;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::incomplete::{
    first_mistake, has_open_comment, is_incomplete, is_incomplete_until, is_program,
};
use crate::token::{Kind, Tokens};
use crate::words::question;

/// A part of a script that is evaluated by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'t> {
    /// Its text.
    pub text: &'t str,
    /// Lines of the script that come before it.
    pub lines_before: usize,
}

impl<'t> Piece<'t> {
    fn whole(text: &'t str) -> Self {
        let lines_before = 0;
        Piece { text, lines_before }
    }
}

/// The text as a whole, if it is one program without `:commands`; else its lines, those that belong
/// together as one.
///
/// What is neither is given as its mistake alone, so that nothing runs and evaluating it tells that: as a
/// whole, or as the first piece that is wrong by itself. It is the reading that gets further, since the
/// other one stumbles where it was not meant.
///
/// `is_program` knows the grammar of the engine that will run it: a host may have added to the language. Storing true
/// into `interrupt` ends it with pieces that are not to be evaluated.
pub fn split<'t>(
    text: &'t str,
    is_program: impl Fn(&str) -> bool,
    interrupt: &Arc<AtomicBool>,
) -> Vec<Piece<'t>> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    if !text.trim().contains('\n') {
        return vec![Piece::whole(text)];
    }
    if !has_commands(text) && !is_incomplete_until(text, interrupt) && is_program(text) {
        return vec![Piece::whole(text)];
    }
    let pieces = lines_that_belong_together(text, interrupt);
    if interrupt.load(Ordering::Relaxed) {
        return vec![Piece::whole(text)];
    }
    if has_commands(text) {
        return pieces;
    }
    match pieces
        .iter()
        .find(|piece| is_incomplete_until(piece.text, interrupt) || !is_program(piece.text))
    {
        Some(wrong) => vec![further(Piece::whole(text), *wrong)],
        None => pieces,
    }
}

/// Whether a text that is being typed wants another line.
pub fn wants_more(text: &str) -> bool {
    if !has_commands(text) {
        if is_incomplete(text) {
            return true;
        }
        if !text.trim().contains('\n') || is_program(text) {
            return false;
        }
    }
    let pieces = lines_that_belong_together(text, &Arc::default());
    pieces
        .last()
        .is_some_and(|last| !is_command(last.text) && is_incomplete(last.text))
}

/// What was typed, if `text` is copied from a screen with its prompts; all else becomes blank lines, so that
/// lines keep their numbers.
///
/// It is copied from a screen if its first line begins with `prompt`, whatever mark that has.
pub fn without_prompts<'t>(text: &'t str, prompt: &str) -> Cow<'t, str> {
    let first = text.lines().find(|line| !line.trim().is_empty());
    if first.is_none_or(|line| behind_prompt(line, prompt).is_none()) {
        return text.into();
    }
    let mut is_typed = false;
    let lines = text.lines().map(|line| {
        let rest = behind_prompt(line, prompt);
        let rest = rest.or_else(|| behind_dots(line).filter(|_| is_typed));
        is_typed = rest.is_some();
        rest.unwrap_or_default()
    });
    lines.collect::<Vec<_>>().join("\n").into()
}

/// The rest of a line that begins with a prompt, which may have another mark such as ` [exited]`.
fn behind_prompt<'l>(line: &'l str, prompt: &str) -> Option<&'l str> {
    let name_end = prompt
        .find(" [")
        .unwrap_or(prompt.trim_end_matches(['>', ' ']).len());
    let (name, end) = prompt.split_at(name_end);
    let end = end.split_once(']').map_or(end, |(_, end)| end).trim_end();
    if name.is_empty() || end.is_empty() {
        return None;
    }
    let rest = line.trim_start().strip_prefix(name)?;
    let rest = match rest.strip_prefix(" [") {
        Some(mark) => mark.split_once(']')?.1,
        None => rest,
    };
    let rest = rest.strip_prefix(end)?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix(' ')
}

/// The rest of a line that goes on with the one above it.
fn behind_dots(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("...")?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix(' ')
}

/// Which of two readings has its mistake later in the script; the first if both have it in one place.
fn further<'t>(whole: Piece<'t>, line: Piece<'t>) -> Piece<'t> {
    let reach = |piece: Piece<'_>| {
        first_mistake(piece.text).map(|(line, column)| (piece.lines_before + line, column))
    };
    match reach(line) > reach(whole) {
        true => line,
        false => whole,
    }
}

/// Whether the text ends inside a comment: the one unfinished text that is a program by its grammar, and what
/// is behind the comment's beginning would be lost.
pub fn ends_in_comment(text: &str) -> bool {
    // To look for it costs little beside parsing, for which there is an engine each time.
    has_open_comment(text) && is_program(text)
}

fn has_commands(text: &str) -> bool {
    text.lines().any(is_command)
}

fn is_command(line: &str) -> bool {
    line.trim_start().starts_with(':') || question(line).is_some()
}

fn lines_that_belong_together<'t>(text: &'t str, interrupt: &Arc<AtomicBool>) -> Vec<Piece<'t>> {
    let mut pieces = Vec::new();
    let mut rest = Piece::whole(text);
    while !rest.text.is_empty() && !interrupt.load(Ordering::Relaxed) {
        let (first, behind) = rest.text.split_at(first_piece(rest.text, interrupt));
        pieces.push(Piece {
            text: first,
            ..rest
        });
        rest = Piece {
            text: behind,
            lines_before: rest.lines_before + first.lines().count(),
        };
    }
    pieces.retain(|piece| !piece.text.trim().is_empty());
    pieces
}

/// The end of the first piece: of the first line up to which the text is whole, or wrong however it goes on.
///
/// While brackets are open, it is parsed only each time its lines have doubled. A mistake that is seen so is then
/// looked for in the lines since the last time.
fn first_piece(text: &str, interrupt: &Arc<AtomicBool>) -> usize {
    let wants_more = |end: &usize| is_incomplete_until(&text[..*end], interrupt);
    let (mut end, mut look_at, mut unparsed) = (0, 1, Vec::new());
    let mut brackets = Brackets::of(text);
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        end += line.len();
        let piece = &text[..end];
        if piece.trim().is_empty() || is_command(piece) || interrupt.load(Ordering::Relaxed) {
            return end;
        }
        unparsed.push(end);
        if number < look_at && end < text.len() && brackets.are_open_at(end) {
            continue;
        }
        look_at = number * 2;
        if !wants_more(&end) {
            let first = unparsed.partition_point(wants_more);
            let mut ends = unparsed[first..].iter();
            if let Some(end) = ends.find(|end| !goes_on(&text[**end..])) {
                return *end;
            }
            look_at = number + 1;
        }
        unparsed.clear();
    }
    text.len()
}

/// Whether brackets are open as a text grows line by line: it then wants more unless it is wrong, and to parse it with
/// each line would take time with the square of its lines.
struct Brackets<'t> {
    tokens: Peekable<Tokens<'t>>,
    open: i64,
    /// Where the last token ends.
    end: usize,
    /// Whether a quote has no end in its line, so that what follows it may be anything.
    is_lost: bool,
}

impl<'t> Brackets<'t> {
    fn of(text: &'t str) -> Self {
        Brackets {
            tokens: Tokens::of(text).peekable(),
            open: 0,
            end: 0,
            is_lost: false,
        }
    }

    /// Whether they certainly are at `end`, which is beyond what was asked before.
    fn are_open_at(&mut self, end: usize) -> bool {
        while let Some(token) = self.tokens.next_if(|token| token.start < end) {
            self.end = token.end();
            let is_line = token.kind != Kind::Sign && token.text.trim_end().contains('\n');
            self.is_lost |= is_line && token.text.starts_with(['"', '\'']);
            self.open += match token.text {
                "(" | "[" | "{" | "#{" | "?[" if token.kind == Kind::Sign => 1,
                ")" | "]" | "}" if token.kind == Kind::Sign => -1,
                _ => 0,
            };
        }
        !self.is_lost && (self.open > 0 || self.end > end)
    }
}

/// Whether what follows a line can only be a part of the statement in it.
fn goes_on(behind: &str) -> bool {
    let mut lines = behind.lines().map(str::trim_start);
    let next = lines.find(|line| !line.is_empty() && !line.starts_with("//"));
    let Some(next) = next else { return false };
    let word_end = next.find(|sign: char| !sign.is_alphanumeric() && sign != '_');
    let word = &next[..word_end.unwrap_or(next.len())];
    let is_member = next.starts_with('.') && !next.starts_with("..");
    matches!(word, "else" | "catch")
        || is_member
        || ["?.", "&&", "||"].iter().any(|sign| next.starts_with(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let pieces = split(text, is_program, &Arc::default());
        let texts: Vec<&str> = pieces.iter().map(|piece| piece.text).collect();
        assert_eq!(texts, expected);
        for piece in pieces {
            let before = text.split(piece.text).next().unwrap_or_default();
            assert_eq!(piece.lines_before, before.lines().count(), "{piece:?}");
        }
    }

    #[test]
    fn a_program_is_one_piece() {
        check(
            "let x = 1;\nif x > 0 { x }\nelse { 0 }\n",
            &["let x = 1;\nif x > 0 { x }\nelse { 0 }\n"],
        );
    }

    #[test]
    fn lines_as_typed_at_a_prompt_are_pieces() {
        check("a.b\nc.d\n", &["a.b\n", "c.d\n"]);
        check(
            "fn f() {\n 1\n}\nf()\nf() + 1\n",
            &["fn f() {\n 1\n}\n", "f()\n", "f() + 1\n"],
        );
        check(":objects\na.b\n\n", &[":objects\n", "a.b\n"]);
    }

    #[test]
    fn a_statement_goes_on_where_its_next_line_can_only_be_a_part_of_it() {
        let branches = "if x > 3 { 1 }\n// or else\nelse { 2 }\n";
        check(
            &format!("let x = 5\n{branches}"),
            &["let x = 5\n", branches],
        );
        let caught = "try { f() }\n\ncatch (error) { 0 }\n";
        check(&format!("5\n{caught}6"), &["5\n", caught, "6"]);
        let chain = "[1, 2]\n  .map(|x| x + 1)\n  .len()\n";
        check(&format!("5\n{chain}"), &["5\n", chain]);
        check("5\n1 > 0\n  && 2 > 1\n", &["5\n", "1 > 0\n  && 2 > 1\n"]);
        check("a.b\nelsewhere.c\n", &["a.b\n", "elsewhere.c\n"]);
    }

    #[test]
    fn lines_may_say_what_only_a_session_parses() {
        check("5\n_ + 1\n", &["5\n", "_ + 1\n"]);
        check(
            "#!/usr/bin/env memglass\n5\n6\n",
            &["#!/usr/bin/env memglass\n", "5\n", "6\n"],
        );
    }

    #[test]
    fn an_unfinished_end_is_not_lost() {
        check("a.b\nf(1,\n", &["f(1,\n"]);
        check("a.b;\nf(1,\n", &["a.b;\nf(1,\n"]);
    }

    #[test]
    fn of_lines_the_one_with_the_mistake_is_told() {
        check("let a = 1\nprint(a)\nlet = 5\n", &["let = 5\n"]);
        check("a = 1\r\nprint(a))\r\nb\r\n", &["print(a))\r\n"]);
        check("5\n6 7\n8\n", &["6 7\n"]);
        check("a\nfn f() {\n 5 5\n}\nf()\n", &["fn f() {\n 5 5\n"]);
    }

    #[test]
    fn a_bracket_too_many_ends_with_its_mistake_and_takes_no_line_behind_it() {
        check(
            "print((1);\n:types\nprint(2)\n",
            &["print((1);\n", ":types\n", "print(2)\n"],
        );
        for before in 0..20 {
            let wrong = format!("fn f() {{\n{}  print((1);\n", "  g();\n".repeat(before));
            let behind = "  g();\n".repeat(20);
            let pieces = split(
                &format!("{wrong}{behind}}}\n:types\n"),
                is_program,
                &Arc::default(),
            )
            .iter()
            .map(|piece| piece.text.to_owned())
            .collect::<Vec<_>>();
            assert_eq!(pieces[0], wrong);
            assert_eq!(pieces.last().map(|last| &**last), Some(":types\n"));
        }
    }

    #[test]
    fn an_open_bracket_is_not_looked_for_again_with_each_line() {
        let lines = "  x += 1;\n".repeat(20_000);
        let text = format!("fn f() {{\n{lines}");
        let start = std::time::Instant::now();
        check(&text, &[&text]);
        // It takes some tenths of a second. Parsed with each line, it takes minutes.
        assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    }

    #[test]
    fn an_interrupt_ends_the_cutting() {
        let interrupt = Arc::new(AtomicBool::new(true));
        let text = "5\n6 7\n";
        let pieces = split(text, |_| false, &interrupt);
        assert_eq!(pieces, [Piece::whole(text)]);
    }

    #[test]
    fn of_a_program_the_whole_is_told() {
        for program in [
            "let a = 1;\nlet = 5;\nlet b = 2;\n",
            "let a = b\n  .c();\nlet = 5;\n",
            "fn f() {\n 5 5\n}\nf();\n",
        ] {
            check(program, &[program]);
        }
    }

    #[test]
    fn an_open_comment_is_found_and_an_open_bracket_is_another_matter() {
        assert!(ends_in_comment("1 /* open"));
        assert!(!ends_in_comment("1 /* closed */"));
        assert!(!ends_in_comment("f("));
    }

    #[test]
    fn a_text_that_is_typed_wants_more_while_its_last_part_does() {
        for text in ["if x {", "a.b = 1\nif x {", ":objects\nf(1,", "5\n/* open"] {
            assert!(wants_more(text), "{text}");
        }
        for text in [
            "",
            "a.b = 1\na.b",
            "let = 5\n6",
            ":objects (",
            "f(1,\n:q",
            "a\n\n",
        ] {
            assert!(!wants_more(text), "{text}");
        }
    }

    #[track_caller]
    fn check_typed(prompt: &str, text: &str, expected: &str) {
        assert_eq!(without_prompts(text, prompt), expected);
    }

    #[test]
    fn what_is_copied_from_a_screen_loses_its_prompts_and_results() {
        check_typed(
            "t1> ",
            "t1> a.b\n500\nt1> fn f() {\n ...  1\n ... }\nt1>\n",
            "a.b\n\nfn f() {\n 1\n}\n",
        );
        check_typed("t1> ", "t1 [exited]> a.b\n500", "a.b\n");
        check_typed("t1 [crashed]> ", "t1> a.b", "a.b");
        check_typed("robot> ", "\n  robot> :objects\n... 5", "\n:objects\n5");
    }

    #[test]
    fn what_begins_otherwise_is_what_it_is() {
        for text in ["t2> a.b", "t1 > 5", "t1>5", "a\nt1> b", "... a", "t1.x"] {
            check_typed("t1> ", text, text);
        }
        check_typed("> ", "> a", "> a");
    }

    #[test]
    fn nothing_is_nothing() {
        check(" \n\n", &[]);
    }
}
