//! Values as they are written on a command line: `500`, `0x1f`, `true`, `FILLED`, `"text"`, `[1, 2]`,
//! `#{ bid_price: 15020 }`, and JSON.
//!
//! Only literals: what is to be computed is a script. A bare word is text, which a field of an enum,
//! a flag set (`READ | WRITE`) or a text takes as it is; so is a length of time (`10ms`).

use memglass::Value;

use crate::duration;

/// How deeply lists and records may lie in each other.
const DEPTH: u32 = 32;

/// The value that `text` stands for.
///
/// # Errors
///
/// What is wrong with the text, as the first part of a sentence.
pub fn parse(text: &str) -> Result<Value, String> {
    let mut reader = Parser { text, at: 0 };
    let value = reader.value(DEPTH)?;
    match reader.rest().trim() {
        "" => Ok(value),
        rest => Err(format!("{rest:?} is left over")),
    }
}

/// A text in quotation marks, as [`parse`] and scripts read it back.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Takes `token` if it comes next.
    fn eat(&mut self, token: &str) -> bool {
        self.skip_blanks();
        let is_next = self.rest().starts_with(token);
        self.at += if is_next { token.len() } else { 0 };
        is_next
    }

    fn value(&mut self, depth: u32) -> Result<Value, String> {
        let below = depth
            .checked_sub(1)
            .ok_or_else(|| format!("the value has more than {DEPTH} levels"))?;
        if self.eat("[") {
            return self.list(below);
        }
        if self.eat("#{") || self.eat("{") {
            return self.record(below);
        }
        if self.eat("\"") {
            return self.quoted().map(Value::Text);
        }
        self.word(depth == DEPTH)
    }

    fn list(&mut self, depth: u32) -> Result<Value, String> {
        let mut elements = Vec::new();
        while !self.eat("]") {
            elements.push(self.value(depth)?);
            self.separator("]")?;
        }
        Ok(Value::List(elements))
    }

    fn record(&mut self, depth: u32) -> Result<Value, String> {
        let mut members = Vec::new();
        while !self.eat("}") {
            let name = if self.eat("\"") {
                self.quoted()?
            } else {
                self.name()?
            };
            if !self.eat(":") {
                return Err(format!("{name:?} needs a colon and a value"));
            }
            members.push((name.into(), self.value(depth)?));
            self.separator("}")?;
        }
        Ok(Value::Record(members.into()))
    }

    /// A comma, unless the end is next.
    fn separator(&mut self, end: &str) -> Result<(), String> {
        self.skip_blanks();
        match self.eat(",") || self.rest().starts_with(end) {
            true => Ok(()),
            false => Err(format!("a comma or {end:?} is missing")),
        }
    }

    fn quoted(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let mut characters = self.rest().char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.at += at + 1;
                    return Ok(text);
                }
                '\\' => {
                    let mut rest = characters.by_ref().map(|(_, character)| character);
                    text.push(escape(&mut rest)?);
                }
                other => text.push(other),
            }
        }
        Err("the closing quote is missing".into())
    }

    fn name(&mut self) -> Result<String, String> {
        self.skip_blanks();
        let rest = self.rest();
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        self.at += end;
        if end == 0 {
            Err("a name is missing".into())
        } else {
            Ok(rest[..end].to_owned())
        }
    }

    /// A number, a truth value or a bare word; at the top a word reaches to the end of the text.
    fn word(&mut self, top: bool) -> Result<Value, String> {
        self.skip_blanks();
        let rest = self.rest();
        let end = if top {
            rest.len()
        } else {
            rest.find([',', ']', '}']).unwrap_or(rest.len())
        };
        self.at += end;
        match rest[..end].trim() {
            "" => Err("a value is missing".into()),
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            // For a field whose unit is a time.
            word if duration::parse(word).is_some() => Ok(Value::Text(word.to_owned())),
            word if starts_number(word) => number(word),
            word => Ok(Value::Text(word.to_owned())),
        }
    }
}

fn escape(characters: &mut impl Iterator<Item = char>) -> Result<char, String> {
    Ok(match characters.next() {
        Some('n') => '\n',
        Some('t') => '\t',
        Some('r') => '\r',
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('u') => return unicode(characters),
        Some(character @ ('"' | '\\' | '/')) => character,
        Some(other) => return Err(format!("\\{other} is not an escape")),
        None => return Err("the text ends in an escape".into()),
    })
}

