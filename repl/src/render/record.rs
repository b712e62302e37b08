//! A structure: a field per line, with what is known of each as far as there is room.

use std::io;

use memglass_terminal::look::{self, Look};
use memglass_value::format::{self, write_plain};
use memglass_value::shown::{Member, Record};

use super::Out;
use super::grid::{self, Column, Grid, Measured};

/// Writes a heading, and a line for each member.
pub(super) fn write(record: &Record, look: Look, out: Out<'_>) -> io::Result<()> {
    writeln!(out, "{}", heading(record, look))?;
    let mut lines = Vec::new();
    push_lines(&mut lines, &record.members, 0);
    match look.width {
        Some(width) => out.write_all(grid_of(&lines).list(width.into(), look).as_bytes()),
        None => {
            let rows = lines.iter().map(|line| Ok(line.plain()));
            write_plain(&[false; 4], rows, out)
        }
    }
}

fn heading(record: &Record, look: Look) -> String {
    let type_name = format::escaped(&record.type_name);
    match record.title.is_empty() {
        true => look.paint(look::strong(), &type_name),
        false => {
            let title = look.paint(look::accent(), &format::escaped(&record.title));
            format!("{title}  {}", look.paint(look::faint(), &type_name))
        }
    }
}

/// A member, and how deep it lies.
struct MemberLine<'r> {
    name: String,
    member: &'r Member,
}

/// The members of a structure inside a structure are lines of their own, shifted to the right.
fn push_lines<'r>(lines: &mut Vec<MemberLine<'r>>, members: &'r [Member], depth: usize) {
    for member in members {
        let name = format!("{:1$}{2}", "", 2 * depth, member.name);
        lines.push(MemberLine { name, member });
        push_lines(lines, &member.members, depth + 1);
    }
}

impl MemberLine<'_> {
    fn plain(&self) -> Vec<String> {
        let Member {
            cell,
            type_name,
            note,
            members,
            ..
        } = self.member;
        let value = match members.is_empty() {
            true => format::piped(&cell.value, &cell.style),
            false => String::new(),
        };
        [&self.name, &value, type_name, note]
            .map(|text| format::escaped(text).into_owned())
            .into()
    }
}

fn grid_of<'r>(lines: &'r [MemberLine<'_>]) -> Grid<'r> {
    let texts = |text: fn(&Member) -> &str| {
        let texts = lines.iter().map(move |line| text(line.member));
        texts.map(grid::text).collect()
    };
    let names = lines.iter().map(|line| grid::text(&line.name)).collect();
    let values = lines.iter().map(|line| {
        let cell = &line.member.cell;
        line.member.members.is_empty().then_some(cell)
    });
    let values = values.map(|cell| grid::value(cell, true)).collect();
    let prose = Column {
        wraps: true,
        ..Column::default()
    };
    let aside = |wraps| Column {
        wraps,
        faint: true,
        ..Column::default()
    };
    Grid::new([
        Measured::new(Column::default(), names),
        Measured::new(prose, values),
        Measured::new(aside(false), texts(|member| &member.type_name)),
        Measured::new(aside(true), texts(|member| &member.note)),
    ])
}
