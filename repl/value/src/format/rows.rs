//! Rows for programs: as JSON, as CSV, and as plain columns. They are written as they come, and none is kept.

use crate::wrap;
use std::fmt;
use std::io;

/// Rows that decide how wide plain columns are.
const DECIDING: usize = 1001;

/// Columns of a screen to which plain columns are padded at most: one long text must not lengthen every row.
const WIDEST: usize = 256;

/// What `write` writes, as text.
///
/// # Errors
///
/// Those of `write`: writing to memory has none.
pub fn written(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<String> {
    let mut out = Vec::new();
    write(&mut out)?;
    Ok(String::from_utf8(out).expect("made of text"))
}

/// Writes rows as one JSON array, a row per line.
///
/// # Errors
///
/// As writing to `out`, or as the rows.
pub fn write_json<J: fmt::Display>(
    rows: impl Iterator<Item = io::Result<J>>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut is_first = true;
    for row in rows {
        let start = if is_first { "[\n" } else { ",\n" };
        is_first = false;
        out.write_all(format!("{start}{}", row?).as_bytes())?;
    }
    out.write_all(if is_first { b"[]\n" } else { b"\n]\n" })
}

/// Writes rows as CSV (RFC 4180) under a line of column names.
///
/// # Errors
///
/// As writing to `out`, or as the rows.
pub fn write_csv<'n>(
    names: impl Iterator<Item = &'n str>,
    rows: impl Iterator<Item = io::Result<Vec<String>>>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    // What went wrong with `out` itself, and not that it went wrong while CSV was written.
    let reason = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    };
    let mut out = csv::Writer::from_writer(out);
    out.write_record(names).map_err(reason)?;
    for row in rows {
        out.write_record(row?).map_err(reason)?;
    }
    out.flush()
}

/// One line of CSV, with its end.
pub fn csv_line<'c>(cells: impl Iterator<Item = &'c str>) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let written = out.write_record(cells).and_then(|()| Ok(out.flush()?));
    written.expect("memory takes every record");
    let bytes = out.into_inner().expect("memory takes every record");
    String::from_utf8(bytes).expect("a record of texts is text")
}

/// The cells of the first line of a CSV file, such as the names of its columns; none if it has no first line.
///
/// # Errors
///
/// As reading `input`; also if it is no text.
pub fn csv_columns(input: impl io::Read) -> io::Result<Vec<String>> {
    let mut options = csv::ReaderBuilder::new();
    let mut reader = options.has_headers(false).flexible(true).from_reader(input);
    match reader.records().next() {
        Some(first) => Ok(first?.iter().map(str::to_owned).collect()),
        None => Ok(Vec::new()),
    }
}

/// Writes rows as aligned columns for a pipe. The first row may be the names of the columns.
///
/// The first rows decide how wide the columns are, so that no more than those are kept.
///
/// # Errors
///
/// As writing to `out`, or as the rows.
pub fn write_plain(
    numeric: &[bool],
    mut rows: impl Iterator<Item = io::Result<Vec<String>>>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let first: Vec<Vec<String>> = rows.by_ref().take(DECIDING).collect::<io::Result<_>>()?;
    let widths: Vec<usize> = (0..numeric.len())
        .map(|index| {
            let widths = first.iter().map(|row| wrap::width(&row[index]));
            widths.max().unwrap_or(0).min(WIDEST)
        })
        .collect();
    for row in first.into_iter().map(Ok).chain(rows) {
        let mut line = String::new();
        for ((text, widest), is_numeric) in row?.iter().zip(&widths).zip(numeric) {
            let pad = " ".repeat(widest.saturating_sub(wrap::width(text)));
            match is_numeric {
                true => line.extend([&pad, text.as_str(), "  "]),
                false => line.extend([text.as_str(), &pad, "  "]),
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
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
        let text = written(|out| write_plain(&[false; 2], rows(5000).map(Ok), out));
        let text = text.expect("memory");
        assert_eq!(text.lines().count(), 5001);
        assert!(text.len() < 200_000 + 5001 * (WIDEST + 8), "{}", text.len());
    }
}
