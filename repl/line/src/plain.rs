//! Lines that cannot be edited: from a terminal that is too simple, or from what is not a terminal.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, Stdin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crossbeam_channel::{Receiver, Sender};
use memglass_syntax::{wants_more, without_prompts};
use memglass_terminal::streams::{write_data, write_message};
use memglass_terminal::{look, modes};

use super::editor::Ask;
use crate::event::Event;

/// What is longer was not typed: a device without end is no line.
const LONGEST: u64 = 1 << 20;

/// Stands in front of a line that goes on with the one above it.
const GOES_ON: &str = "... ";

/// Why lines cannot be edited; nothing if they can.
pub fn why_no_editing() -> Option<String> {
    if !io::stdin().is_terminal() {
        return Some("standard input is not a terminal".into());
    }
    if !io::stdout().is_terminal() {
        return Some("standard output is not a terminal".into());
    }
    let term = look::simple_terminal()?;
    Some(format!("the terminal cannot move its cursor (TERM={term})"))
}

/// The line that is read at this moment; clones share it.
#[derive(Clone, Default)]
pub(super) struct PlainLine {
    prompt: Arc<Mutex<String>>,
    /// Set when what was typed before the next line is to be forgotten.
    is_dropped: Arc<AtomicBool>,
}

impl PlainLine {
    /// Reads a line each time one is asked for, on a thread of its own.
    ///
    /// # Errors
    ///
    /// If no thread can be started.
    pub(super) fn read(asked: Receiver<Ask>, events: Sender<Event>) -> io::Result<Self> {
        let line = PlainLine::default();
        let reading = line.clone();
        let work = move || {
            let mut input = BufReader::new(io::stdin());
            for Ask { prompt, .. } in asked {
                *reading
                    .prompt
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = prompt;
                let event = reading.next(&mut input);
                let ends = matches!(event, Event::End | Event::Broken(_));
                if events.send(event).is_err() || ends {
                    return;
                }
            }
        };
        thread::Builder::new().name("prompt".into()).spawn(work)?;
        Ok(line)
    }

    /// Forgets what was typed, and asks again.
    pub(super) fn start_over(&self) {
        self.is_dropped.store(true, Ordering::Relaxed);
        if io::stdin().is_terminal() {
            write_message("\n");
        }
        show(&self.prompt());
    }

    fn prompt(&self) -> String {
        let prompt = self.prompt.lock().unwrap_or_else(PoisonError::into_inner);
        prompt.clone()
    }

    /// What is typed at one prompt: as many lines as belong together.
    fn next(&self, input: &mut BufReader<Stdin>) -> Event {
        let prompt = self.prompt();
        self.is_dropped.store(false, Ordering::Relaxed);
        show(&prompt);
        let mut text = String::new();
        loop {
            let line = match read_line(input) {
                Err(error) => return Event::Broken(error.to_string()),
                Ok(None) if text.is_empty() => {
                    if io::stdin().is_terminal() {
                        write_message("\n");
                    }
                    return Event::End;
                }
                Ok(None) => break,
                Ok(Some(line)) => line,
            };
            if self.is_dropped.swap(false, Ordering::Relaxed) {
                text.clear();
            }
            text += &line;
            if !wants_more(&without_prompts(&text, &prompt)) {
                break;
            }
            show(GOES_ON);
        }
        Event::Line(without_prompts(&text, &prompt).into_owned())
    }
}

/// Shows a prompt to somebody who types: apart from the data, which may go to a file.
fn show(prompt: &str) {
    if !io::stdin().is_terminal() {
        return;
    }
    if !io::stderr().is_terminal() && io::stdout().is_terminal() {
        // Where not even that works there is nobody left to ask.
        let _ = write_data(prompt);
    } else {
        write_message(prompt);
    }
}

/// The next line with its end; nothing at the end of the input.
fn read_line(input: &mut BufReader<Stdin>) -> io::Result<Option<String>> {
    // What came together with the line before is here already, and the system does not tell of it again.
    if input.buffer().is_empty() {
        modes::wait_for_line();
    }
    let mut bytes = Vec::new();
    input.take(LONGEST).read_until(b'\n', &mut bytes)?;
    if bytes.len() as u64 == LONGEST {
        return Err(io::Error::other("a line is too long"));
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok((!text.is_empty()).then_some(text))
}
