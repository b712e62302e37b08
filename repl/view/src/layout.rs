//! Where everything is, for a size of the screen: what is left out when there is little room, in a written order.

use crate::canvas::Area;
use crate::keys::Place;

/// Narrower than this the list has no ages and rates.
const WIDE: u16 = 100;

/// Narrower or lower than this there is one panel and no more.
const NARROW: u16 = 60;
const LOW: u16 = 14;

/// Smaller than this there is one line.
const LEAST: (u16, u16) = (20, 6);

/// From this height on columns have headers, and the memory is shown.
const TALL: u16 = 30;

/// From this height on the columns of a panel that is alone have headers.
const TALL_ALONE: u16 = 12;

/// Columns of the list: a share of the width, within bounds.
const LIST: (u16, u16) = (24, 60);

/// The least that dragging leaves of the fields and their divider, and of rows above the band.
const FIELDS: u16 = 31;
const ABOVE_BAND: u16 = 6;

/// What the user chose of the arrangement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choices {
    /// Regions that there are.
    pub(crate) regions: usize,
    /// The panel that has the keys.
    pub(crate) focus: Place,
    /// Whether there is no other panel.
    pub(crate) is_zoomed: bool,
    /// What stands below the list and the fields.
    pub(crate) band: Band,
    /// Where the dividers were dragged to.
    pub(crate) splits: Splits,
    /// Whether the session is a replay.
    pub(crate) is_replay: bool,
}

/// A divider that can be dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Split {
    /// Between the list and the fields.
    List,
    /// Above what is watched.
    Band,
}

/// Where the dividers were dragged to; nothing where they are as the size of the screen has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Splits {
    /// Columns of the list.
    pub(crate) list: Option<u16>,
    /// Rows of the band, without its rule.
    pub(crate) band: Option<u16>,
}

/// What stands below the list and the fields, where there is no room for all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Band {
    /// What is watched; beside it the log and below it the memory, where there is room.
    #[default]
    Watch,
    /// The log.
    Log,
    /// The memory.
    Memory,
    /// Nothing.
    None,
}

impl Band {
    /// The next one.
    pub(crate) fn next(self) -> Band {
        match self {
            Band::Watch => Band::Log,
            Band::Log => Band::Memory,
            Band::Memory => Band::None,
            Band::None => Band::Watch,
        }
    }

    /// The panel of it.
    pub(crate) fn place(self) -> Option<Place> {
        match self {
            Band::Watch => Some(Place::Watch),
            Band::Log => Some(Place::Log),
            Band::Memory => Some(Place::Memory),
            Band::None => None,
        }
    }
}

/// Where everything is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) width: u16,
    pub(crate) height: u16,
    /// How much there is room for.
    pub(crate) scale: Scale,
    /// Whether the line below the title shows where a replay is.
    pub(crate) has_time_bar: bool,
    /// Rows of the list, its rule above them.
    pub(crate) objects: Option<Area>,
    pub(crate) fields: Option<Area>,
    pub(crate) watch: Option<Area>,
    pub(crate) log: Option<Area>,
    pub(crate) memory: Option<Area>,
    /// Lines about the selected field.
    pub(crate) details: u16,
}

/// How much there is room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scale {
    /// One line.
    #[default]
    Line,
    /// One panel.
    Basic,
    /// Panels side by side, without some columns.
    Narrow,
    /// All columns.
    Wide,
}

impl Layout {
    /// The arrangement for a size.
    pub(crate) fn of(width: u16, height: u16, choices: Choices) -> Layout {
        let scale = scale(width, height);
        let mut layout = Layout {
            width,
            height,
            scale,
            has_time_bar: choices.is_replay && scale > Scale::Basic,
            details: details(height),
            ..Layout::default()
        };
        match scale {
            Scale::Line => {}
            Scale::Basic => {
                layout.details = 1;
                layout.one_panel(choices.focus);
            }
            Scale::Narrow | Scale::Wide if choices.is_zoomed => layout.one_panel(choices.focus),
            Scale::Narrow | Scale::Wide => layout.all_panels(choices),
        }
        layout
    }

    /// Whether columns have headers.
    pub(crate) fn has_headers(&self) -> bool {
        let least = if self.is_alone() { TALL_ALONE } else { TALL };
        self.height >= least && self.scale > Scale::Line
    }

    /// Whether there is one panel and no more.
    pub(crate) fn is_alone(&self) -> bool {
        self.divider().is_none()
    }

    /// The column between the list and the fields.
    pub(crate) fn divider(&self) -> Option<u16> {
        let (objects, _) = self.objects.zip(self.fields)?;
        Some(objects.right())
    }

