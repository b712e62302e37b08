//! What is watched: fields and expressions, with what they were in the last seconds.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use memglass::{Field, Observer, Value};
use memglass_value::format::{Digits, Figure, Style, figure};
use memglass_value::{spark, time};
use memglass_view::edit::Mistake;
use memglass_view::interest::{HistoryInterest, Window};
use memglass_view::snapshot::{ChangeRow, History, WatchRow, WatchRows};
use memglass_view::text;
use memglass_watch::{Expression, Source};

use super::formula::mistake;
use super::past::{Past, is_same};

/// The history that is kept and drawn.
const HISTORY: Duration = Duration::from_secs(10);

/// Cells of a sparkline.
const CELLS: usize = 16;

/// Values are kept so far apart, at the most 240 a second.
const APART: Duration = Duration::from_millis(4);

/// Most of what is watched: each frame reads all of it.
const MOST: usize = 1_000;

/// What is watched.
pub(super) struct Watches {
    watches: Vec<Watch>,
    /// Whether values can change.
    is_live: bool,
    /// From when times count.
    since: SystemTime,
    /// The present when they were read last.
    at: Duration,
}

/// A time: on the clock of a live session since the view was opened, on that of a replay since the recording began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) since: SystemTime,
    pub(super) at: Duration,
}

/// Of which time values are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Of now.
    Now,
    /// Those that were read last.
    Last,
    /// What was then, while those of now are noted.
    Then(Duration),
}

impl When {
    pub(super) fn of(is_frozen: bool, moment: Option<Duration>) -> Self {
        match (moment, is_frozen) {
            (Some(moment), _) => When::Then(moment),
            (None, true) => When::Last,
            (None, false) => When::Now,
        }
    }
}

struct Watch {
    name: String,
    subject: Subject,
    last: Option<Value>,
    /// Whether an object is missing without which an expression has no value.
    lacks_object: bool,
    changes: VecDeque<Duration>,
    history: VecDeque<(Duration, Option<f64>)>,
    past: Past,
}

enum Subject {
    Field(Field),
    Expression(Box<Expression>),
    /// Of a session that is over, or of a view that was closed; why there is no such thing now.
    Lost(String),
}

impl Watches {
    /// Watches nothing; times count from `since` on.
    pub(super) fn new(since: SystemTime) -> Self {
        Watches {
            watches: Vec::new(),
            is_live: true,
            since,
            at: Duration::ZERO,
        }
    }

    /// Watches a field or an expression.
    pub(super) fn add(&mut self, observer: &Observer, text: &str) -> Result<(), Mistake> {
        if self.watches.len() == MOST {
            return Err(plain(format!("there are {MOST} watches already")));
        }
        let subject = subject(observer, text)?;
        self.push(text, subject);
        Ok(())
    }

    /// Watches what was watched before, also if there is no such thing now.
    pub(super) fn add_again(&mut self, observer: &Observer, text: &str) {
        let subject = subject(observer, text);
        let subject = subject.unwrap_or_else(|mistake| Subject::Lost(mistake.reason));
        self.push(text, subject);
    }

    fn push(&mut self, text: &str, subject: Subject) {
        self.watches.push(Watch {
            name: text.to_owned(),
            subject,
            last: None,
            lacks_object: false,
            changes: VecDeque::new(),
            history: VecDeque::new(),
            past: Past::default(),
        });
    }

    /// Stops watching one of them.
    pub(super) fn remove(&mut self, index: usize) {
        if index < self.watches.len() {
            self.watches.remove(index);
        }
    }

    /// Whether nothing is watched.
    pub(super) fn is_empty(&self) -> bool {
        self.watches.is_empty()
    }

