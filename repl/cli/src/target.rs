//! Which session is meant.

use std::io::{self, BufRead, IsTerminal, Read};
use std::path::{Path, PathBuf};

use memglass::{AttachError, Observer, Origin, SessionEntry, ShmError, nearest};
use memglass_repl::program::CommandError;
use memglass_terminal::streams::write_message;
use memglass_value::format;

use super::arguments;
use super::failure::Failure;
use super::options::Options;
use super::replay::is_recording;

/// No name of a session is longer.
const LONGEST_ANSWER: u64 = 256;

/// A session that a subcommand works on, and its words without the session's.
pub(super) struct Target {
    pub(super) observer: Observer,
    pub(super) words: Vec<String>,
}

/// The session that is named, or the only live one.
pub(super) fn resolve(options: &Options, named: Option<&str>) -> Result<String, Failure> {
    match named {
        Some(name) => Ok(name.to_owned()),
        None => the_only_live(options),
    }
}

/// The session that is named, the only live one, or one of several that somebody at a terminal chooses.
pub(super) fn chosen(options: &Options, named: Option<&str>) -> Result<String, Failure> {
    let sessions = sessions(options);
    let mut live: Vec<&SessionEntry> = sessions.iter().filter(is_live).collect();
    let is_asked = named.is_none() && live.len() > 1 && io::stderr().is_terminal();
    if !is_asked {
        return resolve(options, named);
    }
    live.sort_by(|a, b| a.name.cmp(&b.name));
    write_message(&format!("several sessions are live:\n{}", listed(&live)));
    loop {
        write_message("which one, by number or name? ");
        let mut answer = String::new();
        let length = io::stdin()
            .lock()
            .take(LONGEST_ANSWER)
            .read_line(&mut answer)?;
        if let Some(name) = meant(answer.trim(), &live) {
            return Ok(name.to_owned());
        }
        if length == 0 {
            write_message("\n");
            return only_live(&sessions);
        }
    }
}

/// The session that an answer names: by its number in the list, its name, or a beginning that no other has.
fn meant<'s>(answer: &str, live: &[&'s SessionEntry]) -> Option<&'s str> {
    let by_name = live.iter().find(|session| session.name == answer);
    let by_number = || live.get(answer.parse::<usize>().ok()?.checked_sub(1)?);
    let by_beginning = || {
        let begins = |session: &&&SessionEntry| session.name.starts_with(answer);
        let mut found = live.iter().filter(begins);
        found
            .next()
            .filter(|_| !answer.is_empty() && found.next().is_none())
    };
    let session = by_name.or_else(by_number).or_else(by_beginning)?;
    Some(&session.name)
}

fn listed(live: &[&SessionEntry]) -> String {
    let widest = live.iter().map(|session| session.name.len()).max();
    let widest = widest.unwrap_or_default();
    let lines = live.iter().zip(1..).map(|(session, number)| {
        let program = format::escaped(&session.program);
        let (name, objects, pid) = (&session.name, session.objects, session.pid);
        format!("{number:>3}  {name:widest$}  {objects} objects of {program} (pid {pid})\n")
    });
    lines.collect()
}

/// Whether a program works in it now. A replay is only meant when it is named.
fn is_live(session: &&SessionEntry) -> bool {
    session.state.is_alive() && !matches!(session.origin, Origin::Replay(_))
}

/// Attaches for reading to the session that is named apart, or by the first word if there is a session
/// of that name, or else to the only live one.
///
/// `least` words are not the session's, and `known` says why a word means nothing in a session.
pub(super) fn split(
    options: &Options,
    named: Option<&str>,
    mut words: Vec<String>,
    least: usize,
    known: fn(&Observer, &str) -> Result<(), CommandError>,
) -> Result<Target, Failure> {
    let first = match (named, words.first()) {
        (None, Some(first)) => first.clone(),
        (named, _) => {
            let session = resolve(options, named)?;
            let observer = attach(options, &session)?;
            return Ok(Target { observer, words });
        }
    };
    if let Some(observer) = session_called(options, &first)? {
        if words.len() <= least {
            return Err(what_of_it(&first));
        }
        words.remove(0);
        return Ok(Target { observer, words });
    }
    let session = the_only_live(options)?;
    let observer = options.attach(&session)?;
    if words.len() > least
        && let Err(error) = known(&observer, &first)
    {
        if is_recording(Path::new(&first)) {
            return Err(Failure::NoSession(format!(
                "there is no file {first:?}, and no session of that name"
            )));
        }
        return Err(Failure::NoSession(format!(
            "{first:?} is neither a session nor anything in {session:?}, the only live one: {error}"
        )));
    }
    Ok(Target { observer, words })
}