    /// The area of a panel.
    pub(crate) fn area(&self, place: Place) -> Option<Area> {
        match place {
            Place::Objects => self.objects,
            Place::Fields => self.fields,
            Place::Watch => self.watch,
            Place::Log => self.log,
            Place::Memory => self.memory,
        }
    }

    /// Whether the band has one panel at a time.
    pub(crate) fn has_tabs(&self) -> bool {
        self.scale == Scale::Narrow && self.divider().is_some()
    }

    /// The panel at a place of the screen.
    pub(crate) fn panel_at(&self, x: u16, y: u16) -> Option<Place> {
        Place::ALL
            .into_iter()
            .find(|place| self.area(*place).is_some_and(|area| area.contains(x, y)))
    }

    /// The divider at a place of the screen.
    pub(crate) fn split_at(&self, x: u16, y: u16) -> Option<Split> {
        let (column, objects) = self.divider().zip(self.objects)?;
        let band = [
            self.watch,
            self.log,
            self.memory.filter(|_| self.has_tabs()),
        ];
        let band = band.into_iter().flatten().next();
        let last = match band {
            Some(band) if band.y == y => return Some(Split::Band),
            Some(band) if !self.has_tabs() => band.bottom(),
            _ => objects.bottom(),
        };
        (x == column && (objects.y..last).contains(&y)).then_some(Split::List)
    }

    /// Where the dividers are after one is dragged to a place of the screen.
    pub(crate) fn dragged(&self, splits: Splits, split: Split, x: u16, y: u16) -> Splits {
        let memory = self.memory.filter(|_| !self.has_tabs());
        let below = self.body().bottom() - memory.map_or(0, |area| area.height);
        match split {
            Split::List => Splits {
                list: Some(x),
                ..splits
            },
            Split::Band => Splits {
                band: Some(below.saturating_sub(y + 1)),
                ..splits
            },
        }
    }

    fn one_panel(&mut self, focus: Place) {
        let body = self.body();
        match focus {
            Place::Objects => self.objects = Some(body),
            Place::Fields => self.fields = Some(body),
            Place::Watch => self.watch = Some(body),
            Place::Log => self.log = Some(body),
            Place::Memory => self.memory = Some(body),
        }
    }

    fn all_panels(&mut self, choices: Choices) {
        let mut body = self.body();
        let list = match choices.splits.list {
            Some(columns) => columns.clamp(LIST.0, self.width - FIELDS),
            None => (self.width * 35 / 100).clamp(LIST.0, LIST.1),
        };
        match self.scale {
            Scale::Wide => self.wide_band(&mut body, choices, list),
            _ => self.tabs(&mut body, choices),
        }
        self.objects = Some(Area {
            width: list,
            ..body
        });
        self.fields = Some(Area {
            x: list + 1,
            width: self.width - list - 1,
            ..body
        });
    }

    /// What is watched under the list, the log under the fields, and the memory below both.
    fn wide_band(&mut self, body: &mut Area, choices: Choices, list: u16) {
        if choices.band == Band::None {
            return;
        }
        if self.height >= TALL {
            let rows = 1 + (choices.regions.clamp(1, 3) as u16);
            self.memory = Some(take_bottom(body, rows));
        }
        let Some(rows) = band_rows(self.height) else {
            return;
        };
        let band = take_bottom(body, chosen(rows, choices.splits, *body) + 1);
        self.watch = Some(Area {
            width: list,
            ..band
        });
        self.log = Some(Area {
            x: list + 1,
            width: self.width - list - 1,
            ..band
        });
    }

    /// One of them over the whole width.
    fn tabs(&mut self, body: &mut Area, choices: Choices) {
        let (Some(rows), Some(place)) = (band_rows(self.height), choices.band.place()) else {
            return;
        };
        let rows = chosen(rows, choices.splits, *body);
        let area = Some(take_bottom(body, rows + 1));
        match place {
            Place::Log => self.log = area,
            Place::Memory => self.memory = area,
            _ => self.watch = area,
        }
    }

    /// Between the title, or the time bar below it, and the key bar.
    pub(crate) fn body(&self) -> Area {
        let y = 1 + u16::from(self.has_time_bar);
        Area {
            x: 0,
            y,
            width: self.width,
            height: self.height.saturating_sub(1 + y),
        }
    }
}

fn scale(width: u16, height: u16) -> Scale {
    match (width, height) {
        (width, height) if width < LEAST.0 || height < LEAST.1 => Scale::Line,
        (width, height) if width < NARROW || height < LOW => Scale::Basic,
        (width, _) if width < WIDE => Scale::Narrow,
        _ => Scale::Wide,
    }
}

