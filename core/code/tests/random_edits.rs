//! Edits at random places of system headers: everything else keeps its bytes, and a second run changes nothing.
#![allow(clippy::print_stdout, reason = "tests print what they counted")]

mod harness;

use harness::headers::{is_full, system_headers};
use memglass_code::{Editor, File, Outcome, Plan, Policy, Request, Target};

fn plan(text: &str, requests: &[Request]) -> Plan {
    let mut editor = Editor::new();
    editor.add_text("h.hpp", text);
    editor.plan(requests)
}

/// A request for something that the file declares, by chance; `None` where the kind does not fit.
fn request(random: &mut fastrand::Rng, paths: &[(String, String)]) -> Option<Request> {
    let (kind, path) = &paths[random.usize(..paths.len())];
    let is_record = matches!(kind.as_str(), "struct" | "class" | "union");
    match random.u8(..6) {
        0 => Some(Request::annotate(
            path,
            &format!("@range(0, {})", random.u8(..9)),
        )),
        1 => Some(Request::annotate(path, "[[maybe_unused]]")),
        2 => Some(Request::remove(path)),
        3 => Some(Request::add(
            Target::path(path),
            &[Policy::After],
            "int added_after_;\n",
        ))
        .filter(|_| kind != "enumerator"),
        4 => Some(Request::add(
            Target::path(path),
            &[Policy::Inside],
            "int added_inside_;",
        ))
        .filter(|_| is_record),
        _ => Some(Request::replace(Target::path(path), "int replaced_;"))
            .filter(|_| kind == "variable" || is_record),
    }
}

/// Whether `after` is `before` with one place changed: what the receipt says was found or written may be there, and nothing
/// of the rest is gone.
fn assert_only_there(before: &str, after: &str, written: usize, found: usize, what: &str) {
    let head = before
        .bytes()
        .zip(after.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let (old, new) = (&before.as_bytes()[head..], &after.as_bytes()[head..]);
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (gone, come) = (old.len() - tail, new.len() - tail);
    // Comments and empty lines go with an item, a comma or an indentation comes with code.
    assert!(
        come <= written + 200,
        "{what}: {come} bytes came where {written} were written"
    );
    assert!(
        gone <= found + 20_000,
        "{what}: {gone} bytes went where {found} were found"
    );
}

#[test]
fn random_edits_change_nothing_else_and_nothing_twice() {
    let headers = system_headers(if is_full() { 200 } else { 12 });
    let rounds = if is_full() { 12 } else { 4 };
    let mut random = fastrand::Rng::with_seed(14);
    let (mut done, mut unchanged, mut refused) = (0, 0, 0);
    for (name, text) in headers.iter().filter(|(_, text)| text.len() < 60_000) {
        let file = File::parse(text);
        let kinds = [
            "variable",
            "function",
            "struct",
            "class",
            "union",
            "enum",
            "enumerator",
            "typedef",
        ];
        let paths: Vec<(String, String)> = file
            .outline()
            .into_iter()
            .filter(|entry| kinds.contains(&entry.kind) && !entry.path.contains('('))
            .map(|entry| (entry.kind.to_owned(), entry.path))
            .collect();
        if paths.is_empty() {
            continue;
        }
        for _ in 0..rounds {
            let Some(request) = request(&mut random, &paths) else {
                continue;
            };
            let what = format!("{}: {request:?}", name.display());
            let first = plan(text, std::slice::from_ref(&request));
            let after = first.text("h.hpp").expect("the file is there");
            let receipt = &first.receipts()[0];
            match receipt.result {
                Outcome::Done => {
                    done += 1;
                    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
                    assert_only_there(
                        text,
                        after,
                        length(&receipt.written),
                        length(&receipt.found),
                        &what,
                    );
                    assert_ne!(after, text, "{what}");
                    let second = plan(after, std::slice::from_ref(&request));
                    assert_eq!(
                        second.text("h.hpp"),
                        Some(after),
                        "{what}: {:?}",
                        second.receipts()
                    );
                }
                Outcome::Unchanged | Outcome::Refused => {
                    if receipt.result == Outcome::Refused {
                        refused += 1
                    } else {
                        unchanged += 1
                    }
                    assert_eq!(after, text, "{what}");
                }
            }
        }
    }
    println!(
        "random edits of {} headers: {done} done, {unchanged} unchanged, {refused} refused",
        headers.len()
    );
    assert!(
        headers.is_empty() || done > 10,
        "only {done} edits were done"
    );
}