/// Four digits; what JSON writes as a pair of them is a character of its own there, which `get` never splits.
fn unicode(characters: &mut impl Iterator<Item = char>) -> Result<char, String> {
    let digits: String = characters.take(4).collect();
    let code = u32::from_str_radix(&digits, 16).ok();
    let character = code.filter(|_| digits.len() == 4).and_then(char::from_u32);
    character.ok_or_else(|| format!("\\u{digits} is not a character"))
}

fn starts_number(word: &str) -> bool {
    let digits = word.trim_start_matches(['-', '+']);
    let float = digits.strip_prefix('.').unwrap_or(digits);
    float.starts_with(|c: char| c.is_ascii_digit()) || matches!(digits, "inf" | "NaN")
}

fn number(word: &str) -> Result<Value, String> {
    let digits = word.replace('_', "");
    if let Some(number) = integer(&digits) {
        return Ok(number);
    }
    match digits.parse::<f64>() {
        Ok(number) if number.is_infinite() && digits.contains(|c: char| c.is_ascii_digit()) => Err(
            format!("{word} is beyond what an f64 holds, ±{:e}", f64::MAX),
        ),
        Ok(number) => Ok(Value::F64(number)),
        Err(_) => Err(format!("{word:?} is not a number")),
    }
}

fn integer(word: &str) -> Option<Value> {
    let (negative, digits) = match word.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ => (10, digits),
    };
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u128::from_str_radix(digits, radix).ok()?;
    match negative {
        true => Some(signed(0i128.checked_sub_unsigned(magnitude)?)),
        false => Some(i128::try_from(magnitude).map_or(Value::U128(magnitude), signed)),
    }
}

/// The narrowest value that holds the number.
fn signed(number: i128) -> Value {
    match (i64::try_from(number), u64::try_from(number)) {
        (Ok(number), _) => Value::I64(number),
        (_, Ok(number)) => Value::U64(number),
        _ => Value::I128(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: impl Into<Value>) {
        assert_eq!(parse(text).unwrap(), expected.into(), "{text}");
    }

    #[track_caller]
    fn refused(text: &str, reason: &str) {
        let error = parse(text).unwrap_err();
        assert!(error.contains(reason), "{text}: {error}");
    }

    #[test]
    fn whole_numbers_of_every_width_are_exact() {
        check("500", 500i64);
        check("-1", -1i64);
        check("0xff", 255i64);
        check("0b101", 5i64);
        check("1_000", 1_000i64);
        check("18446744073709551615", u64::MAX);
        check("-170141183460469231731687303715884105728", i128::MIN);
        check("340282366920938463463374607431768211455", u128::MAX);
    }

    #[test]
    fn numbers_with_a_point_are_floats() {
        check("1.5", 1.5);
        check("-2e3", -2e3);
        check("inf", f64::INFINITY);
        check("-inf", f64::NEG_INFINITY);
    }

    #[test]
    fn words_are_text_and_truth_values_are_not() {
        check("FILLED", "FILLED");
        check("READ | WRITE", "READ | WRITE");
        check("true", true);
        check("\"true\"", "true");
        check(r#""a \"b\"\n""#, "a \"b\"\n");
    }

    #[test]
    fn lists_and_records_nest() {
        let venues = Value::List(vec!["X".into(), "Y".into()]);
        let quote = Value::Record([("bid", 5i64.into()), ("venues", venues)].into());
        check("#{ bid: 5, venues: [X, \"Y\"] }", quote);
        check("[]", Value::List(vec![]));
        check(
            "[1, [2,],]",
            Value::List(vec![1i64.into(), Value::List(vec![2i64.into()])]),
        );
    }

    #[test]
    fn what_is_no_value_says_why() {
        refused("", "missing");
        refused("12x", "\"12x\" is not a number");
        refused("0x", "is not a number");
        refused("1e400", "1e400 is beyond what an f64 holds, ±1.797");
        refused("[1, -1e999]", "-1e999 is beyond");
        refused("[1, 2", "a comma or \"]\" is missing");
        refused("#{ a 1 }", "needs a colon");
        refused("\"open", "closing quote");
        refused("[1] 2", "left over");
        refused(
            "999999999999999999999999999999999999999999x",
            "is not a number",
        );
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_overflow_the_stack() {
        refused(&"[".repeat(100_000), "levels");
    }
}
