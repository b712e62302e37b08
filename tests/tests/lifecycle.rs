//! Sessions live and die with their producers, and no more is lost than necessary.
// Tests may panic and print.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use memglass::{AttachError, Mode, Presence, ProducerError, ReadError, Value};
use memglass_tests::{Actor, Stage, is_draft, sized, until};

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_memglass-actor"))
}

#[test]
fn a_killed_producers_values_stay_readable_and_its_name_can_be_taken_over() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make answer 42");
    producer.ask("five quote 7");
    let observer = stage.observe("engine");
    let (answer, quote) = (
        observer.field("answer").unwrap(),
        observer.field("quote.words[4]").unwrap(),
    );
    assert_eq!(observer.producer(), Presence::Alive);
    producer.kill();
    assert_eq!(observer.producer(), Presence::Crashed);
    assert_eq!(
        (answer.read(), quote.read()),
        (Ok(Value::U64(42)), Ok(Value::U64(7)))
    );
    let post_mortem = stage.observe("engine");
    assert_eq!(post_mortem.producer(), Presence::Crashed);
    assert_eq!(
        post_mortem.field("answer").unwrap().read(),
        Ok(Value::U64(42))
    );
    assert_eq!(stage.sessions(), [("engine".into(), Presence::Crashed)]);

    let mut successor = stage.producer("engine");
    successor.ask("make answer 43");
    assert_eq!(observer.producer(), Presence::Restarted);
    assert_eq!(answer.read(), Ok(Value::U64(42)));
    let next = observer.reattach().unwrap();
    assert_eq!(next.producer(), Presence::Alive);
    assert_ne!(next.session().id, observer.session().id);
    assert_eq!(next.session().pid, successor.pid());
    assert_eq!(next.field("answer").unwrap().read(), Ok(Value::U64(43)));
    assert!(next.find("quote").is_none());
}

#[test]
fn a_producer_that_ends_removes_its_session() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make answer 42");
    let observer = stage.observe("engine");
    producer.ask("end");
    assert_eq!(observer.producer(), Presence::Exited);
    assert_eq!(stage.files(), [""; 0]);
}

/// What becomes of a producer that calls `exit` while its session and an object live on.
fn presence_after_exit(status: i32) -> (Presence, Result<Value, ReadError>) {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make answer 42");
    let observer = stage.observe("engine");
    producer.send(&format!("exit {status}"));
    until("the producer is gone", || !observer.producer().is_alive());
    let late = stage.observe("engine");
    let presence = late.producer();
    let answer = late.field("answer").unwrap().read();
    // The name is free.
    let _next = stage.producer("engine");
    assert_eq!(observer.producer(), Presence::Restarted);
    (presence, answer)
}

#[test]
fn a_producer_that_exits_beside_its_session_leaves_its_last_values() {
    let last = Ok(Value::U64(42));
    assert_eq!(presence_after_exit(0), (Presence::Exited, last.clone()));
    assert_eq!(presence_after_exit(1), (Presence::Crashed, last));
}

#[test]
fn a_producer_that_is_stopped_is_seen_to_be() {
    let stage = stage();
    let producer = stage.producer("engine");
    let observer = stage.observe("engine");
    producer.stop();
    assert_eq!(observer.producer(), Presence::Stopped);
    assert_eq!(stage.sessions(), [("engine".into(), Presence::Stopped)]);
    producer.go_on();
    until("it goes on", || observer.producer() == Presence::Alive);
}

#[test]
fn a_second_producer_is_refused_with_the_pid_of_the_first() {
    let stage = stage();
    let producer = stage.producer("engine");
    let refusal = stage.actor().tell("create engine").unwrap_err();
    assert!(
        refusal.contains(&format!("pid {}", producer.pid())),
        "{refusal}"
    );
    let refusal = stage.builder("engine").create().unwrap_err();
    assert!(
        matches!(refusal, ProducerError::SessionExists { pid, .. } if pid == producer.pid()),
        "{refusal}"
    );
    producer.stop();
    // A stopped producer still is one.
    assert!(stage.actor().tell("create engine").is_err());
    assert_eq!(stage.observe("engine").producer(), Presence::Stopped);
}

