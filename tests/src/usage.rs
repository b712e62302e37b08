//! The resources of a process and of a directory, as the system counts them.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The resources of one process at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Private memory in KiB.
    pub private_kib: u64,
    /// All resident memory in KiB, mapped segments included.
    pub resident_kib: u64,
    /// Open descriptors.
    pub descriptors: u64,
    /// Mappings.
    pub mappings: u64,
}

impl Usage {
    /// Of process `pid`; `None` if it is gone.
    pub fn of(pid: u32) -> Option<Usage> {
        let read = |name: &str| std::fs::read_to_string(format!("/proc/{pid}/{name}")).ok();
        let status = read("status")?;
        Some(Usage {
            private_kib: kib(&status, "RssAnon:")?,
            resident_kib: kib(&status, "VmRSS:")?,
            descriptors: std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count() as u64,
            mappings: read("maps")?.lines().count() as u64,
        })
    }

    /// The larger of each.
    pub fn most(self, other: Usage) -> Usage {
        Usage {
            private_kib: self.private_kib.max(other.private_kib),
            resident_kib: self.resident_kib.max(other.resident_kib),
            descriptors: self.descriptors.max(other.descriptors),
            mappings: self.mappings.max(other.mappings),
        }
    }
}

fn kib(status: &str, key: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with(key))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Bytes that the files of a directory take.
///
/// # Panics
///
/// If it cannot be read.
pub fn bytes_of(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).expect("the directory can be read");
    // A file that goes meanwhile takes no room.
    let sizes = entries.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.blocks() * 512));
    sizes.sum()
}
