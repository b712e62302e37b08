//! Forking a child that stays.

use std::io::{Read, Write};

use crate::until_told::Input;
use crate::{Actor, Answer, with_causes};

/// When a child that nobody killed ends by itself, in seconds.
const LIFETIME: u32 = 300;

/// Forks a child that obeys one command with what it inherited, and then stays until it is killed.
/// The answer is its process id and what it was told or refused.
#[allow(unsafe_code)]
pub(crate) fn stay(actor: &mut Actor, command: &str, input: &Input) -> Answer {
    let (mut answer, child_says) = std::io::pipe()?;
    // SAFETY: nothing else runs in this process that could hold a lock that the child needs: the
    // only other thread there may be waits for standard input.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: a plain system call.
        unsafe { libc::alarm(LIFETIME) };
        let text = actor
            .obey(command, input)
            .unwrap_or_else(|error| with_causes(&*error));
        let mut child_says = child_says;
        // If the parent is gone, nobody waits for it.
        let _ = child_says.write_all(text.as_bytes());
        drop(child_says);
        loop {
            // SAFETY: a plain system call.
            unsafe { libc::pause() };
        }
    }
    drop(child_says);
    let mut text = String::new();
    answer.read_to_string(&mut text)?;
    Ok(format!("{child} {text}"))
}
