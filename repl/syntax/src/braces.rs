//! Alternatives in a path: `*_position.{avg_price,quantity}` is two paths.

/// The paths that `path` stands for, with one of each group of alternatives behind its label.
///
/// Braces in a label are a matter of its pattern, which matches labels that one of them alone does not.
pub fn alternatives(path: &str) -> Vec<String> {
    let Some((start, end)) = group(path) else {
        return vec![path.to_owned()];
    };
    let (before, after) = (&path[..start], &path[end + 1..]);
    let parts = path[start + 1..end].split(',');
    parts
        .flat_map(|part| alternatives(&format!("{before}{}{after}", part.trim())))
        .collect()
}

/// Where the first group behind the label begins and ends.
fn group(path: &str) -> Option<(usize, usize)> {
    let (mut is_quoted, mut depth, mut is_behind_label) = (false, 0_u32, false);
    let mut start = None;
    for (at, c) in path.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '{' if is_behind_label && start.is_none() => start = Some(at),
            '}' if start.is_some() => return start.map(|start| (start, at)),
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '.' | '[' if depth == 0 => is_behind_label = true,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::alternatives;

    #[track_caller]
    fn check(path: &str, expected: &[&str]) {
        assert_eq!(alternatives(path), expected, "{path}");
    }

    #[test]
    fn a_path_has_one_of_each_group_behind_its_label() {
        check("a.b", &["a.b"]);
        check("*.{a,b}", &["*.a", "*.b"]);
        check("x.{a, b}.{c,d}", &["x.a.c", "x.a.d", "x.b.c", "x.b.d"]);
        check("x.q.{bid,ask}_price", &["x.q.bid_price", "x.q.ask_price"]);
    }

    #[test]
    fn braces_of_a_label_stay() {
        check("{A,B}_*.q", &["{A,B}_*.q"]);
        check("{A.x,B}.{q,r}", &["{A.x,B}.q", "{A.x,B}.r"]);
        check("\"a.{b,c}\".d", &["\"a.{b,c}\".d"]);
        check("x.{a", &["x.{a"]);
    }
}