#[test]
fn clean_removes_dead_sessions_only() {
    let stage = stage();
    let mut alive = stage.producer("alive");
    alive.ask("make answer 1");
    for name in ["dead_1", "dead_2", "dead_3"] {
        let mut producer = stage.producer(name);
        producer.ask("make answer 2");
        producer.kill();
    }
    let refusal = memglass::clean(Some(stage.dir()), Some("alive")).unwrap_err();
    assert!(
        matches!(&refusal, AttachError::Alive { pid, .. } if *pid == alive.pid()),
        "{refusal}"
    );
    assert_eq!(
        memglass::clean(Some(stage.dir()), Some("dead_2"))
            .unwrap()
            .removed,
        ["dead_2"]
    );
    assert!(matches!(
        memglass::clean(Some(stage.dir()), Some("dead_2")),
        Err(AttachError::NoSuchSession { .. })
    ));
    // A region whose header is gone, and a draft whose maker died.
    std::fs::rename(
        stage.segment("dead_3", "header"),
        stage.dir().join(".memglass-draft-dead"),
    )
    .unwrap();
    assert_eq!(
        memglass::clean(Some(stage.dir()), None).unwrap().removed,
        ["dead_1"]
    );
    assert_eq!(
        stage.files(),
        ["memglass_alive_header", "memglass_alive_region_0001"]
    );
    assert_eq!(
        stage.observe("alive").field("answer").unwrap().read(),
        Ok(Value::U64(1))
    );
    assert_eq!(alive.ask("make more 3"), "");
}

/// Tells both to create `name` and returns which of them did, having checked that only one did.
fn race(one: &mut Actor, other: &mut Actor, name: &str) -> usize {
    one.send(&format!("create {name}"));
    other.send(&format!("create {name}"));
    let answers = [one.answer(), other.answer()];
    let pids = [one.pid(), other.pid()];
    let winner = match &answers {
        [Ok(_), Err(refusal)] if refusal.contains(&format!("pid {}", pids[0])) => 0,
        [Err(refusal), Ok(_)] if refusal.contains(&format!("pid {}", pids[1])) => 1,
        _ => panic!("{name}: {answers:?}, the producers are {pids:?}"),
    };
    [one, other][winner].ask("make answer 42");
    winner
}

#[test]
fn of_two_producers_that_start_at_once_exactly_one_wins() {
    let stage = stage();
    let mut actors = [stage.actor(), stage.actor()];
    let mut won = [0; 2];
    for round in 0..sized(200, 2000) {
        let [one, other] = &mut actors;
        // Half of the time under a name that was used before.
        let winner = race(one, other, &format!("engine_{}", round % 100));
        won[winner] += 1;
        let name = format!("engine_{}", round % 100);
        assert_eq!(
            stage.observe(&name).field("answer").unwrap().read(),
            Ok(Value::U64(42))
        );
        actors[winner].ask("end");
    }
    println!("won: {won:?}");
    assert_eq!(stage.files(), [""; 0]);
}

#[test]
fn of_two_that_take_over_a_dead_session_exactly_one_wins() {
    let stage = stage();
    stage.producer("engine").kill();
    let mut actors = vec![stage.actor(), stage.actor()];
    let mut won = [0; 2];
    for _ in 0..sized(200, 2000) {
        let [one, other] = &mut actors[..] else {
            unreachable!("there are two")
        };
        let winner = race(one, other, "engine");
        let observer = stage.observe("engine");
        assert_eq!(observer.field("answer").unwrap().read(), Ok(Value::U64(42)));
        actors.remove(winner).kill();
        assert_eq!(observer.producer(), Presence::Crashed);
        actors.push(stage.actor());
        // It has started when it answers: only then do both begin at once.
        actors[1].ask("end");
        won[winner] += 1;
    }
    println!("won: {won:?}");
    actors[0].ask("create engine");
    actors[0].ask("end");
    assert_eq!(stage.files(), [""; 0]);
}

#[test]
fn cleaning_up_and_starting_at_once_leaves_a_whole_session() {
    let stage = stage();
    let mut producer = stage.actor();
    let running = AtomicBool::new(true);
    thread::scope(|scope| {
        scope.spawn(|| {
            while running.load(Ordering::Relaxed) {
                memglass::clean(Some(stage.dir()), None).unwrap();
            }
        });
        let _running = Running(&running);
        for round in 0..sized(300, 10_000) {
            producer.ask("create engine");
            producer.ask("make answer 42");
            let read = stage.observe("engine").field("answer").unwrap().read();
            assert_eq!(read, Ok(Value::U64(42)), "round {round}");
            producer.ask("end");
        }
    });
}

