//! The program in a terminal of its own, and what its screen shows.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::support::{DEADLINE, World, eventually, eventually_seen};

const ROWS: u16 = 30;
const COLUMNS: u16 = 80;

/// How long what was written by a program that has ended may take to be read.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Of the screen of a terminal that does not say how large it is.
const UNSAID: NonZero<u16> = NonZero::new(24).unwrap();

/// The program in a terminal of its own.
pub(crate) struct Terminal {
    screen: Arc<Mutex<vt100::Parser>>,
    /// All that was written to it.
    written: Arc<Mutex<Vec<u8>>>,
    /// Reads that, until nobody has the terminal any more.
    reader: thread::JoinHandle<()>,
    keys: Box<dyn Write + Send>,
    pub(crate) child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    /// Modes of the terminal before the program had it.
    pub(crate) before: String,
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap().local_flags)
}

impl Terminal {
    pub(crate) fn open(world: &World, arguments: &[&str]) -> Self {
        Self::open_wide(world, arguments, COLUMNS)
    }

    pub(crate) fn open_wide(world: &World, arguments: &[&str], columns: u16) -> Self {
        Self::open_sized(world, arguments, columns, ROWS)
    }

    pub(crate) fn open_sized(world: &World, arguments: &[&str], columns: u16, rows: u16) -> Self {
        Self::open_with(world, arguments, columns, rows, &[])
    }

    /// With more variables of the environment.
    pub(crate) fn open_with(
        world: &World,
        arguments: &[&str],
        columns: u16,
        rows: u16,
        variables: &[(&str, &str)],
    ) -> Self {
        let program = [&[env!("CARGO_BIN_EXE_memglass")], arguments].concat();
        Self::open_program(world, &program, columns, rows, variables)
    }

