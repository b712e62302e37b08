//! Which session is meant.

use memglass::{Presence, SessionEntry};

use super::failure::Failure;
use super::options::Options;

/// The session that is named, or the only live one.
pub(super) fn resolve(options: &Options, named: Option<&str>) -> Result<String, Failure> {
    match named {
        Some(name) => Ok(name.to_owned()),
        None => only_live(&sessions(options)),
    }
}

fn sessions(options: &Options) -> Vec<SessionEntry> {
    memglass::sessions(options.dir())
        .into_iter()
        .filter_map(Result::ok)
        .collect()
}

fn only_live(sessions: &[SessionEntry]) -> Result<String, Failure> {
    let live: Vec<&SessionEntry> = sessions
        .iter()
        .filter(|session| session.state == Presence::Alive)
        .collect();
    match live.as_slice() {
        [one] => Ok(one.name.clone()),
        [] => Err(Failure::NoSession(none_live(sessions))),
        several => {
            let names: Vec<&str> = several
                .iter()
                .map(|session| session.name.as_str())
                .collect();
            Err(Failure::NoSession(format!(
                "several sessions are live, name one: {}",
                names.join(", ")
            )))
        }
    }
}

fn none_live(sessions: &[SessionEntry]) -> String {
    let start = "start a program that has one, or try `memglass demo`";
    let names: Vec<&str> = sessions
        .iter()
        .map(|session| session.name.as_str())
        .collect();
    match names.as_slice() {
        [] => format!("no session is live; {start}"),
        dead => format!(
            "no session is live; {start}, or name a dead one to look at its last values: {}",
            dead.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn session(name: &str, state: Presence) -> SessionEntry {
        SessionEntry {
            name: name.into(),
            pid: 1,
            program: "p".into(),
            state,
            started: SystemTime::UNIX_EPOCH,
            objects: 0,
            bytes: 0,
        }
    }

    #[test]
    fn the_only_live_session_needs_no_name() {
        let sessions = [
            session("dead", Presence::Crashed),
            session("t1", Presence::Alive),
        ];
        assert_eq!(only_live(&sessions).unwrap(), "t1");
    }

    #[test]
    fn several_live_sessions_are_listed() {
        let sessions = [
            session("t1", Presence::Alive),
            session("t2", Presence::Alive),
        ];
        let failure = only_live(&sessions).unwrap_err();
        assert_eq!(failure.exit_code(), 3);
        assert!(
            failure.to_string().ends_with("name one: t1, t2"),
            "{failure}"
        );
    }

    #[test]
    fn without_a_live_session_the_way_to_one_is_told() {
        let failure = only_live(&[session("old", Presence::Crashed)]).unwrap_err();
        assert_eq!(failure.exit_code(), 3);
        let text = failure.to_string();
        assert!(
            text.contains("memglass demo") && text.contains("old"),
            "{text}"
        );
    }
}
