//! The text of a format taken apart.

use super::{Conversion, Flags, FormatError, MAX_WIDTH, Spec};

/// The text up to the next conversion, and what follows its `%`.
pub(crate) fn literal(text: &str) -> Result<(String, Option<&str>), FormatError> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        match after.strip_prefix('%') {
            Some(after) => {
                out.push('%');
                rest = after;
            }
            None if after.is_empty() => return Err(FormatError::Conversion),
            None => return Ok((out, Some(after))),
        }
    }
    out.push_str(rest);
    Ok((out, None))
}

impl Spec {
    pub(crate) fn parse(text: &str) -> Result<(Self, &str), FormatError> {
        let (flags, rest) = parse_flags(text);
        let (width, rest) = parse_number(rest)?;
        let (precision, rest) = match rest.strip_prefix('.') {
            Some(rest) => {
                parse_number(rest).map(|(number, rest)| (Some(number.unwrap_or(0)), rest))?
            }
            None => (None, rest),
        };
        let rest = rest.trim_start_matches(['h', 'l', 'q', 'j', 'z', 't', 'L']);
        let letter = rest.chars().next().ok_or(FormatError::Conversion)?;
        let conversion = match letter {
            'd' | 'i' => Conversion::Signed,
            'u' => Conversion::Unsigned,
            'x' | 'X' => Conversion::Radix(16),
            'o' => Conversion::Radix(8),
            'b' => Conversion::Radix(2),
            'f' | 'F' => Conversion::Fixed,
            'e' | 'E' => Conversion::Scientific,
            'g' | 'G' => Conversion::General,
            'c' => Conversion::Character,
            's' => Conversion::Text,
            _ => return Err(FormatError::Conversion),
        };
        let spec = Self {
            flags,
            width: width.unwrap_or(0),
            precision,
            conversion,
            upper: letter.is_ascii_uppercase(),
        };
        Ok((spec, &rest[1..]))
    }
}

fn parse_flags(text: &str) -> (Flags, &str) {
    let mut flags = Flags::default();
    for (index, c) in text.char_indices() {
        match c {
            '-' => flags.left = true,
            '+' => flags.plus = true,
            ' ' => flags.space = true,
            '0' => flags.zero = true,
            '#' => flags.alternate = true,
            '\'' => flags.group = true,
            _ => return (flags, &text[index..]),
        }
    }
    (flags, "")
}

fn parse_number(text: &str) -> Result<(Option<usize>, &str), FormatError> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return Ok((None, rest));
    }
    match digits.parse::<usize>() {
        Ok(number) if number <= MAX_WIDTH => Ok((Some(number), rest)),
        _ => Err(FormatError::TooWide),
    }
}
