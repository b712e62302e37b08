//! What of a session is still open or mapped in this process.

use std::path::Path;

/// Descriptors and mappings of this process that lead into `dir`.
///
/// # Panics
///
/// If `/proc` cannot be read.
pub fn open_in(dir: &Path) -> Vec<String> {
    let dir = dir.to_str().expect("the tests' directories are plain text");
    let maps = std::fs::read_to_string("/proc/self/maps").expect("a process sees its own maps");
    let mapped = maps.lines().filter(|line| line.contains(dir));
    let mut found: Vec<String> = mapped.map(String::from).collect();
    let descriptors = std::fs::read_dir("/proc/self/fd").expect("a process sees its descriptors");
    // A descriptor that another thread has just closed is no longer a link.
    let targets = descriptors.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    let targets = targets.map(|target| target.to_string_lossy().into_owned());
    found.extend(targets.filter(|target| target.contains(dir)));
    found
}
