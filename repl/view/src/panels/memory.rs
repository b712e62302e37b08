//! The memory of the session: how full each region is.

use memglass_value::format::grouped;

use super::Frame;
use crate::canvas::{Area, Canvas};
use crate::rules::Rule;
use crate::snapshot::Region;
use crate::text;
use crate::theme::Role;

/// Columns of a bar where there is room, and of what stands beside it: the share, and with so many columns the bytes, too.
const BAR: u16 = 32;
const BESIDE: u16 = 24;
const WITH_BYTES: u16 = 70;
const BYTES: u16 = 32;

/// The parts of a cell.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// How full the memory is, in a word.
pub(crate) fn share(regions: &[Region]) -> String {
    let used: u64 = regions.iter().map(|region| region.used).sum();
    let size: u64 = regions.iter().map(|region| region.size).sum();
    format!("Memory {:.0} %", used as f64 / size.max(1) as f64 * 100.0)
}

pub(crate) fn rule(frame: Frame<'_>) -> Rule {
    let regions = &frame.snapshot.regions;
    let used: u64 = regions.iter().map(|region| region.used).sum();
    let size: u64 = regions.iter().map(|region| region.size).sum();
    Rule {
        title: "Memory".into(),
        note: format!("{} of {}", bytes(used), bytes(size)),
        is_focused: frame.is_focused,
        is_live: frame.is_live,
    }
}

/// Draws the regions below the rule: the newest, which fill up, if there is no room for all.
pub(crate) fn draw(canvas: &mut Canvas, area: Area, frame: Frame<'_>) {
    let regions = &frame.snapshot.regions;
    let room = usize::from(area.height.saturating_sub(1));
    let first = regions.len().saturating_sub(room);
    for (region, y) in regions[first..].iter().zip(area.y + 1..area.bottom()) {
        draw_region(canvas, area, y, *region);
    }
}

fn draw_region(canvas: &mut Canvas, area: Area, y: u16, region: Region) {
    let share = region.used as f64 / region.size.max(1) as f64;
    let x = area.x + 1;
    canvas.put(x, y, format!("Region {}", region.id), Role::Text);
    let has_bytes = area.width >= WITH_BYTES;
    let beside = BESIDE + if has_bytes { BYTES } else { 0 };
    let bar = BAR.min(area.width.saturating_sub(beside));
    let full = eighths(share, bar);
    let filled = text::width(&full) as u16;
    canvas.put(x + 10, y, full, Role::Dim);
    canvas.put(
        x + 10 + filled,
        y,
        "░".repeat((bar - filled).into()),
        Role::Rule,
    );
    let at = x + 10 + bar;
    canvas.put_before(at + 6, y, format!("{:.1}", share * 100.0), Role::Text);
    canvas.put(at + 7, y, "%", Role::Dim);
    if !has_bytes {
        return;
    }
    canvas.put_before(at + 18, y, number(region.used), Role::Text);
    canvas.put(at + 19, y, "of", Role::Dim);
    canvas.put(at + 22, y, number(region.size), Role::Text);
    let end = at + 22 + number(region.size).len() as u16;
    canvas.put(end + 1, y, "bytes", Role::Dim);
}

fn number(value: u64) -> String {
    grouped(&value.to_string())
}

/// The full part of a bar; whatever is used shows at least a little.
fn eighths(share: f64, columns: u16) -> String {
    let parts = (share.clamp(0.0, 1.0) * f64::from(columns) * 8.0).round() as usize;
    format!("{}{}", "█".repeat(parts / 8), EIGHTHS[parts % 8])
}

/// A number of bytes in the largest unit of which there is at least one.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    match value.fract() < 0.05 || value >= 100.0 {
        true => format!("{value:.0} {}", UNITS[unit]),
        false => format!("{value:.1} {}", UNITS[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_has_eighths_of_cells() {
        assert_eq!(eighths(0.5, 3), "█▌");
        assert_eq!(eighths(1.0, 3), "███");
        assert_eq!(eighths(0.0, 3), "");
    }

    #[test]
    fn bytes_have_a_unit_of_their_size() {
        assert_eq!(bytes(512), "512 bytes");
        assert_eq!(bytes(216_992), "212 KiB");
        assert_eq!(bytes(7 << 20), "7 MiB");
        assert_eq!(bytes(1_600_000), "1.5 MiB");
    }
}
