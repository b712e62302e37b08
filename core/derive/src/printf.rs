//! Formats in the style of C's `printf`, checked at compile time.

/// The kind of value that the one conversion of a format prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// `%d %i %u %x %X %o %b %c`.
    Integer,
    /// `%f %F %e %E %g %G %a %A`.
    Float,
    /// `%s`.
    Text,
    /// `%p`.
    Address,
}

impl Conversion {
    /// The variant's name in the constant checks of the expansion.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Conversion::Integer => "Integer",
            Conversion::Float => "Float",
            Conversion::Text => "Text",
            Conversion::Address => "Address",
        }
    }
}

/// The one conversion in `format`, or an error.
pub(crate) fn conversion(format: &str) -> Result<Conversion, String> {
    let mut found = None;
    let mut rest = format;
    while let Some((_, after)) = rest.split_once('%') {
        if let Some(escaped) = after.strip_prefix('%') {
            rest = escaped;
            continue;
        }
        let (conversion, remainder) = parse(after)?;
        if found.replace(conversion).is_some() {
            return Err(
                "a format prints one value: leave one conversion, and write %% for a percent sign"
                    .into(),
            );
        }
        rest = remainder;
    }
    found.ok_or_else(|| "a format needs a conversion that prints the value, as in \"%d\", \"%.2f\", \"0x%08x\" or \"%s\"".into())
}

/// Parses everything after a percent sign: flags, width, precision, length and letter.
fn parse(spec: &str) -> Result<(Conversion, &str), String> {
    let rest = spec.trim_start_matches(['-', '+', ' ', '#', '0', '\'']);
    let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let rest = match rest.strip_prefix('.') {
        Some(precision) => precision.trim_start_matches(|digit: char| digit.is_ascii_digit()),
        None => rest,
    };
    let rest = rest.trim_start_matches(['h', 'l', 'j', 'z', 't', 'L', 'q']);
    let mut letters = rest.chars();
    let conversion = match letters.next() {
        Some('d' | 'i' | 'u' | 'x' | 'X' | 'o' | 'b' | 'c') => Conversion::Integer,
        Some('f' | 'F' | 'e' | 'E' | 'g' | 'G' | 'a' | 'A') => Conversion::Float,
        Some('s') => Conversion::Text,
        Some('p') => Conversion::Address,
        Some('*') => return Err("`*` takes a width from a second value, and there is only one: write the width as a number".into()),
        Some(letter) => return Err(format!("`%{letter}` is not a conversion; use %d, %u, %x, %f, %e, %g, %s or %p, and %% for a percent sign")),
        None => return Err("the format ends inside a conversion; write %% for a percent sign".into()),
    };
    Ok((conversion, letters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: &str, expected: Option<Conversion>) {
        assert_eq!(
            conversion(format).ok(),
            expected,
            "{format:?}: {:?}",
            conversion(format)
        );
    }

    #[test]
    fn one_conversion_of_each_kind_is_found() {
        check("%d", Some(Conversion::Integer));
        check("$%'12.2f each", Some(Conversion::Float));
        check("0x%016llX", Some(Conversion::Integer));
        check("%-10s|", Some(Conversion::Text));
        check("%p", Some(Conversion::Address));
        check("%5.1f%%", Some(Conversion::Float));
    }

    #[test]
    fn none_two_or_broken_conversions_are_refused() {
        for format in [
            "",
            "ticks",
            "100%%",
            "%d %d",
            "%",
            "%5",
            "%*d",
            "%n",
            "%5.y",
            "100% of %d %d",
        ] {
            check(format, None);
        }
    }
}
