//! `memglass ls`

use memglass::SessionEntry;
use memglass_repl::program::Output;
use memglass_repl::program::with_causes;
use memglass_repl::program::{Cell, Column, Table};

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
    options.print(&Output::Rows(
        rows(&sessions),
        "no session; `memglass demo` starts one".into(),
    ))?;
    for error in &unreadable {
        options.note(&with_causes(error));
    }
    Ok(0)
}

fn rows(sessions: &[SessionEntry]) -> Table {
    let columns = [
        Column::new("session"),
        Column::new("producer"),
        Column::numeric("pid"),
        Column::new("program"),
        Column::numeric("objects"),
        Column::numeric("bytes"),
        Column::new("started"),
    ];
    let mut table = Table::new(columns);
    for session in sessions {
        table.push([
            Cell::from(session.name.as_str()),
            Cell::from(session.state.word()),
            Cell::from(u64::from(session.pid)),
            Cell::from(session.program.as_str()),
            Cell::from(session.objects),
            Cell::from(session.bytes),
            Cell::moment(session.started),
        ]);
    }
    table
}