/// Ends the other thread, even if a test fails.
struct Running<'a>(&'a AtomicBool);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

#[test]
fn a_forked_child_that_ends_leaves_its_parents_session_alone() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make answer 42");
    let mut observer = stage.observe("engine");
    let answer = observer.field("answer").unwrap();
    producer.ask("fork");
    assert_eq!(observer.producer(), Presence::Alive);
    observer.refresh().unwrap();
    assert_eq!(answer.read(), Ok(Value::U64(42)));
    producer.ask("make more 43");
    observer.refresh().unwrap();
    assert_eq!(observer.object_count(), 2);
    producer.ask("end");
    assert_eq!(observer.producer(), Presence::Exited);
    // The child's own session was its own.
    assert!(!stage.files().iter().any(|file| file.contains("engine")));
}

/// A child that an actor forked, killed when dropped.
struct Child(rustix::process::Pid);

impl Child {
    /// Makes the actor fork a child that obeys `command`; returns the child and its answer.
    fn of(actor: &mut Actor, command: &str) -> (Child, String) {
        let answer = actor.ask(&format!("child {command}"));
        let (pid, text) = answer.split_once(' ').unwrap();
        (Child::with_pid(pid), text.into())
    }

    fn with_pid(pid: &str) -> Child {
        let pid = rustix::process::Pid::from_raw(pid.parse().unwrap());
        Child(pid.expect("no child is process 0"))
    }

    fn is_alive(&self) -> bool {
        rustix::process::test_kill_process(self.0).is_ok()
    }

    /// The locks of the files that it has open, as proc(5) lists them, and how many files lead to
    /// segments.
    fn locks(&self) -> (Vec<String>, usize) {
        let of = |part: &str| format!("/proc/{}/{part}", self.0.as_raw_pid());
        let files = std::fs::read_dir(of("fd")).unwrap().map(Result::unwrap);
        let (mut locks, mut segments) = (Vec::new(), 0);
        for file in files {
            let path = std::fs::read_link(file.path()).unwrap();
            segments += usize::from(path.to_string_lossy().contains("memglass"));
            let number = file.file_name().into_string().unwrap();
            let info = std::fs::read_to_string(of(&format!("fdinfo/{number}"))).unwrap();
            let held = info.lines().filter(|line| line.starts_with("lock:"));
            locks.extend(held.map(|lock| format!("{}: {lock}", path.display())));
        }
        (locks, segments)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = rustix::process::kill_process(self.0, rustix::process::Signal::KILL);
    }
}

#[test]
fn a_forked_child_that_stays_does_not_keep_its_crashed_parent_alive() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make answer 42");
    let observer = stage.observe("engine");
    let (child, said) = Child::of(&mut producer, "make more 43");
    assert!(said.contains("belongs to the parent"), "{said}");
    assert_eq!(observer.producer(), Presence::Alive);
    assert!(stage.actor().tell("create engine").is_err());
    producer.kill();
    assert_eq!(observer.producer(), Presence::Crashed);
    let mut successor = stage.producer("engine");
    successor.ask("make answer 44");
    assert_eq!(observer.producer(), Presence::Restarted);
    assert!(child.is_alive());
    drop(child);
    assert_eq!(stage.observe("engine").producer(), Presence::Alive);
    successor.ask("end");
    assert_eq!(stage.files(), [""; 0]);
}

#[test]
fn a_forked_child_does_not_wait_for_its_parents_sampler() {
    let stage = stage();
    assert_eq!(
        stage.actor().ask(&format!("probe {}", sized(500, 5_000))),
        "0"
    );
}

#[test]
fn forks_beside_threads_that_start_and_end_sessions_hang_nothing_and_keep_no_lock() {
    let stage = stage();
    let mut actor = stage.actor();
    let answer = actor.ask(&format!("storm {}", sized(500, 5_000)));
    let (sessions, pids) = answer.split_once(' ').unwrap();
    let children: Vec<Child> = pids.split(' ').map(Child::with_pid).collect();
    let mut segments = 0;
    for child in &children {
        let (locks, open) = child.locks();
        assert_eq!(locks, [""; 0]);
        segments += open;
    }
    println!(
        "sessions: {sessions}; children that stay: {}, with {segments} segments open",
        children.len()
    );
    // They were forked in the middle of a session's life.
    assert!(segments > 0);
    assert_eq!(stage.files(), [""; 0]);
    assert!(children.iter().all(Child::is_alive));
    let mut producer = stage.producer("storm_0");
    producer.ask("make answer 42");
    producer.kill();
    assert_eq!(stage.observe("storm_0").producer(), Presence::Crashed);
    actor.kill();
    stage.producer("storm_0").ask("end");
    assert_eq!(stage.files(), [""; 0]);
}