    /// What is watched, as it was written.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.watches.iter().map(|watch| &*watch.name)
    }

    /// Where something is watched.
    pub(super) fn find(&self, text: &str) -> Option<usize> {
        self.watches.iter().position(|watch| watch.name == text)
    }

    /// Goes on in another session; what lies between leaves a gap.
    pub(super) fn follow(&mut self, observer: &Observer, now: Moment) {
        self.turn_to(now);
        for watch in &mut self.watches {
            watch.subject = subject(observer, &watch.name)
                .unwrap_or_else(|mistake| Subject::Lost(mistake.reason));
            watch.history.push_back((now.at, None));
            watch.past.note(now.at, None);
        }
    }

    /// Tells whether values can change from now on.
    pub(super) fn tell_live(&mut self, is_live: bool) {
        self.is_live = is_live;
    }

    /// Reads all of them, and gives the rows of a window.
    pub(super) fn rows(
        &mut self,
        observer: &Observer,
        window: Window,
        now: Moment,
        when: When,
    ) -> WatchRows {
        let window = window.settled(self.watches.len());
        if when != When::Last {
            self.turn_to(now);
            let watches = self.watches.iter_mut();
            watches.for_each(|watch| watch.read(observer, now.at, self.is_live));
        }
        let [earlier, later] = self.around(when);
        let rows = self.watches.iter().skip(window.first).take(window.height);
        WatchRows {
            at: now.at,
            total: self.watches.len(),
            first: window.first,
            selected: window.selected,
            rows: rows.map(|watch| watch.row_at(now.at, when)).collect(),
            earlier,
            later,
        }
    }
}

impl Watches {
    /// Goes to a time. Before that it keeps nothing of a later one, which a replay that was moved back shows again, nor what
    /// was on another clock.
    fn turn_to(&mut self, now: Moment) {
        let goes_on = now.since == self.since && now.at >= self.at;
        (self.since, self.at) = (now.since, now.at);
        if !goes_on {
            self.watches.iter_mut().for_each(Watch::forget);
        }
    }

    /// When anything changed last before what is shown, and when first after it.
    fn around(&self, when: When) -> [Option<Duration>; 2] {
        let pasts = || self.watches.iter().map(|watch| &watch.past);
        let shown = match when {
            When::Then(moment) => Some(moment),
            _ => pasts().filter_map(Past::last).max(),
        };
        let Some(shown) = shown else {
            return [None, None];
        };
        let earlier = pasts().filter_map(|past| past.before(shown)).max();
        [earlier, pasts().filter_map(|past| past.after(shown)).min()]
    }

    /// The changes of one of them, up to the moment that is shown.
    pub(super) fn history(&self, wanted: HistoryInterest, now: Moment, when: When) -> History {
        let Some(watch) = self.watches.get(wanted.watch) else {
            return History::default();
        };
        let shown = match when {
            When::Then(moment) => moment,
            _ => now.at,
        };
        let until = wanted.until.map_or(shown, |until| until.min(shown));
        let total = watch.past.known(until);
        let window = wanted.window.settled(total);
        let style = watch.style();
        let mut changes = watch.past.changes(until).peekable();
        let newest = changes.peek().map(|(at, ..)| *at);
        let rows = changes.skip(window.first).take(window.height);
        let rows = rows.map(|(seen, value, before)| ChangeRow {
            at: seen,
            time: time::exact_clock(self.since + seen),
            value: value.map_or(Figure::Nothing, |value| shown_value(value, &style)),
            change: difference(value, before),
        });
        History {
            name: text::clean(&watch.name).into_owned(),
            total,
            first: window.first,
            selected: window.selected,
            newest,
            rows: rows.collect(),
        }
    }

    /// What something that is watched was at a time.
    pub(super) fn then(&self, name: &str, moment: Duration) -> Option<&Value> {
        let watch = &self.watches[self.find(name)?];
        watch.past.at(moment)
    }
}

/// A field by its path, or else an expression.
fn subject(observer: &Observer, text: &str) -> Result<Subject, Mistake> {
    if let Ok(field) = observer.field(text) {
        return match field.members().is_some() || field.element_count().is_some() {
            true => Err(plain(format!(
                "{text} is no single value: name a part of it"
            ))),
            false => Ok(Subject::Field(field)),
        };
    }
    let source = Source::of_text(text).map_err(|error| mistake(text, &error))?;
    let expression = source.value(observer, |_| None);
    let expression = expression.map_err(|error| mistake(text, &error))?;
    // The name of a value without quotes.
    let mut warnings = expression.warnings(observer).into_iter();
    match warnings.find(|warning| warning.label.is_none()) {
        Some(warning) => Err(plain(warning.message)),
        None => Ok(Subject::Expression(Box::new(expression))),
    }
}

fn plain(reason: String) -> Mistake {
    Mistake { reason, at: None }
}

impl Subject {
    fn lacks_object(&self) -> bool {
        match self {
            Subject::Expression(about) => about.meanings().any(|(_, object)| object.is_none()),
            _ => false,
        }
    }

    fn value(&mut self, observer: &Observer) -> Result<Value, String> {
        match self {
            Subject::Field(field) => field.read().map_err(|error| word(&error).to_owned()),
            Subject::Expression(expression) => expression
                .value(observer)
                .map_err(|error| error.to_string()),
            Subject::Lost(reason) => Err(reason.clone()),
        }
    }
}

