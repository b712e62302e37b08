//! The words of a command line, and lines that are questions.

/// Cuts `text` at blanks; a label in double quotes keeps its own: `"net/eth 0".rx 5` is two words.
pub fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (word, after) = rest.split_at(end(rest));
        words.push(word);
        rest = after.trim_start();
    }
    words
}

/// The first word, and what follows it.
pub fn first(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let (word, rest) = text.split_at(end(text));
    (word, rest.trim())
}

/// A label as one word of a command line.
pub fn quote(label: &str) -> String {
    match label.contains(|c: char| c.is_whitespace() || c == '"') {
        true => quoted(label),
        false => label.to_owned(),
    }
}

/// A label in quotes, as a path may begin whatever its characters are.
pub fn quoted(label: &str) -> String {
    format!("\"{}\"", label.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What a word is without the quotes that kept its blanks.
pub fn unquoted(word: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let is_said = |character: &char| {
        let said = escaped || !matches!((character, quoted), ('"', _) | ('\\', true));
        quoted ^= *character == '"' && !escaped;
        escaped = !said && *character == '\\';
        said
    };
    word.chars().filter(is_said).collect()
}

/// The name that a line such as `AAPL_position.quantity?` asks about.
pub fn question(line: &str) -> Option<&str> {
    let name = line.trim().strip_suffix('?')?.trim_end();
    let is_name =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | ':' | '"' | '-' | '/');
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

/// Where the first word of `text` ends.
fn end(text: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if character.is_whitespace() && !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_part_words_and_quotes_keep_them_together() {
        assert_eq!(words("  a.b   c "), ["a.b", "c"]);
        assert_eq!(words(r#""net/eth 0".rx 5"#), [r#""net/eth 0".rx"#, "5"]);
        assert_eq!(words(r#""a \" b".x y"#), [r#""a \" b".x"#, "y"]);
        assert_eq!(words("\"open end"), ["\"open end"]);
        assert_eq!(words(""), [""; 0]);
    }

    #[test]
    fn quotes_are_no_part_of_what_they_keep_together() {
        for (word, expected) in [
            ("plain", "plain"),
            ("\"my file.rhai\"", "my file.rhai"),
            ("~/\"my dir\"/x", "~/my dir/x"),
            (r#""say \"hi\"\\ now""#, "say \"hi\"\\ now"),
            (r"a\b", r"a\b"),
            ("\"\"", ""),
        ] {
            assert_eq!(unquoted(word), expected, "{word}");
        }
    }

    #[test]
    fn the_rest_is_kept_as_it_is() {
        assert_eq!(
            first(r#"a.text "two  words" "#),
            ("a.text", r#""two  words""#)
        );
        assert_eq!(first("alone"), ("alone", ""));
    }

    #[test]
    fn a_quoted_label_is_one_word() {
        for label in ["plain", "a.b", "two words", "say \"hi\"\\ now"] {
            assert_eq!(words(&format!("{}.x y", quote(label))).len(), 2, "{label}");
        }
        assert_eq!(quote("a.b"), "a.b");
    }

    #[test]
    fn a_question_is_a_name_and_a_question_mark() {
        assert_eq!(
            question(" AAPL_position.quantity? "),
            Some("AAPL_position.quantity")
        );
        assert_eq!(question(":objects?"), Some(":objects"));
        assert_eq!(question("a + b?"), None);
        assert_eq!(question("?"), None);
        assert_eq!(question("a"), None);
    }
}
