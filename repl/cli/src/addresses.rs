//! `--types`: what lies at the addresses that a session's objects hold.
//!
//! A program's types have its functions and variables, at addresses in its file. Where the file lies in the process, the system
//! says; of a foreign file too, with the objects in it. A producer that starts again lies elsewhere, so it is asked again from time to
//! time.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use memglass::Observer;
use memglass_foreign::ForeignObject;
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
    /// A program's that has this file with these objects in its memory.
    UserOf(PathBuf, Vec<ForeignObject>),
}

/// How far from the addresses of a program, and of a file, lies what a process has of them.
#[derive(Clone, Copy)]
struct Bases {
    /// `None` if the program is of another build than the one that the names are of.
    program: Option<u64>,
    file: Option<u64>,
}

/// What has an address in a program or a file.
struct Named {
    address: u64,
    /// Bytes in which an address means it, or an element of it: of a function, the first alone.
    bytes: u64,
    /// Elements, if it has numbers for them.
    count: Option<u64>,
    name: String,
}

/// The builds of a program that names are of; none if one of the files does not say which it is of.
#[derive(Debug)]
pub(super) struct Builds(Vec<Vec<u8>>);

impl Builds {
    /// Those of files with types.
    pub(super) fn of(files: &[String]) -> Self {
        let ids = files.iter().map(Types::build_id);
        Builds(ids.collect::<Option<_>>().unwrap_or_default())
    }

    /// Whether a process runs a build that is none of these. What has no id may be any.
    fn are_others(&self, pid: u32) -> bool {
        let own = (!self.0.is_empty()).then(|| Types::build_id(format!("/proc/{pid}/exe")));
        own.flatten().is_some_and(|own| !self.0.contains(&own))
    }
}

/// Has all addresses written with their names from now on. The first call counts. Returns what people should know, if the program
/// that runs is of another build: then addresses have no names, which would be wrong ones.
pub(super) fn name(types: &Types, builds: Builds, whose: Whose) -> Option<String> {
    static DONE: AtomicBool = AtomicBool::new(false);
    if DONE.swap(true, Ordering::Relaxed) {
        return None;
    }
    let pid = whose.pids().into_iter().find(|pid| builds.are_others(*pid));
    let symbols = named(types);
    let objects = whose.objects();
    let known: Mutex<Option<(Instant, Option<Bases>)>> = Mutex::default();
    name_addresses(move |address| {
        // Nothing that may panic happens under the lock.
        let mut known = known.lock().ok()?;
        let fresh = known.filter(|(asked, _)| asked.elapsed() < ASK_EVERY);
        let (_, bases) =
            *known.insert(fresh.unwrap_or_else(|| (Instant::now(), whose.bases(&builds))));
        let Bases { program, file } = bases?;
        let in_program = || at(&symbols, address.checked_sub(program?)?);
        let in_file = || at(&objects, address.checked_sub(file?)?);
        in_program().or_else(in_file)
    });
    let program = program_of(pid?)?;
    Some(format!(
        "addresses have no names: {} is of another build than the files of --types",
        program.display()
    ))
}

impl Whose {
    /// Where a process has the program, and the file.
    fn bases(&self, builds: &Builds) -> Option<Bases> {
        let of = |pid: u32| {
            let program = program_of(pid)?;
            let linked = Types::linked_at(format!("/proc/{pid}/exe")).ok()?;
            Some(Bases {
                program: match builds.are_others(pid) {
                    true => None,
                    false => Some(mapped_at(pid, &program)?.checked_sub(linked)?),
                },
                file: match self {
                    Whose::Producer(..) => None,
                    Whose::UserOf(file, _) => mapped_at(pid, &full(file)),
                },
            })
        };
        self.pids().into_iter().find_map(of)
    }

    /// What lies in the file, in its order.
    fn objects(&self) -> Vec<Named> {
        let Whose::UserOf(_, objects) = self else {
            return Vec::new();
        };
        let named = objects.iter().map(|object| Named {
            address: object.offset,
            bytes: object.bytes,
            count: object.count,
            name: object.label.clone(),
        });
        let mut all: Vec<Named> = named.collect();
        all.sort_by_key(|named| named.address);
        all
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
            Whose::UserOf(file, _) => processes_with(&full(file)),
        }
    }
}

/// The path as the system tells it.
fn full(file: &Path) -> PathBuf {
    file.canonicalize().unwrap_or_else(|_| file.to_owned())
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
            count: None,
            name: symbol.name.to_string(),
        })
    });
    let mut all: Vec<Named> = symbols.collect();
    all.sort_by_key(|named| named.address);
    all
}

/// `&on_tick`; `&ring+64` inside of a variable; `&ticks[2]` of an array that was laid out by hand.
fn at(all: &[Named], address: u64) -> Option<String> {
    let end = all.partition_point(|named| named.address <= address);
    let named = &all[end.checked_sub(1)?];
    let offset = address - named.address;
    let (index, rest) = (
        offset.checked_div(named.bytes)?,
        offset.checked_rem(named.bytes)?,
    );
    let element = match named.count {
        _ if index >= named.count.unwrap_or(1) => return None,
        Some(_) => format!("[{index}]"),
        None => String::new(),
    };
    let name = &named.name;
    Some(match rest {
        0 => format!("&{name}{element}"),
        rest => format!("&{name}{element}+{rest}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_its_first_byte_and_a_variable_all_of_its_bytes() {
        let named = |address, bytes, name: &str| Named {
            address,
            bytes,
            count: None,
            name: name.into(),
        };
        let ticks = Named {
            count: Some(3),
            ..named(256, 24, "ticks")
        };
        let all = [named(16, 1, "on_tick"), named(64, 128, "ring"), ticks];
        let check = |address, expected: Option<&str>| {
            assert_eq!(at(&all, address).as_deref(), expected, "{address}");
        };
        check(0, None);
        check(16, Some("&on_tick"));
        check(17, None);
        check(64, Some("&ring"));
        check(191, Some("&ring+127"));
        check(192, None);
        check(256, Some("&ticks[0]"));
        check(256 + 71, Some("&ticks[2]+23"));
        check(256 + 72, None);
    }
}
