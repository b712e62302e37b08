//! Rows for programs: as JSON, as CSV, and as plain columns. They are written as they come, and none is kept.

use std::io;

use serde_json::Value as Json;
use unicode_width::UnicodeWidthChar;

use super::escaped;

/// Rows that decide how wide plain columns are.
const DECIDING: usize = 1000;

/// Columns of a screen to which plain columns are padded at most: one long text must not lengthen every row.
const WIDEST: usize = 256;

/// What `write` writes, as text.
pub fn written(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("writing to memory does not fail");
    String::from_utf8(out).expect("made of text")
}

/// Writes rows as one JSON array, a row per line.
///
/// # Errors
///
/// As writing to `out`.
pub fn write_json(rows: impl Iterator<Item = Json>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut is_first = true;
    for row in rows {
        out.write_all(if is_first { b"[\n" } else { b",\n" })?;
        is_first = false;
        write!(out, "{row}")?;
    }
    out.write_all(if is_first { b"[]\n" } else { b"\n]\n" })
}

/// Writes rows as CSV (RFC 4180) under a line of column names.
///
/// # Errors
///
/// As writing to `out`.
pub fn write_csv<'n>(
    names: impl Iterator<Item = &'n str>,
    rows: impl Iterator<Item = Vec<String>>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record(names)?;
    for row in rows {
        out.write_record(row)?;
    }
    out.flush()
}

/// Writes rows as aligned columns for a pipe.
///
/// The first rows decide how wide the columns are, so that no more than those are kept.
///
/// # Errors
///
/// As writing to `out`.
pub fn write_plain<'n>(
    names: impl Iterator<Item = &'n str>,
    numeric: &[bool],
    rows: impl Iterator<Item = Vec<String>>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut rows = rows;
    let names: Vec<String> = names.map(|name| escaped(name).into_owned()).collect();
    let mut first = vec![names];
    first.extend(rows.by_ref().take(DECIDING));
    let widths: Vec<usize> = (0..numeric.len())
        .map(|index| {
            let widths = first.iter().map(|row| width(&row[index]));
            widths.max().unwrap_or(0).min(WIDEST)
        })
        .collect();
    for row in first.into_iter().chain(rows) {
        let mut line = String::new();
        for ((text, widest), is_numeric) in row.iter().zip(&widths).zip(numeric) {
            let pad = " ".repeat(widest.saturating_sub(width(text)));
            match is_numeric {
                true => line.extend([&pad, text.as_str(), "  "]),
                false => line.extend([text.as_str(), &pad, "  "]),
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn width(text: &str) -> usize {
    text.chars().filter_map(UnicodeWidthChar::width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_long_text_of_a_pipe_does_not_lengthen_all_rows() {
        let rows = |count: usize| {
            let long = vec!["x".repeat(200_000), "1".into()];
            let short = std::iter::repeat_n(vec!["y".to_owned(), "2".into()], count);
            std::iter::once(long).chain(short)
        };
        let text = written(|out| write_plain(["a", "b"].into_iter(), &[false; 2], rows(5000), out));
        assert_eq!(text.lines().count(), 5002);
        assert!(text.len() < 200_000 + 5001 * (WIDEST + 8), "{}", text.len());
    }
}