fn word(error: &memglass::ReadError) -> &'static str {
    match error {
        memglass::ReadError::Gone { .. } => "gone",
        memglass::ReadError::Contended { .. } => "changing",
        _ => "damaged",
    }
}

impl Watch {
    /// Forgets what it was.
    fn forget(&mut self) {
        self.changes.clear();
        self.history.clear();
        self.past = Past::default();
    }

    /// Reads it; what a producer left behind when it ended is no part of the history.
    fn read(&mut self, observer: &Observer, now: Duration, is_live: bool) {
        // A field whose object was destroyed may have a successor under the same label.
        if let Subject::Field(field) = &self.subject
            && !field.is_alive()
            && let Ok(next) = observer.field(&self.name)
        {
            self.subject = Subject::Field(next);
        }
        let value = self.subject.value(observer).ok();
        self.lacks_object = value.is_none() && self.subject.lacks_object();
        self.past.note(now, value.as_ref());
        if value.is_some() && self.last.is_some() && !is_same(value.as_ref(), self.last.as_ref()) {
            self.changes.push_back(now);
        }
        let number = value
            .as_ref()
            .and_then(Value::as_f64)
            .filter(|number| number.is_finite());
        if value.is_some() {
            self.last = value;
        }
        if is_live && self.history.back().is_none_or(|(at, _)| now - *at >= APART) {
            self.history.push_back((now, number));
        }
        let newest = self.newest(now);
        while self
            .history
            .front()
            .is_some_and(|(at, _)| newest - *at > HISTORY)
        {
            self.history.pop_front();
        }
        while self
            .changes
            .front()
            .is_some_and(|at| now - *at > Duration::from_secs(1))
        {
            self.changes.pop_front();
        }
    }

    /// Where a sparkline ends: what is not read any more stands still, however long one looks at it.
    fn newest(&self, now: Duration) -> Duration {
        self.history.back().map_or(now, |(at, _)| *at)
    }

    /// The row as it is now, or as it was.
    fn row_at(&self, now: Duration, when: When) -> WatchRow {
        let When::Then(moment) = when else {
            return self.row(now);
        };
        let then = self.past.at(moment);
        WatchRow {
            value: then.map_or(Figure::Nothing, |value| shown_value(value, &self.style())),
            history: self.levels(moment),
            trouble: then.is_none().then(|| "no value".into()),
            ..self.row(now)
        }
    }

    fn style(&self) -> Style {
        match &self.subject {
            Subject::Field(field) => {
                let info = field.info();
                Style::new(info.metadata).of_type(field.schema(), info.type_id)
            }
            _ => Style::default(),
        }
    }

    fn row(&self, now: Duration) -> WatchRow {
        let style = self.style();
        let numbers = || self.history.iter().filter_map(|(_, number)| *number);
        // Written as the value is.
        let is_float = matches!(self.last, Some(Value::F32(_) | Value::F64(_)));
        let bound = |number: Option<f64>| match number {
            Some(number) if is_float => figure(&Value::F64(number), &style),
            Some(number) => number_figure(number, &style),
            None => Figure::Nothing,
        };
        WatchRow {
            name: text::clean(&self.name).into_owned(),
            value: self
                .last
                .as_ref()
                .map_or(Figure::Nothing, |value| shown_value(value, &style)),
            least: bound(numbers().reduce(f64::min)),
            greatest: bound(numbers().reduce(f64::max)),
            rate: self.changes.len() as f64,
            history: self.levels(self.newest(now)),
            trouble: self.trouble(),
        }
    }

    fn trouble(&self) -> Option<String> {
        match &self.subject {
            Subject::Field(field) if !field.is_alive() => Some("gone".into()),
            Subject::Lost(_) => Some("gone".into()),
            _ if self.lacks_object && self.last.is_some() => Some("gone".into()),
            _ if self.lacks_object => Some("no object".into()),
            _ if self.last.is_none() => Some("no value".into()),
            _ => None,
        }
    }

    /// The last value of each sixteenth of the window, from the least to the greatest in eight steps.
    fn levels(&self, now: Duration) -> Vec<Option<u8>> {
        let mut cells: Vec<Option<f64>> = vec![None; CELLS];
        for (at, number) in self.history.iter().filter(|(at, _)| *at <= now) {
            let ago = now.saturating_sub(*at).as_secs_f64() / HISTORY.as_secs_f64();
            let cell = CELLS - 1 - ((ago * CELLS as f64) as usize).min(CELLS - 1);
            cells[cell] = *number;
        }
        spark::levels(&cells)
    }
}

