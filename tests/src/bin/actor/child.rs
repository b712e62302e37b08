//! Forking a child that stays.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use memglass::Session;
use memglass::sampler::{Rate, Sampler};

use crate::until_told::Input;
use crate::{Actor, Answer, with_causes};

/// Seconds after which a child ends by itself if nobody kills it.
const LIFETIME: u32 = 300;

/// Forks a child that obeys one command with the handles that it inherited, and then stays until it is
/// killed. The answer is its process id and the result of the command.
#[allow(unsafe_code)]
pub(crate) fn stay(actor: &mut Actor, command: &str, input: &Input) -> Answer {
    let (mut answer, child_says) = std::io::pipe()?;
    // SAFETY: L1: nothing else runs in this process that could hold a lock that the child needs: the
    // only other thread there may be waits for standard input.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: L1: a plain system call.
        unsafe { libc::alarm(LIFETIME) };
        let text = actor
            .obey(command, input)
            .unwrap_or_else(|error| with_causes(&*error));
        let mut child_says = child_says;
        // If the parent is gone, nobody waits for the answer.
        let _ = child_says.write_all(text.as_bytes());
        drop(child_says);
        loop {
            // SAFETY: L1: a plain system call.
            unsafe { libc::pause() };
        }
    }
    drop(child_says);
    let mut text = String::new();
    answer.read_to_string(&mut text)?;
    Ok(format!("{child} {text}"))
}

/// Seconds in which a child that does not hang ends by far.
const SOON: u32 = 5;

/// Forks children beside a thread that adds probes to a sampler without a pause. Each child does so too, and ends. Says how
/// many of them hung.
#[allow(unsafe_code)]
pub(crate) fn probe(count: u64) -> Answer {
    let (over, sampler) = (AtomicBool::new(false), Sampler::start()?);
    let add = || drop(sampler.add(Rate::default(), |_| {}));
    let fork = || {
        // SAFETY: L1: the child takes no lock but those that the C library hands to it, and that of a sampler, which is
        // what is tried.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: L1: a plain system call.
            unsafe { libc::alarm(SOON) };
            add();
            // SAFETY: L1: ends the child at once.
            unsafe { libc::_exit(0) };
        }
        let mut status = 0;
        // SAFETY: L1: our own child, and a status of ours.
        unsafe { libc::waitpid(child, &raw mut status, 0) };
        u64::from(status != 0)
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                add();
            }
        });
        let mut hung = 0;
        for _ in 0..count {
            hung += fork();
            if hung > 0 {
                break;
            }
        }
        over.store(true, Ordering::Relaxed);
        Ok(hung.to_string())
    })
}

/// One in this many children of a storm stays.
const STAYS: u64 = 50;

const SMALL_REGION: u64 = 64 << 10;
/// Elements of an array that leaves no room for another one in such a region.
const MOST_OF_A_REGION: usize = 6000;

/// Forks `count` children while other threads start, let grow and end sessions; most of them end at once, some
/// stay. The answer is the number of sessions, and the process ids of the children that stay.
pub(crate) fn storm(count: u64) -> Answer {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let threads = ["storm_0", "storm_1"].map(|name| scope.spawn(|| start_and_end(name, &over)));
        let children: Vec<String> = (0..count)
            .filter_map(fork_one)
            .map(|pid| pid.to_string())
            .collect();
        over.store(true, Ordering::Relaxed);
        let mut sessions = 0;
        for thread in threads {
            sessions += thread.join().expect("the thread does not panic")?;
        }
        Ok(format!("{sessions} {}", children.join(" ")))
    })
}

fn start_and_end(name: &str, over: &AtomicBool) -> Result<u64, memglass::ProducerError> {
    let mut sessions = 0;
    while !over.load(Ordering::Relaxed) {
        let session = Session::builder(name)
            .first_region(SMALL_REGION)
            .max_region(SMALL_REGION)
            .create()?;
        // Each but the first needs a region, which the session's thread makes ahead.
        let arrays = ["a", "b", "c"].map(|label| session.array::<u64>(label, MOST_OF_A_REGION));
        for array in arrays {
            drop(array?);
        }
        sessions += 1;
    }
    Ok(sessions)
}

/// Forks a child, and returns its process id if it stays; else waits for its end.
#[allow(unsafe_code)]
fn fork_one(number: u64) -> Option<i32> {
    let stays = number.is_multiple_of(STAYS);
    // SAFETY: L1: the child makes plain system calls only, so that it does not matter which locks the
    // other threads hold.
    let child = unsafe { libc::fork() };
    if child == 0 && !stays {
        // SAFETY: L1: ends the child at once.
        unsafe { libc::_exit(0) };
    }
    if child == 0 {
        // SAFETY: L1: a plain system call.
        unsafe { libc::alarm(LIFETIME) };
        loop {
            // SAFETY: L1: a plain system call.
            unsafe { libc::pause() };
        }
    }
    if !stays {
        // SAFETY: L1: our own child; no status is asked for.
        unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
    }
    stays.then_some(child)
}