/// Rows of the band, without its rule; nothing where the screen is too low for it.
fn band_rows(height: u16) -> Option<u16> {
    match height {
        ..16 => None,
        16..20 => Some(3),
        _ => Some((height * 7 / 36).clamp(6, 16)),
    }
}

/// Rows of the band as it was dragged, with room left above it.
fn chosen(usual: u16, splits: Splits, body: Area) -> u16 {
    match splits.band {
        Some(rows) => rows.clamp(1, body.height.saturating_sub(1 + ABOVE_BAND).max(1)),
        None => usual,
    }
}

fn details(height: u16) -> u16 {
    match height {
        ..20 => 1,
        20..TALL => 2,
        _ => 3,
    }
}

fn take_bottom(area: &mut Area, height: u16) -> Area {
    area.height -= height;
    Area {
        y: area.bottom(),
        height,
        ..*area
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(width: u16, height: u16) -> Layout {
        let choices = Choices {
            regions: 3,
            ..Choices::default()
        };
        Layout::of(width, height, choices)
    }

    #[test]
    fn a_third_of_the_screen_is_the_list() {
        assert_eq!(layout(120, 36).divider(), Some(42));
        assert_eq!(layout(80, 24).divider(), Some(28));
        assert_eq!(layout(500, 200).divider(), Some(60));
        assert_eq!(layout(60, 20).divider(), Some(24));
    }

    #[test]
    fn dividers_go_where_they_are_dragged_and_leave_room_on_both_sides() {
        for (width, height) in [(120, 36), (80, 24), (60, 16)] {
            let at_rest = layout(width, height);
            let dragged = |split, x, y| {
                let choices = Choices {
                    regions: 3,
                    splits: at_rest.dragged(Splits::default(), split, x, y),
                    ..Choices::default()
                };
                Layout::of(width, height, choices)
            };
            assert_eq!(dragged(Split::List, 29, 5).divider(), Some(29));
            assert_eq!(dragged(Split::List, 0, 5).divider(), Some(LIST.0));
            assert_eq!(
                dragged(Split::List, width, 5).divider(),
                Some(width - FIELDS)
            );
            let top = |y| dragged(Split::Band, 3, y).watch.map(|area| area.y);
            assert_eq!(top(9), Some(9));
            assert_eq!(top(0), Some(1 + ABOVE_BAND));
            let lowest = top(height).expect("a band");
            assert!(lowest < height - 1, "{lowest} of {height}");
        }
    }

    #[test]
    fn dividers_are_where_their_lines_are() {
        let wide = layout(120, 36);
        let watch = wide.watch.expect("a band");
        assert_eq!(wide.split_at(42, 5), Some(Split::List));
        assert_eq!(wide.split_at(42, watch.y + 2), Some(Split::List));
        assert_eq!(wide.split_at(7, watch.y), Some(Split::Band));
        assert_eq!(wide.split_at(41, 5), None);
        let memory = wide.memory.expect("regions");
        assert_eq!(wide.split_at(42, memory.y + 1), None);
        assert_eq!(layout(40, 10).split_at(20, 5), None);
    }

    #[test]
    fn parts_go_one_by_one_as_the_room_gets_less() {
        assert!(layout(120, 36).memory.is_some());
        assert!(layout(120, 29).memory.is_none());
        assert_eq!(layout(59, 40).scale, Scale::Basic);
        assert_eq!(layout(120, 13).scale, Scale::Basic);
        assert_eq!(layout(19, 40).scale, Scale::Line);
        assert_eq!(layout(20, 6).scale, Scale::Basic);
    }

    #[test]
    fn panels_fill_the_screen_and_do_not_overlap() {
        for width in (20..500).step_by(7) {
            for height in (6..200).step_by(3) {
                let layout = layout(width, height);
                let areas = Place::ALL.map(|place| layout.area(place));
                let cells: u32 = areas
                    .into_iter()
                    .flatten()
                    .map(|area| u32::from(area.width) * u32::from(area.height))
                    .sum();
                let divider = layout.divider().and(layout.objects);
                let mut divider = divider.map_or(0, |area| u32::from(area.height));
                if layout.scale == Scale::Wide && layout.divider().is_some() {
                    divider += layout.watch.map_or(0, |area| u32::from(area.height));
                }
                let body = u32::from(width) * u32::from(height - 2);
                assert_eq!(cells + divider, body, "{width}x{height}");
            }
        }
    }
}
