//! News as lines: for people, as JSON, as CSV.

use std::fmt::Write;

use memglass::Value;
use memglass_terminal::look::{self, Look};
use memglass_terminal::streams;
use memglass_value::{format, time};
use serde_json::json;

use super::news::{Happened, News};
use crate::output::Encoding;

/// Changed parts of one value that a line for people shows.
const PARTS: usize = 6;

/// How news are written, one to a line.
#[derive(Clone, Copy, Debug)]
pub struct Lines {
    /// For people or for programs.
    pub encoding: Encoding,
    /// What the output can show.
    pub look: Look,
}

impl Lines {
    /// What stands above the first line; empty if nothing does.
    pub fn head(self) -> &'static str {
        match self.encoding {
            Encoding::Csv => "time,path,what,old,now,missed,merged,torn\n",
            Encoding::Text | Encoding::Json => "",
        }
    }

    /// One line, with its end.
    pub fn line(self, news: &News) -> String {
        match self.encoding {
            Encoding::Text => self.text(news),
            Encoding::Json => as_json(news),
            Encoding::Csv => streams::rows(&as_csv(news)).into_owned(),
        }
    }

    fn text(self, news: &News) -> String {
        let clock = self
            .look
            .paint(look::faint(), &time::precise_clock(news.time));
        let path = format::escaped(&news.path);
        let what = self.what(news);
        let notes = notes(news);
        let notes = match notes.is_empty() {
            true => String::new(),
            false => self
                .look
                .paint(look::faint(), &format!("  ({})", notes.join(", "))),
        };
        format!("{clock}  {path}  {what}{notes}\n")
    }

    fn what(self, news: &News) -> String {
        let brief = |value: &Option<Value>| {
            let value = value.as_ref();
            value.map_or_else(String::new, |value| format::brief(value, &news.style))
        };
        let painted = |word: Happened| self.look.paint(look::caution(), word.word());
        match (news.happened, &news.old, &news.now) {
            (Happened::Changed, Some(old), Some(now)) if !news.parts.is_empty() => {
                changed_parts(news, old, now)
            }
            (Happened::Changed, old, now) => format!("{} -> {}", brief(old), brief(now)),
            (Happened::Appeared, _, now) => {
                format!("{}: {}", painted(Happened::Appeared), brief(now))
            }
            (Happened::Vanished, old, _) => {
                format!("{}, last {}", painted(Happened::Vanished), brief(old))
            }
        }
    }
}

/// The parts of a structured value that changed, the first ones.
fn changed_parts(news: &News, old: &Value, now: &Value) -> String {
    let mut text = String::new();
    for part in news.parts.iter().take(PARTS) {
        let separator = if text.is_empty() { "" } else { ", " };
        let brief = |value| match at(value, part) {
            Some(value) => format::brief(value, &format::Style::default()),
            None => "?".to_owned(),
        };
        let (old, now) = (brief(old), brief(now));
        let _ = write!(text, "{separator}{} {old} -> {now}", format::escaped(part));
    }
    if let more @ 1.. = news.parts.len().saturating_sub(PARTS) {
        let _ = write!(text, " and {more} more");
    }
    text
}

/// The part of a value at a path below it.
fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut value = value;
    let steps = path.split(['.', '[']).filter(|step| !step.is_empty());
    for step in steps {
        value = match (value, step.strip_suffix(']')) {
            (Value::List(elements), Some(index)) => elements.get(index.parse::<usize>().ok()?)?,
            (Value::Record(members), _) => members.iter().find(|(name, _)| ***name == *step)?.1,
            _ => return None,
        };
    }
    Some(value)
}

fn notes(news: &News) -> Vec<String> {
    let counted = [
        (news.missed.unwrap_or_default(), "missed"),
        (news.merged, "merged"),
    ];
    let counted = counted.iter().filter(|(count, _)| *count > 0);
    let mut notes: Vec<String> = counted
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if news.is_torn {
        notes.push("torn".to_owned());
    }
    notes.extend(
        news.why
            .as_deref()
            .map(|why| format::escaped(why).into_owned()),
    );
    notes
}

