//! The recent values of fields, as scripts ask for them.

use std::time::Duration;

use memglass::Value;
use memglass_script::Ago;
use memglass_value::format::Style;
use memglass_value::shown::{Cell, Table};
use memglass_watch::Changed;
use rhai::{Array, Dynamic, Engine, EvalAltResult, INT};

use super::Automation;
use super::drawing::{self, Drawn};
use super::event::Event;
use super::moment::Moment;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// The recent values of a field: all that are kept, or those since a moment.
#[derive(Clone)]
pub(super) struct History {
    automation: Automation,
    path: String,
    /// How far it goes back.
    span: Option<Duration>,
}

/// A copy of what is kept, from one time to another.
struct Window {
    entries: Vec<(Duration, Value)>,
    from: Duration,
    until: Duration,
}

impl Automation {
    /// Keeps the history of a field from now on. A `map` may begin histories of objects, as nothing of them changes.
    fn keep_history(&self, path: &str) -> Result<History> {
        match self.callbacks().asking() {
            None => self.look_at_session(),
            Some("map") => {}
            Some(asking) => {
                let message =
                    format!("`history` cannot begin inside of `{asking}`, which only asks");
                let help = "`map` may begin histories, and so may the lines before";
                return Err(self.callbacks().refusal(message, help));
            }
        }
        let now = self.now();
        let kept = {
            let mut engine = self.engine();
            engine.catch_up(now);
            engine.keep_history(path, now)
        };
        kept.map_err(|error| self.refused(&error))?;
        let period = self.engine().period();
        self.sample_each(period)?;
        Ok(History {
            automation: self.clone(),
            path: path.to_owned(),
            span: None,
        })
    }

    fn history_of(&self, value: &Dynamic, path: &str) -> Result<History> {
        let field = self.callbacks().field(value).ok_or_else(|| {
            let message = format!(
                "`history` is for objects, not {}",
                self.callbacks().noun(value)
            );
            self.callbacks()
                .refusal(message, "history(\"label.field\") takes a path")
        })?;
        let field = match path {
            "" => field,
            path => field.at(path).map_err(|error| self.refused(&error))?,
        };
        self.keep_history(field.path())
    }

    /// What else is known to have changed at about the time of a change or firing.
    fn around(&self, event: &Event, span: Duration) -> Dynamic {
        let time = event.time().since_start;
        let (from, to) = (time.saturating_sub(span), time.saturating_add(span));
        let changes = self.engine().changes(from, to);
        let own = event.path();
        let others = changes.into_iter().filter(|changed| {
            let is_own = changed.time == time && own == Some(changed.path.as_str());
            !is_own
        });
        let mut table = Table::new(["after", "path", "old", "now"])
            .or_else("nothing else that is watched changed then");
        for Changed {
            time: at,
            path,
            old,
            now,
        } in others
        {
            let after = match at.checked_sub(time) {
                Some(after) => format!("{after:?}"),
                None => format!("-{:?}", time - at),
            };
            let old = old.map(Cell::plain);
            table.push([
                Some(Cell::plain(after)),
                Some(Cell::name(path)),
                old,
                Some(Cell::plain(now)),
            ]);
        }
        self.callbacks().table(table)
    }
}

impl History {
    fn window(&self) -> Window {
        let engine = self.automation.engine();
        let Some(history) = engine.history(&self.path) else {
            return Window::empty();
        };
        let until = history.until();
        let from = self
            .span
            .map_or(Duration::ZERO, |span| until.saturating_sub(span));
        let entries: Vec<_> = history.ring().since(from).cloned().collect();
        let first = entries.first().map_or(until, |(time, _)| *time);
        Window {
            entries,
            from: from.max(first),
            until,
        }
    }

    fn last(&self, span: Duration) -> History {
        let span = self.span.map_or(span, |known| known.min(span));
        History {
            span: Some(span),
            ..self.clone()
        }
    }

    fn at(&self, time: Duration) -> Dynamic {
        let engine = self.automation.engine();
        let value = engine
            .history(&self.path)
            .and_then(|history| history.ring().at(time));
        let value = value.cloned();
        drop(engine);
        value.map_or(Dynamic::UNIT, |value| self.shown(value))
    }

    /// A value as scripts have it.
    fn shown(&self, value: Value) -> Dynamic {
        let callbacks = self.automation.callbacks();
        let field = callbacks.attached().observer().field(&self.path);
        match field {
            Ok(field) => callbacks.value(&field, value),
            Err(_) => callbacks.plain(value),
        }
    }

    /// The one value that is chosen of all numbers.
    fn chosen(&self, is_better: impl Fn(f64, f64) -> bool) -> Dynamic {
        let mut best: Option<(f64, Value)> = None;
        for (_, value) in self.window().entries {
            let Some(number) = value.as_f64().filter(|number| !number.is_nan()) else {
                continue;
            };
            if best
                .as_ref()
                .is_none_or(|(known, _)| is_better(number, *known))
            {
                best = Some((number, value));
            }
        }
        best.map_or(Dynamic::UNIT, |(_, value)| self.shown(value))
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["time", "value"]).or_else("nothing is known of it yet");
        for (time, value) in self.window().entries {
            let moment = self.automation.moment(time);
            let moment = Cell::precise_moment(moment.start + moment.since_start);
            table.push([
                moment,
                Some(Cell {
                    value,
                    style: Style::default(),
                }),
            ]);
        }
        table
    }

    fn values(&self) -> Array {
        let entries = self.window().entries.into_iter();
        entries.map(|(_, value)| self.shown(value)).collect()
    }

    /// One of the values, from the oldest to the newest; negative numbers count from the newest.
    fn nth(&self, index: INT) -> Result<Dynamic> {
        let mut entries = self.window().entries;
        let at = memglass_value::index::find("index", index, entries.len() as u64);
        let at = at.map_err(|why| self.automation.callbacks().refusal(why, ""))?;
        let (_, value) = entries.swap_remove(at as usize);
        Ok(self.shown(value))
    }

    /// It in one line.
    pub(super) fn text(&self) -> String {
        let window = self.window();
        let count = match window.entries.len() {
            1 => "1 value".to_owned(),
            count => format!("{count} values"),
        };
        let time = drawing::time(window.until.saturating_sub(window.from));
        format!(
            "{}: {count} in {time}  {}",
            self.path,
            drawing::spark(&window.drawn(), SPARK_CELLS)
        )
    }

    pub(super) fn drawn(&self) -> Drawn {
        self.window().drawn()
    }
}

