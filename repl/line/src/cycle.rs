//! Tab goes through the candidates of the list that it has shown.

use std::sync::{Arc, Mutex, PoisonError};

use rustyline::completion::Pair;
use rustyline::{Cmd, ConditionalEventHandler, Event, EventContext, RepeatCount};

use super::assistant::SharedNames;
use super::complete;
use super::keys::Direction;
use super::lexicon::Lexicon;

/// Tab completes, and pressed again goes through the candidates of the list that it has shown; Shift-Tab goes
/// back through them.
pub(super) struct Tab {
    pub(super) names: SharedNames,
    pub(super) cycle: SharedCycle,
    pub(super) step: Direction,
}

/// What Tab goes through now; clones share it.
pub(super) type SharedCycle = Arc<Mutex<Option<Cycle>>>;

/// Candidates that Tab goes through, and then what was typed again.
pub(super) struct Cycle {
    /// The line and the cursor as the last Tab left them.
    line: String,
    pos: usize,
    start: usize,
    texts: Vec<String>,
    at: usize,
    /// Whether the editor is about to ask for the present candidate.
    is_asked: bool,
}

impl Cycle {
    /// What Tab will go through once it has shown the list; nothing if there is at most one candidate.
    fn begin(line: &str, pos: usize, names: &Lexicon) -> Option<Self> {
        let completion = complete::complete(&line[..pos], names);
        let (start, common) = (completion.start, completion.common());
        // The editor inserts what all begin with, if that is more than was typed.
        let typed = match common.len() > pos - start {
            true => common.to_owned(),
            false => line[start..pos].to_owned(),
        };
        let texts = completion.candidates.into_iter();
        let texts: Vec<String> = texts.map(|candidate| candidate.text).collect();
        (texts.len() > 1).then(|| Cycle {
            line: format!("{}{typed}{}", &line[..start], &line[pos..]),
            pos: start + typed.len(),
            start,
            at: texts.len(),
            is_asked: false,
            texts: texts.into_iter().chain([typed]).collect(),
        })
    }

    /// Puts the next candidate, or the one before, in the place of the present one: as the only one that there
    /// is to complete.
    fn turn(&mut self, step: Direction) -> Cmd {
        let all = self.texts.len();
        self.at = match step {
            Direction::Forth => (self.at + 1) % all,
            Direction::Back => (self.at + all - 1) % all,
        };
        let begin = format!("{}{}", &self.line[..self.start], self.texts[self.at]);
        self.line = format!("{begin}{}", &self.line[self.pos..]);
        self.pos = begin.len();
        self.is_asked = true;
        Cmd::Complete
    }

    /// The present candidate, once after each turn.
    pub(super) fn asked(&mut self) -> Option<(usize, Vec<Pair>)> {
        let text = self.texts.get(self.at)?;
        let pair = Pair {
            display: text.clone(),
            replacement: text.clone(),
        };
        std::mem::take(&mut self.is_asked).then(|| (self.start, vec![pair]))
    }
}

impl ConditionalEventHandler for Tab {
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let (line, pos) = (context.line(), context.pos());
        let mut cycle = self.cycle.lock().unwrap_or_else(PoisonError::into_inner);
        let is_shown = |cycle: &&mut Cycle| cycle.line == line && cycle.pos == pos;
        if let Some(cycle) = cycle.as_mut().filter(is_shown) {
            return Some(cycle.turn(self.step));
        }
        let names = Arc::clone(&self.names.lock().unwrap_or_else(PoisonError::into_inner));
        *cycle = Cycle::begin(line, pos, &names);
        None
    }
}