/// The session, file and arguments of a script: the session may stand before the file.
pub(super) fn of_script(
    options: &Options,
    named: Option<&str>,
    file: PathBuf,
    mut args: Vec<String>,
) -> Result<(String, PathBuf, Vec<String>), Failure> {
    let is_perhaps_session = named.is_none() && !args.is_empty() && !file.exists();
    if let Some(first) = file.to_str().filter(|_| is_perhaps_session)
        && session_called(options, first)?.is_some()
    {
        return Ok((first.to_owned(), args.remove(0).into(), args));
    }
    Ok((resolve(options, named)?, file, args))
}

/// The session of a path that comes without one.
pub(super) fn of_path(options: &Options, path: &str) -> Result<String, Failure> {
    match session_called(options, path)? {
        Some(_) => Err(what_of_it(path)),
        None => resolve(options, None),
    }
}

/// The session of a path and a value of one or more words: the first word's, or, if that is a path into it,
/// the only live one.
pub(super) fn in_front_of_path(
    options: &Options,
    words: &mut Vec<String>,
) -> Result<String, Failure> {
    if session_called(options, &words[0])?.is_none()
        && let Ok(live) = only_live(&sessions(options))
        && options.attach(&live)?.field(&words[0]).is_ok()
    {
        return Ok(live);
    }
    Ok(words.remove(0))
}

fn what_of_it(session: &str) -> Failure {
    Failure::Usage(format!(
        "{session:?} is a session; add a path, as in `{session} OBJECT.FIELD`"
    ))
}