/// Its values, one after the other.
impl IntoIterator for History {
    type Item = Dynamic;
    type IntoIter = std::vec::IntoIter<Dynamic>;

    fn into_iter(self) -> Self::IntoIter {
        self.values().into_iter()
    }
}

/// Cells of a sparkline.
const SPARK_CELLS: usize = 16;

impl Window {
    fn empty() -> Self {
        Window {
            entries: Vec::new(),
            from: Duration::ZERO,
            until: Duration::ZERO,
        }
    }

    /// The numbers, each with the time for which it held within the window.
    fn held(&self) -> impl Iterator<Item = (f64, f64)> {
        let ends = self.entries.iter().skip(1).map(|(time, _)| *time);
        let ends = ends.chain(std::iter::once(self.until));
        self.entries
            .iter()
            .zip(ends)
            .filter_map(|((time, value), end)| {
                let held = end.saturating_sub((*time).max(self.from));
                Some((value.as_f64()?, held.as_secs_f64()))
            })
    }

    /// The mean over time: a value counts for as long as it held.
    fn mean(&self) -> Dynamic {
        let (mut sum, mut time) = (0.0, 0.0);
        for (number, held) in self.held() {
            sum += number * held;
            time += held;
        }
        let only = self.held().next().map(|(number, _)| number);
        match time > 0.0 {
            true => Dynamic::from_float(sum / time),
            // All of one moment.
            false => only.map_or(Dynamic::UNIT, Dynamic::from_float),
        }
    }

    /// By how much it grew in a second.
    fn rate(&self) -> Dynamic {
        let number =
            |entry: Option<&(Duration, Value)>| entry.and_then(|(_, value)| value.as_f64());
        let ends = number(self.entries.first()).zip(number(self.entries.last()));
        let time = self.until.saturating_sub(self.from).as_secs_f64();
        match ends {
            Some((first, last)) if time > 0.0 => Dynamic::from_float((last - first) / time),
            _ => Dynamic::UNIT,
        }
    }

    fn drawn(&self) -> Drawn {
        let points = self.entries.iter();
        let points = points.map(|(time, value)| ((*time).max(self.from), value.as_f64()));
        Drawn {
            points: points
                .map(|(time, number)| (time.as_secs_f64(), number))
                .collect(),
            until: self.until.as_secs_f64(),
            is_timed: true,
        }
    }
}

/// Registers what makes histories, and what can be asked of one.
pub(super) fn register(engine: &mut Engine, automation: &Automation) {
    engine.register_type_with_name::<History>("history");
    let shared = automation.clone();
    engine.register_fn("history", move |path: &str| shared.keep_history(path));
    let shared = automation.clone();
    engine.register_fn("history", move |value: Dynamic, path: &str| {
        shared.history_of(&value, path)
    });
    let shared = automation.clone();
    engine.register_fn(
        "around",
        move |event: Event, span: Dynamic| -> Result<Dynamic> {
            let span = shared.callbacks().duration(&span)?;
            Ok(shared.around(&event, span))
        },
    );
    register_questions(engine);
    register_windows(engine);
    engine.register_fn("forget", |history: History| {
        history.automation.engine().forget_history(&history.path);
    });
    engine.register_fn("to_string", |history: History| history.text());
    engine.register_fn("to_debug", |history: History| history.text());
}

fn register_questions(engine: &mut Engine) {
    engine
        .register_fn("len", |history: History| {
            history.window().entries.len() as INT
        })
        .register_fn("values", |history: History| history.values())
        .register_fn("min", |history: History| history.chosen(|a, b| a < b))
        .register_fn("max", |history: History| history.chosen(|a, b| a > b))
        .register_fn("mean", |history: History| history.window().mean())
        .register_fn("rate", |history: History| history.window().rate())
        .register_fn("spark", |history: History| {
            drawing::spark(&history.drawn(), SPARK_CELLS)
        });
    engine.register_indexer_get(|history: &mut History, index: INT| history.nth(index));
    engine.register_iterator::<History>();
    engine.register_fn("table", |history: History| {
        history.automation.callbacks().table(history.table())
    });
    engine.register_fn("csv", |history: History| -> Result<String> {
        history.automation.callbacks().csv(&history.table())
    });
    engine.register_fn("csv", |history: History, path: &str| -> Result<()> {
        history
            .automation
            .callbacks()
            .store_csv(path, &history.table())
    });
}

fn register_windows(engine: &mut Engine) {
    engine.register_fn(
        "last",
        |history: History, span: Dynamic| -> Result<History> {
            let span = history.automation.callbacks().duration(&span)?;
            Ok(history.last(span))
        },
    );
    engine.register_fn("at", |history: History, ago: Ago| {
        let now = history.automation.now();
        history.at(now.saturating_sub(ago.0))
    });
    engine.register_fn("at", |history: History, moment: Moment| {
        history.at(moment.since_start)
    });
}
