//! `--types`: what lies at the addresses that a session's objects hold.
//!
//! A program's types have its functions and variables, at addresses in its file. Where the file lies in the process, the system
//! says. A producer that starts again lies elsewhere, so it is asked again from time to time.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use memglass::Observer;
use memglass_system::process::{mapped_at, processes_with, program_of};
use memglass_types::{SymbolKind, Types};
use memglass_value::format::name_addresses;

/// How long an answer of the system is relied on.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// Whose addresses they are.
#[derive(Debug)]
pub(super) enum Whose {
    /// The producer's of a session, in a directory.
    Producer(String, Option<PathBuf>),
    /// A program's that has this file in its memory.
    UserOf(PathBuf),
}

/// What has an address in a program.
struct Named {
    address: u64,
    /// Bytes in which an address means it: of a function, the first alone.
    bytes: u64,
    name: String,
}

/// Has all addresses written with their names from now on. The first call counts.
pub(super) fn name(types: &Types, whose: Whose) {
    static DONE: AtomicBool = AtomicBool::new(false);
    if DONE.swap(true, Ordering::Relaxed) {
        return;
    }
    let all = named(types);
    let moved: Mutex<Option<(Instant, Option<u64>)>> = Mutex::default();
    name_addresses(move |address| {
        // Nothing that may panic happens under the lock.
        let mut moved = moved.lock().ok()?;
        let known = moved.filter(|(asked, _)| asked.elapsed() < ASK_EVERY);
        let (_, by) = known.unwrap_or_else(|| (Instant::now(), whose.moved_by()));
        *moved = Some((known.map_or_else(Instant::now, |(asked, _)| asked), by));
        at(&all, address.checked_sub(by?)?)
    });
}

impl Whose {
    /// How far the program lies from where it expects to.
    fn moved_by(&self) -> Option<u64> {
        let moved = |pid: u32| {
            let program = program_of(pid)?;
            let linked = Types::linked_at(format!("/proc/{pid}/exe")).ok()?;
            mapped_at(pid, &program)?.checked_sub(linked)
        };
        self.pids().into_iter().find_map(moved)
    }

    fn pids(&self) -> Vec<u32> {
        match self {
            Whose::Producer(session, dir) => {
                let options = Observer::builder();
                let options = match dir {
                    Some(dir) => options.dir(dir),
                    None => options,
                };
                let observer = options.attach(session);
                observer
                    .iter()
                    .map(|observer| observer.session().pid)
                    .collect()
            }
            Whose::UserOf(file) => {
                let file = file.canonicalize().unwrap_or_else(|_| file.clone());
                processes_with(&file)
            }
        }
    }
}

/// All that has an address, in the order of the addresses.
fn named(types: &Types) -> Vec<Named> {
    let symbols = types.symbols().iter().filter_map(|symbol| {
        Some(Named {
            address: symbol.address?,
            bytes: match symbol.what {
                SymbolKind::Function => 1,
                SymbolKind::Variable => types.size_of(symbol.ty).unwrap_or(1).max(1),
            },
            name: symbol.name.to_string(),
        })
    });
    let mut all: Vec<Named> = symbols.collect();
    all.sort_by_key(|named| named.address);
    all
}

/// `&on_tick`, or `&ring+64` inside of a variable.
fn at(all: &[Named], address: u64) -> Option<String> {
    let end = all.partition_point(|named| named.address <= address);
    let named = &all[end.checked_sub(1)?];
    let offset = address - named.address;
    let name = &named.name;
    match offset {
        0 => Some(format!("&{name}")),
        offset if offset < named.bytes => Some(format!("&{name}+{offset}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_its_first_byte_and_a_variable_all_of_its_bytes() {
        let named = |address, bytes, name: &str| Named {
            address,
            bytes,
            name: name.into(),
        };
        let all = [named(16, 1, "on_tick"), named(64, 128, "ring")];
        let check = |address, expected: Option<&str>| {
            assert_eq!(at(&all, address).as_deref(), expected, "{address}");
        };
        check(0, None);
        check(16, Some("&on_tick"));
        check(17, None);
        check(64, Some("&ring"));
        check(191, Some("&ring+127"));
        check(192, None);
    }
}
