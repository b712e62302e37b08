//! `memglass ls`

use memglass::{Origin, SessionEntry};
use memglass_repl::program::with_causes;
use memglass_value::shown::{Cell, Table};

use super::failure::Failure;
use super::options::Options;

/// Lists all sessions. What cannot be read is told on standard error and does not hide the others.
pub(super) fn run(options: &Options) -> Result<i32, Failure> {
    let (mut sessions, mut unreadable) = (Vec::new(), Vec::new());
    for session in memglass::sessions(options.dir()) {
        match session {
            Ok(session) => sessions.push(session),
            Err(error) => unreadable.push(error),
        }
    }
    sessions.sort_by(|a, b| a.name.cmp(&b.name));
    let none = match unreadable.is_empty() {
        true => "no session; `memglass demo` starts one",
        false => "no session that can be read",
    };
    let table = table(&sessions).or_else(none);
    options.print(&table.into())?;
    for error in &unreadable {
        options.note(&with_causes(error));
    }
    Ok(0)
}

/// What made a session: a program, a recording or a file.
fn program(session: &SessionEntry) -> String {
    match &session.origin {
        Origin::Replay(replay) => replay.to_string(),
        Origin::File { name, .. } => format!("copy of {name}"),
        _ => session.program.clone(),
    }
}

fn table(sessions: &[SessionEntry]) -> Table {
    let columns = [
        "session", "producer", "pid", "program", "objects", "bytes", "started",
    ];
    let mut table = Table::new(columns);
    for session in sessions {
        table.push([
            Some(Cell::name(&session.name)),
            Some(Cell::name(session.state.word())),
            Some(Cell::plain(u64::from(session.pid))),
            Some(Cell::name(program(session))),
            Some(Cell::plain(session.objects)),
            Some(Cell::plain(session.bytes)),
            Cell::moment(session.started),
        ]);
    }
    table
}
