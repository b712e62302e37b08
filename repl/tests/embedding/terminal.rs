//! A program in a terminal of its own.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

/// Nothing that is waited for takes longer on a machine that works.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

const ROWS: u16 = 30;
const COLUMNS: u16 = 90;

pub(crate) struct Terminal {
    screen: Arc<Mutex<vt100::Parser>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
}

impl Terminal {
    /// Starts the program, with its sessions and everything it keeps in `home`.
    pub(crate) fn open(program: &Path, arguments: &[&str], home: &Path) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        for name in ["MEMGLASS_DIR", "HOME", "XDG_STATE_HOME"] {
            command.env(name, home);
        }
        let child = pty.slave.spawn_command(command).unwrap();
        let parser = vt100::Parser::new(
            NonZero::new(ROWS).unwrap(),
            NonZero::new(COLUMNS).unwrap(),
            0,
        );
        let screen = Arc::new(Mutex::new(parser));
        let mut output = pty.master.try_clone_reader().unwrap();
        let shown = Arc::clone(&screen);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(len @ 1..) = output.read(&mut bytes) {
                shown.lock().unwrap().process(&bytes[..len]);
            }
        });
        Terminal {
            screen,
            keys: pty.master.take_writer().unwrap(),
            child,
        }
    }

    pub(crate) fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Types a line at the prompt.
    #[track_caller]
    pub(crate) fn line(&mut self, line: &str) {
        self.press(line);
        self.shows(line);
        self.press("\r");
    }

    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        eventually(text, || self.text().contains(text), || self.text());
    }

    /// The last line that is not blank is this one.
    #[track_caller]
    pub(crate) fn ends_with(&self, text: &str) {
        let is_last =
            |screen: &str| screen.trim_end().lines().last().map(str::trim_end) == Some(text);
        eventually(text, || is_last(&self.text()), || self.text());
    }

    pub(crate) fn pid(&self) -> i32 {
        self.child.process_id().unwrap() as i32
    }

    /// Waits until the program has ended, and gives its exit code.
    #[track_caller]
    pub(crate) fn exit_code(mut self) -> u32 {
        let mut code = None;
        let ended = || {
            code = self
                .child
                .try_wait()
                .unwrap()
                .map(|status| status.exit_code());
            code.is_some()
        };
        eventually("its end", ended, String::new);
        code.unwrap()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `condition` holds.
#[track_caller]
pub(crate) fn eventually(
    what: &str,
    mut condition: impl FnMut() -> bool,
    seen: impl Fn() -> String,
) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "not in time: {what}\n{}", seen());
        thread::sleep(Duration::from_millis(5));
    }
}

/// An example of this package, built with its tests.
#[track_caller]
pub(crate) fn example(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let built = tests
        .ancestors()
        .nth(2)
        .unwrap()
        .join("examples")
        .join(name);
    assert!(
        built.exists(),
        "`cargo test -p memglass-repl` builds {}",
        built.display()
    );
    built
}
