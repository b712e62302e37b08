//! Observers that attach while a session starts, ends, grows or restarts; reused pids; users without
//! access.
//!
//! Short by default; with `MEMGLASS_FULL` ten times as many rounds. Counts are printed.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use memglass::{
    AttachError, Field, LayoutError, Observer, PathError, Presence, ProducerError, ReadError,
    ShmError, Value,
};
use memglass_tests::{Actor, Random, Stage, sized, until};

/// Users and groups that no test machine uses for anything.
const PRODUCER_UID: u32 = 54_001;
const MEMBER_UID: u32 = 54_002;
const STRANGER_UID: u32 = 54_003;
const GROUP: u32 = 54_000;
const OTHER_GROUP: u32 = 54_010;

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_memglass-actor"))
}

/// How an attach to a session that comes and goes may end without one; anything else is a bug.
fn expected(error: &AttachError) -> &'static str {
    match error {
        AttachError::NoSuchSession { .. } => "no session",
        AttachError::Starting { .. } => "starting",
        // A region of it is gone already, or the next session's.
        AttachError::Shm(ShmError::NotFound { .. }) => "ended meanwhile",
        AttachError::Layout(LayoutError::Damaged { expected, .. })
            if expected.contains("restarted") =>
        {
            "restarted meanwhile"
        }
        error => panic!("attach: {error}"),
    }
}

#[test]
fn an_attach_while_sessions_start_and_end_gives_a_whole_one_or_says_why_not() {
    let stage = stage();
    let mut producer = stage.actor();
    producer.ask("cycle engine");
    let mut counts = BTreeMap::<&str, u64>::new();
    let enough = sized(100, 1000);
    until("enough attaches found a whole session", || {
        let outcome = match stage.options().attach("engine") {
            Ok(observer) => look(&observer),
            Err(error) => expected(&error),
        };
        *counts.entry(outcome).or_default() += 1;
        counts.get("whole") >= Some(&enough)
    });
    let sessions = producer.ask("enough");
    println!("sessions: {sessions}; attaches: {counts:?}");
    // It met them at other moments as well.
    assert!(counts.len() > 1, "{counts:?}");
    assert_eq!(stage.files(), [""; 0]);
}

/// What an observer finds in a session of `cycle`: all of it, or what there was at some moment.
fn look(observer: &Observer) -> &'static str {
    let read = |path: &str| match observer.field(path) {
        Ok(field) => gone_or(field.read()),
        Err(PathError::NoSuchObject { .. }) => None,
        Err(error) => panic!("{path}: {error}"),
    };
    let (Some(one), Some(other), Some(five)) = (read("one"), read("other"), read("five")) else {
        return "a part";
    };
    let one = u64::try_from(&one).unwrap();
    assert_eq!(other, Value::U64(!one), "values of two sessions");
    assert_eq!(five.get("words"), Some(&Value::from([one; 5])));
    "whole"
}

fn gone_or(read: Result<Value, ReadError>) -> Option<Value> {
    match read {
        Err(ReadError::Gone { .. }) => None,
        value => Some(value.unwrap()),
    }
}

#[test]
fn an_attach_beside_growth_finds_all_that_was_there_and_a_refresh_the_rest() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("grow");
    let constant = stage.observe("engine");
    let progress = constant.field("progress.of").unwrap();
    let (mut random, mut found, mut refreshed) = (Random::new(3), 0_u64, 0_u64);
    let attaches = sized(30, 300);
    for _ in 0..attaches {
        let before = Progress::of(&progress);
        let mut observer = stage.observe("engine");
        for number in 0..1000 {
            let field = observer.field(&format!("fixed_{number}")).unwrap();
            assert_eq!(field.read(), Ok(Value::U64(number)));
        }
        found += before.find(&observer, &progress, &mut random);
        let later = Progress::of(&progress);
        observer.refresh().unwrap();
        refreshed += later.find(&observer, &progress, &mut random);
    }
    let answer = producer.ask("enough");
    println!(
        "created, a second, a second of processor time, regions: {answer}; attaches: {attaches}, found after attach: {found}, after refresh: {refreshed}"
    );
    let numbers: Vec<u64> = answer
        .split(' ')
        .map(|number| number.parse().unwrap())
        .collect();
    assert!(found > 100 && refreshed > 100, "{found} {refreshed}");
    // The short form may be built without optimizations.
    assert!(
        numbers[2] >= sized(1000, 100_000),
        "{} a second",
        numbers[2]
    );
}

/// The number of objects and the round at one moment.
#[derive(Clone, Copy, PartialEq)]
struct Progress {
    round: u64,
    made: u64,
}

