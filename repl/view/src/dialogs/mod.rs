//! The dialogs that change a field, by what it holds.

mod choice;
mod flags;
mod value;

use memglass_value::format::Figure;

use crate::canvas::{Area, Canvas};
use crate::edit::{Form, Input, Named, Place};
use crate::entry::Entry;
use crate::host::Host;
use crate::overlay::{self, Overlay};
use crate::snapshot::Snapshot;
use crate::text;
use crate::theme::Role;

/// The least width of a dialog.
const WIDTH: u16 = 40;

/// The most columns of a title, and of what is said of a field.
const WIDEST: u16 = 66;

/// What stands before a refusal.
const MARK: &str = "✗ ";

/// The most that a list of names takes.
const MOST: u16 = 44;

/// The most columns of what is typed to find a name.
const TYPED: usize = 12;

/// The dialog for a field.
pub(crate) fn of(place: Place, form: Form) -> Box<dyn Overlay> {
    match &form.input {
        Input::Choice(_) => Box::new(choice::Choice::new(place, form)),
        Input::Bits(_) => Box::new(flags::Flags::new(place, form)),
        _ => Box::new(value::Value::new(place, form)),
    }
}

/// Lines below what may be chosen: as many as wanted, or what `height` rows leave beside one choice.
fn foot_lines(height: u16, wanted: u16) -> u16 {
    match height {
        0..4 => height.saturating_sub(1).min(1),
        _ => wanted.min(height - 1),
    }
}

/// The names that have in them what is typed, and those of the number that it begins.
fn found<'n>(names: &'n [Named], query: &Entry) -> Vec<&'n Named> {
    let text = query.text().to_lowercase();
    let has = |named: &&Named| {
        named.name.to_lowercase().contains(&text) || named.number.to_string().starts_with(&text)
    };
    names.iter().filter(has).collect()
}

/// What all of them have.
#[derive(Clone, Debug)]
struct Common {
    place: Place,
    form: Form,
    /// Why the last text was refused.
    refused: Option<crate::edit::Refused>,
}

impl Common {
    fn new(place: Place, form: Form) -> Self {
        Common {
            place,
            form,
            refused: None,
        }
    }

    /// Writes a text; true if the dialog is done. A value that is there already is not written again.
    fn write(&mut self, host: &mut dyn Host, text: &str) -> bool {
        let is_there = text == self.form.text;
        is_there || self.accepts(host.write(&self.place, text))
    }

    fn accepts(&mut self, result: Result<(), crate::edit::Refused>) -> bool {
        self.refused = result.err();
        self.refused.is_none()
    }

    /// The present value as its row shows it, with its unit.
    fn now(&self, snapshot: &Snapshot) -> Option<String> {
        let object = snapshot.fields.object.as_ref()?;
        let rows = snapshot.fields.rows.iter();
        let mut rows = rows.filter(|row| row.path == self.place.path);
        let row = rows.next().filter(|_| object.key == self.place.key)?;
        let value = match &row.value {
            Figure::Nothing => return None,
            value => value.plain(),
        };
        Some(format!("{value} {}", row.unit).trim_end().to_owned())
    }

    /// The title, with what of the names is typed.
    fn searched(&self, query: &Entry) -> String {
        match query.text() {
            "" => self.form.title.clone(),
            _ => format!("{}  {}", self.form.title, query.shown(TYPED)),
        }
    }

    fn width(&self) -> u16 {
        let Form { title, about, .. } = &self.form;
        let refused = self.refused.as_ref().map(|refused| &refused.reason);
        let widest = text::width(title).max(text::width(about));
        let refused = refused.map_or(0, |reason| text::width(reason) + text::width(MARK));
        // A reason is worth more columns than what is said beforehand.
        let widest = widest.min(WIDEST.into()).max(refused) + 6;
        (widest as u16).clamp(WIDTH, 2 * WIDEST)
    }

    /// The width of a list of names, and of why one was refused.
    fn list_width(&self) -> u16 {
        match self.refused {
            Some(_) => self.width(),
            None => self.width().min(MOST),
        }
    }

    fn line(&self, canvas: &mut Canvas, area: Area, row: u16, text: &str, role: Role) {
        let y = area.y + row;
        if y < area.bottom() {
            let text = text::cut_end(text, area.width.into()).into_owned();
            canvas.put(area.x, y, text, role);
        }
    }

    /// The lines of what may be chosen that fit into `room` rows, the selected one among them and marked, and how
    /// many there are.
    fn list(
        &self,
        canvas: &mut Canvas,
        inside: Area,
        room: usize,
        selected: usize,
        lines: impl ExactSizeIterator<Item = String>,
    ) {
        let all = lines.len();
        if all == 0 && room > 0 {
            self.line(canvas, inside, 0, "no such name", Role::Dim);
        }
        let first = (selected + 1).saturating_sub(room);
        let area = Area {
            x: inside.x + 2,
            width: inside.width.saturating_sub(2),
            ..inside
        };
        for ((index, line), row) in lines.enumerate().skip(first).take(room).zip(0..) {
            self.line(canvas, area, row, &line, Role::Text);
            if index == selected {
                overlay::select(canvas, inside, inside.y + row);
            }
        }
        overlay::seen_rows(
            canvas,
            inside,
            first,
            room.min(all.saturating_sub(first)),
            all,
        );
    }

    /// The last lines of so many: the keys, and above them why it was refused. Where there is one line only, it is
    /// either; where there is none, the refusal stands over what may be chosen until the next key.
    fn foot(&self, canvas: &mut Canvas, inside: Area, lines: u16, keys: &str) {
        let last = inside.height.saturating_sub(1);
        let refusal = if lines > 1 { last - 1 } else { last };
        let is_hidden = lines == 0 || (lines == 1 && self.refused.is_some());
        if !is_hidden {
            self.line(canvas, inside, last, keys, Role::Dim);
        }
        if self.refused.is_some() && inside.height > 0 {
            let y = inside.y + refusal;
            canvas.blank(Area {
                y,
                height: 1,
                ..inside
            });
            self.refusal(canvas, inside, refusal);
        }
    }

    /// The line that says why a text was refused.
    fn refusal(&self, canvas: &mut Canvas, area: Area, row: u16) {
        if let Some(refused) = &self.refused {
            self.line(
                canvas,
                area,
                row,
                &format!("{MARK}{}", refused.reason),
                Role::Red,
            );
        }
    }
}
