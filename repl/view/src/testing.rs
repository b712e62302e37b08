//! What tests of several modules share: frames as text, and snapshots of a made-up session.

use std::time::Duration;

use memglass_value::format::{Digits, Figure};
use ratatui::backend::TestBackend;

use crate::canvas::Canvas;
use crate::glyphs::Glyphs;
use crate::screen::Screen;
use crate::snapshot::{FieldRow, Fold, Key, Object, ObjectRow, Snapshot, Widths};
use crate::theme::Palette;

/// A frame as rows of text, without the blanks at their ends.
pub(crate) fn text(canvas: &Canvas) -> String {
    let (width, height) = canvas.size();
    let mut screen = Screen::new(
        TestBackend::new(width, height),
        Palette::default(),
        Glyphs::Full,
    );
    screen.show(canvas).expect("a frame");
    let buffer = screen.surface().buffer();
    let rows = (0..height).map(|y| {
        let mut row = String::new();
        let mut x = 0;
        while x < width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += crate::text::width(symbol).max(1) as u16;
        }
        format!("{}\n", row.trim_end())
    });
    rows.collect()
}

/// A whole number.
pub(crate) fn number(value: i64) -> Figure {
    memglass_value::format::figure(&memglass_value::Value::from(value), &Default::default())
}

/// A row of the browser.
pub(crate) fn object(slot: u32, label: &str, type_name: &str) -> ObjectRow {
    ObjectRow {
        key: Key {
            slot,
            generation: 1,
        },
        label: label.into(),
        type_name: type_name.into(),
        age: Duration::from_secs(150),
        is_gone: false,
        changes: 0,
        rate: None,
        cells: Vec::new(),
        is_least: false,
        is_over: false,
    }
}

/// A row of the inspector.
pub(crate) fn field(path: &str, type_name: &str, value: Figure) -> FieldRow {
    FieldRow {
        path: path.into(),
        name: path.rsplit('.').next().unwrap_or(path).into(),
        depth: path.matches('.').count() as u16,
        fold: Fold::None,
        type_name: type_name.into(),
        value,
        unit: "".into(),
        named: String::new(),
        note: String::new(),
        trouble: None,
        cells: Vec::new(),
    }
}

/// A session whose objects are these, the first of them selected.
pub(crate) fn listing(rows: Vec<ObjectRow>) -> Snapshot {
    let mut snapshot = Snapshot::default();
    snapshot.session.name = "trading_engine".into();
    snapshot.session.pid = 14_077;
    snapshot.objects.known = rows.len();
    snapshot.objects.matching = rows.len();
    snapshot.objects.listed = rows.len();
    snapshot.objects.current = rows.first().cloned();
    snapshot.fields.object = rows.first().map(about);
    snapshot.objects.rows = rows;
    snapshot
}

fn about(row: &ObjectRow) -> Object {
    Object {
        key: row.key,
        label: row.label.clone(),
        type_name: row.type_name.clone(),
        size: 632,
        region: Some(1),
        offset: Some(0x1A40),
        created: "23:39:27".into(),
        age: row.age,
        is_gone: row.is_gone,
    }
}

/// The same with these fields.
pub(crate) fn with_fields(mut snapshot: Snapshot, rows: Vec<FieldRow>) -> Snapshot {
    let fields = &mut snapshot.fields;
    fields.total = rows.len();
    let widest = |width: fn(&FieldRow) -> usize| rows.iter().map(width).max().unwrap_or(0);
    fields.widths = Widths {
        name: widest(|row| row.name.len() + 2 * usize::from(row.depth) + 2),
        type_name: widest(|row| row.type_name.len()),
        unit: widest(|row| row.unit.len()),
        note: widest(|row| row.note.len()),
        whole: widest(|row| row.value.whole_width()),
        fraction: widest(|row| row.value.fraction_width()),
    };
    fields.rows = rows;
    snapshot
}

/// Digits by hand.
pub(crate) fn digits(whole: &str, fraction: &str, rank: f64) -> Figure {
    Figure::Number(Digits {
        whole: whole.into(),
        fraction: fraction.into(),
        rank,
    })
}