impl Progress {
    fn of(field: &Field) -> Progress {
        let value = field.read().unwrap();
        let part = |name: &str| u64::try_from(value.get(name).unwrap()).unwrap();
        Progress {
            round: part("left"),
            made: part("right"),
        }
    }

    /// Looks for some of them, the last one among them; returns how many were found. Once the round
    /// is over they may be gone.
    fn find(self, observer: &Observer, progress: &Field, random: &mut Random) -> u64 {
        let mut found = 0;
        for _ in 0..self.made.min(50) {
            let number = if found == 0 {
                self.made - 1
            } else {
                random.below(self.made)
            };
            let label = format!("grown_{}_{number}", self.round);
            let value = observer.field(&label).ok().map(|field| field.read());
            if Progress::of(progress).round != self.round {
                return found;
            }
            assert_eq!(
                value,
                Some(Ok(Value::U64(number))),
                "{label} of {}",
                self.made
            );
            found += 1;
        }
        found
    }
}

#[test]
fn an_observer_of_a_producer_that_restarts_never_mixes_the_two() {
    let stage = stage();
    let (mut reads, mut restarts) = (0_u64, [0_u64; 2]);
    let mut producer = start(&stage, 1);
    for number in 1..=sized(30, 300_u64) {
        let observer = stage.observe("engine");
        let fields = ["one", "other"].map(|label| observer.field(label).unwrap());
        let over = AtomicBool::new(false);
        let kill = number % 2 == 0;
        producer = thread::scope(|scope| {
            let reader = scope.spawn(|| read_while(&fields, number, &over));
            if kill {
                producer.kill();
            } else {
                producer.ask("end");
            }
            let next = start(&stage, number + 1);
            over.store(true, Ordering::Relaxed);
            reads += reader.join().unwrap();
            next
        });
        restarts[usize::from(kill)] += 1;
        assert_eq!(observer.producer(), Presence::Restarted);
        let next = observer.reattach().unwrap();
        assert_eq!(next.producer(), Presence::Alive);
        let value = next.field("one").unwrap().read();
        assert_eq!(value, Ok(Value::U64(number + 1)));
    }
    println!("reads: {reads}; restarts after an end, after a kill: {restarts:?}");
}

fn start(stage: &Stage, number: u64) -> Actor {
    let mut producer = stage.producer("engine");
    producer.ask(&format!("make one {number}"));
    producer.ask(&format!("make other {number}"));
    producer
}

/// Reads until the session ends: always this session's values, or none.
fn read_while(fields: &[Field], number: u64, over: &AtomicBool) -> u64 {
    let mut reads = 0;
    while !over.load(Ordering::Relaxed) {
        for field in fields {
            if let Some(value) = gone_or(field.read()) {
                assert_eq!(value, Value::U64(number));
                reads += 1;
            }
        }
    }
    reads
}

/// A process that does nothing, under a process id of our choice; killed when dropped.
struct Impostor(libc::pid_t);

impl Impostor {
    /// Starts one, which the kernel allows to root.
    #[allow(unsafe_code)]
    fn with_pid(pid: u32) -> Impostor {
        let wanted = [pid as libc::pid_t];
        // SAFETY: L1: all zero is a valid argument of clone3(2).
        let mut arguments: libc::clone_args = unsafe { std::mem::zeroed() };
        arguments.exit_signal = libc::SIGCHLD as u64;
        arguments.set_tid = wanted.as_ptr() as u64;
        arguments.set_tid_size = 1;
        // SAFETY: L1: like fork(2). No memory is shared, and the child only calls pause(2), so it does not
        // matter which locks other threads hold.
        let child =
            unsafe { libc::syscall(libc::SYS_clone3, &arguments, size_of::<libc::clone_args>()) };
        if child == 0 {
            loop {
                // SAFETY: L1: a plain system call.
                unsafe { libc::pause() };
            }
        }
        let error = std::io::Error::last_os_error();
        assert_eq!(
            child,
            i64::from(pid),
            "no process with pid {pid} ({error}); run this test as root"
        );
        Impostor(pid as libc::pid_t)
    }
}

impl Drop for Impostor {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: L1: our own child, which was not waited for.
        unsafe { libc::kill(self.0, libc::SIGKILL) };
        // SAFETY: L1, as above; no status is asked for.
        unsafe { libc::waitpid(self.0, std::ptr::null_mut(), 0) };
    }
}

#[test]
fn a_process_that_gets_a_dead_producers_pid_is_not_taken_for_it() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make answer 42");
    let pid = producer.pid();
    producer.kill();
    // Before anything here holds a lock that it could inherit.
    let _impostor = Impostor::with_pid(pid);
    assert!(std::fs::exists(format!("/proc/{pid}")).unwrap());
    let observer = stage.observe("engine");
    assert_eq!(observer.session().pid, pid);
    assert_eq!(observer.producer(), Presence::Crashed);
    assert_eq!(stage.sessions(), [("engine".into(), Presence::Crashed)]);
    let _successor = stage.producer("engine");
    assert_eq!(observer.producer(), Presence::Restarted);
    println!("pid {pid} came back");
}