    /// Another program than `memglass`, such as a shell to start it from.
    pub(crate) fn open_program(
        world: &World,
        program: &[&str],
        columns: u16,
        rows: u16,
        variables: &[(&str, &str)],
    ) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program[0]);
        command.args(&program[1..]);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        for (name, value) in world.environment() {
            command.env(name, value);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let before = modes(&*pty.master);
        let child = pty.slave.spawn_command(command).unwrap();
        let parser = vt100::Parser::new(
            NonZero::new(rows).unwrap_or(UNSAID),
            NonZero::new(columns).unwrap_or(UNSAID),
            0,
        );
        let screen = Arc::new(Mutex::new(parser));
        let mut output = pty.master.try_clone_reader().unwrap();
        let shown = Arc::clone(&screen);
        let written = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&written);
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(len @ 1..) = output.read(&mut bytes) {
                all.lock().unwrap().extend_from_slice(&bytes[..len]);
                shown.lock().unwrap().process(&bytes[..len]);
            }
        });
        Terminal {
            screen,
            written,
            reader,
            keys: pty.master.take_writer().unwrap(),
            child,
            master: pty.master,
            before,
        }
    }

    pub(crate) fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// All that was written to it so far, escape sequences included.
    pub(crate) fn written(&self) -> String {
        String::from_utf8_lossy(&self.written.lock().unwrap()).into_owned()
    }

    /// Waits until this was written to it. What a program wrote last may be read after its end.
    #[track_caller]
    pub(crate) fn writes(&self, sequence: &str) {
        let is_written = || self.written().contains(sequence);
        eventually_seen("the sequence", is_written, || self.written());
    }

    /// Pastes a text, as terminals do for programs that ask them to mark it.
    pub(crate) fn paste(&mut self, text: &str) {
        let text = text.replace('\n', "\r");
        self.press(&format!("\x1b[200~{text}\x1b[201~"));
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Types a line.
    #[track_caller]
    pub(crate) fn line(&mut self, line: &str) {
        self.press(line);
        self.shows(line);
        self.press("\r");
    }

    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        self.until(text, |screen| screen.contains(text));
    }

    /// The last line that is not blank is this one.
    #[track_caller]
    pub(crate) fn ends_with(&self, text: &str) {
        self.until(text, |screen| {
            screen
                .trim_end()
                .lines()
                .last()
                .is_some_and(|line| line.trim_end() == text)
        });
    }

    /// The cursor is behind this text, at the end of a row but for a hint.
    #[track_caller]
    pub(crate) fn is_at(&self, text: &str) {
        let before_cursor = || {
            let screen = self.screen.lock().unwrap();
            let (row, column) = screen.screen().cursor_position();
            let columns = screen.screen().size().1.get();
            let line = screen.screen().rows(0, columns).nth(row.into());
            let line = line.unwrap_or_default();
            line.chars().take(column.into()).collect::<String>()
        };
        let is_there = || before_cursor().trim_end() == text.trim_end();
        eventually_seen(text, is_there, || self.text());
    }

    /// A hint with this in it. One that waits too long for a value goes without it until the next key.
    #[track_caller]
    pub(crate) fn hints(&mut self, text: &str) {
        let start = Instant::now();
        while !self.text().contains(text) {
            assert!(
                start.elapsed() < DEADLINE,
                "no hint in time: {text}\n{}",
                self.text()
            );
            self.press(" \x7f");
            thread::sleep(Duration::from_millis(50));
        }
    }

    #[track_caller]
    pub(crate) fn until(&self, what: &str, condition: impl Fn(&str) -> bool) {
        eventually_seen(what, || condition(&self.text()), || self.text());
    }

    /// The rows of the screen as they are, without the blank ones at its end and what is said about the session
    /// above the first prompt.
    pub(crate) fn rows(&self) -> Vec<String> {
        let screen = self.screen.lock().unwrap();
        let columns = screen.screen().size().1.get();
        let rows = screen.screen().rows(0, columns);
        let mut rows: Vec<String> = rows.map(|row| row.trim_end().to_owned()).collect();
        let used = rows.iter().rposition(|row| !row.is_empty());
        rows.truncate(used.map_or(0, |last| last + 1));
        if rows.first().is_some_and(|row| row.starts_with("t1: ")) {
            let end = rows.iter().position(|row| row.ends_with("typed"));
            rows.drain(..=end.unwrap_or_default());
        }
        rows
    }

    /// Looks at the screen as it is, colours and all.
    pub(crate) fn with_screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.screen.lock().unwrap().screen())
    }

    /// The screen becomes exactly this.
    #[track_caller]
    pub(crate) fn becomes(&self, rows: &[&str]) {
        let start = Instant::now();
        while self.rows() != rows {
            if start.elapsed() > DEADLINE {
                assert_eq!(self.rows(), rows);
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The user makes the window larger or smaller.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        let (rows, cols) = (rows, columns);
        let mut screen = self.screen.lock().unwrap();
        screen
            .screen_mut()
            .set_size(NonZero::new(rows).unwrap(), NonZero::new(cols).unwrap());
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.master.resize(size).unwrap();
    }

    /// The colour of `word`, where it stands on the screen for the last time. Waits until it does.
    #[track_caller]
    pub(crate) fn color_of(&self, word: &str) -> vt100::Color {
        let mut color = None;
        let is_there = || {
            color = self.color_now(word);
            color.is_some()
        };
        eventually(word, is_there);
        color.unwrap()
    }

    fn color_now(&self, word: &str) -> Option<vt100::Color> {
        let screen = self.screen.lock().unwrap();
        let columns = screen.screen().size().1.get();
        let found = screen
            .screen()
            .rows(0, columns)
            .zip(0..)
            .filter_map(|(row, at)| {
                let column = row.find(word)?;
                Some((at, row[..column].chars().count() as u16))
            });
        let (row, column) = found.last()?;
        Some(screen.screen().cell(row, column)?.fgcolor())
    }

    /// Local modes of the terminal: echo, line by line, and so on.
    pub(crate) fn modes(&self) -> String {
        modes(&*self.master)
    }

    /// Waits until the program has ended, and gives its exit code.
    #[track_caller]
    pub(crate) fn exit_code(mut self) -> u32 {
        self.wait()
    }

    #[track_caller]
    pub(crate) fn wait(&mut self) -> u32 {
        let mut status = None;
        let screen = Arc::clone(&self.screen);
        let ended = || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        };
        let seen = || screen.lock().unwrap().screen().contents();
        eventually_seen("its end", ended, seen);
        // What it wrote last, unless somebody else has the terminal still.
        let end = Instant::now();
        while !self.reader.is_finished() && end.elapsed() < LAST_WORDS {
            thread::sleep(Duration::from_millis(1));
        }
        status.unwrap().exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) const CTRL_C: &str = "\x03";
pub(crate) const CTRL_D: &str = "\x04";
pub(crate) const UP: &str = "\x1b[A";
pub(crate) const DOWN: &str = "\x1b[B";
