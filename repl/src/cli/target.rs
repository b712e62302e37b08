//! Which session is meant.

use memglass::{AttachError, Observer, Presence, SessionEntry};

use super::failure::Failure;
use super::options::Options;

/// The session that is named, or the only live one.
pub(super) fn resolve(options: &Options, named: Option<&str>) -> Result<String, Failure> {
    match named {
        Some(name) => Ok(name.to_owned()),
        None => only_live(&sessions(options)),
    }
}

/// The words of a subcommand without the session's, and the session: named apart, or by the first word
/// if there is a session of that name, or else the only live one.
///
/// `least` words are not the session's, and `is_known` says whether a word means something in a session.
pub(super) fn split(
    options: &Options,
    named: Option<&str>,
    mut words: Vec<String>,
    least: usize,
    is_known: fn(&Observer, &str) -> bool,
) -> Result<(String, Vec<String>), Failure> {
    let first = match (named, words.first()) {
        (Some(name), _) => return Ok((name.to_owned(), words)),
        (None, None) => return Ok((resolve(options, None)?, words)),
        (None, Some(first)) => first.clone(),
    };
    if is_session(options, &first) {
        if words.len() <= least {
            return Err(Failure::Usage(format!(
                "{first:?} is the session; what of it? (a path as in {first} OBJECT.FIELD)"
            )));
        }
        words.remove(0);
        return Ok((first, words));
    }
    let session = only_live(&sessions(options))?;
    let observer = options.attach(&session)?;
    if words.len() > least && !is_known(&observer, &first) {
        return Err(Failure::NoSession(format!(
            "{first:?} is neither a session nor anything in {session:?}, the only live one"
        )));
    }
    Ok((session, words))
}

/// Whether there is a session of this name, whatever is the matter with it.
fn is_session(options: &Options, word: &str) -> bool {
    !matches!(
        options.attach(word),
        Err(AttachError::NoSuchSession { .. } | AttachError::BadName { .. })
    )
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