/// A value in its column; an enum by its name, because there is no other column for it.
fn shown_value(value: &Value, style: &Style) -> Figure {
    match value {
        Value::Enum(named) if named.name.is_some() => Figure::Word(value.to_string()),
        Value::Flags(_) => Figure::Word(value.to_string()),
        value => figure(value, style),
    }
}

/// By how much a number is more than the one before.
fn difference(value: Option<&Value>, before: Option<&Value>) -> Figure {
    let Some((value, before)) = value.zip(before) else {
        return Figure::Nothing;
    };
    let difference = match (value, before) {
        (Value::F32(_) | Value::F64(_), _) => {
            let floats = value.as_f64().zip(before.as_f64());
            floats.map(|(value, before)| Value::F64(value - before))
        }
        (Value::I64(_) | Value::U64(_) | Value::I128(_), _) => {
            let whole = value.as_i128().zip(before.as_i128());
            let difference = whole.and_then(|(value, before)| value.checked_sub(before));
            difference.map(Value::I128)
        }
        _ => None,
    };
    match difference.map(|difference| figure(&difference, &Style::default())) {
        Some(Figure::Number(digits)) if digits.rank > 0.0 => Figure::Number(Digits {
            whole: format!("+{}", digits.whole),
            ..digits
        }),
        Some(figure @ Figure::Number(_)) => figure,
        _ => Figure::Nothing,
    }
}

fn number_figure(number: f64, style: &Style) -> Figure {
    let is_whole = number.fract() == 0.0 && number.abs() < 9e15;
    match is_whole {
        true => figure(&Value::I64(number as i64), style),
        false => figure(&Value::F64(number), style),
    }
}

#[cfg(test)]
mod tests {
    use memglass::{Observe, Session};

    use super::*;

    #[derive(Observe, Clone, Copy, Default)]
    struct Quote {
        price: i64,
    }

    fn world() -> (tempfile::TempDir, Session) {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s")
            .dir(dir.path())
            .create()
            .expect("a session");
        (dir, session)
    }

    /// So many milliseconds after times began.
    fn after(ms: u64) -> Moment {
        Moment {
            since: SystemTime::UNIX_EPOCH,
            at: Duration::from_millis(ms),
        }
    }

    const ALL: Window = Window {
        selected: 0,
        first: 0,
        height: 10,
    };

    #[test]
    fn fields_and_expressions_are_watched_and_their_changes_counted() {
        let (dir, session) = world();
        let quote = session.object("quote", Quote { price: 10 }).expect("room");
        let observer = Observer::builder()
            .dir(dir.path())
            .attach("s")
            .expect("an observer");
        let mut watches = Watches::new(SystemTime::UNIX_EPOCH);
        watches.add(&observer, "quote.price").expect("a field");
        watches
            .add(&observer, "quote.price * 2")
            .expect("an expression");
        watches
            .add(&observer, "quote.price * 0.5")
            .expect("another");
        assert!(
            watches
                .add(&observer, "quote.pricee * 2")
                .expect_err("wrong")
                .reason
                .contains("did you mean \"price\"")
        );
        for (value, ms) in [(10, 0), (20, 100), (30, 200)] {
            quote.price.set(value);
            watches.rows(&observer, ALL, after(ms), When::Now);
        }
        let rows = watches.rows(&observer, ALL, after(300), When::Last);
        let shown: Vec<_> = rows.rows.iter().map(|row| row.value.plain()).collect();
        assert_eq!(shown, ["30", "60", "15.0"]);
        assert_eq!(rows.rows[0].rate, 2.0);
        assert_eq!(rows.rows[0].least.plain(), "10");
        assert_eq!(rows.rows[1].greatest.plain(), "60");
        assert_eq!(rows.rows[2].least.plain(), "5.0");
    }