fn as_json(news: &News) -> String {
    let value = |value: &Option<Value>| value.as_ref().map(format::json);
    let mut line = json!({
        "time": time::rfc3339(news.time),
        "path": &*news.path,
        "what": news.happened.word(),
        "old": value(&news.old),
        "now": value(&news.now),
        "missed": news.missed,
        "merged": news.merged,
        "torn": news.is_torn,
    });
    if !news.parts.is_empty() {
        line["changed"] = json!(news.parts);
    }
    if let Some(why) = &news.why {
        line["why"] = json!(&**why);
    }
    format!("{}\n", format::printable_json(&line.to_string()))
}

fn as_csv(news: &News) -> String {
    let value = |value: &Option<Value>| value.as_ref().map_or_else(String::new, format::raw);
    let count = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
    let cells = [
        time::rfc3339(news.time).unwrap_or_default(),
        news.path.to_string(),
        news.happened.word().to_owned(),
        value(&news.old),
        value(&news.now),
        count(news.missed),
        news.merged.to_string(),
        news.is_torn.to_string(),
    ];
    let mut out = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = out.write_record(&cells);
    let line = out.into_inner().unwrap_or_default();
    String::from_utf8(line).expect("made of text")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use memglass_value::format::Style;

    use super::*;

    fn change(old: impl Into<Value>, now: impl Into<Value>) -> News {
        News {
            watch: 1,
            time: SystemTime::UNIX_EPOCH + Duration::from_micros(1_700_000_000_250_001),
            path: "a.b".into(),
            happened: Happened::Changed,
            old: Some(old.into()),
            now: Some(now.into()),
            parts: Vec::new(),
            missed: None,
            merged: 0,
            is_torn: false,
            why: None,
            style: Style::default(),
        }
    }

    #[track_caller]
    fn check(encoding: Encoding, news: &News, expected: &str) {
        let lines = Lines {
            encoding,
            look: Look::PLAIN,
        };
        let line = lines.line(news);
        // The time of day is local.
        let shown = match encoding {
            Encoding::Text => line.split_once("  ").expect("a time").1,
            _ => &line,
        };
        assert_eq!(shown, format!("{expected}\n"));
    }

    #[test]
    fn a_change_is_a_line_in_each_form() {
        let news = News {
            missed: Some(3),
            merged: 2,
            is_torn: true,
            ..change(1, 2)
        };
        check(
            Encoding::Text,
            &news,
            "a.b  1 -> 2  (3 missed, 2 merged, torn)",
        );
        let json = r#"{"time":"2023-11-14T22:13:20.250001Z","path":"a.b","what":"changed","old":1,"now":2,"missed":3,"merged":2,"torn":true}"#;
        check(Encoding::Json, &news, json);
        check(
            Encoding::Csv,
            &news,
            "2023-11-14T22:13:20.250001Z,a.b,changed,1,2,3,2,true",
        );
    }

    #[test]
    fn what_appears_and_vanishes_has_one_value() {
        let new = News {
            happened: Happened::Appeared,
            old: None,
            ..change(1, 2)
        };
        check(Encoding::Text, &new, "a.b  appeared: 2");
        let gone = News {
            happened: Happened::Vanished,
            now: None,
            why: Some("x is 0".into()),
            ..change(1, 2)
        };
        check(Encoding::Text, &gone, "a.b  vanished, last 1  (x is 0)");
        check(
            Encoding::Csv,
            &gone,
            "2023-11-14T22:13:20.250001Z,a.b,vanished,1,,,0,false",
        );
    }

    #[test]
    fn a_text_of_strangers_commands_no_terminal_and_breaks_no_line() {
        let news = change("a", "b\n\u{1b}[2J");
        check(Encoding::Text, &news, "a.b  a -> b\\n\\u{1b}[2J");
        let line = Lines {
            encoding: Encoding::Json,
            look: Look::PLAIN,
        }
        .line(&news);
        assert_eq!(line.lines().count(), 1);
        assert!(!line.contains('\u{1b}'), "{line}");
    }

    #[test]
    fn of_a_list_the_parts_that_changed_are_shown() {
        let list = |values: [i64; 9]| Value::from(values);
        let (old, now) = (list([0; 9]), list([1; 9]));
        let parts = (0..9).map(|index| format!("[{index}]")).collect();
        let news = News {
            parts,
            ..change(old, now)
        };
        let first: Vec<String> = (0..6).map(|index| format!("[{index}] 0 -> 1")).collect();
        check(
            Encoding::Text,
            &news,
            &format!("a.b  {} and 3 more", first.join(", ")),
        );
    }
}
