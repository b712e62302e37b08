//! Lines typed before, and how the arrow keys go through them.

use std::cell::RefCell;
use std::path::Path;

use rustyline::Result;
use rustyline::history::{History, SearchDirection, SearchResult};

use super::continuation::Indent;
use super::edited::{Draft, Edited};
use super::history_file::{self, LONGEST};

/// A history in which the arrow keys search for lines that begin like what was typed, and in which
/// no line is twice.
///
/// Rustyline's own prefix search leaves the cursor behind the prefix, and what was typed behind the last
/// line. Here the cursor goes to the end of the line, where people go on typing; so the prefix is
/// remembered for the next step. The step behind the last line brings back what was typed.
pub(super) struct PrefixHistory {
    lines: Vec<String>,
    search: RefCell<Option<Walk>>,
    edited: Edited,
    indent: Indent,
}

/// What the steps of the arrow keys look for.
struct Walk {
    /// What the user had typed before the first step.
    typed: Draft,
    /// What the last step put in its place.
    found: String,
}

impl Walk {
    fn of(typed: Draft) -> Self {
        Walk {
            found: typed.line.clone(),
            typed,
        }
    }
}

impl PrefixHistory {
    pub(super) fn new(indent: Indent, edited: Edited) -> Self {
        PrefixHistory {
            lines: Vec::new(),
            search: RefCell::new(None),
            edited,
            indent,
        }
    }

    /// At a new prompt nothing has been searched for.
    pub(super) fn begin(&mut self) {
        self.search.take();
    }

    /// The search that goes on, or a new one if the line is not what the last step put there.
    fn current(&self) -> Walk {
        let now = self.edited.get();
        let goes_on = self.search.take().filter(|search| search.found == now.line);
        goes_on.unwrap_or_else(|| Walk::of(now))
    }

    /// Where a step ends that finds nothing: a step back stays where it was, one forward has come to what
    /// was typed.
    fn end(&self, search: &Walk, start: usize, direction: SearchDirection) -> (usize, Draft) {
        match direction {
            SearchDirection::Reverse => (start + 1, self.edited.get()),
            SearchDirection::Forward => (self.lines.len(), search.typed.clone()),
        }
    }

    /// The first line from `start` on for which `at` says where the cursor goes.
    fn first(
        &self,
        start: usize,
        direction: SearchDirection,
        at: impl Fn(&str) -> Option<usize>,
    ) -> Option<SearchResult<'_>> {
        let look = |idx: usize| {
            let entry = self.indent.edited(self.lines.get(idx)?);
            let pos = at(&entry)?;
            Some(SearchResult {
                entry: entry.into(),
                idx,
                pos,
            })
        };
        match direction {
            SearchDirection::Reverse => (0..=start).rev().find_map(look),
            SearchDirection::Forward => (start..self.lines.len()).find_map(look),
        }
    }
}

