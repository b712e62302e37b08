//! Writing above the prompt while a line is edited.
//!
//! The editor takes a text only while it waits for a key. `rustyline` waits until it has taken the last one, and a line
//! that ends meanwhile takes none until the next one begins: so whoever asks for that line must not be who waits. A
//! thread of its own does.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, bounded};
use memglass_terminal::streams;
use rustyline::ExternalPrinter;

/// How soon it is seen that the line has ended while a text waits to be taken.
const LOOK: Duration = Duration::from_millis(10);

/// Writes above the prompt while a line is being edited, and directly at other times.
pub struct Printer(Option<Above>);

/// The way to the thread that waits for the editor.
struct Above {
    texts: Sender<String>,
    is_editing: Arc<AtomicBool>,
}

impl Printer {
    /// For a prompt that cannot be written above of.
    pub(crate) fn direct() -> Printer {
        Printer(None)
    }

    /// For an editor that edits a line while `is_editing` is raised.
    ///
    /// # Errors
    ///
    /// If a thread is not to be had.
    pub(crate) fn above(
        mut editor: impl ExternalPrinter + Send + 'static,
        is_editing: Arc<AtomicBool>,
    ) -> io::Result<Printer> {
        let (texts, waiting): (_, Receiver<String>) = bounded(0);
        let work = move || {
            for text in waiting {
                // Without a terminal there is nobody to tell; the editor's next event ends the session.
                let _ = editor.print(streams::for_terminal(&text).into_owned());
            }
        };
        thread::Builder::new().name("above".into()).spawn(work)?;
        Ok(Printer(Some(Above { texts, is_editing })))
    }

    /// Writes `text`, which ends with a newline. It waits for a terminal that takes nothing, but never for a line that
    /// has ended.
    pub fn print(&mut self, text: &str) {
        let left = match &self.0 {
            Some(above) => above.hand_over(text.to_owned()),
            None => Some(text.to_owned()),
        };
        if let Some(text) = left {
            // A terminal that has gone is noticed by whoever reads from it.
            let _ = streams::write_data(&text);
        }
    }
}

impl Above {
    /// Gives the text to the thread; gives it back if no line is edited any more.
    fn hand_over(&self, mut text: String) -> Option<String> {
        // Relaxed: it only says whether to go on waiting, and is asked again soon. The channels order the texts.
        while self.is_editing.load(Ordering::Relaxed) {
            match self.texts.send_timeout(text, LOOK) {
                Ok(()) => return None,
                Err(SendTimeoutError::Timeout(back) | SendTimeoutError::Disconnected(back)) => {
                    text = back;
                }
            }
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use super::*;

    /// An editor as `rustyline` has it: it holds one text, and whoever brings another one waits.
    struct Editor {
        holds: SyncSender<String>,
        /// How many texts were brought.
        brought: Arc<AtomicUsize>,
    }

    impl ExternalPrinter for Editor {
        fn print(&mut self, text: String) -> rustyline::Result<()> {
            self.brought.fetch_add(1, Ordering::Relaxed);
            self.holds.send(text).map_err(io::Error::other)?;
            Ok(())
        }
    }

    struct World {
        printer: Printer,
        taken: Receiver<String>,
        brought: Arc<AtomicUsize>,
        is_editing: Arc<AtomicBool>,
    }

    fn while_editing() -> World {
        let (holds, taken) = sync_channel(1);
        let brought = Arc::<AtomicUsize>::default();
        let is_editing = Arc::new(AtomicBool::new(true));
        let editor = Editor {
            holds,
            brought: Arc::clone(&brought),
        };
        let printer = Printer::above(editor, Arc::clone(&is_editing)).expect("a thread");
        World {
            printer,
            taken,
            brought,
            is_editing,
        }
    }

    #[test]
    fn texts_go_above_a_line_in_order() {
        let World {
            mut printer, taken, ..
        } = while_editing();
        let reader = thread::spawn(move || taken.iter().take(3).collect::<Vec<_>>());
        for text in ["1\n", "2\n", "3\n"] {
            printer.print(text);
        }
        assert_eq!(reader.join().expect("texts"), ["1\n", "2\n", "3\n"]);
    }

    #[test]
    fn a_line_that_ended_without_taking_texts_blocks_nobody() {
        let World {
            mut printer,
            taken,
            brought,
            is_editing,
        } = while_editing();
        let ends = thread::spawn(move || {
            // The editor holds one text, and the thread cannot get rid of another one.
            while brought.load(Ordering::Relaxed) < 2 {
                thread::yield_now();
            }
            is_editing.store(false, Ordering::Relaxed);
        });
        for text in ["1\n", "2\n", "3\n", "4\n"] {
            printer.print(text);
        }
        ends.join().expect("the line ended");
        // What was handed over comes above the next line.
        assert_eq!(taken.iter().take(2).collect::<Vec<_>>(), ["1\n", "2\n"]);
    }
}