/// The session of this name, if there is one, whatever is the matter with it.
fn session_called(options: &Options, word: &str) -> Result<Option<Observer>, Failure> {
    match options.attach(word) {
        Ok(observer) => Ok(Some(observer)),
        Err(AttachError::NoSuchSession { .. } | AttachError::BadName { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Attaches for reading.
pub(super) fn attach(options: &Options, session: &str) -> Result<Observer, Failure> {
    let attached = options.attach(session);
    attached.map_err(|error| missed(options, session, error))
}

/// Why there is no such session, with what was probably meant: a subcommand, or something in the only
/// live session, before which its name belongs.
pub(super) fn missed(options: &Options, session: &str, error: AttachError) -> Failure {
    if !matches!(
        error,
        AttachError::NoSuchSession { .. } | AttachError::BadName { .. }
    ) {
        return error.into();
    }
    let similar = || {
        let similar = arguments::similar(session)?;
        Some(format!("there is a subcommand `{similar}`"))
    };
    let of_sessions = || near(options, session).or_else(|| in_only_session(options, session));
    // Sessions may be called like directories, and subcommands never like files.
    let meant = match session.contains(['.', '/']) {
        true => as_file(session).or_else(of_sessions),
        false => arguments::of_prompt(session, std::iter::empty())
            .or_else(similar)
            .or_else(of_sessions)
            .or_else(|| as_file(session)),
    };
    match meant {
        Some(meant) => Failure::NoSession(format!("{error}\n  tip: {meant}")),
        None => error.into(),
    }
}

/// What is the matter with the file of this name, if there is one, or one of a similar name.
fn as_file(word: &str) -> Option<String> {
    let path = Path::new(word);
    let Ok(found) = path.metadata() else {
        return near_file(path).map(|near| format!("did you mean the file {near:?}?"));
    };
    let is_script = path.extension().is_some_and(|it| it == "rhai");
    Some(if found.is_dir() {
        "that is a directory; name a session, or a recording such as run.mcap".to_owned()
    } else if !found.is_file() {
        "that is no regular file, so it is no recording".to_owned()
    } else if is_script {
        format!("`memglass run {}` runs the script", shell_word(word))
    } else {
        "that is a file, but no recording".to_owned()
    })
}

/// The recording that is probably meant.
fn near_file(path: &Path) -> Option<String> {
    let name = path
        .file_name()?
        .to_str()
        .filter(|name| name.contains('.'))?;
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let entries = folder.unwrap_or(Path::new(".")).read_dir().ok()?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let near = nearest(name, names.filter(|name| name.ends_with(".mcap")))?;
    Some(path.with_file_name(near).display().to_string())
}

/// The session that a word is probably meant to be.
fn near(options: &Options, word: &str) -> Option<String> {
    let sessions = sessions(options);
    let names = sessions.iter().map(|session| session.name.as_str());
    if names.clone().any(|name| name == word) {
        let text = "its files are there in part: some of its memory was removed; restart its program, and `memglass clean` \
                    removes it when it is dead";
        return Some(text.to_owned());
    }
    nearest(word, names).map(|name| format!("did you mean {name:?}?"))
}

fn in_only_session(options: &Options, word: &str) -> Option<String> {
    let live = only_live(&sessions(options)).ok()?;
    let observer = options.attach(&live).ok()?;
    observer.field(word).ok()?;
    Some(format!(
        "{word} is in session {live:?}, whose name comes first: `memglass {live} get {}`",
        shell_word(word)
    ))
}

/// A path as one word of a shell.
fn shell_word(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "._-/".contains(c);
    match path.chars().all(is_plain) {
        true => path.to_owned(),
        false => format!("'{}'", path.replace('\'', r"'\''")),
    }
}

fn sessions(options: &Options) -> Vec<SessionEntry> {
    memglass::sessions(options.dir())
        .into_iter()
        .filter_map(Result::ok)
        .collect()
}

/// The only live session.
fn the_only_live(options: &Options) -> Result<String, Failure> {
    let found = memglass::sessions(options.dir());
    let (sessions, errors): (Vec<_>, Vec<_>) = found.into_iter().partition(Result::is_ok);
    let sessions: Vec<SessionEntry> = sessions.into_iter().flatten().collect();
    let why = errors.into_iter().filter_map(Result::err).find(says_why);
    let is_any_live = sessions.iter().any(|session| is_live(&session));
    match why.filter(|_| !is_any_live) {
        Some(why) => Err(why.into()),
        None => only_live(&sessions),
    }
}

/// Whether this is why no session is found: there is no directory, or sessions are another user's.
fn says_why(error: &AttachError) -> bool {
    matches!(
        error,
        AttachError::Shm(ShmError::NoDirectory { .. } | ShmError::Denied { .. })
    )
}

fn only_live(sessions: &[SessionEntry]) -> Result<String, Failure> {
    let live: Vec<&SessionEntry> = sessions.iter().filter(is_live).collect();
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
    let dead = sessions.iter().filter(|session| !session.state.is_alive());
    let names: Vec<&str> = dead.map(|session| session.name.as_str()).collect();
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

    use memglass::Presence;

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
            origin: Origin::Live,
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
    fn a_session_is_chosen_by_number_name_or_beginning() {
        let sessions = ["alpha", "beta", "beta2", "3"].map(|name| session(name, Presence::Alive));
        let live: Vec<&SessionEntry> = sessions.iter().collect();
        for (answer, expected) in [
            ("1", Some("alpha")),
            ("2", Some("beta")),
            ("3", Some("3")),
            ("al", Some("alpha")),
            ("beta", Some("beta")),
            ("bet", None),
            ("0", None),
            ("9", None),
            ("", None),
        ] {
            assert_eq!(meant(answer, &live), expected, "{answer}");
        }
    }

    #[test]
    fn a_path_is_quoted_where_a_shell_would_change_it() {
        assert_eq!(shell_word("AAPL.last_quote"), "AAPL.last_quote");
        assert_eq!(shell_word("book[0].price"), "'book[0].price'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
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
