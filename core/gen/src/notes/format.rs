//! Formats in the style of C's `printf`.

/// Checks that a format has exactly one conversion, of a kind that memglass knows.
pub(super) fn check(format: &str) -> Result<(), String> {
    let mut conversions = 0;
    let mut rest = format;
    while let Some((_, after)) = rest.split_once('%') {
        if let Some(escaped) = after.strip_prefix('%') {
            rest = escaped;
            continue;
        }
        conversions += 1;
        rest = conversion(after)?;
    }
    match conversions {
        1 => Ok(()),
        0 => Err(
            "@format needs a conversion that prints the value, as in \"%d\", \"%.2f\" or \"%s\""
                .into(),
        ),
        _ => Err(
            "@format prints one value: leave one conversion, and write %% for a percent sign"
                .into(),
        ),
    }
}

/// What follows a conversion, from behind its percent sign on.
fn conversion(spec: &str) -> Result<&str, String> {
    let rest = spec.trim_start_matches(['-', '+', ' ', '#', '0', '\'']);
    let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let rest = match rest.strip_prefix('.') {
        Some(precision) => precision.trim_start_matches(|digit: char| digit.is_ascii_digit()),
        None => rest,
    };
    let rest = rest.trim_start_matches(['h', 'l', 'j', 'z', 't', 'L', 'q']);
    match rest.chars().next() {
        Some(letter) if "diuxXobcfFeEgGaAsp".contains(letter) => Ok(&rest[1..]),
        Some(letter) => Err(format!(
            "@format has %{letter}, which is no conversion; write %% for a percent sign"
        )),
        None => Err("@format ends inside a conversion; write %% for a percent sign".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_has_one_conversion() {
        for good in ["%d", "%.2f %%", "0x%08llx", "[%s]", "%'d", "%-5u|"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["", "plain", "%d %d", "%y", "%", "%%", "%*d"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