    #[test]
    fn a_curve_stands_still_when_nothing_is_read_or_nobody_writes_any_more() {
        let (dir, session) = world();
        let quote = session.object("quote", Quote { price: 10 }).expect("room");
        let observer = Observer::builder().dir(dir.path()).attach("s");
        let observer = observer.expect("an observer");
        let mut watches = Watches::new(SystemTime::UNIX_EPOCH);
        watches.add(&observer, "quote.price").expect("a field");
        let curve = |watches: &mut Watches, ms, when| {
            let at = after(ms);
            let rows = watches.rows(&observer, ALL, at, when).rows;
            rows[0].history.clone()
        };
        for ms in (0..3_000).step_by(100) {
            quote.price.set(ms as i64 % 700);
            curve(&mut watches, ms, When::Now);
        }
        let seen = curve(&mut watches, 3_000, When::Now);
        assert!(
            seen.iter()
                .flatten()
                .any(|level| *level != seen[15].unwrap())
        );
        for paused in [3_500, 10_000, 600_000] {
            assert_eq!(curve(&mut watches, paused, When::Last), seen);
        }
        watches.tell_live(false);
        for ended in [601_000, 700_000] {
            assert_eq!(curve(&mut watches, ended, When::Now), seen);
        }
        watches.tell_live(true);
        assert_ne!(curve(&mut watches, 701_000, When::Now), seen);
    }

    #[test]
    fn a_watched_object_that_goes_and_comes_back_is_watched_again() {
        let (dir, session) = world();
        let first = session.object("price", 10_i64).expect("room");
        let mut observer = Observer::builder()
            .dir(dir.path())
            .attach("s")
            .expect("an observer");
        let mut watches = Watches::new(SystemTime::UNIX_EPOCH);
        watches.add(&observer, "price").expect("a field");
        let now = after(0);
        watches.rows(&observer, ALL, now, When::Now);
        drop(first);
        observer.refresh().expect("a refresh");
        let rows = watches.rows(&observer, ALL, now, When::Now);
        assert_eq!(rows.rows[0].trouble.as_deref(), Some("gone"));
        assert_eq!(rows.rows[0].value.plain(), "10", "its last value");
        let _second = session.object("price", 11_i64).expect("room");
        observer.refresh().expect("a refresh");
        let rows = watches.rows(&observer, ALL, now, When::Now);
        assert_eq!(
            (rows.rows[0].trouble.clone(), rows.rows[0].value.plain()),
            (None, "11".into())
        );
    }

    #[test]
    fn what_has_no_value_says_whether_its_object_is_missing() {
        let (dir, session) = world();
        let mut observer = Observer::builder()
            .dir(dir.path())
            .attach("s")
            .expect("an observer");
        let mut watches = Watches::new(SystemTime::UNIX_EPOCH);
        for text in ["price", "1 / 0"] {
            watches.add(&observer, text).expect("an expression");
        }
        let now = after(0);
        let rows = watches.rows(&observer, ALL, now, When::Now).rows;
        let troubles = rows.into_iter().map(|row| row.trouble.expect("no value"));
        assert!(troubles.eq(["no object", "no value"]));
        let price = session.object("price", 10_i64).expect("room");
        observer.refresh().expect("a refresh");
        let rows = watches.rows(&observer, ALL, now, When::Now).rows;
        assert_eq!(rows[0].trouble, None);
        drop(price);
        observer.refresh().expect("a refresh");
        let rows = watches.rows(&observer, ALL, now, When::Now).rows;
        assert_eq!(rows[0].trouble.as_deref(), Some("gone"));
        assert_eq!(rows[0].value.plain(), "10", "its last value");
    }

    #[test]
    fn what_is_watched_is_shown_as_it_was_while_it_goes_on() {
        let (dir, session) = world();
        let quote = session.object("quote", Quote { price: 10 }).expect("room");
        let observer = Observer::builder()
            .dir(dir.path())
            .attach("s")
            .expect("an observer");
        let mut watches = Watches::new(SystemTime::UNIX_EPOCH);
        watches.add(&observer, "quote.price").expect("a field");
        let ms = Duration::from_millis;
        for (value, at) in [(10, 0), (20, 100), (30, 200)] {
            quote.price.set(value);
            watches.rows(&observer, ALL, after(at), When::Now);
        }
        let live = watches.rows(&observer, ALL, after(250), When::Now);
        assert_eq!((live.earlier, live.later), (Some(ms(100)), None));
        quote.price.set(40);
        let then = watches.rows(&observer, ALL, after(300), When::Then(ms(100)));
        assert_eq!(then.rows[0].value.plain(), "20");
        assert_eq!((then.earlier, then.later), (Some(ms(0)), Some(ms(200))));
        assert_eq!(watches.then("quote.price", ms(299)), Some(&Value::I64(30)));
        let newest = watches.rows(&observer, ALL, after(350), When::Then(ms(300)));
        assert_eq!(newest.rows[0].value.plain(), "40", "noted meanwhile");
        assert_eq!(newest.later, None);
    }

