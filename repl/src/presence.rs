//! What became of the producer, told once.

use memglass::{Presence, Replay, SessionInfo};

use crate::runtime::PromptState;

/// Tells each change of a producer's fate once.
#[derive(Debug)]
pub struct Watch {
    last: Presence,
    /// The session that was told of last.
    session: Option<u128>,
}

impl Watch {
    /// Nothing has been told yet: a producer that is already gone is news.
    pub fn new() -> Self {
        Watch {
            last: Presence::Alive,
            session: None,
        }
    }

    /// What to tell, now that the producer is `now`; nothing if that has been told.
    pub fn news(&mut self, now: Presence, session: &SessionInfo) -> Option<String> {
        if now == self.last {
            return None;
        }
        let before = std::mem::replace(&mut self.last, now);
        let is_same = self.session.replace(session.id) == Some(session.id);
        match (before, now) {
            (Presence::Stopped, Presence::Alive) if is_same => {
                let (name, pid) = (&session.name, session.pid);
                Some(format!("producer of {name:?} (pid {pid}) goes on"))
            }
            // After `:reattach`, which has said so itself.
            (_, Presence::Alive) => None,
            _ => Some(sentence(&now, &session.name, session.pid)),
        }
    }

    /// The fate last seen.
    pub fn last(&self) -> &Presence {
        &self.last
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}

/// A fate as a sentence that says what it means for the values on the screen.
pub(crate) fn sentence(presence: &Presence, name: &str, pid: u32) -> String {
    let producer = format!("producer of {name:?} (pid {pid})");
    match presence {
        Presence::Alive => format!("{producer} is alive"),
        Presence::Stopped => format!(
            "{producer} is stopped, by a signal or a debugger; values do not change until it goes on"
        ),
        Presence::Exited => format!(
            "{producer} has exited; objects that it destroyed before are gone, the others have their last values"
        ),
        Presence::Crashed => format!("{producer} has crashed; the values are its last"),
        Presence::Restarted => {
            format!(
                "{producer} is gone and a new producer has its name; the values are the old one's last, and `:reattach` attaches to the new one"
            )
        }
        other => format!("{producer}: {other}"),
    }
}

/// Where a replay is, and whether it moves.
pub(crate) fn place(replay: &Replay) -> String {
    let seconds = replay.elapsed().as_secs_f64();
    let moving = match replay.speed {
        0.0 => String::new(),
        1.0 => ", playing".to_owned(),
        speed if speed.is_finite() => format!(", playing x{speed}"),
        _ => ", playing".to_owned(),
    };
    let branch = if replay.is_branch { ", what-if" } else { "" };
    format!("{seconds:.1} s{moving}{branch}")
}

/// A replay as the full-screen view has it, without what happened in it, and as if another process played it.
#[cfg(feature = "view")]
pub(crate) fn replay(replay: &Replay) -> memglass_view::snapshot::Replay {
    let whole = replay.end.duration_since(replay.start).unwrap_or_default();
    let passed = replay.elapsed().as_secs_f64() / whole.as_secs_f64().max(f64::MIN_POSITIVE);
    memglass_view::snapshot::Replay {
        text: place(replay),
        passed,
        bounds: [replay.start, replay.end].map(memglass_value::time::clock),
        marks: Vec::new(),
        is_branch: replay.is_branch,
        is_ours: false,
    }
}

/// What is said of a move that left behind what was written to so many objects of a branch; nothing if it left nothing.
pub(crate) fn left_behind(objects: u64) -> String {
    match objects {
        0 => String::new(),
        1 => "; what was written to 1 object is gone".to_owned(),
        count => format!("; what was written to {count} objects is gone"),
    }
}

/// Where a replay is, with the time of day.
pub fn described(replay: &Replay) -> String {
    let clock = memglass_value::time::exact_clock(replay.position);
    let whole = replay.end.duration_since(replay.start).unwrap_or_default();
    format!("{replay} ({clock}), of {:.1} s", whole.as_secs_f64())
}

/// The prompt: the session's name, and a mark while its producer is not alive or writes are not made. Of a
/// replay, where it is.
pub(crate) fn prompt(state: &PromptState<'_>) -> String {
    let name = state.session;
    if let (Presence::Alive, Some(replay)) = (state.producer, state.replay) {
        return format!("{name} [{}]> ", place(replay));
    }
    match state.producer {
        Presence::Alive if state.readonly => format!("{name} [read-only]> "),
        Presence::Alive if state.dry_run => format!("{name} [dry run]> "),
        Presence::Alive => format!("{name}> "),
        gone => format!("{name} [{gone}]> "),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use memglass::Replay;

    use super::*;

    fn session() -> SessionInfo {
        SessionInfo {
            name: "t1".into(),
            id: 1,
            pid: 123,
            started: SystemTime::UNIX_EPOCH,
            program: "p".into(),
            directory: "/dev/shm".into(),
        }
    }

    #[test]
    fn a_stop_and_its_end_are_told() {
        let mut watch = Watch::new();
        let told = watch.news(Presence::Stopped, &session()).unwrap();
        assert!(told.contains("is stopped"), "{told}");
        let told = watch.news(Presence::Alive, &session()).unwrap();
        assert_eq!(told, "producer of \"t1\" (pid 123) goes on");
        assert_eq!(watch.news(Presence::Alive, &session()), None);
        // Its successor does not go on.
        assert!(watch.news(Presence::Stopped, &session()).is_some());
        let successor = SessionInfo { id: 2, ..session() };
        assert_eq!(watch.news(Presence::Alive, &successor), None);
    }

    #[test]
    fn a_death_is_told_once() {
        let mut watch = Watch::new();
        assert_eq!(watch.news(Presence::Alive, &session()), None);
        let told = watch.news(Presence::Crashed, &session()).unwrap();
        assert_eq!(
            told,
            "producer of \"t1\" (pid 123) has crashed; the values are its last"
        );
        assert_eq!(watch.news(Presence::Crashed, &session()), None);
        assert!(
            watch
                .news(Presence::Restarted, &session())
                .unwrap()
                .contains(":reattach")
        );
        assert_eq!(watch.news(Presence::Alive, &session()), None);
        assert!(
            watch.news(Presence::Crashed, &session()).is_some(),
            "the next producer's death is news again"
        );
    }

    #[test]
    fn a_producer_that_is_dead_from_the_start_is_news() {
        assert!(Watch::new().news(Presence::Exited, &session()).is_some());
    }

    #[test]
    fn the_prompt_is_marked_while_the_producer_is_gone() {
        let mut state = PromptState {
            session: "t1",
            producer: Presence::Alive,
            readonly: false,
            dry_run: false,
            replay: None,
        };
        assert_eq!(prompt(&state), "t1> ");
        state.dry_run = true;
        assert_eq!(prompt(&state), "t1 [dry run]> ");
        state.readonly = true;
        assert_eq!(prompt(&state), "t1 [read-only]> ");
        let start = SystemTime::UNIX_EPOCH;
        let mut replay = Replay::new("run.mcap", start, start + Duration::from_secs(60));
        replay.position = start + Duration::from_millis(12_500);
        state.replay = Some(&replay);
        assert_eq!(prompt(&state), "t1 [12.5 s]> ");
        let branch = replay.clone().branch();
        state.replay = Some(&branch);
        assert_eq!(prompt(&state), "t1 [12.5 s, what-if]> ");
        state.producer = Presence::Crashed;
        assert_eq!(prompt(&state), "t1 [crashed]> ");
    }
}
