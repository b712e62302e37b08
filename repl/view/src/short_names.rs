//! Names of what is watched in the columns that there are: cut with a mark, and so that two of them do not look alike.

use crate::text;

/// A path that is cut keeps so many columns of its label, or else its end alone.
const LEAST_LABEL: usize = 2;

/// The names of rows, each in so many columns. Of those that would look alike, the part is shown in which they differ.
pub(crate) fn shortened(rows: &[(&str, usize)]) -> Vec<String> {
    let names: Vec<String> = rows
        .iter()
        .map(|(name, room)| by_paths(name, *room))
        .collect();
    let is_like =
        |one: usize, other: usize| names[one] == names[other] && rows[one].0 != rows[other].0;
    let apart = |index: usize| {
        let (name, room) = rows[index];
        let alike = (0..rows.len()).filter(|other| is_like(index, *other));
        let same = alike.map(|other| same_front(name, rows[other].0)).max();
        same.map(|same| around(name, same, room))
    };
    let apart: Vec<_> = (0..rows.len()).map(apart).collect();
    let names = names.into_iter().zip(apart);
    names.map(|(name, apart)| apart.unwrap_or(name)).collect()
}

/// A name in so many columns: of each path in it the begin of its label and the last part, as in
/// `AAP…ask_price - AAP…bid_price`.
fn by_paths(name: &str, room: usize) -> String {
    if text::width(name) <= room {
        return name.to_owned();
    }
    let parts = parts(name);
    let is_path = |part: &&&str| is_path(part);
    let others: usize = parts
        .iter()
        .filter(|part| !is_path(part))
        .map(|part| text::width(part))
        .sum();
    let paths: Vec<usize> = parts
        .iter()
        .filter(is_path)
        .map(|part| text::width(part))
        .collect();
    let Some(share) =
        share(&paths, room.saturating_sub(others)).filter(|share| *share > LEAST_LABEL)
    else {
        return text::cut_middle(name, room).into_owned();
    };
    let short = parts.iter().map(|part| match is_path(&part) {
        true => short_path(part, share),
        false => (*part).to_owned(),
    });
    short.collect()
}

/// A path in so many columns.
fn short_path(path: &str, room: usize) -> String {
    if text::width(path) <= room {
        return path.to_owned();
    }
    let last = path.rsplit_once('.').map_or(path, |(_, last)| last);
    match room.checked_sub(text::width(last)) {
        Some(label) if label > LEAST_LABEL => {
            format!("{}{last}", text::cut_end(path, label))
        }
        Some(1..) => format!("…{last}"),
        _ => text::cut_start(path, room).into_owned(),
    }
}

/// The most columns of each path, of which some need less; nothing if there are none.
fn share(paths: &[usize], room: usize) -> Option<usize> {
    let even = room.checked_div(paths.len())?;
    let short = paths.iter().filter(|width| **width <= even);
    let long = paths.len() - short.clone().count();
    let left = room.saturating_sub(short.sum());
    Some(left.checked_div(long).unwrap_or(even))
}

/// Paths and numbers, and what stands between them.
fn parts(name: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let is_word = is_of_path(first);
        let end = rest
            .find(|c| is_of_path(c) != is_word)
            .unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        parts.push(part);
        rest = behind;
    }
    parts
}

fn is_of_path(c: char) -> bool {
    c.is_alphanumeric() || "_.[]".contains(c)
}

fn is_path(part: &str) -> bool {
    let first = part.chars().next();
    part.contains('.') && first.is_some_and(|first| is_of_path(first) && !first.is_ascii_digit())
}

/// Bytes at the front that are the same in both.
fn same_front(one: &str, other: &str) -> usize {
    let both = one.char_indices().zip(other.chars());
    let same = both.take_while(|((_, one), other)| one == other);
    same.last().map_or(0, |((at, c), _)| at + c.len_utf8())
}

/// The part of a name around the end of so many bytes.
fn around(name: &str, at: usize, room: usize) -> String {
    let behind = text::width(&name[at..]);
    if behind < room {
        return text::cut_start(name, room).into_owned();
    }
    // One more of what is the same shows where it is.
    let start = name[..at]
        .char_indices()
        .next_back()
        .map_or(0, |(start, _)| start);
    match start {
        0 => text::cut_end(name, room).into_owned(),
        start => format!("…{}", text::cut_end(&name[start..], room.saturating_sub(1))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str], room: usize, expected: &[&str]) {
        let rows: Vec<_> = names.iter().map(|name| (*name, room)).collect();
        let shortened = shortened(&rows);
        assert_eq!(shortened, expected);
        for (name, short) in names.iter().zip(shortened) {
            assert!(text::width(&short) <= room, "{name} in {room}: {short}");
        }
    }

    #[test]
    fn a_path_keeps_the_begin_of_its_label_and_its_last_part() {
        check(
            &["engine_stats.volatility"],
            23,
            &["engine_stats.volatility"],
        );
        check(&["engine_stats.volatility"], 18, &["engine_…volatility"]);
        check(&["engine_stats.volatility"], 12, &["…volatility"]);
        check(&["engine_stats.volatility"], 7, &["…tility"]);
        check(&["the_price_of_today"], 9, &["the_…oday"]);
    }

    #[test]
    fn each_path_of_an_expression_keeps_some_of_its_label() {
        let spread = "AAPL_quote.ask_price - AAPL_quote.bid_price";
        check(&[spread], 43, &[spread]);
        check(&[spread], 30, &["AAP…ask_price - AAP…bid_price"]);
        check(&[spread], 24, &["…ask_price - …bid_price"]);
        check(
            &["a.price * 1.5 > limits.the_upper_limit"],
            30,
            &["a.price * 1.5 > …e_upper_limit"],
        );
        check(&[spread], 7, &["AAP…ice"]);
    }

    #[test]
    fn names_that_would_look_alike_show_where_they_differ() {
        let names = [
            "order_12361.quantity",
            "order_12362.quantity",
            "order_12362.price",
        ];
        check(
            &names,
            14,
            &["…2361.quantity", "…2362.quantity", "order_12…price"],
        );
        let long = [
            "order_12361.remaining_quantity",
            "order_12362.remaining_quantity",
        ];
        check(&long, 10, &["…61.remai…", "…62.remai…"]);
        check(&["AAPL.price", "AMZN.price"], 6, &["AAPL.…", "AMZN.…"]);
        check(&["book.bid", "book.bid"], 5, &["…bid", "…bid"]);
    }
}
