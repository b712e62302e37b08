//! What the system says of a process: `/proc/PID/stat` (proc(5)). Elsewhere than on Linux, nothing.

use std::fs::File;
use std::io::Read;

/// A process as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    /// Its state in one letter: `T` if it was stopped, `t` if a debugger holds it.
    state: u8,
    /// When it started, in clock ticks since boot.
    pub(crate) start: u64,
}

impl Process {
    /// This process.
    pub(crate) fn this() -> Option<Process> {
        Process::parse(&start_of("/proc/self/stat")?)
    }

    /// The process with this id, as this process sees ids.
    pub(crate) fn of(pid: u32) -> Option<Process> {
        Process::parse(&start_of(&format!("/proc/{pid}/stat"))?)
    }

    /// Whether it stands still until somebody lets it go on.
    pub(crate) fn is_stopped(self) -> bool {
        matches!(self.state, b'T' | b't')
    }

    fn parse(stat: &str) -> Option<Process> {
        // The second field is the program's name in parentheses and may contain anything.
        let mut fields = stat[stat.rfind(')')? + 1..].split_whitespace();
        let state = *fields.next()?.as_bytes().first()?;
        let start = fields.nth(18)?.parse().ok()?;
        Some(Process { state, start })
    }
}

/// The start of a file of the system, in one read: observers ask several times a second. The name of a program may be
/// no UTF-8.
fn start_of(path: &str) -> Option<String> {
    let mut bytes = [0; 2048];
    let len = File::open(path).ok()?.read(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes[..len]).into_owned())
}

/// What tells this run of the system from all others.
pub(crate) fn boot_id() -> Option<u128> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    u128::from_str_radix(&text.trim().replace('-', ""), 16).ok()
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_with_any_name_is_found() {
        let dir = tempfile::tempdir().expect("a directory");
        let name = std::ffi::OsStr::from_bytes(b"\xff\xfe");
        let program = dir.path().join(name);
        std::fs::copy("/bin/sleep", &program).expect("a program");
        let child = std::process::Command::new(&program).arg("60").spawn();
        let mut child = child.expect("it runs");
        let process = Process::of(child.id());
        child.kill().expect("it still runs");
        child.wait().expect("it has ended");
        assert!(process.is_some_and(|process| process.start > 0));
    }

    #[test]
    fn a_name_may_look_like_fields() {
        let stat = "7 (a) T 1 (b) R) T 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21";
        let process = Process {
            state: b'T',
            start: 4711,
        };
        assert_eq!(Process::parse(stat), Some(process));
        assert!(process.is_stopped());
        for none in ["", "7 (a", "7 (a) R 1 2"] {
            assert_eq!(Process::parse(none), None, "{none}");
        }
    }
}
