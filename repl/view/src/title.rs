//! The first line: the session, its producer, and how much there is.

use std::time::Duration;

use crate::canvas::Canvas;
use crate::keymap::Keymap;
use crate::keys::Command;
use crate::layout::Scale;
use crate::snapshot::{Producer, Session};
use crate::text;
use crate::theme::Role;

/// The name of the session gives way to the state of its producer down to so many columns.
const LEAST_NAME: usize = 10;

/// What the first line says.
#[derive(Clone, Debug)]
pub(crate) struct Title<'s> {
    pub(crate) session: &'s Session,
    pub(crate) regions: usize,
    pub(crate) objects: usize,
    /// `60 Hz`, or `41 of 60 Hz`.
    pub(crate) rate: String,
    /// For so many seconds nothing has been read.
    pub(crate) paused: Option<u64>,
    /// Whether some of what is shown was read later.
    pub(crate) has_later: bool,
    /// How long ago what is shown was, if it is not of now.
    pub(crate) ago: Option<Duration>,
    /// Whether the mouse is the view's.
    pub(crate) has_mouse: bool,
    /// Which key asks for what.
    pub(crate) keymap: &'s Keymap,
}

impl Title<'_> {
    pub(crate) fn draw(&self, canvas: &mut Canvas, scale: Scale) {
        let (width, _) = canvas.size();
        let (states, role) = self.state();
        // A shorter state before a shorter name; but the state says more than the end of a name.
        let others = match scale > Scale::Basic {
            true => text::width(&format!(
                " memglass  {}  pid {}  ",
                self.session.name, self.session.pid
            )),
            false => text::width(&self.session.name) + 1,
        };
        let fits = |state: &&String| others + text::width(state) < usize::from(width);
        let state = states.iter().find(fits).or(states.last());
        let state = state.cloned().unwrap_or_default();
        let beside_state = usize::from(width).saturating_sub(text::width(&state) + 2);
        let name = text::cut_end(&self.session.name, beside_state.max(LEAST_NAME)).into_owned();
        let mut parts = vec![(name, Role::Strong), (state, role)];
        if scale > Scale::Basic {
            parts.insert(1, (format!("pid {}", self.session.pid), Role::Dim));
            parts.insert(0, ("memglass".into(), Role::Dim));
        }
        let (start, gap) = match scale > Scale::Basic {
            true => (1, 2),
            false => (0, 1),
        };
        let mut x = start;
        for (part, role) in parts {
            let room = usize::from(width).saturating_sub(x + 1);
            canvas.put(x as u16, 0, text::cut_end(&part, room).into_owned(), role);
            x += text::width(&part) + gap;
        }
        self.draw_right(canvas, scale, x);
    }

    /// The most telling of what fits behind column `used`.
    fn draw_right(&self, canvas: &mut Canvas, scale: Scale, used: usize) {
        let (width, _) = canvas.size();
        let [regions, objects] = [self.regions, self.objects];
        let objects = match (scale, objects) {
            (Scale::Wide, 1) => "1 object".into(),
            (Scale::Wide, _) => format!("{objects} objects"),
            _ => format!("{objects} obj"),
        };
        let regions = match (scale, regions) {
            (Scale::Wide, 1) => "1 region".into(),
            (Scale::Wide, _) => format!("{regions} regions"),
            _ => format!("{regions} reg"),
        };
        let gap = if scale == Scale::Wide { "   " } else { "  " };
        let is_live =
            self.session.producer.is_live() && self.paused.is_none() && self.ago.is_none();
        let rate = match self.has_mouse {
            true => self.rate.clone(),
            false => format!("mouse off{gap}{}", self.rate),
        };
        let all = [&regions, &objects, &rate].map(String::as_str).join(gap);
        let choices = match (scale > Scale::Basic, is_live) {
            (true, true) => vec![
                all,
                format!("{objects}{gap}{rate}"),
                rate,
                self.rate.clone(),
            ],
            (true, false) => vec![objects],
            (false, true) => vec![self.rate.clone()],
            (false, false) => vec![],
        };
        let end = width.saturating_sub(u16::from(scale > Scale::Basic));
        let room = usize::from(end).saturating_sub(used + 1);
        let fitting = choices.into_iter().find(|text| text::width(text) <= room);
        if let Some(text) = fitting {
            canvas.put_before(end, 0, text, Role::Dim);
        }
    }

    /// What is shown, as long as possible and shorter.
    fn state(&self) -> (Vec<String>, Role) {
        if let Some(ago) = self.ago {
            let then = format!("◁ {:.2} s ago", ago.as_secs_f64());
            let on = self.key_does(Command::Later, "on");
            let states = vec![
                format!("{then}, watched values only{on}, Esc now"),
                format!("{then}, watched only{on}, Esc now"),
                format!("{then}: Esc now"),
            ];
            return (states, Role::Amber);
        }
        if let (Some(seconds), false) = (self.paused, self.session.producer.has_ended()) {
            let how = self.key_does(Command::Pause, "goes on");
            let state = format!("‖ paused {seconds} s{how}");
            let kind = self.kind();
            let later = match self.has_later {
                true => ", what was asked for since is of later",
                false => "",
            };
            let states = vec![
                format!("‖ paused {seconds} s{later}{how}{kind}"),
                format!("{state}{kind}"),
                state,
            ];
            return (states, Role::Amber);
        }
        let last_values = |state: String| match self.paused {
            Some(_) => vec![
                format!(
                    "{state}: ‖ paused before{}",
                    self.key_does(Command::Pause, "shows last values")
                ),
                format!("{state}: ‖ paused"),
            ],
            None => vec![format!("{state}: last values, no writes"), state],
        };
        let (states, role) = match &self.session.producer {
            Producer::Crashed { at, since } => {
                let since = at
                    .as_ref()
                    .map(|at| format!(" {at}, {} s ago", since.as_secs()));
                let state = format!("✗ crashed{}", since.unwrap_or_default());
                (last_values(state), Role::Red)
            }
            Producer::Ended { at } => {
                let state = format!("■ ended{}", when(at));
                let states = match self.objects {
                    0 => vec![format!("{state}: no objects are left"), state],
                    _ => last_values(state),
                };
                (states, Role::Amber)
            }
            Producer::Restarted { at } => {
                let how = self.key_does(Command::Reattach, "attaches");
                (vec![format!("↻ restarted{}{how}", when(at))], Role::Amber)
            }
            Producer::Suspended { since } => {
                let state = format!("! suspended {} s", since.as_secs());
                (
                    vec![format!("{state}: values stand still"), state],
                    Role::Amber,
                )
            }
            Producer::Live => {
                let (state, role) = self.live_state();
                (vec![state], role)
            }
        };
        (states, role)
    }

    fn live_state(&self) -> (String, Role) {
        let replay = self.session.replay.as_ref();
        let state = match replay {
            Some(replay) => format!("● replay at {}", replay.text),
            None => format!("● live{}", self.kind()),
        };
        (state, Role::Accent)
    }

    /// What is different about writes.
    fn kind(&self) -> &'static str {
        match self.session {
            Session {
                replay: Some(_), ..
            } => "",
            Session {
                is_readonly: true, ..
            } => "  read-only",
            Session { is_trial: true, .. } => "  dry run",
            _ => "",
        }
    }
}

impl Title<'_> {
    /// `: p goes on`, unless the command has no key.
    fn key_does(&self, command: Command, does: &str) -> String {
        let key = self.keymap.shown(command);
        key.map_or(String::new(), |key| format!(": {key} {does}"))
    }
}

fn when(at: &Option<String>) -> String {
    at.as_ref().map_or(String::new(), |at| format!(" {at}"))
}