    #[test]
    fn a_replay_that_goes_back_keeps_nothing_of_what_comes() {
        let (dir, session) = world();
        let quote = session.object("quote", Quote { price: 10 }).expect("room");
        let observer = Observer::builder().dir(dir.path()).attach("s");
        let observer = observer.expect("an observer");
        let mut watches = Watches::new(SystemTime::UNIX_EPOCH);
        watches.add(&observer, "quote.price").expect("a field");
        let mut shown = |price, now| {
            quote.price.set(price);
            watches.rows(&observer, ALL, now, When::Now)
        };
        shown(10, after(0));
        assert_eq!(shown(20, after(100)).earlier, Some(after(0).at));
        let back = shown(15, after(50));
        assert_eq!((back.earlier, back.later), (None, None));
        assert_eq!(back.rows[0].greatest.plain(), "15");
        assert_eq!(back.rows[0].history.iter().flatten().count(), 1);
        assert_eq!(shown(16, after(60)).earlier, Some(after(50).at));
        let elsewhere = Moment {
            since: SystemTime::UNIX_EPOCH + HISTORY,
            at: after(70).at,
        };
        assert_eq!(shown(17, elsewhere).earlier, None, "another recording");
    }

    #[test]
    fn the_changes_of_a_watch_are_listed_up_to_a_time() {
        let (dir, session) = world();
        let quote = session.object("quote", Quote { price: 10 }).expect("room");
        let observer = Observer::builder()
            .dir(dir.path())
            .attach("s")
            .expect("an observer");
        let mut watches = Watches::new(SystemTime::UNIX_EPOCH);
        watches.add(&observer, "quote.price").expect("a field");
        watches
            .add(&observer, "quote.price * 0.5")
            .expect("an expression");
        let ms = Duration::from_millis;
        for (value, at) in [(10, 0), (1_020, 100), (30, 200)] {
            quote.price.set(value);
            watches.rows(&observer, ALL, after(at), When::Now);
        }
        let history = |watch, until, when| {
            let wanted = HistoryInterest {
                watch,
                window: ALL,
                until,
            };
            let history = watches.history(wanted, after(300), when);
            let times: Vec<_> = history.rows.iter().map(|row| &row.time).collect();
            let later = watches.history(wanted, after(600), when);
            let same: Vec<_> = later.rows.iter().map(|row| &row.time).collect();
            assert_eq!(times, same, "a row keeps its time");
            let rows = history.rows.iter();
            let rows = rows.map(|row| (row.at, row.value.plain(), row.change.plain()));
            (history.newest, rows.collect::<Vec<_>>())
        };
        let row = |at, value: &str, change: &str| (ms(at), value.to_owned(), change.to_owned());
        let all = [
            row(200, "30", "-990"),
            row(100, "1,020", "+1,010"),
            row(0, "10", ""),
        ];
        assert_eq!(history(0, None, When::Now), (Some(ms(200)), all.to_vec()));
        let held = history(0, Some(ms(150)), When::Now);
        assert_eq!(held, (Some(ms(100)), all[1..].to_vec()));
        assert_eq!(history(0, None, When::Then(ms(150))), held, "of the past");
        let floats = history(1, Some(ms(150)), When::Last);
        assert_eq!(floats.1[0], row(100, "510.0", "+505.0"));
        assert_eq!(history(9, None, When::Now), (None, Vec::new()));
    }

    #[test]
    fn equal_values_draw_the_middle_and_gaps_are_blank() {
        let watch = |numbers: &[Option<f64>]| {
            let now = HISTORY;
            let step = HISTORY / CELLS as u32;
            let history = numbers.iter().rev().zip(0..);
            let history = history.map(|(number, ago)| (now - step * ago, *number));
            let watch = Watch {
                name: String::new(),
                subject: Subject::Lost(String::new()),
                last: None,
                lacks_object: false,
                changes: VecDeque::new(),
                history: history.collect::<Vec<_>>().into_iter().rev().collect(),
                past: Past::default(),
            };
            let levels = watch.levels(now);
            levels[CELLS - numbers.len()..].to_vec()
        };
        assert_eq!(watch(&[Some(5.0), Some(5.0)]), [Some(4), Some(4)]);
        assert_eq!(
            watch(&[Some(0.0), None, Some(7.0)]),
            [Some(0), None, Some(7)]
        );
    }
}
