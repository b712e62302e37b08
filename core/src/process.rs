//! What the system says of a process: `/proc/PID/stat` (proc(5)). Elsewhere than on Linux, nothing.

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
        Process::parse(&std::fs::read_to_string("/proc/self/stat").ok()?)
    }

    /// The process with this id, as this process sees ids.
    pub(crate) fn of(pid: u32) -> Option<Process> {
        Process::parse(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
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

/// What tells this run of the system from all others.
pub(crate) fn boot_id() -> Option<u128> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    u128::from_str_radix(&text.trim().replace('-', ""), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