impl History for PrefixHistory {
    fn get(&self, index: usize, _: SearchDirection) -> Result<Option<SearchResult<'_>>> {
        let line = self.lines.get(index);
        Ok(line.map(|line| SearchResult {
            entry: self.indent.edited(line).into(),
            idx: index,
            pos: 0,
        }))
    }

    fn add(&mut self, line: &str) -> Result<bool> {
        self.add_owned(line.to_owned())
    }

    /// A line that begins with a blank is not kept.
    fn add_owned(&mut self, line: String) -> Result<bool> {
        self.search.take();
        if line.is_empty() || line.starts_with(char::is_whitespace) {
            return Ok(false);
        }
        let is_last = self.lines.last() == Some(&line);
        self.lines.retain(|known| *known != line);
        self.lines.push(line);
        let surplus = self.lines.len().saturating_sub(LONGEST);
        self.lines.drain(..surplus);
        Ok(!is_last)
    }

    fn len(&self) -> usize {
        self.lines.len()
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn set_max_len(&mut self, _: usize) -> Result<()> {
        Ok(())
    }

    fn ignore_dups(&mut self, _: bool) -> Result<()> {
        Ok(())
    }

    fn ignore_space(&mut self, _: bool) {}

    fn save(&mut self, path: &Path) -> Result<()> {
        Ok(history_file::save(path, &self.lines)?)
    }

    fn append(&mut self, path: &Path) -> Result<()> {
        let last = self.lines.last();
        Ok(last.map_or(Ok(()), |line| history_file::append(path, line))?)
    }

    fn load(&mut self, path: &Path) -> Result<()> {
        self.lines = history_file::load(path)?;
        Ok(())
    }

    fn clear(&mut self) -> Result<()> {
        self.lines.clear();
        Ok(())
    }

    fn search(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> Result<Option<SearchResult<'_>>> {
        if term.is_empty() {
            return Ok(None);
        }
        Ok(self.first(start, direction, |line| line.find(term)))
    }

    /// The next line that begins like what is before the cursor; there is always somewhere to go, because
    /// the editor forgets where it was when there is not.
    fn starts_with(
        &self,
        _: &str,
        start: usize,
        direction: SearchDirection,
    ) -> Result<Option<SearchResult<'_>>> {
        let mut search = self.current();
        let prefix = search.typed.before_cursor();
        let begins = |line: &str| line.starts_with(prefix).then_some(line.len());
        let result = self.first(start, direction, begins).unwrap_or_else(|| {
            let (idx, Draft { line, cursor }) = self.end(&search, start, direction);
            SearchResult {
                entry: line.into(),
                idx,
                pos: cursor,
            }
        });
        search.found = result.entry.to_string();
        self.search.replace(Some(search));
        Ok(Some(result))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(lines: &[&str]) -> PrefixHistory {
        let mut history = PrefixHistory::new(Indent::default(), Edited::default());
        for line in lines {
            history.add(line).unwrap();
        }
        history
    }

    /// One step, as an arrow key makes it: from the line `at` in the history, and where it leads.
    fn step(history: &PrefixHistory, at: &mut usize, direction: SearchDirection) -> Draft {
        let start = match direction {
            SearchDirection::Reverse => *at - 1,
            SearchDirection::Forward => *at + 1,
        };
        let before = history.edited.get().before_cursor().to_owned();
        let result = history.starts_with(&before, start, direction).unwrap();
        let result = result.expect("there is always somewhere to go");
        *at = result.idx;
        history.edited.set(&result.entry, result.pos);
        history.edited.get()
    }

    /// Steps back from `typed`, and then forth until what was typed is there again.
    #[track_caller]
    fn steps_back(history: &PrefixHistory, typed: &str) -> Vec<String> {
        history.edited.set(typed, typed.len());
        let mut at = history.len();
        let mut found = Vec::new();
        while at > 0 {
            let before = at;
            let text = step(history, &mut at, SearchDirection::Reverse);
            assert_eq!(text.cursor, text.line.len(), "the cursor goes to the end");
            if at == before {
                break;
            }
            found.push(text.line);
        }
        for line in found.iter().rev().skip(1) {
            let text = step(history, &mut at, SearchDirection::Forward);
            assert_eq!(&text.line, line);
        }
        if at < history.len() {
            let text = step(history, &mut at, SearchDirection::Forward);
            assert_eq!((text.line.as_str(), at), (typed, history.len()));
        }
        found
    }

    #[test]
    fn steps_go_to_the_lines_that_begin_like_what_was_typed() {
        let history = history(&["a.x", "b.x", "a.y", "a.x + 1"]);
        assert_eq!(steps_back(&history, "a.x"), ["a.x + 1", "a.x"]);
        assert_eq!(steps_back(&history, "b"), ["b.x"]);
        assert_eq!(steps_back(&history, "c"), [""; 0]);
    }

    #[test]
    fn with_nothing_typed_steps_go_to_every_line() {
        let history = history(&["a", "ab", "b"]);
        assert_eq!(steps_back(&history, ""), ["b", "ab", "a"]);
    }

    #[test]
    fn what_was_typed_comes_back_whole_with_the_cursor_where_it_was() {
        let history = history(&["a.x", "b", "a.y"]);
        history.edited.set("a. + 1", 2);
        let mut at = history.len();
        let found = step(&history, &mut at, SearchDirection::Reverse);
        assert_eq!((found.line.as_str(), found.cursor), ("a.y", 3));
        let typed = step(&history, &mut at, SearchDirection::Forward);
        assert_eq!((typed.line.as_str(), typed.cursor), ("a. + 1", 2));
    }

    #[test]
    fn what_was_found_and_changed_is_what_was_typed() {
        let history = history(&["a.x", "b"]);
        history.edited.set("a", 1);
        let mut at = history.len();
        assert_eq!(
            step(&history, &mut at, SearchDirection::Reverse).line,
            "a.x"
        );
        history.edited.set("a.x + 1", 7);
        let kept = step(&history, &mut at, SearchDirection::Forward);
        assert_eq!((kept.line.as_str(), at), ("a.x + 1", history.len()));
    }

    #[test]
    fn a_search_in_vain_begins_at_the_end_the_next_time() {
        let history = history(&["a", "b", "c"]);
        history.edited.set("x", 1);
        let mut at = history.len();
        for _ in 0..3 {
            assert_eq!(step(&history, &mut at, SearchDirection::Reverse).line, "x");
        }
        history.edited.set("", 0);
        assert_eq!(step(&history, &mut at, SearchDirection::Reverse).line, "c");
    }

    #[test]
    fn a_line_is_kept_once_where_it_was_typed_last() {
        let mut history = history(&["a", "b", "a", "c"]);
        assert_eq!(steps_back(&history, ""), ["c", "a", "b"]);
        assert!(!history.add("c").unwrap(), "nothing new for the file");
        assert!(!history.add(" secret").unwrap());
    }
}