#[test]
fn a_store_to_a_session_that_is_only_read_kills_the_process_that_tries() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make answer 42");
    for part in ["header", "region_0001"] {
        let mut reader = stage.actor();
        reader.ask("attach engine");
        assert_eq!(reader.ask("read answer"), "42");
        reader.send(&format!("poke engine {part}"));
        assert_eq!(reader.death(), Some(libc::SIGSEGV), "{part}");
        let answer = stage.observe("engine").field("answer").unwrap();
        assert_eq!(answer.read(), Ok(Value::U64(42)));
    }
}

/// A stage that all users can use, as they can `/dev/shm`.
fn public_stage() -> Stage {
    let stage = stage();
    std::fs::set_permissions(stage.dir(), Permissions::from_mode(0o1777)).unwrap();
    stage
}

/// An actor that is another user from now on. Needs root.
fn user(stage: &Stage, uid: u32, gid: u32) -> Actor {
    let mut actor = stage.actor();
    let became = actor.tell(&format!("become {uid} {gid}"));
    became.unwrap_or_else(|error| panic!("{error}; run this test as root"));
    actor
}

#[test]
fn another_users_session_is_an_error_that_says_what_to_do() {
    let stage = public_stage();
    let mut producer = stage.producer("engine");
    producer.ask("make answer 42");
    let mut stranger = user(&stage, STRANGER_UID, OTHER_GROUP);
    for command in ["attach engine", "attach engine write"] {
        let refusal = stranger.tell(command).unwrap_err();
        assert!(refusal.contains("no permission to open"), "{refusal}");
        assert!(refusal.contains("Mode::GroupRead"), "{refusal}");
    }
    // A name that is another user's cannot be had either, dead or alive.
    assert!(
        stranger
            .tell("create engine")
            .unwrap_err()
            .contains("no permission")
    );
    producer.kill();
    assert!(
        stranger
            .tell("create engine")
            .unwrap_err()
            .contains("no permission")
    );
    let observer = stage.observe("engine");
    assert_eq!(observer.producer(), Presence::Crashed);
}

#[test]
fn a_group_may_do_what_the_producer_allows_and_no_more() {
    let stage = public_stage();
    for (mode, may_write) in [("read", false), ("write", true)] {
        let name = format!("for_{mode}");
        let mut producer = user(&stage, PRODUCER_UID, GROUP);
        producer.ask(&format!("create {name} {mode}"));
        producer.ask("make answer 42");
        let mut member = user(&stage, MEMBER_UID, GROUP);
        member.ask(&format!("attach {name}"));
        assert_eq!(member.ask("read answer"), "42");
        assert_eq!(member.ask("presence"), "Alive");
        let mut writer = user(&stage, MEMBER_UID, GROUP);
        let attached = writer.tell(&format!("attach {name} write"));
        assert_eq!(attached.is_ok(), may_write, "{attached:?}");
        if may_write {
            writer.ask("write answer 43");
            assert_eq!(member.ask("read answer"), "43");
        }
        let mut stranger = user(&stage, STRANGER_UID, OTHER_GROUP);
        assert!(stranger.tell(&format!("attach {name}")).is_err());
        producer.ask("end");
        assert_eq!(member.ask("presence"), "Exited");
    }
}

#[test]
fn a_reader_that_takes_locks_cannot_make_a_dead_producer_look_alive() {
    let stage = public_stage();
    let mut producer = user(&stage, PRODUCER_UID, GROUP);
    producer.ask("create engine read");
    producer.ask("make answer 42");
    let observer = stage.observe("engine");
    let mut reader = user(&stage, MEMBER_UID, GROUP);
    reader.send("share-locks engine");
    producer.kill();
    reader.answer().unwrap();
    assert_eq!(observer.producer(), Presence::Crashed);
    assert_eq!(stage.sessions(), [("engine".into(), Presence::Crashed)]);
    // While that process lives, the name cannot be taken over, and the error says so.
    let refusal = stage.builder("engine").create().unwrap_err();
    assert!(
        matches!(refusal, ProducerError::Shm(ShmError::Obstructed { .. })),
        "{refusal}"
    );
    let refusal = memglass::clean(Some(stage.dir()), Some("engine")).unwrap_err();
    assert!(
        matches!(refusal, AttachError::Shm(ShmError::Obstructed { .. })),
        "{refusal}"
    );
    reader.kill();
    assert!(stage.builder("engine").create().is_ok());
}
