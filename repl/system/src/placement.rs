//! Where programs lie in the memory of processes, as `/proc/PID` says (proc(5)). Where there is none, nothing is known.

use std::fs;
use std::path::{Path, PathBuf};

/// The program that a process runs.
pub fn program_of(pid: u32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/exe")).ok()
}

/// Where the first byte of a file is mapped in a process.
pub fn mapped_at(pid: u32, file: &Path) -> Option<u64> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
    let file = file.to_str()?;
    maps.lines().find_map(|line| start(line, file))
}

/// The processes that have a file mapped, as far as this one may know.
pub fn processes_with(file: &Path) -> Vec<u32> {
    let Ok(all) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = all
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| mapped_at(*pid, file).is_some()).collect()
}

/// The first address of a line of `maps` that maps a file from its start: `55d0-55e0 r--p 00000000 fd:01 42  /bin/app`.
fn start(line: &str, file: &str) -> Option<u64> {
    let mut words = line.splitn(6, ' ');
    let (range, _access, offset) = (words.next()?, words.next()?, words.next()?);
    let path = words.nth(2)?.trim_start();
    let is_start = u64::from_str_radix(offset, 16) == Ok(0) && path == file;
    let (first, _) = range.split_once('-').filter(|_| is_start)?;
    u64::from_str_radix(first, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_start_of_the_file_counts() {
        let line = "55d0a000-55d0b000 r--p 00000000 fd:01 42                 /opt/my app";
        assert_eq!(start(line, "/opt/my app"), Some(0x55d0_a000));
        assert_eq!(start(line, "/opt/my"), None);
        let later = line.replace("00000000", "00001000");
        assert_eq!(start(&later, "/opt/my app"), None);
        assert_eq!(start("55d0a000-55d0b000 rw-p 00000000 00:00 0", ""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_is_found_where_it_is() {
        let own = std::process::id();
        let program = program_of(own).expect("it runs a program");
        assert!(mapped_at(own, &program).is_some());
        assert!(processes_with(&program).contains(&own));
    }
}