#[test]
fn a_forked_child_of_a_writing_observer_reads_but_has_no_place_among_the_writers() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make answer 42");
    producer.ask("five quote 7");
    let mut writer = stage.writer("engine");
    writer.ask("write answer 43");
    let children = ["read answer", "presence", "write answer 44"]
        .map(|command| Child::of(&mut writer, command));
    let [(_, value), (_, presence), (_, refusal)] = &children;
    assert_eq!((&**value, &**presence), ("43", "Alive"));
    assert!(refusal.contains("forked"), "{refusal}");
    // It dies while it has the right to write to a value; the children live on.
    writer.ask("hold quote.words[0] 8");
    writer.await_stop();
    let mut next = stage.writer("engine");
    let refusal = next.tell("write quote.words[1] 9").unwrap_err();
    assert!(refusal.contains(&writer.pid().to_string()), "{refusal}");
    writer.kill();
    next.ask("write quote.words[1] 9");
    assert!(children.iter().all(|(child, _)| child.is_alive()));
    assert_eq!(next.ask("read quote"), "{words: [7, 9, 7, 7, 7]}");
}

#[test]
fn segments_are_private_unless_the_producer_says_otherwise() {
    let stage = stage();
    for (mode, expected) in [
        (Mode::Owner, 0o600),
        (Mode::GroupRead, 0o640),
        (Mode::GroupWrite, 0o660),
    ] {
        let session = stage.builder("engine").mode(mode).create().unwrap();
        let _large = session.array::<u64>("large", 1 << 18).unwrap();
        // A region that is made ahead is a draft for a moment, and its maker's alone until it is
        // published.
        let (drafts, published): (Vec<_>, Vec<_>) =
            stage.files().into_iter().partition(|file| is_draft(file));
        // The header, the first region, the large one, and one more if it was made ahead by now.
        assert!(published.len() >= 3, "{published:?}");
        let mode_of = |file: &str| {
            let metadata = std::fs::metadata(stage.dir().join(file));
            metadata.map(|metadata| metadata.permissions().mode() & 0o777)
        };
        for file in published {
            assert_eq!(mode_of(&file).unwrap(), expected, "{file}");
        }
        for file in drafts {
            // It may have been published by now.
            if let Ok(found) = mode_of(&file) {
                assert!([0o600, expected].contains(&found), "{file}: {found:o}");
            }
        }
    }
}

#[test]
fn an_observer_that_only_reads_has_nothing_mapped_for_writing() {
    let stage = stage();
    let mut producer = stage.producer("engine");
    producer.ask("make answer 42");
    let modes_of = |observer: &mut Actor| {
        assert_eq!(observer.ask("read answer"), "42");
        let maps = observer.ask("maps");
        let ours = maps
            .split('|')
            .filter(|line| line.contains("memglass_engine_"));
        ours.map(|line| line.split(' ').nth(1).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let mut reader = stage.actor();
    reader.ask("attach engine");
    assert_eq!(modes_of(&mut reader), ["r--s"; 2]);
    assert!(
        reader
            .tell("write answer 1")
            .unwrap_err()
            .contains("read-only")
    );
    assert_eq!(modes_of(&mut stage.writer("engine")), ["rw-s"; 2]);
}

#[test]
fn writing_observers_come_and_go_and_the_255th_is_refused() {
    let stage = stage();
    let session = stage.session("engine");
    let answer = session.object("answer", 0_u64).unwrap();
    let mut writers: Vec<_> = (0..254)
        .map(|_| stage.options().writable().attach("engine").unwrap())
        .collect();
    let refusal = stage.options().writable().attach("engine").unwrap_err();
    assert!(
        matches!(refusal, AttachError::TooManyWriters { .. }),
        "{refusal}"
    );
    assert!(stage.options().attach("engine").is_ok());
    writers.swap_remove(100);
    let mut late = stage.writer("engine");
    late.ask("write answer 5");
    assert_eq!(answer.get(), 5);
    assert!(stage.options().writable().attach("engine").is_err());
    late.kill();
    until("the dead writer's place is free", || {
        stage.options().writable().attach("engine").is_ok()
    });
}
